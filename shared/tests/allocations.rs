//! Once the first records have come, a record asks for no memory: neither to be decoded nor on its
//! whole way to the report, whatever learns from it. A report itself is a handful of lists.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    unsafe_code,
    reason = "an allocator that counts can only be written as an `unsafe impl`; it passes each call on to the system's, with the arguments it was given"
)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use serde_json::json;
use shared::batch::Batch;
use shared::decode::{Csv, Decoder, Examples, Format};
use shared::encode::EncoderSettings;
use shared::generate::LoanStream;
use shared::learner::Learner;
use shared::schema::Schema;
use shared::settings::Settings;
use support::record;

thread_local! {
    /// Allocations of this thread. It is a plain number, so that reading it allocates nothing.
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// Safety: every call goes on to `System` unchanged, which keeps the contract of `GlobalAlloc`.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // Safety: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // Safety: the caller's promises are passed on.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // Safety: the caller's promises are passed on.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of three passes over `records` in batches, after one pass to warm up.
fn count(decoder: &mut Decoder, records: &[Vec<u8>]) -> u64 {
    let mut examples = Examples::default();
    let mut pass = || {
        for batch in records.chunks(100) {
            examples.clear();
            for record in batch {
                decoder
                    .decode(Some(record), &mut examples)
                    .expect("a good record");
            }
        }
    };
    pass();
    let before = COUNT.get();
    (0..3).for_each(|_| pass());
    COUNT.get() - before
}

fn loans() -> Vec<String> {
    let mut stream = LoanStream::new(5);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let mut next = || {
        stream.next_into(&mut key, &mut value);
        String::from_utf8(value.clone()).expect("JSON is UTF-8")
    };
    (0..1000).map(|_| next()).collect()
}

#[test]
fn json_records_are_decoded_without_an_allocation() {
    let plain = loans();
    let escaped = |record: &String| {
        let record = record
            .replace("OWN", "O\\u0057N")
            .replace("loan_amnt", "loan\\u005famnt");
        record.replace('{', "{\"note\": \"é \\ud834\\udd1e\", \"deep\": [[{}]], ")
    };
    let escaped: Vec<_> = plain.iter().map(escaped).collect();
    for records in [plain, escaped] {
        let records: Vec<_> = records.into_iter().map(String::into_bytes).collect();
        let open = EncoderSettings::PerBatch.decoding_schema(&Schema::loan());
        for schema in [Schema::loan(), open] {
            let mut decoder = Decoder::new(schema);
            assert_eq!(count(&mut decoder, &records), 0);
        }
    }
}

#[test]
fn lines_of_csv_are_decoded_without_an_allocation() {
    let line = |place: usize| {
        let word = ["RENT", "\"OWN\"", "OTHER"][place % 3];
        format!(
            "\"a \"\"b\"\"\",id,{word},MEDICAL,No,{},1e3,0012.5,0.5,{}\r\n",
            place * 7,
            place % 2
        )
    };
    let records: Vec<_> = (0..500).map(|place| line(place).into_bytes()).collect();
    let format = Format::Csv(Csv::default());
    let mut decoder =
        Decoder::with_format(Schema::loan(), &format).expect("a format for the schema");
    assert_eq!(count(&mut decoder, &records), 0);
}

/// Allocations of one step of a learner that has seen steps of that size before.
fn count_step(settings: &Settings, records: usize) -> u64 {
    let mut learner = Learner::new(settings.clone()).expect("good settings");
    let mut stream = LoanStream::new(9);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let mut next = || {
        let mut batch = Batch::new();
        for offset in 0..records {
            stream.next_into(&mut key, &mut value);
            batch.push(&record(
                i64::try_from(offset).expect("few records"),
                Some(&value),
            ));
        }
        batch
    };
    for _ in 0..4 {
        learner.step(&next(), None).expect("a good batch");
    }
    let batch = next();
    let before = COUNT.get();
    learner.step(&batch, None).expect("a good batch");
    COUNT.get() - before
}

#[test]
fn a_step_asks_for_no_memory_by_the_record() {
    for settings in [
        json!({}),
        json!({"encoder": {"hashed": {"n_features": 256}}}),
        json!({"model": {"average": true, "penalty": "elasticnet", "dtype": "float32"}}),
        json!({"online": {"optimizer": {"adagrad": {}}}, "drift": {"ddm": {}}}),
    ] {
        let settings = serde_json::from_value(settings).expect("settings");
        let (small, large) = (count_step(&settings, 500), count_step(&settings, 2500));
        assert_eq!(small, large, "{settings:?}");
        assert!(large < 60, "{large} allocations a step");
    }
}
