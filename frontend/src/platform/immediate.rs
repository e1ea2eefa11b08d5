//! A call that comes right after what is under way. Timers of a few calls' depth wait for four
//! milliseconds at least; a message to oneself does not, and lets other messages in first.

use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::{MessageChannel, MessagePort};

/// Calls the same function again and again, each time it is asked to.
pub(crate) struct Immediate {
    port: MessagePort,
    _listener: EventListener,
}

impl Immediate {
    /// `None` where the browser has no message channels.
    pub(crate) fn new(mut callback: impl FnMut() + 'static) -> Option<Self> {
        let channel = MessageChannel::new().ok()?;
        let listener = EventListener::new(&channel.port1(), "message", move |_| callback());
        channel.port1().start();
        Some(Self {
            port: channel.port2(),
            _listener: listener,
        })
    }

    /// Asks for one call.
    pub(crate) fn ask(&self) {
        // It fails for messages that cannot be cloned only; null can.
        let _ = self.port.post_message(&JsValue::NULL);
    }
}
