//! The browser's frames.

use gloo::render::{AnimationFrame, request_animation_frame};

/// A call that waits for the next frame; dropping it takes it back.
pub(crate) struct Frame(
    #[expect(dead_code, reason = "dropping it cancels the call")] AnimationFrame,
);

/// Calls back once, when the browser draws its next frame.
pub(crate) fn next_frame(callback: impl FnOnce() + 'static) -> Frame {
    Frame(request_animation_frame(move |_| callback()))
}
