//! What a structure holds, changed one placement at a time.

use lcms_core::model::{
    Counts, OverrideName, Position, Reference, RevisionId, RevisionSelector, Sequencing, Target,
};
use lcms_core::service::{
    AddPlacement, DetachAs, MoveTo, PinnedTo, PlacementEdit, PlacementView, PlacementsEdited,
    PolicyChoice, Session, WriteInside,
};
use lcms_core::{Error, Result};
use serde_json::Value;

use super::components::read_json;
use super::reuse::{said_overrides, said_policy};
use crate::args::{self, Placement, Structure};
use crate::output::{Output, table};

pub(crate) async fn run(session: &Session, command: Placement, output: Output) -> Result<()> {
    let (structure, edit) = match command {
        Placement::List(args) => return list(session, &args.component, output).await,
        Placement::Write { structure, kind, key, content, place } => {
            let list = place.list.clone();
            let new = WriteInside {
                kind,
                key,
                content: read_json(&content)?,
                metadata: Value::Object(serde_json::Map::new()),
                list,
                position: position(&place),
            };
            let base = base_of(session, &structure).await?;
            let done =
                session.write_inside(&structure.parent, base, new, structure.message).await?;
            print(output, &done);
            return Ok(());
        }
        Placement::Detach { structure, slot, key } => {
            let base = base_of(session, &structure).await?;
            let copy = DetachAs { key, message: structure.message };
            let detached = session.detach(&structure.parent, base, slot, copy).await?;
            output.print(&detached, |detached| {
                let keys: Vec<_> = detached.items.iter().map(|item| item.key.as_str()).collect();
                format!("{slot} holds a copy now: {}", keys.join(", "))
            });
            return Ok(());
        }
        Placement::Move { structure, slot, to: Some(parent), place } => {
            let base = base_of(session, &structure).await?;
            let to = MoveTo {
                base: head(session, &parent).await?,
                parent,
                list: place.list.clone(),
                position: position(&place),
            };
            let moved = session
                .move_placement(&structure.parent, base, slot, to, structure.message)
                .await?;
            print(output, &moved);
            return Ok(());
        }
        Placement::Move { structure, slot, to: None, place } => {
            let position = position(&place);
            (structure, PlacementEdit::Move { slot, list: place.list, position })
        }
        Placement::Add { structure, component, place, link } => {
            let position = position(&place);
            let add = AddPlacement {
                component,
                list: place.list,
                position,
                policy: policy(&link),
                overrides: lcms_core::model::Overrides::default(),
                when: lcms_core::model::Conditions::new(),
                slot: None,
            };
            (structure, PlacementEdit::Add(Box::new(add)))
        }
        Placement::Remove { structure, slot } => (structure, PlacementEdit::Remove { slot }),
        Placement::Follow { structure, slot, link } => {
            (structure, PlacementEdit::Follow { slot, policy: policy(&link) })
        }
        Placement::Override { structure, slot, name, value } => {
            let value = typed(&name, value)?;
            (structure, PlacementEdit::Override { slot, name, value })
        }
        Placement::Reset { structure, slot, name } => {
            (structure, PlacementEdit::Reset { slot, name })
        }
        Placement::When { structure, slot, conditions } => {
            let when = conditions.into_iter().collect();
            (structure, PlacementEdit::Conditions { slot, when })
        }
        Placement::Sequence {
            structure,
            slot,
            requires,
            skip_when,
            attempts: attempt_limit,
            not_completion,
            not_success,
            weight,
        } => {
            let counts = Counts { completion: !not_completion, success: !not_success, weight };
            let sequencing = Sequencing { requires, skip_when, attempt_limit, counts };
            (structure, PlacementEdit::Sequence { slot, sequencing })
        }
        Placement::Order { structure, order } => (structure, PlacementEdit::Order { order }),
    };
    let base = base_of(session, &structure).await?;
    let Structure { parent, message, .. } = structure;
    let done = session.edit_placements(&parent, base, vec![edit], message).await?;
    print(output, &done);
    Ok(())
}

fn print(output: Output, done: &PlacementsEdited) {
    output.print(done, |done| {
        let slots: Vec<_> = done.slots.iter().map(ToString::to_string).collect();
        let (component, number) = (&done.saved.component.key, done.saved.revision.number);
        match done.saved.changed {
            true if slots.is_empty() => format!("{component} @{number}"),
            true => format!("{component} @{number}: {}", slots.join(", ")),
            false => format!("{component} says so already"),
        }
    });
}

async fn list(session: &Session, structure: &Target, output: Output) -> Result<()> {
    let list = session.placements(structure).await?;
    output.print(&list, |list| {
        let row = |item: &PlacementView| {
            let name = match &item.placed {
                Some(placed) => format!("{}/{}", placed.library_key, placed.component.key),
                None => item.component.to_string(),
            };
            let names: Vec<_> = item.overrides.iter().map(|field| field.name.clone()).collect();
            [
                item.slot.to_string(),
                item.list.clone(),
                name,
                said_policy(&item.policy, item.shows.as_ref()),
                said_overrides(&names),
            ]
        };
        table(&list.items.iter().map(row).collect::<Vec<_>>(), "it holds nothing")
    });
    Ok(())
}

/// The revision the change is based on.
async fn base_of(session: &Session, structure: &Structure) -> Result<RevisionId> {
    match structure.base {
        Some(base) => Ok(base),
        None => head(session, &structure.parent).await,
    }
}

async fn head(session: &Session, target: &Target) -> Result<RevisionId> {
    let reference = Reference { target: target.clone(), revision: RevisionSelector::Head };
    Ok(session.component(&reference).await?.revision.id)
}

fn position(place: &args::Place) -> Position {
    match (place.first, place.before, place.after) {
        (true, ..) => Position::First,
        (_, Some(slot), _) => Position::Before(slot),
        (_, _, Some(slot)) => Position::After(slot),
        _ => Position::Last,
    }
}

fn policy(link: &args::Link) -> PolicyChoice {
    if let Some(release) = link.release {
        return PolicyChoice::Release { release };
    }
    match link.pin {
        Some(args::Pin::Now) => PolicyChoice::Pinned(PinnedTo::default()),
        Some(args::Pin::Number(number)) => {
            PolicyChoice::Pinned(PinnedTo { number: Some(number), revision: None })
        }
        Some(args::Pin::Revision(id)) => {
            PolicyChoice::Pinned(PinnedTo { revision: Some(id), number: None })
        }
        None if link.approved => PolicyChoice::Approved,
        None => PolicyChoice::Latest,
    }
}

/// The value as the field wants it: text for texts, a number for the others.
fn typed(name: &OverrideName, value: String) -> Result<Value> {
    match name {
        OverrideName::Title | OverrideName::Summary | OverrideName::Block(_) => Ok(value.into()),
        OverrideName::Weight | OverrideName::Attempts | OverrideName::PassMark => {
            let number = serde_json::from_str(&value).ok().filter(Value::is_number);
            number.ok_or_else(|| Error::invalid(format!("`{name}` is a number, not `{value}`")))
        }
    }
}
