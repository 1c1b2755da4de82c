//! Freezing a closure, and reading it back.
//!
//! Freezing reads one snapshot of the store. Heads are followed level by level, each slot by its
//! link policy, with a few statements for all slots of a level; then both trees are built from
//! the leaves up ([`build`]). When the component was released before, only what may have changed
//! since is followed: the change log names the components that anything happened to, where-used
//! what stands above them, and every other node is taken over from the earlier release
//! ([`earlier`]). Nothing of the result depends on which way it was made.
//!
//! Reading back walks both trees in step ([`mod@read`]); what a release holds is then known without
//! asking for any head.

mod build;
mod earlier;
mod held;
mod holding;
mod read;
mod resolve;
mod translated;
mod walk;

pub use held::Documents;
pub use holding::FrozenVersion;
pub use read::{FrozenNode, FrozenRelease, FrozenSlot};
pub use translated::Lack;

pub(super) use build::Version;
pub(super) use earlier::{Earlier, moment};
pub(super) use held::Held;
pub(super) use holding::{Holding, holds, releases_containing};
pub(super) use read::{Outline, outline, read, read_from, root};
pub(super) use translated::{Translated, translated};
pub(super) use walk::{Pair, Walk};

use std::collections::{HashMap, HashSet};

use build::{Builder, Opened, Resolved};
use resolve::{Following, Wanted};

use crate::error::{Error, Result};
use crate::model::tree::release_digest;
use crate::model::{
    Content, Digest, EncodedNode, Language, LinkPolicy, Roots, Slot, SlotId, View, Violation,
};
use crate::store::{Connection, documents, redactions};

/// Roots of a frozen closure, with the nodes of its two trees that are to be stored.
pub(super) struct Frozen {
    pub roots: Roots,
    pub digest: Digest,
    pub nodes: Vec<(Digest, EncodedNode)>,
}

/// A version to be opened.
struct Item {
    version: Version,
    /// Whether it is known to have no slots.
    is_leaf: bool,
    /// What the earlier release holds in the same place.
    place: Option<Roots>,
}

/// Freezes the closure of a component whose head has these digests.
///
/// # Errors
/// A violation for every slot that cannot be resolved.
pub(super) async fn freeze(
    db: &impl Connection,
    view: &View,
    root: Version,
    language: &Language,
    earlier: Option<&Earlier>,
) -> Result<Frozen> {
    // What was taken away is not frozen again, though nothing of it would have to be read.
    let redacted = redactions::all(db).await?;
    let earlier = earlier.filter(|_| redacted.is_empty());
    let following = Following { db, view, language };
    let mut opened = HashMap::<Version, Opened>::new();
    let mut violations = Vec::new();
    let place = earlier.map(|earlier| earlier.roots);
    let mut level = vec![Item { version: root, is_leaf: false, place }];
    while !level.is_empty() {
        let places = level.iter().filter_map(|item| item.place).map(Pair::of);
        let mut kept = Walk::default();
        kept.load(db, places).await?;
        let wanted = open_level(db, level, earlier, &kept, &mut opened).await?;
        let resolved = following.resolve(wanted, &mut violations).await?;
        let mut seen = HashSet::new();
        level = Vec::new();
        for (version, slots, next) in resolved {
            opened.insert(version, Opened::Node(slots));
            level.extend(next);
        }
        level.retain(|item| !opened.contains_key(&item.version) && seen.insert(item.version));
    }
    if !violations.is_empty() {
        return Err(Error::violations("the course cannot be released", violations));
    }
    for redaction in &redacted {
        let holds =
            |version: &Version| [version.content, version.metadata].contains(&redaction.digest);
        if opened.keys().any(holds) {
            return Err(redaction.refusal("the document"));
        }
    }
    let mut builder = Builder::new(&opened);
    let roots = builder.root(root)?;
    let digest = release_digest(roots.content, roots.metadata);
    Ok(Frozen { roots, digest, nodes: builder.nodes })
}

/// Opens the versions of one level as far as that is possible without following any slot: those
/// that are as they were, and leaves. Of the others, answers the slots to be followed.
async fn open_level(
    db: &impl Connection,
    level: Vec<Item>,
    earlier: Option<&Earlier>,
    kept: &Walk,
    opened: &mut HashMap<Version, Opened>,
) -> Result<Vec<Wanted>> {
    let may_differ = |component| earlier.is_none_or(|earlier| earlier.may_differ(component));
    let mut rest = Vec::new();
    for Item { version, is_leaf, place } in level {
        let before = place.and_then(|roots| kept.node(&Pair::of(roots)));
        let is_same = before.as_ref().is_some_and(|node| node.version() == version);
        match place {
            Some(roots) if is_same && !may_differ(version.component) => {
                opened.insert(version, Opened::Kept(roots));
            }
            _ if is_leaf => drop(opened.insert(version, Opened::Leaf)),
            _ => rest.push((version, before, is_same)),
        }
    }
    let changed = rest.iter().filter(|(.., is_same)| !is_same);
    let before = changed.filter_map(|(_, before, _)| before.as_ref().map(|node| node.content));
    let digests: Vec<_> = rest.iter().map(|(version, ..)| version.content).chain(before).collect();
    let bodies = documents::get_all(db, &digests).await?;
    let body = |digest| bodies.get(&digest).ok_or_else(|| documents::missing(digest));
    let mut wanted = Vec::with_capacity(rest.len());
    for (version, before, is_same) in rest {
        let slots = slots_in(version, body(version.content)?)?;
        // What another release brought was frozen at another moment; nothing is known of it.
        let from_release: HashSet<SlotId> = match &before {
            Some(node) if !is_same => slots_in(node.version(), body(node.content)?)?
                .into_iter()
                .filter(|slot| matches!(slot.policy, LinkPolicy::Release { .. }))
                .map(|slot| slot.id)
                .collect(),
            _ => HashSet::new(),
        };
        // A slot of an unchanged document has its old policy. If nothing happened to what it
        // leads to, it holds what it held.
        let resolved = slots.into_iter().enumerate().map(|(n, slot)| {
            let before = before.as_ref();
            if is_same
                && !may_differ(slot.component)
                && let Some(child) = before.and_then(|node| node.child(n))
            {
                return (slot, Some(Resolved::Kept(child)), None);
            }
            let place = before
                .filter(|_| !from_release.contains(&slot.id))
                .and_then(|node| node.child_in(slot.id))
                .and_then(|pair| pair.roots());
            (slot, None, place)
        });
        wanted.push(Wanted { version, slots: resolved.collect() });
    }
    Ok(wanted)
}

fn slots_in(version: Version, body: &[u8]) -> Result<Vec<Slot>> {
    let content = Content::from_stored(body).map_err(|violations| {
        Error::violations(format!("component {} cannot be read", version.component), violations)
    })?;
    Ok(content.slots())
}

/// The reason why one slot cannot be resolved.
fn unresolved(parent: Version, slot: &Slot, reason: &str) -> Violation {
    Violation::new(
        format!("/slots/{}", slot.id),
        "unresolved",
        format!(
            "component {} in a slot of component {}: {reason}",
            slot.component, parent.component
        ),
    )
}
