//! Numbers as they are written on the page: a thin space in thousands, a true minus sign, three
//! decimals for shares.

use shared::evaluate::Tally;

const MINUS: char = '−';
const THIN_SPACE: char = '\u{202f}';

/// `13342` as `13 342`, with thin spaces.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * THIN_SPACE.len_utf8());
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(THIN_SPACE);
        }
        text.push(digit);
    }
    text
}

/// `1 record`, `2 records`.
pub(crate) fn plural(value: u64, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        count(value),
        if value == 1 { "" } else { "s" }
    )
}

/// An amount of bytes, as exactly as it can be read.
pub(crate) fn bytes(value: u64) -> String {
    match value {
        0..1_000 => plural(value, "byte"),
        1_000..1_000_000 => format!("{} kB", value / 1_000),
        1_000_000..10_000_000 => format!("{}.{} MB", value / 1_000_000, value / 100_000 % 10),
        _ => format!("{} MB", count(value / 1_000_000)),
    }
}

/// A number with a fixed number of decimals and a true minus sign.
pub(crate) fn decimals(value: f64, places: usize) -> String {
    let text = format!("{:.places$}", value.abs());
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value < 0.0 && !is_zero {
        format!("{MINUS}{text}")
    } else {
        text
    }
}

/// A weight: always with its sign, `0` when it rounds to nothing.
pub(crate) fn signed(value: f64, places: usize) -> String {
    let text = decimals(value, places);
    if text.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
        "0".to_owned()
    } else if value > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}

/// An accuracy with three decimals; `–` when nothing was judged yet.
pub(crate) fn accuracy(tally: Tally) -> String {
    tally
        .accuracy()
        .map_or_else(|| "–".to_owned(), |share| decimals(share, 3))
}

/// Records a second, as exactly as it can be read.
pub(crate) fn per_second(rate: f64) -> String {
    if rate > 0.0 && rate < 9.95 {
        decimals(rate, 1)
    } else {
        count(rounded(rate))
    }
}

/// The nearest whole number that is not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded and clamped before"
)]
fn rounded(value: f64) -> u64 {
    value.round().clamp(0.0, 1e15) as u64
}

/// How long ago something was, for a person.
pub(crate) fn ago(millis: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute")];
    let seconds = millis / 1000.0;
    let unit = UNITS.iter().find(|(length, _)| seconds >= *length);
    unit.map_or("just now".to_owned(), |(length, name)| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "of so many days none is alive"
        )]
        let number = (seconds / length) as u64;
        format!("{} ago", plural(number, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart_by_thin_spaces() {
        assert_eq!(count(7), "7");
        assert_eq!(count(999), "999");
        assert_eq!(count(13_342), "13\u{202f}342");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(plural(1, "record"), "1 record");
        assert_eq!(plural(2_000, "record"), "2\u{202f}000 records");
    }

    #[test]
    fn bytes_have_their_unit() {
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(25_600), "25 kB");
        assert_eq!(bytes(3_960_000), "3.9 MB");
        assert_eq!(bytes(32_000_000), "32 MB");
    }

    #[test]
    fn a_minus_is_a_minus_sign_and_zero_has_none() {
        assert_eq!(decimals(-0.314, 2), "−0.31");
        assert_eq!(decimals(-0.001, 2), "0.00");
        assert_eq!(signed(0.416, 2), "+0.42");
        assert_eq!(signed(-0.416, 2), "−0.42");
        assert_eq!(signed(-0.004, 2), "0");
    }

    #[test]
    fn accuracy_of_nothing_is_a_dash() {
        assert_eq!(
            accuracy(Tally {
                correct: 0,
                total: 0
            }),
            "–"
        );
        assert_eq!(
            accuracy(Tally {
                correct: 403,
                total: 500
            }),
            "0.806"
        );
    }

    #[test]
    fn slow_rates_keep_a_decimal() {
        assert_eq!(per_second(0.0), "0");
        assert_eq!(per_second(0.96), "1.0");
        assert_eq!(per_second(99.6), "100");
        assert_eq!(per_second(f64::NAN), "0");
    }

    #[test]
    fn how_long_ago_is_told_in_the_largest_unit() {
        assert_eq!(ago(-5.0), "just now");
        assert_eq!(ago(59_999.0), "just now");
        assert_eq!(ago(60_000.0), "1 minute ago");
        assert_eq!(ago(7_199_000.0), "1 hour ago");
        assert_eq!(ago(200_000_000.0), "2 days ago");
    }
}
