//! `gradually replay`: a run that is done again comes out the same, and where it does not the first
//! difference is told.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use shared::generate::LoanStream;
use support::relay::Process;
use support::{eventually, fail, gradually, run, succeed};

/// More than the part of a file that tells it from others.
const RECORDS: usize = 5000;

fn records(folder: &Path) -> PathBuf {
    let mut stream = LoanStream::new(3);
    let (mut key, mut value, mut file) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RECORDS {
        stream.next_into(&mut key, &mut value);
        file.extend(&value);
        file.push(b'\n');
    }
    let path = folder.join("records.ndjson");
    fs::write(&path, file).unwrap();
    path
}

/// A run of the file in batches of 500; the folder, and its path as text.
fn run_of(file: &Path, flags: &[&str]) -> String {
    let out = file.parent().unwrap().join("run");
    let out = out.to_str().unwrap();
    let args = [
        "train",
        "--batch-records",
        "500",
        "--file",
        file.to_str().unwrap(),
        "--out",
        out,
    ];
    succeed(&[&args[..], flags].concat());
    out.to_owned()
}

/// A replay that finds a difference: what it tells on stdout.
fn differs(args: &[&str]) -> String {
    let output = run(&[&["replay"], args].concat());
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("differs from the run in batch"), "{stderr}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_run_comes_out_the_same_from_wherever_its_records_lie() {
    let folder = tempfile::tempdir().unwrap();
    let file = records(folder.path());
    let flags = [
        "--average",
        "true",
        "--drift",
        "adwin",
        "--label-delay-records",
        "20",
    ];
    let out = run_of(&file, &flags);
    let same = succeed(&["replay", &out]);
    let text = String::from_utf8(same.clone()).unwrap();
    assert!(
        text.starts_with("10 batches, 5000 records: every state is the run's"),
        "{text}"
    );
    let log = Path::new(&out).join("run.ndjson");
    assert_eq!(succeed(&["replay", log.to_str().unwrap()]), same);
    let moved = folder.path().join("moved");
    fs::rename(&file, &moved).unwrap();
    let gone = fail(1, &["replay", &out]);
    assert!(gone.contains("cannot read"), "{gone}");
    assert_eq!(
        succeed(&["replay", &out, "--file", moved.to_str().unwrap()]),
        same
    );
    let other = fail(1, &["replay", &out, "--simulate", "3"]);
    assert!(other.contains("came from a file"), "{other}");
}

#[test]
fn a_generated_run_comes_out_the_same_also_behind_a_resume() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path().to_str().unwrap();
    let args = [
        "train",
        "--simulate",
        "5",
        "--stream",
        "sea",
        "--batch-records",
        "100",
    ];
    succeed(&[&args[..], &["--max-batches", "3", "--out", out]].concat());
    succeed(&["train", "--resume", out, "--max-batches", "7"]);
    let text = String::from_utf8(succeed(&["replay", out])).unwrap();
    assert!(text.starts_with("7 batches, 700 records"), "{text}");
}

#[test]
fn a_record_that_was_changed_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = records(folder.path());
    let out = run_of(&file, &["--save-raw"]);
    let mut bytes = fs::read(&file).unwrap();
    let start = bytes.len() - 700;
    let digit = bytes[start..]
        .windows(7)
        .position(|text| text == b"_amnt\":")
        .unwrap();
    bytes[start + digit + 8] ^= 1;
    fs::write(&file, &bytes).unwrap();
    let told = differs(&[&out]);
    assert!(
        told.starts_with("batch 9, partition 0 offsets 4500 to 4999 (500 records): the bytes"),
        "{told}"
    );
    assert!(told.contains("record partition 0 offset 499"), "{told}");
    assert!(told.contains("in the run {"), "{told}");
    fs::remove_dir_all(Path::new(&out).join("raw")).unwrap();
    let told = differs(&[&out]);
    assert!(told.contains("record partition 0 offset 499"), "{told}");
    assert!(
        told.contains("was not kept (train --save-raw does)"),
        "{told}"
    );
    // Fewer records than there were.
    bytes.truncate(start);
    fs::write(&file, &bytes).unwrap();
    let told = differs(&[&out]);
    assert!(
        told.starts_with("batch 9: the run had partition 0"),
        "{told}"
    );
}

#[test]
fn another_state_is_told_with_its_weights() {
    let folder = tempfile::tempdir().unwrap();
    let file = records(folder.path());
    let out = run_of(&file, &[]);
    let log = Path::new(&out).join("run.ndjson");
    let text = fs::read_to_string(&log).unwrap();
    // As if an other program had learned with another regularization.
    fs::write(
        &log,
        text.replacen("\"alpha\":0.0001", "\"alpha\":0.0002", 1),
    )
    .unwrap();
    let told = differs(&[&out]);
    assert!(
        told.starts_with("batch 0, partition 0 offsets 0 to 499"),
        "{told}"
    );
    assert!(
        told.contains("the same bytes led to another state"),
        "{told}"
    );
    assert!(
        told.contains("its first record, partition 0 offset 0: {"),
        "{told}"
    );
    let weights: Vec<_> = told.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(weights.len(), 14, "{told}");
    assert!(weights[13].starts_with("  intercept: "), "{told}");
    let model: serde_json::Value = serde_json::from_slice(
        &fs::read(Path::new(&out).join("models/model_1_batch_0.json")).unwrap(),
    )
    .unwrap();
    let then: f64 = weights[13].split(' ').nth_back(1).unwrap().parse().unwrap();
    assert_eq!(Some(then), model["intercept"][0].as_f64());
}

#[test]
fn a_log_that_is_none_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    succeed(&[
        "train",
        "--simulate",
        "1",
        "--batch-records",
        "10",
        "--max-batches",
        "4",
        "--out",
        out,
    ]);
    let log = folder.path().join("run.ndjson");
    let whole = fs::read_to_string(&log).unwrap();
    // The last line is a checkpoint's; one that was cut off is none.
    fs::write(&log, &whole[..whole.len() - 5]).unwrap();
    succeed(&["replay", out]);
    for (from, to, told) in [
        (
            "gradually-run",
            "somebodys-run",
            "a somebodys-run of version 3",
        ),
        (
            "\"version\":3",
            "\"version\":1",
            "of version 1; this program reads",
        ),
        (
            "\"batch_id\":1",
            "\"batch_id\":5",
            "line 4 of the run's log: batch 5 where batch 1 should be",
        ),
        (
            "\"last\":19",
            "\"last\":11",
            "offsets 10 to 11 cannot be 10 records",
        ),
        ("{\"batch\"", "{\"patch\"", "unknown variant `patch`"),
        ("\"alpha\":0.0001", "\"alpha\":-1", "alpha"),
    ] {
        fs::write(&log, whole.replacen(from, to, 1)).unwrap();
        let message = fail(1, &["replay", out]);
        assert!(message.contains(told), "{message}");
    }
    fs::write(&log, "").unwrap();
    assert!(fail(1, &["replay", out]).contains("no whole line"));
}

#[test]
fn batches_that_time_cut_are_cut_again_at_the_same_records() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("growing.ndjson");
    let lines = fs::read_to_string(records(folder.path())).unwrap();
    let mut lines = lines.lines();
    let mut growing = fs::File::create(&file).unwrap();
    let out = folder.path().join("run");
    let args = ["train", "--batch-seconds", "1", "--follow", "--file"];
    let mut process = Process::start(gradually().args(args).arg(&file).arg("--out").arg(&out));
    for batch in 0..3 {
        for line in lines.by_ref().take(7) {
            writeln!(growing, "{line}").unwrap();
        }
        eventually("a batch of what came", || {
            out.join(format!("metrics/batch_{batch}_metrics.json"))
                .exists()
                .then_some(())
        });
    }
    // Seconds in which nothing came have no batch.
    sleep(Duration::from_millis(2200));
    process.signal("TERM");
    assert_eq!(process.end().code(), Some(0));
    let batches = fs::read_dir(out.join("metrics")).unwrap().count();
    assert!((3..=6).contains(&batches), "{batches}");
    let text = String::from_utf8(succeed(&["replay", out.to_str().unwrap()])).unwrap();
    assert!(
        text.starts_with(&format!("{batches} batches, 21 records")),
        "{text}"
    );
}
