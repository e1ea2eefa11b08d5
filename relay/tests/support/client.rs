//! A WebSocket client that says exactly what a test wants, right or wrong.

use std::net::TcpStream;
use std::time::Instant;

use shared::wire::{SUBPROTOCOL, StartFrom, Subscribe, ToClient, ToRelay, VERSION};
use tokio_tungstenite::tungstenite::client::{IntoClientRequest as _, client};
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket};

use super::PATIENCE;

/// What came.
#[derive(Debug)]
pub enum Came {
    Text(ToClient),
    Frame(Vec<u8>),
    Closed(u16, String),
    Broken,
}

pub struct Client {
    socket: WebSocket<TcpStream>,
    opened: Instant,
}

impl Client {
    /// Connects with these headers.
    pub fn connect(address: &str, headers: &[(&'static str, &str)]) -> Result<Self, Box<Error>> {
        let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        match client(request, stream) {
            Ok((socket, _)) => Ok(Self {
                socket,
                opened: Instant::now(),
            }),
            Err(error) => match error {
                tokio_tungstenite::tungstenite::HandshakeError::Failure(error) => {
                    Err(Box::new(error))
                }
                interrupted @ tokio_tungstenite::tungstenite::HandshakeError::Interrupted(_) => {
                    panic!("{interrupted}")
                }
            },
        }
    }

    /// Connects as the protocol wants it.
    pub fn open(address: &str) -> Self {
        Self::connect(address, &[("Sec-WebSocket-Protocol", SUBPROTOCOL)]).unwrap()
    }

    /// Connects, says hello, subscribes with this credit, and reads up to the answer.
    pub fn subscribed(address: &str, from: StartFrom, credit: u64) -> Self {
        let mut client = Self::open(address);
        client.hello();
        client.say(&ToRelay::Subscribe(Subscribe::new(None, from, credit)));
        match client.next() {
            Came::Text(ToClient::Subscribed(_)) => client,
            other => panic!("{other:?}"),
        }
    }

    pub fn hello(&mut self) {
        self.say(&ToRelay::Hello {
            version: VERSION,
            client: "test".into(),
        });
        let welcome = self.next();
        assert!(
            matches!(welcome, Came::Text(ToClient::Welcome(_))),
            "{welcome:?}"
        );
    }

    pub fn say(&mut self, message: &ToRelay) {
        self.send(Message::text(message.encode()));
    }

    pub fn send(&mut self, message: Message) {
        self.socket.send(message).unwrap();
    }

    /// Sends without asking whether it arrives.
    pub fn try_send(&mut self, message: Message) -> bool {
        self.socket.send(message).is_ok()
    }

    /// The next thing that is no ping.
    pub fn next(&mut self) -> Came {
        loop {
            assert!(
                self.opened.elapsed() < PATIENCE,
                "the conversation came to no end"
            );
            match self.socket.read() {
                Ok(Message::Text(text)) => return Came::Text(ToClient::decode(&text).unwrap()),
                Ok(Message::Binary(bytes)) => return Came::Frame(bytes.to_vec()),
                Ok(Message::Close(Some(frame))) => {
                    // Answers, so that the relay sees a closed socket.
                    let _ = self.socket.flush();
                    return Came::Closed(frame.code.into(), frame.reason.to_string());
                }
                Ok(Message::Close(None)) | Err(_) => return Came::Broken,
                Ok(_) => {}
            }
        }
    }

    /// The next frame; heartbeats in between are passed over.
    pub fn next_frame(&mut self) -> Vec<u8> {
        loop {
            match self.next() {
                Came::Frame(frame) => return frame,
                Came::Text(ToClient::Heartbeat(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The error and close code with which the relay ends the conversation.
    pub fn end(&mut self) -> (shared::wire::control::Refusal, u16) {
        loop {
            match self.next() {
                Came::Text(ToClient::Error(refusal)) => match self.next() {
                    Came::Closed(code, _) => return (refusal, code),
                    other => panic!("an error is followed by the end, not by {other:?}"),
                },
                Came::Text(_) | Came::Frame(_) => {}
                other => panic!("an end without a reason: {other:?}"),
            }
        }
    }
}
