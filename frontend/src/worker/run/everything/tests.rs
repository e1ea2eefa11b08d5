use std::io::{Cursor, Read as _};

use super::*;
use crate::worker::run::tests::{begun, fed, push};

/// Names and contents of an archive.
fn opened(file: &SavedFile) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(&file.bytes)).unwrap();
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.push((entry.name().unwrap().into_owned(), bytes));
    }
    files
}

#[test]
fn it_holds_every_single_file_byte_by_byte() {
    let mut run = begun(100);
    run.keep_raw(true);
    push(&mut run, 0, b"not json");
    fed(&mut run, 200);
    let png = b"\x89PNG".to_vec();
    let file = run.everything().unwrap().archived(Some(png)).unwrap();
    assert_eq!(file.name, "run_batch_1.zip");
    let opened = opened(&file);
    let names: Vec<&str> = opened.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "README.md",
        "models/model_2_batch_1.json",
        "models/model_2_batch_1.joblib",
        "models/model_2_batch_1.onnx",
        "models/model_2_batch_1.sql",
        "models/model_2_batch_1.py",
        "encoders/encoder_2_batch_1.joblib",
        "metrics/batch_1_metrics.json",
        "metrics.csv",
        "bad_records.ndjson",
        "run.ndjson",
        "settings.json",
        "chart.svg",
        "chart.png",
        "raw/batch_0.ndjson",
        "raw/batch_1.ndjson",
    ];
    assert_eq!(names, expected);
    for (kind, folder, _) in KINDS.iter().filter(|kind| kind.0 != SaveKind::StartModel) {
        let single = run.file(*kind).unwrap();
        let path = format!("{folder}{}", single.name);
        assert!(opened.contains(&(path, single.bytes)), "{kind:?}");
    }
    let readme = String::from_utf8(opened[0].1.clone()).unwrap();
    for name in expected
        .iter()
        .filter(|name| !name.starts_with("raw/"))
        .skip(1)
    {
        assert!(readme.contains(name), "{name} in the README");
    }
}

#[test]
fn names_are_safe_everywhere_and_the_bytes_are_the_same_again() {
    let archive = || {
        let mut run = begun(50);
        run.keep_raw(true);
        fed(&mut run, 200);
        run.everything().unwrap().archived(None).unwrap()
    };
    let file = archive();
    assert_eq!(file, archive());
    for (name, _) in opened(&file) {
        let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/');
        assert!(name.chars().all(is_safe) && !name.contains(".."), "{name}");
    }
}

#[test]
fn a_run_without_a_model_has_the_rest_and_none_before_the_first_batch() {
    let mut run = begun(1);
    assert!(
        run.everything()
            .is_err_and(|why| why.contains("first batch"))
    );
    push(&mut run, 0, b"{}");
    let opened = opened(&run.everything().unwrap().archived(None).unwrap());
    assert!(opened.iter().all(|(name, _)| !name.starts_with("models/")));
    assert!(opened.iter().any(|(name, _)| name == "bad_records.ndjson"));
}
