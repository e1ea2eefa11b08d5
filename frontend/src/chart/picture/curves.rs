//! The curves, their ends, and the marks of what was done.

use std::fmt::Write as _;

use super::xml::{self, Type, place, text};
use super::{BARS_BOTTOM, BOTTOM, LEFT, RIGHT, Scene, TOP, small};
use crate::chart::strokes::{BEST, Color, HALO, LEARNED, MAJORITY, SINCE_START, Stroke, TESTED};
use crate::state::count;

/// Width of a letter at most, on the whole, as a share of its height.
const LETTER: f64 = 0.53;

/// All curves, from the back to the front.
pub(super) fn all(svg: &mut String, scene: &Scene<'_>) {
    let columns = &scene.columns;
    let y = place(scene.y(scene.picture.best.0));
    let best = format!(r#"class="best" {}"#, xml::stroke(BEST));
    xml::path(svg, &best, &format!("M{LEFT} {y}H{RIGHT}"));
    curve(svg, scene, "since-start", SINCE_START, &columns.since_start);
    curve(svg, scene, "majority", MAJORITY, &columns.majority);
    curve(svg, scene, "learned", LEARNED, &columns.learned);
    curve(svg, scene, "halo", HALO, &columns.tested);
    curve(svg, scene, "tested", TESTED, &columns.tested);
    if let Some(share) = scene.newest.same_window.accuracy() {
        diamond(svg, (RIGHT, scene.y(share)));
    }
    if let Some(share) = scene.newest.window.accuracy() {
        disc(svg, (RIGHT, scene.y(share)));
    }
}

/// A curve with a point a batch; it has a gap where nothing was judged.
fn curve(svg: &mut String, scene: &Scene<'_>, name: &str, stroke: Stroke, values: &[Option<f64>]) {
    let mut way = String::new();
    let mut is_on = false;
    for (batch, value) in scene.columns.batches.iter().zip(values) {
        if let Some(share) = value {
            let pen = if is_on { 'L' } else { 'M' };
            let (x, y) = (place(scene.x(*batch)), place(scene.y(*share)));
            // Writing to a string does not fail.
            let _ = write!(way, "{pen}{x} {y}");
        }
        is_on = value.is_some();
    }
    if !way.is_empty() {
        let attributes = format!(r#"class="{name}" {}"#, xml::stroke(stroke));
        xml::path(svg, &attributes, &way);
    }
}

/// The marker of the window before learning.
pub(super) fn disc(svg: &mut String, (x, y): (f64, f64)) {
    let _ = writeln!(
        svg,
        r#"<circle cx="{}" cy="{}" r="5" fill="{}" stroke="{}" stroke-width="2"/>"#,
        place(x),
        place(y),
        Color::Test.light(),
        Color::Paper.light()
    );
}

/// The marker of the window after learning.
pub(super) fn diamond(svg: &mut String, (x, y): (f64, f64)) {
    let attributes = format!(
        r#"fill="{}" stroke="{}" stroke-width="1.8""#,
        Color::Paper.light(),
        Color::Learn.light()
    );
    let way = format!("M{} {}l5 5-5 5-5-5z", place(x), place(y - 5.0));
    xml::path(svg, &attributes, &way);
}

/// What was done in the run, at the batch after which it was done. A name that would stand on the
/// one before it is left out; the picture's description has them all.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 batches")]
pub(super) fn marks(svg: &mut String, scene: &Scene<'_>) {
    let mut free = f64::NEG_INFINITY;
    for mark in scene.marks() {
        let x = scene.x(mark.after_batch as f64);
        let top = TOP - 6.0;
        let ink = Color::Ink.light();
        let line = format!(r#"class="mark" fill="none" stroke="{ink}" stroke-width="1.5""#);
        let way = format!(
            "M{} {top}V{BOTTOM}M{} {}V{BARS_BOTTOM}",
            place(x),
            place(x),
            BOTTOM + 14.0
        );
        xml::path(svg, &line, &way);
        let head = format!("M{} {}h10l-5 8z", place(x - 5.0), place(top - 7.0));
        xml::path(svg, &format!(r#"fill="{ink}""#), &head);
        let words = format!(
            "{} after batch {}",
            mark.event.words(),
            count(mark.after_batch)
        );
        let width = words.chars().count() as f64 * 13.0 * LETTER;
        let (anchor, left) = if x + 10.0 + width < RIGHT {
            ("start", x + 10.0)
        } else {
            ("end", x - 10.0 - width)
        };
        if left < free {
            continue;
        }
        free = left + width + 8.0;
        let at = if anchor == "start" { left } else { x - 10.0 };
        let how: Type = small(Color::Ink, anchor);
        let halo = format!(
            r#" paint-order="stroke" stroke="{}" stroke-width="4" stroke-linejoin="round""#,
            Color::Paper.light()
        );
        text(svg, (at, top + 1.0), how, &halo, &words);
    }
}
