//! Files that a person chose or dropped, read within bounds.

use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, Event, File, FileList, HtmlInputElement};

use crate::port::{MOST_OPENED_BYTES, MOST_OPENED_FILES, OpenedFile};

/// Files that were chosen and not read yet.
pub(crate) struct Chosen(Vec<File>);

impl Chosen {
    /// What a file input has; it is emptied, so that the same file can be chosen again.
    pub(crate) fn of_input(event: &Event) -> Option<Self> {
        let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
        let chosen = Self::of(&input.files()?);
        input.set_value("");
        chosen
    }

    /// What was dropped.
    pub(crate) fn of_drop(event: &DragEvent) -> Option<Self> {
        Self::of(&event.data_transfer()?.files()?)
    }

    fn of(list: &FileList) -> Option<Self> {
        // One more than are read, so that too many are told.
        let files: Vec<File> = (0..list.length())
            .take(MOST_OPENED_FILES + 1)
            .filter_map(|place| list.get(place))
            .collect();
        (!files.is_empty()).then_some(Self(files))
    }

    /// Reads them; an error says which one cannot be read, or that they are too many or too large.
    pub(crate) async fn read(self) -> Result<Vec<OpenedFile>, String> {
        if self.0.len() > MOST_OPENED_FILES {
            return Err(format!(
                "At most {MOST_OPENED_FILES} files are opened together: choose fewer."
            ));
        }
        let bytes: f64 = self.0.iter().map(|file| file.size()).sum();
        #[expect(clippy::cast_precision_loss, reason = "a small constant")]
        let most = MOST_OPENED_BYTES as f64;
        if bytes > most {
            return Err(format!(
                "That is {:.0} MB, and a page opens {:.0} MB at most: gradually train --model and gradually replay take larger files.",
                bytes / 1e6,
                most / 1e6
            ));
        }
        let mut read = Vec::new();
        for file in self.0 {
            let name = file.name();
            let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| {
                format!(
                    "{name} cannot be read: it is a folder, or it was moved or changed meanwhile."
                )
            })?;
            let bytes = Uint8Array::new(&buffer).to_vec();
            read.push(OpenedFile { name, bytes });
        }
        Ok(read)
    }
}
