//! A run: records in, batches learned from, and what its files need. No clock and no browser.

mod about;
mod begun;
mod changes;
mod everything;
mod files;
mod kept;
mod log;
mod raw;
mod readme;
mod same_window;

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use shared::batch::{Batch, Batcher, Trigger};
use shared::decode::BadRecord;
use shared::learner::{Learner, Report, StepError};
use shared::record::{Position, Record};
use shared::run_log::{BatchEntry, input_hash};
use shared::save::Metrics;
use shared::settings::{Settings, SettingsError};

pub(crate) use self::about::{public_url, settings_words, source_words};
pub(super) use self::everything::Everything;
pub(super) use self::kept::VERSION as KEPT_VERSION;
use self::log::Log;
pub(crate) use self::log::StartModel;
use self::raw::Raw;
use self::same_window::SameWindow;
use super::outbox::{Outbox, Parcel};
use crate::bounded::Thinned;
use crate::port::{Arrival, BadSummary, Counters, MAX_POINTS, Mark, Point, Progress, SourceConfig};

/// Batches whose metrics are kept for the CSV file; beyond it the older half is thinned, which the
/// batch ids in the file show.
const MAX_METRICS: usize = 100_000;

/// Bad records that are kept for the download.
const MAX_BAD_RECORDS: usize = 10_000;

/// Bad records that the page shows.
const SHOWN_BAD_RECORDS: usize = 16;

/// Most bytes of a waiting record's value that the page shows.
const ARRIVAL_BYTES: usize = 1024;

/// The learner with its batch being filled and all that is kept of the batches before.
pub(crate) struct Run {
    batcher: Batcher,
    learner: Learner,
    outbox: Outbox,
    metrics: Thinned<Metrics>,
    bad: VecDeque<BadRecord>,
    bad_kinds: BTreeMap<String, u64>,
    same_window: SameWindow,
    arrival: Option<Arrival>,
    source: SourceConfig,
    /// The seeds of a simulation, each with the index of its first record: those of records that
    /// were not learned from yet.
    seeds: Vec<(u64, u64)>,
    /// The chart's points.
    chart: Thinned<Rc<Point>>,
    marks: Vec<Mark>,
    /// The trigger is not the one that the run began with.
    trigger_changed: bool,
    raw: Raw,
    log: Log,
}

impl Run {
    pub(super) fn new(settings: &Settings, source: SourceConfig) -> Result<Self, SettingsError> {
        let learner = Learner::new(settings.clone())?;
        let log = Log::new(settings.clone(), source.clone());
        Ok(Self::of(learner, source, log))
    }

    /// A run of which nothing has come yet.
    fn of(learner: Learner, source: SourceConfig, log: Log) -> Self {
        let settings = learner.settings();
        Self {
            batcher: Batcher::new(settings.trigger),
            outbox: Outbox::new(),
            metrics: Thinned::new(MAX_METRICS),
            bad: VecDeque::new(),
            bad_kinds: BTreeMap::new(),
            same_window: SameWindow::new(settings.evaluation.window_records.get()),
            arrival: None,
            seeds: match source {
                SourceConfig::Simulated { seed } => vec![(0, seed)],
                SourceConfig::Relay { .. } => Vec::new(),
            },
            learner,
            log,
            source,
            chart: Thinned::new(MAX_POINTS),
            marks: Vec::new(),
            trigger_changed: false,
            raw: Raw::default(),
        }
    }

    /// Takes a record in. `true` when it completed a batch, which was then learned from.
    pub(super) fn push(&mut self, record: &Record<'_>) -> Result<bool, StepError> {
        if !self.batcher.push(record) {
            return Ok(false);
        }
        self.learn()
    }

    /// Learns from the records that wait, however many there are. `false` when there are none.
    pub(super) fn learn(&mut self) -> Result<bool, StepError> {
        let Some(batch) = self.batcher.cut() else {
            return Ok(false);
        };
        let explain = self.outbox.wants_explained().then(|| chosen(batch));
        let input = self.log.is_open().then(|| input_hash(batch));
        let report = self.learner.step(batch, explain)?;
        let partitions = report.ranges.iter().map(|range| range.partition);
        self.log.note_read(partitions);
        if let Some(input) = input {
            let entry = BatchEntry::new(input, batch, &report, &self.learner);
            self.log.add(&entry);
        }
        self.raw.add(report.batch_id, batch);
        self.arrival = None;
        self.keep(report);
        Ok(true)
    }

    /// Learns from the records that wait if a smaller trigger has completed their batch.
    pub(super) fn learn_if_complete(&mut self) -> Result<bool, StepError> {
        if self.batcher.pending() > 0 && self.batcher.is_complete() {
            return self.learn();
        }
        Ok(false)
    }

    fn keep(&mut self, report: Report) {
        self.metrics.push(report.metrics());
        for record in &report.bad {
            if self.bad.len() >= MAX_BAD_RECORDS {
                self.bad.pop_front();
            }
            self.bad.push_back(record.clone());
        }
        for (kind, count) in &report.bad_reasons {
            *self.bad_kinds.entry(kind.clone()).or_default() += count;
        }
        let same_window = self.same_window.add(report.same_batch);
        let point = self.outbox.add(report, same_window);
        self.chart.push(Rc::new(point));
    }

    /// Takes in a record that was asked for by a step: while it waits for its batch it is shown.
    pub(super) fn push_shown(&mut self, record: &Record<'_>) -> Result<bool, StepError> {
        self.outbox.touch();
        self.arrival = Some(Arrival {
            partition: record.partition,
            offset: record.offset,
            value: beginning(record.value.unwrap_or_default()),
        });
        self.push(record)
    }

    /// The relay has said which topic it hands out, where reading began, and of which cluster it is.
    pub(super) fn set_topic(&mut self, name: &str, start: &[Position], cluster: Option<&str>) {
        if let SourceConfig::Relay { topic, .. } = &mut self.source {
            *topic = Some(name.to_owned());
        }
        self.log.set_origin(name, start, cluster);
    }

    /// Keeps the raw records of the batches from now on, or no more.
    pub(crate) fn keep_raw(&mut self, keep: bool) {
        self.raw.keep(keep);
        self.touch();
    }

    pub(super) fn source(&self) -> &SourceConfig {
        &self.source
    }

    pub(super) fn trigger(&self) -> Trigger {
        self.batcher.trigger()
    }

    /// Whether it has learned from a record: it may have begun with a model that had.
    pub(crate) fn has_learned(&self) -> bool {
        self.learner.counters().records > 0
    }

    /// Records that wait for their batch to be complete.
    pub(super) fn waiting(&self) -> u64 {
        self.batcher.pending() as u64
    }

    pub(super) fn counters(&self) -> Counters {
        let counted = self.learner.counters();
        Counters {
            records: counted.records,
            batches: counted.batches,
            models: counted.models,
            bad_records: counted.bad_records,
            records_per_second: 0.0,
            lag: None,
        }
    }

    /// What a report tells changed.
    pub(super) fn touch(&mut self) {
        self.outbox.touch();
    }

    /// The page has drawn the last report.
    pub(super) fn acknowledged(&mut self) {
        self.outbox.acknowledged();
    }

    /// The next report to send, if one is due.
    pub(super) fn progress(
        &mut self,
        run: u32,
        (running, commands): (bool, u32),
        counters: Counters,
    ) -> Option<Progress> {
        let Parcel {
            points,
            report,
            explained,
        } = self.outbox.take()?;
        Some(Progress {
            run,
            points,
            report,
            explained,
            counters,
            waiting: self.waiting(),
            arrival: self.arrival.clone(),
            running,
            commands,
            bad: self.bad_summary(),
            marks: self.marks.clone(),
            raw: self.raw.summary(),
            log: self.log.summary(),
            refused: self.refused_files(),
            folder: None,
        })
    }

    fn bad_summary(&self) -> BadSummary {
        let mut kinds: Vec<_> = self
            .bad_kinds
            .iter()
            .map(|(kind, n)| (kind.clone(), *n))
            .collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        BadSummary {
            newest: self
                .bad
                .iter()
                .rev()
                .take(SHOWN_BAD_RECORDS)
                .cloned()
                .collect(),
            kinds,
            kept: self.bad.len() as u64,
        }
    }
}

/// The record of a batch that is followed through its update: another place in every batch, by
/// the offsets alone, so that the choice never depends on time.
fn chosen(batch: &Batch) -> usize {
    let first = batch
        .get(0)
        .map_or(0, |record| record.offset.unsigned_abs());
    let length = batch.len() as u64;
    let place = first
        .wrapping_mul(2_654_435_761)
        .wrapping_add(first / length)
        % length;
    usize::try_from(place).unwrap_or(0)
}

fn beginning(value: &[u8]) -> String {
    String::from_utf8_lossy(&value[..value.len().min(ARRIVAL_BYTES)]).into_owned()
}

#[cfg(test)]
pub(crate) mod tests;
