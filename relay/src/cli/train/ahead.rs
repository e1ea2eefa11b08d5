//! Reading ahead: one thread reads, cuts and decodes batches while another one learns from those
//! before. The batches and their order are the same as without.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::{Duration, Instant};
use std::{panic, thread};

use shared::batch::{Batcher, Trigger};
use shared::learner::{BatchDecoder, DecodedBatch};
use shared::run_log::{InputHash, input_hash};

use super::super::Failure;
use super::super::input::{Filled, Input};

/// Batches that are decoded and wait. More would hide longer waits for the disk or the broker, but
/// a batch can be large.
const WAITING: usize = 4;

/// What reads batches ahead.
pub(super) struct Reader<'a> {
    pub(super) input: &'a mut (dyn Input + Send),
    pub(super) batcher: Batcher,
    pub(super) decoder: BatchDecoder,
    /// No more batches than these.
    pub(super) most_batches: u64,
}

/// A batch that was read, with the hashes of its bytes.
#[derive(Debug, Default)]
pub(super) struct ReadBatch {
    pub(super) decoded: DecodedBatch,
    pub(super) hash: InputHash,
}

impl Reader<'_> {
    /// Gives `learn` one batch after the other, until the input or the number of batches ends,
    /// a signal comes or `learn` fails; batches that are decoded when a signal comes are learned
    /// from.
    pub(super) fn run(
        self,
        is_stopped: &(dyn Fn() -> bool + Sync),
        mut learn: impl FnMut(&mut ReadBatch) -> Result<(), Failure>,
    ) -> Result<Filled, Failure> {
        let (full, decoded) = mpsc::sync_channel(WAITING);
        let (used, empty) = mpsc::sync_channel(WAITING + 2);
        let has_failed = AtomicBool::new(false);
        let is_over = &|| has_failed.load(Ordering::Relaxed) || is_stopped();
        thread::scope(|scope| {
            let reading = scope.spawn(move || self.read(&full, &empty, is_over));
            let learned: Result<(), Failure> = decoded.iter().try_for_each(|mut batch| {
                learn(&mut batch)?;
                // Memory for the reader, which may have come to its end.
                let _ = used.try_send(batch);
                Ok(())
            });
            has_failed.store(learned.is_err(), Ordering::Relaxed);
            // A reader that waits for room goes on, and finds nobody there.
            drop(decoded);
            let filled = reading.join();
            learned?;
            Ok(filled.unwrap_or_else(|panicked| panic::resume_unwind(panicked))?)
        })
    }

    fn read(
        mut self,
        full: &SyncSender<ReadBatch>,
        empty: &Receiver<ReadBatch>,
        is_over: &dyn Fn() -> bool,
    ) -> anyhow::Result<Filled> {
        let mut clock = Clock::new(self.batcher.trigger());
        let mut batches = 0;
        while batches < self.most_batches {
            let is_due = &|| clock.is_due() || is_over();
            let filled = self.input.fill(&mut self.batcher, is_due)?;
            if matches!(filled, Filled::Stopped(_)) && is_over() {
                return Ok(filled);
            }
            clock.go_on();
            let mut batch = empty.try_recv().unwrap_or_default();
            if self.decoder.cut(&mut self.batcher, &mut batch.decoded) {
                batch.hash = input_hash(batch.decoded.batch());
                if full.send(batch).is_err() {
                    break;
                }
                batches += 1;
            }
            if filled == Filled::Ended {
                return Ok(filled);
            }
        }
        Ok(Filled::Complete)
    }
}

/// When a trigger of seconds fires: at whole multiples of its length from the start, so that the time
/// a batch takes does not add up.
struct Clock {
    length: Option<Duration>,
    next: Instant,
}

impl Clock {
    fn new(trigger: Trigger) -> Self {
        let length = match trigger {
            Trigger::Records(_) => None,
            Trigger::Seconds(seconds) => Some(Duration::from_secs(u64::from(seconds.get()))),
        };
        Self {
            length,
            next: Instant::now() + length.unwrap_or_default(),
        }
    }

    fn is_due(&self) -> bool {
        self.length.is_some() && Instant::now() >= self.next
    }

    /// The next moment that has not passed.
    fn go_on(&mut self) {
        if let Some(length) = self.length {
            let now = Instant::now();
            while self.next <= now {
                self.next += length;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use anyhow::{anyhow, ensure};
    use shared::learner::Learner;
    use shared::settings::Settings;

    use super::*;
    use crate::cli::input::plain;

    /// Gives batches of two records, of which `records` are left; then it ends, or waits for a
    /// signal, or fails.
    struct Given {
        records: i64,
        next: i64,
        ends: bool,
    }

    impl Input for Given {
        fn fill(
            &mut self,
            batcher: &mut Batcher,
            is_stopped: &dyn Fn() -> bool,
        ) -> anyhow::Result<Filled> {
            while self.next < self.records {
                self.next += 1;
                if batcher.push(&plain(self.next - 1, b"{}")) {
                    return Ok(Filled::Complete);
                }
            }
            ensure!(self.records >= 0, "no input");
            while !self.ends && !is_stopped() {
                thread::yield_now();
            }
            Ok(if self.ends {
                Filled::Ended
            } else {
                Filled::Stopped(batcher.pending())
            })
        }
    }

    /// The first offset of every batch that came, and how it ended.
    fn run(
        (records, ends): (i64, bool),
        most_batches: u64,
        fails_at: i64,
        is_stopped: &(dyn Fn() -> bool + Sync),
    ) -> (Vec<i64>, Result<Filled, Failure>) {
        let learner = Learner::new(Settings::default()).unwrap();
        let mut input = Given {
            records,
            next: 0,
            ends,
        };
        let reader = Reader {
            input: &mut input,
            batcher: Batcher::new(Trigger::Records(NonZeroU32::new(2).unwrap())),
            decoder: learner.batch_decoder(),
            most_batches,
        };
        let mut came = Vec::new();
        let ended = reader.run(is_stopped, |read| {
            let first = read.decoded.batch().get(0).unwrap().offset;
            came.push(first);
            if first == fails_at {
                return Err(anyhow!("enough").into());
            }
            Ok(())
        });
        (came, ended)
    }

    #[test]
    fn every_batch_comes_once_and_in_order_and_the_last_may_be_short() {
        let (came, ended) = run((101, true), u64::MAX, -1, &|| false);
        assert_eq!(came, (0..=100).step_by(2).collect::<Vec<_>>());
        assert_eq!(ended.unwrap(), Filled::Ended);
    }

    #[test]
    fn no_more_batches_come_than_were_asked_for() {
        let (came, ended) = run((1000, true), 3, -1, &|| false);
        assert_eq!((came, ended.unwrap()), (vec![0, 2, 4], Filled::Complete));
    }

    #[test]
    fn a_learner_that_fails_ends_a_reader_that_waits() {
        for records in [10, 1000] {
            let (came, ended) = run((records, false), u64::MAX, 4, &|| false);
            assert_eq!(came, [0, 2, 4]);
            assert!(matches!(ended, Err(Failure::Other(error)) if error.to_string() == "enough"));
        }
    }

    #[test]
    fn what_was_decoded_is_learned_from_when_a_signal_comes_or_the_input_fails() {
        let (came, ended) = run((7, false), u64::MAX, -1, &|| true);
        assert_eq!((came, ended.unwrap()), (vec![0, 2, 4], Filled::Stopped(1)));
        let (came, ended) = run((-1, true), u64::MAX, -1, &|| false);
        assert!(came.is_empty() && ended.is_err());
    }
}
