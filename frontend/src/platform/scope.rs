//! A worker's own thread: messages from and to the page.

use gloo::events::EventListener;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::directory::Directory;
use crate::port::{CodecError, decode, encode};

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Calls back for every message of the page, as long as the worker lives.
pub(crate) fn on_message<T: DeserializeOwned>(
    mut callback: impl FnMut(Result<T, CodecError>) + 'static,
) {
    let handler = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        // Anything but a buffer is a folder.
        if event.data().is_instance_of::<ArrayBuffer>() {
            callback(decode(&Uint8Array::new(&event.data()).to_vec()));
        }
    });
    scope().set_onmessage(Some(handler.as_ref().unchecked_ref()));
    handler.forget();
}

/// Calls back for every folder that the page hands over.
pub(crate) fn on_directory(mut callback: impl FnMut(Directory) + 'static) {
    EventListener::new(&scope(), "message", move |event| {
        let data = event.unchecked_ref::<MessageEvent>().data();
        Directory::of_message(&data)
            .into_iter()
            .for_each(&mut callback);
    })
    .forget();
}

/// Sends a message to the page; its buffer is transferred.
pub(crate) fn post<T: Serialize>(message: &T) {
    let bytes = match encode(message) {
        Ok(bytes) => bytes,
        Err(error) => return fail(&error.to_string()),
    };
    let buffer = Uint8Array::from(bytes.as_slice()).buffer();
    if let Err(error) = scope().post_message_with_transfer(&buffer, &Array::of1(&buffer)) {
        wasm_bindgen::throw_val(error);
    }
}

fn fail(reason: &str) {
    wasm_bindgen::throw_str(reason);
}

/// Tells the page what a panic said, before the trap that follows it ends the worker.
pub(crate) fn on_panic<T: Serialize + 'static>(message: fn(String) -> T) {
    std::panic::set_hook(Box::new(move |panic| post(&message(panic.to_string()))));
}
