//! `gradually train --resume`: a run that was killed goes on to the same files, bit by bit.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use shared::save::open_checkpoint;
use support::relay::Process;
use support::{eventually, fail, gradually, run, succeed};
use tempfile::TempDir;

/// How often a run is killed, unless `GRADUALLY_KILLS` says otherwise.
const KILLS: u32 = 100;

/// A file of generated records, a bad one after every 39.
fn records(folder: &Path, count: u64) -> PathBuf {
    use shared::generate::LoanStream;
    let mut stream = LoanStream::new(7);
    let (mut key, mut value, mut file) = (Vec::new(), Vec::new(), Vec::new());
    for record in 0..count {
        stream.next_into(&mut key, &mut value);
        match record % 40 {
            39 => file.extend(b"{\"label\": 2}"),
            _ => file.extend(&value),
        }
        file.push(b'\n');
    }
    let path = folder.join("records.ndjson");
    fs::write(&path, file).unwrap();
    path
}

/// Settings under which all that a learner holds matters.
const ALL_OF_IT: [&str; 12] = [
    "--average",
    "true",
    "--penalty",
    "elasticnet",
    "--label-delay-records",
    "7",
    "--drift",
    "adwin",
    "--hold-out",
    "9",
    "--hold-out-records",
    "50",
];

/// Every file of a run by its path, but for what tells when checkpoints were written and how long the
/// file of records was: of the log the batches, of the checkpoint the snapshot.
fn files(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mut bytes = fs::read(&path).unwrap();
            let name = path.strip_prefix(out).unwrap().to_owned();
            let told = String::from_utf8_lossy(&bytes).into_owned();
            match name.to_str() {
                Some("run.ndjson") => {
                    let lines = told.lines().filter(|line| line.starts_with("{\"batch\""));
                    bytes = lines.collect::<Vec<_>>().join("\n").into_bytes();
                }
                Some("checkpoint.ndjson") => {
                    bytes = told.lines().nth(1).unwrap().as_bytes().to_vec();
                }
                _ => {}
            }
            found.insert(name, bytes);
        }
    }
    found
}

fn assert_same(found: &Path, wanted: &Path) {
    let (found, wanted) = (files(found), files(wanted));
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        wanted.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &wanted {
        assert!(found[name] == *bytes, "{} differs", name.display());
    }
}

/// A run of the file that nothing interrupts.
fn whole_run(file: &Path, flags: &[&str]) -> TempDir {
    let out = tempfile::tempdir().unwrap();
    let args = ["train", "--file", file.to_str().unwrap(), "--out"];
    succeed(&[&args[..], &[out.path().to_str().unwrap()], flags].concat());
    out
}

#[test]
fn a_run_that_is_killed_at_any_moment_goes_on_to_the_same_files() {
    let kills = std::env::var("GRADUALLY_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = records(folder.path(), 1201);
    let flags = [&["--batch-records", "20"], &ALL_OF_IT[..]].concat();
    let wanted = whole_run(&file, &flags);
    let mut out = tempfile::tempdir().unwrap();
    let (mut killed, mut finished, mut chance) = (0, 0, 1_u64);
    while killed < kills {
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        // Half of the runs write a checkpoint after each batch, half at the start and the end only.
        let every = if chance >> 60 & 1 == 0 { "batch" } else { "1s" };
        let args = ["train", "--checkpoint-every", every, "--file"];
        let mut process = gradually()
            .args(args)
            .arg(&file)
            .args(&flags)
            .arg("--resume")
            .arg(out.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        sleep(Duration::from_micros((chance >> 33) % 250_000));
        let ended = process.try_wait().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
        match ended {
            Some(status) => {
                assert!(status.success(), "{status}");
                assert_same(out.path(), wanted.path());
                finished += 1;
                out = tempfile::tempdir().unwrap();
            }
            None => killed += 1,
        }
        let checkpoint = out.path().join("checkpoint.ndjson");
        if checkpoint.exists() {
            open_checkpoint(&fs::read(checkpoint).unwrap()).unwrap();
        }
    }
    succeed(
        &["train", "--resume", out.path().to_str().unwrap()][..]
            .iter()
            .copied()
            .chain(["--file", file.to_str().unwrap()])
            .chain(flags.iter().copied())
            .collect::<Vec<_>>(),
    );
    assert_same(out.path(), wanted.path());
    println!("killed {killed} times, {finished} runs came to their end between");
}

#[test]
fn a_run_goes_on_with_its_own_input_and_settings() {
    let folder = tempfile::tempdir().unwrap();
    let file = records(folder.path(), 300);
    let flags = [
        &["--batch-records", "30", "--save-raw"][..],
        // Whatever the log has to name.
        &["--save", "json,onnx,sql,python"],
        &ALL_OF_IT[..],
    ]
    .concat();
    let wanted = whole_run(&file, &flags);
    let out = whole_run(&file, &[&flags[..], &["--max-batches", "4"]].concat());
    let resume = ["train", "--resume", out.path().to_str().unwrap()];
    let output = run(&resume);
    assert!(output.status.success());
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.starts_with("batch 4: model 5"), "{stdout}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("goes on behind 4 batches, 120 records"),
        "{stderr}"
    );
    assert_same(out.path(), wanted.path());
    // Nothing is left to do, and nothing changes.
    assert_eq!(succeed(&resume), b"");
    assert_same(out.path(), wanted.path());
    // The same settings may be given again; others may not.
    assert_eq!(succeed(&[&resume[..], &flags[..]].concat()), b"");
    let message = fail(2, &[&resume[..], &["--alpha", "0.1"]].concat());
    assert!(message.contains("--alpha"), "{message}");
    // More records came.
    let longer = records(folder.path(), 390);
    succeed(&resume);
    assert_same(out.path(), whole_run(&longer, &flags).path());
}

#[test]
fn the_columns_of_a_csv_file_are_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("numbers.csv");
    let lines = (0..90).map(|number| format!("{},{}", number % 7, u8::from(number % 7 > 3)));
    let lines: Vec<_> = ["x,y".to_owned()].into_iter().chain(lines).collect();
    fs::write(
        &file,
        lines.join(
            "
",
        ),
    )
    .unwrap();
    let schema = folder.path().join("schema.json");
    let file = file.to_str().unwrap();
    fs::write(
        &schema,
        succeed(&["schema", "--format", "csv", "--file", file]),
    )
    .unwrap();
    let flags = [
        "--format",
        "csv",
        "--batch-records",
        "20",
        "--save-raw",
        "--schema",
    ];
    let flags = [&flags[..], &[schema.to_str().unwrap()]].concat();
    let wanted = whole_run(Path::new(file), &flags);
    let out = whole_run(
        Path::new(file),
        &[&flags[..], &["--max-batches", "2"]].concat(),
    );
    succeed(&["train", "--resume", out.path().to_str().unwrap()]);
    assert_same(out.path(), wanted.path());
    let raw = fs::read_to_string(out.path().join("raw/batch_4.csv")).unwrap();
    assert_eq!(raw.lines().next(), Some("x,y"));
    assert_eq!(raw.lines().count(), 11);
}

#[test]
fn a_folder_without_a_whole_checkpoint_begins_afresh_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = records(folder.path(), 100);
    let flags = ["--batch-records", "20"];
    let wanted = whole_run(&file, &flags);
    let out = whole_run(&file, &flags);
    let path = out.path().to_str().unwrap();
    let checkpoint = out.path().join("checkpoint.ndjson");
    let whole = fs::read(&checkpoint).unwrap();
    let damaged = [&whole[..whole.len() - 20], b"0", &whole[whole.len() - 19..]].concat();
    for (broken, told) in [
        (&whole[..whole.len() / 2], "not whole"),
        (&damaged[..], "damaged"),
        (b"", "not a checkpoint"),
    ] {
        fs::write(&checkpoint, broken).unwrap();
        let output = run(&["train", "--resume", path]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{stderr}");
        assert!(
            stderr.contains(told) && stderr.contains("begins afresh"),
            "{stderr}"
        );
        assert_same(out.path(), wanted.path());
    }
    fs::remove_file(&checkpoint).unwrap();
    let output = run(&["train", "--resume", path]);
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("there is no checkpoint.ndjson")
    );
    assert_same(out.path(), wanted.path());
    // Of a folder with nothing in it the flags say all.
    let empty = tempfile::tempdir().unwrap();
    let path = empty.path().to_str().unwrap();
    let args = ["train", "--file", file.to_str().unwrap(), "--resume", path];
    succeed(&[&args[..], &flags].concat());
    assert_same(empty.path(), wanted.path());
    let message = fail(2, &["train", "--resume", folder.path().to_str().unwrap()]);
    assert!(
        message.contains("begins afresh") && message.contains("--batch-records"),
        "{message}"
    );
    // Models without a log are somebody's.
    fs::remove_file(empty.path().join("run.ndjson")).unwrap();
    let message = fail(1, &[&args[..], &flags].concat());
    assert!(message.contains("holds a run already"), "{message}");
}

#[test]
fn a_run_goes_on_with_nothing_but_its_own_records() {
    let folder = tempfile::tempdir().unwrap();
    let file = records(folder.path(), 100);
    let out = whole_run(&file, &["--batch-records", "20", "--max-batches", "2"]);
    let resume = ["train", "--resume", out.path().to_str().unwrap()];
    let other = folder.path().join("other.ndjson");
    fs::write(&other, "{}\n".repeat(100)).unwrap();
    let message = fail(
        1,
        &[&resume[..], &["--file", other.to_str().unwrap()]].concat(),
    );
    assert!(message.contains("another file"), "{message}");
    let message = fail(1, &[&resume[..], &["--simulate", "1"]].concat());
    assert!(message.contains("came from a file"), "{message}");
    // A file that ends before where the run is cannot be it.
    let text = fs::read_to_string(&file).unwrap();
    let thirty: Vec<_> = text.lines().take(30).collect();
    fs::write(
        &file,
        thirty.join(
            "
",
        ),
    )
    .unwrap();
    let message = fail(1, &resume);
    assert!(message.contains("has only 30 whole lines"), "{message}");
    // One that was moved is.
    let moved = folder.path().join("moved.ndjson");
    fs::write(&moved, text).unwrap();
    succeed(&[&resume[..], &["--file", moved.to_str().unwrap()]].concat());
}

#[test]
fn a_run_of_another_version_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = records(folder.path(), 60);
    for (name, from, to) in [
        ("run.ndjson", "\"version\":", "\"version\":9"),
        ("checkpoint.ndjson", "\"version\":", "\"version\":9"),
        (
            "checkpoint.ndjson",
            "gradually-checkpoint",
            "somebodys-checkpoint",
        ),
    ] {
        let out = whole_run(&file, &["--batch-records", "20"]);
        let path = out.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let before = files(out.path());
        let message = fail(1, &["train", "--resume", out.path().to_str().unwrap()]);
        assert!(
            message.contains("go on with it by that version"),
            "{message}"
        );
        assert!(
            message.contains("this program reads gradually-"),
            "{message}"
        );
        assert_eq!(files(out.path()), before);
    }
}

#[test]
fn two_programs_do_not_write_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = records(folder.path(), 100);
    let out = folder.path().join("out");
    let args = ["train", "--batch-records", "20", "--follow", "--file"];
    let mut first = Process::start(gradually().args(args).arg(&file).arg("--out").arg(&out));
    eventually("the last batch", || {
        out.join("metrics/batch_4_metrics.json")
            .exists()
            .then_some(())
    });
    let message = fail(1, &["train", "--resume", out.to_str().unwrap()]);
    assert!(message.contains("another program writes"), "{message}");
    first.signal("TERM");
    assert_eq!(first.end().code(), Some(0));
    succeed(&["train", "--resume", out.to_str().unwrap()]);
}
