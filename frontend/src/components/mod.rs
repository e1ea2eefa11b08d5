//! What is seen: one file a visible part. Every part is drawn from the same snapshot of the run and
//! asks for things through the same link.

mod accuracy;
mod announcer;
mod app;
mod chart_labels;
mod drawer;
mod drop;
mod fields;
mod found;
mod header;
mod help;
mod icons;
mod keys;
mod notices;
mod offer;
mod open;
mod opening;
mod panels;
mod pictures;
mod reading;
mod replay;
mod saves;
mod source_told;
mod store;
mod strip;
mod transport;
mod weights;

/// Puts the page into its place in the document.
pub(crate) fn mount() {
    if let Some(place) = gloo::utils::document().get_element_by_id("app") {
        yew::Renderer::<app::App>::with_root(place).render();
    }
}
