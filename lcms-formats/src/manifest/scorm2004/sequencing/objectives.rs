//! Objectives of an activity, and what it shares with others through them (SCORM 2004 sequencing and
//! navigation, section 3.10).

use crate::manifest::Notes;
use crate::manifest::names::{Vocabulary, vocabulary};
use crate::xml::{Attributes, Node, XmlWriter};

use super::{NormalizedMeasure, differing, read_flags};

/// `imsss:objectives`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objectives {
    /// The objective that contributes to rollup.
    pub primary: Objective,
    /// The others; each must have an id.
    pub others: Vec<Objective>,
}

/// `imsss:primaryObjective` or `imsss:objective`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objective {
    /// `objectiveID`, a URI: the id under which the SCO finds it in `cmi.objectives`.
    pub id: Option<String>,
    /// Whether the score decides, instead of the status the SCO sets.
    pub satisfied_by_measure: bool,
    /// The scaled score from which on the objective is satisfied; when absent, 1.
    pub min_normalized_measure: Option<NormalizedMeasure>,
    /// What it shares with other activities.
    pub maps: Vec<ObjectiveMap>,
}

/// `imsss:mapInfo`: a tie between an objective and a shared one, by which activities know of each
/// other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectiveMap {
    /// `targetObjectiveID`, a URI: the shared objective.
    pub target: String,
    /// The objective is satisfied when the shared one is, as long as it has no status of its own.
    pub read_satisfied: bool,
    /// The same for its score.
    pub read_measure: bool,
    /// Its status becomes that of the shared one. One objective of an activity at most may write to
    /// a shared one.
    pub write_satisfied: bool,
    /// The same for its score.
    pub write_measure: bool,
}

impl ObjectiveMap {
    /// A tie that only reads.
    pub fn reading(target: impl Into<String>) -> Self {
        Self {
            target: target.into(),
            read_satisfied: true,
            read_measure: true,
            write_satisfied: false,
            write_measure: false,
        }
    }

    /// A tie that only writes the status.
    pub fn writing(target: impl Into<String>) -> Self {
        Self {
            target: target.into(),
            read_satisfied: false,
            read_measure: false,
            write_satisfied: true,
            write_measure: false,
        }
    }
}

pub(super) fn write(w: &mut XmlWriter, objectives: &Objectives) {
    w.element("imsss:objectives", &[], |w| {
        write_objective(w, "imsss:primaryObjective", &objectives.primary);
        for objective in &objectives.others {
            write_objective(w, "imsss:objective", objective);
        }
    });
}

fn write_objective(w: &mut XmlWriter, name: &'static str, objective: &Objective) {
    let mut attributes: Attributes<'_> = Vec::new();
    if let Some(id) = &objective.id {
        attributes.push(("objectiveID", id.into()));
    }
    attributes.extend(differing([("satisfiedByMeasure", objective.satisfied_by_measure, false)]));
    w.element(name, &attributes, |w| {
        if let Some(measure) = objective.min_normalized_measure {
            w.text("imsss:minNormalizedMeasure", &[], &measure.to_string());
        }
        for map in &objective.maps {
            let mut attributes: Attributes<'_> =
                vec![("targetObjectiveID", map.target.as_str().into())];
            attributes.extend(differing([
                ("readSatisfiedStatus", map.read_satisfied, true),
                ("readNormalizedMeasure", map.read_measure, true),
                ("writeSatisfiedStatus", map.write_satisfied, false),
                ("writeNormalizedMeasure", map.write_measure, false),
            ]));
            w.empty("imsss:mapInfo", &attributes);
        }
    });
}

pub(super) fn read(node: &Node, notes: &mut Notes) -> Objectives {
    let mut objectives = Objectives::default();
    for child in &node.children {
        match (vocabulary(child), child.name.as_str()) {
            (Vocabulary::SimpleSequencing, "primaryObjective") => {
                objectives.primary = read_objective(child, notes);
            }
            (Vocabulary::SimpleSequencing, "objective") => {
                objectives.others.push(read_objective(child, notes));
            }
            _ => notes.skipped(child),
        }
    }
    objectives
}

fn read_objective(node: &Node, notes: &mut Notes) -> Objective {
    notes.unknown_attributes(node, &[("", "objectiveID"), ("", "satisfiedByMeasure")]);
    let mut objective = Objective {
        id: node.attribute("", "objectiveID").map(str::to_owned),
        satisfied_by_measure: notes.boolean_attribute(node, "", "satisfiedByMeasure", false),
        min_normalized_measure: None,
        maps: Vec::new(),
    };
    for child in &node.children {
        match (vocabulary(child), child.name.as_str()) {
            (Vocabulary::SimpleSequencing, "minNormalizedMeasure") => {
                objective.min_normalized_measure = notes.parsed_text(child);
            }
            (Vocabulary::SimpleSequencing, "mapInfo") => {
                objective.maps.extend(read_map(child, notes));
            }
            _ => notes.skipped(child),
        }
    }
    objective
}

fn read_map(node: &Node, notes: &mut Notes) -> Option<ObjectiveMap> {
    let target = node.attribute("", "targetObjectiveID");
    if target.is_none() {
        notes.skipped(node);
    }
    let mut map = ObjectiveMap::reading(target?);
    let mut fields = [
        ("readSatisfiedStatus", &mut map.read_satisfied),
        ("readNormalizedMeasure", &mut map.read_measure),
        ("writeSatisfiedStatus", &mut map.write_satisfied),
        ("writeNormalizedMeasure", &mut map.write_measure),
    ];
    read_flags(node, &["targetObjectiveID"], &mut fields, notes);
    Some(map)
}
