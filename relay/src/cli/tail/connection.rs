//! One connection of `tail`: the WebSocket, driven by the protocol's client.

use std::time::Duration;

use anyhow::Context as _;
use futures_util::{SinkExt as _, StreamExt as _};
use shared::wire::client::{Client, Event, Next, ProtocolError};
use shared::wire::control::Subscribed;
use shared::wire::{MAX_FRAME_BYTES, SUBPROTOCOL};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::ProtocolError as WebSocketFault;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Response, Uri};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::output::{Output, Progress};
use crate::cli::Failure;
use crate::cli::signals::Stop;

/// How long a connection may take to come about.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

type WebSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Why a connection, or all of it, is over.
#[derive(Debug)]
pub(super) enum Over {
    /// All records that were wanted are written.
    Complete,
    /// Whoever reads stdout has gone.
    ReaderGone,
    /// A signal came.
    Stopped,
    /// The connection ended.
    Ended(Next),
}

/// A connection that is open.
pub(super) struct Connection<'a> {
    socket: WebSocket,
    client: &'a mut Client,
    output: &'a mut Output,
    last_heard: Instant,
}

impl<'a> Connection<'a> {
    /// Connects and reads until something ends it.
    pub(super) async fn run(
        url: &Uri,
        client: &'a mut Client,
        output: &'a mut Output,
        stop: &mut Stop,
    ) -> Result<Over, Failure> {
        client.on_connecting();
        let opened = tokio::select! {
            opened = timeout(CONNECT_LIMIT, open(url)) => opened,
            () = stop.asked() => return Ok(Over::Stopped),
        };
        let socket = match opened {
            Ok(Ok((socket, response))) => {
                let selected = selected(&response);
                if let Err(error) = client.on_open(selected.as_deref()) {
                    return Ok(Over::Ended(
                        client.on_protocol_error(&error, rand::random()),
                    ));
                }
                socket
            }
            Ok(Err(error)) => return Ok(Over::Ended(failed(client, error))),
            Err(_) => {
                let reason = format!("no answer within {CONNECT_LIMIT:?}");
                return Ok(Over::Ended(client.on_unreachable(&reason, rand::random())));
            }
        };
        let last_heard = Instant::now();
        Connection {
            socket,
            client,
            output,
            last_heard,
        }
        .converse(stop)
        .await
    }

    async fn converse(mut self, stop: &mut Stop) -> Result<Over, Failure> {
        loop {
            self.send_outgoing().await;
            let silence = Duration::from_millis(self.client.silence_limit_millis().into());
            let is_backed_up = self.output.has_enough();
            tokio::select! {
                () = stop.asked() => return Ok(self.leave(Over::Stopped).await),
                progress = self.output.progress() => {
                    if is_backed_up {
                        // Nobody listened meanwhile, so there was no silence.
                        self.last_heard = Instant::now();
                    }
                    match progress.context("cannot write to stdout")? {
                        Progress::Written(bytes) => self.client.consumed(bytes),
                        Progress::Complete => return Ok(self.leave(Over::Complete).await),
                        Progress::ReaderGone => return Ok(self.leave(Over::ReaderGone).await),
                    }
                }
                message = self.socket.next(), if !is_backed_up => {
                    self.last_heard = Instant::now();
                    if let Some(next) = self.on_message(message).await {
                        return Ok(Over::Ended(next));
                    }
                }
                () = sleep_until(self.last_heard + silence), if !is_backed_up => {
                    return Ok(Over::Ended(self.client.on_silence(rand::random())));
                }
            }
        }
    }

    /// What came; the answer is what to do next if it was the end.
    async fn on_message(&mut self, message: Option<Result<Message, Error>>) -> Option<Next> {
        let random = rand::random();
        let result = match message {
            Some(Ok(Message::Text(text))) => {
                self.client.on_text(&text).map(|event| self.tell(&event))
            }
            Some(Ok(Message::Binary(bytes))) => match self.client.on_binary(&bytes) {
                Ok(Event::Batch(batch)) => {
                    self.output.take(&batch);
                    Ok(())
                }
                Ok(_) => Ok(()),
                Err(error) => Err(error),
            },
            Some(Ok(Message::Close(frame))) => {
                let code = frame.as_ref().map(|frame| u16::from(frame.code));
                let reason = frame
                    .map(|frame| frame.reason.to_string())
                    .unwrap_or_default();
                return Some(self.client.on_close(code, &reason, random));
            }
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => return Some(self.client.on_close(None, &words(&error), random)),
            None => return Some(self.client.on_close(None, "", random)),
        };
        let error: ProtocolError = result.err()?;
        let frame = CloseFrame {
            code: CloseCode::Protocol,
            reason: "".into(),
        };
        let _ = timeout(Duration::from_secs(1), self.socket.close(Some(frame))).await;
        Some(self.client.on_protocol_error(&error, random))
    }

    async fn send_outgoing(&mut self) {
        while let Some(text) = self.client.next_outgoing() {
            // A socket that is broken says so when it is read.
            let _ = self.socket.send(Message::text(text)).await;
        }
    }

    /// Says goodbye; the relay is not waited for.
    async fn leave(mut self, over: Over) -> Over {
        let frame = CloseFrame {
            code: CloseCode::Normal,
            reason: "".into(),
        };
        let _ = timeout(Duration::from_secs(1), self.socket.close(Some(frame))).await;
        over
    }

    /// What people should know, on stderr.
    fn tell(&self, event: &Event<'_>) {
        if let Event::Subscribed(subscribed) = event {
            let topic = &subscribed.topic;
            eprintln!(
                "reading {topic} from {}",
                super::places(&self.client.positions())
            );
            tell_moved(subscribed);
        }
    }
}

/// A start that was moved is never silent.
fn tell_moved(subscribed: &Subscribed) {
    for started in &subscribed.partitions {
        if let Some(why) = started.why {
            let (partition, start) = (started.partition, started.start);
            eprintln!(
                "partition {partition} begins at {start} instead: {}",
                why.words()
            );
        }
    }
    for waiting in &subscribed.waiting {
        eprintln!("partition {} waits: {}", waiting.partition, waiting.why);
    }
}

async fn open(url: &Uri) -> Result<(WebSocket, Response<Option<Vec<u8>>>), Error> {
    let mut request = url.clone().into_client_request()?;
    request.headers_mut().insert(
        SEC_WEBSOCKET_PROTOCOL,
        HeaderValue::from_static(SUBPROTOCOL),
    );
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_FRAME_BYTES))
        .max_frame_size(Some(MAX_FRAME_BYTES));
    connect_async_with_config(request, Some(config), true).await
}

fn selected(response: &Response<Option<Vec<u8>>>) -> Option<String> {
    let header = response.headers().get(SEC_WEBSOCKET_PROTOCOL)?;
    header.to_str().ok().map(str::to_owned)
}

/// What to do after a connection that did not come about.
fn failed(client: &mut Client, error: Error) -> Next {
    let random = rand::random();
    match error {
        Error::Http(response) => {
            let body = response.body().as_deref().unwrap_or_default();
            let text = String::from_utf8_lossy(body);
            client.on_http_refusal(response.status().as_u16(), &refusal_words(&text), random)
        }
        Error::Protocol(WebSocketFault::SecWebSocketSubProtocolError(_)) => {
            let selected = "none".to_owned();
            client.on_protocol_error(&ProtocolError::Subprotocol { selected }, random)
        }
        error => client.on_unreachable(&words(&error), random),
    }
}

/// The message of a relay's refusal, or the beginning of whatever else answered.
fn refusal_words(body: &str) -> String {
    let json: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let message = json
        .as_ref()
        .and_then(|json| json.pointer("/error/message")?.as_str());
    message.map_or_else(|| body.chars().take(200).collect(), str::to_owned)
}

fn words(error: &Error) -> String {
    match error {
        Error::Io(error) => error.to_string(),
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(WebSocketFault::ResetWithoutClosingHandshake) => String::new(),
        error => error.to_string(),
    }
}
