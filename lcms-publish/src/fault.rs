//! Why a release cannot be published.

use lcms_core::model::ComponentId;
use lcms_core::service::FrozenNode;

/// One reason, at one place of one component.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        }
    }

    /// The same, at a line and column of the text there.
    pub(crate) fn at(mut self, line: usize, column: usize) -> Self {
        self.place = Some((line, column));
        self
    }
}
