//! Readers: one per way of laying content out in files.

use lcms_core::model::{Digest, Key};
use lcms_core::service::{ImportSubject, ImportTranslation};

use crate::documents::Documents;
use crate::error::ImportError;
use crate::folder::Folder;
use crate::library_folder::LibraryFolder;
use crate::markdown::MarkdownFolder;
use crate::package::WebPackages;
use crate::quiz::QuestionBank;
use crate::report::Remark;
use crate::unread;

/// A file that becomes the blob of an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetFile {
    /// Path in the folder.
    pub path: String,
    /// Media type.
    pub media_type: String,
    /// Digest of its bytes.
    pub digest: Digest,
}

/// What a folder holds, as components.
#[derive(Debug, Default)]
pub struct Reading {
    /// Keys of its courses.
    pub courses: Vec<Key>,
    /// The components it should become.
    pub subjects: Vec<ImportSubject>,
    /// Their translations.
    pub translations: Vec<ImportTranslation>,
    /// The files that they name as blobs.
    pub files: Vec<AssetFile>,
    /// Files that are not imported.
    pub skipped: Vec<Remark>,
    /// Constructs that cannot be carried over as they are.
    pub unsupported: Vec<Remark>,
    /// What was wrong and could only mean one thing.
    pub repaired: Vec<Remark>,
    /// Where the files are, when some of them were made of what is in the folder.
    pub overlay: Option<Folder>,
}

/// Recognises and reads one layout of files. Reading changes nothing.
pub trait Reader: Sync {
    /// What it reads, for people.
    fn format(&self, folder: &Folder) -> &'static str;

    /// How such a folder is recognised, for people.
    fn expects(&self) -> &'static str;

    /// Whether the folder is laid out like that.
    fn detect(&self, folder: &Folder) -> bool;

    /// Whether every file is kept as it is, so that they may be stored while they are read.
    fn keeps_every_file(&self) -> bool {
        false
    }

    /// Whether it makes up the keys of what it reads. Where the folder says them, everything is to be
    /// there under its own.
    fn makes_up_keys(&self) -> bool {
        true
    }

    /// Adds to a reading what its packages can be taken apart into.
    ///
    /// # Errors
    /// When there is no package, or a file of it breaks the rules of its format.
    fn split(&self, folder: &Folder, _reading: &mut Reading) -> Result<(), ImportError> {
        let format = self.format(folder);
        let message = format!("only packages are split, and this is: {format}; import it as it is");
        Err(ImportError::format(folder.name(), None, message))
    }

    /// Reads the folder. What was skipped while it was listed is part of the reading.
    ///
    /// # Errors
    /// When the folder as a whole must be refused.
    fn read(&self, folder: &Folder) -> Result<Reading, ImportError>;
}

/// Every reader; the first that recognises a folder reads it.
const READERS: [&dyn Reader; 5] =
    [&LibraryFolder, &WebPackages, &QuestionBank, &MarkdownFolder, &Documents];

/// The reader that recognises a folder.
///
/// # Errors
/// When none does; a format that is known and has no reader is named.
pub fn reader_of(folder: &Folder) -> Result<&'static dyn Reader, ImportError> {
    unread::refuse(folder)?;
    READERS.into_iter().find(|reader| reader.detect(folder)).ok_or_else(|| {
        let expected: Vec<_> = READERS.iter().map(|reader| reader.expects()).collect();
        ImportError::Unrecognised {
            name: folder.name().to_owned(),
            expected: expected.join(", or "),
        }
    })
}

/// Reads a folder with the reader that recognises it; what it was recognised as is named beside the
/// reading.
///
/// # Errors
/// When none does, or it refuses.
pub fn read_folder(folder: &Folder) -> Result<(&'static str, Reading), ImportError> {
    let reader = reader_of(folder)?;
    Ok((reader.format(folder), reader.read(folder)?))
}
