//! From examples to features: the matrix that the model is tested and trained on.
//!
//! A linear model knows columns of numbers only. An encoder says what stands in which column: a
//! word becomes a 1 in a column of its own (one-hot), a number is scaled to mean 0 and
//! deviation 1, for a step of stochastic gradient descent is as long in every direction. On a
//! stream the question is what the encoder may learn, and when. Three answers:
//!
//! | kind | columns | learned | reference |
//! |---|---|---|---|
//! | [`Stable`](EncoderSettings::Stable) | fixed by the schema | running mean and scale; first-seen words | scikit-learn's `OneHotEncoder`, `StandardScaler.partial_fit`, `PolynomialFeatures` |
//! | [`PerBatch`](EncoderSettings::PerBatch) | whatever the batch says | everything, anew in every batch | Spark's `StringIndexer`, `OneHotEncoder`, `StandardScaler` |
//! | [`Hashed`](EncoderSettings::Hashed) | `hash(name) mod n_features` | running mean and scale, if wanted | scikit-learn's `FeatureHasher` |
//!
//! The second is the course lab's, and its mistake: columns trade places from batch to batch, so
//! that what was learned of one word is applied to another. The modules [`stable`], [`per_batch`],
//! [`hashed`] and [`scaler`] say what stands in the columns, with formulas and sources; the
//! features are equal to the reference's to the last bit.
//!
//! Encoding a batch takes it into the encoder's state before it is transformed; no label is used.
//! It is one part of a learner's transaction: [`Encoder::encode`] leaves the state as it was when
//! it fails, and [`Encoder::undo`] takes a batch back that the model then refused.
//!
//! ```
//! use shared::decode::{Decoder, Examples};
//! use shared::encode::{Encoded, Encoder, EncoderSettings};
//! use shared::schema::Schema;
//!
//! let settings = serde_json::from_str(
//!     r#"{"stable": {"thresholds": ["loan_percent_income>0.4"]}}"#,
//! )?;
//! let mut encoder = Encoder::new(Schema::loan(), &settings)?;
//! assert_eq!(encoder.width(), 14);
//! assert_eq!(encoder.feature_names()[13], "loan_percent_income>0.4");
//!
//! let mut examples = Examples::default();
//! let record = br#"{"person_home_ownership": "OWN", "loan_intent": "MEDICAL",
//!     "previous_loan_defaults_on_file": "No", "person_income": 20000, "loan_amnt": 9000,
//!     "loan_int_rate": 12.5, "loan_percent_income": 0.45, "label": 0}"#;
//! Decoder::new(encoder.schema().clone()).decode(Some(record), &mut examples)?;
//! let mut encoded = Encoded::default();
//! encoder.encode(&examples, &mut encoded)?;
//! let ones: Vec<_> = encoded.features().row(0).entries().filter(|e| e.1 == 1.0).collect();
//! assert_eq!(ones, [(1, 1.0), (5, 1.0), (13, 1.0)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod encoded;
mod error;
mod features;
pub mod hashed;
mod options;
pub mod per_batch;
pub mod scaler;
mod settings;
pub mod stable;
mod state;

pub use encoded::Encoded;
pub use error::EncodeError;
pub use features::{Features, Row};
pub use options::{Interaction, OptionError, Side, Threshold};
pub use scaler::Scaler;
pub use settings::{EncoderSettings, HashedSettings, MAX_FEATURES, MAX_OPTIONS, StableSettings};

use serde::{Deserialize, Serialize};

use crate::decode::Examples;
use crate::schema::Schema;
use crate::settings::SettingsError;

use hashed::Hashed;
use per_batch::PerBatch;
use stable::Stable;
use stable::terms::Terms;
use state::SavedEncoder;

/// Turns examples of a schema into features, and learns from them what its kind learns.
///
/// As JSON it is schema, settings and what was learned; reading refuses a state that this
/// schema and these settings cannot lead to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "SavedEncoder", into = "SavedEncoder")]
pub struct Encoder {
    schema: Schema,
    settings: EncoderSettings,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Stable(Box<Stable>),
    PerBatch(Box<PerBatch>),
    Hashed(Box<Hashed>),
}

impl PartialEq for Encoder {
    /// Whether they have the same schema and settings and have learned the same.
    fn eq(&self, other: &Self) -> bool {
        self.schema == other.schema
            && self.settings == other.settings
            && self.kind.state() == other.kind.state()
    }
}

impl Encoder {
    /// An encoder that has seen nothing. `schema` is the one the examples are decoded with
    /// ([`EncoderSettings::decoding_schema`]).
    ///
    /// # Errors
    /// The first setting that is out of its range or names a field that the schema does not have,
    /// or more columns than [`MAX_FEATURES`].
    pub fn new(schema: Schema, settings: &EncoderSettings) -> Result<Self, SettingsError> {
        settings.validate()?;
        let kind = match settings {
            EncoderSettings::Stable(settings) => {
                Kind::Stable(Box::new(Stable::new(&schema, settings)?))
            }
            EncoderSettings::PerBatch => Kind::PerBatch(Box::new(PerBatch::new(&schema))),
            EncoderSettings::Hashed(settings) => {
                Kind::Hashed(Box::new(Hashed::new(&schema, settings)))
            }
        };
        Ok(Self {
            schema,
            settings: settings.clone(),
            kind,
        })
    }

    /// The schema it encodes.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Its settings.
    #[must_use]
    pub fn settings(&self) -> &EncoderSettings {
        &self.settings
    }

    /// What it has learned.
    pub(crate) fn state(&self) -> impl Serialize {
        self.kind.state()
    }

    /// The running scaler of the numeric fields, if there is one: not in the lab's encoder, which
    /// forgets, and not in a hashed one that takes numbers as they are.
    #[must_use]
    pub fn scaler(&self) -> Option<&Scaler> {
        match &self.kind {
            Kind::Stable(stable) => Some(stable.scaler()),
            Kind::PerBatch(_) => None,
            Kind::Hashed(hashed) => hashed.scaler(),
        }
    }

    /// Number of features. It never changes, except for the lab's encoder: there it is that of the
    /// last batch, and 0 before the first.
    #[must_use]
    pub fn width(&self) -> usize {
        match &self.kind {
            Kind::Stable(stable) => stable.width() as usize,
            Kind::PerBatch(per_batch) => per_batch.width(),
            Kind::Hashed(hashed) => hashed.width() as usize,
        }
    }

    /// Names of the features in their order, as scikit-learn's `get_feature_names_out` spells
    /// them: `field_WORD` for a one-hot column, the field's own name for a number,
    /// `missingindicator_field`, `field>value` for a threshold, `a b` for a product, and
    /// `featurehasher0`, … for hashed columns. A column that no word has taken yet is
    /// `field#number`.
    #[must_use]
    pub fn feature_names(&self) -> Vec<String> {
        match &self.kind {
            Kind::Stable(stable) => stable.feature_names(),
            Kind::PerBatch(per_batch) => per_batch.feature_names(),
            Kind::Hashed(hashed) => {
                let columns = 0..hashed.width();
                columns
                    .map(|column| format!("featurehasher{column}"))
                    .collect()
            }
        }
    }

    /// The encoder as it stands, for somebody who encodes elsewhere.
    ///
    /// # Errors
    /// What has no fixed meaning, or none that can be written down as a list.
    pub(crate) fn terms(&self) -> Result<Terms, String> {
        match &self.kind {
            Kind::Stable(stable) => stable
                .terms()
                .map_err(|field| format!("hashed words of {field}")),
            Kind::PerBatch(_) | Kind::Hashed(_) => {
                Err(format!("the {} encoder", self.settings.name()))
            }
        }
    }

    /// Takes the batch into the encoder's state, then turns it into features. No label is used.
    ///
    /// # Errors
    /// When the batch cannot be encoded; the state is then as it was, and `encoded` is not to be
    /// used.
    pub fn encode(
        &mut self,
        examples: &Examples,
        encoded: &mut Encoded,
    ) -> Result<(), EncodeError> {
        match &mut self.kind {
            Kind::Stable(stable) => stable.encode(examples, encoded),
            Kind::PerBatch(per_batch) => per_batch.encode(examples, encoded),
            Kind::Hashed(hashed) => hashed.encode(examples, encoded),
        }
    }

    /// Turns examples into features without learning from them, as a hold-out set wants it. The
    /// lab's encoder has nothing to go by but the set itself, and is fitted on it for the moment.
    /// [`undo`](Self::undo) has nothing to take back afterwards.
    ///
    /// # Errors
    /// When the set cannot be encoded; `encoded` is then not to be used.
    pub fn transform(
        &mut self,
        examples: &Examples,
        encoded: &mut Encoded,
    ) -> Result<(), EncodeError> {
        match &mut self.kind {
            Kind::Stable(stable) => {
                stable.transform(examples, encoded);
                Ok(())
            }
            Kind::PerBatch(per_batch) => {
                let outcome = per_batch.encode(examples, encoded);
                if outcome.is_ok() {
                    per_batch.undo();
                }
                outcome
            }
            Kind::Hashed(hashed) => hashed.transform(examples, encoded),
        }
    }

    /// Takes back what the last call of [`encode`](Self::encode) did to the state; once only, and
    /// nothing if that call failed.
    pub fn undo(&mut self) {
        match &mut self.kind {
            Kind::Stable(stable) => stable.undo(),
            Kind::PerBatch(per_batch) => per_batch.undo(),
            Kind::Hashed(hashed) => hashed.undo(),
        }
    }
}

#[cfg(test)]
mod tests;
