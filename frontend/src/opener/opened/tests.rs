use shared::generate::LoanStream;

use super::*;
use crate::port::{MOST_OPENED_BYTES, SaveKind};
use crate::worker::run::tests::{begun, fed, push, settings};

fn file(bytes: &[u8]) -> OpenedFile {
    OpenedFile {
        name: "model.json".to_owned(),
        bytes: bytes.to_vec(),
    }
}

fn open(files: Vec<OpenedFile>) -> Result<Opened, String> {
    super::open(files, &config().source)
}

fn model(bytes: &[u8]) -> Result<Box<OpenModel>, String> {
    match open(vec![file(bytes)])? {
        Opened::Model(model) => Ok(model),
        Opened::Log(_) => panic!("it is a model"),
    }
}

/// The page's own configuration, with batches of 50.
fn config() -> RunConfig {
    RunConfig {
        source: SourceConfig::Simulated { seed: 7 },
        settings: settings(50),
        ..RunConfig::default()
    }
}

fn saved(records: u64) -> Vec<u8> {
    let mut run = begun(100);
    fed(&mut run, records);
    run.file(SaveKind::Model).unwrap().bytes
}

/// The run goes on, from wherever it says, for so many records.
fn gone_on(run: &mut Run, records: u64) {
    let (next, seeds) = run.simulated_place();
    let mut stream = LoanStream::new(seeds[0].1);
    stream.seek(next);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    for offset in next..next + records {
        stream.next_into(&mut key, &mut value);
        push(run, offset, &value);
    }
}

#[test]
fn a_model_goes_on_to_the_bits_of_a_run_that_was_never_saved() {
    let opened = model(&saved(300)).unwrap();
    let found = opened.found(&config()).unwrap();
    assert_eq!(found.next.as_deref(), Some("record 300"));
    assert!(
        found.words.contains("batches of 100 records"),
        "{}",
        found.words
    );
    let mut run = opened.begin(&config(), false).unwrap();
    assert!(!run.has_learned());
    gone_on(&mut run, 250);
    assert_eq!(
        run.file(SaveKind::Model).unwrap().name,
        "model_5_batch_4.json"
    );
    assert_eq!(run.file(SaveKind::Model).unwrap().bytes, saved(500));
    assert_eq!(run.file(SaveKind::StartModel).unwrap().bytes, saved(300));
    let again = Run::opened(&run.kept(crate::port::Rate::Unlimited).unwrap())
        .unwrap()
        .0;
    assert_eq!(again.simulated_place().0, 500);
}

#[test]
fn its_log_names_the_model_and_replays_with_it_only() {
    for from_start in [false, true] {
        let opened = model(&saved(300)).unwrap();
        let mut run = opened.begin(&config(), from_start).unwrap();
        assert_eq!(run.simulated_place().0, if from_start { 0 } else { 300 });
        gone_on(&mut run, 200);
        assert_eq!(run.simulated_place().0, if from_start { 200 } else { 500 });
        let log = run.file(SaveKind::Log).unwrap().bytes;
        let reason = open(vec![file(&log)]).err().unwrap();
        assert!(
            reason.contains("start.json") && reason.contains("choose both"),
            "{reason}"
        );
        let Opened::Log(log) = open(vec![file(&saved(300)), file(&log)]).unwrap() else {
            panic!("it is a log")
        };
        let mut replay = log.replay().unwrap();
        replay.work(|| false);
        let told = replay.told();
        assert!(
            matches!(told.end, Some(crate::port::ReplayEnd::Equal(_))),
            "{told:?}"
        );
        assert_eq!(told.batches, 2);
    }
}

#[test]
fn a_reset_before_the_first_record_is_not_a_run_of_the_model_any_more() {
    let mut run = model(&saved(300)).unwrap().begin(&config(), false).unwrap();
    run.reset_model();
    gone_on(&mut run, 100);
    assert!(
        run.file(SaveKind::Log)
            .unwrap_err()
            .contains("the model was reset")
    );
    assert_eq!(run.command(), None);
}

#[test]
fn a_model_of_a_topic_begins_at_the_simulations_first_record() {
    let text = String::from_utf8(saved(300)).unwrap();
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let positions = file["positions"].as_array_mut().unwrap();
    let mut second = positions[0].clone();
    second["partition"] = 1.into();
    positions.push(second);
    let bytes = serde_json::to_vec(&file).unwrap();
    let opened = model(&bytes).unwrap();
    assert_eq!(opened.found(&config()).unwrap().next, None);
    let run = opened.begin(&config(), false).unwrap();
    assert_eq!(run.simulated_place().0, 0);
    let relay = RunConfig {
        source: SourceConfig::Relay {
            url: "ws://h/ws".into(),
            topic: None,
            from: crate::port::Beginning::Latest,
        },
        ..config()
    };
    let run = |from_start| model(&bytes).unwrap().begin(&relay, from_start).unwrap();
    let resume = run(false).resume().unwrap();
    assert_eq!(resume.positions.len(), 2);
    assert!(run(true).resume().is_none(), "where the settings say");
}

#[test]
fn what_is_no_model_is_refused_with_its_name_and_what_is() {
    let whole = saved(300);
    for bytes in [&b""[..], b"PK\x01\x02", b"hello", &whole[..whole.len() / 2]] {
        let reason = model(bytes).err().unwrap();
        assert!(
            reason.starts_with("model.json cannot be opened") && reason.contains("run.ndjson"),
            "{reason}"
        );
    }
    assert!(
        open(vec![file(&whole), file(&whole)])
            .err()
            .unwrap()
            .contains("Several models")
    );
    assert!(open(Vec::new()).is_err());
    let large = OpenedFile {
        name: "large".into(),
        bytes: vec![0; MOST_OPENED_BYTES + 1],
    };
    assert!(open(vec![large]).err().unwrap().contains("64 MB"));
}

#[test]
fn a_model_of_other_features_is_refused_for_the_page_draws_them_not() {
    use shared::encode::{EncoderSettings, HashedSettings};
    let hashed = Settings {
        encoder: EncoderSettings::Hashed(HashedSettings::default()),
        ..settings(100)
    };
    let bytes = shared::save::model_json(&Learner::new(hashed).unwrap());
    let reason = model(&bytes).unwrap().found(&config()).unwrap_err();
    assert!(
        reason.contains("this page draws the 13")
            && reason.contains("gradually train --model model.json"),
        "{reason}"
    );
}

#[test]
fn scikit_learns_model_takes_the_settings_of_the_page() {
    let bytes = {
        let mut run = begun(100);
        fed(&mut run, 300);
        run.file(SaveKind::Joblib).unwrap().bytes
    };
    let opened = model(&bytes).unwrap();
    let found = opened.found(&config()).unwrap();
    assert!(
        found.next.is_none() && found.words.contains("batches of 50 records"),
        "{found:?}"
    );
    assert!(found.words.contains("300 samples"), "{}", found.words);
    let mut run = opened.begin(&config(), false).unwrap();
    let before = run.weights();
    assert!(before.iter().any(|weight| *weight != 0.0));
    gone_on(&mut run, 50);
    assert_eq!(
        run.file(SaveKind::Model).unwrap().name,
        "model_1_batch_0.json"
    );
    assert_eq!(run.file(SaveKind::StartModel).unwrap().name, "start.joblib");
    let command = run.command().unwrap();
    assert!(
        command.contains("--model start.joblib --window-records 500"),
        "{command}"
    );
}

#[test]
fn a_name_stays_one_word_of_a_shell() {
    assert_eq!(shell_word("run.ndjson"), "run.ndjson");
    assert_eq!(shell_word("it's $(x).json"), r"'it'\''s $(x).json'");
    assert_eq!(shell_word("--out"), "'--out'");
}
