//! A client's WebSocket as the session sees it: messages in, messages out, nothing waits for ever.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use shared::wire::close::{ErrorCode, SERVICE_RESTART};
use shared::wire::control::Refusal;
use shared::wire::{MAX_CLIENT_MESSAGE_BYTES, ToClient, ToRelay};
use tokio::time::timeout;

use super::End;
use super::limiter::Limiter;

/// After the last word the client has this long to close its side.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// What came from the client.
#[derive(Debug)]
pub enum Inbound {
    /// A message of the protocol.
    Message(ToRelay),
    /// An answer to a ping, or a ping.
    SignOfLife,
}

/// The WebSocket with its limits.
pub struct Socket {
    inner: WebSocket,
    stall: Duration,
    limiter: Limiter,
}

impl Socket {
    /// Takes over a WebSocket. What cannot be written for longer than `stall` ends it.
    #[must_use]
    pub fn new(inner: WebSocket, stall: Duration, messages_per_second: u32) -> Self {
        Self {
            inner,
            stall,
            limiter: Limiter::new(messages_per_second),
        }
    }

    /// The next message. May be cancelled without losing one.
    pub async fn receive(&mut self) -> Result<Inbound, End> {
        let message = match self.inner.recv().await {
            Some(Ok(message)) => message,
            Some(Err(error)) => return Err(broken(&error)),
            None => return Err(End::Gone),
        };
        if !self.limiter.admits() {
            let message = "too many messages: give credit back in larger parts";
            return Err(End::refuse(ErrorCode::TooManyMessages, message));
        }
        match message {
            Message::Text(text) => ToRelay::decode(text.as_str())
                .map(Inbound::Message)
                .map_err(|error| End::refuse(ErrorCode::BadMessage, error.to_string())),
            Message::Binary(_) => Err(End::refuse(
                ErrorCode::BadMessage,
                "a client sends text messages only",
            )),
            Message::Ping(_) | Message::Pong(_) => Ok(Inbound::SignOfLife),
            Message::Close(_) => Err(End::Gone),
        }
    }

    /// Sends a control message.
    pub async fn send_text(&mut self, message: &ToClient) -> Result<(), End> {
        self.send(Message::Text(message.encode().into())).await
    }

    /// Sends a frame.
    pub async fn send_binary(&mut self, frame: Bytes) -> Result<(), End> {
        self.send(Message::Binary(frame)).await
    }

    /// Asks for a sign of life.
    pub async fn ping(&mut self) -> Result<(), End> {
        self.send(Message::Ping(Bytes::new())).await
    }

    /// Says why, and closes.
    pub async fn refuse(mut self, refusal: Refusal) {
        let code = refusal.code.close_code();
        let reason = close_reason(&refusal.message);
        let _ = self.send_text(&ToClient::Error(refusal)).await;
        self.close(code, reason).await;
    }

    /// Says that the relay is about to go, and closes.
    pub async fn go_away(mut self, retry_millis: u32) {
        let _ = self.send_text(&ToClient::Goaway { retry_millis }).await;
        self.close(SERVICE_RESTART, "the relay is being restarted".to_owned())
            .await;
    }

    /// Closes, and waits for the client's side: a socket that is dropped with unread bytes would
    /// take the last messages with it.
    async fn close(mut self, code: u16, reason: String) {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        if self.send(Message::Close(Some(frame))).await.is_ok() {
            let drain = async { while let Some(Ok(_)) = self.inner.recv().await {} };
            let _ = timeout(CLOSE_LIMIT, drain).await;
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(self.stall, self.inner.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::refuse(
                ErrorCode::Stalled,
                "the client does not take what is sent",
            )),
        }
    }
}

/// A message that is too large is told apart from a connection that broke.
fn broken(error: &axum::Error) -> End {
    let text = error.to_string();
    if text.contains("Space limit exceeded") || text.contains("too long") {
        let message = format!("a message may have at most {MAX_CLIENT_MESSAGE_BYTES} bytes");
        return End::refuse(ErrorCode::BadMessage, message);
    }
    End::Gone
}

/// A close frame's reason has at most 123 bytes.
fn close_reason(message: &str) -> String {
    let end = message.floor_char_boundary(120);
    message[..end].to_owned()
}
