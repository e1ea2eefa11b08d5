//! Help: what is seen, and the keys.

use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct HelpProps {
    pub(crate) close: Callback<()>,
}

#[component]
pub(crate) fn Help(props: &HelpProps) -> Html {
    let key = |key: &'static str, what: &'static str| {
        html! { <><dt><kbd>{key}</kbd></dt><dd>{what}</dd></> }
    };
    html! {
        <aside class="drawer" aria-labelledby="help-title" data-testid="help-panel">
            <header>
                <h2 id="help-title">{"Help"}</h2>
                <button class="quiet" onclick={props.close.reform(|_| ())}>{"Close"}</button>
            </header>
            <div class="prose">
                <h3>{"What is seen"}</h3>
                <p>{"Loan applications arrive one by one and are collected into batches. The model first guesses the label of every record of a batch: that is the "}<b>{"test"}</b>{". Only then it looks at the labels and "}<b>{"learns"}</b>{"."}</p>
                <p>{"The blue curve counts the guesses made before learning, over the last records. The orange one asks again after learning, about the very same records; it is nearly always higher, and it is not how well the model would judge a new record."}</p>
                <p>{"The dotted line is what one gets by always naming the more common label. On the lab's rule no model can be right more often than 0.915 of the time: 15 in 100 low scores are labelled 1 at random."}</p>
                <h3>{"Keys"}</h3>
                <dl class="keys">
                    {key("space", "start, pause")}
                    {key(".", "step one record")}
                    {key("→", "step one batch")}
                    {key("?", "this help")}
                    {key("Esc", "close")}
                    {key("+ −", "zoom, when the chart has the focus; 0 shows the whole run")}
                </dl>
                <h3>{"The chart"}</h3>
                <p>{"Hover for exact numbers. Drag over a range to enlarge it; a double click shows the whole run again."}</p>
            </div>
        </aside>
    }
}
