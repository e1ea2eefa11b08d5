//! What a person reads while something takes time: each stage says what it does and how long that may be.

/// Announces a stage on stderr.
pub fn stage(what: &str, how_long: &str) {
    eprintln!("==> {what} ({how_long})");
}

/// A remark below the current stage.
pub fn remark(text: &str) {
    eprintln!("    {text}");
}
