//! The page's end of the worker.

use gloo::events::EventListener;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::port::{ToPage, ToWorker, decode, encode};

/// The worker's script, beside the page.
const SCRIPT: &str = "worker_loader.js";

/// A running worker; dropping it ends it.
pub(crate) struct WorkerPort {
    worker: Worker,
    _listeners: [EventListener; 3],
}

impl WorkerPort {
    /// Starts a worker. Every message calls back; a crash comes as `Failed`.
    pub(crate) fn start(callback: impl Fn(ToPage) + Clone + 'static) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker =
            Worker::new_with_options(&script(), &options).map_err(|error| words(&error))?;
        let told = callback.clone();
        let message = EventListener::new(&worker, "message", move |event| told(read(event)));
        let told = callback.clone();
        let error = EventListener::new(&worker, "error", move |event| {
            event.prevent_default();
            told(ToPage::Failed(error_words(event)));
        });
        let unreadable = EventListener::new(&worker, "messageerror", move |_| {
            callback(ToPage::Failed(
                "a message of the worker could not be read".into(),
            ));
        });
        Ok(Self {
            worker,
            _listeners: [message, error, unreadable],
        })
    }

    /// Sends a message; its buffer is transferred.
    pub(crate) fn send(&self, message: &ToWorker) -> Result<(), String> {
        let bytes = encode(message).map_err(|error| error.to_string())?;
        let buffer = Uint8Array::from(bytes.as_slice()).buffer();
        self.worker
            .post_message_with_transfer(&buffer, &Array::of1(&buffer))
            .map_err(|error| words(&error))
    }
}

impl Drop for WorkerPort {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// The script's address, by the page's own: a page that is served below a path finds it too.
fn script() -> String {
    let base = gloo::utils::document()
        .base_uri()
        .ok()
        .flatten()
        .unwrap_or_default();
    web_sys::Url::new_with_base(SCRIPT, &base).map_or_else(|_| SCRIPT.to_owned(), |url| url.href())
}

fn read(event: &web_sys::Event) -> ToPage {
    let data = event.unchecked_ref::<MessageEvent>().data();
    decode(&Uint8Array::new(&data).to_vec())
        .unwrap_or_else(|error| ToPage::Failed(error.to_string()))
}

/// What an error event says. One without a message means that the script could not be loaded.
fn error_words(event: &web_sys::Event) -> String {
    let message = event
        .dyn_ref::<ErrorEvent>()
        .map(ErrorEvent::message)
        .unwrap_or_default();
    if message.is_empty() {
        format!("{SCRIPT} could not be loaded from where this page came from")
    } else {
        message
    }
}

fn words(error: &JsValue) -> String {
    let text = error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()));
    text.unwrap_or_else(|| format!("{error:?}"))
}
