//! Targets and the deployment register.

use lcms_core::model::{LmsTarget, ReleaseReference};
use lcms_core::service::{
    ChangeTarget, DeploymentView, ListDeployments, NewDeployment, NewTarget, RegisterRow, Session,
};
use lcms_core::{ErrorKind, Result};

use super::channels::called;
use crate::args;
use crate::output::{Output, table, when};

pub(crate) async fn target(
    session: &Session,
    command: args::LmsTarget,
    output: Output,
) -> Result<()> {
    let said = |target: &LmsTarget| {
        let retired = if target.retired { " (retired)" } else { "" };
        format!("target {}: {}{retired}", target.key, target.title)
    };
    let change = match command {
        args::LmsTarget::Add { key, title, platform, url, notes } => {
            let title = title.unwrap_or_else(|| key.to_string());
            let new = NewTarget { key, title, platform, url, notes };
            output.print(&session.create_target(new).await?, said);
            return Ok(());
        }
        args::LmsTarget::List => {
            let targets = session.targets().await?;
            output.print(&targets, |targets| {
                let row = |t: &LmsTarget| {
                    let state = if t.retired { "retired" } else { "" };
                    [
                        t.key.to_string(),
                        t.title.clone(),
                        t.platform.clone(),
                        t.url.clone(),
                        state.to_owned(),
                    ]
                };
                let rows: Vec<_> = targets.iter().map(row).collect();
                table(&rows, "no targets; add one with `lcms target add KEY`")
            });
            return Ok(());
        }
        args::LmsTarget::Change { key, title, platform, url, notes } => {
            (key, ChangeTarget { title, platform, url, notes, ..ChangeTarget::default() })
        }
        args::LmsTarget::Retire { key } => {
            (key, ChangeTarget { retired: Some(true), ..ChangeTarget::default() })
        }
        args::LmsTarget::Reinstate { key } => {
            (key, ChangeTarget { retired: Some(false), ..ChangeTarget::default() })
        }
    };
    let (key, change) = change;
    output.print(&session.change_target(&key, change).await?, said);
    Ok(())
}

pub(crate) async fn deploy(session: &Session, args: args::Deploy, output: Output) -> Result<()> {
    let mut new = NewDeployment {
        target: args.target,
        release: None,
        package: args.package,
        channel: args.channel,
        note: args.note,
        replaces: args.replaces,
    };
    match args.release {
        // A digest may be that of a release or of a package.
        ReleaseReference::Digest(digest) => match session.release_by_digest(digest).await {
            Err(error) if error.kind() == ErrorKind::NotFound => new.package = Some(digest),
            found => new.release = Some(ReleaseReference::Id(found?.release.id)),
        },
        other => new.release = Some(other),
    }
    output.print(&session.deploy(new).await?, live);
    Ok(())
}

pub(crate) async fn roll_back(
    session: &Session,
    args: args::Rollback,
    output: Output,
) -> Result<()> {
    output.print(&session.roll_back(&args.component, &args.target, args.note).await?, live);
    Ok(())
}

pub(crate) async fn undeploy(
    session: &Session,
    args: args::Undeploy,
    output: Output,
) -> Result<()> {
    let view = session.end_deployment(args.deployment, args.note).await?;
    output.print(&view, |view| {
        format!("{} of {} is live in {} no more", called(&view.release), view.name, view.target)
    });
    Ok(())
}

fn live(view: &DeploymentView) -> String {
    format!(
        "{} of {} is live in {} since {}\ndeployment {}",
        called(&view.release),
        view.name,
        view.target,
        when(view.since),
        view.id
    )
}

pub(crate) async fn list(session: &Session, args: args::Deployments, output: Output) -> Result<()> {
    let list = ListDeployments {
        target: args.target,
        course: args.course,
        holding: args.component,
        at: args.live.map(|at| at.0),
        ended: args.ended,
        stale: args.stale,
        withdrawn: args.withdrawn,
        before: None,
        limit: args.limit,
    };
    let register = session.deployments(&list).await?;
    output.print(&register, |register| {
        let rows: Vec<_> = register.items.iter().map(row).collect();
        table(&rows, "no deployments")
    });
    Ok(())
}

fn row(row: &RegisterRow) -> [String; 6] {
    let RegisterRow { deployment, holds, stale, withdrawn } = row;
    let until = match deployment.until {
        Some(until) => format!("until {}", when(until)),
        None => "live".to_owned(),
    };
    let mut remarks = Vec::new();
    let held = holds.iter().map(|version| match version.number {
        Some(number) => format!("holds @{number}"),
        None => format!("holds {}", version.content),
    });
    remarks.extend(held);
    if let Some(stale) = stale {
        remarks.extend(stale.newest.as_ref().map(|newest| format!("newer: {}", called(newest))));
        remarks.extend(stale.changed.then(|| "changed since".to_owned()));
    }
    remarks.extend(withdrawn.iter().map(|name| format!("holds withdrawn {name}")));
    let package = deployment.package.map(|digest| format!("package {digest}"));
    remarks.extend(package);
    [
        deployment.target.to_string(),
        deployment.name.clone(),
        called(&deployment.release),
        format!("since {}", when(deployment.since)),
        until,
        remarks.join("; "),
    ]
}
