//! What a run is made of: where its records come from, how fast they are taken, and the settings
//! of the engine.

use serde::{Deserialize, Serialize};
use shared::settings::Settings;

/// Everything that defines a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RunConfig {
    pub(crate) source: SourceConfig,
    pub(crate) rate: Rate,
    pub(crate) settings: Settings,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            source: SourceConfig::Simulated { seed: 42 },
            rate: Rate::PerSecond(100),
            settings: Settings::default(),
        }
    }
}

/// Where records come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SourceConfig {
    /// The lab's rule, drawn in the worker: record `i` is a function of the seed and `i` alone.
    Simulated {
        /// The seed of the stream.
        seed: u64,
    },
    /// A topic, through a relay.
    Relay {
        /// The relay's WebSocket address.
        url: String,
        /// The topic; without one the relay's first is taken.
        topic: Option<String>,
        /// Where to begin.
        from: Beginning,
    },
}

impl SourceConfig {
    /// Whether the source is the page's own simulation.
    pub(crate) fn is_simulated(&self) -> bool {
        matches!(self, Self::Simulated { .. })
    }

    /// The name of the line in the chart that no model passes. It is known for the lab's rule;
    /// whether a topic follows that rule nobody here can know.
    pub(crate) fn best_name(&self) -> &'static str {
        if self.is_simulated() {
            "best possible"
        } else {
            "best on the lab’s rule"
        }
    }
}

/// Where in a topic a run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Beginning {
    /// At the oldest record that the topic still has.
    Earliest,
    /// At the next record that is written.
    Latest,
}

/// How fast records are taken from the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Rate {
    /// So many records a second.
    PerSecond(u32),
    /// As fast as the worker can learn.
    Unlimited,
}

impl Rate {
    /// The steps of the speed control, slowest first.
    pub(crate) const STEPS: [Self; 6] = [
        Self::PerSecond(1),
        Self::PerSecond(10),
        Self::PerSecond(100),
        Self::PerSecond(1_000),
        Self::PerSecond(10_000),
        Self::Unlimited,
    ];

    /// The step of the speed control that this rate is at.
    pub(crate) fn step(self) -> usize {
        Self::STEPS
            .iter()
            .position(|step| *step == self)
            .unwrap_or(2)
    }
}
