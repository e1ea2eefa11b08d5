//! Values of flags that are a name, or JSON with the settings behind the name.

use std::fmt::Display;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Reads `name` (all settings at their defaults) or JSON such as `{"name": {"setting": 1}}`.
///
/// # Errors
/// What was wrong, and what is allowed.
pub(super) fn name_or_json<T: DeserializeOwned>(text: &str, names: &[&str]) -> Result<T, String> {
    let text = text.trim();
    if text.starts_with(['{', '"', '[']) {
        return from_json(text, names);
    }
    if !names.contains(&text) {
        return Err(format!("\"{text}\" is unknown; {}", allowed(names)));
    }
    // A name without settings of its own is a string, any other leads to its settings.
    serde_json::from_value(Value::from(text))
        .or_else(|_| serde_json::from_value(json!({ text: {} })))
        .map_err(|error| {
            format!("{text} needs settings: {error}; write {{\"{text}\": {{…}}}} as JSON")
        })
}

/// Reads JSON.
///
/// # Errors
/// What was wrong, and what is allowed.
pub(super) fn from_json<T: DeserializeOwned>(text: &str, names: &[&str]) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| format!("{error}; {}", allowed(names)))
}

/// The range error of what was read.
///
/// # Errors
/// The same, as text.
pub(super) fn checked<T, E: Display>(
    value: T,
    check: impl FnOnce(&T) -> Result<(), E>,
) -> Result<T, String> {
    match check(&value) {
        Ok(()) => Ok(value),
        Err(error) => Err(error.to_string()),
    }
}

fn allowed(names: &[&str]) -> String {
    format!("allowed are {}, and JSON with settings", names.join(", "))
}

#[cfg(test)]
mod tests {
    use shared::drift::DriftSettings;

    use super::*;

    fn read(text: &str) -> Result<DriftSettings, String> {
        name_or_json(text, &["none", "ddm"])
    }

    #[test]
    fn a_name_stands_for_its_defaults_and_json_for_itself() {
        assert_eq!(read("none"), Ok(DriftSettings::None));
        assert_eq!(read("\"none\""), Ok(DriftSettings::None));
        assert_eq!(read("ddm"), read(r#"{"ddm": {}}"#));
        assert_ne!(read("ddm"), read(r#"{"ddm": {"warm_start": 100}}"#));
    }

    #[test]
    fn what_is_neither_is_told_with_what_is_allowed() {
        for (text, wanted) in [
            ("dmm", "\"dmm\" is unknown"),
            (r#"{"dmm": {}}"#, "unknown variant `dmm`"),
            (
                r#"{"ddm": {"wurm_start": 1}}"#,
                "unknown field `wurm_start`",
            ),
            (r#"{"ddm": "#, "EOF"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(wanted), "{error}");
            assert!(error.contains("allowed are none, ddm, and JSON"), "{error}");
        }
    }
}
