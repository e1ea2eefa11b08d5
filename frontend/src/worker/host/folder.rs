//! Saves every batch into a folder that a person chose, under the names of `gradually train`. What
//! is written is a copy; learning waits only when the folder is far behind.

use std::collections::VecDeque;

use wasm_bindgen_futures::spawn_local;

use super::{Host, with};
use crate::platform::{Directory, DirectoryError};
use crate::port::{FolderTold, SavedFile};

/// Batches that wait for the folder at most; then learning waits.
const MOST_WAITING: usize = 16;

/// What a folder of a run holds: one of them, and nothing is written there.
const OF_A_RUN: [&str; 4] = ["models", "encoders", "metrics", "run.ndjson"];

/// The files of a batch, each with its folder.
type BatchFiles = Vec<(&'static str, SavedFile)>;

/// The folder that is written into.
pub(super) struct Folder {
    directory: Directory,
    /// Tells the folder apart from one that was chosen before.
    number: u32,
    waiting: VecDeque<BatchFiles>,
    under_way: bool,
    batches: u64,
}

impl Folder {
    /// What the page is told.
    pub(super) fn told(&self) -> FolderTold {
        FolderTold {
            name: self.directory.name(),
            batches: self.batches,
        }
    }

    /// Whether learning has to wait for it.
    pub(super) fn is_behind(&self) -> bool {
        self.waiting.len() >= MOST_WAITING
    }
}

impl Host {
    /// Saves the batches from now on into this folder, unless it holds a run.
    pub(super) fn save_into(&mut self, directory: Directory) {
        self.folders = self.folders.wrapping_add(1);
        let number = self.folders;
        spawn_local(async move {
            let taken = holds_a_run(&directory).await;
            with(|host| {
                if host.folders == number {
                    host.folder_looked_at(directory, &taken);
                }
            });
        });
    }

    fn folder_looked_at(&mut self, directory: Directory, taken: &Result<bool, DirectoryError>) {
        let name = directory.name();
        match taken {
            Ok(false) => {
                self.folder = Some(Folder {
                    directory,
                    number: self.folders,
                    waiting: VecDeque::new(),
                    under_way: false,
                    batches: 0,
                });
                self.touch();
                self.flush();
            }
            Ok(true) => Self::refuse(format!(
                "The folder {name} holds a run already, which is not written over: choose an empty one."
            )),
            Err(error) => Self::refuse(not_saved(&name, error)),
        }
    }

    /// No more batches are saved into it; what waits is dropped.
    pub(super) fn stop_saving(&mut self) {
        self.folders = self.folders.wrapping_add(1);
        self.folder = None;
        self.touch();
        self.flush();
        self.pump_soon();
    }

    /// A batch was learned from.
    pub(super) fn save_batch(&mut self) {
        if let (Some(folder), Some(run)) = (&mut self.folder, &mut self.run) {
            folder.waiting.push_back(run.batch_files());
            self.write_next();
        }
    }

    fn write_next(&mut self) {
        let Some(folder) = self.folder.as_mut().filter(|folder| !folder.under_way) else {
            return;
        };
        let Some(files) = folder.waiting.pop_front() else {
            return;
        };
        folder.under_way = true;
        let (directory, number) = (folder.directory.clone(), folder.number);
        spawn_local(async move {
            let written = write(&directory, files).await;
            with(|host| {
                if host.folder.as_ref().is_some_and(|now| now.number == number) {
                    host.batch_written(&written);
                }
            });
        });
    }

    fn batch_written(&mut self, written: &Result<(), DirectoryError>) {
        let Some(folder) = &mut self.folder else {
            return;
        };
        folder.under_way = false;
        if let Err(error) = written {
            Self::refuse(not_saved(&folder.directory.name(), error));
            return self.stop_saving();
        }
        folder.batches += 1;
        self.write_next();
        self.touch();
        self.flush();
        self.pump_soon();
    }
}

fn not_saved(name: &str, error: &DirectoryError) -> String {
    format!(
        "Batches are not saved into the folder {name} any more: {error}. The run goes on; choose the folder again or another one in the Save menu."
    )
}

async fn holds_a_run(directory: &Directory) -> Result<bool, DirectoryError> {
    for name in OF_A_RUN {
        if directory.has(name).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn write(directory: &Directory, files: BatchFiles) -> Result<(), DirectoryError> {
    for (folder, file) in files {
        directory.write(folder, &file.name, &file.bytes).await?;
    }
    Ok(())
}
