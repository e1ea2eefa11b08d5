//! When a checkpoint is written.

use std::str::FromStr;
use std::time::{Duration, Instant};

/// How often, as a flag: after each batch, or at most every so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Every {
    Batch,
    Seconds(u32),
}

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "batch" {
            return Ok(Self::Batch);
        }
        let seconds = text.strip_suffix('s').unwrap_or(text).parse();
        match seconds {
            Ok(seconds @ 1..) => Ok(Self::Seconds(seconds)),
            _ => Err("\"batch\" or a number of seconds from 1, such as 10s, is wanted".to_owned()),
        }
    }
}

/// The clock of the checkpoints.
#[derive(Debug)]
pub(super) struct Due {
    every: Every,
    last: Instant,
}

impl Due {
    /// From now on.
    pub(super) fn new(every: Every) -> Self {
        Self {
            every,
            last: Instant::now(),
        }
    }

    /// Whether every batch has one, for which learning waits.
    pub(super) fn is_each_batch(&self) -> bool {
        self.every == Every::Batch
    }

    /// Whether the time for one has come.
    pub(super) fn is_now(&self) -> bool {
        match self.every {
            Every::Batch => true,
            Every::Seconds(seconds) => {
                self.last.elapsed() >= Duration::from_secs(u64::from(seconds))
            }
        }
    }

    /// One was begun.
    pub(super) fn begun(&mut self) {
        self.last = Instant::now();
    }
}
