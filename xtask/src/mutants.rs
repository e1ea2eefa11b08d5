//! `./x mutants`: are the engine's tests worth something? Its source is changed in small ways, one
//! at a time (cargo-mutants), and each change must make a test fail.
//!
//! It takes hours, so it is no part of `./x test`. What makes a mutant cheap:
//!
//! - It goes by areas of the engine, each in a copy of the source that keeps its build.
//! - It is tried twice: by the unit tests, and by the programs of `shared/tests` that concern the
//!   area. Those that catch more of an area's mutants come first, and the others get the rest.
//! - Cargo's profile `mutant` compiles fast code fast.
//!
//! An area that was broken off goes on where it stopped: what was caught is not tried again.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::{fs, io};

use anyhow::{Context as _, bail};

use crate::process::Group;
use crate::tools::CARGO_MUTANTS;
use crate::{cargo, console, paths};

/// Which mutants, and which tests.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The area to change; may be given several times [default: all, one after the other]. Two
    /// processes can try two areas at the same time
    #[arg(long, value_enum)]
    area: Vec<Area>,

    /// Only mutants whose name, which begins with the file, matches this pattern; may be given
    /// several times
    #[arg(long, value_name = "REGEX")]
    matching: Vec<String>,

    /// Leave out the tests that come first, for areas that they have tried completely
    #[arg(long)]
    second_round: bool,

    /// Print how the mutants of each area ended and which survived, and try nothing
    #[arg(long)]
    report: bool,
}

/// A part of `shared/src`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Area {
    /// The functions a model is computed with: exponential, logarithm, power, losses, shuffle
    Functions,
    /// The rest of the model: rates, updates, averages, settings, predictions
    Model,
    /// From the values of a record to the numbers of a row
    Encode,
    /// The measures: windows, fading, curves, tables
    Evaluate,
}

impl Area {
    const ALL: [Self; 4] = [Self::Functions, Self::Model, Self::Encode, Self::Evaluate];

    fn name(self) -> &'static str {
        match self {
            Self::Functions => "functions",
            Self::Model => "model",
            Self::Encode => "encode",
            Self::Evaluate => "evaluate",
        }
    }

    /// Which files are changed.
    fn files(self) -> Vec<String> {
        let all = |folder| vec![format!("--file=shared/src/{folder}/**/*.rs")];
        let functions =
            |option| FUNCTIONS.map(|name| format!("{option}=shared/src/model/{name}.rs"));
        match self {
            Self::Functions => functions("--file").to_vec(),
            Self::Model => [all("model"), functions("--exclude").to_vec()].concat(),
            Self::Encode => all("encode"),
            Self::Evaluate => all("evaluate"),
        }
    }

    /// The programs of `shared/tests` that concern it. `goldens` and `learner` use all areas.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Functions | Self::Model => &[
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

    /// The tests, those first that catch more.
    fn rounds(self) -> [Round; 2] {
        match self {
            Self::Model => [Round::Programs, Round::UnitTests],
            _ => [Round::UnitTests, Round::Programs],
        }
    }
}

/// The files of the area of that name.
const FUNCTIONS: [&str; 5] = ["exp", "log", "loss", "pow", "shuffle"];

/// What must fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    UnitTests,
    Programs,
}

impl Round {
    /// The arguments of each call of cargo, so that only what will run is built.
    fn targets(self, area: Area) -> Vec<String> {
        match self {
            Self::UnitTests => vec!["--lib".to_owned()],
            Self::Programs => {
                let programs = area.programs().iter();
                programs
                    .map(|program| format!("--test={program}"))
                    .collect()
            }
        }
    }

    /// What the tests themselves are told, so that only those run that concern the area.
    fn filter(self, area: Area) -> &'static [&'static str] {
        match (self, area) {
            (Self::UnitTests, Area::Encode) => &["encode::", "learner::"],
            (Self::UnitTests, Area::Evaluate) => &["evaluate::", "learner::"],
            // The decoder's own tests try millions of records, and concern none of the areas.
            _ => &["--skip", "decode::tests"],
        }
    }
}

/// Tries the mutants of each area, or reports on all.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let results = cargo::target_folder()?.join("mutants");
    let areas = match options.area.as_slice() {
        [] => &Area::ALL,
        some => some,
    };
    if !options.report {
        for &area in areas {
            let source = results.join(area.name()).join(SOURCE);
            copy_source(&source)?;
            // A compiler that was stopped leaves pieces that do not fit together.
            let pieces = source.join("target/mutant/incremental");
            if pieces.exists() {
                fs::remove_dir_all(&pieces).context("cannot remove what compilers left")?;
            }
            for round in area.rounds().into_iter().skip(options.second_round.into()) {
                attempt(area, round, options, &results)?;
            }
        }
    }
    print!("{}", report(&results)?);
    Ok(())
}

/// The copy of the source, in an area's results.
const SOURCE: &str = "source";

/// Brings the copy up to date. Files that are alike keep their time stamps, by which cargo knows
/// that it need not compile them again.
fn copy_source(to: &Path) -> anyhow::Result<()> {
    let listed = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(paths::root())
        .output()
        .context("cannot start git, which lists the source")?;
    if !listed.status.success() {
        bail!("git cannot list the source: {}", listed.status);
    }
    let listed = String::from_utf8(listed.stdout).context("a file's name is not UTF-8")?;
    let names: BTreeSet<_> = listed.split_terminator('\0').map(Path::new).collect();
    for name in &names {
        let copied = copy(&paths::root().join(name), &to.join(name));
        copied.with_context(|| format!("cannot copy {}", name.display()))?;
    }
    remove_others(to, Path::new("shared"), &names).context("cannot bring the copy up to date")
}

/// Removes files of the copy's `folder` that are in the source no more.
fn remove_others(copy: &Path, folder: &Path, names: &BTreeSet<&Path>) -> io::Result<()> {
    for entry in fs::read_dir(copy.join(folder))? {
        let entry = entry?;
        let name = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            remove_others(copy, &name, names)?;
        } else if !names.contains(name.as_path()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_file() {
        return Ok(());
    }
    let content = fs::read(from)?;
    if fs::read(to).is_ok_and(|there| there == content) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, content)
}

/// Lets one kind of tests try the mutants of an area that none has caught.
fn attempt(area: Area, round: Round, options: &Options, results: &Path) -> anyhow::Result<()> {
    let name = area.name();
    let what = match round {
        Round::UnitTests => format!("Mutants of {name}: unit tests"),
        Round::Programs => format!("Mutants of {name}: {}", area.programs().join(", ")),
    };
    console::stage(
        &what,
        "3 to 5 seconds for each, and 2 minutes to begin with",
    );
    let output = results.join(name);
    let source = output.join(SOURCE);
    let mut command = Command::new(CARGO_MUTANTS.ensure()?.join("cargo-mutants"));
    command
        .args(["mutants", "--in-place", "--iterate", "--no-shuffle"])
        .args(["--colors", "never"])
        .args(area.files())
        .arg("--output")
        .arg(&output)
        // A failure is enough: its smallest example is not wanted.
        .env("PROPTEST_MAX_SHRINK_ITERS", "0")
        .env("CARGO_TARGET_DIR", source.join("target"))
        .current_dir(&source);
    for target in round.targets(area) {
        command.arg(format!("--cargo-arg={target}"));
    }
    for pattern in &options.matching {
        command.arg("--re").arg(pattern);
    }
    command.args(["--", "--"]).args(round.filter(area));
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

/// How the mutants of each area ended, and which survived.
fn report(results: &Path) -> anyhow::Result<String> {
    let mut lines = Vec::new();
    for area in Area::ALL {
        let folder = results.join(area.name()).join("mutants.out");
        if !folder.is_dir() {
            continue;
        }
        lines.push(format!("{}:", area.name()));
        for kind in ["caught", "missed", "timeout", "unviable"] {
            let mutants = named(&folder, kind)?;
            lines.push(format!("  {kind}: {}", mutants.len()));
            if matches!(kind, "missed" | "timeout") {
                lines.extend(mutants.iter().map(|mutant| format!("    {mutant}")));
            }
        }
    }
    if lines.is_empty() {
        bail!("no area was tried: nothing in {}", results.display());
    }
    Ok(lines.join("\n") + "\n")
}

/// The mutants that ended in a way. What earlier rounds of `--iterate` caught, or could not
/// compile, stands in a file of its own.
fn named(results: &Path, kind: &str) -> anyhow::Result<Vec<String>> {
    let mut files = vec![results.join(format!("{kind}.txt"))];
    if kind == "caught" {
        files.push(results.join("previously_caught.txt"));
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
    mutants.sort();
    Ok(mutants)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_has_its_files_and_its_programs() {
        for area in Area::ALL {
            let shared = paths::root().join("shared");
            for file in area.files() {
                let (_, path) = file.split_once('=').unwrap();
                let path = path.trim_end_matches("**/*.rs");
                assert!(paths::root().join(path).exists(), "{path}");
            }
            for program in area.programs() {
                let file = shared.join(format!("tests/{program}.rs"));
                let folder = shared.join(format!("tests/{program}/main.rs"));
                assert!(file.is_file() || folder.is_file(), "{program}");
            }
        }
        assert_eq!(Round::UnitTests.targets(Area::Encode), ["--lib"]);
        let programs = ["--test=encode", "--test=goldens", "--test=learner"];
        assert_eq!(Round::Programs.targets(Area::Encode), programs);
        for area in Area::ALL {
            let filter = Round::UnitTests.filter(area).iter();
            for module in filter.filter_map(|filter| filter.strip_suffix("::")) {
                assert!(
                    paths::root().join("shared/src").join(module).is_dir(),
                    "{module}"
                );
            }
        }
    }

    #[test]
    fn a_copy_is_written_only_where_it_differs() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("a/b/to"));
        copy(&from, &to).unwrap();
        assert!(!to.exists(), "a file that is gone");
        fs::write(&from, "one").unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"one");
        let time = fs::metadata(&to).unwrap().modified().unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(fs::metadata(&to).unwrap().modified().unwrap(), time);
        fs::write(&to, "a mutant").unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"one");
    }

    #[test]
    fn what_is_gone_from_the_source_is_gone_from_the_copy() {
        let copy = tempfile::tempdir().unwrap();
        let tests = copy.path().join("shared/tests");
        fs::create_dir_all(&tests).unwrap();
        for name in ["old.rs", "new.rs"] {
            fs::write(tests.join(name), "").unwrap();
        }
        let names = BTreeSet::from([Path::new("shared/tests/new.rs")]);
        remove_others(copy.path(), Path::new("shared"), &names).unwrap();
        assert!(tests.join("new.rs").exists() && !tests.join("old.rs").exists());
    }

    #[test]
    fn a_report_counts_each_area_and_lists_the_survivors() {
        let results = tempfile::tempdir().unwrap();
        for (area, caught, missed) in [("encode", "f\n", "g\n"), ("model", "b\na\n", "")] {
            let folder = results.path().join(area).join("mutants.out");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("caught.txt"), caught).unwrap();
            fs::write(folder.join("missed.txt"), missed).unwrap();
        }
        let earlier = results
            .path()
            .join("model/mutants.out/previously_caught.txt");
        fs::write(earlier, "e\n").unwrap();
        assert_eq!(
            report(results.path()).unwrap(),
            "model:\n  caught: 3\n  missed: 0\n  timeout: 0\n  unviable: 0\n\
             encode:\n  caught: 1\n  missed: 1\n    g\n  timeout: 0\n  unviable: 0\n"
        );
        assert!(report(&results.path().join("none")).is_err());
    }
}
