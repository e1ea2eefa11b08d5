//! `gradually tail`: a client of the protocol that prints values.

mod connection;
mod output;

use shared::record::Position;
use shared::wire::client::{Client, Next};
use shared::wire::{START_FORMS, StartFrom, Subscribe, WhenUnavailable};
use tokio_tungstenite::tungstenite::http::Uri;

use self::connection::{Connection, Over};
use self::output::Output;
use super::signals::{self, Stop};
use super::{Ending, Failure, Outcome};

/// Bytes of frames that are under way or wait for stdout at most.
const CREDIT_BYTES: u64 = 8 * 1024 * 1024;

/// Prints the values of a topic as they are, each followed by a newline
///
/// An empty or null value is an empty line. When the relay dies it reconnects by itself and goes
/// on after the last record it has received; nothing is taken ahead of stdout beyond 8 MB.
///
/// SIGINT or SIGTERM: exit code 0 without --count, 130 with it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The relay: ws://HOST:PORT, the path /ws being added where none is given
    #[arg(value_name = "URL", value_parser = url)]
    url: Uri,

    /// The topic [default: the relay's first]
    #[arg(long, value_name = "TOPIC")]
    topic: Option<String>,

    /// A partition; may be given several times [default: all]
    #[arg(long, value_name = "PARTITION", value_delimiter = ',')]
    partition: Vec<i32>,

    /// Where to begin: earliest, latest, last:N, time:MILLISECONDS or offsets:PARTITION=OFFSET,…
    #[arg(long, default_value = "earliest", value_name = "START")]
    from: StartFrom,

    /// What to do where a place asked for is gone: fail, earliest or latest
    #[arg(long, default_value = "fail", value_name = "WHAT", value_parser = when_unavailable)]
    when_unavailable: WhenUnavailable,

    /// End after so many records [default: never]
    #[arg(long, value_name = "RECORDS")]
    count: Option<u64>,
}

fn url(text: &str) -> Result<Uri, String> {
    let example = "write it as ws://HOST:PORT";
    let url: Uri = text
        .parse()
        .map_err(|error| format!("{error}: {example}"))?;
    match url.scheme_str() {
        Some("ws") => {}
        Some("wss") => {
            return Err(
                "this program speaks no TLS: give it the ws:// address behind the TLS proxy"
                    .to_owned(),
            );
        }
        _ => return Err(format!("not a WebSocket address: {example}")),
    }
    let host = url
        .authority()
        .filter(|authority| !authority.host().is_empty());
    let host = host.ok_or_else(|| format!("it names no host: {example}"))?;
    if !matches!(url.path(), "" | "/") {
        return Ok(url);
    }
    format!("ws://{host}{}", shared::wire::PATH)
        .parse()
        .map_err(|error| format!("{error}"))
}

fn when_unavailable(text: &str) -> Result<WhenUnavailable, String> {
    match text {
        "fail" => Ok(WhenUnavailable::Fail),
        "earliest" => Ok(WhenUnavailable::Earliest),
        "latest" => Ok(WhenUnavailable::Latest),
        _ => Err("write fail, earliest or latest".to_owned()),
    }
}

pub(super) async fn run(args: Args) -> Ending {
    debug_assert!(
        START_FORMS.contains("last:N"),
        "the help text lists the forms"
    );
    let mut stop = signals::listen()?;
    let mut output = Output::start(args.count)?;
    let mut client = Client::new(
        request(&args),
        concat!("gradually-tail/", env!("CARGO_PKG_VERSION")),
    );
    let ending = follow(&args.url, &mut client, &mut output, &mut stop).await?;
    match ending {
        Over::Complete | Over::ReaderGone => Ok(Outcome::Done),
        Over::Stopped => Ok(Stop::outcome(args.count.is_none())),
        Over::Ended(Next::Final { reason } | Next::Retry { reason, .. }) => {
            output.finish().await?;
            Err(anyhow::anyhow!("{}: {reason}", args.url).into())
        }
    }
}

fn request(args: &Args) -> Subscribe {
    let partitions = (!args.partition.is_empty()).then(|| args.partition.clone());
    Subscribe {
        partitions,
        when_unavailable: args.when_unavailable,
        ..Subscribe::new(args.topic.clone(), args.from.clone(), CREDIT_BYTES)
    }
}

/// Connects again and again until there is nothing more to do.
async fn follow(
    url: &Uri,
    client: &mut Client,
    output: &mut Output,
    stop: &mut Stop,
) -> Result<Over, Failure> {
    loop {
        let over = Connection::run(url, client, output, stop).await?;
        let Over::Ended(Next::Retry { after_millis, .. }) = over else {
            return Ok(over);
        };
        eprintln!("{url}: {}", client.state());
        let wait = std::time::Duration::from_millis(after_millis.into());
        let mut wait = Box::pin(tokio::time::sleep(wait));
        loop {
            tokio::select! {
                () = stop.asked() => return Ok(Over::Stopped),
                // What was received before the break is written meanwhile.
                written = output.progress() => match written? {
                    output::Progress::Written(bytes) => client.consumed(bytes),
                    output::Progress::Complete => return Ok(Over::Complete),
                    output::Progress::ReaderGone => return Ok(Over::ReaderGone),
                },
                () = &mut wait => break,
            }
        }
    }
}

/// Where the client stands, for people.
fn places(positions: &[Position]) -> String {
    let place = |position: &Position| format!("{}={}", position.partition, position.offset);
    positions.iter().map(place).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_without_a_path_means_the_protocols() {
        assert_eq!(url("ws://h:1").unwrap().to_string(), "ws://h:1/ws");
        assert_eq!(url("ws://h:1/").unwrap().to_string(), "ws://h:1/ws");
        assert_eq!(
            url("ws://h:1/relay/ws").unwrap().to_string(),
            "ws://h:1/relay/ws"
        );
        for text in ["http://h:1", "h:1", "ws://", "wss://h", ""] {
            assert!(url(text).is_err(), "{text}");
        }
    }
}
