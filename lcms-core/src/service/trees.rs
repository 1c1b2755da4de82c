//! The tree that a structure was at a moment, with digests for every node, so that two moments
//! can be compared like two releases without either being frozen.

use std::collections::{BTreeSet, HashMap};

use crate::error::{Error, Result};
use crate::model::diff::tree::{Roots, TreeComparison, TreeDiff, TreeNode, TreeSlot};
use crate::model::{
    ComponentId, Content, Digest, Head, Language, LinkPolicy, Node, Slot, Tree, View,
};
use crate::store::{Connection, documents, heads, releases};

/// Deepest nesting followed; only a chain of pinned versions could go on for ever.
const MAX_DEPTH: usize = 200;

/// A component version: content and metadata digests.
type Version = (ComponentId, Digest, Digest);

/// What a slot shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Shown {
    /// A version, whose own slots are resolved in turn.
    Version(Version),
    /// A release, which is compared as a whole.
    Release(ComponentId, Roots),
}

/// The slots of documents that were read, whichever moment they were read for.
#[derive(Default)]
pub(super) struct Read {
    slots: HashMap<Digest, Vec<Slot>>,
}

/// The nodes of one tree.
pub(super) struct Standing {
    roots: Roots,
    nodes: HashMap<Roots, TreeNode>,
}

impl Read {
    async fn load(&mut self, db: &impl Connection, wanted: &[Digest]) -> Result<()> {
        let missing: Vec<_> =
            wanted.iter().copied().filter(|d| !self.slots.contains_key(d)).collect();
        for (digest, body) in documents::get_many(db, &missing).await? {
            if body.is_empty() {
                // Redacted: it is still a version, and what it held is not known any more.
                self.slots.insert(digest, Vec::new());
                continue;
            }
            let content = Content::from_stored(&body).map_err(|violations| {
                Error::internal(format!("document {digest} cannot be read"), "unknown form")
                    .with_violations(violations)
            })?;
            self.slots.insert(digest, content.slots());
        }
        Ok(())
    }
}

/// The tree below a version as a view shows it. A slot that shows nothing there is left out.
pub(super) async fn standing(
    db: &impl Connection,
    view: &View,
    root: (ComponentId, Head),
    language: &Language,
    read: &mut Read,
) -> Result<Standing> {
    let version = |id: ComponentId, head: &Head| (id, head.content, head.metadata);
    let root_version = version(root.0, &root.1);
    let mut shown = HashMap::<Version, Vec<(Slot, Shown)>>::new();
    let mut level = BTreeSet::from([root_version]);
    while !level.is_empty() {
        let contents: Vec<_> = level.iter().map(|version| version.1).collect();
        read.load(db, &contents).await?;
        let slots = |version: &Version| read.slots.get(&version.1).into_iter().flatten();
        let following: BTreeSet<_> = level
            .iter()
            .flat_map(slots)
            .filter(|slot| slot.policy == LinkPolicy::Latest)
            .map(|slot| slot.component)
            .collect();
        let following: Vec<_> = following.into_iter().collect();
        let found = heads::of_many(db, view, &following, language).await?;
        // A head known to hold nothing need not be read.
        let leaves = found.values().filter(|head| head.is_leaf()).map(|head| head.content);
        let leaves: Vec<_> = leaves.collect();
        let mut next = BTreeSet::new();
        for parent in &level {
            let mut own = Vec::new();
            for slot in slots(parent) {
                let child = slot.component;
                let answer = match &slot.policy {
                    LinkPolicy::Latest => {
                        found.get(&child).map(|head| Shown::Version(version(child, head)))
                    }
                    LinkPolicy::Approved => heads::newest_approved(db, view, child, language)
                        .await?
                        .map(|it| Shown::Version((child, it.content, it.metadata))),
                    LinkPolicy::Pinned { content, metadata } => {
                        Some(Shown::Version((child, *content, *metadata)))
                    }
                    LinkPolicy::Release { release } => {
                        releases::by_id(db, *release).await?.map(|it| {
                            let roots =
                                Roots { content: it.content_root, metadata: it.metadata_root };
                            Shown::Release(child, roots)
                        })
                    }
                };
                let Some(answer) = answer else { continue };
                if let Shown::Version(version) = answer {
                    next.insert(version);
                }
                own.push((slot.clone(), answer));
            }
            shown.insert(*parent, own);
        }
        for leaf in leaves {
            read.slots.entry(leaf).or_default();
        }
        level = next.into_iter().filter(|version| !shown.contains_key(version)).collect();
    }
    let mut builder = Builder { shown: &shown, done: HashMap::new(), nodes: HashMap::new() };
    let roots = builder.build(Shown::Version(root_version), 0)?;
    Ok(Standing { roots, nodes: builder.nodes })
}

struct Builder<'a> {
    shown: &'a HashMap<Version, Vec<(Slot, Shown)>>,
    done: HashMap<Version, Roots>,
    nodes: HashMap<Roots, TreeNode>,
}

impl Builder<'_> {
    fn build(&mut self, shown: Shown, depth: usize) -> Result<Roots> {
        let version = match shown {
            Shown::Release(component, roots) => {
                let Roots { content, metadata } = roots;
                let node = TreeNode { component, content, metadata, slots: Vec::new() };
                self.nodes.insert(roots, node);
                return Ok(roots);
            }
            Shown::Version(version) => version,
        };
        if let Some(done) = self.done.get(&version) {
            return Ok(*done);
        }
        if depth > MAX_DEPTH {
            return Err(Error::invalid(format!(
                "the structure is nested more than {MAX_DEPTH} deep at component {}",
                version.0
            )));
        }
        let all = self.shown;
        let own = all.get(&version).map(Vec::as_slice).unwrap_or_default();
        let mut children = Vec::with_capacity(own.len());
        for (slot, child) in own {
            children.push((slot, self.build(*child, depth + 1)?));
        }
        let (component, content, metadata) = version;
        let digest = |tree, document, of: fn(&Roots) -> Digest| {
            let children = children.iter().map(|(slot, roots)| (*slot, of(roots)));
            Digest::of_document(&Node::new(tree, component, document, children)).0
        };
        let roots = Roots {
            content: digest(Tree::Content, content, |roots| roots.content),
            metadata: digest(Tree::Metadata, metadata, |roots| roots.metadata),
        };
        let slots = children
            .into_iter()
            .map(|(slot, child)| TreeSlot {
                id: slot.id,
                overrides: slot.overrides.clone(),
                conditions: slot.conditions.clone(),
                child,
            })
            .collect();
        self.nodes.insert(roots, TreeNode { component, content, metadata, slots });
        self.done.insert(version, roots);
        Ok(roots)
    }
}

/// What is different between two trees.
pub(super) fn compare(before: &Standing, after: &Standing) -> Result<TreeDiff> {
    let mut comparison = TreeComparison::new(before.roots, after.roots);
    while !comparison.wanted().is_empty() {
        let nodes: Vec<_> = comparison
            .wanted()
            .iter()
            .filter_map(|roots| {
                let node = before.nodes.get(roots).or_else(|| after.nodes.get(roots))?;
                Some((*roots, node.clone()))
            })
            .collect();
        comparison.provide(nodes).map_err(|roots| {
            Error::internal("two trees cannot be compared", format!("no node {}", roots.content))
        })?;
    }
    Ok(comparison.finish())
}
