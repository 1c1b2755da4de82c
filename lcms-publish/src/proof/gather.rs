//! Fetching everything that a document refers to, before any of it is rendered.

use std::collections::{HashMap, VecDeque};

use lcms_core::model::content::Content;
use lcms_core::model::markup::{Markup, ReferenceRole};
use lcms_core::model::{Key, Reference, RevisionSelector, Target};
use lcms_core::service::{ComponentView, Session};
use lcms_core::{ErrorKind, Result};

use super::Subject;

/// Most components that one proof looks at: includes multiply.
const MOST: usize = 400;

/// Components by how they are referred to. What is not there cannot be had.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<Target, ComponentView>);

impl Known {
    /// The component that a text in this library refers to.
    pub(super) fn get(&self, target: &Target, library: &Key) -> Option<&ComponentView> {
        self.0.get(&complete(target, library))
    }
}

/// The target with its library said.
fn complete(target: &Target, home: &Key) -> Target {
    match target {
        Target::Key { library: None, key } => {
            Target::Key { library: Some(home.clone()), key: key.clone() }
        }
        other => other.clone(),
    }
}

pub(super) async fn gather(session: &Session, subject: &Subject) -> Result<Known> {
    let mut known = Known::default();
    let mut waiting = VecDeque::new();
    wanted_by(&subject.content, &subject.library, &mut waiting);
    let mut asked = 0;
    while let Some((target, role)) = waiting.pop_front() {
        if known.0.contains_key(&target) || asked == MOST {
            continue;
        }
        asked += 1;
        let reference = Reference { target: target.clone(), revision: RevisionSelector::Head };
        let view = match session.component(&reference).await {
            Ok(view) => view,
            Err(error) if error.kind() == ErrorKind::Internal => return Err(error),
            Err(_) => continue,
        };
        if role != Wanted::Title {
            wanted_by(&view.content, &view.library_key, &mut waiting);
        }
        known.0.insert(target, view);
    }
    Ok(known)
}

/// How much of a component is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// Its title only.
    Title,
    /// Its text.
    Everything,
}

fn wanted_by(content: &Content, home: &Key, waiting: &mut VecDeque<(Target, Wanted)>) {
    for text in content.texts().texts.into_values() {
        in_text(&text.markup, home, waiting);
    }
    if let Content::Assessment(assessment) = content {
        let entries = assessment.sections.iter().flat_map(|section| &section.entries);
        waiting.extend(entries.map(|e| (complete(&e.component, home), Wanted::Everything)));
    }
    if let Content::Lesson(lesson) = content {
        let placed = lesson.placements.iter().map(|p| complete(&p.component, home));
        waiting.extend(placed.map(|target| (target, Wanted::Title)));
    }
    if let Content::Module(module) = content {
        let placed = module.placements.iter().map(|p| complete(&p.component, home));
        waiting.extend(placed.map(|target| (target, Wanted::Title)));
    }
    if let Content::Course(course) = content {
        let placed = course.placements.iter().map(|p| complete(&p.component, home));
        waiting.extend(placed.map(|target| (target, Wanted::Title)));
    }
}

fn in_text(markup: &Markup, home: &Key, waiting: &mut VecDeque<(Target, Wanted)>) {
    for reference in markup.references() {
        let wanted = match reference.role {
            ReferenceRole::Link => Wanted::Title,
            _ => Wanted::Everything,
        };
        waiting.push_back((complete(&reference.target, home), wanted));
    }
}
