//! What the gate found, as people read it: components by the keys they know them by.

use std::collections::{BTreeMap, BTreeSet};

use lcms_core::model::{ComponentId, Digest, Target, Violation};
use lcms_core::service::Session;
use lcms_core::{Error, ErrorKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::check::Rule;
use crate::fault::Fault;

/// What the gate says of a release and a profile.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GateReport {
    /// Whether a package can be made.
    pub passes: bool,
    /// Digest of the release.
    pub release: Digest,
    /// Everything that a rule has to say, in the order of the course.
    pub findings: Vec<Finding>,
    /// What whoever publishes should know, though nothing is wrong.
    pub notices: Vec<String>,
}

/// One rule that is not kept, at one place.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Finding {
    /// The rule's stable name.
    pub rule: String,
    /// The component.
    pub component: ComponentId,
    /// `library/key` of the component, or its id where that may not be read.
    pub name: String,
    /// Its title.
    pub title: String,
    /// JSON pointer into its content document; `/metadata/…` into its metadata document.
    pub pointer: String,
    /// Line in the text there, 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column in that line, 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
    /// Whether the rule may be waived by name.
    pub waivable: bool,
    /// Whether it was.
    pub waived: bool,
}

/// Everything that was found, what is refused first.
pub(crate) async fn report(
    session: &Session,
    release: Digest,
    refused: Vec<Fault>,
    waived: Vec<Fault>,
    notices: Vec<String>,
) -> GateReport {
    let passes = refused.is_empty();
    let mut names = Names::default();
    let mut findings = Vec::with_capacity(refused.len() + waived.len());
    for (faults, waived) in [(refused, false), (waived, true)] {
        for fault in faults {
            findings.push(names.finding(session, fault, waived).await);
        }
    }
    GateReport { passes, release, findings, notices }
}

/// The refusal with every reason.
pub(crate) async fn refusal(session: &Session, key: &str, what: &str, faults: Vec<Fault>) -> Error {
    let mut names = Names::default();
    let mut violations = Vec::with_capacity(faults.len());
    let mut waivable = BTreeSet::new();
    for fault in faults {
        let found = names.finding(session, fault, false).await;
        if found.waivable {
            waivable.insert(found.rule.clone());
        }
        let message = format!("“{}”: {}", found.title, found.message);
        let pointer = format!("{}{}", found.name, found.pointer);
        let violation = Violation::new(pointer, &found.rule, message);
        violations.push(match found.line.zip(found.column) {
            Some((line, column)) => violation.at(line, column),
            None => violation,
        });
    }
    let mut hint = "change the components named, make a new release and publish that".to_owned();
    if !waivable.is_empty() {
        let rules: Vec<_> = waivable.into_iter().collect();
        hint.push_str("; or publish all the same and have it on record, by waiving ");
        hint.push_str(&rules.join(", "));
    }
    Error::new(ErrorKind::NotPublishable, format!("`{key}` cannot be {what}"))
        .with_violations(violations)
        .hint(hint)
}

/// Keys by which people know components, each asked for once.
#[derive(Default)]
struct Names(BTreeMap<ComponentId, String>);

impl Names {
    async fn finding(&mut self, session: &Session, fault: Fault, waived: bool) -> Finding {
        let mut message = fault.message;
        if let Some(other) = fault.about {
            message.push_str(&format!(" (`{}`)", self.of(session, other).await));
        }
        Finding {
            rule: fault.rule.to_owned(),
            component: fault.component,
            name: self.of(session, fault.component).await,
            title: fault.title,
            pointer: fault.pointer,
            line: fault.place.map(|place| place.0),
            column: fault.place.map(|place| place.1),
            message,
            waivable: Rule::named(fault.rule).is_some_and(|rule| rule.waivable),
            waived,
        }
    }

    async fn of(&mut self, session: &Session, component: ComponentId) -> String {
        if let Some(name) = self.0.get(&component) {
            return name.clone();
        }
        let found = session.name(&Target::Id(component)).await;
        let name = found.unwrap_or_else(|_| component.to_string());
        self.0.insert(component, name.clone());
        name
    }
}
