//! What documents refer to: references become ids, slots are checked against what stands there.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use super::refused;
use crate::error::{ErrorKind, Result};
use crate::model::content::Use;
use crate::model::{
    Component, ComponentId, Content, Digest, Head, Key, Kind, Language, LibraryId, Right, Slot,
    Target, View, Violation,
};
use crate::service::Session;
use crate::store::{Connection, Transaction, components, documents, heads, libraries};

impl Session {
    /// Turns references into ids, checks every slot against what stands there, and gives slots
    /// without an id theirs. Answers the uses, by id now.
    pub(super) async fn resolve(
        &self,
        tx: &Transaction,
        component: &Component,
        head: Option<Head>,
        content: &mut Content,
        mut uses: Vec<Use>,
        found: &HashMap<Target, Component>,
    ) -> Result<Vec<Use>> {
        if uses.is_empty() {
            return Ok(uses);
        }
        let lacks_ids = content.lacks_slot_ids();
        let held = match head {
            Some(head) if lacks_ids || found.values().any(|target| target.retired) => {
                match documents::slots(tx, head.content).await {
                    // What was taken away is saved over like anything else.
                    Err(error) if error.kind() == ErrorKind::Redacted => Vec::new(),
                    slots => slots?,
                }
            }
            _ => Vec::new(),
        };
        let ids: Vec<_> = found.values().map(|target| target.id).collect();
        let out_of_view = heads::out_of_view(tx, &self.view, &ids).await?;
        let mut violations = Vec::new();
        for used in &uses {
            let readable = found.get(&used.target).filter(|c| self.may(c.library, Right::Read));
            let Some(target) = readable else {
                let message =
                    format!("there is no component `{}`, or you may not read it", used.target);
                violations.push(used.violation("reference", message));
                continue;
            };
            if target.deleted {
                let message =
                    format!("`{}` is deleted; restore it or refer to another", used.target);
                violations.push(used.violation("deleted", message));
            }
            if out_of_view.contains(&target.id) {
                let message = format!("`{}` has no version on this branch", used.target);
                violations.push(used.violation("branch", message));
            }
            let holds = held.iter().any(|slot| slot.component == target.id);
            if target.retired && used.role.is_some() && !holds {
                let message =
                    format!("`{}` is retired: kept where it is used, not for new use", used.target);
                violations.push(used.violation("retired", message));
            }
            if used.role.is_some() && !belongs_in(target, component) {
                let message = format!(
                    "`{}` is local to another structure: promote it to the library first",
                    used.target
                );
                violations.push(used.violation("local", message));
            }
            if let Some(role) = used.role
                && !target.kind.fits(component.kind, role)
            {
                let message = format!(
                    "a {} cannot be the {} of a {}",
                    target.kind,
                    role.as_str(),
                    component.kind
                );
                violations.push(used.violation("kind", message));
            }
        }
        if !violations.is_empty() {
            return Err(refused(violations));
        }
        if uses.iter().any(|used| used.target.id().is_none()) {
            content
                .rewrite_targets(&mut |target| {
                    found
                        .get(target)
                        .map(|component| Target::Id(component.id))
                        .ok_or_else(|| format!("`{target}` does not resolve"))
                })
                .map_err(refused)?;
            for used in &mut uses {
                if let Some(component) = found.get(&used.target) {
                    used.target = Target::Id(component.id);
                }
            }
        }
        if lacks_ids {
            content.fill_slot_ids(&held);
        }
        Ok(uses)
    }
}

/// The components that targets name; keys without a library are those of `home`.
pub(in crate::service) async fn find_targets(
    db: &impl Connection,
    home: LibraryId,
    targets: impl Iterator<Item = &Target>,
) -> Result<HashMap<Target, Component>> {
    let mut found = HashMap::new();
    let mut by_id = Vec::new();
    let mut library_ids = HashMap::<Key, Option<LibraryId>>::new();
    for target in targets.collect::<HashSet<_>>() {
        match target {
            Target::Id(id) => by_id.push(*id),
            Target::Key { library, key } => {
                let library_id = match library {
                    None => Some(home),
                    Some(name) => match library_ids.get(name) {
                        Some(known) => *known,
                        None => {
                            let id = libraries::by_key(db, name).await?.map(|library| library.id);
                            library_ids.insert(name.clone(), id);
                            id
                        }
                    },
                };
                if let Some(library_id) = library_id
                    && let Some(component) = components::by_key(db, library_id, key).await?
                {
                    found.insert(target.clone(), component);
                }
            }
        }
    }
    for (id, component) in components::by_ids(db, &by_id).await? {
        found.insert(Target::Id(id), component);
    }
    Ok(found)
}

/// Refuses a document that would make the component part of itself. Only modules hold their own
/// kind, and only texts hold texts, so only these are followed.
pub(in crate::service) async fn refuse_cycle(
    tx: &Transaction,
    view: &View,
    component: &Component,
    slots: &[Slot],
    found: &HashMap<Target, Component>,
    language: &Language,
) -> Result<()> {
    let follows: &[Kind] = match component.kind {
        Kind::Module => &[Kind::Module],
        Kind::Topic | Kind::Question => &[Kind::Topic, Kind::Question],
        Kind::WebPackage => &[Kind::WebPackage],
        _ => return Ok(()),
    };
    let mut seen = HashSet::new();
    let mut waiting: VecDeque<ComponentId> = slots.iter().map(|slot| slot.component).collect();
    while let Some(id) = waiting.pop_front() {
        if id == component.id {
            return Err(refused(vec![Violation::new(
                "",
                "cycle",
                format!("`{}` would become part of itself", component.key),
            )]));
        }
        if !seen.insert(id) {
            continue;
        }
        let kind = match found.get(&Target::Id(id)) {
            Some(child) => Some(child.kind),
            None => components::by_id(tx, id).await?.map(|child| child.kind),
        };
        if kind.is_some_and(|kind| follows.contains(&kind))
            && let Some(head) = heads::of(tx, view, id, language).await?
        {
            waiting.extend(documents::slots(tx, head.content).await?.iter().map(|s| s.component));
        }
    }
    Ok(())
}

/// Pointer, digest, media type and claimed size of every blob a document names.
pub(in crate::service) fn blob_uses(
    content: &Content,
) -> Vec<(String, Digest, String, Option<u64>)> {
    match content {
        Content::Asset(asset) => {
            let file = ("/blob".to_owned(), asset.blob, asset.media_type.clone(), Some(asset.size));
            let tracks = asset.tracks.iter().enumerate().map(|(n, track)| {
                (format!("/tracks/{n}/blob"), track.blob, "text/vtt".to_owned(), None)
            });
            std::iter::once(file).chain(tracks).collect()
        }
        Content::WebPackage(package) => package
            .files
            .iter()
            .enumerate()
            .map(|(n, file)| {
                (format!("/files/{n}/blob"), file.blob, file.media_type.clone(), Some(file.size))
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The components that uses name, when all of them name ids.
pub(super) fn ids_alone(uses: &[Use]) -> Option<Vec<ComponentId>> {
    let ids: Option<BTreeSet<_>> = uses.iter().map(|used| used.target.id()).collect();
    ids.map(|ids| ids.into_iter().collect())
}

pub(super) fn by_target(found: HashMap<ComponentId, Component>) -> HashMap<Target, Component> {
    found.into_iter().map(|(id, component)| (Target::Id(id), component)).collect()
}

/// Whether `part` may stand in a slot of `whole`: what is local to a structure stands in that and
/// in what else is local to it.
fn belongs_in(part: &Component, whole: &Component) -> bool {
    part.owner.is_none_or(|owner| owner == whole.id || whole.owner == Some(owner))
}
