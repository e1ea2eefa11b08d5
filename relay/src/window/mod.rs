//! Between a source and a session: records are read by a thread of their own and packed into
//! frames that hold nothing about their reader.
//!
//! This is the place of the hot window that many sessions will share; for now every session that
//! has credit reads for itself, at most [`FRAMES_AHEAD`] frames ahead. A session without credit
//! drops its feed and keeps only its cursor.

mod ends;
mod packer;

pub use ends::{EndsWatch, TopicView};
pub use packer::Packer;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use shared::record::Position;
use tokio::sync::mpsc;

use crate::source::{Reader, Source, SourceError};

/// Frames that are packed before anybody asked for them.
pub const FRAMES_AHEAD: usize = 1;

/// How often a reader without records looks whether it is still wanted.
const LOOK_UP: Duration = Duration::from_millis(100);

/// Readers need little stack; a thousand threads of the default size would be 8 GB of addresses.
const STACK_BYTES: usize = 512 * 1024;

/// An encoded frame and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What is sent.
    pub bytes: Bytes,
    /// The position after it.
    pub next: Position,
}

/// Frames of a topic from given positions on.
#[derive(Debug)]
pub struct Feed {
    frames: mpsc::Receiver<Result<Frame, SourceError>>,
}

impl Feed {
    /// Begins to read. The thread ends when the feed is dropped.
    pub fn open(
        source: Arc<dyn Source>,
        topic: &str,
        starts: Vec<Position>,
    ) -> Result<Self, SourceError> {
        let (sender, frames) = mpsc::channel(FRAMES_AHEAD);
        let topic = topic.to_owned();
        thread::Builder::new()
            .name("reader".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || {
                if let Err(error) = pump(source.as_ref(), &topic, &starts, &sender) {
                    // Nobody listens any more where this fails.
                    let _ = sender.blocking_send(Err(error));
                }
            })
            .map_err(|error| {
                SourceError::Unavailable(format!("no thread to read with: {error}"))
            })?;
        Ok(Self { frames })
    }

    /// The next frame; `None` when the reader has ended.
    pub async fn next(&mut self) -> Option<Result<Frame, SourceError>> {
        self.frames.recv().await
    }
}

/// Reads, packs and sends until nobody wants it any more.
fn pump(
    source: &dyn Source,
    topic: &str,
    starts: &[Position],
    sender: &mpsc::Sender<Result<Frame, SourceError>>,
) -> Result<(), SourceError> {
    let mut reader: Box<dyn Reader> = source.open(topic, starts)?;
    let mut packer = Packer::new(topic, starts)?;
    let mut send = |frame| match sender.blocking_send(Ok(frame)) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    while !sender.is_closed() {
        let mut refused = None;
        let has_more = reader.poll(LOOK_UP, &mut |event| match packer.take(event, &mut send) {
            Ok(flow) => flow,
            Err(error) => {
                refused = Some(error);
                ControlFlow::Break(())
            }
        })?;
        if let Some(error) = refused {
            // What came before the record that cannot be sent still goes out.
            let _ = packer.flush(&mut send);
            return Err(error.into());
        }
        if !has_more && packer.flush(&mut send).is_break() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use shared::wire::BatchFrame;

    use super::*;
    use crate::source::log::InProcessLog;

    #[tokio::test]
    async fn frames_follow_one_another_without_a_gap() {
        let source = Arc::new(InProcessLog::new("t", 42, 1e6));
        let start = Position {
            partition: 0,
            offset: 7,
            leader_epoch: None,
        };
        let mut feed = Feed::open(source, "t", vec![start]).unwrap();
        let mut next = 7;
        while next < 20_000 {
            let frame = feed.next().await.unwrap().unwrap();
            let decoded = BatchFrame::decode(&frame.bytes).unwrap();
            assert_eq!(decoded.base_offset(), next);
            assert!(frame.bytes.len() <= shared::wire::TARGET_FRAME_BYTES);
            next = decoded.next_offset();
            assert_eq!(frame.next.offset, next);
        }
    }
}
