//! XML to [`Lom`], in either binding.

use std::str::FromStr;

use crate::manifest::Notes;
use crate::xml::Node;

use super::{
    Binding, CatalogEntry, Classification, Difficulty, Duration, Educational, General, LangString,
    LifeCycle, Lom, Purpose, Rights, Role, Status, Technical, Translation,
};

/// Reads a `lom` element of the given binding; what [`Lom`] does not hold goes to the notes.
pub(crate) fn read(node: &Node, binding: Binding, notes: &mut Notes) -> Lom {
    let mut lom = Lom::default();
    let mut reader = LomReader { binding, notes };
    let mut seen_educational = false;
    reader.each_child(node, |r, name, child| {
        match name {
            "general" => r.general(child, &mut lom.general),
            "lifecycle" => r.life_cycle(child, &mut lom.life_cycle),
            "metametadata" => r.meta_metadata(child),
            "technical" => r.technical(child, &mut lom.technical),
            // IEEE 1484.12.1 allows several; only the first is kept.
            "educational" if !seen_educational => {
                seen_educational = true;
                r.educational(child, &mut lom.educational);
            }
            "rights" => r.rights(child, &mut lom.rights),
            "classification" => lom.classifications.push(r.classification(child)),
            _ => return false,
        }
        true
    });
    lom
}

struct LomReader<'a> {
    binding: Binding,
    notes: &'a mut Notes,
}

impl LomReader<'_> {
    /// Visits the children by lower-case name; those `visit` does not know go to the notes.
    fn each_child(&mut self, node: &Node, mut visit: impl FnMut(&mut Self, &str, &Node) -> bool) {
        self.notes.unknown_attributes(node, &[]);
        for child in &node.children {
            let known = Binding::of(child) == Some(self.binding)
                && visit(self, &child.name.to_ascii_lowercase(), child);
            if !known {
                self.notes.skipped(child);
            }
        }
    }

    fn general(&mut self, node: &Node, general: &mut General) {
        self.each_child(node, |r, name, child| {
            match name {
                "title" => general.title = Some(r.lang_string(child)),
                "identifier" if r.binding == Binding::Ieee => {
                    general.identifiers.push(r.catalog_entry(child));
                }
                "catalogentry" => general.identifiers.push(r.catalog_entry(child)),
                "language" => general.languages.extend(r.parsed(child)),
                "description" => general.descriptions.push(r.lang_string(child)),
                "keyword" => general.keywords.push(r.lang_string(child)),
                "coverage" => general.coverage.push(r.lang_string(child)),
                _ => return false,
            }
            true
        });
    }

    fn catalog_entry(&mut self, node: &Node) -> CatalogEntry {
        let (mut catalog, mut entry) = (String::new(), String::new());
        self.each_child(node, |r, name, child| {
            match name {
                "catalog" => catalog = child.text().to_owned(),
                "entry" => entry = r.plain_text(child),
                _ => return false,
            }
            true
        });
        CatalogEntry { catalog, entry }
    }

    fn life_cycle(&mut self, node: &Node, life_cycle: &mut LifeCycle) {
        self.each_child(node, |r, name, child| {
            match name {
                "version" => life_cycle.version = Some(r.lang_string(child)),
                "status" => life_cycle.status = r.token(child, Status::from_token),
                _ => return false,
            }
            true
        });
    }

    /// Nothing here is kept: the schemas are those this crate writes by itself.
    fn meta_metadata(&mut self, node: &Node) {
        self.each_child(node, |r, name, child| {
            matches!(name, "metadataschema" | "metadatascheme")
                && r.binding.schemas().contains(&child.text())
        });
    }

    fn technical(&mut self, node: &Node, technical: &mut Technical) {
        self.each_child(node, |r, name, child| {
            match name {
                "format" => technical.formats.push(child.text().to_owned()),
                "size" => technical.size = r.parsed(child),
                "location" => technical.locations.push(child.text().to_owned()),
                "duration" => technical.duration = r.duration(child),
                _ => return false,
            }
            true
        });
    }

    fn educational(&mut self, node: &Node, educational: &mut Educational) {
        self.each_child(node, |r, name, child| {
            match name {
                "intendedenduserrole" => {
                    let role = r.token(child, Role::from_token);
                    educational.intended_end_user_roles.extend(role);
                }
                "difficulty" => educational.difficulty = r.token(child, Difficulty::from_token),
                "typicallearningtime" => educational.typical_learning_time = r.duration(child),
                _ => return false,
            }
            true
        });
    }

    fn rights(&mut self, node: &Node, rights: &mut Rights) {
        self.each_child(node, |r, name, child| {
            match name {
                "cost" => rights.cost = r.token(child, yes_or_no),
                "copyrightandotherrestrictions" => {
                    rights.copyright_and_other_restrictions = r.token(child, yes_or_no);
                }
                "description" => rights.description = Some(r.lang_string(child)),
                _ => return false,
            }
            true
        });
    }

    fn classification(&mut self, node: &Node) -> Classification {
        let mut classification = Classification::default();
        self.each_child(node, |r, name, child| {
            match name {
                "purpose" => classification.purpose = r.token(child, Purpose::from_token),
                "description" => classification.description = Some(r.lang_string(child)),
                "keyword" => classification.keywords.push(r.lang_string(child)),
                _ => return false,
            }
            true
        });
        classification
    }

    /// A vocabulary value; its source is not kept, a value outside LOM's vocabulary is noted.
    fn token<T>(&mut self, node: &Node, value_of: fn(&str) -> Option<T>) -> Option<T> {
        let mut value = None;
        self.each_child(node, |r, name, child| {
            match name {
                "source" => {}
                "value" => {
                    value = value_of(&r.plain_text(child));
                    if value.is_none() {
                        r.notes.invalid_value(child);
                    }
                }
                _ => return false,
            }
            true
        });
        value
    }

    fn duration(&mut self, node: &Node) -> Option<Duration> {
        let mut duration = None;
        self.each_child(node, |r, name, child| {
            let known = name == r.binding.duration_element();
            if known {
                duration = r.parsed(child);
            }
            known
        });
        duration
    }

    fn lang_string(&mut self, node: &Node) -> LangString {
        let (_, namespace, attribute) = self.binding.language_attribute();
        let mut translations = Vec::new();
        self.each_child(node, |r, name, child| {
            if name != r.binding.translation_element() {
                return false;
            }
            r.notes.unknown_attributes(child, &[(namespace, attribute)]);
            translations.push(Translation {
                language: r.notes.parsed_attribute(child, namespace, attribute),
                text: child.text().to_owned(),
            });
            true
        });
        LangString(translations)
    }

    /// A text in no language, which IMS Meta-Data wraps in a language string all the same.
    fn plain_text(&mut self, node: &Node) -> String {
        match self.binding {
            Binding::Ieee => node.text().to_owned(),
            Binding::Imsmd => self.lang_string(node).first().unwrap_or_default().to_owned(),
        }
    }

    fn parsed<T: FromStr>(&mut self, node: &Node) -> Option<T> {
        let value = node.text().parse().ok();
        if value.is_none() {
            self.notes.invalid_value(node);
        }
        value
    }
}

fn yes_or_no(token: &str) -> Option<bool> {
    match token.to_ascii_lowercase().as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}
