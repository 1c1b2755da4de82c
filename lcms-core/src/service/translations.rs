//! Translations: heads of the same component in other languages, and how far they are behind.
//!
//! Each revision of a translation names the content digest it was made from. While that is the
//! source's content, the translation is current; after an edit of the source it is stale, and the
//! two digests say what changed since. Reverting the source makes it current again.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Session;
use super::components::{not_here, state_at};
use super::save::{Document, Draft, Saved, read_metadata, refuse_long, refused};
use super::titles::title_in;
use crate::error::{Error, Result};
use crate::model::{
    ComponentId, Content, Digest, Head, Key, Kind, Language, Metadata, Revision, RevisionId, Right,
    State, Target,
};
use crate::store::{Connection, components, documents, heads, now};

/// A translation to be saved.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveTranslation {
    /// The translated document. Of a course, module, lesson or assessment only its strings count.
    #[schema(value_type = Object)]
    pub content: Value,
    /// The translated metadata; the source's when left out.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Value>,
    /// Digest of the source's content it was made from; that of its present head when left out.
    #[serde(default)]
    pub source: Option<Digest>,
    /// Why, in the translator's words.
    #[serde(default)]
    pub message: String,
}

/// How far a translation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TranslationState {
    /// There is none.
    Missing,
    /// The source says something else by now.
    Stale,
    /// It was made from what the source says.
    Current,
}

/// A component in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Translation {
    /// The language.
    pub language: Language,
    /// How far it is.
    pub state: TranslationState,
    /// Its revision.
    pub revision: RevisionId,
    /// The revision's number.
    pub number: u32,
    /// Digest of the source's content it was made from.
    pub made_from: Digest,
    /// Digest of the source's content now.
    pub source: Digest,
}

/// A translation with its documents.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TranslationView {
    /// The component.
    pub component: ComponentId,
    /// How far it is, and what it was made from.
    #[serde(flatten)]
    pub translation: Translation,
    /// Where the revision stands.
    pub review: State,
    /// The translated document; of a structure only its strings.
    #[schema(value_type = Object)]
    pub content: Content,
    /// The metadata document.
    pub metadata: Metadata,
}

/// How far a component with everything below it is translated.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ClosureTranslation {
    /// The component.
    pub component: ComponentId,
    /// The language.
    pub language: Language,
    /// How many components are translated as they stand.
    pub current: u64,
    /// How many translations are behind their source.
    pub stale: u64,
    /// How many components have none.
    pub missing: u64,
    /// Everything that is stale or missing, in the order a learner meets it. Components you may
    /// not read are counted and not named.
    pub open: Vec<TranslatedPart>,
}

/// One component of what is to be translated.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TranslatedPart {
    /// The component.
    pub component: ComponentId,
    /// `library/key`.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its title in the source's language.
    pub title: String,
    /// How far its translation is.
    pub state: TranslationState,
    /// Digest of the source's content that the translation was made from; absent when there is
    /// none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_from: Option<Digest>,
    /// Digest of the source's content now.
    pub source: Digest,
}

impl Session {
    /// Saves a translation of a component: the first when `base` is absent, otherwise based on
    /// the revision of that language which `base` names.
    ///
    /// # Errors
    /// When the language is the library's own, the document breaks a rule or differs from its
    /// source in what is not language, the component never had the source named, the head of that
    /// language is another than `base`, or the actor may not write.
    pub async fn save_translation(
        &self,
        target: &Target,
        language: &Language,
        base: Option<RevisionId>,
        new: SaveTranslation,
    ) -> Result<Saved> {
        let (component, library) = self.component_with(target, Right::Write).await?;
        if *language == library.language {
            return Err(Error::invalid(format!(
                "`{language}` is the language of library `{}`: save the component itself",
                library.key
            )));
        }
        let db = self.lcms.store().reader();
        let head = heads::of(db, &self.view, component.id, &library.language)
            .await?
            .ok_or_else(|| not_here(&component))?;
        let made_from = match new.source {
            None => head.content,
            Some(digest) => {
                let known =
                    components::has_content(db, component.id, &library.language, digest).await?;
                if !known {
                    return Err(Error::invalid(format!(
                        "`{}` never said {digest} in `{}`",
                        component.key, library.language
                    ))
                    .hint("name the content digest of the revision that was translated"));
                }
                digest
            }
        };
        refuse_long(&new.content)?;
        let source = documents::content(db, made_from).await?;
        let content = self.with_ids(new.content, &source, component.library).await?;
        let content = Content::parse_translation(&source, content).map_err(refused)?;
        self.pack_blobs(&content).await?;
        let metadata = match new.metadata {
            Some(value) => Document::New(read_metadata(value)?),
            None => Document::Stored(head.metadata),
        };
        let draft = Draft {
            component,
            language: language.clone(),
            content: Document::New(content),
            metadata,
            base,
            merge_parent: None,
            source: Some(made_from),
            holds_files: true,
            message: new.message,
            actor: self.actor.id(),
            time: now(),
        };
        let session = self.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| Box::pin(async move { session.store_revision(tx, draft).await }))
            .await
    }

    /// A translation as people send it may name components by key, as everywhere; what it was
    /// made from names them by id, and the two must be the same.
    async fn with_ids(
        &self,
        value: Value,
        source: &Content,
        home: crate::model::LibraryId,
    ) -> Result<Value> {
        let shown = self.with_keys(source, home).await?;
        let keys = shown.placed().into_iter().map(|p| p.placement.component.to_string());
        let ids = source.placed().into_iter().map(|p| p.placement.component.to_string());
        let known: HashMap<String, String> = keys.zip(ids).collect();
        Ok(in_ids(value, &known))
    }

    /// The languages a component is translated into, and how far each is.
    ///
    /// # Errors
    /// When there is no such component or the actor may not read it.
    pub async fn translations(&self, target: &Target) -> Result<Vec<Translation>> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        let snapshot = self.lcms.store().snapshot().await?;
        let db = &snapshot;
        let source = heads::of(db, &self.view, component.id, &library.language)
            .await?
            .ok_or_else(|| not_here(&component))?;
        let mut found = Vec::new();
        for language in heads::languages(db, &[component.id]).await? {
            if language == library.language {
                continue;
            }
            if let Some(head) = heads::of(db, &self.view, component.id, &language).await? {
                found.extend(translation(language, &head, source.content));
            }
        }
        Ok(found)
    }

    /// A component's translation, with its documents.
    ///
    /// # Errors
    /// When there is none, or the actor may not read the component.
    pub async fn translation(
        &self,
        target: &Target,
        language: &Language,
    ) -> Result<TranslationView> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        let snapshot = self.lcms.store().snapshot().await?;
        let db = &snapshot;
        let source = heads::of(db, &self.view, component.id, &library.language)
            .await?
            .ok_or_else(|| not_here(&component))?;
        let missing =
            || Error::not_found(format!("`{}` is not translated into `{language}`", component.key));
        let head = heads::of(db, &self.view, component.id, language).await?.ok_or_else(missing)?;
        let translation =
            translation(language.clone(), &head, source.content).ok_or_else(missing)?;
        let revision: Revision =
            components::revision(db, head.revision).await?.ok_or_else(missing)?;
        Ok(TranslationView {
            component: component.id,
            translation,
            review: state_at(db, &component, &revision).await?,
            content: documents::content(db, head.content).await?,
            metadata: documents::metadata(db, head.metadata).await?,
        })
    }

    /// How far a component, with everything that its slots lead to, is translated.
    ///
    /// # Errors
    /// When there is no such component or the actor may not read it.
    pub async fn translation_of_closure(
        &self,
        target: &Target,
        language: &Language,
    ) -> Result<ClosureTranslation> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        let keys = self.library_keys().await?;
        let snapshot = self.lcms.store().snapshot().await?;
        let db = &snapshot;
        let parts = self.closure(db, component.id, &library.language).await?;
        let ids: Vec<_> = parts.iter().map(|part| part.0).collect();
        let translated = heads::of_many(db, &self.view, &ids, language).await?;
        let rows = components::by_ids(db, &ids).await?;
        let mut answer = ClosureTranslation {
            component: component.id,
            language: language.clone(),
            current: 0,
            stale: 0,
            missing: 0,
            open: Vec::new(),
        };
        for (id, source, title) in parts {
            let head = translated.get(&id);
            let state = match head {
                None => TranslationState::Missing,
                Some(head) => state_of(head, source),
            };
            match state {
                TranslationState::Current => answer.current += 1,
                TranslationState::Stale => answer.stale += 1,
                TranslationState::Missing => answer.missing += 1,
            }
            let Some(row) = rows.get(&id) else { continue };
            let Some(library) = keys.get(&row.library) else { continue };
            if state != TranslationState::Current {
                answer.open.push(TranslatedPart {
                    component: id,
                    name: name(library, &row.key),
                    kind: row.kind,
                    title,
                    state,
                    made_from: head.and_then(|head| head.source),
                    source,
                });
            }
        }
        Ok(answer)
    }

    /// A component and everything its slots lead to, each once with content digest and title, in
    /// the order a learner meets it.
    async fn closure(
        &self,
        db: &impl Connection,
        root: ComponentId,
        language: &Language,
    ) -> Result<Vec<(ComponentId, Digest, String)>> {
        let mut found = HashMap::<ComponentId, (Digest, String, Vec<ComponentId>)>::new();
        let mut level = vec![root];
        while !level.is_empty() {
            let standing = heads::of_many(db, &self.view, &level, language).await?;
            let digests: Vec<_> = standing.values().map(|head| head.content).collect();
            let bodies = documents::get_many(db, &digests).await?;
            level = Vec::new();
            for (id, head) in standing {
                let Some(body) = bodies.get(&head.content) else { continue };
                let children: Vec<_> = match head.is_leaf() {
                    true => Vec::new(),
                    false => Content::from_stored(body)
                        .map(|content| content.slots().iter().map(|slot| slot.component).collect())
                        .unwrap_or_default(),
                };
                level.extend(&children);
                found.insert(id, (head.content, title_in(body), children));
            }
            let mut seen = HashSet::new();
            level.retain(|id| !found.contains_key(id) && seen.insert(*id));
        }
        let mut order = Vec::with_capacity(found.len());
        let mut waiting = vec![root];
        while let Some(id) = waiting.pop() {
            let Some((content, title, children)) = found.remove(&id) else { continue };
            order.push((id, content, title));
            waiting.extend(children.into_iter().rev());
        }
        Ok(order)
    }
}

fn name(library: &Key, key: &Key) -> String {
    format!("{library}/{key}")
}

fn state_of(head: &Head, source: Digest) -> TranslationState {
    match head.source {
        Some(made_from) if made_from == source => TranslationState::Current,
        _ => TranslationState::Stale,
    }
}

/// A head as a translation; nothing when it was made from nothing.
fn translation(language: Language, head: &Head, source: Digest) -> Option<Translation> {
    Some(Translation {
        language,
        state: state_of(head, source),
        revision: head.revision,
        number: head.number,
        made_from: head.source?,
        source,
    })
}

/// The value with known keys of components turned into ids.
fn in_ids(value: Value, known: &HashMap<String, String>) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| match value {
                    Value::String(text) if name == "component" => {
                        let id = known.get(&text).cloned().unwrap_or(text);
                        (name, Value::String(id))
                    }
                    value => (name, in_ids(value, known)),
                })
                .collect(),
        ),
        Value::Array(values) => {
            Value::Array(values.into_iter().map(|value| in_ids(value, known)).collect())
        }
        plain => plain,
    }
}
