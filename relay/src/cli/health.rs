//! `gradually health`: asks an HTTP address and says by the exit code whether all is well.

use std::time::Duration;

use anyhow::{Context as _, bail};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{Ending, Outcome};

/// Asks a relay whether it is well: exit code 0 for HTTP status 200, else 1
///
/// For health checks of containers, whose images hold no other HTTP client.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The address to ask
    #[arg(default_value = "http://127.0.0.1:8080/readyz", value_name = "URL")]
    url: Uri,

    /// Seconds to wait for the answer
    #[arg(long, default_value_t = 3.0, value_name = "SECONDS")]
    wait: f64,
}

pub(super) async fn run(args: Args) -> Ending {
    let limit = Duration::try_from_secs_f64(args.wait).context("--wait")?;
    let answer = tokio::time::timeout(limit, ask(&args.url)).await;
    let (status, text) =
        answer.with_context(|| format!("{} did not answer within {limit:?}", args.url))??;
    println!("{}", text.trim_end());
    if status != StatusCode::OK {
        return Err(anyhow::anyhow!("{} answered with status {status}", args.url).into());
    }
    Ok(Outcome::Done)
}

async fn ask(url: &Uri) -> anyhow::Result<(StatusCode, String)> {
    if url.scheme_str() != Some("http") {
        bail!("{url} is not an http:// address");
    }
    let host = url.host().with_context(|| format!("{url} names no host"))?;
    let address = (host.trim_matches(['[', ']']), url.port_u16().unwrap_or(80));
    let stream = TcpStream::connect(address)
        .await
        .with_context(|| format!("cannot reach {url}"))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path)
        .header("host", host)
        .body(Empty::<Bytes>::new())?;
    let response = sender
        .send_request(request)
        .await
        .with_context(|| format!("asking {url}"))?;
    let status = response.status();
    let body = Limited::new(response.into_body(), 64 * 1024)
        .collect()
        .await;
    let body = body
        .map_err(|error| anyhow::anyhow!("reading {url}: {error}"))?
        .to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}
