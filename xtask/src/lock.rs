//! One at a time: two runs must not install the same tool or build the same page at once.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use anyhow::Context as _;

use crate::{console, interrupt};

/// Waits until this process alone holds the lock; it ends with the value, or with the process.
pub fn exclusive(path: &Path, what: &str) -> anyhow::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        interrupt::check()?;
        if !told {
            console::remark(&format!("waiting for another run that {what}"));
            told = true;
        }
        sleep(Duration::from_millis(100));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_waits_for_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("made/lock");
        let first = exclusive(&path, "tests").unwrap();
        let other = path.clone();
        let second = std::thread::spawn(move || exclusive(&other, "tests").map(drop));
        sleep(Duration::from_millis(300));
        assert!(!second.is_finished());
        drop(first);
        second.join().unwrap().unwrap();
    }
}
