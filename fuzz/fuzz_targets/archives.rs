//! Archives, and Word documents in them.
#![no_main]

use std::io::Cursor;

use lcms_formats::docx;
use lcms_formats::zip::{Archive, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits { entry_bytes: 1 << 20, total_bytes: 4 << 20, ..Limits::default() };
    if let Ok(mut archive) = Archive::open(Cursor::new(data), &limits) {
        for file in archive.files().to_vec() {
            if let Ok(bytes) = archive.bytes(&file) {
                assert_eq!(bytes.len() as u64, file.size);
            }
        }
    }
    drop(docx::read(data, &docx::Limits { zip: limits, ..docx::Limits::default() }));
});
