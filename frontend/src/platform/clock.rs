//! The clock and the dice, the same on the page and in the worker.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// Milliseconds since this thread began; never goes back.
pub(crate) fn now_millis() -> f64 {
    performance_now()
}

/// Milliseconds since 1970 UTC by the clock on the wall: for people, never for what is trained.
pub(crate) fn date_millis() -> f64 {
    js_sys::Date::now()
}

/// Any number: for jitter and for seeds that a person asked to be new. What is trained never
/// depends on it other than through a seed that is shown.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within 0 and 2^32"
)]
pub(crate) fn random_u32() -> u32 {
    (js_sys::Math::random() * 4_294_967_296.0) as u32
}

/// A seed for a stream, short enough to be read aloud.
pub(crate) fn random_u64() -> u64 {
    u64::from(random_u32() % 1_000_000)
}
