//! The program behind `./x` and `cargo xtask`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use xtask::interrupt::Interrupted;
use xtask::tools::CARGO_DENY;
use xtask::{
    bench, demo, doctor, goldens, interrupt, kafka, mutants, page, paths, process, python, test,
};

/// Sets up, runs, tests and measures Gradually.
#[derive(Parser)]
#[command(name = "x")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything, start the relay, and open the page
    Demo(demo::Options),
    /// Say of every tool what is wanted, what was found, and what to do
    Doctor,
    /// Install all tools and packages that builds and tests need
    Setup {
        /// Kafka's jars too
        #[arg(long)]
        kafka: bool,
    },
    /// Ask the list of known vulnerabilities about all dependencies; needs the open internet
    Advisories,
    /// Build the page into `dist/`
    Page,
    /// Run trunk with all it needs, e.g. `./x trunk serve`
    Trunk {
        /// Trunk's own arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run every check and test, or those of one part
    Test {
        /// The part [default: all]
        part: Option<test::Part>,
    },
    /// Measure and print figures; nothing is asserted
    Bench(bench::Options),
    /// Write the golden files anew by the programs they come from
    Goldens {
        /// Folders of `shared/goldens` [default: all]
        families: Vec<String>,
    },
    /// Change the engine in small ways and see whether a test fails; takes hours, and goes on where it stopped
    Mutants(mutants::Options),
    /// A Kafka broker in the foreground; prints `READY 127.0.0.1:PORT` when it answers
    Kafka {
        /// Port for clients [default: a free one]
        #[arg(long)]
        port: Option<u16>,
        /// Folder that keeps the data [default: a temporary one]
        #[arg(long)]
        dir: Option<PathBuf>,
        /// Topics to create at the start, as NAME or NAME:PARTITIONS
        #[arg(long)]
        topic: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) if error.is::<Interrupted>() => ExitCode::from(130),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    interrupt::install()?;
    match command {
        Command::Demo(options) => demo::run(options)?,
        Command::Doctor => {
            return Ok(if doctor::run() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        Command::Setup { kafka } => set_up(kafka)?,
        Command::Test { part } => return test::run(part),
        Command::Bench(options) => bench::run(options)?,
        Command::Goldens { families } => goldens::run(&families)?,
        Command::Mutants(options) => mutants::run(&options)?,
        Command::Advisories => check_advisories()?,
        Command::Page => println!("{}", page::ensure()?.display()),
        Command::Trunk { arguments } => page::trunk(&arguments)?,
        Command::Kafka { port, dir, topic } => run_kafka(port, dir, &topic)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn set_up(with_kafka: bool) -> anyhow::Result<()> {
    page::prepare()?;
    CARGO_DENY.ensure()?;
    python::checkers()?;
    if with_kafka {
        kafka::fetch()?;
    }
    Ok(())
}

fn check_advisories() -> anyhow::Result<()> {
    let program = CARGO_DENY.ensure()?.join("cargo-deny");
    let mut deny = std::process::Command::new(program);
    deny.args(["check", "advisories"])
        .current_dir(paths::root());
    process::run(&mut deny)
}

/// Runs a broker until a signal comes, it ends, or the process that asked for it has gone.
fn run_kafka(port: Option<u16>, dir: Option<PathBuf>, topics: &[String]) -> anyhow::Result<()> {
    let parent = nix::unistd::getppid();
    kafka::fetch()?;
    let mut builder = kafka::Broker::builder();
    if let Some(port) = port {
        builder = builder.port(port);
    }
    if let Some(dir) = dir {
        builder = builder.dir(dir);
    }
    let mut broker = builder.start()?;
    for topic in topics {
        let (name, partitions) = topic.split_once(':').unwrap_or((topic, "1"));
        let partitions = partitions
            .parse()
            .with_context(|| format!("`{topic}` is not NAME:PARTITIONS"))?;
        broker.create_topic(name, partitions)?;
    }
    let mut stdout = std::io::stdout();
    writeln!(stdout, "READY {}", broker.address())?;
    stdout.flush()?;
    while !interrupt::requested() && nix::unistd::getppid() == parent {
        if !broker.is_running()? {
            bail!(
                "Kafka ended by itself; its log is {}",
                broker.log().display()
            );
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    broker.stop()
}
