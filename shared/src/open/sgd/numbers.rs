//! Arrays of finite numbers: weights and intercepts.

use super::members::Members;
use crate::model::Dtype;
use crate::open::OpenError;
use crate::open::array::{Array, Kind, Plain};
use crate::open::pickle::Id;

/// An array of finite numbers, row by row.
pub(super) struct Numbers {
    pub(super) name: &'static str,
    pub(super) id: Id,
    pub(super) shape: Vec<usize>,
    pub(super) dtype: Dtype,
    pub(super) values: Vec<f64>,
}

impl Numbers {
    pub(super) fn of(members: &mut Members<'_>, name: &'static str) -> Result<Self, OpenError> {
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
    pub(super) fn with_entries(
        self,
        members: &Members<'_>,
        entries: usize,
    ) -> Result<Self, OpenError> {
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
    pub(super) fn of_width(self, members: &Members<'_>, dtype: Dtype) -> Result<Self, OpenError> {
        if self.dtype == dtype {
            return Ok(self);
        }
        let problem = format!("{} while coef_ is {dtype}", self.dtype);
        Err(members.fault(self.name, self.id, problem))
    }
}

impl Numbers {
    /// Whether they are the same to the bit.
    pub(super) fn are(&self, other: &Self) -> bool {
        let mut pairs = self.values.iter().zip(&other.values);
        self.values.len() == other.values.len() && pairs.all(|(a, b)| a.to_bits() == b.to_bits())
    }
}
