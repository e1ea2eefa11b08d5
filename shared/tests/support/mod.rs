//! What several tests share: plain records, the hash that goldens are written with, and the numbers
//! that their scripts compute too.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod numbers;

use shared::record::Record;

/// A record of partition 0 of which only value and offset matter.
pub(crate) fn record(offset: i64, value: Option<&[u8]>) -> Record<'_> {
    Record {
        partition: 0,
        offset,
        leader_epoch: None,
        timestamp_millis: 0,
        key: None,
        value,
    }
}

/// FNV-1a (G. Fowler, L. Noll, K.-P. Vo) of 64 bits.
pub(crate) fn fnv1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, step)
}
