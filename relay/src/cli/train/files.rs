//! Files of which no reader sees half, and files that may be missing.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use anyhow::Context as _;

/// A file is written here first and then renamed, so that no reader sees half of one.
pub(super) const UNFINISHED: &str = ".unfinished";

/// A file that no reader sees half of.
pub(super) fn write_whole(folder: &Path, name: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let (unfinished, path) = (folder.join(UNFINISHED), folder.join(name));
    fs::write(&unfinished, bytes)
        .and_then(|()| fs::rename(&unfinished, &path))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// A file that is on the disk, whole, when this returns: not even a power failure leaves half of it.
/// `unfinished` is its name until then.
pub(super) fn write_durably(
    folder: &Path,
    unfinished: &str,
    name: &str,
    bytes: &[u8],
) -> anyhow::Result<()> {
    let (unfinished, path) = (folder.join(unfinished), folder.join(name));
    let written = File::create(&unfinished).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)?;
        // The name is the folder's, which is a file of its own.
        File::open(folder)?.sync_all()
    });
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// The names in a folder; none where it is not there.
pub(super) fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let cannot = || format!("cannot read {}", folder.display());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_missing(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(cannot),
    };
    entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<_>>()
        .with_context(cannot)
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(error) if !is_missing(&error) => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
