//! `gradually serve`: the relay.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::signals::{self, Stop};
use super::sources::{DEFAULT_SEED, DEFAULT_TOPIC, KafkaProperties};
use super::{Ending, Failure, Outcome};
use crate::http::{Admission, ClientLimits, Door, Origin, OriginRule, Page};
use crate::session::{Limits, Shared};
use crate::source::Source;
use crate::source::log::InProcessLog;
use crate::window::EndsWatch;

/// Runs the relay: records to WebSocket clients at /ws, and the page
///
/// Records come from Kafka, or, without --kafka, from a log in this process that the generator
/// fills. It prints "listening on http://ADDRESS" on stderr when it is there. /healthz says that
/// the process is there, /readyz that records can be had. A broker that is down is waited for.
///
/// SIGINT or SIGTERM: clients are told to reconnect, and it ends with exit code 0.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Kafka's address (several: separated by commas); without it, the in-process log
    #[arg(
        long,
        value_name = "HOST:PORT",
        requires = "topic",
        env = "GRADUALLY_KAFKA"
    )]
    kafka: Option<String>,

    /// A topic that clients may read; may be given several times [default without --kafka: loan-applications]
    #[arg(
        long,
        value_name = "TOPIC",
        env = "GRADUALLY_TOPIC",
        value_delimiter = ','
    )]
    topic: Vec<String>,

    #[command(flatten)]
    properties: KafkaProperties,

    /// Where to listen; port 0 lets the system choose one
    #[arg(
        long,
        default_value = "127.0.0.1:8080",
        value_name = "HOST:PORT",
        value_parser = host_and_port,
        env = "GRADUALLY_LISTEN"
    )]
    listen: String,

    /// A page's origin that may connect, such as https://lab.example.org; may be given several times.
    /// While listening on loopback, pages of this machine may connect in any case
    #[arg(
        long,
        value_name = "ORIGIN",
        env = "GRADUALLY_ALLOW_ORIGIN",
        value_delimiter = ','
    )]
    allow_origin: Vec<Origin>,

    /// The folder of the built page [default: dist here, else dist beside the program]
    #[arg(long, value_name = "FOLDER", env = "GRADUALLY_PAGE")]
    page: Option<PathBuf>,

    /// Seed of the in-process log
    #[arg(long, default_value_t = DEFAULT_SEED, conflicts_with = "kafka")]
    seed: u64,

    /// Records per second of the in-process log
    #[arg(long, default_value_t = 100.0, conflicts_with = "kafka", value_name = "RECORDS", value_parser = rate)]
    rate: f64,

    /// Clients served at the same time; with Kafka each takes up to 10 MB and six threads while it reads
    #[arg(long, default_value_t = 256, value_name = "CLIENTS")]
    max_clients: usize,

    /// Clients of one address served at the same time
    #[arg(long, default_value_t = 256, value_name = "CLIENTS")]
    max_clients_per_address: usize,

    /// Messages a client may send per second
    #[arg(long, default_value_t = 1000, value_name = "MESSAGES")]
    max_messages_per_second: u32,
}

/// Whether a host can be found is seen when it is listened on; its shape is part of the usage.
fn host_and_port(text: &str) -> Result<String, String> {
    let parts = text.rsplit_once(':');
    match parts.filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()) {
        Some(_) => Ok(text.to_owned()),
        None => Err("write it as HOST:PORT, with a port from 0 to 65535".into()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.001..=10_000_000.0).contains(&rate) => Ok(rate),
        _ => Err("a rate is a number from 0.001 to 10000000".to_owned()),
    }
}

pub(super) async fn run(args: Args) -> Ending {
    let mut stop = signals::listen()?;
    let source = source(&args)?;
    let listener = TcpListener::bind(&args.listen).await.with_context(|| {
        format!(
            "cannot listen on {}: choose another place with --listen HOST:PORT",
            args.listen
        )
    })?;
    let address = listener.local_addr()?;
    let page = args.page.clone().map_or_else(Page::find, Page::new);
    if !page.is_there() {
        eprintln!(
            "the page is not built: no index.html in {}",
            page.folder().display()
        );
    }
    let door = Arc::new(door(&args, source, address, &stop)?);
    eprintln!("listening on http://{address}");
    tokio::select! {
        result = crate::http::serve(listener, door, page) => result?,
        // The server ends by itself a moment after the signal, when all clients know.
        () = never_before(&mut stop) => {}
    }
    Ok(Outcome::Done)
}

/// A signal alone does not end the server: it has its own time limit.
async fn never_before(stop: &mut Stop) {
    stop.asked().await;
    eprintln!("telling clients to reconnect");
    std::future::pending::<()>().await;
}

fn door(
    args: &Args,
    source: Arc<dyn Source>,
    address: std::net::SocketAddr,
    stop: &Stop,
) -> Result<Door, Failure> {
    if !address.ip().is_loopback() && args.allow_origin.is_empty() {
        eprintln!(
            "no page may connect yet: admit one with --allow-origin http://HOST:{}, as people write it in the browser",
            address.port()
        );
    }
    let ends = EndsWatch::start(Arc::clone(&source)).context("starting a thread")?;
    let limits = Limits {
        messages_per_second: args.max_messages_per_second,
        ..Limits::default()
    };
    let clients = ClientLimits {
        in_all: args.max_clients,
        per_address: args.max_clients_per_address,
    };
    Ok(Door {
        shared: Arc::new(Shared {
            source,
            ends,
            limits,
            shutdown: stop.flag(),
        }),
        origins: OriginRule::new(address, args.allow_origin.clone()),
        admission: Admission::new(clients),
    })
}

fn source(args: &Args) -> Result<Arc<dyn Source>, Failure> {
    match &args.kafka {
        Some(brokers) => kafka(args, brokers),
        None => in_process(args),
    }
}

fn in_process(args: &Args) -> Result<Arc<dyn Source>, Failure> {
    let topic = match args.topic.as_slice() {
        [] => DEFAULT_TOPIC,
        [topic] => topic,
        _ => {
            return Err(Failure::Usage(
                "the in-process log has one --topic".to_owned(),
            ));
        }
    };
    let (seed, rate) = (args.seed, args.rate);
    eprintln!("topic {topic}: records of the generator, seed {seed}, {rate} per second");
    Ok(Arc::new(InProcessLog::new(topic, seed, rate)))
}

#[cfg(feature = "kafka")]
fn kafka(args: &Args, brokers: &str) -> Result<Arc<dyn Source>, Failure> {
    use crate::source::kafka::{Appetite, KafkaSource};

    let properties = &args.properties.properties;
    let source = KafkaSource::new(brokers, args.topic.clone(), properties, Appetite::Client)?;
    eprintln!(
        "topic {}: records of Kafka at {brokers}",
        args.topic.join(", ")
    );
    Ok(Arc::new(source))
}

#[cfg(not(feature = "kafka"))]
fn kafka(args: &Args, _brokers: &str) -> Result<Arc<dyn Source>, Failure> {
    let _ = &args.properties;
    Err(Failure::Usage(super::sources::NO_KAFKA.to_owned()))
}
