//! The plan of a package: which SCOs there are, what pages they have, and what every part is
//! called. Built from a frozen release alone; nothing is resolved any more.

mod assets;
mod outline;
mod sco;

use lcms_core::model::content::CompletionRule;
use lcms_core::model::{ComponentId, Content};
use lcms_core::service::{FrozenNode, FrozenRelease};

pub(crate) use assets::AssetPaths;
pub(crate) use outline::OutlineItem;
pub(crate) use sco::{
    Page, PageKind, PlannedAssessment, PlannedQuestion, Sco, planned_question, unplayable,
};

use crate::fault::Fault;
use crate::identifiers;
use crate::profile::Profile;

/// A release and a profile, worked out.
#[derive(Clone, Debug)]
pub struct Plan<'r> {
    pub(crate) release: &'r FrozenRelease,
    pub(crate) profile: Profile,
    pub(crate) manifest_id: String,
    pub(crate) organization_id: String,
    pub(crate) completion: CompletionRule,
    pub(crate) pass_mark: Option<f64>,
    pub(crate) items: Vec<OutlineItem>,
    pub(crate) scos: Vec<Sco>,
    pub(crate) assets: AssetPaths,
}

impl<'r> Plan<'r> {
    /// Works out a release for a profile.
    ///
    /// # Errors
    /// Every reason why its structure cannot be published.
    pub fn new(release: &'r FrozenRelease, profile: Profile) -> Result<Self, Vec<Fault>> {
        let root = release.root();
        let (completion, pass_mark) = match &root.content {
            Content::Course(course) => (course.completion.rule, course.completion.pass_mark),
            _ => (CompletionRule::default(), None),
        };
        let outline::Outline { items, scos, faults } = outline::build(release);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            release,
            profile,
            manifest_id: identifiers::manifest(root.component, profile.identity()),
            organization_id: identifiers::organization(root.component),
            completion,
            pass_mark,
            items,
            scos,
            assets: AssetPaths::new(release),
        })
    }

    pub(crate) fn root(&self) -> &'r FrozenNode {
        self.release.root()
    }

    pub(crate) fn node(&self, index: usize) -> &'r FrozenNode {
        &self.release.nodes[index]
    }

    /// The title of a component anywhere in the release.
    pub(crate) fn title_of(&self, component: ComponentId) -> Option<&'r str> {
        let node = self.release.nodes.iter().find(|node| node.component == component)?;
        Some(node.content.title())
    }

    /// The rule and mark by which one SCO is completed.
    ///
    /// A SCO without scored questions can only be completed by its pages. Where the course has no
    /// pass mark, the SCO's only assessment gives it.
    pub(crate) fn rules(&self, sco: &Sco) -> (CompletionRule, Option<f64>) {
        if !sco.has_scored_questions(self.release) {
            return (CompletionRule::Pages, None);
        }
        let own = match sco.assessments().collect::<Vec<_>>().as_slice() {
            [only] => only.pass_mark,
            _ => None,
        };
        let is_assessment = matches!(self.node(sco.node).content, Content::Assessment(_));
        let mark = if is_assessment { own.or(self.pass_mark) } else { self.pass_mark.or(own) };
        (self.completion, mark)
    }
}
