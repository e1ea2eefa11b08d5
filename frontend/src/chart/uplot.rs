//! The functions of uPlot that are used. The library is a plain script that defines `uPlot`.

use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlElement};

#[wasm_bindgen]
extern "C" {
    /// A chart.
    #[wasm_bindgen(js_name = uPlot)]
    pub(crate) type UPlot;

    #[wasm_bindgen(constructor, js_class = "uPlot", catch)]
    pub(crate) fn new(
        options: &JsValue,
        data: &JsValue,
        place: &HtmlElement,
    ) -> Result<UPlot, JsValue>;

    #[wasm_bindgen(method, js_name = setData)]
    pub(crate) fn set_data(this: &UPlot, data: &JsValue, reset_scales: bool);

    #[wasm_bindgen(method, js_name = setSize)]
    pub(crate) fn set_size(this: &UPlot, size: &JsValue);

    #[wasm_bindgen(method, js_name = setScale)]
    pub(crate) fn set_scale(this: &UPlot, key: &str, limits: &JsValue);

    #[wasm_bindgen(method, js_name = setSelect)]
    pub(crate) fn set_select(this: &UPlot, selection: &JsValue, fire: bool);

    #[wasm_bindgen(method, js_name = posToVal)]
    pub(crate) fn pos_to_val(this: &UPlot, position: f64, scale: &str) -> f64;

    #[wasm_bindgen(method)]
    pub(crate) fn destroy(this: &UPlot);

    #[wasm_bindgen(method, getter)]
    pub(crate) fn ctx(this: &UPlot) -> CanvasRenderingContext2d;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn bbox(this: &UPlot) -> Area;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn select(this: &UPlot) -> Area;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn cursor(this: &UPlot) -> Cursor;

    /// A rectangle.
    pub(crate) type Area;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn left(this: &Area) -> f64;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn top(this: &Area) -> f64;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn width(this: &Area) -> f64;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn height(this: &Area) -> f64;

    /// The pointer over the chart.
    pub(crate) type Cursor;

    /// The index of the batch below it.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn idx(this: &Cursor) -> Option<f64>;
}
