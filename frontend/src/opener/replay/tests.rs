use shared::run_log::VERSION;

use super::*;
use crate::opener::opened::{Opened, open};
use crate::port::{OpenedFile, SaveKind};
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
    match open(files)? {
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

#[test]
fn a_run_over_other_records_says_how_it_is_replayed() {
    let (log, _) = saved();
    let text = String::from_utf8(log).unwrap();
    let simulated = "{\"simulated\":{\"seed\":7,\"stream\":\"loan\"}}";
    assert!(text.contains(simulated), "{text}");
    let of = |source: &str| {
        let text = text.replace(simulated, source);
        refused(vec![file("my run.ndjson", text.into_bytes())])
    };
    let kafka = of("{\"kafka\":{\"brokers\":\"h:9092\",\"topic\":\"loans\",\"cluster_id\":null}}");
    let command = "gradually replay 'my run.ndjson' --kafka h:9092 --topic loans";
    assert!(kafka.contains(command), "{kafka}");
    let relay = of("{\"relay\":{\"url\":\"ws://h/ws\",\"topic\":\"loans\",\"cluster_id\":null}}");
    assert!(relay.contains("--kafka HOST:PORT --topic loans"), "{relay}");
}
