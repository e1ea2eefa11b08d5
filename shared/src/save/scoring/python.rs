//! A model as a module of Python that needs nothing but Python.
//!
//! The functions are the same in every file (`template.py`); the model is data above them. Numbers
//! are shortest decimals, which Python reads back to the same bits, and the sum runs in the
//! engine's order, so that decisions and classes are the engine's to the last bit. Probabilities
//! go through the platform's `exp`, whose last bit may differ (glibc's does not).

use std::fmt::{self, Write as _};

use crate::encode::Side;
use crate::encode::stable::terms::{Factor, NumberInput, Term, WordInput};
use crate::learner::Learner;
use crate::model::Loss;
use crate::save::formula::{Formula, ScoringError};
use crate::schema::{Class, MissingNumber};

pub(super) const FORMAT: &str = "python";

const TEMPLATE: &str = include_str!("template.py");
/// Where the model stands in it.
const BEGIN: &str = "# >>> the model\n# <<< the model\n";

/// The model as a module of Python with `predict`, `predict_proba` and `decision_function`.
///
/// # Errors
/// For hashed words and the encoders that have no fixed columns.
pub fn model_python(learner: &Learner) -> Result<Vec<u8>, ScoringError> {
    let formula = Formula::new(learner, FORMAT)?;
    let mut file = format!(
        "#!/usr/bin/env python3\n\"\"\"Gradually's {}, as plain Python.\n\n{HELP}\"\"\"\n",
        formula.title
    );
    let (imports, functions) = TEMPLATE.split_once(BEGIN).unwrap_or(("", TEMPLATE));
    file.push_str(imports);
    // Writing to a string does not fail.
    let _ = write_model(&mut file, &formula);
    file.push_str(functions);
    Ok(file.into_bytes())
}

const HELP: &str = "\
Import it and call predict({\"field\": value, ...}), predict_proba or decision_function, or let it
read applications as JSON, one a line: python3 THIS_FILE < applications.ndjson

An application that the model could not have learned from is a ValueError, which names the field.
";

fn write_model(file: &mut String, formula: &Formula<'_>) -> fmt::Result {
    writeln!(file, "# The classes, by their numbers.")?;
    let classes: Vec<String> = formula.classes.iter().map(class).collect();
    writeln!(file, "CLASSES = [{}]", classes.join(", "))?;
    writeln!(
        file,
        "# Field, first column, words to columns, column of a missing and of another word."
    )?;
    list(file, "WORDS", formula.terms.words.iter().map(word_field))?;
    writeln!(
        file,
        "# Field, what a missing number is, mean, scale, column."
    )?;
    list(file, "NUMBERS", numbers(formula))?;
    let terms = || formula.terms.in_order.iter();
    writeln!(
        file,
        "# Number of a numeric field, column that says that it is missing."
    )?;
    list(file, "MISSING", terms().filter_map(missing))?;
    writeln!(file, "# Number of a numeric field, side, value, column.")?;
    list(file, "STEPS", terms().filter_map(step))?;
    writeln!(
        file,
        "# Two fields, columns of the second, first column of their products."
    )?;
    list(file, "PRODUCTS", terms().filter_map(product))?;
    writeln!(
        file,
        "# Column to weights, one for each score; columns that are not here weigh 0."
    )?;
    coef(file, formula)?;
    let intercepts: Vec<String> = formula
        .rows
        .iter()
        .map(|row| number(row.intercept))
        .collect();
    writeln!(file, "INTERCEPT = [{}]", intercepts.join(", "))?;
    writeln!(file, "THRESHOLD = {}", number(formula.threshold))?;
    writeln!(file, "# What makes probabilities of scores.")?;
    let probability = match formula.loss {
        Some(Loss::LogLoss) => "\"log_loss\"",
        Some(_) => "\"modified_huber\"",
        None => "None",
    };
    writeln!(file, "PROBABILITY = {probability}")?;
    writeln!(file, "# Whether features are rounded to single precision.")?;
    writeln!(file, "SINGLE = {}", switch(formula.single))
}

fn list(file: &mut String, name: &str, items: impl Iterator<Item = String>) -> fmt::Result {
    writeln!(file, "{name} = [")?;
    for item in items {
        writeln!(file, "    {item},")?;
    }
    writeln!(file, "]")
}

fn word_field(field: &WordInput) -> String {
    let column = |slot: usize| {
        let column = field.columns.get(slot).copied().flatten();
        column.map_or_else(|| "None".to_owned(), |column| column.to_string())
    };
    let or_refused = |slot: Option<usize>| slot.map_or_else(|| "\"refused\"".to_owned(), column);
    let words = field.words.iter().enumerate();
    let words: Vec<String> = words
        .map(|(slot, word)| format!("{}: {}", text(word), column(slot)))
        .collect();
    format!(
        "({}, {}, {{{}}}, {}, {})",
        text(&field.name),
        field.start,
        words.join(", "),
        or_refused(field.missing),
        or_refused(field.unknown),
    )
}

fn numbers<'a>(formula: &'a Formula<'_>) -> impl Iterator<Item = String> + 'a {
    formula
        .terms
        .in_order
        .iter()
        .filter_map(|term| match *term {
            Term::Number {
                number: place,
                column,
            } => {
                let NumberInput {
                    name,
                    missing,
                    mean,
                    scale,
                } = &formula.terms.numbers[place];
                let missing = match missing {
                    MissingNumber::Error => "\"refused\"".to_owned(),
                    MissingNumber::Mean => "\"mean\"".to_owned(),
                    MissingNumber::Constant(constant) => number(*constant),
                };
                let (name, mean, scale) = (text(name), number(*mean), number(*scale));
                Some(format!("({name}, {missing}, {mean}, {scale}, {column})"))
            }
            _ => None,
        })
}

fn missing(term: &Term) -> Option<String> {
    match term {
        Term::Missing { number, column } => Some(format!("({number}, {column})")),
        _ => None,
    }
}

fn step(term: &Term) -> Option<String> {
    let Term::Step {
        number: place,
        side,
        value,
        column,
    } = term
    else {
        return None;
    };
    let side = match side {
        Side::Below => "<",
        Side::Above => ">",
    };
    Some(format!(
        "({place}, \"{side}\", {}, {column})",
        number(*value)
    ))
}

fn product(term: &Term) -> Option<String> {
    let Term::Product {
        left,
        right,
        right_width,
        start,
    } = term
    else {
        return None;
    };
    let factor = |factor: &Factor| match factor {
        Factor::Words(place) => format!("(\"words\", {place})"),
        Factor::Number(place) => format!("(\"number\", {place})"),
    };
    let (left, right) = (factor(left), factor(right));
    Some(format!("({left}, {right}, {right_width}, {start})"))
}

/// A weight of zero adds nothing, and most columns of a large vocabulary have no word yet.
fn coef(file: &mut String, formula: &Formula<'_>) -> fmt::Result {
    writeln!(file, "COEF = {{")?;
    for (column, name) in (0..).zip(&formula.names) {
        let rows = 0..formula.rows.len();
        let weights: Vec<f64> = rows.map(|row| formula.weight(row, column)).collect();
        if weights.iter().any(|&weight| weight != 0.0) {
            let weights: Vec<String> = weights.into_iter().map(number).collect();
            writeln!(
                file,
                "    {column}: ({},),  # {}",
                weights.join(", "),
                text(name)
            )?;
        }
    }
    writeln!(file, "}}")
}

fn class(class: &Class) -> String {
    match class {
        Class::Bool(is) => switch(*is).to_owned(),
        Class::Integer(number) => number.to_string(),
        Class::Text(word) => text(word),
    }
}

fn switch(is: bool) -> &'static str {
    if is { "True" } else { "False" }
}

/// The shortest decimal that reads back to the same bits.
fn number(value: f64) -> String {
    format!("{value:?}")
}

/// A literal of printable ASCII, whatever the text: nothing in it can end it or hide.
fn text(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        let _ = match c {
            '"' | '\\' => write!(literal, "\\{c}"),
            ' '..='~' => write!(literal, "{c}"),
            '\0'..='\u{ffff}' => write!(literal, "\\u{:04x}", u32::from(c)),
            _ => write!(literal, "\\U{:08x}", u32::from(c)),
        };
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_printable_ascii() {
        assert_eq!(
            text("a\"b\\c\nd\u{202e}😀'"),
            r#""a\"b\\c\u000ad\u202e\U0001f600'""#
        );
    }

    #[test]
    fn the_template_has_a_place_for_the_model() {
        assert_eq!(TEMPLATE.matches(BEGIN).count(), 1);
    }
}
