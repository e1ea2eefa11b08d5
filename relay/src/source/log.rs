//! A log in this process: the generator's records, one becoming visible every `1/rate` seconds.
//!
//! Record i is a pure function of the seed and i, so the log holds every record without keeping
//! any, and offset i is record i of every other place that uses the seed.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use shared::generate::LoanStream;
use shared::record::{Position, Record};

use super::{Ends, Event, PartitionState, Reader, Source, SourceError, TopicState};

/// The one partition.
const PARTITION: i32 = 0;
/// Records handed over by one poll at most.
const POLL_RECORDS: i64 = 1024;
/// After a restart the log follows a client at most this far beyond its own end.
const MOST_RECORDS_AHEAD: i64 = 10_000_000;

/// The log.
#[derive(Clone, Debug)]
pub struct InProcessLog {
    topics: Vec<String>,
    seed: u64,
    clock: Arc<Clock>,
}

/// Says how many records are visible.
#[derive(Debug)]
struct Clock {
    start: Instant,
    records_per_second: f64,
    /// Records that were visible at the start: those a client has seen before a restart.
    head_start: AtomicI64,
}

impl Clock {
    fn high(&self) -> i64 {
        let elapsed = self.start.elapsed().as_secs_f64() * self.records_per_second;
        // A float beyond i64 saturates; rates are bounded far below.
        #[allow(clippy::cast_possible_truncation)]
        let elapsed = elapsed as i64;
        self.head_start
            .load(Ordering::Relaxed)
            .saturating_add(elapsed)
    }

    /// How long until record `offset` is visible; zero if it is.
    fn until(&self, offset: i64) -> Duration {
        let missing = (offset + 1).saturating_sub(self.high());
        if missing <= 0 {
            return Duration::ZERO;
        }
        // Counts below 2^52 are exact.
        #[allow(clippy::cast_precision_loss)]
        let seconds = missing as f64 / self.records_per_second;
        Duration::from_secs_f64(seconds.min(3600.0))
    }
}

impl InProcessLog {
    /// A log under this name that begins empty and grows from now on.
    #[must_use]
    pub fn new(topic: &str, seed: u64, records_per_second: f64) -> Self {
        let clock = Clock {
            start: Instant::now(),
            records_per_second: records_per_second.clamp(0.001, 1e9),
            head_start: AtomicI64::new(0),
        };
        Self {
            topics: vec![topic.to_owned()],
            seed,
            clock: Arc::new(clock),
        }
    }
}

impl Source for InProcessLog {
    fn topics(&self) -> &[String] {
        &self.topics
    }

    fn describe(&self, _topic: &str) -> Result<TopicState, SourceError> {
        let ends = Ok(Ends {
            low: 0,
            high: self.clock.high(),
        });
        Ok(TopicState {
            cluster_id: Some(format!("in-process-seed-{}", self.seed)),
            partitions: vec![PartitionState {
                partition: PARTITION,
                ends,
            }],
        })
    }

    fn offset_at(
        &self,
        _topic: &str,
        _partition: i32,
        timestamp_millis: i64,
    ) -> Result<Option<i64>, SourceError> {
        let mut stream = LoanStream::new(self.seed);
        let (mut key, mut value) = (Vec::new(), Vec::new());
        let mut timestamp = |offset: i64| {
            stream.seek(u64::try_from(offset).unwrap_or(0));
            stream.next_into(&mut key, &mut value).timestamp_millis
        };
        let (mut low, mut high) = (0, self.clock.high());
        let end = high;
        while low < high {
            let middle = low + (high - low) / 2;
            if timestamp(middle) < timestamp_millis {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok((low < end).then_some(low))
    }

    fn open(&self, _topic: &str, starts: &[Position]) -> Result<Box<dyn Reader>, SourceError> {
        let start = starts.first().map_or(0, |position| position.offset);
        let mut stream = LoanStream::new(self.seed);
        stream.seek(u64::try_from(start).unwrap_or(0));
        Ok(Box::new(LogReader {
            stream,
            next: start,
            clock: Arc::clone(&self.clock),
            key: Vec::new(),
            value: Vec::new(),
        }))
    }

    fn was_read(&self, _topic: &str, position: Position) {
        let missing = position.offset.saturating_sub(self.clock.high());
        if position.partition == PARTITION && (1..=MOST_RECORDS_AHEAD).contains(&missing) {
            self.clock.head_start.fetch_add(missing, Ordering::Relaxed);
        }
    }
}

struct LogReader {
    stream: LoanStream,
    next: i64,
    clock: Arc<Clock>,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Reader for LogReader {
    fn poll(
        &mut self,
        wait: Duration,
        visit: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Result<bool, SourceError> {
        thread::sleep(self.clock.until(self.next).min(wait));
        let high = self.clock.high();
        let end = high.min(self.next + POLL_RECORDS);
        while self.next < end {
            let place = self.stream.next_into(&mut self.key, &mut self.value);
            let record = Record {
                partition: PARTITION,
                offset: self.next,
                leader_epoch: None,
                timestamp_millis: place.timestamp_millis,
                key: Some(&self.key),
                value: Some(&self.value),
            };
            self.next += 1;
            if visit(Event::Record(record, &[])).is_break() {
                break;
            }
        }
        Ok(self.next < high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(reader: &mut dyn Reader, count: usize) -> Vec<(i64, Vec<u8>)> {
        let mut records = Vec::new();
        while records.len() < count {
            reader
                .poll(Duration::from_secs(1), &mut |event| {
                    if let Event::Record(record, _) = event {
                        records.push((record.offset, record.value.unwrap().to_vec()));
                    }
                    if records.len() == count {
                        ControlFlow::Break(())
                    } else {
                        ControlFlow::Continue(())
                    }
                })
                .unwrap();
        }
        records
    }

    fn at(offset: i64) -> Position {
        Position {
            partition: PARTITION,
            offset,
            leader_epoch: None,
        }
    }

    #[test]
    fn a_reader_begins_anywhere_and_sees_the_same_records() {
        let log = InProcessLog::new("t", 42, 1e6);
        let all = read(log.open("t", &[at(0)]).unwrap().as_mut(), 20);
        let rest = read(log.open("t", &[at(15)]).unwrap().as_mut(), 5);
        assert_eq!(all[15..], rest);
        assert_eq!(
            all.iter().map(|(offset, _)| *offset).collect::<Vec<_>>(),
            (0..20).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_record_that_is_not_due_is_not_seen() {
        let log = InProcessLog::new("t", 42, 0.001);
        let mut reader = log.open("t", &[at(0)]).unwrap();
        let mut seen = 0;
        let visit = &mut |_: Event<'_>| {
            seen += 1;
            ControlFlow::Continue(())
        };
        assert!(!reader.poll(Duration::from_millis(1), visit).unwrap());
        assert_eq!(seen, 0);
    }

    #[test]
    fn after_a_restart_the_log_follows_its_clients_within_reason() {
        let log = InProcessLog::new("t", 42, 0.001);
        log.was_read("t", at(500));
        assert_eq!(log.clock.high(), 500);
        log.was_read("t", at(400));
        log.was_read("t", at(i64::MAX));
        assert_eq!(log.clock.high(), 500);
    }

    #[test]
    fn timestamps_are_found() {
        let log = InProcessLog::new("t", 42, 0.001);
        log.was_read("t", at(500));
        let mut stream = LoanStream::new(42);
        stream.seek(123);
        let millis = stream
            .next_into(&mut Vec::new(), &mut Vec::new())
            .timestamp_millis;
        assert_eq!(log.offset_at("t", 0, millis), Ok(Some(123)));
        assert_eq!(log.offset_at("t", 0, i64::MIN), Ok(Some(0)));
        assert_eq!(log.offset_at("t", 0, i64::MAX), Ok(None));
    }
}
