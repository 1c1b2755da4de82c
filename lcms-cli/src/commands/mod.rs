//! One file per group of commands. Each takes typed values, calls the services and prints.

mod accounts;
mod blobs;
mod components;
mod demo;
mod find;
mod import;
mod integrity;
mod publish;
mod serve;
mod transfer;

use lcms_core::Result;
use lcms_core::model::EventNumber;
use lcms_core::service::{Lcms, Settings};

use crate::args::{Cli, Command, Global};
use crate::output::{Output, table};

/// Carries out what was typed.
pub(crate) async fn run(cli: Cli, output: &Output) -> Result<()> {
    let output = *output;
    let lcms = Lcms::open(settings(&cli.global)).await?;
    let session = lcms.operator_without_checks();
    match cli.command {
        Command::Serve(args) => serve::serve(lcms, args.listen).await,
        Command::Demo(args) => demo::demo(lcms, &cli.global.data, args.listen, output).await,
        Command::Import(args) if lcms_import::is_transfer(&args.folder) => {
            transfer::import(&session, args, output).await
        }
        Command::Import(args) => import::import(&session, args, output).await,
        Command::Export(args) => transfer::export(&session, args, output).await,
        Command::Search(args) => find::search(&lcms, args, output).await,
        Command::Show(args) => components::show(&session, &args.component, output).await,
        Command::Log(args) => components::log(&session, &args.component, args.limit, output).await,
        Command::WhereUsed(args) => find::where_used(&session, &args.component, output).await,
        Command::Component(command) => components::run(&session, command, output).await,
        Command::Blob(command) => blobs::run(&session, command, output).await,
        Command::Release(args) => publish::release(&session, args, output).await,
        Command::Releases(args) => publish::releases(&session, &args.component, output).await,
        Command::Publish(args) => publish::publish(&lcms, args, output).await,
        Command::Events(args) => {
            let page = session.events(EventNumber(args.after), args.limit).await?;
            output.print(&page, |page| {
                let rows: Vec<_> = page
                    .items
                    .iter()
                    .map(|event| {
                        let component =
                            event.component.map(|id| id.to_string()).unwrap_or_default();
                        let kind = event.kind.as_str().to_owned();
                        [event.number.to_string(), event.time.to_string(), kind, component]
                    })
                    .collect();
                table(&rows, "no events")
            });
            Ok(())
        }
        Command::Reindex => {
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
        Command::Token(command) => accounts::token(&session, command, output).await,
    }
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
    settings
}
