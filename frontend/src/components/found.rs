//! The question whether to begin a run with a model that was opened.

use yew::prelude::*;

use super::store::RunProps;
use crate::state::{RunState, count, plural};

#[component]
pub(crate) fn FoundModel(props: &RunProps) -> Html {
    let (run, link) = (&props.run, &props.link);
    let Some(found) = &run.found else {
        return html! {};
    };
    let begin = |id: &'static str, class: &'static str, from_start, words: String| {
        let link = link.clone();
        let begin = Callback::from(move |_: MouseEvent| link.begin_found(from_start));
        html! { <button {class} data-testid={id} disabled={!run.ready} onclick={begin}>{words}</button> }
    };
    let answers = match &found.next {
        Some(next) => html! {
            <>
                {begin("begin-next", "primary", false, format!("Go on at {next}"))}
                {begin("begin-first", "plain", true, "Begin at the first record".to_owned())}
            </>
        },
        None => begin("begin-first", "primary", true, "Begin with it".to_owned()),
    };
    let put_away = {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| link.put_away_found())
    };
    html! {
        <section class="offer" aria-labelledby="found" data-testid="found">
            <p>
                <b id="found">{format!("Begin a run with {}?", found.name)}</b>
                <span data-testid="found-words">{found.words.clone()}</span>
                {for found.notes.iter().map(|note| html! { <span>{format!("Note: {note}.")}</span> })}
                <span data-testid="found-source">{format!("Records: {}. {}", found.beginning, what_ends(run))}</span>
            </p>
            <div class="answers">
                {answers}
                <button class="link" data-testid="put-away" disabled={!run.ready} onclick={put_away}>{"Cancel"}</button>
            </div>
        </section>
    }
}

/// What becomes of the run that is open.
fn what_ends(run: &RunState) -> String {
    if !run.has_records() {
        return String::new();
    }
    let records = plural(run.counters.records, "record");
    let waiting = match run.waiting {
        0 => String::new(),
        waiting => format!(" and {} that wait for their batch", count(waiting)),
    };
    format!(
        "The run that is open ends, after {records}{waiting}; this browser keeps it, where it can: load the page again to go on with it. Save what matters before."
    )
}
