//! A release made: a closure frozen, and stored unless it is there already.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ReleaseView, describe, read_label, require_free};
use crate::error::{Error, Result};
use crate::model::{
    Component, ComponentId, Digest, EncodedNode, EventKind, Key, Label, Language, Release,
    ReleaseId, Right, Target, Violation,
};
use crate::service::Session;
use crate::service::components::not_here;
use crate::service::freeze::{self, Earlier, Lack, Translated, Version};
use crate::store::events::{self, NewEvent};
use crate::store::{Transaction, documents, heads, nodes, now, releases};

/// A release to be made.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRelease {
    /// Name given to it, such as `2026.1`; unique among the component's releases.
    #[serde(default)]
    pub label: Option<String>,
    /// Why, in the author's words.
    #[serde(default)]
    pub notes: String,
    /// The language to freeze in; the library's own when left out. Everything in it has to have a
    /// current translation.
    #[serde(default)]
    pub language: Option<Language>,
    /// Freeze in another language though something is not translated: what has no translation
    /// is shown in the library's language, what has an old one in that.
    #[serde(default)]
    pub allow_untranslated: bool,
}

/// Something that a release in another language does not show in a current translation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Untranslated {
    /// The component.
    pub component: ComponentId,
    /// `library/key`; absent when you may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What its translation lacks.
    pub lack: Lack,
}

impl Session {
    /// Freezes a structural component as it stands, with everything in its slots; in another
    /// language than the library's, everything in its translation.
    ///
    /// # Errors
    /// When the component is not structural, a slot cannot be resolved, something is not
    /// translated and that is not allowed, the label is taken, or the actor may not publish.
    pub async fn release(&self, target: &Target, new: NewRelease) -> Result<ReleaseView> {
        let (component, library) = self.component_with(target, Right::Publish).await?;
        let name = format!("{}/{}", library.key, component.key);
        if !component.kind.is_structural() {
            return Err(Error::invalid(format!(
                "`{name}` is a {}: only courses, modules, lessons and assessments are released",
                component.kind
            )));
        }
        if component.deleted {
            return Err(Error::conflict(format!("`{name}` is deleted; restore it first")));
        }
        let label = read_label(new.label)?;
        let source = library.language.clone();
        let language = new.language.unwrap_or_else(|| source.clone());
        let snapshot = self.lcms.store().snapshot().await?;
        let head = heads::of(&snapshot, &self.view, component.id, &source)
            .await?
            .ok_or_else(|| not_here(&component))?;
        let root =
            Version { component: component.id, content: head.content, metadata: head.metadata };
        let moment = freeze::moment(&snapshot, &self.view).await?;
        let earlier = Earlier::find(&snapshot, &self.view, component.id, &source, moment).await?;
        let (view, earlier) = (&self.view, earlier.as_ref());
        let Translated { frozen, documents, open } = if language == source {
            let frozen = freeze::freeze(&snapshot, view, root, &source, earlier).await?;
            Translated { frozen, documents: Vec::new(), open: Vec::new() }
        } else {
            freeze::translated(&snapshot, view, root, (&source, &language), earlier).await?
        };
        drop(snapshot);
        let untranslated = self.untranslated(open).await?;
        if !untranslated.is_empty() && !new.allow_untranslated {
            return Err(refuse_untranslated(&name, &language, &untranslated));
        }
        let release = Release {
            id: ReleaseId::new(),
            component: component.id,
            number: 0,
            digest: frozen.digest,
            content_root: frozen.roots.content,
            metadata_root: frozen.roots.metadata,
            language,
            branch: self.view.branch(),
            moment: Some(moment),
            label: label.map(|label| label.to_string()),
            notes: new.notes,
            author: self.actor.id(),
            created: now(),
            event: moment,
        };
        let event = NewEvent {
            library: Some(library.id),
            component: Some(component.id),
            revision: Some(head.revision),
            detail: serde_json::json!({ "digest": release.digest }),
            ..NewEvent::new(EventKind::ReleaseCreated, release.created, self.actor.id())
        };
        let (release, created_now) = self
            .lcms
            .store()
            .writer()
            .write(move |tx| Box::pin(store(tx, release, frozen.nodes, documents, event)))
            .await?;
        let view = self.shown(release, &component, library, created_now).await?;
        Ok(ReleaseView { untranslated, ..view })
    }

    /// What is not translated, by name.
    async fn untranslated(&self, open: Vec<(ComponentId, Lack)>) -> Result<Vec<Untranslated>> {
        let ids: Vec<_> = open.iter().map(|(id, _)| *id).collect();
        let readable = self.readable_among(&ids).await?;
        let named = |(component, lack)| {
            let found: Option<&(Component, Key)> = readable.get(&component);
            let name = found.map(|(component, library)| format!("{library}/{}", component.key));
            Untranslated { component, name, lack }
        };
        Ok(open.into_iter().map(named).collect())
    }
}

/// The refusal of a release in a language that not everything in it is translated into.
fn refuse_untranslated(course: &str, language: &Language, parts: &[Untranslated]) -> Error {
    let said = |part: &Untranslated| {
        let name = part.name.clone().unwrap_or_else(|| part.component.to_string());
        let message = match part.lack {
            Lack::Missing => format!("`{name}` has no translation"),
            Lack::Stale => format!("the translation of `{name}` was made from another version"),
            Lack::Unapproved => format!("the translation of `{name}` is not approved"),
        };
        Violation::new(format!("/{name}"), part.lack.as_str(), message)
    };
    let message = format!("`{course}` is not wholly translated into `{language}`");
    Error::violations(message, parts.iter().map(said).collect())
        .hint("translate what is listed, or allow it (`--allow-untranslated`)")
}

/// Stores a new release, or finds the one of the same closure; says whether it is new.
async fn store(
    tx: &Transaction,
    release: Release,
    frozen: Vec<(Digest, EncodedNode)>,
    made: Vec<(Digest, Vec<u8>)>,
    event: NewEvent,
) -> Result<(Release, bool)> {
    if let Some(same) = releases::by_digest(tx, release.digest).await? {
        if same.language != release.language {
            return Err(Error::conflict(format!(
                "nothing in it is translated: the same closure is release {} in `{}`",
                same.number, same.language
            )));
        }
        let Some(label) = release.label else { return Ok((same, false)) };
        return match &same.label {
            Some(known) if *known == label => Ok((same, false)),
            Some(known) => Err(Error::conflict(format!(
                "this closure is release {} (`{known}`) already",
                same.number
            ))
            .hint("leave the label out, or give that release another one")),
            None => {
                let label: Label =
                    label.parse().map_err(|error| Error::invalid(format!("{error}")))?;
                require_free(tx, &same, &label).await?;
                let kind = EventKind::ReleaseDescribed;
                let labelled = Release { label: Some(label.to_string()), ..same };
                Ok((describe(tx, labelled, NewEvent { kind, ..event }).await?, false))
            }
        };
    }
    if let Some(label) = &release.label {
        let label = label.parse().map_err(|error| Error::invalid(format!("{error}")))?;
        require_free(tx, &release, &label).await?;
    }
    for (digest, body) in made {
        documents::refuse_redacted(tx, digest).await?;
        documents::put(tx, digest, body).await?;
    }
    nodes::put_many(tx, frozen).await?;
    let release = Release {
        number: releases::last_number(tx, release.component).await? + 1,
        event: events::next_number(tx).await?,
        ..release
    };
    releases::insert(tx, &release).await?;
    let event = NewEvent { release: Some(release.id), ..event };
    events::insert(tx, release.event, event).await?;
    Ok((release, true))
}
