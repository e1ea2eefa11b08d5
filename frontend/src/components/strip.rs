//! One record on its way through five forms: stream, encode, test, learn, save.

use shared::batch::Trigger;
use shared::learner::Explained;
use shared::schema::Schema;
use yew::prelude::*;

use super::pictures;
use super::source_told::use_seconds;
use super::store::RunProps;
use crate::port::SourceState;
use crate::state::{Group, Intent, RunState, count, groups, pairs};

/// Ticks on the rail that show how full the batch is.
const TICKS: u64 = 50;

/// What stands at a station.
#[derive(Default)]
struct Station {
    name: &'static str,
    note: String,
    picture: Html,
    caption: Html,
}

#[component]
pub(crate) fn Strip(props: &RunProps) -> Html {
    let run = &props.run;
    let groups = use_memo((), |()| groups(&Schema::loan()));
    let lost = matches!(
        run.source,
        SourceState::Reconnecting { .. } | SourceState::Waiting(_) | SourceState::Refused(_)
    );
    let now = use_seconds(lost);
    let explained = run.explained.as_ref().map(|both| &both.1);
    let stations = match explained {
        Some(explained) => filled(run, explained, &groups),
        None => empty(run),
    };
    let draw = |(index, station): (usize, Station)| {
        let broken = lost && index == 0;
        let (picture, note) = if broken {
            (
                fault(run, now, props.link.on(Intent::RetryNow)),
                "stopped".to_owned(),
            )
        } else {
            (
                html! { <div class="picture">{station.picture}</div> },
                station.note,
            )
        };
        html! {
            <div class={classes!("station", broken.then_some("broken"))} data-testid={format!("station-{index}")}>
                {rail(run, index, broken)}
                <div class="name"><h2>{station.name}</h2><span>{note}</span></div>
                {picture}
                if !broken { <p class="caption">{station.caption}</p> }
                {pictures::mini(index, explained)}
            </div>
        }
    };
    html! {
        <section class="strip" aria-label="One record on its way">
            {for stations.into_iter().enumerate().map(draw)}
            if run.running && !lost { <span class="mover" aria-hidden="true"></span> }
        </section>
    }
}

/// The line above a station: from the first on it shows the batch being filled, or the fault.
fn rail(run: &RunState, index: usize, broken: bool) -> Html {
    let node = if index == 0 || run.explained.is_some() {
        "node"
    } else {
        "node hollow"
    };
    let line = match index {
        4 => html! {},
        0 if broken => html! {
            <>
                <path class="line broken" d="M14 7h62" /><path class="cross" d="M80 1l12 12M92 1L80 13" />
                <svg x="104" width="100%" height="14" overflow="hidden"><path class="line" d="M0 7H152" /></svg>
            </>
        },
        _ => html! { <line class="line" x1="14" y1="7" x2="100%" y2="7" /> },
    };
    let ticks = if index == 0 && !broken {
        ticks(run)
    } else {
        html! {}
    };
    html! { <svg class="rail" aria-hidden="true">{line}{ticks}<circle class={node} cx="6" cy="7" r="5" /></svg> }
}

fn ticks(run: &RunState) -> Html {
    let Trigger::Records(whole) = run.config.settings.trigger else {
        return html! {};
    };
    if !run.begun || whole.get() == 1 {
        return html! {};
    }
    let full = run.waiting * TICKS / u64::from(whole.get());
    let tick = |index: u64| {
        let (class, y, height) = if index < full {
            ("tick full", "2.5", "9")
        } else {
            ("tick", "5", "4")
        };
        let x = format!("{}%", 7 + index * 88 / TICKS);
        html! { <rect {class} {x} {y} width="2.4" {height} /> }
    };
    (0..TICKS).map(tick).collect()
}

/// The fault, told where the rail is broken: what, since when, what is safe, what comes next.
fn fault(run: &RunState, now: f64, again: Callback<MouseEvent>) -> Html {
    let seconds = ((now - run.source_since_millis).max(0.0) / 1000.0).floor();
    match &run.source {
        SourceState::Reconnecting {
            reason,
            next_offset,
            ..
        } => html! {
            <>
            <p class="fault-told" data-testid="fault">
                if run.has_learned() {
                    <b>{format!("The relay has not answered for {seconds} s.")}</b>
                    {"The topic keeps the records: we go on with "}
                    {next_offset.map_or("exactly the next one".to_owned(), |offset| format!("offset {}", count(offset.unsigned_abs())))}
                    {". Nothing lost, nothing twice."}
                } else {
                    <b>{"No connection yet."}</b>{first_up(reason)}
                }
            </p>
            <button class="plain phone-only" onclick={again}>{"Try now"}</button>
            </>
        },
        SourceState::Waiting(reason) => html! {
            <p class="fault-told" data-testid="fault"><b>{format!("The relay waits, for {seconds} s.")}</b>{first_up(reason)}</p>
        },
        SourceState::Refused(reason) => html! {
            <p class="fault-told" data-testid="fault"><b>{"The relay refused."}</b>{first_up(reason)}</p>
        },
        _ => html! {},
    }
}

fn first_up(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        [first.to_ascii_uppercase()]
            .into_iter()
            .chain(letters)
            .collect()
    })
}

/// Before the first batch: what each station will do, or the record that was just taken by a step.
fn empty(run: &RunState) -> Vec<Station> {
    let words = [
        ("Stream", "Loan applications arrive\none by one, as JSON."),
        ("Encode", "Words and amounts become\n13 numbers."),
        ("Test", "The model guesses the label\nbefore it may look."),
        ("Learn", "Then it looks, and moves\nits weights a little."),
        ("Save", "Model, metrics and position\nbecome files."),
    ];
    let mut stations: Vec<Station> = words
        .into_iter()
        .map(|(name, words)| Station {
            name,
            picture: html! { <p class="words">{words}</p> },
            ..Station::default()
        })
        .collect();
    stations[0].note = filling(run);
    if let Some(arrival) = &run.arrival {
        stations[0].picture = json(&arrival.value);
        stations[0].caption = arrived(arrival.offset);
    }
    stations
}

/// After it: the numbers of one record of the last batch.
fn filled(run: &RunState, explained: &Explained, groups: &[Group]) -> Vec<Station> {
    let is_right = explained.tested_label == explained.label;
    let verdict = if is_right {
        html! { <>{format!("says {}, and so it is: ", explained.tested_label)}<b>{"right"}</b></> }
    } else {
        html! { <>{format!("says {}, but the label is {}: ", explained.tested_label, explained.label)}<b>{"wrong"}</b></> }
    };
    let (stream, caption) = match &run.arrival {
        Some(arrival) => (json(&arrival.value), arrived(arrival.offset)),
        None => (
            json(&explained.value),
            html! { {format!("one of them: offset {}", offset(explained.offset))} },
        ),
    };
    let names = (
        format!("model {}", count(run.counters.models)),
        format!("report {}", count(run.counters.batches)),
    );
    let width = explained.features.len();
    vec![
        Station {
            name: "Stream",
            note: filling(run),
            picture: stream,
            caption,
        },
        Station {
            name: "Encode",
            note: format!("{width} features"),
            picture: pictures::features(&explained.features, groups),
            caption: html! {},
        },
        Station {
            name: "Test",
            note: "before learning".to_owned(),
            picture: pictures::prediction(explained),
            caption: verdict,
        },
        Station {
            name: "Learn",
            note: format!("{width} weights, 1 intercept"),
            picture: pictures::changes(explained, groups),
            caption: html! {},
        },
        Station {
            name: "Save",
            note: String::new(),
            picture: pictures::sheet(&names.0, &names.1),
            caption: html! { {"with its position, so it can go on"} },
        },
    ]
}

fn offset(offset: i64) -> String {
    count(offset.unsigned_abs())
}

fn arrived(at: i64) -> Html {
    html! { {format!("just taken: offset {}, waits for its batch", offset(at))} }
}

/// How full the batch is.
fn filling(run: &RunState) -> String {
    if !run.begun {
        return String::new();
    }
    let batch = count(run.counters.batches + 1);
    match run.config.settings.trigger {
        Trigger::Records(whole) if whole.get() > 1 => {
            format!(
                "batch {batch}: {} of {}",
                count(run.waiting),
                count(u64::from(whole.get()))
            )
        }
        Trigger::Records(_) => format!("batch {batch}"),
        Trigger::Seconds(_) => format!("batch {batch}: {} so far", count(run.waiting)),
    }
}

/// The fields of a record that are learned from, as they are written: three lines of them.
fn json(value: &str) -> Html {
    let schema = Schema::loan();
    let is_field = |name: &str| {
        name == schema.label.name
            || schema.numeric().any(|(field, _)| field == name)
            || schema.categorical().any(|(field, ..)| field == name)
    };
    let fields: Vec<(&str, &str)> = pairs(value)
        .into_iter()
        .filter(|(name, _)| is_field(name))
        .collect();
    if fields.len() < 4 {
        let short: String = value.chars().take(110).collect();
        return html! { <code class="json">{short}</code> };
    }
    let label = fields
        .iter()
        .rev()
        .find(|(name, _)| *name == schema.label.name)
        .copied();
    let pair = |name: &str, value: &str, after: &str| {
        html! { <>{format!("\"{name}\": ")}<b>{value.to_owned()}</b>{after.to_owned()}</> }
    };
    html! {
        <code class="json">
            {"{"}{pair(fields[0].0, fields[0].1, ",\n ")}
            {pair(fields[1].0, fields[1].1, ",\n ")}
            {pair(fields[2].0, fields[2].1, ", … ")}
            {label.map_or(html! {}, |(name, value)| pair(name, value, "}"))}
        </code>
    }
}
