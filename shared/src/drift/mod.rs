//! Drift detectors: has the stream changed? Each watches one number a record – most often whether
//! the model was wrong (1) or right (0) – and says after every number whether it sees *drift*, a
//! change of the stream's rule or distribution, or a *warning* of one.
//!
//! A model that learns on a stream is worth as much as the past resembles the present. A detector
//! compares the two: it keeps a few statistics of what it took for normal and speaks up when the
//! newest values no longer fit. A change may be *sudden* (from one record to the next), *gradual*
//! (old and new rule mix for a while), *incremental* (the rule itself moves) or *recurring* (an old
//! rule comes back). Every detector trades three things: missed changes, false alarms, and delay.
//!
//! | detector | takes | compares | settings |
//! |---|---|---|---|
//! | ADWIN | reals | means of the two parts of a window, at every cut | [`AdwinSettings`] |
//! | DDM | errors | the error rate with the least one so far | [`DdmSettings`] |
//! | EDDM | errors | the distance between errors with the greatest one so far | [`EddmSettings`] |
//! | `HDDM_A` | errors | the mean since a cut with the mean before it, by Hoeffding's bound | [`HddmASettings`] |
//! | `HDDM_W` | errors | the same with exponentially weighted means, by `McDiarmid`'s bound | [`HddmWSettings`] |
//! | Page–Hinkley | reals | a running sum of deviations with its extremes | [`PageHinkleySettings`] |
//! | KSWIN | reals | the newest values with a sample of older ones, by a Kolmogorov–Smirnov test | [`KswinSettings`] |
//!
//! *Errors* are numbers from 0 (right) to 1 (wrong). *Reals* are finite numbers of a magnitude up
//! to [`MAX_VALUE`]. Any other value is refused, and leaves the detector as it was.
//!
//! ```
//! use shared::drift::{DdmSettings, DriftDetector, DriftSettings};
//!
//! let settings = DriftSettings::Ddm(DdmSettings::default());
//! let mut detector = DriftDetector::new(&settings)?;
//! // One error in ten, then every record an error.
//! let errors = (0..1000).map(|i| if i % 10 == 0 || i >= 500 { 1.0 } else { 0.0 });
//! let mut drifts = vec![];
//! for (i, error) in errors.enumerate() {
//!     if detector.update(error)?.drift {
//!         drifts.push(i);
//!     }
//! }
//! assert_eq!(drifts, [514]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is equal to River
//!
//! The reference is River 0.26.1 (`river.drift`) on x86-64 Linux with glibc and FMA, `CPython` 3.11
//! and `SciPy` 1.17. After every value both flags are the same, and so is every statistic, to the
//! last bit, natively and in WebAssembly; `tests/drift.rs` holds that against recorded streams.
//! Where a function is not exact by itself, the engine's own with glibc's bits is taken:
//! [`log`](crate::model::log()) in ADWIN and both HDDM, [`pow`](crate::model::pow()) in EDDM
//! (River writes a square root as `x ** 0.5`) and `HDDM_W`. One number is not promised to the bit:
//! KSWIN's p-value where it is 1 up to rounding; see [`KswinSettings`].
//!
//! After drift every detector starts anew with the next value, as River's do: what it had learned
//! is dropped whole, and its flags stay up until then.
//!
//! # What differs on purpose
//!
//! - Settings are checked more strictly: what makes River fail later or mean nothing is refused at
//!   once. Values are checked as well; River takes anything.
//! - KSWIN has a seed by default, because nothing here is random without one.
//! - ADWIN with `max_buckets` 1 goes on where River panics on an empty level.
//!
//! # Memory
//!
//! Bounded for any stream: two to a dozen numbers, but for ADWIN (at most [`MAX_BUCKETS`] buckets
//! in each of log₂ n levels) and KSWIN (`window_size` values, at most [`MAX_WINDOW_SIZE`], and 624
//! words of its random numbers).

mod adwin;
mod ddm;
mod detector;
mod eddm;
mod hddm_a;
mod hddm_w;
mod kolmogorov_smirnov;
mod kswin;
mod moments;
mod page_hinkley;
mod python_random;
mod settings;

#[cfg(test)]
mod tests;

pub use adwin::{AdwinSettings, MAX_BUCKETS};
pub use ddm::DdmSettings;
pub use detector::{DriftDetector, DriftState, MAX_VALUE, RefusedValue, Statistic};
pub use eddm::EddmSettings;
pub use hddm_a::HddmASettings;
pub use hddm_w::HddmWSettings;
pub use kswin::{KswinSettings, MAX_STAT_SIZE, MAX_WINDOW_SIZE};
pub use page_hinkley::{Mode, PageHinkleySettings};
pub use settings::DriftSettings;
