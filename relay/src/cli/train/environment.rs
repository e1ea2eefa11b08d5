//! The four environment variables of the lab's consumer, where no flag says otherwise.

use std::env;
use std::num::NonZeroU32;
use std::path::PathBuf;

use crate::cli::Failure;

/// What `--help` says of them.
pub(super) const HELP: &str = "\
Environment, as the lab's consumer takes it; a flag goes before it:
  OUTPUT_DIR               --out
  KAFKA_BOOTSTRAP_SERVERS  --kafka, unless --file or --simulate names the input
  KAFKA_TOPIC              --topic, likewise
  BATCH_INTERVAL           --batch-seconds, unless --batch-records is given: 30, \"30 seconds\", \"1 minute\"";

/// The variables that are set and not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Environment {
    pub(super) output_dir: Option<PathBuf>,
    pub(super) brokers: Option<String>,
    pub(super) topic: Option<String>,
    pub(super) batch_interval: Option<String>,
}

impl Environment {
    /// That of this process.
    pub(super) fn read() -> Self {
        let text = |name| env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            output_dir: text("OUTPUT_DIR").map(PathBuf::from),
            brokers: text("KAFKA_BOOTSTRAP_SERVERS"),
            topic: text("KAFKA_TOPIC"),
            batch_interval: text("BATCH_INTERVAL"),
        }
    }

    /// The interval in seconds.
    pub(super) fn batch_seconds(&self) -> Result<Option<NonZeroU32>, Failure> {
        let Some(text) = &self.batch_interval else {
            return Ok(None);
        };
        let seconds = interval(text).ok_or_else(|| {
            Failure::Usage(format!(
                "BATCH_INTERVAL is \"{text}\": whole seconds are wanted, such as 30, \"30 seconds\" or \"1 minute\""
            ))
        })?;
        Ok(Some(seconds))
    }
}

/// Seconds, as a bare number or as Spark's triggers spell an interval.
fn interval(text: &str) -> Option<NonZeroU32> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u32 = number.parse().ok()?;
    let seconds = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => number,
        "m" | "min" | "mins" | "minute" | "minutes" => number.checked_mul(60)?,
        "h" | "hour" | "hours" => number.checked_mul(3600)?,
        "ms" | "millisecond" | "milliseconds" if number.is_multiple_of(1000) => number / 1000,
        _ => return None,
    };
    NonZeroU32::new(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_read_as_spark_spells_them() {
        let seconds = |text| interval(text).map(NonZeroU32::get);
        for (text, wanted) in [
            ("30", 30),
            ("30 seconds", 30),
            (" 5s ", 5),
            ("1 minute", 60),
            ("2 Hours", 7200),
            ("3000 milliseconds", 3),
        ] {
            assert_eq!(seconds(text), Some(wanted), "{text}");
        }
        for text in [
            "",
            "0",
            "0 seconds",
            "soon",
            "1.5 s",
            "1500 ms",
            "-3",
            "99999999 hours",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
