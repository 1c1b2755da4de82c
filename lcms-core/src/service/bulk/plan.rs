//! Working out what a bulk edit does to each component, without writing anything.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::carry::Edit;
use super::rewriting::{Rewriting, Rewritten};
use super::{BulkItem, BulkReport, FieldChange, Operation};
use crate::error::{Error, Result};
use crate::model::{
    Care, Component, ComponentId, Digest, FieldName, Key, LibraryId, LibraryRules, Metadata, Right,
    State, Target, Transition, UserId, Violation,
};
use crate::service::Session;
use crate::service::care::steward_named;
use crate::service::rules::reached;
use crate::service::save::find_targets;
use crate::service::survey::Surveyed;
use crate::store::{Connection, accounts, documents};

/// Most components that a report names.
const NAMED: usize = 500;

/// A bulk edit worked out.
pub(super) struct Plan {
    pub(super) report: BulkReport,
    pub(super) edits: Vec<Edit>,
}

/// What a component is to be.
struct Outcome {
    metadata: Metadata,
    document: Rewritten,
    care: Care,
    step: Option<Transition>,
}

/// Users by name and by id, as far as the operations name them.
#[derive(Default)]
struct People {
    named: HashMap<String, UserId>,
    names: HashMap<UserId, String>,
}

impl Session {
    pub(super) async fn plan_bulk(
        &self,
        db: &impl Connection,
        targets: &[Target],
        operations: &[Operation],
    ) -> Result<Plan> {
        let mut surveyed = self.survey_targets(db, targets).await?;
        let writes = operations.iter().any(|it| !matches!(it, Operation::Step { .. }));
        if writes {
            let touched = surveyed.iter().map(|(_, it)| &it.component);
            self.require_for_all(db, touched, Right::Write).await?;
        }
        if operations.iter().any(concerns_the_component) {
            self.require_main("care and retirement")?;
        }
        let people = people(db, operations, &surveyed).await?;
        let rewriting = Rewriting::of(self, db, operations).await?;
        let bodies = match rewriting.is_empty() {
            true => HashMap::new(),
            false => {
                let digests: HashSet<_> = surveyed.iter().map(|(_, it)| it.head.content).collect();
                documents::get_many(db, &digests.into_iter().collect::<Vec<_>>()).await?
            }
        };
        let libraries = self.libraries_by_id(db).await?;
        let mut rules = HashMap::<LibraryId, _>::new();
        for library in surveyed.iter().map(|(_, it)| it.component.library) {
            if !rules.contains_key(&library)
                && let Some(known) = libraries.get(&library)
            {
                rules.insert(library, self.rules_of(db, known).await?);
            }
        }
        surveyed.sort_by(|(a, x), (b, y)| (a, &x.component.key).cmp(&(b, &y.component.key)));
        let mut report = BulkReport {
            found: surveyed.len(),
            changed: 0,
            refused: 0,
            unchanged: 0,
            unapproved: 0,
            items: Vec::new(),
            plan: Digest::of_bytes(b""),
            done: false,
            edit: None,
        };
        let (mut edits, mut named, mut refusals) = (Vec::new(), Vec::new(), Vec::new());
        let mut whole = Vec::with_capacity(surveyed.len());
        for (library_key, it) in surveyed {
            let Some(rules) = rules.get(&it.component.library) else { continue };
            let body = bodies.get(&it.head.content).map(Vec::as_slice);
            let worked_out = rewriting
                .rewrite(&it, body)
                .and_then(|document| self.outcome(&it, operations, rules, &people, document));
            let mut item = BulkItem {
                component: it.component.id,
                library_key,
                key: it.component.key.clone(),
                kind: it.component.kind,
                revision: it.head.revision,
                changes: Vec::new(),
                words: Vec::new(),
                objectives: Vec::new(),
                step: None,
                unapproved: false,
                refused: Vec::new(),
            };
            match worked_out {
                Err(refused) => {
                    report.refused += 1;
                    item.refused = refused;
                    whole.push((it.component.id, it.head.revision, None));
                    refusals.push(item);
                }
                Ok(outcome) => {
                    item.changes = changes(&it, &outcome, &people);
                    let Rewritten { content, words, objectives } = outcome.document;
                    item.words = words;
                    item.objectives = objectives;
                    item.step = outcome.step;
                    let stays = item.changes.is_empty() && content.is_none();
                    if stays && item.step.is_none() {
                        report.unchanged += 1;
                        continue;
                    }
                    report.changed += 1;
                    let metadata = Some(outcome.metadata).filter(|new| *new != *it.metadata);
                    let differs = metadata.is_some() || content.is_some();
                    item.unapproved = it.state == State::Approved && differs;
                    report.unapproved += usize::from(item.unapproved);
                    let digest = content.as_ref().map(|(digest, _)| digest);
                    let told = (&metadata, digest, outcome.care, outcome.step);
                    let told = Digest::of_document(&told).0;
                    whole.push((it.component.id, it.head.revision, Some(told)));
                    let state = if differs { State::Draft } else { it.state };
                    edits.push(Edit {
                        metadata,
                        content,
                        care: (outcome.care != it.care).then_some((it.care, outcome.care)),
                        step: outcome.step.map(|step| (step, state)),
                        ..Edit::of(it)
                    });
                    named.push(item);
                }
            }
        }
        report.plan = Digest::of_document(&("lcms-bulk-edit/1", whole)).0;
        refusals.append(&mut named);
        refusals.truncate(NAMED);
        report.items = refusals;
        Ok(Plan { report, edits })
    }

    /// The components that are meant, each once, with the keys of their libraries.
    async fn survey_targets(
        &self,
        db: &impl Connection,
        targets: &[Target],
    ) -> Result<Vec<(Key, Surveyed)>> {
        let home = LibraryId(uuid::Uuid::nil());
        let found = find_targets(db, home, targets.iter()).await?;
        let unread = |component: &Component| !self.may(component.library, Right::Read);
        let mut missing: Vec<_> = targets
            .iter()
            .filter(|target| found.get(target).is_none_or(|it| unread(it) || it.deleted))
            .map(ToString::to_string)
            .collect();
        let mut by_library = BTreeMap::<LibraryId, Vec<Component>>::new();
        let mut seen = HashSet::new();
        for component in found.into_values().filter(|it| !unread(it) && !it.deleted) {
            if seen.insert(component.id) {
                by_library.entry(component.library).or_default().push(component);
            }
        }
        let libraries = self.libraries_by_id(db).await?;
        let mut surveyed = Vec::with_capacity(seen.len());
        for (id, components) in by_library {
            let Some(library) = libraries.get(&id) else { continue };
            let all: Vec<(ComponentId, Key)> =
                components.iter().map(|it| (it.id, it.key.clone())).collect();
            let here = self.survey(db, library, components).await?;
            let known: HashSet<_> = here.iter().map(|it| it.component.id).collect();
            let absent = all.iter().filter(|(id, _)| !known.contains(id));
            missing.extend(absent.map(|(_, key)| format!("{}/{key}", library.key)));
            surveyed.extend(here.into_iter().map(|it| (library.key.clone(), it)));
        }
        if missing.is_empty() {
            return Ok(surveyed);
        }
        missing.sort();
        missing.truncate(10);
        Err(Error::not_found(format!(
            "these components are not there, or you may not read them: {}",
            missing.join(", ")
        )))
    }

    /// What becomes of one component, or everything that is wrong with that.
    fn outcome(
        &self,
        it: &Surveyed,
        operations: &[Operation],
        rules: &LibraryRules,
        people: &People,
        document: Rewritten,
    ) -> Result<Outcome, Vec<Violation>> {
        let mut metadata = it.metadata.as_ref().clone();
        let mut care = it.care;
        let mut step = None;
        let mut wrong = Vec::new();
        for operation in operations {
            let done = match operation {
                Operation::Replace { .. } | Operation::Serve { .. } | Operation::Unserve { .. } => {
                    Ok(())
                }
                Operation::Step { step: wanted } => {
                    step = Some(*wanted);
                    Ok(())
                }
                other => apply(other, &mut metadata, &mut care, people),
            };
            wrong.extend(done.err());
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        if metadata != *it.metadata {
            metadata = rules.settle(it.component.kind, metadata, Some(&it.metadata))?;
        }
        let stays = metadata == *it.metadata && document.content.is_none();
        let state = if stays { it.state } else { State::Draft };
        let step = step.filter(|step| !is_reached(*step, state));
        if let Some(step) = step {
            let said = step.as_str();
            if !step.leaves(state) {
                let message = format!("it is {state}: {said} does not lead on from there");
                return Err(vec![Violation::new("", "state", message)]);
            }
            if !self.may(it.component.library, step.needs(state)) {
                let message = format!("you may not {} there", step.needs(state));
                return Err(vec![Violation::new("", "right", message)]);
            }
            let lacking = reached(step)
                .map(|state| rules.lacking(it.component.kind, &metadata, &care, state));
            if let Some(lacking) = lacking.filter(|lacking| !lacking.is_empty()) {
                return Err(lacking);
            }
        }
        Ok(Outcome { metadata, document, care, step })
    }
}

/// Whether a component stands where a step leads.
fn is_reached(step: Transition, state: State) -> bool {
    match step {
        Transition::Reinstate => state != State::Retired,
        step => state == led_to(step),
    }
}

/// The state that a step leads to; of a reinstatement, the least.
pub(super) fn led_to(step: Transition) -> State {
    match step {
        Transition::Submit => State::InReview,
        Transition::Approve => State::Approved,
        Transition::Retire => State::Retired,
        Transition::Withdraw | Transition::Reinstate => State::Draft,
    }
}

fn concerns_the_component(operation: &Operation) -> bool {
    match operation {
        Operation::Set { field, .. } | Operation::Unset { field } => field.is_care(),
        Operation::Step { step } => matches!(step, Transition::Retire | Transition::Reinstate),
        Operation::Add { .. }
        | Operation::Remove { .. }
        | Operation::Replace { .. }
        | Operation::Serve { .. }
        | Operation::Unserve { .. } => false,
    }
}

fn apply(
    operation: &Operation,
    metadata: &mut Metadata,
    care: &mut Care,
    people: &People,
) -> Result<(), Violation> {
    let refusal =
        |field: &FieldName, message: String| Err(Violation::new(field.pointer(), "value", message));
    let (field, values) = match operation {
        Operation::Step { .. }
        | Operation::Replace { .. }
        | Operation::Serve { .. }
        | Operation::Unserve { .. } => return Ok(()),
        Operation::Add { field, .. } | Operation::Remove { field, .. } if !field.is_list() => {
            return refusal(field, format!("`{field}` holds one value: set it instead"));
        }
        Operation::Add { field, value } => {
            let mut values = metadata.values(field);
            values.push(value.clone());
            (field, values)
        }
        Operation::Remove { field, value } => {
            let mut values = metadata.values(field);
            values.retain(|it| it != value.trim());
            (field, values)
        }
        Operation::Set { field, value } => (field, vec![value.clone()]),
        Operation::Unset { field } => (field, Vec::new()),
    };
    match (field, values.first()) {
        (FieldName::Steward, None) => care.steward = None,
        (FieldName::Steward, Some(name)) => match people.named.get(name.trim()) {
            Some(id) => care.steward = Some(*id),
            None => return refusal(field, format!("there is no user `{name}` who may act")),
        },
        (FieldName::ReviewBy, None) => care.review_by = None,
        (FieldName::ReviewBy, Some(day)) => match day.trim().parse() {
            Ok(day) => care.review_by = Some(day),
            Err(error) => return refusal(field, error.to_string()),
        },
        _ => {
            if let Err(error) = metadata.set_values(field, values) {
                return refusal(field, error.to_string());
            }
        }
    }
    Ok(())
}

async fn people(
    db: &impl Connection,
    operations: &[Operation],
    surveyed: &[(Key, Surveyed)],
) -> Result<People> {
    let mut people = People::default();
    let mut concerned = false;
    for operation in operations {
        match operation {
            Operation::Set { field: FieldName::Steward, value } => {
                concerned = true;
                if let Ok(name) = value.trim().parse::<Key>()
                    && let Ok(id) = steward_named(db, &name).await
                {
                    people.named.insert(name.to_string(), id);
                }
            }
            Operation::Unset { field: FieldName::Steward } => concerned = true,
            _ => {}
        }
    }
    if concerned {
        let held: HashSet<_> = surveyed.iter().filter_map(|(_, it)| it.care.steward).collect();
        let users = accounts::users(db).await?.into_iter();
        let wanted = |id: &UserId| held.contains(id) || people.named.values().any(|it| it == id);
        people.names =
            users.filter(|user| wanted(&user.id)).map(|u| (u.id, u.name.to_string())).collect();
    }
    Ok(people)
}

fn changes(it: &Surveyed, outcome: &Outcome, people: &People) -> Vec<FieldChange> {
    let mut fields = vec![
        FieldName::Description,
        FieldName::Tags,
        FieldName::Keywords,
        FieldName::Audience,
        FieldName::Difficulty,
        FieldName::DurationMinutes,
        FieldName::Licence,
        FieldName::Attribution,
    ];
    let custom: HashSet<_> =
        it.metadata.custom.keys().chain(outcome.metadata.custom.keys()).cloned().collect();
    let mut custom: Vec<_> = custom.into_iter().map(FieldName::Custom).collect();
    custom.sort();
    fields.append(&mut custom);
    let mut changes: Vec<_> = fields
        .into_iter()
        .map(|field| FieldChange {
            before: it.metadata.values(&field),
            after: outcome.metadata.values(&field),
            field,
        })
        .collect();
    let steward = |care: Care| -> Vec<String> {
        let name = care.steward.map(|id| people.names.get(&id).cloned().unwrap_or(id.to_string()));
        name.into_iter().collect()
    };
    let day = |care: Care| care.review_by.map(|day| day.to_string()).into_iter().collect();
    changes.push(FieldChange {
        field: FieldName::Steward,
        before: steward(it.care),
        after: steward(outcome.care),
    });
    changes.push(FieldChange {
        field: FieldName::ReviewBy,
        before: day(it.care),
        after: day(outcome.care),
    });
    changes.retain(|change| change.before != change.after);
    changes
}
