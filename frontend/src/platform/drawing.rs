//! A picture as pixels: the browser draws an SVG on a canvas and packs it as PNG.

use gloo::file::{Blob, ObjectUrl};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement};

/// Pixels a pixel of the picture: sharp on a projector and on paper.
const SCALE: u32 = 2;

/// The SVG, of this width and height, as PNG of twice as many pixels; or why it could not be drawn.
pub(crate) async fn png(svg: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, String> {
    let blob = Blob::new_with_options(svg, Some("image/svg+xml"));
    let image = loaded(&ObjectUrl::from(blob)).await?;
    let canvas = canvas(width * SCALE, height * SCALE).ok_or("there is no canvas")?;
    let context = canvas
        .get_context("2d")
        .ok()
        .flatten()
        .and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok())
        .ok_or("the canvas cannot be drawn on")?;
    context
        .draw_image_with_html_image_element_and_dw_and_dh(
            &image,
            0.0,
            0.0,
            f64::from(canvas.width()),
            f64::from(canvas.height()),
        )
        .map_err(|_| "the picture cannot be drawn")?;
    packed(&canvas).await
}

/// The image at an address once it is there.
async fn loaded(url: &ObjectUrl) -> Result<HtmlImageElement, String> {
    let image = HtmlImageElement::new().map_err(|_| "there are no images")?;
    let arrival = Promise::new(&mut |resolve, reject| {
        image.set_onload(Some(&resolve));
        image.set_onerror(Some(&reject));
        image.set_src(url);
    });
    let arrived = JsFuture::from(arrival).await;
    image.set_onload(None);
    image.set_onerror(None);
    arrived.map_err(|_| "the browser does not read its SVG")?;
    Ok(image)
}

fn canvas(width: u32, height: u32) -> Option<HtmlCanvasElement> {
    let canvas = gloo::utils::document().create_element("canvas").ok()?;
    let canvas: HtmlCanvasElement = canvas.dyn_into().ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    Some(canvas)
}

/// What is on the canvas, as the bytes of a PNG file.
async fn packed(canvas: &HtmlCanvasElement) -> Result<Vec<u8>, String> {
    let blob = Promise::new(&mut |resolve, reject| {
        // The canvas answers with nothing where it is too large or may not be read.
        if canvas.to_blob(&resolve).is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    });
    let blob = JsFuture::from(blob)
        .await
        .ok()
        .and_then(|blob| blob.dyn_into::<web_sys::Blob>().ok())
        .ok_or("the browser does not hand out the canvas")?;
    let buffer = JsFuture::from(blob.array_buffer()).await;
    let buffer = buffer.map_err(|_| "the pixels cannot be read")?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
