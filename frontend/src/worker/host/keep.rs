//! Keeps the run while it learns, and opens one that was kept. What is written is a copy: learning
//! goes on meanwhile.

use wasm_bindgen_futures::spawn_local;

use super::{Host, with};
use crate::platform::{self, Asked, Lock, StorageError, date_millis, lock, now_millis, random_u32};
use crate::port::{KeptRun, Rate, ToPage};
use crate::worker::run::Run;
use crate::worker::shelf;

/// Shortest time between two writes while the run goes on by itself.
const INTERVAL_MILLIS: f64 = 1000.0;

/// So long is waited for each byte of the last write: a megabyte a second at most.
const MILLIS_A_BYTE: f64 = 0.001;

/// And so many times as long as the copy has held up learning.
const TIMES_THE_COPY: f64 = 20.0;

/// Time until another attempt after a write that failed.
const AFTER_A_FAILURE_MILLIS: f64 = 30_000.0;

/// A tab that was closed just now may hold its run for a moment longer.
const LOOKS: u32 = 4;
const BETWEEN_LOOKS_MILLIS: u32 = 500;

/// How the run of this tab is kept.
#[derive(Default)]
pub(super) struct Keeping {
    /// The run's own name, once it has one.
    id: Option<String>,
    /// Tells other tabs that the run is open here.
    lock: Option<Lock>,
    /// A write is under way.
    under_way: bool,
    /// Something was learned since the last write began.
    due: bool,
    /// Not before then.
    next_millis: f64,
    /// It was told that it does not work.
    told: bool,
    /// The run that is being opened in place of this one.
    opening: Option<u32>,
}

impl Host {
    /// Something changed that is to be kept.
    pub(super) fn changed(&mut self) {
        self.keeping.due = true;
    }

    /// Keeps the run at the next chance, without waiting.
    pub(super) fn keep_now(&mut self) {
        self.keeping.next_millis = 0.0;
        self.keep_if_due();
    }

    /// Begins a write if one is due and none is under way.
    pub(super) fn keep_if_due(&mut self) {
        let began = now_millis();
        let keeping = &self.keeping;
        if !keeping.due || keeping.under_way || began < keeping.next_millis {
            return;
        }
        let rate = self.rate;
        let Some(run) = self.named_run().filter(|run| run.has_learned()) else {
            return;
        };
        let body = match run.kept(rate) {
            Ok(body) => body,
            Err(reason) => return self.not_kept(&StorageError::Other(reason)),
        };
        let known = self.keeping.id.clone();
        let is_new = known.is_none();
        let id = known.unwrap_or_else(new_id);
        let Some(run) = &self.run else { return };
        let head = run.kept_head(id.clone(), date_millis());
        self.keeping.id = Some(id);
        self.keeping.due = false;
        self.keeping.under_way = true;
        let copy_millis = now_millis() - began;
        #[expect(clippy::cast_precision_loss, reason = "bytes that fit into memory")]
        let bytes_millis = MILLIS_A_BYTE * body.len() as f64;
        let wait = INTERVAL_MILLIS
            .max(bytes_millis)
            .max(TIMES_THE_COPY * copy_millis);
        self.keeping.next_millis = began + wait;
        self.write(head, body, is_new);
    }

    fn write(&self, head: KeptRun, body: Vec<u8>, is_new: bool) {
        let run = self.run_id;
        spawn_local(async move {
            let asked = if is_new {
                lock(&shelf::lock_name(&head.id)).await
            } else {
                Asked::Unknown
            };
            let written = shelf::put(&head, &body, is_new).await;
            with(|host| {
                if host.run_id == run {
                    host.written(asked, &written);
                }
            });
        });
    }

    fn written(&mut self, asked: Asked, written: &Result<(), StorageError>) {
        self.keeping.under_way = false;
        if let Asked::Held(lock) = asked {
            self.keeping.lock = Some(lock);
        }
        if let Err(error) = written {
            self.keeping.due = true;
            self.keeping.next_millis = now_millis() + AFTER_A_FAILURE_MILLIS;
            return self.not_kept(error);
        }
        self.keep_if_due();
    }

    /// Told once: the run goes on, and another attempt follows.
    fn not_kept(&mut self, error: &StorageError) {
        if std::mem::replace(&mut self.keeping.told, true) {
            return;
        }
        let remedy = match error {
            StorageError::Full => "make room by clearing the data of other sites",
            StorageError::None => "allow this site to store data, or leave private browsing",
            StorageError::Other(_) => "load the page again",
        };
        Self::refuse(format!(
            "The run goes on, but it is not kept for a tab that is opened later: {error}. To keep it, {remedy}; what matters can be saved as files."
        ));
    }

    /// Looks for a run that can be gone on with.
    pub(super) fn look_for_kept() {
        look(LOOKS);
    }

    pub(super) fn forget(id: String) {
        spawn_local(async move {
            if let Err(error) = shelf::forget(&id).await {
                Self::refuse(format!("The run could not be forgotten: {error}."));
            }
        });
    }

    /// Opens a run that was kept, unless another is begun meanwhile.
    pub(super) fn go_on(&mut self, number: u32, id: String) {
        self.keeping.opening = Some(number);
        spawn_local(async move {
            let asked = lock(&shelf::lock_name(&id)).await;
            if matches!(asked, Asked::Taken) {
                let words = "That run is open in another tab: go on there, or close it first.";
                return Self::refuse(words.to_owned());
            }
            let body = shelf::body(&id).await;
            with(|host| {
                if host.keeping.opening.take() == Some(number) {
                    let opened = body
                        .map_err(|error| error.to_string())
                        .and_then(|body| body.ok_or("it is not there any more".to_owned()))
                        .and_then(|body| Run::opened(&body));
                    match opened {
                        Ok((run, rate)) => host.opened(number, id, asked, run, rate),
                        Err(reason) => {
                            Self::refuse(format!("The run cannot be gone on with: {reason}."));
                        }
                    }
                }
            });
        });
    }

    fn opened(&mut self, number: u32, id: String, asked: Asked, run: Run, rate: Rate) {
        let mut keeping = Keeping::default();
        // Without locks nobody knows whether another tab goes on with the same run: then what is
        // kept from now on is a run of its own.
        if let Asked::Held(lock) = asked {
            keeping.id = Some(id);
            keeping.lock = Some(lock);
        }
        self.put_in_place(number, run, rate, keeping);
    }
}

/// Looks a few times: whoever opens a page that finds nothing has lost nothing by waiting.
fn look(times: u32) {
    spawn_local(async move {
        // That nothing can be kept is told when something is to be.
        match shelf::newest().await {
            Ok(Some(run)) => platform::post(&ToPage::Kept(run)),
            Ok(None) if times > 1 => {
                gloo::timers::callback::Timeout::new(BETWEEN_LOOKS_MILLIS, move || look(times - 1))
                    .forget();
            }
            Ok(None) | Err(_) => {}
        }
    });
}

/// A name that no other run has.
fn new_id() -> String {
    format!(
        "{:x}-{:08x}{:08x}",
        date_millis().to_bits(),
        random_u32(),
        random_u32()
    )
}
