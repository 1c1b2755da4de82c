//! One file per group of commands. Each takes typed values, calls the services and prints.

mod accounts;
mod blobs;
mod branches;
mod channels;
mod check;
mod compare;
mod components;
mod demo;
mod deployments;
mod differences;
mod find;
mod import;
mod integrity;
mod keys;
mod metadata;
mod packages;
mod people;
mod placements;
mod publish;
mod releases;
mod reuse;
mod serve;
mod transfer;
mod translate;
mod verify;
mod webhooks;

use std::sync::Arc;

use lcms_core::model::{EventNumber, Moment};
use lcms_core::service::{Lcms, Settings};
use lcms_core::{Error, Result};
use lcms_import::DocumentWords;

use crate::args::{Cli, Command, Demo, Global};
use people::People;

use crate::output::{Output, table, when};

/// Carries out what was typed.
pub(crate) async fn run(cli: Cli, output: &Output) -> Result<()> {
    let output = *output;
    // Package files speak for themselves: no data directory is made for them.
    let cli = match (cli.command, has_store(&cli.global)) {
        (Command::Verify(args), false) => return verify::verify(None, &args, output).await,
        (Command::Compare(args), false) if args.needs_no_store() => {
            return compare::compare(None, args, output).await;
        }
        (command, _) => Cli { global: cli.global, command },
    };
    let mut settings = settings(&cli.global);
    if let Command::Serve(args) | Command::Demo(Demo { serve: args, .. }) = &cli.command {
        settings.webhooks.hosts.clone_from(&args.webhook_host);
    }
    let lcms = Lcms::open(settings).await?;
    let moment = Moment { branch: cli.global.branch.clone(), at: cli.global.at };
    if moment != Moment::default() && !cli.command.looks_at_a_moment() {
        return Err(Error::invalid("--branch and --at have no meaning for this command"));
    }
    let session = lcms.operator_without_checks().at_moment(&moment).await?;
    match cli.command {
        Command::Serve(args) => serve::serve(lcms, args).await,
        Command::Demo(args) => demo::demo(lcms, &cli.global.data, args, output).await,
        Command::Import(args) if lcms_import::is_transfer(&args.source) => {
            transfer::import(&session, args, output).await
        }
        Command::Import(args) => import::import(&session, args, output).await,
        Command::Export(args) => transfer::export(&session, args, output).await,
        Command::Sync(args) => transfer::sync(&session, args, output).await,
        Command::Search(args) => find::search(&lcms, &session, args, output).await,
        Command::Similar(args) => find::similar(&lcms, &session, args, output).await,
        Command::Fits(args) => find::fits(&session, &args.component, output).await,
        Command::Show(args) => components::show(&session, &args.component, output).await,
        Command::Log(args) => components::log(&session, &args.component, args.limit, output).await,
        Command::Diff(args) => differences::diff(&session, args, output).await,
        Command::Revert(args) => differences::revert(&session, args, output).await,
        Command::Pull(args) => branches::pull(&session, args, output).await,
        Command::Copies(args) => branches::copies(&session, &args.component, output).await,
        Command::Branch(command) => branches::run(&session, command, output).await,
        Command::WhereUsed(args) => reuse::where_used(&session, args, output).await,
        Command::Impact(args) => reuse::impact(&session, &args.component, output).await,
        Command::Lineage(args) => reuse::lineage(&session, &args.component, output).await,
        Command::Placement(command) => placements::run(&session, command, output).await,
        Command::Copy(args) => reuse::copy(&session, args, output).await,
        Command::Translate(command) => translate::run(&session, command, output).await,
        Command::Promote(args) => reuse::promote(&session, args, output).await,
        Command::Component(command) => components::run(&session, command, output).await,
        Command::Vocabulary(command) => metadata::vocabulary(&session, command, output).await,
        Command::Schema(command) => metadata::schema(&session, command, output).await,
        Command::Bulk(command) => metadata::bulk(&lcms, &session, command, output).await,
        Command::Report(args) => metadata::report(&session, args, output).await,
        Command::Care(args) => metadata::care(&session, args, output).await,
        Command::Suggest(args) => metadata::suggest(&lcms, &session, &args.component, output).await,
        Command::Blob(command) => blobs::run(&session, command, output).await,
        Command::Release(args) => releases::run(&session, args, output).await,
        Command::Releases(args) => releases::list(&session, &args.component, output).await,
        Command::Channel(command) => channels::run(&session, command, output).await,
        Command::Target(command) => deployments::target(&session, command, output).await,
        Command::Deploy(args) => deployments::deploy(&session, args, output).await,
        Command::Rollback(args) => deployments::roll_back(&session, args, output).await,
        Command::Undeploy(args) => deployments::undeploy(&session, args, output).await,
        Command::Deployments(args) => deployments::list(&session, args, output).await,
        Command::Publish(args) => publish::publish(&lcms, args, output).await,
        Command::Check(args) => check::check(&lcms, &session, args, output).await,
        Command::Key(command) => keys::run(&lcms, command, output),
        Command::Compare(args) => compare::compare(Some(&lcms), args, output).await,
        Command::Verify(args) => verify::verify(Some(&lcms), &args, output).await,
        Command::Events(args) => {
            let page = session.events(EventNumber(args.after), args.limit).await?;
            let people = People::all(&session).await?;
            output.print(&page, |page| {
                let rows: Vec<_> = page
                    .items
                    .iter()
                    .map(|event| {
                        let component =
                            event.component.map(|id| id.to_string()).unwrap_or_default();
                        let kind = event.kind.as_str().to_owned();
                        [
                            event.number.to_string(),
                            when(event.time),
                            kind,
                            people.name(event.actor),
                            component,
                        ]
                    })
                    .collect();
                table(&rows, "no events")
            });
            Ok(())
        }
        Command::Reindex(args) if args.where_used => reuse::rebuild(&lcms, output).await,
        Command::Reindex(_) => {
            let status = lcms.indexing().rebuild().await?;
            output.print(&status, |status| {
                format!("the index contains every change up to event {}", status.position)
            });
            Ok(())
        }
        Command::Fsck(args) => integrity::fsck(&session, &args, output).await,
        Command::Gc(args) => integrity::gc(&session, &args, output).await,
        Command::Backup(args) => integrity::backup(&session, &args.file, output).await,
        Command::Restore(args) => integrity::restore(&lcms, &args.file, output).await,
        Command::Redact(args) => integrity::redact(&session, args, output).await,
        Command::Library(command) => accounts::library(&session, command, output).await,
        Command::User(command) => accounts::user(&session, command, output).await,
        Command::Webhook(command) => webhooks::webhook(&session, command, output).await,
        Command::Token(command) => accounts::token(&session, command, output).await,
    }
}

/// Whether there is a data directory or a database to ask.
fn has_store(global: &Global) -> bool {
    global.database.is_some() || global.data.join("lcms.db").exists()
}

fn settings(global: &Global) -> Settings {
    let mut settings = Settings::in_folder(&global.data);
    if let Some(database) = &global.database {
        settings.database = database.clone();
    }
    if let Some(blobs) = &global.blobs {
        settings.blobs = blobs.clone();
    }
    if let Some(index) = &global.index {
        settings.index.clone_from(index);
    }
    if let Some(limit) = global.max_upload {
        settings.max_upload = limit;
    }
    settings.words = Some(Arc::new(DocumentWords));
    settings
}
