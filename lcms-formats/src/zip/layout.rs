//! Planning an archive over data that is compressed already.
//!
//! Because sizes and checksums are known beforehand, every header can be written before any data
//! is touched: the plan yields the exact length and each byte range of the archive, and streaming
//! it is copying. Same entries, same bytes: names are sorted, times and modes are constant.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::ops::Range;

use bytes::Bytes;

use super::{SafePath, record};

/// How an entry's data is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// As it is.
    Stored,
    /// As a raw DEFLATE stream (RFC 1951).
    Deflated,
}

impl Method {
    pub(super) const fn code(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflated => 8,
        }
    }
}

/// A file to put into an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the archive.
    pub path: SafePath,
    /// How its data is stored.
    pub method: Method,
    /// CRC-32 of the uncompressed data.
    pub crc32: u32,
    /// Size of the uncompressed data in bytes.
    pub size: u64,
    /// Size of the data as stored, in bytes.
    pub compressed_size: u64,
}

/// Why entries do not make an archive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Two entries have the same path, or paths that differ only in case.
    #[error("{path} and {with} are the same file on systems that ignore case")]
    Collision {
        /// One path.
        path: SafePath,
        /// The other path.
        with: SafePath,
    },
    /// A path is a file, and also the folder of another.
    #[error("{file} is a file and also the folder of {below}")]
    FileIsFolder {
        /// The file.
        file: SafePath,
        /// The path below it.
        below: SafePath,
    },
    /// A path that is to come first is not among the entries.
    #[error("{path} is to come first and is not among the entries")]
    FirstMissing {
        /// The path.
        path: SafePath,
    },
    /// A stored entry whose two sizes differ.
    #[error("{path} is stored as it is, yet its sizes are {size} and {compressed_size}")]
    StoredSizesDiffer {
        /// The path.
        path: SafePath,
        /// The uncompressed size in bytes.
        size: u64,
        /// The size as stored in bytes.
        compressed_size: u64,
    },
    /// The archive would be longer than a 64-bit number can say.
    #[error("the archive would be too long")]
    TooLong,
}

/// A planned archive.
#[derive(Clone, Debug)]
pub struct Layout {
    segments: Vec<Segment>,
    length: u64,
}

/// A run of bytes: headers, or the data of one entry.
#[derive(Clone, Debug)]
struct Segment {
    offset: u64,
    length: u64,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Bytes(Bytes),
    Entry(usize),
}

/// A part of an archive, to be sent in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These bytes.
    Bytes(Bytes),
    /// A range of an entry's data as stored.
    Data {
        /// The entry's place in the list that was given to [`Layout::new`].
        entry: usize,
        /// The bytes of its data.
        range: Range<u64>,
    },
}

/// Why an archive could not be written out; see [`Layout::write_to`].
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Reading data or writing the archive failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// An entry's data is shorter than it was said to be.
    #[error("the data of entry {entry} ends after {found} of {expected} bytes")]
    DataTooShort {
        /// The entry's place in the list that was given to [`Layout::new`].
        entry: usize,
        /// The size it was said to have as stored.
        expected: u64,
        /// The bytes there were.
        found: u64,
    },
}

impl Layout {
    /// Plans an archive: the paths in `first`, in that order, then the others by the bytes of
    /// their path.
    ///
    /// # Errors
    /// The first rule of [`LayoutError`] that the entries break.
    pub fn new(entries: &[Entry], first: &[SafePath]) -> Result<Self, LayoutError> {
        check_names(entries)?;
        let order = order(entries, first)?;

        let mut headers = Vec::new();
        let mut header_ends = Vec::with_capacity(order.len());
        for &index in &order {
            let entry = &entries[index];
            if entry.method == Method::Stored && entry.size != entry.compressed_size {
                return Err(LayoutError::StoredSizesDiffer {
                    path: entry.path.clone(),
                    size: entry.size,
                    compressed_size: entry.compressed_size,
                });
            }
            record::local_header(&mut headers, entry);
            header_ends.push(headers.len());
        }
        let headers = Bytes::from(headers);

        let mut layout = Self { segments: Vec::with_capacity(order.len() * 2 + 1), length: 0 };
        let mut directory = Vec::new();
        let mut header_start = 0;
        for (&index, header_end) in order.iter().zip(header_ends) {
            let entry = &entries[index];
            record::central_header(&mut directory, entry, layout.length);
            let header = headers.slice(header_start..header_end);
            layout.push(header.len() as u64, Source::Bytes(header))?;
            layout.push(entry.compressed_size, Source::Entry(index))?;
            header_start = header_end;
        }
        let directory_length = directory.len() as u64;
        record::end_of_directory(&mut directory, order.len(), layout.length, directory_length);
        layout.push(directory.len() as u64, Source::Bytes(directory.into()))?;
        Ok(layout)
    }

    fn push(&mut self, length: u64, source: Source) -> Result<(), LayoutError> {
        if length > 0 {
            self.segments.push(Segment { offset: self.length, length, source });
            self.length = self.length.checked_add(length).ok_or(LayoutError::TooLong)?;
        }
        Ok(())
    }

    /// The exact length of the archive in bytes.
    #[expect(clippy::len_without_is_empty, reason = "no archive is empty: it has an end record")]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// The whole archive.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> + '_ {
        self.pieces_in(0..self.length)
    }

    /// The bytes of the archive in a range; what lies past the end is left out.
    pub fn pieces_in(&self, range: Range<u64>) -> impl Iterator<Item = Piece> + '_ {
        let Range { start, end } = range;
        let first =
            self.segments.partition_point(|segment| segment.offset + segment.length <= start);
        self.segments[first..]
            .iter()
            .take_while(move |segment| segment.offset < end)
            .map(move |segment| segment.clip(start, end))
    }

    /// Writes the archive; `open` yields a reader of an entry's data as stored, by its place in
    /// the list that was given to [`Layout::new`].
    ///
    /// # Errors
    /// When reading or writing fails, or data is shorter than its entry says. Data that is longer
    /// is cut: what follows is never read.
    pub fn write_to<R: Read>(
        &self,
        out: &mut impl Write,
        mut open: impl FnMut(usize) -> io::Result<R>,
    ) -> Result<(), WriteError> {
        for piece in self.pieces() {
            match piece {
                Piece::Bytes(bytes) => out.write_all(&bytes)?,
                Piece::Data { entry, range } => {
                    let expected = range.end - range.start;
                    let found = io::copy(&mut open(entry)?.take(expected), out)?;
                    if found < expected {
                        return Err(WriteError::DataTooShort { entry, expected, found });
                    }
                }
            }
        }
        Ok(())
    }
}

impl Segment {
    /// The part of the segment between two places of the archive, some of which it covers.
    fn clip(&self, start: u64, end: u64) -> Piece {
        let start = start.saturating_sub(self.offset);
        let end = self.length.min(end - self.offset);
        match &self.source {
            Source::Entry(entry) => Piece::Data { entry: *entry, range: start..end },
            // Headers are in memory, so their offsets fit the address space.
            Source::Bytes(bytes) => Piece::Bytes(bytes.slice(start as usize..end as usize)),
        }
    }
}

/// The places of the entries in the order of the archive.
fn order(entries: &[Entry], first: &[SafePath]) -> Result<Vec<usize>, LayoutError> {
    let rank: HashMap<&SafePath, usize> = first.iter().enumerate().map(|(r, p)| (p, r)).collect();
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_unstable_by_key(|&index| {
        let path = &entries[index].path;
        (rank.get(path).copied().unwrap_or(first.len()), path)
    });
    let missing = first
        .iter()
        .find(|path| !order.iter().take(rank.len()).any(|&index| entries[index].path == **path));
    match missing {
        None => Ok(order),
        Some(path) => Err(LayoutError::FirstMissing { path: path.clone() }),
    }
}

fn check_names(entries: &[Entry]) -> Result<(), LayoutError> {
    let paths = entries.iter().map(|entry| &entry.path);
    match first_collision(paths) {
        None => Ok(()),
        Some(Collision::SameFile(path, with)) => {
            Err(LayoutError::Collision { path: path.clone(), with: with.clone() })
        }
        Some(Collision::FileIsFolder { file, below }) => {
            Err(LayoutError::FileIsFolder { file: file.clone(), below: below.clone() })
        }
    }
}

/// Two paths that cannot both be unpacked everywhere.
pub(super) enum Collision<'a> {
    SameFile(&'a SafePath, &'a SafePath),
    FileIsFolder { file: &'a SafePath, below: &'a SafePath },
}

/// The first pair of paths that some system would unpack to the same place.
pub(super) fn first_collision<'a>(
    paths: impl Iterator<Item = &'a SafePath>,
) -> Option<Collision<'a>> {
    let mut seen: HashMap<String, &SafePath> = HashMap::new();
    let mut folded = Vec::new();
    for path in paths {
        let key = path.folded();
        folded.push((key.clone(), path));
        if let Some(with) = seen.insert(key, path) {
            return Some(Collision::SameFile(with, path));
        }
    }
    folded.iter().find_map(|(key, below)| {
        key.match_indices('/').find_map(|(slash, _)| {
            let file = seen.get(&key[..slash])?;
            Some(Collision::FileIsFolder { file, below })
        })
    })
}
