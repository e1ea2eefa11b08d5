//! The engine side by side with its peers, in one run: rounds take turns (ours, the peer's, ours,
//! …), the first of each warms up, and what is compared are medians.

mod comparisons;
mod growth;
mod machine;
mod plot;
mod programs;
mod statistics;
mod table;
mod worker;

use std::fmt::Write as _;
use std::fs;

use anyhow::Context as _;
use serde_json::{Value, json};

use self::comparisons::{Comparison, Scale, Side};
use self::growth::Growth;
use self::machine::Machine;
pub(super) use self::programs::Programs;
use self::programs::{Files, Program};
pub(super) use self::statistics::Spread;
use super::Options;
use crate::{console, paths};

/// What came of a comparison.
#[derive(Debug)]
struct Compared {
    comparison: Comparison,
    /// Seconds a record, round by round.
    ours: Vec<f64>,
    /// The same of the peer; none where it is missing.
    peer: Vec<f64>,
    /// Ours and the peer's, where they predict: both do the same work.
    accuracy: (Option<f64>, Option<f64>),
    /// Ours and the peer's, since the programs were started.
    peak_memory_bytes: (Option<u64>, Option<u64>),
}

impl Compared {
    fn ours(&self) -> Spread {
        Spread::of(&self.ours)
    }

    fn peer(&self) -> Option<(&'static str, Spread)> {
        let side = self.comparison.peer.as_ref()?;
        (!self.peer.is_empty()).then(|| (side.program.name(), Spread::of(&self.peer)))
    }

    fn peak_memory(&self, program: Program) -> Option<u64> {
        let peer = self.comparison.peer.as_ref();
        if self.comparison.ours.program == program {
            self.peak_memory_bytes.0
        } else if peer.is_some_and(|side| side.program == program) {
            self.peak_memory_bytes.1
        } else {
            None
        }
    }

    fn ratio(&self) -> Option<Spread> {
        self.peer()
            .map(|_| Spread::of_ratio(&self.ours, &self.peer))
    }
}

pub(super) fn run(options: Options) -> anyhow::Result<()> {
    let scale = if options.quick {
        Scale::QUICK
    } else {
        Scale::FULL
    };
    let files = Files {
        records: super::stream_file(scale.records)?,
        whole: super::stream_file(scale.whole)?,
    };
    let mut programs = Programs::start(options, &files)?;
    let machine = Machine::this();
    let results = compare_all(&mut programs, scale)?;
    console::stage("Measuring growth with width and batch", "half a minute");
    let growth = growth::measure(&mut programs, scale)?;
    println!("{}\n", machine.describe());
    print!("{}", table::render(&results));
    print!(
        "\n{}{}{}",
        accuracy(&results),
        memory(&results),
        growth.describe()
    );
    keep(options, scale, &machine, &programs, &results, &growth)
}

fn compare_all(programs: &mut Programs, scale: Scale) -> anyhow::Result<Vec<Compared>> {
    let mut results = Vec::new();
    for comparison in comparisons::all(scale) {
        let peer = comparison.peer.as_ref().map(|side| side.program);
        // What is only there for the lab's job is of no use without it.
        let is_of_use = peer != Some(Program::Lab) || programs.has(Program::Lab);
        if is_of_use && programs.has(comparison.ours.program) {
            let how_long = match peer {
                Some(Program::Lab) => "a minute or two",
                _ => "seconds",
            };
            console::stage(&format!("Measuring: {}", comparison.what), how_long);
            results.push(compare(programs, comparison, scale.rounds)?);
        }
    }
    Ok(results)
}

fn compare(
    programs: &mut Programs,
    comparison: Comparison,
    rounds: usize,
) -> anyhow::Result<Compared> {
    let peer = comparison.peer.clone();
    let peer = peer.filter(|side| programs.has(side.program));
    let mut result = Compared {
        comparison,
        ours: Vec::new(),
        peer: Vec::new(),
        accuracy: (None, None),
        peak_memory_bytes: (None, None),
    };
    for round in 0..=rounds {
        let counts = round > 0;
        let ours = result.comparison.ours.clone();
        let seconds = &mut result.ours;
        (result.accuracy.0, result.peak_memory_bytes.0) = ask(programs, &ours, counts, seconds)?;
        if let Some(peer) = &peer {
            let seconds = &mut result.peer;
            (result.accuracy.1, result.peak_memory_bytes.1) = ask(programs, peer, counts, seconds)?;
        }
    }
    Ok(result)
}

/// One round; its accuracy and the program's peak memory.
fn ask(
    programs: &mut Programs,
    side: &Side,
    counts: bool,
    seconds: &mut Vec<f64>,
) -> anyhow::Result<(Option<f64>, Option<u64>)> {
    let answer = programs.ask(side.program, &side.request)?;
    if counts {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a round has far fewer than 2^53 records"
        )]
        seconds.push(answer.seconds / answer.records as f64);
    }
    Ok((answer.accuracy, answer.peak_memory_bytes))
}

/// That both sides did the same work: ours and scikit-learn's accuracies are to be equal.
fn accuracy(results: &[Compared]) -> String {
    let mut text = String::new();
    for result in results {
        let both = result.accuracy.0.zip(result.accuracy.1).zip(result.peer());
        if let Some(((ours, peers), (peer, _))) = both {
            let name = result.comparison.ours.program.name();
            let what = &result.comparison.what;
            let _ = writeln!(
                text,
                "accuracy: {what}: {name} {ours:.5}, {peer} {peers:.5}"
            );
        }
    }
    text
}

/// The peak memory of whoever reads a whole file, and of the lab's job.
fn memory(results: &[Compared]) -> String {
    let mut text = String::new();
    for (name, program) in [
        (
            "our native, over a whole file (to stay below 50 MB)",
            Program::NativeFile,
        ),
        (Program::TextFile.name(), Program::TextFile),
        (Program::Lab.name(), Program::Lab),
    ] {
        let last = results
            .iter()
            .rev()
            .find_map(|result| result.peak_memory(program));
        if let Some(bytes) = last {
            #[expect(clippy::cast_precision_loss, reason = "no memory has 2^53 bytes")]
            let megabytes = bytes as f64 / 1e6;
            let _ = writeln!(text, "peak memory: {name}: {} MB", table::three(megabytes));
        }
    }
    text
}

/// Writes everything down; only a full run touches the plot in the documents.
fn keep(
    options: Options,
    scale: Scale,
    machine: &Machine,
    programs: &Programs,
    results: &[Compared],
    growth: &Growth,
) -> anyhow::Result<()> {
    let folder = super::folder()?;
    let file = folder.join("engine.json");
    let versions: Value = programs
        .versions()
        .map(|(program, versions)| (program.name().to_owned(), json!(versions)))
        .collect();
    let (of_width, of_batch) = growth.exponents();
    let all = json!({
        "machine": machine,
        "versions": versions,
        "rounds": scale.rounds,
        "quick": options.quick,
        "comparisons": results.iter().map(describe).collect::<Vec<Value>>(),
        "growth": { "exponent_of_width": of_width, "exponent_of_batch": of_batch },
    });
    fs::write(&file, serde_json::to_string_pretty(&all)?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    growth.write(&folder)?;
    println!(
        "written: {}, growth.csv and growth.svg beside it",
        file.display()
    );
    if !options.quick {
        let documents = paths::root().join("docs");
        growth.write(&documents)?;
        println!("written: {}/growth.csv and growth.svg", documents.display());
    }
    Ok(())
}

fn describe(result: &Compared) -> Value {
    let side = |side: &Side, seconds: &[f64], accuracy: Option<f64>, memory: Option<u64>| {
        json!({
            "program": side.program.name(),
            "case": side.request.case,
            "records": side.request.records,
            "passes": side.request.passes,
            "seconds_per_record": seconds,
            "accuracy": accuracy,
            "peak_memory_bytes": memory,
        })
    };
    let comparison = &result.comparison;
    let (accuracy, memory) = (result.accuracy, result.peak_memory_bytes);
    let peer = comparison.peer.as_ref().filter(|_| !result.peer.is_empty());
    json!({
        "what": comparison.what,
        "ours": side(&comparison.ours, &result.ours, accuracy.0, memory.0),
        "peer": peer.map(|peer| side(peer, &result.peer, accuracy.1, memory.1)),
        "ratio": result.ratio(),
        "wanted": comparison.wanted,
    })
}
