//! The stable encoder as a fitted `ColumnTransformer`, in a file of joblib.
//!
//! A `OneHotEncoder` with the fixed vocabularies, the last word of each dropped, and a
//! `StandardScaler` with the running means: fed with a data frame of raw records it gives the
//! encoder's columns in their order, and the scaler goes on with `partial_fit`.

use super::joblib::{JoblibError, SklearnVersion};
use super::pickle::{Data, Pickler};
use crate::encode::{Encoder, EncoderSettings, Scaler};
use crate::schema::{MissingNumber, MissingWord, Schema, Vocabulary};

/// An encoder as `joblib.dump` writes the `ColumnTransformer` that does the same.
///
/// # Errors
/// For what these transformers do not do: first-seen and hashed vocabularies, rules for missing
/// values, thresholds, interactions, and other encoders.
#[inline]
pub fn encoder_joblib(encoder: &Encoder, version: SklearnVersion) -> Result<Vec<u8>, JoblibError> {
    check_encoder_joblib(encoder)?;
    let schema = encoder.schema();
    let parts = Parts {
        words: schema
            .categorical()
            .map(|(name, vocabulary, _)| (name, fixed(vocabulary)))
            .collect(),
        numbers: schema.numeric().map(|(name, _)| name).collect(),
        scaler: encoder.scaler(),
        version: version.to_string(),
    };
    let mut pickler = Pickler::new();
    let (module, class) = ("sklearn.compose._column_transformer", "ColumnTransformer");
    pickler.object(module, class, |p| parts.column_transformer(p, version));
    Ok(pickler.finish())
}

/// Whether an encoder can be a file of joblib.
///
/// # Errors
/// As [`encoder_joblib`].
#[inline]
pub fn check_encoder_joblib(encoder: &Encoder) -> Result<(), JoblibError> {
    let reason = match encoder.settings() {
        EncoderSettings::Stable(settings) if !settings.thresholds.is_empty() => {
            Some("threshold indicators".to_owned())
        }
        EncoderSettings::Stable(settings) if !settings.interactions.is_empty() => {
            Some("interactions".to_owned())
        }
        EncoderSettings::Stable(_) => unusual_field(encoder.schema()),
        other => Some(format!("the {} encoder", other.name())),
    };
    reason.map_or(Ok(()), |reason| Err(JoblibError::Encoder(reason)))
}

/// What a field wants that the transformers do not do.
#[inline]
fn unusual_field(schema: &Schema) -> Option<String> {
    for (name, vocabulary, missing) in schema.categorical() {
        match (vocabulary, missing) {
            (Vocabulary::Fixed(_), MissingWord::Error) => {}
            (Vocabulary::Fixed(_), _) => return Some(format!("missing words of {name}")),
            (Vocabulary::FirstSeen(_), _) => {
                return Some(format!("words of {name} as they are first seen"));
            }
            (Vocabulary::Hashed(_), _) => return Some(format!("hashed words of {name}")),
        }
    }
    let mut numbers = schema.numeric();
    let unusual = numbers.find(|(_, missing)| *missing != MissingNumber::Error);
    unusual.map(|(name, _)| format!("missing numbers of {name}"))
}

#[inline]
fn fixed(vocabulary: &Vocabulary) -> &[String] {
    match vocabulary {
        Vocabulary::Fixed(words) => words,
        Vocabulary::FirstSeen(_) | Vocabulary::Hashed(_) => {
            unreachable!("other vocabularies were refused")
        }
    }
}

struct Parts<'a> {
    /// Fields and their vocabularies.
    words: Vec<(&'a str, &'a [String])>,
    numbers: Vec<&'a str>,
    scaler: Option<&'a Scaler>,
    version: String,
}

impl Parts<'_> {
    #[inline]
    fn column_transformer(&self, p: &mut Pickler, version: SklearnVersion) {
        p.key("transformers").list(|p| self.transformers(p, false));
        p.key("remainder").text("drop");
        p.key("sparse_threshold").int(0);
        p.key("n_jobs").none();
        p.key("transformer_weights").none();
        p.key("verbose").bool(false);
        p.key("verbose_feature_names_out").bool(false);
        if !version.is_from(9) {
            p.key("force_int_remainder_cols");
            if version.is_from(7) {
                p.text("deprecated");
            } else {
                p.bool(true);
            }
        }
        let names: Vec<&str> = self.fields().collect();
        p.key("feature_names_in_");
        words_array(p, names.iter().copied());
        p.key("n_features_in_").length(names.len());
        p.key("_columns").list(|p| {
            for group in self.groups() {
                p.list(|p| group.names.iter().for_each(|name| p.text(name)));
            }
        });
        p.key("_transformer_to_input_indices").dict(|p| {
            let mut start = 0;
            for group in self.groups() {
                let end = start + group.names.len();
                p.key(group.name)
                    .list(|p| (start..end).for_each(|place| p.length(place)));
                start = end;
            }
            p.key("remainder").list(|_| {});
        });
        p.key("_remainder").tuple(|p| {
            p.text("remainder");
            p.text("drop");
            p.list(|_| {});
        });
        p.key("sparse_output_").bool(false);
        p.key("transformers_").list(|p| self.transformers(p, true));
        p.key("output_indices_").dict(|p| {
            let mut start = 0;
            for group in self.groups() {
                let end = start + group.columns;
                p.key(group.name).slice(start, end);
                start = end;
            }
            p.key("remainder").slice(0, 0);
        });
        p.key("_sklearn_version").text(&self.version);
    }

    /// The transformers that there are, in the order of their columns.
    #[inline]
    fn groups(&self) -> Vec<Group<'_>> {
        let words = Group {
            name: "words",
            names: self.words.iter().map(|(name, _)| *name).collect(),
            columns: self.words.iter().map(|(_, words)| words.len() - 1).sum(),
        };
        let numbers = Group {
            name: "numbers",
            names: self.numbers.clone(),
            columns: self.numbers.len(),
        };
        let groups = [words, numbers].into_iter();
        groups.filter(|group| !group.names.is_empty()).collect()
    }

    #[inline]
    fn fields(&self) -> impl Iterator<Item = &str> {
        let words = self.words.iter().map(|(name, _)| *name);
        words.chain(self.numbers.iter().copied())
    }

    #[inline]
    fn transformers(&self, p: &mut Pickler, fitted: bool) {
        for group in self.groups() {
            p.tuple(|p| {
                p.text(group.name);
                if group.name == "words" {
                    let module = "sklearn.preprocessing._encoders";
                    p.object(module, "OneHotEncoder", |p| self.one_hot(p, fitted));
                } else {
                    let module = "sklearn.preprocessing._data";
                    p.object(module, "StandardScaler", |p| self.standard(p, fitted));
                }
                p.list(|p| group.names.iter().for_each(|name| p.text(name)));
            });
        }
    }

    #[inline]
    fn one_hot(&self, p: &mut Pickler, fitted: bool) {
        p.key("categories").list(|p| {
            for (_, words) in &self.words {
                p.list(|p| words.iter().for_each(|word| p.text(word)));
            }
        });
        p.key("sparse_output").bool(false);
        p.key("dtype").global("numpy", "float64");
        p.key("handle_unknown").text("error");
        let last = self.words.iter().filter_map(|(_, words)| words.last());
        p.key("drop").list(|p| last.for_each(|word| p.text(word)));
        p.key("min_frequency").none();
        p.key("max_categories").none();
        p.key("feature_name_combiner").text("concat");
        if fitted {
            p.key("_infrequent_enabled").bool(false);
            p.key("n_features_in_").length(self.words.len());
            p.key("feature_names_in_");
            words_array(p, self.words.iter().map(|(name, _)| *name));
            p.key("categories_").list(|p| {
                for (_, words) in &self.words {
                    words_array(p, words.iter().map(String::as_str));
                }
            });
            for name in ["_drop_idx_after_grouping", "drop_idx_"] {
                p.key(name);
                object_array(p, |p| {
                    for (_, words) in &self.words {
                        p.length(words.len() - 1);
                    }
                });
            }
            p.key("_n_features_outs").list(|p| {
                for (_, words) in &self.words {
                    p.length(words.len() - 1);
                }
            });
        }
        p.key("_sklearn_version").text(&self.version);
    }

    #[inline]
    fn standard(&self, p: &mut Pickler, fitted: bool) {
        p.key("with_mean").bool(true);
        p.key("with_std").bool(true);
        p.key("copy").bool(true);
        if let Some(scaler) = self.scaler.filter(|_| fitted) {
            p.key("feature_names_in_");
            words_array(p, self.numbers.iter().copied());
            p.key("n_features_in_").length(self.numbers.len());
            // Every number is there, so that all columns have seen as many.
            let seen = scaler.n_samples_seen().first().copied().unwrap_or_default();
            p.key("n_samples_seen_").call("numpy", "int64", |p| {
                p.int(i64::try_from(seen).unwrap_or(i64::MAX));
            });
            let mut array = |name, values: &[f64]| {
                p.key(name)
                    .array(&[values.len()], &Data::F64(values.to_vec()));
            };
            array("mean_", scaler.mean());
            array("var_", scaler.var());
            array("scale_", scaler.scale());
        }
        p.key("_sklearn_version").text(&self.version);
    }
}

/// A transformer: its name, its fields, and how many columns it makes.
struct Group<'a> {
    name: &'static str,
    names: Vec<&'a str>,
    columns: usize,
}

/// `numpy.array([…], "O")`: an array of words as scikit-learn keeps them.
#[inline]
fn words_array<'a>(p: &mut Pickler, words: impl Iterator<Item = &'a str>) {
    object_array(p, |p| words.for_each(|word| p.text(word)));
}

#[inline]
fn object_array(p: &mut Pickler, items: impl FnOnce(&mut Pickler)) {
    p.call("numpy", "array", |p| {
        p.list(items);
        p.text("O");
    });
}

impl Pickler {
    /// `slice(start, end)`.
    #[inline]
    fn slice(&mut self, start: usize, end: usize) {
        self.call("builtins", "slice", |p| {
            p.length(start);
            p.length(end);
            p.none();
        });
    }
}
