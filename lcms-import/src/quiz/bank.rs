//! Which files of a folder are question banks.

use lcms_formats::manifest::MANIFEST_FILE;
use lcms_formats::quiz::qti::{self, Package};
use lcms_formats::quiz::{self, csv, gift, moodle};
use lcms_formats::{XmlLimits, decode_text};

use crate::error::ImportError;
use crate::folder::Folder;
use crate::markdown::is_page;

/// Most bytes of one bank.
pub(super) const MAX_BANK: u64 = 32 << 20;

/// What was found.
pub(super) enum Bank {
    /// Items and tests of a package.
    Qti(Package),
    /// Files that each hold questions.
    Files(Vec<(String, Format)>),
}

/// The formats of single files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Qti,
    Moodle,
    Gift,
    Csv,
}

impl Bank {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Qti(_) => "QTI package",
            Self::Files(files) => match files.first() {
                Some((_, Format::Qti)) => "QTI items",
                Some((_, Format::Moodle)) => "Moodle XML",
                Some((_, Format::Gift)) => "GIFT",
                _ => "CSV",
            },
        }
    }
}

/// The bank in a folder. One in which there are pages too is a folder of pages.
pub(super) fn find(folder: &Folder) -> Option<Bank> {
    if folder.contains(MANIFEST_FILE) {
        let bytes = folder.bytes(MANIFEST_FILE, MAX_BANK).ok()?;
        let package = qti::read_package(&bytes, &XmlLimits::default()).ok()?;
        return package.map(Bank::Qti);
    }
    if folder.files().keys().any(|path| is_page(path)) {
        return None;
    }
    let files = folder.files().iter().filter(|(_, file)| file.size <= MAX_BANK);
    let found: Vec<_> =
        files.filter_map(|(path, _)| Some((path.clone(), format(folder, path)?))).collect();
    (!found.is_empty()).then_some(Bank::Files(found))
}

/// Judged by what is in it; its name only says whether it is worth a look.
fn format(folder: &Folder, path: &str) -> Option<Format> {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let text = || Some(decode_text(&folder.bytes(path, MAX_BANK).ok()?));
    match ending.as_deref() {
        Some("xml") => {
            let text = text()?;
            let is_moodle = moodle::detect(&text);
            qti::detect(&text).then_some(Format::Qti).or(is_moodle.then_some(Format::Moodle))
        }
        Some("gift" | "txt") => gift::detect(&text()?).then_some(Format::Gift),
        Some("csv" | "tsv") => csv::detect(&text()?).then_some(Format::Csv),
        _ => None,
    }
}

/// The questions of one file.
pub(super) fn read(
    folder: &Folder,
    path: &str,
    format: Format,
) -> Result<quiz::Reading, ImportError> {
    let bytes = folder.bytes(path, MAX_BANK)?;
    let limits = XmlLimits { bytes: 32 << 20, ..XmlLimits::default() };
    let refused = |error: String| ImportError::format(path, None, error);
    match format {
        Format::Qti => qti::read_item(&bytes, &limits).map_err(|error| refused(error.to_string())),
        Format::Moodle => moodle::read(&bytes, &limits).map_err(|error| refused(error.to_string())),
        Format::Gift => Ok(gift::read(&decode_text(&bytes))),
        Format::Csv => Ok(csv::read(&decode_text(&bytes))),
    }
}
