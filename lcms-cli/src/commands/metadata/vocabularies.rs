//! Vocabularies.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use lcms_core::model::{Key, Language, Term, TermEdit, Vocabulary};
use lcms_core::service::{
    EditTerms, RuleState, SaveVocabulary, Session, VocabularyBrief, VocabularyReport,
    VocabularyView,
};
use lcms_core::{Error, ErrorKind, Result};
use lcms_import::{TermsFormat, read_terms, write_terms};

use crate::args::{self, Changing, TermsAs, VocabularyName};
use crate::output::{Output, table};

pub(crate) async fn run(
    session: &Session,
    command: args::Vocabulary,
    output: Output,
) -> Result<()> {
    use args::Vocabulary as Command;
    match command {
        Command::List { library } => {
            let all = session.vocabularies(&library).await?;
            output.print(&all, |all| {
                let row = |it: &VocabularyBrief| {
                    let fields: Vec<_> = it.fields.iter().map(ToString::to_string).collect();
                    let closed = if it.closed { "closed" } else { "open" };
                    let terms = format!("{} terms", it.terms);
                    [
                        it.key.to_string(),
                        terms,
                        closed.to_owned(),
                        fields.join(", "),
                        it.title.clone(),
                    ]
                };
                table(&all.iter().map(row).collect::<Vec<_>>(), "no vocabularies")
            });
        }
        Command::Show(VocabularyName { library, vocabulary }) => {
            let language = session.library(&library).await?.language;
            let view = session.vocabulary(&library, &vocabulary).await?;
            output.print(&view, |view| tree(&view.vocabulary, &language));
        }
        Command::Import { name, file, title, field, closed, how } => {
            let VocabularyName { library, vocabulary } = &name;
            let language = session.library(library).await?.language;
            let present = present(session, library, vocabulary).await?;
            let base = present.as_ref().map(|view| view.state.version);
            let mut before = present.map(|view| view.vocabulary).unwrap_or_default();
            if let Some(title) = title {
                before.title = title;
            }
            if !field.is_empty() {
                before.fields = field;
            }
            before.closed = closed.unwrap_or(before.closed);
            let read = read_terms(&bytes_of(&file)?, &before, &language)?;
            let Changing { dry_run, message } = how;
            let new = SaveVocabulary { vocabulary: read.vocabulary, message, dry_run };
            let report = session.save_vocabulary(library, vocabulary, base, new).await?;
            for remark in read.remarks {
                eprintln!("note: {remark}");
            }
            output.print(&report, said);
        }
        Command::Export { name: VocabularyName { library, vocabulary }, csv, format } => {
            let language = session.library(&library).await?.language;
            let view = session.vocabulary(&library, &vocabulary).await?;
            let format = match format {
                _ if csv => TermsFormat::Csv,
                TermsAs::Skos => TermsFormat::Skos,
                TermsAs::Turtle => TermsFormat::Turtle,
                TermsAs::JsonLd => TermsFormat::JsonLd,
                TermsAs::Csv => TermsFormat::Csv,
            };
            let bytes = write_terms(&view.vocabulary, &language, format)?;
            let written = std::io::stdout().lock().write_all(&bytes);
            drop(written); // a reader that has gone away is no failure
        }
        Command::Add { name, id, label, broader, how } => {
            let language = session.library(&name.library).await?.language;
            let term = Term { broader, ..Term::new(id, language, label) };
            edit(session, &name, TermEdit::Add { term }, how, output).await?;
        }
        Command::Rename { name, id, label, language, how } => {
            let relabel = TermEdit::Relabel { id, language, label };
            edit(session, &name, relabel, how, output).await?;
        }
        Command::Move { name, id, broader, how } => {
            edit(session, &name, TermEdit::Move { id, broader }, how, output).await?;
        }
        Command::Merge { name, id, into, how } => {
            edit(session, &name, TermEdit::Merge { id, into }, how, output).await?;
        }
        Command::Deprecate { name, id, replaced_by, how } => {
            edit(session, &name, TermEdit::Deprecate { id, replaced_by }, how, output).await?;
        }
        Command::History(VocabularyName { library, vocabulary }) => {
            let all = session.vocabulary_history(&library, &vocabulary).await?;
            output.print(&all, |all| {
                let row = |it: &RuleState| {
                    let removed = if it.removed { "removed" } else { "" };
                    let number = it.number.to_string();
                    [number, it.created.to_string(), removed.to_owned(), it.message.clone()]
                };
                table(&all.iter().map(row).collect::<Vec<_>>(), "no vocabulary was ever there")
            });
        }
        Command::Remove(VocabularyName { library, vocabulary }) => {
            let view = session.vocabulary(&library, &vocabulary).await?;
            session.remove_vocabulary(&library, &vocabulary, view.state.version).await?;
            output.print(&view, |_| format!("removed {library}/{vocabulary}"));
        }
    }
    Ok(())
}

async fn present(session: &Session, library: &Key, key: &Key) -> Result<Option<VocabularyView>> {
    match session.vocabulary(library, key).await {
        Ok(view) => Ok(Some(view)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn edit(
    session: &Session,
    name: &VocabularyName,
    edit: TermEdit,
    how: Changing,
    output: Output,
) -> Result<()> {
    let VocabularyName { library, vocabulary } = name;
    let base = session.vocabulary(library, vocabulary).await?.state.version;
    let Changing { dry_run, message } = how;
    let steps = EditTerms { edits: vec![edit], message, dry_run };
    let report = session.edit_terms(library, vocabulary, base, steps).await?;
    output.print(&report, said);
    Ok(())
}

fn bytes_of(file: &Path) -> Result<Vec<u8>> {
    let read = if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    read.map_err(|error| Error::invalid(format!("cannot read {}: {error}", file.display())))
}

fn tree(vocabulary: &Vocabulary, language: &Language) -> String {
    fn below(
        vocabulary: &Vocabulary,
        language: &Language,
        above: Option<&Key>,
        depth: usize,
        out: &mut String,
    ) {
        for term in vocabulary.terms.iter().filter(|term| term.broader.as_ref() == above) {
            let note = if term.deprecated { "  (not for new use)" } else { "" };
            let indent = "  ".repeat(depth);
            let _ = writeln!(out, "{indent}{}  [{}]{note}", term.value(language), term.id);
            below(vocabulary, language, Some(&term.id), depth + 1, out);
        }
    }
    let mut out = format!("{}\n\n", vocabulary.title);
    below(vocabulary, language, None, 0, &mut out);
    out
}

fn said(report: &VocabularyReport) -> String {
    let changes = &report.changes;
    let mut lines = Vec::new();
    let mut count = |n: usize, what: &str| {
        if n > 0 {
            lines.push(format!("{n} {what}"));
        }
    };
    count(changes.added.len(), "added");
    count(changes.removed.len(), "removed");
    count(changes.moved.len(), "moved");
    count(changes.deprecated.len(), "deprecated or for use again");
    count(changes.described.len(), "with other labels, definitions or addresses");
    for (what, all) in [("renamed", &changes.renamed), ("merged", &changes.merged)] {
        lines.extend(all.iter().map(|it| format!("{what}: {} → {}", it.from, it.to)));
    }
    lines.push(format!("{} components follow", report.components));
    if report.unapproved > 0 {
        lines.push(format!("{} of them were approved and become drafts", report.unapproved));
    }
    lines.extend(report.unknown.iter().map(|it| {
        format!("no term: `{}` in {} of {} components", it.value, it.field, it.components)
    }));
    match (report.done, report.edit) {
        (true, Some(edit)) => lines.push(format!("done; `lcms bulk undo {edit}` undoes it")),
        (true, None) => lines.push("done".to_owned()),
        (false, _) if changes.is_empty() => lines.push("nothing is different".to_owned()),
        (false, _) => lines.push("nothing was done".to_owned()),
    }
    lines.join("\n")
}
