//! The size of an element, told whenever it changes.

use wasm_bindgen::prelude::*;
use web_sys::{Element, ResizeObserver};

/// Pages at most this wide are phones, as in the style sheet.
const PHONE_WIDTH: f64 = 720.0;

/// Whether the page is as narrow as a phone's.
pub(crate) fn is_phone() -> bool {
    let width = gloo::utils::window()
        .inner_width()
        .ok()
        .and_then(|width| width.as_f64());
    width.is_some_and(|width| width <= PHONE_WIDTH)
}

/// Watches one element; dropping it ends that.
pub(crate) struct SizeObserver {
    observer: ResizeObserver,
    _closure: Closure<dyn FnMut()>,
}

impl SizeObserver {
    /// Calls back with width and height, at first and after every change.
    pub(crate) fn new(element: &Element, callback: impl Fn(f64, f64) + 'static) -> Option<Self> {
        let watched = element.clone();
        let closure = Closure::<dyn FnMut()>::new(move || {
            let place = watched.get_bounding_client_rect();
            callback(place.width(), place.height());
        });
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self {
            observer,
            _closure: closure,
        })
    }
}

impl Drop for SizeObserver {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
