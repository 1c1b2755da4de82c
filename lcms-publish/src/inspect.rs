//! Reading a package file: what is in it, whoever made it.

use std::collections::BTreeMap;
use std::io::{Read, Seek, Write};
use std::sync::Arc;

use lcms_core::model::Digest;
use lcms_core::{Error, Result};
use lcms_formats::XmlLimits;
use lcms_formats::cmi5::{self, COURSE_STRUCTURE_FILE};
use lcms_formats::manifest::{self, MANIFEST_FILE, Note, NoteKind, is_control_document};
use lcms_formats::zip::{Archive, ArchivedFile, Limits};
use sha2::{Digest as _, Sha256};

use crate::bill::{BILL_PATH, Bill};
use crate::compare::Contents;
use crate::shape::{Lesson, SHAPE_PATH, Shape, imported_content};
use crate::sign::{SIGNATURE_PATH, Signature};

/// Largest document that is read into memory, in bytes.
const DOCUMENT: u64 = 64 << 20;

/// A package file that was read.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// What is in it, for comparing it with another.
    pub contents: Contents,
    /// Size of every file in bytes, by path.
    pub sizes: BTreeMap<String, u64>,
    /// The signature beside the bill, and whether it holds; absent where none can be read.
    pub signature: Option<(Signature, bool)>,
    /// The shape that manifest and lessons have, worked out anew; equal to that of `contents` unless
    /// the package was altered.
    pub(crate) derived: Shape,
}

/// Reads a package: a zip with a SCORM manifest or a cmi5 course structure at its root, ours or
/// another's, or web pages published here. Every file is read and hashed.
///
/// # Errors
/// When it is no such package, or hostile.
pub fn inspect(reader: impl Read + Seek) -> Result<Inspected> {
    let mut archive =
        Archive::open(reader, &Limits::default()).map_err(|error| not_readable(&error))?;
    let listed: Vec<_> = archive.files().to_vec();
    let mut files = BTreeMap::new();
    let mut sizes = BTreeMap::new();
    for file in &listed {
        let mut hasher = Hasher::new();
        archive.copy(file, &mut hasher).map_err(|error| not_readable(&error))?;
        files.insert(file.path.to_string(), hasher.digest()?);
        sizes.insert(file.path.to_string(), file.size);
    }
    let described = describing(&mut archive)?;
    let billed = document(&mut archive, BILL_PATH)?;
    let signature = document(&mut archive, SIGNATURE_PATH)?
        .and_then(|bytes| Signature::read(&bytes))
        .zip(billed.as_deref())
        .map(|(signature, bill)| {
            let holds = signature.holds(bill);
            (signature, holds)
        });
    let bill = billed.and_then(|bytes| Bill::read(&bytes));
    let declared = document(&mut archive, SHAPE_PATH)?
        .filter(|_| bill.is_some())
        .and_then(|bytes| Shape::read(&bytes));
    let state = declared.as_ref().and_then(|shape| shape.tracked.state.as_deref());
    let lessons = match &state {
        Some(_) => lessons(&mut archive, &listed)?,
        None => BTreeMap::new(),
    };
    let content = match state {
        Some(_) => imported_content(files.iter().map(|(path, digest)| (path.as_str(), *digest))),
        None => Some(content_digest(&files)),
    };
    let derived = match (&described, &declared) {
        (Some(Describing::Manifest(reading)), _) => {
            Shape::of(&reading.manifest, &lessons, state, content)
        }
        (Some(Describing::Course(reading)), _) => {
            Shape::of_course_structure(&reading.course, &lessons, state, content)
        }
        (None, Some(shape)) if shape.is_untracked() => shape.clone(),
        (None, _) => return Err(unknown()),
    };

    let mut unread = Vec::new();
    if declared.is_none() {
        unread.push(
            "pages, questions and saved states: the package was made elsewhere, so its manifest \
             alone is compared"
                .to_owned(),
        );
        unread.extend(described.as_ref().and_then(|found| unread_elements(found.notes())));
    }
    let altered = bill.as_ref().is_some_and(|bill| {
        bill.files.iter().any(|(path, billed)| files.get(path) != Some(&billed.digest))
    });
    if altered {
        let what = "files differ from the bill of content; `lcms verify` names them";
        unread.push(what.to_owned());
    }
    let shape = declared.unwrap_or_else(|| derived.clone());
    Ok(Inspected { contents: Contents { shape, bill, files, unread }, sizes, signature, derived })
}

/// What describes a package.
enum Describing {
    Manifest(Box<manifest::Reading>),
    Course(Box<cmi5::Reading>),
}

impl Describing {
    fn notes(&self) -> &[Note] {
        match self {
            Self::Manifest(reading) => &reading.notes,
            Self::Course(reading) => &reading.notes,
        }
    }
}

/// Reads what describes a package; `None` when there is neither a manifest nor a course structure.
fn describing<R: Read + Seek>(archive: &mut Archive<R>) -> Result<Option<Describing>> {
    let limits = XmlLimits::default();
    let refused = |file: &str, error: &dyn std::fmt::Display| {
        Error::invalid(format!("{file} cannot be read: {error}"))
            .hint("packages of SCORM 1.2, SCORM 2004 and cmi5 can be read")
    };
    if let Some(bytes) = document(archive, MANIFEST_FILE)? {
        let reading = manifest::read(&bytes, &limits);
        let reading = reading.map_err(|error| refused(MANIFEST_FILE, &error))?;
        return Ok(Some(Describing::Manifest(Box::new(reading))));
    }
    let Some(bytes) = document(archive, COURSE_STRUCTURE_FILE)? else { return Ok(None) };
    let reading = cmi5::read(&bytes, &limits);
    let reading = reading.map_err(|error| refused(COURSE_STRUCTURE_FILE, &error))?;
    Ok(Some(Describing::Course(Box::new(reading))))
}

fn unknown() -> Error {
    let names = format!("{MANIFEST_FILE} or {COURSE_STRUCTURE_FILE}");
    Error::invalid(format!("the package has no {names} at its root"))
        .hint("a package is a zip of the files themselves, not of a folder around them")
}

/// The lessons whose data can be read, by path.
fn lessons<R: Read + Seek>(
    archive: &mut Archive<R>,
    files: &[ArchivedFile],
) -> Result<BTreeMap<String, Arc<Lesson>>> {
    let mut found = BTreeMap::new();
    let pages = files.iter().filter(|file| {
        let path = file.path.as_str();
        path.starts_with("sco/") && path.ends_with(".html") && file.size <= DOCUMENT
    });
    for page in pages {
        let bytes = archive.bytes(page).map_err(|error| not_readable(&error))?;
        if let Some(lesson) = std::str::from_utf8(&bytes).ok().and_then(Lesson::read) {
            found.insert(page.path.to_string(), Arc::new(lesson));
        }
    }
    Ok(found)
}

fn document<R: Read + Seek>(archive: &mut Archive<R>, path: &str) -> Result<Option<Vec<u8>>> {
    let Some(file) = archive.file(path).cloned() else { return Ok(None) };
    if file.size > DOCUMENT {
        return Err(Error::too_large(format!("{path} is larger than {DOCUMENT} bytes")));
    }
    archive.bytes(&file).map(Some).map_err(|error| not_readable(&error))
}

/// Names every file but the manifest and the schemas beside it.
fn content_digest(files: &BTreeMap<String, Digest>) -> Digest {
    let content: Vec<_> =
        files.iter().filter(|(path, _)| !describes(path) && !is_control_document(path)).collect();
    Digest::of_document(&("lcms-content/1", content)).0
}

/// Whether a file describes the package as a whole, so that what it says is compared as such.
pub(crate) fn describes(path: &str) -> bool {
    [MANIFEST_FILE, COURSE_STRUCTURE_FILE].contains(&path)
}

/// Elements of the manifest that were not read, each named once.
fn unread_elements(notes: &[Note]) -> Option<String> {
    let mut elements: Vec<_> = notes
        .iter()
        .filter_map(|note| match &note.kind {
            NoteKind::SkippedElement { element } => Some(format!("<{element}>")),
            _ => None,
        })
        .collect();
    elements.sort();
    elements.dedup();
    let told = || format!("parts of the manifest: {}", elements.join(", "));
    (!elements.is_empty()).then(told)
}

fn not_readable(error: &lcms_formats::zip::ArchiveError) -> Error {
    Error::invalid(format!("the package cannot be read: {error}"))
}

/// Makes a digest of bytes as they go by.
pub(crate) struct Hasher(Sha256);

impl Hasher {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn digest(self) -> Result<Digest> {
        Digest::from_raw(&self.0.finalize())
            .ok_or_else(|| Error::internal("a digest has not 32 bytes", "hashing"))
    }
}

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
