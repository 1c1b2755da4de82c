//! A package taken apart: where its structure is plain, its pages become topics that can be edited, its
//! questions questions, its pictures assets. The package itself stays beside them, as it came.
//!
//! ```text
//! pages   pages that say their words themselves: static HTML, eXeLearning   (in the order of the outline)
//! exe     the activities on pages of eXeLearning: questions of their own
//! adapt   the data that Adapt draws its pages from                          (course/LANGUAGE/*.json)
//! h5p     the parameters of H5P content                                     (content/content.json)
//! written HTML written from such data
//! ```
//!
//! All answer [`Pieces`]: pages as HTML, questions as types. Everything after that is what is done
//! for documents and question banks. What was drawn by a program cannot be taken apart and is named.

mod adapt;
mod exe;
mod h5p;
mod pages;
mod written;

use std::collections::HashMap;

use lcms_core::model::content::{Lesson, Standard, WebPackage};
use lcms_core::model::{Content, Key, Kind, Metadata, Target};
use lcms_core::service::ImportSubject;
use lcms_formats::quiz::{self, Question};

use crate::documents::{lead, page, rename};
use crate::error::ImportError;
use crate::folder::Folder;
use crate::html::to_markdown;
use crate::markdown::{Entry, Outline, compose};
use crate::quiz::questions;
use crate::reader::Reading;
use crate::report::Remark;
use crate::slots::Slots;

/// In metadata: the package and the file that a component was made of.
const SPLIT_FROM: &str = "split from";

/// What a package is made of.
#[derive(Debug, Default)]
struct Pieces {
    /// Its pages, grouped as the outline groups them.
    entries: Vec<Piece>,
    /// What could not be carried over.
    lost: Vec<Remark>,
    /// Folders of pages that do not show in keys.
    unnamed: Vec<String>,
}

/// A part of it.
#[derive(Debug)]
enum Piece {
    /// A page, which becomes a lesson.
    Page(Page),
    /// A heading over others, which becomes a module.
    Group { title: String, entries: Vec<Piece> },
}

/// A page.
#[derive(Debug, Default)]
struct Page {
    /// The file it was read from.
    file: String,
    /// Where the page made of it stands; addresses in it count from there.
    path: String,
    title: String,
    html: String,
    /// Its questions, each after the section of that title, or at the end.
    questions: Vec<(Option<String>, Question)>,
}

impl Piece {
    fn pages<'a>(&'a self, all: &mut Vec<&'a Page>) {
        match self {
            Self::Page(page) => all.push(page),
            Self::Group { entries, .. } => entries.iter().for_each(|entry| entry.pages(all)),
        }
    }

    /// Whether anything is in it.
    fn holds_pages(&self) -> bool {
        match self {
            Self::Page(_) => true,
            Self::Group { entries, .. } => entries.iter().any(Self::holds_pages),
        }
    }
}

/// Adds to the reading of a package what it can be split into.
///
/// # Errors
/// When a file that is read for it breaks the rules of its format.
pub(crate) fn split(folder: &Folder, reading: &mut Reading) -> Result<(), ImportError> {
    let Some(subject) = reading.subjects.first() else { return Ok(()) };
    let Content::WebPackage(package) = &subject.content else { return Ok(()) };
    let whole = subject.key.clone();
    let mut pieces = match adapt::language_folder(folder) {
        Some(data) => adapt::read(folder, &data)?,
        None if package.standard == Standard::H5p => h5p::read(folder)?,
        None => pages::read(folder, package)?,
    };
    reading.unsupported.append(&mut pieces.lost);
    pieces.entries.retain(Piece::holds_pages);
    if pieces.entries.is_empty() {
        let reason = "a program draws its pages: there is nothing to split, and it stays as it is";
        reading.unsupported.push(Remark::file(folder.name(), reason));
        return Ok(());
    }
    let name = untaken(folder.name(), "pages", reading);
    let mut lessons = lessons(folder, &name, &pieces, package, &subject.metadata)?;
    let name = untaken(folder.name(), "questions", reading);
    let quiz = asked(folder, &name, &pieces)?;
    place(&mut lessons, &quiz, &pieces)?;
    for mut part in [lessons, quiz] {
        for subject in &mut part.subjects {
            let file = subject.source.split('#').next().unwrap_or_default();
            let file = file.split_once('/').map_or("", |(_, file)| file);
            let from = if file.is_empty() { whole.to_string() } else { format!("{whole}/{file}") };
            subject.metadata.custom.insert(SPLIT_FROM.to_owned(), from);
        }
        reading.courses.append(&mut part.courses);
        reading.subjects.append(&mut part.subjects);
        reading.files.append(&mut part.files);
        reading.unsupported.append(&mut part.unsupported);
    }
    Ok(())
}

/// A name whose keys are none of the package's.
fn untaken(name: &str, what: &str, reading: &Reading) -> String {
    let taken = |name: &str| {
        let key = Key::from_text(name).map(|key| key.to_string()).unwrap_or_default();
        reading.subjects.iter().any(|subject| subject.key.as_str().starts_with(&key))
    };
    let names =
        (1..).map(|n| if n == 1 { format!("{name} {what}") } else { format!("{name} {what} {n}") });
    // More names than subjects: one of them is free.
    let mut names = names.take(reading.subjects.len() + 1);
    names.find(|name| !taken(name)).unwrap_or_else(|| format!("{name} {what}"))
}

/// The course of the pages.
fn lessons(
    folder: &Folder,
    name: &str,
    pieces: &Pieces,
    package: &WebPackage,
    metadata: &Metadata,
) -> Result<Reading, ImportError> {
    let mut overlay = folder.overlay().called(name.to_owned());
    let mut all = Vec::new();
    pieces.entries.iter().for_each(|piece| piece.pages(&mut all));
    let made: HashMap<String, String> =
        all.iter().map(|page| (page.file.clone(), page.path.clone())).collect();
    let mut unsupported = Vec::new();
    for it in &all {
        let converted =
            to_markdown(&it.html, &|address, is_image| lead(address, is_image, &it.file, &made));
        for what in &converted.lost {
            let reason = format!("{what} could not be carried over");
            unsupported.push(Remark::file(format!("{name}/{}", it.file), reason));
        }
        overlay.put(it.path.clone(), page(&it.title, &converted.markdown));
    }
    // Pages that a program draws are no files to show: links to them lead nowhere here.
    for path in folder.files().keys().filter(|path| pages::is_page(path)) {
        overlay.take(path);
    }
    let pages = entries(&pieces.entries, "");
    let mut outline = Outline::new(&package.title, metadata.clone(), pages);
    outline.unnamed.clone_from(&pieces.unnamed);
    let asking = all.iter().filter(|page| !page.questions.is_empty());
    outline.bare = asking.map(|page| page.path.clone()).collect();
    let mut reading = compose(&overlay, &outline)?;
    rename(&overlay, &made, &mut reading);
    // What no page shows is still in the package.
    reading.skipped.clear();
    reading.unsupported.splice(0..0, unsupported);
    Ok(reading)
}

fn entries(pieces: &[Piece], above: &str) -> Vec<Entry> {
    let pieces = pieces.iter().filter(|piece| piece.holds_pages()).enumerate();
    let entry = |(n, piece): (usize, &Piece)| match piece {
        Piece::Page(page) => Entry::Page(page.path.clone()),
        Piece::Group { title, entries: inner } => {
            let path = format!("{above}{} {title}/", n + 1);
            let entries = entries(inner, &path);
            Entry::Group { path, title: Some(title.clone()), entries }
        }
    };
    pieces.map(entry).collect()
}

/// The questions of all pages.
fn asked(folder: &Folder, name: &str, pieces: &Pieces) -> Result<Reading, ImportError> {
    let folder = folder.overlay().called(name.to_owned());
    let mut all = Vec::new();
    pieces.entries.iter().for_each(|piece| piece.pages(&mut all));
    let made: HashMap<String, String> =
        all.iter().map(|page| (page.file.clone(), page.path.clone())).collect();
    let banks = all.iter().filter(|page| !page.questions.is_empty()).map(|page| {
        let questions = page.questions.iter().map(|(_, question)| question.clone()).collect();
        (page.path.clone(), quiz::Reading { questions, ..quiz::Reading::default() })
    });
    let mut reading = questions(&folder, banks.collect(), None, Reading::default())?;
    rename(&folder, &made, &mut reading);
    Ok(reading)
}

/// Puts each question into the lesson of its page, after the section it follows.
fn place(lessons: &mut Reading, quiz: &Reading, pieces: &Pieces) -> Result<(), ImportError> {
    let mut all = Vec::new();
    pieces.entries.iter().for_each(|piece| piece.pages(&mut all));
    let titles: HashMap<Key, String> = lessons
        .subjects
        .iter()
        .filter(|subject| subject.content.kind() == Kind::Topic)
        .map(|subject| (subject.key.clone(), subject.content.title().to_owned()))
        .collect();
    for page in all {
        let ending = format!("/{}", page.path);
        let original = format!("/{}", page.file);
        let lesson = lessons.subjects.iter_mut().find(|subject| {
            subject.content.kind() == Kind::Lesson
                && (subject.source.ends_with(&ending) || subject.source.ends_with(&original))
        });
        let Some(ImportSubject { source, content: Content::Lesson(lesson), .. }) = lesson else {
            continue;
        };
        let mut slots = Slots::of(source);
        let mut last = None;
        for (after, question) in &page.questions {
            let part = format!("{original}#{}", question.id.as_deref().unwrap_or_default());
            // What could not be expressed is named already.
            let Some(made) = quiz.subjects.iter().find(|it| it.source.ends_with(&part)) else {
                continue;
            };
            let behind = after.as_ref().and_then(|title| place_after(lesson, title, &titles));
            // The first heading of a page is its title and heads no section: what stands under it
            // follows what is said first.
            let at = behind.or(last).unwrap_or_else(|| match after {
                Some(_) => 1.min(lesson.placements.len()),
                None => lesson.placements.len(),
            });
            last = Some(at + 1);
            let placement = slots.placement("questions", &made.source, &made.key);
            lesson.placements.insert(at, placement);
        }
    }
    Ok(())
}

/// Where the questions about a section go: behind it, and behind those that follow it already.
fn place_after(lesson: &Lesson, title: &str, titles: &HashMap<Key, String>) -> Option<usize> {
    let is_topic = |target: &Target| match target {
        Target::Key { key, .. } => titles.get(key),
        Target::Id(_) => None,
    };
    let placements = &lesson.placements;
    let found = placements
        .iter()
        .position(|it| is_topic(&it.component).is_some_and(|known| known == title))?;
    let next = placements[found + 1..].iter().position(|it| is_topic(&it.component).is_some());
    Some(next.map_or(placements.len(), |next| found + 1 + next))
}
