//! The table for a terminal: rates, ratios, and what is to be reached.

use super::Compared;
use super::statistics::Spread;

const HEAD: [&str; 7] = [
    "what",
    "ours, records/s",
    "(min–max)",
    "peer, records/s",
    "(min–max)",
    "ratio (min–max)",
    "to reach",
];

/// The lines of the table, as wide as they need to be.
pub(super) fn render(results: &[Compared]) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(results.iter().map(row));
    let widths: [usize; HEAD.len()] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    });
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths);
        let line: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn row(result: &Compared) -> [String; HEAD.len()] {
    let none = || "–".to_owned();
    let name = result.comparison.ours.program.name();
    let ours = result.ours().inverse();
    let peer = result.peer().map(|(name, spread)| (name, spread.inverse()));
    let ratio = result.ratio();
    [
        result.comparison.what.clone(),
        format!("{name} {}", rate(ours.median)),
        range(ours),
        peer.map_or_else(none, |(name, peer)| format!("{name} {}", rate(peer.median))),
        peer.map_or_else(none, |(_, peer)| range(peer)),
        ratio.map_or_else(none, times),
        reach(result.comparison.wanted, ratio),
    ]
}

fn range(spread: Spread) -> String {
    format!("({}–{})", rate(spread.least), rate(spread.most))
}

fn times(ratio: Spread) -> String {
    let Spread {
        median,
        least,
        most,
    } = ratio;
    format!("{} ({}–{})", three(median), three(least), three(most))
}

fn reach(wanted: Option<f64>, ratio: Option<Spread>) -> String {
    match (wanted, ratio) {
        (None, _) => String::new(),
        (Some(wanted), None) => format!(">= {wanted}"),
        (Some(wanted), Some(ratio)) if ratio.median >= wanted => format!(">= {wanted}: yes"),
        (Some(wanted), Some(_)) => format!(">= {wanted}: no"),
    }
}

/// `2160000` -> `2.16 M`
fn rate(per_second: f64) -> String {
    match per_second {
        rate if rate >= 999_500.0 => format!("{} M", three(rate / 1e6)),
        rate if rate >= 999.5 => format!("{} k", three(rate / 1e3)),
        rate => three(rate),
    }
}

/// Three digits, or all that stand before the point.
pub(super) fn three(number: f64) -> String {
    let decimals = match number.abs() {
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        _ => 2,
    };
    format!("{number:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::super::comparisons::{Scale, all};
    use super::*;

    #[test]
    fn rates_have_three_digits() {
        for (number, text) in [
            (2_163_000.0, "2.16 M"),
            (14_500_000.0, "14.5 M"),
            (999_900.0, "1.00 M"),
            (333_400.0, "333 k"),
            (1_234.0, "1.23 k"),
            (135.2, "135"),
            (0.5, "0.50"),
        ] {
            assert_eq!(rate(number), text);
        }
    }

    #[test]
    fn a_line_says_both_rates_their_ratio_and_whether_it_was_reached() {
        let comparison = all(Scale::FULL).swap_remove(0);
        let result = Compared {
            comparison,
            ours: vec![1e-6, 5e-7, 1e-6],
            peer: vec![2e-5, 1e-5, 4e-5],
            accuracy: (Some(0.81), Some(0.81)),
            peak_memory_bytes: (None, None),
        };
        let text = render(&[result]);
        let line = text.lines().nth(1).unwrap();
        for cell in [
            "our native 1.00 M",
            "(1.00 M–2.00 M)",
            "scikit-learn 50.0 k",
            "(25.0 k–100 k)",
            "20.0 (20.0–40.0)",
            ">= 15: yes",
        ] {
            assert!(line.contains(cell), "{cell} is not in {line}");
        }
        let starts = |line: &str| line.chars().take_while(|letter| *letter != '(').count();
        assert_eq!(
            starts(text.lines().next().unwrap()),
            starts(line),
            "columns stand below one another"
        );
    }

    #[test]
    fn without_its_peer_a_line_has_no_ratio() {
        let result = Compared {
            comparison: all(Scale::FULL).swap_remove(0),
            ours: vec![1e-6],
            peer: Vec::new(),
            accuracy: (None, None),
            peak_memory_bytes: (None, None),
        };
        let text = render(&[result]);
        let line = text.lines().nth(1).unwrap();
        assert!(line.contains('–') && line.ends_with(">= 15"), "{line}");
    }
}
