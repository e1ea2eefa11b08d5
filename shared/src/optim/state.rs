//! What an online model continues from.

use std::fmt;

use serde::de::{Error, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use super::settings::{OptimSettings, Optimizer};

/// Everything that learning continues from. All numbers are finite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptimState {
    /// Number of samples learned from.
    pub n_iterations: u64,
    /// The weights.
    pub coef: Vec<f64>,
    /// The intercept.
    pub intercept: f64,
    /// What the optimiser keeps of past gradients.
    #[serde(deserialize_with = "memory")]
    pub memory: Memory,
    /// What is kept of the cumulative L1 penalty, with `l1`.
    pub l1: Option<L1State>,
}

/// What an optimiser keeps, a number for every weight. Names are River's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Memory {
    /// AdaGrad's.
    #[serde(rename = "adagrad")]
    AdaGrad {
        /// Sums of squared gradients.
        g2: Vec<f64>,
    },
    /// Adam's.
    Adam {
        /// Running means of the gradients.
        m: Vec<f64>,
        /// Running means of their squares.
        v: Vec<f64>,
    },
    /// FTRL-Proximal's.
    FtrlProximal {
        /// Sums of the gradients, shifted by where the weights stood.
        z: Vec<f64>,
        /// Sums of squared gradients.
        n: Vec<f64>,
    },
}

/// A binary format does not say what comes, but the name of the optimiser comes first.
fn memory<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Memory, D::Error> {
    if deserializer.is_human_readable() {
        Memory::deserialize(deserializer)
    } else {
        deserializer.deserialize_tuple(NAME_AND_LISTS, MemoryInOrder)
    }
}

/// The most that stand in a memory: the optimiser's name and two lists.
const NAME_AND_LISTS: usize = 3;

struct MemoryInOrder;

impl<'de> Visitor<'de> for MemoryInOrder {
    type Value = Memory;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("adagrad, adam or ftrl_proximal and its lists")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Memory, A::Error> {
        let missing = || A::Error::invalid_length(0, &self);
        let name: String = parts.next_element()?.ok_or_else(missing)?;
        let mut list = || parts.next_element()?.ok_or_else(missing);
        match name.as_str() {
            "adagrad" => Ok(Memory::AdaGrad { g2: list()? }),
            "adam" => Ok(Memory::Adam {
                m: list()?,
                v: list()?,
            }),
            "ftrl_proximal" => Ok(Memory::FtrlProximal {
                z: list()?,
                n: list()?,
            }),
            other => Err(A::Error::invalid_value(Unexpected::Str(other), &self)),
        }
    }
}

/// The cumulative L1 penalty: what every weight should have paid, and what each has paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct L1State {
    /// What a weight should have paid.
    pub max_cum_l1: f64,
    /// What each has paid, with its sign.
    pub cum_l1: Vec<f64>,
}

/// Why a model cannot continue from a state.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StateError {
    /// Parts of it were made by another optimiser or penalty.
    #[error("the state's {part} is not that of the settings")]
    Other {
        /// The part.
        part: &'static str,
    },
    /// A list is longer or shorter than the weights.
    #[error("the state has {found} numbers in {part}, but {wanted} weights")]
    Length {
        /// The list.
        part: &'static str,
        /// Its length.
        found: usize,
        /// Number of weights.
        wanted: usize,
    },
    /// A number is infinite or not a number.
    #[error("the state has a number that is not finite")]
    NotFinite,
}

impl OptimState {
    /// The state of `width` weights before the first step.
    pub(super) fn new(settings: &OptimSettings, width: usize) -> Self {
        let zeros = || vec![0.0; width];
        Self {
            n_iterations: 0,
            coef: zeros(),
            intercept: settings.intercept_init,
            memory: match settings.optimizer {
                Optimizer::AdaGrad(_) => Memory::AdaGrad { g2: zeros() },
                Optimizer::Adam(_) => Memory::Adam {
                    m: zeros(),
                    v: zeros(),
                },
                Optimizer::FtrlProximal(_) => Memory::FtrlProximal {
                    z: zeros(),
                    n: zeros(),
                },
            },
            l1: (settings.l1 != 0.0).then(|| L1State {
                max_cum_l1: 0.0,
                cum_l1: zeros(),
            }),
        }
    }

    /// Whether every number is finite.
    pub(super) fn is_finite(&self) -> bool {
        let owed = self.l1.as_ref().map_or(0.0, |l1| l1.max_cum_l1);
        let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        finite(&[self.intercept, owed])
            && finite(&self.coef)
            && self.lists().iter().all(|(_, list)| finite(list))
    }

    /// Checks that a model of these settings can continue from it.
    pub(super) fn check(&self, settings: &OptimSettings) -> Result<(), StateError> {
        match (&settings.optimizer, &self.memory) {
            (Optimizer::AdaGrad(_), Memory::AdaGrad { .. })
            | (Optimizer::Adam(_), Memory::Adam { .. })
            | (Optimizer::FtrlProximal(_), Memory::FtrlProximal { .. }) => {}
            _ => return Err(StateError::Other { part: "memory" }),
        }
        if self.l1.is_some() != (settings.l1 != 0.0) {
            return Err(StateError::Other { part: "l1" });
        }
        let wanted = self.coef.len();
        let lists = self.lists();
        if let Some((part, list)) = lists.iter().find(|(_, list)| list.len() != wanted) {
            let (part, found) = (*part, list.len());
            return Err(StateError::Length {
                part,
                found,
                wanted,
            });
        }
        if self.is_finite() {
            Ok(())
        } else {
            Err(StateError::NotFinite)
        }
    }

    /// The lists beside the weights, by name.
    fn lists(&self) -> Vec<(&'static str, &[f64])> {
        let mut lists: Vec<(&'static str, &[f64])> = match &self.memory {
            Memory::AdaGrad { g2 } => vec![("g2", g2)],
            Memory::Adam { m, v } => vec![("m", m), ("v", v)],
            Memory::FtrlProximal { z, n } => vec![("z", z), ("n", n)],
        };
        lists.extend(self.l1.iter().map(|l1| ("cum_l1", l1.cum_l1.as_slice())));
        lists
    }
}
