//! Bad usage of `gradually train`: exit code 2, the flag's name, and what is allowed.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;

use support::fail;

/// Each of these flags is refused with these words, and nothing is begun.
fn check(refused: &[(&[&str], [&str; 2])]) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let usual = [
        "train",
        "--simulate",
        "1",
        "--batch-records",
        "50",
        "--max-batches",
        "1",
        "--out",
    ];
    for (flags, words) in refused {
        let message = fail(2, &[&usual[..], &[out.to_str().unwrap()], flags].concat());
        for word in words {
            assert!(message.contains(word), "{flags:?}: {message}");
        }
    }
    assert!(!out.exists(), "bad usage leaves nothing behind");
}

#[test]
fn bad_settings_are_told_by_the_names_of_their_flags() {
    check(&[
        (&["--encoder", "dense"][..], ["--encoder", "per_batch"]),
        (
            &["--encoder", r#"{"hashed": {"width": 3}}"#],
            ["--encoder", "width"],
        ),
        (&["--n-features", "9"], ["--n-features", "hashed"]),
        (
            &["--encoder", "hashed", "--n-features", "0"],
            ["--n-features", "1048576"],
        ),
        (
            &["--encoder", "per_batch", "--threshold", "a<1"],
            ["--threshold", "stable"],
        ),
        (
            &["--encoder", "hashed", "--interaction", "a*b"],
            ["--interaction", "stable"],
        ),
        (
            &["--threshold", "person_income=3"],
            ["--threshold", "field<value"],
        ),
        (&["--threshold", "age<3"], ["--threshold", "age<3"]),
        (
            &["--interaction", "person_income"],
            ["--interaction", "first*second"],
        ),
        (&["--online", "sgd"], ["--online", "ftrl_proximal"]),
        (
            &["--online", r#"{"optimizer": {"adam": {"lr": 0}}}"#],
            ["--online", "lr"],
        ),
        (
            &["--online", "adam", "--stream", "led"],
            ["--online", "two classes"],
        ),
        (&["--drift", "adwim"], ["--drift", "page_hinkley"]),
        (
            &["--drift", r#"{"adwin": {"delta": 2}}"#],
            ["--drift", "adwin.delta"],
        ),
        (&["--fading-factor", "0"], ["--fading-factor", "at most 1"]),
        (&["--calibration-bins", "0"], ["--calibration-bins", "1000"]),
        (
            &["--label-delay-records", "100001"],
            ["--label-delay-records", "100000"],
        ),
        (
            &["--cost-threshold", "1.5"],
            ["--cost-threshold", "from 0 to 1"],
        ),
        (
            &["--cost-matrix", "[0,1]"],
            ["--cost-matrix", "[[0,100],[500,0]]"],
        ),
        (&["--cost-matrix", "[[0,1]]"], ["--cost-matrix", "2 rows"]),
        (
            &["--class-weight", "balanced"],
            ["--class-weight", "partial_fit"],
        ),
        (&["--dtype", "float16"], ["--dtype", "float32"]),
    ]);
}

#[test]
fn bad_records_schemas_and_streams_are_told_by_the_names_of_their_flags() {
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema");
    fs::write(&schema, "{\"format\": \"gradually-schema\"}").unwrap();
    check(&[
        (&["--schema", "/nowhere"], ["--schema", "cannot read"]),
        (
            &["--schema", schema.to_str().unwrap()],
            ["--schema", "missing field"],
        ),
        (&["--stream", "moon"], ["--stream", "random_rbf"]),
        (&["--stream", "script"], ["--stream", "needs settings"]),
        (
            &["--stream", r#"{"sea": {"noise": 3}}"#],
            ["--stream", "sea.noise"],
        ),
        (&["--stream", "@/nowhere"], ["--stream", "cannot read"]),
        (&["--format", "xml"], ["--format", "csv"]),
        (&["--format", "csv"], ["--format", "generated"]),
        (
            &["--csv-delimiter", ";"],
            ["--csv-delimiter", "--format csv"],
        ),
        (
            &["--csv-delimiter", "ab"],
            ["--csv-delimiter", "one ASCII character"],
        ),
        (&["--csv-header", "a,b"], ["--csv-header", "--format csv"]),
    ]);
}

#[test]
fn flags_for_another_input_are_refused() {
    let file = ["train", "--file", "x", "--batch-records", "9", "--out", "x"];
    let stream = fail(2, &[&file[..], &["--stream", "led"]].concat());
    assert!(stream.contains("--stream"), "{stream}");
    let topic = fail(2, &[&file[..], &["--topic", "t"]].concat());
    assert!(topic.contains("--topic"), "{topic}");
    let columns = ["--format", "csv", "--csv-header", "a,a"];
    let message = fail(2, &[&file[..], &columns].concat());
    assert!(
        message.contains("--csv-header") && message.contains("two columns"),
        "{message}"
    );
}
