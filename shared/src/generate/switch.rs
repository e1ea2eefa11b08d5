//! Concept drift between any two streams of the same fields (MOA's `ConceptDriftStream`; Bifet,
//! Holmes, Pfahringer, Kirkby and Gavaldà, 2009).
//!
//! Record `i` comes from the stream `after` with probability
//!
//! ```text
//! f(i) = 1 / (1 + exp(−4·(i − position)/width))
//! ```
//!
//! and else from `before`. With `every`, the roles change again every so many records after
//! `position`, by the same sigmoid. It is record `i` of either stream that is taken, where MOA
//! takes the next: so a seek is a seek of both. `before` has the stream's seed, `after` another
//! made of it.
//! Known: what the stream in charge has, where the other comes once in 10⁹ records or less.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::model::exp;

use super::draws::{Draws, LOAN_WORDS, Lane};
use super::error::{StreamError, within};
use super::known::{KnownStream, StreamSettings};
use super::place::Place;
use super::script::MAX_CHANGE_RECORDS;
use super::truth::Truth;

/// How often switches may stand inside each other.
pub const MAX_SWITCH_DEPTH: u32 = 4;

/// Which streams, and when and how fast one takes the other's place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwitchSettings {
    /// The stream at first.
    pub before: Box<StreamSettings>,
    /// The stream that takes its place.
    pub after: Box<StreamSettings>,
    /// The record at which both are equally likely.
    pub position: u64,
    /// Records in which most of the change happens: from 12 % to 88 %.
    pub width: u32,
    /// Records until the streams change places again, and again.
    #[serde(default)]
    pub every: Option<NonZeroU32>,
}

/// One in so many counts as never.
const RARE: f64 = 1e-9;

impl SwitchSettings {
    pub(super) fn validate(&self, depth: u32) -> Result<(), StreamError> {
        within("depth", depth, 1, MAX_SWITCH_DEPTH)?;
        within("width", self.width, 1, MAX_CHANGE_RECORDS)?;
        if let Some(every) = self.every {
            within("every", every.get(), self.width, u32::MAX)?;
        }
        let inside = |name: &'static str| move |error: StreamError| error.inside(name);
        self.before.validate_at(depth).map_err(inside("before"))?;
        self.after.validate_at(depth).map_err(inside("after"))?;
        let (before, after) = (self.before.fields(), self.after.fields());
        if before != after {
            let names = |fields: &super::StreamFields| {
                let names: Vec<_> = fields.fields.iter().map(|f| f.name.as_str()).collect();
                format!("{} → {} classes", names.join(" "), fields.classes.len())
            };
            let range = format!("a stream of the same fields ({})", names(&before));
            return Err(StreamError::new("after", range, &names(&after)));
        }
        Ok(())
    }

    /// Probability that a record comes from `after`.
    pub(super) fn share_after(&self, index: u64) -> f64 {
        let (centre, back) = self.nearest_change(index);
        #[expect(
            clippy::cast_precision_loss,
            reason = "far from the change it is 0 or 1 anyway"
        )]
        let distance = if index >= centre {
            (index - centre) as f64
        } else {
            -((centre - index) as f64)
        };
        let share = 1.0 / (1.0 + exp(-4.0 * distance / f64::from(self.width)));
        if back { 1.0 - share } else { share }
    }

    /// The index of the nearest change, and whether it leads back.
    fn nearest_change(&self, index: u64) -> (u64, bool) {
        let (Some(every), Some(since)) = (self.every, index.checked_sub(self.position)) else {
            return (self.position, false);
        };
        let every = u64::from(every.get());
        let number = since / every + u64::from(since % every >= every.div_ceil(2));
        let centre = self.position.saturating_add(number.saturating_mul(every));
        (centre, number % 2 == 1)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Switch {
    settings: SwitchSettings,
    draws: Draws,
    before: KnownStream,
    after: KnownStream,
}

impl Switch {
    pub(super) fn new(settings: SwitchSettings, seed: u64) -> Result<Self, StreamError> {
        // The golden ratio's bits: a seed that nobody types.
        let other = seed ^ 0x9e37_79b9_7f4a_7c15;
        Ok(Self {
            draws: Draws::new(seed, Lane::Switch, LOAN_WORDS),
            before: KnownStream::new(&settings.before, seed)?,
            after: KnownStream::new(&settings.after, other)?,
            settings,
        })
    }

    pub(super) fn record(&mut self, index: u64, key: &mut Vec<u8>, value: &mut Vec<u8>) -> Place {
        let share = self.settings.share_after(index);
        let stream = if self.draws.at(index).unit() < share {
            &mut self.after
        } else {
            &mut self.before
        };
        stream.seek(index);
        stream.next_into(key, value)
    }

    pub(super) fn truth(&self, index: u64) -> Option<Truth> {
        let share = self.settings.share_after(index);
        if share <= RARE {
            self.before.truth_at(index)
        } else if share >= 1.0 - RARE {
            self.after.truth_at(index)
        } else {
            None
        }
    }
}
