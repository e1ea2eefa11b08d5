//! What is shown of a run while it goes on: a line per batch where output is piped, and on a
//! terminal a view that stays in its place, with rate, lag and accuracy.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use shared::learner::{Learner, Report};
use shared::record::Position;

use super::told;
use crate::cli::input::EndsNow;

/// How often the view is drawn.
const FRAME: Duration = Duration::from_millis(200);
/// How often the source is asked where it ends.
const LOOK_AT_ENDS: Duration = Duration::from_secs(1);
/// The rate is that of about the last two seconds.
const RATE_FRAMES: usize = 10;
/// Batches in the sparkline.
const SPARKS: usize = 40;

/// What is shown.
pub(super) enum View {
    Lines,
    Live(Live),
}

/// A view on a terminal, drawn by a thread of its own.
pub(super) struct Live {
    shown: Arc<Mutex<Shown>>,
    bar: ProgressBar,
    drawing: Option<(SyncSender<()>, JoinHandle<()>)>,
}

/// What the view is made of.
#[derive(Clone, Debug, Default)]
struct Shown {
    batches: u64,
    models: u64,
    records: u64,
    bad_records: u64,
    /// Of the last batches, before learning.
    accuracies: VecDeque<f64>,
    window: Option<f64>,
    positions: Vec<Position>,
}

impl View {
    /// The view that suits stdout.
    pub(super) fn new(learner: &Learner, ends: Option<EndsNow>) -> Self {
        if !io::stdout().is_terminal() {
            return Self::Lines;
        }
        let counters = learner.counters();
        let shown = Arc::new(Mutex::new(Shown {
            batches: counters.batches,
            models: counters.models,
            records: counters.records,
            bad_records: counters.bad_records,
            positions: learner.positions().to_vec(),
            ..Shown::default()
        }));
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stdout());
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        let (end, ended) = mpsc::sync_channel(1);
        let mut drawing = Drawing {
            shown: Arc::clone(&shown),
            bar: bar.clone(),
            ends,
            last: None,
            seen: VecDeque::new(),
        };
        let drawing = thread::spawn(move || {
            while ended.recv_timeout(FRAME) == Err(RecvTimeoutError::Timeout) {
                drawing.draw();
            }
            drawing.draw();
        });
        Self::Live(Live {
            shown,
            bar,
            drawing: Some((end, drawing)),
        })
    }

    /// A batch was learned from.
    pub(super) fn batch(&mut self, report: &Report, learner: &Learner) -> anyhow::Result<()> {
        match self {
            Self::Lines => {
                let mut stdout = io::stdout().lock();
                writeln!(stdout, "{}", told::line(report)).context("cannot write to stdout")
            }
            Self::Live(live) => {
                if told::is_remarkable(report) {
                    live.bar.println(told::line(report));
                }
                lock(&live.shown).take_in(report, learner);
                Ok(())
            }
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some((end, drawing)) = self.drawing.take() {
            drop(end);
            // A view that cannot be drawn is no reason to fail.
            let _ = drawing.join();
        }
        self.bar.abandon();
    }
}

fn lock(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Drawing {
    shown: Arc<Mutex<Shown>>,
    bar: ProgressBar,
    ends: Option<EndsNow>,
    /// When the source was asked last, and where it ended.
    last: Option<(Instant, Vec<Position>)>,
    /// Records at the last frames.
    seen: VecDeque<(Instant, u64)>,
}

impl Drawing {
    fn draw(&mut self) {
        let shown = lock(&self.shown).clone();
        self.look_at_ends();
        let rate = self.rate(shown.records);
        let lag = self
            .last
            .as_ref()
            .map(|(_, ends)| lag(ends, &shown.positions));
        self.bar.set_message(shown.text(rate, lag));
    }

    fn look_at_ends(&mut self) {
        let is_due = |(asked, _): &(Instant, _)| asked.elapsed() >= LOOK_AT_ENDS;
        if let (Some(ends), true) = (&self.ends, self.last.as_ref().is_none_or(is_due)) {
            self.last = ends().map(|ends| (Instant::now(), ends));
        }
    }

    /// Records a second over the last frames.
    fn rate(&mut self, records: u64) -> f64 {
        let now = Instant::now();
        self.seen.push_back((now, records));
        while self.seen.len() > RATE_FRAMES {
            self.seen.pop_front();
        }
        let Some((then, before)) = self.seen.front() else {
            return 0.0;
        };
        // Far fewer than 2⁵³.
        #[expect(clippy::cast_precision_loss)]
        let came = records.saturating_sub(*before) as f64;
        let seconds = now.duration_since(*then).as_secs_f64();
        if seconds > 0.0 { came / seconds } else { 0.0 }
    }
}

/// Records that the source has and the run has not read.
fn lag(ends: &[Position], positions: &[Position]) -> u64 {
    let of = |partition: i32| {
        let mut positions = positions.iter();
        positions.find(|position| position.partition == partition)
    };
    ends.iter()
        .map(|end| {
            let read = of(end.partition).map_or(0, |position| position.offset);
            end.offset.saturating_sub(read).max(0).unsigned_abs()
        })
        .sum()
}

impl Shown {
    fn take_in(&mut self, report: &Report, learner: &Learner) {
        self.batches = report.batch_id + 1;
        self.models = report.model_id;
        self.records = report.total_records;
        self.bad_records = report.total_bad_records;
        self.window = report.window.accuracy();
        self.positions = learner.positions().to_vec();
        if let Some(accuracy) = report.tested.accuracy() {
            self.accuracies.push_back(accuracy);
        }
        while self.accuracies.len() > SPARKS {
            self.accuracies.pop_front();
        }
    }

    fn text(&self, rate: f64, lag: Option<u64>) -> String {
        let Self {
            batches,
            models,
            records,
            bad_records,
            ..
        } = self;
        let lag = lag.map_or_else(String::new, |lag| format!(", {lag} behind the end"));
        let first = format!(
            "{batches} batches, {models} models, {records} records, {bad_records} bad; {rate:.0} records/s{lag}"
        );
        let Some(last) = self.accuracies.back() else {
            return format!("{first}\nwaiting for the first batch");
        };
        let (low, high) = range(&self.accuracies);
        let window = self.window.unwrap_or_default();
        format!(
            "{first}\naccuracy before learning {} {last:.3} (shown {low:.3} to {high:.3}), {window:.3} over the window",
            sparkline(&self.accuracies)
        )
    }
}

fn range(values: &VecDeque<f64>) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (low, high)
}

/// A bar a value, between the lowest and the highest of them.
fn sparkline(values: &VecDeque<f64>) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (low, high) = range(values);
    let bar = |value: &f64| {
        let height = if high > low {
            (value - low) / (high - low)
        } else {
            0.5
        };
        // Between 0 and 7.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let place = (height * 7.0).round() as usize;
        BARS[place.min(7)]
    };
    values.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_goes_from_the_lowest_to_the_highest() {
        let values = [0.5, 0.6, 0.7, 0.85].into_iter().collect();
        assert_eq!(sparkline(&values), "▁▃▅█");
        assert_eq!(sparkline(&[0.7, 0.7].into_iter().collect()), "▅▅");
        assert_eq!(sparkline(&VecDeque::new()), "");
    }

    #[test]
    fn lag_is_what_the_partitions_have_beyond_what_was_read() {
        let at = |partition, offset| Position {
            partition,
            offset,
            leader_epoch: None,
        };
        assert_eq!(
            lag(&[at(0, 10), at(1, 5), at(2, 3)], &[at(0, 4), at(2, 9)]),
            11
        );
    }

    #[test]
    fn the_view_tells_counts_rate_lag_and_accuracy() {
        let shown = Shown {
            batches: 3,
            models: 2,
            records: 900,
            bad_records: 4,
            accuracies: [0.5, 0.75].into_iter().collect(),
            window: Some(0.625),
            positions: Vec::new(),
        };
        assert_eq!(
            shown.text(1234.4, Some(17)),
            "3 batches, 2 models, 900 records, 4 bad; 1234 records/s, 17 behind the end\n\
             accuracy before learning ▁█ 0.750 (shown 0.500 to 0.750), 0.625 over the window"
        );
        assert!(
            Shown::default()
                .text(0.0, None)
                .ends_with("waiting for the first batch")
        );
    }
}
