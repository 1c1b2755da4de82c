//! What must be known about an archive's directory before, and besides, decoding it.

use std::io::{self, Read, Seek, SeekFrom};

use super::record::{
    CENTRAL_LENGTH, CENTRAL_SIGNATURE, END_LENGTH, END_SIGNATURE, END64_LENGTH,
    END64_LOCATOR_LENGTH, END64_LOCATOR_SIGNATURE, END64_SIGNATURE, get16, get32, get64,
};

/// The longest comment a zip archive can end with.
const LONGEST_COMMENT: usize = u16::MAX as usize;

/// The largest number of entries that any end record in the archive's tail declares.
///
/// Decoders hold the directory in memory, so the number has to be known before one is let loose.
/// It is the largest of all candidates because decoders disagree about which one counts. `None`
/// when there is no end record at all.
pub(super) fn declared_entries<R: Read + Seek>(reader: &mut R) -> io::Result<Option<u64>> {
    let length = reader.seek(SeekFrom::End(0))?;
    let tail_length = length.min((LONGEST_COMMENT + END_LENGTH + END64_LOCATOR_LENGTH) as u64);
    let tail_start = length - tail_length;
    reader.seek(SeekFrom::Start(tail_start))?;
    let mut tail = Vec::new();
    reader.take(tail_length).read_to_end(&mut tail)?;

    let mut largest = None;
    for at in 0..tail.len().saturating_sub(END_LENGTH - 1) {
        if get32(&tail, at) != Some(END_SIGNATURE) {
            continue;
        }
        let declared = get16(&tail, at + 10).map_or(0, u64::from);
        largest = largest.max(Some(declared));
        let locator = at.checked_sub(END64_LOCATOR_LENGTH);
        let locator = locator.filter(|&at| get32(&tail, at) == Some(END64_LOCATOR_SIGNATURE));
        if let Some(offset) = locator.and_then(|at| get64(&tail, at + 8)) {
            largest = largest.max(zip64_entries(reader, offset)?);
        }
    }
    Ok(largest)
}

fn zip64_entries<R: Read + Seek>(reader: &mut R, offset: u64) -> io::Result<Option<u64>> {
    let mut record = Vec::new();
    reader.seek(SeekFrom::Start(offset))?;
    reader.take(END64_LENGTH as u64).read_to_end(&mut record)?;
    let is_end64 = get32(&record, 0) == Some(END64_SIGNATURE);
    Ok(get64(&record, 32).filter(|_| is_end64))
}

/// The first name that stands in the directory twice, as its raw bytes.
pub(super) fn first_duplicate<R: Read + Seek>(
    reader: &mut R,
    directory_start: u64,
) -> io::Result<Option<Vec<u8>>> {
    let mut names = std::collections::HashSet::new();
    reader.seek(SeekFrom::Start(directory_start))?;
    let mut reader = io::BufReader::new(reader);
    loop {
        let mut header = [0; CENTRAL_LENGTH];
        match reader.read_exact(&mut header) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        if get32(&header, 0) != Some(CENTRAL_SIGNATURE) {
            return Ok(None);
        }
        let length = |at| get16(&header, at).map_or(0, u64::from);
        let mut name = Vec::new();
        reader.by_ref().take(length(28)).read_to_end(&mut name)?;
        let rest = length(30) + length(32);
        io::copy(&mut reader.by_ref().take(rest), &mut io::sink())?;
        if names.contains(&name) {
            return Ok(Some(name));
        }
        names.insert(name);
    }
}
