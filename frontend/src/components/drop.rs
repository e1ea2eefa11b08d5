//! Files dropped anywhere on the page are opened.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::store::Link;
use crate::platform::Chosen;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct DropProps {
    pub(crate) link: Link,
}

/// Listens to files that are dragged over the page, and says that they can be dropped.
#[component]
pub(crate) fn Drop(props: &DropProps) -> Html {
    let over = use_state(|| false);
    let (link, set) = (props.link.clone(), over.setter());
    use_effect_with((), move |()| {
        let listeners = ["dragover", "dragleave", "drop"].map(|name| {
            let (link, set) = (link.clone(), set.clone());
            let options = EventListenerOptions::enable_prevent_default();
            let document = gloo::utils::document();
            EventListener::new_with_options(&document, name, options, move |event| {
                let Some(event) = event
                    .dyn_ref::<DragEvent>()
                    .filter(|event| has_files(event))
                else {
                    return;
                };
                // Without this the browser would leave the page for the file.
                event.prevent_default();
                match event.type_().as_str() {
                    "dragover" => set.set(true),
                    "drop" => {
                        set.set(false);
                        if let Some(chosen) = Chosen::of_drop(event) {
                            link.open(chosen);
                        }
                    }
                    // It leaves one element for another all the time, and the page for nothing.
                    _ => set.set(event.related_target().is_some()),
                }
            })
        });
        move || drop(listeners)
    });
    html! {
        if *over {
            <div class="drop-here" aria-hidden="true" data-testid="drop-here"><p>{"Drop a saved model or a run’s log"}</p></div>
        }
    }
}

/// Text that is dragged into a field is the field's.
fn has_files(event: &DragEvent) -> bool {
    event
        .data_transfer()
        .is_some_and(|data| data.types().includes(&"Files".into(), 0))
}
