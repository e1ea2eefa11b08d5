//! Opening a file takes no more memory than its length allows, whatever the file says.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    unsafe_code,
    reason = "an allocator that counts can only be written as an `unsafe impl`; it passes each call on to the system's, with the arguments it was given"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use shared::learner::{Learner, Snapshot};
use shared::open::{STEP_BYTES, open_model};
use shared::save::model_json;
use shared::settings::Settings;

thread_local! {
    /// Bytes that this thread holds, and the most it held. Plain numbers: reading them allocates
    /// nothing.
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

fn grow(bytes: usize) {
    let held = HELD.get().saturating_add(bytes);
    HELD.set(held);
    MOST.set(MOST.get().max(held));
}

fn shrink(bytes: usize) {
    HELD.set(HELD.get().saturating_sub(bytes));
}

// Safety: every call goes on to `System` unchanged, which keeps the contract of `GlobalAlloc`.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // Safety: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be there for a moment.
        grow(size);
        shrink(layout.size());
        // Safety: the caller's promises are passed on.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        shrink(layout.size());
        // Safety: the caller's promises are passed on.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that were held at once, beyond those before, to do this.
fn most_of<T>(open: impl FnOnce() -> T) -> usize {
    let before = HELD.get();
    MOST.set(before);
    drop(open());
    MOST.get() - before
}

/// The most bytes that were held at once to open the file.
fn most(file: &[u8]) -> usize {
    most_of(|| open_model(file))
}

/// Messages, and the parts of a learner that have a size of their own.
const CONSTANT: usize = 1 << 16;

#[track_caller]
fn check(file: &[u8]) {
    let (most, allowed) = (most(file), STEP_BYTES * file.len() + CONSTANT);
    assert!(most <= allowed, "{most} bytes, {allowed} are allowed");
}

#[test]
fn a_pickle_takes_memory_by_its_length_only() {
    let steps: [&[u8]; 14] = [
        b"N",
        b"(",
        b"]",
        b"}",
        b")",
        b"N\x85",
        b"NN\x86",
        b"(t",
        b")\x94",
        b"]\x94h\0a",
        b"]N\x94a",
        b"}\x94Nh\0s",
        b"J\0\0\0\0",
        b"\x8c\0",
    ];
    for step in steps {
        for count in [1_000, 300_000] {
            let file = [&[0x80, 4][..], &step.repeat(count)].concat();
            check(&file);
            check(&[&file[..], b"."].concat());
        }
    }
    // Numbers of the memo that are far apart.
    let mut file = vec![0x80, 4, b'N'];
    (0..100_000u32).for_each(|n| file.extend([&b"r"[..], &(n * 40_000).to_le_bytes()].concat()));
    check(&file);
}

#[test]
fn hostile_lengths_take_nothing() {
    let golden = include_bytes!("../goldens/open/1.7/average_multiclass.joblib");
    let mut file = golden.to_vec();
    for place in 0..file.len() {
        let was = file[place];
        for byte in [0xff, 0x7f, b'J', b'X', 0x8d, 0x96] {
            file[place] = byte;
            check(&file);
        }
        file[place] = was;
    }
}

#[test]
fn a_model_file_takes_memory_by_its_length_only() {
    let file = model_json(&Learner::new(Settings::default()).expect("good settings"));
    check(&file);
    let text = String::from_utf8(file).expect("JSON is UTF-8");
    let zeros = format!("\"coef\": [{}[]", "[0],".repeat(200_000));
    check(text.replacen("\"coef\": [", &zeros, 1).as_bytes());
    let names = format!("\"feature_names\": [{}\"\"", "\"\",".repeat(200_000));
    check(text.replacen("\"feature_names\": [", &names, 1).as_bytes());
    let wide = text.replace("\"stable\"", "\"hashed\"").replacen(
        "\"encoder\": {\n      \"hashed\": {",
        "\"encoder\": {\n      \"hashed\": {\"n_features\": 1048576, \"#\": {",
        1,
    );
    check(wide.as_bytes());
}

#[test]
fn a_snapshot_takes_memory_by_its_length_and_not_by_what_it_claims() {
    let claims = [&[0xff, 0xff, 0xff, 0xff, 0x0f][..], &[0x80, 0x80, 0x40]];
    for encoder in ["{\"stable\": {}}", "{\"hashed\": {\"n_features\": 16}}"] {
        let encoder = serde_json::from_str(encoder).expect("good settings");
        let settings = Settings {
            encoder,
            ..Settings::default()
        };
        let learner = Learner::new(settings).expect("good settings");
        let bytes = learner.snapshot().to_bytes();
        for place in 0..bytes.len() {
            for claim in claims {
                let claimed = [&bytes[..place], claim, &bytes[place + 1..]].concat();
                let most = most_of(|| Snapshot::from_bytes(&claimed).is_err());
                let allowed = STEP_BYTES * claimed.len() + CONSTANT;
                assert!(
                    most <= allowed,
                    "{most} bytes, {allowed} allowed, at {place}"
                );
            }
        }
    }
}
