//! The command line: one file a subcommand. Results go to stdout, progress and errors to stderr.
//!
//! Exit codes: 0 when all was done, or when a command that goes on for ever was ended by SIGINT or
//! SIGTERM; 130 when such a signal cut a command short; 2 for bad usage; 1 for everything else.

// The doc comments of the flags are what `--help` prints: plain text.
#![allow(clippy::doc_markdown)]

mod compare;
mod export;
mod health;
mod input;
mod named;
#[cfg(feature = "kafka")]
mod produce;
mod records;
mod replay;
mod schema;
mod serve;
mod signals;
mod sources;
mod stream;
mod tail;
mod train;

use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use tracing::Level;
use tracing_subscriber::filter::LevelFilter;

/// Watch a model learn, one batch at a time.
#[derive(Debug, Parser)]
#[command(
    name = "gradually",
    version,
    about,
    after_help = "Exit codes: 0 done, or ended by SIGINT or SIGTERM where a command goes on for ever; \
                  130 cut short by such a signal; 2 bad usage; 1 anything else."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// How much is logged to stderr: error, warn, info, debug or trace
    #[arg(
        long,
        global = true,
        default_value = "warn",
        value_name = "LEVEL",
        env = "GRADUALLY_LOG"
    )]
    log: Level,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    #[cfg(feature = "kafka")]
    Produce(produce::Args),
    Train(Box<train::Args>),
    Replay(replay::Args),
    Compare(compare::Args),
    Export(export::Args),
    Schema(schema::Args),
    Tail(tail::Args),
    Health(health::Args),
}

/// How a command ends without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All was done.
    Done,
    /// A signal came before all was done.
    CutShort,
}

/// How a command fails.
#[derive(Debug)]
enum Failure {
    /// The flags do not go together.
    Usage(String),
    /// Anything else.
    Other(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

type Ending = Result<Outcome, Failure>;

/// Reads the command line, runs the command, and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    let command = Cli::command();
    let matches = command.clone().get_matches();
    let mut cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    if let (Command::Train(args), Some((name, matches))) = (&mut cli.command, matches.subcommand())
    {
        args.note_given(given(&command, name, matches));
    }
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(LevelFilter::from_level(cli.log))
        .with_target(false)
        .init();
    match run(cli.command) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::CutShort) => ExitCode::from(130),
        Err(Failure::Usage(message)) => {
            eprintln!("error: {message}\n\nFor more information, try '--help'.");
            ExitCode::from(2)
        }
        Err(Failure::Other(error)) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The long names of a subcommand's flags that were given on the command line.
fn given(command: &clap::Command, name: &str, matches: &ArgMatches) -> Vec<String> {
    let subcommand = command.find_subcommand(name);
    let flags = subcommand
        .into_iter()
        .flat_map(clap::Command::get_arguments);
    let is_given = |id: &str| {
        let source = matches
            .try_contains_id(id)
            .is_ok()
            .then(|| matches.value_source(id));
        source.flatten() == Some(ValueSource::CommandLine)
    };
    flags
        .filter(|flag| is_given(flag.get_id().as_str()))
        .filter_map(|flag| flag.get_long().map(str::to_owned))
        .collect()
}

fn run(command: Command) -> Ending {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let ending = runtime.block_on(async {
        match command {
            Command::Serve(args) => serve::run(args).await,
            #[cfg(feature = "kafka")]
            Command::Produce(args) => blocking(move |stop| produce::run(&args, &stop)).await,
            Command::Train(args) => blocking(move |stop| train::run(&args, &stop)).await,
            Command::Replay(args) => blocking(move |stop| replay::run(&args, &stop)).await,
            Command::Compare(args) => blocking(move |_| compare::run(&args)).await,
            Command::Export(args) => blocking(move |_| export::run(&args)).await,
            Command::Schema(args) => blocking(move |stop| schema::run(&args, &stop)).await,
            Command::Tail(args) => tail::run(args).await,
            Command::Health(args) => health::run(args).await,
        }
    });
    // A thread that waits for a broker's answer is not waited for.
    runtime.shutdown_background();
    ending
}

/// Runs a command that blocks, and tells it of signals.
async fn blocking(command: impl FnOnce(signals::Stop) -> Ending + Send + 'static) -> Ending {
    let stop = signals::listen()?;
    tokio::task::spawn_blocking(move || command(stop)).await?
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
