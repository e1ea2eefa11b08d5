//! The head of the page: its name, where the records come from and how that goes, files, theme and
//! help.

use yew::prelude::*;

use super::app::Side;
use super::icons;
use super::open::Open;
use super::saves::Saves;
use super::source_told::SourceTold;
use super::store::{Link, Snapshot};
use crate::platform::Theme;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct HeaderProps {
    pub(crate) run: Snapshot,
    pub(crate) link: Link,
    pub(crate) theme: Theme,
    pub(crate) on_theme: Callback<()>,
    pub(crate) side: Side,
    pub(crate) on_side: Callback<Side>,
}

#[component]
pub(crate) fn Header(props: &HeaderProps) -> Html {
    let HeaderProps {
        run,
        link,
        theme,
        on_theme,
        side,
        on_side,
    } = props;
    let theme_words = format!("Theme: {}", theme.name());
    let help = on_side.reform(|_| Side::Help);
    let settings = on_side.reform(|_| Side::Settings);
    html! {
        <header class="top">
            <h1 class="word">{"Gradually"}<span class="motto">{"watch a model learn, one batch at a time"}</span></h1>
            <SourceTold run={run.clone()} link={link.clone()} />
            <nav class="menu" aria-label="Page">
                <Open run={run.clone()} link={link.clone()} />
                <Saves run={run.clone()} link={link.clone()} />
                <button class="quiet icon wide-only" data-testid="theme" aria-label={theme_words.clone()} title={theme_words}
                    onclick={on_theme.reform(|_| ())}>{icons::theme()}</button>
                <button class="quiet icon" data-testid="help" aria-label="Help and keys" title="Key: ?"
                    aria-expanded={(*side == Side::Help).to_string()} onclick={help}>{"?"}</button>
                <button class="quiet icon phone-only" aria-label="Settings"
                    aria-expanded={(*side == Side::Settings).to_string()} onclick={settings}>{icons::menu()}</button>
            </nav>
        </header>
    }
}
