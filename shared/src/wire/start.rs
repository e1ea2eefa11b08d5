//! Where reading begins: what a client asks for, in a message and on a command line.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::record::Position;

/// Where a client wants to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartFrom {
    /// The oldest record that is kept.
    Earliest,
    /// After the newest record.
    Latest,
    /// So many offsets before the end of each partition.
    Last(u64),
    /// The first record with this timestamp (milliseconds since 1970 UTC) or a later one.
    TimestampMillis(i64),
    /// Exactly these places: going on where one has stopped.
    Positions(Resume),
}

/// The places at which a client goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// The cluster in which the positions are places; `None` is not compared.
    #[serde(default)]
    pub cluster_id: Option<String>,
    /// The next record of each partition.
    pub positions: Vec<Position>,
    /// Where partitions begin that are not listed.
    #[serde(default)]
    pub others: Edge,
}

/// One of the two ends of a partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// The oldest record that is kept.
    #[default]
    Earliest,
    /// After the newest record.
    Latest,
}

/// What a relay does when a place asked for is not there any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenUnavailable {
    /// Refuse, and say what there is.
    #[default]
    Fail,
    /// Begin at the oldest record that is kept, and say so.
    Earliest,
    /// Begin after the newest record, and say so.
    Latest,
}

impl StartFrom {
    /// What is wrong with it, if anything.
    pub(super) fn fault(&self) -> Option<String> {
        let Self::Positions(resume) = self else {
            return None;
        };
        let mut seen = BTreeSet::new();
        resume.positions.iter().find_map(|position| {
            let Position {
                partition, offset, ..
            } = *position;
            if partition < 0 || offset < 0 {
                return Some(format!(
                    "partition {partition}, offset {offset}: neither may be negative"
                ));
            }
            (!seen.insert(partition)).then(|| format!("partition {partition} is listed twice"))
        })
    }
}

/// How a start is written on a command line or in a link.
pub const START_FORMS: &str =
    "earliest, latest, last:N, time:MILLISECONDS or offsets:PARTITION=OFFSET,…";

impl FromStr for StartFrom {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || format!("\"{text}\" is not a start: write {START_FORMS}");
        match text.split_once(':') {
            None if text == "earliest" => Ok(Self::Earliest),
            None if text == "latest" => Ok(Self::Latest),
            Some(("last", count)) => count.parse().map(Self::Last).map_err(|_| unknown()),
            Some(("time", millis)) => millis
                .parse()
                .map(Self::TimestampMillis)
                .map_err(|_| unknown()),
            Some(("offsets", list)) => {
                let positions = list.split(',').map(position).collect::<Option<Vec<_>>>();
                let positions = positions.ok_or_else(unknown)?;
                let start = Self::Positions(Resume {
                    cluster_id: None,
                    positions,
                    others: Edge::Earliest,
                });
                start.fault().map_or(Ok(start), Err)
            }
            _ => Err(unknown()),
        }
    }
}

fn position(text: &str) -> Option<Position> {
    let (partition, offset) = text.split_once('=')?;
    Some(Position {
        partition: partition.parse().ok()?,
        offset: offset.parse().ok()?,
        leader_epoch: None,
    })
}

impl fmt::Display for StartFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Earliest => f.write_str("earliest"),
            Self::Latest => f.write_str("latest"),
            Self::Last(count) => write!(f, "last:{count}"),
            Self::TimestampMillis(millis) => write!(f, "time:{millis}"),
            Self::Positions(resume) => {
                f.write_str("offsets:")?;
                for (place, position) in resume.positions.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    write!(f, "{comma}{}={}", position.partition, position.offset)?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_written_alike() {
        for text in [
            "earliest",
            "latest",
            "last:100",
            "time:-1",
            "offsets:0=5,2=0",
        ] {
            assert_eq!(text.parse::<StartFrom>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn anything_else_names_the_forms() {
        for text in [
            "",
            "newest",
            "last:",
            "last:-1",
            "offsets:",
            "offsets:0",
            "offsets:0=x",
        ] {
            let message = text.parse::<StartFrom>().unwrap_err();
            assert!(message.contains("last:N"), "{message}");
        }
        assert!(
            "offsets:0=1,0=2"
                .parse::<StartFrom>()
                .unwrap_err()
                .contains("twice")
        );
        assert!(
            "offsets:0=-1"
                .parse::<StartFrom>()
                .unwrap_err()
                .contains("negative")
        );
    }
}
