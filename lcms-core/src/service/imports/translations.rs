//! The translations of an import.
//!
//! Each is made from its subject as the import has it, and says only what is otherwise than there.
//! When only the subject changes, what was translated before is stale. Where people edited the
//! subject here and the import left it alone, it leaves a changed translation alone as well.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::earlier::{Earlier, Standing, remembered};
use super::{
    ImportItem, ImportOutcome, ImportSubject, Landed, Run, in_source, name_by_id, outcome,
};
use crate::error::{Error, Result};
use crate::model::{ComponentId, Content, Digest, Key, Language, Library, Metadata, Violation};
use crate::service::Session;
use crate::service::save::{Document, Draft, refused};
use crate::store::imports::{self, ImportSource};
use crate::store::{Transaction, documents, heads};

/// A translation of one of an import's subjects.
#[derive(Clone, Debug)]
pub struct ImportTranslation {
    /// Path in the imported folder.
    pub source: String,
    /// Key of the subject it translates.
    pub subject: Key,
    /// Its language.
    pub language: Language,
    /// What its content says otherwise than the subject's; see [`Content::translated`].
    pub content: Map<String, Value>,
    /// The fields of its metadata that are otherwise than the subject's.
    pub metadata: Map<String, Value>,
}

impl ImportTranslation {
    /// The translated document, made from `source`.
    fn content_from(&self, source: &Content) -> Result<Content> {
        source.translated(&self.content).map_err(|found| self.refusal(&refused(found)))
    }

    /// The translated metadata, made from `source`.
    fn metadata_from(&self, source: &Metadata) -> Result<Metadata> {
        let refuse = |violations: Vec<Violation>| {
            self.refusal(&Error::violations("the metadata document breaks rules", violations))
        };
        let mut whole = match serde_json::to_value(source) {
            Ok(Value::Object(whole)) => whole,
            _ => Map::new(),
        };
        whole.extend(self.metadata.clone());
        Metadata::parse(Value::Object(whole)).map_err(refuse)
    }

    fn refusal(&self, error: &Error) -> Error {
        in_source(&self.source, error)
    }
}

impl Session {
    /// Makes sure that the files of translations are there, as those of their subjects.
    pub(super) async fn pack_translations(
        &self,
        subjects: &[ImportSubject],
        translations: &[ImportTranslation],
    ) -> Result<()> {
        for translation in translations {
            let subject = subjects.iter().find(|subject| subject.key == translation.subject);
            if let Some(subject) = subject.filter(|subject| !subject.content.blobs().is_empty()) {
                let content = translation.content_from(&subject.content)?;
                self.pack_blobs(&content).await.map_err(|error| translation.refusal(&error))?;
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one step of `import_in`, split for reading")]
    pub(super) async fn import_translation(
        &self,
        tx: &Transaction,
        library: &Library,
        translation: ImportTranslation,
        landed: &HashMap<Key, Landed>,
        ids: &HashMap<Key, ComponentId>,
        known: &Earlier<'_>,
        run: &Run,
    ) -> Result<ImportItem> {
        let refuse = |message| translation.refusal(&Error::invalid(message));
        let Some(Landed { component, documents: made_from }) = landed.get(&translation.subject)
        else {
            return Err(refuse(format!("the import has no `{}`", translation.subject)));
        };
        if translation.language == library.language {
            return Err(refuse(format!(
                "`{}` is the language of library `{}` itself",
                library.language, library.key
            )));
        }
        let mut item = ImportItem {
            source: translation.source.clone(),
            line: None,
            key: component.key.clone(),
            kind: component.kind,
            language: Some(translation.language.clone()),
            outcome: ImportOutcome::Unchanged,
        };
        let digest = Digest::of_document(&(&translation.content, &translation.metadata)).0;
        let head = heads::of(tx, &self.view, component.id, &translation.language).await?;
        if let Some(head) = head {
            let documents = (head.content, head.metadata);
            match known.standing(&translation.source, digest, component.id, documents) {
                Standing::Unchanged => return Ok(item),
                Standing::EditedHere => {
                    item.outcome = ImportOutcome::EditedHere;
                    return Ok(item);
                }
                Standing::Changed => {}
            }
        }
        let Some((content, metadata)) = *made_from else {
            item.outcome = ImportOutcome::EditedHere;
            return Ok(item);
        };
        let mut translated = translation.content_from(&documents::content(tx, content).await?)?;
        name_by_id(&mut translated, ids).map_err(|error| translation.refusal(&error))?;
        let draft = Draft {
            component: component.clone(),
            language: translation.language.clone(),
            content: Document::New(translated),
            metadata: Document::New(
                translation.metadata_from(&documents::metadata(tx, metadata).await?)?,
            ),
            base: head.map(|head| head.revision),
            merge_parent: None,
            source: Some(content),
            holds_files: !run.dry_run,
            message: run.message.clone(),
            actor: self.actor.id(),
            time: run.time,
        };
        let saved =
            self.store_revision(tx, draft).await.map_err(|error| translation.refusal(&error))?;
        let record = ImportSource {
            source: remembered(self.view.branch(), &translation.source),
            digest,
            component: component.id,
            saved: Some((saved.revision.content, saved.revision.metadata)),
        };
        imports::record(tx, library.id, &record).await?;
        item.outcome = outcome(head.is_none(), saved.changed);
        Ok(item)
    }
}
