//! Packs events into frames: one under way for each partition, all of them together bounded.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use shared::record::{Position, Record};
use shared::wire::{EncodeError, FrameWriter, TARGET_FRAME_BYTES};

use super::Frame;
use crate::source::Event;

/// The frames under way of one reader.
#[derive(Debug)]
pub struct Packer {
    writers: BTreeMap<i32, FrameWriter>,
    /// Bytes of records in all frames under way.
    pending: usize,
}

impl Packer {
    /// A packer whose frames begin at these positions.
    pub fn new(topic: &str, starts: &[Position]) -> Result<Self, EncodeError> {
        let writer = |start: &Position| {
            let writer = FrameWriter::new(topic, start.partition, start.offset)?;
            Ok((start.partition, writer))
        };
        let writers = starts
            .iter()
            .map(writer)
            .collect::<Result<_, EncodeError>>()?;
        Ok(Self {
            writers,
            pending: 0,
        })
    }

    /// Takes an event in; frames that are full go to `send`.
    pub fn take(
        &mut self,
        event: Event<'_>,
        send: &mut impl FnMut(Frame) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, EncodeError> {
        match event {
            Event::Record(record, headers) => self.record(&record, headers, send),
            Event::End { partition, next } => {
                if let Some(writer) = self.writers.get_mut(&partition) {
                    writer.advance_to(next);
                }
                Ok(ControlFlow::Continue(()))
            }
        }
    }

    /// Sends all that is under way.
    pub fn flush(&mut self, send: &mut impl FnMut(Frame) -> ControlFlow<()>) -> ControlFlow<()> {
        self.pending = 0;
        for writer in self.writers.values_mut().filter(|writer| writer.has_news()) {
            send(finish(writer))?;
        }
        ControlFlow::Continue(())
    }

    fn record(
        &mut self,
        record: &Record<'_>,
        headers: &[u8],
        send: &mut impl FnMut(Frame) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, EncodeError> {
        let Some(writer) = self.writers.get_mut(&record.partition) else {
            // A partition that was not asked for is no news to anybody.
            return Ok(ControlFlow::Continue(()));
        };
        let size = FrameWriter::record_bytes(record, headers);
        let is_full = writer.count() > 0 && writer.bytes() + size > TARGET_FRAME_BYTES;
        if is_full || !writer.accepts(record, headers) {
            writer.advance_to(record.offset);
            self.pending = self.pending.saturating_sub(writer.bytes());
            if send(finish(writer)).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        writer.push(record, headers)?;
        self.pending += size;
        // Many partitions share the bound of one frame, so that none of them waits for long.
        let is_enough = self.pending >= TARGET_FRAME_BYTES;
        Ok(if is_enough {
            self.flush(send)
        } else {
            ControlFlow::Continue(())
        })
    }
}

fn finish(writer: &mut FrameWriter) -> Frame {
    let next = Position {
        partition: writer.partition(),
        offset: writer.next_offset(),
        leader_epoch: writer.leader_epoch(),
    };
    Frame {
        bytes: writer.finish().into(),
        next,
    }
}

#[cfg(test)]
mod tests {
    use shared::wire::BatchFrame;

    use super::*;

    fn pack(events: &[(i32, i64, usize)], ends: &[(i32, i64)]) -> Vec<Frame> {
        let starts = [0, 1].map(|partition| Position {
            partition,
            offset: 0,
            leader_epoch: None,
        });
        let mut packer = Packer::new("t", &starts).unwrap();
        let mut frames = Vec::new();
        let mut send = |frame| {
            frames.push(frame);
            ControlFlow::Continue(())
        };
        for &(partition, offset, bytes) in events {
            let value = vec![b'x'; bytes];
            let record = Record {
                partition,
                offset,
                leader_epoch: None,
                timestamp_millis: 0,
                key: None,
                value: Some(&value),
            };
            let flow = packer.take(Event::Record(record, &[]), &mut send).unwrap();
            assert!(flow.is_continue());
        }
        for &(partition, next) in ends {
            let end = Event::End { partition, next };
            assert!(packer.take(end, &mut send).unwrap().is_continue());
        }
        assert!(packer.flush(&mut send).is_continue());
        frames
    }

    fn counts(frames: &[Frame]) -> Vec<(i32, usize, i64)> {
        let count = |frame: &Frame| {
            let decoded = BatchFrame::decode(&frame.bytes).unwrap();
            (decoded.partition(), decoded.len(), decoded.next_offset())
        };
        frames.iter().map(count).collect()
    }

    #[test]
    fn a_record_larger_than_the_target_passes_in_a_frame_of_its_own() {
        let frames = pack(&[(0, 0, 10), (0, 1, 1_000_000), (0, 2, 10)], &[]);
        assert_eq!(counts(&frames), [(0, 1, 1), (0, 1, 2), (0, 1, 3)]);
    }

    #[test]
    fn partitions_have_frames_of_their_own() {
        let frames = pack(&[(0, 0, 1), (1, 0, 1), (0, 1, 1)], &[]);
        assert_eq!(counts(&frames), [(0, 2, 2), (1, 1, 1)]);
    }

    #[test]
    fn an_end_behind_the_last_record_is_told_once() {
        let frames = pack(&[(0, 0, 1)], &[(0, 3), (1, 5)]);
        assert_eq!(counts(&frames), [(0, 1, 3), (1, 0, 5)]);
    }
}
