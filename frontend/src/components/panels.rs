//! The panels under the chart: what was counted, and the bad records.

use shared::decode::BadRecord;
use yew::prelude::*;

use super::store::RunProps;
use crate::port::SaveKind;
use crate::state::{Intent, RunState, accuracy, count, decimals, per_second};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Panel {
    Counts,
    Bad,
}

/// Kinds of faults that are named; the rest are summed up.
const NAMED_KINDS: usize = 3;

#[component]
pub(crate) fn Panels(props: &RunProps) -> Html {
    let run = &props.run;
    let shown = use_state(|| Panel::Counts);
    let tab = |panel: Panel, id: &'static str, words: String| {
        let choose = {
            let shown = shown.clone();
            Callback::from(move |_: MouseEvent| shown.set(panel))
        };
        let other = {
            let shown = shown.clone();
            Callback::from(move |event: KeyboardEvent| {
                if matches!(event.key().as_str(), "ArrowRight" | "ArrowLeft") {
                    event.prevent_default();
                    shown.set(if panel == Panel::Counts {
                        Panel::Bad
                    } else {
                        Panel::Counts
                    });
                }
            })
        };
        let is_shown = *shown == panel;
        html! {
            <button role="tab" id={format!("tab-{id}")} data-testid={format!("tab-{id}")} aria-selected={is_shown.to_string()}
                aria-controls={format!("panel-{id}")} tabindex={if is_shown { "0" } else { "-1" }} onclick={choose} onkeydown={other}>{words}</button>
        }
    };
    // Both are in the page: what is not shown can still be read by those who ask for it by name.
    let panel = |panel: Panel, id: &'static str, content: Html| {
        html! {
            <div role="tabpanel" id={format!("panel-{id}")} aria-labelledby={format!("tab-{id}")} hidden={*shown != panel}>{content}</div>
        }
    };
    html! {
        <section class="panels" aria-label="Panels">
            <div class="tabs" role="tablist" aria-label="Panel shown">
                {tab(Panel::Counts, "counts", "Counts".to_owned())}
                {tab(Panel::Bad, "bad", format!("Bad records {}", count(run.counters.bad_records)))}
            </div>
            {panel(Panel::Counts, "counts", counts(run))}
            {panel(Panel::Bad, "bad", bad(props))}
        </section>
    }
}

/// The counters, and the last batch in a sentence.
fn counts(run: &RunState) -> Html {
    let counters = &run.counters;
    let lag = counters.lag.map_or_else(|| "–".to_owned(), count);
    let lag_note = if run.config.source.is_simulated() {
        "no end to reach"
    } else {
        "written, not yet learned"
    };
    let rate = per_second(counters.records_per_second);
    let waiting = format!("{} more wait", count(run.waiting));
    let entry = |name: &'static str, id: &'static str, value: String, note: String| {
        html! { <div><dt>{name}</dt><dd data-testid={id}>{value}</dd><dd class="note">{note}</dd></div> }
    };
    html! {
        <>
            <dl class="counts">
                {entry("Records", "records", count(counters.records), waiting)}
                {entry("Batches", "batches", count(counters.batches), if counters.models > 0 { format!("the last gave model {}", count(counters.models)) } else { "no model yet".to_owned() })}
                {entry("Records/s", "rate", rate, "over the last second".to_owned())}
                {entry("Lag", "lag", lag, lag_note.to_owned())}
                {entry("Bad records", "bad-records", count(counters.bad_records), "kept, not learned from".to_owned())}
            </dl>
            {last_batch(run)}
        </>
    }
}

fn last_batch(run: &RunState) -> Html {
    let Some(report) = run.report.as_ref().filter(|report| report.tested.total > 0) else {
        return html! {
            <div class="first-question">
                <h2>{"What will you see?"}</h2>
                <p>{"Each batch adds a point: blue for what the model said before it learned from the batch, orange for what it says of the same records afterwards. Which tells how well it will judge the next application?"}</p>
            </div>
        };
    };
    let of = |tally: shared::evaluate::Tally| {
        format!("{} of {}", count(tally.correct), count(tally.total))
    };
    let loss = report
        .log_loss
        .map_or_else(|| "–".to_owned(), |loss| decimals(loss, 3));
    html! {
        <div class="last-batch" data-testid="last-batch">
            <p><b>{format!("Batch {}", count(report.batch_id + 1))}</b>{" before learning: "}<b class="blue">{of(report.tested)}</b>{" right"}</p>
            <p>{"since the start, before learning: "}<b>{accuracy(report.cumulative)}</b></p>
            <p>{"the same batch after learning: "}<b class="orange" data-testid="same-batch-accuracy" data-value={accuracy(report.same_batch)}>{of(report.same_batch)}</b>{" right"}</p>
            <p>{"log loss before learning "}<b>{loss}</b>{" · learning rate η "}<b>{decimals(report.learning_rate, 4)}</b></p>
        </div>
    }
}

/// The bad records with their reasons, newest first.
fn bad(props: &RunProps) -> Html {
    let run = &props.run;
    let total = run.counters.bad_records;
    if total == 0 {
        let words = match run.counters.records {
            0 => "No record was read yet. Bad ones will be counted, kept and shown here; the run goes on.".to_owned(),
            records => format!("All {} records could be used.", count(records)),
        };
        return html! { <p class="bad-told" data-testid="bad-told">{words}</p> };
    }
    let download = props.link.on(Intent::Save(SaveKind::BadRecords));
    let kept = run.bad.kept;
    let what = if kept < total {
        format!("Download the newest {}", count(kept))
    } else {
        format!("Download all {}", count(kept))
    };
    html! {
        <>
            <p class="bad-told" data-testid="bad-told">
                <span><b>{format!("{} of {} records could not be used;", count(total), count(run.counters.records))}</b>{" the run went on. "}{kinds(run)}</span>
                <span class="gap"></span>
                <button class="link" data-testid="download-bad" onclick={download}>{what}</button>
            </p>
            <div class="rows" tabindex="0" role="region" aria-label="Newest bad records">
                <table class="bad">
                    <thead><tr><th class="number">{"part. / offset"}</th><th>{"reason"}</th><th>{"value"}</th></tr></thead>
                    <tbody>{for run.bad.newest.iter().map(row)}</tbody>
                </table>
            </div>
        </>
    }
}

fn kinds(run: &RunState) -> String {
    let (named, rest) = run.bad.kinds.split_at(run.bad.kinds.len().min(NAMED_KINDS));
    let other: u64 = rest.iter().map(|(_, count)| count).sum();
    let mut words: Vec<String> = named
        .iter()
        .map(|(kind, n)| format!("{} {kind}", count(*n)))
        .collect();
    if other > 0 {
        words.push(format!("{} other", count(other)));
    }
    words.join(", ")
}

fn row(bad: &BadRecord) -> Html {
    let place = format!(
        "{}\u{202f}/\u{202f}{}",
        bad.partition,
        count(bad.offset.unsigned_abs())
    );
    html! {
        <tr><td class="number">{place}</td><td class="why" title={bad.reason.clone()}>{bad.reason.clone()}</td><td class="raw">{excerpt(bad)}</td></tr>
    }
}

/// The text around the fault, which is marked.
fn excerpt(bad: &BadRecord) -> Html {
    let text = bad.excerpt.as_str();
    let parts = bad
        .mark
        .and_then(|(from, to)| Some((text.get(..from)?, text.get(from..to)?, text.get(to..)?)));
    let Some((before, marked, after)) = parts else {
        return html! { {text} };
    };
    let lead: String = before
        .chars()
        .rev()
        .take(30)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let cut = if lead.len() < before.len() { "…" } else { "" };
    html! { <>{cut}{lead}<mark>{marked}</mark>{after}</> }
}
