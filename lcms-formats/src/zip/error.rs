//! Why an archive is refused.

use std::io;

use super::PathRule;

/// Why an archive, or a file in it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Reading the bytes of the archive failed.
    #[error("reading the archive failed: {0}")]
    Io(#[from] io::Error),
    /// The bytes are no zip archive, or a damaged one.
    #[error("this is not a readable zip archive: {reason}")]
    NotAnArchive {
        /// What is wrong, in the decoder's words.
        reason: String,
    },
    /// More entries than [`Limits::entries`](super::Limits::entries).
    #[error("the archive has {found} entries, more than the {limit} allowed")]
    TooManyEntries {
        /// The number of entries.
        found: u64,
        /// The limit that applied.
        limit: usize,
    },
    /// The files together are larger than [`Limits::total_bytes`](super::Limits::total_bytes).
    #[error("the files have {found} bytes in all, more than the {limit} allowed")]
    TooLarge {
        /// The sum of the sizes the entries declare, in bytes.
        found: u64,
        /// The limit that applied, in bytes.
        limit: u64,
    },
    /// An entry breaks a rule.
    #[error("the entry {entry:?} is refused: {rule}")]
    Entry {
        /// The name of the entry as it stands in the archive.
        entry: String,
        /// The rule it breaks.
        rule: EntryRule,
    },
}

impl ArchiveError {
    pub(super) fn entry(entry: impl Into<String>, rule: EntryRule) -> Self {
        Self::Entry { entry: entry.into(), rule }
    }
}

/// The rule that an entry of an archive breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryRule {
    /// Its path is not safe.
    #[error("{0}")]
    Path(#[from] PathRule),
    /// Its path is longer than [`Limits::path_bytes`](super::Limits::path_bytes).
    #[error("its path has {found} bytes, more than the {limit} allowed")]
    PathTooLong {
        /// Bytes of the path.
        found: usize,
        /// The limit that applied.
        limit: usize,
    },
    /// Its path has more segments than [`Limits::depth`](super::Limits::depth).
    #[error("it lies {found} folders deep, more than the {limit} allowed")]
    TooDeep {
        /// Segments of the path.
        found: usize,
        /// The limit that applied.
        limit: usize,
    },
    /// It is a symbolic link.
    #[error("it is a symbolic link")]
    Symlink,
    /// It is encrypted.
    #[error("it is encrypted")]
    Encrypted,
    /// Its compression method is neither stored nor DEFLATE.
    #[error("its compression method, {0}, is neither stored nor DEFLATE")]
    UnknownMethod(String),
    /// Another entry has the same name.
    #[error("there is more than one entry of this name")]
    Duplicate,
    /// Another entry is the same file on systems that ignore case or normalize Unicode.
    #[error("on some systems it is the same file as {with:?}")]
    Collision {
        /// The other entry's path.
        with: String,
    },
    /// It is a file, and also the folder of another entry.
    #[error("it is a file and also the folder of {below:?}")]
    FileIsFolder {
        /// The path below it.
        below: String,
    },
    /// It is a folder and has data.
    #[error("it is a folder and has data")]
    FolderWithData,
    /// Its bytes overlap with those of another entry or of the directory.
    #[error("its data overlaps with {with}")]
    Overlap {
        /// What it overlaps with.
        with: String,
    },
    /// Its own header and its record in the directory differ.
    #[error("its header does not match the directory: {0}")]
    HeaderMismatch(String),
    /// It is larger than [`Limits::entry_bytes`](super::Limits::entry_bytes).
    #[error("it has {found} bytes, more than the {limit} allowed")]
    TooLarge {
        /// The size it declares, in bytes.
        found: u64,
        /// The limit that applied, in bytes.
        limit: u64,
    },
    /// It expands more than [`Limits::ratio`](super::Limits::ratio) allows.
    #[error("it expands {compressed} bytes to {size}, more than {limit} times")]
    Ratio {
        /// The size as stored, in bytes.
        compressed: u64,
        /// The size it declares, in bytes.
        size: u64,
        /// The limit that applied.
        limit: u64,
    },
    /// Its data is not as long as it declares.
    #[error("it declares {declared} bytes and has {found}")]
    WrongSize {
        /// The size it declares, in bytes.
        declared: u64,
        /// The bytes there were; one more than declared when reading stopped there.
        found: u64,
    },
    /// Its data does not match its checksum.
    #[error("its data does not match its CRC-32")]
    WrongCrc,
    /// Its data cannot be decompressed.
    #[error("its data is damaged: {0}")]
    Damaged(String),
}
