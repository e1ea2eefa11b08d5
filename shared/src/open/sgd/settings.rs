//! The parameters of scikit-learn's classifier as settings.

use std::fmt::Display;
use std::str::FromStr;

use super::Note;
use super::members::Members;
use crate::model::{Average, ClassWeight, Dtype, LearningRate, Penalty, SgdSettings};
use crate::open::OpenError;
use crate::open::array::Plain;
use crate::open::pickle::{Id, Value};
use crate::schema::Class;

/// Parameters that a partial fit does not use.
const UNUSED: [&str; 8] = [
    "C",
    "max_iter",
    "tol",
    "verbose",
    "n_jobs",
    "validation_fraction",
    "n_iter_no_change",
    "warm_start",
];

/// The settings but for `class_weight`, which names classes, and `dtype`, which the weights show.
pub(super) fn settings(
    members: &mut Members<'_>,
    notes: &mut Vec<Note>,
) -> Result<SgdSettings, OpenError> {
    members.pass_over(&UNUSED);
    let (early_stopping, id) = bool(members, "early_stopping")?;
    if early_stopping {
        let problem = "True: a partial fit has no early stopping, scikit-learn refuses it too; \
            call set_params(early_stopping=False) and save the classifier again";
        return Err(members.fault("early_stopping", id, problem));
    }
    let defaults = SgdSettings::default();
    let (shuffle, _) = bool(members, "shuffle")?;
    let learning_rate = named(members, "learning_rate")?;
    Ok(SgdSettings {
        loss: named(members, "loss")?,
        penalty: penalty(members)?,
        alpha: number(members, "alpha")?.0,
        l1_ratio: optional(members, "l1_ratio", defaults.l1_ratio)?,
        fit_intercept: bool(members, "fit_intercept")?.0,
        epsilon: number(members, "epsilon")?.0,
        shuffle,
        random_state: random_state(members, shuffle, notes)?,
        learning_rate,
        eta0: eta0(members, learning_rate)?,
        power_t: number(members, "power_t")?.0,
        average: average(members)?,
        class_weight: ClassWeight::default(),
        dtype: Dtype::Float64,
    })
}

fn bool(members: &mut Members<'_>, name: &str) -> Result<(bool, Id), OpenError> {
    match members.plain(name)? {
        (Plain::Bool(value), id) => Ok((value, id)),
        (other, id) => Err(unlike(members, name, id, &other, "True or False")),
    }
}

// Whole numbers that are no f64 are far beyond every setting.
#[allow(clippy::cast_precision_loss)]
fn number(members: &mut Members<'_>, name: &str) -> Result<(f64, Id), OpenError> {
    match members.plain(name)? {
        (Plain::Float(value), id) => Ok((value, id)),
        (Plain::Int(value), id) => Ok((value as f64, id)),
        (other, id) => Err(unlike(members, name, id, &other, "a number")),
    }
}

/// A number, or what stands for None.
fn optional(members: &mut Members<'_>, name: &str, none: f64) -> Result<f64, OpenError> {
    let id = members.need(name)?;
    match Plain::of(members.tree, id).map_err(|error| error.of_part(name))? {
        Plain::None => Ok(none),
        Plain::Float(value) => Ok(value),
        Plain::Int(0) => Ok(0.0),
        Plain::Int(1) => Ok(1.0),
        other => Err(unlike(members, name, id, &other, "a number or None")),
    }
}

fn named<T>(members: &mut Members<'_>, name: &str) -> Result<T, OpenError>
where
    T: FromStr,
    T::Err: Display,
{
    match members.plain(name)? {
        (Plain::Text(text), id) => {
            let value = text.parse::<T>();
            value.map_err(|error| members.fault(name, id, error.to_string()))
        }
        (other, id) => Err(unlike(members, name, id, &other, "a text")),
    }
}

fn penalty(members: &mut Members<'_>) -> Result<Penalty, OpenError> {
    if let Some(id) = members.peek("penalty")
        && matches!(members.tree.get(id), Value::None)
    {
        members.pass_over(&["penalty"]);
        return Ok(Penalty::None);
    }
    named(members, "penalty")
}

/// None draws another seed for every partial fit, which nobody can repeat.
fn random_state(
    members: &mut Members<'_>,
    shuffle: bool,
    notes: &mut Vec<Note>,
) -> Result<u32, OpenError> {
    let name = "random_state";
    let (value, id) = members.plain(name)?;
    match value {
        Plain::None => {
            let seed = SgdSettings::default().random_state;
            if shuffle {
                notes.push(Note::RandomState(seed));
            }
            Ok(seed)
        }
        Plain::Int(seed) => u32::try_from(seed).map_err(|_| {
            let problem = format!("{seed}: from 0 to {} are seeds", u32::MAX);
            members.fault(name, id, problem)
        }),
        other => Err(unlike(members, name, id, &other, "a whole number or None")),
    }
}

/// The rate `optimal` does not use it; both defaults, 0.0 and 0.01, are none there.
fn eta0(members: &mut Members<'_>, rate: LearningRate) -> Result<Option<f64>, OpenError> {
    let (eta0, _) = number(members, "eta0")?;
    let is_default = eta0 == 0.0 || eta0 == 0.01;
    Ok((rate.uses_eta0() || !is_default).then_some(eta0))
}

fn average(members: &mut Members<'_>) -> Result<Average, OpenError> {
    let name = "average";
    let (value, id) = members.plain(name)?;
    match value {
        Plain::Bool(on) => Ok(Average(on.into())),
        Plain::Int(update) => u64::try_from(update)
            .map(Average)
            .map_err(|_| members.fault(name, id, format!("{update}: at least 0 is needed"))),
        other => Err(unlike(
            members,
            name,
            id,
            &other,
            "True, False or a whole number",
        )),
    }
}

fn unlike(members: &Members<'_>, name: &str, id: Id, found: &Plain<'_>, wanted: &str) -> OpenError {
    members.fault(
        name,
        id,
        format!("{wanted} is needed, not {}", found.kind()),
    )
}

/// Weights by the classes, which are the same as keys where Python says that they are equal.
pub(super) fn class_weight(
    members: &mut Members<'_>,
    classes: &[Class],
) -> Result<ClassWeight, OpenError> {
    let name = "class_weight";
    let id = members.need(name)?;
    let part = |error: OpenError| error.of_part(name);
    let items = match members.tree.get(id) {
        Value::None => return Ok(ClassWeight::default()),
        Value::Dict(items) => items,
        _ => {
            let plain = Plain::of(members.tree, id).map_err(part)?;
            let problem = format!(
                "weights by class or None are needed, not {}; scikit-learn's partial_fit refuses \
                 \"balanced\" too",
                plain.kind()
            );
            return Err(members.fault(name, id, problem));
        }
    };
    let mut pairs = Vec::new();
    for &(key, value) in items {
        let class = Plain::of(members.tree, key).map_err(part)?;
        let class = key_name(&class, classes)
            .ok_or_else(|| members.fault(name, key, format!("{} is no class", class.kind())))?;
        let weight = match Plain::of(members.tree, value).map_err(part)? {
            Plain::Float(weight) => weight,
            #[allow(
                clippy::cast_precision_loss,
                reason = "a weight as scikit-learn has it"
            )]
            Plain::Int(weight) => weight as f64,
            other => return Err(unlike(members, name, value, &other, "a number")),
        };
        pairs.push((class, weight));
    }
    ClassWeight::from_pairs(pairs).map_err(|error| members.fault(name, id, error.to_string()))
}

/// What settings call the class of a key. None for a key that is no class but is called like one.
fn key_name(key: &Plain<'_>, classes: &[Class]) -> Option<String> {
    let class = super::words::class_of(key)?;
    let same = |known: &&Class| match (*known, &class) {
        (Class::Bool(known), Class::Integer(key)) => i64::from(*known) == *key,
        (Class::Integer(known), Class::Bool(key)) => *known == i64::from(*key),
        (known, key) => known == key,
    };
    if let Some(known) = classes.iter().find(same) {
        return Some(known.name());
    }
    let name = class.name();
    let is_taken = classes.iter().any(|known| known.name() == name);
    (!is_taken).then_some(name)
}
