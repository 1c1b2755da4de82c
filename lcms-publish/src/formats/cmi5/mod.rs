//! cmi5: a course structure of blocks and assignable units (specification section 13). What a unit
//! must reach stands in `moveOn` and `masteryScore`; an order, gates and limits cannot be said.

use lcms_core::model::content::CompletionRule;
use lcms_core::model::sequencing::Counts;
use lcms_core::model::{ComponentId, SlotRole};
use lcms_core::{Error, Result};
use lcms_formats::cmi5::{
    AssignableUnit, Block, COURSE_STRUCTURE_FILE, CourseStructure, MoveOn, Node, Objective, check,
    write,
};
use lcms_formats::lom::LangString;
use lcms_formats::manifest::{Decimal, Href};

use super::{Described, Document, Listed, Packaging, titles};
use crate::identifiers;
use crate::plan::{OutlineItem, Plan, Sco};
use crate::player::{self, PlayerFile};
use crate::shape::Shape;

pub(super) struct Cmi5;

impl Packaging for Cmi5 {
    fn drivers(&self) -> &'static [PlayerFile] {
        &[
            ("driver-cmi5.js", include_bytes!("../../../player/driver-cmi5.js")),
            ("cmi5-lms.js", include_bytes!("../../../player/cmi5-lms.js")),
            ("cmi5-statements.js", include_bytes!("../../../player/cmi5-statements.js")),
            ("cmi5-session.js", include_bytes!("../../../player/cmi5-session.js")),
        ]
    }

    fn describe(&self, plan: &Plan<'_>, files: &Listed<'_>) -> Result<Described> {
        let course = course(plan);
        let xml = write(&course).map_err(|faults| {
            Error::internal("the course structure is not valid", faults.to_string())
        })?;
        let shape = Shape::of_course_structure(&course, files.lessons, Some(player::STATE), None);
        let documents = vec![Document {
            path: COURSE_STRUCTURE_FILE,
            media_type: "application/xml",
            bytes: xml.into_bytes(),
        }];
        let check =
            move |paths: &_| check(&course, paths).iter().map(ToString::to_string).collect();
        Ok(Described { documents, shape, check: Box::new(check) })
    }

    fn notices(&self, plan: &Plan<'_>) -> Vec<String> {
        let mut notices = Vec::new();
        if let Some(named) =
            titles(plan, |item| !item.requires.is_empty() || !item.skip_when.is_empty())
        {
            notices.push(format!(
                "cmi5 cannot say what opens or skips a lesson: {named} will be open from the start"
            ));
        }
        if let Some(named) = titles(plan, |item| item.attempt_limit.is_some()) {
            notices.push(format!(
                "cmi5 has no attempt limit: of {named} only assessments are limited, by the player"
            ));
        }
        let weighs = |counts: Counts| Counts { weight: 1.0, ..counts } != counts;
        if let Some(named) = titles(plan, |item| weighs(item.counts)) {
            notices.push(format!("cmi5 has no score of a course: the weight of {named} is lost"));
        }
        notices
    }
}

fn course(plan: &Plan<'_>) -> CourseStructure {
    let text = |text: &str| LangString::new(plan.language().parse().ok(), text);
    let objectives = plan.objectives().map(|(node, statement)| Objective {
        id: identifiers::iri(&identifiers::goal(plan.root().component, plan.node(node).component)),
        title: text(statement),
        description: text(plan.node(node).content.summary().unwrap_or(statement)),
    });
    let mut objectives: Vec<_> = objectives.collect();
    objectives.sort_by(|a, b| a.id.cmp(&b.id));
    objectives.dedup_by(|a, b| a.id == b.id);
    CourseStructure {
        id: identifiers::iri(&plan.manifest_id),
        title: text(&plan.title),
        description: text(plan.summary.as_deref().unwrap_or(&plan.title)),
        objectives,
        nodes: plan.items.iter().map(|item| node(plan, item)).collect(),
    }
}

fn node(plan: &Plan<'_>, item: &OutlineItem) -> Node {
    let text = |text: &str| LangString::new(plan.language().parse().ok(), text);
    let id = identifiers::iri(&item.id);
    let objectives = objectives(plan, item.node);
    let Some(sco) = item.sco.and_then(|index| plan.scos.get(index)) else {
        let frozen = plan.node(item.node);
        let summary = frozen.metadata.description.as_deref().or(frozen.content.summary());
        return Node::Block(Block {
            id,
            title: text(&item.title),
            description: text(summary.unwrap_or(&item.title)),
            objectives,
            nodes: item.children.iter().map(|child| node(plan, child)).collect(),
        });
    };
    let (_, pass_mark) = plan.rules(sco);
    let url = Href::Local { path: sco.href(), suffix: sco.parameters().to_owned() };
    if let Some(package) = &sco.package {
        let own = &package.item;
        let parameters = Some(own.launch_data.clone()).filter(|data| !data.is_empty());
        return Node::Unit(AssignableUnit {
            description: text(sco.summary.as_deref().unwrap_or(&sco.title)),
            objectives,
            launch_parameters: parameters,
            move_on: MoveOn::ALL
                .into_iter()
                .find(|move_on| move_on.token() == own.move_on)
                .unwrap_or_default(),
            mastery_score: own.mastery_score.and_then(Decimal::nearest),
            ..AssignableUnit::new(id, text(&item.title), url)
        });
    }
    Node::Unit(AssignableUnit {
        description: text(sco.summary.as_deref().unwrap_or(&sco.title)),
        objectives,
        move_on: move_on(plan, sco, plan.sequencing.of(&item.id).counts),
        mastery_score: pass_mark.and_then(Decimal::nearest),
        activity_type: Some("http://adlnet.gov/expapi/activities/lesson".to_owned()),
        ..AssignableUnit::new(id, text(&item.title), url)
    })
}

/// What an LMS waits for: what the completion rule asks for, as far as it counts.
fn move_on(plan: &Plan<'_>, sco: &Sco, counts: Counts) -> MoveOn {
    let (rule, _) = plan.rules(sco);
    let by_score = matches!(rule, CompletionRule::Score | CompletionRule::Both);
    match (counts.completion, counts.success && by_score && plan.can_pass(sco)) {
        (true, true) => MoveOn::CompletedAndPassed,
        (true, false) => MoveOn::Completed,
        (false, true) => MoveOn::Passed,
        (false, false) => MoveOn::NotApplicable,
    }
}

/// Ids of the objectives that a component of the package serves.
fn objectives(plan: &Plan<'_>, node: usize) -> Vec<String> {
    let slots = plan.node(node).slots.iter();
    let slots = slots.filter(|slot| slot.role == SlotRole::Objective);
    let served = slots.filter(|slot| plan.objective(slot.node).is_some());
    let id = |objective: ComponentId| {
        identifiers::iri(&identifiers::goal(plan.root().component, objective))
    };
    served.map(|slot| id(plan.node(slot.node).component)).collect()
}
