//! A chart on the page: options out of the theme's colours, data out of [`Columns`], and the bars
//! under it.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Float64Array, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::bars::bars;
use super::columns::{Columns, lowest_axis};
use super::strokes::Stroke;
use super::ticks::batch_ticks;
use super::uplot::UPlot;
use crate::platform::color;
use crate::state::count;

/// Where the parts of the chart lie, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Geometry {
    pub(crate) width: f64,
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) height: f64,
    /// Kept free of names at the end of the batches, for the newest one's.
    pub(crate) reserved: f64,
}

/// Space between the chart and its bars, the bars' height, and the space for the batches' names.
const BARS_GAP: f64 = 10.0;
const BARS_HEIGHT: f64 = 34.0;
const NAMES_HEIGHT: f64 = 24.0;

impl Geometry {
    /// The places on a page of this width, with a phone's where it is one.
    pub(crate) fn of(width: f64, is_phone: bool) -> Self {
        if is_phone {
            Self {
                width,
                left: 34.0,
                right: 22.0,
                top: 20.0,
                height: 190.0,
                reserved: 130.0,
            }
        } else {
            Self {
                width,
                left: 34.0,
                right: 192.0,
                top: 22.0,
                height: 206.0,
                reserved: 24.0,
            }
        }
    }

    /// Width of the plotting area.
    pub(crate) fn inner(self) -> f64 {
        (self.width - self.left - self.right).max(40.0)
    }

    /// Height of everything.
    pub(crate) fn total(self) -> f64 {
        self.top + self.height + BARS_GAP + BARS_HEIGHT + NAMES_HEIGHT
    }

    /// The lower end of the bars.
    pub(crate) fn bars_bottom(self) -> f64 {
        self.top + self.height + BARS_GAP + BARS_HEIGHT
    }

    pub(crate) fn x(self, batch: f64, (from, to): (f64, f64)) -> f64 {
        self.left + (batch - from) / (to - from).max(1.0) * self.inner()
    }

    pub(crate) fn y(self, accuracy: f64, lowest: f64) -> f64 {
        self.top + (1.0 - accuracy) / (1.0 - lowest) * self.height
    }
}

/// What a person does on the chart.
pub(crate) struct PlotEvents {
    /// The pointer is over the batch of this index, or has left.
    pub(crate) hover: Box<dyn Fn(Option<usize>)>,
    /// A range of batches was drawn.
    pub(crate) zoom: Box<dyn Fn(f64, f64)>,
}

/// What is drawn.
struct Shown {
    columns: Columns,
    range: (f64, f64),
    geometry: Geometry,
    ink: String,
}

/// The chart; dropping it takes it off the page.
pub(crate) struct Plot {
    chart: UPlot,
    shown: Rc<RefCell<Shown>>,
    best: f64,
    majority: f64,
}

impl Plot {
    /// Puts a chart into an element. `best` and `majority` are the reference lines of an empty run.
    pub(crate) fn new(
        place: &HtmlElement,
        geometry: Geometry,
        (best, majority): (f64, f64),
        events: PlotEvents,
    ) -> Option<Self> {
        let shown = Rc::new(RefCell::new(Shown {
            columns: Columns::default(),
            range: (0.0, 1.0),
            geometry,
            ink: color("--ink-3"),
        }));
        let options = options(&shown, events);
        let data = data(&Columns::default(), best, majority);
        let chart = UPlot::new(&options, &data, place).ok()?;
        Some(Self {
            chart,
            shown,
            best,
            majority,
        })
    }

    /// Draws these columns between two batches.
    pub(crate) fn draw(&self, columns: Columns, range: (f64, f64), geometry: Geometry) {
        let resized = {
            let mut shown = self.shown.borrow_mut();
            shown.range = range;
            std::mem::replace(&mut shown.geometry, geometry) != geometry
        };
        let values = data(&columns, self.best, self.majority);
        let lowest = lowest_axis(&columns);
        self.shown.borrow_mut().columns = columns;
        self.chart.set_data(&values, false);
        self.chart
            .set_scale("y", &object(&[("min", lowest.into()), ("max", 1.0.into())]));
        self.chart.set_scale(
            "x",
            &object(&[("min", range.0.into()), ("max", range.1.into())]),
        );
        if resized {
            self.chart.set_size(&size(geometry));
        }
    }
}

impl Drop for Plot {
    fn drop(&mut self) {
        self.chart.destroy();
    }
}

/// The columns in the order of the series, from the back to the front.
fn data(columns: &Columns, best: f64, majority: f64) -> JsValue {
    if columns.batches.is_empty() {
        let pair = |value: f64| JsValue::from(Float64Array::from([value, value].as_slice()));
        let nothing = JsValue::from(Array::of2(&JsValue::NULL, &JsValue::NULL));
        let axis = JsValue::from(Float64Array::from([0.0, 1.0].as_slice()));
        let all = [
            axis,
            pair(best),
            nothing.clone(),
            pair(majority),
            nothing.clone(),
            nothing.clone(),
            nothing,
        ];
        return all.iter().collect::<Array>().into();
    }
    let tested = column(&columns.tested);
    let best = vec![best; columns.batches.len()];
    let all = [
        Float64Array::from(columns.batches.as_slice()).into(),
        Float64Array::from(best.as_slice()).into(),
        column(&columns.since_start),
        column(&columns.majority),
        column(&columns.learned),
        tested.clone(),
        tested,
    ];
    all.iter().collect::<Array>().into()
}

fn column(values: &[Option<f64>]) -> JsValue {
    if let Some(full) = values.iter().copied().collect::<Option<Vec<f64>>>() {
        return Float64Array::from(full.as_slice()).into();
    }
    values
        .iter()
        .map(|value| value.map_or(JsValue::NULL, JsValue::from))
        .collect::<Array>()
        .into()
}

fn options(shown: &Rc<RefCell<Shown>>, events: PlotEvents) -> JsValue {
    let geometry = shown.borrow().geometry;
    object(&[
        ("width", geometry.width.into()),
        ("height", geometry.total().into()),
        (
            "padding",
            numbers(&[geometry.top, geometry.right, 0.0, 0.0]),
        ),
        ("legend", object(&[("show", false.into())])),
        ("cursor", cursor()),
        ("scales", scales()),
        ("series", series()),
        ("axes", axes(shown)),
        ("hooks", hooks(shown, events)),
    ])
}

fn cursor() -> JsValue {
    // The double click is the page's: it shows the whole run and follows the stream again.
    let ignore = Closure::<dyn Fn() -> JsValue>::new(|| JsValue::NULL).into_js_value();
    object(&[
        ("y", false.into()),
        ("points", object(&[("show", false.into())])),
        (
            "drag",
            object(&[
                ("x", true.into()),
                ("y", false.into()),
                ("setScale", false.into()),
            ]),
        ),
        ("bind", object(&[("dblclick", ignore)])),
    ])
}

fn scales() -> JsValue {
    let x = object(&[
        ("time", false.into()),
        ("auto", false.into()),
        ("min", 0.0.into()),
        ("max", 1.0.into()),
    ]);
    let y = object(&[
        ("auto", false.into()),
        ("min", 0.4.into()),
        ("max", 1.0.into()),
    ]);
    object(&[("x", x), ("y", y)])
}

/// A curve as the library wants it described.
fn curve(stroke: Stroke) -> Object {
    let series = Object::new();
    set(&series, "stroke", &color(stroke.color.token()).into());
    set(&series, "width", &stroke.width.into());
    if !stroke.dash.is_empty() {
        set(&series, "dash", &numbers(stroke.dash));
    }
    if stroke.is_round {
        set(&series, "cap", &"round".into());
    }
    set(&series, "points", &object(&[("show", false.into())]));
    series
}

fn series() -> JsValue {
    use super::strokes::{BEST, HALO, LEARNED, MAJORITY, SINCE_START, TESTED};
    let curves = [BEST, SINCE_START, MAJORITY, LEARNED, HALO, TESTED].map(curve);
    std::iter::once(Object::new())
        .chain(curves)
        .collect::<Array>()
        .into()
}

fn axes(shown: &Rc<RefCell<Shown>>) -> JsValue {
    let (ink, rule) = (color("--ink-3"), color("--rule"));
    let font = "13px \"Source Sans 3\", sans-serif";
    let hidden = || object(&[("show", false.into())]);
    let drawn = Rc::clone(shown);
    let splits = Closure::<dyn Fn() -> JsValue>::new(move || {
        let shown = drawn.borrow();
        if shown.columns.batches.is_empty() {
            return Array::new().into();
        }
        numbers(&batch_ticks(
            shown.range.0,
            shown.range.1,
            shown.geometry.inner(),
            shown.geometry.reserved,
        ))
    });
    let splits = splits.into_js_value();
    let drawn = Rc::clone(shown);
    let names = Closure::<dyn Fn(JsValue, Array) -> JsValue>::new(move |_, splits: Array| {
        let is_first = |batch: f64| batch <= drawn.borrow().range.0.max(1.0);
        let name = |split: JsValue| {
            let batch = split.as_f64().unwrap_or_default();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole batch"
            )]
            let name = count(batch as u64);
            JsValue::from(if is_first(batch) {
                format!("batch {name}")
            } else {
                name
            })
        };
        splits.iter().map(name).collect::<Array>().into()
    });
    let names = names.into_js_value();
    let x = object(&[
        ("stroke", ink.clone().into()),
        ("font", font.into()),
        ("size", (BARS_GAP + BARS_HEIGHT + NAMES_HEIGHT).into()),
        ("gap", (BARS_GAP + BARS_HEIGHT + 5.0).into()),
        ("grid", hidden()),
        ("ticks", hidden()),
        ("splits", splits),
        ("values", names),
    ]);
    let accuracy = Closure::<dyn Fn(JsValue, Array) -> JsValue>::new(|_, splits: Array| {
        let name =
            |split: JsValue| JsValue::from(format!("{:.1}", split.as_f64().unwrap_or_default()));
        splits.iter().map(name).collect::<Array>().into()
    });
    let accuracy = accuracy.into_js_value();
    let y = object(&[
        ("stroke", ink.into()),
        ("font", font.into()),
        ("size", 34.0.into()),
        ("gap", 8.0.into()),
        ("incrs", numbers(&[0.1, 0.2])),
        ("space", 30.0.into()),
        (
            "grid",
            object(&[("stroke", rule.into()), ("width", 1.0.into())]),
        ),
        ("ticks", hidden()),
        ("values", accuracy),
    ]);
    Array::of2(&x, &y).into()
}

fn hooks(shown: &Rc<RefCell<Shown>>, events: PlotEvents) -> JsValue {
    let PlotEvents { hover, zoom } = events;
    let drawn = Rc::clone(shown);
    let draw =
        Closure::<dyn Fn(UPlot)>::new(move |chart: UPlot| draw_bars(&chart, &drawn.borrow()));
    let moved = Closure::<dyn Fn(UPlot)>::new(move |chart: UPlot| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an index"
        )]
        hover(chart.cursor().idx().map(|index| index as usize));
    });
    let selected = Closure::<dyn Fn(UPlot)>::new(move |chart: UPlot| {
        let area = chart.select();
        if area.width() < 4.0 {
            return;
        }
        let from = chart.pos_to_val(area.left(), "x");
        let to = chart.pos_to_val(area.left() + area.width(), "x");
        let nothing = [("left", 0.0), ("top", 0.0), ("width", 0.0), ("height", 0.0)];
        chart.set_select(
            &object(&nothing.map(|(key, value)| (key, value.into()))),
            false,
        );
        zoom(from, to);
    });
    let list = |closure: JsValue| JsValue::from(Array::of1(&closure));
    object(&[
        ("draw", list(draw.into_js_value())),
        ("setCursor", list(moved.into_js_value())),
        ("setSelect", list(selected.into_js_value())),
    ])
}

/// The bars, on the chart's own canvas below the plotting area.
fn draw_bars(chart: &UPlot, shown: &Shown) {
    let (area, canvas) = (chart.bbox(), chart.ctx());
    let geometry = shown.geometry;
    let ratio = area.width() / geometry.inner();
    let bottom = area.top() + area.height() + (BARS_GAP + BARS_HEIGHT) * ratio;
    canvas.save();
    canvas.set_fill_style_str(&shown.ink);
    let columns = &shown.columns;
    for bar in bars(
        &columns.batches,
        &columns.wrong,
        shown.range,
        (geometry.inner(), BARS_HEIGHT),
    ) {
        let left = area.left() + (bar.right - bar.width).max(0.0) * ratio;
        canvas.fill_rect(
            left,
            bottom - bar.height * ratio,
            bar.width * ratio,
            bar.height * ratio,
        );
    }
    canvas.restore();
}

fn size(geometry: Geometry) -> JsValue {
    object(&[
        ("width", geometry.width.into()),
        ("height", geometry.total().into()),
    ])
}

fn numbers(values: &[f64]) -> JsValue {
    values
        .iter()
        .map(|value| JsValue::from(*value))
        .collect::<Array>()
        .into()
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields {
        set(&object, key, value);
    }
    object.into()
}

fn set(object: &Object, key: &str, value: &JsValue) {
    // Setting a field of a plain object that was just made cannot fail.
    let _ = Reflect::set(object, &key.into(), value);
}
