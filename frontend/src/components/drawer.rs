//! The settings: source, model, evaluation. They are tried on the engine's own rules before they
//! are used, and say when they act.

use shared::model::{LearningRate, Loss, Penalty};
use web_sys::HtmlElement;
use yew::prelude::*;

use super::fields::{choice, switch, text};
use super::store::{Link, Snapshot};
use super::transport::{Again, Speed, TriggerChoice};
use crate::platform::{Page, is_phone};
use crate::port::{Beginning, Rate, RunConfig, SourceConfig};
use crate::state::{Form, FormError, Intent, SourceKind, begins_anew};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct DrawerProps {
    pub(crate) run: Snapshot,
    pub(crate) link: Link,
    pub(crate) page: Page,
    pub(crate) close: Callback<()>,
}

#[component]
pub(crate) fn Drawer(props: &DrawerProps) -> Html {
    let DrawerProps {
        run,
        link,
        page,
        close,
    } = props;
    let form = {
        let (config, here) = (run.config.clone(), page.relay_here());
        use_state(move || Form::of(&config, &here))
    };
    let error = use_state(|| None::<FormError>);
    let title = use_node_ref();
    {
        let title = title.clone();
        use_effect_with((), move |()| {
            let _ = title.cast::<HtmlElement>().map(|title| title.focus());
        });
    }
    let edit = Edit { form: form.clone() };
    let apply = {
        let (form, error, config) = (form.clone(), error.setter(), run.config.clone());
        let (link, close, is_https) = (link.clone(), close.clone(), page.is_https);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match form.read(&config, is_https) {
                Err(fault) => error.set(Some(fault)),
                Ok(config) => {
                    link.act(Intent::Apply(Box::new(with_rate(config, &link))));
                    close.emit(());
                }
            }
        })
    };
    let fault = error.as_ref();
    let read = form.read(&run.config, page.is_https);
    let anew = read.map_or(true, |config| begins_anew(&run.config, &config));
    html! {
        <aside class="drawer" aria-labelledby="settings-title" data-testid="drawer">
            <form onsubmit={apply} novalidate=true>
                <header>
                    <h2 id="settings-title" ref={title} tabindex="-1">{"Settings"}</h2>
                    <button type="button" class="quiet" data-testid="close" onclick={close.reform(|_| ())}>{"Close"}</button>
                </header>
                if is_phone() {
                    <h3>{"Run"}<span>{"at once"}</span></h3>
                    <Speed run={run.clone()} link={link.clone()} />
                    <TriggerChoice run={run.clone()} link={link.clone()} />
                    <Again run={run.clone()} link={link.clone()} />
                }
                {stream(&form, fault, &edit, run)}
                {model(&form, fault, &edit)}
                <div class="apply">
                    <p>{if anew { "These settings begin a new run, from the start of the stream." } else { "Speed and trigger, above, act at once." }}</p>
                    <button class="primary" type="submit" data-testid="apply" disabled={!run.ready || !anew}>{"Begin a new run"}</button>
                </div>
            </form>
        </aside>
    }
}

/// A relay is read as fast as it can be; the simulation at a speed that can be followed.
fn with_rate(config: RunConfig, link: &Link) -> RunConfig {
    let used = link.snapshot();
    if config.source.is_simulated() == used.config.source.is_simulated() {
        return config;
    }
    let rate = if config.source.is_simulated() {
        Rate::PerSecond(100)
    } else {
        Rate::Unlimited
    };
    RunConfig { rate, ..config }
}

/// Changes of the form.
struct Edit {
    form: UseStateHandle<Form>,
}

impl Edit {
    fn on<T: 'static>(&self, change: impl Fn(&mut Form, T) + 'static) -> Callback<T> {
        let form = self.form.clone();
        Callback::from(move |value| {
            let mut changed = Form::clone(&form);
            change(&mut changed, value);
            form.set(changed);
        })
    }
}

fn stream(form: &Form, fault: Option<&FormError>, edit: &Edit, run: &Snapshot) -> Html {
    let sources = [
        (SourceKind::Simulated, "Simulated"),
        (SourceKind::Relay, "Relay"),
    ];
    let ends = [
        (Beginning::Earliest, "Earliest"),
        (Beginning::Latest, "Latest"),
    ];
    let topics = if run.topics.len() > 1 && matches!(run.config.source, SourceConfig::Relay { .. })
    {
        html! { <small>{format!("The relay has {}.", run.topics.join(", "))}</small> }
    } else {
        html! { <small>{"Empty: the relay’s first topic."}</small> }
    };
    let fields = match form.source {
        SourceKind::Simulated => html! {
            {text("seed", "Seed", &form.seed, fault, edit.on(|form, value| form.seed = value))}
        },
        SourceKind::Relay => html! {
            <>
                {text("url", "Address", &form.url, fault, edit.on(|form, value| form.url = value))}
                {text("topic", "Topic", &form.topic, fault, edit.on(|form, value| form.topic = value))}
                <div class="row">{topics}</div>
                {switch("from", "Begin at", &ends, form.from, &edit.on(|form, value| form.from = value))}
            </>
        },
    };
    html! {
        <>
            <h3>{"Stream"}<span>{"a new run"}</span></h3>
            {switch("source", "Source", &sources, form.source, &edit.on(|form, value| form.source = value))}
            {fields}
        </>
    }
}

fn model(form: &Form, fault: Option<&FormError>, edit: &Edit) -> Html {
    let loss = edit.on(|form, value: String| form.loss = value.parse().unwrap_or(form.loss));
    let penalty =
        edit.on(|form, value: String| form.penalty = value.parse().unwrap_or(form.penalty));
    let rate = edit
        .on(|form, value: String| form.learning_rate = value.parse().unwrap_or(form.learning_rate));
    html! {
        <>
            <h3>{"Model"}<span>{"SGDClassifier · a new run"}</span></h3>
            {choice("loss", "loss", Loss::ALL, form.loss, loss)}
            {choice("penalty", "penalty", Penalty::ALL, form.penalty, penalty)}
            {text("alpha", "alpha", &form.alpha, fault, edit.on(|form, value| form.alpha = value))}
            {choice("learning_rate", "learning_rate", LearningRate::ALL, form.learning_rate, rate)}
            if form.learning_rate.uses_eta0() || !form.eta0.is_empty() {
                {text("eta0", "eta0", &form.eta0, fault, edit.on(|form, value| form.eta0 = value))}
            }
            {text("average", "average", &form.average, fault, edit.on(|form, value| form.average = value))}
            {text("random_state", "random_state", &form.random_state, fault, edit.on(|form, value| form.random_state = value))}
            <h3>{"Evaluation"}<span>{"a new run"}</span></h3>
            {text("window_records", "Window", &form.window, fault, edit.on(|form, value| form.window = value))}
            <div class="row"><small>{"Records that the big number looks back on."}</small></div>
        </>
    }
}
