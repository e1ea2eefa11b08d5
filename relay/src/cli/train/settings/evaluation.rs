//! How the learner is judged, and watched for drift, as flags.

use std::num::NonZeroU32;
use std::str::FromStr;

use shared::drift::DriftSettings;
use shared::evaluate::{CostSettings, MeasureSettings};
use shared::settings::EvaluationSettings;

use crate::cli::named::{checked, name_or_json};

/// The flags. [`EvaluationArgs::settings`] names every field of the settings, so a setting without
/// a flag does not compile.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Evaluation")]
pub(super) struct EvaluationArgs {
    /// Examples of the sliding window over which accuracy is told
    #[arg(long, value_name = "EXAMPLES", default_value_t = EvaluationSettings::default().window_records)]
    window_records: NonZeroU32,

    /// Weight of an example relative to the next one in the faded measures, above 0 and at most 1
    #[arg(long, value_name = "FACTOR", default_value_t = MeasureSettings::default().fading_factor, allow_negative_numbers = true)]
    fading_factor: f64,

    /// Bins of equal width in which probabilities are compared with what came
    #[arg(long, value_name = "BINS", default_value_t = MeasureSettings::default().calibration_bins)]
    calibration_bins: u16,

    /// Records that come between an example and its label: it is predicted when it comes, judged and
    /// learned from so many records later
    #[arg(long, value_name = "RECORDS", default_value_t = MeasureSettings::default().label_delay_records)]
    label_delay_records: u32,

    /// Class 1 is decided where its probability is greater; with --cost-matrix it says what decisions
    /// cost [default: 0.5]
    #[arg(long, value_name = "PROBABILITY", allow_negative_numbers = true)]
    cost_threshold: Option<f64>,

    /// What a decision costs, by label and by what was decided, such as '[[0,100],[500,0]]'
    /// [default with --cost-threshold: a mistake costs 1]
    #[arg(long, value_name = "ROWS")]
    cost_matrix: Option<CostMatrix>,

    /// What watches the errors for drift: none, adwin, ddm, eddm, hddm_a, hddm_w, page_hinkley or
    /// kswin, or settings as JSON such as {"adwin": {"delta": 0.01}}
    #[arg(long, default_value = "none", value_name = "NAME|JSON", value_parser = drift)]
    drift: DriftSettings,
}

/// One row a class.
#[derive(Clone, Debug, PartialEq)]
struct CostMatrix(Vec<Vec<f64>>);

impl FromStr for CostMatrix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map(Self).map_err(|error| {
            format!("{error}; write a row of numbers for each label, as in [[0,100],[500,0]]")
        })
    }
}

fn drift(text: &str) -> Result<DriftSettings, String> {
    let names = DriftSettings::all().map(|settings| settings.name());
    let settings = name_or_json(text, &names)?;
    checked(settings, DriftSettings::validate)
}

impl EvaluationArgs {
    /// How the learner is judged.
    pub(super) fn settings(&self) -> EvaluationSettings {
        EvaluationSettings {
            window_records: self.window_records,
            measures: MeasureSettings {
                fading_factor: self.fading_factor,
                calibration_bins: self.calibration_bins,
                label_delay_records: self.label_delay_records,
                cost: self.cost(),
            },
        }
    }

    fn cost(&self) -> Option<CostSettings> {
        if self.cost_threshold.is_none() && self.cost_matrix.is_none() {
            return None;
        }
        let CostSettings { threshold, matrix } = CostSettings::default();
        Some(CostSettings {
            threshold: self.cost_threshold.unwrap_or(threshold),
            matrix: self.cost_matrix.clone().map_or(matrix, |given| given.0),
        })
    }

    /// What watches for drift.
    pub(super) fn drift(&self) -> DriftSettings {
        self.drift.clone()
    }
}
