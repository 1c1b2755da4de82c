//! The update verdict: what it asks for that one package takes the place of another.
//!
//! Both are known by their [`Contents`]: the [`Shape`](crate::shape::Shape), the bill of content
//! where there is one, and the digest of every file. Every difference gives a [`Reason`] by one
//! [`Rule`]; the strongest one is the [`Verdict`]. Two packages whose files differ in any byte
//! always have a reason: what no rule names falls to the rules for files.
//!
//! The verdict speaks as far as the package decides; [`WHAT_THE_LMS_DECIDES`] says where that ends.

mod contents;
mod files;
mod lessons;
mod moved;
mod reason;
mod rule;
mod structure;

use std::collections::BTreeSet;

pub use contents::Contents;
pub use reason::{Comparison, Reason, Side, Subject, SubjectKind};
pub use rule::{Rule, Verdict, WHAT_THE_LMS_DECIDES, table};

/// Compares the package that is there with the one that would take its place.
#[must_use]
pub fn compare(before: &Contents, after: &Contents) -> Comparison {
    let mut comparer = Comparer { before, after, reasons: Vec::new(), touched: BTreeSet::new() };
    if before.files != after.files {
        comparer.package();
        comparer.items();
        comparer.files();
    }
    if before.shape.is_untracked() && after.shape.is_untracked() {
        // Nothing is recorded, so that nothing can be lost.
        for reason in &mut comparer.reasons {
            reason.verdict = reason.verdict.min(Verdict::SafeChangedPages);
        }
    }
    Comparison::new(before, after, comparer.reasons)
}

struct Comparer<'a> {
    before: &'a Contents,
    after: &'a Contents,
    reasons: Vec<Reason>,
    /// Launch addresses of the new package whose document is known to differ.
    touched: BTreeSet<String>,
}

impl Comparer<'_> {
    fn add(&mut self, rule: Rule, subject: Subject) {
        self.reasons.push(Reason::new(rule, subject));
    }

    /// Adds a reason if the values differ.
    fn differ<T: PartialEq>(
        &mut self,
        rule: Rule,
        subject: impl FnOnce() -> Subject,
        (before, after): (&T, &T),
        shown: impl Fn(&T) -> Option<String>,
    ) {
        if before != after {
            let reason = Reason::new(rule, subject());
            self.reasons.push(reason.changing(shown(before), shown(after)));
        }
    }

    /// What holds for the package as a whole.
    fn package(&mut self) {
        let (before, after) = (&self.before.shape, &self.after.shape);
        let subject = || self::package(self.after);
        let text = |value: &String| Some(value.clone());
        let (old, new) = (&before.tracked, &after.tracked);
        self.differ(Rule::FormatChanged, subject, (&old.format, &new.format), text);
        self.differ(Rule::ManifestIdentifierChanged, subject, (&old.manifest, &new.manifest), text);
        self.differ(
            Rule::OrganizationIdentifierChanged,
            subject,
            (&old.organization, &new.organization),
            Clone::clone,
        );
        self.differ(Rule::StateFormatChanged, subject, (&old.state, &new.state), Clone::clone);
        self.differ(
            Rule::SequencingChanged,
            subject,
            (&old.sequencing, &new.sequencing),
            structure::told,
        );
        let (old, new) = (&before.shown, &after.shown);
        self.differ(Rule::LanguageChanged, subject, (&old.language, &new.language), Clone::clone);
        self.differ(Rule::TitleChanged, subject, (&old.title, &new.title), text);
    }
}

/// The package as a subject.
fn package(contents: &Contents) -> Subject {
    Subject {
        kind: SubjectKind::Package,
        id: contents.shape.tracked.manifest.clone(),
        title: None,
        sco: None,
        component: contents.bill.as_ref().map(|bill| bill.course),
    }
}
