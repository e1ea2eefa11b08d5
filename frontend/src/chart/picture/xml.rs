//! SVG as text: elements with attributes, and whatever text a stream may bring, written so that it
//! stays text.

use std::fmt::Write as _;

use crate::chart::strokes::{Color, Stroke};

/// The text with everything escaped that would end it, and with � for what XML cannot hold.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            letter if letter.is_control() => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

/// A place with as many decimals as can be seen: always with a point, whatever the language.
pub(super) fn place(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// How a piece of text is written.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) color: Color,
    pub(super) is_bold: bool,
    /// `start`, `middle` or `end`.
    pub(super) anchor: &'static str,
}

/// A piece of text at a place; `more` are further attributes.
pub(super) fn text(svg: &mut String, (x, y): (f64, f64), how: Type, more: &str, words: &str) {
    let Type {
        size,
        color,
        is_bold,
        anchor,
    } = how;
    // Writing to a string does not fail.
    let _ = writeln!(
        svg,
        r#"<text x="{}" y="{}" font-size="{}" fill="{}"{}{}{more}>{}</text>"#,
        place(x),
        place(y),
        place(size),
        color.light(),
        if is_bold { r#" font-weight="600""# } else { "" },
        if anchor == "start" {
            String::new()
        } else {
            format!(r#" text-anchor="{anchor}""#)
        },
        escaped(words)
    );
}

/// The attributes of a stroke without filling.
pub(super) fn stroke(stroke: Stroke) -> String {
    let mut attributes = format!(
        r#"fill="none" stroke="{}" stroke-width="{}" stroke-linejoin="round""#,
        stroke.color.light(),
        stroke.width
    );
    if !stroke.dash.is_empty() {
        let dash: Vec<String> = stroke.dash.iter().map(ToString::to_string).collect();
        let _ = write!(attributes, r#" stroke-dasharray="{}""#, dash.join(" "));
    }
    if stroke.is_round {
        attributes.push_str(r#" stroke-linecap="round""#);
    }
    attributes
}

/// A line from place to place, with a stroke.
pub(super) fn path(svg: &mut String, attributes: &str, way: &str) {
    let _ = writeln!(svg, r#"<path {attributes} d="{way}"/>"#);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(
            escaped("</text><script>alert(\"1\")&'\u{0}\u{1b}\u{ffff}"),
            "&lt;/text&gt;&lt;script&gt;alert(&quot;1&quot;)&amp;&#39;\u{fffd}\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn places_have_a_point_and_no_more_decimals_than_can_be_seen() {
        assert_eq!(place(12.0), "12");
        assert_eq!(place(12.345), "12.3");
        assert_eq!(place(1_234_567.89), "1234567.9");
    }
}
