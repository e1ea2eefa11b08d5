//! The whole page.

use yew::prelude::*;

use super::accuracy::Accuracy;
use super::announcer::Announcer;
use super::drawer::Drawer;
use super::drop::Drop;
use super::found::FoundModel;
use super::header::Header;
use super::help::Help;
use super::keys::use_keys;
use super::notices::Notices;
use super::offer::Offer;
use super::panels::Panels;
use super::reading::Reading;
use super::replay::ReplayPart;
use super::store::Link;
use super::strip::Strip;
use super::transport::Transport;
use super::weights::Weights;
use crate::platform::{Page, Theme, on_system_theme_change, own_relay};
use crate::state::{Action, Opening, read_query};

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
        use_memo((), move |()| {
            Link::new(
                &opening(&page),
                Callback::from(move |()| redraw.force_update()),
            )
        })
    };
    let side = use_state(|| Side::None);
    let theme = use_state(Theme::stored);
    let shade = use_state(|| 0u32);
    {
        let link = link.clone();
        let page = page.clone();
        use_effect_with((), move |()| {
            link.start_worker();
            find_relay(link.as_ref().clone(), &page);
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
            <Offer run={run.clone()} link={link.clone()} />
            <FoundModel run={run.clone()} link={link.clone()} />
            <ReplayPart run={run.clone()} link={link.clone()} />
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
            <Drop link={link.clone()} />
            <Announcer {run} {link} />
        </div>
    }
}

/// What the page's address says.
fn opening(page: &Page) -> Opening {
    let parameters = page
        .parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    read_query(parameters, page.is_https)
}

/// A page that a relay served reads from that relay, unless its address says otherwise.
fn find_relay(link: Link, page: &Page) {
    let opening = opening(page);
    if opening.source_given {
        return;
    }
    let here = page.relay_here();
    wasm_bindgen_futures::spawn_local(async move {
        let is_here = own_relay().await;
        if let Some(words) = opening.without_relay().filter(|_| !is_here) {
            link.dispatch(Action::Notice(words));
        }
        link.asked(is_here.then(|| opening.for_own_relay(here)));
    });
}
