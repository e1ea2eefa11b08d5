//! Writes values to stdout from a thread of its own, so that a slow reader of the pipe does not
//! keep the connection from answering. What waits is bounded by the credit: credit goes back to
//! the relay only for what was written.

use std::io::{self, Write as _};
use std::thread;

use shared::wire::client::Batch;
use tokio::sync::mpsc;

/// Bytes to write, and the bytes of frames that they came in.
struct Chunk {
    text: Vec<u8>,
    frame_bytes: usize,
}

/// What the writing thread has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// The values of so many bytes of frames were written.
    Written(usize),
    /// All records that were wanted are written.
    Complete,
    /// Whoever reads stdout has gone.
    ReaderGone,
}

/// Stdout, and what waits for it.
pub(super) struct Output {
    chunks: Option<mpsc::Sender<Chunk>>,
    written: mpsc::Receiver<io::Result<usize>>,
    waiting: Chunk,
    /// Records still wanted.
    wanted: u64,
    /// Chunks that the thread has and has not written.
    under_way: usize,
}

impl Output {
    /// Starts the thread. `count` records are written at most.
    pub(super) fn start(count: Option<u64>) -> io::Result<Self> {
        let (chunks, mut inbox) = mpsc::channel::<Chunk>(1);
        let (report, written) = mpsc::channel(2);
        thread::Builder::new()
            .name("stdout".to_owned())
            .spawn(move || {
                let mut stdout = io::stdout().lock();
                while let Some(chunk) = inbox.blocking_recv() {
                    let result = stdout.write_all(&chunk.text).and_then(|()| stdout.flush());
                    let is_over = result.is_err();
                    if report
                        .blocking_send(result.map(|()| chunk.frame_bytes))
                        .is_err()
                        || is_over
                    {
                        return;
                    }
                }
            })?;
        let waiting = Chunk {
            text: Vec::new(),
            frame_bytes: 0,
        };
        let wanted = count.unwrap_or(u64::MAX);
        Ok(Self {
            chunks: Some(chunks),
            written,
            waiting,
            wanted,
            under_way: 0,
        })
    }

    /// Takes the records of a frame in.
    pub(super) fn take(&mut self, batch: &Batch<'_>) {
        for record in batch.records() {
            if self.wanted == 0 {
                break;
            }
            self.wanted -= 1;
            self.waiting
                .text
                .extend_from_slice(record.value.unwrap_or_default());
            self.waiting.text.push(b'\n');
        }
        self.waiting.frame_bytes += batch.bytes();
    }

    /// Whether no more records are wanted.
    pub(super) fn has_enough(&self) -> bool {
        self.wanted == 0
    }

    /// Hands waiting bytes to the thread and waits for its word. May be cancelled.
    pub(super) async fn progress(&mut self) -> io::Result<Progress> {
        loop {
            if self.is_idle() && self.has_enough() {
                return Ok(Progress::Complete);
            }
            let has_waiting = self.waiting.frame_bytes > 0;
            let Some(chunks) = &self.chunks else {
                return Ok(Progress::ReaderGone);
            };
            let result = tokio::select! {
                result = self.written.recv() => Some(result),
                permit = chunks.reserve(), if has_waiting => {
                    let Ok(permit) = permit else { return Ok(Progress::ReaderGone) };
                    let empty = Chunk { text: Vec::new(), frame_bytes: 0 };
                    permit.send(std::mem::replace(&mut self.waiting, empty));
                    self.under_way += 1;
                    None
                }
            };
            if let Some(result) = result {
                return self.on_written(result);
            }
        }
    }

    /// Writes what waits.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        while !self.is_idle() {
            if self.progress().await? != Progress::ReaderGone {
                continue;
            }
            break;
        }
        Ok(())
    }

    fn is_idle(&self) -> bool {
        self.under_way == 0 && self.waiting.frame_bytes == 0
    }

    fn on_written(&mut self, result: Option<io::Result<usize>>) -> io::Result<Progress> {
        self.under_way = self.under_way.saturating_sub(1);
        match result {
            Some(Ok(bytes)) => Ok(Progress::Written(bytes)),
            Some(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.chunks = None;
                Ok(Progress::ReaderGone)
            }
            Some(Err(error)) => Err(error),
            None => Ok(Progress::ReaderGone),
        }
    }
}
