//! Branches and merges.

use lcms_core::model::merge::Conflict;
use lcms_core::model::{Choice, Key, Moment, State, Target, Transition, Version};
use lcms_core::service::{
    BranchChange, BranchView, ConflictPart, CopyStatus, MergeBranch, MergeItem, MergeOutcome,
    MergeReport, NewBranch, PullSource, Resolution, Session, UpdateBranch,
};
use lcms_core::{Error, Result};

use super::components::read_json;
use super::differences;
use crate::args::{self, Branch, BranchNamed, Merging};
use crate::output::{Output, table};

pub(crate) async fn run(session: &Session, command: Branch, output: Output) -> Result<()> {
    match command {
        Branch::Create { name, from } => {
            let view = session.create_branch(NewBranch { name, from }).await?;
            output.print(&view, |view| format!("made {}", said(view)));
        }
        Branch::List => {
            let views = session.branches().await?;
            output.print(&views, |views| {
                let rows: Vec<_> = views.iter().map(row).collect();
                table(&rows, "no branches")
            });
        }
        Branch::Show(BranchNamed { name }) => {
            let view = session.branch_named(&name).await?;
            output.print(&view, said);
        }
        Branch::Diff { name, component: Some(component) } => {
            let base = session.branch_named(&name).await?.branch.base;
            let below = match (base, session.branches().await?) {
                (Some(base), all) => all.into_iter().find(|it| it.branch.id == base.branch),
                (None, _) => None,
            };
            let (Some(base), Some(below)) = (base, below) else {
                return Err(Error::invalid(format!("`{name}` stands on nothing")));
            };
            let from = format!("{}@{}", below.branch.name, base.event);
            let from: Version = from.parse().map_err(|error| {
                Error::internal("a branch's base cannot be named", format!("{error}"))
            })?;
            let to = Version::Moment(Moment::on(name));
            let diff = session.diff_versions(&component, Some(&from), &to).await?;
            output.print(&diff, differences::said);
        }
        Branch::Diff { name, component: None } => changes(session, &name, output).await?,
        Branch::Update { name, to, merge } => {
            let request = |resolutions, dry_run| UpdateBranch {
                to,
                resolutions,
                message: merge.message.clone(),
                dry_run,
            };
            let run =
                |resolutions, dry_run| session.update_branch(&name, request(resolutions, dry_run));
            report(run, &merge, output).await?;
        }
        Branch::Submit(named) => review(session, named, Transition::Submit, output).await?,
        Branch::Approve(named) => review(session, named, Transition::Approve, output).await?,
        Branch::Withdraw(named) => review(session, named, Transition::Withdraw, output).await?,
        Branch::Merge { name, merge, without_approval } => {
            let request = |resolutions, dry_run| MergeBranch {
                resolutions,
                message: merge.message.clone(),
                without_approval,
                dry_run,
            };
            let run =
                |resolutions, dry_run| session.merge_branch(&name, request(resolutions, dry_run));
            report(run, &merge, output).await?;
        }
        Branch::Close(BranchNamed { name }) => {
            let view = session.close_branch(&name).await?;
            output.print(&view, said);
        }
        Branch::Reopen(BranchNamed { name }) => {
            let view = session.reopen_branch(&name).await?;
            output.print(&view, said);
        }
    }
    Ok(())
}

pub(crate) async fn pull(session: &Session, args: args::Pull, output: Output) -> Result<()> {
    let args::Pull { component, merge } = args;
    let request =
        |resolutions, dry_run| PullSource { resolutions, message: merge.message.clone(), dry_run };
    let run = |resolutions, dry_run| session.pull(&component, request(resolutions, dry_run));
    report(run, &merge, output).await
}

pub(crate) async fn copies(session: &Session, component: &Target, output: Output) -> Result<()> {
    let copies = session.copies(component).await?;
    output.print(&copies, |copies| {
        let row = |copy: &CopyStatus| {
            let stands = if copy.behind { "behind" } else { "has everything" };
            [format!("{}/{}", copy.library_key, copy.key), stands.to_owned()]
        };
        table(&copies.iter().map(row).collect::<Vec<_>>(), "no copies")
    });
    Ok(())
}

async fn review(
    session: &Session,
    BranchNamed { name }: BranchNamed,
    step: Transition,
    output: Output,
) -> Result<()> {
    let view = session.review_branch(&name, step).await?;
    output.print(&view, said);
    Ok(())
}

/// Merges with the resolutions given, and with `--take` for every conflict that is left.
async fn report<F, R>(run: F, merge: &Merging, output: Output) -> Result<()>
where
    F: Fn(Vec<Resolution>, bool) -> R,
    R: Future<Output = Result<MergeReport>>,
{
    let mut resolutions: Vec<Resolution> = match &merge.resolve {
        Some(path) => serde_json::from_value(read_json(path)?).map_err(|error| {
            Error::invalid(format!("{} holds no resolutions: {error}", path.display()))
        })?,
        None => Vec::new(),
    };
    if let Some(side) = &merge.take {
        let preview = run(resolutions.clone(), true).await?;
        resolutions.extend(preview.conflicts().flat_map(|item| taking(item, side)));
    }
    let report = run(resolutions, merge.dry_run).await?;
    let settled = report.done || merge.dry_run && report.is_resolved();
    output.print(&report, outcome);
    if settled {
        return Ok(());
    }
    Err(Error::conflict("something is left to decide; nothing was done")
        .hint("resolve each conflict with --resolve FILE, or all of them with --take ours|theirs"))
}

fn taking(item: &MergeItem, side: &Choice) -> Vec<Resolution> {
    item.conflicts
        .iter()
        .map(|it| Resolution {
            component: item.component,
            language: Some(item.language.clone()),
            part: it.part,
            pointer: it.conflict.pointer.clone(),
            choice: side.clone(),
        })
        .collect()
}

fn outcome(report: &MergeReport) -> String {
    let mut lines = vec![match (report.done, report.items.len()) {
        (true, 1) => "merged 1 component".to_owned(),
        (true, count) => format!("merged {count} components"),
        (false, 1) => "1 component to merge".to_owned(),
        (false, count) => format!("{count} components to merge"),
    }];
    for item in &report.items {
        let what = match item.outcome {
            MergeOutcome::Taken => "taken",
            MergeOutcome::Merged => "merged",
            MergeOutcome::Same => "the same on both sides",
            MergeOutcome::LeftDeleted => "stays deleted",
            MergeOutcome::Conflict => "conflict",
        };
        lines.push(format!("  {}/{}  {what}", item.library_key, item.key));
        for it in &item.conflicts {
            lines.extend(conflict(item, it.part, &it.conflict));
        }
    }
    for unused in &report.unused {
        lines.push(format!(
            "  nothing is in conflict at `{}` of {}",
            unused.pointer, unused.component
        ));
    }
    if report.not_readable > 0 {
        lines.push(format!("  and {} that you may not read", report.not_readable));
    }
    lines.join("\n")
}

fn conflict(item: &MergeItem, part: ConflictPart, conflict: &Conflict) -> Vec<String> {
    let part = match part {
        ConflictPart::Content => "content",
        ConflictPart::Metadata => "metadata",
        ConflictPart::Component => "component",
    };
    let show = |value: &Option<serde_json::Value>| match value {
        None => "(nothing)".to_owned(),
        Some(serde_json::Value::String(text)) => text.trim_end().to_owned(),
        Some(value) => value.to_string(),
    };
    let mut lines = vec![format!("    {part} {} of {}", conflict.pointer, item.component)];
    for (side, value) in
        [("base", &conflict.base), ("ours", &conflict.ours), ("theirs", &conflict.theirs)]
    {
        let text = show(value).replace('\n', "\n             ");
        lines.push(format!("      {side:6} {text}"));
    }
    lines.extend(conflict.violations.iter().map(|violation| format!("      {violation}")));
    lines
}

async fn changes(session: &Session, name: &Key, output: Output) -> Result<()> {
    let mut all = session.branch_changes(name, None, 200).await?;
    while let Some(after) = all.next.take() {
        let page = session.branch_changes(name, Some(after), 200).await?;
        all.items.extend(page.items);
        all.not_readable += page.not_readable;
        all.next = page.next;
    }
    output.print(&all, |all| {
        let row = |change: &BranchChange| {
            let what = match change.summary {
                None => "new".to_owned(),
                Some(summary) => differences::summary(&summary),
            };
            let name = format!("{}/{}", change.library_key, change.key);
            [name, change.kind.to_string(), change.title.clone(), what]
        };
        table(&all.items.iter().map(row).collect::<Vec<_>>(), "nothing is changed")
    });
    Ok(())
}

fn standing(view: &BranchView) -> String {
    match view.standing {
        _ if view.review_is_stale => "changed since its review".to_owned(),
        State::Draft => "not reviewed".to_owned(),
        state => state.to_string(),
    }
}

fn row(view: &BranchView) -> [String; 5] {
    let BranchView { branch, base_name, changes, .. } = view;
    let Some((base, below)) = branch.base.zip(base_name.as_ref()) else {
        let empty = String::new;
        return [
            branch.name.to_string(),
            branch.state.as_str().to_owned(),
            empty(),
            empty(),
            empty(),
        ];
    };
    [
        branch.name.to_string(),
        branch.state.as_str().to_owned(),
        format!("{below}@{}", base.event),
        changes.map(|count| format!("{count} changes")).unwrap_or_default(),
        standing(view),
    ]
}

fn said(view: &BranchView) -> String {
    let [name, state, base, changes, standing] = row(view);
    if base.is_empty() {
        return format!("branch {name}");
    }
    let facts = [state, format!("on {base}"), changes, standing];
    let facts: Vec<_> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    format!("branch {name}: {}", facts.join(", "))
}
