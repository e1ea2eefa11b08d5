//! A folder of the person's disk, where the browser lets a page write into one (the File System
//! Access API: Chromium's, on https and localhost).

use js_sys::{Function, Object, Reflect};
use thiserror::Error;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemWritableFileStream,
};

/// The name of the browser's own window for choosing a folder.
const PICKER: &str = "showDirectoryPicker";

/// A folder that can be written into.
#[derive(Clone, Debug)]
pub(crate) struct Directory(FileSystemDirectoryHandle);

/// Why a folder cannot be written into.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum DirectoryError {
    /// The person did not choose one.
    #[error("no folder was chosen")]
    Cancelled,
    /// The browser does not allow it, or not any more.
    #[error("the browser does not allow writing there (any more)")]
    Forbidden,
    /// No room is left.
    #[error("there is no room left")]
    Full,
    /// It was moved or deleted.
    #[error("it is not there any more")]
    Gone,
    /// Anything else, in the browser's words.
    #[error("{0}")]
    Other(String),
}

/// Whether a folder can be chosen at all.
pub(crate) fn can_choose_directory() -> bool {
    picker().is_some()
}

fn picker() -> Option<Function> {
    let window = gloo::utils::window();
    let found = Reflect::get(&window, &PICKER.into()).ok()?;
    found.dyn_into().ok()
}

impl Directory {
    /// Lets a person choose one; it has to be called for a click.
    pub(crate) async fn choose() -> Result<Self, DirectoryError> {
        let picker = picker().ok_or(DirectoryError::Forbidden)?;
        let options = Object::new();
        Reflect::set(&options, &"mode".into(), &"readwrite".into()).map_err(error)?;
        let chosen = picker
            .call1(&gloo::utils::window(), &options)
            .map_err(error)?;
        let chosen = JsFuture::from(js_sys::Promise::resolve(&chosen)).await;
        Ok(Self(chosen.map_err(error)?.unchecked_into()))
    }

    /// The folder that a message of the page hands over.
    pub(crate) fn of_message(data: &JsValue) -> Option<Self> {
        data.dyn_ref::<FileSystemDirectoryHandle>()
            .map(|handle| Self(handle.clone()))
    }

    /// It as a message.
    pub(crate) fn as_message(&self) -> &JsValue {
        self.0.as_ref()
    }

    pub(crate) fn name(&self) -> String {
        self.0.name()
    }

    /// Whether it holds a file or folder of this name.
    pub(crate) async fn has(&self, name: &str) -> Result<bool, DirectoryError> {
        let folder = JsFuture::from(self.0.get_directory_handle(name)).await;
        match folder.map_err(|why| (kind(&why), why)) {
            Ok(_) => Ok(true),
            // A file of this name.
            Err((kind, _)) if kind == "TypeMismatchError" => Ok(true),
            Err((kind, _)) if kind == "NotFoundError" => Ok(false),
            Err((_, why)) => Err(error(why)),
        }
    }

    /// Writes a new file of a folder in it. Until it is whole it is empty; if it cannot be written it
    /// is not there.
    pub(crate) async fn write(
        &self,
        folder: &str,
        name: &str,
        bytes: &[u8],
    ) -> Result<(), DirectoryError> {
        let options = FileSystemGetDirectoryOptions::new();
        options.set_create(true);
        let folder = self.0.get_directory_handle_with_options(folder, &options);
        let folder: FileSystemDirectoryHandle = done(folder).await?;
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let file = done(folder.get_file_handle_with_options(name, &options)).await?;
        let written = fill(&file, bytes).await;
        if written.is_err() {
            // Where this does not succeed either, an empty file stays, and the error is told anyway.
            let _ = JsFuture::from(folder.remove_entry(name)).await;
        }
        written
    }
}

async fn fill(file: &FileSystemFileHandle, bytes: &[u8]) -> Result<(), DirectoryError> {
    let stream: FileSystemWritableFileStream = done(file.create_writable()).await?;
    let array = js_sys::Uint8Array::from(bytes);
    let write = stream.write_with_js_u8_array(&array).map_err(error)?;
    JsFuture::from(write).await.map_err(error)?;
    // What was written goes in the file's place now.
    JsFuture::from(stream.close()).await.map_err(error)?;
    Ok(())
}

async fn done<T: JsCast>(promise: js_sys::Promise) -> Result<T, DirectoryError> {
    let value = JsFuture::from(promise).await.map_err(error)?;
    Ok(value.unchecked_into())
}

fn kind(why: &JsValue) -> String {
    why.dyn_ref::<DomException>()
        .map(DomException::name)
        .unwrap_or_default()
}

#[expect(clippy::needless_pass_by_value, reason = "it is called by map_err")]
fn error(why: JsValue) -> DirectoryError {
    match kind(&why).as_str() {
        "AbortError" => DirectoryError::Cancelled,
        "NotAllowedError" | "SecurityError" => DirectoryError::Forbidden,
        "QuotaExceededError" => DirectoryError::Full,
        "NotFoundError" => DirectoryError::Gone,
        _ => {
            let text = why.dyn_ref::<DomException>().map(DomException::message);
            DirectoryError::Other(text.unwrap_or_else(|| format!("{why:?}")))
        }
    }
}
