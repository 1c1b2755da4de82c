//! Metadata schemas.

use lcms_core::service::{SaveSchema, SchemaReport, SchemaView, Session};
use lcms_core::{Error, ErrorKind, Result};

use super::super::components::{pretty, read_json};
use crate::args::{self, Changing};
use crate::output::{Output, table};

pub(crate) async fn run(session: &Session, command: args::Schema, output: Output) -> Result<()> {
    match command {
        args::Schema::List { library } => {
            let all = session.schemas(&library).await?;
            output.print(&all, |all| {
                let row = |it: &SchemaView| {
                    let fields: Vec<_> =
                        it.schema.fields.iter().map(|rule| rule.field.to_string()).collect();
                    [it.kind.to_string(), fields.join(", ")]
                };
                table(&all.iter().map(row).collect::<Vec<_>>(), "no schemas")
            });
        }
        args::Schema::Show { library, kind, json_schema } => {
            let view = session.schema(&library, kind).await?;
            match json_schema {
                Some(state) => output.print(&view.schema.to_json_schema(state), pretty),
                None => output.print(&view.schema, pretty),
            }
        }
        args::Schema::Set { library, kind, file, how: Changing { dry_run, message } } => {
            let schema = serde_json::from_value(read_json(&file)?).map_err(|error| {
                Error::invalid(format!("{} is no metadata schema: {error}", file.display()))
            })?;
            let base = match session.schema(&library, kind).await {
                Ok(view) => Some(view.state.version),
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            };
            let new = SaveSchema { schema, message, dry_run };
            let report = session.save_schema(&library, kind, base, new).await?;
            output.print(&report, said);
        }
        args::Schema::Remove { library, kind } => {
            let view = session.schema(&library, kind).await?;
            session.remove_schema(&library, kind, view.state.version).await?;
            output.print(&view, |view| format!("removed the schema for {}", view.kind));
        }
    }
    Ok(())
}

fn said(report: &SchemaReport) -> String {
    let mut lines = vec![format!(
        "{} of {} components lack what their state asks for",
        report.wanting, report.components
    )];
    for item in &report.items {
        lines.push(format!("\n{}  {}, {}", item.key, item.kind, item.state));
        lines.extend(item.lacking.iter().map(|it| format!("    {it}")));
    }
    lines.push(if report.done { "\ndone".to_owned() } else { "\nnothing was done".to_owned() });
    lines.join("\n")
}
