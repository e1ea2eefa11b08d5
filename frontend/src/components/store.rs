//! The page's one state and the worker behind it. Messages change the state at once; drawing waits
//! for the next frame, and only what was drawn is acknowledged to the worker.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::opening::Opening;
use crate::chart::PICTURE_SIZE;
use crate::platform::{self, Directory, DirectoryError, Frame, WorkerPort, now_millis};
use crate::port::{DrawFor, RunConfig, SavedFile, ToPage, ToWorker};
use crate::state::{self, Action, Intent, RunState, plan, write_query};

/// The state as it was when the page was drawn last. Two are equal when they are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot(Rc<RunState>);

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for Snapshot {
    type Target = RunState;

    fn deref(&self) -> &RunState {
        &self.0
    }
}

/// What every part gets: the run, and the way to ask for something.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct RunProps {
    pub(crate) run: Snapshot,
    pub(crate) link: Link,
}

/// The way from a part of the page to the worker.
#[derive(Clone)]
pub(crate) struct Link(Rc<Store>);

impl PartialEq for Link {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

type Worker = WorkerPort<ToWorker, ToPage>;

struct Store {
    state: RefCell<Rc<RunState>>,
    worker: RefCell<Option<Worker>>,
    opening: RefCell<Opening>,
    redraw: Callback<()>,
    /// The frame that will draw what changed.
    frame: RefCell<Option<Frame>>,
    /// The frame after it, by which it was drawn.
    drawing: RefCell<Option<Frame>>,
    /// The rest before the next report.
    rest: RefCell<Option<Timeout>>,
    /// A report is to be acknowledged once it was drawn.
    owes: Cell<bool>,
    /// Start as soon as the worker listens and the source is known.
    autostart: Cell<bool>,
    /// It is still being asked whether a relay served this page.
    asking: Cell<bool>,
}

impl Link {
    /// A page that opens like this; `redraw` draws it anew.
    pub(crate) fn new(opening: &state::Opening, redraw: Callback<()>) -> Self {
        let state = RunState::new(opening.config.clone(), opening.refused.clone());
        Self(Rc::new(Store {
            state: RefCell::new(Rc::new(state)),
            worker: RefCell::default(),
            opening: RefCell::default(),
            redraw,
            frame: RefCell::default(),
            drawing: RefCell::default(),
            rest: RefCell::default(),
            owes: Cell::new(false),
            autostart: Cell::new(opening.autostart),
            asking: Cell::new(!opening.source_given),
        }))
    }

    /// The state by now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot(Rc::clone(&self.0.state.borrow()))
    }

    /// Changes the state and draws it in the next frame.
    pub(crate) fn dispatch(&self, action: Action) {
        Rc::make_mut(&mut *self.0.state.borrow_mut()).apply(action);
        self.draw_soon();
    }

    /// Does what a person asked for.
    pub(crate) fn act(&self, intent: Intent) {
        let (messages, actions) = plan(&self.snapshot(), intent);
        for message in &messages {
            self.send(message);
        }
        for action in actions {
            self.dispatch(action);
        }
    }

    /// A callback that asks for the same thing each time.
    pub(crate) fn on<E: 'static>(&self, intent: Intent) -> Callback<E> {
        let link = self.clone();
        Callback::from(move |_| link.act(intent.clone()))
    }

    /// Starts a worker, in place of the one before.
    pub(crate) fn start_worker(&self) {
        let link = self.clone();
        self.0.owes.set(false);
        match WorkerPort::start(move |message| link.hear(message)) {
            Ok(worker) => *self.0.worker.borrow_mut() = Some(worker),
            Err(reason) => self.dispatch(Action::Crashed(reason)),
        }
    }

    /// Begins again after a crash.
    pub(crate) fn restart(&self) {
        self.dispatch(Action::Restarted);
        self.start_worker();
    }

    /// It is known whether a relay served this page: with one, the run reads from it, unless
    /// something was asked of the run meanwhile.
    pub(crate) fn asked(&self, config: Option<RunConfig>) {
        self.0.asking.set(false);
        let state = self.snapshot();
        if let Some(config) = config.filter(|_| !state.begun) {
            if state.ready {
                self.act(Intent::Apply(Box::new(config)));
            } else {
                self.dispatch(Action::Begin(state.run, Box::new(config)));
            }
        }
        self.start_by_itself();
    }

    fn start_by_itself(&self) {
        if self.snapshot().ready && !self.0.asking.get() && self.0.autostart.take() {
            self.act(Intent::Toggle);
        }
    }

    fn hear(&self, message: ToPage) {
        match message {
            ToPage::Ready => self.greet(),
            ToPage::Kept(run) => self.dispatch(Action::Kept(run)),
            ToPage::GoneOn(gone_on) => {
                platform::show_parameters(&write_query(&gone_on.config));
                self.dispatch(Action::GoneOn(gone_on));
            }
            ToPage::Source(run, state) => self.dispatch(Action::Source(run, state, now_millis())),
            ToPage::Topics(run, topics, topic) => self.dispatch(Action::Topics(run, topics, topic)),
            ToPage::Progress(progress) => {
                self.0.owes.set(true);
                self.dispatch(Action::Progress(progress));
            }
            ToPage::File(file) => platform::download(&file),
            ToPage::Draw(purpose, svg) => self.draw_png(purpose, svg),
            ToPage::Refused(reason) => self.dispatch(Action::Notice(reason)),
            ToPage::Failed(reason) => {
                self.0.worker.take();
                self.dispatch(Action::Crashed(reason));
            }
        }
    }

    /// The worker listens: it is told what to run.
    fn greet(&self) {
        self.dispatch(Action::Ready);
        let config = RunConfig::clone(&self.snapshot().config);
        let run = self.snapshot().run.wrapping_add(1);
        self.send(&ToWorker::Configure(run, Box::new(config.clone())));
        self.dispatch(Action::Begin(run, Box::new(config)));
        if self.snapshot().raw.keeping {
            self.send(&ToWorker::KeepRaw(true));
        }
        self.start_by_itself();
    }

    /// Draws a chart as PNG: for a download, or for the worker's archive.
    fn draw_png(&self, purpose: DrawFor, svg: SavedFile) {
        let link = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let drawn = platform::png(&svg.bytes, PICTURE_SIZE).await;
            if let Err(reason) = &drawn {
                let words = format!(
                    "The chart could not be drawn as PNG ({reason}): it can be saved as SVG."
                );
                link.dispatch(Action::Notice(words));
            }
            match (purpose, drawn) {
                (DrawFor::Archive(archive), drawn) => link.send(&ToWorker::Drawn(archive, drawn)),
                (DrawFor::Download, Ok(bytes)) => platform::download(&SavedFile {
                    name: "chart.png".to_owned(),
                    mime: "image/png".to_owned(),
                    bytes,
                }),
                (DrawFor::Download, Err(_)) => {}
            }
        });
    }

    /// What opens files.
    pub(super) fn opening(&self) -> &RefCell<Opening> {
        &self.0.opening
    }

    pub(super) fn send(&self, message: &ToWorker) {
        self.to_worker(|worker| worker.send(message));
    }

    fn to_worker(&self, send: impl FnOnce(&Worker) -> Result<(), String>) {
        let sent = self.0.worker.borrow().as_ref().map(send);
        if let Some(Err(reason)) = sent {
            self.dispatch(Action::Crashed(reason));
        }
    }

    /// Lets a person choose a folder, and saves every batch into it from then on.
    pub(crate) fn save_into_folder(&self) {
        let link = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            match Directory::choose().await {
                Ok(directory) => link.to_worker(|worker| worker.send_directory(&directory)),
                Err(DirectoryError::Cancelled) => {}
                Err(error) => {
                    let words = format!("No folder can be written into: {error}.");
                    link.dispatch(Action::Notice(words));
                }
            }
        });
    }

    fn draw_soon(&self) {
        if self.0.frame.borrow().is_some() {
            return;
        }
        let link = self.clone();
        *self.0.frame.borrow_mut() = Some(platform::next_frame(move || link.draw()));
    }

    fn draw(&self) {
        self.0.frame.take();
        let began = now_millis();
        self.0.redraw.emit(());
        if self.0.owes.take() {
            let link = self.clone();
            let drawn = platform::next_frame(move || link.acknowledge_after(now_millis() - began));
            *self.0.drawing.borrow_mut() = Some(drawn);
        }
    }

    /// The next report is asked for after twice the time that the last one took to draw: a slow page
    /// gets fewer reports, and is free for its person most of the time.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within 0 and 250"
    )]
    fn acknowledge_after(&self, millis: f64) {
        self.0.drawing.take();
        let link = self.clone();
        let rest = Timeout::new((2.0 * millis).clamp(0.0, 250.0) as u32, move || {
            link.send(&ToWorker::Acknowledge);
        });
        *self.0.rest.borrow_mut() = Some(rest);
    }
}
