//! A run as bytes, to be gone on with in another tab: what the page draws of the batches so far, and
//! the learner's snapshot. Raw records are not among it.
//!
//! First come 8 bytes, the hash of all that follows (little endian), by which damage shows; then
//! the page's part; then the snapshot.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use shared::batch::Batcher;
use shared::decode::BadRecord;
use shared::learner::{Explained, Learner, Report, Snapshot};
use shared::record::Position;
use shared::run_log::Hash;
use shared::save::Metrics;
use shared::wire::{Edge, Resume};

use super::log::Log;
use super::raw::Raw;
use super::same_window::SameWindow;
use super::{Outbox, Run};
use crate::bounded::Thinned;
use crate::port::{KeptRun, Mark, Point, Rate, RunConfig, SourceConfig, decode_first, encode};

/// The version of what is kept. It rises with every change of a type in it, for a reader of other
/// types would take one number for another; a test below knows the bytes of each version.
pub(in crate::worker) const VERSION: u32 = 4;

/// The page's part.
#[derive(Serialize, Deserialize)]
struct Body {
    source: SourceConfig,
    rate: Rate,
    seeds: Vec<(u64, u64)>,
    chart: Thinned<Point>,
    metrics: Thinned<Metrics>,
    bad: VecDeque<BadRecord>,
    bad_kinds: BTreeMap<String, u64>,
    same_window: SameWindow,
    marks: Vec<Mark>,
    trigger_changed: bool,
    last: Option<Report>,
    explained: Option<(u64, Explained)>,
    log: Log,
}

impl Run {
    /// All of it but the records that wait: they are read again.
    pub(crate) fn kept(&self, rate: Rate) -> Result<Vec<u8>, String> {
        let body = Body {
            source: self.source.clone(),
            rate,
            seeds: self.seeds.clone(),
            chart: self.chart.clone().map(|point| Point::clone(&point)),
            metrics: self.metrics.clone(),
            bad: self.bad.clone(),
            bad_kinds: self.bad_kinds.clone(),
            same_window: self.same_window.clone(),
            marks: self.marks.clone(),
            trigger_changed: self.trigger_changed,
            last: self.outbox.last_report(),
            explained: self.outbox.last_explained(),
            log: self.log.clone(),
        };
        let mut kept = encode(&body).map_err(|error| error.to_string())?;
        kept.extend(self.learner.snapshot().to_bytes());
        kept.splice(..0, Hash::of(&kept).0.to_le_bytes());
        Ok(kept)
    }

    /// What is told of it before it is opened.
    pub(crate) fn kept_head(&self, id: String, written_millis: f64) -> KeptRun {
        let counters = self.counters();
        let phrases = self.phrases();
        KeptRun {
            id,
            version: VERSION,
            written_millis,
            batches: counters.batches,
            records: counters.records,
            words: phrases[..phrases.len().min(4)].join(" · "),
        }
    }

    /// The run that was kept, and its rate.
    pub(crate) fn opened(bytes: &[u8]) -> Result<(Self, Rate), String> {
        let (_, kept) = bytes
            .split_first_chunk()
            .filter(|(hash, kept)| Hash::of(kept).0 == u64::from_le_bytes(**hash))
            .ok_or("it is damaged")?;
        let (body, snapshot): (Body, _) = decode_first(kept)
            .map_err(|_| "it was written by another version of this page".to_owned())?;
        let learner = Snapshot::from_bytes(snapshot)
            .and_then(Learner::restore)
            .map_err(|error| error.to_string())?;
        let mut outbox = Outbox::new();
        outbox.put_back(body.last, body.explained);
        let run = Self {
            batcher: Batcher::new(learner.settings().trigger),
            learner,
            outbox,
            metrics: body.metrics,
            bad: body.bad,
            bad_kinds: body.bad_kinds,
            same_window: body.same_window,
            arrival: None,
            source: body.source,
            seeds: body.seeds,
            chart: body.chart.map(Rc::new),
            marks: body.marks,
            trigger_changed: body.trigger_changed,
            raw: Raw::default(),
            log: body.log,
        };
        Ok((run, body.rate))
    }

    /// What defines the run now.
    pub(crate) fn config(&self, rate: Rate) -> RunConfig {
        RunConfig {
            source: self.source.clone(),
            rate,
            settings: self.learner.settings().clone(),
        }
    }

    /// The chart as the page keeps it.
    pub(crate) fn history(&self) -> Thinned<Point> {
        self.chart.clone().map(|point| Point::clone(&point))
    }

    /// The index of the next record of the simulation, and the seeds from there on, each with the
    /// index of its first record.
    pub(crate) fn simulated_place(&self) -> (u64, &[(u64, u64)]) {
        let places = self.log.next_places(&self.learner);
        let next = places.first();
        let next = next.map_or(0, |position| position.offset.unsigned_abs());
        (next, &self.seeds)
    }

    /// Where reading a topic goes on: behind what was learned from, and where it began in
    /// partitions of which nothing was. None where that is not known: there the settings say where
    /// to begin.
    pub(crate) fn resume(&self) -> Option<Resume> {
        let positions = self.log.next_places(&self.learner);
        (!positions.is_empty()).then(|| Resume {
            cluster_id: self.log.cluster_id().map(str::to_owned),
            positions,
            others: Edge::Earliest,
        })
    }

    /// Where reading the topic began.
    pub(crate) fn start(&self) -> &[Position] {
        self.log.start()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{begun, fed, push};
    use super::*;
    use crate::port::SaveKind;
    use crate::worker::simulated::Simulated;

    fn taken(run: &mut Run, source: &mut Simulated, records: u32) {
        for _ in 0..records {
            run.push(&source.next()).unwrap();
        }
    }

    fn reopened(run: &Run) -> Run {
        Run::opened(&run.kept(Rate::Unlimited).unwrap()).unwrap().0
    }

    #[test]
    fn a_run_gone_on_with_has_every_file_of_one_that_was_never_interrupted() {
        let mut whole = begun(100);
        push(&mut whole, 0, b"not json");
        let mut source = Simulated::new(7);
        source.next();
        taken(&mut whole, &mut source, 1250);
        let mut first = begun(100);
        push(&mut first, 0, b"not json");
        let mut source = Simulated::new(7);
        source.next();
        taken(&mut first, &mut source, 770);
        let mut again = reopened(&first);
        drop(first);
        assert_eq!(again.waiting(), 0, "they are read again");
        let (next, seeds) = again.simulated_place();
        assert_eq!(next, 700);
        let mut source = Simulated::going_on(next, seeds);
        taken(&mut again, &mut source, 551);
        assert_eq!(again.waiting(), whole.waiting());
        for kind in [
            SaveKind::Model,
            SaveKind::Metrics,
            SaveKind::AllMetrics,
            SaveKind::BadRecords,
            SaveKind::Chart,
            SaveKind::Log,
        ] {
            assert_eq!(again.file(kind), whole.file(kind), "{kind:?}");
        }
    }

    #[test]
    fn a_seed_that_was_changed_in_the_middle_of_a_batch_changes_there_again() {
        let run = |interrupted: bool| {
            let mut run = begun(100);
            let mut source = Simulated::new(7);
            taken(&mut run, &mut source, 250);
            run.new_data(8, source.index());
            source.reseed(8);
            taken(&mut run, &mut source, 20);
            if interrupted {
                run = reopened(&run);
                let (next, seeds) = run.simulated_place();
                source = Simulated::going_on(next, seeds);
                taken(&mut run, &mut source, 70);
            }
            taken(&mut run, &mut source, 330);
            run.file(SaveKind::Model).unwrap()
        };
        assert_eq!(run(true), run(false));
    }

    #[test]
    fn a_reopened_run_reports_its_last_batch() {
        let mut run = begun(100);
        fed(&mut run, 300);
        let mut again = reopened(&run);
        let counters = again.counters();
        assert_eq!(counters, run.counters());
        let progress = again.progress(9, (false, 0), counters).unwrap();
        assert_eq!(progress.report.unwrap().batch_id, 2);
        assert!(progress.points.is_empty() && progress.explained.is_some());
        assert_eq!(again.history().seen(), 3);
    }

    #[test]
    fn what_is_not_a_kept_run_is_refused() {
        let mut run = begun(20);
        fed(&mut run, 60);
        let bytes = run.kept(Rate::Unlimited).unwrap();
        for end in 0..bytes.len() {
            assert!(Run::opened(&bytes[..end]).is_err(), "{end} bytes");
        }
        let longer = [&bytes[..], b"\0"].concat();
        assert!(Run::opened(&longer).is_err());
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1 << (place % 8);
            assert!(Run::opened(&damaged).is_err(), "byte {place}");
        }
    }

    #[test]
    fn bytes_that_were_made_to_harm_are_refused_or_gone_on_with() {
        let mut run = begun(20);
        fed(&mut run, 60);
        let bytes = run.kept(Rate::Unlimited).unwrap();
        let (_, kept) = bytes.split_first_chunk::<8>().unwrap();
        let mut gone_on = 0;
        for place in 0..kept.len() {
            for flip in [1, 0x40, 0x80] {
                let mut kept = kept.to_vec();
                kept[place] ^= flip;
                let hash = Hash::of(&kept).0.to_le_bytes();
                if let Ok((mut other, rate)) = Run::opened(&[&hash[..], &kept].concat()) {
                    let waiting = other.waiting();
                    let _ = (push(&mut other, 60, b"{}"), waiting);
                    let _ = (other.counters(), other.history(), other.config(rate));
                    let _ = other.kept(rate);
                    gone_on += 1;
                }
            }
        }
        assert!(gone_on > 100, "{gone_on}");
    }

    /// The version, and the hash of a run that has a part of everything. When the hash differs, a
    /// kept run has other bytes, and the page would read those that browsers hold as something
    /// else: raise `VERSION` above and here, and take over the hash that the failure tells.
    const GOLDEN: (u32, &str) = (4, "440f23ad6414b8ed");

    #[test]
    fn kept_bytes_of_one_version_stay_the_same() {
        let mut run = begun(20);
        push(&mut run, 0, b"not json");
        let mut source = Simulated::new(7);
        source.next();
        taken(&mut run, &mut source, 50);
        run.new_data(8, source.index());
        source.reseed(8);
        taken(&mut run, &mut source, 50);
        run.counters();
        let bytes = run.kept(Rate::Unlimited).unwrap();
        let hash = Hash::of(&bytes).to_string();
        assert_eq!(
            (VERSION, hash.as_str()),
            GOLDEN,
            "a kept run has other bytes: GOLDEN says what to do"
        );
    }
}
