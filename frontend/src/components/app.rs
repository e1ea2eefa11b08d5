//! The whole page.

use yew::prelude::*;

use super::accuracy::Accuracy;
use super::announcer::Announcer;
use super::drawer::Drawer;
use super::header::Header;
use super::help::Help;
use super::keys::use_keys;
use super::notices::Notices;
use super::panels::Panels;
use super::reading::Reading;
use super::store::Link;
use super::strip::Strip;
use super::transport::Transport;
use super::weights::Weights;
use crate::platform::{Page, Theme, on_system_theme_change, own_relay};
use crate::port::{Beginning, Rate, RunConfig, SourceConfig};
use crate::state::read_query;

/// What stands over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    None,
    Settings,
    Help,
}

#[component]
pub(crate) fn App() -> Html {
    let redraw = use_force_update();
    let page = use_memo((), |()| Page::read());
    let link = {
        let (page, redraw) = (page.clone(), redraw.clone());
        use_memo((), move |()| open(&page, redraw))
    };
    let side = use_state(|| Side::None);
    let theme = use_state(Theme::stored);
    let shade = use_state(|| 0u32);
    {
        let link = link.clone();
        let page = page.clone();
        use_effect_with((), move |()| {
            link.start_worker();
            find_relay(link.as_ref().clone(), page.as_ref().clone());
        });
    }
    {
        let shade = shade.clone();
        use_effect_with(*shade, move |now| {
            let next = now + 1;
            let listener = on_system_theme_change(move || shade.set(next));
            move || drop(listener)
        });
    }
    use_keys(&link, &side);
    let on_theme = {
        let theme = theme.clone();
        Callback::from(move |()| {
            let next = theme.next();
            next.choose();
            theme.set(next);
        })
    };
    let on_side = {
        let side = side.clone();
        Callback::from(move |next: Side| side.set(if *side == next { Side::None } else { next }))
    };
    let close = on_side.reform(|()| Side::None);
    let run = link.snapshot();
    let link = link.as_ref().clone();
    let drawer = match *side {
        Side::None => html! {},
        Side::Settings => html! {
            <Drawer run={run.clone()} link={link.clone()} page={page.as_ref().clone()} close={close.clone()} />
        },
        Side::Help => html! { <Help close={close.clone()} /> },
    };
    let class = classes!("page", (*side != Side::None).then_some("with-drawer"));
    let look = (*theme, *shade);
    html! {
        <div {class} data-testid="page" data-run={run.run.to_string()}>
            <a class="skip" href="#accuracy">{"Skip to the accuracy chart"}</a>
            <Header run={run.clone()} link={link.clone()} theme={*theme} {on_theme} side={*side} on_side={on_side.clone()} />
            <Notices run={run.clone()} link={link.clone()} />
            <Transport run={run.clone()} link={link.clone()} side={*side} {on_side} />
            <Strip run={run.clone()} link={link.clone()} />
            <main class="bench">
                <section class="hero" id="accuracy" aria-labelledby="reading">
                    <Reading run={run.clone()} link={link.clone()} />
                    <Accuracy run={run.clone()} {look} />
                </section>
                <Weights run={run.clone()} link={link.clone()} />
                <Panels run={run.clone()} link={link.clone()} />
            </main>
            {drawer}
            <Announcer {run} {link} />
        </div>
    }
}

/// The link of a page that was opened at this address.
fn open(page: &Page, redraw: UseForceUpdateHandle) -> Link {
    let parameters = page.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let opening = read_query(parameters, page.is_https);
    let redraw = Callback::from(move |()| redraw.force_update());
    Link::new(opening.config, opening.refused, opening.autostart, redraw)
}

/// A page that a relay served reads from that relay, unless its address says otherwise.
fn find_relay(link: Link, page: Page) {
    let names_source = |name: &str| matches!(name, "relay" | "seed");
    if page.parameters.iter().any(|(name, _)| names_source(name)) {
        return;
    }
    wasm_bindgen_futures::spawn_local(async move {
        if !own_relay().await {
            return;
        }
        let used = RunConfig::clone(&link.snapshot().config);
        let topic = page.parameters.iter().find(|(name, _)| name == "topic");
        let source = SourceConfig::Relay {
            url: page.relay_here(),
            topic: topic.map(|(_, value)| value.clone()),
            from: Beginning::Earliest,
        };
        link.open(RunConfig { source, rate: Rate::Unlimited, ..used });
    });
}
