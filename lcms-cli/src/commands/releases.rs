//! Releases: made, described, reviewed, looked into.

use lcms_core::Result;
use lcms_core::model::diff::tree::{PathStep, TreeDiff};
use lcms_core::model::{EventNumber, LinkPolicy, Release, ReleaseReview, State, Target};
use lcms_core::service::{
    DescribeRelease, HoldingQuery, HoldingReleases, Lock, LockList, LockedComponent, NewRelease,
    ReleaseHolding, ReleaseRow, ReleaseView, Session,
};
use serde_json::json;

use crate::args::{self, ReleaseCommand};
use crate::output::{Output, table, when};

pub(crate) async fn run(session: &Session, args: args::Release, output: Output) -> Result<()> {
    match (args.command, args.component) {
        (Some(command), _) => steer(session, command, output).await,
        (None, Some(component)) => {
            let args::Release { label, notes, language, allow_untranslated, .. } = args;
            let new = NewRelease { label, notes, language, allow_untranslated };
            make(session, &component, new, output).await
        }
        // The parser asks for one of them.
        (None, None) => Ok(()),
    }
}

async fn make(
    session: &Session,
    component: &Target,
    new: NewRelease,
    output: Output,
) -> Result<()> {
    let view = session.release(component, new).await?;
    output.print(&view, |view| {
        let said = if view.created_now { "released" } else { "was released before as" };
        let mut text = format!(
            "{}/{} {said} {}\nrelease  {}\nlanguage {}\ndigest   {}",
            view.library_key,
            view.key,
            name(&view.release),
            view.release.id,
            view.release.language,
            view.release.digest
        );
        for part in &view.untranslated {
            let called = part.name.clone().unwrap_or_else(|| part.component.to_string());
            text += &format!("\n{:<8} {called}", part.lack.as_str());
        }
        text
    });
    Ok(())
}

async fn steer(session: &Session, command: ReleaseCommand, output: Output) -> Result<()> {
    match command {
        ReleaseCommand::Show { release, after, limit } => {
            let view = session.find_release(&release).await?;
            let links = session.lock_list(view.release.id, after, limit).await?;
            let packages = session.packages(view.release.id).await?;
            let shown = json!({ "release": view, "links": links, "packages": packages });
            output.print(&shown, |_| {
                let mut text = facts(&view);
                for package in &packages {
                    text += &format!("\npackage  {} {}", package.format, package.digest);
                }
                format!("{text}\n\n{}", links_text(&links, after))
            });
        }
        ReleaseCommand::Describe { release, label, notes } => {
            let id = session.find_release(&release).await?.release.id;
            let view =
                session.describe_release(id, DescribeRelease { label, notes, seen: None }).await?;
            output.print(&view, facts);
        }
        ReleaseCommand::State { release, step } => {
            let id = session.find_release(&release).await?.release.id;
            let view = session.review_release(id, step).await?;
            output.print(&view, facts);
        }
        ReleaseCommand::Diff { before, after } => {
            let before = session.find_release(&before).await?.release.id;
            let after = session.find_release(&after).await?.release.id;
            let changes = session.release_changes(before, after).await?;
            output.print(&changes, |changes| differences(&changes.changes));
        }
        ReleaseCommand::Holding { component, in_use, before, limit } => {
            let query = HoldingQuery { in_use, before: before.map(EventNumber), limit };
            let holding = session.releases_holding(&component, query).await?;
            output.print(&holding, |holding| {
                let mut text = holding_text(holding, "no release holds it");
                if let Some(next) = holding.next {
                    text += &format!("\n{} in all; go on with --before {next}", holding.total);
                }
                text
            });
        }
    }
    Ok(())
}

/// A release as people call it.
pub(crate) fn name(release: &Release) -> String {
    match &release.label {
        Some(label) => format!("release {} ({label})", release.number),
        None => format!("release {}", release.number),
    }
}

fn standing(review: Option<&ReleaseReview>) -> String {
    review.map_or(State::Draft, |review| review.state).to_string()
}

fn facts(view: &ReleaseView) -> String {
    let ReleaseView { release, library_key, key, review, channels, .. } = view;
    let mut text = format!(
        "{library_key}/{key} {}\nrelease  {}\nlanguage {}\ndigest   {}\nfrozen   {}\nstate    {}",
        name(release),
        release.id,
        release.language,
        release.digest,
        when(release.created),
        standing(review.as_ref()),
    );
    if let Some(review) = review {
        text += &format!(" since {}", when(review.time));
    }
    if !channels.is_empty() {
        let channels: Vec<_> = channels.iter().map(|channel| channel.as_str()).collect();
        text += &format!("\nchannels {}", channels.join(", "));
    }
    if !release.notes.is_empty() {
        text += &format!("\nnotes    {}", release.notes);
    }
    text
}

fn differences(diff: &TreeDiff) -> String {
    let called = |path: &[PathStep]| {
        let steps = path.iter().map(|step| match step.key.is_empty() {
            true => step.component.to_string(),
            false => step.key.clone(),
        });
        steps.collect::<Vec<_>>().join(" › ")
    };
    let mut rows = Vec::new();
    let mut row = |what: &str, place: String, more: String| {
        rows.push([what.to_owned(), place, more]);
    };
    for place in &diff.added {
        row("added", called(&place.path), String::new());
    }
    for place in &diff.removed {
        row("removed", called(&place.path), String::new());
    }
    for moved in &diff.moved {
        row("moved", called(&moved.to.path), format!("from {}", called(&moved.from.path)));
    }
    for change in &diff.changed {
        let parts = [
            ("content", change.content.is_some()),
            ("metadata", change.metadata.is_some()),
            ("overrides", change.overrides.is_some()),
            ("conditions", change.conditions.is_some()),
        ];
        let parts: Vec<_> = parts.iter().filter(|(_, is)| *is).map(|(part, _)| *part).collect();
        row("changed", called(&change.path), parts.join(", "));
    }
    table(&rows, "no differences")
}

fn links_text(links: &LockList, after: usize) -> String {
    let rows: Vec<_> = links.items.iter().map(link).collect();
    let text = table(&rows, "no links");
    match links.next {
        Some(next) => {
            format!(
                "{text}\nlinks {} to {next} of {}; go on with --after {next}",
                after + 1,
                links.total
            )
        }
        None => text,
    }
}

fn link(lock: &Lock) -> [String; 5] {
    let called = |component: &LockedComponent| match &component.name {
        Some(name) => name.clone(),
        None => component.id.to_string(),
    };
    let policy = match lock.policy {
        LinkPolicy::Latest => "latest",
        LinkPolicy::Approved => "approved",
        LinkPolicy::Release { .. } => "release",
        LinkPolicy::Pinned { .. } => "pinned",
    };
    let number = lock.version.number.map_or_else(String::new, |number| format!("@{number}"));
    [
        called(&lock.parent),
        policy.to_owned(),
        format!("{}{number}", called(&lock.component)),
        lock.component.title.clone().unwrap_or_default(),
        lock.version.content.to_string(),
    ]
}

/// Releases that hold a component: what, which versions of it, channels, and where they are live.
pub(super) fn holding_text(holding: &HoldingReleases, none: &str) -> String {
    let rows: Vec<_> = holding
        .items
        .iter()
        .map(|held| {
            let of = &held.component;
            let channels: Vec<_> = held.channels.iter().map(|key| key.as_str()).collect();
            let live = held.live.iter().map(|live| format!("live in {}", live.target));
            [
                format!("{}/{}", of.library_key, of.component.key),
                name(&held.release),
                format!("holds {}", versions(held)),
                standing(held.review.as_ref()),
                channels.join(", "),
                live.collect::<Vec<_>>().join(", "),
            ]
        })
        .collect();
    let mut text = table(&rows, none);
    if holding.hidden > 0 {
        text += &format!("\nand {} you may not read", holding.hidden);
    }
    text
}

/// The versions that a release holds, by number where this server knows one.
fn versions(held: &ReleaseHolding) -> String {
    let shown = held.versions.iter().map(|version| match version.number {
        Some(number) => format!("@{number}"),
        None => version.content.to_string(),
    });
    shown.collect::<Vec<_>>().join(", ")
}

pub(crate) async fn list(session: &Session, component: &Target, output: Output) -> Result<()> {
    let releases = session.releases(component, None, 200).await?;
    output.print(&releases, |releases| {
        let row = |row: &ReleaseRow| {
            let channels: Vec<_> = row.channels.iter().map(|channel| channel.as_str()).collect();
            [
                name(&row.release),
                when(row.release.created),
                standing(row.review.as_ref()),
                channels.join(", "),
                row.release.id.to_string(),
                row.release.digest.to_string(),
            ]
        };
        let rows: Vec<_> = releases.iter().map(row).collect();
        table(&rows, "no releases")
    });
    Ok(())
}
