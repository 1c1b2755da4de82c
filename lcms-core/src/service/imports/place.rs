//! Which component stands for each subject of an import.

use std::collections::HashSet;

use super::earlier::{Earlier, remembered};
use super::equal::Assets;
use super::{ImportOutcome, ImportSubject, Run, at, digest_of};
use crate::error::Result;
use crate::model::{Component, ComponentId, Content, Key, Kind, Library, Target};
use crate::service::Session;
use crate::service::save::insert_component;
use crate::store::imports::{self, ImportSource};
use crate::store::{Transaction, components};

/// A subject with the component that stands for it.
pub(super) struct Placed {
    pub(super) subject: ImportSubject,
    pub(super) component: Component,
    pub(super) how: Placing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placing {
    /// It was created for the subject.
    New,
    /// It was made of the subject before, or has its id or key.
    There,
    /// It was somebody else's, and is equal; whether that was found only now.
    Shared { is_new: bool },
}

/// The keys of subjects that another component stands for than before.
pub(super) fn moved(placed: &[Placed], known: &Earlier<'_>) -> HashSet<Key> {
    let is_moved = |it: &&Placed| {
        known.of(&it.subject.source).is_some_and(|earlier| earlier.component != it.component.id)
    };
    placed.iter().filter(is_moved).map(|it| it.subject.key.clone()).collect()
}

/// Whether a document names one of these keys.
pub(super) fn refers_to(content: &Content, keys: &HashSet<Key>) -> bool {
    if keys.is_empty() {
        return false;
    }
    let mut refers = false;
    let looked = content.clone().rewrite_targets(&mut |target| {
        refers |= matches!(target, Target::Key { library: None, key } if keys.contains(key));
        Ok(target.clone())
    });
    // What cannot be read is refused where it is saved.
    refers || looked.is_err()
}

impl Session {
    /// Finds the component of each subject, or creates it.
    pub(super) async fn place(
        &self,
        tx: &Transaction,
        library: &Library,
        subjects: Vec<ImportSubject>,
        known: &Earlier<'_>,
        run: &Run,
    ) -> Result<Vec<Placed>> {
        let mut found = Vec::with_capacity(subjects.len());
        for subject in &subjects {
            let earlier = known.of(&subject.source);
            let shared = match earlier.filter(|it| it.saved.is_none()) {
                // What it shared so far it does not change: a source that changed finds another.
                Some(it) if it.digest == digest_of(subject) => {
                    components::by_id(tx, it.component).await?.filter(|it| !it.deleted)
                }
                _ => None,
            };
            found.push(match shared {
                Some(component) => Some((component, Placing::Shared { is_new: false })),
                None => {
                    let own = earlier.filter(|it| it.saved.is_some());
                    let own = self.find_subject(tx, library, subject, own).await?;
                    own.map(|component| (component, Placing::There))
                }
            });
        }
        let taken: HashSet<_> = found.iter().flatten().map(|(component, _)| component.id).collect();
        let is_asset =
            |subject: &ImportSubject| subject.id.is_none() && subject.content.kind() == Kind::Asset;
        let any = subjects.iter().zip(&found).any(|(it, found)| found.is_none() && is_asset(it));
        let assets = match any && run.reuses_assets {
            true => Some(Assets::read(tx, &self.view, library).await?),
            false => None,
        };
        let mut placed = Vec::with_capacity(subjects.len());
        for (subject, found) in subjects.into_iter().zip(found) {
            let equal = || {
                let assets = assets.as_ref().filter(|_| is_asset(&subject))?;
                let equal = assets.standing_for(&subject.content, &subject.metadata, &taken)?;
                Some((equal, Placing::Shared { is_new: true }))
            };
            let (component, how) = match found.or_else(equal) {
                Some(found) => found,
                None => {
                    let component = Component {
                        id: subject.id.unwrap_or_else(ComponentId::new),
                        library: library.id,
                        key: subject.key.clone(),
                        kind: subject.content.kind(),
                        retired: false,
                        deleted: false,
                        owner: None,
                        created: run.time,
                    };
                    insert_component(tx, library, &component)
                        .await
                        .map_err(|error| at(&subject, &error))?;
                    (component, Placing::New)
                }
            };
            placed.push(Placed { subject, component, how });
        }
        Ok(placed)
    }

    /// Remembers that somebody else's component stands for a subject, too.
    pub(super) async fn share(
        &self,
        tx: &Transaction,
        library: &Library,
        subject: &ImportSubject,
        component: &Component,
        is_new: bool,
    ) -> Result<ImportOutcome> {
        if !is_new {
            return Ok(ImportOutcome::Unchanged);
        }
        let record = ImportSource {
            source: remembered(self.view.branch(), &subject.source),
            digest: digest_of(subject),
            component: component.id,
            saved: None,
        };
        imports::record(tx, library.id, &record).await?;
        Ok(ImportOutcome::Reused)
    }
}
