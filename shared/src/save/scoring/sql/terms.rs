//! The sum, term by term, as one expression.

use std::fmt::Write as _;

use super::literals::{column_name, number, text};
use crate::encode::Side;
use crate::encode::stable::terms::{Factor, NumberInput, Term};
use crate::save::formula::Formula;
use crate::schema::MissingNumber;

/// The expressions of one model.
pub(super) struct Query<'a> {
    pub(super) formula: &'a Formula<'a>,
}

impl Query<'_> {
    pub(super) fn decision(&self, row: usize) -> String {
        // The first number makes doubles of all that is added to it.
        let mut sum = String::from("CAST(0 AS DOUBLE PRECISION)");
        for term in &self.formula.terms.in_order {
            let _ = write!(sum, "\n    + {}", self.term(row, term));
        }
        let intercept = self.formula.rows.get(row).map_or(0.0, |row| row.intercept);
        let _ = write!(sum, "\n    + {}", number(intercept));
        if self.formula.threshold != 0.0 {
            let _ = write!(sum, " - {}", number(self.formula.threshold));
        }
        sum
    }

    fn term(&self, row: usize, term: &Term) -> String {
        let weight = |column| self.formula.weight(row, column);
        match *term {
            Term::Words(field) => self.of_word(field, |slot| {
                let column = self.formula.column_of_slot(field, slot);
                number(column.map_or(0.0, weight))
            }),
            Term::Number {
                number: place,
                column,
            } => {
                format!(
                    "{} * {}",
                    number(weight(column)),
                    self.rounded(&self.scaled(place))
                )
            }
            Term::Missing {
                number: place,
                column,
            } => {
                let field = column_name(&self.formula.terms.numbers[place].name);
                let weight = number(weight(column));
                format!("CASE WHEN {field} IS NULL THEN {weight} ELSE 0e0 END")
            }
            Term::Step {
                number: place,
                side,
                value,
                column,
            } => {
                let raw = raw(&self.formula.terms.numbers[place]);
                let side = match side {
                    Side::Below => "<",
                    Side::Above => ">",
                };
                let (value, weight) = (number(value), number(weight(column)));
                format!("CASE WHEN {raw} {side} {value} THEN {weight} ELSE 0e0 END")
            }
            Term::Product {
                left,
                right,
                right_width,
                start,
            } => self.product(row, (left, right), (start, right_width)),
        }
    }

    fn product(&self, row: usize, (left, right): (Factor, Factor), place: (u32, u32)) -> String {
        let weight = |a, b| {
            let column = self.formula.column_of_product((left, a), (right, b), place);
            number(column.map_or(0.0, |column| self.formula.weight(row, column)))
        };
        match (left, right) {
            (Factor::Number(a), Factor::Number(b)) => {
                let product = format!("({} * {})", self.scaled(a), self.scaled(b));
                format!("{} * {}", weight(0, 0), self.rounded(&product))
            }
            (Factor::Words(field), Factor::Number(scaled)) => {
                let weights = self.of_word(field, |slot| weight(slot, 0));
                format!("{weights} * {}", self.rounded(&self.scaled(scaled)))
            }
            (Factor::Number(scaled), Factor::Words(field)) => {
                let weights = self.of_word(field, |slot| weight(0, slot));
                format!("{weights} * {}", self.rounded(&self.scaled(scaled)))
            }
            (Factor::Words(a), Factor::Words(b)) => {
                self.of_word(a, |left| self.of_word(b, |right| weight(left, right)))
            }
        }
    }

    /// What a field's word says, `NULL` for a word that the model does not take.
    fn of_word(&self, field: usize, says: impl Fn(usize) -> String) -> String {
        let field = self.formula.field(field);
        let or_null = |slot: Option<usize>| slot.map_or_else(|| "NULL".to_owned(), &says);
        let (name, other) = (column_name(&field.name), or_null(field.unknown));
        let mut words = String::new();
        for (slot, word) in field.words.iter().enumerate() {
            let _ = write!(words, " WHEN {} THEN {}", text(word), says(slot));
        }
        let known = if words.is_empty() {
            other
        } else {
            format!("CASE {name}{words} ELSE {other} END")
        };
        format!(
            "CASE WHEN {name} IS NULL THEN {} ELSE {known} END",
            or_null(field.missing)
        )
    }

    fn scaled(&self, place: usize) -> String {
        let field = &self.formula.terms.numbers[place];
        let scaled = format!(
            "({} - {}) / {}",
            raw(field),
            number(field.mean),
            number(field.scale)
        );
        if field.missing == MissingNumber::Mean {
            let name = column_name(&field.name);
            format!("CASE WHEN {name} IS NULL THEN 0e0 ELSE {scaled} END")
        } else {
            format!("({scaled})")
        }
    }

    /// Features are `f32` under `float32`: the high part of a split at 24 bits.
    fn rounded(&self, value: &str) -> String {
        if !self.formula.single {
            return value.to_owned();
        }
        // 2²⁹ + 1
        let scaled = format!("536870913e0 * ({value})");
        format!("({scaled} - ({scaled} - ({value})))")
    }
}

/// The raw number, with the constant for a missing one; `NULL` if it is not finite.
fn raw(field: &NumberInput) -> String {
    let name = column_name(&field.name);
    let (least, most) = (number(f64::MIN), number(f64::MAX));
    let finite = format!(
        "CASE WHEN {name} BETWEEN {least} AND {most} THEN CAST({name} AS DOUBLE PRECISION) END"
    );
    match field.missing {
        MissingNumber::Constant(constant) => {
            format!(
                "CASE WHEN {name} IS NULL THEN {} ELSE {finite} END",
                number(constant)
            )
        }
        MissingNumber::Error | MissingNumber::Mean => finite,
    }
}
