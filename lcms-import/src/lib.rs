//! Uploads become components: detect, read, map, report, apply.
//!
//! A [`Folder`] is a safe view of a directory, an archive or a file. A [`Reader`] recognises one way of laying a
//! library or course out in files and turns it into a [`Reading`]: the components it should become,
//! the files to upload, and everything that could not be carried over, with file and line.
//! [`import_folder`] uploads the files and applies the rest in one atomic step, or only reports.
//!
//! A folder that [`export_folder`] wrote holds libraries with their whole history;
//! [`import_transfer`] takes it in.
//!
//! [`read_terms`] and [`write_terms`] take vocabularies from files and write them.
//!
//! [`pull`] and [`push`] exchange with another server what one of the two is missing.
//!
//! What an import of other folders makes is a function of the folder alone: keys, source names and slot ids derive
//! from paths and headings. So importing a folder again changes nothing, and importing an edited one
//! makes exactly the revisions that the edits ask for.

mod alike;
mod apply;
mod documents;
mod error;
mod folder;
mod html;
mod keys;
mod library_folder;
mod markdown;
mod media;
mod package;
mod published;
mod quiz;
mod reader;
mod report;
mod slots;
mod split;
mod sync;
mod transfer;
mod unread;
mod upload;
mod vocabulary;
mod watch;
mod words;
mod yaml;

pub use apply::{ImportOptions, import_folder};
pub use documents::Documents;
pub use error::ImportError;
pub use folder::{Folder, FolderFile, Limits};
pub use library_folder::{LibraryFolder, library_of};
pub use markdown::MarkdownFolder;
pub use media::media_type;
pub use package::WebPackages;
pub use quiz::QuestionBank;
pub use reader::{AssetFile, Reader, Reading, read_folder, reader_of};
pub use report::{Alike, FolderReport, Progress, Remark};
pub use sync::{Crossed, Remote, SyncOptions, SyncStep, SyncWatch, pull, push};
pub use transfer::{
    ExportOptions, Exported, MANIFEST, Manifest, TransferStep, export_folder, export_zip,
    import_transfer, is_transfer,
};
pub use vocabulary::{TermsFormat, TermsRead, read_terms, write_terms};
pub use watch::Watch;
pub use words::DocumentWords;
