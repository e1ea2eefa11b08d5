//! The next byte of note in a text, 16 bytes at a time.
//!
//! In a JSON string that is a byte that is not plain: plain is what a string can hold as it
//! stands, printable ASCII but for quote and backslash. In CSV it is one of a few. The vector instructions of x86-64 (SSE2), aarch64 and wasm (simd128) say of 16 bytes at once which are.

use wide::u8x16;

/// Bytes looked at together.
const WIDTH: usize = 16;

/// Whether a string's byte needs a closer look.
#[inline]
const fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20 | 0x80..)
}

/// Offset of the first byte at or after `at` that is not plain; the text's length if there is none.
#[inline]
pub(super) fn plain_end(bytes: &[u8], at: usize) -> usize {
    find(bytes, at, special, is_special)
}

/// The first 16 bytes of `rest`, and how many of them come before a quote, if there is one and all
/// before it are plain.
#[inline]
pub(super) fn short_string(rest: &[u8]) -> Option<(&[u8; WIDTH], usize)> {
    let window = rest.first_chunk()?;
    let length = special(window).trailing_zeros() as usize;
    (window.get(length) == Some(&b'"')).then_some((window, length))
}

/// Offset of the first byte at or after `at` that is one of `wanted`; the text's length if there
/// is none.
#[inline]
pub(super) fn one_of(bytes: &[u8], at: usize, wanted: [u8; 3]) -> usize {
    let [a, b, c] = wanted;
    let mask = |chunk: &[u8; WIDTH]| {
        let bytes = u8x16::new(*chunk);
        let first = bytes.simd_eq(u8x16::splat(a)) | bytes.simd_eq(u8x16::splat(b));
        (first | bytes.simd_eq(u8x16::splat(c))).to_bitmask()
    };
    find(bytes, at, mask, |byte| wanted.contains(&byte))
}

/// Searches by chunks, whose bytes of note are the ones in `mask`, and then by bytes.
#[inline]
fn find(
    bytes: &[u8],
    mut at: usize,
    mask: impl Fn(&[u8; WIDTH]) -> u32,
    is_wanted: impl Fn(u8) -> bool,
) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let mask = mask(chunk);
        if mask != 0 {
            return at + mask.trailing_zeros() as usize;
        }
        at += WIDTH;
    }
    while bytes.get(at).is_some_and(|&byte| !is_wanted(byte)) {
        at += 1;
    }
    at
}

/// Bit `i` says whether byte `i` is not plain.
#[inline]
fn special(chunk: &[u8; WIDTH]) -> u32 {
    let bytes = u8x16::new(*chunk);
    let quotes = bytes.simd_eq(u8x16::splat(b'"'));
    let backslashes = bytes.simd_eq(u8x16::splat(b'\\'));
    // Control characters wrap around: what is not from 0x20 to 0x7F is now 0x60 or more.
    let shifted = bytes - u8x16::splat(0x20);
    let others = shifted.max(u8x16::splat(0x60)).simd_eq(shifted);
    (quotes | backslashes | others).to_bitmask()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_in_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..WIDTH {
                let mut chunk = *b"plain text, 16 b";
                chunk[place] = byte;
                let expected = u32::from(is_special(byte)) << place;
                assert_eq!(special(&chunk), expected, "{byte:#x} at {place}");
            }
        }
    }

    #[test]
    fn the_end_is_found_at_every_distance_from_the_texts_end() {
        for length in 0..50 {
            let text = [&vec![b'x'; length][..], b"\"more"].concat();
            assert_eq!(plain_end(&text, 0), length);
            assert_eq!(plain_end(&text[..length], 0), length);
            assert_eq!(plain_end(&text, length), length);
        }
    }

    #[test]
    fn one_of_three_bytes_is_found_wherever_it_stands() {
        for length in 0..40 {
            for byte in [b',', b'\r', 0xFF] {
                let text = [&vec![b'x'; length][..], &[byte], b"x,x"].concat();
                assert_eq!(one_of(&text, 0, [b',', b'\r', 0xFF]), length);
                assert_eq!(one_of(&text[..length], 0, [b',', b'\r', 0xFF]), length);
            }
        }
    }
}
