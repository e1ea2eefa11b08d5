//! The fields of the settings panel: a label, a control, and the fault if there is one.

use std::fmt::Display;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::state::FormError;

/// A line of text.
pub(crate) fn text(
    field: &'static str,
    label: &'static str,
    value: &str,
    error: Option<&FormError>,
    oninput: Callback<String>,
) -> Html {
    let oninput = Callback::from(move |event: InputEvent| {
        let value = event
            .target_dyn_into::<HtmlInputElement>()
            .map(|input| input.value());
        if let Some(value) = value {
            oninput.emit(value);
        }
    });
    let fault = error.filter(|error| error.field == field);
    let id = format!("set-{field}");
    let told = fault.map(|_| format!("{id}-fault"));
    html! {
        <div class="row">
            <label class={is_name(label).then_some("mono")} for={id.clone()}>{label}</label>
            <input type="text" id={id} data-testid={format!("set-{field}")} value={value.to_owned()} autocomplete="off" spellcheck="false"
                aria-invalid={fault.is_some().to_string()} aria-describedby={told.clone()} {oninput} />
            {fault.map_or(html! {}, |fault| html! { <small class="error" role="alert" id={told} data-testid="set-fault">{fault.message.clone()}</small> })}
        </div>
    }
}

/// One of a list.
pub(crate) fn choice<T: Display + Copy + PartialEq>(
    field: &'static str,
    label: &'static str,
    all: &[T],
    value: T,
    onchange: Callback<String>,
) -> Html {
    let onchange = Callback::from(move |event: Event| {
        let value = event
            .target_dyn_into::<HtmlSelectElement>()
            .map(|select| select.value());
        if let Some(value) = value {
            onchange.emit(value);
        }
    });
    let id = format!("set-{field}");
    let option = |one: &T| html! { <option value={one.to_string()} selected={*one == value}>{one.to_string()}</option> };
    html! {
        <div class="row">
            <label class={is_name(label).then_some("mono")} for={id.clone()}>{label}</label>
            <span class="select"><select {id} data-testid={format!("set-{field}")} {onchange}>{for all.iter().map(option)}</select></span>
        </div>
    }
}

/// One of a few, side by side.
pub(crate) fn switch<T: Copy + PartialEq + 'static>(
    field: &'static str,
    label: &'static str,
    all: &[(T, &'static str)],
    value: T,
    onchange: &Callback<T>,
) -> Html {
    let one = |(one, words): &(T, &'static str)| {
        let one = *one;
        let onchange = onchange.reform(move |_: Event| one);
        html! {
            <label><input type="radio" name={field} data-testid={format!("set-{field}-{}", words.to_ascii_lowercase())} checked={one == value} {onchange} />{*words}</label>
        }
    };
    html! {
        <div class="row"><span id={format!("set-{field}")}>{label}</span>
            <div class="choice" role="radiogroup" aria-labelledby={format!("set-{field}")}>{for all.iter().map(one)}</div>
        </div>
    }
}

/// scikit-learn's names are set as code.
fn is_name(label: &str) -> bool {
    label.starts_with(|c: char| c.is_ascii_lowercase())
}
