//! The one place that speaks to librdkafka directly. The safe binding hands messages out one by
//! one and hides two things that are needed: a record's leader epoch, and the offset at which a
//! partition ends, which lies behind transaction markers that are no records.
#![allow(unsafe_code)] // Each block says why it is sound; nothing unsafe leaves this module.

use std::ffi::CStr;
use std::ops::ControlFlow;
use std::ptr;
use std::time::Duration;

use rdkafka::bindings::{
    self, rd_kafka_headers_t, rd_kafka_message_t, rd_kafka_queue_t, rd_kafka_timestamp_type_t,
};
use rdkafka::consumer::Consumer as _;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::types::RDKafkaRespErr;
use shared::record::Record;
use shared::wire::headers;

use super::Consumer;

/// Messages taken out of librdkafka's queue at once.
const BATCH: usize = 1024;

/// What the queue held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// A record and its encoded headers.
    Record(Record<'a>, &'a [u8]),
    /// The partition's end, at this offset.
    End {
        /// The partition.
        partition: i32,
        /// The offset at which the next record will be.
        offset: i64,
    },
    /// Fetching from a partition failed.
    Failed {
        /// The partition.
        partition: i32,
        /// The offset that was to be read.
        offset: i64,
        /// Why.
        code: RDKafkaErrorCode,
    },
}

/// A consumer's queue of messages.
pub struct MessageQueue {
    /// The queue belongs to this consumer and lives no longer: [`Drop`] gives the queue back first.
    consumer: Consumer,
    queue: *mut rd_kafka_queue_t,
    /// Messages taken out and not handed over yet: those from `handed` on.
    taken: Vec<*mut rd_kafka_message_t>,
    handed: usize,
    headers: Vec<u8>,
}

// SAFETY: librdkafka's handles may be used from any thread; the pointers are used by whoever owns
// this value, so by one thread at a time.
unsafe impl Send for MessageQueue {}

impl MessageQueue {
    /// The queue of all partitions that are assigned to the consumer.
    #[must_use]
    pub fn new(consumer: Consumer) -> Option<Self> {
        // SAFETY: the consumer's handle is valid as long as the consumer, which this value owns.
        let queue =
            unsafe { bindings::rd_kafka_queue_get_consumer(consumer.client().native_ptr()) };
        let taken = Vec::with_capacity(BATCH);
        let is_there = !queue.is_null();
        is_there.then_some(Self {
            consumer,
            queue,
            taken,
            handed: 0,
            headers: Vec::new(),
        })
    }

    /// The consumer.
    #[must_use]
    pub fn consumer(&self) -> &Consumer {
        &self.consumer
    }

    /// Waits for a first message, then hands over all that is there until `visit` breaks. Returns
    /// whether there may be more.
    pub fn poll(
        &mut self,
        wait: Duration,
        visit: &mut dyn FnMut(Message<'_>) -> ControlFlow<()>,
    ) -> bool {
        if self.handed == self.taken.len() {
            self.give_back();
            self.take(wait, 1);
            if !self.taken.is_empty() {
                self.take(Duration::ZERO, BATCH - 1);
            }
        }
        while let Some(&message) = self.taken.get(self.handed) {
            self.handed += 1;
            // SAFETY: librdkafka gave this pointer out; it stays valid until `give_back`.
            let message = unsafe { &*message };
            if visit(read(message, &mut self.headers)).is_break() {
                break;
            }
        }
        self.handed < self.taken.len() || self.taken.len() == BATCH
    }

    /// Takes up to `count` messages out of the queue. librdkafka waits until there are so many,
    /// which is why only a single one is waited for.
    fn take(&mut self, wait: Duration, count: usize) {
        let millis = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        self.taken.reserve(count);
        // SAFETY: there is room for `count` pointers after the length, and the length grows only
        // by the number that was written.
        unsafe {
            let end = self.taken.as_mut_ptr().add(self.taken.len());
            let taken = bindings::rd_kafka_consume_batch_queue(self.queue, millis, end, count);
            self.taken
                .set_len(self.taken.len() + usize::try_from(taken).unwrap_or(0));
        }
    }

    /// Gives the messages back to librdkafka.
    fn give_back(&mut self) {
        for message in self.taken.drain(..) {
            // SAFETY: each pointer came from librdkafka and is given back once; no reference to a
            // message outlives `poll`.
            unsafe { bindings::rd_kafka_message_destroy(message) };
        }
        self.handed = 0;
    }
}

impl Drop for MessageQueue {
    fn drop(&mut self) {
        self.give_back();
        // SAFETY: the queue was taken in `new` and is given back once, before its consumer.
        unsafe { bindings::rd_kafka_queue_destroy(self.queue) };
    }
}

fn read<'a>(message: &'a rd_kafka_message_t, scratch: &'a mut Vec<u8>) -> Message<'a> {
    let (partition, offset) = (message.partition, message.offset);
    match message.err {
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR => {}
        RDKafkaRespErr::RD_KAFKA_RESP_ERR__PARTITION_EOF => {
            return Message::End { partition, offset };
        }
        code => {
            return Message::Failed {
                partition,
                offset,
                code: code.into(),
            };
        }
    }
    let mut kind = rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    // SAFETY: the message is valid; its payload and key are as long as it says, or null.
    let record = unsafe {
        let epoch = bindings::rd_kafka_message_leader_epoch(message);
        Record {
            partition,
            offset,
            leader_epoch: (epoch >= 0).then_some(epoch),
            timestamp_millis: bindings::rd_kafka_message_timestamp(message, &raw mut kind),
            key: bytes(message.key.cast(), message.key_len),
            value: bytes(message.payload.cast(), message.len),
        }
    };
    read_headers(message, scratch);
    Message::Record(record, scratch)
}

fn read_headers(message: &rd_kafka_message_t, into: &mut Vec<u8>) {
    into.clear();
    let mut list: *mut rd_kafka_headers_t = ptr::null_mut();
    // SAFETY: the message is valid; the list belongs to it and is only read.
    let code = unsafe { bindings::rd_kafka_message_headers(message, &raw mut list) };
    if code != RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR {
        return;
    }
    for index in 0.. {
        let (mut name, mut value, mut length) = (ptr::null(), ptr::null(), 0);
        // SAFETY: the list is valid; name and value are set where the answer is "no error", the
        // name ends with a zero byte, and the value is `length` long or null.
        unsafe {
            let code = bindings::rd_kafka_header_get_all(
                list,
                index,
                &raw mut name,
                &raw mut value,
                &raw mut length,
            );
            if code != RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR {
                return;
            }
            let name = CStr::from_ptr(name).to_bytes();
            headers::append(into, name, bytes(value.cast(), length));
        }
    }
}

/// # Safety
/// `start` is null, or points to `length` bytes that live as long as `'a`.
unsafe fn bytes<'a>(start: *const u8, length: usize) -> Option<&'a [u8]> {
    // SAFETY: as the caller promises.
    (!start.is_null()).then(|| unsafe { std::slice::from_raw_parts(start, length) })
}
