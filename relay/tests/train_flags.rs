//! The flags of `gradually train` beyond the model's, and `gradually schema`: each does what it says.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use shared::generate::{KnownStream, StreamSettings};
use support::relay::Process;
use support::{eventually, fail, gradually, run, succeed};

/// What a run left.
struct Run {
    folder: tempfile::TempDir,
    stdout: String,
}

impl Run {
    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join("run").join(name)).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    fn model(&self) -> Value {
        self.json("models/model_1_batch_0.json")
    }

    fn metrics(&self) -> Value {
        self.json("metrics/batch_0_metrics.json")
    }
}

fn train(args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let stdout = succeed(&[&["train", "--out", out.to_str().unwrap()], args].concat());
    let stdout = String::from_utf8(stdout).unwrap();
    Run { folder, stdout }
}

/// Two batches of generated records.
fn simulate(args: &[&str]) -> Run {
    let two = ["--simulate", "1", "--batch-records", "200"];
    train(&[&two, &["--max-batches", "2"][..], args].concat())
}

/// Records of a stream as they are generated.
fn records(settings: &StreamSettings, count: usize) -> Vec<Vec<u8>> {
    let mut stream = KnownStream::new(settings, 1).unwrap();
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let mut next = || {
        stream.next_into(&mut key, &mut value);
        value.clone()
    };
    (0..count).map(|_| next()).collect()
}

/// The same records as JSON and as CSV with a header; columns in the order of their names.
fn both_files(folder: &Path) -> (String, String) {
    let records = records(&StreamSettings::Loan, 300);
    let json: Vec<u8> = records.join(&b'\n');
    let mut csv = String::new();
    for (i, record) in records.iter().enumerate() {
        let record: Value = serde_json::from_slice(record).unwrap();
        let record = record.as_object().unwrap();
        let mut names: Vec<&String> = record.keys().collect();
        names.sort();
        if i == 0 {
            let header: Vec<_> = names.iter().map(|name| name.as_str()).collect();
            csv = format!("remark,{}\r\n", header.join(","));
        }
        let values = names.iter().map(|name| match &record[name.as_str()] {
            Value::String(text) => format!("\"{text}\""),
            number => number.to_string(),
        });
        // A quoted end of line is no end of the record.
        let remark = ["\"two\nlines, a \"\"quote\"\"\"", "", "\"\r\n\""][i % 3];
        let values = values.collect::<Vec<_>>().join(",");
        csv.extend([remark, ",", &values, "\r\n"]);
    }
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (as_json, as_csv) = (path("records.json"), path("records.csv"));
    fs::write(&as_json, json).unwrap();
    fs::write(&as_csv, csv).unwrap();
    (as_json, as_csv)
}

#[test]
fn the_same_records_as_json_and_csv_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (json, csv) = both_files(folder.path());
    let batch = ["--batch-records", "150"];
    let of_json = train(&[&["--file", &json], &batch[..]].concat());
    let of_csv = train(&[&["--format", "csv", "--file", &csv], &batch[..]].concat());
    for name in ["models/model_1_batch_0.json", "models/model_2_batch_1.json"] {
        assert_eq!(of_json.read(name), of_csv.read(name), "{name}");
    }
    assert_eq!(of_json.stdout, of_csv.stdout);
    assert_eq!(of_csv.metrics()["bad_records"], 0);
}

#[test]
fn the_columns_of_a_file_without_a_header_are_named_by_a_flag() {
    let folder = tempfile::tempdir().unwrap();
    let (_, csv) = both_files(folder.path());
    let text = fs::read_to_string(&csv).unwrap();
    let (header, rest) = text.split_once("\r\n").unwrap();
    let plain = folder.path().join("plain");
    fs::write(&plain, rest.replace(',', ";")).unwrap();
    let (plain, header) = (plain.to_str().unwrap(), header.replace(',', ";"));
    let run = train(&[
        "--format",
        "csv",
        "--csv-delimiter",
        ";",
        "--csv-header",
        &header,
        "--file",
        plain,
        "--batch-records",
        "300",
    ]);
    let of_file = train(&["--format", "csv", "--file", &csv, "--batch-records", "300"]);
    let model = "models/model_1_batch_0.json";
    assert_eq!(run.read(model), of_file.read(model));
}

#[test]
fn a_file_whose_first_line_is_no_header_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (json, _) = both_files(folder.path());
    let empty = folder.path().join("empty");
    fs::write(&empty, "\n\n").unwrap();
    let out = folder.path().join("out");
    let train = |file: &str| {
        let args = [
            "train",
            "--batch-records",
            "9",
            "--format",
            "csv",
            "--file",
            file,
        ];
        fail(1, &[&args[..], &["--out", out.to_str().unwrap()]].concat())
    };
    assert!(train(&json).contains("first line"));
    assert!(train(empty.to_str().unwrap()).contains("is empty"));
    assert!(!out.exists(), "nothing was begun");
}

#[test]
fn a_csv_file_that_is_followed_may_get_its_header_later() {
    let folder = tempfile::tempdir().unwrap();
    let (_, csv) = both_files(folder.path());
    let file = folder.path().join("growing.csv");
    fs::write(&file, "").unwrap();
    let out = folder.path().join("out");
    let args = [
        "train",
        "--batch-records",
        "300",
        "--format",
        "csv",
        "--follow",
        "--file",
    ];
    let mut process = Process::start(gradually().args(args).arg(&file).arg("--out").arg(&out));
    fs::write(&file, fs::read(csv).unwrap()).unwrap();
    eventually("a batch", || {
        process.stdout().ends_with(b"\n").then_some(())
    });
    process.signal("INT");
    assert_eq!(process.end().code(), Some(0));
}

#[test]
fn the_encoder_is_chosen_by_name_or_json() {
    let width = |run: &Run| run.model()["coef"][0].as_array().unwrap().len();
    let plain = simulate(&[]);
    let wider = simulate(&[
        "--threshold",
        "person_income<30000",
        "--threshold",
        "loan_int_rate>15",
        "--interaction",
        "person_income*loan_amnt",
    ]);
    assert_eq!(width(&wider), width(&plain) + 3);
    let names = wider.model()["feature_names"].to_string();
    assert!(names.contains("person_income<30000"), "{names}");
    let json = r#"{"stable": {"thresholds": ["person_income<30000"]}}"#;
    let mixed = simulate(&["--encoder", json, "--threshold", "loan_int_rate>15"]);
    assert_eq!(width(&mixed), width(&plain) + 2);
    let hashed = simulate(&["--encoder", "hashed", "--n-features", "64"]);
    assert_eq!(width(&hashed), 64);
    assert_eq!(hashed.model()["encoder"]["kind"], "hashed");
}

#[test]
fn a_batch_that_the_encoder_refuses_is_told_with_the_reason() {
    let run = train(&[
        "--simulate",
        "1",
        "--batch-records",
        "7",
        "--max-batches",
        "10",
        "--encoder",
        "per_batch",
    ]);
    let refused = run
        .stdout
        .lines()
        .find(|line| line.contains("refused by the encoder: "));
    let refused = refused.expect("so small a batch lacks some word");
    assert!(
        refused.contains(": no model, 7 records, 0 bad"),
        "{refused}"
    );
    assert!(refused.contains("features"), "{refused}");
}

#[test]
fn an_online_model_learns_in_the_classifiers_place() {
    let adam = simulate(&["--online", "adam"]);
    assert!(adam.model()["settings"]["online"]["optimizer"]["adam"].is_object());
    let slower = simulate(&[
        "--online",
        r#"{"optimizer": {"adam": {"lr": 0.001}}, "l2": 0.01}"#,
    ]);
    assert_eq!(slower.model()["settings"]["online"]["l2"], 0.01);
    assert_ne!(adam.model()["coef"], slower.model()["coef"]);
    let none = simulate(&["--online", "none"]);
    assert_eq!(none.model()["coef"], simulate(&[]).model()["coef"]);
}

#[test]
fn drift_is_told_at_its_example() {
    let switch = r#"{"switch": {"before": {"agrawal": {"function": 1}},
        "after": {"agrawal": {"function": 5}}, "position": 3000, "width": 1}}"#;
    let args = [
        "--simulate",
        "1",
        "--batch-records",
        "1000",
        "--max-batches",
        "4",
        "--stream",
        switch,
    ];
    let watched = train(&[&args[..], &["--drift", "adwin"]].concat());
    let last = watched.stdout.lines().last().unwrap();
    assert!(last.contains("; drift at example 3"), "{last}");
    let blind = train(&args);
    assert!(!blind.stdout.contains("drift"), "{}", blind.stdout);
}

#[test]
fn measures_are_computed_as_the_flags_say() {
    let plain = simulate(&[]).metrics();
    let run = simulate(&[
        "--fading-factor",
        "0.9",
        "--calibration-bins",
        "4",
        "--cost-threshold",
        "0.2",
        "--cost-matrix",
        "[[0,100],[500,0]]",
    ]);
    let metrics = run.metrics();
    let bins = |metrics: &Value| {
        metrics["measures"]["window"]["calibration"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((bins(&plain), bins(&metrics)), (10, 4));
    let fading = metrics["measures"]["fading"]["weight"].as_f64().unwrap();
    assert!((fading - 10.0).abs() < 0.1, "{fading}");
    assert!(plain["measures"]["window"]["cost"].is_null());
    let cost = metrics["measures"]["window"]["cost"]["total"]
        .as_f64()
        .unwrap();
    assert!(cost > 0.0 && cost % 100.0 == 0.0, "{cost}");
    let cost = simulate(&["--cost-threshold", "0.2"]).model()["settings"]["evaluation"].clone();
    assert_eq!(
        cost["measures"]["cost"]["matrix"].to_string(),
        "[[0.0,1.0],[1.0,0.0]]"
    );
}

#[test]
fn every_model_is_measured_on_a_set_that_it_never_learns() {
    let measured = simulate(&["--hold-out", "7", "--hold-out-records", "2000"]);
    let plain = simulate(&[]);
    let model = |run: &Run| run.read("models/model_2_batch_1.json");
    assert_eq!(model(&measured), model(&plain), "the set changes nothing");
    assert_eq!(plain.metrics()["measures"]["hold_out"], Value::Null);
    let accuracy = |batch: u32| {
        let metrics = measured.json(&format!("metrics/batch_{batch}_metrics.json"));
        let hold_out = &metrics["measures"]["hold_out"];
        assert_eq!(hold_out["weight"], 2000.0);
        hold_out["accuracy"].as_f64().unwrap()
    };
    assert!(accuracy(0) > 0.6 && accuracy(1) > 0.6 && accuracy(0) != accuracy(1));

    let folder = tempfile::tempdir().unwrap();
    let (json, csv) = both_files(folder.path());
    let of = |args: &[&str]| {
        let all = [args, &["--batch-records", "100", "--hold-out", "7"]].concat();
        train(&all).metrics()["measures"]["hold_out"].clone()
    };
    let of_csv = of(&["--file", &csv, "--format", "csv"]);
    assert_eq!(of(&["--file", &json]), of_csv);
    assert_eq!(of_csv["weight"], 10_000.0);

    let out = folder.path().join("refused");
    let out = ["train", "--out", out.to_str().unwrap(), "--simulate", "1"];
    let wrong = ["--hold-out", "7", "--hold-out-stream", "sea"];
    let said = fail(2, &[&out, &["--batch-records", "9"][..], &wrong].concat());
    assert!(
        said.contains("must name a stream of such records, it is sea"),
        "{said}"
    );
}

#[test]
fn labels_that_come_later_are_learned_from_later() {
    let run = simulate(&["--label-delay-records", "50"]);
    assert_eq!(run.metrics()["measures"]["window"]["weight"], 150.0);
    assert_eq!(run.model()["t"], 151.0);
    let late = simulate(&["--label-delay-records", "200"]);
    assert!(
        late.stdout.starts_with("batch 0: no model, 200 records"),
        "{}",
        late.stdout
    );
}

#[test]
fn a_stream_of_ten_classes_is_learned_with_its_own_schema() {
    let run = simulate(&["--stream", r#"{"led": {}}"#]);
    let model = run.model();
    assert_eq!(model["coef"].as_array().unwrap().len(), 10);
    assert_eq!(model["classes"].as_array().unwrap().len(), 10);
    assert_eq!(run.metrics()["bad_records"], 0);
    let default = simulate(&[]);
    let named = simulate(&["--stream", "loan"]);
    let model = "models/model_2_batch_1.json";
    assert_eq!(named.read(model), default.read(model));
}

#[test]
fn a_streams_file_holds_json_or_a_drift_script() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        format!("@{}", path.to_str().unwrap())
    };
    let sea = simulate(&["--stream", &at("sea", "{\"sea\": {\"noise\": 0.1}}\n")]);
    assert_eq!(sea.model()["encoder"]["schema"]["name"], "sea");
    let script = r#"{"format": "gradually-drift-script", "version": 1, "phases": [
        {"at": 50, "bad": {"garbage": 0.5}}]}"#;
    let script = at("script", script);
    let arguments = [
        "--out",
        folder.path().to_str().unwrap(),
        "--stream",
        &script,
    ];
    let output = run(&[
        &[
            "train",
            "--simulate",
            "1",
            "--batch-records",
            "200",
            "--max-batches",
            "1",
        ][..],
        &arguments,
    ]
    .concat());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && !stderr.contains(" 0 of them bad"),
        "{stderr}"
    );
}

/// The schema that is proposed for a file of these records.
fn proposed(folder: &Path, records: &[Vec<u8>]) -> (String, String) {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (file, schema) = (path("records"), path("schema.json"));
    fs::write(&file, records.join(&b'\n')).unwrap();
    let output = run(&["schema", "--file", &file]);
    assert!(output.status.success());
    let evidence = String::from_utf8(output.stderr).unwrap();
    assert!(evidence.contains("proposed: learn to tell"), "{evidence}");
    fs::write(&schema, output.stdout).unwrap();
    (file, schema)
}

#[test]
fn a_proposed_schema_trains() {
    let folder = tempfile::tempdir().unwrap();
    let agrawal = StreamSettings::Agrawal(shared::generate::AgrawalSettings::default());
    let (file, schema) = proposed(folder.path(), &records(&agrawal, 500));
    let run = train(&[
        "--file",
        &file,
        "--schema",
        &schema,
        "--batch-records",
        "500",
    ]);
    assert!(
        run.stdout
            .starts_with("batch 0: model 1, 500 records, 0 bad"),
        "{}",
        run.stdout
    );
    assert_eq!(run.model()["encoder"]["schema"]["name"], "proposed");
    let without = train(&["--file", &file, "--batch-records", "500"]);
    assert!(
        without
            .stdout
            .starts_with("batch 0: no model, 500 records, 500 bad")
    );
}

#[test]
fn a_schema_is_proposed_for_csv_and_for_generated_records_alike() {
    let folder = tempfile::tempdir().unwrap();
    let (json, csv) = both_files(folder.path());
    let label = |args: &[&str]| {
        let stdout = succeed(&[&["schema"], args].concat());
        serde_json::from_slice::<Value>(&stdout).unwrap()["label"].clone()
    };
    let of_json = label(&["--file", &json]);
    assert_eq!(of_json.to_string(), r#"{"classes":[0,1],"name":"label"}"#);
    assert_eq!(label(&["--file", &csv, "--format", "csv"]), of_json);
    assert_eq!(label(&["--simulate", "1"]), of_json);
    let led = label(&["--simulate", "1", "--stream", "led"]);
    assert_eq!(led["classes"].as_array().unwrap().len(), 10);
}

#[test]
fn where_no_schema_can_be_proposed_stdout_stays_empty() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records");
    for (text, wanted) in [
        ("", "no record"),
        ("nonsense\n", "no schema can be proposed"),
        ("{\"x\": 1}\n{\"x\": 1}\n", "no schema can be proposed"),
    ] {
        fs::write(&file, text).unwrap();
        let output = run(&["schema", "--file", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains(wanted), "{stderr}");
    }
}
