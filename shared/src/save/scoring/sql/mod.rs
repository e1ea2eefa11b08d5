//! A model as one query of SQL over a table of raw records.
//!
//! ```text
//! WITH scored AS (SELECT application.*, 0 + CASE … + … AS predicted_decision FROM applications AS application)
//! SELECT scored.*, … AS predicted_probability, … AS predicted_label FROM scored;
//! ```
//!
//! It keeps to SQL-92 with common table expressions and `EXP`, which `SQLite`, `PostgreSQL` and
//! `DuckDB` have alike. What the model could not have learned from is `NULL` throughout: a
//! word that is not in its vocabulary, a value that is missing where there is no rule for that, a
//! number that is not finite.
//!
//! Sums run in the engine's order, but databases read decimals and compute `EXP` in their own
//! ways: decisions and probabilities are within 10⁻¹² of the engine's, relative to the largest
//! term, not its bits. Under `float32` features are rounded by Dekker's splitting (1971): that is
//! rounding to nearest, but for ties, which `f32` breaks to even.

mod literals;
mod terms;

use std::fmt::Write as _;

use self::literals::class;
use self::terms::Query;

use crate::encode::stable::terms::WordInput;
use crate::learner::Learner;
use crate::model::Loss;
use crate::save::formula::{Formula, ScoringError};
use crate::schema::Class;

pub(super) const FORMAT: &str = "sql";

/// Most terms of the sum: each is an expression deeper, and `SQLite` takes a depth of 1000.
const MAX_TERMS: usize = 900;

/// Most classes: each is compared with all others.
const MAX_CLASSES: usize = 100;

/// Most branches in the `CASE`s of a query, over all scores.
const MAX_BRANCHES: usize = 1 << 20;

/// The model as a query over the table `applications`.
///
/// # Errors
/// For hashed words and the encoders that have no fixed columns, beyond 900 terms, 100 classes or
/// 2²⁰ branches, and where a name or a word has a U+0000, which no SQL text can have.
pub fn model_sql(learner: &Learner) -> Result<Vec<u8>, ScoringError> {
    let formula = Formula::new(learner, FORMAT)?;
    check(&formula)?;
    let rows = formula.rows.len();
    let query = Query { formula: &formula };
    let mut sql = String::new();
    // Writing to a string does not fail.
    let _ = write!(sql, "-- Gradually's {}.\n{HELP}", formula.title);
    let decisions: Vec<String> = (0..rows)
        .map(|row| {
            format!(
                "{}\n    AS {}",
                query.decision(row),
                decision_name(row, rows)
            )
        })
        .collect();
    let _ = write!(
        sql,
        "WITH scored AS (\n  SELECT\n    application.*,\n    {}\n  FROM applications AS application\n)",
        decisions.join(",\n    ")
    );
    let label = label(&formula);
    if let (Some(loss), true) = (formula.loss, rows > 1) {
        let each: Vec<String> = (0..rows)
            .map(|row| {
                format!(
                    "{} AS predicted_score_{row}",
                    probability(loss, &decision_name(row, rows))
                )
            })
            .collect();
        let _ = write!(
            sql,
            ",\nsquashed AS (\n  SELECT\n    scored.*,\n    {}\n  FROM scored\n)",
            each.join(",\n    ")
        );
        let _ = write!(
            sql,
            "\nSELECT\n  squashed.*,\n  {},\n  {label} AS predicted_label\nFROM squashed;\n",
            shares(rows)
        );
    } else {
        let probability = formula.loss.map(|loss| {
            let one = probability(loss, "predicted_decision");
            format!("  {one} AS predicted_probability,\n")
        });
        let probability = probability.unwrap_or_default();
        let _ = write!(
            sql,
            "\nSELECT\n  scored.*,\n{probability}  {label} AS predicted_label\nFROM scored;\n"
        );
    }
    Ok(sql.into_bytes())
}

const HELP: &str = "\
-- It reads the table applications, whose columns are the raw fields: write another name in FROM, or
-- make a view. predicted_decision is above 0 for the second class of two; predicted_probability is
-- that class's. All are NULL where a word is not in the vocabulary or a value is missing.
";

/// Whether a model can be a query.
pub(super) fn check(formula: &Formula<'_>) -> Result<(), ScoringError> {
    let branches = formula.table_entries().saturating_mul(formula.rows.len());
    for (things, most, found) in [
        ("terms", MAX_TERMS, formula.terms.in_order.len()),
        ("classes", MAX_CLASSES, formula.classes.len()),
        ("branches", MAX_BRANCHES, branches),
    ] {
        if found > most {
            return Err(ScoringError::TooMany {
                format: FORMAT,
                things,
                most,
                found,
            });
        }
    }
    let of_words = |field: &'_ WordInput| {
        let words = field.words.iter().cloned();
        std::iter::once(field.name.clone())
            .chain(words)
            .collect::<Vec<_>>()
    };
    let words = formula.terms.words.iter().flat_map(of_words);
    let numbers = formula.terms.numbers.iter().map(|field| field.name.clone());
    let classes = formula.classes.iter().filter_map(|class| match class {
        Class::Text(text) => Some(text.clone()),
        _ => None,
    });
    match words
        .chain(numbers)
        .chain(classes)
        .find(|text| text.contains('\0'))
    {
        Some(text) => Err(ScoringError::Nul {
            format: FORMAT,
            text,
        }),
        None => Ok(()),
    }
}

fn decision_name(row: usize, rows: usize) -> String {
    if rows == 1 {
        "predicted_decision".to_owned()
    } else {
        format!("predicted_decision_{row}")
    }
}

/// As [`crate::model::probability`] has it, where `EXP` neither overflows nor underflows; beyond,
/// what it is to the last bit, or within 10⁻³⁰⁰.
fn probability(loss: Loss, decision: &str) -> String {
    if loss == Loss::LogLoss {
        return format!(
            "CASE WHEN {decision} > 40 THEN 1e0 WHEN {decision} >= -700 THEN 1e0 / (1e0 + EXP(-{decision})) \
             WHEN {decision} < -700 THEN 0e0 END"
        );
    }
    format!(
        "CASE WHEN {decision} >= 1 THEN 1e0 WHEN {decision} > -1 THEN ({decision} + 1e0) / 2e0 \
         WHEN {decision} <= -1 THEN 0e0 END"
    )
}

/// The scores of one against the rest, divided by their sum.
fn shares(rows: usize) -> String {
    let names: Vec<String> = (0..rows)
        .map(|row| format!("predicted_score_{row}"))
        .collect();
    let sum = format!("({})", names.join(" + "));
    let share = |(row, name): (usize, &String)| {
        format!(
            "CASE WHEN {sum} = 0 THEN 1e0 / {rows} ELSE {name} / {sum} END AS predicted_probability_{row}"
        )
    };
    let shares: Vec<String> = names.iter().enumerate().map(share).collect();
    shares.join(",\n  ")
}

/// The class, or `NULL` where a score is.
fn label(formula: &Formula<'_>) -> String {
    let class = |number: usize| class(&formula.classes[number]);
    let rows = formula.rows.len();
    if rows == 1 {
        let name = decision_name(0, 1);
        return format!(
            "CASE WHEN {name} > 0 THEN {} WHEN {name} <= 0 THEN {} END",
            class(1),
            class(0)
        );
    }
    let mut cases = String::from("CASE");
    for row in 0..rows {
        let name = decision_name(row, rows);
        // Those before were not the greatest.
        let others =
            (row + 1..rows).map(|other| format!("{name} >= {}", decision_name(other, rows)));
        let others = others.chain((row + 1 == rows).then(|| format!("{name} IS NOT NULL")));
        let others: Vec<String> = others.collect();
        let _ = write!(
            cases,
            "\n    WHEN {} THEN {}",
            others.join(" AND "),
            class(row)
        );
    }
    cases + " END"
}
