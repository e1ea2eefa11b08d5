//! The page's end of a worker.

use std::marker::PhantomData;

use gloo::events::EventListener;
use js_sys::{Array, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::directory::Directory;
use crate::port::{FromOpener, ToPage, decode, encode};

/// A running worker; dropping it ends it. It is sent messages of one type, and answers in another.
pub(crate) struct WorkerPort<Sent, Heard> {
    worker: Worker,
    _listeners: [EventListener; 3],
    _messages: PhantomData<fn(Sent) -> Heard>,
}

/// What a worker says when it cannot go on.
pub(crate) trait Failing: DeserializeOwned + 'static {
    /// The script of such a worker, beside the page.
    const SCRIPT: &'static str;

    /// It cannot go on, for this reason.
    fn failed(reason: String) -> Self;
}

impl Failing for ToPage {
    const SCRIPT: &'static str = "worker_loader.js";

    fn failed(reason: String) -> Self {
        Self::Failed(reason)
    }
}

impl Failing for FromOpener {
    const SCRIPT: &'static str = "opener_loader.js";

    fn failed(reason: String) -> Self {
        Self::Failed(reason)
    }
}

impl<Sent: Serialize, Heard: Failing> WorkerPort<Sent, Heard> {
    /// Starts a worker. Every message calls back; a crash comes as `Failed`.
    pub(crate) fn start(callback: impl Fn(Heard) + Clone + 'static) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&script(Heard::SCRIPT), &options)
            .map_err(|error| words(&error))?;
        let told = callback.clone();
        let message = EventListener::new(&worker, "message", move |event| told(read(event)));
        let told = callback.clone();
        let error = EventListener::new(&worker, "error", move |event| {
            event.prevent_default();
            told(Heard::failed(error_words(event, Heard::SCRIPT)));
        });
        let unreadable = EventListener::new(&worker, "messageerror", move |_| {
            callback(Heard::failed(
                "a message of the worker could not be read".into(),
            ));
        });
        Ok(Self {
            worker,
            _listeners: [message, error, unreadable],
            _messages: PhantomData,
        })
    }

    /// Sends a message; its buffer is transferred.
    pub(crate) fn send(&self, message: &Sent) -> Result<(), String> {
        let bytes = encode(message).map_err(|error| error.to_string())?;
        let buffer = Uint8Array::from(bytes.as_slice()).buffer();
        self.worker
            .post_message_with_transfer(&buffer, &Array::of1(&buffer))
            .map_err(|error| words(&error))
    }

    /// Hands over a folder, which the worker may then write into as the page may.
    pub(crate) fn send_directory(&self, directory: &Directory) -> Result<(), String> {
        let sent = self.worker.post_message(directory.as_message());
        sent.map_err(|error| words(&error))
    }
}

impl<Sent, Heard> Drop for WorkerPort<Sent, Heard> {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// The script's address, by the page's own: a page that is served below a path finds it too.
fn script(name: &str) -> String {
    let base = gloo::utils::document()
        .base_uri()
        .ok()
        .flatten()
        .unwrap_or_default();
    web_sys::Url::new_with_base(name, &base).map_or_else(|_| name.to_owned(), |url| url.href())
}

fn read<Heard: Failing>(event: &web_sys::Event) -> Heard {
    let data = event.unchecked_ref::<MessageEvent>().data();
    decode(&Uint8Array::new(&data).to_vec())
        .unwrap_or_else(|error| Heard::failed(error.to_string()))
}

/// What an error event says. One without a message means that the script could not be loaded.
fn error_words(event: &web_sys::Event, script: &str) -> String {
    let message = event
        .dyn_ref::<ErrorEvent>()
        .map(ErrorEvent::message)
        .unwrap_or_default();
    if message.is_empty() {
        format!("{script} could not be loaded from where this page came from")
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
