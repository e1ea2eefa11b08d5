//! `gradually export`: the metrics of a run as a table of other programs.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::path::Path;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use support::{fail, succeed};

/// A run of 5 batches, of which the fourth has bad records only.
fn run_of(folder: &Path) -> String {
    let mut generated = shared::generate::LoanStream::new(3);
    let (mut key, mut value, mut file) = (Vec::new(), Vec::new(), Vec::new());
    for record in 0..500 {
        generated.next_into(&mut key, &mut value);
        let is_bad = record / 100 == 3 || record % 50 == 7;
        file.extend(if is_bad { &b"{}"[..] } else { &value });
        file.push(b'\n');
    }
    let (records, out) = (folder.join("records.ndjson"), folder.join("run"));
    fs::write(&records, file).unwrap();
    let (records, out) = (records.to_str().unwrap(), out.to_str().unwrap());
    let args = ["train", "--batch-records", "100", "--save", "none"];
    succeed(&[&args[..], &["--file", records, "--out", out]].concat());
    out.to_owned()
}

/// Every cell of a file of Parquet as the table of CSV has it; the kinds of the columns.
fn cells(parquet: &Path) -> (Vec<Vec<String>>, Vec<(String, &'static str)>) {
    let file = fs::File::open(parquet).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let (mut rows, mut kinds) = (Vec::new(), Vec::new());
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        kinds.clear();
        let mut texts = Vec::new();
        for (name, field) in row.get_column_iter() {
            let (text, kind) = match field {
                Field::Long(number) => (number.to_string(), "count"),
                Field::Double(number) => (number.to_string(), "measure"),
                Field::Null => (String::new(), "measure"),
                other => panic!("{name}: {other:?}"),
            };
            kinds.push((name.clone(), kind));
            texts.push(text);
        }
        rows.push(texts);
    }
    (rows, kinds)
}

#[test]
fn parquet_has_every_number_of_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let out = run_of(folder.path());
    let to = folder.path().join("metrics.parquet");
    // What was there is replaced.
    fs::write(&to, "before").unwrap();
    succeed(&["export", &out, "--to", to.to_str().unwrap()]);
    let table = fs::read_to_string(Path::new(&out).join("metrics.csv")).unwrap();
    let mut lines = table.lines().map(|line| line.split(',').map(str::to_owned));
    let head: Vec<String> = lines.next().unwrap().collect();
    let wanted: Vec<Vec<String>> = lines.map(Iterator::collect).collect();
    let (rows, kinds) = cells(&to);
    assert_eq!(rows, wanted);
    assert_eq!(rows.len(), 5);
    let accuracy = head.iter().position(|name| name == "accuracy").unwrap();
    assert_eq!(rows[3][accuracy], "", "a batch without an example has none");
    let (names, kinds): (Vec<_>, Vec<_>) = kinds.into_iter().unzip();
    assert_eq!(names, head);
    assert_eq!(kinds.iter().filter(|kind| **kind == "count").count(), 7);
    assert!(!folder.path().join("metrics.parquet.unfinished").exists());
}

#[test]
fn what_is_not_whole_yet_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let out = run_of(folder.path());
    let source = Path::new(&out).join("metrics.csv");
    let whole = fs::read_to_string(&source).unwrap();
    fs::write(&source, whole.trim_end()).unwrap();
    let to = folder.path().join("again.CSV");
    succeed(&[
        "export",
        source.to_str().unwrap(),
        "--to",
        to.to_str().unwrap(),
    ]);
    let rows: Vec<&str> = whole.split_inclusive('\n').take(5).collect();
    assert_eq!(fs::read_to_string(&to).unwrap(), rows.concat());
}

/// More rows than are written together.
#[test]
fn a_long_run_is_written_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let (source, to) = (folder.path().join("m.csv"), folder.path().join("m.parquet"));
    let row = |batch: u32| {
        let log_loss = (!batch.is_multiple_of(3)).then(|| (1.0 / f64::from(batch)).to_string());
        format!("{batch},{}\n", log_loss.unwrap_or_default())
    };
    let rows: String = (0..70_000).map(row).collect();
    let table = format!("batch_id,log_loss\n{rows}");
    fs::write(&source, &table).unwrap();
    succeed(&[
        "export",
        source.to_str().unwrap(),
        "--to",
        to.to_str().unwrap(),
    ]);
    let (rows, _) = cells(&to);
    let again: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    assert_eq!(
        again.join("\n"),
        table.split_once('\n').unwrap().1.trim_end()
    );
}

#[test]
fn what_cannot_be_exported_is_told_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let to = path("to.parquet");
    let check = |text: &str, message: &str| {
        fs::write(path("metrics.csv"), text).unwrap();
        let told = fail(1, &["export", &path(""), "--to", &to]);
        assert!(told.contains(message), "{text:?}: {told}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{text:?}");
    };
    check("", "is no table of a run's metrics");
    check("a,b\n1,2\n", "is no table of a run's metrics");
    check("batch_id,accuracy\n", "no batch yet");
    check(
        "batch_id,accuracy\n0,0.5\n1,x\n",
        "line 3, accuracy is no number",
    );
    check(
        "batch_id,accuracy\n-1,0.5\n",
        "line 2, batch_id is no count",
    );
    check(
        "batch_id,accuracy\n9223372036854775808,1\n",
        "batch_id is no count",
    );
    check("batch_id,accuracy\n0\n", "line 2, accuracy is no number");
    check("batch_id,accuracy\n0,1,2\n", "line 2 has more cells");
    check(
        &format!("batch_id\n{}\n", "1".repeat(1 << 17)),
        "is longer than",
    );
    let wrong = fail(2, &["export", &path(""), "--to", &path("to.xlsx")]);
    assert!(wrong.contains(".parquet or .csv"), "{wrong}");
    let same = fail(2, &["export", &path(""), "--to", &path("metrics.csv")]);
    assert!(same.contains("choose another"), "{same}");
    let none = fail(1, &["export", &path("none"), "--to", &to]);
    assert!(none.contains("cannot read"), "{none}");
}
