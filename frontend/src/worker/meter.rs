//! Records a second, measured over the last second or so.

use std::collections::VecDeque;

/// Time over which the rate is measured.
const SPAN_MILLIS: f64 = 1500.0;

/// Samples kept at most; they are taken at least this far apart.
const STEP_MILLIS: f64 = 100.0;

/// Counts of records at points in time.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    samples: VecDeque<(f64, u64)>,
    count: u64,
}

impl Meter {
    pub(super) fn add(&mut self, records: u64) {
        self.count += records;
    }

    /// The rate by now.
    pub(super) fn per_second(&mut self, now_millis: f64) -> f64 {
        let is_due = |last: &(f64, u64)| now_millis - last.0 >= STEP_MILLIS;
        if self.samples.back().is_none_or(is_due) {
            self.samples.push_back((now_millis, self.count));
        }
        while self.samples.len() > 2 && now_millis - self.samples[1].0 >= SPAN_MILLIS {
            self.samples.pop_front();
        }
        let (since, before) = self.samples[0];
        if now_millis - since < STEP_MILLIS {
            return 0.0;
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "far fewer than 2^53 records in a second"
        )]
        let records = (self.count - before) as f64;
        records * 1000.0 / (now_millis - since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_stream_is_measured_and_silence_falls_to_zero() {
        let mut meter = Meter::default();
        let mut now = 0.0;
        for _ in 0..400 {
            meter.add(5);
            meter.per_second(now);
            now += 10.0;
        }
        let rate = meter.per_second(now);
        assert!((rate - 500.0).abs() < 10.0, "{rate}");
        for _ in 0..20 {
            now += 500.0;
            meter.per_second(now);
        }
        assert!(meter.per_second(now) < 1e-9);
        assert!(meter.samples.len() < 32);
    }

    #[test]
    fn before_a_tenth_of_a_second_there_is_no_rate() {
        let mut meter = Meter::default();
        meter.add(100);
        assert!(meter.per_second(1.0) < 1e-9);
        meter.add(100);
        assert!(meter.per_second(2.0) < 1e-9);
    }
}
