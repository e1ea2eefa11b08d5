//! The chart with what lies over it: labels, markers, the exact numbers under the pointer, and the
//! way back to the whole run.

use std::rc::Rc;

use shared::generate::{BEST_POSSIBLE_ACCURACY, MAJORITY_SHARE};
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use super::chart_labels::{empty_words, end_labels, marks};
use super::store::Snapshot;
use crate::chart::{Columns, Geometry, Plot, PlotEvents, drawn, lowest_axis};
use crate::platform::{SizeObserver, Theme, is_phone};
use crate::port::Point;
use crate::state::{RunState, accuracy, count};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct AccuracyProps {
    pub(crate) run: Snapshot,
    /// Changes when the colours do.
    pub(crate) look: (Theme, u32),
}

#[component]
pub(crate) fn Accuracy(props: &AccuracyProps) -> Html {
    let run = &props.run;
    let place = use_node_ref();
    let plot = use_mut_ref(|| None::<Plot>);
    let width = use_state(|| 0.0f64);
    let hover = use_state(|| None::<u64>);
    let zoom = use_state(|| None::<(f64, f64)>);
    let is_phone = is_phone();
    let geometry = Geometry::of(*width, is_phone);
    let whole = whole_range(run);
    let range = zoom.unwrap_or(whole);
    let key = (
        run.run,
        run.history.seen(),
        range.0.to_bits(),
        range.1.to_bits(),
    );
    let points = use_memo(key, |_| drawn(run.history.items(), range));
    let columns = use_memo(key, |_| Columns::of(&points));
    use_width(&place, &width);
    {
        let zoom = zoom.setter();
        use_effect_with(run.run, move |_| zoom.set(None));
    }
    let shown = use_mut_ref(Vec::<u64>::new);
    *shown.borrow_mut() = points.iter().map(|point| point.batch).collect();
    {
        let (plot, place) = (plot.clone(), place.clone());
        let (hover, zoom) = (hover.setter(), zoom.setter());
        use_effect_with(
            (props.look, is_phone, *width > 0.0),
            move |(_, _, is_laid_out)| {
                plot.borrow_mut().take();
                if let Some(place) = place.cast::<HtmlElement>().filter(|_| *is_laid_out) {
                    let events = PlotEvents {
                        hover: Box::new(move |index| {
                            hover.set(index.and_then(|index| shown.borrow().get(index).copied()));
                        }),
                        zoom: Box::new(move |from, to| zoom.set(wide_enough(from, to))),
                    };
                    *plot.borrow_mut() = Plot::new(
                        &place,
                        geometry,
                        (BEST_POSSIBLE_ACCURACY, MAJORITY_SHARE),
                        events,
                    );
                }
            },
        );
    }
    {
        let plot = plot.clone();
        let columns = columns.clone();
        use_effect_with((key, width.to_bits(), is_phone, props.look), move |_| {
            if let Some(plot) = &*plot.borrow() {
                plot.draw(Columns::clone(&columns), range, geometry);
            }
        });
    }
    let reset = {
        let zoom = zoom.setter();
        Callback::from(move |_: MouseEvent| zoom.set(None))
    };
    let lowest = lowest_axis(&columns);
    let looked_at = hover
        .and_then(|batch| point_at(run, batch))
        .filter(|_| run.has_learned());
    let points = run.history.items().len().to_string();
    html! {
        <div class="plot" data-testid="chart" data-points={points} ondblclick={reset.clone()}>
            <div class="canvas" ref={place} aria-hidden="true"></div>
            if *width > 0.0 {
                <svg class="over" role="img" aria-label={chart_words(run)}>
                    if run.has_learned() {
                        {marks(run, geometry, range)}
                        {end_labels(run, geometry, lowest, range, whole, is_phone)}
                    } else {
                        {empty_words(run, geometry, is_phone)}
                    }
                </svg>
            }
            if let Some(point) = looked_at { {tip(point, geometry, range)} }
            if zoom.is_some() {
                <div class="whole"><button class="plain" data-testid="whole-run" onclick={reset}>{"Show the whole run"}</button></div>
            }
            <Look run={run.clone()} batch={*hover} on_batch={on(&hover)} {range} on_zoom={on(&zoom)} />
        </div>
    }
}

fn on<T: 'static>(state: &UseStateHandle<T>) -> Callback<T> {
    let set = state.setter();
    Callback::from(move |value| set.set(value))
}

/// Follows the width of an element.
#[hook]
fn use_width(place: &NodeRef, width: &UseStateHandle<f64>) {
    let (place, width) = (place.clone(), width.setter());
    use_effect_with((), move |()| {
        let observer = place
            .cast::<web_sys::Element>()
            .and_then(|place| SizeObserver::new(&place, move |wide, _| width.set(wide)));
        move || drop(observer)
    });
}

/// From nothing to the newest batch.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 batches")]
fn whole_range(run: &RunState) -> (f64, f64) {
    (
        0.0,
        run.newest()
            .map_or(1.0, |point| point.batch as f64)
            .max(1.0),
    )
}

/// A range of batches to enlarge: at least two.
fn wide_enough(from: f64, to: f64) -> Option<(f64, f64)> {
    (to - from >= 2.0).then(|| (from.max(0.0).floor(), to.ceil()))
}

/// The point of a batch, or the nearest one kept.
fn point_at(run: &RunState, batch: u64) -> Option<&Rc<Point>> {
    let points = run.history.items();
    let index = points.partition_point(|point| point.batch < batch);
    points.get(index).or(points.last())
}

/// What the chart shows, for those who do not see it.
fn chart_words(run: &RunState) -> String {
    let Some(point) = run.newest() else {
        return "Accuracy chart, empty: no batch was learned from yet".to_owned();
    };
    format!(
        "Accuracy over {} batches. Newest: {} tested before learning, {} same batch after learning, {} since the start, {} majority class.",
        count(run.counters.batches),
        accuracy(point.window),
        accuracy(point.same_window),
        accuracy(point.cumulative),
        accuracy(point.majority)
    )
}

/// The exact numbers of a batch.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 batches")]
fn tip(point: &Point, geometry: Geometry, range: (f64, f64)) -> Html {
    let x = geometry.x(point.batch as f64, range);
    let is_left = x > geometry.left + geometry.inner() * 0.6;
    let wrong = point.tested.total - point.tested.correct;
    let row = |name: &'static str, class: &'static str, value: String| {
        html! { <div><span>{name}</span><b {class}>{value}</b></div> }
    };
    let of = |correct: u64, total: u64| format!("{} of {}", count(correct), count(total));
    html! {
        <TipBox {x} {is_left} top={geometry.top + geometry.height * 0.42}>
            {row("batch", "", count(point.batch))}
            {row("before learning", "before", accuracy(point.window))}
            {row("after learning", "after", accuracy(point.same_window))}
            {row("since the start", "", accuracy(point.cumulative))}
            {row("majority class", "", accuracy(point.majority))}
            {row("this batch: wrong", "before", of(wrong, point.tested.total))}
            {row("then after learning", "after", of(point.same_batch.total - point.same_batch.correct, point.same_batch.total))}
        </TipBox>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct TipProps {
    x: f64,
    is_left: bool,
    top: f64,
    children: Html,
}

/// A box beside a place of the chart. Its place is set by the object model, since a strict policy
/// allows no style attributes.
#[component]
fn TipBox(props: &TipProps) -> Html {
    let place = use_node_ref();
    {
        let place = place.clone();
        use_effect_with(
            (props.x.to_bits(), props.is_left, props.top.to_bits()),
            move |(x, is_left, top)| {
                let Some(element) = place.cast::<HtmlElement>() else {
                    return;
                };
                let (x, top) = (f64::from_bits(*x), f64::from_bits(*top));
                let left = if *is_left {
                    x - element.get_bounding_client_rect().width() - 10.0
                } else {
                    x + 10.0
                };
                let style = element.style();
                let _ = style.set_property("left", &format!("{left:.1}px"));
                let _ = style.set_property("top", &format!("{top:.1}px"));
            },
        );
    }
    html! { <div class="tip" ref={place} data-testid="tip">{props.children.clone()}</div> }
}

#[derive(Clone, PartialEq, Properties)]
struct LookProps {
    run: Snapshot,
    batch: Option<u64>,
    on_batch: Callback<Option<u64>>,
    range: (f64, f64),
    on_zoom: Callback<Option<(f64, f64)>>,
}

/// The same exact numbers by keyboard: a slider over the batches.
#[component]
fn Look(props: &LookProps) -> Html {
    let run = &props.run;
    if !run.has_learned() {
        return html! {};
    }
    let newest = run.newest().map_or(1, |point| point.batch);
    let batch = props.batch.unwrap_or(newest);
    let words = point_at(run, batch).map(|point| {
        let wrong = point.tested.total - point.tested.correct;
        format!(
            "batch {}: {} before learning, {} after learning, {wrong} of {} wrong in this batch",
            point.batch,
            accuracy(point.window),
            accuracy(point.same_window),
            point.tested.total
        )
    });
    let oninput = {
        let on_batch = props.on_batch.clone();
        Callback::from(move |event: InputEvent| {
            let value = event
                .target_dyn_into::<HtmlInputElement>()
                .and_then(|input| input.value().parse().ok());
            on_batch.emit(value);
        })
    };
    let onblur = props.on_batch.reform(|_| None);
    let onkeydown = zoom_keys(props, batch, newest);
    html! {
        <input class="look" type="range" data-testid="look" aria-label="Batch to look at" min="1" max={newest.to_string()}
            value={batch.to_string()} aria-valuetext={words} {oninput} {onblur} {onkeydown} />
    }
}

/// Plus and minus enlarge around the batch that is looked at; 0 shows the whole run.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 batches")]
fn zoom_keys(props: &LookProps, batch: u64, newest: u64) -> Callback<KeyboardEvent> {
    let ((from, to), on_zoom) = (props.range, props.on_zoom.clone());
    let (middle, newest) = (batch as f64, newest as f64);
    Callback::from(move |event: KeyboardEvent| {
        let factor = match event.key().as_str() {
            "+" | "=" => 0.25,
            "-" => 1.0,
            "0" => return on_zoom.emit(None),
            _ => return,
        };
        event.prevent_default();
        let half = (to - from) * factor;
        let range = wide_enough(middle - half, (middle + half).min(newest));
        on_zoom.emit(range.filter(|range| range.0 > 0.0 || range.1 < newest));
    })
}
