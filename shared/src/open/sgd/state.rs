//! What a classifier has learned, from its attributes.

use super::members::Members;
use super::{Fitted, Note};
use crate::model::{Dtype, ModelState, RowState, SgdSettings};
use crate::open::OpenError;
use crate::open::array::{Array, Kind, Plain};
use crate::open::pickle::Id;
use crate::schema::{Class, MAX_CLASS, MAX_CLASSES};

/// Attributes that the next partial fit makes anew.
const MADE_ANEW: [&str; 5] = [
    "_expanded_class_weight",
    "_loss_function_",
    "loss_function_",
    "n_iter_",
    "n_features_in_",
];

/// Attributes by which a classifier shows that it has learned something.
const LEARNED: [&str; 4] = ["classes_", "coef_", "intercept_", "t_"];

/// The classes of a classifier that has learned something.
pub(super) fn classes(members: &mut Members<'_>) -> Result<Option<Vec<Class>>, OpenError> {
    if !LEARNED.iter().any(|name| members.has(name)) {
        return Ok(None);
    }
    let name = "classes_";
    let (array, id) = members.array(name)?;
    let length = match *array.shape() {
        [length @ 2..=MAX_CLASSES] => length,
        _ => {
            let problem = format!(
                "2 to {MAX_CLASSES} classes in a row are needed, the shape is {:?}",
                array.shape()
            );
            return Err(members.fault(name, id, problem));
        }
    };
    let mut classes = Vec::with_capacity(length);
    let mut budget = members.tree.file_bytes;
    for entry in array.entries() {
        let entry = entry.map_err(|error| error.of_part(name))?;
        spend(&mut budget, &entry).ok_or_else(|| members.fault(name, id, TOO_LONG))?;
        let class = class_of(&entry);
        let problem = || format!("{} is not a whole number, a word or a bool", entry.kind());
        classes.push(class.ok_or_else(|| members.fault(name, id, problem()))?);
    }
    let one_kind =
        |pair: &[Class]| std::mem::discriminant(&pair[0]) == std::mem::discriminant(&pair[1]);
    if !classes
        .windows(2)
        .all(|pair| one_kind(pair) && pair[0] < pair[1])
    {
        let problem = "classes must be of one kind, ascending, and each there once";
        return Err(members.fault(name, id, problem));
    }
    Ok(Some(classes))
}

/// What is said of texts that cannot all stand in the file.
const TOO_LONG: &str = "texts that are longer together than the file: one is named many times";

/// Takes a text's bytes from what the file can hold; none if it cannot hold them.
fn spend(budget: &mut usize, entry: &Plain<'_>) -> Option<()> {
    if let Plain::Text(text) = entry {
        *budget = budget.checked_sub(text.len())?;
    }
    Some(())
}

/// A value as a class: a float is one if it is a whole number.
pub(super) fn class_of(value: &Plain<'_>) -> Option<Class> {
    match value {
        Plain::Bool(value) => Some(Class::Bool(*value)),
        Plain::Int(value) => in_range(*value),
        // Beyond the range of whole numbers it ends up beyond that of classes.
        #[allow(clippy::cast_possible_truncation)]
        Plain::Float(value) if value.fract() == 0.0 => in_range(*value as i64),
        Plain::Text(text) => Some(Class::Text(text.clone().into_owned())),
        Plain::None | Plain::Float(_) => None,
    }
}

fn in_range(value: i64) -> Option<Class> {
    (-MAX_CLASS..=MAX_CLASS)
        .contains(&value)
        .then_some(Class::Integer(value))
}

/// Everything else that was learned; sets the settings' width of number.
pub(super) fn fitted(
    members: &mut Members<'_>,
    settings: &mut SgdSettings,
    classes: Vec<Class>,
    notes: &mut Vec<Note>,
) -> Result<Fitted, OpenError> {
    let rows = if classes.len() > 2 { classes.len() } else { 1 };
    let coef = Numbers::of(members, "coef_")?;
    let width = match coef.shape[..] {
        [found, width] if found == rows && width > 0 => width,
        _ => {
            let problem = format!(
                "{rows} x features are needed for {} classes, the shape is {:?}",
                classes.len(),
                coef.shape
            );
            return Err(members.fault(coef.name, coef.id, problem));
        }
    };
    settings.dtype = coef.dtype;
    let intercept = Numbers::of(members, "intercept_")?.with_entries(members, rows)?;
    let t = t(members)?;
    let mut shape = Learned {
        members,
        rows,
        width,
        dtype: coef.dtype,
    };
    let state = if settings.average.0 > 0 {
        let active = averages_predict(settings, t);
        shape.averaged(&coef, &intercept, active, t, notes)?
    } else {
        shape.plain(&coef, &intercept, t)
    };
    if !state.is_consistent(width, u16::try_from(classes.len()).unwrap_or(u16::MAX)) {
        return Err(members.fault(coef.name, coef.id, "numbers that do not fit together"));
    }
    let feature_names = feature_names(members, width)?;
    check_features(members, width)?;
    members.pass_over(&MADE_ANEW);
    // Of a classifier that once averaged, and no longer does.
    members.pass_over(&AVERAGES);
    Ok(Fitted {
        classes,
        feature_names,
        state,
    })
}

/// Attributes of averaging.
const AVERAGES: [&str; 4] = [
    "_standard_coef",
    "_standard_intercept",
    "_average_coef",
    "_average_intercept",
];

#[expect(clippy::cast_precision_loss, reason = "beyond 2⁵³ it is never reached")]
fn averages_predict(settings: &SgdSettings, t: f64) -> bool {
    settings.average.0 as f64 <= t - 1.0
}

/// `t_`: a whole number from 1.
#[allow(
    clippy::cast_precision_loss,
    reason = "is_consistent refuses what is not exact"
)]
fn t(members: &mut Members<'_>) -> Result<f64, OpenError> {
    let (value, id) = members.plain("t_")?;
    let t = match value {
        Plain::Float(t) => t,
        Plain::Int(t) => t as f64,
        _ => f64::NAN,
    };
    if t >= 1.0 && t <= MAX_CLASS as f64 && t.fract() == 0.0 {
        return Ok(t);
    }
    let problem = format!("a whole number from 1 is needed, not {}", value.kind());
    Err(members.fault("t_", id, problem))
}

fn check_features(members: &mut Members<'_>, width: usize) -> Result<(), OpenError> {
    let name = "n_features_in_";
    if !members.has(name) {
        return Ok(());
    }
    let (value, id) = members.plain(name)?;
    if matches!(value, Plain::Int(found) if usize::try_from(found) == Ok(width)) {
        return Ok(());
    }
    let problem = format!("{}, while coef_ has {width} features", value.kind());
    Err(members.fault(name, id, problem))
}

fn feature_names(
    members: &mut Members<'_>,
    width: usize,
) -> Result<Option<Vec<String>>, OpenError> {
    let name = "feature_names_in_";
    if !members.has(name) {
        return Ok(None);
    }
    let (array, id) = members.array(name)?;
    if array.shape() != [width] {
        let problem = format!("{width} names are needed, the shape is {:?}", array.shape());
        return Err(members.fault(name, id, problem));
    }
    let mut names = Vec::with_capacity(width);
    let mut budget = members.tree.file_bytes;
    for entry in array.entries() {
        let entry = entry.map_err(|error| error.of_part(name))?;
        spend(&mut budget, &entry).ok_or_else(|| members.fault(name, id, TOO_LONG))?;
        let Plain::Text(text) = entry else {
            let problem = format!("a name must be a text, not {}", entry.kind());
            return Err(members.fault(name, id, problem));
        };
        names.push(text.into_owned());
    }
    Ok(Some(names))
}

/// An array of finite numbers, row by row.
struct Numbers {
    name: &'static str,
    id: Id,
    shape: Vec<usize>,
    dtype: Dtype,
    values: Vec<f64>,
}

impl Numbers {
    fn of(members: &mut Members<'_>, name: &'static str) -> Result<Self, OpenError> {
        let (array, id) = members.array(name)?;
        if array.kind() != Kind::Float {
            return Err(members.fault(name, id, "float64 or float32 is needed"));
        }
        let dtype = match array.entry_bytes() {
            4 => Dtype::Float32,
            _ => Dtype::Float64,
        };
        let values = Self::values(&array).map_err(|error| error.of_part(name))?;
        if let Some(place) = values.iter().position(|value| !value.is_finite()) {
            let problem = format!("entry {place} is {}: it must be finite", values[place]);
            return Err(members.fault(name, id, problem));
        }
        Ok(Self {
            name,
            id,
            shape: array.shape().to_vec(),
            dtype,
            values,
        })
    }

    fn values(array: &Array<'_>) -> Result<Vec<f64>, OpenError> {
        let number = |entry: Plain<'_>| match entry {
            Plain::Float(value) => value,
            // There are floats only.
            _ => f64::NAN,
        };
        array.entries().map(|entry| entry.map(number)).collect()
    }

    /// The numbers, if there are so many.
    fn with_entries(self, members: &Members<'_>, entries: usize) -> Result<Self, OpenError> {
        if self.values.len() == entries {
            return Ok(self);
        }
        let problem = format!(
            "{entries} numbers are needed, the shape is {:?}",
            self.shape
        );
        Err(members.fault(self.name, self.id, problem))
    }

    /// The numbers, if they are of the classifier's width.
    fn as_wide(self, members: &Members<'_>, dtype: Dtype) -> Result<Self, OpenError> {
        if self.dtype == dtype {
            return Ok(self);
        }
        let problem = format!("{} while coef_ is {dtype}", self.dtype);
        Err(members.fault(self.name, self.id, problem))
    }
}

/// Of how many numbers the state is.
struct Learned<'m, 't> {
    members: &'m mut Members<'t>,
    rows: usize,
    width: usize,
    dtype: Dtype,
}

impl Learned<'_, '_> {
    fn plain(&self, coef: &Numbers, intercept: &Numbers, t: f64) -> ModelState {
        let rows = coef.values.chunks_exact(self.width).zip(&intercept.values);
        let row = |(coef, &intercept): (&[f64], &f64)| RowState {
            plain_coef: coef.to_vec(),
            plain_intercept: intercept,
            average_coef: None,
            average_intercept: 0.0,
        };
        ModelState {
            t,
            rows: rows.map(row).collect(),
        }
    }

    fn averaged(
        &mut self,
        coef: &Numbers,
        intercept: &Numbers,
        active: bool,
        t: f64,
        notes: &mut Vec<Note>,
    ) -> Result<ModelState, OpenError> {
        let [plain_coef, average_coef] =
            ["_standard_coef", "_average_coef"].map(|name| self.weights(name));
        let (plain_coef, average_coef) = (plain_coef?, average_coef?);
        let [plain, average] =
            ["_standard_intercept", "_average_intercept"].map(|name| self.intercepts(name));
        let (plain, average) = (plain?, average?);
        let (same_coef, same) = if active {
            (&average_coef, &average)
        } else {
            (&plain_coef, &plain)
        };
        for (predicts, learned) in [(coef, same_coef), (intercept, same)] {
            if !same_bits(&predicts.values, &learned.values) {
                let problem = format!(
                    "other numbers than in {}: it was changed behind the classifier's back",
                    learned.name
                );
                return Err(self.members.fault(predicts.name, predicts.id, problem));
            }
        }
        if self.rows > 1 && intercept.id != same.id {
            notes.push(Note::OneArray);
        }
        let row = |row: usize| {
            let of = |numbers: &Numbers| {
                numbers.values[row * self.width..(row + 1) * self.width].to_vec()
            };
            RowState {
                plain_coef: of(&plain_coef),
                plain_intercept: plain.values[row],
                average_coef: Some(of(&average_coef)),
                average_intercept: average.values[row],
            }
        };
        Ok(ModelState {
            t,
            rows: (0..self.rows).map(row).collect(),
        })
    }

    fn weights(&mut self, name: &'static str) -> Result<Numbers, OpenError> {
        let numbers = Numbers::of(self.members, name)?;
        let numbers = numbers.with_entries(self.members, self.rows * self.width)?;
        numbers.as_wide(self.members, self.dtype)
    }

    fn intercepts(&mut self, name: &'static str) -> Result<Numbers, OpenError> {
        Numbers::of(self.members, name)?.with_entries(self.members, self.rows)
    }
}

fn same_bits(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}
