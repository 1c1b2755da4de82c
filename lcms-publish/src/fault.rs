//! Why a release cannot be published.

use std::collections::HashSet;

use lcms_core::model::ComponentId;
use lcms_core::service::FrozenNode;

/// One reason, at one place of one component.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// The component at fault.
    pub component: ComponentId,
    /// Its title, for people.
    pub title: String,
    /// JSON pointer into its content document, empty for the whole.
    pub pointer: String,
    /// The rule's stable name.
    pub rule: &'static str,
    /// What is wrong and what to do.
    pub message: String,
    /// Line and column in the text at `pointer`, 1-based.
    pub place: Option<(usize, usize)>,
    /// Another component that the message speaks of.
    pub about: Option<ComponentId>,
}

impl Fault {
    /// A reason at `pointer` of a component's content document.
    pub(crate) fn new(
        node: &FrozenNode,
        pointer: &str,
        rule: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            component: node.component,
            title: node.content.title().to_owned(),
            pointer: pointer.to_owned(),
            rule,
            message: message.into(),
            place: None,
            about: None,
        }
    }

    /// The same, at a line and column of the text there.
    pub(crate) fn at(mut self, line: usize, column: usize) -> Self {
        self.place = Some((line, column));
        self
    }

    /// The same, about another component as well.
    pub(crate) fn about(mut self, component: ComponentId) -> Self {
        self.about = Some(component);
        self
    }
}

/// Faults in the order in which they were found, each once: a component that is placed twice is
/// wrong once.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    found: Vec<Fault>,
    seen: HashSet<Fault>,
}

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault) {
        if self.seen.insert(fault.clone()) {
            self.found.push(fault);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<Fault> {
        self.found
    }
}

impl Extend<Fault> for Faults {
    fn extend<I: IntoIterator<Item = Fault>>(&mut self, faults: I) {
        faults.into_iter().for_each(|fault| self.push(fault));
    }
}
