//! The menu of files to save.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};
use yew::prelude::*;

use super::store::RunProps;
use crate::port::SaveKind;
use crate::state::{Intent, plural};

#[component]
pub(crate) fn Saves(props: &RunProps) -> Html {
    let open = use_state(|| false);
    let place = use_node_ref();
    use_close(&open, &place);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <div class="drop" ref={place}>
            <button class="quiet" data-testid="saves" aria-haspopup="true" aria-expanded={open.to_string()} onclick={toggle}>{"Save"}</button>
            if *open {
                <div class="drop-list" role="group" aria-label="Files to save">{items(props, &open)}</div>
            }
        </div>
    }
}

/// Closes the menu on Escape and on a press elsewhere.
#[hook]
fn use_close(open: &UseStateHandle<bool>, place: &NodeRef) {
    let (is_open, set, place) = (**open, open.setter(), place.clone());
    use_effect_with(is_open, move |is_open| {
        let listeners = is_open.then(|| {
            let document = gloo::utils::document();
            let (close, inside) = (set.clone(), place.clone());
            let press = EventListener::new(&document, "pointerdown", move |event| {
                let target = event
                    .target()
                    .and_then(|target| target.dyn_into::<Node>().ok());
                if !inside
                    .get()
                    .is_some_and(|place| place.contains(target.as_ref()))
                {
                    close.set(false);
                }
            });
            let key = EventListener::new(&document, "keydown", move |event| {
                let is_escape = event
                    .dyn_ref::<KeyboardEvent>()
                    .is_some_and(|key| key.key() == "Escape");
                if is_escape {
                    set.set(false);
                    focus_button(&place);
                }
            });
            (press, key)
        });
        move || drop(listeners)
    });
}

fn focus_button(place: &NodeRef) {
    let button = place
        .cast::<HtmlElement>()
        .and_then(|place| place.query_selector("button").ok().flatten());
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        let _ = button.focus();
    }
}

fn items(props: &RunProps, open: &UseStateHandle<bool>) -> Html {
    let run = &props.run;
    let bad = run.bad.kept;
    let kept = if bad < run.counters.bad_records {
        format!(
            "the newest {}, one JSON object a line",
            plural(bad, "record")
        )
    } else {
        format!("{}, one JSON object a line", plural(bad, "record"))
    };
    let item = |kind, id: &'static str, title: &str, note: String, usable: bool| {
        let act = props.link.on::<MouseEvent>(Intent::Save(kind));
        let open = open.clone();
        let onclick = Callback::from(move |event| {
            act.emit(event);
            open.set(false);
        });
        html! {
            <button data-testid={id} disabled={!usable} {onclick}>{title.to_owned()}<small>{note}</small></button>
        }
    };
    let learned = run.has_learned();
    let json = |what: &str| format!("{what}, JSON");
    html! {
        <>
            {item(SaveKind::Model, "save-model", "Model", json("weights, encoder, settings, positions"), run.has_model())}
            {item(SaveKind::Joblib, "save-joblib", "Model for scikit-learn", "an SGDClassifier, joblib".to_owned(), run.has_model())}
            {item(SaveKind::EncoderJoblib, "save-encoder", "Encoder for scikit-learn", "a ColumnTransformer, joblib".to_owned(), run.has_model())}
            {item(SaveKind::Metrics, "save-metrics", "Metrics of the last batch", json("the lab's names and the honest ones"), learned)}
            {item(SaveKind::AllMetrics, "save-all-metrics", "Metrics of all batches", "a row a batch, CSV".to_owned(), learned)}
            {item(SaveKind::BadRecords, "save-bad", "Bad records", kept, bad > 0)}
            if !learned {
                <p>{"Files can be saved once a batch was learned from."}</p>
            }
        </>
    }
}
