//! `gradually train` as a command: its flags, its folder, its exit codes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::path::Path;

use support::relay::Process;
use support::{eventually, fail, gradually, run, succeed};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

fn simulate<'a>(out: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    [
        &[
            "train",
            "--simulate",
            "1",
            "--batch-records",
            "50",
            "--out",
            out,
        ][..],
        rest,
    ]
    .concat()
}

#[test]
fn a_run_leaves_the_labs_files_and_a_line_per_batch() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("new/run");
    let stdout = succeed(&simulate(out.to_str().unwrap(), &["--max-batches", "3"]));
    let stdout = String::from_utf8(stdout).unwrap();
    assert_eq!(stdout.lines().count(), 3);
    assert!(
        stdout.starts_with("batch 0: model 1, 50 records, 0 bad, accuracy "),
        "{stdout}"
    );
    assert_eq!(
        names(&out),
        [
            "checkpoint.ndjson",
            "encoders",
            "metrics",
            "metrics.csv",
            "models",
            "run.ndjson"
        ]
    );
    let encoders = [1, 2, 3].map(|model| format!("encoder_{model}_batch_{}.joblib", model - 1));
    assert_eq!(names(&out.join("encoders")), encoders);
    let models = [
        "model_1_batch_0.joblib",
        "model_1_batch_0.json",
        "model_2_batch_1.joblib",
        "model_2_batch_1.json",
        "model_3_batch_2.joblib",
        "model_3_batch_2.json",
    ];
    assert_eq!(names(&out.join("models")), models);
    let metrics = [
        "batch_0_metrics.json",
        "batch_1_metrics.json",
        "batch_2_metrics.json",
    ];
    assert_eq!(names(&out.join("metrics")), metrics);
}

/// `script` runs a command on a terminal of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_one_view_in_the_place_of_lines() {
    let folder = tempfile::tempdir().unwrap();
    let program = gradually();
    let command = format!(
        "stty cols 160; exec '{}' train --simulate 1 --batch-records 50 --max-batches 3 --out '{}'",
        program.get_program().to_str().unwrap(),
        folder.path().join("run").display()
    );
    let mut script = std::process::Command::new("script");
    let output = script
        .args(["-qec", &command, "/dev/null"])
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{shown}");
    for text in [
        "3 batches, 3 models, 150 records, 0 bad",
        "records/s",
        "accuracy before learning ",
        "█",
    ] {
        assert!(shown.contains(text), "{text} in {shown}");
    }
    assert!(!shown.contains("batch 0: model 1"), "{shown}");
}

#[test]
fn a_batch_without_an_example_writes_no_model_and_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records");
    fs::write(&file, "nonsense\n\nmore\n").unwrap();
    let (file, out) = (file.to_str().unwrap(), folder.path().join("out"));
    let args = [
        "train",
        "--file",
        file,
        "--batch-records",
        "2",
        "--out",
        out.to_str().unwrap(),
    ];
    let stdout = String::from_utf8(succeed(&args)).unwrap();
    assert!(
        stdout.starts_with("batch 0: no model, 2 records, 2 bad"),
        "{stdout}"
    );
    assert!(names(&out.join("models")).is_empty());
    assert_eq!(names(&out.join("metrics")).len(), 2);
    let bad = fs::read_to_string(out.join("bad_records.ndjson")).unwrap();
    assert_eq!(bad.lines().count(), 3);
}

#[test]
fn a_folder_with_a_run_is_refused_and_one_with_other_files_is_not() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let out = folder.path().to_str().unwrap();
    succeed(&simulate(out, &["--max-batches", "1"]));
    let model = folder.path().join("models/model_1_batch_0.json");
    let before = fs::read(&model).unwrap();
    let message = fail(1, &simulate(out, &["--max-batches", "1"]));
    assert!(
        message.contains("holds a run already") && message.contains("another --out"),
        "{message}"
    );
    assert_eq!(fs::read(&model).unwrap(), before);
    let there = [
        "checkpoint.ndjson",
        "encoders",
        "metrics",
        "metrics.csv",
        "models",
        "notes.txt",
        "run.ndjson",
    ];
    assert_eq!(names(folder.path()), there);
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_training() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let out = file.path().join("out");
    let message = fail(1, &simulate(out.to_str().unwrap(), &["--max-batches", "1"]));
    assert!(
        message.contains("cannot create") && message.contains("another --out"),
        "{message}"
    );
}

#[test]
fn settings_are_checked_by_the_names_of_their_flags() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    for (flags, word) in [
        (&["--learning-rate", "constant"][..], "--eta0"),
        (&["--alpha", "-1"], "--alpha"),
        (&["--loss", "mse"], "log_loss"),
        (&["--penalty", "l3"], "elasticnet"),
        (&["--average", "perhaps"], "average"),
        (&["--batch-records", "0"], "--batch-records"),
        (&["--follow"], "--follow"),
        (&["--file", "x"], "--file"),
    ] {
        let message = fail(2, &simulate(out, flags));
        assert!(message.contains(word), "{flags:?}: {message}");
    }
    let neither = fail(2, &["train", "--batch-records", "9", "--out", out]);
    assert!(neither.contains("--simulate"), "{neither}");
    assert!(!Path::new(out).exists(), "bad usage leaves nothing behind");
    let missing = fail(
        1,
        &[
            "train",
            "--file",
            "/nowhere",
            "--batch-records",
            "9",
            "--out",
            out,
        ],
    );
    assert!(missing.contains("cannot read /nowhere"), "{missing}");
    let flags = [
        "--max-batches",
        "1",
        "--learning-rate",
        "constant",
        "--eta0",
        "0.1",
        "--loss",
        "hinge",
    ];
    succeed(&simulate(out, &flags));
}

#[test]
fn a_signal_ends_a_run_after_whole_batches() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.ndjson");
    fs::write(&file, "{}\n".repeat(25)).unwrap();
    let out = folder.path().join("out");
    let args = ["train", "--batch-records", "10", "--follow", "--file"];
    let mut process = Process::start(gradually().args(args).arg(&file).arg("--out").arg(&out));
    eventually("two batches", || {
        (process.stdout().ends_with(b"10\n")
            || process.stdout().windows(7).any(|text| text == b"batch 1"))
        .then_some(())
    });
    process.signal("INT");
    assert_eq!(process.end().code(), Some(0));
    assert!(
        process.stderr().contains("5 records were waiting"),
        "{}",
        process.stderr()
    );
    assert_eq!(names(&out.join("metrics")).len(), 2);
}

#[test]
fn help_tells_every_flag_of_the_contract() {
    for (command, flags) in [
        (
            "serve",
            &[
                "--kafka",
                "--topic",
                "--listen",
                "--allow-origin",
                "--page",
                "--seed",
                "--rate",
            ][..],
        ),
        #[cfg(feature = "kafka")]
        (
            "produce",
            &[
                "--kafka", "--topic", "--count", "--rate", "--seed", "--stream",
            ],
        ),
        (
            "train",
            &[
                "--kafka",
                "--topic",
                "--file",
                "--simulate",
                "--batch-records",
                "--max-batches",
                "--follow",
                "--out",
                "--loss",
                "--penalty",
                "--alpha",
                "--l1-ratio",
                "--fit-intercept",
                "--epsilon",
                "--shuffle",
                "--random-state",
                "--learning-rate",
                "--eta0",
                "--power-t",
                "--average",
                "--class-weight",
                "--dtype",
                "--online",
                "--encoder",
                "--n-features",
                "--threshold",
                "--interaction",
                "--drift",
                "--window-records",
                "--fading-factor",
                "--calibration-bins",
                "--label-delay-records",
                "--cost-threshold",
                "--cost-matrix",
                "--schema",
                "--format",
                "--csv-delimiter",
                "--csv-header",
                "--stream",
            ],
        ),
        (
            "schema",
            &[
                "--kafka",
                "--topic",
                "--file",
                "--simulate",
                "--stream",
                "--format",
            ],
        ),
        ("export", &["--to"]),
        ("tail", &["--topic", "--partition", "--from", "--count"]),
        ("health", &["--wait"]),
    ] {
        let help = String::from_utf8(run(&[command, "--help"]).stdout).unwrap();
        for flag in flags {
            assert!(
                help.contains(&format!("{flag} ")) || help.contains(&format!("{flag}\n")),
                "{command} {flag}"
            );
        }
    }
    let train = String::from_utf8(run(&["train", "--help"]).stdout).unwrap();
    assert!(
        train.contains("[default: log_loss]") && train.contains("[default: 42]"),
        "{train}"
    );
}
