//! The worker: owns everything that must not stutter.
//!
//! [`source`] yields records, [`run`] learns from them and keeps what files need, [`pace`] says how
//! many may be taken, [`outbox`] merges what the page has not seen yet. All four are plain values,
//! tested natively; [`archive`] packs files; [`shelf`] has the runs that are kept; [`host`] drives them by the
//! worker's messages, timers and socket.

mod archive;
mod host;
mod meter;
mod outbox;
mod pace;
pub(crate) mod run;
mod shelf;
mod simulated;
mod source;

pub(crate) fn run() {
    host::start();
}
