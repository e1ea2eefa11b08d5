//! `./x mutants`: are the engine's tests worth something? Its source is changed in small ways, one
//! at a time (cargo-mutants), and each change must make a test fail.
//!
//! It takes hours, so it is no part of `./x test`. It goes by areas of the engine: a change is
//! judged by the unit tests and by the test programs that concern its area, because linking and
//! running all of them would take twice as long. An area may be cut into shards, and one that was
//! broken off goes on where it stopped: what was caught already is not tried again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use anyhow::{Context as _, bail};

use crate::process::Group;
use crate::tools::CARGO_MUTANTS;
use crate::{cargo, console, paths};

/// Which part of the mutants, and of which files.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The area to change: may be given several times [default: all of them, one after the other]
    #[arg(long, value_enum)]
    area: Vec<Area>,

    /// The part of each area's mutants to try, counted from 0, e.g. 0/8
    #[arg(long, value_name = "K/N", default_value = "0/1")]
    shard: Shard,

    /// Only mutants whose name, which begins with the file, matches this pattern; may be given
    /// several times
    #[arg(long, value_name = "REGEX")]
    matching: Vec<String>,

    /// How many mutants to try at the same time, each in a copy of the source with a build of its
    /// own (1 GB)
    #[arg(long, value_name = "N", default_value_t = 1)]
    jobs: u32,

    /// Print how the mutants of each area ended and which survived, and try nothing
    #[arg(long)]
    report: bool,
}

/// A folder of `shared/src`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Area {
    /// The models: losses, rates, updates, and the functions they are computed with
    Model,
    /// From the values of a record to the numbers of a row
    Encode,
    /// The measures: windows, fading, curves, tables
    Evaluate,
}

impl Area {
    const ALL: [Self; 3] = [Self::Model, Self::Encode, Self::Evaluate];

    fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Encode => "encode",
            Self::Evaluate => "evaluate",
        }
    }

    /// The programs of `shared/tests` that run beside the unit tests. `goldens` and `learner` use
    /// all areas.
    fn tests(self) -> &'static [&'static str] {
        match self {
            Self::Model => &[
                "goldens",
                "learner",
                "math",
                "model",
                "model_properties",
                "sgd",
            ],
            Self::Encode => &["encode", "goldens", "learner"],
            Self::Evaluate => &["evaluate", "goldens", "learner"],
        }
    }

    /// What follows `cargo mutants`.
    fn arguments(self) -> Vec<String> {
        let name = self.name();
        let mut arguments = vec![
            "--file".to_owned(),
            format!("shared/src/{name}/**/*.rs"),
            // Of every call of cargo, so that only what will run is built.
            "--cargo-arg=--lib".to_owned(),
        ];
        for test in self.tests() {
            arguments.push(format!("--cargo-arg=--test={test}"));
        }
        arguments
    }
}

/// Part `part` of `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shard {
    part: u32,
    of: u32,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(part, of)| {
            let shard = Self {
                part: part.parse().ok()?,
                of: of.parse().ok()?,
            };
            (shard.part < shard.of).then_some(shard)
        });
        numbers.ok_or_else(|| format!("\"{text}\" is not K/N with K below N, e.g. 0/8"))
    }
}

/// Tries one shard of each area, or reports on all.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let results = cargo::target_folder()?.join("mutants");
    let areas = match options.area.as_slice() {
        [] => &Area::ALL,
        some => some,
    };
    if !options.report {
        for &area in areas {
            attempt(area, options, &results)?;
        }
    }
    print!("{}", report(&results)?);
    Ok(())
}

/// Tries one shard of an area.
fn attempt(area: Area, options: &Options, results: &Path) -> anyhow::Result<()> {
    let Shard { part, of } = options.shard;
    let name = area.name();
    console::stage(
        &format!("Mutants of {name}, shard {part} of {of}"),
        "5 seconds for each, and 2 minutes to begin with",
    );
    let output = results.join(format!("{name}-{part}-of-{of}"));
    fs::create_dir_all(&output).with_context(|| format!("cannot create {}", output.display()))?;
    let mut command = Command::new(CARGO_MUTANTS.ensure()?.join("cargo-mutants"));
    command
        .args(["mutants", "--iterate", "--no-shuffle", "--colors", "never"])
        .args(area.arguments())
        .args(["--shard", &format!("{part}/{of}")])
        .args(["--jobs", &options.jobs.to_string()])
        .arg("--output")
        .arg(&output)
        // A failure is enough: its smallest example is not wanted.
        .env("PROPTEST_MAX_SHRINK_ITERS", "0")
        .current_dir(paths::root());
    for pattern in &options.matching {
        command.arg("--re").arg(pattern);
    }
    // The decoder's own tests try millions of records, and concern none of the areas.
    command.args(["--", "--", "--skip", "decode::tests"]);
    let status = Group::spawn(&mut command)?.wait()?;
    // 2: some mutants survived; 3: some ran out of time. Both are results.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        bail!(
            "cargo-mutants failed ({status}); its logs are in {}",
            output.display()
        );
    }
    Ok(())
}

/// How the mutants of each area ended in all shards, and which survived.
fn report(results: &Path) -> anyhow::Result<String> {
    let nothing = || format!("no shard was run: nothing in {}", results.display());
    let shards = shards(results).with_context(nothing)?;
    let mut lines = Vec::new();
    for area in Area::ALL {
        let prefix = format!("{}-", area.name());
        let of_area = |shard: &&(String, PathBuf)| shard.0.starts_with(&prefix);
        let folders: Vec<_> = shards.iter().filter(of_area).collect();
        if folders.is_empty() {
            continue;
        }
        lines.push(format!("{}:", area.name()));
        for kind in ["caught", "missed", "timeout", "unviable"] {
            let mut mutants = Vec::new();
            for (_, folder) in &folders {
                mutants.extend(named(folder, kind)?);
            }
            mutants.sort();
            lines.push(format!("  {kind}: {}", mutants.len()));
            if matches!(kind, "missed" | "timeout") {
                lines.extend(mutants.iter().map(|mutant| format!("    {mutant}")));
            }
        }
    }
    Ok(lines.join("\n") + "\n")
}

/// The shards that were begun: their names and results.
fn shards(results: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut shards = Vec::new();
    for entry in fs::read_dir(results)? {
        let entry = entry?;
        let folder = entry.path().join("mutants.out");
        if folder.is_dir() {
            shards.push((entry.file_name().to_string_lossy().into_owned(), folder));
        }
    }
    shards.sort();
    Ok(shards)
}

/// The mutants that ended in a way. What earlier rounds of `--iterate` caught stands in a file of
/// its own.
fn named(shard: &Path, kind: &str) -> anyhow::Result<Vec<String>> {
    let mut files = vec![shard.join(format!("{kind}.txt"))];
    if kind == "caught" {
        files.push(shard.join("previously_caught.txt"));
    }
    let mut mutants = Vec::new();
    for file in files {
        match fs::read_to_string(&file) {
            Ok(text) => mutants.extend(text.lines().map(str::to_owned)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", file.display()));
            }
        }
    }
    Ok(mutants)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_a_part_of_a_number() {
        assert_eq!("3/8".parse(), Ok(Shard { part: 3, of: 8 }));
        for text in ["8/8", "1", "-1/3", "a/b", "0/0"] {
            let error = text.parse::<Shard>().unwrap_err();
            assert!(error.contains(text), "{error}");
        }
    }

    #[test]
    fn an_area_has_its_folder_and_its_tests() {
        for area in Area::ALL {
            let shared = paths::root().join("shared");
            assert!(shared.join("src").join(area.name()).is_dir());
            for test in area.tests() {
                let file = shared.join(format!("tests/{test}.rs"));
                let folder = shared.join(format!("tests/{test}/main.rs"));
                assert!(file.is_file() || folder.is_file(), "{test}");
            }
        }
        let arguments = Area::Encode.arguments();
        assert_eq!(arguments[..2], ["--file", "shared/src/encode/**/*.rs"]);
        assert!(arguments.contains(&"--cargo-arg=--test=encode".to_owned()));
    }

    #[test]
    fn a_report_counts_all_shards_and_lists_the_survivors() {
        let results = tempfile::tempdir().unwrap();
        for (shard, caught, missed) in [
            ("encode-0-of-1", "f\n", "g\n"),
            ("model-0-of-2", "a\nb\n", "c\n"),
            ("model-1-of-2", "d\n", ""),
        ] {
            let folder = results.path().join(shard).join("mutants.out");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("caught.txt"), caught).unwrap();
            fs::write(folder.join("missed.txt"), missed).unwrap();
        }
        let first = results.path().join("model-0-of-2/mutants.out");
        fs::write(first.join("previously_caught.txt"), "e\n").unwrap();
        let report = report(results.path()).unwrap();
        assert_eq!(
            report,
            "model:\n  caught: 4\n  missed: 1\n    c\n  timeout: 0\n  unviable: 0\n\
             encode:\n  caught: 1\n  missed: 1\n    g\n  timeout: 0\n  unviable: 0\n"
        );
        assert!(super::report(&results.path().join("none")).is_err());
    }
}
