//! A drift script: phases over the index of the record, each of which changes something of the
//! lab's stream. It is data, and travels as JSON.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::error::{StreamError, probability, within};
use super::faults::{BadShares, MissingShares};
use super::population::Population;
use super::rule::LoanRule;

/// Name of the format, the first field of every script.
pub const SCRIPT_FORMAT: &str = "gradually-drift-script";
/// Version of the format.
pub const SCRIPT_VERSION: u32 = 1;
/// Most phases of a script.
pub const MAX_PHASES: usize = 256;
/// Longest change, and longest half of a period, in records.
pub const MAX_CHANGE_RECORDS: u32 = 1_000_000_000;
/// Longest script, in bytes of JSON.
pub const MAX_SCRIPT_BYTES: usize = 1 << 20;

/// Phases of drift over the lab's stream. Without a phase it is the lab's stream, byte for byte.
///
/// ```
/// use shared::generate::{DriftScript, ScriptedLoans};
///
/// let script = DriftScript::from_json(
///     br#"{"format": "gradually-drift-script", "version": 1, "phases": [
///         {"at": 1000, "change": {"gradual": {"records": 500}}, "rule": {"score_above": 40}},
///         {"at": 5000, "noise": 0.3, "missing": {"person_income": 0.05}}
///     ]}"#,
/// )?;
/// let stream = ScriptedLoans::new(&script, 7)?;
/// assert!((stream.truth_at(0).accuracy - 0.9153).abs() < 1e-4);
/// assert!(stream.truth_at(5000).accuracy < 0.9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftScript {
    /// [`SCRIPT_FORMAT`].
    pub format: String,
    /// [`SCRIPT_VERSION`].
    pub version: u32,
    /// The phases in the order of their indices.
    #[serde(default)]
    pub phases: Vec<Phase>,
}

/// One change: when, how, and to what. What is not named stays as it was; before the first phase
/// all is as in the lab.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Phase {
    /// Index of the first record that can be changed.
    pub at: u64,
    /// How the new takes the place of the old.
    pub change: Change,
    /// The rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<LoanRule>,
    /// Who applies: the features' distributions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population: Option<Population>,
    /// Probability of label 1 where the rule says 0; the lab's is 0.15.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise: Option<f64>,
    /// Probability that a label, whatever it is by then, is turned round; the lab's is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flip: Option<f64>,
    /// The share of label 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<Balance>,
    /// Missing fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingShares>,
    /// Bad records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bad: Option<BadShares>,
}

/// How a phase comes, from its index `at` on (the names are those of Gama et al., 2014).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// At once.
    #[default]
    Sudden,
    /// Each record is labelled by the new rule with probability `(i − at)/records`, else by the
    /// old; all else moves linearly.
    Gradual {
        /// Length of the change.
        records: u32,
    },
    /// The numbers of the rule, and all else, move linearly from the old to the new.
    Incremental {
        /// Length of the change.
        records: u32,
    },
    /// `every` records of the new, `every` of the old, and so on.
    Recurring {
        /// Half a period.
        every: u32,
    },
}

/// How the classes are balanced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balance {
    /// As rule and noise make it.
    #[default]
    Natural,
    /// This share of label 1, by drawing applications until one has the wanted label.
    PositiveShare(f64),
}

/// Why a script cannot be used.
#[derive(Debug, Error)]
pub enum ScriptError {
    /// It is longer than [`MAX_SCRIPT_BYTES`].
    #[error("a drift script may have {MAX_SCRIPT_BYTES} bytes; this has {0}")]
    Long(usize),
    /// It is not JSON, or has an unknown field.
    #[error("the drift script is not readable: {0}")]
    Json(#[from] serde_json::Error),
    /// A number is out of its range.
    #[error(transparent)]
    Range(#[from] StreamError),
}

impl Default for DriftScript {
    fn default() -> Self {
        Self {
            format: SCRIPT_FORMAT.into(),
            version: SCRIPT_VERSION,
            phases: Vec::new(),
        }
    }
}

impl DriftScript {
    /// Reads and checks a script.
    pub fn from_json(json: &[u8]) -> Result<Self, ScriptError> {
        if json.len() > MAX_SCRIPT_BYTES {
            return Err(ScriptError::Long(json.len()));
        }
        let script: Self = serde_json::from_slice(json)?;
        script.validate()?;
        Ok(script)
    }

    /// Checks every range.
    ///
    /// # Errors
    /// The first number out of its range, with its path, the range and the value.
    pub fn validate(&self) -> Result<(), StreamError> {
        if self.format != SCRIPT_FORMAT {
            return Err(StreamError::new("format", SCRIPT_FORMAT, &self.format));
        }
        within("version", self.version, SCRIPT_VERSION, SCRIPT_VERSION)?;
        within("number of phases", self.phases.len(), 0, MAX_PHASES)?;
        let mut free = 0;
        for (i, phase) in self.phases.iter().enumerate() {
            let inside = |error: StreamError| error.inside(&format!("phases[{i}]"));
            within("at", phase.at, free, u64::MAX).map_err(inside)?;
            phase.validate().map_err(inside)?;
            free = phase.settled_at().saturating_add(1);
        }
        Ok(())
    }
}

impl Phase {
    /// Index from which on the change is over.
    fn settled_at(&self) -> u64 {
        match self.change {
            Change::Sudden | Change::Recurring { .. } => self.at,
            Change::Gradual { records } | Change::Incremental { records } => {
                self.at.saturating_add(u64::from(records))
            }
        }
    }

    fn validate(&self) -> Result<(), StreamError> {
        match self.change {
            Change::Sudden => Ok(()),
            Change::Gradual { records } => {
                within("change.gradual.records", records, 1, MAX_CHANGE_RECORDS)
            }
            Change::Incremental { records } => {
                within("change.incremental.records", records, 1, MAX_CHANGE_RECORDS)
            }
            Change::Recurring { every } => {
                within("change.recurring.every", every, 1, MAX_CHANGE_RECORDS)
            }
        }?;
        let checked = |field: &str, result: Option<Result<(), StreamError>>| {
            result
                .unwrap_or(Ok(()))
                .map_err(|error| error.inside(field))
        };
        checked("rule", self.rule.map(|rule| rule.validate()))?;
        checked("population", self.population.map(|p| p.validate()))?;
        checked("missing", self.missing.map(|missing| missing.validate()))?;
        checked("bad", self.bad.map(|bad| bad.validate()))?;
        probability("noise", self.noise.unwrap_or(0.0))?;
        probability("flip", self.flip.unwrap_or(0.0))?;
        match self.balance {
            Some(Balance::PositiveShare(share)) => probability("balance.positive_share", share),
            Some(Balance::Natural) | None => Ok(()),
        }
    }
}
