use shared::generate::LoanStream;

use super::*;

fn records(count: usize) -> Vec<u8> {
    let mut stream = LoanStream::new(3);
    let (mut key, mut value, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..count {
        stream.next_into(&mut key, &mut value);
        lines.extend_from_slice(&value);
        lines.push(b'\n');
    }
    lines
}

fn ask(case: &str, records: usize, passes: u32, from: &Records) -> anyhow::Result<Answer> {
    let case = case.to_owned();
    let request = Request {
        case,
        records,
        passes,
    };
    run(&request, from)
}

#[test]
fn every_case_that_needs_no_file_runs_and_counts_its_records() {
    let records = Records::of_bytes(records(1000));
    for case in [
        "stream/100",
        "stream/1",
        "stream-ahead/100",
        "stream-ahead/7",
        "decode",
        "encode",
        "fit/dense/100",
        "fit/one-hot/100",
        "width/4",
        "batch/64",
        "save/json",
        "save/joblib",
        "save/encoder",
        "save/onnx",
        "save/sql",
        "save/py",
        "save/checkpoint",
    ] {
        let count = if case.contains('h') && case.ends_with('4') {
            512
        } else {
            600
        };
        let answer = ask(case, count, 2, &records).unwrap();
        assert_eq!(answer.records, 2 * count as u64, "{case}");
        assert!(
            answer.seconds.is_finite() && answer.seconds >= 0.0,
            "{case}"
        );
        assert_eq!(
            answer.accuracy.is_some(),
            case.starts_with("stream"),
            "{case}"
        );
    }
}

#[test]
fn a_file_is_learned_from_as_its_records_are() {
    let file = std::env::temp_dir().join(format!("engine-bench-{}.ndjson", std::process::id()));
    std::fs::write(&file, records(500)).unwrap();
    let records = Records::of_file(file.clone());
    let streamed = ask("stream/100", 500, 1, &records).unwrap();
    for case in ["file/100", "file-ahead/100", "stream-ahead/100"] {
        let whole = ask(case, 500, 1, &records).unwrap();
        assert_eq!(whole.accuracy, streamed.accuracy, "{case}");
    }
    std::fs::remove_file(file).unwrap();
    assert!(streamed.accuracy.unwrap() > 0.5);
}

#[test]
fn names_are_read_as_they_are_written() {
    for name in [
        "stream/300",
        "file/1000",
        "stream-ahead/300",
        "file-ahead/300",
        "decode",
        "encode",
        "fit/dense/10",
        "fit/one-hot/10",
        "width/4096",
        "batch/1",
    ] {
        let case: Case = name.parse().unwrap();
        assert_eq!(case.to_string(), name);
    }
}

#[test]
fn what_cannot_be_measured_is_said() {
    let records = Records::of_bytes(records(3));
    let message = |case: &str, count| ask(case, count, 1, &records).unwrap_err().to_string();
    assert_eq!(message("stream/0", 3), "there is no case `stream/0`");
    assert_eq!(
        message("decode", 4),
        "4 records are wanted, and 3 are there"
    );
    assert_eq!(message("file/1", 3), "there is no file here");
    assert_eq!(message("batch/2", 3), "3 records are no batches of 2");
    assert_eq!(message("decode", 0), "a round takes a record at least");
}
