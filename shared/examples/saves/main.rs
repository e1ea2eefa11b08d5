//! Saves models of many settings in every format, for the programs that open them:
//! `saves FOLDER COUNT`. Each has a folder with the model, records that it did not learn from
//! (COUNT of them for the first), and what the engine, opened from the JSON file, says of each.

mod cases;
mod odd;

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;

use shared::batch::Batcher;
use shared::decode::Format;
use shared::learner::Learner;
use shared::open::{OpenedModel, open_model};
use shared::record::Record;
use shared::save::{self, ModelFormat, model_file_name};

use cases::Case;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("saves: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Outcome {
    let [folder, count] = arguments else {
        return Err("usage: saves FOLDER COUNT".into());
    };
    let mut count: usize = count.parse()?;
    for case in cases::all()? {
        let folder = Path::new(folder).join(case.name);
        fs::create_dir_all(&folder)?;
        let write = || save_case(&case, &folder, count);
        write().map_err(|error| format!("{}: {error}", case.name))?;
        count = count.min(1_000);
    }
    for case in cases::as_json()? {
        let folder = Path::new(folder).join(case.name);
        fs::create_dir_all(&folder)?;
        let learner = train(&case)?;
        for format in [ModelFormat::Onnx, ModelFormat::Sql, ModelFormat::Python] {
            if save::check_scoring(&learner, format).is_ok() {
                return Err(format!("{}: can be saved as {format:?}", case.name).into());
            }
        }
        fs::write(
            folder.join(file_name(&learner, ModelFormat::Json)),
            save::model_json(&learner),
        )?;
    }
    Ok(())
}

fn file_name(learner: &Learner, format: ModelFormat) -> String {
    let counters = learner.counters();
    model_file_name(format, counters.models, counters.batches.saturating_sub(1))
}

fn save_case(case: &Case, folder: &Path, count: usize) -> Outcome {
    let learner = train(case)?;
    let json = save::model_json(&learner);
    let files = [
        (ModelFormat::Json, json.clone()),
        (ModelFormat::Onnx, save::model_onnx(&learner)?),
        (ModelFormat::Sql, save::model_sql(&learner)?),
        (ModelFormat::Python, save::model_python(&learner)?),
    ];
    for (format, bytes) in files {
        fs::write(folder.join(file_name(&learner, format)), bytes)?;
    }
    let mut predictor = opened(&json)?.predictor();
    let mut records = BufWriter::new(fs::File::create(folder.join("records.ndjson"))?);
    let mut said = BufWriter::new(fs::File::create(folder.join("predictions.ndjson"))?);
    for value in case.values(1).take(count) {
        writeln!(
            said,
            "{}",
            serde_json::to_string(&predictor.predict(&value)?)?
        )?;
        records.write_all(&value)?;
        records.write_all(b"\n")?;
    }
    records.flush()?;
    Ok(said.flush()?)
}

/// A learner out of its file.
fn opened(json: &[u8]) -> Outcome<Learner> {
    match open_model(json)? {
        OpenedModel::Own(file) => Ok(Learner::from_model_file(*file, Format::Json)?),
        OpenedModel::Sgd(_) => Err("it is not the project's own file".into()),
    }
}

/// Three thousand records of another seed.
fn train(case: &Case) -> Outcome<Learner> {
    let settings = case.settings.clone();
    let mut learner = Learner::with_schema(case.schema.clone(), Format::Json, settings)?;
    let mut batcher = Batcher::new(learner.settings().trigger);
    for (offset, value) in (0..).zip(case.values(0).take(3_000)) {
        let record = Record {
            partition: 0,
            offset,
            leader_epoch: None,
            timestamp_millis: 0,
            key: None,
            value: Some(&value),
        };
        if batcher.push(&record) {
            let report = learner.step(batcher.cut().ok_or("no batch")?, None)?;
            if let Some(bad) = report.bad.first() {
                return Err(format!("a bad record: {}", bad.reason).into());
            }
        }
    }
    Ok(learner)
}
