//! A spoken summary, at most every five seconds.

use gloo::timers::callback::Interval;
use yew::prelude::*;

use super::source_told::source_name;
use super::store::RunProps;
use crate::port::SourceState;
use crate::state::{RunState, accuracy, plural};

const MILLIS: u32 = 5_000;

#[component]
pub(crate) fn Announcer(props: &RunProps) -> Html {
    let spoken = use_state(String::new);
    let link = props.link.clone();
    let set = spoken.setter();
    use_effect_with((), move |()| {
        let timer = Interval::new(MILLIS, move || set.set(summary(&link.snapshot())));
        move || drop(timer)
    });
    html! { <p class="spoken" role="status" aria-live="polite" data-testid="spoken">{(*spoken).clone()}</p> }
}

/// What is said: nothing before the first batch, and the same text as before while nothing changes.
fn summary(run: &RunState) -> String {
    if let SourceState::Reconnecting { attempt, .. } = &run.source {
        return format!(
            "{}: connection lost, attempt {attempt} follows by itself.",
            source_name(run)
        );
    }
    let Some(report) = &run.report else {
        return String::new();
    };
    format!(
        "After {}: accuracy {} before learning, {} in the last {}.",
        plural(run.counters.batches, "batch").replace("batchs", "batches"),
        accuracy(report.window),
        accuracy(report.same_batch),
        "batch after learning"
    )
}
