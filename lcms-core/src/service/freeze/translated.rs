//! A closure in another language.
//!
//! What stands in which slot is decided by the source, by the same rules as ever; then each
//! version is shown in its translation. A translation counts as current when it was made from
//! exactly the version that is frozen, so what is pinned is shown in the translation of that
//! version, however the source went on. Where a slot asks for what is approved, the translation
//! has to be approved too. Of a structure a translation holds only strings: they are laid over
//! the version frozen, and what this gives is a document of the release.
//!
//! A translated text may hold something else than its source, such as a picture with other words
//! in it. That is frozen from its own head.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::build::{Builder, Version, leaf, pair, stored};
use super::read::outline_from;
use super::walk::{Pair, Walk};
use super::{Earlier, Frozen, freeze, unresolved};
use crate::error::{Error, Result};
use crate::model::tree::release_digest;
use crate::model::{ComponentId, Content, Digest, Language, LinkPolicy, Slot, SlotId, View};
use crate::store::versions::{self, InLanguage};
use crate::store::{Connection, documents, heads};

/// Why something is not shown in its current translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// It has no translation.
    Missing,
    /// Its translation was made from another version.
    Stale,
    /// A slot asks for what is approved, and the translation is not.
    Unapproved,
}

impl Lack {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::Unapproved => "unapproved",
        }
    }
}

/// A closure frozen in another language than its source.
pub(in crate::service) struct Translated {
    pub frozen: Frozen,
    /// Documents that no revision has: structures with their strings.
    pub documents: Vec<(Digest, Vec<u8>)>,
    /// The components that are not shown in a current translation, in the order of the tree.
    pub open: Vec<(ComponentId, Lack)>,
}

/// Freezes the closure of a component's version in `source`, each document in its translation
/// into `language`; what has none is shown as the source has it, and named.
///
/// # Errors
/// A violation for every slot that cannot be resolved.
pub(in crate::service) async fn translated(
    db: &impl Connection,
    view: &View,
    root: Version,
    (source, language): (&Language, &Language),
    earlier: Option<&Earlier>,
) -> Result<Translated> {
    let translating = Translating { db, view, source, language };
    let mut closure = Closure::default();
    closure.add(db, &freeze(db, view, root, source, earlier).await?).await?;
    let mut shown = Vec::new();
    while shown.len() < closure.nodes.len() {
        let begin = shown.len();
        shown.extend(translating.show(&mut closure.nodes, begin).await?);
        let extra = closure.held_only_by_translations(&shown, begin);
        translating.freeze_alone(&mut closure, extra).await?;
    }
    let opened = HashMap::new();
    let mut building = Building {
        closure: &closure,
        shown: &shown,
        done: vec![None; shown.len()],
        builder: Builder::new(&opened),
    };
    let top = building.build(0, 0)?;
    let mut builder = building.builder;
    let roots = match top.roots() {
        Some(roots) => roots,
        None => builder.keep(shown[0].version, Vec::new(), Vec::new()),
    };
    let digest = release_digest(roots.content, roots.metadata);
    let frozen = Frozen { roots, digest, nodes: builder.nodes };
    let mut seen = HashSet::new();
    let open = closure.nodes.iter().zip(&shown).filter_map(|(node, shown)| {
        let lack = shown.lack?;
        seen.insert((node.version.component, lack)).then_some((node.version.component, lack))
    });
    let open = open.collect();
    let documents = shown.into_iter().filter_map(|shown| shown.document).collect();
    Ok(Translated { frozen, documents, open })
}

/// A version of the source's closure.
struct Node {
    version: Version,
    /// What its slots hold, by index.
    slots: Vec<(SlotId, usize)>,
    /// Whether a slot that leads here asks for what is approved.
    wants_approval: bool,
}

/// Everything that the source holds, and what only translations hold.
#[derive(Default)]
struct Closure {
    nodes: Vec<Node>,
    /// Where that begins which only translations hold.
    alone: HashMap<ComponentId, usize>,
}

impl Closure {
    /// Adds a closure as it was frozen; answers where it begins.
    async fn add(&mut self, db: &impl Connection, frozen: &Frozen) -> Result<usize> {
        let begin = self.nodes.len();
        let mut walk = Walk::default();
        walk.seed(&frozen.nodes)?;
        let outline = outline_from(db, walk, Pair::of(frozen.roots)).await?;
        self.nodes.extend(outline.nodes.into_iter().map(|node| Node {
            version: node.version,
            slots: node.slots.iter().map(|slot| (slot.id, begin + slot.node)).collect(),
            wants_approval: false,
        }));
        Ok(begin)
    }

    /// What a slot of a shown version holds.
    fn child(&self, at: usize, slot: &Slot) -> Option<usize> {
        let held = self.nodes[at].slots.iter().find(|(id, _)| *id == slot.id);
        held.map(|(_, child)| *child).or_else(|| self.alone.get(&slot.component).copied())
    }

    /// Slots of translations, from that node on, whose source has no such slot; each with its
    /// parent.
    fn held_only_by_translations(&self, shown: &[Shown], begin: usize) -> Vec<(Version, Slot)> {
        let mut extra = Vec::new();
        for (at, shown) in shown.iter().enumerate().skip(begin) {
            let missing = shown.slots.iter().filter(|slot| self.child(at, slot).is_none());
            extra.extend(missing.map(|slot| (shown.version, slot.clone())));
        }
        extra
    }
}

/// A version as it is shown in the language.
struct Shown {
    version: Version,
    slots: Vec<Slot>,
    /// Its content document, when no revision has it.
    document: Option<(Digest, Vec<u8>)>,
    lack: Option<Lack>,
}

struct Translating<'a, C> {
    db: &'a C,
    view: &'a View,
    source: &'a Language,
    language: &'a Language,
}

impl<C: Connection> Translating<'_, C> {
    /// How the versions from `begin` on are shown.
    async fn show(&self, nodes: &mut [Node], begin: usize) -> Result<Vec<Shown>> {
        let contents =
            self.contents(nodes[begin..].iter().map(|node| node.version.content)).await?;
        let content = |version: &Version| {
            contents.get(&version.content).ok_or_else(|| documents::missing(version.content))
        };
        for at in begin..nodes.len() {
            let slots = content(&nodes[at].version)?.slots();
            for (slot, (_, child)) in slots.iter().zip(nodes[at].slots.clone()) {
                nodes[child].wants_approval |= slot.policy == LinkPolicy::Approved;
            }
        }
        let ids: BTreeSet<_> = nodes[begin..].iter().map(|node| node.version.component).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let revisions = versions::in_language(self.db, self.view, &ids, self.language).await?;
        // Who writes in this language has originals here, and is translated into the source's.
        let own: Vec<_> = ids
            .iter()
            .filter(|id| {
                revisions.get(id).is_some_and(|all| all.iter().any(|r| r.source.is_none()))
            })
            .copied()
            .collect();
        let own = versions::in_language(self.db, self.view, &own, self.source).await?;
        let approved = versions::approved(self.db, self.view, &ids, self.language).await?;
        let mut chosen = Vec::with_capacity(nodes.len() - begin);
        for node in &nodes[begin..] {
            let Version { component, content: frozen, .. } = node.version;
            let made_from = own.get(&component).and_then(|own| {
                own.iter().find(|revision| revision.content == frozen).and_then(|r| r.source)
            });
            let all = revisions.get(&component).map_or(&[][..], Vec::as_slice);
            let approved = approved.get(&component);
            chosen.push(choose(node, all, made_from, approved));
        }
        let translations = chosen.iter().filter_map(|(found, _)| Some(found.as_ref()?.content));
        let translations = self.contents(translations).await?;
        let mut shown = Vec::with_capacity(chosen.len());
        for (node, (found, lack)) in nodes[begin..].iter().zip(chosen) {
            let source = content(&node.version)?;
            let translation = match &found {
                Some(found) => {
                    let content = translations.get(&found.content);
                    Some((found, content.ok_or_else(|| documents::missing(found.content))?))
                }
                None => None,
            };
            shown.push(shown_as(node.version, source, translation, lack));
        }
        Ok(shown)
    }

    async fn contents(
        &self,
        digests: impl Iterator<Item = Digest>,
    ) -> Result<HashMap<Digest, Content>> {
        let digests: BTreeSet<_> = digests.collect();
        let digests: Vec<_> = digests.into_iter().collect();
        let bodies = documents::get_all(self.db, &digests).await?;
        let read = |(digest, body): (Digest, Vec<u8>)| match Content::from_stored(&body) {
            Ok(content) => Ok((digest, content)),
            Err(violations) => {
                Err(Error::violations(format!("document {digest} cannot be read"), violations))
            }
        };
        bodies.into_iter().map(read).collect()
    }

    /// Freezes what only translations hold, each component once.
    async fn freeze_alone(&self, closure: &mut Closure, extra: Vec<(Version, Slot)>) -> Result<()> {
        let ids: BTreeSet<_> = extra.iter().map(|(_, slot)| slot.component).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let standing = heads::of_many(self.db, self.view, &ids, self.source).await?;
        let mut violations = Vec::new();
        for (parent, slot) in extra {
            let component = slot.component;
            if closure.alone.contains_key(&component) {
                continue;
            }
            let Some(head) = standing.get(&component) else {
                let reason = format!("it has no version in `{}`", self.source);
                violations.push(unresolved(parent, &slot, &reason));
                continue;
            };
            let root = Version { component, content: head.content, metadata: head.metadata };
            let frozen = freeze(self.db, self.view, root, self.source, None).await?;
            let begin = closure.add(self.db, &frozen).await?;
            closure.alone.insert(component, begin);
        }
        if violations.is_empty() {
            return Ok(());
        }
        Err(Error::violations("the course cannot be released", violations))
    }
}

/// The translation that a version is shown in, and what is wrong with it. `made_from` is the
/// original that the version itself is a translation of.
fn choose(
    node: &Node,
    revisions: &[InLanguage],
    made_from: Option<Digest>,
    approved: Option<&versions::Pair>,
) -> (Option<InLanguage>, Option<Lack>) {
    let frozen = node.version.content;
    let is_current = |revision: &&InLanguage| {
        let original = revision.source.is_none() && made_from == Some(revision.content);
        revision.source == Some(frozen) || original || revision.content == frozen
    };
    let may = |revision: &&InLanguage| {
        !node.wants_approval || approved == Some(&(revision.content, revision.metadata))
    };
    if let Some(current) = revisions.iter().filter(may).find(is_current) {
        return (Some(current.clone()), None);
    }
    let other = revisions.iter().find(may).cloned();
    let lack = match revisions {
        [] => Lack::Missing,
        all if node.wants_approval && all.iter().any(|revision| is_current(&revision)) => {
            Lack::Unapproved
        }
        _ => Lack::Stale,
    };
    (other, Some(lack))
}

/// A version in a translation, which need not have been made from it; without one that fits, as
/// the source has it.
fn shown_as(
    version: Version,
    source: &Content,
    translation: Option<(&InLanguage, &Content)>,
    lack: Option<Lack>,
) -> Shown {
    let as_source = || Shown { version, slots: source.slots(), document: None, lack };
    let Some((found, translation)) = translation else { return as_source() };
    let component = version.component;
    if source.kind().is_structural() {
        let content = source.with_strings(translation);
        let (digest, bytes) = Digest::of_document(&content);
        let version = Version { component, content: digest, metadata: found.metadata };
        return Shown { version, slots: content.slots(), document: Some((digest, bytes)), lack };
    }
    // What was made from another version may have lost an answer that the source has by now.
    if lack.is_some() {
        let value = serde_json::to_value(translation).unwrap_or_default();
        if Content::parse_translation(source, value).is_err() {
            return as_source();
        }
    }
    let version = Version { component, content: found.content, metadata: found.metadata };
    Shown { version, slots: translation.slots(), document: None, lack }
}

/// Deepest nesting; what translations hold in turn could make a circle.
const MAX_DEPTH: usize = 200;

struct Building<'a> {
    closure: &'a Closure,
    shown: &'a [Shown],
    done: Vec<Option<Pair>>,
    builder: Builder<'a>,
}

impl Building<'_> {
    fn build(&mut self, at: usize, depth: usize) -> Result<Pair> {
        if let Some(done) = self.done[at] {
            return Ok(done);
        }
        let Shown { version, slots, .. } = &self.shown[at];
        if depth > MAX_DEPTH {
            return Err(Error::invalid(format!(
                "translations are nested more than {MAX_DEPTH} deep at component {}",
                version.component
            )));
        }
        let built = if slots.is_empty() {
            leaf(*version)
        } else {
            let mut contents = Vec::with_capacity(slots.len());
            let mut metadata = Vec::with_capacity(slots.len());
            for slot in slots {
                let child = self.closure.child(at, slot).ok_or_else(|| {
                    Error::internal("a slot was not followed", slot.id.to_string())
                })?;
                let held = self.build(child, depth + 1)?;
                contents.push(stored(slot, held.content));
                metadata.push(stored(slot, held.metadata));
            }
            pair(*version, self.builder.keep(*version, contents, metadata))
        };
        self.done[at] = Some(built);
        Ok(built)
    }
}
