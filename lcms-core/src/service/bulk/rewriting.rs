//! What a bulk edit does to documents: words replaced, objectives served or no more.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{ObjectiveChange, Operation};
use crate::error::{Error, Result};
use crate::model::content::{Replacer, Wording, WordsReplaced};
use crate::model::{
    ComponentId, Content, Digest, Kind, LibraryId, Right, SlotId, Target, Violation,
};
use crate::service::Session;
use crate::service::save::find_targets;
use crate::service::survey::Surveyed;
use crate::store::{Connection, heads};

/// The operations on documents, ready to be carried out.
#[derive(Default)]
pub(super) struct Rewriting {
    replacers: Vec<Replacer>,
    objectives: Vec<Serving>,
}

/// An objective to be served from now on, or no more.
struct Serving {
    objective: ComponentId,
    title: String,
    serves: bool,
}

/// What becomes of one document.
#[derive(Default)]
pub(super) struct Rewritten {
    /// The document, if it changes.
    pub(super) content: Option<(Digest, Vec<u8>)>,
    pub(super) words: Vec<WordsReplaced>,
    pub(super) objectives: Vec<ObjectiveChange>,
}

impl Rewriting {
    /// Reads the operations.
    ///
    /// # Errors
    /// When words cannot be replaced like that, or what is to be served is no objective that the
    /// actor may read.
    pub(super) async fn of(
        session: &Session,
        db: &impl Connection,
        operations: &[Operation],
    ) -> Result<Self> {
        let mut rewriting = Self { replacers: replacers(operations)?, objectives: Vec::new() };
        let named = |operation: &Operation| match operation {
            Operation::Serve { objective } => Some((objective.clone(), true)),
            Operation::Unserve { objective } => Some((objective.clone(), false)),
            _ => None,
        };
        let wanted: Vec<(usize, (Target, bool))> = operations
            .iter()
            .enumerate()
            .filter_map(|(n, operation)| Some((n, named(operation)?)))
            .collect();
        if wanted.is_empty() {
            return Ok(rewriting);
        }
        let home = LibraryId(Uuid::nil());
        let targets = wanted.iter().map(|(_, (target, _))| target);
        let found = find_targets(db, home, targets).await?;
        let libraries = session.libraries_by_id(db).await?;
        for (n, (target, serves)) in wanted {
            let known = found.get(&target).filter(|it| {
                it.kind == Kind::Objective && session.may(it.library, Right::Read) && !it.deleted
            });
            let library = known.and_then(|it| libraries.get(&it.library));
            let (Some(component), Some(library)) = (known, library) else {
                let pointer = format!("/operations/{n}/objective");
                let message = format!("there is no objective `{target}`, or you may not read it");
                let wrong = Violation::new(pointer, "objective", message);
                return Err(
                    Error::invalid("an objective is not there").with_violations(vec![wrong])
                );
            };
            let head = heads::of(db, session.view(), component.id, &library.language).await?;
            let title = match head {
                Some(head) => session.titles(db, [head.content]).await?.of(head.content),
                None => component.key.to_string(),
            };
            rewriting.objectives.push(Serving { objective: component.id, title, serves });
        }
        Ok(rewriting)
    }

    /// Whether documents stay as they are.
    pub(super) fn is_empty(&self) -> bool {
        self.replacers.is_empty() && self.objectives.is_empty()
    }

    /// What becomes of a component's document, or everything that is wrong with that.
    pub(super) fn rewrite(
        &self,
        it: &Surveyed,
        body: Option<&[u8]>,
    ) -> Result<Rewritten, Vec<Violation>> {
        let Some(body) = body.filter(|body| !body.is_empty() && !self.is_empty()) else {
            return Ok(Rewritten::default());
        };
        if it.head.source.is_some() {
            let message = "it is a translation: edit it in its own language, by hand";
            return Err(vec![Violation::new("", "translation", message)]);
        }
        let mut content = Content::from_stored(body)?;
        let mut rewritten = Rewritten::default();
        for replacer in &self.replacers {
            let (changed, mut replaced) = content.with_words(replacer)?;
            content = changed;
            rewritten.words.append(&mut replaced);
        }
        for Serving { objective, title, serves } in &self.objectives {
            let changed = match serves {
                true => content.serving(*objective, slot_of(it.component.id, *objective)),
                false => Some(content.not_serving(*objective)),
            };
            let Some(changed) = changed else {
                let kind = it.component.kind;
                let message = format!(
                    "a {kind} serves no objective itself: the page or test that holds it does"
                );
                return Err(vec![Violation::new("/objectives", "kind", message)]);
            };
            if changed != content {
                let (objective, title, serves) = (*objective, title.clone(), *serves);
                rewritten.objectives.push(ObjectiveChange { objective, title, serves });
                content = changed;
            }
        }
        let (digest, body) = Digest::of_document(&content);
        if digest == it.head.content {
            return Ok(Rewritten::default());
        }
        Ok(Rewritten { content: Some((digest, body)), ..rewritten })
    }
}

/// The slot in which a component serves an objective that a bulk edit gave it: the same in the
/// preview and when it is done, and when it is given again.
fn slot_of(component: ComponentId, objective: ComponentId) -> SlotId {
    let mut hash = Sha256::new();
    hash.update(b"lcms-bulk-objective/1\0");
    hash.update(component.0.as_bytes());
    hash.update(objective.0.as_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let mut raw = [0; 16];
    raw.copy_from_slice(&digest[..16]);
    SlotId(Uuid::new_v8(raw))
}

fn replacers(operations: &[Operation]) -> Result<Vec<Replacer>> {
    let wordings = operations.iter().enumerate().filter_map(|(n, operation)| match operation {
        Operation::Replace { find, with, match_case, whole_words } => {
            let (find, with) = (find.clone(), with.clone());
            let (match_case, whole_words) = (*match_case, *whole_words);
            Some((n, Wording { find, with, match_case, whole_words }))
        }
        _ => None,
    });
    let ready = wordings.map(|(n, wording)| {
        wording.replacer().map_err(|wrong| {
            let pointer = format!("/operations/{n}{}", wrong.pointer);
            Error::invalid("words cannot be replaced like this")
                .with_violations(vec![Violation { pointer, ..wrong }])
        })
    });
    ready.collect()
}
