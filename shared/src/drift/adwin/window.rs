//! The window as an exponential histogram: buckets of 1, 2, 4, … values, newest first.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::model::log;

/// More levels than a stream that can be counted in a float ever needs.
const MAX_LEVELS: usize = 64;

/// Consecutive values: their sum, and the sum of their squared deviations from their mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bucket {
    total: f64,
    squares: f64,
}

/// The newest values of a stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Window {
    /// Level i holds buckets of 2ⁱ values, oldest first; the last level is not empty.
    levels: Vec<VecDeque<Bucket>>,
    /// Number of values; whole.
    width: f64,
    total: f64,
    squares: f64,
}

impl Window {
    pub(super) fn width(&self) -> f64 {
        self.width
    }

    pub(super) fn total(&self) -> f64 {
        self.total
    }

    /// Sum of squared deviations from the mean.
    pub(super) fn squares(&self) -> f64 {
        self.squares
    }

    /// Mean of the values; 0 if there are none.
    pub(super) fn mean(&self) -> f64 {
        if self.width == 0.0 {
            0.0
        } else {
            self.total / self.width
        }
    }

    /// Takes in the newest value.
    pub(super) fn insert(&mut self, value: f64, max_buckets: u32) {
        self.width += 1.0;
        if self.width > 1.0 {
            let deviation = value - self.total / (self.width - 1.0);
            self.squares += (self.width - 1.0) * deviation * deviation / self.width;
        }
        self.total += value;
        let squares = 0.0;
        let total = value;
        self.push(0, Bucket { total, squares });
        self.compress(max_buckets);
    }

    fn push(&mut self, level: usize, bucket: Bucket) {
        match self.levels.get_mut(level) {
            Some(buckets) => buckets.push_back(bucket),
            None => self.levels.push(VecDeque::from([bucket])),
        }
    }

    /// Merges the oldest two buckets of every level that has too many.
    fn compress(&mut self, max_buckets: u32) {
        let (mut level, mut size) = (0, 1.0);
        while let Some(merged) = self.merge_oldest(level, size, max_buckets) {
            level += 1;
            size *= 2.0;
            self.push(level, merged);
        }
    }

    fn merge_oldest(&mut self, level: usize, size: f64, max_buckets: u32) -> Option<Bucket> {
        let buckets = self.levels.get_mut(level)?;
        if buckets.len() <= max_buckets as usize {
            return None;
        }
        let (first, second) = (buckets.pop_front()?, buckets.pop_front()?);
        let between = first.total / size - second.total / size;
        let added = size * 0.5 * between * between;
        Some(Bucket {
            total: first.total + second.total,
            squares: first.squares + second.squares + added,
        })
    }

    /// Values in a bucket of the last level, the one with the oldest values.
    fn oldest_size(&self) -> f64 {
        (1..self.levels.len()).fold(1.0, |size, _| size * 2.0)
    }

    /// Drops the oldest bucket.
    pub(super) fn drop_oldest(&mut self) {
        let size = self.oldest_size();
        let Some(oldest) = self.levels.last_mut().and_then(VecDeque::pop_front) else {
            return;
        };
        self.width -= size;
        self.total -= oldest.total;
        let between = oldest.total / size - self.total / self.width;
        self.squares -=
            oldest.squares + size * self.width * between * between / (size + self.width);
        while self.levels.last().is_some_and(VecDeque::is_empty) {
            self.levels.pop();
        }
    }

    /// Whether some cut leaves two parts, each of at least `shortest` values, whose means differ by
    /// more than chance allows.
    pub(super) fn has_cut(&self, delta: f64, shortest: f64) -> bool {
        let bound = Bound::new(self, delta, shortest);
        let (mut older, mut older_total) = (0.0, 0.0);
        let (mut newer, mut newer_total) = (self.width, self.total);
        let mut size = self.oldest_size();
        for buckets in self.levels.iter().rev() {
            for bucket in buckets {
                older += size;
                newer -= size;
                older_total += bucket.total;
                newer_total -= bucket.total;
                let between = older_total / older - newer_total / newer;
                let long_enough = newer >= shortest && older >= shortest;
                if long_enough && between.abs() > bound.at(older, newer) {
                    return true;
                }
            }
            size *= 0.5;
        }
        false
    }

    /// Whether a window that was read is one that values can have made.
    pub(super) fn fits(&self, max_buckets: u32) -> bool {
        let most = max_buckets as usize;
        let (mut size, mut width) = (1.0, 0.0);
        for buckets in &self.levels {
            width += size * buckets.iter().map(|_| 1.0).sum::<f64>();
            size *= 2.0;
        }
        self.levels.len() <= MAX_LEVELS
            && self.levels.iter().all(|buckets| buckets.len() <= most)
            && self.levels.last().is_none_or(|buckets| !buckets.is_empty())
            && self.width == width
    }
}

/// ε for one window, as a function of the cut.
struct Bound {
    variance: f64,
    /// `ln(2·ln n / δ)`.
    log_term: f64,
    shortest: f64,
}

impl Bound {
    fn new(window: &Window, delta: f64, shortest: f64) -> Self {
        Self {
            variance: window.squares / window.width,
            log_term: log(2.0 * log(window.width) / delta),
            shortest,
        }
    }

    fn at(&self, older: f64, newer: f64) -> f64 {
        let m = 1.0 / (older - self.shortest + 1.0) + 1.0 / (newer - self.shortest + 1.0);
        (2.0 * m * self.variance * self.log_term).sqrt() + 2.0 / 3.0 * self.log_term * m
    }
}
