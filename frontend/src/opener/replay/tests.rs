use shared::run_log::VERSION;

use super::*;
use crate::opener::opened::{Opened, open};
use crate::port::{OpenedFile, SaveKind, SourceConfig};
use crate::worker::run::tests::{begun, fed};

fn file(name: &str, bytes: Vec<u8>) -> OpenedFile {
    OpenedFile {
        name: name.to_owned(),
        bytes,
    }
}

/// The files of a run of three batches: its log, and its last model.
fn saved() -> (Vec<u8>, Vec<u8>) {
    let mut run = begun(100);
    fed(&mut run, 300);
    let mut bytes = |kind| run.file(kind).unwrap().bytes;
    (bytes(SaveKind::Log), bytes(SaveKind::Model))
}

fn began(files: Vec<OpenedFile>) -> Result<Replaying, String> {
    began_beside(&SourceConfig::Simulated { seed: 7 }, files)
}

fn began_beside(source: &SourceConfig, files: Vec<OpenedFile>) -> Result<Replaying, String> {
    match open(files, source)? {
        Opened::Log(log) => log.replay(),
        Opened::Model(_) => panic!("it is a log"),
    }
}

fn told(files: Vec<OpenedFile>) -> ReplayTold {
    let mut replay = began(files).unwrap();
    replay.work(|| false);
    replay.told().clone()
}

fn refused(files: Vec<OpenedFile>) -> String {
    match began(files) {
        Ok(_) => panic!("it was taken"),
        Err(reason) => reason,
    }
}

/// The log with its last hash changed.
fn changed(log: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(log.to_vec()).unwrap();
    let place = text.rfind("\"state\":\"").unwrap() + 9;
    let digit = if &text[place..=place] == "0" {
        "1"
    } else {
        "0"
    };
    format!("{}{digit}{}", &text[..place], &text[place + 1..]).into_bytes()
}

#[test]
fn a_run_of_the_page_comes_out_the_same_however_it_is_sliced() {
    let (log, _) = saved();
    let whole = told(vec![file("run.ndjson", log.clone())]);
    assert!(matches!(whole.end, Some(ReplayEnd::Equal(_))));
    assert_eq!((whole.batches, whole.of, whole.records), (3, 3, 300));
    let mut sliced = began(vec![file("run.ndjson", log)]).unwrap();
    let mut slices = 0;
    while sliced.told().end.is_none() {
        sliced.work(|| true);
        slices += 1;
    }
    assert!(slices > 6, "{slices}");
    assert_eq!(*sliced.told(), whole);
}

#[test]
fn a_stopped_replay_stands_still() {
    let (log, _) = saved();
    let mut replay = began(vec![file("run.ndjson", log)]).unwrap();
    replay.work(|| true);
    replay.stop();
    replay.work(|| false);
    assert_eq!(replay.told().end, Some(ReplayEnd::Stopped));
    assert_eq!(replay.told().batches, 0);
}

#[test]
fn the_first_difference_is_told_with_its_record_and_weights() {
    let (log, model) = saved();
    let end = |files| match told(files).end {
        Some(ReplayEnd::Different(difference)) => *difference,
        end => panic!("{end:?}"),
    };
    let alone = end(vec![file("run.ndjson", changed(&log))]);
    assert_eq!(alone.batch_id, 2);
    assert!(alone.words.contains("another state"), "{}", alone.words);
    assert_eq!(
        alone.record.unwrap().0,
        "Its first record, partition 0 offset 200"
    );
    let weights = alone.weights.unwrap();
    assert!(!weights.are_compared && weights.first.len() == 14);
    assert_eq!(weights.first[13].name, "intercept");
    let text = String::from_utf8(model).unwrap();
    let mut other: serde_json::Value = serde_json::from_str(&text).unwrap();
    other["model_id"] = 3.into();
    let beside = file("model_3_batch_2.json", text.into_bytes());
    let compared = end(vec![beside, file("run.ndjson", changed(&log))]);
    let weights = compared.weights.unwrap();
    assert!(
        weights.are_compared && weights.first.is_empty(),
        "they are the run's own"
    );
}

#[test]
fn another_stream_is_told_by_its_bytes() {
    let (log, _) = saved();
    let text = String::from_utf8(log)
        .unwrap()
        .replace("\"seed\":7", "\"seed\":8");
    let told = told(vec![file("run.ndjson", text.into_bytes())]);
    let Some(ReplayEnd::Different(difference)) = told.end else {
        panic!("{:?}", told.end)
    };
    assert!(difference.words.contains("the bytes of these records"));
    assert!(difference.weights.is_none() && difference.batch_id == 0);
    let (place, _) = difference.record.unwrap();
    let first = "The first record that differs, partition 0 offset 0";
    assert_eq!(place, first);
}

#[test]
fn a_last_line_that_was_cut_off_is_told_and_is_none() {
    let (log, _) = saved();
    let told = told(vec![file("run.ndjson", log[..log.len() - 5].to_vec())]);
    assert!(told.cut_off && told.batches == 2);
    assert!(matches!(told.end, Some(ReplayEnd::Equal(_))));
}

#[test]
fn a_hostile_log_is_refused_before_anything_is_made_of_it() {
    let (log, _) = saved();
    let text = String::from_utf8(log.clone()).unwrap();
    let of = |text: &str| refused(vec![file("run.ndjson", text.as_bytes().to_vec())]);
    let end = text.find('\n').unwrap();
    assert!(of(&text[..=end]).contains("no whole batch"));
    assert!(of(&text[..end]).contains("first line is cut off"));
    let huge = text.replace(
        "\"last\":99,\"records\":100",
        "\"last\":99999999999,\"records\":99999999999",
    );
    assert!(of(&huge).contains("100 hashes of its"), "{}", of(&huge));
    let elsewhere = text.replace(
        "\"partition\":0,\"first\":100",
        "\"partition\":1,\"first\":100",
    );
    assert!(of(&elsewhere).contains("partition 1"));
    let gap = text.replace("\"batch_id\":1", "\"batch_id\":5");
    assert!(of(&gap).contains("line 3"), "{}", of(&gap));
    let version = |number: u32| format!("\"version\":{number},\"program\"");
    let later = text.replace(&version(VERSION), &version(VERSION + 8));
    let told = format!("version {}", VERSION + 8);
    assert!(of(&later).contains(&told), "{}", of(&later));
    let two = vec![file("a.ndjson", log.clone()), file("b.ndjson", log)];
    assert!(refused(two).contains("one at a time"));
}

const KAFKA: &str = "{\"kafka\":{\"brokers\":\"h:9092\",\"topic\":\"loans\",\"cluster_id\":null}}";

/// The log as if its records had come from elsewhere.
fn of_source(log: &[u8], source: &str) -> OpenedFile {
    let simulated = "{\"simulated\":{\"seed\":7,\"stream\":\"loan\"}}";
    let text = str::from_utf8(log).unwrap();
    assert!(text.contains(simulated), "{text}");
    file(
        "my run.ndjson",
        text.replace(simulated, source).into_bytes(),
    )
}

/// The log of a run of three batches, and a file of the raw records of each.
fn kept() -> (Vec<u8>, Vec<OpenedFile>) {
    let mut run = begun(100);
    run.keep_raw(true);
    fed(&mut run, 300);
    let log = run.file(SaveKind::Log).unwrap().bytes;
    let all = run.file(SaveKind::RawRecords).unwrap();
    assert_eq!(all.name, "batches_0_to_2.ndjson");
    let lines: Vec<_> = all.bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let files = lines.chunks(100).zip(0..);
    let files = files.map(|(lines, id)| file(&format!("batch_{id}.ndjson"), lines.concat()));
    (log, files.collect())
}

#[test]
fn a_run_over_a_topic_is_replayed_from_its_raw_records() {
    let (log, files) = kept();
    let log = of_source(&log, KAFKA);
    let mut one_a_batch = files.clone();
    one_a_batch.rotate_left(1);
    let joint = files[..2].iter().flat_map(|file| file.bytes.clone());
    let joint = vec![
        file("batches_0_to_1.ndjson", joint.collect()),
        files[2].clone(),
    ];
    let twice = vec![
        joint[0].clone(),
        files[1].clone(),
        joint[1].clone(),
        files[0].clone(),
    ];
    for records in [one_a_batch, joint, twice] {
        let told = told([vec![log.clone()], records].concat());
        assert!(matches!(told.end, Some(ReplayEnd::Equal(_))), "{told:?}");
        assert_eq!((told.batches, told.records), (3, 300));
        assert_eq!(told.source, "raw records of its batches");
    }
    let some = refused(vec![log.clone(), files[0].clone(), files[2].clone()]);
    assert!(
        some.contains("the raw records of batch 1 are not among"),
        "{some}"
    );
    // What is missing there may be had from the page's relay.
    let relay = SourceConfig::Relay {
        url: "ws://h/ws?token=secret".into(),
        topic: None,
        from: crate::port::Beginning::Latest,
    };
    for (kept, words) in [
        (&files[..2], "topic loans through ws://h/ws"),
        (&files[..], "raw records of its batches"),
    ] {
        let replay = began_beside(&relay, [std::slice::from_ref(&log), kept].concat());
        assert_eq!(replay.unwrap().told().source, words);
    }
    let mut other = files.clone();
    other[1].bytes[20] ^= 1;
    let told = told([vec![log.clone()], other].concat());
    let Some(ReplayEnd::Different(difference)) = told.end else {
        panic!("{told:?}")
    };
    assert_eq!(difference.batch_id, 1);
    let (place, _) = difference.record.unwrap();
    assert_eq!(
        place,
        "The first record that differs, partition 0 offset 100"
    );
    let mut short = files;
    short[2].bytes.truncate(1000);
    let told = self::told([vec![log], short].concat());
    let Some(ReplayEnd::Different(difference)) = told.end else {
        panic!("{told:?}")
    };
    assert!(
        difference.words.contains("the source has"),
        "{}",
        difference.words
    );
}

#[test]
fn a_run_over_a_file_is_replayed_with_the_file_whatever_its_name() {
    let (log, files) = kept();
    let bytes: Vec<u8> = files.iter().flat_map(|file| file.bytes.clone()).collect();
    let hash = |bytes: &[u8]| shared::run_log::Hash::of(bytes).to_string();
    let source = |head: usize| {
        let hash = hash(&bytes[..head]);
        format!(
            "{{\"file\":{{\"path\":\"/x/a b.json\",\"has_header\":false,\"head_bytes\":{head},\"head_hash\":\"{hash}\"}}}}"
        )
    };
    let log = of_source(&log, &source(5000));
    let told = told(vec![file("z", bytes.clone()), log.clone()]);
    assert!(matches!(told.end, Some(ReplayEnd::Equal(_))), "{told:?}");
    assert_eq!((told.batches, &*told.source), (3, "lines of z"));
    for other in [bytes[1..].to_vec(), bytes[..4999].to_vec()] {
        let reason = refused(vec![log.clone(), file("z", other)]);
        let command = "gradually replay 'my run.ndjson' --file '/x/a b.json'";
        assert!(
            reason.contains("choose that file") && reason.contains(command),
            "{reason}"
        );
    }
}

#[test]
fn everything_of_a_run_is_replayed_out_of_its_archive() {
    let mut run = begun(100);
    run.keep_raw(true);
    fed(&mut run, 300);
    let archive = run.everything().unwrap().archived(None).unwrap();
    let simulated = told(vec![file("run.zip", archive.bytes.clone())]);
    assert!(
        matches!(simulated.end, Some(ReplayEnd::Equal(_))),
        "{simulated:?}"
    );
    assert_eq!(simulated.name, "run.ndjson");
    for length in [archive.bytes.len() - 5, 700, 30, 4] {
        let cut = archive.bytes[..length].to_vec();
        let reason = refused(vec![file("run.zip", cut)]);
        assert!(reason.starts_with("run.zip cannot be opened"), "{reason}");
    }
    for place in (0..archive.bytes.len()).step_by(97) {
        let mut damaged = archive.bytes.clone();
        damaged[place] ^= 0x10;
        // Read or refused, it does no harm.
        let _ = began(vec![file("run.zip", damaged)]);
    }
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::{Cursor, Write as _};
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn an_archive_without_a_log_says_so_and_a_model_alone_in_one_is_opened() {
    let (_, model) = saved();
    let several = zipped(&[("models/a.json", &model), ("README.md", b"words")]);
    assert!(refused(vec![file("a.zip", several)]).contains("no run’s log"));
    let alone = vec![file("a.zip", zipped(&[("models/a.json", &model)]))];
    let opened = open(alone, &SourceConfig::Simulated { seed: 7 });
    assert!(matches!(opened, Ok(Opened::Model(_))));
}

#[test]
fn an_archive_that_is_larger_than_it_says_is_refused() {
    let half = vec![0; crate::port::MOST_OPENED_BYTES / 2 + 1];
    let bytes = zipped(&[("a", &half), ("b", &half)]);
    assert!(bytes.len() < 1_000_000);
    let reason = refused(vec![file("bomb.zip", bytes)]);
    assert!(reason.contains("more than 64 MB together"), "{reason}");
}

#[test]
fn a_run_over_other_records_says_how_it_is_replayed() {
    let (log, _) = saved();
    let of = |source: &str| refused(vec![of_source(&log, source)]);
    let kafka = of(KAFKA);
    let command = "gradually replay 'my run.ndjson' --kafka h:9092 --topic loans";
    assert!(kafka.contains(command), "{kafka}");
    let relay = of("{\"relay\":{\"url\":\"ws://h/ws\",\"topic\":\"loans\",\"cluster_id\":null}}");
    assert!(relay.contains("--kafka HOST:PORT --topic loans"), "{relay}");
}
