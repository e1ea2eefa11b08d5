//! The opener's module: reads files that a person opens, and replays logs. It is loaded when the
//! first file is opened.

fn main() {
    frontend::run_opener();
}
