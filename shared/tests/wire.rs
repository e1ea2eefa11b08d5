//! The wire format against committed bytes, an independent reader, and random input.
//!
//! `wire_vectors/*.hex` are frames written down once: they must be written and read alike for
//! ever, and `wire_vectors/readings.txt` says what is in them. The relay's tests let
//! `wire_reader.py`, which shares no code with this crate, read the same files.
//! `GRADUALLY_WRITE_VECTORS=1 cargo test -p shared --test wire` writes missing ones.

#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail by panicking, as the tests themselves do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;
use shared::record::Record;
use shared::wire::{BatchFrame, FrameWriter, ToClient, ToRelay, headers};

/// A record with all that it owns.
#[derive(Clone, Debug, PartialEq)]
struct Owned {
    offset: i64,
    timestamp_millis: i64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl Owned {
    fn plain(offset: i64, key: Option<&[u8]>, value: Option<&[u8]>) -> Self {
        let timestamp_millis = 1_700_000_000_000 + offset;
        let (key, value) = (key.map(<[u8]>::to_vec), value.map(<[u8]>::to_vec));
        Self {
            offset,
            timestamp_millis,
            key,
            value,
            headers: Vec::new(),
        }
    }

    fn with_header(mut self, name: &[u8], value: Option<&[u8]>) -> Self {
        self.headers
            .push((name.to_vec(), value.map(<[u8]>::to_vec)));
        self
    }
}

/// What a frame is made of.
#[derive(Clone, Debug)]
struct Plan {
    topic: &'static str,
    partition: i32,
    leader_epoch: Option<i32>,
    base_offset: i64,
    next_offset: i64,
    records: Vec<Owned>,
}

impl Plan {
    fn encode(&self) -> Vec<u8> {
        let mut writer = FrameWriter::new(self.topic, self.partition, self.base_offset).unwrap();
        for owned in &self.records {
            let mut bytes = Vec::new();
            for (name, value) in &owned.headers {
                headers::append(&mut bytes, name, value.as_deref());
            }
            let record = Record {
                partition: self.partition,
                offset: owned.offset,
                leader_epoch: self.leader_epoch,
                timestamp_millis: owned.timestamp_millis,
                key: owned.key.as_deref(),
                value: owned.value.as_deref(),
            };
            assert!(writer.accepts(&record, &bytes));
            writer.push(&record, &bytes).unwrap();
        }
        writer.advance_to(self.next_offset);
        let expected = writer.bytes();
        let frame = writer.finish();
        assert_eq!(frame.len(), expected);
        frame
    }
}

fn decode(frame: &BatchFrame<'_>) -> Vec<Owned> {
    let own = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
    frame
        .records()
        .map(|(record, headers)| Owned {
            offset: record.offset,
            timestamp_millis: record.timestamp_millis,
            key: own(record.key),
            value: own(record.value),
            headers: headers
                .iter()
                .map(|(name, value)| (name.to_vec(), own(value)))
                .collect(),
        })
        .collect()
}

fn vectors() -> Vec<(&'static str, Plan)> {
    let plan = |partition, leader_epoch, base_offset, next_offset, records| Plan {
        topic: "loan-applications",
        partition,
        leader_epoch,
        base_offset,
        next_offset,
        records,
    };
    let value = Some(&b"{\"label\":1}"[..]);
    vec![
        (
            "one_record",
            plan(0, Some(0), 0, 1, vec![Owned::plain(0, Some(b"id"), value)]),
        ),
        ("passed_over", plan(2, None, 7, 9, vec![])),
        (
            "null_and_empty",
            plan(
                1,
                Some(5),
                100,
                104,
                vec![
                    Owned::plain(100, None, None),
                    Owned::plain(101, Some(b""), Some(b"")),
                    Owned::plain(102, None, Some(b"not JSON \xff\x00")),
                    Owned::plain(103, Some("schlüssel".as_bytes()), Some("größe".as_bytes())),
                ],
            ),
        ),
        (
            "gaps_and_headers",
            plan(
                3,
                Some(1),
                1 << 40,
                (1 << 40) + 20,
                vec![
                    Owned::plain((1 << 40) + 2, None, value).with_header(b"trace", Some(b"1")),
                    Owned::plain((1 << 40) + 9, Some(b"k"), None)
                        .with_header(b"", None)
                        .with_header(b"trace", Some(b"")),
                ],
            ),
        ),
    ]
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn to_hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(32) {
        for byte in line {
            write!(text, "{byte:02x}").unwrap();
        }
        text.push('\n');
    }
    text
}

#[test]
fn frames_are_written_and_read_as_the_committed_vectors_say() {
    for (name, plan) in vectors() {
        let path = folder().join("wire_vectors").join(format!("{name}.hex"));
        let bytes = plan.encode();
        if std::env::var_os("GRADUALLY_WRITE_VECTORS").is_some() && !path.exists() {
            std::fs::write(&path, to_hex(&bytes)).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap();
        assert_eq!(to_hex(&bytes), committed, "{name}");
        let frame = BatchFrame::decode(&bytes).unwrap();
        assert_eq!(decode(&frame), plan.records, "{name}");
        assert_eq!(
            (frame.topic(), frame.partition()),
            (plan.topic, plan.partition)
        );
        assert_eq!(frame.leader_epoch(), plan.leader_epoch, "{name}");
        assert_eq!(
            (frame.base_offset(), frame.next_offset()),
            (plan.base_offset, plan.next_offset)
        );
    }
}

#[test]
fn the_vectors_read_as_written_down() {
    let mut expected = String::new();
    for (name, plan) in vectors() {
        let hex = |bytes: &Option<Vec<u8>>| match bytes {
            None => "null".to_owned(),
            Some(bytes) => format!("\"{}\"", to_hex(bytes).replace('\n', "")),
        };
        let epoch = plan.leader_epoch.unwrap_or(-1);
        let (base, next) = (plan.base_offset, plan.next_offset);
        writeln!(
            expected,
            "{name} {} {} {epoch} {base} {next}",
            plan.topic, plan.partition
        )
        .unwrap();
        for record in &plan.records {
            let (offset, timestamp) = (record.offset, record.timestamp_millis);
            let (key, value) = (hex(&record.key), hex(&record.value));
            write!(expected, "  {offset} {timestamp} {key} {value}").unwrap();
            for (name, value) in &record.headers {
                write!(expected, " {}={}", hex(&Some(name.clone())), hex(value)).unwrap();
            }
            expected.push('\n');
        }
    }
    let committed = std::fs::read_to_string(folder().join("wire_vectors/readings.txt")).unwrap();
    assert_eq!(expected, committed);
}

fn bytes() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop::option::of(prop::collection::vec(any::<u8>(), 0..40))
}

fn plans() -> impl Strategy<Value = Plan> {
    let headers = prop::collection::vec((prop::collection::vec(any::<u8>(), 0..9), bytes()), 0..3);
    let record = (1..5i64, any::<i64>(), bytes(), bytes(), headers);
    let records = prop::collection::vec(record, 0..12);
    (
        0..=i32::MAX,
        prop::option::of(0..=i32::MAX),
        0..1i64 << 60,
        0..9i64,
        records,
    )
        .prop_map(|(partition, leader_epoch, base_offset, rest, parts)| {
            let mut offset = base_offset - 1;
            let mut records = Vec::new();
            for (step, timestamp_millis, key, value, headers) in parts {
                offset += step;
                records.push(Owned {
                    offset,
                    timestamp_millis,
                    key,
                    value,
                    headers,
                });
            }
            let leader_epoch = leader_epoch.filter(|_| !records.is_empty());
            let next_offset = offset + 1 + rest;
            Plan {
                topic: "täglich",
                partition,
                leader_epoch,
                base_offset,
                next_offset,
                records,
            }
        })
}

proptest! {
    #[test]
    fn every_frame_comes_back_as_it_was(plan in plans()) {
        let bytes = plan.encode();
        let frame = BatchFrame::decode(&bytes).unwrap();
        prop_assert_eq!(decode(&frame), plan.records);
        prop_assert_eq!(frame.next_offset(), plan.next_offset);
        prop_assert_eq!(frame.leader_epoch(), plan.leader_epoch);
    }

    #[test]
    fn a_changed_frame_is_an_error_or_a_whole_frame(
        plan in plans(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = plan.encode();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(frame) = BatchFrame::decode(&bytes) {
            prop_assert_eq!(frame.records().count(), frame.len());
            let mut last = frame.base_offset() - 1;
            for (record, headers) in frame.records() {
                prop_assert!(record.offset > last && record.offset < frame.next_offset());
                last = record.offset;
                headers.iter().for_each(drop);
            }
        }
    }

    #[test]
    fn a_cut_or_lengthened_frame_is_an_error(plan in plans(), cut in any::<prop::sample::Index>()) {
        let mut bytes = plan.encode();
        prop_assert!(BatchFrame::decode(&bytes[..cut.index(bytes.len())]).is_err());
        bytes.push(0);
        prop_assert!(BatchFrame::decode(&bytes).is_err());
    }

    #[test]
    fn any_text_is_an_error_or_a_message(text in "\\PC{0,80}") {
        let _ = ToClient::decode(&text);
        let _ = ToRelay::decode(&text);
    }
}

#[test]
fn messages_out_of_range_say_which_field() {
    let refused = |text: &str| ToRelay::decode(text).unwrap_err().to_string();
    let subscribe =
        |rest: &str| refused(&format!("{{\"type\":\"subscribe\",\"credit\":1,{rest}}}"));
    assert!(refused("{\"type\":\"credit\",\"bytes\":0}").starts_with("bytes: 0"));
    assert!(refused("{\"type\":\"dance\"}").contains("unknown variant `dance`"));
    assert!(refused("[1]").starts_with("not a message"));
    assert!(refused(&" ".repeat(70_000)).starts_with("a message of 70000 bytes"));
    assert!(subscribe("\"topic\":\"\",\"from\":\"latest\"").starts_with("topic:"));
    assert!(subscribe("\"partitions\":[],\"from\":\"latest\"").starts_with("partitions:"));
    assert!(subscribe("\"partitions\":[1,1],\"from\":\"latest\"").starts_with("partitions: 1"));
    assert!(subscribe("\"from\":\"noon\"").contains("noon"));
    let twice = "\"from\":{\"positions\":{\"positions\":[{\"partition\":0,\"offset\":-1}]}}";
    assert!(subscribe(twice).starts_with("from: partition 0, offset -1"));
}

#[test]
fn a_frame_of_another_format_or_version_says_so() {
    let frame = vectors()[0].1.encode();
    let message = |at: usize, byte: u8| {
        let mut bytes = frame.clone();
        bytes[at] = byte;
        BatchFrame::decode(&bytes).unwrap_err().to_string()
    };
    assert!(message(0, b'X').contains("instead of \"GRAD\""));
    assert!(message(4, 2).starts_with("frame version 2; this build reads version 1"));
    assert_eq!(
        message(5, 9),
        "byte 5: the frame's kind, 1 for a batch, is 9"
    );
    assert_eq!(message(6, 1), "byte 6: the flags, none in version 1, is 1");
    assert_eq!(
        BatchFrame::decode(b"").unwrap_err().to_string(),
        "the frame ends at byte 0, within the magic"
    );
}
