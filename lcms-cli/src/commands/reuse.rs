//! Reuse: what uses a component, what an edit would touch, copies and their lineage.

use lcms_core::Result;
use lcms_core::model::{LinkPolicy, OverrideName, Target};
use lcms_core::service::{
    Effect, Lcms, LineageStep, NewCopy, Session, Shown, Step, UsedIn, WhereUsed, WhereUsedQuery,
};

use super::components::head;
use super::releases;
use crate::output::{Output, table};
use crate::{args, progress};

pub(crate) async fn where_used(
    session: &Session,
    args: args::WhereUsed,
    output: Output,
) -> Result<()> {
    let args::WhereUsed { transitive, no_releases, cursor, limit, .. } = args;
    let releases = !no_releases;
    let query = WhereUsedQuery { transitive, earlier: transitive, releases, cursor, limit };
    let answer = session.where_used(&args.component, &query).await?;
    output.print(&answer, |answer| {
        let rows: Vec<_> = answer.items.iter().map(row).collect();
        let mut lines = vec![table(&rows, "nothing that you may read uses it")];
        if !answer.tops.is_empty() {
            lines.push("\nways down to it:".to_owned());
            lines.extend(answer.tops.iter().map(|top| format!("  {}", way(&top.path))));
        }
        lines.extend(rest(answer));
        if !answer.earlier.is_empty() {
            lines.push("\nthrough versions that are not heads:".to_owned());
            let rows: Vec<_> = answer.earlier.iter().map(row).collect();
            lines.push(table(&rows, ""));
            let more = answer.earlier_total - answer.earlier.len() as u64;
            lines.extend((more > 0).then(|| format!("  and {more} more")));
        }
        if let Some(holding) = answer.releases.as_ref().filter(|holding| holding.total > 0) {
            lines.push("\nreleases that hold it:".to_owned());
            lines.push(releases::holding_text(holding, ""));
            if holding.next.is_some() {
                let more = "`lcms release holding` lists them page by page";
                lines.push(format!("{} in all; {more}", holding.total));
            }
        }
        lines.join("\n")
    });
    Ok(())
}

fn row(used: &UsedIn) -> [String; 5] {
    let parent = &used.parent;
    [
        format!("{}/{}", parent.library_key, parent.component.key),
        format!("{}, {}", parent.component.kind, used.role.as_str()),
        said_policy(&used.policy, used.shows.as_ref()),
        said_overrides(&used.overrides),
        used.slot.to_string(),
    ]
}

/// A link policy with the version it shows.
pub(super) fn said_policy(policy: &LinkPolicy, shows: Option<&Shown>) -> String {
    let follows = match policy {
        LinkPolicy::Latest => "latest",
        LinkPolicy::Approved => "approved",
        LinkPolicy::Release { .. } => "release",
        LinkPolicy::Pinned { .. } => "pinned",
    };
    let shown = shows.and_then(|shown| match (shown.number, shown.release_number) {
        (Some(number), _) => Some(format!("@{number}")),
        (None, number) => number.map(|number| format!("#{number}")),
    });
    format!("{follows} {}", shown.unwrap_or_else(|| "(none)".to_owned()))
}

pub(super) fn said_overrides(names: &[OverrideName]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    format!("overrides {}", names.join(", "))
}

fn way(path: &[Step]) -> String {
    let names: Vec<_> = path
        .iter()
        .map(|step| step.name.clone().unwrap_or_else(|| "(not readable)".to_owned()))
        .collect();
    names.join(" > ")
}

fn rest(answer: &WhereUsed) -> Vec<String> {
    let mut lines = Vec::new();
    let more_tops = answer.top_total - answer.tops.len() as u64;
    if more_tops > 0 {
        lines.push(format!("  and {more_tops} more"));
    }
    if answer.hidden > 0 {
        lines.push(format!("and {} you may not read", answer.hidden));
    }
    if let Some(next) = &answer.next {
        lines.push(format!("{} in all; go on with --cursor {next}", answer.total));
    }
    lines
}

pub(crate) async fn impact(session: &Session, component: &Target, output: Output) -> Result<()> {
    let impact = session.impact(component).await?;
    output.print(&impact, |impact| {
        let uses = impact.uses;
        let mut lines = vec![format!(
            "{}/{} is {}. Its uses: {} follow the latest version, {} the approved one, {} a release, {} are pinned.",
            impact.component.library_key,
            impact.component.component.key,
            impact.state,
            uses.latest,
            uses.approved,
            uses.release,
            uses.pinned,
        )];
        let effect = |effect| match effect {
            Effect::AtOnce => "at once",
            Effect::OnceApproved => "once approved",
            Effect::None => "not touched",
        };
        let rows: Vec<_> = impact
            .tops
            .iter()
            .map(|top| {
                let release = top.latest_release.as_ref();
                let release = release.map(|release| match &release.label {
                    Some(label) => format!("newest release {label}"),
                    None => format!("newest release #{}", release.number),
                });
                [
                    effect(top.effect).to_owned(),
                    way(&top.path),
                    release.unwrap_or_else(|| "never released".to_owned()),
                ]
            })
            .collect();
        lines.push(table(&rows, "nothing that you may read holds it"));
        if impact.hidden > 0 {
            lines.push(format!("and {} you may not read", impact.hidden));
        }
        if impact.in_use.total > 0 {
            lines.push("\nthese go on showing what they froze, until a newer release:".to_owned());
            lines.push(releases::holding_text(&impact.in_use, ""));
        }
        lines.join("\n")
    });
    Ok(())
}

pub(crate) async fn lineage(session: &Session, component: &Target, output: Output) -> Result<()> {
    let lineage = session.lineage(component).await?;
    output.print(&lineage, |lineage| {
        let mut lines = Vec::new();
        match &lineage.source {
            None => lines.push("an original".to_owned()),
            Some(source) => {
                let newer = match lineage.upstream_newer {
                    true => "changed since",
                    false => "not changed since",
                };
                lines.push(format!("copy of {}, {newer}", said_step(source)));
            }
        }
        if let Some(original) = &lineage.original {
            lines.push(format!("originally {}", said_step(original)));
        }
        lines.extend(lineage.copies.iter().map(|copy| format!("copied to {}", said_step(copy))));
        if lineage.hidden_copies > 0 {
            lines.push(format!("and to {} you may not read", lineage.hidden_copies));
        }
        lines.join("\n")
    });
    Ok(())
}

fn said_step(step: &LineageStep) -> String {
    match (&step.named, step.number) {
        (Some(named), Some(number)) => {
            format!("{}/{} (its @{number})", named.library_key, named.component.key)
        }
        (Some(named), None) => format!("{}/{}", named.library_key, named.component.key),
        (None, _) => "a component you may not read".to_owned(),
    }
}

pub(crate) async fn copy(session: &Session, args: args::Copy, output: Output) -> Result<()> {
    let (library, key) = match args.name {
        None => (args.library, None),
        Some(Target::Key { library, key }) => (library, Some(key)),
        Some(Target::Id(_)) => {
            return Err(lcms_core::Error::invalid("name the copy as `library/key`"));
        }
    };
    let new =
        NewCopy { library, key, subtree: args.subtree, assets: args.assets, message: args.message };
    let copied = session.copy(&args.component, new).await?;
    output.print(&copied, |copied| {
        let rows: Vec<_> = copied
            .items
            .iter()
            .map(|item| [item.key.to_string(), item.kind.to_string(), item.copy.to_string()])
            .collect();
        table(&rows, "nothing was copied")
    });
    Ok(())
}

pub(crate) async fn promote(session: &Session, args: args::Promote, output: Output) -> Result<()> {
    let seen = head(session, &args.component).await?.revision.id;
    let promoted = session.promote(&args.component, seen, args.key).await?;
    output.print(&promoted, |promoted| {
        let names: Vec<_> = promoted.iter().map(|component| component.key.to_string()).collect();
        format!("now part of the library: {}", names.join(", "))
    });
    Ok(())
}

pub(crate) async fn rebuild(lcms: &Lcms, output: Output) -> Result<()> {
    let bar = progress::steps(output);
    let rebuilt = lcms
        .rebuild_where_used(|done| bar.set_message(format!("{done} components looked through")))
        .await?;
    bar.finish_and_clear();
    output.print(&rebuilt, |rebuilt| match rebuilt.differed {
        0 => format!("where-used of {} components follows from their revisions", rebuilt.components),
        differed => format!(
            "where-used of {differed} of {} components differed from their revisions and was made right",
            rebuilt.components
        ),
    });
    Ok(())
}
