//! The keys: space, full stop, right arrow, question mark and Escape, wherever the focus is, except
//! where it would take a key away from a control.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use super::app::Side;
use super::store::Link;
use crate::state::Intent;

/// Listens to the keys as long as the page is there.
#[hook]
pub(crate) fn use_keys(link: &Link, side: &UseStateHandle<Side>) {
    let (link, side) = (link.clone(), side.clone());
    use_effect_with(*side, move |shown| {
        let (shown, set) = (*shown, side.setter());
        let options = EventListenerOptions::enable_prevent_default();
        let document = gloo::utils::document();
        let listener =
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                let Some(key) = event.dyn_ref::<KeyboardEvent>() else {
                    return;
                };
                if key.ctrl_key() || key.meta_key() || key.alt_key() || key.default_prevented() {
                    return;
                }
                let name = key.key();
                if takes(
                    event
                        .target()
                        .and_then(|target| target.dyn_into().ok())
                        .as_ref(),
                    &name,
                ) {
                    return;
                }
                match name.as_str() {
                    " " => link.act(Intent::Toggle),
                    "." => link.act(Intent::StepRecord),
                    "ArrowRight" => link.act(Intent::StepBatch),
                    "?" => set.set(if shown == Side::Help {
                        Side::None
                    } else {
                        Side::Help
                    }),
                    "Escape" if shown != Side::None => set.set(Side::None),
                    _ => return,
                }
                event.prevent_default();
            });
        move || drop(listener)
    });
}

/// Whether the control in focus needs this key itself.
fn takes(target: Option<&Element>, key: &str) -> bool {
    let Some(target) = target else { return false };
    let is = |selector: &str| target.closest(selector).ok().flatten().is_some();
    match key {
        "Escape" => false,
        " " => is("button, a, select, input, [role=tab]"),
        "ArrowRight" => is("select, input, [role=tab]"),
        _ => is("select, input:not([type=range])"),
    }
}
