//! What imports before this one made, as it counts on the branch looked at.
//!
//! An import on a branch is remembered beside that on `main`, under the branch's name: `main` still stands
//! where it stood. What a branch brought to another by a merge is recognised by its documents.

use std::collections::HashMap;

use crate::model::{BranchId, ComponentId, Digest, View};
use crate::store::imports::ImportSource;

/// What is remembered of a library's sources.
#[derive(Clone, Copy)]
pub(super) struct Earlier<'a> {
    all: &'a HashMap<String, ImportSource>,
    view: &'a View,
    /// Whether a source can be told to be unchanged by its own digest.
    by_digest: bool,
}

/// What to do with a source whose component has a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is as it was when it was last imported here.
    Unchanged,
    /// It changed, and nobody edited what it had made.
    Changed,
    /// It changed, and somebody edited what it had made.
    EditedHere,
}

/// The name by which a source is remembered on a branch.
pub(super) fn remembered(branch: BranchId, source: &str) -> String {
    if branch == BranchId::MAIN { source.to_owned() } else { format!("@{} {source}", branch.0) }
}

impl<'a> Earlier<'a> {
    pub(super) fn new(all: &'a HashMap<String, ImportSource>, view: &'a View) -> Self {
        Self { all, view, by_digest: true }
    }

    /// The same for a source that reads as before, but means something else: what it names has become
    /// another component.
    pub(super) fn without_digests(self) -> Self {
        Self { by_digest: false, ..self }
    }

    /// What was made of a source, on the branch looked at or below it.
    pub(super) fn of(&self, source: &str) -> Option<&'a ImportSource> {
        let layers = self.view.layers().iter();
        layers.map(|layer| remembered(layer.branch, source)).find_map(|name| self.all.get(&name))
    }

    /// How a source stands that reads as `digest` now, and whose component has that head.
    pub(super) fn standing(
        &self,
        source: &str,
        digest: Digest,
        component: ComponentId,
        head: (Digest, Digest),
    ) -> Standing {
        let Some(earlier) = self.of(source) else { return Standing::Changed };
        let own = self.all.contains_key(&remembered(self.view.branch(), source));
        let is_head = |record: &ImportSource| record.saved == Some(head);
        let as_before = |record: &ImportSource| self.by_digest && record.digest == digest;
        if as_before(earlier) && (own || is_head(earlier)) {
            return Standing::Unchanged;
        }
        if is_head(earlier) {
            return Standing::Changed;
        }
        let same = |record: &&ImportSource| record.component == component && is_head(record);
        match self.all.values().find(same) {
            Some(merged) if as_before(merged) => Standing::Unchanged,
            Some(_) => Standing::Changed,
            None => Standing::EditedHere,
        }
    }
}
