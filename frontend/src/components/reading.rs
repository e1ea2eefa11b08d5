//! The big number with the sentence that explains it.

use shared::evaluate::Tally;
use yew::prelude::*;

use super::store::RunProps;
use crate::state::{RunState, accuracy, count};

#[component]
pub(crate) fn Reading(props: &RunProps) -> Html {
    let run = &props.run;
    let window = run
        .report
        .as_ref()
        .map(|report| report.window)
        .filter(|tally| tally.total > 0);
    match window {
        Some(window) => known(
            window,
            u64::from(run.config.settings.evaluation.window_records.get()),
        ),
        None => html! {
            <div class="reading" id="reading">
                <span class="number" data-testid="window-accuracy" aria-hidden="true">{"?"}</span>
                <p class="sentence">
                    {nothing_yet(run)}{" "}<br />
                    {"each application is judged first, then the model learns from it."}
                </p>
            </div>
        },
    }
}

/// What stands there before the first batch.
fn nothing_yet(run: &RunState) -> Html {
    let (fact, next) = match (run.start_weights.is_empty(), run.begun) {
        (false, _) => ("The opened model is in place.", " Go on:"),
        (true, true) => ("Nothing learned yet.", " The first batch is being filled:"),
        (true, false) => ("Nothing learned yet.", " Press Start:"),
    };
    html! { <><b>{fact}</b>{next}</> }
}

fn known(window: Tally, length: u64) -> Html {
    let which = if window.total < length {
        "first"
    } else {
        "last"
    };
    html! {
        <div class="reading" id="reading">
            <span class="number" data-testid="window-accuracy">{accuracy(window)}</span>
            <p class="sentence">
                <b>{count(window.correct)}</b>{format!(" of the {which} ")}<b>{count(window.total)}</b>
                {" applications judged rightly, "}<br />
                {"each one tested "}<b>{"before"}</b>{" the model learned from it."}
            </p>
        </div>
    }
}
