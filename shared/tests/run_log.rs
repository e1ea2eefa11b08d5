//! A run's log and its checkpoints as their users rely on them: what is done again comes out the
//! same, what differs is found in the batch where it does, and a damaged file is never gone on from.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::num::NonZeroU32;

use shared::batch::{Batch, Trigger};
use shared::decode::{Csv, Format};
use shared::drift::DriftSettings;
use shared::encode::EncoderSettings;
use shared::generate::{LoanStream, StreamSettings};
use shared::learner::{ClassWeights, Learner};
use shared::model::{Average, Loss};
use shared::record::Record;
use shared::run_log::{
    BatchEntry, CheckpointEntry, Difference, FORMAT, Hash, Header, Line, LogReader, Replay,
    RunSource, Saved, VERSION, found_weights, input_hash, push_lines, restore_raw,
};
use shared::save::{Lengths, ModelFile, checkpoint, model_json, open_checkpoint, raw_records};
use shared::schema::Schema;
use shared::settings::Settings;
use support::record;

/// Settings that use every part of a learner's state.
fn many_settings() -> Vec<Settings> {
    let plain = Settings {
        trigger: Trigger::Records(NonZeroU32::new(20).unwrap()),
        ..Settings::default()
    };
    let mut averaged = plain.clone();
    averaged.model.average = Average(30);
    averaged.model.loss = Loss::ModifiedHuber;
    averaged.drift = serde_json::from_str::<DriftSettings>(r#"{"adwin": {}}"#).unwrap();
    let mut delayed = plain.clone();
    delayed.evaluation.measures.label_delay_records = 13;
    let mut online = plain.clone();
    online.online = serde_json::from_str(r#"{"optimizer": {"adam": {}}, "loss": "log"}"#).unwrap();
    let encoder = |json| serde_json::from_str::<EncoderSettings>(json).unwrap();
    let hashed = Settings {
        encoder: encoder(r#"{"hashed": {"n_features": 64}}"#),
        ..plain.clone()
    };
    let per_batch = Settings {
        encoder: encoder("\"per_batch\""),
        ..plain.clone()
    };
    vec![plain, averaged, delayed, online, hashed, per_batch]
}

fn batches(seed: u64) -> Vec<Batch> {
    let mut stream = LoanStream::new(seed);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let mut offset = 0;
    let mut next = |records: i64| {
        let mut batch = Batch::new();
        for _ in 0..records {
            stream.next_into(&mut key, &mut value);
            let is_bad = offset % 17 == 16;
            batch.push(&record(offset, (!is_bad).then_some(&value[..])));
            offset += 1;
        }
        batch
    };
    [20, 20, 1, 20, 33, 20].map(&mut next).to_vec()
}

fn header(settings: Settings) -> Header {
    Header {
        format: FORMAT.into(),
        version: VERSION,
        program: "test".into(),
        source: RunSource::Simulated {
            seed: 1,
            stream: StreamSettings::Loan,
        },
        start: Vec::new(),
        records: Format::Json,
        schema: Schema::loan(),
        settings,
        model: None,
        first_batch: 0,
        hold_out: None,
        saves: Saved::default(),
    }
}

/// The hash of the first batch, and of the learners of [`many_settings`] after all batches.
const INPUT: &str = "1916d3fb72a97535";
const STATES: [&str; 6] = [
    "3fd5f654ae4e6a43",
    "17718efc739b130f",
    "191dae6455cac927",
    "981ff104e61846df",
    "3d3a0953af605f6e",
    "41fa310cc81210bf",
];

/// Learns from the batches, and logs it.
fn logged(settings: &Settings, batches: &[Batch]) -> (Vec<u8>, Learner) {
    let header = header(settings.clone());
    let mut learner = header.learner().unwrap();
    let mut log = header.to_line();
    for batch in batches {
        let report = learner.step(batch, None).unwrap();
        let entry = BatchEntry::new(input_hash(batch), batch, &report, &learner);
        log.extend(entry.to_line());
        log.extend(CheckpointEntry::of(&learner).to_line());
    }
    (log, learner)
}

fn read(log: &[u8]) -> (Header, Vec<BatchEntry>) {
    let mut lines = log.split(|byte| *byte == b'\n');
    let (header, mut reader) = LogReader::begin(lines.next().unwrap()).unwrap();
    let lines = lines.filter(|line| !line.is_empty());
    let lines = lines.map(|line| reader.line(line).unwrap());
    let entries = lines.filter_map(|line| match line {
        Line::Batch(entry) => Some(entry),
        Line::Checkpoint(_) => None,
    });
    (header, entries.collect())
}

/// Does a logged run again with these batches, up to the first difference.
fn replayed(log: &[u8], batches: &[Batch]) -> Option<Difference> {
    let (header, entries) = read(log);
    let mut replay = Replay::new(header.learner().unwrap());
    let mut steps = entries.iter().zip(batches);
    steps.find_map(|(entry, batch)| replay.step(entry, batch).unwrap())
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_run_that_is_done_again_comes_out_the_same() {
    for settings in many_settings() {
        let batches = batches(1);
        let (log, _) = logged(&settings, &batches);
        assert_eq!(read(&log).1.len(), batches.len());
        assert_eq!(replayed(&log, &batches), None);
        assert_eq!(
            log,
            logged(&settings, &batches).0,
            "logs of one run are equal"
        );
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_hashes_of_a_run_are_the_same_everywhere() {
    let states: Vec<_> = many_settings()
        .iter()
        .map(|settings| logged(settings, &batches(1)).1.state_hash().to_string())
        .collect();
    let input = input_hash(&batches(1)[0]).batch.to_string();
    // Of this program; a change here is another version of the log.
    assert_eq!(input, INPUT);
    assert_eq!(states, STATES);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn other_records_are_found_in_their_batch() {
    let settings = &many_settings()[0];
    let (log, _) = logged(settings, &batches(1));
    let mut changed = batches(1);
    let records: Vec<_> = changed[3]
        .records()
        .map(|r| (r.offset, r.value.map(<[u8]>::to_vec)))
        .collect();
    changed[3] = Batch::new();
    for (offset, value) in &records {
        // An empty value is not a null.
        changed[3].push(&record(*offset, Some(value.as_deref().unwrap_or_default())));
    }
    let difference = replayed(&log, &changed).unwrap();
    assert_eq!(difference.batch_id(), 3);
    // Every 17th record is bad, and a null.
    let first = records.iter().position(|(_, value)| value.is_none());
    assert!(
        matches!(difference, Difference::Input { record, .. } if record == first),
        "{difference}"
    );
    let mut shorter = batches(1);
    shorter[4] = batches(1)[5].clone();
    let difference = replayed(&log, &shorter).unwrap();
    assert!(
        matches!(difference, Difference::Ranges { batch_id: 4, .. }),
        "{difference}"
    );
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn any_part_of_the_state_that_differs_is_found() {
    let batches = batches(1);
    for (settings, name) in many_settings().into_iter().zip([
        "plain",
        "averaged",
        "delayed",
        "online",
        "hashed",
        "per batch",
    ]) {
        let (log, _) = logged(&settings, &batches);
        let (mut header, entries) = read(&log);
        // Of an online model only the evaluation is changed.
        header.settings.model.alpha *= 2.0;
        header.settings.evaluation.window_records = NonZeroU32::new(30).unwrap();
        let mut replay = Replay::new(header.learner().unwrap());
        let mut steps = entries.iter().zip(&batches);
        let difference = steps.find_map(|(entry, batch)| replay.step(entry, batch).unwrap());
        assert!(
            matches!(difference, Some(Difference::State { .. })),
            "{name}: {difference:?}"
        );
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_learner_goes_on_from_a_checkpoint_as_if_nothing_had_been() {
    for settings in many_settings() {
        let batches = batches(2);
        let (_, mut whole) = logged(&settings, &batches[..3]);
        let lengths = Lengths {
            log: 7,
            bad_records: 8,
            metrics: 9,
        };
        let opened = open_checkpoint(&checkpoint(&whole, lengths)).unwrap();
        assert_eq!(opened.lengths, lengths);
        let mut again = opened.learner;
        assert_eq!(again.state_hash(), whole.state_hash());
        for batch in &batches[3..] {
            assert_eq!(
                again.step(batch, None).unwrap(),
                whole.step(batch, None).unwrap()
            );
            assert_eq!(again.state_hash(), whole.state_hash());
        }
        assert_eq!(again.snapshot(), whole.snapshot());
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_checkpoint_that_is_not_whole_or_damaged_is_refused() {
    let (_, learner) = logged(&many_settings()[1], &batches(3)[..1]);
    let file = checkpoint(&learner, Lengths::default());
    // The newline at the end is not needed.
    for length in 0..file.len() - 1 {
        assert!(open_checkpoint(&file[..length]).is_err(), "{length} bytes");
    }
    let head = file.iter().position(|byte| *byte == b'\n').unwrap();
    for place in head..file.len() - 1 {
        let mut damaged = file.clone();
        damaged[place] ^= 1;
        assert!(open_checkpoint(&damaged).is_err(), "byte {place}");
    }
    let longer = [&file[..], b"\n"].concat();
    assert!(open_checkpoint(&longer).is_err());
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_log_with_any_byte_changed_is_read_or_refused() {
    let (log, _) = logged(&many_settings()[0], &batches(4)[..2]);
    let lines: Vec<_> = log.split(|byte| *byte == b'\n').collect();
    for changed in 0..lines.len() - 1 {
        for place in 0..lines[changed].len() {
            for flip in [1, 0x10, 0x80] {
                let mut line = lines[changed].to_vec();
                line[place] ^= flip;
                if changed == 0 {
                    let _ = LogReader::begin(&line);
                    continue;
                }
                let (_, mut reader) = LogReader::begin(lines[0]).unwrap();
                for line in &lines[1..changed] {
                    reader.line(line).unwrap();
                }
                if let Err(error) = reader.line(&line) {
                    let number = format!("line {} of", changed + 1);
                    assert!(error.to_string().contains(&number), "{error}");
                }
            }
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_batch_has_a_hash_of_each_record() {
    let batches = batches(1);
    let (log, _) = logged(&many_settings()[0], &batches[..1]);
    let mut lines = log.split(|byte| *byte == b'\n');
    let (_, reader) = LogReader::begin(lines.next().unwrap()).unwrap();
    let line = str::from_utf8(lines.next().unwrap()).unwrap();
    let hashes = String::from(input_hash(&batches[0]).records);
    // Two bytes each of 20 records, in Base64.
    assert_eq!(hashes.len(), 54);
    assert!(
        line.contains(&format!("\"input_records\":\"{hashes}\"")),
        "{line}"
    );
    for (changed, reason) in [
        (&hashes[..48], "batch 0 has 18 hashes of its 20 records"),
        (&hashes[..52], "not two bytes each"),
        ("*", "no Base64"),
        ("", "batch 0 has 0 hashes of its 20 records"),
    ] {
        let line = line.replace(&hashes, changed);
        let error = reader.clone().line(line.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
}

/// The entry of a batch, without a learner.
fn entry(batch: &Batch) -> BatchEntry {
    let mut learner = Learner::new(many_settings()[0].clone()).unwrap();
    let report = learner.step(batch, None).unwrap();
    BatchEntry::new(input_hash(batch), batch, &report, &learner)
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn raw_records_are_the_batch_again_whatever_is_in_them() {
    let header = Some("income,label".to_owned());
    let csv = |header| {
        Format::Csv(Csv {
            delimiter: b',',
            header,
        })
    };
    let json: [Option<&[u8]>; 8] = [
        Some(b"{\n\t\"a\": 1\n}"),
        None,
        Some(b""),
        Some(b"\"\""),
        Some(b"a\tb"),
        Some(b"\xff\r"),
        Some(b"{}"),
        Some(b"{\n  \"a\": {\n\n}}"),
    ];
    let lines: [Option<&[u8]>; 8] = [
        Some(b"1,\"a\nb\""),
        None,
        Some(b""),
        Some(b"\"\""),
        Some(b"1,0\n"),
        Some(b"\xEF\xBB\xBF1,0"),
        Some(b"2,\"open"),
        Some(b"3,0\n4,\"1\""),
    ];
    let formats = [
        (Format::Json, json),
        (csv(None), lines),
        (csv(header), lines),
    ];
    for (format, values) in formats {
        let mut batch = Batch::new();
        // Two partitions; in the second an offset is missing.
        for (place, (value, offset)) in values.iter().zip([4, 5, 6, 7, 0, 1, 2, 9]).enumerate() {
            batch.push(&Record {
                partition: i32::from(place > 3),
                leader_epoch: Some(if place > 3 { 7 } else { 3 }),
                ..record(offset, *value)
            });
        }
        let entry = entry(&batch);
        let file = raw_records(&batch, &format);
        let (mut at, mut read) = (0, Batch::new());
        push_lines(&entry, &format, &file, &mut at, &mut read);
        assert_eq!(at, file.len());
        restore_raw(&entry, &format, &mut read);
        for (found, wanted) in read.records().zip(batch.records()) {
            assert_eq!(found.value, wanted.value, "{format:?}");
            assert_eq!(found.leader_epoch, wanted.leader_epoch);
        }
        assert_eq!(read.ranges(), batch.ranges());
        assert_eq!(input_hash(&read), input_hash(&batch));
        let short = &file[..file.len() / 2];
        let mut read = Batch::new();
        push_lines(&entry, &format, short, &mut 0, &mut read);
        assert!(read.len() < batch.len() && !read.is_empty());
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_value_and_its_line_that_have_the_same_short_hash_are_told_apart() {
    // Values with a line feed that has the short hash of a tab, found by trying.
    let short = |value: &[u8]| Hash::of(value).0 & 0xffff;
    let mut found = (0..2_000_000).filter_map(|number| {
        let value = format!("{{\n\"a\": {number}}}").into_bytes();
        let line: Vec<u8> = value
            .iter()
            .map(|byte| if *byte == b'\n' { b'\t' } else { *byte })
            .collect();
        (short(&value) == short(&line)).then_some((value, line))
    });
    let (value, line) = found.next().unwrap();
    let (other, _) = found.next().unwrap();
    for values in [[&value, &other], [&line, &other], [&value, &line]] {
        let mut batch = Batch::new();
        for (offset, value) in (0..).zip(values) {
            batch.push(&record(offset, Some(value)));
        }
        let entry = entry(&batch);
        let file = raw_records(&batch, &Format::Json);
        let mut read = Batch::new();
        push_lines(&entry, &Format::Json, &file, &mut 0, &mut read);
        restore_raw(&entry, &Format::Json, &mut read);
        assert_eq!(input_hash(&read), input_hash(&batch));
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn weights_that_differ_are_named_by_class_and_feature() {
    let now = [(vec![1.0, -0.0], 3.0), (vec![4.0, 5.0], 6.0)];
    let now = now.map(|(coef, intercept)| ClassWeights { coef, intercept });
    let features = ["a".to_owned(), "b".to_owned()];
    let mut learner = Learner::new(Settings::default()).unwrap();
    learner.step(&batches(1)[0], None).unwrap();
    let mut model: ModelFile = serde_json::from_slice(&model_json(&learner)).unwrap();
    model.coef = vec![vec![1.0, 0.0], vec![4.0, 5.5]];
    model.intercept = vec![3.0];
    let found = found_weights(&now, &features, Some(&model));
    let found: Vec<_> = found
        .iter()
        .map(|it| (&*it.name, it.logged, it.found))
        .collect();
    let wanted = [
        ("class 0 b", Some(0.0), -0.0),
        ("class 1 b", Some(5.5), 5.0),
        ("class 1 intercept", None, 6.0),
    ];
    assert_eq!(found, wanted);
    let alone = found_weights(&now[..1], &features[..1], None);
    let names: Vec<_> = alone.iter().map(|it| &*it.name).collect();
    assert_eq!(names, ["a", "?", "intercept"]);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn hashes_are_written_as_sixteen_digits() {
    for number in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef] {
        let text = Hash(number).to_string();
        assert_eq!((text.len(), text.parse()), (16, Ok(Hash(number))));
    }
    for text in [
        "",
        "0",
        "+123456789abcdef",
        "0123456789abcdefg",
        "0123456789abcdeg",
    ] {
        assert!(text.parse::<Hash>().is_err(), "{text}");
    }
}
