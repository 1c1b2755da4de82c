//! Translations: saved, shown, and how far they are.

use lcms_core::model::{Digest, RevisionSelector};
use lcms_core::service::{SaveTranslation, Session, TranslationState};
use lcms_core::{ErrorKind, Result};

use super::components::{pretty, read_json, said};
use crate::args::Translate;
use crate::output::{Output, table};

pub(crate) async fn run(session: &Session, command: Translate, output: Output) -> Result<()> {
    match command {
        Translate::List { component } => {
            let translations = session.translations(&component).await?;
            output.print(&translations, |translations| {
                let rows: Vec<_> = translations
                    .iter()
                    .map(|translation| {
                        let number = format!("@{}", translation.number);
                        let state = said_state(translation.state).to_owned();
                        [translation.language.to_string(), state, number]
                    })
                    .collect();
                table(&rows, "it is not translated")
            });
        }
        Translate::Show { component, language } => {
            let view = session.translation(&component, &language).await?;
            output.print(&view, |view| {
                let translation = &view.translation;
                format!(
                    "{}  {}, {}\nrevision   {}\nmade from  {}\nsource     {}\n\n{}\n\n{}",
                    translation.language,
                    said_state(translation.state),
                    view.review,
                    translation.revision,
                    translation.made_from,
                    translation.source,
                    pretty(&view.content),
                    pretty(&view.metadata),
                )
            });
        }
        Translate::Save { component, language, content, metadata, source, base, message } => {
            let base = match base {
                Some(base) => Some(base),
                None => match session.translation(&component, &language).await {
                    Ok(view) => Some(view.translation.revision),
                    Err(error) if error.kind() == ErrorKind::NotFound => None,
                    Err(error) => return Err(error),
                },
            };
            let new = SaveTranslation {
                content: read_json(&content)?,
                metadata: metadata.as_deref().map(read_json).transpose()?,
                source: match source {
                    None => None,
                    Some(number) => Some(content_of(session, &component, number).await?),
                },
                message,
            };
            let saved = session.save_translation(&component, &language, base, new).await?;
            output.print(&saved, said);
        }
        Translate::Status { component, language } => {
            let status = session.translation_of_closure(&component, &language).await?;
            output.print(&status, |status| {
                let rows: Vec<_> = status
                    .open
                    .iter()
                    .map(|part| {
                        let state = said_state(part.state).to_owned();
                        [state, part.name.clone(), part.kind.to_string(), part.title.clone()]
                    })
                    .collect();
                format!(
                    "{} current, {} stale, {} missing\n{}",
                    status.current,
                    status.stale,
                    status.missing,
                    table(&rows, "nothing is left to be translated")
                )
            });
        }
    }
    Ok(())
}

async fn content_of(
    session: &Session,
    component: &lcms_core::model::Target,
    number: u32,
) -> Result<Digest> {
    let reference = lcms_core::model::Reference {
        target: component.clone(),
        revision: RevisionSelector::Number(number),
    };
    Ok(session.component(&reference).await?.revision.content)
}

fn said_state(state: TranslationState) -> &'static str {
    match state {
        TranslationState::Current => "current",
        TranslationState::Stale => "stale",
        TranslationState::Missing => "missing",
    }
}
