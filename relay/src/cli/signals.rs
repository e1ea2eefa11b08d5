//! SIGINT and SIGTERM: the first asks the command to end in good order, the second ends it.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::Outcome;

/// Whether the command is asked to stop.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    asked: watch::Receiver<bool>,
}

impl Stop {
    /// Whether a signal has come.
    pub(super) fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits for the signal.
    pub(super) async fn asked(&mut self) {
        if self.asked.wait_for(|is_asked| *is_asked).await.is_err() {
            // The listener ends with the program only.
            std::future::pending::<()>().await;
        }
    }

    /// The flag itself, for those that outlive a borrow.
    pub(super) fn flag(&self) -> watch::Receiver<bool> {
        self.asked.clone()
    }

    /// How a command ends that a signal has stopped.
    pub(super) fn outcome(goes_on_for_ever: bool) -> Outcome {
        if goes_on_for_ever {
            Outcome::Done
        } else {
            Outcome::CutShort
        }
    }
}

/// Begins to listen.
pub(super) fn listen() -> io::Result<Stop> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (sender, asked) = watch::channel(false);
    tokio::spawn(async move {
        for is_first in [true, false] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if is_first {
                sender.send_replace(true);
            } else {
                eprintln!("ended by a second signal");
                std::process::exit(130);
            }
        }
    });
    Ok(Stop { asked })
}
