//! What is left when identifiers, rules and pages have been compared: files and metadata. Whatever
//! differs in a byte and was not named before is named here.

use std::collections::BTreeSet;

use lcms_core::model::{ComponentId, Digest};
use lcms_formats::manifest::is_control_document;

use super::reason::{Reason, Subject, SubjectKind};
use super::rule::Rule;
use super::{Comparer, package};
use crate::bill::{BILL_PATH, Bill};
use crate::formats::CONTENTS_FILE;
use crate::inspect::describes;
use crate::player;
use crate::shape::SHAPE_PATH;

impl Comparer<'_> {
    pub(super) fn files(&mut self) {
        let changed = self.changed_files();
        if self.before.shape.is_known() && self.after.shape.is_known() {
            self.known_files(&changed);
        } else {
            self.unknown_files(&changed);
        }
        self.metadata(&changed);
        if self.reasons.is_empty() {
            self.add(Rule::RecordChanged, package(self.after));
        }
    }

    /// Paths of files that came, went or changed.
    fn changed_files(&self) -> BTreeSet<String> {
        let (before, after) = (&self.before.files, &self.after.files);
        let paths = before.keys().chain(after.keys());
        paths.filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
    }

    /// Files of a package that was made here: what each is for follows from its path.
    fn known_files(&mut self, changed: &BTreeSet<String>) {
        let mut publisher = false;
        for path in changed {
            let stands_for_itself =
                describes(path) || [CONTENTS_FILE, BILL_PATH, SHAPE_PATH].contains(&path.as_str());
            if stands_for_itself || self.touched.contains(path) {
                continue;
            }
            if path.starts_with(player::FOLDER) || is_control_document(path) {
                publisher = true;
            } else if path.starts_with("sco/") {
                // A document that went or came is a SCO that went or came.
                if self.before.files.contains_key(path) && self.after.files.contains_key(path) {
                    let subject = self.file(path);
                    self.add(Rule::FrameChanged, subject);
                }
            } else {
                let subject = self.file(path);
                let there = |files: &std::collections::BTreeMap<String, Digest>| {
                    Some(if files.contains_key(path) { "there" } else { "not there" }.to_owned())
                };
                let (was, is) = (there(&self.before.files), there(&self.after.files));
                let reason = Reason::new(Rule::AssetChanged, subject);
                self.reasons.push(if was == is { reason } else { reason.changing(was, is) });
            }
        }
        if publisher {
            let version = |bill: &Option<Bill>| bill.as_ref().map(|bill| bill.publisher.clone());
            let (was, is) = (version(&self.before.bill), version(&self.after.bill));
            let reason = Reason::new(Rule::PlayerChanged, package(self.after));
            self.reasons.push(if was == is { reason } else { reason.changing(was, is) });
        }
    }

    /// Files of a package that was made elsewhere: nobody but its authoring tool knows their use.
    fn unknown_files(&mut self, changed: &BTreeSet<String>) {
        let content = changed.iter().filter(|path| !describes(path));
        let content: Vec<_> = content.filter(|path| !is_control_document(path)).collect();
        if content.is_empty() {
            return;
        }
        let reason = Reason::new(Rule::ContentChanged, package(self.after));
        let named = content.iter().take(5).map(|path| path.as_str()).collect::<Vec<_>>().join(", ");
        let more = content.len().saturating_sub(5);
        let named = if more > 0 { format!("{named} and {more} more") } else { named };
        let counted = format!("{} files differ: {named}", content.len());
        self.reasons.push(reason.changing(None, Some(counted)));
    }

    /// Metadata, by component where components are known.
    fn metadata(&mut self, changed: &BTreeSet<String>) {
        let known = self.after.shape.is_known();
        if !changed.iter().any(|path| describes(path) || known && path == CONTENTS_FILE) {
            return;
        }
        let components = match (&self.before.bill, &self.after.bill) {
            (Some(before), Some(after)) => changed_metadata(before, after),
            _ => BTreeSet::new(),
        };
        for component in &components {
            let subject = Subject {
                kind: SubjectKind::Component,
                id: component.to_string(),
                title: None,
                sco: None,
                component: Some(*component),
            };
            self.add(Rule::MetadataChanged, subject);
        }
        // The manifest also names every file, and repeats titles: these have been told.
        let told = self.reasons.iter().any(|reason| reason.rule != Rule::PlayerChanged);
        let explained = told || !self.before.files.keys().eq(self.after.files.keys());
        if components.is_empty() && !explained {
            self.add(Rule::MetadataChanged, package(self.after));
        }
    }

    fn file(&self, path: &str) -> Subject {
        let component = self.after.component_of_file(path);
        Subject {
            kind: SubjectKind::File,
            id: path.to_owned(),
            title: None,
            sco: None,
            component: component.or_else(|| self.before.component_of_file(path)),
        }
    }
}

/// Components of both releases that have other metadata now.
fn changed_metadata(before: &Bill, after: &Bill) -> BTreeSet<ComponentId> {
    let versions = |bill: &Bill| -> BTreeSet<(ComponentId, Digest)> {
        bill.components.iter().map(|billed| (billed.component, billed.metadata)).collect()
    };
    let ids = |bill: &Bill| -> BTreeSet<ComponentId> {
        bill.components.iter().map(|billed| billed.component).collect()
    };
    let (was, is) = (versions(before), versions(after));
    let (old, new) = (ids(before), ids(after));
    let differing = was.symmetric_difference(&is).map(|(component, _)| *component);
    differing.filter(|id| old.contains(id) && new.contains(id)).collect()
}
