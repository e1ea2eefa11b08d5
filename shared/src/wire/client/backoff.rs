//! How long to wait before the next attempt: doubling, bounded, and jittered, so that the clients
//! of a relay that was restarted do not all come back in the same moment.

/// The first wait is at most this long.
const FIRST_MILLIS: u32 = 500;
/// No wait is longer than this.
const LONGEST_MILLIS: u32 = 30_000;

/// Counts the attempts that failed in a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait after one more failure: between half and the whole of the doubling bound.
    /// `random` is any number; the caller has the source of randomness.
    pub(super) fn next_millis(&mut self, random: u32) -> u32 {
        let doublings = self.failures.min(6);
        let bound = (FIRST_MILLIS << doublings).min(LONGEST_MILLIS);
        self.failures = self.failures.saturating_add(1);
        bound / 2 + random % (bound / 2 + 1)
    }

    /// The connection works: the next failure counts as the first.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_bound_and_start_anew_after_success() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..9).map(|_| backoff.next_millis(u32::MAX / 3)).collect();
        for (failures, wait) in waits.iter().enumerate() {
            let bound = (500u32 << failures.min(6)).min(30_000);
            assert!((bound / 2..=bound).contains(wait), "{failures}: {wait}");
        }
        backoff.reset();
        assert!(backoff.next_millis(7) <= 500);
    }

    #[test]
    fn clients_spread_over_the_second_half_of_the_wait() {
        let wait = |random| Backoff::default().next_millis(random);
        assert_eq!((wait(0), wait(250)), (250, 500));
    }
}
