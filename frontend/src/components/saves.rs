//! The menu of files to save.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};
use yew::prelude::*;

use super::store::RunProps;
use crate::platform::can_choose_directory;
use crate::port::{LogEnd, LogSummary, RawSummary, SaveKind};
use crate::state::{Intent, bytes, count, plural};

#[component]
pub(crate) fn Saves(props: &RunProps) -> Html {
    let open = use_state(|| false);
    let place = use_node_ref();
    use_close(&open, &place);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let close = {
        let (open, place) = (open.setter(), place.clone());
        Callback::from(move |()| {
            focus_button(&place);
            open.set(false);
        })
    };
    html! {
        <div class="drop" ref={place}>
            <button class="quiet" data-testid="saves" aria-expanded={open.to_string()} onclick={toggle}>{"Save"}</button>
            if *open {
                <div class="drop-list" role="group" aria-label="Files to save">{items(props, &close)}</div>
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

/// The files, group by group.
fn items(props: &RunProps, close: &Callback<()>) -> Html {
    let run = &props.run;
    let (learned, model) = (run.has_learned(), run.has_model());
    let item = |intent, id, title, note: &str, usable| {
        let note = note.to_owned();
        let does = props.link.on::<()>(intent);
        let chosen = Item {
            id,
            title,
            note,
            usable,
        };
        chosen.button(&does, close)
    };
    let file = |kind, id, title, note: &str, usable| {
        let refused = run.refused.iter().find(|(refused, _)| *refused == kind);
        match refused {
            Some((_, reason)) => item(Intent::Save(kind), id, title, reason, false),
            None => item(Intent::Save(kind), id, title, note, usable),
        }
    };
    html! {
        <>
            {group("model", "Model", html! {
                <>
                    {file(SaveKind::Model, "save-model", "Model", "weights, encoder, settings, positions, JSON", model)}
                    <div class="pair">
                        {file(SaveKind::Joblib, "save-joblib", "Model for scikit-learn", "SGDClassifier, joblib", model)}
                        {file(SaveKind::EncoderJoblib, "save-encoder", "Encoder for scikit-learn", "fitted, joblib", model)}
                    </div>
                    <div class="trio">
                        {file(SaveKind::Onnx, "save-onnx", "ONNX", "a graph", model)}
                        {file(SaveKind::Sql, "save-sql", "SQL", "a query", model)}
                        {file(SaveKind::Python, "save-python", "Python", "a function", model)}
                    </div>
                </>
            })}
            {group("metrics", "Metrics", html! {
                <>
                    {file(SaveKind::Metrics, "save-metrics", "Metrics of the last batch", "the lab's names and the honest ones, JSON", learned)}
                    {file(SaveKind::AllMetrics, "save-all-metrics", "Metrics of all batches", "a row a batch, CSV", learned)}
                </>
            })}
            {group("chart", "Chart", html! {
                <div class="pair">
                    {item(Intent::SaveChartPng, "save-chart-png", "Chart as PNG", "pixels, for a slide", learned)}
                    {file(SaveKind::Chart, "save-chart-svg", "Chart as SVG", "lines, for print", learned)}
                </div>
            })}
            {group("records", "Records", records(props, close))}
            {group("log", "Log", html! {
                <>
                    {file(SaveKind::Log, "save-log", "Run log", &log_words(run.log), run.log.batches > 0)}
                    if run.log.has_model {
                        {file(SaveKind::StartModel, "save-start", "Model that the run began with", "a replay needs it beside the log", learned)}
                    }
                </>
            })}
            {group("everything", "Everything", item(Intent::SaveEverything, "save-everything", "All of it", "every file above, with a README, zip", learned))}
            if can_choose_directory() { {group("folder", "Folder", folder(props, close))} }
            if !learned {
                <p>{"Files can be saved once a batch was learned from."}</p>
            }
        </>
    }
}

fn group(id: &'static str, name: &'static str, items: Html) -> Html {
    let id = format!("saves-{id}");
    html! {
        <div role="group" aria-labelledby={id.clone()}>
            <span class="group-name" {id}>{name}</span>
            {items}
        </div>
    }
}

/// A file that can be saved.
struct Item {
    id: &'static str,
    title: &'static str,
    note: String,
    usable: bool,
}

impl Item {
    fn button(self, does: &Callback<()>, close: &Callback<()>) -> Html {
        let (does, close) = (does.clone(), close.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            does.emit(());
            close.emit(());
        });
        html! {
            <button data-testid={self.id} disabled={!self.usable} {onclick}>{self.title}<small>{self.note}</small></button>
        }
    }
}

/// Bad records, raw records, and whether the latter are kept.
fn records(props: &RunProps, close: &Callback<()>) -> Html {
    let (run, link) = (&props.run, &props.link);
    let (bad, raw) = (run.bad.kept, run.raw);
    let newest = if bad < run.counters.bad_records {
        "the newest "
    } else {
        ""
    };
    let bad_item = Item {
        id: "save-bad",
        title: "Bad records",
        note: if bad > 0 {
            format!("{newest}{}, one JSON object a line", plural(bad, "record"))
        } else {
            "none so far".to_owned()
        },
        usable: bad > 0,
    };
    let raw_item = Item {
        id: "save-raw",
        title: "Raw records",
        note: raw_words(raw),
        usable: raw.batches > 0,
    };
    let keep = link.on::<Event>(Intent::KeepRaw(!raw.keeping));
    let most = bytes(RawSummary::MOST_BYTES as u64);
    html! {
        <>
            <div class="pair">
                {bad_item.button(&link.on(Intent::Save(SaveKind::BadRecords)), close)}
                {raw_item.button(&link.on(Intent::Save(SaveKind::RawRecords)), close)}
            </div>
            <label class="keep">
                <input type="checkbox" data-testid="keep-raw" checked={raw.keeping} disabled={!run.ready} onchange={keep} />
                <span>{"Keep raw records"}<small>{format!("of the batches from now on, {most} at most")}</small></span>
            </label>
        </>
    }
}

/// Saving every batch into a folder, or the end of it.
fn folder(props: &RunProps, close: &Callback<()>) -> Html {
    let link = props.link.clone();
    match &props.run.folder {
        None => Item {
            id: "save-folder",
            title: "Save every batch into a folder",
            note: "from now on: its model, encoder and metrics".to_owned(),
            usable: props.run.ready,
        }
        .button(&Callback::from(move |()| link.save_into_folder()), close),
        Some(folder) => Item {
            id: "stop-folder",
            title: "Stop saving into the folder",
            note: format!("{} in {} so far", batches(folder.batches), folder.name),
            usable: props.run.ready,
        }
        .button(&link.on(Intent::StopSaving), close),
    }
}

/// How far the log goes.
fn log_words(log: LogSummary) -> String {
    let kept = format!("{}, to be replayed", batches(log.batches));
    match log.end {
        None => kept,
        Some(LogEnd::Done(event)) => format!("{kept}; it ends at “{}”", event.words()),
        Some(LogEnd::Full) => {
            let most = bytes(LogSummary::MOST_BYTES as u64);
            format!("{kept}; it ends there, {most} at most")
        }
    }
}

/// Which raw records there are.
fn raw_words(raw: RawSummary) -> String {
    if raw.batches == 0 && raw.let_go == 0 {
        return "none are kept, see below".to_owned();
    }
    let kept = format!("{}, {}", batches(raw.batches), bytes(raw.bytes));
    if raw.let_go == 0 {
        return kept;
    }
    format!("{kept}; no room for {} before", batches(raw.let_go))
}

fn batches(number: u64) -> String {
    format!(
        "{} batch{}",
        count(number),
        if number == 1 { "" } else { "es" }
    )
}
