//! Why bytes are no model that can be opened.

use thiserror::Error;

/// Why bytes are no model that can be opened. Nothing of them is in use then.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum OpenError {
    /// Not a format that is known here.
    #[error("this is no model that can be opened: {0}")]
    Format(String),
    /// A pickle that is broken, or holds what a classifier does not need.
    #[error("byte {offset}: {problem}")]
    Byte {
        /// Where, from 0.
        offset: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A part of a classifier that cannot be used.
    #[error("{name} (byte {offset}): {problem}")]
    Part {
        /// The part under scikit-learn's name.
        name: String,
        /// Where its value stands, from 0.
        offset: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// Not the JSON of a model; the text ends with line and column.
    #[error("not a model file: {0}")]
    Json(String),
    /// A member of a model file that cannot be used.
    #[error("{member}: {problem}")]
    Member {
        /// The member, such as `state.rows[0]`.
        member: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl OpenError {
    pub(super) fn at(offset: usize, problem: impl Into<String>) -> Self {
        Self::Byte {
            offset,
            problem: problem.into(),
        }
    }

    pub(super) fn member(member: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Member {
            member: member.into(),
            problem: problem.into(),
        }
    }

    /// The same fault, of bytes that were unpacked first.
    pub(super) fn of_unpacked(mut self) -> Self {
        if let Self::Byte { problem, .. } | Self::Part { problem, .. } = &mut self {
            problem.push_str(" (counted in what was unpacked)");
        }
        self
    }

    /// The same fault of the bytes, as one of a part.
    pub(super) fn of_part(self, part: &str) -> Self {
        match self {
            Self::Byte { offset, problem } => Self::Part {
                name: part.to_owned(),
                offset,
                problem,
            },
            other => other,
        }
    }
}
