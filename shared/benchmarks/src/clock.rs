//! The clock of the benchmarks. The engine itself has none.

/// What `work` gives, and the seconds it took.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    #[expect(
        clippy::disallowed_methods,
        reason = "the engine has no clock; whoever measures it needs one"
    )]
    let start = std::time::Instant::now();
    let value = work();
    (start.elapsed().as_secs_f64(), value)
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// What `work` gives, and the seconds it took.
#[cfg(target_arch = "wasm32")]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = performance_now();
    let value = work();
    ((performance_now() - start) / 1000.0, value)
}
