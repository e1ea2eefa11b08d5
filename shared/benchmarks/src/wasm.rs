//! The cases as JavaScript calls them.

use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::Records;

/// The records, in WebAssembly's own memory.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Bench(Records);

#[wasm_bindgen]
impl Bench {
    /// A benchmark over the lines of an NDJSON file.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Records::of_bytes(bytes))
    }

    /// One round: a request as JSON to an answer as JSON.
    ///
    /// # Errors
    /// As [`crate::run`].
    pub fn run(&self, request: &str) -> Result<String, JsError> {
        let answer = serde_json::from_str(request)
            .map_err(anyhow::Error::from)
            .and_then(|request| crate::run(&request, &self.0))
            .and_then(|answer| Ok(serde_json::to_string(&answer)?));
        answer.map_err(|error| JsError::new(&format!("{error:#}")))
    }
}
