//! What a word is looked up by: its first 16 bytes, its length, and a hash of all of it.

use std::ops::Range;

/// Odd constants without a pattern: 2⁶⁴ times the fractional parts of the golden ratio and of √2.
const MIX: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0x6A09_E667_F3BC_C909];

/// What a word is looked up by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    /// The first 16 bytes, zeros behind the word's end.
    head: [u64; 2],
    length: usize,
    hash: u64,
}

impl Key {
    /// Bytes of a word that are compared at once.
    pub(super) const HEAD_BYTES: usize = 16;

    /// The key of the word that stands in `bytes` at `word`.
    pub(super) fn new(bytes: &[u8], word: &Range<usize>) -> Self {
        let mut key = Self::short(bytes, word);
        if word.len() > Self::HEAD_BYTES {
            let rest = bytes.get(word.start + Self::HEAD_BYTES..word.end);
            key.hash = hash_rest(key.hash, rest.unwrap_or_default());
        }
        key
    }

    /// The same for a word of at most 16 bytes.
    #[inline]
    pub(super) fn short(bytes: &[u8], word: &Range<usize>) -> Self {
        let window = bytes.get(word.start..word.start + Self::HEAD_BYTES);
        match window.and_then(<[u8]>::first_chunk) {
            Some(window) => Self::of_window(window, word.len()),
            None => Self::of_window(
                &padded(bytes.get(word.start..).unwrap_or_default()),
                word.len(),
            ),
        }
    }

    /// The same for a word that is the first `length` bytes of a window; of a longer one they are
    /// its begin.
    #[inline]
    pub(super) fn of_window(window: &[u8; Self::HEAD_BYTES], length: usize) -> Self {
        let kept = KEPT[length.min(Self::HEAD_BYTES)];
        let [low, high] = halves(window);
        let head = [low & kept[0], high & kept[1]];
        let hash = head[0].wrapping_mul(MIX[0]) ^ head[1].wrapping_mul(MIX[1]);
        Self { head, length, hash }
    }

    /// Whether the first 16 bytes and the length are equal.
    #[inline]
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.head == other.head && self.length == other.length
    }

    /// Where the search begins in a table of `mask + 1` places: bits of the hash's upper half, for
    /// a product's lower bits depend on few of its factors'; its top byte depends on all.
    #[inline]
    pub(super) fn place(&self, mask: usize) -> usize {
        let upper = (self.hash >> 32) ^ (self.hash >> 56);
        usize::try_from(upper & mask as u64).unwrap_or(0)
    }
}

/// 16 bytes as two numbers.
#[inline]
fn halves(bytes: &[u8; 16]) -> [u64; 2] {
    let number = |half: Option<&[u8; 8]>| half.map_or(0, |half| u64::from_le_bytes(*half));
    [number(bytes.first_chunk()), number(bytes.last_chunk())]
}

/// Fewer than 16 bytes with zeros behind.
#[cold]
fn padded(bytes: &[u8]) -> [u8; 16] {
    let mut padded = [0; 16];
    for (to, from) in padded.iter_mut().zip(bytes) {
        *to = *from;
    }
    padded
}

/// Masks that keep so many of 16 bytes.
const KEPT: [[u64; 2]; Key::HEAD_BYTES + 1] = {
    let mut masks = [[u64::MAX; 2]; Key::HEAD_BYTES + 1];
    let mut bytes = 0;
    while bytes < 8 {
        let mask = (1 << (8 * bytes)) - 1;
        masks[bytes] = [mask, 0];
        masks[bytes + 8] = [u64::MAX, mask];
        bytes += 1;
    }
    masks
};

fn hash_rest(hash: u64, rest: &[u8]) -> u64 {
    rest.chunks(8).fold(hash, |hash, chunk| {
        let mut padded = [0; 8];
        padded[..chunk.len()].copy_from_slice(chunk);
        let mixed = (hash ^ (hash >> 32)).wrapping_mul(MIX[0]) ^ u64::from_le_bytes(padded);
        mixed.wrapping_mul(MIX[1])
    })
}
