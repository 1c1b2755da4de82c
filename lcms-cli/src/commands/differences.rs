//! Differences, and going back.

use lcms_core::model::diff::tree::{PathStep, TreeChange, TreeDiff};
use lcms_core::model::diff::{
    BlockChange, FieldChange, Place, PlacementChange, WordChange, WordRun,
};
use lcms_core::model::{DocumentDiff, Moment, Reference, RevisionSelector, Version, VersionDiff};
use lcms_core::service::{ComponentDiff, DiffSummary, Revert, RevertItem, Session, StructureDiff};
use lcms_core::{Error, Result};

use crate::args;
use crate::output::{Output, table};

pub(crate) async fn diff(session: &Session, args: args::Diff, output: Output) -> Result<()> {
    let args::Diff { before, after, from, to, deep, open } = args;
    if deep {
        let moment = |version: Option<Version>| match version {
            None => Ok(Moment::default()),
            Some(Version::Moment(moment)) => Ok(moment),
            Some(Version::Revision(_)) => {
                Err(Error::invalid("with --deep, name an event, a time or a branch"))
            }
        };
        let (from, to) = (moment(from)?, moment(to)?);
        let diff = session.diff_structures(&before.target, &from, &to, open).await?;
        output.print(&diff, structure);
        return Ok(());
    }
    let diff = match (from, to, after) {
        (None, None, Some(after)) => session.diff(&before, &after).await?,
        (None, None, None) if before.revision != RevisionSelector::Head => {
            let head = Reference { revision: RevisionSelector::Head, ..before.clone() };
            session.diff(&before, &head).await?
        }
        (from, to, _) => {
            let from = match before.revision {
                RevisionSelector::Head => from,
                selector => from.or(Some(Version::Revision(selector))),
            };
            let to = to.unwrap_or_default();
            session.diff_versions(&before.target, from.as_ref(), &to).await?
        }
    };
    output.print(&diff, said);
    Ok(())
}

pub(crate) async fn revert(session: &Session, args: args::Revert, output: Output) -> Result<()> {
    let args::Revert { component, to, deep, dry_run, message } = args;
    let request = Revert { to, deep, message, dry_run };
    let report = session.revert(&component, request).await?;
    output.print(&report, |report| {
        let row = |item: &RevertItem| {
            let undeleted = if item.undeleted { "deletion undone" } else { "" };
            [
                format!("  {}/{}", item.library_key, item.key),
                item.kind.to_string(),
                undeleted.to_owned(),
            ]
        };
        let rows: Vec<_> = report.items.iter().map(row).collect();
        let done = match (rows.len(), report.done) {
            (0, _) => return "nothing is different".to_owned(),
            (count, true) => format!("reverted {count} of {}", report.looked_at),
            (count, false) => format!("would revert {count} of {}", report.looked_at),
        };
        format!("{done}\n{}", table(&rows, ""))
    });
    Ok(())
}

pub(crate) fn summary(summary: &DiffSummary) -> String {
    let parts = [
        (summary.texts, "texts"),
        (summary.fields, "fields"),
        (summary.moved, "moves"),
        (summary.placements, "placements"),
        (summary.metadata, "metadata fields"),
    ];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    parts.join(", ")
}

pub(crate) fn said(diff: &ComponentDiff) -> String {
    let side = |side: &lcms_core::service::DiffSide| {
        format!("{}/{} @{}", side.library_key, side.key, side.revision.number)
    };
    let mut lines =
        vec![format!("--- {}", side(&diff.before)), format!("+++ {}", side(&diff.after))];
    let shown = version(&diff.diff);
    if shown.is_empty() {
        lines.push("nothing is different".to_owned());
    }
    lines.extend(shown);
    lines.join("\n")
}

fn version(diff: &VersionDiff) -> Vec<String> {
    let mut lines = document(&diff.content);
    lines.extend(diff.metadata.iter().flat_map(|field| self::field("metadata", field)));
    lines
}

fn document(diff: &DocumentDiff) -> Vec<String> {
    let mut lines = Vec::new();
    for text in &diff.text {
        lines.push(format!("@ {}", text.pointer));
        lines.extend(text.blocks.iter().flat_map(block));
    }
    lines.extend(diff.fields.iter().flat_map(|field| self::field("", field)));
    for moved in &diff.moved {
        lines.push(format!("@ {}: moved from {} to {}", moved.pointer, moved.from, moved.to));
    }
    lines.extend(diff.placements.iter().map(placement));
    lines
}

fn block(change: &BlockChange) -> Vec<String> {
    let marked = |mark: &str, text: &str| -> Vec<String> {
        text.trim_end().lines().map(|line| format!("{mark} {line}")).collect()
    };
    match change {
        BlockChange::Same { text } => {
            let first = text.lines().next().unwrap_or_default();
            let rest = if text.trim_end().lines().count() > 1 { " …" } else { "" };
            vec![format!("  {first}{rest}")]
        }
        BlockChange::Added { text } => marked("+", text),
        BlockChange::Removed { text } => marked("-", text),
        BlockChange::Changed { words } => marked("~", &runs(words)),
        BlockChange::MovedAway { text, to } => marked(&format!("< (now block {to})"), text),
        BlockChange::MovedHere { text, from } => marked(&format!("> (was block {from})"), text),
    }
}

/// Words in one line of text: `[-before-]` and `{+after+}`.
fn runs(words: &[WordRun]) -> String {
    let run = |run: &WordRun| match run.change {
        WordChange::Same => run.text.clone(),
        WordChange::Removed => format!("[-{}-]", run.text),
        WordChange::Added => format!("{{+{}+}}", run.text),
    };
    words.iter().map(run).collect()
}

fn field(of: &str, change: &FieldChange) -> Vec<String> {
    let mut lines = vec![format!("@ {of}{}", change.pointer)];
    if change.words.is_empty() {
        lines.extend(change.before.iter().map(|value| format!("- {}", plain(value))));
        lines.extend(change.after.iter().map(|value| format!("+ {}", plain(value))));
    } else {
        lines.push(format!("~ {}", runs(&change.words)));
    }
    lines
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.trim_end().to_owned())
}

fn placement(change: &PlacementChange) -> String {
    use lcms_core::model::diff::PlacementDifference as What;
    let PlacementChange { slot, component, what } = change;
    let what = match what {
        What::Added { at, .. } => format!("added at {}", place(at)),
        What::Removed { at, .. } => format!("removed from {}", place(at)),
        What::Moved { from, to } => format!("moved from {} to {}", place(from), place(to)),
        What::Component { before } => format!("holds {component} instead of {before}"),
        What::Policy { before, after } => {
            let name = |policy| {
                serde_json::to_value(policy)
                    .ok()
                    .and_then(|value| value["follow"].as_str().map(str::to_owned))
                    .unwrap_or_default()
            };
            format!("follows `{}` instead of `{}`", name(after), name(before))
        }
        What::Overrides { fields, text } => {
            let names =
                fields.iter().map(|it| &it.pointer).chain(text.iter().map(|it| &it.pointer));
            format!("overrides {}", names.cloned().collect::<Vec<_>>().join(", "))
        }
        What::Conditions { .. } => "is published under other conditions".to_owned(),
        What::Sequencing { fields } => {
            let names: Vec<_> = fields.iter().map(|it| it.pointer.as_str()).collect();
            format!("is sequenced otherwise: {}", names.join(", "))
        }
    };
    format!("@ placement {slot} ({component}): {what}")
}

fn structure(diff: &StructureDiff) -> String {
    let mut lines = vec![format!("{}/{}", diff.library_key, diff.key)];
    let TreeDiff { added, removed, moved, changed } = &diff.tree;
    if diff.tree.is_empty() {
        lines.push("nothing is different".to_owned());
    }
    lines.extend(added.iter().map(|place| format!("+ {}", path(&place.path))));
    lines.extend(removed.iter().map(|place| format!("- {}", path(&place.path))));
    lines.extend(moved.iter().map(|it| {
        format!("> {} from place {} of {}", path(&it.to.path), it.from.index, parent(&it.from.path))
    }));
    for change in changed {
        lines.push(format!("~ {}: {}", path(&change.path), parts(change)));
        let component = change.path.last().map(|step| step.component);
        let opened = diff.opened.iter().find(|opened| Some(opened.component) == component);
        let inside = opened.map(|opened| version(&opened.diff)).unwrap_or_default();
        lines.extend(inside.into_iter().map(|line| format!("    {line}")));
    }
    lines.join("\n")
}

fn parts(change: &TreeChange) -> String {
    let parts = [
        (change.content.is_some(), "content"),
        (change.metadata.is_some(), "metadata"),
        (change.overrides.is_some(), "overrides"),
        (change.conditions.is_some(), "conditions"),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|(is, _)| *is).map(|(_, what)| what).collect();
    parts.join(", ")
}

fn place(place: &Place) -> String {
    format!("{}/{}", place.list, place.index)
}

/// The way below the root, which every line would repeat; the root itself by its key.
fn path(path: &[PathStep]) -> String {
    let below = if path.len() > 1 { &path[1..] } else { path };
    below.iter().map(|step| step.key.as_str()).collect::<Vec<_>>().join(" > ")
}

fn parent(path: &[PathStep]) -> String {
    path.iter().rev().nth(1).map(|step| step.key.clone()).unwrap_or_default()
}
