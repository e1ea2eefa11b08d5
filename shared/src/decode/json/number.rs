//! Numbers, to the last bit: the f64 nearest to the decimal, ties to even.
//!
//! Most numbers of a stream are short: up to seven digits, and up to seven behind the point. They
//! are read eight bytes at once, without a branch per digit, and are exact: an integer below 2⁵³
//! divided by a power of ten up to 10²² is rounded once (W. D. Clinger, "How to read floating
//! point numbers accurately", 1990). All others go through the standard library's parser, which is
//! correctly rounded too.

use super::fault::{Fault, FaultKind};

/// Most digits that [`short`] takes before and behind the point.
const SHORT_DIGITS: usize = 7;

const POWERS_OF_TEN: [f64; SHORT_DIGITS + 1] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];

/// The number that begins at `at`, and where it ends.
///
/// # Errors
/// What is no JSON number, and what is beyond the largest f64.
#[inline]
pub(super) fn number(bytes: &[u8], at: usize) -> Result<(f64, usize), Fault> {
    match short(bytes.get(at..).unwrap_or_default()) {
        Some((number, length)) => Ok((number, at + length)),
        None => signed_or_long(bytes, at),
    }
}

#[inline(never)]
pub(super) fn signed_or_long(bytes: &[u8], at: usize) -> Result<(f64, usize), Fault> {
    if let Some(b"-") = bytes.get(at..=at)
        && let Some((number, length)) = short(&bytes[at + 1..])
    {
        return Ok((-number, at + 1 + length));
    }
    long(bytes, at)
}

/// A number without a sign or an exponent, of at most seven digits before and behind the point, and
/// its length; `None` for all others and for what is no number.
#[expect(
    clippy::inline_always,
    reason = "a call would cost a third of its time: measured"
)]
#[inline(always)]
pub(super) fn short(rest: &[u8]) -> Option<(f64, usize)> {
    let word = window(rest);
    let others = no_digits(word);
    let end = others.trailing_zeros();
    let whole = end as usize / 8;
    let has_leading_zero = whole > 1 && word & 0xFF == u64::from(b'0');
    if whole.wrapping_sub(1) >= SHORT_DIGITS || has_leading_zero {
        return None;
    }
    if !is_byte_at(word, end, u8::MAX, b'.') {
        let number = f64::from(value(word, end));
        return (!is_exponent(word, end)).then_some((number, whole));
    }
    let behind = others & (others - 1);
    if behind == 0 {
        return fraction(rest, value(word, end), whole + 1);
    }
    // All is in the one window: the digits before the point move up to those behind it.
    let last = behind.trailing_zeros();
    let until_point = ((others ^ behind) << 1).wrapping_sub(1);
    let digits = word ^ ((word ^ (word << 8)) & until_point);
    let (places, length) = ((last - end) as usize / 8 - 1, last as usize / 8);
    let number = f64::from(value(digits, last)) / POWERS_OF_TEN[places & SHORT_DIGITS];
    (places > 0 && !is_exponent(word, last)).then_some((number, length))
}

/// `whole` with the digits that stand at `at` behind the point.
#[inline(never)]
fn fraction(rest: &[u8], whole: u32, at: usize) -> Option<(f64, usize)> {
    let word = window(rest.get(at..)?);
    let end = no_digits(word).trailing_zeros();
    let digits = end as usize / 8;
    if digits.wrapping_sub(1) >= SHORT_DIGITS || is_exponent(word, end) {
        return None;
    }
    // Below 10¹⁴, and so exact.
    let power = POWERS_OF_TEN[digits];
    let mantissa = f64::from(whole) * power + f64::from(value(word, end));
    Some((mantissa / power, at + digits))
}

/// The first eight bytes, zeros behind the text's end.
#[inline]
fn window(rest: &[u8]) -> u64 {
    match rest.first_chunk() {
        Some(window) => u64::from_le_bytes(*window),
        None => last_window(rest),
    }
}

/// The same where fewer than eight bytes are left.
#[inline]
fn last_window(rest: &[u8]) -> u64 {
    let bytes = rest.iter().rev();
    bytes.fold(0, |window, &byte| window << 8 | u64::from(byte))
}

/// The high bits of the bytes that are no digits, exact up to the first that is neither a digit nor
/// a point.
#[inline]
fn no_digits(word: u64) -> u64 {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const TO_HIGH_BIT: u64 = 0x7676_7676_7676_7676;
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    // A digit becomes 0 to 9, and anything else more; 10 + 0x76 is the first with a high bit. A
    // carry comes from no digit and no point, and goes to bytes behind.
    let values = word ^ ZEROS;
    (values.wrapping_add(TO_HIGH_BIT) | values) & HIGH_BITS
}

/// Whether the byte with the high bit `bit`, or what `mask` keeps of it, is `byte`.
#[inline]
fn is_byte_at(word: u64, bit: u32, mask: u8, byte: u8) -> bool {
    (word >> (bit & !7)) & u64::from(mask) == u64::from(byte)
}

/// Whether the byte with the high bit `bit` begins an exponent.
#[inline]
fn is_exponent(word: u64, bit: u32) -> bool {
    is_byte_at(word, bit, 0xDF, b'E')
}

/// The number that the bytes before the one with the high bit `end` are, from 1 to 7: pairs of
/// digits are put together, then pairs of pairs, then the two halves.
#[inline]
fn value(word: u64, end: u32) -> u32 {
    let digits = (word & 0x0F0F_0F0F_0F0F_0F0F) << (7_u32.wrapping_sub(end) & 63);
    let pairs = (digits.wrapping_mul(10) + (digits >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul(100) + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    let all = fours.wrapping_mul(10_000) + (fours >> 32);
    (all & 0xFFFF_FFFF) as u32
}

/// Any number: the grammar first, then the standard library.
#[inline(never)]
fn long(bytes: &[u8], at: usize) -> Result<(f64, usize), Fault> {
    let end = token_end(bytes, at)?;
    let parsed = std::str::from_utf8(&bytes[at..end]).map(str::parse::<f64>);
    match parsed {
        Ok(Ok(number)) if number.is_finite() => Ok((number, end)),
        _ => Err(FaultKind::NumberRange.at(at)),
    }
}

/// Where the number ends that begins at `at`, by JSON's grammar.
pub(super) fn token_end(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    let whole = at + usize::from(is(at, b'-'));
    let mut end = digits_end(bytes, whole)?;
    if end > whole + 1 && is(whole, b'0') {
        return Err(FaultKind::Number.at(whole + 1));
    }
    if is(end, b'.') {
        end = digits_end(bytes, end + 1)?;
    }
    if is(end, b'e') || is(end, b'E') {
        let is_signed = is(end + 1, b'-') || is(end + 1, b'+');
        end = digits_end(bytes, end + 1 + usize::from(is_signed))?;
    }
    Ok(end)
}

/// Where the digits end of which there is to be one at least.
fn digits_end(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let rest = bytes.get(start..).unwrap_or_default();
    match rest.iter().take_while(|byte| byte.is_ascii_digit()).count() {
        0 => Err(FaultKind::Number.at(start)),
        digits => Ok(start + digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a number of `whole` and `places` digits with `behind` after it is read as, if as a
    /// short one.
    fn check(whole: &str, places: &str, behind: &[u8]) {
        let point = if places.is_empty() { "" } else { "." };
        let spelling = format!("{whole}{point}{places}");
        let text = [spelling.as_bytes(), behind].concat();
        let goes_on = |byte: &u8| {
            byte.is_ascii_digit()
                || matches!(byte, b'e' | b'E')
                || (places.is_empty() && *byte == b'.')
        };
        let has_zero = whole.len() > 1 && whole.starts_with('0');
        let is_short = !has_zero
            && (1..=SHORT_DIGITS).contains(&whole.len())
            && places.len() <= SHORT_DIGITS
            && !behind.first().is_some_and(goes_on);
        let expected =
            is_short.then(|| (spelling.parse::<f64>().unwrap().to_bits(), spelling.len()));
        let read = short(&text).map(|(number, length)| (number.to_bits(), length));
        if !behind.first().is_some_and(u8::is_ascii_digit) {
            assert_eq!(read, expected, "{:?}", String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn short_numbers_of_all_lengths_are_exact_whatever_stands_behind() {
        for digits in [
            "123456789",
            "999999999",
            "000000000",
            "100000001",
            "907060504",
        ] {
            for whole in 0..9 {
                for places in 0..9 {
                    let (whole, places) = (&digits[..whole], &digits[9 - places..]);
                    check(whole, places, b"");
                    for byte in 0..=u8::MAX {
                        check(whole, places, &[byte]);
                        check(
                            whole,
                            places,
                            &[byte, b'}', b'7', b'.', 0xFF, b'0', b'1', b'.'],
                        );
                    }
                }
            }
        }
    }
}
