//! Start and pause, steps, speed, trigger, and the three ways to start over.

use std::num::NonZeroU32;

use shared::batch::Trigger;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::app::Side;
use super::icons;
use super::store::{Link, RunProps, Snapshot};
use crate::platform::{is_phone, random_u32, random_u64};
use crate::port::Rate;
use crate::state::{Intent, count};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TransportProps {
    pub(crate) run: Snapshot,
    pub(crate) link: Link,
    pub(crate) side: Side,
    pub(crate) on_side: Callback<Side>,
}

#[component]
pub(crate) fn Transport(props: &TransportProps) -> Html {
    let TransportProps {
        run,
        link,
        side,
        on_side,
    } = props;
    let (icon, words) = match (run.running, run.begun) {
        (true, _) => (icons::pause(), "Pause"),
        (false, true) => (icons::play(), "Go on"),
        (false, false) => (icons::play(), "Start"),
    };
    let disabled = !run.ready;
    let settings = on_side.reform(|_| Side::Settings);
    html! {
        <div class="transport" role="toolbar" aria-label="Run">
            <button class="primary" data-testid="start" title="Key: space" {disabled} onclick={link.on(Intent::Toggle)}>{icon}{words}</button>
            <button class="plain" data-testid="step-record" title="Key: ." {disabled} onclick={link.on(Intent::StepRecord)}>{icons::step_record()}{"Step record"}</button>
            <button class="plain" data-testid="step-batch" title="Key: right arrow" {disabled} onclick={link.on(Intent::StepBatch)}>{icons::step_batch()}{"Step batch"}</button>
            if !is_phone() {
                <Speed run={run.clone()} link={link.clone()} />
                <TriggerChoice run={run.clone()} link={link.clone()} />
                <span class="gap"></span>
                <Again run={run.clone()} link={link.clone()} />
            }
            <button class="plain settings-button" data-testid="settings" aria-expanded={(*side == Side::Settings).to_string()} onclick={settings}>{"Settings"}</button>
        </div>
    }
}

#[component]
pub(crate) fn Speed(props: &RunProps) -> Html {
    let step = props.run.config.rate.step();
    let link = props.link.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        let value = event
            .target_dyn_into::<HtmlInputElement>()
            .map(|input| input.value());
        let rate = value.and_then(|value| Rate::STEPS.get(value.parse::<usize>().ok()?).copied());
        if let Some(rate) = rate {
            link.act(Intent::SetRate(rate));
        }
    });
    let (short, long) = match props.run.config.rate {
        Rate::PerSecond(rate) => {
            let rate = count(u64::from(rate));
            (format!("{rate}/s"), format!("{rate} records per second"))
        }
        Rate::Unlimited => ("full".to_owned(), "as fast as the worker learns".to_owned()),
    };
    html! {
        <label class="speed">{"Speed"}
            <input type="range" data-testid="speed" min="0" max="5" value={step.to_string()} aria-valuetext={long} {oninput} />
            <output>{short}</output>
        </label>
    }
}

#[component]
pub(crate) fn TriggerChoice(props: &RunProps) -> Html {
    let trigger = props.run.config.settings.trigger;
    let (kind, number) = match trigger {
        Trigger::Records(NonZeroU32::MIN) => ("record", 1),
        Trigger::Records(records) => ("records", records.get()),
        Trigger::Seconds(seconds) => ("seconds", seconds.get()),
    };
    let refused = use_state(|| false);
    let on_kind = {
        let (link, refused) = (props.link.clone(), refused.clone());
        Callback::from(move |event: Event| {
            let kind = event
                .target_dyn_into::<HtmlSelectElement>()
                .map(|select| select.value());
            refused.set(false);
            link.act(Intent::SetTrigger(usual(
                kind.as_deref().unwrap_or_default(),
            )));
        })
    };
    let on_number = {
        let (link, refused) = (props.link.clone(), refused.clone());
        Callback::from(move |event: Event| {
            let text = event
                .target_dyn_into::<HtmlInputElement>()
                .map(|input| input.value());
            let number = text.and_then(|text| text.trim().parse::<NonZeroU32>().ok());
            let trigger = number.map(|number| match trigger {
                Trigger::Seconds(_) => Trigger::Seconds(number),
                Trigger::Records(_) => Trigger::Records(number),
            });
            let usable = trigger.filter(|trigger| is_valid(*trigger));
            refused.set(usable.is_none());
            if let Some(trigger) = usable {
                link.act(Intent::SetTrigger(trigger));
            }
        })
    };
    let option = |value: &'static str, words: &'static str| {
        html! { <option {value} selected={kind == value}>{words}</option> }
    };
    html! {
        <div class="trigger" role="group" aria-label="Batch trigger"><span>{"Batch every"}</span>
            if kind != "record" {
                <input type="number" data-testid="trigger-number" min="1" aria-label={format!("Number of {kind}")}
                    aria-invalid={refused.to_string()} title="A whole number from 1; at most 1 000 000 records or 86 400 seconds"
                    value={number.to_string()} onchange={on_number} />
            }
            <span class="select">
                <select data-testid="trigger" aria-label="Batch trigger" onchange={on_kind}>
                    {option("records", "records")}{option("seconds", "seconds")}{option("record", "record")}
                </select>
            </span>
        </div>
    }
}

/// The trigger that a kind begins with.
fn usual(kind: &str) -> Trigger {
    let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    match kind {
        "seconds" => Trigger::Seconds(number(5)),
        "record" => Trigger::Records(NonZeroU32::MIN),
        _ => Trigger::Records(number(100)),
    }
}

fn is_valid(trigger: Trigger) -> bool {
    let settings = shared::settings::Settings {
        trigger,
        ..shared::settings::Settings::default()
    };
    settings.validate().is_ok()
}

#[component]
pub(crate) fn Again(props: &RunProps) -> Html {
    let (run, link) = (&props.run, &props.link);
    let disabled = !run.ready;
    let new_data = {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| link.act(Intent::NewData(random_u64())))
    };
    let new_seed = {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| link.act(Intent::NewSeed(random_u32() % 1_000_000)))
    };
    html! {
        <span class="again" role="group" aria-label="Start over">
            <button class="plain" type="button" data-testid="reset-model" title="Forget what was learned; the same stream goes on" {disabled} onclick={link.on(Intent::ResetModel)}>{"Reset model"}</button>
            if run.config.source.is_simulated() {
                <button class="plain" type="button" data-testid="new-data" title="Other records from here on; the model is kept" {disabled} onclick={new_data}>{"New data"}</button>
            }
            <button class="plain" type="button" data-testid="new-seed" title="The same records from their beginning, learned in another shuffled order" {disabled} onclick={new_seed}>{"New seed"}</button>
        </span>
    }
}
