//! How each curve is drawn, on the page and in a file: hue, width and dashes differ, so that a grey
//! print and colour blindness lose nothing.

/// A curve's stroke.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stroke {
    /// Its colour, a token of the page's styles.
    pub(crate) color: Color,
    /// In pixels.
    pub(crate) width: f64,
    /// Lengths of dashes and gaps; none for a solid line.
    pub(crate) dash: &'static [f64],
    /// Dashes end in half a disc: of a dash without length a dot is left.
    pub(crate) is_round: bool,
}

/// The colours of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Color {
    Ink,
    Ink2,
    Ink3,
    Ghost,
    Rule,
    Paper,
    /// What the model says before it learns.
    Test,
    /// What learning does.
    Learn,
}

impl Color {
    /// The token in the page's styles.
    pub(crate) fn token(self) -> &'static str {
        self.of().0
    }

    /// The colour in the light theme, for what is printed or put on a slide.
    pub(crate) fn light(self) -> &'static str {
        self.of().1
    }

    fn of(self) -> (&'static str, &'static str) {
        match self {
            Self::Ink => ("--ink", "#14202b"),
            Self::Ink2 => ("--ink-2", "#414e5a"),
            Self::Ink3 => ("--ink-3", "#5c6874"),
            Self::Ghost => ("--ghost", "#a9b3bc"),
            Self::Rule => ("--rule", "#d9dee3"),
            Self::Paper => ("--paper", "#ffffff"),
            Self::Test => ("--test", "#0a5fa8"),
            Self::Learn => ("--learn", "#b04a0a"),
        }
    }
}

const fn stroke(color: Color, width: f64, dash: &'static [f64]) -> Stroke {
    Stroke {
        color,
        width,
        dash,
        is_round: false,
    }
}

/// The accuracy that no model passes.
pub(crate) const BEST: Stroke = stroke(Color::Ink3, 1.2, &[14.0, 4.0]);
/// All records, each tested before it was learned from.
pub(crate) const SINCE_START: Stroke = stroke(Color::Ink2, 1.1, &[]);
/// The class most common in the window.
pub(crate) const MAJORITY: Stroke = Stroke {
    is_round: true,
    ..stroke(Color::Ink3, 1.8, &[0.0, 4.6])
};
/// The window, after learning.
pub(crate) const LEARNED: Stroke = stroke(Color::Learn, 1.76, &[7.0, 3.5]);
/// Around the curve of the window before learning, where it crosses another.
pub(crate) const HALO: Stroke = stroke(Color::Paper, 5.75, &[]);
/// The window, before learning.
pub(crate) const TESTED: Stroke = stroke(Color::Test, 2.75, &[]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_colours_are_those_of_the_page() {
        let css = include_str!("../../styles/base.css");
        let light = &css[css.find(":root {").unwrap()..css.find("@media").unwrap()];
        let all = [
            Color::Ink,
            Color::Ink2,
            Color::Ink3,
            Color::Ghost,
            Color::Rule,
            Color::Paper,
            Color::Test,
            Color::Learn,
        ];
        for color in all {
            let line = format!("{}: {};", color.token(), color.light());
            assert!(light.contains(&line), "{line}");
        }
    }
}
