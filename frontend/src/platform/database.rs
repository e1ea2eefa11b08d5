//! A thin layer over `IndexedDB`, the one store of a browser that a worker can write to on plain
//! http, too: named tables of values by a text's key, and writes that happen as a whole or not.

use js_sys::{Array, Promise};
use thiserror::Error;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbRequest, IdbTransactionMode,
    WorkerGlobalScope,
};

/// Why something could not be kept or read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum StorageError {
    /// There is none, or it is switched off.
    #[error("this browser lets the page store nothing")]
    None,
    /// No room is left.
    #[error("the browser’s storage is full")]
    Full,
    /// Anything else, in the browser's words.
    #[error("{0}")]
    Other(String),
}

/// One change of a write.
pub(crate) enum Change<'a> {
    /// A value in a table, in place of the one before.
    Put(&'static str, &'a str, JsValue),
    /// No value any more.
    Delete(&'static str, &'a str),
}

/// An open database.
pub(crate) struct Database(IdbDatabase);

impl Drop for Database {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Database {
    /// Opens the database of this name, with these tables.
    pub(crate) async fn open(
        name: &str,
        tables: &'static [&'static str],
    ) -> Result<Self, StorageError> {
        let request = factory()?
            .open_with_u32(name, 1)
            .map_err(|error| reason(&error))?;
        let fresh = request.clone();
        let upgrade = Closure::<dyn FnMut()>::new(move || create(&fresh, tables));
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let opened = answer(&request).await;
        request.set_onupgradeneeded(None);
        let opened = opened?.dyn_into().map_err(|value| reason(&value))?;
        Ok(Self(opened))
    }

    /// The value of a key, if it has one.
    pub(crate) async fn get(
        &self,
        table: &'static str,
        key: &str,
    ) -> Result<Option<JsValue>, StorageError> {
        let store = self.store(table)?;
        let request = store
            .get(&JsValue::from_str(key))
            .map_err(|error| reason(&error))?;
        Ok(Some(answer(&request).await?).filter(|value| !value.is_undefined()))
    }

    /// All values of a table.
    pub(crate) async fn all(&self, table: &'static str) -> Result<Vec<JsValue>, StorageError> {
        let request = self
            .store(table)?
            .get_all()
            .map_err(|error| reason(&error))?;
        Ok(Array::from(&answer(&request).await?).to_vec())
    }

    /// Does all changes, or none of them.
    pub(crate) async fn write(
        &self,
        tables: &'static [&'static str],
        changes: &[Change<'_>],
    ) -> Result<(), StorageError> {
        let names: Array = tables
            .iter()
            .map(|table| JsValue::from_str(table))
            .collect();
        let transaction = self
            .0
            .transaction_with_str_sequence_and_mode(&names, IdbTransactionMode::Readwrite)
            .map_err(|error| reason(&error))?;
        for change in changes {
            let (table, key) = match change {
                Change::Put(table, key, _) | Change::Delete(table, key) => (table, key),
            };
            let store = transaction
                .object_store(table)
                .map_err(|error| reason(&error))?;
            let key = JsValue::from_str(key);
            let asked = match change {
                Change::Put(_, _, value) => store.put_with_key(value, &key),
                Change::Delete(..) => store.delete(&key),
            };
            if let Err(error) = asked {
                // Otherwise what was asked for before would be done.
                let _ = transaction.abort();
                return Err(reason(&error));
            }
        }
        let end = Promise::new(&mut |resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        });
        let ended = JsFuture::from(end).await;
        ended.map(drop).map_err(|_| failure(transaction.error()))
    }

    fn store(&self, table: &'static str) -> Result<web_sys::IdbObjectStore, StorageError> {
        let transaction = self.0.transaction_with_str(table);
        transaction
            .and_then(|transaction| transaction.object_store(table))
            .map_err(|error| reason(&error))
    }
}

fn factory() -> Result<IdbFactory, StorageError> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let factory = scope.indexed_db().map_err(|error| reason(&error))?;
    factory.ok_or(StorageError::None)
}

fn create(request: &IdbOpenDbRequest, tables: &[&str]) {
    let database = request.result().ok();
    if let Some(database) = database.and_then(|value| value.dyn_into::<IdbDatabase>().ok()) {
        for table in tables {
            // A table that is missing shows when it is used.
            let _ = database.create_object_store(table);
        }
    }
}

/// What a request comes to.
async fn answer(request: &IdbRequest) -> Result<JsValue, StorageError> {
    let end = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(end).await {
        Ok(_) => request.result().map_err(|error| reason(&error)),
        Err(_) => Err(failure(request.error().ok().flatten())),
    }
}

fn failure(error: Option<DomException>) -> StorageError {
    error.map_or(StorageError::None, |error| reason(&error))
}

fn reason(error: &JsValue) -> StorageError {
    let Some(error) = error.dyn_ref::<DomException>() else {
        return StorageError::Other(format!("{error:?}"));
    };
    match error.name().as_str() {
        "QuotaExceededError" => StorageError::Full,
        "SecurityError" | "InvalidStateError" => StorageError::None,
        _ => StorageError::Other(error.message()),
    }
}
