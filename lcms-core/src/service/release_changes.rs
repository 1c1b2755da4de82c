//! What is different between two releases: both trees walked in step, equal nodes never opened.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::Session;
use super::freeze::{Pair, Version, Walk};
use super::releases::ReleaseBrief;
use crate::error::{Error, Result};
use crate::model::diff::tree::{TreeComparison, TreeDiff, TreeNode, TreeSlot};
use crate::model::{ComponentId, Digest, ReleaseId, Right, Roots};
use crate::store::Connection;

/// What is different between two releases.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReleaseChanges {
    /// The release before.
    pub before: ReleaseBrief,
    /// The release after.
    pub after: ReleaseBrief,
    /// The differences; a component that the reader may not read has neither key nor title.
    #[serde(flatten)]
    pub changes: TreeDiff,
}

impl Session {
    /// What is different between two releases, of one component or of two.
    ///
    /// # Errors
    /// When there is no such release or the actor may not read it.
    pub async fn release_changes(
        &self,
        before: ReleaseId,
        after: ReleaseId,
    ) -> Result<ReleaseChanges> {
        let (before, ..) = self.release_with(before, Right::Read).await?;
        let (after, ..) = self.release_with(after, Right::Read).await?;
        let db = self.lcms.store().reader();
        let (mut changes, contents) = compare(db, before.roots(), after.roots()).await?;
        let named = changes.components();
        let readable = self.readable_among(&named).await?;
        let of = named.iter().filter_map(|id| contents.get(id)).copied();
        let titles = self.titles(db, of).await?;
        changes.label(|id| {
            let Some((component, library)) = readable.get(&id) else {
                return (String::new(), String::new());
            };
            let title = contents.get(&id).map(|content| titles.of(*content)).unwrap_or_default();
            (format!("{library}/{}", component.key), title)
        });
        let (before, after) = (ReleaseBrief::from(&before), ReleaseBrief::from(&after));
        Ok(ReleaseChanges { before, after, changes })
    }
}

/// The differences of two frozen trees, and of every component that was looked at a content
/// document, the newer one where there are two.
async fn compare(
    db: &impl Connection,
    before: Roots,
    after: Roots,
) -> Result<(TreeDiff, HashMap<ComponentId, Digest>)> {
    let mut comparison = TreeComparison::new(before, after);
    let mut walk = Walk::default();
    let mut leaves = HashMap::<Roots, Version>::new();
    let mut contents = HashMap::new();
    while !comparison.wanted().is_empty() {
        let stored = comparison.wanted().iter().filter(|roots| !leaves.contains_key(roots));
        walk.load(db, stored.map(|roots| Pair::of(*roots))).await?;
        let mut nodes = Vec::with_capacity(comparison.wanted().len());
        for roots in comparison.wanted() {
            let node = match leaves.get(roots) {
                Some(leaf) => node_of(*leaf, Vec::new()),
                None => {
                    let step = walk.require(&Pair::of(*roots))?;
                    let mut slots = Vec::with_capacity(step.slots().len());
                    for (slot, pair) in step.slots() {
                        let child = pair.digests();
                        if let Some(leaf) = pair.leaf() {
                            leaves.insert(child, leaf);
                        }
                        slots.push(TreeSlot {
                            id: slot.id,
                            overrides: slot.overrides.clone(),
                            conditions: slot.conditions.clone(),
                            child,
                        });
                    }
                    node_of(step.version(), slots)
                }
            };
            contents.insert(node.component, node.content);
            nodes.push((*roots, node));
        }
        comparison.provide(nodes).map_err(|missing| {
            Error::internal("the releases cannot be compared", format!("{missing:?} is missing"))
        })?;
    }
    Ok((comparison.finish(), contents))
}

fn node_of(version: Version, slots: Vec<TreeSlot>) -> TreeNode {
    let Version { component, content, metadata } = version;
    TreeNode { component, content, metadata, slots }
}
