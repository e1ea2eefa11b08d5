//! Small pictures beside words; they say nothing that the words do not.

use yew::prelude::*;

fn icon(content: Html) -> Html {
    html! { <svg class="i" viewBox="0 0 20 20" aria-hidden="true">{content}</svg> }
}

pub(crate) fn play() -> Html {
    icon(html! { <path class="solid" d="M5 3l12 7-12 7z" /> })
}

pub(crate) fn pause() -> Html {
    icon(html! { <path class="solid" d="M4.5 3.5h4v13h-4zM11.5 3.5h4v13h-4z" /> })
}

pub(crate) fn step_record() -> Html {
    icon(html! { <><path d="M4 4v12" /><path class="solid" d="M8 5l7 5-7 5z" /></> })
}

pub(crate) fn step_batch() -> Html {
    icon(html! { <><path d="M2 4v12M5 4v12M8 4v12" /><path class="solid" d="M11 5l7 5-7 5z" /></> })
}

pub(crate) fn theme() -> Html {
    icon(
        html! { <><circle cx="10" cy="10" r="6.5" /><path class="solid" d="M10 3.5a6.5 6.5 0 0 1 0 13z" /></> },
    )
}

pub(crate) fn menu() -> Html {
    icon(html! { <path d="M3 5h14M3 10h14M3 15h14" /> })
}
