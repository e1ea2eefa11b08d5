//! How many messages a client may send: a bucket that fills with time.

use tokio::time::Instant;

/// The bucket holds the messages of so many seconds.
const BURST_SECONDS: f64 = 2.0;

/// The bucket.
#[derive(Debug)]
pub(super) struct Limiter {
    per_second: f64,
    left: f64,
    last: Instant,
}

impl Limiter {
    pub(super) fn new(per_second: u32) -> Self {
        let per_second = f64::from(per_second);
        Self {
            per_second,
            left: per_second * BURST_SECONDS,
            last: Instant::now(),
        }
    }

    /// Takes one message out; false when the bucket is empty.
    pub(super) fn admits(&mut self) -> bool {
        let now = Instant::now();
        let elapsed = now.duration_since(self.last).as_secs_f64();
        self.last = now;
        self.left = (self.left + elapsed * self.per_second).min(self.per_second * BURST_SECONDS);
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_the_rate_holds() {
        let mut limiter = Limiter::new(10);
        assert_eq!((0..100).filter(|_| limiter.admits()).count(), 20);
        tokio::time::advance(Duration::from_millis(550)).await;
        assert_eq!((0..100).filter(|_| limiter.admits()).count(), 5);
    }
}
