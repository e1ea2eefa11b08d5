//! What is set beside what, and how many times as fast ours shall be.

use super::programs::Program::{
    self, Lab, Native, NativeFile, OneByOne, TextFile, Vectorised, Wasm,
};
use super::worker::Request;

/// How thoroughly is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// Rounds that count; one more, the first, warms up.
    pub(super) rounds: usize,
    /// Records of most cases.
    pub(super) records: usize,
    /// Records of the whole file.
    pub(super) whole: usize,
}

impl Scale {
    pub(super) const FULL: Self = Self {
        rounds: 9,
        records: 100_000,
        whole: 1_000_000,
    };
    /// To see that everything runs.
    pub(super) const QUICK: Self = Self {
        rounds: 3,
        records: 30_000,
        whole: 30_000,
    };
}

/// One program's round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) program: Program,
    pub(super) request: Request,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Comparison {
    pub(super) what: String,
    pub(super) ours: Side,
    pub(super) peer: Option<Side>,
    /// The ratio to reach.
    pub(super) wanted: Option<f64>,
}

/// All comparisons, in the order of the table.
pub(super) fn all(scale: Scale) -> Vec<Comparison> {
    let mut all = whole_way(scale);
    all.extend(in_parts(scale));
    all.extend(files(scale));
    all
}

fn whole_way(scale: Scale) -> Vec<Comparison> {
    let records = scale.records;
    let mut all = Vec::new();
    // Ours goes several times over the records, so that its rounds are no shorter than its peers'.
    for (batch, wanted) in [(1000, 15.0), (300, 19.0), (100, 35.0)] {
        let case = format!("stream/{batch}");
        all.push(Comparison {
            what: format!("JSON to metrics, {batch} a batch"),
            ours: side(Native, &case, records, 3),
            peer: Some(side(Vectorised, &case, records, 1)),
            wanted: Some(wanted),
        });
    }
    for (batch, wanted) in [(1000, 15.0), (300, 19.0), (100, 35.0)] {
        all.push(Comparison {
            what: format!("JSON to metrics, {batch} a batch, decoded ahead on a second core"),
            ours: side(Native, &format!("stream-ahead/{batch}"), records, 3),
            peer: Some(side(Vectorised, &format!("stream/{batch}"), records, 1)),
            wanted: Some(wanted),
        });
    }
    // River takes a tenth of the records.
    all.push(Comparison {
        what: "JSON to metrics, one by one".to_owned(),
        ours: side(Native, "stream/1", records / 10, 10),
        peer: Some(side(OneByOne, "stream/1", records / 10, 1)),
        wanted: Some(60.0),
    });
    for batch in [1000, 300, 100, 1] {
        let case = format!("stream/{batch}");
        all.push(Comparison {
            what: format!("JSON to metrics, {batch} a batch"),
            ours: side(Wasm, &case, records, 2),
            peer: Some(side(Native, &case, records, 2)),
            wanted: Some(0.7),
        });
    }
    all
}

fn in_parts(scale: Scale) -> Vec<Comparison> {
    let records = scale.records;
    let mut all = Vec::new();
    for (what, case, wanted) in [
        ("dense", "fit/dense/1000", 18.0),
        ("one-hot", "fit/one-hot/1000", 22.0),
    ] {
        all.push(Comparison {
            what: format!("partial fit alone, 1000 x 13, {what}"),
            ours: side(Native, case, records, 10),
            peer: Some(side(Vectorised, "fit/dense/1000", records, 1)),
            wanted: Some(wanted),
        });
    }
    for (what, case, passes) in [
        ("decode alone", "decode", 1),
        ("encode alone", "encode", 10),
        ("partial fit alone, 1000 x 13, dense", "fit/dense/1000", 10),
        (
            "partial fit alone, 1000 x 13, one-hot",
            "fit/one-hot/1000",
            10,
        ),
    ] {
        all.push(Comparison {
            what: what.to_owned(),
            ours: side(Wasm, case, records, passes),
            peer: Some(side(Native, case, records, passes)),
            wanted: None,
        });
    }
    all
}

fn files(scale: Scale) -> Vec<Comparison> {
    let against_text = |what: &str, case| Comparison {
        what: what.to_owned(),
        ours: side(NativeFile, case, scale.whole, 1),
        peer: Some(side(TextFile, "file/1000", scale.whole, 1)),
        wanted: Some(4.0),
    };
    let mut all = vec![
        against_text("a whole file, 1000 a batch", "file/1000"),
        against_text(
            "a whole file, 1000 a batch, decoded ahead on a second core",
            "file-ahead/1000",
        ),
    ];
    for (batch, wanted) in [(300, Some(10_000.0)), (1000, None), (10_000, None)] {
        all.push(Comparison {
            what: format!("a whole file, {batch} a batch"),
            ours: side(NativeFile, &format!("file/{batch}"), scale.whole, 1),
            peer: Some(side(Lab, &format!("stream/{batch}"), batch, 1)),
            wanted,
        });
    }
    all
}

fn side(program: Program, case: &str, records: usize, passes: u32) -> Side {
    Side {
        program,
        request: Request {
            case: case.to_owned(),
            records,
            passes,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_round_takes_more_records_than_its_file_has() {
        for scale in [Scale::FULL, Scale::QUICK] {
            for comparison in all(scale) {
                for side in [Some(&comparison.ours), comparison.peer.as_ref()]
                    .into_iter()
                    .flatten()
                {
                    let whole = matches!(side.program, NativeFile | TextFile);
                    let there = if whole { scale.whole } else { scale.records };
                    assert!(side.request.records <= there, "{comparison:?}");
                    assert!(!whole || side.request.records == there, "{comparison:?}");
                }
            }
        }
    }
}
