//! A WebSocket as the worker uses it: events out, messages in. Dropping it closes it silently.

use gloo::events::EventListener;
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

/// What happens on a socket.
pub(crate) enum SocketEvent {
    /// It is open, with the subprotocol that the server selected.
    Open(String),
    Text(String),
    Binary(Vec<u8>),
    /// It ended. A connection that never came about ends too.
    Closed {
        code: u16,
        reason: String,
    },
}

/// A connection, or the attempt at one.
pub(crate) struct Socket {
    socket: WebSocket,
    _listeners: [EventListener; 3],
}

impl Socket {
    /// Begins to connect. An error means that the address cannot be one.
    pub(crate) fn open(
        url: &str,
        protocol: &str,
        callback: impl Fn(SocketEvent) + Clone + 'static,
    ) -> Result<Self, String> {
        let socket = WebSocket::new_with_str(url, protocol).map_err(|_| {
            format!("the browser does not connect to {url}: it is no WebSocket address")
        })?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let (told, opened) = (callback.clone(), socket.clone());
        let open = EventListener::new(&socket, "open", move |_| {
            told(SocketEvent::Open(opened.protocol()));
        });
        let told = callback.clone();
        let message = EventListener::new(&socket, "message", move |event| {
            if let Some(event) = read(event) {
                told(event);
            }
        });
        let closed = EventListener::new(&socket, "close", move |event| {
            let event = event.unchecked_ref::<CloseEvent>();
            callback(SocketEvent::Closed {
                code: event.code(),
                reason: event.reason(),
            });
        });
        Ok(Self {
            socket,
            _listeners: [open, message, closed],
        })
    }

    /// Sends a text. On a connection that has ended it does nothing: its end is told anyhow.
    pub(crate) fn send(&self, text: &str) {
        let _ = self.socket.send_with_str(text);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}

fn read(event: &web_sys::Event) -> Option<SocketEvent> {
    let data = event.unchecked_ref::<MessageEvent>().data();
    if let Some(text) = data.as_string() {
        return Some(SocketEvent::Text(text));
    }
    let buffer = data.dyn_ref::<ArrayBuffer>()?;
    Some(SocketEvent::Binary(Uint8Array::new(buffer).to_vec()))
}
