//! The evaluation against scikit-learn, River and MOA on recorded streams, natively and in
//! WebAssembly. `goldens/evaluate/generate.py` writes the files and says what is in them.
//!
//! What is counted and divided once, and sums of exact terms, must be equal to the bit. What takes a
//! logarithm, or adds in another order than numpy does, and all sums under a fading factor must be
//! equal to 1e-12 of their size; kappa, which cancels, to 1e-12 of 1.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of tests may panic as a test may"
)]

#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod streams;

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use shared::evaluate::{
    CalibrationBin, CostSettings, DelayedLabels, MeasureSettings, Measures, Over, Prequential,
};

use streams::{Draws, Example, absent, balanced, four, imbalanced, runs, scores};

const WINDOW: NonZeroU32 = NonZeroU32::new(60).unwrap();
const COUNT: usize = 1000;

fn prequential(classes: u16) -> Prequential {
    let matrix: Vec<Vec<f64>> = match classes {
        2 => vec![vec![-1.0, 5.0], vec![20.0, 0.5]],
        _ => vec![
            vec![0.0, 1.0, 2.0, 3.0],
            vec![4.0, -1.0, 6.0, 7.0],
            vec![8.0, 9.0, 0.0, 11.0],
            vec![12.0, 13.0, 14.0, 0.25],
        ],
    };
    let settings = MeasureSettings {
        fading_factor: 0.97,
        cost: Some(CostSettings {
            threshold: 0.25,
            matrix,
        }),
        ..MeasureSettings::default()
    };
    Prequential::new(classes, WINDOW, settings).unwrap()
}

/// A golden's lines, each as a map from column to word, by the number of the example.
type Lines<'a> = BTreeMap<usize, Vec<BTreeMap<&'a str, &'a str>>>;

fn lines(golden: &str) -> Lines<'_> {
    let mut lines = golden.lines();
    let names: Vec<_> = lines.next().unwrap().split(' ').collect();
    let mut found = Lines::new();
    for line in lines {
        let words: BTreeMap<_, _> = names.iter().copied().zip(line.split(' ')).collect();
        found
            .entry(words["at"].parse().unwrap())
            .or_default()
            .push(words);
    }
    found
}

/// Judges the stream and shows what every line of a golden says beside the evaluation then.
fn compare(
    golden: &str,
    classes: u16,
    seed: u64,
    example: Example,
    mut check: impl FnMut(&Prequential, &BTreeMap<&str, &str>),
) {
    let lines = lines(golden);
    let (mut draws, mut evaluation) = (Draws(seed), prequential(classes));
    for i in 0..COUNT {
        let judged = example(&mut draws, i);
        evaluation.count(&judged).unwrap();
        for line in lines.get(&(i + 1)).into_iter().flatten() {
            check(&evaluation, line);
        }
    }
}

fn over(line: &BTreeMap<&str, &str>) -> Over {
    serde_json::from_str(&format!("\"{}\"", line["over"])).unwrap()
}

fn numbers(words: &str) -> Vec<Option<f64>> {
    let number = |word| u64::from_str_radix(word, 16).ok().map(f64::from_bits);
    words.split(',').map(number).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Equal {
    Bits,
    /// To 1e-12 of its size.
    Nearly,
    /// To 1e-12 of 1, or of its size where that is greater.
    NearlyOne,
}

#[track_caller]
fn same(found: &[Option<f64>], line: &BTreeMap<&str, &str>, column: &str, how: Equal) {
    let wanted = numbers(line[column]);
    let equal = |(found, wanted): (&Option<f64>, &Option<f64>)| match (found, wanted) {
        (Some(found), Some(wanted)) => match how {
            Equal::Bits => found == wanted,
            Equal::Nearly => (found - wanted).abs() <= 1e-12 * wanted.abs(),
            Equal::NearlyOne => (found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0),
        },
        _ => found == wanted,
    };
    assert!(
        found.len() == wanted.len() && found.iter().zip(&wanted).all(equal),
        "{column} at {} over {:?}: {found:?}, not {wanted:?}",
        line["at"],
        line.get("over")
    );
}

fn against_sklearn(golden: &str, classes: u16, seed: u64, example: Example) {
    compare(golden, classes, seed, example, |evaluation, line| {
        let measures = evaluation.measures(over(line));
        let exact = match over(line) {
            Over::Fading => Equal::Nearly,
            Over::Window | Over::Everything => Equal::Bits,
        };
        singles(&measures, line, exact, classes);
        lists(&measures, line, exact);
    });
}

#[track_caller]
fn singles(measures: &Measures, line: &BTreeMap<&str, &str>, exact: Equal, classes: u16) {
    let kappa = if classes == 2 && exact == Equal::Bits {
        Equal::Bits
    } else {
        Equal::NearlyOne
    };
    let columns = [
        ("accuracy", measures.accuracy, exact),
        ("precision", measures.precision, exact),
        ("recall", measures.recall, exact),
        ("f1", measures.f1, exact),
        ("balanced_accuracy", measures.balanced_accuracy, exact),
        ("kappa", measures.kappa, kappa),
        ("cost", measures.cost.map(|cost| cost.total), exact),
        ("brier", measures.brier, exact),
        ("log_loss", measures.log_loss, Equal::Nearly),
        ("roc_auc", measures.roc_auc, Equal::Nearly),
        ("pr_auc", measures.pr_auc, Equal::Nearly),
        ("ece", measures.expected_calibration_error, Equal::Nearly),
    ];
    for (column, found, how) in columns {
        same(&[found], line, column, how);
    }
}

#[track_caller]
fn lists(measures: &Measures, line: &BTreeMap<&str, &str>, exact: Equal) {
    let confusion: Vec<_> = measures
        .confusion
        .iter()
        .flatten()
        .copied()
        .map(Some)
        .collect();
    same(&confusion, line, "confusion", exact);
    let of = |part: fn(&shared::evaluate::ClassMeasures) -> Option<f64>| -> Vec<_> {
        measures.classes.iter().map(part).collect()
    };
    same(&of(|class| class.precision), line, "precisions", exact);
    same(&of(|class| class.recall), line, "recalls", exact);
    same(&of(|class| class.f1), line, "f1s", exact);
    let bins = |part: fn(&CalibrationBin) -> Option<f64>| -> Vec<_> {
        let bins: Vec<_> = measures.calibration.iter().map(part).collect();
        if bins.is_empty() { vec![None] } else { bins }
    };
    same(&bins(|bin| Some(bin.weight)), line, "bin_weights", exact);
    same(&bins(|bin| bin.mean_probability), line, "bin_means", exact);
    same(&bins(|bin| bin.came_true), line, "bin_true", exact);
}

fn against_moa(golden: &str, classes: u16, seed: u64, example: Example) {
    compare(golden, classes, seed, example, |evaluation, line| {
        let measures = evaluation.measures(over(line));
        let improvement = |reference: Option<f64>| {
            let (p, r) = measures.accuracy.zip(reference)?;
            (r < 1.0).then(|| (p - r) / (1.0 - r))
        };
        same(&[measures.accuracy], line, "accuracy", Equal::Bits);
        same(&[measures.majority_accuracy], line, "majority", Equal::Bits);
        same(
            &[measures.no_change_accuracy],
            line,
            "no_change",
            Equal::Bits,
        );
        same(
            &[measures.kappa_temporal],
            line,
            "kappa_temporal",
            Equal::Bits,
        );
        same(&[measures.kappa], line, "kappa", Equal::NearlyOne);
        let majority = numbers(line["majority"])[0];
        assert_eq!(measures.kappa_m, improvement(majority));
    });
}

/// MOA's own kappa-M lets the majority class see the label that it is to predict. Ours does not; this
/// shows that nothing else is different.
fn against_moa_kappa_m(golden: &str, classes: u16, seed: u64, example: Example) {
    let golden: String = golden
        .lines()
        .filter(|line| line.starts_with("at") || line.contains("everything"))
        .fold(String::new(), |all, line| all + line + "\n");
    let mut labels = vec![0_u64; classes.into()];
    let (mut draws, lines) = (Draws(seed), lines(&golden));
    let (mut right, mut seeing) = (0.0, 0.0);
    for i in 0..COUNT {
        let judged = example(&mut draws, i);
        labels[usize::from(judged.label)] += 1;
        let majority = labels
            .iter()
            .position(|seen| Some(seen) == labels.iter().max());
        seeing += f64::from(u8::from(majority == Some(judged.label.into())));
        right += f64::from(u8::from(judged.is_right()));
        for line in lines.get(&(i + 1)).into_iter().flatten() {
            let n: f64 = line["at"].parse().unwrap();
            let kappa_m = (seeing < n).then(|| (right - seeing) / (n - seeing));
            same(&[kappa_m], line, "moa_kappa_m", Equal::NearlyOne);
        }
    }
}

fn against_river(golden: &str, classes: u16, seed: u64, example: Example) {
    // River does not count equal scores as half a pair: here no two are equal.
    let (mut i, mut tieless) = (0, prequential(classes));
    let mut draws = Draws(seed);
    compare(golden, classes, seed, example, |evaluation, line| {
        let at: u32 = line["at"].parse().unwrap();
        while i < at {
            let mut judged = example(&mut draws, i as usize);
            judged.score += f64::from(i) / f64::from(1 << 20);
            tieless.count(&judged).unwrap();
            i += 1;
        }
        let measures = evaluation.measures(Over::Window);
        // Where a measure is undefined River gives 0.
        let or_0 = |measure: Option<f64>| [Some(measure.unwrap_or(0.0))];
        same(&or_0(measures.accuracy), line, "accuracy", Equal::Nearly);
        same(&or_0(measures.kappa), line, "kappa", Equal::NearlyOne);
        let balanced = or_0(measures.balanced_accuracy);
        same(&balanced, line, "balanced_accuracy", Equal::Nearly);
        same(&or_0(measures.f1), line, "f1", Equal::Nearly);
        let roc_auc = or_0(tieless.measures(Over::Window).roc_auc);
        same(&roc_auc, line, "roc_auc", Equal::Nearly);
    });
}

macro_rules! goldens {
    ($($test:ident: $check:ident($stream:ident, $program:literal, $classes:literal, $seed:literal);)+) => {
        $(
            #[cfg_attr(not(target_arch = "wasm32"), test)]
            #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
            fn $test() {
                let golden = include_str!(
                    concat!("../../goldens/evaluate/", stringify!($stream), ".", $program, ".txt")
                );
                $check(golden, $classes, $seed, $stream);
            }
        )+
    };
}

goldens! {
    sklearn_balanced: against_sklearn(balanced, "sklearn", 2, 1);
    sklearn_imbalanced: against_sklearn(imbalanced, "sklearn", 2, 2);
    sklearn_runs_of_one_class: against_sklearn(runs, "sklearn", 2, 3);
    sklearn_scores_without_probability: against_sklearn(scores, "sklearn", 2, 4);
    sklearn_four_classes: against_sklearn(four, "sklearn", 4, 5);
    sklearn_absent_classes: against_sklearn(absent, "sklearn", 4, 6);
    moa_balanced: against_moa(balanced, "moa", 2, 1);
    moa_imbalanced: against_moa(imbalanced, "moa", 2, 2);
    moa_runs_of_one_class: against_moa(runs, "moa", 2, 3);
    moa_scores: against_moa(scores, "moa", 2, 4);
    moa_four_classes: against_moa(four, "moa", 4, 5);
    moa_absent_classes: against_moa(absent, "moa", 4, 6);
    moa_kappa_m_imbalanced: against_moa_kappa_m(imbalanced, "moa", 2, 2);
    moa_kappa_m_four_classes: against_moa_kappa_m(four, "moa", 4, 5);
    river_balanced: against_river(balanced, "river", 2, 1);
    river_imbalanced: against_river(imbalanced, "river", 2, 2);
    river_runs_of_one_class: against_river(runs, "river", 2, 3);
    river_scores: against_river(scores, "river", 2, 4);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn labels_come_in_the_order_in_which_river_reveals_them() {
    for line in include_str!("../../goldens/evaluate/delays.txt").lines() {
        let (delay, events) = line.split_once(' ').unwrap();
        let mut waiting = DelayedLabels::new(delay.parse().unwrap()).unwrap();
        let mut found = Vec::new();
        for i in 0..8 {
            found.push(format!("{i}?"));
            found.extend(waiting.push((), i).map(|((), i)| format!("{i}!")));
        }
        found.extend(waiting.flush().map(|((), i)| format!("{i}!")));
        assert_eq!(found.join(" "), events, "delay {delay}");
    }
}
