//! The offer to go on with a run that this browser has kept.

use yew::prelude::*;

use super::store::RunProps;
use crate::platform::date_millis;
use crate::state::{Intent, ago, plural};

#[component]
pub(crate) fn Offer(props: &RunProps) -> Html {
    let (run, link) = (&props.run, &props.link);
    let Some(kept) = &run.kept else {
        return html! {};
    };
    let batches = if kept.batches == 1 {
        "1 batch".to_owned()
    } else {
        format!("{} batches", crate::state::count(kept.batches))
    };
    let records = plural(kept.records, "record");
    html! {
        <section class="offer" aria-labelledby="offer" data-testid="offer">
            <p>
                <b id="offer">{format!("Go on with the run of {batches}, {records}?")}</b>
                <span data-testid="offer-words">{format!("Kept in this browser {}. {}.", ago(date_millis() - kept.written_millis), kept.words)}</span>
            </p>
            <div class="answers">
                <button class="primary" data-testid="go-on" disabled={!run.ready} onclick={link.on(Intent::GoOn)}>{"Go on"}</button>
                <button class="plain" data-testid="begin-anew" disabled={!run.ready} onclick={link.on(Intent::BeginAnew)}>{"Begin anew"}</button>
                <button class="link" data-testid="forget" disabled={!run.ready} onclick={link.on(Intent::Forget)}>{"Forget it"}</button>
            </div>
        </section>
    }
}
