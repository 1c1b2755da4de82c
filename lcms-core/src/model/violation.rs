//! Why a document was refused.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

/// One name of a JSON pointer (RFC 6901, section 3).
pub(in crate::model) fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// One broken rule at one place of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Violation {
    /// JSON pointer (RFC 6901) to the value, `""` for the whole document.
    pub pointer: String,
    /// The rule's stable name, such as `required` or `one_correct_choice`.
    pub rule: String,
    /// What is wrong and what to do, for people.
    pub message: String,
    /// Line in the text at `pointer` (1-based), where the rule is about authored text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column in that line (1-based, in characters).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl Violation {
    /// A broken rule at `pointer`.
    pub fn new(pointer: impl Into<String>, rule: &str, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            rule: rule.to_owned(),
            message: message.into(),
            line: None,
            column: None,
        }
    }

    /// The same, inside authored text.
    #[must_use]
    pub fn at(mut self, line: usize, column: usize) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "document" } else { &self.pointer };
        write!(f, "{place}")?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, " line {line}, column {column}")?;
        }
        write!(f, ": {} ({})", self.message, self.rule)
    }
}

/// Collects the violations of one document, so that all are reported at once.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Records a broken rule.
    pub fn add(&mut self, pointer: impl Into<String>, rule: &str, message: impl Into<String>) {
        self.0.push(Violation::new(pointer, rule, message));
    }

    /// Records a broken rule unless `holds`.
    pub fn require(
        &mut self,
        holds: bool,
        pointer: impl Into<String>,
        rule: &str,
        message: impl Into<String>,
    ) {
        if !holds {
            self.add(pointer, rule, message);
        }
    }

    /// Records a finished violation.
    pub fn push(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    /// All violations found, in document order of discovery.
    #[must_use]
    pub fn into_vec(self) -> Vec<Violation> {
        self.0
    }
}
