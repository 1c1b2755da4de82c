//! The namespaces of the two standards, and how a reader tells them apart.

use crate::xml::Node;

pub(super) const XSI: &str = super::notes::XSI_NAMESPACE;

/// The vocabularies a manifest mixes. A namespace means the same in both standards, so reading
/// needs no other distinction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vocabulary {
    /// IMS Content Packaging: the manifest itself.
    ContentPackaging,
    /// ADL's extensions to it.
    AdlPackaging,
    /// ADL's extensions to sequencing.
    AdlSequencing,
    /// ADL's navigation controls.
    AdlNavigation,
    /// IMS Simple Sequencing.
    SimpleSequencing,
    /// Any other, metadata among them.
    Other,
}

pub(super) fn vocabulary(node: &Node) -> Vocabulary {
    use super::{scorm12, scorm2004};
    match node.namespace.as_str() {
        scorm12::CONTENT_PACKAGING | scorm2004::CONTENT_PACKAGING => Vocabulary::ContentPackaging,
        scorm12::ADL_PACKAGING | scorm2004::ADL_PACKAGING => Vocabulary::AdlPackaging,
        scorm2004::ADL_SEQUENCING => Vocabulary::AdlSequencing,
        scorm2004::ADL_NAVIGATION => Vocabulary::AdlNavigation,
        scorm2004::SIMPLE_SEQUENCING => Vocabulary::SimpleSequencing,
        _ => Vocabulary::Other,
    }
}
