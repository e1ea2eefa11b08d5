//! The engine of Gradually: from the bytes of a record to a trained model, in one pure function.
//!
//! Data flows one way, and the modules stand in its order: a [`record`] is collected into a
//! [`batch`], decoded against a [`schema`] ([`decode`]), turned into features ([`encode`]), tested
//! and then trained on ([`model`]), and measured ([`evaluate`]); [`learner`] does these steps as
//! one transaction, and [`save`] turns what came of it into files.
//!
//! Nothing here does I/O, reads a clock or uses a platform's mathematics, so the same settings and
//! the same record bytes in the same batches give the same weights to the last bit, natively and
//! in WebAssembly.

pub mod batch;
pub mod decode;
pub mod drift;
pub mod encode;
pub mod evaluate;
pub mod generate;
pub mod learner;
pub mod model;
pub mod optim;
pub mod record;
pub mod save;
pub mod schema;
pub mod settings;
pub mod wire;
