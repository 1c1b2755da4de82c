//! Applying an import: many components in one atomic step.
//!
//! An import is a list of subjects with the documents they should have, named by where they came
//! from. What was imported before is remembered by source, so that unchanged sources change
//! nothing, changed ones make exactly one revision each, and what people edited here since is
//! never overwritten. A dry run does the same in a transaction that is taken back.
//!
//! Translations come with the subjects they translate, after all of them, and are remembered by
//! source in the same way.

mod earlier;
mod equal;
mod place;
mod translations;

use std::collections::HashMap;

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

pub use self::translations::ImportTranslation;
use super::Session;
use super::save::{Document, Draft};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Component, ComponentId, Content, Digest, Key, Language, Library, Metadata, Right, Target,
    Violation,
};
use crate::store::imports::{self, ImportSource};
use crate::store::{Transaction, components, heads, now};
use earlier::{Earlier, Standing, remembered};
use place::{Placed, Placing};

/// A component that an import wants to be there.
#[derive(Clone, Debug)]
pub struct ImportSubject {
    /// Path in the imported folder, with `#part` where one file becomes several components.
    pub source: String,
    /// Line in that file where it begins, if that helps a reader.
    pub line: Option<usize>,
    /// Its id, when the source fixes it.
    pub id: Option<ComponentId>,
    /// The key it should have.
    pub key: Key,
    /// Its content; references may be keys of this library.
    pub content: Content,
    /// Its metadata.
    pub metadata: Metadata,
}

/// What became of one subject or translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportOutcome {
    /// A component was created.
    Created,
    /// An equal asset was there already and is used in its place.
    Reused,
    /// A revision was saved.
    Changed,
    /// The source is as it was.
    Unchanged,
    /// The source changed, but so did the component here: nothing was done.
    EditedHere,
}

/// One line of an import's report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportItem {
    /// Where it came from.
    pub source: String,
    /// Line in that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Key of the component.
    pub key: Key,
    /// What it is.
    pub kind: crate::model::Kind,
    /// The language of a translation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What became of it.
    pub outcome: ImportOutcome,
}

/// How an import goes about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOrder {
    /// The message of every revision.
    pub message: String,
    /// Only report what would be done.
    pub dry_run: bool,
    /// Use assets that are there already in place of equal ones: for imports that make up the keys of
    /// their assets, so that nobody misses one.
    pub reuses_assets: bool,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportReport {
    /// One entry per subject, in their order; then one per translation.
    pub items: Vec<ImportItem>,
}

/// What is the same for every subject of an import.
struct Run {
    message: String,
    time: OffsetDateTime,
    dry_run: bool,
    reuses_assets: bool,
}

/// A subject as it stands after its import.
struct Landed {
    component: Component,
    /// The digest pair that its source stands for; nothing when the source changed but was not
    /// imported.
    documents: Option<(Digest, Digest)>,
}

/// Carries a dry run's report out of the transaction that must not be kept.
const DRY_RUN: &str = "dry run";

impl Session {
    /// Whether an import into a library would be refused for want of rights: asked before much is
    /// sent.
    ///
    /// # Errors
    /// When there is no such library or the actor may not write in it.
    pub async fn may_import(&self, library: &Key) -> Result<()> {
        self.library_with(library, Right::Write).await.map(drop)
    }

    /// Applies an import, or with `dry_run` only reports what it would do.
    ///
    /// # Errors
    /// When the actor may not write in the library, or any subject is refused; nothing at all is
    /// imported then. Violations name the source.
    pub async fn import(
        &self,
        library: &Key,
        subjects: Vec<ImportSubject>,
        message: String,
        dry_run: bool,
    ) -> Result<ImportReport> {
        let order = ImportOrder { message, dry_run, reuses_assets: false };
        self.import_translated(library, subjects, Vec::new(), order).await
    }

    /// Applies an import whose subjects come with translations, all in the same step.
    ///
    /// # Errors
    /// As [`Session::import`]; also when a translation is of no subject, in the library's own
    /// language, or refused as [`Session::save_translation`] would.
    pub async fn import_translated(
        &self,
        library: &Key,
        subjects: Vec<ImportSubject>,
        translations: Vec<ImportTranslation>,
        order: ImportOrder,
    ) -> Result<ImportReport> {
        let ImportOrder { message, dry_run, reuses_assets } = order;
        let library = self.library_with(library, Right::Write).await?;
        // A dry run comes before the files are uploaded.
        if !dry_run {
            for subject in &subjects {
                self.pack_blobs(&subject.content).await.map_err(|error| at(subject, &error))?;
            }
            self.pack_translations(&subjects, &translations).await?;
        }
        let run = Run { message, time: now(), dry_run, reuses_assets };
        let session = self.clone();
        let report = std::sync::Arc::new(std::sync::Mutex::new(ImportReport::default()));
        let filled = std::sync::Arc::clone(&report);
        let done = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let items =
                        session.import_in(tx, &library, subjects, translations, run).await?;
                    if let Ok(mut report) = filled.lock() {
                        report.items = items;
                    }
                    if dry_run { Err(Error::new(ErrorKind::Conflict, DRY_RUN)) } else { Ok(()) }
                })
            })
            .await;
        match done {
            Err(error) if !(dry_run && error.message() == DRY_RUN) => Err(error),
            _ => {
                let report = report.lock().map(|report| report.clone());
                report.map_err(|_| Error::internal("the import's report was lost", "poisoned"))
            }
        }
    }

    async fn import_in(
        &self,
        tx: &Transaction,
        library: &Library,
        subjects: Vec<ImportSubject>,
        translations: Vec<ImportTranslation>,
        run: Run,
    ) -> Result<Vec<ImportItem>> {
        let known = imports::sources(tx, library.id).await?;
        let known = Earlier::new(&known, &self.view);
        // Every component first, so that subjects may refer to each other in any order.
        let placed = self.place(tx, library, subjects, &known, &run).await?;
        let ids = placed.iter().map(|placed| (placed.subject.key.clone(), placed.component.id));
        let ids: HashMap<Key, ComponentId> = ids.collect();
        let moved = place::moved(&placed, &known);
        let mut items = Vec::with_capacity(placed.len() + translations.len());
        let mut landed = HashMap::with_capacity(placed.len());
        for Placed { subject, component, how } in placed {
            let mut item = ImportItem {
                source: subject.source.clone(),
                line: subject.line,
                key: component.key.clone(),
                kind: component.kind,
                language: None,
                outcome: ImportOutcome::Unchanged,
            };
            let key = subject.key.clone();
            let (outcome, documents) = match how {
                Placing::Shared { is_new } => {
                    let outcome = self.share(tx, library, &subject, &component, is_new).await?;
                    (outcome, None)
                }
                Placing::New | Placing::There => {
                    let is_new = how == Placing::New;
                    let refers = place::refers_to(&subject.content, &moved);
                    let known = if refers { known.without_digests() } else { known };
                    let (component, ids) = (component.clone(), &ids);
                    self.import_one(tx, library, subject, component, ids, is_new, &known, &run)
                        .await?
                }
            };
            item.outcome = outcome;
            items.push(item);
            landed.insert(key, Landed { component, documents });
        }
        for translation in translations {
            let item = self
                .import_translation(tx, library, translation, &landed, &ids, &known, &run)
                .await?;
            items.push(item);
        }
        Ok(items)
    }

    /// The component a subject stands for: the one its source became, or the one with its id or
    /// key.
    async fn find_subject(
        &self,
        tx: &Transaction,
        library: &Library,
        subject: &ImportSubject,
        earlier: Option<&ImportSource>,
    ) -> Result<Option<Component>> {
        let by_source = match subject.id.or(earlier.map(|earlier| earlier.component)) {
            Some(id) => components::by_id(tx, id).await?,
            None => None,
        };
        let found = match by_source {
            Some(component) => Some(component),
            None => components::by_key(tx, library.id, &subject.key).await?,
        };
        let Some(component) = found else { return Ok(None) };
        let refusal = if component.library != library.id {
            Some(format!("component {} is in another library", component.id))
        } else if component.kind != subject.content.kind() {
            Some(format!(
                "`{}` is a {} here and would become a {}",
                component.key,
                component.kind,
                subject.content.kind()
            ))
        } else if component.deleted {
            Some(format!("`{}` is deleted here; restore it first", component.key))
        } else {
            None
        };
        match refusal {
            Some(message) => Err(at(subject, &Error::conflict(message))),
            None => Ok(Some(component)),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one step of `import_in`, split for reading")]
    async fn import_one(
        &self,
        tx: &Transaction,
        library: &Library,
        subject: ImportSubject,
        component: Component,
        ids: &HashMap<Key, ComponentId>,
        is_new: bool,
        known: &Earlier<'_>,
        run: &Run,
    ) -> Result<(ImportOutcome, Option<(Digest, Digest)>)> {
        let digest = digest_of(&subject);
        let head = match is_new {
            true => None,
            false => heads::of(tx, &self.view, component.id, &library.language).await?,
        };
        if let Some(head) = head {
            let documents = (head.content, head.metadata);
            match known.standing(&subject.source, digest, component.id, documents) {
                Standing::Unchanged => {
                    let saved = known.of(&subject.source).and_then(|earlier| earlier.saved);
                    return Ok((ImportOutcome::Unchanged, saved));
                }
                Standing::EditedHere => return Ok((ImportOutcome::EditedHere, None)),
                Standing::Changed => {}
            }
        }
        // Subjects name each other by the keys of the import, which may have been renamed here.
        let mut content = subject.content.clone();
        name_by_id(&mut content, ids).map_err(|error| at(&subject, &error))?;
        let source = remembered(self.view.branch(), &subject.source);
        let draft = Draft {
            component,
            language: library.language.clone(),
            content: Document::New(content),
            metadata: Document::New(subject.metadata.clone()),
            base: head.map(|head| head.revision),
            merge_parent: None,
            source: None,
            holds_files: !run.dry_run,
            message: run.message.clone(),
            actor: self.actor.id(),
            time: run.time,
        };
        let saved = self.store_revision(tx, draft).await.map_err(|error| at(&subject, &error))?;
        let record = ImportSource {
            source,
            digest,
            component: saved.component.id,
            saved: Some((saved.revision.content, saved.revision.metadata)),
        };
        imports::record(tx, library.id, &record).await?;
        Ok((outcome(is_new, saved.changed), record.saved))
    }
}

/// The digest of a subject's documents as they were read, before ids are put in.
fn digest_of(subject: &ImportSubject) -> Digest {
    Digest::of_document(&(&subject.content, &subject.metadata)).0
}

fn outcome(is_new: bool, changed: bool) -> ImportOutcome {
    match (is_new, changed) {
        (true, _) => ImportOutcome::Created,
        (false, true) => ImportOutcome::Changed,
        (false, false) => ImportOutcome::Unchanged,
    }
}

/// Puts the ids of an import's subjects in place of the keys by which they name each other.
fn name_by_id(content: &mut Content, ids: &HashMap<Key, ComponentId>) -> Result<()> {
    let known = |target: &Target| match target {
        Target::Key { library: None, key } => ids.get(key).copied().map(Target::Id),
        _ => None,
    };
    content
        .rewrite_targets(&mut |target| Ok(known(target).unwrap_or_else(|| target.clone())))
        .map_err(|violations| Error::violations("its references cannot be read", violations))
}

/// The error with the source named.
fn at(subject: &ImportSubject, error: &Error) -> Error {
    let place = match subject.line {
        Some(line) => format!("{}:{line}", subject.source),
        None => subject.source.clone(),
    };
    in_source(&place, error)
}

fn in_source(place: &str, error: &Error) -> Error {
    let violations: Vec<Violation> = error.violation_list().to_vec();
    Error::new(error.kind(), format!("{place}: {}", error.message())).with_violations(violations)
}
