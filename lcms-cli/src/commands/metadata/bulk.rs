//! Edits of many components.

use lcms_core::Result;
use lcms_core::model::content::WordsReplaced;
use lcms_core::service::{
    BulkEdit, BulkItem, BulkReport, EditBrief, Lcms, Operation, SearchWords, Session, UndoEdit,
};

use crate::args::{self, Changing};
use crate::output::{Output, table};

pub(crate) async fn run(
    lcms: &Lcms,
    session: &Session,
    command: args::Bulk,
    output: Output,
) -> Result<()> {
    match command {
        args::Bulk::Edit(edit) => {
            let edit = request(*edit);
            if edit.search.is_some() {
                lcms.indexing().catch_up().await?;
            }
            let report = session.bulk_edit(edit).await?;
            output.print(&report, said);
        }
        args::Bulk::List => {
            let all = session.bulk_edits().await?;
            output.print(&all, |all| {
                let row = |it: &EditBrief| {
                    let undone = if it.undone.is_some() { "undone" } else { "" };
                    let components = format!("{} components", it.components);
                    let (id, when) = (it.id.to_string(), it.created.to_string());
                    [id, when, components, undone.to_owned(), it.message.clone()]
                };
                table(&all.iter().map(row).collect::<Vec<_>>(), "no edits")
            });
        }
        args::Bulk::Undo { edit, skip_changed, dry_run } => {
            let report = session.undo_edit(edit, UndoEdit { skip_changed, dry_run }).await?;
            output.print(&report, |report| {
                let mut lines: Vec<_> =
                    report.changed_since.iter().map(|it| format!("stays: {it}")).collect();
                let goes = if report.done { "went" } else { "would go" };
                lines.push(format!(
                    "{} components and {} vocabularies {goes} back",
                    report.components, report.vocabularies
                ));
                lines.join("\n")
            });
        }
    }
    Ok(())
}

fn request(given: args::BulkEdit) -> BulkEdit {
    let args::BulkEdit {
        components,
        words,
        add,
        remove,
        set,
        unset,
        replace,
        match_case,
        whole_words,
        serve,
        unserve,
        step,
        skip_refused,
        how,
    } = given;
    let args::Words { find, library, kind, state, tag } = words;
    let searches = find.is_some()
        || !(library.is_empty() && kind.is_empty() && state.is_empty() && tag.is_empty());
    let search = searches.then(|| SearchWords {
        q: find.unwrap_or_default(),
        library,
        kind,
        state,
        tag,
        ..SearchWords::default()
    });
    let mut operations = Vec::new();
    operations.extend(add.into_iter().map(|(field, value)| Operation::Add { field, value }));
    operations.extend(remove.into_iter().map(|(field, value)| Operation::Remove { field, value }));
    operations.extend(set.into_iter().map(|(field, value)| Operation::Set { field, value }));
    operations.extend(unset.into_iter().map(|field| Operation::Unset { field }));
    operations.extend(replace.chunks_exact(2).map(|words| {
        let (find, with) = (words[0].clone(), words[1].clone());
        Operation::Replace { find, with, match_case, whole_words }
    }));
    operations.extend(serve.into_iter().map(|objective| Operation::Serve { objective }));
    operations.extend(unserve.into_iter().map(|objective| Operation::Unserve { objective }));
    operations.extend(step.map(|step| Operation::Step { step }));
    let Changing { dry_run, message } = how;
    BulkEdit { components, search, operations, message, dry_run, skip_refused, plan: None }
}

fn said(report: &BulkReport) -> String {
    let mut lines: Vec<_> = report.items.iter().map(item).collect();
    lines.push(format!(
        "{} of {} components change, {} are refused, {} are as wanted",
        report.changed, report.found, report.refused, report.unchanged
    ));
    if report.unapproved > 0 {
        lines.push(format!("{} were approved and become drafts", report.unapproved));
    }
    lines.push(match report.edit {
        Some(edit) => format!("done; `lcms bulk undo {edit}` undoes it"),
        None => "nothing was done".to_owned(),
    });
    lines.join("\n")
}

fn item(item: &BulkItem) -> String {
    let mut lines = vec![format!("{}/{}  {}", item.library_key, item.key, item.kind)];
    lines.extend(item.refused.iter().map(|it| format!("    refused: {it}")));
    lines.extend(item.changes.iter().map(|change| {
        let values = |values: &[String]| match values {
            [] => "nothing".to_owned(),
            values => values.join(", "),
        };
        format!("    {}: {} → {}", change.field, values(&change.before), values(&change.after))
    }));
    lines.extend(item.words.iter().map(|words| {
        let times =
            if words.count == 1 { String::new() } else { format!(" ({} places)", words.count) };
        let WordsReplaced { pointer, lead, found, with, tail, .. } = words;
        format!("    {pointer}{times}: {}", one_line(&format!("{lead}[{found} → {with}]{tail}")))
    }));
    lines.extend(item.objectives.iter().map(|it| {
        let what = if it.serves { "serves" } else { "no longer serves" };
        format!("    {what}: {}", it.title)
    }));
    lines.extend(item.step.map(|step| format!("    {}", step.as_str())));
    lines.join("\n")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
