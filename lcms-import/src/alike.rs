//! What an import would bring that is nearly there already.
//!
//! Nothing is decided here: two texts that are nearly equal may both be wanted. The report names them, so
//! that a person can use the one that exists.

use std::collections::{HashMap, HashSet};

use lcms_core::model::likeness::Sketch;
use lcms_core::model::{Content, Digest, Key, Kind, Reference, RevisionSelector, Target};
use lcms_core::service::{ImportItem, ImportOutcome, ImportSubject, ListComponents, Session};

use crate::error::ImportError;
use crate::report::Alike;

/// From this likeness on, in per cent, it is worth a word.
const WORTH: u8 = 80;
/// Most components that are compared with: beyond that, a search is quicker than a list.
const MOST: usize = 5_000;

/// What is compared of a component.
enum Compared {
    Text(Sketch),
    /// Files are alike when they are equal.
    File(Digest),
}

impl Compared {
    fn of(content: &Content) -> Option<Self> {
        match content {
            Content::Topic(_) | Content::Question(_) => {
                Sketch::of(&content.plain_text()).map(Self::Text)
            }
            Content::Asset(asset) => Some(Self::File(asset.blob)),
            _ => None,
        }
    }

    fn likeness(&self, other: &Self) -> u8 {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.likeness(other),
            (Self::File(one), Self::File(other)) if one == other => 100,
            _ => 0,
        }
    }
}

/// What an import brings, by source.
pub(crate) struct Brought(HashMap<String, (Kind, Compared)>);

impl Brought {
    /// What of the subjects can be compared.
    pub(crate) fn of(subjects: &[ImportSubject]) -> Self {
        let compared = subjects.iter().filter_map(|subject| {
            let compared = Compared::of(&subject.content)?;
            Some((subject.source.clone(), (subject.content.kind(), compared)))
        });
        Self(compared.collect())
    }

    /// For each component that was created, the one of before that it is most like.
    ///
    /// # Errors
    /// When the library cannot be read.
    pub(crate) async fn alike(
        &self,
        session: &Session,
        library: &Key,
        items: &[ImportItem],
    ) -> Result<Vec<Alike>, ImportError> {
        let created: Vec<(&ImportItem, &(Kind, Compared))> = items
            .iter()
            .filter(|item| item.outcome == ImportOutcome::Created)
            .filter_map(|item| Some((item, self.0.get(&item.source)?)))
            .collect();
        let new: HashSet<&Key> = items
            .iter()
            .filter(|item| item.outcome == ImportOutcome::Created)
            .map(|item| &item.key)
            .collect();
        let mut found = Vec::new();
        for kind in [Kind::Topic, Kind::Question, Kind::Asset] {
            let created: Vec<_> = created.iter().filter(|(_, (its, _))| *its == kind).collect();
            if created.is_empty() {
                continue;
            }
            let known = known(session, library, kind, &new).await?;
            for (item, (_, compared)) in created {
                let others = known.iter().map(|(key, other)| (other.likeness(compared), key));
                let best = others.max_by(|(one, a), (other, b)| one.cmp(other).then(b.cmp(a)));
                if let Some((likeness, like)) = best.filter(|(likeness, _)| *likeness >= WORTH) {
                    let (source, key) = (item.source.clone(), item.key.clone());
                    found.push(Alike { source, key, like: like.clone(), likeness });
                }
            }
        }
        Ok(found)
    }
}

/// The components of a kind that were there before; none where there are too many to be read.
async fn known(
    session: &Session,
    library: &Key,
    kind: Kind,
    new: &HashSet<&Key>,
) -> Result<Vec<(Key, Compared)>, ImportError> {
    let mut known = Vec::new();
    let mut list = ListComponents {
        library: Some(library.clone()),
        kind: Some(kind),
        limit: 200,
        ..ListComponents::default()
    };
    loop {
        let page = session.components(&list).await?;
        for row in page.items.into_iter().filter(|row| !new.contains(&row.component.key)) {
            if known.len() >= MOST {
                return Ok(Vec::new());
            }
            let target = Target::Id(row.component.id);
            let head = Reference { target, revision: RevisionSelector::default() };
            let view = session.component(&head).await?;
            if let Some(compared) = Compared::of(&view.content) {
                known.push((row.component.key, compared));
            }
        }
        match page.next {
            Some(next) => list.cursor = Some(next),
            None => return Ok(known),
        }
    }
}
