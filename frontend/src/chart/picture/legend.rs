//! The legend: beside each curve's end its stroke, its newest value and its name.

use std::fmt::Write as _;

use shared::evaluate::Tally;

use super::xml::{self, Type, place, text};
use super::{BOTTOM, RIGHT, Scene, TOP, curves, small};
use crate::chart::labels::spread;
use crate::chart::strokes::{BEST, Color, LEARNED, MAJORITY, SINCE_START, Stroke, TESTED};
use crate::state::decimals;

/// Distance of two entries at least.
const APART: f64 = 20.0;

/// Where an entry's stroke begins and ends, and where its words begin.
const FROM: f64 = RIGHT + 16.0;
const TO: f64 = FROM + 30.0;
const WORDS: f64 = TO + 8.0;

/// An entry.
struct Entry<'a> {
    share: f64,
    name: &'a str,
    stroke: Stroke,
    color: Color,
}

/// The entries, each as near to its curve's end as the others allow.
pub(super) fn all(svg: &mut String, scene: &Scene<'_>) {
    let entries = entries(scene).into_iter();
    let labels = entries.map(|entry| (scene.y(entry.share), entry));
    svg.push_str("<g class=\"legend\">\n");
    for label in spread(labels, APART, TOP, BOTTOM) {
        let lead = format!(r#"fill="none" stroke="{}""#, Color::Ghost.light());
        let (from, to) = (place(label.wanted), place(label.place));
        let way = format!("M{} {from}L{} {to}", RIGHT + 5.0, FROM - 2.0);
        xml::path(svg, &lead, &way);
        draw(svg, label.place, &label.what);
    }
    svg.push_str("</g>\n");
}

fn entries<'a>(scene: &Scene<'a>) -> Vec<Entry<'a>> {
    let newest = scene.newest;
    let (best, best_name) = scene.picture.best;
    let entry = |tally: Tally, name, stroke: Stroke, color| {
        let share = tally.accuracy()?;
        Some(Entry {
            share,
            name,
            stroke,
            color,
        })
    };
    let best = Entry {
        share: best,
        name: best_name,
        stroke: BEST,
        color: Color::Ink3,
    };
    let curves = [
        entry(
            newest.same_window,
            "same batch, after learning",
            LEARNED,
            Color::Learn,
        ),
        entry(newest.window, "tested before learning", TESTED, Color::Test),
        entry(
            newest.cumulative,
            "tested, since the start",
            SINCE_START,
            Color::Ink,
        ),
        entry(newest.majority, "majority class", MAJORITY, Color::Ink3),
    ];
    std::iter::once(best)
        .chain(curves.into_iter().flatten())
        .collect()
}

fn draw(svg: &mut String, y: f64, entry: &Entry<'_>) {
    let way = format!("M{FROM} {}H{TO}", place(y));
    xml::path(svg, &xml::stroke(entry.stroke), &way);
    let middle = (f64::midpoint(FROM, TO), y);
    match entry.color {
        Color::Test => curves::disc(svg, middle),
        Color::Learn => curves::diamond(svg, middle),
        _ => {}
    }
    let how = Type {
        is_bold: entry.color == Color::Test,
        ..small(entry.color, "start")
    };
    let mut words = decimals(entry.share, 3);
    let _ = write!(words, "\u{2002}{}", entry.name);
    text(svg, (WORDS, y + 4.5), how, "", &words);
}
