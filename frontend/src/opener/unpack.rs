//! Archives that a person opens, such as everything of a run: their files stand for them.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::read::ZipFile;

use crate::port::{MOST_OPENED_BYTES, MOST_OPENED_FILES, OpenedFile};

/// Where every archive that is not empty begins.
const ZIP: &[u8] = b"PK\x03\x04";

/// The files, with those of archives in the place of these. An error says which archive cannot be
/// read, or is too large.
pub(super) fn unpacked(files: Vec<OpenedFile>) -> Result<Vec<OpenedFile>, String> {
    let mut unpacked = Vec::new();
    // All files together, whatever an archive says of their sizes.
    let mut room = MOST_OPENED_BYTES;
    for file in files {
        if !file.bytes.starts_with(ZIP) {
            unpacked.push(file);
            continue;
        }
        let name = &file.name;
        let refused = |why: &str| format!("{name} cannot be opened: {why}.");
        let mut archive = ZipArchive::new(Cursor::new(&file.bytes))
            .map_err(|error| refused(&format!("it is no whole archive ({error})")))?;
        if archive.len() > MOST_OPENED_FILES {
            return Err(refused(&format!(
                "it holds more than {MOST_OPENED_FILES} files"
            )));
        }
        for place in 0..archive.len() {
            let entry = archive
                .by_index(place)
                .map_err(|error| refused(&error.to_string()))?;
            if entry.is_file() {
                let read = read(entry, &mut room).map_err(|why| refused(&why))?;
                unpacked.push(read);
            }
        }
    }
    Ok(unpacked)
}

fn read(mut entry: ZipFile<'_, Cursor<&Vec<u8>>>, room: &mut usize) -> Result<OpenedFile, String> {
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
    let most = *room as u64 + 1;
    let read = entry.by_ref().take(most).read_to_end(&mut bytes);
    read.map_err(|error| format!("its file {path} is damaged ({error})"))?;
    *room = room.checked_sub(bytes.len()).ok_or_else(|| {
        let most = MOST_OPENED_BYTES / 1_000_000;
        format!("its files have more than {most} MB together, which a page does not open")
    })?;
    Ok(OpenedFile { name, bytes })
}
