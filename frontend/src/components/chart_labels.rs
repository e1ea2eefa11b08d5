//! What is written over the chart: each curve's name at its end, marks, and the words of an empty
//! chart.

use shared::evaluate::Tally;
use shared::generate::{BEST_POSSIBLE_ACCURACY, MAJORITY_SHARE};
use yew::prelude::*;

use crate::chart::{Geometry, Label, spread};
use crate::port::{Mark, Point, SourceState};
use crate::state::{RunState, accuracy, count, decimals};

/// Distance of two labels at least.
const APART: f64 = 17.0;

/// A curve's end.
#[derive(Clone, PartialEq)]
struct End {
    value: String,
    name: &'static str,
    class: &'static str,
}

/// The curves' names, values and markers at the newest batch.
pub(crate) fn end_labels(
    run: &RunState,
    geometry: Geometry,
    lowest: f64,
    range: (f64, f64),
    whole: (f64, f64),
    is_phone: bool,
) -> Html {
    let Some(point) = run.newest() else {
        return html! {};
    };
    let y = |share: f64| geometry.y(share, lowest);
    let end = |share: Option<f64>, value: String, name, class| {
        share.map(|share| (y(share), End { value, name, class }))
    };
    let best = decimals(BEST_POSSIBLE_ACCURACY, 3);
    let ends = [
        end(
            Some(BEST_POSSIBLE_ACCURACY),
            best,
            run.config.source.best_name(),
            "soft",
        ),
        end(
            point.same_window.accuracy(),
            accuracy(point.same_window),
            "same batch, after learning",
            "label-learn",
        ),
        end(
            point.window.accuracy(),
            accuracy(point.window),
            "tested before learning",
            "label-test",
        ),
        end(
            point.cumulative.accuracy(),
            accuracy(point.cumulative),
            "since the start",
            "label-since",
        ),
        end(
            point.majority.accuracy(),
            accuracy(point.majority),
            "majority class",
            "soft",
        ),
    ];
    let x = x_of(point, geometry, range);
    let is_live = range == whole;
    let labels = spread(
        ends.into_iter().flatten(),
        APART,
        geometry.top,
        geometry.top + geometry.height,
    );
    let label =
        |label: &Label<End>| label_beside(label, geometry, x.min(geometry.left + geometry.inner()));
    html! {
        <>
            if is_phone { {phone_labels(run, geometry, lowest, range)} } else { {for labels.iter().map(label)} }
            if is_live {
                if let Some(share) = point.same_window.accuracy() {
                    <path class="marker-learn" d={format!("M{x:.1} {:.1}l5 5-5 5-5-5z", y(share) - 5.0)} />
                }
                if let Some(share) = point.window.accuracy() {
                    <circle class="marker-test" cx={format!("{x:.1}")} cy={format!("{:.1}", y(share))} r="5" />
                }
            }
            {newest(run, geometry, is_live, is_phone)}
        </>
    }
}

/// A label right of the plot, with a lead to its curve's end.
fn label_beside(label: &Label<End>, geometry: Geometry, x: f64) -> Html {
    let right = geometry.left + geometry.inner();
    let End { value, name, class } = &label.what;
    html! {
        <>
            <path class="lead" d={format!("M{:.1} {:.1}L{:.1} {:.1}", x.max(right - 0.1) + 5.0, label.wanted, right + 10.0, label.place)} />
            <text class={*class} x={format!("{:.1}", right + 14.0)} y={format!("{:.1}", label.place + 4.4)}>
                {value.clone()}<tspan dx="6">{*name}</tspan>
            </text>
        </>
    }
}

/// On a phone there is no room beside the plot: the names stand in it, above or below what the
/// curves do there.
fn phone_labels(run: &RunState, geometry: Geometry, lowest: f64, range: (f64, f64)) -> Html {
    let y = |share: f64| geometry.y(share, lowest);
    let at = |part: f64| geometry.left + geometry.inner() * part;
    let extreme = |part: f64, tallies: fn(&Point) -> [Tally; 2], pick: fn(f64, f64) -> f64| {
        let near = run
            .history
            .items()
            .iter()
            .filter(|point| (x_of(point, geometry, range) - at(part)).abs() < 80.0);
        near.flat_map(|point| tallies(point))
            .filter_map(Tally::accuracy)
            .reduce(pick)
    };
    let above = extreme(0.72, |point| [point.same_window, point.window], f64::max);
    let below = extreme(0.42, |point| [point.window, point.cumulative], f64::min);
    let base = extreme(0.5, |point| [point.majority, point.majority], f64::min);
    let best = run.config.source.best_name();
    let names = [
        (Some(y(BEST_POSSIBLE_ACCURACY) - 8.0), (0.3, "soft", best)),
        (
            above.map(|share| y(share) - 9.0),
            (0.72, "label-learn", "after learning"),
        ),
        (
            below.map(|share| y(share) + 19.0),
            (0.42, "label-test", "tested before learning"),
        ),
        (
            base.map(|share| y(share) + 17.0),
            (0.5, "soft", "majority class"),
        ),
    ];
    let (top, bottom) = (geometry.top + 12.0, geometry.top + geometry.height - 4.0);
    let wanted = names
        .into_iter()
        .filter_map(|(height, name)| Some((height?.clamp(top, bottom), name)));
    let text = |label: Label<(f64, &'static str, &'static str)>| {
        let (part, class, words) = label.what;
        html! {
            <text class={classes!("halo", "mid", class)} x={format!("{:.0}", at(part))} y={format!("{:.0}", label.place)}>{words}</text>
        }
    };
    html! { {for spread(wanted, APART, top, bottom).into_iter().map(text)} }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 batches")]
fn x_of(point: &Point, geometry: Geometry, range: (f64, f64)) -> f64 {
    geometry.x(point.batch as f64, range)
}

/// Which batch is the newest, at the end of the bars.
fn newest(run: &RunState, geometry: Geometry, is_live: bool, is_phone: bool) -> Html {
    let right = geometry.left + geometry.inner();
    let bottom = geometry.bars_bottom();
    let flows = matches!(
        run.source,
        SourceState::Live | SourceState::CatchingUp | SourceState::Idle
    );
    let state = if run.running && flows {
        "live"
    } else {
        "newest"
    };
    let words = format!("batch {}, {state}", count(run.counters.batches));
    if is_phone {
        return html! { <text class="strong end halo" x={format!("{right:.0}")} y={format!("{:.0}", bottom + 18.0)}>{words}</text> };
    }
    html! {
        <>
            if is_live {
                <path class="now" d={format!("M{right:.1} {:.1}V{bottom:.1}", bottom - 40.0)} />
            }
            <text class="soft" x={format!("{:.1}", right + 14.0)} y={format!("{:.1}", bottom - 2.0)}>{"wrong in 100, each batch"}</text>
            <text class="strong" x={format!("{:.1}", right + 14.0)} y={format!("{:.1}", bottom + 16.0)}>{words}</text>
        </>
    }
}

/// What a person did in the run, at the batch after which it was done.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 batches")]
pub(crate) fn marks(run: &RunState, geometry: Geometry, range: (f64, f64)) -> Html {
    let visible = run.marks.iter().filter(|mark| {
        let batch = mark.after_batch as f64;
        batch > range.0 && batch <= range.1
    });
    let mark = |mark: &Mark| {
        let x = geometry.x(mark.after_batch as f64, range);
        let top = geometry.top - 6.0;
        let words = format!(
            "{} after batch {}",
            mark.event.words(),
            count(mark.after_batch)
        );
        let (side, at) = if x < geometry.left + 170.0 {
            ("", x + 10.0)
        } else {
            ("end", x - 10.0)
        };
        html! {
            <>
                <path class="mark-line" d={format!("M{x:.1} {top}V{:.1}", geometry.top + geometry.height)} />
                <path class="mark-head" d={format!("M{:.1} {:.1}h10l-5 8z", x - 5.0, top - 7.0)} />
                <text class={classes!("dark", "halo", side)} x={format!("{at:.1}")} y={format!("{:.1}", top + 1.0)}>{words}</text>
            </>
        }
    };
    visible.map(mark).collect()
}

/// The chart before the first batch: reference lines already stand, and a question.
pub(crate) fn empty_words(run: &RunState, geometry: Geometry, is_phone: bool) -> Html {
    let middle = format!("{:.0}", geometry.left + geometry.inner() / 2.0);
    let right = geometry.left + geometry.inner();
    let y = |share: f64| geometry.y(share, 0.4);
    let beside = |share: f64, name: &'static str| {
        html! {
            <text class="soft" x={format!("{:.1}", right + 12.0)} y={format!("{:.1}", y(share) + 4.4)}>
                {decimals(share, 3)}<tspan dx="6">{name}</tspan>
            </text>
        }
    };
    html! {
        <>
            if !is_phone {
                {beside(BEST_POSSIBLE_ACCURACY, run.config.source.best_name())}
                {beside(MAJORITY_SHARE, "majority class")}
            }
            <text class="soft halo mid guess" x={middle.clone()} y={format!("{:.0}", y(0.735))}>{"The curve grows here, one point a batch."}</text>
            <text class="strong halo mid guess" x={middle} y={format!("{:.0}", y(0.665))}>{"Guess where it will end."}</text>
        </>
    }
}
