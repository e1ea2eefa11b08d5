//! A batch as a line for people.

use std::fmt::Write as _;

use shared::evaluate::Tally;
use shared::learner::Report;

/// One batch for people.
pub(super) fn line(report: &Report) -> String {
    let model = if report.has_model() {
        format!("model {}", report.model_id)
    } else {
        "no model".to_owned()
    };
    let mut line = format!(
        "batch {}: {model}, {} records, {} bad, accuracy {} before learning, {} after, {} over the window",
        report.batch_id,
        report.records,
        report.bad_records,
        three_decimals(report.tested),
        three_decimals(report.same_batch),
        three_decimals(report.window),
    );
    // Writing to a string does not fail.
    for (reason, count) in &report.bad_reasons {
        let _ = write!(line, "; {reason}: {count}");
    }
    if report.dropped_examples > 0 {
        let _ = write!(
            line,
            "; dropped by the encoder: {}",
            report.dropped_examples
        );
    }
    if let Some(reason) = &report.refused {
        let _ = write!(line, "; refused by the encoder: {reason}");
    }
    for drift in report.alarms.iter().filter(|alarm| alarm.is_drift) {
        let _ = write!(line, "; drift at example {}", drift.example);
    }
    line
}

/// Whether there is more to say than numbers that a view shows anyway.
pub(super) fn is_remarkable(report: &Report) -> bool {
    report.bad_records > 0
        || report.dropped_examples > 0
        || report.refused.is_some()
        || report.alarms.iter().any(|alarm| alarm.is_drift)
}

/// Accuracy with three decimals, or a dash.
fn three_decimals(tally: Tally) -> String {
    tally
        .accuracy()
        .map_or_else(|| "–".into(), |accuracy| format!("{accuracy:.3}"))
}
