//! The page of Gradually and its workers: three WebAssembly modules out of one crate.
//!
//! The [`worker`] owns the source of records and the learner; the page only draws. The [`opener`] reads files and replays logs, and is loaded when one is
//! opened. They speak through the typed messages of [`port`]. What the page knows is one value in [`state`], changed
//! by a reducer that never touches the browser; [`components`] and [`chart`] show it, and
//! everything of the browser itself is in [`platform`].

mod bounded;
mod chart;
mod components;
mod opener;
mod platform;
mod port;
mod relay;
mod state;
mod worker;

/// Starts the page: called by the `page` binary on the main thread.
pub fn run_page() {
    components::mount();
}

/// Starts the worker: called by the `worker` binary in its own thread.
pub fn run_worker() {
    worker::run();
}

/// Starts the opener: called by the `opener` binary in its own thread.
pub fn run_opener() {
    opener::run();
}
