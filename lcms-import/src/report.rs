//! What an import did, or would do.

use std::fmt;

use lcms_core::model::Key;
use lcms_core::service::{ImportItem, ImportOutcome};
use serde::Serialize;
use utoipa::ToSchema;

/// Something about one place of the input that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Remark {
    /// Path of the file, as in the report's items.
    pub source: String,
    /// Line in it, 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Why it is remarked.
    pub reason: String,
}

impl Remark {
    /// A remark about a whole file.
    pub fn file(source: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { source: source.into(), line: None, reason: reason.into() }
    }

    /// A remark about one line, 1-based.
    pub fn line(source: impl Into<String>, line: usize, reason: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::file(source, reason) }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.source, self.reason),
            None => write!(f, "{}: {}", self.source, self.reason),
        }
    }
}

/// What an import is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// The folder's files are read and mapped.
    Reading,
    /// A file is uploaded.
    Uploading {
        /// Its path in the folder.
        path: &'a str,
        /// Which one of them it is, from 1.
        number: usize,
        /// How many there are.
        of: usize,
    },
    /// Components are saved.
    Saving {
        /// How many.
        components: usize,
    },
}

/// A component that was created and is nearly one that was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Alike {
    /// Where it came from.
    pub source: String,
    /// Key of the component that was created.
    pub key: Key,
    /// Key of the one that it is like.
    pub like: Key,
    /// How alike their texts are, in per cent; 100 for files that are equal.
    pub likeness: u8,
}

/// What an import of a folder did, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FolderReport {
    /// What the folder was recognised as.
    pub format: String,
    /// Whether nothing was changed, only worked out.
    pub dry_run: bool,
    /// Keys of the courses in the folder.
    pub courses: Vec<Key>,
    /// How many components were created.
    pub created: usize,
    /// How many assets were there already and are used in place of equal ones.
    pub reused: usize,
    /// How many got a revision.
    pub changed: usize,
    /// How many are as they were.
    pub unchanged: usize,
    /// How many changed in the folder but were also edited here, and were left alone.
    pub edited_here: usize,
    /// One entry per component, then one per translation.
    pub items: Vec<ImportItem>,
    /// Files that were not imported, with the reason.
    pub skipped: Vec<Remark>,
    /// Constructs that could not be carried over as they are, with what became of them.
    pub unsupported: Vec<Remark>,
    /// What was wrong in the source and could only mean one thing.
    pub repaired: Vec<Remark>,
    /// What was created and is nearly there already: perhaps the other one should be used.
    pub alike: Vec<Alike>,
}

impl FolderReport {
    pub(crate) fn new(format: &str, dry_run: bool, items: Vec<ImportItem>) -> Self {
        let count = |outcome| items.iter().filter(|item| item.outcome == outcome).count();
        Self {
            format: format.to_owned(),
            dry_run,
            courses: Vec::new(),
            created: count(ImportOutcome::Created),
            reused: count(ImportOutcome::Reused),
            changed: count(ImportOutcome::Changed),
            unchanged: count(ImportOutcome::Unchanged),
            edited_here: count(ImportOutcome::EditedHere),
            items,
            skipped: Vec::new(),
            unsupported: Vec::new(),
            repaired: Vec::new(),
            alike: Vec::new(),
        }
    }
}

impl fmt::Display for FolderReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = |outcome| match outcome {
            ImportOutcome::Created => "created",
            ImportOutcome::Reused => "reused",
            ImportOutcome::Changed => "changed",
            ImportOutcome::Unchanged => "unchanged",
            ImportOutcome::EditedHere => "edited here",
        };
        for item in self.items.iter().filter(|item| item.outcome != ImportOutcome::Unchanged) {
            let place = match (item.line, item.source.split_once('#')) {
                (Some(line), Some((file, _))) => format!("{file}:{line}"),
                (Some(line), None) => format!("{}:{line}", item.source),
                (None, _) => item.source.clone(),
            };
            let (outcome, kind) = (mark(item.outcome), item.kind.as_str());
            let language = item.language.as_ref().map(|language| format!(" in {language}"));
            let language = language.unwrap_or_default();
            writeln!(f, "{outcome:<11}  {kind:<10}  {}{language}  ({place})", item.key)?;
        }
        for Alike { key, like, likeness, .. } in &self.alike {
            writeln!(f, "{:<11}  {key} is {likeness} % like {like}", "alike")?;
        }
        let remarked = [
            ("repaired", &self.repaired),
            ("skipped", &self.skipped),
            ("unsupported", &self.unsupported),
        ];
        for (title, remarks) in remarked {
            for remark in remarks {
                writeln!(f, "{title:<11}  {remark}")?;
            }
        }
        writeln!(
            f,
            "{}{}: {} created, {}{} changed, {} unchanged, {} edited here; {} skipped, {} unsupported",
            if self.dry_run { "dry run of " } else { "" },
            self.format,
            self.created,
            if self.reused > 0 { format!("{} reused, ", self.reused) } else { String::new() },
            self.changed,
            self.unchanged,
            self.edited_here,
            self.skipped.len(),
            self.unsupported.len(),
        )?;
        for course in &self.courses {
            writeln!(f, "course {course}")?;
        }
        Ok(())
    }
}
