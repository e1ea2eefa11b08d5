//! The history of a run as the columns that the chart draws.

use std::rc::Rc;

use shared::evaluate::Tally;

use crate::port::Point;

/// One value a batch in each column; `None` where nothing was judged yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Columns {
    /// The batches, counted from 1.
    pub(crate) batches: Vec<f64>,
    pub(crate) tested: Vec<Option<f64>>,
    pub(crate) learned: Vec<Option<f64>>,
    pub(crate) since_start: Vec<Option<f64>>,
    pub(crate) majority: Vec<Option<f64>>,
    /// Share of wrong predictions in each batch, before learning from it.
    pub(crate) wrong: Vec<f64>,
}

/// Points that are drawn at most: about one a pixel.
const MOST_DRAWN: u64 = 640;

/// The points to draw between two batches: all while there is room, else evenly chosen ones, always
/// with the newest.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 batches")]
pub(crate) fn drawn(points: &[Rc<Point>], (from, to): (f64, f64)) -> Vec<Rc<Point>> {
    let first = points.partition_point(|point| (point.batch as f64) < from);
    let end = points.partition_point(|point| point.batch as f64 <= to);
    // One more at each side, so that the curve leaves the view instead of ending in it.
    let view = &points[first.saturating_sub(1)..(end + 1).min(points.len())];
    let Some(last) = view.last() else {
        return Vec::new();
    };
    // Old batches are kept more sparsely than recent ones. All are drawn as sparsely as the oldest,
    // or a curve that is as restless as ever would seem to become more so.
    let some = (view.len() - 1).min(32);
    let apart = (view[some].batch - view[0].batch) / some.max(1) as u64;
    let step = apart
        .max((last.batch - view[0].batch).div_ceil(MOST_DRAWN))
        .max(1);
    let mut next = 0;
    let mut chosen: Vec<Rc<Point>> = Vec::new();
    for point in view {
        if point.batch >= next {
            next = point.batch + step;
            chosen.push(Rc::clone(point));
        }
    }
    if chosen.last() != Some(last) {
        chosen.push(Rc::clone(last));
    }
    chosen
}

impl Columns {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 batches")]
    pub(crate) fn of(points: &[Rc<Point>]) -> Self {
        let column = |tally: fn(&Point) -> Tally| {
            points.iter().map(|point| tally(point).accuracy()).collect()
        };
        Self {
            batches: points.iter().map(|point| point.batch as f64).collect(),
            tested: column(|point| point.window),
            learned: column(|point| point.same_window),
            since_start: column(|point| point.cumulative),
            majority: column(|point| point.majority),
            wrong: points
                .iter()
                .map(|p| p.tested.accuracy().map_or(0.0, |right| 1.0 - right))
                .collect(),
        }
    }
}

/// The lower end of the accuracy axis: 0.4, as long as no curve goes below.
pub(crate) fn lowest_axis(columns: &Columns) -> f64 {
    let all = [
        &columns.tested,
        &columns.learned,
        &columns.since_start,
        &columns.majority,
    ];
    let lowest = all
        .into_iter()
        .flatten()
        .flatten()
        .copied()
        .fold(1.0, f64::min);
    match lowest {
        low if low < 0.2 => 0.0,
        low if low < 0.4 => 0.2,
        _ => 0.4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(batch: u64, right: u64) -> Rc<Point> {
        let tally = Tally {
            correct: right,
            total: 10,
        };
        let none = Tally {
            correct: 0,
            total: 0,
        };
        Rc::new(Point {
            batch,
            tested: tally,
            same_batch: tally,
            window: tally,
            same_window: none,
            cumulative: tally,
            majority: tally,
            weights: Vec::new(),
        })
    }

    #[test]
    fn columns_have_a_value_a_batch_and_gaps_where_nothing_was_judged() {
        let columns = Columns::of(&[point(1, 5), point(2, 8)]);
        assert_eq!(columns.batches, [1.0, 2.0]);
        assert_eq!(columns.tested, [Some(0.5), Some(0.8)]);
        assert_eq!(columns.learned, [None, None]);
        assert!((columns.wrong[1] - 0.2).abs() < 1e-12);
    }

    #[test]
    fn a_long_run_is_drawn_by_evenly_chosen_points_and_the_newest() {
        let points: Vec<_> = (1..=5000).map(|batch| point(batch, 5)).collect();
        let all = drawn(&points, (0.0, 5000.0));
        assert!(all.len() as u64 <= MOST_DRAWN + 1, "{}", all.len());
        assert_eq!((all[0].batch, all.last().unwrap().batch), (1, 5000));
        let thinned: Vec<_> = (0..100)
            .map(|i| point(1 + i * 64, 5))
            .chain((6400..7000).map(|batch| point(batch, 5)))
            .collect();
        let gaps = drawn(&thinned, (0.0, 7000.0));
        assert!(gaps.len() < 112, "{}", gaps.len());
        let some = drawn(&points, (100.0, 200.0));
        assert_eq!(
            some.iter().map(|point| point.batch).collect::<Vec<_>>(),
            (99..=201).collect::<Vec<_>>()
        );
        assert!(drawn(&[], (0.0, 1.0)).is_empty());
    }

    #[test]
    fn the_axis_begins_lower_when_a_curve_does() {
        assert_eq!(lowest_axis(&Columns::default()), 0.4);
        assert_eq!(lowest_axis(&Columns::of(&[point(1, 4)])), 0.4);
        assert_eq!(lowest_axis(&Columns::of(&[point(1, 3)])), 0.2);
        assert_eq!(lowest_axis(&Columns::of(&[point(1, 1), point(2, 9)])), 0.0);
    }
}
