//! The decoder against the `csv` crate: the same example to the bit, or both an error.

use super::differential::cases;
use super::mutate::Dice;
use super::*;

const CSV_SCHEMA: &str = r#"{"format": "gradually-schema", "version": 1, "name": "csv", "fields": [
    {"name": "a", "kind": "categorical", "vocabulary": {"first_seen": 9}},
    {"name": "b", "kind": "numeric", "missing": "mean"},
    {"name": "c", "kind": "categorical", "vocabulary": {"first_seen": 9}}
], "label": {"name": "d", "classes": ["0", "1"]}}"#;

/// Words, bits of the number, label: as the reference reads a line.
fn csv_reference(line: &[u8]) -> Option<(Vec<String>, u64, String)> {
    // By itself `csv` checks UTF-8 after it took quotes away.
    std::str::from_utf8(line).ok()?;
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(line);
    let records: Result<Vec<_>, _> = reader.records().collect();
    let records = records.ok()?;
    let [record] = &records[..] else { return None };
    let fields: Vec<&str> = record.iter().collect();
    let [a, b, c, d] = fields[..] else {
        return None;
    };
    let number = match b {
        "" => f64::NAN,
        b => {
            let b = b.trim_matches([' ', '\t']);
            let is_word = |letter: char| letter.is_alphabetic() && !matches!(letter, 'e' | 'E');
            let number = b.parse().ok().filter(|_| !b.contains(is_word));
            number.filter(|number: &f64| number.is_finite())?
        }
    };
    let is_class = d == "0" || d == "1";
    is_class.then(|| (vec![a.into(), c.into()], number.to_bits(), d.into()))
}

fn check_csv(decoder: &mut Decoder, line: &[u8]) -> bool {
    let mut examples = Examples::default();
    let outcome = decoder.decode(Some(line), &mut examples);
    let ours = outcome.is_ok().then(|| {
        let words = examples.categories.iter().zip(&examples.words);
        let words = words.map(|(&code, words)| words.get(code).unwrap_or_default().to_owned());
        let label = examples.labels[0].to_string();
        (words.collect(), examples.numbers[0].to_bits(), label)
    });
    let shown = String::from_utf8_lossy(line);
    assert_eq!(ours, csv_reference(line), "{outcome:?}: {shown:?}");
    ours.is_some()
}

#[test]
fn mutated_lines_are_read_as_the_csv_crate_reads_them() {
    let schema = Schema::from_json(CSV_SCHEMA.as_bytes()).unwrap();
    let format = Format::Csv(Csv::default());
    let mut decoder = Decoder::with_format(opened(&schema), &format).unwrap();
    let lines = [
        "x,1.5,word,1",
        "\"a,\"\"b\"\"\",-2e3,\"\r\n\",0\r\n",
        ",,,1",
        "é,12345678901,\"\"\"\",\"0\"",
        "one,\"7\",\"q\"t,1\n",
    ];
    let nasty = [
        "\"", "\"\"", ",", "\r", "\n", " ", "\t", "é", "\u{feff}", "1", "-", "+", ".", "e", "nan",
        "inf",
    ];
    let mut dice = Dice(0xFEDC_BA98_7654_3211);
    let mut good = 0;
    for case in 0..cases() {
        let mut line = lines[dice.below(lines.len())].as_bytes().to_vec();
        for _ in 0..dice.below(4) {
            let at = dice.below(line.len() + 1);
            let end = (at + dice.below(3)).min(line.len());
            let piece = nasty[dice.below(nasty.len())].bytes();
            drop(line.splice(at..end, piece));
        }
        if case % 16 == 0 {
            dice.mutate(&mut line);
        }
        good += u64::from(check_csv(&mut decoder, &line));
    }
    let share = good * 100 / cases();
    assert!(
        (5..90).contains(&share),
        "{share} % good: the test tests both"
    );
}
