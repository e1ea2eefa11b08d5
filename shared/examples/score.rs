//! Lets a saved model predict: `score MODEL.json < records.ndjson`. Every line of the output is what
//! the model says of one record, or why it says nothing: the label, the decision and, where the
//! loss gives them, the probabilities. The model learns nothing from it.

use std::fs;
use std::io::{self, BufRead as _, BufWriter, Write as _};
use std::process::ExitCode;

use shared::decode::Format;
use shared::learner::{Learner, Predictor};
use shared::open::{OpenedModel, open_model};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("score: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let [model] = arguments else {
        return Err("usage: score MODEL.json < records.ndjson".into());
    };
    let file = fs::read(model).map_err(|error| format!("{model}: {error}"))?;
    let mut predictor = predictor(&file).map_err(|error| format!("{model}: {error}"))?;
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        let said = match predictor.predict(&line?) {
            Ok(prediction) => serde_json::to_string(&prediction)?,
            Err(error) => serde_json::json!({ "error": error.to_string() }).to_string(),
        };
        writeln!(out, "{said}")?;
    }
    Ok(out.flush()?)
}

fn predictor(file: &[u8]) -> Result<Predictor, Box<dyn std::error::Error>> {
    match open_model(file)? {
        OpenedModel::Own(file) => Ok(Learner::from_model_file(*file, Format::Json)?.predictor()),
        OpenedModel::Sgd(_) => {
            Err("a classifier of scikit-learn has no encoder: give the model's JSON file".into())
        }
    }
}
