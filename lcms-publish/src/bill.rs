//! The bill of content: which component, at which digest, every file of a package came from.

use std::collections::{BTreeMap, BTreeSet};

use lcms_core::model::{ComponentId, Digest, canonical_json};
use lcms_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::PUBLISHER_VERSION;
use crate::plan::Plan;
use crate::profile::{Format, Named, Profile, Settings, is_default};

/// Where the bill stands in a package.
pub const BILL_PATH: &str = "bill-of-content.json";

/// Version of the document.
const VERSION: u32 = 1;

/// What a package was made from, and every file of it but this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bill {
    version: u32,
    /// The publisher version that made it.
    pub publisher: String,
    /// The format.
    pub format: String,
    /// Digest of everything that the profile decided.
    pub profile: Digest,
    /// What conditions were matched against.
    pub conditions: BTreeMap<String, BTreeSet<String>>,
    /// Values of variables that the profile gave.
    pub variables: BTreeMap<String, String>,
    /// What the profile decided beside format, conditions and variables.
    #[serde(default, skip_serializing_if = "is_default")]
    pub settings: Settings,
    /// The component that the profile is; `None` when it was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<Named>,
    /// Rules of the gate that were waived, each with the components that it would have refused.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub waived: BTreeMap<String, BTreeSet<ComponentId>>,
    /// The component that was published.
    pub course: ComponentId,
    /// Digest of the release.
    pub release: Digest,
    /// Digest of what an LMS tracks; see [`crate::shape`].
    pub shape: Digest,
    /// Every component version that is in the package.
    pub components: Vec<BilledComponent>,
    /// Which component each question id stands for that an LMS can report.
    pub questions: BTreeMap<String, ComponentId>,
    /// Every file but the bill, by path.
    pub files: BTreeMap<String, BilledFile>,
}

/// A component version that the package was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BilledComponent {
    /// The component.
    pub component: ComponentId,
    /// Digest of its content document.
    pub content: Digest,
    /// Digest of its metadata document.
    pub metadata: Digest,
}

/// A file of the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BilledFile {
    /// Digest of its bytes.
    pub digest: Digest,
    /// How many they are.
    pub size: u64,
    /// The component it was made from; files that serve the whole package have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<ComponentId>,
}

impl Bill {
    /// The bill of a plan. `questions` maps question ids, which LMSs report, to components.
    pub(crate) fn new(
        plan: &Plan<'_>,
        shape: Digest,
        questions: BTreeMap<String, ComponentId>,
        files: BTreeMap<String, BilledFile>,
        waived: BTreeMap<String, BTreeSet<ComponentId>>,
    ) -> Self {
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
        let logo = plan.profile.settings.logo.as_ref();
        components.extend(logo.map(|logo| BilledComponent {
            component: logo.component,
            content: logo.content,
            metadata: logo.metadata,
        }));
        components.sort();
        components.dedup();
        Self {
            version: VERSION,
            publisher: PUBLISHER_VERSION.to_owned(),
            format: plan.profile.format.as_str().to_owned(),
            profile: plan.profile.digest(),
            conditions: plan.profile.conditions.clone(),
            variables: plan.profile.variables.clone(),
            settings: plan.profile.settings.clone(),
            named: plan.profile.named,
            waived,
            course: plan.root().component,
            release: plan.release.release.digest,
            shape,
            components,
            questions,
            files,
        }
    }

    /// How the package was published.
    ///
    /// # Errors
    /// When the format is none that is published here.
    pub fn profile(&self) -> Result<Profile> {
        let parsed = self.format.parse::<Format>();
        let format = parsed.map_err(|error| Error::invalid(error.to_string()))?;
        let (conditions, variables) = (self.conditions.clone(), self.variables.clone());
        let (settings, named) = (self.settings.clone(), self.named);
        Ok(Profile { format, conditions, variables, settings, named, label: None })
    }

    /// The component versions that are not of the release: the profile's own.
    #[must_use]
    pub fn of_profile(&self, billed: &BilledComponent) -> bool {
        self.settings.logo.as_ref().is_some_and(|logo| logo.content == billed.content)
    }

    /// The document that stands in the package.
    pub(crate) fn write(&self) -> Vec<u8> {
        canonical_json(self)
    }

    /// Reads the document of a package; `None` when it is of no version that is known here.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(|bill: &Self| bill.version == VERSION)
    }
}
