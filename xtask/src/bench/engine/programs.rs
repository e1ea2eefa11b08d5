//! The programs that are set side by side: how each is built, installed and started.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::worker::{Answer, Request, Worker};
use crate::bench::{Options, folder};
use crate::interrupt::Interrupted;
use crate::tools::WASM_BINDGEN;
use crate::{cargo, console, npm, paths, process, python};

/// Ours first, then the peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Program {
    /// The engine, natively.
    Native,
    /// The same program for the whole file, so that its memory is that of this alone.
    NativeFile,
    /// The engine in WebAssembly, in Node.
    Wasm,
    /// `orjson`, `NumPy` and scikit-learn.
    Vectorised,
    /// River.
    OneByOne,
    /// Vowpal Wabbit.
    TextFile,
    /// The lab's own job.
    Lab,
}

impl Program {
    /// What it is called in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Native | Self::NativeFile => "our native",
            Self::Wasm => "our wasm",
            Self::Vectorised => "scikit-learn",
            Self::OneByOne => "River",
            Self::TextFile => "Vowpal Wabbit",
            Self::Lab => "the lab's Spark job",
        }
    }
}

/// The files of records that are measured with.
#[derive(Debug)]
pub(super) struct Files {
    /// For all but the whole file.
    pub(super) records: PathBuf,
    /// The whole file.
    pub(super) whole: PathBuf,
}

/// The programs that could be started.
#[derive(Debug)]
pub(in crate::bench) struct Programs(BTreeMap<Program, Worker>);

impl Programs {
    /// Starts ours, and the peers that are wanted and can be had; the others are left out aloud.
    pub(super) fn start(options: Options, files: &Files) -> anyhow::Result<Self> {
        let mut programs = Self(BTreeMap::new());
        let native = native()?;
        programs.add(Program::Native, &mut asked(&native, &files.records))?;
        programs.add(Program::NativeFile, &mut asked(&native, &files.whole))?;
        programs.try_add(Program::Wasm, || wasm(&files.records))?;
        if options.no_peers {
            return Ok(programs);
        }
        if paths::on_path("python3").is_none() {
            console::remark("there is no python3 here: the peers are left out");
            return Ok(programs);
        }
        for (program, script, file) in [
            (Program::Vectorised, "vectorised.py", &files.records),
            (Program::OneByOne, "one_by_one.py", &files.records),
            (Program::TextFile, "text_file.py", &files.whole),
        ] {
            programs.try_add(program, || peer("peers", "requirements.txt", script, file))?;
        }
        if options.spark {
            let lab = || peer("lab", "requirements-spark.txt", "lab.py", &files.records);
            programs.try_add(Program::Lab, lab)?;
        }
        Ok(programs)
    }

    /// Starts the one in WebAssembly alone.
    pub(in crate::bench) fn start_wasm(records: &Path) -> anyhow::Result<Self> {
        let mut programs = Self(BTreeMap::new());
        programs.add(Program::Wasm, &mut wasm(records)?)?;
        Ok(programs)
    }

    /// Seconds of one "record" of a case in WebAssembly.
    pub(in crate::bench) fn seconds_in_wasm(
        &mut self,
        case: &str,
        records: usize,
    ) -> anyhow::Result<f64> {
        let request = Request {
            case: case.to_owned(),
            records,
            passes: 1,
        };
        let answer = self.ask(Program::Wasm, &request)?;
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let seconds = answer.seconds / records as f64;
        Ok(seconds)
    }

    /// The program's versions, if it runs.
    pub(super) fn versions(&self) -> impl Iterator<Item = (Program, &super::worker::Versions)> {
        self.0
            .iter()
            .map(|(program, worker)| (*program, worker.versions()))
    }

    pub(super) fn has(&self, program: Program) -> bool {
        self.0.contains_key(&program)
    }

    /// Runs one round.
    pub(super) fn ask(&mut self, program: Program, request: &Request) -> anyhow::Result<Answer> {
        let worker = self.0.get_mut(&program);
        worker
            .with_context(|| format!("{} was not started", program.name()))?
            .ask(request)
    }

    fn add(&mut self, program: Program, command: &mut Command) -> anyhow::Result<()> {
        self.0
            .insert(program, Worker::start(program.name(), command)?);
        Ok(())
    }

    /// Leaves the program out where it cannot be had.
    fn try_add(
        &mut self,
        program: Program,
        make: impl FnOnce() -> anyhow::Result<Command>,
    ) -> anyhow::Result<()> {
        let outcome = make().and_then(|mut command| self.add(program, &mut command));
        match outcome {
            Err(error) if !error.is::<Interrupted>() => {
                console::remark(&format!("{} is left out: {error:#}", program.name()));
                Ok(())
            }
            outcome => outcome,
        }
    }
}

fn asked(program: &Path, file: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg(file);
    command
}

fn native() -> anyhow::Result<PathBuf> {
    console::stage(
        "Building the engine's benchmark",
        "1 to 3 minutes the first time",
    );
    let arguments = [
        "build",
        "--release",
        "--package",
        "benchmarks",
        "--bin",
        "engine-bench",
    ];
    process::run(&mut cargo::command(&arguments))?;
    Ok(cargo::target_folder()?.join("release/engine-bench"))
}

/// As the page's worker is built: the same profile, the same optimiser.
fn wasm(records: &Path) -> anyhow::Result<Command> {
    let node = paths::on_path("node").context("there is no node here")?;
    let bindgen = WASM_BINDGEN.ensure()?.join("wasm-bindgen");
    npm::ensure()?;
    console::stage(
        "Building it for WebAssembly",
        "1 to 3 minutes the first time",
    );
    let target = "wasm32-unknown-unknown";
    process::run(&mut cargo::command(&[
        "build",
        "--profile",
        "page",
        "--target",
        target,
        "--package",
        "benchmarks",
        "--lib",
    ]))?;
    let built = cargo::target_folder()?
        .join(target)
        .join("page/benchmarks.wasm");
    let module = folder()?.join("wasm");
    let mut join = Command::new(bindgen);
    join.args(["--target", "nodejs", "--no-typescript", "--out-dir"]);
    process::run(join.arg(&module).arg(built))?;
    optimise(&module.join("benchmarks_bg.wasm"))?;
    let mut command = Command::new(node);
    command
        .arg(paths::root().join("shared/benchmarks/worker.cjs"))
        .arg(module)
        .arg(records);
    Ok(command)
}

fn optimise(module: &Path) -> anyhow::Result<()> {
    let mut optimiser = Command::new(npm::programs().join("wasm-opt"));
    optimiser.args([
        "-O3",
        "--enable-bulk-memory",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-multivalue",
        "--enable-sign-ext",
        "--enable-mutable-globals",
        "--enable-simd",
    ]);
    process::run(optimiser.arg(module).arg("--output").arg(module))
}

/// A script in its environment, with one thread for whatever counts matrices.
fn peer(name: &str, list: &str, script: &str, file: &Path) -> anyhow::Result<Command> {
    let peers = paths::root().join("shared/benchmarks/peers");
    let list = peers.join(list);
    let requirements =
        fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let python = python::ensure(name, &requirements)?.join("python");
    let mut command = Command::new(python);
    command.arg(peers.join(script)).arg(file);
    for threads in [
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ] {
        command.env(threads, "1");
    }
    // OpenBLAS knows best which kernels this processor runs fastest.
    command
        .env_remove("OPENBLAS_CORETYPE")
        .env_remove("OPENBLAS_L2_SIZE");
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}
