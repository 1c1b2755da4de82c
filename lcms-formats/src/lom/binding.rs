//! The two XML bindings of LOM, as the few things in which they differ.
//!
//! IMS Meta-Data 1.2.1 is the same model two years before IEEE 1484.12.3: element names in lower
//! case, `langstring` with `xml:lang`, vocabulary values and catalogue entries as language strings
//! without a language (`x-none`), and a fixed order of elements, which both are written in.

use std::borrow::Cow;

use crate::xml::{Node, XML_NAMESPACE};

/// The largest size in bytes that IMS Meta-Data's `xsd:int` holds.
pub(crate) const LARGEST_IMSMD_SIZE: u64 = i32::MAX as u64;

/// An XML form of LOM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// IMS Meta-Data 1.2.1, prefix `imsmd`.
    Imsmd,
    /// IEEE 1484.12.3, prefix `lom`.
    Ieee,
}

impl Binding {
    /// The namespace to bind [`Self::prefix`] to.
    pub(crate) const fn namespace(self) -> &'static str {
        match self {
            Self::Imsmd => "http://www.imsglobal.org/xsd/imsmd_rootv1p2p1",
            Self::Ieee => "http://ltsc.ieee.org/xsd/LOM",
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Imsmd => "imsmd",
            Self::Ieee => "lom",
        }
    }

    /// The binding an element belongs to, under any of the namespaces tools write.
    pub(crate) fn of(node: &Node) -> Option<Self> {
        match node.namespace.as_str() {
            "http://ltsc.ieee.org/xsd/LOM" => Some(Self::Ieee),
            "http://www.imsglobal.org/xsd/imsmd_rootv1p2p1"
            | "http://www.imsglobal.org/xsd/imsmd_v1p2"
            | "http://www.imsproject.org/xsd/imsmd_rootv1p2" => Some(Self::Imsmd),
            _ => None,
        }
    }

    /// The prefixed name of an element, given by its IEEE name.
    pub(super) fn tag(self, ieee_name: &str) -> String {
        let name = match (self, ieee_name) {
            (Self::Ieee, name) => Cow::from(name),
            (Self::Imsmd, "identifier") => Cow::from("catalogentry"),
            (Self::Imsmd, "metadataSchema") => Cow::from("metadatascheme"),
            (Self::Imsmd, name) => Cow::from(name.to_ascii_lowercase()),
        };
        format!("{}:{name}", self.prefix())
    }

    /// The schemas a record claims to follow (3.3), as the content aggregation models ask
    /// (SCORM 1.2 section 2.2.3, SCORM 2004 CAM section 4.2.3).
    pub(super) const fn schemas(self) -> &'static [&'static str] {
        match self {
            Self::Imsmd => &["ADL SCORM 1.2"],
            Self::Ieee => &["LOMv1.0", "ADLv1.0"],
        }
    }

    /// The element that holds one translation of a text.
    pub(super) const fn translation_element(self) -> &'static str {
        match self {
            Self::Imsmd => "langstring",
            Self::Ieee => "string",
        }
    }

    /// The attribute that names a translation's language: as written, namespace, local name.
    pub(super) const fn language_attribute(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Imsmd => ("xml:lang", XML_NAMESPACE, "lang"),
            Self::Ieee => ("language", "", "language"),
        }
    }

    /// The element that holds the value of a duration.
    pub(super) const fn duration_element(self) -> &'static str {
        match self {
            Self::Imsmd => "datetime",
            Self::Ieee => "duration",
        }
    }
}
