//! The button that opens a saved model or a run's log. Any file can be chosen: the records of a run
//! have whatever name they have, and the content decides.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::store::RunProps;
use crate::platform::Chosen;

#[component]
pub(crate) fn Open(props: &RunProps) -> Html {
    let input = use_node_ref();
    let choose = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let onchange = {
        let link = props.link.clone();
        Callback::from(move |event: Event| {
            if let Some(chosen) = Chosen::of_input(&event) {
                link.open(chosen);
            }
        })
    };
    html! {
        <>
            <button class="quiet" data-testid="open" disabled={!props.run.ready} onclick={choose}
                title="A saved model to go on from, or a run’s log to replay; it can be dropped on the page, too">{"Open"}</button>
            <input type="file" hidden=true multiple=true data-testid="open-files" ref={input} {onchange} />
        </>
    }
}
