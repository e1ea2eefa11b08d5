//! The stages of `./x test`, in the order in which they run.
//!
//! Cheap checks come first. Each says which parts it belongs to, so that one part alone installs and
//! builds only what it needs.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use super::Part::{self, Engine, Page, Relay, SetUp};
use super::stage::{Kind, Stage};
use super::summary::Dialect;
use crate::tools::{CARGO_DENY, WASM_BINDGEN};
use crate::{browser, cargo, kafka, page, paths, python};

type Commands = anyhow::Result<Vec<Command>>;

const WASM: &str = "wasm32-unknown-unknown";
const ALL: &[Part] = &[Engine, Relay, Page, SetUp];

/// Every stage.
#[must_use]
pub(super) fn all() -> Vec<Stage> {
    let mut stages = vec![check("rustfmt", ALL, &[], || {
        Ok(one(&["fmt", "--all", "--check", "--", "-l"]))
    })];
    stages.extend(engine());
    stages.extend(relay());
    stages.extend(set_up());
    stages.extend(in_browser());
    stages
}

fn engine() -> Vec<Stage> {
    vec![
        check("engine: clippy", &[Engine], &[], || {
            let packages = ["--package", "shared", "--package", "benchmarks"];
            Ok(vec![
                clippy(&packages),
                clippy(&[&packages[..], &["--target", WASM]].concat()),
            ])
        }),
        tests(
            "engine: tests, native",
            &[Engine],
            &[],
            "engine-native",
            || {
                let packages = ["--package", "shared", "--package", "benchmarks"];
                Ok(one(&[&["test", "--no-fail-fast"], &packages[..]].concat()))
            },
        ),
        prepare("scikit-learn", &[Engine, Relay], || {
            python::scikit_learn()?;
            Ok(Vec::new())
        }),
        check(
            "engine: saved models in scikit-learn",
            &[Engine],
            &["scikit-learn"],
            opened_by_scikit_learn,
        ),
        prepare("ONNX Runtime", &[Engine, Relay], || {
            python::predict()?;
            Ok(Vec::new())
        }),
        check(
            "engine: saved models in ONNX Runtime, Python, SQLite and DuckDB",
            &[Engine],
            &["ONNX Runtime"],
            predicted_elsewhere,
        ),
        check("engine: documentation", &[Engine], &[], || {
            let mut doc = cargo::command(&["doc", "--package", "shared", "--no-deps"]);
            doc.env("RUSTDOCFLAGS", "--deny warnings");
            Ok(vec![doc])
        }),
        prepare("wasm-bindgen", &[Engine, Page], || {
            WASM_BINDGEN.ensure()?;
            Ok(Vec::new())
        }),
        tests(
            "engine: tests, WebAssembly in Node",
            &[Engine],
            &["wasm-bindgen"],
            "engine-wasm",
            || Ok(vec![wasm_tests("shared")?]),
        ),
    ]
}

/// The tests of the goldens save models, and each version of scikit-learn goes on with them.
fn opened_by_scikit_learn() -> Commands {
    let folder = empty_folder("saved-models")?;
    let mut saving = cargo::command(&["test", "--package", "shared", "--test", "sgd"]);
    saving.env("GRADUALLY_SAVE_MODELS", &folder);
    let opening = python::scikit_learn()?.into_iter().map(|python| {
        let mut command = at_root(python, &["-B", "shared/saves/go_on.py"]);
        command.arg(&folder);
        command
    });
    Ok(std::iter::once(saving).chain(opening).collect())
}

/// Models of many settings are saved, and other programs predict with them: one of them, as
/// users have it, on this many applications.
fn predicted_elsewhere() -> Commands {
    let folder = empty_folder("saved-to-predict")?;
    let mut saving = cargo::command(&["run", "--package", "shared", "--example", "saves", "--"]);
    saving.arg(&folder).arg("100000");
    let predicting = python::predict()?.into_iter().map(|python| {
        let mut command = at_root(python, &["-B", "shared/saves/same_predictions.py"]);
        command.arg(&folder);
        command
    });
    Ok(std::iter::once(saving).chain(predicting).collect())
}

/// A folder for what a stage leaves.
fn empty_folder(name: &str) -> anyhow::Result<PathBuf> {
    let folder = cargo::target_folder()?.join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot remove what an earlier run left")?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

fn relay() -> Vec<Stage> {
    vec![
        check("relay: clippy", &[Relay], &[], || {
            Ok(vec![
                clippy(&["--package", "relay"]),
                clippy(&["--package", "relay", "--no-default-features"]),
            ])
        }),
        prepare("Kafka's jars", &[Relay, Page, SetUp], || {
            kafka::fetch()?;
            Ok(Vec::new())
        }),
        tests(
            "relay: tests with Kafka",
            &[Relay],
            &["Kafka's jars"],
            "relay",
            || Ok(one(&["test", "--package", "relay", "--no-fail-fast"])),
        ),
        check(
            "relay: a saved run in scikit-learn",
            &[Relay],
            &["scikit-learn"],
            gone_through_by_scikit_learn,
        ),
        check(
            "relay: exported metrics in DuckDB",
            &[Relay],
            &["ONNX Runtime"],
            read_by_duckdb,
        ),
    ]
}

/// Exports the metrics of a run whose third batch has no good record, and each version of `DuckDB` reads them.
fn read_by_duckdb() -> Commands {
    let folder = empty_folder("exported-metrics")?;
    let (records, run) = (folder.join("records.ndjson"), folder.join("run"));
    // A stage's own output goes to its log.
    let generate = r#"{ cargo run --package shared --example stream -- 5 600; yes '{}' | head -n 300
        cargo run --package shared --example stream -- 6 2000; } > "$1""#;
    let mut generating = at_root("sh", &["-ec", generate, "sh"]);
    generating.arg(&records);
    let gradually = |arguments: &[&str]| {
        cargo::command(&[&["run", "--package", "relay", "--"], arguments].concat())
    };
    let mut training = gradually(&[
        "train",
        "--batch-records",
        "300",
        "--save",
        "none",
        "--file",
    ]);
    training.arg(&records).arg("--out").arg(&run);
    let (table, exported) = (run.join("metrics.csv"), folder.join("metrics.parquet"));
    let mut exporting = gradually(&["export"]);
    exporting.arg(&run).arg("--to").arg(&exported);
    let reading = python::predict()?.into_iter().map(|python| {
        let mut command = at_root(python, &["-B", "shared/saves/same_metrics.py"]);
        command.arg(&table).arg(&exported);
        command
    });
    let commands = [generating, training, exporting];
    Ok(commands.into_iter().chain(reading).collect())
}

/// Trains on a file, and each version of scikit-learn makes the same run of what was saved.
fn gone_through_by_scikit_learn() -> Commands {
    let folder = empty_folder("saved-run")?;
    let (records, run) = (folder.join("records.ndjson"), folder.join("run"));
    // A stage's own output goes to its log.
    let generate = r#"exec cargo run --package shared --example stream -- 5 3300 > "$1""#;
    let mut generating = at_root("sh", &["-c", generate, "sh"]);
    generating.arg(&records);
    let mut training = cargo::command(&["run", "--package", "relay", "--", "train"]);
    training
        .args(["--batch-records", "300", "--file"])
        .arg(&records)
        .arg("--out")
        .arg(&run);
    let again = python::scikit_learn()?.into_iter().map(|python| {
        let mut command = at_root(python, &["-B", "shared/saves/same_run.py"]);
        command.arg(&run).arg(&records).arg("300");
        command
    });
    Ok([generating, training].into_iter().chain(again).collect())
}

fn set_up() -> Vec<Stage> {
    vec![
        check("set-up: clippy", &[SetUp], &[], || {
            Ok(vec![clippy(&["--package", "xtask"])])
        }),
        prepare("cargo-deny", &[SetUp], || {
            CARGO_DENY.ensure()?;
            Ok(Vec::new())
        }),
        check(
            "set-up: licences, sources, banned crates",
            &[SetUp],
            &["cargo-deny"],
            || {
                let program = CARGO_DENY
                    .find()
                    .context("cargo-deny is missing")?
                    .join("cargo-deny");
                Ok(vec![at_root(
                    program,
                    &["--all-features", "check", "bans", "licenses", "sources"],
                )])
            },
        ),
        prepare("Python checkers", &[SetUp], || {
            python::checkers()?;
            Ok(Vec::new())
        }),
        check(
            "set-up: docker-compose.yml against its schema",
            &[SetUp],
            &["Python checkers"],
            || {
                let program = python::checkers()?.join("check-jsonschema");
                Ok(vec![at_root(
                    program,
                    &[
                        "--builtin-schema",
                        "vendor.compose-spec",
                        "docker-compose.yml",
                    ],
                )])
            },
        ),
        check("set-up: Dockerfile", &[SetUp], &["Python checkers"], || {
            Ok(vec![at_root(
                python::checkers()?.join("hadolint"),
                &["Dockerfile"],
            )])
        }),
        tests(
            "set-up: tests",
            &[SetUp],
            &["Kafka's jars"],
            "set-up",
            || {
                // The demo has a stage of its own, after the builds it needs.
                let targets = [
                    "--lib",
                    "--bins",
                    "--test",
                    "broker",
                    "--test",
                    "dependencies",
                    "--test",
                    "download",
                    "--test",
                    "script",
                ];
                Ok(one(&[
                    &["test", "--package", "xtask", "--no-fail-fast"][..],
                    &targets,
                ]
                .concat()))
            },
        ),
    ]
}

fn in_browser() -> Vec<Stage> {
    vec![
        check("page: clippy", &[Page], &[], || {
            Ok(vec![clippy(&["--package", "frontend", "--target", WASM])])
        }),
        tests("page: unit tests", &[Page], &[], "page-units", || {
            Ok(one(&[
                "test",
                "--package",
                "frontend",
                "--lib",
                "--no-fail-fast",
            ]))
        }),
        prepare("page: build", &[Page], || {
            page::ensure()?;
            Ok(Vec::new())
        }),
        prepare("relay: build", &[Page], || Ok(one(cargo::RELAY))),
        tests(
            "page: tests in a browser",
            &[Page],
            &["page: build", "relay: build", "Kafka's jars"],
            "page",
            || Ok(vec![browser_tests()?]),
        ),
        tests(
            "demo: starts, serves, ends",
            &[Page],
            &["page: build", "relay: build", "Kafka's jars"],
            "demo",
            || {
                Ok(one(&[
                    "test",
                    "--package",
                    "xtask",
                    "--test",
                    "demo",
                    "--no-fail-fast",
                ]))
            },
        ),
    ]
}

fn prepare(name: &'static str, parts: &'static [Part], commands: fn() -> Commands) -> Stage {
    Stage {
        name,
        parts,
        needs: &[],
        kind: Kind::SetUp,
        commands,
    }
}

fn check(
    name: &'static str,
    parts: &'static [Part],
    needs: &'static [&'static str],
    commands: fn() -> Commands,
) -> Stage {
    Stage {
        name,
        parts,
        needs,
        kind: Kind::Check,
        commands,
    }
}

fn tests(
    name: &'static str,
    parts: &'static [Part],
    needs: &'static [&'static str],
    minimum: &'static str,
    commands: fn() -> Commands,
) -> Stage {
    let dialect = if minimum == "page" {
        Dialect::Node
    } else {
        Dialect::Cargo
    };
    Stage {
        name,
        parts,
        needs,
        kind: Kind::Tests(minimum, dialect),
        commands,
    }
}

fn one(arguments: &[&str]) -> Vec<Command> {
    vec![cargo::command(arguments)]
}

fn at_root(program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(paths::root());
    command
}

/// Warnings are errors by clippy's own flag: by RUSTFLAGS they would make every other build a new one.
fn clippy(arguments: &[&str]) -> Command {
    let mut command = cargo::command(&["clippy", "--all-targets"]);
    command.args(arguments).args(["--", "--deny", "warnings"]);
    command
}

/// Doctests stay native; everything else of the package runs in Node.
fn wasm_tests(package: &str) -> anyhow::Result<Command> {
    let runner = WASM_BINDGEN
        .find()
        .context("wasm-bindgen is missing")?
        .join("wasm-bindgen-test-runner");
    let mut command = cargo::command(&[
        "test",
        "--target",
        WASM,
        "--lib",
        "--tests",
        "--no-fail-fast",
        "--package",
        package,
    ]);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    Ok(command)
}

/// One file after the other: each has a browser, a relay and perhaps a Kafka to itself.
fn browser_tests() -> anyhow::Result<Command> {
    let files = browser_test_files()?;
    anyhow::ensure!(!files.is_empty(), "frontend/tests holds no *.test.mjs");
    let mut node = browser::node()?;
    node.args(["--test", "--test-reporter=tap", "--test-concurrency=1"])
        .args(files);
    Ok(node)
}

fn browser_test_files() -> anyhow::Result<Vec<PathBuf>> {
    let folder = paths::root().join("frontend/tests");
    let mut files = Vec::new();
    for entry in
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::test::minimum::Minimum;

    #[test]
    fn names_are_unique_needs_come_before_and_belong_to_the_same_parts() {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let stages = all();
        for stage in &stages {
            for need in stage.needs {
                assert!(
                    seen.contains(need),
                    "{} needs {need}, which does not come before it",
                    stage.name
                );
                let needed = stages.iter().find(|other| other.name == *need).unwrap();
                assert!(
                    stage.parts.iter().all(|part| needed.parts.contains(part)),
                    "{} alone has no {need}",
                    stage.name
                );
            }
            assert!(seen.insert(stage.name), "{} is there twice", stage.name);
        }
    }

    #[test]
    fn every_stage_of_tests_has_a_minimum() {
        let minimum = Minimum::load().unwrap();
        for stage in all() {
            if let Kind::Tests(part, _) = stage.kind {
                assert_eq!(minimum.objection(part, usize::MAX), None, "{}", stage.name);
            }
        }
    }
}
