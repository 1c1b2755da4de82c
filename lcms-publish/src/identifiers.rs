//! Identifiers that an LMS or a learner's record sees.
//!
//! Each is a hash over component and placement ids, so it survives every edit, branch and server
//! that keeps the placements. No digest of content is ever part of one.

use lcms_core::model::{ComponentId, Digest, SlotId};
use serde::Serialize;

fn hash(inputs: &impl Serialize, digits: usize) -> String {
    let mut hex = Digest::of_document(inputs).0.hex();
    hex.truncate(digits);
    hex
}

/// The manifest, from the course and what tells its packages apart.
pub(crate) fn manifest(course: ComponentId, profile: &str) -> String {
    format!("m-{}", hash(&("lcms-manifest/1", course, profile), 32))
}

/// The organization, from the course.
pub(crate) fn organization(course: ComponentId) -> String {
    format!("o-{}", hash(&("lcms-organization/1", course), 32))
}

/// An item, from the course and the placements that lead to it.
pub(crate) fn item(course: ComponentId, chain: &[SlotId]) -> String {
    format!("i-{}", hash(&("lcms-item/1", course, chain), 32))
}

/// The resource of what every SCO of a package needs, from the identifier of its manifest.
pub(crate) fn shared_resource(manifest: &str) -> String {
    format!("r-shared-{}", manifest.trim_start_matches("m-"))
}

/// The resource of an asset, from the path of one of its files: `assets/COMPONENT/FILE NAME`.
pub(crate) fn asset_resource(path: &str) -> String {
    let folder = path.split('/').nth(1).unwrap_or_default();
    format!("r-asset-{folder}")
}

/// An objective by which SCOs of a course know of each other, from the course and the component.
pub(crate) fn goal(course: ComponentId, objective: ComponentId) -> String {
    hash(&("lcms-goal/1", course, objective), 32)
}

/// The IRI for an identifier: a UUID (version 8) of its 32 hexadecimal digits.
pub(crate) fn iri(identifier: &str) -> String {
    let digits = identifier.rsplit('-').next().unwrap_or_default();
    let value = u128::from_str_radix(digits, 16).unwrap_or_default();
    format!("urn:uuid:{}", uuid::Uuid::new_v8(value.to_be_bytes()))
}

/// A page, from the placements below its SCO.
pub(crate) fn page(chain: &[SlotId]) -> String {
    format!("p-{}", hash(&("lcms-page/1", chain), 16))
}

/// A question, from the placements below its SCO.
pub(crate) fn question(chain: &[SlotId]) -> String {
    format!("q-{}", hash(&("lcms-question/1", chain), 16))
}

/// An assessment, from the placements below its SCO.
pub(crate) fn assessment(chain: &[SlotId]) -> String {
    format!("a-{}", hash(&("lcms-assessment/1", chain), 16))
}
