//! The small pictures of the strip: features, prediction, change, file.

use shared::learner::Explained;
use yew::prelude::*;

use crate::state::{Group, decimals};

const CELL: f64 = 15.0;
const GAP: f64 = 3.0;
const GROUP_GAP: f64 = 7.0;
const MIDDLE: f64 = 21.0;
const TALLEST: f64 = 17.0;

/// Where each feature's cell begins, in the one order that Encode and Learn share.
fn places(groups: &[Group]) -> Vec<f64> {
    let mut x = 0.0;
    let mut all = Vec::new();
    for group in groups {
        for _ in &group.names {
            all.push(x);
            x += CELL + GAP;
        }
        x += GROUP_GAP;
    }
    all
}

/// The groups' names under their cells.
fn brackets(groups: &[Group]) -> Html {
    let places = places(groups);
    let mut first = 0;
    let bracket = |group: &Group| {
        let last = first + group.names.len() - 1;
        let (from, to) = (places[first], places[last] + CELL);
        first = last + 1;
        html! {
            <>
                <path class="bracket" d={format!("M{from} 43v3H{to}v-3")} />
                <text class="soft tiny mid" x={f64::midpoint(from, to).to_string()} y="57">{group.short.clone()}</text>
            </>
        }
    };
    groups.iter().map(bracket).collect()
}

/// A bar up or down from the middle line.
fn bar(x: f64, height: f64, class: &'static str) -> Html {
    if height.abs() < 0.4 {
        return html! { <path class="zero" d={format!("M{} {MIDDLE}h{}", x + 2.0, CELL - 4.0)} /> };
    }
    let top = if height > 0.0 {
        MIDDLE - height
    } else {
        MIDDLE
    };
    html! {
        <rect {class} x={(x + 2.0).to_string()} y={top.to_string()} width={(CELL - 4.0).to_string()} height={height.abs().to_string()} />
    }
}

/// The features of a record: categories as full and empty cells, numbers as bars.
pub(crate) fn features(values: &[f64], groups: &[Group]) -> Html {
    let numeric = groups
        .iter()
        .flat_map(|group| group.names.iter().map(|_| group.is_numeric));
    let cells = values.iter().zip(places(groups)).zip(numeric).map(|((value, x), is_numeric)| {
        if is_numeric {
            return bar(x, (value * 9.0).clamp(-TALLEST, TALLEST), "value");
        }
        let class = if *value > 0.0 { "cell full" } else { "cell" };
        html! { <rect {class} x={(x + 0.75).to_string()} y="13.75" width={(CELL - 1.5).to_string()} height="14.5" /> }
    });
    html! { <svg width="252" height="58" role="img" aria-label="The record's features">{for cells}{brackets(groups)}</svg> }
}

/// How the record moved each weight, relative to the largest move.
pub(crate) fn changes(explained: &Explained, groups: &[Group]) -> Html {
    let moves = moves(explained);
    let largest = moves
        .iter()
        .fold(0.0, |most: f64, step| most.max(step.abs()));
    let scale = if largest > 0.0 {
        TALLEST / largest
    } else {
        0.0
    };
    let bars = moves
        .iter()
        .zip(places(groups))
        .map(|(step, x)| bar(x, step * scale, "value learned"));
    html! { <svg width="252" height="58" role="img" aria-label="How the record moved the weights">{for bars}{brackets(groups)}</svg> }
}

fn moves(explained: &Explained) -> Vec<f64> {
    let (before, after) = explained.coef();
    after
        .iter()
        .zip(before)
        .map(|(after, before)| after - before)
        .collect()
}

/// What the model said of the record before learning, and what it is.
pub(crate) fn prediction(explained: &Explained) -> Html {
    let x = |probability: f64| 8.0 + probability * 180.0;
    let said = x(explained.tested_probability);
    let is = x(f64::from(explained.label));
    // The two words never stand in each other's way: the prediction's keeps clear of the label's.
    let words = if explained.label == 1 {
        said.clamp(20.0, 118.0)
    } else {
        said.clamp(76.0, 176.0)
    };
    let label = if explained.label == 1 { "mid" } else { "start" };
    let label_x = if explained.label == 1 { is } else { 0.0 };
    html! {
        <svg width="222" height="56" role="img" aria-label="What the model said before learning">
            <path class="axis" d="M8 25h180M8 21v8M188 21v8M98 18v14" />
            <path class="said" d={format!("M98 25H{said}")} />
            <circle class="said-at" cx={said.to_string()} cy="25" r="6" />
            <circle class="is" cx={is.to_string()} cy="25" r="7.5" />
            <text class="said-text mid" x={words.to_string()} y="11">{format!("p = {}", decimals(explained.tested_probability, 2))}</text>
            <text class={classes!("dark", label)} x={label_x.to_string()} y="11">{format!("label {}", explained.label)}</text>
            <text class="soft mid" x="8" y="47">{"0"}</text>
            <text class="soft mid" x="98" y="47">{"0.5"}</text>
            <text class="soft mid" x="188" y="47">{"1"}</text>
        </svg>
    }
}

/// The model and report that can be saved.
pub(crate) fn sheet(model: &str, report: &str) -> Html {
    html! {
        <svg width="150" height="54" role="img" aria-label="What can be saved">
            <path class="sheet" d="M2 4h24l9 9v33H2z" /><path class="sheet" d="M26 4v9h9" />
            <path class="sheet-lines" d="M8 22h20M8 29h20M8 36h13" />
            <text class="dark" x="46" y="19">{model.to_owned()}</text>
            <text x="46" y="36">{report.to_owned()}</text>
        </svg>
    }
}

/// The same five pictures where there is little room.
pub(crate) fn mini(station: usize, explained: Option<&Explained>) -> Html {
    let content = match (station, explained) {
        (0, _) => html! { <path class="mini-lines" d="M2 2h30M2 11h44M2 20h24" /> },
        (1, Some(explained)) => mini_bars(&explained.features, "value"),
        (2, Some(explained)) => {
            let said = 2.0 + 48.0 * explained.tested_probability;
            let is = 2.0 + 48.0 * f64::from(explained.label);
            html! {
                <>
                    <path class="axis" d="M2 11h48" />
                    <circle class="said-at" cx={said.to_string()} cy="11" r="5" />
                    <circle class="is" cx={is.to_string()} cy="11" r="5.5" />
                </>
            }
        }
        (3, Some(explained)) => mini_bars(&moves(explained), "value learned"),
        (4, _) => html! { <path class="sheet" d="M3 1h13l6 6v15H3z" /> },
        _ => html! { <path class="axis" d="M2 11h48" /> },
    };
    html! { <svg class="mini" width="56" height="24" aria-hidden="true">{content}</svg> }
}

fn mini_bars(values: &[f64], class: &'static str) -> Html {
    let largest = values
        .iter()
        .fold(f64::MIN_POSITIVE, |most, value| most.max(value.abs()));
    let bars = values.iter().scan(0.0, |x, value| {
        let here = *x;
        *x += 4.2;
        let height = (value / largest * 10.0).clamp(-10.0, 10.0);
        Some((here, height))
    });
    bars.map(|(x, height)| {
        let top = if height > 0.0 { 11.0 - height } else { 11.0 };
        let tall = height.abs().max(0.7);
        html! { <rect {class} x={x.to_string()} y={top.to_string()} width="3" height={tall.to_string()} /> }
    })
    .collect()
}
