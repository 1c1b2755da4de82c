//! Changing what a structure holds.

use serde::Serialize;
use utoipa::ToSchema;

use super::order::{AddPlacement, MoveTo, PlacementEdit, WriteInside};
use crate::error::{Error, ErrorKind, Result};
use crate::model::placing::PlacingError;
use crate::model::{
    Component, ComponentId, Content, Key, Library, LinkPolicy, Overrides, Placement, RevisionId,
    Right, Sequencing, SlotId, Target,
};
use crate::service::Session;
use crate::service::save::{Document, Draft, Saved, read_content, read_metadata, stale};
use crate::store::{Connection, Transaction, documents, heads, now};

/// What a change of placements led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlacementsEdited {
    /// The structure with its new revision.
    #[serde(flatten)]
    pub saved: Saved,
    /// The slots that were changed or made, in the order of the edits; those of the whole structure have
    /// none.
    pub slots: Vec<SlotId>,
}

/// A structure about to be changed, at the revision the change is based on.
pub(in crate::service) struct Parent {
    pub component: Component,
    pub library: Library,
    pub base: RevisionId,
    pub content: Content,
}

impl Session {
    /// Changes what a structure holds, all edits in one revision, based on the one `base` names.
    ///
    /// # Errors
    /// [`ErrorKind::StaleBase`] when the head is another by now; otherwise what is wrong with the
    /// first edit that cannot be made, or as [`Session::save`].
    pub async fn edit_placements(
        &self,
        target: &Target,
        base: RevisionId,
        edits: Vec<PlacementEdit>,
        message: String,
    ) -> Result<PlacementsEdited> {
        let db = self.lcms.store().reader();
        let mut parent = self.parent_at(db, target, base).await?;
        let mut slots = Vec::with_capacity(edits.len());
        for edit in edits {
            slots.extend(self.apply(db, &mut parent, edit).await?);
        }
        let draft = self.placing_draft(parent, message)?;
        let session = self.clone();
        let saved = self
            .lcms
            .store()
            .writer()
            .write(move |tx| Box::pin(async move { session.store_revision(tx, draft).await }))
            .await?;
        Ok(PlacementsEdited { saved, slots })
    }

    /// Moves a placement into another structure, with its slot id, in one step for both. Answers
    /// the structure that holds it now.
    ///
    /// # Errors
    /// As [`Session::edit_placements`], for either structure.
    pub async fn move_placement(
        &self,
        target: &Target,
        base: RevisionId,
        slot: SlotId,
        to: MoveTo,
        message: String,
    ) -> Result<PlacementsEdited> {
        let db = self.lcms.store().reader();
        let mut from = self.parent_at(db, target, base).await?;
        let mut into = self.parent_at(db, &to.parent, to.base).await?;
        if from.component.id == into.component.id {
            let edit = PlacementEdit::Move { slot, list: to.list, position: to.position };
            return self.edit_placements(target, base, vec![edit], message).await;
        }
        let (_, placement) = from.content.unplace(slot).ok_or_else(|| no_slot(&from, slot))?;
        into.content
            .place(to.list.as_deref(), to.position, placement)
            .map_err(|error| misplaced(&error))?;
        let drafts =
            [self.placing_draft(from, message.clone())?, self.placing_draft(into, message)?];
        let session = self.clone();
        let saved = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let [from, into] = drafts;
                    session.store_revision(tx, from).await?;
                    session.store_revision(tx, into).await
                })
            })
            .await?;
        Ok(PlacementsEdited { saved, slots: vec![slot] })
    }

    /// Writes a new component inside a structure and places it there. It is local to the
    /// structure: found and placed nowhere else, until [`Session::promote`] makes it part of the
    /// library. Answers the structure and the new slot.
    ///
    /// # Errors
    /// As [`Session::create`] and [`Session::edit_placements`].
    pub async fn write_inside(
        &self,
        target: &Target,
        base: RevisionId,
        new: WriteInside,
        message: String,
    ) -> Result<PlacementsEdited> {
        let db = self.lcms.store().reader();
        let mut parent = self.parent_at(db, target, base).await?;
        if !parent.component.kind.is_structural() {
            return Err(Error::invalid(format!(
                "`{}` is a {}: only into courses, modules, lessons and assessments can be written",
                parent.component.key, parent.component.kind
            )));
        }
        let (content, uses) = read_content(new.kind, new.content)?;
        let metadata = read_metadata(new.metadata)?;
        self.pack_blobs(&content).await?;
        let owner = parent.component.owner.unwrap_or(parent.component.id);
        let proposed = match &new.key {
            Some(key) => key.clone(),
            None => Key::from_text(content.title())
                .or_else(|| Key::from_text(new.kind.as_str()))
                .ok_or_else(|| Error::invalid("no key can be made from the title: give one"))?,
        };
        let id = ComponentId::new();
        let placement = Placement::of(id);
        let slot = placement.id;
        parent
            .content
            .place(new.list.as_deref(), new.position, placement)
            .map_err(|error| misplaced(&error))?;
        let library = parent.library.clone();
        let (is_given, kind, time, actor) = (new.key.is_some(), new.kind, now(), self.actor.id());
        let written = message.clone();
        let parent = self.placing_draft(parent, message)?;
        let session = self.clone();
        let saved = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let key = match is_given {
                        true => proposed,
                        false => session.free_key(tx, library.id, &proposed).await?,
                    };
                    let component = Component {
                        id,
                        library: library.id,
                        key,
                        kind,
                        retired: false,
                        deleted: false,
                        owner: Some(owner),
                        created: time,
                    };
                    crate::service::save::insert_component(tx, &library, &component).await?;
                    let draft = Draft {
                        component,
                        language: library.language,
                        content: Document::Read(content, uses),
                        metadata: Document::New(metadata),
                        base: None,
                        merge_parent: None,
                        source: None,
                        holds_files: true,
                        message: written,
                        actor,
                        time,
                    };
                    session.store_revision(tx, draft).await?;
                    session.store_revision(tx, parent).await
                })
            })
            .await?;
        Ok(PlacementsEdited { saved, slots: vec![slot] })
    }

    /// A structure that the actor may write, at the revision a change is based on.
    pub(in crate::service) async fn parent_at(
        &self,
        db: &impl Connection,
        target: &Target,
        base: RevisionId,
    ) -> Result<Parent> {
        let (component, library) = self.component_with(target, Right::Write).await?;
        let head = heads::of(db, &self.view, component.id, &library.language)
            .await?
            .filter(|head| head.revision == base)
            .ok_or_else(|| stale(&component, base))?;
        let content = documents::content(db, head.content).await?;
        Ok(Parent { component, library, base, content })
    }

    async fn apply(
        &self,
        db: &impl Connection,
        parent: &mut Parent,
        edit: PlacementEdit,
    ) -> Result<Option<SlotId>> {
        let slot = match edit {
            PlacementEdit::Add(add) => self.add(db, parent, *add).await?,
            PlacementEdit::Move { slot, list, position } => {
                let (from, placement) =
                    parent.content.unplace(slot).ok_or_else(|| no_slot(parent, slot))?;
                parent
                    .content
                    .place(Some(list.as_deref().unwrap_or(&from)), position, placement)
                    .map_err(|error| misplaced(&error))?;
                slot
            }
            PlacementEdit::Remove { slot } => {
                parent.content.unplace(slot).ok_or_else(|| no_slot(parent, slot))?;
                slot
            }
            PlacementEdit::Follow { slot, policy } => {
                let placement = placement_in(parent, slot)?;
                let now = placement.policy.clone();
                let (child, _) = self.component_with(&placement.component, Right::Read).await?;
                let language = parent.library.language.clone();
                let policy = self.chosen(db, &child, &policy, &now, &language).await?;
                placement_in(parent, slot)?.policy = policy;
                slot
            }
            PlacementEdit::Override { slot, name, value } => {
                let overrides = &mut placement_in(parent, slot)?.overrides;
                overrides.set(&name, value).map_err(|wanted| {
                    Error::invalid(format!("the override of `{name}` must be {wanted}"))
                })?;
                slot
            }
            PlacementEdit::Reset { slot, name } => {
                let overrides = &mut placement_in(parent, slot)?.overrides;
                match name {
                    None => *overrides = Overrides::default(),
                    Some(name) if overrides.reset(&name) => {}
                    Some(name) => {
                        let message = format!("slot {slot} does not override `{name}`");
                        return Err(Error::not_found(message));
                    }
                }
                slot
            }
            PlacementEdit::Conditions { slot, when } => {
                placement_in(parent, slot)?.when = when;
                slot
            }
            PlacementEdit::Sequence { slot, sequencing } => {
                if parent.content.order().is_none() {
                    return Err(not_sequenced(parent));
                }
                let missing = no_slot(parent, slot);
                *parent.content.sequencing_mut(slot).ok_or(missing)? = sequencing;
                slot
            }
            PlacementEdit::Order { order } => {
                let missing = not_sequenced(parent);
                *parent.content.order_mut().ok_or(missing)? = order;
                return Ok(None);
            }
        };
        Ok(Some(slot))
    }

    async fn add(
        &self,
        db: &impl Connection,
        parent: &mut Parent,
        add: AddPlacement,
    ) -> Result<SlotId> {
        let target = match add.component {
            Target::Key { library: None, key } => {
                Target::Key { library: Some(parent.library.key.clone()), key }
            }
            named => named,
        };
        let (child, _) = self.component_with(&target, Right::Read).await?;
        let language = &parent.library.language;
        let policy = self.chosen(db, &child, &add.policy, &LinkPolicy::Latest, language).await?;
        let id = add.slot.unwrap_or_else(SlotId::new);
        let placement = Placement {
            id,
            component: Target::Id(child.id),
            policy,
            overrides: add.overrides,
            when: add.when,
            sequencing: Sequencing::default(),
        };
        parent
            .content
            .place(add.list.as_deref(), add.position, placement)
            .map_err(|error| misplaced(&error))?;
        Ok(id)
    }

    /// The next revision of a structure whose placements were changed; the changed document is
    /// held to every rule again.
    pub(in crate::service) fn placing_draft(
        &self,
        parent: Parent,
        message: String,
    ) -> Result<Draft> {
        let kind = parent.component.kind;
        let value = serde_json::to_value(&parent.content)
            .map_err(|error| Error::internal("a document cannot be written as JSON", error))?;
        let (content, uses) = read_content(kind, value)?;
        Ok(Draft {
            component: parent.component,
            language: parent.library.language,
            content: Document::Read(content, uses),
            metadata: Document::Same,
            base: Some(parent.base),
            merge_parent: None,
            source: None,
            holds_files: true,
            message,
            actor: self.actor.id(),
            time: now(),
        })
    }

    /// A key that is free in a library: the one proposed, or it with a number.
    pub(in crate::service) async fn free_key(
        &self,
        tx: &Transaction,
        library: crate::model::LibraryId,
        proposed: &Key,
    ) -> Result<Key> {
        let mut number = 1;
        let mut key = proposed.clone();
        while crate::store::components::by_key(tx, library, &key).await?.is_some() {
            number += 1;
            key = numbered(proposed, number)?;
        }
        Ok(key)
    }
}

fn numbered(key: &Key, number: u32) -> Result<Key> {
    let end = format!("-{number}");
    let kept = key.as_str().len().min(crate::model::key::MAX_KEY_LENGTH - end.len());
    format!("{}{end}", &key.as_str()[..kept])
        .parse()
        .map_err(|error| Error::internal("no key could be made", error))
}

fn placement_in(parent: &mut Parent, slot: SlotId) -> Result<&mut Placement> {
    let missing = no_slot(parent, slot);
    parent.content.placement_mut(slot).ok_or(missing)
}

pub(in crate::service) fn no_slot(parent: &Parent, slot: SlotId) -> Error {
    Error::not_found(format!(
        "`{}/{}` has no placement {slot}",
        parent.library.key, parent.component.key
    ))
    .hint(
        "list them with `lcms placement list`; what text embeds or includes is edited in the text",
    )
}

fn not_sequenced(parent: &Parent) -> Error {
    Error::invalid(format!(
        "`{}` is a {}: an order, gates and limits are said in courses and modules",
        parent.component.key, parent.component.kind
    ))
}

fn misplaced(error: &PlacingError) -> Error {
    Error::new(ErrorKind::Invalid, error.to_string())
}
