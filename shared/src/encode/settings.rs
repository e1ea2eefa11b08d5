//! How examples become features, as data.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Interaction, Threshold};
use crate::schema::{Kind, MissingWord, Schema, Vocabulary};
use crate::settings::SettingsError;

/// The widest matrix: scikit-learn's default for hashed features.
pub const MAX_FEATURES: u32 = 1 << 20;

/// Most interactions, and most thresholds.
pub const MAX_OPTIONS: usize = 64;

/// How examples become features. In JSON the kind's name leads to its settings, if it has any:
/// `{"stable": {"thresholds": ["loan_int_rate>15"]}}`, `"per_batch"`,
/// `{"hashed": {"n_features": 1024}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EncoderSettings {
    /// Fixed columns and a running scaler.
    Stable(StableSettings),
    /// The lab's pipeline, fitted anew on every batch.
    PerBatch,
    /// The whole example hashed into a fixed number of columns.
    Hashed(HashedSettings),
}

/// Settings of the stable encoder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StableSettings {
    /// Columns that say whether a number is beyond a value.
    pub thresholds: Vec<Threshold>,
    /// Products of the columns of two fields.
    pub interactions: Vec<Interaction>,
}

/// Settings of the hashed encoder; names and defaults are scikit-learn's `FeatureHasher`'s, but
/// for `scale_numbers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HashedSettings {
    /// Number of columns: from 1 to [`MAX_FEATURES`].
    pub n_features: u32,
    /// Whether the hash's sign is the value's, so that collisions cancel in the mean.
    pub alternate_sign: bool,
    /// Whether numbers go through the running scaler first, as an SGD model wants them.
    /// `FeatureHasher` itself takes them as they are: that is `false`.
    pub scale_numbers: bool,
}

impl Default for HashedSettings {
    fn default() -> Self {
        Self {
            n_features: MAX_FEATURES,
            alternate_sign: true,
            scale_numbers: true,
        }
    }
}

impl Default for EncoderSettings {
    fn default() -> Self {
        Self::Stable(StableSettings::default())
    }
}

impl EncoderSettings {
    /// The kind's name as settings spell it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Stable(_) => "stable",
            Self::PerBatch => "per_batch",
            Self::Hashed(_) => "hashed",
        }
    }

    /// Checks the settings by themselves; that fields exist is checked against a schema.
    ///
    /// # Errors
    /// The first setting out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        match self {
            Self::PerBatch => Ok(()),
            Self::Stable(settings) => settings.validate(),
            Self::Hashed(settings) if (1..=MAX_FEATURES).contains(&settings.n_features) => Ok(()),
            Self::Hashed(settings) => Err(SettingsError {
                field: "n_features",
                range: format!("from 1 to {MAX_FEATURES}"),
                value: settings.n_features.to_string(),
            }),
        }
    }

    /// The schema to decode with, for an encoder with these settings of `schema`.
    ///
    /// It is the schema itself for the stable encoder. The hashed one needs no vocabulary, so every
    /// word is let through. The lab's pipeline knows none before a batch, and lets a missing word
    /// through too: the encoder drops its row.
    #[must_use]
    pub fn decoding_schema(&self, schema: &Schema) -> Schema {
        let mut schema = schema.clone();
        if matches!(self, Self::Stable(_)) {
            return schema;
        }
        for field in &mut schema.fields {
            if let Kind::Categorical {
                vocabulary,
                missing,
            } = &mut field.kind
            {
                *vocabulary = Vocabulary::FirstSeen(MAX_FEATURES);
                if *self == Self::PerBatch && *missing == MissingWord::Error {
                    *missing = MissingWord::OwnCategory;
                }
            }
        }
        schema
    }
}

impl StableSettings {
    fn validate(&self) -> Result<(), SettingsError> {
        let thresholds = self.thresholds.iter().map(ToString::to_string);
        let interactions = self.interactions.iter().map(Interaction::unordered);
        distinct("thresholds", thresholds)?;
        distinct("interactions", interactions)
    }
}

/// Whether so many columns are allowed.
pub(super) fn check_features(columns: u32) -> Result<(), SettingsError> {
    if columns <= MAX_FEATURES {
        return Ok(());
    }
    Err(SettingsError {
        field: "features",
        range: format!("at most {MAX_FEATURES} columns"),
        value: columns.to_string(),
    })
}

fn distinct(field: &'static str, texts: impl Iterator<Item = String>) -> Result<(), SettingsError> {
    let mut known = BTreeSet::new();
    for text in texts {
        if known.len() == MAX_OPTIONS || known.contains(&text) {
            return Err(SettingsError {
                field,
                range: format!("at most {MAX_OPTIONS}, each of them once"),
                value: text,
            });
        }
        known.insert(text);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<EncoderSettings, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn settings_survive_json() {
        for json in [
            r#"{"stable":{"thresholds":["income<30000","rate>0.1"],"interactions":["a*b"]}}"#,
            r#""per_batch""#,
            r#"{"hashed":{"n_features":16,"alternate_sign":false,"scale_numbers":true}}"#,
        ] {
            let settings = read(json).unwrap();
            assert_eq!(serde_json::to_string(&settings).unwrap(), json);
        }
        assert_eq!(
            read(r#"{"stable":{}}"#).unwrap(),
            EncoderSettings::default()
        );
    }

    #[test]
    fn what_is_no_setting_is_named() {
        for (json, wanted) in [
            (r#"{"stable":{"treshold":[]}}"#, "treshold"),
            (r#"{"hashed":{"width":3}}"#, "width"),
            (r#"{"stable":{"thresholds":["income=3"]}}"#, "income=3"),
            (r#"{"sparse":{}}"#, "sparse"),
        ] {
            let error = read(json).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn ranges_are_told() {
        let check = |json: &str| read(json).unwrap().validate().unwrap_err().to_string();
        assert_eq!(
            check(r#"{"hashed":{"n_features":0}}"#),
            "n_features must be from 1 to 1048576; it is 0"
        );
        assert_eq!(
            check(r#"{"stable":{"interactions":["a*b","b*a"]}}"#),
            "interactions must be at most 64, each of them once; it is a*b"
        );
    }
}
