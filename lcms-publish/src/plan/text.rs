//! Authored texts, composed for a profile: what they say, and where each part comes from.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lcms_core::model::content::AuthoredText;
use lcms_core::model::markup::{
    Compose, Composed, MAX_DEPTH, Piece, Reference, ReferenceRole, Variable, When,
};
use lcms_core::model::{Content, SlotId};
use lcms_core::service::{FrozenRelease, FrozenSlot};

use super::planning::{Placed, Planning, named};
use super::sco::PlannedQuestion;
use crate::fault::Fault;

/// Most texts that one text may be made of: includes multiply.
const MAX_SOURCES: usize = 500;

/// What a text takes beside its words.
const FRAME: usize = 512;

/// A text as one audience reads it.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlannedText {
    pub(crate) composed: Arc<Composed>,
    /// Where the numbered parts of the text come from; the first is the text itself.
    pub(crate) sources: Vec<Source>,
    /// Questions asked inside it, by source and ordinal of the embed.
    pub(crate) questions: BTreeMap<(usize, usize), PlannedQuestion>,
}

/// A text that stands in another, or the text itself.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// The component whose document holds it, and where.
    pub(crate) node: usize,
    pub(crate) pointer: String,
    /// Slots below the SCO that lead to it.
    chain: Vec<SlotId>,
    /// Which slot of the component each reference makes, by ordinal.
    slots: Arc<HashMap<usize, usize>>,
}

impl PlannedText {
    /// Counts the nodes of the release otherwise.
    pub(super) fn renumber(&mut self, number: &dyn Fn(usize) -> usize) {
        for source in &mut self.sources {
            source.node = number(source.node);
        }
        for question in self.questions.values_mut() {
            question.renumber(number);
        }
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        let asked = self.questions.values().map(PlannedQuestion::weight).sum::<usize>();
        // A tree of small parts takes several times what it says.
        FRAME + 6 * self.composed.plain_text().len() + asked
    }

    /// The slot that an embed or include of one of the sources makes.
    pub(crate) fn slot<'r>(
        &self,
        release: &'r FrozenRelease,
        source: usize,
        reference: &Reference,
    ) -> Option<&'r FrozenSlot> {
        self.sources.get(source)?.slot(release, reference)
    }
}

impl Source {
    /// Whether it stands in the place of a block, rather than being included.
    pub(crate) fn is_replacement(&self) -> bool {
        self.pointer.contains("/overrides/blocks/")
    }

    fn slot<'r>(
        &self,
        release: &'r FrozenRelease,
        reference: &Reference,
    ) -> Option<&'r FrozenSlot> {
        release.nodes[self.node].slots.get(*self.slots.get(&reference.ordinal)?)
    }
}

/// Which text is wanted.
pub(super) struct Wanted<'a, 'r> {
    pub(super) node: usize,
    pub(super) pointer: &'a str,
    /// Where its component is placed, if it is: its blocks may be replaced there.
    pub(super) placed: Option<Placed<'r>>,
    pub(super) chain: &'a [SlotId],
    /// Whether questions may be asked in it: not inside one another.
    pub(super) asks: bool,
}

impl<'r> Planning<'r> {
    /// Composes a text and everything that is asked in it.
    pub(super) fn text(&mut self, wanted: &Wanted<'_, 'r>) -> PlannedText {
        let Some(text) = self.texts(wanted.node).texts.get(wanted.pointer).cloned() else {
            return PlannedText::default();
        };
        let mut composing = Composing {
            planning: self,
            placed: wanted.placed.filter(|placed| !placed.slot.overrides.blocks.is_empty()),
            sources: Vec::new(),
            open: Vec::new(),
        };
        composing.enter(wanted.node, wanted.pointer.to_owned(), wanted.chain.to_vec(), &text);
        let composed = Arc::new(text.markup.compose(&mut composing));
        let sources = composing.sources;
        let mut planned = PlannedText { composed, sources, questions: BTreeMap::new() };
        planned.questions = self.shown(&planned, wanted.asks);
        planned
    }

    /// Notes what a text shows and links to; answers the questions it asks.
    fn shown(
        &mut self,
        text: &PlannedText,
        asks: bool,
    ) -> BTreeMap<(usize, usize), PlannedQuestion> {
        let mut questions = BTreeMap::new();
        for (source, reference) in text.composed.references() {
            if reference.role == ReferenceRole::Link {
                self.found.linked.extend(reference.target.id());
                continue;
            }
            let Some(slot) = text.slot(self.release, *source, reference) else { continue };
            match &self.node(slot.node).content {
                Content::Asset(_) => self.use_asset(slot.node),
                Content::Question(_) if asks => {
                    let from = &text.sources[*source];
                    let chain: Vec<_> = from.chain.iter().copied().chain([slot.id]).collect();
                    let placed = Placed { parent: from.node, slot };
                    let question = self.question(placed, &chain, 1.0);
                    questions.insert((*source, reference.ordinal), question);
                }
                _ => {}
            }
        }
        questions
    }
}

struct Composing<'p, 'r> {
    planning: &'p mut Planning<'r>,
    placed: Option<Placed<'r>>,
    sources: Vec<Source>,
    /// The texts being composed, the innermost last.
    open: Vec<usize>,
}

impl Composing<'_, '_> {
    /// Begins a text; answers its number.
    fn enter(
        &mut self,
        node: usize,
        pointer: String,
        chain: Vec<SlotId>,
        text: &AuthoredText,
    ) -> usize {
        for error in &text.errors {
            let rule = error.rule.as_str();
            let fault =
                Fault::new(self.planning.node(node), &pointer, rule, error.message.as_str());
            self.planning.faults.push(fault.at(error.line, error.column));
        }
        let number = self.sources.len();
        self.sources.push(Source { node, pointer, chain, slots: Arc::clone(&text.slots) });
        self.open.push(number);
        number
    }

    /// The text being composed.
    fn source(&self) -> Source {
        self.sources[self.open.last().copied().unwrap_or_default()].clone()
    }

    fn fault(&self, (line, column): (usize, usize), rule: &'static str, message: String) -> Fault {
        let Source { node, pointer, .. } = self.source();
        Fault::new(self.planning.node(node), &pointer, rule, message).at(line, column)
    }
}

impl Compose for Composing<'_, '_> {
    fn keeps(&mut self, when: &When) -> bool {
        self.planning.keeps(&when.conditions)
    }

    fn value(&mut self, variable: &Variable) -> Option<String> {
        match self.planning.value(&variable.name) {
            Ok(value) => Some(value),
            Err(message) => {
                let fault = self.fault((variable.line, variable.column), "variable", message);
                self.planning.faults.push(fault);
                None
            }
        }
    }

    fn include(&mut self, reference: &Reference) -> Option<Piece> {
        let at = (reference.line, reference.column);
        let source = self.source();
        let Some(slot) = source.slot(self.planning.release, reference) else {
            let message = "what is included is not part of the release".to_owned();
            let fault = self.fault(at, "include", message);
            self.planning.faults.push(fault);
            return None;
        };
        let target = self.planning.node(slot.node);
        let reason = match &target.content {
            Content::Topic(_) if self.sources.len() < MAX_SOURCES => None,
            Content::Topic(_) => {
                Some(format!("the page is made of more than {MAX_SOURCES} texts; divide it"))
            }
            other => Some(format!("a {} cannot be included in a text", other.kind())),
        };
        let text = self.planning.texts(slot.node).texts.get("/body").cloned();
        let reason = reason.or_else(|| {
            let (text, id) = (text.as_ref()?, reference.block.as_ref()?);
            let known: Vec<_> = text.markup.block_ids().iter().map(|b| b.id.as_str()).collect();
            let found = known.contains(&id.as_str()) || !text.errors.is_empty();
            let title = target.content.title();
            (!found).then(|| format!("“{title}” has no block `{id}` to include; {}", named(&known)))
        });
        if let Some(message) = reason {
            let fault = self.fault(at, "include", message).about(target.component);
            self.planning.faults.push(fault);
            return None;
        }
        let text = text?;
        self.planning.found.used.insert(slot.node);
        let chain = source.chain.iter().copied().chain([slot.id]).collect();
        let number = self.enter(slot.node, "/body".to_owned(), chain, &text);
        Some(Piece { source: number, markup: text.markup, block: reference.block.clone() })
    }

    fn replacement(&mut self, id: &str) -> Option<Piece> {
        // Blocks of included texts belong to those.
        let placed = self.placed.filter(|_| self.open.len() == 1)?;
        let pointer = format!("{}/overrides/blocks/{id}", self.planning.pointer(placed));
        let text = self.planning.texts(placed.parent).texts.get(&pointer).cloned()?;
        let chain = self.source().chain;
        let number = self.enter(placed.parent, pointer, chain, &text);
        Some(Piece { source: number, markup: text.markup, block: None })
    }

    fn leave(&mut self) {
        self.open.pop();
    }

    fn too_deep(&mut self) {
        let message = format!("with its includes it is nested more than {MAX_DEPTH} levels deep");
        let fault = self.fault((1, 1), "depth", message);
        self.planning.faults.push(fault);
    }
}
