//! What the page has not been told yet. While a report is under way everything new is merged here,
//! within bounds, so that a slow page costs the worker neither time nor memory.

use std::rc::Rc;

use shared::evaluate::Tally;
use shared::learner::{Explained, Report};

use crate::bounded::Thinned;
use crate::port::Point;

/// Points that wait for the page at most; when there are more, older ones are thinned.
const MAX_POINTS: usize = 1024;

/// The points that wait to be sent, and the newest report and explained record, new or sent before.
#[derive(Debug)]
pub(super) struct Outbox {
    points: Thinned<Point>,
    report: Newest<Report>,
    explained: Newest<(u64, Explained)>,
    /// A report was sent and the page has not drawn it yet.
    under_way: bool,
    /// Something changed since the last report was sent.
    changed: bool,
}

/// The newest of its kind; it stays when it was sent.
#[derive(Debug)]
struct Newest<T> {
    value: Option<Rc<T>>,
    is_new: bool,
}

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self {
            value: None,
            is_new: false,
        }
    }
}

impl<T: Clone> Newest<T> {
    fn of(value: T) -> Self {
        Self {
            value: Some(Rc::new(value)),
            is_new: true,
        }
    }

    /// It, if it was not sent before.
    fn sent(&mut self) -> Option<T> {
        let is_new = std::mem::take(&mut self.is_new);
        self.value.as_deref().filter(|_| is_new).cloned()
    }
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
            report: Newest::default(),
            explained: Newest::default(),
            under_way: false,
            changed: false,
        }
    }

    /// Whether the next batch should explain one of its records: once a report is enough.
    pub(super) fn wants_explained(&self) -> bool {
        !self.explained.is_new
    }

    /// A batch was learned from. Gives its point.
    pub(super) fn add(&mut self, mut report: Report, same_window: Tally) -> Point {
        let batch = report.batch_id + 1;
        if let Some(explained) = report.explained.take() {
            self.explained = Newest::of((batch, *explained));
        }
        let point = point(&report, same_window);
        self.report = Newest::of(report);
        self.changed = true;
        self.points.push(point.clone());
        point
    }

    /// What a run that is gone on with had last: its points are with the page already.
    pub(super) fn put_back(&mut self, report: Option<Report>, explained: Option<(u64, Explained)>) {
        self.report = report.map(Newest::of).unwrap_or_default();
        self.explained = explained.map(Newest::of).unwrap_or_default();
        self.changed = true;
    }

    /// The newest report, sent or not.
    pub(super) fn last_report(&self) -> Option<Report> {
        self.report.value.as_deref().cloned()
    }

    /// The record that was explained last, sent or not.
    pub(super) fn last_explained(&self) -> Option<(u64, Explained)> {
        self.explained.value.as_deref().cloned()
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
            report: self.report.sent(),
            explained: self.explained.sent(),
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
