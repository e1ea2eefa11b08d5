//! A replay: how far it is, and how it ended.

use yew::prelude::*;

use super::store::RunProps;
use crate::port::{FirstDifference, ReplayEnd, ReplayTold, ToldWeights};
use crate::state::{Action, count, plural};

#[component]
pub(crate) fn ReplayPart(props: &RunProps) -> Html {
    let Some(told) = &props.run.replay else {
        return html! {};
    };
    let state = match &told.end {
        None => "running",
        Some(ReplayEnd::Equal(_)) => "equal",
        Some(ReplayEnd::Different(_)) => "different",
        Some(ReplayEnd::Stopped) => "stopped",
        Some(ReplayEnd::Failed(_)) => "failed",
    };
    let is_fault = matches!(
        told.end,
        Some(ReplayEnd::Different(_) | ReplayEnd::Failed(_))
    );
    let goes_on = told.end.is_none();
    let (id, words) = if goes_on {
        ("stop-replay", "Stop")
    } else {
        ("close-replay", "Close")
    };
    let link = props.link.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        if goes_on {
            link.stop_replay();
        } else {
            link.dispatch(Action::ReplayRead);
        }
    });
    html! {
        <section class={classes!("offer", "replay", is_fault.then_some("fault"))} aria-labelledby="replay" data-testid="replay" data-state={state}>
            <div class="told">
                <b id="replay">{format!("Replay of {}", told.name)}</b>
                {progress(told)}
                <p role="status" data-testid="replay-end">{end(told)}</p>
                if let Some(ReplayEnd::Different(difference)) = &told.end { {first(difference)} }
            </div>
            <div class="answers">
                <button class="plain" data-testid={id} {onclick}>{words}</button>
            </div>
        </section>
    }
}

fn progress(told: &ReplayTold) -> Html {
    let words = format!(
        "{} of {} equal so far",
        count(told.batches),
        batches(told.of)
    );
    if told.end.is_some() {
        return html! {};
    }
    html! {
        <>
        <div class="progress">
            <progress max={told.of.to_string()} value={told.batches.to_string()} aria-label="Batches equal so far"></progress>
            <span data-testid="replay-progress">{words}</span>
        </div>
        if let Some(waits) = &told.waits { <p data-testid="replay-waits">{waits.clone()}</p> }
        </>
    }
}

/// The end in a sentence; it is spoken once.
fn end(told: &ReplayTold) -> String {
    let Some(end) = &told.end else {
        return String::new();
    };
    let before = match told.batches {
        0 => "No batch before it was replayed.".to_owned(),
        1 => "The batch before it is equal, to the bit.".to_owned(),
        number => format!(
            "The {} batches before it are equal, to the bit.",
            count(number)
        ),
    };
    let cut_off = if told.cut_off {
        " The log’s last line was cut off, and is not among them."
    } else {
        ""
    };
    match end {
        ReplayEnd::Equal(state) => {
            let all = match told.of {
                1 => "The one batch is equal".to_owned(),
                number => format!("All {} batches are equal", count(number)),
            };
            let records = plural(told.records, "record");
            format!(
                "{all}, to the bit: {records}, {}; the last state is {state}.{cut_off}",
                told.source
            )
        }
        ReplayEnd::Different(difference) => {
            let batch = count(difference.batch_id.saturating_add(1));
            format!(
                "Batch {batch} differs; in the log its number is {}, counted from 0. {before}",
                difference.batch_id
            )
        }
        ReplayEnd::Stopped => format!("Stopped after {}, all equal.", batches(told.batches)),
        ReplayEnd::Failed(reason) => format!("It cannot go on: {reason}. {before}"),
    }
}

/// What differs first.
fn first(difference: &FirstDifference) -> Html {
    html! {
        <div class="difference" data-testid="difference">
            <p>{difference.words.clone()}</p>
            if let Some((place, value)) = &difference.record {
                <p>{format!("{place}: ")}<code>{value.clone()}</code></p>
            }
            if let Some(weights) = &difference.weights { {table(weights)} }
        </div>
    }
}

fn table(weights: &ToldWeights) -> Html {
    if weights.first.is_empty() {
        return html! { <p>{"Every weight is the run’s own, to the bit: another part of the state differs."}</p> };
    }
    let number = |weight: f64| format!("{weight:?}");
    let rows = weights.first.iter().map(|weight| {
        html! {
            <tr>
                <th scope="row">{weight.name.clone()}</th>
                if weights.are_compared { <td>{weight.logged.map_or("–".to_owned(), number)}</td> }
                <td>{number(weight.found)}</td>
            </tr>
        }
    });
    let caption = if weights.are_compared {
        "Weights that differ"
    } else {
        "Weights as the replay found them. Open the run’s model of this batch (JSON) together with the log to compare."
    };
    html! {
        <>
        <p>{caption}</p>
        <div class="rows" tabindex="0" role="region" aria-label="Weights">
            <table>
                <thead><tr><th scope="col">{"weight"}</th>if weights.are_compared { <th scope="col">{"in the run"}</th> }<th scope="col">{"now"}</th></tr></thead>
                <tbody>{for rows}</tbody>
            </table>
            if weights.more > 0 { <p>{format!("and {} more", count(weights.more))}</p> }
        </div>
        </>
    }
}

fn batches(number: u64) -> String {
    let plural = if number == 1 { "" } else { "es" };
    format!("{} batch{plural}", count(number))
}
