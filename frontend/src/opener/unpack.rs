//! Archives that a person opens, such as everything of a run: their files stand for them.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::read::ZipFile;

use crate::port::{MOST_OPENED_BYTES, MOST_OPENED_FILES, OpenedFile};

/// Where every archive that is not empty begins.
pub(super) const ZIP: &[u8] = b"PK\x03\x04";

/// The files, with those of archives in the place of these. An error says which archive cannot be
/// read, or that they are too large.
pub(super) fn unpacked(files: Vec<OpenedFile>) -> Result<Vec<OpenedFile>, String> {
    let mut unpacked = Vec::new();
    // Of all files together, whatever archives say of their sizes.
    let mut room = MOST_OPENED_BYTES;
    for file in files {
        if file.bytes.starts_with(ZIP) {
            let refused = |why: String| format!("{} cannot be opened: {why}.", file.name);
            unpack(&file.bytes, &mut unpacked, &mut room).map_err(refused)?;
        } else {
            room = room.checked_sub(file.bytes.len()).ok_or_else(too_large)?;
            unpacked.push(file);
        }
    }
    Ok(unpacked)
}

fn too_large() -> String {
    let most = MOST_OPENED_BYTES / 1_000_000;
    format!(
        "Files of more than {most} MB together are not opened in a page: gradually train --model and gradually replay take them."
    )
}

fn unpack(archive: &[u8], files: &mut Vec<OpenedFile>, room: &mut usize) -> Result<(), String> {
    let archive = ZipArchive::new(Cursor::new(archive));
    let mut archive = archive.map_err(|error| format!("it is no whole archive ({error})"))?;
    if files.len() + archive.len() > MOST_OPENED_FILES {
        return Err(format!("that is more than {MOST_OPENED_FILES} files"));
    }
    for place in 0..archive.len() {
        let entry = archive.by_index(place).map_err(|error| error.to_string())?;
        if entry.is_file() {
            files.push(read(entry, room)?);
        }
    }
    Ok(())
}

fn read(mut entry: ZipFile<'_, Cursor<&[u8]>>, room: &mut usize) -> Result<OpenedFile, String> {
    let path = entry
        .name()
        .map_err(|error| error.to_string())?
        .into_owned();
    let name = path
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .to_owned();
    let mut bytes = Vec::new();
    let read = entry
        .by_ref()
        .take(*room as u64 + 1)
        .read_to_end(&mut bytes);
    read.map_err(|error| format!("its file {path} is damaged ({error})"))?;
    *room = room.checked_sub(bytes.len()).ok_or_else(|| {
        let most = MOST_OPENED_BYTES / 1_000_000;
        format!("its files have more than {most} MB together, which a page does not open")
    })?;
    Ok(OpenedFile { name, bytes })
}
