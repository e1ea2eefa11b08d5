//! Where the weights of a replay differ from those of the run's model.

use crate::learner::ClassWeights;
use crate::save::ModelFile;

/// A weight that a replay found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundWeight {
    /// Its feature, or `intercept`; of more than two classes the class before it.
    pub name: String,
    /// What the run had, if its model is known.
    pub logged: Option<f64>,
    /// What it is now.
    pub found: f64,
}

/// The weights that differ from those of the run's model, to the bit; all of them where that model
/// is not known, or has no such weight.
#[must_use]
pub fn found_weights(
    now: &[ClassWeights],
    features: &[String],
    logged: Option<&ModelFile>,
) -> Vec<FoundWeight> {
    let mut found = Vec::new();
    for (row, weights) in now.iter().enumerate() {
        let class = if now.len() > 1 {
            format!("class {row} ")
        } else {
            String::new()
        };
        let coef = logged.and_then(|model| model.coef.get(row));
        let coefs = weights.coef.iter().enumerate().map(|(place, weight)| {
            let name = features.get(place).map_or("?", String::as_str);
            (name, coef.and_then(|coef| coef.get(place)), weight)
        });
        let intercept = logged.and_then(|model| model.intercept.get(row));
        for (name, logged, weight) in coefs.chain([("intercept", intercept, &weights.intercept)]) {
            if logged.is_some_and(|logged| logged.to_bits() == weight.to_bits()) {
                continue;
            }
            found.push(FoundWeight {
                name: format!("{class}{name}"),
                logged: logged.copied(),
                found: *weight,
            });
        }
    }
    found
}
