//! The records of the zip format, as bytes (PKWARE APPNOTE 6.3.10, section 4.3).

use super::layout::Entry;

pub(super) const LOCAL_SIGNATURE: u32 = 0x0403_4b50;
pub(super) const CENTRAL_SIGNATURE: u32 = 0x0201_4b50;
pub(super) const END_SIGNATURE: u32 = 0x0605_4b50;
pub(super) const END64_SIGNATURE: u32 = 0x0606_4b50;
pub(super) const END64_LOCATOR_SIGNATURE: u32 = 0x0706_4b50;

/// Sizes of the records without their variable parts, in bytes.
pub(super) const CENTRAL_LENGTH: usize = 46;
pub(super) const END_LENGTH: usize = 22;
pub(super) const END64_LENGTH: usize = 56;
pub(super) const END64_LOCATOR_LENGTH: usize = 20;

/// Stands in a 16-bit or 32-bit field for "see the zip64 record", so it is no value itself.
const SEE_ZIP64_16: u16 = u16::MAX;
const SEE_ZIP64_32: u32 = u32::MAX;

const ZIP64_EXTRA_ID: u16 = 0x0001;

/// The format version needed: 2.0 for DEFLATE and folders, 4.5 for zip64.
const VERSION: u16 = 20;
const VERSION_ZIP64: u16 = 45;

/// Made on Unix, so that readers understand the file mode.
const MADE_BY_UNIX: u16 = 3 << 8;

/// A regular file, `rw-r--r--`.
const EXTERNAL_ATTRIBUTES: u32 = 0o100_644 << 16;

/// 1980-01-01 00:00:00, the earliest a DOS time can say.
const DOS_TIME: u16 = 0;
const DOS_DATE: u16 = 1 << 5 | 1;

/// Names are UTF-8 (general purpose bit 11).
const UTF8_FLAG: u16 = 1 << 11;

/// Whether a number is too large for a 32-bit field.
fn needs_zip64(value: u64) -> bool {
    value >= u64::from(SEE_ZIP64_32)
}

/// The number for a 32-bit field, or the mark that the zip64 record has it.
fn field32(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(SEE_ZIP64_32)
}

fn flags(entry: &Entry) -> u16 {
    if entry.path.as_str().is_ascii() { 0 } else { UTF8_FLAG }
}

/// The length of a name or extra field; paths are bounded far below the limit of the field.
fn length16(bytes: usize) -> u16 {
    u16::try_from(bytes).unwrap_or(u16::MAX)
}

/// The header before an entry's data. True sizes and CRC, so no data descriptor follows.
pub(super) fn local_header(out: &mut Vec<u8>, entry: &Entry) {
    let zip64 = needs_zip64(entry.size) || needs_zip64(entry.compressed_size);
    let mut extra = Vec::new();
    if zip64 {
        // In a local header both sizes are present (4.5.3).
        put16(&mut extra, ZIP64_EXTRA_ID);
        put16(&mut extra, 16);
        put64(&mut extra, entry.size);
        put64(&mut extra, entry.compressed_size);
    }
    let size = |value| if zip64 { SEE_ZIP64_32 } else { field32(value) };
    put32(out, LOCAL_SIGNATURE);
    put16(out, if zip64 { VERSION_ZIP64 } else { VERSION });
    put16(out, flags(entry));
    put16(out, entry.method.code());
    put16(out, DOS_TIME);
    put16(out, DOS_DATE);
    put32(out, entry.crc32);
    put32(out, size(entry.compressed_size));
    put32(out, size(entry.size));
    put16(out, length16(entry.path.as_str().len()));
    put16(out, length16(extra.len()));
    out.extend_from_slice(entry.path.as_str().as_bytes());
    out.extend_from_slice(&extra);
}

/// The entry's record in the central directory; `offset` is where its local header begins.
pub(super) fn central_header(out: &mut Vec<u8>, entry: &Entry, offset: u64) {
    // Only what does not fit its field is present, in this order (4.5.3).
    let large: Vec<u64> = [entry.size, entry.compressed_size, offset]
        .into_iter()
        .filter(|&value| needs_zip64(value))
        .collect();
    let mut extra = Vec::new();
    if !large.is_empty() {
        put16(&mut extra, ZIP64_EXTRA_ID);
        put16(&mut extra, length16(large.len() * 8));
        for value in &large {
            put64(&mut extra, *value);
        }
    }
    let version = if large.is_empty() { VERSION } else { VERSION_ZIP64 };
    put32(out, CENTRAL_SIGNATURE);
    put16(out, MADE_BY_UNIX | version);
    put16(out, version);
    put16(out, flags(entry));
    put16(out, entry.method.code());
    put16(out, DOS_TIME);
    put16(out, DOS_DATE);
    put32(out, entry.crc32);
    put32(out, field32(entry.compressed_size));
    put32(out, field32(entry.size));
    put16(out, length16(entry.path.as_str().len()));
    put16(out, length16(extra.len()));
    put16(out, 0); // comment
    put16(out, 0); // disk
    put16(out, 0); // internal attributes
    put32(out, EXTERNAL_ATTRIBUTES);
    put32(out, field32(offset));
    out.extend_from_slice(entry.path.as_str().as_bytes());
    out.extend_from_slice(&extra);
}

/// The records after the central directory, which begins at `start` and has `length` bytes.
pub(super) fn end_of_directory(out: &mut Vec<u8>, entries: usize, start: u64, length: u64) {
    let count = entries as u64;
    if count >= u64::from(SEE_ZIP64_16) || needs_zip64(start) || needs_zip64(length) {
        put32(out, END64_SIGNATURE);
        put64(out, END64_LENGTH as u64 - 12); // what follows this field
        put16(out, MADE_BY_UNIX | VERSION_ZIP64);
        put16(out, VERSION_ZIP64);
        put32(out, 0); // this disk
        put32(out, 0); // disk of the directory
        put64(out, count);
        put64(out, count);
        put64(out, length);
        put64(out, start);
        put32(out, END64_LOCATOR_SIGNATURE);
        put32(out, 0); // disk of the zip64 record
        put64(out, start + length);
        put32(out, 1); // disks
    }
    let count = u16::try_from(count).unwrap_or(SEE_ZIP64_16);
    put32(out, END_SIGNATURE);
    put16(out, 0); // this disk
    put16(out, 0); // disk of the directory
    put16(out, count);
    put16(out, count);
    put32(out, field32(length));
    put32(out, field32(start));
    put16(out, 0); // comment
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// A little-endian number at a place in a record; `None` past its end.
pub(super) fn get16(record: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(record.get(at..at + 2)?.try_into().ok()?))
}

pub(super) fn get32(record: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(record.get(at..at + 4)?.try_into().ok()?))
}

pub(super) fn get64(record: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(record.get(at..at + 8)?.try_into().ok()?))
}
