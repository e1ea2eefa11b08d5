//! The weights by name, what the last batch changed of them, and how each came about.

use std::fmt::Write as _;

use shared::schema::Schema;
use yew::prelude::*;

use super::store::RunProps;
use crate::port::Point;
use crate::state::{Group, RunState, alone, count, groups, signed, weight_scale};

/// Where the parts of a row lie, in pixels.
const WIDTH: f64 = 347.0;
const MIDDLE: f64 = 178.0;
const LEFT_ROOM: f64 = 54.0;
const RIGHT_ROOM: f64 = 76.0;
const VALUE_END: f64 = 300.0;
const TRAIL: f64 = 309.0;
const ROW: f64 = 25.2;
const TITLE: f64 = 21.0;
const TRAIL_HEIGHT: f64 = 10.0;

/// Steps of a history curve: as many as its pixels.
const TRAIL_STEPS: usize = 38;

/// The weights that a phone shows at first.
const FEW: usize = 5;

/// What a row is drawn from.
struct Rows<'a> {
    run: &'a RunState,
    now: Vec<f64>,
    before: Vec<f64>,
    /// Pixels for a weight of one.
    unit: f64,
    trail: Vec<&'a Point>,
    /// There are weights to draw: learned ones, or those of a model that was opened.
    has_some: bool,
}

#[component]
pub(crate) fn Weights(props: &RunProps) -> Html {
    let run = &props.run;
    let groups = use_memo((), |()| groups(&Schema::loan()));
    let every = use_state(|| false);
    let kept = use_mut_ref(|| None::<f64>);
    let rows = Rows::of(run, &groups, &mut kept.borrow_mut());
    let toggle = {
        let every = every.clone();
        Callback::from(move |_: MouseEvent| every.set(!*every))
    };
    let title = match (run.has_learned(), run.counters.batches) {
        (true, batches) => format!("Weights after batch {}", count(batches)),
        (false, _) if run.start_weights.is_empty() => "Weights".to_owned(),
        (false, _) => "Weights of the opened model".to_owned(),
    };
    html! {
        <section class={classes!("weights", every.then_some("every"))} aria-labelledby="weights-title" data-testid="weights">
            <h2 id="weights-title">{title}</h2>
            <p class="sub">
                if run.has_learned() {
                    <svg width="6" height="14" aria-hidden="true"><rect class="change" x="1" width="4" height="14" /></svg>
                    {format!("changed by batch {}", count(run.counters.batches))}
                } else if rows.has_some {
                    {"The first batch of this run will move them."}
                } else {
                    {"All start at zero. Each record may move them."}
                }
            </p>
            <div class="all">{all(&rows, &groups)}</div>
            <div class="few">{few(&rows, &groups)}</div>
            <button class="link phone-only" onclick={toggle}>{if *every { "Fewer weights" } else { "All 13 weights" }}</button>
        </section>
    }
}

impl<'a> Rows<'a> {
    fn of(run: &'a RunState, groups: &[Group], kept: &mut Option<f64>) -> Self {
        let width: usize = groups.iter().map(|group| group.names.len()).sum::<usize>() + 1;
        let points = run.history.items();
        let mut start = run.start_weights.to_vec();
        start.resize(width, 0.0);
        let weights = |point: Option<&std::rc::Rc<Point>>| {
            point.map_or_else(
                || start.clone(),
                |p| p.weights.iter().map(|w| f64::from(*w)).collect(),
            )
        };
        let weights_now = run
            .report
            .as_ref()
            .and_then(|report| report.weights.first());
        let now = weights_now.map_or_else(
            || start.clone(),
            |now| now.coef.iter().copied().chain([now.intercept]).collect(),
        );
        let before = weights(
            points
                .len()
                .checked_sub(2)
                .and_then(|index| points.get(index)),
        );
        let reach = |weight: &f64| {
            if *weight < 0.0 {
                -weight * RIGHT_ROOM / LEFT_ROOM
            } else {
                *weight
            }
        };
        let largest = now.iter().chain(&before).map(reach).fold(0.0, f64::max);
        let scale = weight_scale(largest, *kept);
        *kept = Some(scale);
        let every = (points.len() / TRAIL_STEPS).max(1);
        let trail = points
            .iter()
            .step_by(every)
            .chain(points.last())
            .map(AsRef::as_ref)
            .collect();
        Self {
            run,
            now,
            before,
            unit: RIGHT_ROOM / scale,
            trail,
            has_some: run.has_learned() || !run.start_weights.is_empty(),
        }
    }

    fn x(&self, weight: f64) -> f64 {
        MIDDLE + (weight * self.unit).clamp(-LEFT_ROOM - 8.0, RIGHT_ROOM)
    }

    /// One weight: name, bar, change, value, history.
    fn row(&self, index: usize, name: &str, top: f64, height: f64) -> Html {
        let middle = top + height / 2.0;
        let text = |x: f64, class: &'static str, words: String| {
            html! { <text {class} x={x.to_string()} y={format!("{:.1}", middle + 4.5)}>{words}</text> }
        };
        let name = text(0.0, "dark", name.to_owned());
        if !self.has_some {
            return html! { <>{name}{text(VALUE_END, "soft end", "0".to_owned())}</> };
        }
        let (now, before) = (self.now[index], self.before[index]);
        html! {
            <>
                {name}{self.bar(now, before, middle)}
                {text(VALUE_END, "strong end", signed(now, if now.abs() < 100.0 { 2 } else { 1 }))}
                if !self.trail.is_empty() { {self.history(index, middle)} }
            </>
        }
    }

    fn bar(&self, now: f64, before: f64, middle: f64) -> Html {
        let (from, to) = (self.x(before), self.x(now));
        let rect = |class: &'static str, a: f64, b: f64, least: f64, tall: f64| {
            html! {
                <rect {class} x={format!("{:.1}", a.min(b))} y={format!("{:.1}", middle - tall / 2.0)}
                    width={format!("{:.1}", (a - b).abs().max(least))} height={tall.to_string()} />
            }
        };
        html! {
            <>
                {rect("bar", MIDDLE, from, 0.0, 8.0)}
                if (from - to).abs() > 0.3 { {rect("change", from, to, 1.8, 14.0)} }
            </>
        }
    }

    fn history(&self, index: usize, middle: f64) -> Html {
        let steps = (self.trail.len().max(2) - 1).min(TRAIL_STEPS + 1);
        #[expect(clippy::cast_precision_loss, reason = "at most some forty steps")]
        let x = |step: usize| TRAIL + (step as f64 / steps as f64).min(1.0) * (WIDTH - TRAIL - 3.0);
        let y = |point: &Point| {
            let weight = f64::from(point.weights[index]);
            middle - (weight * self.unit * 0.2).clamp(-TRAIL_HEIGHT, TRAIL_HEIGHT)
        };
        let mut path = String::new();
        for (step, point) in self.trail.iter().enumerate() {
            path.push(if step == 0 { 'M' } else { 'L' });
            // Writing to a string does not fail.
            let _ = write!(path, "{:.1} {:.1}", x(step), y(point));
        }
        let last = self.trail.last().map_or(middle, |point| y(point));
        html! {
            <>
                <path class="base" d={format!("M{TRAIL} {middle:.1}H{WIDTH}")} />
                <path class="trail" d={path} />
                <circle class="trail-end" cx={format!("{:.1}", x(self.trail.len() - 1))} cy={format!("{last:.1}")} r="2.4" />
            </>
        }
    }
}

/// All weights in their groups, then the intercept.
fn all(rows: &Rows<'_>, groups: &[Group]) -> Html {
    let (mut top, mut index) = (4.0, 0);
    let mut parts = Vec::new();
    for group in groups {
        parts.push(html! { <text class="soft" x="0" y={format!("{:.1}", top + 14.0)}>{group.title.clone()}</text> });
        top += TITLE;
        let begin = top;
        for name in &group.names {
            parts.push(rows.row(index, name, top, ROW));
            top += ROW;
            index += 1;
        }
        parts.push(middle_line(begin, top));
        top += 4.0;
    }
    parts.push(html! { <path class="hair" d={format!("M0 {:.1}H{WIDTH}", top + 1.0)} /> });
    top += 4.0;
    parts.push(rows.row(index, "intercept", top, ROW));
    parts.push(middle_line(top, top + ROW));
    top += ROW;
    parts.push(directions(top + 15.0, rows.run.has_learned()));
    picture(top + 20.0, parts)
}

/// The largest weights, for a phone.
fn few(rows: &Rows<'_>, groups: &[Group]) -> Html {
    let names = groups
        .iter()
        .flat_map(|group| group.names.iter().map(move |name| alone(group, name)));
    let mut ranked: Vec<(usize, String)> = names.enumerate().collect();
    ranked.sort_by(|a, b| rows.now[b.0].abs().total_cmp(&rows.now[a.0].abs()));
    let mut top = 4.0;
    let mut parts = Vec::new();
    for (index, name) in ranked.into_iter().take(FEW) {
        let short = if name.len() > 20 {
            "previous default Yes".to_owned()
        } else {
            name
        };
        parts.push(rows.row(index, &short, top, 34.0));
        top += 34.0;
    }
    parts.push(middle_line(4.0, top));
    parts.push(directions(top + 15.0, false));
    picture(top + 22.0, parts)
}

fn middle_line(from: f64, to: f64) -> Html {
    html! { <path class="middle" d={format!("M{MIDDLE} {from:.1}V{to:.1}")} /> }
}

fn directions(y: f64, has_history: bool) -> Html {
    let y = format!("{y:.1}");
    html! {
        <>
            <text class="soft end" x={(MIDDLE - 6.0).to_string()} y={y.clone()}>{"← toward 0"}</text>
            <text class="soft" x={(MIDDLE + 6.0).to_string()} y={y.clone()}>{"toward 1 →"}</text>
            if has_history { <text class="soft end" x={WIDTH.to_string()} {y}>{"over time"}</text> }
        </>
    }
}

fn picture(height: f64, parts: Vec<Html>) -> Html {
    html! { <svg width={WIDTH.to_string()} height={format!("{height:.0}")} role="img" aria-label="Weights">{parts}</svg> }
}
