//! What a comparison answers.

use std::fmt;

use lcms_core::model::{ComponentId, Digest};
use serde::Serialize;
use utoipa::ToSchema;

use super::contents::Contents;
use super::rule::{Rule, Verdict, WHAT_THE_LMS_DECIDES};
use crate::inspect::describes;

/// What replacing one package by another asks for, with every reason.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Comparison {
    /// The strongest verdict of all reasons.
    pub verdict: Verdict,
    /// The verdict in words.
    pub verdict_words: &'static str,
    /// Whether both hold the same files, byte for byte; then there are no reasons.
    pub same: bool,
    /// Whether the manifests are equal, byte for byte.
    pub manifest_same: bool,
    /// The package that is there.
    pub before: Side,
    /// The package that would take its place.
    pub after: Side,
    /// Everything that differs, what asks for most first.
    pub reasons: Vec<Reason>,
    /// What was not taken into account, because it is not known.
    pub unknown: Vec<String>,
    /// What the LMS decides by itself, whatever the package says.
    pub lms_decides: Vec<&'static str>,
}

/// One of the two packages.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Side {
    /// Title of the course.
    pub title: String,
    /// The standard.
    pub format: String,
    /// Identifier of the manifest.
    pub manifest: String,
    /// Digest over what an LMS tracks.
    pub shape: Digest,
    /// Digest of the release it was made of, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<Digest>,
    /// What made it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Whether pages, questions and saved states are known, or the manifest alone.
    pub known_inside: bool,
}

impl Side {
    fn of(contents: &Contents) -> Self {
        let Contents { shape, bill, .. } = contents;
        Self {
            title: shape.shown.title.clone(),
            format: shape.tracked.format.clone(),
            manifest: shape.tracked.manifest.clone(),
            shape: shape.digest(),
            release: bill.as_ref().map(|bill| bill.release),
            publisher: bill.as_ref().map(|bill| bill.publisher.clone()),
            known_inside: shape.is_known(),
        }
    }
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reason {
    /// The rule; its name never changes.
    #[schema(value_type = String)]
    pub rule: Rule,
    /// What the rule asks for.
    pub verdict: Verdict,
    /// What it is about.
    pub subject: Subject,
    /// What was, where a value changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What is, where a value changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// All of this as a sentence.
    pub text: String,
    /// Why the rule asks for that.
    pub why: &'static str,
}

impl Reason {
    pub(super) fn new(rule: Rule, subject: Subject) -> Self {
        let text = format!("{subject}: {}", rule.change());
        let (verdict, why) = (rule.verdict(), rule.why());
        Self { rule, verdict, subject, before: None, after: None, text, why }
    }

    /// The same reason with what was and what is.
    pub(super) fn changing(mut self, before: Option<String>, after: Option<String>) -> Self {
        if before.is_some() || after.is_some() {
            let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
            self.text.push_str(&format!(" ({} → {})", shown(&before), shown(&after)));
        }
        (self.before, self.after) = (before, after);
        self
    }
}

/// What a reason is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReasonSubject)]
pub struct Subject {
    /// The kind of thing.
    pub kind: SubjectKind,
    /// Its identifier in the package: of an item, page, question, assessment or objective; the
    /// path of a file; of the manifest for the package as a whole.
    pub id: String,
    /// Its title, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Title of the SCO it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sco: Option<String>,
    /// The component behind it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<ComponentId>,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.words())?;
        match &self.title {
            Some(title) => write!(f, " “{title}”")?,
            None if self.kind == SubjectKind::Package => {}
            None => write!(f, " {}", self.id)?,
        }
        match &self.sco {
            Some(sco) => write!(f, " in “{sco}”"),
            None => Ok(()),
        }
    }
}

/// The kinds of things that reasons are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// The package as a whole.
    Package,
    /// An item that launches something.
    Sco,
    /// An item over others.
    Heading,
    /// A page of a SCO.
    Page,
    /// A question of a SCO.
    Question,
    /// An assessment of a SCO.
    Assessment,
    /// An objective that the LMS keeps.
    Objective,
    /// A file.
    File,
    /// A component whose metadata differs.
    Component,
}

impl SubjectKind {
    fn words(self) -> &'static str {
        match self {
            Self::Package => "the package",
            Self::Sco => "SCO",
            Self::Heading => "heading",
            Self::Page => "page",
            Self::Question => "question",
            Self::Assessment => "assessment",
            Self::Objective => "objective",
            Self::File => "file",
            Self::Component => "component",
        }
    }
}

impl Comparison {
    pub(super) fn new(before: &Contents, after: &Contents, mut reasons: Vec<Reason>) -> Self {
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.verdict));
        let verdict = reasons.first().map_or(Verdict::SafeInPlace, |reason| reason.verdict);
        let told = |which: &str, contents: &Contents| -> Vec<String> {
            contents.unread.iter().map(|what| format!("{which}: {what}")).collect()
        };
        let mut unknown = told("before", before);
        unknown.extend(told("after", after));
        Self {
            verdict,
            verdict_words: verdict.words(),
            same: before.files == after.files,
            manifest_same: describing(before) == describing(after),
            before: Side::of(before),
            after: Side::of(after),
            reasons,
            unknown,
            lms_decides: WHAT_THE_LMS_DECIDES.to_vec(),
        }
    }
}

/// Digests of what describes a package to an LMS.
fn describing(contents: &Contents) -> Vec<(&String, &Digest)> {
    contents.files.iter().filter(|(path, _)| describes(path)).collect()
}
