//! Why a release cannot be published.

use lcms_core::model::ComponentId;

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
