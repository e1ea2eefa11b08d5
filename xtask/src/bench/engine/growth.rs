//! How the time of one partial fit grows with the number of features and with the batch: a table
//! for programs (CSV) and a plot for people (SVG).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::comparisons::Scale;
use super::plot::{self, Panel, Point};
use super::programs::{Program, Programs};
use super::statistics::{Spread, exponent};
use super::worker::Request;

/// What the engine's benchmark makes of `width/N`: batches of so many samples.
const ROWS: u32 = 256;
/// What it makes of `batch/N`: samples of so many features.
const FEATURES: u32 = 13;
/// Below these the fixed cost of a sample, or of a call, weighs as much as what grows.
const GROWS_FROM: (u32, u32) = (256, 100);
const WIDTHS: [u32; 11] = [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];
const BATCHES: [u32; 9] = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];

/// One shape of a batch, and the seconds of one partial fit on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    rows: u32,
    features: u32,
    seconds: Spread,
}

/// Partial fits of growing width, and of growing batches.
#[derive(Debug)]
pub(super) struct Growth {
    widths: Vec<Shape>,
    batches: Vec<Shape>,
}

/// Measures every shape in turn, round by round.
pub(super) fn measure(programs: &mut Programs, scale: Scale) -> anyhow::Result<Growth> {
    // About as much work in every round.
    let cells = u32::try_from(scale.records * 20)?;
    let widths = WIDTHS.map(|features| (format!("width/{features}"), ROWS, features));
    let batches = BATCHES.map(|rows| (format!("batch/{rows}"), rows, FEATURES));
    let mut measure = |shapes: &[(String, u32, u32)]| {
        let mut rounds = vec![Vec::new(); shapes.len()];
        for round in 0..=scale.rounds {
            for ((case, rows, features), seconds) in shapes.iter().zip(&mut rounds) {
                let passes = (cells / (rows * features)).max(1);
                let request = Request {
                    case: case.clone(),
                    records: *rows as usize,
                    passes,
                };
                let answer = programs.ask(Program::Native, &request)?;
                if round > 0 {
                    seconds.push(answer.seconds / f64::from(passes));
                }
            }
        }
        let shapes = shapes.iter().zip(&rounds);
        anyhow::Ok(
            shapes
                .map(|((_, rows, features), seconds)| Shape {
                    rows: *rows,
                    features: *features,
                    seconds: Spread::of(seconds),
                })
                .collect(),
        )
    };
    Ok(Growth {
        widths: measure(&widths)?,
        batches: measure(&batches)?,
    })
}

impl Growth {
    /// A sentence each.
    pub(super) fn describe(&self) -> String {
        let (of_width, of_batch) = self.exponents();
        format!(
            "growth of a partial fit: time ~ features^{of_width:.2} from {} to {} features, \
             time ~ samples^{of_batch:.2} from {} to {} samples (1 is linear)\n",
            GROWS_FROM.0,
            WIDTHS[WIDTHS.len() - 1],
            GROWS_FROM.1,
            BATCHES[BATCHES.len() - 1],
        )
    }

    /// Of the width and of the batch.
    pub(super) fn exponents(&self) -> (f64, f64) {
        let of = |shapes: &[Shape], size: fn(&Shape) -> u32, from: u32| {
            let grown = shapes.iter().filter(|shape| size(shape) >= from);
            let points = grown.map(|shape| (f64::from(size(shape)), shape.seconds.median));
            exponent(&points.collect::<Vec<_>>())
        };
        (
            of(&self.widths, |shape| shape.features, GROWS_FROM.0),
            of(&self.batches, |shape| shape.rows, GROWS_FROM.1),
        )
    }

    /// Writes `growth.csv` and `growth.svg`.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        for (name, text) in [("growth.csv", self.csv()), ("growth.svg", self.svg())] {
            let file = folder.join(name);
            fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }

    fn csv(&self) -> String {
        let mut text = String::from(
            "samples,features,median_us,least_us,most_us,median_ns_per_sample_and_feature\n",
        );
        for shape in self.widths.iter().chain(&self.batches) {
            let Spread {
                median,
                least,
                most,
            } = shape.seconds;
            let cells = f64::from(shape.rows) * f64::from(shape.features);
            let _ = writeln!(
                text,
                "{},{},{:.3},{:.3},{:.3},{:.4}",
                shape.rows,
                shape.features,
                median * 1e6,
                least * 1e6,
                most * 1e6,
                median * 1e9 / cells
            );
        }
        text
    }

    fn svg(&self) -> String {
        let (of_width, of_batch) = self.exponents();
        let points = |shapes: &[Shape], size: fn(&Shape) -> u32| {
            let point = |shape: &Shape| Point {
                x: f64::from(size(shape)),
                y: shape.seconds.median * 1e6,
                least: shape.seconds.least * 1e6,
                most: shape.seconds.most * 1e6,
            };
            shapes.iter().map(point).collect()
        };
        plot::draw(&[
            Panel {
                title: format!(
                    "{ROWS} samples: time ~ features^{of_width:.2} from {} on",
                    GROWS_FROM.0
                ),
                x: "features",
                points: points(&self.widths, |shape| shape.features),
            },
            Panel {
                title: format!(
                    "{FEATURES} features: time ~ samples^{of_batch:.2} from {} on",
                    GROWS_FROM.1
                ),
                x: "samples",
                points: points(&self.batches, |shape| shape.rows),
            },
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear() -> Growth {
        let shape = |rows: u32, features: u32| Shape {
            rows,
            features,
            seconds: Spread::of(&[f64::from(rows * features) * 1e-9]),
        };
        Growth {
            widths: WIDTHS.map(|features| shape(ROWS, features)).to_vec(),
            batches: BATCHES.map(|rows| shape(rows, FEATURES)).to_vec(),
        }
    }

    #[test]
    fn linear_growth_has_exponent_one_and_one_time_for_every_cell() {
        let growth = linear();
        let (of_width, of_batch) = growth.exponents();
        assert!((of_width - 1.0).abs() < 1e-9 && (of_batch - 1.0).abs() < 1e-9);
        assert!(
            growth
                .describe()
                .contains("features^1.00 from 256 to 4096 features")
        );
        let csv = growth.csv();
        assert_eq!(csv.lines().count(), 1 + WIDTHS.len() + BATCHES.len());
        assert!(
            csv.lines().skip(1).all(|line| line.ends_with(",1.0000")),
            "{csv}"
        );
        assert!(
            csv.contains("\n256,4096,1048.576,1048.576,1048.576,"),
            "{csv}"
        );
    }

    #[test]
    fn the_plot_has_a_point_for_every_shape() {
        let svg = linear().svg();
        assert_eq!(svg.matches("<circle").count(), WIDTHS.len() + BATCHES.len());
    }
}
