//! Where and why a text is not JSON.

/// The place and the kind of the first fault of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) struct Fault {
    /// Offset of the byte at fault; the text's length where it ends too early.
    pub(in crate::decode) byte: usize,
    /// What is wrong there.
    pub(in crate::decode) kind: FaultKind,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) enum FaultKind {
    Object,
    Key,
    Colon,
    CommaOrBrace,
    CommaOrBracket,
    Value,
    Literal,
    Number,
    NumberRange,
    Control,
    Escape,
    Surrogate,
    NotUtf8,
    Trailing,
    Depth,
}

impl FaultKind {
    #[cold]
    pub(in crate::decode) fn at(self, byte: usize) -> Fault {
        Fault { byte, kind: self }
    }

    /// It in words.
    pub(in crate::decode) fn detail(self) -> &'static str {
        match self {
            Self::Object => "expected an object",
            Self::Key => "key must be a string",
            Self::Colon => "expected `:`",
            Self::CommaOrBrace => "expected `,` or `}`",
            Self::CommaOrBracket => "expected `,` or `]`",
            Self::Value => "expected a value",
            Self::Literal => "expected `true`, `false` or `null`",
            Self::Number => "invalid number",
            Self::NumberRange => "number out of range",
            Self::Control => "control character in a string",
            Self::Escape => "invalid escape",
            Self::Surrogate => "lone surrogate in an escape",
            Self::NotUtf8 => "not UTF-8",
            Self::Trailing => "trailing characters",
            Self::Depth => "nested too deep",
        }
    }
}
