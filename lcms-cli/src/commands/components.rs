//! Components: create, change, steer, look at.

use std::path::Path;

use lcms_core::model::{Reference, RevisionSelector, Target};
use lcms_core::service::{
    ComponentRow, ComponentView, ListComponents, NewComponent, SaveComponent, Saved, Session,
};
use lcms_core::{Error, Result};
use serde_json::Value;

use super::people::People;
use crate::args;
use crate::output::{Output, table, when};

pub(crate) async fn run(session: &Session, command: args::Component, output: Output) -> Result<()> {
    match command {
        args::Component::Create { name, kind, documents } => {
            let Target::Key { library: Some(library), key } = name else {
                return Err(Error::invalid("name the new component as `library/key`"));
            };
            let content = documents.content.as_deref().map(read_json).transpose()?;
            let new = NewComponent {
                owner: None,
                id: None,
                library,
                key,
                kind,
                content: content
                    .ok_or_else(|| Error::invalid("a new component needs --content FILE"))?,
                metadata: match documents.metadata.as_deref() {
                    Some(path) => read_json(path)?,
                    None => Value::Object(serde_json::Map::new()),
                },
                message: documents.message,
            };
            let saved = session.create(new, None).await?;
            output.print(&saved, said);
        }
        args::Component::Save { component, base, documents } => {
            let base = match base {
                Some(base) => base,
                None => head(session, &component).await?.revision.id,
            };
            let new = SaveComponent {
                content: documents.content.as_deref().map(read_json).transpose()?,
                metadata: documents.metadata.as_deref().map(read_json).transpose()?,
                message: documents.message,
            };
            let saved = session.save(&component, base, new).await?;
            output.print(&saved, said);
        }
        args::Component::List { library, kind, deleted, local, owner } => {
            list(
                session,
                ListComponents { library, kind, deleted, local, owner, cursor: None, limit: 200 },
                output,
            )
            .await?;
        }
        args::Component::State { component, step } => {
            let view = session.transition(&component, step).await?;
            output.print(&view, |view| format!("{} is {}", name(view), view.state));
        }
        args::Component::Rename { component, key } => {
            let renamed = session.rename(&component, key).await?;
            output.print(&renamed, |renamed| format!("renamed to {}", renamed.key));
        }
        args::Component::Delete(args::Named { component }) => {
            let deleted = session.delete(&component).await?;
            output.print(&deleted, |c| {
                format!("deleted {}; `lcms component undelete {}` undoes it", c.key, c.id)
            });
        }
        args::Component::Restore(args::Named { component }) => {
            let restored = session.restore(&component).await?;
            output.print(&restored, |restored| format!("restored {}", restored.key));
        }
    }
    Ok(())
}

pub(super) async fn head(session: &Session, target: &Target) -> Result<ComponentView> {
    let reference = Reference { target: target.clone(), revision: RevisionSelector::Head };
    session.component(&reference).await
}

pub(super) fn said(saved: &Saved) -> String {
    let Saved { component, revision, state, changed } = saved;
    if *changed {
        format!("saved {} @{} ({state}), revision {}", component.key, revision.number, revision.id)
    } else {
        format!("{} @{} ({state}) has these documents already", component.key, revision.number)
    }
}

fn name(view: &ComponentView) -> String {
    format!("{}/{} @{}", view.library_key, view.component.key, view.revision.number)
}

async fn list(session: &Session, mut wanted: ListComponents, output: Output) -> Result<()> {
    let mut all = Vec::new();
    loop {
        let page = session.components(&wanted).await?;
        all.extend(page.items);
        wanted.cursor = page.next;
        if wanted.cursor.is_none() {
            break;
        }
    }
    output.print(&all, |all| {
        let row = |row: &ComponentRow| {
            let name = format!("{}/{}", row.library_key, row.component.key);
            [name, row.component.kind.to_string(), row.state.to_string(), row.title.clone()]
        };
        table(&all.iter().map(row).collect::<Vec<_>>(), "no components")
    });
    Ok(())
}

pub(crate) async fn show(session: &Session, reference: &Reference, output: Output) -> Result<()> {
    let mut view = session.component(reference).await?;
    view.content = session.with_keys(&view.content, view.component.library).await?;
    output.print(&view, |view| {
        let ComponentView { component, revision, state, content, metadata, .. } = view;
        format!(
            "{}  {}  {state}\nid        {}\nrevision  {}  {}\ncontent   {}\nmetadata  {}\n\n{}\n\n{}",
            name(view),
            component.kind,
            component.id,
            revision.id,
            when(revision.created),
            revision.content,
            revision.metadata,
            pretty(content),
            pretty(metadata),
        )
    });
    Ok(())
}

pub(crate) async fn log(
    session: &Session,
    component: &Target,
    limit: u64,
    output: Output,
) -> Result<()> {
    let history = session.history(component, None, limit).await?;
    let people = People::all(session).await?;
    output.print(&history, |history| {
        let rows: Vec<_> = history
            .items
            .iter()
            .map(|revision| {
                let number = format!("@{}", revision.number);
                [
                    number,
                    when(revision.created),
                    people.name(revision.author),
                    revision.id.to_string(),
                    revision.message.clone(),
                ]
            })
            .collect();
        table(&rows, "no revisions")
    });
    Ok(())
}

pub(super) fn pretty(document: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}

/// A file's text; `-` is standard input.
pub(super) fn read_text(path: &Path) -> Result<String> {
    let fault =
        |error: std::io::Error| Error::invalid(format!("cannot read {}: {error}", path.display()));
    if path.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin()).map_err(fault)
    } else {
        std::fs::read_to_string(path).map_err(fault)
    }
}

pub(crate) fn read_json(path: &Path) -> Result<Value> {
    serde_json::from_str(&read_text(path)?)
        .map_err(|error| Error::invalid(format!("{} is not JSON: {error}", path.display())))
}
