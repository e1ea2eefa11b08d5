//! The page's own address: what it was opened with, and whether a relay served it.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Response, UrlSearchParams};

/// The page's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) is_https: bool,
    /// The host with its port.
    pub(crate) host: String,
    /// The address's parameters in their order.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Page {
    pub(crate) fn read() -> Self {
        let location = gloo::utils::window().location();
        let search = location.search().unwrap_or_default();
        Self {
            is_https: location
                .protocol()
                .is_ok_and(|protocol| protocol == "https:"),
            host: location.host().unwrap_or_default(),
            parameters: parameters(&search),
        }
    }

    /// The address that a relay that served this page has.
    pub(crate) fn relay_here(&self) -> String {
        let scheme = if self.is_https { "wss" } else { "ws" };
        format!("{scheme}://{}/ws", self.host)
    }
}

/// Shows these parameters in the page's address, without loading it again.
pub(crate) fn show_parameters(parameters: &[(&str, String)]) {
    let Ok(written) = UrlSearchParams::new() else {
        return;
    };
    for (name, value) in parameters {
        written.append(name, value);
    }
    let address = format!("?{}", String::from(written.to_string()));
    if let Ok(history) = gloo::utils::window().history() {
        // A page that may not change its address is not worse for it.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}

fn parameters(search: &str) -> Vec<(String, String)> {
    let Ok(parsed) = UrlSearchParams::new_with_str(search) else {
        return Vec::new();
    };
    let pair = |entry: JsValue| {
        let entry = js_sys::Array::from(&entry);
        Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
    };
    js_sys::try_iter(&parsed)
        .ok()
        .flatten()
        .map(|entries| entries.filter_map(Result::ok).filter_map(pair).collect())
        .unwrap_or_default()
}

/// Whether this page was served by a relay: then it says at `/healthz` that it is there. A plain
/// file server answers something else, or nothing.
pub(crate) async fn own_relay() -> bool {
    answer("healthz")
        .await
        .is_some_and(|text| text.trim() == "ok")
}

async fn answer(path: &str) -> Option<String> {
    let answer = JsFuture::from(gloo::utils::window().fetch_with_str(path))
        .await
        .ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    let text = answer.ok().then(|| answer.text().ok())??;
    JsFuture::from(text).await.ok()?.as_string()
}
