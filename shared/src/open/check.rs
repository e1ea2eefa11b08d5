//! What every opened classifier must keep, whatever file it comes from.

use super::error::OpenError;
use crate::model::{Dtype, ModelState, SgdSettings};
use crate::schema::Class;

/// `class_weight` must name the classes as it must for a partial fit.
pub(super) fn classes(settings: &SgdSettings, classes: &[Class]) -> Result<(), OpenError> {
    let names: Vec<String> = classes.iter().map(Class::name).collect();
    let weights = settings.class_weight.of_classes(&names);
    weights
        .map(|_| ())
        .map_err(|error| OpenError::member("class_weight", error.to_string()))
}

/// A model in `float32` holds numbers of that width: all but the plain intercept of two classes.
pub(super) fn width_of_number(settings: &SgdSettings, state: &ModelState) -> Result<(), OpenError> {
    if settings.dtype == Dtype::Float64 {
        return Ok(());
    }
    for (place, row) in state.rows.iter().enumerate() {
        let plain = Some(&row.plain_intercept).filter(|_| state.rows.len() > 1);
        let averages = row.average_coef.iter().flatten();
        let mut all = row.plain_coef.iter().chain(averages).chain(plain);
        let wide = all
            .find(|value| !is_narrow(**value))
            .or_else(|| Some(&row.average_intercept).filter(|value| !is_narrow(**value)));
        if let Some(wide) = wide {
            let problem = format!("{wide} is no float32, which the model's numbers are");
            return Err(OpenError::member(
                format!("row {place} of the weights"),
                problem,
            ));
        }
    }
    Ok(())
}

#[allow(clippy::cast_possible_truncation, reason = "that is the question")]
fn is_narrow(value: f64) -> bool {
    f64::from(value as f32).to_bits() == value.to_bits()
}
