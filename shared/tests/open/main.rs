//! Models that were saved are opened and go on: scikit-learn's own files to scikit-learn's bits, and
//! ours as if nobody had stopped. Natively and, built for wasm32, in Node.

mod compressed;
mod goldens;
mod learner;
mod samples;
mod sgd;
