//! The columns behind the one-hot ones: numbers, indicators, thresholds, interactions.

use super::terms::Factor;
use super::words::{Entry, WordField};
use crate::encode::options::Side;
use crate::encode::settings::check_features;
use crate::encode::{Interaction, StableSettings, Threshold};
use crate::schema::{MissingNumber, Schema};
use crate::settings::SettingsError;

/// A numeric field.
#[derive(Clone, Debug)]
pub(super) struct NumberField {
    pub(super) name: String,
    pub(super) missing: MissingNumber,
    /// Column that says that the number is missing.
    pub(super) indicator: Option<u32>,
}

/// A threshold on the numeric field of this place.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) number: usize,
    pub(super) side: Side,
    pub(super) value: f64,
    pub(super) name: String,
}

/// Two fields whose columns are multiplied.
#[derive(Clone, Debug)]
pub(super) struct Product {
    pub(super) left: Factor,
    pub(super) right: Factor,
    pub(super) right_width: u32,
    pub(super) start: u32,
}

/// Where the columns stand.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Column of the first number.
    pub(super) numbers_start: u32,
    pub(super) numbers: Vec<NumberField>,
    pub(super) steps_start: u32,
    pub(super) steps: Vec<Step>,
    pub(super) products: Vec<Product>,
    pub(super) width: u32,
}

impl Layout {
    pub(super) fn new(
        schema: &Schema,
        settings: &StableSettings,
        words: &[WordField],
    ) -> Result<Self, SettingsError> {
        let numbers_start = words.last().map_or(0, |last| last.start + last.width());
        let mut next = numbers_start.saturating_add(count(schema.numeric().count()));
        let numbers: Vec<NumberField> = schema
            .numeric()
            .map(|(name, missing)| NumberField {
                name: name.to_owned(),
                missing,
                indicator: (missing == MissingNumber::Mean).then(|| take(&mut next, 1)),
            })
            .collect();
        let steps = settings.thresholds.iter().map(|t| Step::new(t, &numbers));
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        let mut layout = Self {
            numbers_start,
            numbers,
            steps_start: take(&mut next, count(steps.len())),
            steps,
            products: Vec::new(),
            width: next,
        };
        for interaction in &settings.interactions {
            layout.multiply(interaction, words)?;
        }
        check_features(layout.width)?;
        Ok(layout)
    }

    fn multiply(
        &mut self,
        interaction: &Interaction,
        words: &[WordField],
    ) -> Result<(), SettingsError> {
        let [first, second] = interaction.fields();
        let (a, b) = (self.factor(first, words)?, self.factor(second, words)?);
        let (left, right) = (a.min(b), a.max(b));
        let right_width = right.width(words);
        let columns = left.width(words).saturating_mul(right_width);
        self.products.push(Product {
            left,
            right,
            right_width,
            start: take(&mut self.width, columns),
        });
        Ok(())
    }

    fn factor(&self, name: &str, words: &[WordField]) -> Result<Factor, SettingsError> {
        let words = words.iter().position(|field| field.name == name);
        let number = || self.numbers.iter().position(|field| field.name == name);
        words
            .map(Factor::Words)
            .or_else(|| number().map(Factor::Number))
            .ok_or_else(|| SettingsError {
                field: "interactions",
                range: "of categorical or numeric fields of the schema".to_owned(),
                value: name.to_owned(),
            })
    }

    /// Most entries that a row has behind those of its words.
    pub(super) fn entries_behind_words(&self) -> usize {
        let indicators = self.numbers.iter().filter(|n| n.indicator.is_some());
        self.numbers.len() + indicators.count() + self.steps.len() + self.products.len()
    }

    /// Whether there are columns behind those of the numbers.
    pub(super) fn has_options(&self) -> bool {
        self.numbers_start as usize + self.numbers.len() < self.width as usize
    }

    /// Names of the columns behind the one-hot ones, whose names are given.
    pub(super) fn names(&self, words: &[WordField], one_hot: Vec<String>) -> Vec<String> {
        let mut names = one_hot;
        names.extend(self.numbers.iter().map(|field| field.name.clone()));
        let missing = self
            .numbers
            .iter()
            .filter(|field| field.indicator.is_some());
        names.extend(missing.map(|field| format!("missingindicator_{}", field.name)));
        names.extend(self.steps.iter().map(|step| step.name.clone()));
        for product in &self.products {
            let right = product.right.names(self, words);
            for left in product.left.names(self, words) {
                names.extend(right.iter().map(|right| format!("{left} {right}")));
            }
        }
        names
    }
}

impl Step {
    fn new(threshold: &Threshold, numbers: &[NumberField]) -> Result<Self, SettingsError> {
        let number = numbers
            .iter()
            .position(|field| field.name == threshold.field());
        Ok(Self {
            number: number.ok_or_else(|| SettingsError {
                field: "thresholds",
                range: "on a numeric field of the schema".to_owned(),
                value: threshold.to_string(),
            })?,
            side: threshold.side(),
            value: threshold.value(),
            name: threshold.to_string(),
        })
    }
}

impl Product {
    /// The entry of a row, of which there is at most one: a word has one column.
    #[inline]
    pub(super) fn entry(
        &self,
        words: &[WordField],
        hot: &[Entry],
        scaled: &[f64],
    ) -> Option<(u32, f64)> {
        let (left, a) = self.left.entry(words, hot, scaled)?;
        let (right, b) = self.right.entry(words, hot, scaled)?;
        Some((self.start + left * self.right_width + right, a * b))
    }
}

impl Factor {
    /// The entry of a row, its column counted from the field's first.
    #[inline]
    fn entry(self, words: &[WordField], hot: &[Entry], scaled: &[f64]) -> Option<(u32, f64)> {
        match self {
            Self::Number(place) => Some((0, scaled[place])),
            Self::Words(place) => hot[place]
                .is_some()
                .then(|| (hot[place].column - words[place].start, hot[place].value)),
        }
    }

    fn width(self, words: &[WordField]) -> u32 {
        match self {
            Self::Words(place) => words[place].width(),
            Self::Number(_) => 1,
        }
    }

    fn names(self, layout: &Layout, words: &[WordField]) -> Vec<String> {
        match self {
            Self::Words(place) => words[place].names().collect(),
            Self::Number(place) => vec![layout.numbers[place].name.clone()],
        }
    }
}

/// Gives out so many columns.
fn take(next: &mut u32, columns: u32) -> u32 {
    let start = *next;
    *next = next.saturating_add(columns);
    start
}

fn count(fields: usize) -> u32 {
    u32::try_from(fields).unwrap_or(u32::MAX)
}
