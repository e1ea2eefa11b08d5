//! scikit-learn's classifier as a file of joblib, without Python.
//!
//! `joblib.load` makes a `sklearn.linear_model.SGDClassifier` of it that predicts and goes on with
//! `partial_fit` as if it had learned everything itself. It holds what a classifier holds after a
//! `partial_fit`, but for what the next one makes anew.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::pickle::{Data, Pickler};
use crate::model::{Dtype, ModelState, Penalty, RowState, SgdClassifier, SgdSettings};
use crate::schema::Class;

/// The version of scikit-learn that a file says it is from. Another one opens it too, but warns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SklearnVersion {
    major: u16,
    minor: u16,
    patch: u16,
}

/// The first version with the rates `pa1` and `pa2`.
const HAS_PASSIVE_AGGRESSIVE: SklearnVersion = SklearnVersion::new(1, 8, 0);

impl SklearnVersion {
    /// The oldest version whose classifier these files are.
    pub const OLDEST: Self = Self::new(1, 5, 0);

    /// The version for models of these settings where nobody asks for another: 1.7.2, the
    /// reference of the arithmetic, or the first that has their rate.
    #[must_use]
    #[inline]
    pub fn of(settings: &SgdSettings) -> Self {
        if settings.learning_rate.is_passive_aggressive() {
            HAS_PASSIVE_AGGRESSIVE
        } else {
            Self::USUAL
        }
    }

    #[inline]
    pub(super) fn is_from(self, minor: u16) -> bool {
        self >= Self::new(Self::OLDEST.major, minor, 0)
    }

    const USUAL: Self = Self::new(1, 7, 2);

    const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }
}

impl fmt::Display for SklearnVersion {
    #[inline]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for SklearnVersion {
    type Err = JoblibError;

    #[inline]
    fn from_str(text: &str) -> Result<Self, JoblibError> {
        let unknown = || JoblibError::Version(text.to_owned());
        let numbers: Result<Vec<u16>, _> = text.split('.').map(str::parse).collect();
        let version = match numbers.map_err(|_| unknown())?[..] {
            [major, minor, patch] => Self::new(major, minor, patch),
            _ => return Err(unknown()),
        };
        if version < Self::OLDEST || version.major != Self::OLDEST.major {
            return Err(unknown());
        }
        Ok(version)
    }
}

/// Why a model is no file of joblib.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum JoblibError {
    /// scikit-learn has no such model.
    #[error("scikit-learn has no online models: joblib files are for SGDClassifier only")]
    Online,
    /// The encoder does what scikit-learn's transformers here do not.
    #[error("there is no ColumnTransformer for {0}: the encoder is in the model's JSON file")]
    Encoder(String),
    /// The version's classifier does not have this rate.
    #[error(
        "learning_rate {rate} needs scikit-learn {HAS_PASSIVE_AGGRESSIVE} or later, not {version}"
    )]
    Rate {
        /// The rate.
        rate: &'static str,
        /// The version asked for.
        version: SklearnVersion,
    },
    /// Not a version that these files can say they are from.
    #[error(
        "\"{0}\" is no version of scikit-learn from {oldest} to below 2, such as {usual}",
        oldest = SklearnVersion::OLDEST,
        usual = SklearnVersion::USUAL
    )]
    Version(String),
}

/// Whether models of these settings can be files of joblib.
///
/// # Errors
/// When that version of scikit-learn has no such classifier.
#[inline]
pub fn check_joblib(settings: &SgdSettings, version: SklearnVersion) -> Result<(), JoblibError> {
    let rate = settings.learning_rate;
    if rate.is_passive_aggressive() && version < HAS_PASSIVE_AGGRESSIVE {
        return Err(JoblibError::Rate {
            rate: rate.name(),
            version,
        });
    }
    Ok(())
}

/// A classifier as `joblib.dump` writes it; `classes` are its classes in their order.
///
/// # Errors
/// When that version of scikit-learn has no such classifier.
#[inline]
pub fn sgd_joblib(
    model: &SgdClassifier,
    classes: &[Class],
    version: SklearnVersion,
) -> Result<Vec<u8>, JoblibError> {
    check_joblib(model.settings(), version)?;
    let mut pickler = Pickler::new();
    let (module, class) = ("sklearn.linear_model._stochastic_gradient", "SGDClassifier");
    pickler.object(module, class, |p| {
        parameters(p, model.settings(), classes);
        // One that has learned nothing yet has no attributes in scikit-learn either.
        if model.t() > 1.0 {
            attributes(p, model, classes);
        }
        p.key("_sklearn_version").text(&version.to_string());
    });
    Ok(pickler.finish())
}

#[inline]
fn parameters(p: &mut Pickler, settings: &SgdSettings, classes: &[Class]) {
    p.key("loss").text(settings.loss.name());
    match settings.penalty {
        Penalty::None => p.key("penalty").none(),
        penalty => p.key("penalty").text(penalty.name()),
    }
    p.key("alpha").float(settings.alpha);
    p.key("C").float(1.0);
    p.key("l1_ratio").float(settings.l1_ratio);
    p.key("fit_intercept").bool(settings.fit_intercept);
    p.key("max_iter").int(1000);
    p.key("tol").float(1e-3);
    p.key("shuffle").bool(settings.shuffle);
    p.key("verbose").int(0);
    p.key("epsilon").float(settings.epsilon);
    p.key("n_jobs").none();
    p.key("random_state").int(settings.random_state.into());
    p.key("learning_rate").text(settings.learning_rate.name());
    // Where no rate uses it: a number that every version takes, which 0 is not.
    p.key("eta0").float(settings.eta0.unwrap_or(0.01));
    p.key("power_t").float(settings.power_t);
    p.key("early_stopping").bool(false);
    p.key("validation_fraction").float(0.1);
    p.key("n_iter_no_change").int(5);
    p.key("class_weight");
    class_weight(p, settings, classes);
    p.key("warm_start").bool(false);
    p.key("average");
    match settings.average.0 {
        on_or_off @ (0 | 1) => p.bool(on_or_off == 1),
        update => p.int(i64::try_from(update).unwrap_or(i64::MAX)),
    }
}

/// Weights by the classes themselves, as `class_weight` has them.
#[inline]
fn class_weight(p: &mut Pickler, settings: &SgdSettings, classes: &[Class]) {
    if settings.class_weight.is_none() {
        return p.none();
    }
    p.dict(|p| {
        for (name, weight) in settings.class_weight.pairs() {
            match classes.iter().find(|class| class.name() == name) {
                Some(class) => one_class(p, class),
                None => p.text(name),
            }
            p.float(weight);
        }
    });
}

#[inline]
fn one_class(p: &mut Pickler, class: &Class) {
    match class {
        Class::Bool(class) => p.bool(*class),
        Class::Integer(class) => p.int(*class),
        Class::Text(class) => p.text(class),
    }
}

#[inline]
fn attributes(p: &mut Pickler, model: &SgdClassifier, classes: &[Class]) {
    let state = model.state();
    let rows = state.rows.len();
    let width = model.width();
    p.key("n_features_in_").length(width);
    p.key("classes_")
        .array(&[classes.len()], &of_classes(classes));
    let weights = model.class_weights().to_vec();
    p.key("_expanded_class_weight")
        .array(&[weights.len()], &Data::F64(weights));
    let floats = Floats {
        state,
        dtype: model.settings().dtype,
    };
    p.key("coef_");
    p.array(&[rows, width], &floats.rows(|row| model.coef(row).to_vec()));
    if state.averages() {
        averages(p, model, &floats);
    } else {
        p.key("intercept_");
        p.array(&[rows], &floats.plain_intercept());
    }
    p.key("t_").float(state.t);
    p.key("n_iter_").int(1);
}

/// The intercept that predicts is the same array as the averaged or the plain one, and more than two
/// classes rely on that: `partial_fit` writes into it.
#[inline]
fn averages(p: &mut Pickler, model: &SgdClassifier, floats: &Floats<'_>) {
    let rows = model.rows();
    let shape = [rows, model.width()];
    // Of two classes they are rows, not matrices.
    let shape = if rows == 1 { &shape[1..] } else { &shape[..] };
    p.key("_standard_coef");
    p.array(shape, &floats.state_rows(|row| row.plain_coef.clone()));
    p.key("_average_coef");
    let average = |row: &RowState| row.average_coef.clone().unwrap_or_default();
    p.array(shape, &floats.state_rows(average));
    p.key("_standard_intercept");
    let standard = p.array(&[rows], &floats.plain_intercept());
    p.key("_average_intercept");
    let average = p.array(
        &[rows],
        &floats.state_rows(|row| vec![row.average_intercept]),
    );
    p.key("intercept_");
    p.again(if model.average_is_active() {
        average
    } else {
        standard
    });
}

#[inline]
fn of_classes(classes: &[Class]) -> Data {
    let mut all = (Vec::new(), Vec::new(), Vec::new());
    for class in classes {
        match class {
            Class::Bool(class) => all.0.push(*class),
            Class::Integer(class) => all.1.push(*class),
            Class::Text(class) => all.2.push(class.clone()),
        }
    }
    // A label has classes of one kind.
    match all {
        (bools, integers, texts) if integers.is_empty() && texts.is_empty() => Data::Bool(bools),
        (_, integers, texts) if texts.is_empty() => Data::I64(integers),
        (.., texts) => Data::Text(texts),
    }
}

/// The model's numbers as arrays of the width in which scikit-learn has them.
struct Floats<'a> {
    state: &'a ModelState,
    dtype: Dtype,
}

impl Floats<'_> {
    #[inline]
    fn rows(&self, of: impl Fn(usize) -> Vec<f64>) -> Data {
        let values = (0..self.state.rows.len()).flat_map(of);
        match self.dtype {
            Dtype::Float64 => Data::F64(values.collect()),
            // They have that width already.
            #[allow(clippy::cast_possible_truncation)]
            Dtype::Float32 => Data::F32(values.map(|value| value as f32).collect()),
        }
    }

    #[inline]
    fn state_rows(&self, of: impl Fn(&RowState) -> Vec<f64>) -> Data {
        self.rows(|row| of(&self.state.rows[row]))
    }

    /// Of two classes a number of its own, which is always wide.
    #[inline]
    fn plain_intercept(&self) -> Data {
        match &self.state.rows[..] {
            [row] => Data::F64(vec![row.plain_intercept]),
            _ => self.state_rows(|row| vec![row.plain_intercept]),
        }
    }
}
