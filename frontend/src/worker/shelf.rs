//! The runs that are kept in this browser: a head and a body each, written together or not at all.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

use super::run::KEPT_VERSION;
use crate::platform::{Change, Database, StorageError, held_locks};
use crate::port::KeptRun;

const DATABASE: &str = "gradually";
const HEADS: &str = "heads";
const BODIES: &str = "bodies";
const TABLES: &[&str] = &[HEADS, BODIES];

/// Runs that are kept; when there are more, the oldest of those that no tab has open are let go of.
const MOST_RUNS: usize = 5;

/// The name of the lock that a tab holds on a run.
pub(super) fn lock_name(id: &str) -> String {
    format!("gradually-run-{id}")
}

/// Keeps a run as it is now, in place of what was kept of it. A new run may push out old ones.
pub(super) async fn put(head: &KeptRun, body: &[u8], is_new: bool) -> Result<(), StorageError> {
    let database = Database::open(DATABASE, TABLES).await?;
    let text = serde_json::to_string(head).map_err(|e| StorageError::Other(e.to_string()))?;
    let mut changes = vec![
        Change::Put(HEADS, &head.id, text.into()),
        Change::Put(BODIES, &head.id, Uint8Array::from(body).into()),
    ];
    let mut runs = Vec::new();
    let mut held = Vec::new();
    if is_new {
        runs = heads(&database).await?;
        held = held_locks().await.unwrap_or_default();
    }
    for id in pushed_out(&runs, &head.id, &held) {
        changes.extend([Change::Delete(HEADS, id), Change::Delete(BODIES, id)]);
    }
    database.write(TABLES, &changes).await
}

/// What was kept of a run.
pub(super) async fn body(id: &str) -> Result<Option<Vec<u8>>, StorageError> {
    let database = Database::open(DATABASE, TABLES).await?;
    let value = database.get(BODIES, id).await?;
    Ok(value.map(|value| Uint8Array::new(&value).to_vec()))
}

/// Keeps a run no longer.
pub(super) async fn forget(id: &str) -> Result<(), StorageError> {
    let database = Database::open(DATABASE, TABLES).await?;
    let changes = TABLES.iter().map(|table| Change::Delete(table, id));
    database.write(TABLES, &changes.collect::<Vec<_>>()).await
}

/// The newest run that no other tab has open.
pub(super) async fn newest() -> Result<Option<KeptRun>, StorageError> {
    let database = Database::open(DATABASE, TABLES).await?;
    let held = held_locks().await.unwrap_or_default();
    Ok(newest_of(heads(&database).await?, &held))
}

async fn heads(database: &Database) -> Result<Vec<KeptRun>, StorageError> {
    let values = database.all(HEADS).await?;
    let texts = values.iter().filter_map(JsValue::as_string);
    Ok(texts
        .filter_map(|text| serde_json::from_str(&text).ok())
        .collect())
}

/// The runs that have to go so that there is room for this one.
fn pushed_out<'a>(runs: &'a [KeptRun], new: &str, held: &[String]) -> Vec<&'a str> {
    let too_many = (runs.len() + 1).saturating_sub(MOST_RUNS);
    let mut free: Vec<&KeptRun> = runs
        .iter()
        .filter(|run| run.id != new && !held.contains(&lock_name(&run.id)))
        .collect();
    free.sort_by(|a, b| a.written_millis.total_cmp(&b.written_millis));
    let oldest = free.into_iter().take(too_many);
    oldest.map(|run| run.id.as_str()).collect()
}

/// A run that another version wrote stays where it is: that version may come back.
fn newest_of(runs: Vec<KeptRun>, held: &[String]) -> Option<KeptRun> {
    runs.into_iter()
        .filter(|run| run.version == KEPT_VERSION && !held.contains(&lock_name(&run.id)))
        .max_by(|a, b| a.written_millis.total_cmp(&b.written_millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str, written_millis: f64) -> KeptRun {
        KeptRun {
            id: id.to_owned(),
            version: KEPT_VERSION,
            written_millis,
            batches: 3,
            records: 300,
            words: String::new(),
        }
    }

    fn runs() -> Vec<KeptRun> {
        ["c", "a", "e", "b", "d"]
            .into_iter()
            .map(|id| run(id, f64::from(u32::from(id.as_bytes()[0]))))
            .collect()
    }

    #[test]
    fn a_sixth_run_pushes_out_the_oldest_that_no_tab_has_open() {
        assert_eq!(pushed_out(&runs(), "f", &[]), ["a"]);
        assert_eq!(pushed_out(&runs(), "f", &[lock_name("a")]), ["b"]);
        let all: Vec<String> = runs().iter().map(|run| lock_name(&run.id)).collect();
        assert!(pushed_out(&runs(), "f", &all).is_empty());
        assert!(pushed_out(&runs()[..4], "f", &[]).is_empty());
    }

    #[test]
    fn the_newest_run_that_can_be_opened_here_is_offered() {
        let mut runs = runs();
        let newest =
            |runs: &[KeptRun], held: &[String]| newest_of(runs.to_vec(), held).map(|run| run.id);
        assert_eq!(newest(&runs, &[]).as_deref(), Some("e"));
        assert_eq!(newest(&runs, &[lock_name("e")]).as_deref(), Some("d"));
        runs[2].version += 1;
        assert_eq!(newest(&runs, &[]).as_deref(), Some("d"));
        assert_eq!(newest(&[], &[]), None);
    }
}
