//! The bill of content: which component, at which digest, every file of a package came from.

use std::collections::{BTreeMap, BTreeSet};

use lcms_core::model::{ComponentId, Digest, canonical_json};
use serde::Serialize;

use crate::PUBLISHER_VERSION;
use crate::plan::Plan;

/// Where the bill stands in a package.
pub(crate) const BILL_PATH: &str = "bill-of-content.json";

#[derive(Debug, Serialize)]
struct Bill<'a> {
    version: u32,
    publisher: &'static str,
    format: &'static str,
    profile: Digest,
    conditions: &'a BTreeMap<String, BTreeSet<String>>,
    variables: &'a BTreeMap<String, String>,
    course: ComponentId,
    release: Digest,
    components: Vec<BilledComponent>,
    questions: BTreeMap<String, ComponentId>,
    files: BTreeMap<&'a str, BilledFile>,
}

/// A component version that the package was made from.
#[derive(Debug, Serialize)]
struct BilledComponent {
    component: ComponentId,
    content: Digest,
    metadata: Digest,
}

/// A file of the package.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct BilledFile {
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) component: Option<ComponentId>,
}

/// Writes the bill. It lists every file but itself, and maps question ids, which LMSs report, to
/// components.
pub(crate) fn write(
    plan: &Plan<'_>,
    questions: BTreeMap<String, ComponentId>,
    files: BTreeMap<&str, BilledFile>,
) -> Vec<u8> {
    let mut components: Vec<_> = plan
        .used
        .iter()
        .map(|&index| plan.node(index))
        .map(|node| BilledComponent {
            component: node.component,
            content: node.content_digest,
            metadata: node.metadata_digest,
        })
        .collect();
    components.sort_by_key(|billed| (billed.component, billed.content, billed.metadata));
    canonical_json(&Bill {
        version: 1,
        publisher: PUBLISHER_VERSION,
        format: plan.profile.format.as_str(),
        profile: plan.profile.digest(),
        conditions: &plan.profile.conditions,
        variables: &plan.profile.variables,
        course: plan.root().component,
        release: plan.release.release.digest,
        components,
        questions,
        files,
    })
}
