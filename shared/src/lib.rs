//! The engine of Gradually: from the bytes of a record to a trained model, in one pure function.
//!
//! Data flows one way, and the chapters stand in its order:
//!
//! 1. [`record`] and [`batch`]: raw bytes with their place in a topic, and the consecutive records
//!    of one step.
//! 2. [`schema`] and [`decode`]: what the fields of a record mean, as data; from JSON or CSV to an
//!    example, or to a bad record with its reason and place.
//! 3. [`encode`]: examples to features, in a way that holds still, in the lab's that does not, or
//!    hashed.
//! 4. [`model`] and [`optim`]: scikit-learn's `SGDClassifier.partial_fit`, to the bit, and beside
//!    it AdaGrad, Adam and FTRL-Proximal.
//! 5. [`evaluate`] and [`drift`]: how good the predictions were before they were learned from, and
//!    whether the stream has changed.
//! 6. [`learner`]: all of this as one transaction a batch, [explained](learner::Explained) record
//!    by record where somebody wants to see it, and [continued](learner::Snapshot) from any point.
//! 7. [`generate`]: streams whose truth is known. [`save`]: files, and [`open`]: models out of them.
//!    [`run_log`]: runs that can be done again. [`wire`]: the relay's protocol.
//!
//! Nothing here does I/O, reads a clock or uses a platform's mathematics, so the same settings and
//! the same record bytes in the same batches give the same weights to the last bit, natively and
//! in WebAssembly.
//!
//! ```
//! use shared::batch::Batcher;
//! use shared::generate::LoanStream;
//! use shared::learner::Learner;
//! use shared::record::Record;
//! use shared::settings::Settings;
//!
//! let mut learner = Learner::new(Settings::default())?;
//! let mut batcher = Batcher::new(learner.settings().trigger);
//! let mut stream = LoanStream::new(42);
//! let (mut key, mut value) = (Vec::new(), Vec::new());
//! for offset in 0..1000 {
//!     stream.next_into(&mut key, &mut value);
//!     let record = Record {
//!         partition: 0,
//!         offset,
//!         leader_epoch: None,
//!         timestamp_millis: 0,
//!         key: Some(&key),
//!         value: Some(&value),
//!     };
//!     if batcher.push(&record) {
//!         let batch = batcher.cut().expect("it is complete");
//!         let report = learner.step(batch, None)?;
//!         println!("batch {}: {:?} before learning", report.batch_id, report.tested.accuracy());
//!     }
//! }
//! assert_eq!(learner.counters().models, 10);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod batch;
pub mod decode;
pub mod drift;
pub mod encode;
pub mod evaluate;
pub mod generate;
mod head;
pub mod learner;
pub mod model;
pub mod open;
pub mod optim;
pub mod record;
pub mod run_log;
pub mod save;
pub mod schema;
pub mod settings;
pub mod wire;
