//! Which stream is generated, as the value of a flag.

use std::fs;

use serde_json::Value;
use shared::generate::{DriftScript, SCRIPT_FORMAT, StreamSettings};

use super::named::{checked, name_or_json};

/// The streams. A script and a switch need settings, so that their names alone do not do.
const NAMES: [&str; 9] = [
    "loan",
    "script",
    "agrawal",
    "sea",
    "hyperplane",
    "stagger",
    "random_rbf",
    "led",
    "switch",
];

/// Reads `NAME`, `JSON`, or `@FILE` with either. A drift script's file stands for the stream
/// `{"script": …}`.
///
/// # Errors
/// What was wrong, and what is allowed.
pub(super) fn stream(text: &str) -> Result<StreamSettings, String> {
    let read;
    let text = match text.strip_prefix('@') {
        None => text,
        Some(path) => {
            read =
                fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?;
            &read
        }
    };
    if is_script(text) {
        let script = DriftScript::from_json(text.as_bytes()).map_err(|error| error.to_string())?;
        return Ok(StreamSettings::Script(script));
    }
    let settings = name_or_json(text, &NAMES)?;
    checked(settings, StreamSettings::validate)
}

fn is_script(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|json| json["format"] == SCRIPT_FORMAT)
}
