//! Files for the person at the page: the browser's own download, which works everywhere.

use gloo::file::{Blob, ObjectUrl};
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::HtmlAnchorElement;

use crate::port::SavedFile;

/// A browser may begin to read the file a moment after the click.
const KEPT_MILLIS: u32 = 30_000;

/// Offers the file as a download under its name.
pub(crate) fn download(file: &SavedFile) {
    let blob = Blob::new_with_options(file.bytes.as_slice(), Some(&file.mime));
    let url = ObjectUrl::from(blob);
    let document = gloo::utils::document();
    let Ok(anchor) = document.create_element("a") else {
        return;
    };
    let Ok(anchor) = anchor.dyn_into::<HtmlAnchorElement>() else {
        return;
    };
    anchor.set_href(&url);
    anchor.set_download(&file.name);
    anchor.click();
    Timeout::new(KEPT_MILLIS, move || drop(url)).forget();
}
