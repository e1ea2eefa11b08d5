//! A plot with logarithmic axes as SVG, in which linear growth runs along the dashed line.

use std::fmt::Write as _;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 320.0;
/// Left, right, top, bottom of a panel.
const MARGIN: (f64, f64, f64, f64) = (64.0, 28.0, 36.0, 48.0);

/// A median with its spread; all are above 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

/// One of the plots that stand beside one another.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) title: String,
    /// What the horizontal axis counts. The vertical one is microseconds.
    pub(super) x: &'static str,
    /// Ascending in `x`; at least one.
    pub(super) points: Vec<Point>,
}

/// Whole powers of ten around some values, and where they lie in the picture.
struct Axis {
    low: i32,
    high: i32,
    start: f64,
    end: f64,
}

impl Axis {
    fn around(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Self {
        let (low, high) = values.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let power = |logarithm: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "powers of ten of an f64 are few"
            )]
            let power = logarithm as i32;
            power
        };
        let low = power(low.log10().floor());
        let high = power(high.log10().ceil()).max(low + 1);
        Self {
            low,
            high,
            start,
            end,
        }
    }

    fn place(&self, value: f64) -> f64 {
        let share = (value.log10() - f64::from(self.low)) / f64::from(self.high - self.low);
        self.start + share * (self.end - self.start)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        (self.low..=self.high).map(|power| 10f64.powi(power))
    }
}

/// The panels side by side.
pub(super) fn draw(panels: &[Panel]) -> String {
    let count = u32::try_from(panels.len()).unwrap_or(u32::MAX);
    let width = WIDTH * f64::from(count);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {HEIGHT}\" width=\"{width}\" \
         height=\"{HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for (number, panel) in (0u32..).zip(panels) {
        let _ = writeln!(
            svg,
            "<g transform=\"translate({},0)\">",
            WIDTH * f64::from(number)
        );
        panel.draw(&mut svg);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

impl Panel {
    fn draw(&self, svg: &mut String) {
        let (left, right, top, bottom) = MARGIN;
        let x = Axis::around(self.points.iter().map(|point| point.x), left, WIDTH - right);
        let spreads = self
            .points
            .iter()
            .flat_map(|point| [point.least, point.most]);
        let y = Axis::around(spreads, HEIGHT - bottom, top);
        self.draw_axes(svg, &x, &y);
        self.draw_linear(svg, &x, &y);
        for point in &self.points {
            let place = x.place(point.x);
            let (low, high) = (y.place(point.least), y.place(point.most));
            let _ = writeln!(
                svg,
                "<path d=\"M{place:.1} {low:.1}V{high:.1}\" stroke=\"#1f6fb2\"/>\
                 <circle cx=\"{place:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"#1f6fb2\"/>",
                y.place(point.y)
            );
        }
    }

    fn draw_axes(&self, svg: &mut String, x: &Axis, y: &Axis) {
        let middle = f64::midpoint(x.start, x.end);
        let _ = writeln!(
            svg,
            "<text x=\"{middle}\" y=\"20\" text-anchor=\"middle\">{}</text>",
            self.title
        );
        for tick in x.ticks() {
            let place = x.place(tick);
            let _ = writeln!(
                svg,
                "<path d=\"M{place:.1} {}V{}\" stroke=\"#ddd\"/>\
                 <text x=\"{place:.1}\" y=\"{}\" text-anchor=\"middle\">{tick}</text>",
                y.start,
                y.end,
                y.start + 16.0
            );
        }
        for tick in y.ticks() {
            let place = y.place(tick);
            let _ = writeln!(
                svg,
                "<path d=\"M{} {place:.1}H{}\" stroke=\"#ddd\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>",
                x.start,
                x.end,
                x.start - 6.0,
                place + 4.0
            );
        }
        let _ = writeln!(
            svg,
            "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>\
             <text transform=\"translate(14,{}) rotate(-90)\" text-anchor=\"middle\">µs a partial fit</text>",
            HEIGHT - 10.0,
            self.x,
            f64::midpoint(y.start, y.end)
        );
    }

    /// The line of linear growth through the last point, as far down as the picture goes.
    fn draw_linear(&self, svg: &mut String, x: &Axis, y: &Axis) {
        let Some(last) = self.points.last() else {
            return;
        };
        let slope = last.y / last.x;
        let first = (10f64.powi(x.low)).max(10f64.powi(y.low) / slope);
        let _ = writeln!(
            svg,
            "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#999\" stroke-dasharray=\"5 4\"/>",
            x.place(first),
            y.place(first * slope),
            x.place(last.x),
            y.place(last.y)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(values: &[f64]) -> Axis {
        Axis::around(values.iter().copied(), 0.0, 100.0)
    }

    #[test]
    fn an_axis_covers_its_values_with_whole_powers_of_ten() {
        let axis = axis(&[4.0, 4096.0]);
        assert_eq!(
            axis.ticks().collect::<Vec<_>>(),
            [1.0, 10.0, 100.0, 1000.0, 10_000.0]
        );
        assert_eq!(
            (axis.place(1.0), axis.place(100.0), axis.place(10_000.0)),
            (0.0, 50.0, 100.0)
        );
    }

    #[test]
    fn an_axis_of_one_value_has_a_length() {
        assert_eq!(axis(&[10.0]).ticks().collect::<Vec<_>>(), [10.0, 100.0]);
    }

    #[test]
    fn points_of_linear_growth_lie_on_the_dashed_line() {
        let points = [10.0, 100.0, 1000.0].map(|x| Point {
            x,
            y: 2.0 * x,
            least: x,
            most: 3.0 * x,
        });
        let panel = Panel {
            title: String::new(),
            x: "features",
            points: points.to_vec(),
        };
        let svg = draw(&[panel]);
        let after = |text: &str| svg.split_once(text).unwrap().1.to_owned();
        let line = svg.lines().find(|line| line.contains("dasharray")).unwrap();
        let start = line
            .split_once('M')
            .unwrap()
            .1
            .split_once('L')
            .unwrap()
            .0
            .to_owned();
        let (x, y) = start.split_once(' ').unwrap();
        assert!(
            after("<circle").contains(&format!("cx=\"{x}\" cy=\"{y}\"")),
            "{svg}"
        );
    }
}
