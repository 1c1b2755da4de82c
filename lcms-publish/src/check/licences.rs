//! What others made is used as they allow it, and they are named.
//!
//! Licences are read from metadata, as SPDX identifiers (`CC-BY-SA-4.0`) or by their usual names
//! (`CC BY-SA 4.0`). Of the Creative Commons licences each condition is a rule of its own. A licence
//! that is not known here is taken for the organisation's own and not judged.

use std::collections::BTreeMap;

use lcms_core::model::{ComponentId, Content};
use lcms_core::service::FrozenNode;

use super::Rule;
use crate::fault::Fault;
use crate::plan::{Page, Plan};

/// What a licence asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// The maker is named.
    pub(crate) attribution: bool,
    /// Nothing is sold with it.
    pub(crate) non_commercial: bool,
    /// It stays as it is.
    pub(crate) no_derivatives: bool,
    /// What is made of it has the same licence.
    pub(crate) share_alike: bool,
}

/// The terms of a licence; `None` for one that is not known.
pub(crate) fn terms(licence: &str) -> Option<Terms> {
    let name: String = licence
        .to_ascii_uppercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
        .collect();
    let parts: Vec<_> = name.split('-').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["CC0", ..] | ["PUBLIC", "DOMAIN", ..] | ["CC", "PDDC"] | ["CC", "ZERO", ..] => {
            Some(Terms::default())
        }
        ["CC", "BY", rest @ ..] => Some(Terms {
            attribution: true,
            non_commercial: rest.contains(&"NC"),
            no_derivatives: rest.contains(&"ND"),
            share_alike: rest.contains(&"SA"),
        }),
        ["MIT"] | ["APACHE", ..] | ["BSD", ..] | ["ISC"] | ["OFL", ..] => {
            Some(Terms { attribution: true, ..Terms::default() })
        }
        _ => None,
    }
}

fn licence(node: &FrozenNode) -> Option<(&str, Terms)> {
    let licence = node.metadata.licence.as_deref()?;
    Some((licence, terms(licence)?))
}

fn used<'p>(plan: &'p Plan<'_>) -> impl Iterator<Item = &'p FrozenNode> {
    plan.used.iter().map(|&index| plan.node(index))
}

pub(super) const ATTRIBUTION: Rule = Rule::new(
    "attribution",
    "What is used under another licence than the course's own names its maker, where the licence asks for it.",
    |subject, faults| {
        // What has the course's own licence is of those who publish it.
        let own = subject.plan.root().metadata.licence.as_deref().map(family);
        for node in used(subject.plan) {
            let Some((name, terms)) = licence(node) else { continue };
            let named =
                node.metadata.attribution.as_deref().is_some_and(|text| !text.trim().is_empty());
            if terms.attribution && !named && own != Some(family(name)) {
                let message = format!(
                    "the licence {name} asks for its maker to be named; write `attribution`"
                );
                faults.push(Fault::new(node, "/metadata/attribution", "attribution", message));
            }
        }
    },
);

pub(super) const NON_COMMERCIAL: Rule = Rule::new(
    "non_commercial",
    "A commercial package holds nothing that is licensed for other use only.",
    |subject, faults| {
        if !subject.plan.profile.settings.commercial {
            return;
        }
        for node in used(subject.plan) {
            if let Some((name, Terms { non_commercial: true, .. })) = licence(node) {
                let message = format!(
                    "{name} does not allow commercial use, and the profile is commercial; replace it"
                );
                faults.push(Fault::new(node, "/metadata/licence", "non_commercial", message));
            }
        }
    },
);

pub(super) const NO_DERIVATIVES: Rule = Rule::new(
    "no_derivatives",
    "What may not be changed is shown as it is: whole, no block replaced.",
    |subject, faults| {
        let plan = subject.plan;
        each_part(plan, |part| {
            let node = plan.node(part.node);
            let Some((name, Terms { no_derivatives: true, .. })) = licence(node) else { return };
            let message = match part.adapted {
                Some(how) => format!(
                    "{name} allows no changes, and {how}; show it whole or leave it out; in"
                ),
                None => return,
            };
            let fault = Fault::new(node, "/metadata/licence", "no_derivatives", message);
            faults.push(fault.about(part.page));
        });
    },
);

pub(super) const SHARE_ALIKE: Rule = Rule::new(
    "share_alike",
    "A page made from texts under share-alike licences has their licence, and they agree.",
    |subject, faults| {
        let plan = subject.plan;
        let mut made = BTreeMap::<usize, Vec<usize>>::new();
        each_part(plan, |part| {
            if part.adapted.is_some() {
                made.entry(part.page_node).or_default().push(part.node);
            }
        });
        for (page, parts) in made {
            let page = plan.node(page);
            let own = page.metadata.licence.as_deref().map(family);
            for part in parts.into_iter().map(|index| plan.node(index)) {
                let Some((name, Terms { share_alike: true, .. })) = licence(part) else { continue };
                if own.as_ref() == Some(&family(name)) {
                    continue;
                }
                let message = format!(
                    "a page with this text in it must have its licence {name}; give the page that licence, or link to \
                     the text instead"
                );
                let fault = Fault::new(page, "/metadata/licence", "share_alike", message);
                faults.push(fault.about(part.component));
            }
        }
    },
);

/// A licence without its version and manner of writing: later versions may be chosen.
fn family(licence: &str) -> String {
    let letters = licence.to_ascii_uppercase();
    letters.chars().filter(char::is_ascii_alphabetic).collect()
}

/// A text that a page is made of.
struct Part {
    node: usize,
    page: ComponentId,
    page_node: usize,
    /// How it was changed or made part of something else.
    adapted: Option<&'static str>,
}

/// Every text that a page is made of, with what was done to it.
fn each_part(plan: &Plan<'_>, mut found: impl FnMut(Part)) {
    for page in plan.scos.iter().flat_map(|sco| &sco.pages) {
        let component = plan.node(page.node).component;
        let part = |node, adapted| Part { node, page: component, page_node: page.node, adapted };
        let replaced = page.text.sources.iter().skip(1).any(|source| source.is_replacement());
        found(part(page.node, replaced.then_some("blocks of it are replaced")));
        for text in texts(page) {
            for source in text.sources.iter().skip(1) {
                let is_text = matches!(plan.node(source.node).content, Content::Topic(_));
                if is_text && !source.is_replacement() && source.node != page.node {
                    found(part(source.node, Some("it is made part of another text")));
                }
            }
        }
    }
}

fn texts(page: &Page) -> impl Iterator<Item = &crate::plan::PlannedText> {
    let asked = page.questions().flat_map(|question| question.texts.values());
    std::iter::once(&page.text).chain(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_known_however_they_are_written() {
        let by = Terms { attribution: true, ..Terms::default() };
        for (written, wanted) in [
            ("CC-BY-4.0", Some(by)),
            ("CC BY-SA 4.0", Some(Terms { share_alike: true, ..by })),
            ("cc by-nc-nd 3.0", Some(Terms { non_commercial: true, no_derivatives: true, ..by })),
            ("CC0-1.0", Some(Terms::default())),
            ("Public domain", Some(Terms::default())),
            ("MIT", Some(by)),
            ("All rights reserved", None),
            ("© Example Ltd", None),
        ] {
            assert_eq!(terms(written), wanted, "{written}");
        }
        assert_eq!(family("CC BY-SA 4.0"), family("CC-BY-SA-3.0"));
    }
}
