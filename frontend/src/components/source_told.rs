//! Where the records come from and how that goes, in words.

use gloo::timers::callback::Interval;
use yew::prelude::*;

use super::store::RunProps;
use crate::platform::now_millis;
use crate::port::{SourceConfig, SourceState};
use crate::state::{Intent, RunState, count, per_second};

/// Counts the seconds while something is waited for.
#[hook]
pub(crate) fn use_seconds(counting: bool) -> f64 {
    let now = use_state(now_millis);
    let set = now.setter();
    use_effect_with(counting, move |counting| {
        let timer = counting.then(|| {
            set.set(now_millis());
            Interval::new(250, move || set.set(now_millis()))
        });
        move || drop(timer)
    });
    *now
}

#[component]
pub(crate) fn SourceTold(props: &RunProps) -> Html {
    let run = &props.run;
    let is_lost = matches!(run.source, SourceState::Reconnecting { .. });
    let now = use_seconds(is_lost);
    let (dot, told) = told(run, now);
    let again = props.link.on(Intent::RetryNow);
    let can_retry = is_lost || matches!(&run.source, SourceState::Refused(_));
    html! {
        <p class="source" data-testid="source" data-state={run.source.name()}>
            <span class={classes!("dot", dot)} aria-hidden="true"></span>
            <span class="told long"><b data-testid="source-name">{source_name(run)}</b>{" "}<span data-testid="source-state">{told.clone()}</span></span>
            <span class="told short" aria-hidden="true">{short(run, &told)}</span>
            if can_retry {
                <button class="plain" data-testid="try-now" onclick={again}>{"Try now"}</button>
            }
        </p>
    }
}

/// The source's name.
pub(crate) fn source_name(run: &RunState) -> String {
    match &run.config.source {
        SourceConfig::Simulated { .. } => "Simulated stream · loan applications".to_owned(),
        SourceConfig::Relay { topic, .. } => {
            let topic = run.topic.as_deref().or(topic.as_deref());
            topic.map_or_else(|| "Relay".to_owned(), |topic| format!("Relay · {topic}"))
        }
    }
}

/// The same where there is little room.
fn short(run: &RunState, told: &str) -> String {
    if let Some((_, when)) = told.split_once(" in ") {
        return format!("again in {when}");
    }
    let told = told.split(',').next().unwrap_or_default();
    if run.running && matches!(run.source, SourceState::Live | SourceState::Idle) {
        return format!("live · {}/s", per_second(run.counters.records_per_second));
    }
    told.to_owned()
}

/// The state in words, and the class of the dot before it.
fn told(run: &RunState, now: f64) -> (&'static str, String) {
    let rate = format!("{} records/s", per_second(run.counters.records_per_second));
    let behind = run.counters.lag.unwrap_or(0);
    if run.crash.is_some() {
        return ("off", "stopped by an error".to_owned());
    }
    match &run.source {
        SourceState::Connecting => ("", "connecting".to_owned()),
        SourceState::Reconnecting {
            attempt,
            after_millis,
            ..
        } => {
            let left = f64::from(*after_millis) - (now - run.source_told_millis).max(0.0);
            let seconds = (left / 1000.0).ceil().max(0.0);
            (
                "off",
                format!("reconnecting, attempt {attempt} in {seconds} s"),
            )
        }
        SourceState::Waiting(_) => ("off", "waiting for the relay's source".to_owned()),
        SourceState::Refused(_) => ("off", "refused".to_owned()),
        _ if !run.begun => ("", "not started".to_owned()),
        _ if !run.running => ("", "paused".to_owned()),
        SourceState::CatchingUp if behind > 0 => (
            "on beat",
            format!("catching up, {} behind · {rate}", count(behind)),
        ),
        SourceState::CatchingUp => ("on beat", format!("catching up · {rate}")),
        SourceState::Live | SourceState::Idle => ("on beat", format!("live · {rate}")),
    }
}
