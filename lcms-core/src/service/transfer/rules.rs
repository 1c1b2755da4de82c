//! What becomes of rules that arrive: vocabularies, metadata schemas and synonyms.
//!
//! A rule is its states, one after the other; the last stands. One that was changed on one side
//! only goes on there. One that was changed on both sides is merged against the newest state that
//! both had, by term, field or line. What does not fit stays as it is here, and nothing of theirs is
//! taken, so that the two remain what they are until somebody brings them together; it is named.
//! The same holds for a vocabulary that would bind a field which another one here has bound.
//!
//! What both sides had is told by documents, not by ids alone: two who made the same change agree.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::log::Log;
use super::receive::{Known, Receiving};
use super::{Place, RuleConflict, RuleName, RuleObject};
use crate::error::{Error, Result};
use crate::model::merge::merge_rule;
use crate::model::{EventNumber, LibraryId, RuleSubject, RuleVersionId, Vocabulary};
use crate::store::library_rules::{self, RuleVersion};

/// Most pointers that a conflict names.
const NAMED: usize = 20;

/// A state, as far as it matters here.
#[derive(Clone, Copy)]
struct Seen<'a> {
    id: RuleVersionId,
    document: Option<&'a Value>,
}

/// What becomes of one rule.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// Nothing: theirs says nothing new.
    Stays,
    /// These of their states follow what stands here; the last stands from now on.
    GoesOn(Vec<RuleVersionId>),
    /// These of their states follow, and then this document, which holds both changes.
    Merged(Vec<RuleVersionId>, Value),
    /// Ours stays.
    Conflict(Vec<String>),
}

/// Decides about one rule by its states here and there, both oldest first.
fn decide(subject: RuleSubject, here: &[Seen<'_>], there: &[Seen<'_>]) -> Outcome {
    let (Some(top), Some(arriving)) = (here.last(), there.last()) else {
        return match there.is_empty() {
            true => Outcome::Stays,
            false => Outcome::GoesOn(there.iter().map(|state| state.id).collect()),
        };
    };
    let known: HashSet<_> = here.iter().map(|state| state.id).collect();
    let arrived: HashSet<_> = there.iter().map(|state| state.id).collect();
    let new: Vec<_> = there.iter().map(|it| it.id).filter(|id| !known.contains(id)).collect();
    if new.is_empty() || top.document == arriving.document {
        return Outcome::Stays;
    }
    if known.is_subset(&arrived) && new.last() == Some(&arriving.id) {
        return Outcome::GoesOn(new);
    }
    let both = |state: &&Seen<'_>| there.iter().any(|other| other.document == state.document);
    let base = here.iter().rev().find(both).map(|state| state.document);
    if base == Some(arriving.document) {
        return Outcome::Stays;
    }
    let follows = new.last() == Some(&arriving.id);
    if base == Some(top.document) && follows {
        return Outcome::GoesOn(new);
    }
    let (Some(ours), Some(theirs)) = (top.document, arriving.document) else {
        let removed = match top.document {
            None => "it was taken away here and changed there",
            Some(_) => "it was changed here and taken away there",
        };
        return Outcome::Conflict(vec![removed.to_owned()]);
    };
    let merged = merge_rule(subject, base.flatten(), ours, theirs);
    if !merged.conflicts.is_empty() {
        let pointers = merged.conflicts.into_iter().map(|conflict| match conflict.pointer {
            whole if whole.is_empty() => "they have nothing in common".to_owned(),
            pointer => pointer,
        });
        return Outcome::Conflict(pointers.take(NAMED).collect());
    }
    if merged.document == *ours {
        Outcome::Stays
    } else if merged.document == *theirs && follows {
        Outcome::GoesOn(new)
    } else {
        Outcome::Merged(new, merged.document)
    }
}

/// The states to be stored, in order; their events are not known yet.
#[derive(Debug, Default)]
pub(super) struct NewRules {
    /// Those that arrived.
    pub(super) arrived: HashMap<RuleVersionId, RuleVersion>,
    /// Those that hold what both sides changed.
    pub(super) merged: Vec<RuleVersion>,
}

/// A rule: its library, what it is about, and its name.
type Of<'a> = (LibraryId, RuleSubject, &'a str);

/// The states of the rules that are here, oldest first, with their documents.
type Here = BTreeMap<(LibraryId, RuleSubject, String), Vec<(RuleVersion, Option<Value>)>>;

impl Receiving<'_> {
    /// Decides about every rule, and reports it.
    pub(super) async fn decide_rules(&mut self, known: &Known) -> Result<NewRules> {
        if self.objects.rules.is_empty() {
            return Ok(NewRules::default());
        }
        let mut here = Here::new();
        for library in &self.objects.libraries {
            for state in library_rules::all(self.tx, library.id).await? {
                let of = (state.library, state.subject, state.name.clone());
                let document = document_of(&state)?;
                here.entry(of).or_default().push((state, document));
            }
        }
        self.compare_rules(known)?;
        let histories = self.objects.rule_histories();
        let mut outcomes = BTreeMap::new();
        for (of, arriving) in &histories {
            let ours = states(&here, of);
            let ours: Vec<_> = ours
                .iter()
                .map(|(state, document)| Seen { id: state.id, document: document.as_ref() })
                .collect();
            let theirs: Vec<_> = arriving
                .iter()
                .map(|it| Seen { id: it.id, document: it.document.as_ref() })
                .collect();
            outcomes.insert(*of, decide(of.1, &ours, &theirs));
        }
        while let Some((of, because)) = clash(&here, &histories, &outcomes) {
            outcomes.insert(of, Outcome::Conflict(vec![because]));
        }
        let mut new = NewRules::default();
        for (of, outcome) in outcomes {
            self.take_rule(of, outcome, states(&here, &of), &mut new);
        }
        self.received.new_rules = new.arrived.len();
        self.received.merged_rules.sort();
        self.received.rule_conflicts.sort();
        Ok(new)
    }

    /// A state that is known has to be the same.
    fn compare_rules(&mut self, known: &Known) -> Result<()> {
        let mut differing = Vec::new();
        for object in self.objects.rules.values() {
            let Some(state) = known.rules.get(&object.id) else { continue };
            let same = (state.library, state.subject, &state.name)
                == (object.library, object.subject, &object.name)
                && document_of(state)? == object.document;
            if !same {
                differing.push(object.id);
            }
        }
        for id in differing {
            self.refuse(format!("rule {id}"), "id", "here it is another state");
        }
        self.refuse_if_any()
    }

    fn take_rule(
        &mut self,
        (library, subject, name): Of<'_>,
        outcome: Outcome,
        here: &[(RuleVersion, Option<Value>)],
        new: &mut NewRules,
    ) {
        let key = self.objects.libraries.iter().find(|it| it.id == library);
        let Some(key) = key.map(|library| library.key.clone()) else { return };
        let rule = RuleName { library: key, subject, name: name.to_owned() };
        let mut number = here.last().map_or(0, |(newest, _)| newest.number);
        let mut next = || {
            number += 1;
            number
        };
        let (ids, merged) = match outcome {
            Outcome::Stays => return,
            Outcome::Conflict(because) => {
                self.received.rule_conflicts.push(RuleConflict { rule, because });
                return;
            }
            Outcome::GoesOn(ids) => (ids, None),
            Outcome::Merged(ids, document) => (ids, Some(document)),
        };
        for object in ids.iter().filter_map(|id| self.objects.rules.get(id)) {
            let state = RuleVersion {
                id: object.id,
                library,
                subject,
                name: name.to_owned(),
                number: next(),
                body: object.document.as_ref().map(|document| subject.body_of(document)),
                author: object.author,
                message: object.message.clone(),
                created: object.created,
                event: EventNumber(0),
            };
            new.arrived.insert(object.id, state);
        }
        if let Some(document) = merged {
            new.merged.push(RuleVersion {
                id: RuleVersionId::new(),
                library,
                subject,
                name: name.to_owned(),
                number: next(),
                body: Some(subject.body_of(&document)),
                author: self.actor,
                message: format!("merged with {}", self.origin),
                created: self.time,
                event: EventNumber(0),
            });
            self.received.merged_rules.push(rule);
        }
    }

    /// Stores the states that were decided on.
    pub(super) async fn store_rules(&self, new: NewRules, log: &Log) -> Result<()> {
        let NewRules { mut arrived, merged } = new;
        let places = self.objects.order.iter();
        let in_order = places.filter_map(|place| match place {
            Place::Rule(id) => arrived.remove(id),
            _ => None,
        });
        for mut state in in_order.chain(merged) {
            state.event = log.event_of(&Place::Rule(state.id));
            library_rules::put(self.tx, &state).await?;
        }
        Ok(())
    }
}

fn states<'h>(here: &'h Here, of: &Of<'_>) -> &'h [(RuleVersion, Option<Value>)] {
    here.get(&(of.0, of.1, of.2.to_owned())).map(Vec::as_slice).unwrap_or_default()
}

fn document_of(state: &RuleVersion) -> Result<Option<Value>> {
    let read = state.body.as_deref().map(|body| state.subject.document_of(body)).transpose();
    read.map_err(|error| {
        let what = format!("the {} `{}` cannot be read", state.subject, state.name);
        Error::internal(what, error)
    })
}

/// A vocabulary that would take over the arrival's and bind a field which another one binds, and
/// why it may not.
fn clash<'a>(
    here: &Here,
    histories: &BTreeMap<Of<'a>, Vec<&'a RuleObject>>,
    outcomes: &BTreeMap<Of<'a>, Outcome>,
) -> Option<(Of<'a>, String)> {
    let mut bound = HashMap::<(LibraryId, String), String>::new();
    let changing = outcomes.iter().filter_map(|(of, outcome)| {
        let document = match outcome {
            Outcome::GoesOn(ids) => {
                let arriving = histories.get(of)?.iter().rev();
                arriving.copied().find(|it| ids.last() == Some(&it.id))?.document.as_ref()?
            }
            Outcome::Merged(_, document) => document,
            Outcome::Stays | Outcome::Conflict(_) => return None,
        };
        Some((*of, document))
    });
    let changing: BTreeMap<_, _> = changing.collect();
    let staying = here.iter().filter_map(|((library, subject, name), states)| {
        let moves = outcomes.get(&(*library, *subject, name.as_str()));
        let moves = moves.is_some_and(|it| matches!(it, Outcome::GoesOn(_) | Outcome::Merged(..)));
        let document = states.last()?.1.as_ref()?;
        (*subject == RuleSubject::Vocabulary && !moves).then_some((*library, name, document))
    });
    for (library, name, document) in staying {
        for field in fields_of(document) {
            bound.insert((library, field), name.clone());
        }
    }
    for (of, document) in changing.iter().filter(|(of, _)| of.1 == RuleSubject::Vocabulary) {
        for field in fields_of(document) {
            // Of two that arrive, the first by name is taken.
            if let Some(other) = bound.insert((of.0, field.clone()), of.2.to_owned()) {
                return Some((*of, format!("it binds `{field}`, as `{other}` does")));
            }
        }
    }
    None
}

fn fields_of(document: &Value) -> Vec<String> {
    let read: Vocabulary = serde_json::from_value(document.clone()).unwrap_or_default();
    read.fields.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn vocabulary(title: &str, terms: &[(&str, &str)]) -> Value {
        let terms: Vec<_> =
            terms.iter().map(|(id, label)| json!({"id": id, "labels": {"en": label}})).collect();
        json!({"title": title, "fields": ["tags"], "closed": false, "terms": terms})
    }

    fn ids(count: usize) -> Vec<RuleVersionId> {
        (0..count).map(|_| RuleVersionId::new()).collect()
    }

    fn of(states: &[(RuleVersionId, &Value)]) -> Vec<Seen<'static>> {
        let leaked = |document: &Value| Some(&*Box::leak(Box::new(document.clone())));
        states.iter().map(|(id, document)| Seen { id: *id, document: leaked(document) }).collect()
    }

    fn settle(here: &[(RuleVersionId, &Value)], there: &[(RuleVersionId, &Value)]) -> Outcome {
        decide(RuleSubject::Vocabulary, &of(here), &of(there))
    }

    #[test]
    fn what_one_side_changed_goes_on_and_what_both_changed_is_merged() {
        let n = ids(4);
        let base = vocabulary("T", &[("a", "A"), ("b", "B")]);
        let ours = vocabulary("T", &[("a", "A1"), ("b", "B")]);
        let theirs = vocabulary("T", &[("a", "A"), ("b", "B1")]);
        let other = vocabulary("T", &[("a", "A2"), ("b", "B")]);
        let (b, o, t) = ((n[0], &base), (n[1], &ours), (n[2], &theirs));
        assert_eq!(settle(&[], &[b, t]), Outcome::GoesOn(vec![n[0], n[2]]));
        assert_eq!(settle(&[b], &[b, t]), Outcome::GoesOn(vec![n[2]]));
        assert_eq!(settle(&[b, o], &[b]), Outcome::Stays);
        let both = vocabulary("T", &[("a", "A1"), ("b", "B1")]);
        assert_eq!(settle(&[b, o], &[b, t]), Outcome::Merged(vec![n[2]], both.clone()));
        let Outcome::Conflict(because) = settle(&[b, o], &[b, (n[3], &other)]) else {
            panic!("two labels for one term");
        };
        assert_eq!(because, ["/terms/a/labels/en"]);
        // Merged there, it goes on from both.
        let merged = (n[3], &both);
        assert_eq!(settle(&[b, t], &[b, o, t, merged]), Outcome::GoesOn(vec![n[1], n[3]]));
    }

    #[test]
    fn two_that_made_the_same_change_agree_and_go_on_from_there() {
        let n = ids(4);
        let base = vocabulary("T", &[("a", "A")]);
        let same = vocabulary("T", &[("a", "A1")]);
        let more = vocabulary("T", &[("a", "A2")]);
        let (b, o, t, m) = ((n[0], &base), (n[1], &same), (n[2], &same), (n[3], &more));
        assert_eq!(settle(&[b, o], &[b, t]), Outcome::Stays);
        assert_eq!(settle(&[b, o], &[b, t, m]), Outcome::GoesOn(vec![n[2], n[3]]));
        assert_eq!(settle(&[b, t, m], &[b, o]), Outcome::Stays);
    }

    #[test]
    fn taken_away_here_and_changed_there_is_a_conflict() {
        let n = ids(3);
        let (base, theirs) = (vocabulary("T", &[]), vocabulary("U", &[]));
        let gone = Seen { id: n[1], document: None };
        let here = [of(&[(n[0], &base)])[0], gone];
        let there = of(&[(n[0], &base), (n[2], &theirs)]);
        let outcome = decide(RuleSubject::Vocabulary, &here, &there);
        assert!(matches!(outcome, Outcome::Conflict(_)), "{outcome:?}");
        let unchanged = decide(RuleSubject::Vocabulary, &here, &there[..1]);
        assert_eq!(unchanged, Outcome::Stays);
    }

    #[test]
    fn synonyms_are_merged_by_line() {
        let n = ids(3);
        let text = |text: &str| json!(text);
        let base = text("a, b\n\nc, d\n\ne, f\n");
        let (ours, theirs) = (text("a, b, x\n\nc, d\n\ne, f\n"), text("a, b\n\nc, d\n"));
        let (here, there) =
            (of(&[(n[0], &base), (n[1], &ours)]), of(&[(n[0], &base), (n[2], &theirs)]));
        let merged = decide(RuleSubject::Synonyms, &here, &there);
        let Outcome::Merged(_, Value::String(merged)) = merged else { panic!("{merged:?}") };
        assert!(merged.contains("a, b, x") && !merged.contains("e, f"), "{merged}");
    }
}
