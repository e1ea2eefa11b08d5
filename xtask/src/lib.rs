//! Everything that starts processes for a developer: set-up, demo, tests, benchmarks.
//!
//! It is a library as well as a program because the relay's tests start real Kafka brokers with
//! [`kafka::Broker`], the same way the demo does.

pub mod bench;
pub mod browser;
pub mod cargo;
pub mod checksum;
pub mod console;
pub mod demo;
pub mod doctor;
pub mod download;
pub mod goldens;
pub mod http;
pub mod interrupt;
pub mod kafka;
pub mod lock;
pub mod mutants;
pub mod npm;
pub mod page;
pub mod paths;
pub mod process;
pub mod python;
pub mod service;
pub mod test;
pub mod tools;
