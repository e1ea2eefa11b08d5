//! `./x mutants`: are the engine's tests worth something? Its source is changed in small ways, one
//! at a time (cargo-mutants), and each change must make a test fail.
//!
//! It takes hours, so it is no part of `./x test` and is done in shards. A shard that was broken
//! off goes on where it stopped: what was caught already is not tried again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use anyhow::{Context as _, bail};

use crate::process::Group;
use crate::tools::CARGO_MUTANTS;
use crate::{cargo, paths};

/// Which part of the mutants, and of which files.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The part of the mutants to try, counted from 0, e.g. 0/8
    #[arg(long, value_name = "K/N", default_value = "0/1")]
    shard: Shard,

    /// Only mutants whose name, which begins with the file, matches this pattern; may be given
    /// several times
    #[arg(long, value_name = "REGEX")]
    matching: Vec<String>,

    /// Print the survivors of all shards that were run, and try nothing
    #[arg(long)]
    report: bool,
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

/// Tries one shard, or reports on all.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let results = cargo::target_folder()?.join("mutants");
    if options.report {
        print!("{}", report(&results)?);
        return Ok(());
    }
    let Shard { part, of } = options.shard;
    let output = results.join(format!("shard-{part}-of-{of}"));
    fs::create_dir_all(&output).with_context(|| format!("cannot create {}", output.display()))?;
    let mut command = Command::new(CARGO_MUTANTS.ensure()?.join("cargo-mutants"));
    command
        .args(["mutants", "--iterate", "--no-shuffle", "--colors", "never"])
        .arg("--shard")
        .arg(format!("{part}/{of}"))
        .arg("--output")
        .arg(&output)
        .current_dir(paths::root());
    for pattern in &options.matching {
        command.arg("--re").arg(pattern);
    }
    let status = Group::spawn(&mut command)?.wait()?;
    // 2: some mutants survived; 3: some ran out of time. Both are results.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        bail!(
            "cargo-mutants failed ({status}); its logs are in {}",
            output.display()
        );
    }
    print!("{}", report(&results)?);
    Ok(())
}

/// How the mutants of all shards ended, and which survived.
fn report(results: &Path) -> anyhow::Result<String> {
    let shards = shards(results)
        .with_context(|| format!("no shard was run: nothing in {}", results.display()))?;
    let mut lines = Vec::new();
    for kind in ["caught", "missed", "timeout", "unviable"] {
        let mut mutants = Vec::new();
        for shard in &shards {
            mutants.extend(named(shard, kind)?);
        }
        mutants.sort();
        lines.push(format!("{kind}: {}", mutants.len()));
        if matches!(kind, "missed" | "timeout") {
            lines.extend(mutants.iter().map(|mutant| format!("  {mutant}")));
        }
    }
    Ok(lines.join("\n") + "\n")
}

fn shards(results: &Path) -> io::Result<Vec<PathBuf>> {
    let mut shards = Vec::new();
    for entry in fs::read_dir(results)? {
        let folder = entry?.path().join("mutants.out");
        if folder.is_dir() {
            shards.push(folder);
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
    fn a_report_counts_all_shards_and_lists_the_survivors() {
        let results = tempfile::tempdir().unwrap();
        for (shard, caught, missed) in [
            ("shard-0-of-2", "a\nb\n", "c\n"),
            ("shard-1-of-2", "d\n", ""),
        ] {
            let folder = results.path().join(shard).join("mutants.out");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("caught.txt"), caught).unwrap();
            fs::write(folder.join("missed.txt"), missed).unwrap();
        }
        let first = results.path().join("shard-0-of-2/mutants.out");
        fs::write(first.join("previously_caught.txt"), "e\n").unwrap();
        let report = report(results.path()).unwrap();
        assert_eq!(
            report,
            "caught: 4\nmissed: 1\n  c\ntimeout: 0\nunviable: 0\n"
        );
        assert!(super::report(&results.path().join("none")).is_err());
    }
}
