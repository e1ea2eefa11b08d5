//! The encoder as it stands, as the terms of a sum: what somebody needs who is to compute
//! `Σ w·x` elsewhere, from raw fields, in the order in which the columns stand.

use super::Stable;
use super::words::WordField;
use crate::encode::Side;
use crate::schema::MissingNumber;

/// The inputs of an encoder that learns no more, and what it makes of them.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// The categorical fields.
    pub(crate) words: Vec<WordInput>,
    /// The numeric fields.
    pub(crate) numbers: Vec<NumberInput>,
    /// What is added up, in the order of the columns.
    pub(crate) in_order: Vec<Term>,
}

/// A categorical field. What it may hold has a *slot* each: the words in their order, then a
/// missing and an unknown word where they are none of these.
#[derive(Clone, Debug)]
pub(crate) struct WordInput {
    pub(crate) name: String,
    /// The known words; number `i` has slot `i`.
    pub(crate) words: Vec<String>,
    /// The column of each slot, from the field's first; `None` is all zeros.
    pub(crate) columns: Vec<Option<u32>>,
    /// The slot of a missing word; `None` is no example.
    pub(crate) missing: Option<usize>,
    /// The slot of every other word; `None` is no example.
    pub(crate) unknown: Option<usize>,
    /// The field's first column.
    pub(crate) start: u32,
}

/// A numeric field: its feature is `(x − mean)/scale`.
#[derive(Clone, Debug)]
pub(crate) struct NumberInput {
    pub(crate) name: String,
    pub(crate) missing: MissingNumber,
    pub(crate) mean: f64,
    pub(crate) scale: f64,
}

/// One term, by the places of its fields among the categorical or the numeric ones.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Term {
    /// The column of the field's word.
    Words(usize),
    /// A scaled number.
    Number { number: usize, column: u32 },
    /// 1 where a number is missing.
    Missing { number: usize, column: u32 },
    /// 1 where a raw number is on this side of a value.
    Step {
        number: usize,
        side: Side,
        value: f64,
        column: u32,
    },
    /// The product of two fields: column `start + left · right_width + right`, of a number 0.
    Product {
        left: Factor,
        right: Factor,
        right_width: u32,
        start: u32,
    },
}

/// A field of a product: its place among the categorical or the numeric fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Factor {
    Words(usize),
    Number(usize),
}

impl Stable {
    /// The encoder as it stands; the name of a field whose words are hashed otherwise, for a hash
    /// is no list.
    pub(crate) fn terms(&self) -> Result<Terms, String> {
        let words: Result<Vec<_>, _> = self.words.iter().map(WordField::input).collect();
        let fields = self.layout.numbers.iter();
        let scales = self.scaler.mean().iter().zip(self.scaler.scale());
        let numbers = fields
            .zip(scales)
            .map(|(field, (&mean, &scale))| NumberInput {
                name: field.name.clone(),
                missing: field.missing,
                mean,
                scale,
            });
        Ok(Terms {
            words: words?,
            numbers: numbers.collect(),
            in_order: self.terms_in_order(),
        })
    }

    fn terms_in_order(&self) -> Vec<Term> {
        let layout = &self.layout;
        let mut terms: Vec<Term> = (0..self.words.len()).map(Term::Words).collect();
        let columns = (layout.numbers_start..).zip(0..layout.numbers.len());
        terms.extend(columns.map(|(column, number)| Term::Number { number, column }));
        let fields = layout.numbers.iter().enumerate();
        terms.extend(fields.filter_map(|(number, field)| {
            let column = field.indicator?;
            Some(Term::Missing { number, column })
        }));
        let steps = (layout.steps_start..).zip(&layout.steps);
        terms.extend(steps.map(|(column, step)| Term::Step {
            number: step.number,
            side: step.side,
            value: step.value,
            column,
        }));
        terms.extend(layout.products.iter().map(|product| Term::Product {
            left: product.left,
            right: product.right,
            right_width: product.right_width,
            start: product.start,
        }));
        terms
    }
}
