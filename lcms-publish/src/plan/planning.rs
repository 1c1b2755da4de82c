//! What planning knows while it works: the profile's choices, the values of variables, texts that
//! were read already, and everything found wrong so far.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lcms_core::model::content::{Granularity, Texts};
use lcms_core::model::markup::fill_plain;
use lcms_core::model::{Conditions, Content, Digest, SlotRole};
use lcms_core::service::{FrozenNode, FrozenRelease, FrozenSlot};

use super::assets::AssetPaths;
use super::known::Found;
use crate::cache::Cache;
use crate::fault::{Fault, Faults};
use crate::profile::Profile;

/// A component where it is placed: the node that places it, and the slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'r> {
    pub(super) parent: usize,
    pub(super) slot: &'r FrozenSlot,
}

pub(super) struct Planning<'r> {
    pub(super) release: &'r FrozenRelease,
    pub(super) profile: &'r Profile,
    values: BTreeMap<String, String>,
    texts: HashMap<usize, Arc<Texts>>,
    pub(super) faults: Faults,
    /// Where files stand.
    pub(super) paths: AssetPaths,
    /// What the package is made of, as far as it was planned.
    pub(super) found: Found,
    pub(super) cache: &'r Cache,
    /// Names everything that decides what a text says and is not of the release's tree.
    pub(super) context: Digest,
}

/// What an asset says, with variables filled in.
#[derive(Clone, Debug, Default)]
pub(crate) struct AssetWords {
    pub(crate) title: String,
    pub(crate) alt: Option<String>,
    pub(crate) caption: Option<String>,
    pub(crate) transcript: Option<String>,
}

impl<'r> Planning<'r> {
    pub(super) fn new(release: &'r FrozenRelease, profile: &'r Profile, cache: &'r Cache) -> Self {
        let mut planning = Self {
            release,
            profile,
            values: BTreeMap::new(),
            texts: HashMap::new(),
            faults: Faults::default(),
            paths: AssetPaths::new(release),
            found: Found::default(),
            cache,
            context: Digest::of_bytes(&[]),
        };
        planning.read_variables();
        let decided = ("lcms-planning/1", &profile.conditions, &planning.values);
        planning.context = Digest::of_document(&decided).0;
        planning
    }

    /// The values of the root's variable sets, later sets before earlier ones, the profile's own
    /// before all.
    fn read_variables(&mut self) {
        let release = self.release;
        let sets = release.root().slots.iter().filter(|slot| slot.role == SlotRole::VariableSet);
        for slot in sets {
            if !self.keeps(&slot.conditions) {
                continue;
            }
            self.found.used.insert(slot.node);
            if let Content::VariableSet(set) = &release.nodes[slot.node].content {
                self.values.extend(set.variables.clone());
            }
        }
        self.values.extend(self.profile.variables.clone());
    }

    /// What is one SCO.
    pub(super) fn granularity(&self) -> Granularity {
        self.profile.settings.granularity
    }

    pub(super) fn node(&self, index: usize) -> &'r FrozenNode {
        &self.release.nodes[index]
    }

    pub(super) fn fault(
        &mut self,
        node: usize,
        pointer: &str,
        rule: &'static str,
        message: impl Into<String>,
    ) {
        self.faults.push(Fault::new(&self.release.nodes[node], pointer, rule, message));
    }

    /// Whether content under these conditions is published.
    pub(super) fn keeps(&mut self, conditions: &Conditions) -> bool {
        for (name, values) in conditions {
            self.found.asked.entry(name.clone()).or_default().extend(values.iter().cloned());
        }
        self.profile.keeps(conditions)
    }

    /// The slots of a role that the profile's conditions keep, in document order.
    pub(super) fn kept(&mut self, node: usize, role: SlotRole) -> Vec<&'r FrozenSlot> {
        let slots = self.release.nodes[node].slots.iter();
        slots.filter(|slot| slot.role == role && self.keeps(&slot.conditions)).collect()
    }

    /// The value of a variable, or the fault that it has none.
    pub(super) fn value(&mut self, name: &str) -> Result<String, String> {
        self.found.variables_asked.insert(name.to_owned());
        self.values.get(name).cloned().ok_or_else(|| {
            format!(
                "the variable `{name}` has no value: add it to a variable set of the course, or set \
                 it when publishing"
            )
        })
    }

    /// A plain text with its variables filled in.
    pub(super) fn fill(&mut self, node: usize, pointer: &str, text: &str) -> String {
        let mut faults = Vec::new();
        let filled = fill_plain(text, |name, column| {
            self.value(name).map_err(|message| faults.push((column, message))).ok()
        })
        .into_owned();
        for (column, message) in faults {
            let fault = Fault::new(self.node(node), pointer, "variable", message);
            self.faults.push(fault.at(1, column));
        }
        filled
    }

    /// The texts of a node, read once.
    pub(super) fn texts(&mut self, node: usize) -> Arc<Texts> {
        let content = &self.release.nodes[node].content;
        Arc::clone(self.texts.entry(node).or_insert_with(|| Arc::new(content.texts())))
    }

    /// JSON pointer of a placement in its parent's document.
    pub(super) fn pointer(&mut self, Placed { parent, slot }: Placed<'_>) -> String {
        self.texts(parent).placements.get(&slot.id).cloned().unwrap_or_default()
    }

    /// The title that a component shows where it stands.
    pub(super) fn shown_title(&mut self, node: usize, placed: Option<Placed<'_>>) -> String {
        let overridden =
            placed.and_then(|placed| Some((placed, placed.slot.overrides.title.as_ref()?)));
        match overridden {
            Some((placed, title)) => {
                let pointer = format!("{}/overrides/title", self.pointer(placed));
                self.fill(placed.parent, &pointer, title)
            }
            None => self.fill(node, "/title", self.node(node).content.title()),
        }
    }

    /// What describes a component where it stands: the summary of its placement, else its
    /// metadata's description, else its own summary.
    pub(super) fn shown_summary(
        &mut self,
        node: usize,
        placed: Option<Placed<'_>>,
    ) -> Option<String> {
        if let Some(placed) = placed
            && let Some(summary) = &placed.slot.overrides.summary
        {
            let pointer = format!("{}/overrides/summary", self.pointer(placed));
            return Some(self.fill(placed.parent, &pointer, summary));
        }
        let frozen = self.node(node);
        match (&frozen.metadata.description, frozen.content.summary()) {
            (Some(description), _) => Some(description.clone()),
            (None, summary) => summary.map(|summary| self.fill(node, "/summary", summary)),
        }
    }

    /// Marks an asset as part of the package and reads what it says.
    pub(super) fn use_asset(&mut self, node: usize) {
        let Content::Asset(asset) = &self.node(node).content else { return };
        if !self.found.used.insert(node) {
            return;
        }
        let mut fill = |pointer: &str, text: &Option<String>| {
            text.as_deref().map(|text| self.fill(node, pointer, text))
        };
        let words = AssetWords {
            alt: fill("/alt", &asset.alt),
            caption: fill("/caption", &asset.caption),
            transcript: fill("/transcript", &asset.transcript),
            title: self.fill(node, "/title", &asset.title),
        };
        self.found.assets.insert(node, words);
    }

    /// Refuses overrides that mean nothing for what is placed: they would be lost without a word.
    pub(super) fn check_overrides(&mut self, placed: Placed<'_>) {
        let overrides = &placed.slot.overrides;
        let content = &self.node(placed.slot.node).content;
        let kind = content.kind();
        let is = |fitting: bool, there: bool| there && !fitting;
        let question = matches!(content, Content::Question(_));
        let assessment = matches!(content, Content::Assessment(_));
        let lesson = matches!(content, Content::Lesson(_));
        let misplaced = [
            ("summary", is(!question && !assessment, overrides.summary.is_some())),
            ("weight", is(question || assessment, overrides.weight.is_some())),
            ("attempts", is(question || assessment, overrides.attempts.is_some())),
            ("pass_mark", is(assessment || lesson, overrides.pass_mark.is_some())),
        ];
        for (field, _) in misplaced.into_iter().filter(|(_, misplaced)| *misplaced) {
            let pointer = format!("{}/overrides/{field}", self.pointer(placed));
            let message = format!("a {kind} has no `{field}` to override; reset it");
            self.fault(placed.parent, &pointer, "override", message);
        }
        self.check_blocks(placed);
    }

    /// Refuses replacements of blocks that the placed component does not have.
    fn check_blocks(&mut self, placed: Placed<'_>) {
        let blocks = &placed.slot.overrides.blocks;
        if blocks.is_empty() {
            return;
        }
        let target = self.node(placed.slot.node);
        let texts = self.texts(placed.slot.node);
        let own = texts.texts.iter().filter(|(pointer, _)| !pointer.contains("/overrides/"));
        let known: Vec<_> = own
            .flat_map(|(_, text)| text.markup.block_ids())
            .map(|block| block.id.as_str())
            .collect();
        for id in blocks.keys().filter(|id| !known.contains(&id.as_str())) {
            let pointer = format!("{}/overrides/blocks/{id}", self.pointer(placed));
            let message = format!(
                "“{}” has no block `{id}` to replace; {}",
                target.content.title(),
                named(&known)
            );
            let fault = Fault::new(self.node(placed.parent), &pointer, "override", message);
            self.faults.push(fault.about(target.component));
        }
    }

    /// What whoever publishes should know, though nothing is wrong.
    pub(super) fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        let given = &self.profile.conditions;
        for (name, values) in self.found.asked.iter().filter(|(name, _)| !given.contains_key(*name))
        {
            let values: Vec<_> = values.iter().map(String::as_str).collect();
            notices.push(format!(
                "what depends on `{name}` ({}) is left out, as no value of it was given",
                values.join(", ")
            ));
        }
        for name in given.keys().filter(|name| !self.found.asked.contains_key(*name)) {
            notices.push(format!("nothing in this release depends on the condition `{name}`"));
        }
        let set = self.profile.variables.keys();
        for name in set.filter(|name| !self.found.variables_asked.contains(*name)) {
            notices.push(format!("nothing that is published uses the variable `{name}`"));
        }
        notices
    }
}

/// The block ids that a text offers, for messages.
pub(crate) fn named(ids: &[&str]) -> String {
    match ids {
        [] => "it names no block; write `{#name}` at the end of a heading or paragraph".to_owned(),
        ids => {
            let shown: Vec<_> = ids.iter().take(12).map(|id| format!("`{id}`")).collect();
            let more = if ids.len() > shown.len() { " …" } else { "" };
            format!("it has {}{more}", shown.join(", "))
        }
    }
}
