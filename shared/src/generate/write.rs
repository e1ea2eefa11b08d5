//! Writes the pieces of a record's JSON straight into its bytes. A record is a few dozen short
//! pieces, for which `format!` takes most of the time; these make no allocation.

use time::{Date, Duration, Month, PrimitiveDateTime, Time};

use super::place::START_MILLIS;

/// When the stream's record 0 was, in local time; the records say no zone, as the lab's do.
const START: PrimitiveDateTime = PrimitiveDateTime::new(
    match Date::from_calendar_date(2025, Month::January, 1) {
        Ok(date) => date,
        Err(_) => panic!("a date of the calendar"),
    },
    Time::MIDNIGHT,
);

/// Decimal digits of the greatest `u64`.
const MOST_DIGITS: usize = 20;

pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

/// `"text"`; for words that need no escape.
pub(super) fn quoted(out: &mut Vec<u8>, word: &str) {
    out.push(b'"');
    text(out, word);
    out.push(b'"');
}

pub(super) fn integer(out: &mut Vec<u8>, value: u64) {
    padded(out, value, 1);
}

/// At least `width` digits, zeros in front.
fn padded(out: &mut Vec<u8>, mut value: u64, width: usize) {
    let mut digits = [b'0'; MOST_DIGITS];
    let mut first = MOST_DIGITS;
    while value > 0 || MOST_DIGITS - first < width {
        first -= 1;
        digits[first] = digit(value % 10);
        value /= 10;
    }
    out.extend_from_slice(&digits[first..]);
}

fn digit(value: u64) -> u8 {
    b'0' + u8::try_from(value).expect("a remainder of ten")
}

/// `scaled / 10^decimals` as the shortest decimal with a point, as Python spells a float: 40
/// hundredths are `0.4`, 200 are `2.0`.
pub(super) fn fixed(out: &mut Vec<u8>, scaled: i64, decimals: u32) {
    if scaled < 0 {
        out.push(b'-');
    }
    let unit = 10u64.pow(decimals);
    let (whole, mut rest) = (scaled.unsigned_abs() / unit, scaled.unsigned_abs() % unit);
    let mut width = decimals as usize;
    while width > 1 && rest % 10 == 0 {
        rest /= 10;
        width -= 1;
    }
    integer(out, whole);
    out.push(b'.');
    padded(out, rest, width);
}

/// `, "name": `.
pub(super) fn name(out: &mut Vec<u8>, name: &str) {
    text(out, ", \"");
    text(out, name);
    text(out, "\": ");
}

/// `, "x7": ` for the stem `x`.
pub(super) fn numbered(out: &mut Vec<u8>, stem: &str, number: u64) {
    text(out, ", \"");
    text(out, stem);
    integer(out, number);
    text(out, "\": ");
}

/// `"car7"` for the stem `car`, a plain number without a stem.
pub(super) fn word_or_integer(out: &mut Vec<u8>, stem: &str, number: u64) {
    if stem.is_empty() {
        return integer(out, number);
    }
    out.push(b'"');
    text(out, stem);
    integer(out, number);
    out.push(b'"');
}

/// The label, the last field of a record.
pub(super) fn label(out: &mut Vec<u8>, label: u64) {
    name(out, "label");
    integer(out, label);
}

/// A random UUID: version 4, variant 1 (RFC 9562).
pub(super) fn uuid(out: &mut Vec<u8>, random: u128) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let bits = random & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    for (place, byte) in bits.to_be_bytes().into_iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xf)]]);
    }
}

/// ISO local time with microseconds; the last of the calendar when the time is beyond it.
pub(super) fn timestamp(out: &mut Vec<u8>, timestamp_millis: i64) {
    let elapsed = Duration::milliseconds(timestamp_millis.saturating_sub(START_MILLIS));
    let at = START.saturating_add(elapsed);
    let (date, time) = (at.date(), at.time());
    padded(out, u64::from(date.year().unsigned_abs()), 1);
    for (mark, part) in [
        (b'-', u8::from(date.month())),
        (b'-', date.day()),
        (b'T', time.hour()),
        (b':', time.minute()),
        (b':', time.second()),
    ] {
        out.push(mark);
        padded(out, u64::from(part), 2);
    }
    out.push(b'.');
    padded(out, u64::from(time.microsecond()), 6);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::place::place;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_spelled_as_python_spells_them() {
        let spelled = [
            (0, 2, "0.0"),
            (5, 2, "0.05"),
            (40, 2, "0.4"),
            (41, 2, "0.41"),
            (200, 2, "2.0"),
            (103, 1, "10.3"),
            (-1_500_000, 6, "-1.5"),
            (-1, 6, "-0.000001"),
            (1_000_001, 6, "1.000001"),
        ];
        for (scaled, decimals, text) in spelled {
            assert_eq!(written(|out| fixed(out, scaled, decimals)), text);
        }
        assert_eq!(written(|out| integer(out, 0)), "0");
        assert_eq!(written(|out| integer(out, u64::MAX)), u64::MAX.to_string());
        assert_eq!(
            written(|out| fixed(out, i64::MIN, 1)),
            "-922337203685477580.8"
        );
    }

    #[test]
    fn a_decimal_is_read_as_the_quotient_it_stands_for() {
        for scaled in (-3_000_000i64..3_000_000).step_by(7_919) {
            let text = written(|out| fixed(out, scaled, 6));
            #[expect(clippy::cast_precision_loss, reason = "a few millions")]
            let quotient = scaled as f64 / 1e6;
            assert_eq!(text.parse::<f64>().unwrap(), quotient, "{text}");
        }
    }

    #[test]
    fn an_id_is_a_uuid_of_version_4() {
        let id = written(|out| uuid(out, u128::MAX));
        assert_eq!(id, "ffffffff-ffff-4fff-bfff-ffffffffffff");
        let id = written(|out| uuid(out, 0));
        assert_eq!(id, "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn a_timestamp_is_iso_local_time() {
        let at = |index| written(|out| timestamp(out, place(index).timestamp_millis));
        assert_eq!(at(0), "2025-01-01T00:00:00.000000");
        assert_eq!(at(864_001), "2025-01-02T00:00:00.100000");
        assert_eq!(at(u64::MAX), "9999-12-31T23:59:59.999999");
    }
}
