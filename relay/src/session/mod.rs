//! One client: handshake, subscription, frames against credit, heartbeats, the end.
//!
//! All that is kept of a client is its [`Cursor`]s and its credit. Without credit its reader is
//! dropped after a moment, so a client that does not take anything costs a socket and a few bytes.

mod limiter;
mod resume;
mod socket;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt as _;
use shared::record::Position;
use shared::wire::close::ErrorCode;
use shared::wire::control::{Ends, Heartbeat, Refusal, Subscribed, Waiting, Welcome};
use shared::wire::{MAX_CREDIT_BYTES, Subscribe, ToClient, ToRelay, VERSION};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

pub use self::resume::{Resolution, resolve};
pub use self::socket::{Inbound, Socket};
use crate::source::{Source, SourceError};
use crate::window::{EndsWatch, Feed, Frame, TopicView};

/// What all sessions share.
pub struct Shared {
    /// Where records come from.
    pub source: Arc<dyn Source>,
    /// The ends of all topics.
    pub ends: EndsWatch,
    /// Times and rates.
    pub limits: Limits,
    /// Becomes true when the relay is about to end.
    pub shutdown: watch::Receiver<bool>,
}

/// Times and rates of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Hello and subscribe each have to come within this time.
    pub handshake: Duration,
    /// Time between two heartbeats.
    pub heartbeat: Duration,
    /// A message that the client does not take for so long, or a silence of so long, is the end.
    pub stall: Duration,
    /// A client without credit keeps its reader for so long.
    pub idle_reader: Duration,
    /// Messages a client may send in a second, over a longer time.
    pub messages_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(5),
            heartbeat: Duration::from_secs(2),
            stall: Duration::from_mins(1),
            idle_reader: Duration::from_secs(5),
            messages_per_second: 1000,
        }
    }
}

/// How a session ends.
#[derive(Debug)]
pub enum End {
    /// The client has gone, in whatever way.
    Gone,
    /// The relay refuses to go on.
    Refused(Refusal),
    /// The relay is being shut down.
    Shutdown,
}

impl End {
    fn refuse(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Refused(Refusal {
            code,
            message: message.into(),
            positions: Vec::new(),
        })
    }
}

impl From<SourceError> for End {
    fn from(error: SourceError) -> Self {
        Self::refuse(error.code(), error.to_string())
    }
}

/// Serves a client until the end, and tells it why it ended.
pub async fn serve(mut socket: Socket, shared: Arc<Shared>) {
    let mut shutdown = shared.shutdown.clone();
    let end = match converse(&mut socket, &shared, &mut shutdown).await {
        Ok(never) => match never {},
        Err(end) => end,
    };
    match end {
        End::Gone => tracing::debug!("client has gone"),
        End::Refused(refusal) => {
            tracing::info!(code = ?refusal.code, "{}", refusal.message);
            socket.refuse(refusal).await;
        }
        End::Shutdown => {
            let retry_millis = rand::rng().random_range(250..2500);
            socket.go_away(retry_millis).await;
        }
    }
}

/// A session goes on for ever but for its end.
enum Never {}

async fn converse(
    socket: &mut Socket,
    shared: &Arc<Shared>,
    shutdown: &mut watch::Receiver<bool>,
) -> Result<Never, End> {
    let request = tokio::select! {
        request = handshake(socket, shared) => request?,
        () = over(shutdown) => return Err(End::Shutdown),
    };
    let mut session = Session::subscribe(socket, shared, request).await?;
    session
        .run(shutdown)
        .await
        .map_err(|end| session.with_positions(end))
}

/// Hello, welcome, subscribe.
async fn handshake(socket: &mut Socket, shared: &Shared) -> Result<Subscribe, End> {
    let limit = shared.limits.handshake;
    let ToRelay::Hello { version, client } = first(socket, limit, "hello").await? else {
        return Err(End::refuse(
            ErrorCode::BadMessage,
            "the first message has to be hello",
        ));
    };
    if version != VERSION {
        let message = format!(
            "version {version} of the protocol was asked for, this relay speaks {VERSION}: update the older of the two"
        );
        return Err(End::refuse(ErrorCode::UnsupportedVersion, message));
    }
    tracing::debug!(client, "hello");
    let welcome = Welcome {
        version: VERSION,
        server: concat!("gradually/", env!("CARGO_PKG_VERSION")).to_owned(),
        cluster_id: shared.ends.cluster_id(),
        topics: shared.source.topics().to_vec(),
        heartbeat_millis: u32::try_from(shared.limits.heartbeat.as_millis()).unwrap_or(u32::MAX),
    };
    socket.send_text(&ToClient::Welcome(welcome)).await?;
    match first(socket, limit, "subscribe").await? {
        ToRelay::Subscribe(subscribe) => Ok(subscribe),
        _ => Err(End::refuse(
            ErrorCode::BadMessage,
            "after hello comes subscribe",
        )),
    }
}

/// The next message, if it comes in time.
async fn first(socket: &mut Socket, limit: Duration, what: &str) -> Result<ToRelay, End> {
    let wait = async {
        loop {
            if let Inbound::Message(message) = socket.receive().await? {
                return Ok(message);
            }
        }
    };
    timeout(limit, wait).await.unwrap_or_else(|_| {
        let message = format!("no {what} came within {} s", limit.as_secs_f32());
        Err(End::refuse(ErrorCode::HandshakeTimeout, message))
    })
}

/// A client that is being served.
struct Session<'a> {
    socket: &'a mut Socket,
    shared: &'a Arc<Shared>,
    request: Subscribe,
    topic: String,
    /// The next record of each partition, by number: all that has to be kept.
    cursors: BTreeMap<i32, Position>,
    /// Partitions that could not be begun yet.
    waiting: Vec<Waiting>,
    /// Bytes that may still be sent; one frame may exceed it.
    credit: i64,
    feed: Option<Feed>,
    view: watch::Receiver<TopicView>,
    last_heard: Instant,
}

impl<'a> Session<'a> {
    /// Finds the topic and the places, and tells the client.
    async fn subscribe(
        socket: &'a mut Socket,
        shared: &'a Arc<Shared>,
        request: Subscribe,
    ) -> Result<Self, End> {
        let topics = shared.source.topics();
        let asked = request
            .topic
            .clone()
            .or_else(|| topics.first().cloned())
            .unwrap_or_default();
        let view = shared.ends.topic(&asked).ok_or_else(|| {
            let message = format!(
                "topic \"{asked}\" is not handed out here; there is: {}",
                topics.join(", ")
            );
            End::refuse(ErrorCode::UnknownTopic, message)
        })?;
        let credit = i64::try_from(request.credit).unwrap_or(i64::MAX);
        let mut session = Self {
            socket,
            shared,
            topic: asked,
            cursors: BTreeMap::new(),
            waiting: Vec::new(),
            credit,
            feed: None,
            view,
            last_heard: Instant::now(),
            request,
        };
        session.begin().await?;
        Ok(session)
    }

    /// Begins the partitions that have not begun yet, as far as they are ready.
    async fn begin(&mut self) -> Result<(), End> {
        let source = Arc::clone(&self.shared.source);
        let (topic, request) = (self.topic.clone(), self.request.clone());
        let begun: Vec<i32> = self.cursors.keys().copied().collect();
        let found =
            tokio::task::spawn_blocking(move || resolve(source.as_ref(), &topic, &request, &begun));
        let resolution = found.await.map_err(|_| {
            End::refuse(
                ErrorCode::SourceUnavailable,
                "the relay failed to ask its source",
            )
        })??;
        let is_first = self.cursors.is_empty() && self.waiting.is_empty();
        self.waiting = resolution.waiting;
        if !is_first && resolution.started.is_empty() {
            return Ok(());
        }
        for (started, leader_epoch) in &resolution.started {
            let (partition, offset) = (started.partition, started.start);
            let leader_epoch = *leader_epoch;
            self.cursors.insert(
                partition,
                Position {
                    partition,
                    offset,
                    leader_epoch,
                },
            );
        }
        // The reader is opened anew with the partitions that have joined.
        self.feed = None;
        let subscribed = Subscribed {
            topic: self.topic.clone(),
            cluster_id: resolution.cluster_id,
            partitions: resolution
                .started
                .into_iter()
                .map(|(started, _)| started)
                .collect(),
            waiting: self.waiting.clone(),
        };
        self.socket
            .send_text(&ToClient::Subscribed(subscribed))
            .await
    }

    async fn run(&mut self, shutdown: &mut watch::Receiver<bool>) -> Result<Never, End> {
        let mut heartbeat = interval(self.shared.limits.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut out_of_credit = Instant::now();
        loop {
            let may_send = self.credit > 0;
            if may_send {
                self.ensure_feed()?;
                out_of_credit = Instant::now();
            }
            tokio::select! {
                // Frames come last: a fast feed must not starve the rest.
                biased;
                () = over(shutdown) => return Err(End::Shutdown),
                inbound = self.socket.receive() => self.on_inbound(&inbound?)?,
                _ = heartbeat.tick() => self.on_heartbeat().await?,
                () = sleep_until(out_of_credit + self.shared.limits.idle_reader),
                    if !may_send && self.feed.is_some() => self.feed = None,
                frame = next(&mut self.feed), if may_send => self.on_frame(frame).await?,
            }
        }
    }

    fn ensure_feed(&mut self) -> Result<(), End> {
        if self.feed.is_none() && !self.cursors.is_empty() {
            let starts = self.cursors.values().copied().collect();
            let source = Arc::clone(&self.shared.source);
            self.feed = Some(Feed::open(source, &self.topic, starts)?);
        }
        Ok(())
    }

    async fn on_frame(&mut self, frame: Option<Result<Frame, SourceError>>) -> Result<(), End> {
        let Some(frame) = frame else {
            // The reader ended without a word; it is opened again at the cursors.
            self.feed = None;
            return Ok(());
        };
        let frame = frame?;
        self.credit -= i64::try_from(frame.bytes.len()).unwrap_or(i64::MAX);
        self.socket.send_binary(frame.bytes).await?;
        self.cursors.insert(frame.next.partition, frame.next);
        Ok(())
    }

    fn on_inbound(&mut self, inbound: &Inbound) -> Result<(), End> {
        self.last_heard = Instant::now();
        match inbound {
            Inbound::Message(ToRelay::Credit { bytes }) => {
                let most = i64::try_from(MAX_CREDIT_BYTES).unwrap_or(i64::MAX);
                let bytes = i64::try_from(*bytes).unwrap_or(most);
                self.credit = self.credit.saturating_add(bytes).min(most);
                Ok(())
            }
            Inbound::Message(_) => Err(End::refuse(
                ErrorCode::BadMessage,
                "after subscribe there is only credit",
            )),
            Inbound::SignOfLife => Ok(()),
        }
    }

    async fn on_heartbeat(&mut self) -> Result<(), End> {
        if self.last_heard.elapsed() > self.shared.limits.stall {
            return Err(End::refuse(
                ErrorCode::Stalled,
                "the client does not answer any more",
            ));
        }
        if !self.waiting.is_empty() {
            self.begin().await?;
        }
        let heartbeat = self.heartbeat();
        self.socket
            .send_text(&ToClient::Heartbeat(heartbeat))
            .await?;
        self.socket.ping().await
    }

    fn heartbeat(&self) -> Heartbeat {
        let view = self.view.borrow();
        let partitions = view.state.iter().flat_map(|state| &state.partitions);
        let ends = partitions.filter(|state| self.cursors.contains_key(&state.partition));
        let ends = ends.filter_map(|state| {
            let (partition, ends) = (state.partition, state.ends.as_ref().ok()?);
            Some(Ends {
                partition,
                low: ends.low,
                high: ends.high,
            })
        });
        Heartbeat {
            partitions: ends.collect(),
            problem: view.problem.clone(),
        }
    }

    /// A refusal says where the client stood.
    fn with_positions(&self, end: End) -> End {
        match end {
            End::Refused(refusal) => {
                let positions = self.cursors.values().copied().collect();
                End::Refused(Refusal {
                    positions,
                    ..refusal
                })
            }
            end => end,
        }
    }
}

/// Waits until the relay is being shut down.
async fn over(shutdown: &mut watch::Receiver<bool>) {
    if shutdown.wait_for(|is_over| *is_over).await.is_err() {
        // Without a sender nobody shuts the relay down.
        std::future::pending::<()>().await;
    }
}

/// The next frame; waits for ever where there is no feed.
async fn next(feed: &mut Option<Feed>) -> Option<Result<Frame, SourceError>> {
    match feed {
        Some(feed) => feed.next().await,
        None => std::future::pending().await,
    }
}
