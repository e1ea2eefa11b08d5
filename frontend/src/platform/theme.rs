//! Light or dark: the system's unless a person chose one, which is remembered where the browser
//! allows it.

use gloo::events::EventListener;
use gloo::storage::{LocalStorage, Storage};

/// The key of the choice in the browser's storage; the script that runs first reads it too.
const KEY: &str = "gradually.theme";

/// What a person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    /// The choice of the last visit.
    pub(crate) fn stored() -> Self {
        // The bare text: reading JSON would double the size of what a first visit loads.
        match LocalStorage::raw().get_item(KEY).ok().flatten().as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// The next choice of the switch.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::System => "as the system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Shows the choice and remembers it. Without storage it holds for this visit.
    pub(crate) fn choose(self) {
        let Some(root) = gloo::utils::document().document_element() else {
            return;
        };
        let _ = match self {
            Self::System => root.remove_attribute("data-theme"),
            Self::Light => root.set_attribute("data-theme", "light"),
            Self::Dark => root.set_attribute("data-theme", "dark"),
        };
        let _ = match self {
            Self::System => LocalStorage::raw().remove_item(KEY),
            Self::Light => LocalStorage::raw().set_item(KEY, "light"),
            Self::Dark => LocalStorage::raw().set_item(KEY, "dark"),
        };
    }
}

/// The value of a colour token, such as `--ink`, in the theme that is shown.
pub(crate) fn color(token: &str) -> String {
    let root = gloo::utils::document().document_element();
    let style = root.and_then(|root| {
        gloo::utils::window()
            .get_computed_style(&root)
            .ok()
            .flatten()
    });
    let value = style
        .and_then(|style| style.get_property_value(token).ok())
        .unwrap_or_default();
    value.trim().to_owned()
}

/// Calls back when the system changes between light and dark.
pub(crate) fn on_system_theme_change(callback: impl Fn() + 'static) -> Option<EventListener> {
    let query = gloo::utils::window()
        .match_media("(prefers-color-scheme: dark)")
        .ok()
        .flatten()?;
    Some(EventListener::new(&query, "change", move |_| callback()))
}
