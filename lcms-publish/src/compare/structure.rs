//! The tree of items: which came, went, moved, and what the manifest says of each.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Comparer;
use super::contents::Contents;
use super::moved::moved;
use super::reason::{Reason, Subject, SubjectKind};
use super::rule::Rule;
use crate::shape::{ItemRules, TrackedItem};

/// An item and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) item: &'a TrackedItem,
    parent: Option<&'a str>,
}

/// Every item of a package in document order.
fn placed(contents: &Contents) -> Vec<Placed<'_>> {
    fn walk<'a>(items: &'a [TrackedItem], parent: Option<&'a str>, found: &mut Vec<Placed<'a>>) {
        for item in items {
            found.push(Placed { item, parent });
            walk(&item.items, Some(&item.id), found);
        }
    }
    let mut found = Vec::new();
    walk(&contents.shape.tracked.items, None, &mut found);
    found
}

/// An item as a subject.
pub(super) fn item_subject(contents: &Contents, item: &TrackedItem) -> Subject {
    Subject {
        kind: if item.launch.is_some() { SubjectKind::Sco } else { SubjectKind::Heading },
        id: item.id.clone(),
        title: title(contents, &item.id),
        sco: None,
        component: component(contents, item),
    }
}

fn component(contents: &Contents, item: &TrackedItem) -> Option<lcms_core::model::ComponentId> {
    contents.component_of_file(&item.launch.as_ref()?.address)
}

fn title(contents: &Contents, item: &str) -> Option<String> {
    contents.shape.shown.items.get(item).map(|shown| shown.title.clone())
}

/// Rules by name as one text.
pub(super) fn told(rules: &BTreeMap<String, String>) -> Option<String> {
    let told: Vec<_> = rules.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

impl<'a> Comparer<'a> {
    /// Everything about items, and about what is inside those that both packages have.
    pub(super) fn items(&mut self) {
        let (before, after) = (placed(self.before), placed(self.after));
        let (before_ids, after_ids) = (by_id(&before), by_id(&after));
        let gone: Vec<_> = only_in(&before, &after_ids);
        let come: Vec<_> = only_in(&after, &before_ids);
        let renamed = self.renamed(&gone, &come);
        for old in &gone {
            if !renamed.iter().any(|(other, _)| other.item.id == old.item.id) {
                self.add(
                    kind(old, Rule::ScoRemoved, Rule::HeadingRemoved),
                    item_subject(self.before, old.item),
                );
            }
        }
        for new in &come {
            if !renamed.iter().any(|(_, other)| other.item.id == new.item.id) {
                self.add(
                    kind(new, Rule::ScoAdded, Rule::HeadingAdded),
                    item_subject(self.after, new.item),
                );
            }
        }
        for (old, new) in renamed {
            let reason =
                Reason::new(Rule::ItemIdentifierChanged, item_subject(self.after, new.item));
            let ids = (Some(old.item.id.clone()), Some(new.item.id.clone()));
            self.reasons.push(reason.changing(ids.0, ids.1));
            self.lesson(old.item, new.item);
        }
        self.moves(&before, &after, &after_ids);
        // Its title and language stand in the document of every lesson.
        let (old, new) = (&self.before.shape.shown, &self.after.shape.shown);
        let course = old.title != new.title || old.language != new.language;
        for new in &after {
            let Some(old) = before_ids.get(new.item.id.as_str()) else { continue };
            let found = self.reasons.len();
            self.item(old.item, new.item);
            self.lesson(old.item, new.item);
            if course || self.reasons.len() > found {
                self.touched.extend(new.item.launch.as_ref().map(|launch| launch.address.clone()));
            }
        }
    }

    /// Items that are the same but for their identifier: made from the same component, or, where
    /// components are not known, launching the same address.
    fn renamed(&self, gone: &[Placed<'a>], come: &[Placed<'a>]) -> Vec<(Placed<'a>, Placed<'a>)> {
        let identity = |contents: &Contents, placed: &Placed<'_>| {
            let component = component(contents, placed.item).map(|id| id.to_string());
            component.or_else(|| placed.item.launch.as_ref().map(|launch| launch.address.clone()))
        };
        let mut found = Vec::new();
        for old in gone {
            let Some(wanted) = identity(self.before, old) else { continue };
            let is_it = |(contents, other): (&Contents, &Placed<'a>)| {
                identity(contents, other).is_some_and(|id| id == wanted)
            };
            let twins = gone.iter().filter(|other| is_it((self.before, other))).count();
            let mut same = come.iter().filter(|other| is_it((self.after, other)));
            if let (1, Some(new), None) = (twins, same.next(), same.next()) {
                found.push((*old, *new));
            }
        }
        found
    }

    /// Items of both packages that stand under another heading or in another order.
    fn moves(
        &mut self,
        before: &[Placed<'a>],
        after: &[Placed<'a>],
        after_ids: &HashMap<&'a str, Placed<'a>>,
    ) {
        let parents: HashMap<_, _> =
            before.iter().map(|old| (old.item.id.as_str(), old.parent)).collect();
        let siblings = |items: &[Placed<'a>], parent: Option<&'a str>| -> Vec<&'a str> {
            let below = items.iter().filter(|placed| placed.parent == parent);
            let stayed = below.filter(|placed| {
                let id = placed.item.id.as_str();
                parents.get(id) == Some(&parent)
                    && after_ids.get(id).is_some_and(|new| new.parent == parent)
            });
            stayed.map(|placed| placed.item.id.as_str()).collect()
        };
        let mut other_place: BTreeSet<&str> = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for new in after {
            let id = new.item.id.as_str();
            match parents.get(id) {
                Some(parent) if *parent != new.parent => {
                    other_place.insert(id);
                }
                Some(_) if seen.insert(new.parent) => {
                    let (old, now) = (siblings(before, new.parent), siblings(after, new.parent));
                    other_place.extend(moved(&old, &now));
                }
                _ => {}
            }
        }
        for new in after.iter().filter(|new| other_place.contains(new.item.id.as_str())) {
            let reason = Reason::new(
                kind(new, Rule::ScoMoved, Rule::HeadingMoved),
                item_subject(self.after, new.item),
            );
            let below = |contents: &Contents, parent: Option<&str>| {
                parent.and_then(|parent| title(contents, parent))
            };
            let old = parents.get(new.item.id.as_str()).copied().flatten();
            let (old, now) = (below(self.before, old), below(self.after, new.parent));
            self.reasons.push(if old == now { reason } else { reason.changing(old, now) });
        }
    }

    /// What the manifest says of an item that both packages have.
    fn item(&mut self, old: &'a TrackedItem, new: &'a TrackedItem) {
        let (before, after) = (self.before, self.after);
        let subject = || item_subject(after, new);
        let titles = (title(before, &old.id), title(after, &new.id));
        self.differ(Rule::TitleChanged, subject, (&titles.0, &titles.1), Clone::clone);
        match (&old.launch, &new.launch) {
            (Some(old), Some(new)) => {
                let text = |value: &String| Some(value.clone());
                let kind = |sco: &bool| Some(if *sco { "SCO" } else { "asset" }.to_owned());
                self.differ(Rule::ScoKindChanged, subject, (&old.sco, &new.sco), kind);
                self.differ(
                    Rule::ResourceIdentifierChanged,
                    subject,
                    (&old.resource, &new.resource),
                    text,
                );
                self.differ(
                    Rule::LaunchAddressChanged,
                    subject,
                    (&old.address, &new.address),
                    text,
                );
            }
            (None, None) => {}
            (old, _) => {
                let kinds = ("launches something", "heading");
                let (was, is) = if old.is_some() { kinds } else { (kinds.1, kinds.0) };
                let reason = Reason::new(Rule::ScoKindChanged, subject());
                self.reasons.push(reason.changing(Some(was.to_owned()), Some(is.to_owned())));
            }
        }
        self.item_rules(&subject, &old.rules, &new.rules);
        // The mark stands in the manifest and in the lesson; it is one fact.
        let mark = |item: &TrackedItem| {
            let inside = item.lesson.as_ref().and_then(|lesson| lesson.pass_mark);
            (inside.map(|mark| mark.to_string()), item.rules.mastery.clone())
        };
        self.differ(Rule::MasteryChanged, subject, (&mark(old), &mark(new)), |(inside, told)| {
            inside.clone().or_else(|| told.clone())
        });
    }

    fn item_rules(&mut self, subject: &dyn Fn() -> Subject, old: &ItemRules, new: &ItemRules) {
        let facts = [
            (Rule::PrerequisitesChanged, &old.prerequisites, &new.prerequisites),
            (Rule::CompletionRuleChanged, &old.completion_threshold, &new.completion_threshold),
            (Rule::MoveOnChanged, &old.move_on, &new.move_on),
            (Rule::TimeLimitChanged, &old.time_limit, &new.time_limit),
            (Rule::LaunchDataChanged, &old.launch_data, &new.launch_data),
        ];
        for (rule, old, new) in facts {
            self.differ(rule, subject, (old, new), Clone::clone);
        }
        self.differ(Rule::SequencingChanged, subject, (&old.sequencing, &new.sequencing), told);
        let objective = |id: &String| Subject {
            kind: SubjectKind::Objective,
            id: id.clone(),
            title: None,
            sco: subject().title,
            component: None,
        };
        for id in old.objectives.iter().filter(|id| !new.objectives.contains(id)) {
            self.add(Rule::ObjectiveRemoved, objective(id));
        }
        for id in new.objectives.iter().filter(|id| !old.objectives.contains(id)) {
            self.add(Rule::ObjectiveAdded, objective(id));
        }
    }
}

fn by_id<'a>(items: &[Placed<'a>]) -> HashMap<&'a str, Placed<'a>> {
    items.iter().map(|placed| (placed.item.id.as_str(), *placed)).collect()
}

fn only_in<'a>(items: &[Placed<'a>], others: &HashMap<&str, Placed<'_>>) -> Vec<Placed<'a>> {
    items.iter().filter(|placed| !others.contains_key(placed.item.id.as_str())).copied().collect()
}

fn kind(placed: &Placed<'_>, launches: Rule, heading: Rule) -> Rule {
    if placed.item.launch.is_some() { launches } else { heading }
}
