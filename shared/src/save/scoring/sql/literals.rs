//! Names, words and numbers as SQL spells them, whatever they hold.

use crate::schema::Class;

/// Qualified: `SQLite` takes a bare `"name"` that is no column for a text.
pub(super) fn column_name(name: &str) -> String {
    format!("application.\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub(super) fn class(class: &Class) -> String {
    match class {
        Class::Bool(is) => if *is { "TRUE" } else { "FALSE" }.to_owned(),
        Class::Integer(number) => number.to_string(),
        Class::Text(word) => text(word),
    }
}

/// With an exponent, by which databases tell a double from a decimal.
pub(super) fn number(value: f64) -> String {
    if value.is_sign_negative() {
        format!("({value:e})")
    } else {
        format!("{value:e}")
    }
}
