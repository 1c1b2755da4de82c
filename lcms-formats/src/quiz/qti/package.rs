//! A package of items and tests: the resources of its manifest.

use super::ReadError;
use crate::manifest::Href;
use crate::xml::{self, XmlLimits};

/// What a package holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Its items, in the order of the manifest.
    pub items: Vec<ItemFile>,
    /// Paths of its tests.
    pub tests: Vec<String>,
}

/// An item of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemFile {
    /// What tells it apart in the package.
    pub id: String,
    /// Its path.
    pub path: String,
}

/// Reads the manifest of a package; `None` when it holds neither items nor tests.
///
/// # Errors
/// When the bytes are not well-formed XML within the limits.
pub fn read_package(bytes: &[u8], limits: &XmlLimits) -> Result<Option<Package>, ReadError> {
    let (root, _) = xml::read(bytes, limits)?;
    let mut package = Package::default();
    let Some(resources) = root.child("resources") else { return Ok(None) };
    for resource in resources.children_named("resource") {
        let kind = resource.attribute("", "type").unwrap_or_default();
        let Some(href) = resource.attribute("", "href") else { continue };
        let Href::Local { path, .. } = Href::from_reference(href) else { continue };
        let id = resource.attribute("", "identifier").unwrap_or_default().to_owned();
        if kind.starts_with("imsqti_item") {
            package.items.push(ItemFile { id, path });
        } else if kind.starts_with("imsqti_test") || kind.starts_with("imsqti_assessment_xmlv2") {
            package.tests.push(path);
        }
    }
    let is_empty = package.items.is_empty() && package.tests.is_empty();
    Ok((!is_empty).then_some(package))
}
