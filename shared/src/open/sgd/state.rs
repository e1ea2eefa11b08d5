//! What a classifier has learned, from its attributes.

use super::members::Members;
use super::numbers::Numbers;
use super::words::feature_names;
use super::{Fitted, Note};
use crate::model::{Dtype, ModelState, RowState, SgdSettings};
use crate::open::OpenError;
use crate::open::array::Plain;
use crate::schema::{Class, MAX_CLASS};

/// Attributes that the next partial fit makes anew.
const MADE_ANEW: [&str; 5] = [
    "_expanded_class_weight",
    "_loss_function_",
    "loss_function_",
    "n_iter_",
    "n_features_in_",
];

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
            if !predicts.are(learned) {
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
        numbers.of_width(self.members, self.dtype)
    }

    fn intercepts(&mut self, name: &'static str) -> Result<Numbers, OpenError> {
        Numbers::of(self.members, name)?.with_entries(self.members, self.rows)
    }
}
