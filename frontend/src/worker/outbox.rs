//! What the page has not been told yet. While a report is under way everything new is merged here,
//! within bounds, so that a slow page costs the worker neither time nor memory.

use shared::evaluate::Tally;
use shared::learner::{Explained, Report};

use crate::bounded::Thinned;
use crate::port::Point;

/// Points that wait for the page at most; when there are more, older ones are thinned.
const MAX_POINTS: usize = 1024;

/// The points, the newest report and one explained record that wait to be sent.
#[derive(Debug)]
pub(super) struct Outbox {
    points: Thinned<Point>,
    report: Option<Report>,
    explained: Option<(u64, Explained)>,
    /// A report was sent and the page has not drawn it yet.
    under_way: bool,
    /// Something changed since the last report was sent.
    changed: bool,
}

/// What is taken out to be sent.
pub(super) struct Parcel {
    pub(super) points: Vec<Point>,
    pub(super) report: Option<Report>,
    pub(super) explained: Option<(u64, Explained)>,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self {
            points: Thinned::new(MAX_POINTS),
            report: None,
            explained: None,
            under_way: false,
            changed: false,
        }
    }

    /// Whether the next batch should explain one of its records: once a report is enough.
    pub(super) fn wants_explained(&self) -> bool {
        self.explained.is_none()
    }

    /// A batch was learned from. Gives its point without the weights.
    pub(super) fn add(&mut self, mut report: Report, same_window: Tally) -> Point {
        let batch = report.batch_id + 1;
        if let Some(explained) = report.explained.take() {
            self.explained = Some((batch, *explained));
        }
        let point = point(&report, same_window);
        self.report = Some(report);
        self.changed = true;
        let tallies = point.tallies();
        self.points.push(point);
        tallies
    }

    /// Something else changed that a report tells, such as a count.
    pub(super) fn touch(&mut self) {
        self.changed = true;
    }

    /// The page has drawn the last report.
    pub(super) fn acknowledged(&mut self) {
        self.under_way = false;
    }

    /// What to send now: nothing while a report is under way or nothing changed.
    pub(super) fn take(&mut self) -> Option<Parcel> {
        if self.under_way || !self.changed {
            return None;
        }
        self.under_way = true;
        self.changed = false;
        Some(Parcel {
            points: self.points.drain(),
            report: self.report.take(),
            explained: self.explained.take(),
        })
    }
}

// Weights are drawn a few pixels high here; the report has them in full.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a curve's height needs no more"
)]
fn point(report: &Report, same_window: Tally) -> Point {
    // Two classes have one row of weights.
    let rows = report.weights.iter().take(1);
    let weights = rows.flat_map(|row| row.coef.iter().chain([&row.intercept]));
    Point {
        batch: report.batch_id + 1,
        tested: report.tested,
        same_batch: report.same_batch,
        window: report.window,
        same_window,
        cumulative: report.cumulative,
        majority: report.majority,
        weights: weights.map(|weight| *weight as f32).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::run::tests::reports;

    fn tally() -> Tally {
        Tally {
            correct: 1,
            total: 2,
        }
    }

    #[test]
    fn nothing_is_sent_while_a_report_is_under_way() {
        let mut outbox = Outbox::new();
        assert!(outbox.take().is_none());
        let mut reports = reports(4).into_iter();
        outbox.add(reports.next().unwrap(), tally());
        assert_eq!(outbox.take().unwrap().points.len(), 1);
        reports.for_each(|report| {
            outbox.add(report, tally());
        });
        assert!(outbox.take().is_none());
        outbox.acknowledged();
        let parcel = outbox.take().unwrap();
        assert_eq!(
            parcel
                .points
                .iter()
                .map(|point| point.batch)
                .collect::<Vec<_>>(),
            [2, 3, 4]
        );
        assert_eq!(parcel.report.unwrap().batch_id, 3);
        outbox.acknowledged();
        assert!(outbox.take().is_none(), "nothing changed since");
    }

    #[test]
    fn one_record_is_explained_a_report() {
        let mut outbox = Outbox::new();
        assert!(outbox.wants_explained());
        outbox.add(reports(1).remove(0), tally());
        assert!(!outbox.wants_explained());
        let (batch, _) = outbox.take().unwrap().explained.unwrap();
        assert_eq!(batch, 1);
        assert!(outbox.wants_explained());
    }
}
