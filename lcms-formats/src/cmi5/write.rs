//! [`CourseStructure`] to XML.

use crate::lom::LangString;
use crate::xml::{Attributes, XmlWriter};

use super::check::check_structure;
use super::{AssignableUnit, CourseStructure, Fault, Faults, LaunchMethod, NAMESPACE, Node};

/// The text of `cmi5.xml`: UTF-8, indented, the same bytes for the same course.
///
/// # Errors
/// Every fault that lies in the document alone, as [`check`](super::check()) finds them, and every
/// character that XML cannot carry.
pub fn write(course: &CourseStructure) -> Result<String, Faults> {
    let mut faults = check_structure(course);
    let mut w = XmlWriter::new();
    w.root("courseStructure", &[("xmlns", NAMESPACE.into())], |w| {
        w.element("course", &[("id", course.id.as_str().into())], |w| {
            text(w, "title", &course.title);
            text(w, "description", &course.description);
        });
        if !course.objectives.is_empty() {
            w.element("objectives", &[], |w| {
                for objective in &course.objectives {
                    w.element("objective", &[("id", objective.id.as_str().into())], |w| {
                        text(w, "title", &objective.title);
                        text(w, "description", &objective.description);
                    });
                }
            });
        }
        nodes(w, &course.nodes);
    });
    let (written, illegal) = w.finish();
    faults.extend(
        illegal.into_iter().map(|found| Fault::IllegalCharacter {
            place: found.place,
            character: found.character,
        }),
    );
    if faults.is_empty() { Ok(written) } else { Err(Faults(faults)) }
}

fn nodes(w: &mut XmlWriter, all: &[Node]) {
    for node in all {
        match node {
            Node::Block(block) => {
                w.element("block", &[("id", block.id.as_str().into())], |w| {
                    text(w, "title", &block.title);
                    text(w, "description", &block.description);
                    references(w, &block.objectives);
                    nodes(w, &block.nodes);
                });
            }
            Node::Unit(unit) => self::unit(w, unit),
        }
    }
}

fn unit(w: &mut XmlWriter, unit: &AssignableUnit) {
    let mut attributes: Attributes<'_> =
        vec![("id", unit.id.as_str().into()), ("moveOn", unit.move_on.token().into())];
    if let Some(score) = unit.mastery_score {
        attributes.push(("masteryScore", score.to_string().into()));
    }
    if unit.launch_method != LaunchMethod::default() {
        attributes.push(("launchMethod", unit.launch_method.token().into()));
    }
    if let Some(kind) = &unit.activity_type {
        attributes.push(("activityType", kind.into()));
    }
    w.element("au", &attributes, |w| {
        text(w, "title", &unit.title);
        text(w, "description", &unit.description);
        references(w, &unit.objectives);
        w.text("url", &[], &unit.url.to_string());
        if let Some(parameters) = &unit.launch_parameters {
            w.text("launchParameters", &[], parameters);
        }
        if let Some(key) = &unit.entitlement_key {
            w.text("entitlementKey", &[], key);
        }
    });
}

fn references(w: &mut XmlWriter, objectives: &[String]) {
    if objectives.is_empty() {
        return;
    }
    w.element("objectives", &[], |w| {
        for id in objectives {
            w.empty("objective", &[("idref", id.into())]);
        }
    });
}

/// A text in one language or more; a language that is not known is left out.
fn text(w: &mut XmlWriter, name: &str, LangString(translations): &LangString) {
    w.element(name, &[], |w| {
        for translation in translations {
            let language = translation.language.as_ref().map(ToString::to_string);
            let attributes: Attributes<'_> =
                language.into_iter().map(|language| ("lang", language.into())).collect();
            w.text("langstring", &attributes, &translation.text);
        }
    });
}
