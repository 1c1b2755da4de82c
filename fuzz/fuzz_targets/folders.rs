//! Every reader of a folder, through the same door as an import: files apart by a unit separator
//! (0x1F), each a line with its path and then its bytes.
#![no_main]

use std::fs;
use std::path::Path;

use lcms_import::{Folder, Limits, reader_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(root) = tempfile::TempDir::new() else { return };
    for file in data.split(|byte| *byte == 0x1F).take(16) {
        let end = file.iter().position(|byte| *byte == b'\n').unwrap_or(file.len());
        let (path, bytes) = file.split_at(end);
        let Ok(path) = std::str::from_utf8(path) else { continue };
        write(root.path(), path, bytes.get(1..).unwrap_or_default());
    }
    let Ok(folder) = Folder::open(root.path(), Limits::default()) else { return };
    let Ok(reader) = reader_of(&folder) else { return };
    if let Ok(mut reading) = reader.read(&folder) {
        drop(reader.split(&folder, &mut reading));
    }
});

/// Writes a file if its path stays inside and can be a file's.
fn write(root: &Path, path: &str, bytes: &[u8]) {
    let parts: Vec<_> = path.split('/').collect();
    let plain = |part: &&str| !matches!(*part, "" | "." | "..") && !part.contains('\0');
    if parts.len() > 8 || !parts.iter().all(plain) {
        return;
    }
    let place = root.join(path);
    if let Some(folder) = place.parent()
        && fs::create_dir_all(folder).is_ok()
    {
        drop(fs::write(place, bytes)); // a name too long, or that of a folder, is left out
    }
}
