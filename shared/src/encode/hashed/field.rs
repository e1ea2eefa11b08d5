//! The columns that a field's values are hashed to.

use super::murmur;
use crate::decode::{MISSING, Words};
use crate::encode::HashedSettings;
use crate::schema::{Kind, MissingNumber, MissingWord, Vocabulary};

/// A field in the schema's order, and its place among those of its kind.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) place: usize,
    pub(super) kind: FieldKind,
    /// What a missing value is; `None` if it is left out.
    pub(super) missing: Option<Column>,
}

#[derive(Clone, Debug)]
pub(super) enum FieldKind {
    Words {
        /// Words of a fixed vocabulary.
        fixed: Vec<String>,
        by_code: Vec<Column>,
    },
    Number {
        column: Column,
        constant: Option<f64>,
    },
}

/// A column and the sign of what is added to it.
pub(super) type Column = (u32, f64);

impl HashedSettings {
    fn column(&self, name: impl IntoIterator<Item = u8>) -> Column {
        murmur::column_and_sign(name, self.n_features, self.alternate_sign)
    }

    fn word(&self, field: &str, word: &str) -> Column {
        self.column(field.bytes().chain([b'=']).chain(word.bytes()))
    }

    fn indicator(&self, field: &str) -> Column {
        self.column("missingindicator_".bytes().chain(field.bytes()))
    }
}

impl Field {
    pub(super) fn new(
        name: &str,
        kind: &Kind,
        place: usize,
        settings: &HashedSettings,
    ) -> Option<Self> {
        let indicator = settings.indicator(name);
        let (kind, missing) = match kind {
            Kind::Categorical {
                vocabulary,
                missing,
            } => {
                let fixed = match vocabulary {
                    Vocabulary::Fixed(words) => words.clone(),
                    Vocabulary::FirstSeen(_) | Vocabulary::Hashed(_) => Vec::new(),
                };
                let missing = match missing {
                    MissingWord::Error => None,
                    MissingWord::Constant(word) => Some(settings.word(name, word)),
                    MissingWord::OwnCategory => Some(indicator),
                };
                let by_code = fixed.iter().map(|word| settings.word(name, word)).collect();
                (FieldKind::Words { fixed, by_code }, missing)
            }
            Kind::Numeric { missing } => {
                let column = settings.column(name.bytes());
                let (constant, missing) = match *missing {
                    MissingNumber::Error => (None, None),
                    MissingNumber::Constant(constant) => (Some(constant), None),
                    MissingNumber::Mean => (None, Some(indicator)),
                };
                (FieldKind::Number { column, constant }, missing)
            }
            _ => return None,
        };
        Some(Self {
            name: name.to_owned(),
            place,
            kind,
            missing,
        })
    }

    /// Hashes the distinct words of a batch.
    pub(super) fn look_up(&mut self, words: &[Words], settings: &HashedSettings) {
        if let FieldKind::Words { fixed, by_code } = &mut self.kind
            && fixed.is_empty()
        {
            by_code.clear();
            let words = words.get(self.place).into_iter().flat_map(Words::iter);
            by_code.extend(words.map(|word| settings.word(&self.name, word)));
        }
    }

    #[inline]
    pub(super) fn word(&self, by_code: &[Column], code: u32) -> Option<Column> {
        if code == MISSING {
            return self.missing;
        }
        by_code.get(code as usize).copied()
    }
}
