//! The chart as a file: an SVG that stands alone, for a slide or on paper. A pure function of the
//! run's points and a few words; it needs no browser and is the same, byte by byte, everywhere.
//!
//! It shows what the page shows, by the same strokes, with what a reader needs who has only the
//! picture: title, axes with their units, the curves' names and newest values, and the settings.

mod curves;
mod legend;
mod words;
mod xml;

use std::fmt::Write as _;
use std::rc::Rc;

use super::bars::bars;
use super::columns::{Columns, drawn, lowest_axis};
use super::strokes::Color;
use super::ticks::batch_ticks;
use crate::port::{Mark, Point};
use crate::state::count;
use xml::{Type, place, text};

/// Width and height in pixels, those of a slide.
pub(crate) const SIZE: (u32, u32) = (960, 540);

/// The page's families where they are installed, else the system's own.
const FAMILIES: &str = "'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

const LEFT: f64 = 76.0;
const RIGHT: f64 = 664.0;
const TOP: f64 = 86.0;
const BOTTOM: f64 = 352.0;
const BARS_TOP: f64 = 371.0;
const BARS_BOTTOM: f64 = 415.0;

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Picture<'a> {
    /// The batches, oldest first.
    pub(crate) points: &'a [Rc<Point>],
    /// What was done in the run.
    pub(crate) marks: &'a [Mark],
    /// Records that the windowed accuracies look back on.
    pub(crate) window_records: u32,
    /// The accuracy that no model passes, with the name of its line.
    pub(crate) best: (f64, &'a str),
    /// Where the records came from and how they were learned from, phrase by phrase.
    pub(crate) settings: &'a [String],
}

/// The places of what is drawn.
struct Scene<'a> {
    picture: Picture<'a>,
    columns: Columns,
    newest: &'a Point,
    range: (f64, f64),
    lowest: f64,
}

/// The picture as SVG; nothing before the first batch.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 batches")]
pub(crate) fn svg(picture: Picture<'_>) -> Option<String> {
    let newest: &Point = picture.points.last()?;
    let range = (0.0, newest.batch as f64);
    let columns = Columns::of(&drawn(picture.points, range));
    let scene = Scene {
        lowest: lowest_axis(&columns),
        picture,
        columns,
        newest,
        range,
    };
    let mut svg = String::new();
    begin(&mut svg, &scene);
    axes(&mut svg, &scene);
    wrong(&mut svg, &scene);
    curves::all(&mut svg, &scene);
    curves::marks(&mut svg, &scene);
    legend::all(&mut svg, &scene);
    settings(&mut svg, &scene);
    svg.push_str("</svg>\n");
    Some(svg)
}

impl Scene<'_> {
    /// What was done after a batch: before the first there is nothing that it changed.
    fn marks(&self) -> impl Iterator<Item = &Mark> {
        let marks = self.picture.marks.iter();
        marks.filter(|mark| mark.after_batch > 0)
    }

    fn x(&self, batch: f64) -> f64 {
        LEFT + (batch - self.range.0) / (self.range.1 - self.range.0).max(1.0) * (RIGHT - LEFT)
    }

    fn y(&self, accuracy: f64) -> f64 {
        TOP + (1.0 - accuracy) / (1.0 - self.lowest) * (BOTTOM - TOP)
    }
}

fn small(color: Color, anchor: &'static str) -> Type {
    Type {
        size: 13.0,
        color,
        is_bold: false,
        anchor,
    }
}

fn begin(svg: &mut String, scene: &Scene<'_>) {
    let (width, height) = SIZE;
    let title = words::title(scene);
    // Writing to a string does not fail.
    let _ = write!(
        svg,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" xml:lang="en" role="img" aria-labelledby="title description" font-family="{FAMILIES}">
<title id="title">{}</title>
<desc id="description">{}</desc>
<rect width="{width}" height="{height}" fill="{}"/>
"#,
        xml::escaped(&title),
        xml::escaped(&words::description(scene)),
        Color::Paper.light()
    );
    let large = Type {
        size: 24.0,
        is_bold: true,
        ..small(Color::Ink, "start")
    };
    text(svg, (24.0, 38.0), large, "", &title);
    let under = Type {
        size: 14.5,
        ..small(Color::Ink2, "start")
    };
    text(svg, (24.0, 60.0), under, "", &words::subtitle(scene));
}

fn axes(svg: &mut String, scene: &Scene<'_>) {
    let mut tenths = 10;
    while f64::from(tenths) >= scene.lowest * 10.0 - 0.5 {
        let share = f64::from(tenths) / 10.0;
        let y = scene.y(share);
        let rule = format!(
            r#"fill="none" stroke="{}""#,
            if f64::from(tenths) < scene.lowest * 10.0 + 0.5 {
                Color::Ink3.light()
            } else {
                Color::Rule.light()
            }
        );
        let way = format!("M{LEFT} {}H{RIGHT}", place(y));
        xml::path(svg, &rule, &way);
        let at = (LEFT - 8.0, y + 4.5);
        text(
            svg,
            at,
            small(Color::Ink3, "end"),
            "",
            &format!("{share:.1}"),
        );
        tenths -= if scene.lowest < 0.3 { 2 } else { 1 };
    }
    let middle = f64::midpoint(TOP, BOTTOM);
    let turned = format!(r#" transform="rotate(-90 28 {middle})""#);
    let how = small(Color::Ink2, "middle");
    text(
        svg,
        (28.0, middle),
        how,
        &turned,
        "Accuracy (share of records)",
    );
    for batch in batch_ticks(scene.range.0, scene.range.1, RIGHT - LEFT, 0.0) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole batch"
        )]
        let name = count(batch as u64);
        let at = (scene.x(batch), BARS_BOTTOM + 17.0);
        text(svg, at, small(Color::Ink3, "middle"), "", &name);
    }
    let at = (f64::midpoint(LEFT, RIGHT), BARS_BOTTOM + 36.0);
    text(svg, at, how, "", "Batch, in the order of the stream");
}

/// How many were judged wrong in each batch, below the curves.
fn wrong(svg: &mut String, scene: &Scene<'_>) {
    let columns = &scene.columns;
    let room = (RIGHT - LEFT, BARS_BOTTOM - BARS_TOP);
    let mut way = String::new();
    for bar in bars(&columns.batches, &columns.wrong, scene.range, room) {
        let left = LEFT + (bar.right - bar.width).max(0.0);
        let (width, height) = (place(bar.width), place(bar.height));
        let _ = write!(
            way,
            "M{} {BARS_BOTTOM}v-{height}h{width}v{height}z",
            place(left)
        );
    }
    let fill = format!(r#"class="wrong" fill="{}""#, Color::Ink3.light());
    xml::path(svg, &fill, &way);
    let axis = format!(r#"fill="none" stroke="{}""#, Color::Ink3.light());
    xml::path(svg, &axis, &format!("M{LEFT} {BARS_BOTTOM}H{RIGHT}"));
    let top = format!("{:.2}+", super::bars::FULL);
    for (y, name) in [(BARS_TOP, top.as_str()), (BARS_BOTTOM, "0")] {
        let at = (LEFT - 8.0, y + 4.5);
        text(svg, at, small(Color::Ink3, "end"), "", name);
    }
    let at = (RIGHT + 14.0, BARS_BOTTOM);
    text(
        svg,
        at,
        small(Color::Ink3, "start"),
        "",
        "share wrong in each batch",
    );
}

fn settings(svg: &mut String, scene: &Scene<'_>) {
    let how = Type {
        size: 12.0,
        ..small(Color::Ink3, "start")
    };
    let lines = words::wrapped(scene.picture.settings);
    for (line, y) in lines.iter().zip([480.0, 498.0, 516.0]) {
        text(svg, (24.0, y), how, r#" class="settings""#, line);
    }
}

#[cfg(test)]
mod tests;
