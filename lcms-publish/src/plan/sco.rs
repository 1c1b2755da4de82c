//! One SCO: the pages of a lesson, or a single assessment.

use lcms_core::model::content::{Interaction, Section};
use lcms_core::model::{ComponentId, Content, SlotId, SlotRole};
use lcms_core::service::{FrozenRelease, FrozenSlot};

use super::outline::shown_title;
use crate::fault::Fault;
use crate::identifiers;

/// A launchable unit.
#[derive(Clone, Debug)]
pub(crate) struct Sco {
    /// The item's identifier; the resource and the launch path derive from it.
    pub(crate) id: String,
    pub(crate) title: String,
    /// The lesson or assessment.
    pub(crate) node: usize,
    pub(crate) pages: Vec<Page>,
}

/// One page of a SCO.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) node: usize,
    /// Placements below the SCO that lead to it.
    pub(crate) chain: Vec<SlotId>,
    pub(crate) kind: PageKind,
}

#[derive(Clone, Debug)]
pub(crate) enum PageKind {
    Topic,
    Question(PlannedQuestion),
    Assessment(PlannedAssessment),
}

/// A question where it is asked.
#[derive(Clone, Debug)]
pub(crate) struct PlannedQuestion {
    pub(crate) id: String,
    pub(crate) node: usize,
    pub(crate) weight: f64,
    pub(crate) attempts: Option<u32>,
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
    pub(crate) fn href(&self) -> String {
        format!("sco/{}.html", self.id)
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

    /// The page that shows a component, if this SCO has one.
    pub(crate) fn page_of(&self, release: &FrozenRelease, component: ComponentId) -> Option<&Page> {
        self.pages.iter().find(|page| release.nodes[page.node].component == component)
    }

    /// Whether any question here counts for a score.
    pub(crate) fn has_scored_questions(&self, release: &FrozenRelease) -> bool {
        self.pages.iter().any(|page| match &page.kind {
            PageKind::Topic => release.nodes[page.node]
                .slots
                .iter()
                .any(|slot| matches!(release.nodes[slot.node].content, Content::Question(_))),
            PageKind::Question(question) => question.weight > 0.0,
            PageKind::Assessment(assessment) => assessment
                .sections
                .iter()
                .flat_map(|section| &section.questions)
                .any(|question| question.weight > 0.0),
        })
    }
}

pub(super) fn build(
    release: &FrozenRelease,
    node: usize,
    slot: Option<&FrozenSlot>,
    id: String,
    title: String,
) -> (Sco, Vec<Fault>) {
    let mut builder = Builder { release, faults: Vec::new() };
    let mut pages = Vec::new();
    if let Content::Assessment(_) = &release.nodes[node].content {
        // The page has no placement below the SCO: the SCO is the assessment.
        let kind = builder.assessment(node, slot, &[]);
        let page_id = identifiers::page(&[]);
        pages.push(Page { id: page_id, title: title.clone(), node, chain: Vec::new(), kind });
    } else {
        builder.check_slot(node, slot);
        let placed =
            release.nodes[node].slots.iter().filter(|slot| slot.role == SlotRole::Placement);
        for placement in placed {
            pages.extend(builder.page(placement));
        }
        if pages.is_empty() {
            builder.fault(node, "/placements", "empty", "the lesson has no page".to_owned());
        }
    }
    (Sco { id, title, node, pages }, builder.faults)
}

struct Builder<'r> {
    release: &'r FrozenRelease,
    faults: Vec<Fault>,
}

impl Builder<'_> {
    fn fault(&mut self, node: usize, pointer: &str, rule: &'static str, message: String) {
        let fault = Fault::new(&self.release.nodes[node], pointer, rule, message);
        self.faults.push(fault);
    }

    /// Refuses what a placement asks for that this version cannot do.
    fn check_slot(&mut self, node: usize, slot: Option<&FrozenSlot>) {
        let Some(slot) = slot else { return };
        if !slot.conditions.is_empty() {
            let message = "it is placed with conditions, which this version cannot publish yet";
            self.fault(node, "", "condition", message.to_owned());
        }
        if !slot.overrides.blocks.is_empty() {
            let message = "it is placed with a block of its text overridden, which this version cannot \
                 publish yet";
            self.fault(node, "", "override", message.to_owned());
        }
    }

    fn page(&mut self, slot: &FrozenSlot) -> Option<Page> {
        self.check_slot(slot.node, Some(slot));
        let chain = vec![slot.id];
        let kind = match &self.release.nodes[slot.node].content {
            Content::Topic(_) => PageKind::Topic,
            Content::Question(_) => PageKind::Question(self.question(slot, &chain)),
            Content::Assessment(_) => self.assessment(slot.node, Some(slot), &chain),
            other => {
                let message = format!("a {} cannot be a page of a lesson", other.kind());
                self.fault(slot.node, "", "kind", message);
                return None;
            }
        };
        Some(Page {
            id: identifiers::page(&chain),
            title: shown_title(self.release, slot),
            node: slot.node,
            chain,
            kind,
        })
    }

    fn question(&mut self, slot: &FrozenSlot, chain: &[SlotId]) -> PlannedQuestion {
        self.check_slot(slot.node, Some(slot));
        if let Content::Question(question) = &self.release.nodes[slot.node].content {
            self.check_playable(slot.node, &question.interaction);
        }
        planned_question(self.release, slot, chain)
    }

    fn check_playable(&mut self, node: usize, interaction: &Interaction) {
        if let Some(message) = unplayable(interaction) {
            self.fault(node, "/interaction/type", "question_type", message);
        }
    }

    fn assessment(&mut self, node: usize, slot: Option<&FrozenSlot>, chain: &[SlotId]) -> PageKind {
        self.check_slot(node, slot);
        let release = self.release;
        let frozen = &release.nodes[node];
        let Content::Assessment(assessment) = &frozen.content else {
            return PageKind::Topic; // not reached: callers match on the kind
        };
        // Entries stand in the slots in document order, section after section.
        let mut entries = frozen.slots.iter().filter(|slot| slot.role == SlotRole::Entry);
        let mut sections = Vec::with_capacity(assessment.sections.len());
        for section in &assessment.sections {
            let own: Vec<_> = entries.by_ref().take(section.entries.len()).collect();
            sections.push(self.section(section, &own, chain));
        }
        let overrides = slot.map(|slot| &slot.overrides);
        PageKind::Assessment(PlannedAssessment {
            id: identifiers::assessment(chain),
            pass_mark: overrides.and_then(|o| o.pass_mark).or(assessment.pass_mark),
            attempts: overrides.and_then(|o| o.attempts).or(assessment.attempts),
            shuffle: assessment.shuffle,
            sections,
        })
    }

    fn section(
        &mut self,
        section: &Section,
        entries: &[&FrozenSlot],
        chain: &[SlotId],
    ) -> PlannedSection {
        let questions = entries
            .iter()
            .map(|entry| {
                let chain: Vec<_> = chain.iter().copied().chain([entry.id]).collect();
                self.question(entry, &chain)
            })
            .collect();
        PlannedSection {
            id: section.id.clone(),
            title: section.title.clone(),
            draw: section.draw,
            shuffle: section.shuffle,
            questions,
        }
    }
}

/// A question at a slot; its weight is the placement's, else its points.
pub(crate) fn planned_question(
    release: &FrozenRelease,
    slot: &FrozenSlot,
    chain: &[SlotId],
) -> PlannedQuestion {
    let points = match &release.nodes[slot.node].content {
        Content::Question(question) => question.points,
        _ => 0.0,
    };
    PlannedQuestion {
        id: identifiers::question(chain),
        node: slot.node,
        weight: slot.overrides.weight.unwrap_or(points),
        attempts: slot.overrides.attempts,
    }
}

/// Why the player cannot show a question, if it cannot.
pub(crate) fn unplayable(interaction: &Interaction) -> Option<String> {
    match interaction {
        Interaction::SingleChoice(_)
        | Interaction::MultipleChoice(_)
        | Interaction::TrueFalse(_)
        | Interaction::FillIn(_) => None,
        other => Some(format!(
            "the player of this version does not show questions of type {}; use single_choice, \
             multiple_choice, true_false or fill_in",
            other.type_name()
        )),
    }
}
