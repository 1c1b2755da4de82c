//! One SCO: the pages of a lesson, or a single assessment.

use std::collections::BTreeMap;

use lcms_core::model::content::{Assessment, Interaction, Question, blank_placeholders};
use lcms_core::model::{ComponentId, Content, Digest, SlotId, SlotRole};
use lcms_core::service::FrozenRelease;

use super::package::{Framed, PlannedPackage};
use super::planning::{Placed, Planning};
use super::text::{PlannedText, Wanted};
use crate::identifiers;

/// A launchable unit.
#[derive(Clone, Debug)]
pub(crate) struct Sco {
    /// The item's identifier; the resource and the launch path derive from it.
    pub(crate) id: String,
    pub(crate) title: String,
    /// What describes it in the manifest.
    pub(crate) summary: Option<String>,
    /// The pass mark that a lesson's placement sets.
    pub(crate) pass_mark: Option<f64>,
    /// The lesson or assessment.
    pub(crate) node: usize,
    pub(crate) pages: Vec<Page>,
    /// What is opened instead of a page made here: content that was imported.
    pub(crate) package: Option<PlannedPackage>,
    /// Names everything that its pages were worked out from, where that is known.
    pub(crate) from: Option<Digest>,
    /// Then also the nodes at and below its own, in the order of a walk.
    pub(crate) nodes: Vec<usize>,
}

/// One page of a SCO.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Title of the lesson it belongs to, where one SCO holds several.
    pub(crate) group: Option<String>,
    pub(crate) node: usize,
    pub(crate) kind: PageKind,
    /// A topic's body, or what an assessment says before its questions.
    pub(crate) text: PlannedText,
}

#[derive(Clone, Debug)]
pub(crate) enum PageKind {
    Topic,
    Question(PlannedQuestion),
    Assessment(PlannedAssessment),
    /// Content that was imported, shown inside.
    Framed(Framed),
}

/// A question where it is asked.
#[derive(Clone, Debug)]
pub(crate) struct PlannedQuestion {
    pub(crate) id: String,
    pub(crate) node: usize,
    pub(crate) weight: f64,
    pub(crate) attempts: Option<u32>,
    /// Its texts, by JSON pointer.
    pub(crate) texts: BTreeMap<String, PlannedText>,
}

/// An assessment where it is taken.
#[derive(Clone, Debug)]
pub(crate) struct PlannedAssessment {
    pub(crate) id: String,
    pub(crate) pass_mark: Option<f64>,
    pub(crate) attempts: Option<u32>,
    pub(crate) shuffle: bool,
    pub(crate) sections: Vec<PlannedSection>,
}

#[derive(Clone, Debug)]
pub(crate) struct PlannedSection {
    pub(crate) id: String,
    pub(crate) title: Option<String>,
    pub(crate) draw: Option<u32>,
    pub(crate) shuffle: bool,
    pub(crate) questions: Vec<PlannedQuestion>,
}

impl Sco {
    /// Of that node, with nothing in it.
    pub(super) fn of(node: usize) -> Self {
        Self {
            id: String::new(),
            title: String::new(),
            summary: None,
            pass_mark: None,
            node,
            pages: Vec::new(),
            package: None,
            from: None,
            nodes: Vec::new(),
        }
    }

    /// The path of what is opened.
    pub(crate) fn href(&self) -> String {
        match &self.package {
            Some(package) => package.path.clone(),
            None => format!("sco/{}.html", self.id),
        }
    }

    /// What is added to the address: `?a=b` or `#c`.
    pub(crate) fn parameters(&self) -> &str {
        self.package.as_ref().map_or("", |package| &package.parameters)
    }

    pub(crate) fn resource_id(&self) -> String {
        format!("r-{}", self.id.trim_start_matches("i-"))
    }

    pub(crate) fn assessments(&self) -> impl Iterator<Item = &PlannedAssessment> {
        self.pages.iter().filter_map(|page| match &page.kind {
            PageKind::Assessment(assessment) => Some(assessment),
            _ => None,
        })
    }

    /// Limits how often its assessments may be submitted, where nothing limits them already.
    pub(super) fn limit_sittings(&mut self, limit: u32) {
        for page in &mut self.pages {
            if let PageKind::Assessment(assessment) = &mut page.kind {
                assessment.attempts.get_or_insert(limit);
            }
        }
    }

    /// The page that shows a component, if this SCO has one.
    pub(crate) fn page_of(&self, release: &FrozenRelease, component: ComponentId) -> Option<&Page> {
        self.pages.iter().find(|page| release.nodes[page.node].component == component)
    }

    /// Every question asked here, in the order of the pages.
    pub(crate) fn questions(&self) -> impl Iterator<Item = &PlannedQuestion> {
        self.pages.iter().flat_map(Page::questions)
    }

    /// Whether any question here counts for a score.
    pub(crate) fn has_scored_questions(&self) -> bool {
        self.questions().any(|question| question.weight > 0.0)
    }
}

impl Page {
    /// Counts the nodes of the release otherwise.
    pub(super) fn renumber(&mut self, number: &dyn Fn(usize) -> usize) {
        self.node = number(self.node);
        self.text.renumber(number);
        match &mut self.kind {
            PageKind::Topic => {}
            PageKind::Framed(framed) => framed.node = number(framed.node),
            PageKind::Question(question) => question.renumber(number),
            PageKind::Assessment(assessment) => {
                let asked = assessment.sections.iter_mut().flat_map(|s| &mut s.questions);
                asked.for_each(|question| question.renumber(number));
            }
        }
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        self.text.weight() + self.questions().map(PlannedQuestion::weight).sum::<usize>()
    }

    /// Every question asked on the page: those inside its text first.
    pub(crate) fn questions(&self) -> impl Iterator<Item = &PlannedQuestion> {
        let (placed, sections) = match &self.kind {
            PageKind::Topic | PageKind::Framed(_) => (None, &[][..]),
            PageKind::Question(question) => (Some(question), &[][..]),
            PageKind::Assessment(assessment) => (None, &assessment.sections[..]),
        };
        let drawn = sections.iter().flat_map(|section| &section.questions);
        self.text.questions.values().chain(placed).chain(drawn)
    }
}

impl PlannedQuestion {
    /// Counts the nodes of the release otherwise.
    pub(super) fn renumber(&mut self, number: &dyn Fn(usize) -> usize) {
        self.node = number(self.node);
        self.texts.values_mut().for_each(|text| text.renumber(number));
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        self.texts.values().map(PlannedText::weight).sum()
    }
}

impl<'r> Planning<'r> {
    /// The SCO of a lesson or assessment; `None` if conditions leave nothing of it.
    pub(super) fn sco(
        &mut self,
        node: usize,
        placed: Option<Placed<'r>>,
        id: String,
        title: String,
    ) -> Option<Sco> {
        let sco = self.known_or("sco", node, placed, |planning| {
            planning.work_out_sco(node, placed, &title)
        })?;
        Some(Sco { id, title, ..sco })
    }

    fn work_out_sco(
        &mut self,
        node: usize,
        placed: Option<Placed<'r>>,
        title: &str,
    ) -> Option<Sco> {
        let pages;
        let mut pass_mark = None;
        if let Content::Assessment(assessment) = &self.node(node).content {
            // The page has no placement below the SCO: the SCO is the assessment.
            let (kind, text) = self.assessment(assessment, node, placed, &[])?;
            let id = identifiers::page(&[]);
            pages = vec![Page { id, title: title.to_owned(), group: None, node, kind, text }];
        } else {
            pass_mark = placed.and_then(|placed| placed.slot.overrides.pass_mark);
            pages = self.pages(node, &[]);
            if pages.is_empty() {
                return None;
            }
        }
        self.found.used.insert(node);
        let summary = self.shown_summary(node, placed);
        Some(Sco { summary, pass_mark, pages, ..Sco::of(node) })
    }

    /// The SCO of one page; `None` if conditions leave nothing of it.
    pub(super) fn sco_of_page(
        &mut self,
        placed: Placed<'r>,
        id: String,
        pass_mark: Option<f64>,
    ) -> Option<Sco> {
        let node = placed.slot.node;
        let sco = self.known_or("page", node, Some(placed), |planning| {
            // The SCO is the page: no placement leads from one to the other.
            let page = planning.page(placed, &[])?;
            let (title, summary) = (page.title.clone(), planning.shown_summary(node, Some(placed)));
            Some(Sco { title, summary, pages: vec![page], ..Sco::of(node) })
        })?;
        Some(Sco { id, pass_mark, ..sco })
    }

    /// The pages of a lesson. `chain` leads from the SCO to the lesson.
    pub(super) fn pages(&mut self, lesson: usize, chain: &[SlotId]) -> Vec<Page> {
        self.check_lesson(lesson);
        let mut pages = Vec::new();
        for slot in self.kept(lesson, SlotRole::Placement) {
            let chain: Vec<_> = chain.iter().copied().chain([slot.id]).collect();
            pages.extend(self.page(Placed { parent: lesson, slot }, &chain));
        }
        if !pages.is_empty() {
            self.found.used.insert(lesson);
        }
        pages
    }

    /// Refuses a lesson that has nothing to show, whatever the conditions.
    pub(super) fn check_lesson(&mut self, lesson: usize) {
        if !self.node(lesson).slots.iter().any(|slot| slot.role == SlotRole::Placement) {
            self.fault(lesson, "/placements", "empty", "the lesson has no page");
        }
    }

    /// A page of a lesson; `None` if conditions leave nothing of it. `chain` leads from the SCO to it.
    pub(super) fn page(&mut self, placed: Placed<'r>, chain: &[SlotId]) -> Option<Page> {
        let node = placed.slot.node;
        self.check_overrides(placed);
        let (kind, text) = match &self.node(node).content {
            Content::Topic(topic) => {
                let text = self.text(&Wanted {
                    node,
                    pointer: "/body",
                    placed: Some(placed),
                    chain,
                    asks: true,
                });
                if text.composed.is_empty() && !topic.body.trim().is_empty() {
                    return None;
                }
                (PageKind::Topic, text)
            }
            Content::Question(_) => {
                let question = self.question(placed, chain, 1.0);
                (PageKind::Question(question), PlannedText::default())
            }
            Content::Assessment(assessment) => {
                self.assessment(assessment, node, Some(placed), chain)?
            }
            other => {
                let message = format!("a {} cannot be a page of a lesson", other.kind());
                self.fault(node, "", "kind", message);
                return None;
            }
        };
        self.found.used.insert(node);
        let title = self.shown_title(node, Some(placed));
        Some(Page { id: identifiers::page(chain), title, group: None, node, kind, text })
    }

    /// An assessment and its introduction; `None` if conditions leave none of its questions.
    fn assessment(
        &mut self,
        assessment: &Assessment,
        node: usize,
        placed: Option<Placed<'r>>,
        chain: &[SlotId],
    ) -> Option<(PageKind, PlannedText)> {
        let overrides = placed.map(|placed| &placed.slot.overrides);
        let factor = overrides.and_then(|o| o.weight).unwrap_or(1.0);
        // Entries stand in the slots in document order, section after section.
        let release = self.release;
        let mut entries = release.nodes[node].slots.iter().filter(|s| s.role == SlotRole::Entry);
        let mut sections = Vec::with_capacity(assessment.sections.len());
        for (n, section) in assessment.sections.iter().enumerate() {
            let mut questions = Vec::with_capacity(section.entries.len());
            for slot in entries.by_ref().take(section.entries.len()) {
                if !self.keeps(&slot.conditions) {
                    continue;
                }
                let placed = Placed { parent: node, slot };
                self.check_overrides(placed);
                let chain: Vec<_> = chain.iter().copied().chain([slot.id]).collect();
                questions.push(self.question(placed, &chain, factor));
            }
            if questions.is_empty() {
                continue;
            }
            let title = section.title.as_deref();
            sections.push(PlannedSection {
                id: section.id.clone(),
                title: title.map(|text| self.fill(node, &format!("/sections/{n}/title"), text)),
                // Where conditions leave fewer than are drawn, all of them are asked.
                draw: section
                    .draw
                    .map(|draw| draw.min(u32::try_from(questions.len()).unwrap_or(draw))),
                shuffle: section.shuffle,
                questions,
            });
        }
        if sections.is_empty() {
            return None;
        }
        let text =
            self.text(&Wanted { node, pointer: "/introduction", placed, chain, asks: false });
        let kind = PageKind::Assessment(PlannedAssessment {
            id: identifiers::assessment(chain),
            pass_mark: overrides.and_then(|o| o.pass_mark).or(assessment.pass_mark),
            attempts: overrides.and_then(|o| o.attempts).or(assessment.attempts),
            shuffle: assessment.shuffle,
            sections,
        });
        Some((kind, text))
    }

    /// A question where it is asked. Its weight is the placement's, else its points; `factor` is the
    /// weight of the assessment around it.
    pub(super) fn question(
        &mut self,
        placed: Placed<'r>,
        chain: &[SlotId],
        factor: f64,
    ) -> PlannedQuestion {
        let Placed { slot, .. } = placed;
        let node = slot.node;
        self.found.used.insert(node);
        let mut planned = PlannedQuestion {
            id: identifiers::question(chain),
            node,
            weight: slot.overrides.weight.unwrap_or_default() * factor,
            attempts: slot.overrides.attempts,
            texts: BTreeMap::new(),
        };
        let Content::Question(question) = &self.node(node).content else { return planned };
        planned.weight = slot.overrides.weight.unwrap_or(question.points) * factor;
        if matches!(question.interaction, Interaction::LongAnswer(_)) {
            // Only a person can judge it, so that it cannot count where nobody does.
            planned.weight = 0.0;
        }
        for pointer in self.texts(node).texts.keys() {
            let placed = Some(placed);
            let text = self.text(&Wanted { node, pointer, placed, chain, asks: false });
            planned.texts.insert(pointer.clone(), text);
        }
        self.check_answerable(question, &planned);
        planned
    }

    /// Refuses a question of which conditions took a part that it needs.
    fn check_answerable(&mut self, question: &Question, planned: &PlannedQuestion) {
        let node = planned.node;
        let is_choice =
            |pointer: &str| pointer.starts_with("/interaction/") && pointer.ends_with("/text");
        for (pointer, text) in &planned.texts {
            let needed = pointer == "/prompt" || is_choice(pointer);
            if needed && text.composed.is_empty() {
                let message = "nothing of this text is left: its conditions are not met, or its                                variables are empty";
                self.fault(node, pointer, "empty", message);
            }
        }
        let Some(prompt) = planned.texts.get("/prompt") else { return };
        let shown = prompt.composed.plain_text();
        let left = blank_placeholders(&shown);
        for id in blank_placeholders(&question.prompt).into_iter().filter(|id| !left.contains(id)) {
            let message =
                format!("the blank `{id}` is left out by a condition, so that it cannot be filled");
            self.fault(node, "/prompt", "blank_mark", message);
        }
    }
}
