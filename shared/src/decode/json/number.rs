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
    match short(bytes, at) {
        Some(found) => Ok(found),
        None => signed_or_long(bytes, at),
    }
}

#[inline(never)]
pub(super) fn signed_or_long(bytes: &[u8], at: usize) -> Result<(f64, usize), Fault> {
    if bytes.get(at) == Some(&b'-')
        && let Some((number, end)) = short(bytes, at + 1)
    {
        return Ok((-number, end));
    }
    long(bytes, at)
}

/// A number without a sign or an exponent, of at most seven digits before and behind the point;
/// `None` for all others and for what is no number.
#[expect(
    clippy::inline_always,
    reason = "a call would cost a third of its time: measured"
)]
#[inline(always)]
pub(super) fn short(bytes: &[u8], at: usize) -> Option<(f64, usize)> {
    let word = window(bytes, at);
    let whole = leading_digits(word);
    let has_leading_zero = whole > 1 && word & 0xFF == u64::from(b'0');
    if whole.wrapping_sub(1) >= SHORT_DIGITS || has_leading_zero {
        return None;
    }
    let behind = word >> (8 * whole);
    if behind & 0xFF != u64::from(b'.') {
        let number = f64::from(value(word, whole));
        return (!is_exponent(behind)).then_some((number, at + whole));
    }
    let places = leading_digits(behind >> 8);
    let length = whole + 1 + places;
    if places == 0 || length >= 8 {
        return fraction(bytes, value(word, whole), at + whole + 1);
    }
    // All is in the one window: the digits behind the point move up to those before it.
    let before = u64::MAX >> (64 - 8 * whole);
    let digits = (word & before) | ((word >> 8) & !before);
    let mantissa = f64::from(value(digits, whole + places));
    let number = mantissa / POWERS_OF_TEN[places];
    (!is_exponent(word >> (8 * length))).then_some((number, at + length))
}

/// `whole` with the digits that stand at `at` behind the point.
#[inline(never)]
fn fraction(bytes: &[u8], whole: u32, at: usize) -> Option<(f64, usize)> {
    let word = window(bytes, at);
    let digits = leading_digits(word);
    if digits.wrapping_sub(1) >= SHORT_DIGITS || is_exponent(word >> (8 * digits)) {
        return None;
    }
    // Below 10¹⁴, and so exact.
    let power = POWERS_OF_TEN[digits];
    let mantissa = f64::from(whole) * power + f64::from(value(word, digits));
    Some((mantissa / power, at + digits))
}

/// Whether the first byte of a window begins an exponent.
#[inline]
fn is_exponent(window: u64) -> bool {
    window & 0xDF == u64::from(b'E')
}

/// The eight bytes from `at` on, zeros behind the text's end.
#[inline]
fn window(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..at + 8).and_then(<[u8]>::first_chunk) {
        Some(window) => u64::from_le_bytes(*window),
        None => last_window(bytes, at),
    }
}

/// The same where fewer than eight bytes are left.
#[cold]
fn last_window(bytes: &[u8], at: usize) -> u64 {
    let mut window = [0; 8];
    let rest = bytes.get(at..).unwrap_or_default();
    for (to, from) in window.iter_mut().zip(rest) {
        *to = *from;
    }
    u64::from_le_bytes(window)
}

/// How many of eight bytes are digits before the first that is not.
#[inline]
fn leading_digits(word: u64) -> usize {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const TO_HIGH_BIT: u64 = 0x7676_7676_7676_7676;
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    // A digit becomes 0 to 9, and anything else more; 10 + 0x76 is the first with a high bit. A
    // carry only comes from a byte that is no digit, and goes to bytes behind it.
    let values = word ^ ZEROS;
    let others = (values.wrapping_add(TO_HIGH_BIT) | values) & HIGH_BITS;
    others.trailing_zeros() as usize / 8
}

/// The number that the first `digits` bytes are, from 1 to 7: pairs of digits are put together,
/// then pairs of pairs, then the two halves.
#[inline]
fn value(word: u64, digits: usize) -> u32 {
    let digits = (word & 0x0F0F_0F0F_0F0F_0F0F) << (64 - 8 * digits);
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
