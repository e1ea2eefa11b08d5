//! How many records may be taken by now. A rate of records a second becomes an allowance that
//! grows with time; what was not used is kept for a quarter of a second at most, so that a pause
//! is not made up for in a burst.

use crate::port::Rate;

/// Time whose allowance is kept at most.
const KEPT_MILLIS: f64 = 250.0;

/// The allowance of records, and when it was last topped up.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    rate: Rate,
    allowance: f64,
    at_millis: f64,
}

impl Pace {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            rate,
            allowance: 0.0,
            at_millis: 0.0,
        }
    }

    /// Takes another rate into use from now on.
    pub(super) fn set_rate(&mut self, rate: Rate) {
        self.rate = rate;
        self.allowance = 0.0;
    }

    /// Begins anew after a pause: the time of the pause allows nothing.
    pub(super) fn restart(&mut self, now_millis: f64) {
        self.allowance = 0.0;
        self.at_millis = now_millis;
    }

    /// Takes one record out of the allowance, if there is one.
    pub(super) fn take(&mut self) -> bool {
        match self.rate {
            Rate::Unlimited => true,
            Rate::PerSecond(_) if self.allowance >= 1.0 => {
                self.allowance -= 1.0;
                true
            }
            Rate::PerSecond(_) => false,
        }
    }

    /// Puts back a record that was not there to be taken.
    pub(super) fn give_back(&mut self) {
        self.allowance += 1.0;
    }

    /// Adds what the time since the last call allows.
    pub(super) fn top_up(&mut self, now_millis: f64) {
        if let Rate::PerSecond(rate) = self.rate {
            let rate = f64::from(rate);
            let elapsed = (now_millis - self.at_millis).max(0.0);
            let most = (rate * KEPT_MILLIS / 1000.0).max(1.0);
            self.allowance = (self.allowance + elapsed * rate / 1000.0).min(most);
        }
        self.at_millis = now_millis;
    }

    /// Milliseconds until the next record may be taken.
    pub(super) fn next_millis(&self) -> f64 {
        match self.rate {
            Rate::Unlimited => 0.0,
            Rate::PerSecond(rate) => {
                ((1.0 - self.allowance) * 1000.0 / f64::from(rate)).clamp(0.0, 1000.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(pace: &mut Pace) -> u32 {
        (0..1_000_000)
            .take_while(|_| pace.take())
            .count()
            .try_into()
            .unwrap()
    }

    fn at(rate: u32, millis: f64) -> Pace {
        let mut pace = Pace::new(Rate::PerSecond(rate));
        pace.restart(millis);
        pace
    }

    #[test]
    fn the_allowance_grows_with_time() {
        let mut pace = at(100, 1_000.0);
        assert_eq!(taken(&mut pace), 0);
        pace.top_up(1_050.0);
        assert_eq!(taken(&mut pace), 5);
        pace.top_up(1_055.0);
        assert_eq!(taken(&mut pace), 0);
        pace.top_up(1_060.0);
        assert_eq!(taken(&mut pace), 1);
    }

    #[test]
    fn over_a_minute_of_uneven_calls_the_rate_is_kept() {
        let mut pace = at(1_000, 0.0);
        let mut now = 0.0;
        let mut all = 0;
        while now < 60_000.0 {
            now += 7.3;
            pace.top_up(now);
            all += taken(&mut pace);
        }
        assert!((59_990..=60_010).contains(&all), "{all}");
    }

    #[test]
    fn a_long_silence_is_not_made_up_for() {
        let mut pace = at(1_000, 0.0);
        pace.top_up(60_000.0);
        assert_eq!(taken(&mut pace), 250);
        let mut slow = at(1, 0.0);
        slow.top_up(60_000.0);
        assert_eq!(taken(&mut slow), 1);
    }

    #[test]
    fn the_wait_is_until_the_next_whole_record() {
        let mut pace = at(10, 0.0);
        assert!((pace.next_millis() - 100.0).abs() < 1e-9);
        pace.top_up(40.0);
        assert!((pace.next_millis() - 60.0).abs() < 1e-9);
        assert!(Pace::new(Rate::Unlimited).next_millis() < 1e-9);
    }
}
