//! A corpus into a data directory, through the services.

use lcms_core::model::Language;
use lcms_core::service::{ImportSubject, NewLibrary, Session};

use super::{Corpus, Entry};
use crate::error::Result;

/// Components imported at once.
const CHUNK: usize = 1_000;

/// Creates the libraries and imports everything into them; tells `progress` how many components
/// there are so far.
///
/// # Errors
/// When a service refuses or fails.
pub async fn load(
    corpus: &Corpus,
    session: &Session,
    mut progress: impl FnMut(usize),
) -> Result<()> {
    for library in 0..corpus.libraries() {
        let new = NewLibrary {
            id: Some(corpus.library_id(library)),
            key: corpus.library_key(library)?,
            title: format!("Library {library}"),
            description: String::new(),
            language: Language::english(),
        };
        session.create_library(new).await?;
    }
    for picture in &corpus.pictures {
        let mut upload = session.upload("image/svg+xml")?;
        upload.write(picture.svg.as_bytes()).await?;
        upload.finish(Some(picture.digest)).await?;
    }
    let mut done = 0;
    for group in corpus.groups() {
        let mut waiting: Vec<Vec<ImportSubject>> =
            (0..corpus.libraries()).map(|_| Vec::new()).collect();
        for number in group {
            let Entry { library, id, key, content, metadata } = corpus.entry(number)?;
            let source = key.to_string();
            let id = Some(id);
            let subject = ImportSubject { source, line: None, id, key, content, metadata };
            waiting[library].push(subject);
            if waiting[library].len() == CHUNK {
                done += import(corpus, session, library, &mut waiting[library]).await?;
                progress(done);
            }
        }
        for (library, subjects) in waiting.iter_mut().enumerate() {
            done += import(corpus, session, library, subjects).await?;
        }
        progress(done);
    }
    Ok(())
}

async fn import(
    corpus: &Corpus,
    session: &Session,
    library: usize,
    subjects: &mut Vec<ImportSubject>,
) -> Result<usize> {
    if subjects.is_empty() {
        return Ok(0);
    }
    let key = corpus.library_key(library)?;
    let report = session.import(&key, std::mem::take(subjects), "corpus".to_owned(), false).await?;
    Ok(report.items.len())
}
