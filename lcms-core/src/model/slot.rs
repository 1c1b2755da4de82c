//! Slots: whatever makes another component part of this one.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::digest::Digest;
use super::ids::{ComponentId, ReleaseId, SlotId};
use super::markup;
use super::reference::Target;
use super::sequencing::Sequencing;
use super::violation::{Violations, pointer_part};

/// How a slot holds its component.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SlotRole {
    /// A component placed in a structure.
    Placement,
    /// A question in an assessment's pool.
    Entry,
    /// An objective that the component serves.
    Objective,
    /// A variable set that a course declares.
    VariableSet,
    /// An asset or question shown inside authored text: `![[…]]`.
    Embed,
    /// Text of another component, or one block of it: `:::include …`.
    Include,
    /// The image that a profile's theme shows beside the title.
    Logo,
    /// The web package of which a component is a part.
    Package,
}

impl SlotRole {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Placement,
        Self::Entry,
        Self::Objective,
        Self::VariableSet,
        Self::Embed,
        Self::Include,
        Self::Logo,
        Self::Package,
    ];

    /// The role with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// The role's name, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Placement => "placement",
            Self::Entry => "entry",
            Self::Objective => "objective",
            Self::VariableSet => "variable_set",
            Self::Embed => "embed",
            Self::Include => "include",
            Self::Logo => "logo",
            Self::Package => "package",
        }
    }
}

/// Which version of the component a slot shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(tag = "follow", rename_all = "snake_case", deny_unknown_fields)]
pub enum LinkPolicy {
    /// The branch's head.
    #[default]
    Latest,
    /// The newest approved revision.
    Approved,
    /// A named release of a structural component, whole.
    Release {
        /// The release.
        release: ReleaseId,
    },
    /// Exactly this pair of documents.
    Pinned {
        /// Digest of the content document.
        content: Digest,
        /// Digest of the metadata document.
        metadata: Digest,
    },
}

// Derived, reading would let fields of other policies pass and lose the place of a bad one.
impl<'de> Deserialize<'de> for LinkPolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Follow {
            Latest,
            Approved,
            Release,
            Pinned,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            follow: Follow,
            release: Option<ReleaseId>,
            content: Option<Digest>,
            metadata: Option<Digest>,
        }
        let mut written = Written::deserialize(deserializer)?;
        let missing = <D::Error as serde::de::Error>::missing_field;
        let policy = match written.follow {
            Follow::Latest => Self::Latest,
            Follow::Approved => Self::Approved,
            Follow::Release => {
                Self::Release { release: written.release.take().ok_or_else(|| missing("release"))? }
            }
            Follow::Pinned => Self::Pinned {
                content: written.content.take().ok_or_else(|| missing("content"))?,
                metadata: written.metadata.take().ok_or_else(|| missing("metadata"))?,
            },
        };
        let left_over = [
            ("release", written.release.is_some()),
            ("content", written.content.is_some()),
            ("metadata", written.metadata.is_some()),
        ];
        match left_over.into_iter().find(|(_, is_there)| *is_there) {
            Some((field, _)) => Err(serde::de::Error::unknown_field(field, &["follow"])),
            None => Ok(policy),
        }
    }
}

impl LinkPolicy {
    fn is_latest(&self) -> bool {
        *self == Self::Latest
    }
}

/// Fields of the placed component that this placement replaces.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// Title shown here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Summary shown here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Weight of a question's or assessment's score here; 0 means practice. At least 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// Attempts allowed here. At least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// Pass mark here, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_mark: Option<f64>,
    /// Replacement Markdown for blocks of its text, by block id; the id of a heading names its
    /// section, and an empty text removes the block.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub blocks: BTreeMap<String, String>,
}

impl Overrides {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn check(&self, pointer: &str, violations: &mut Violations) {
        if let Some(weight) = self.weight {
            violations.require(
                weight >= 0.0 && weight.is_finite(),
                format!("{pointer}/weight"),
                "range",
                "weight must be 0 or more",
            );
        }
        if let Some(mark) = self.pass_mark {
            violations.require(
                (0.0..=1.0).contains(&mark),
                format!("{pointer}/pass_mark"),
                "range",
                "pass_mark must be between 0 and 1",
            );
        }
        violations.require(
            self.attempts != Some(0),
            format!("{pointer}/attempts"),
            "range",
            "attempts must be at least 1; leave it out for no limit",
        );
        if let Some(title) = &self.title {
            violations.require(
                !title.trim().is_empty(),
                format!("{pointer}/title"),
                "required",
                "a title that is overridden must not be empty",
            );
        }
        for id in self.blocks.keys() {
            violations.require(
                markup::is_block_id(id),
                format!("{pointer}/blocks/{}", pointer_part(id)),
                "block_id",
                format!("`{id}` is not a block id; name a block as its text does in `{{#id}}`"),
            );
        }
    }
}

/// Values a profile must match for the slot to be published: every name must match one of its values.
pub type Conditions = BTreeMap<String, Vec<String>>;

/// One use of a component inside another, as a structure's document writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// Stable id of this use. When it is left out, a save keeps the id of the same use in the
    /// revision before, or makes one.
    #[serde(default = "SlotId::unset")]
    #[schema(required = false)]
    pub id: SlotId,
    /// The component placed.
    pub component: Target,
    /// Which version is shown; `latest` when left out.
    #[serde(default, skip_serializing_if = "LinkPolicy::is_latest")]
    pub policy: LinkPolicy,
    /// Fields replaced here.
    #[serde(default, skip_serializing_if = "Overrides::is_empty")]
    pub overrides: Overrides,
    /// Conditions under which it is published; always when empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    pub when: Conditions,
    /// How learners come to it and what it counts for; in courses and modules only.
    #[serde(default, skip_serializing_if = "Sequencing::is_empty")]
    pub sequencing: Sequencing,
}

impl Placement {
    /// A placement that follows the latest version, with a new id.
    #[must_use]
    pub fn of(component: impl Into<Target>) -> Self {
        Self {
            id: SlotId::new(),
            component: component.into(),
            policy: LinkPolicy::Latest,
            overrides: Overrides::default(),
            when: Conditions::new(),
            sequencing: Sequencing::default(),
        }
    }

    /// Checks the fields that are this placement's own.
    pub fn check(&self, pointer: &str, violations: &mut Violations) {
        self.overrides.check(&format!("{pointer}/overrides"), violations);
        for (name, values) in &self.when {
            violations.require(
                !name.is_empty() && !values.is_empty() && values.iter().all(|v| !v.is_empty()),
                format!("{pointer}/when/{name}"),
                "condition",
                "a condition needs a name and at least one value",
            );
        }
    }

    /// This placement as a slot; `None` while its component is still a key.
    #[must_use]
    pub fn slot(&self, role: SlotRole) -> Option<Slot> {
        Some(Slot {
            id: self.id,
            role,
            component: self.component.id()?,
            policy: self.policy.clone(),
            overrides: self.overrides.clone(),
            conditions: self.when.clone(),
        })
    }
}

/// A slot of a stored document, whatever wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// Stable id.
    pub id: SlotId,
    /// How the component is held.
    pub role: SlotRole,
    /// The component held.
    pub component: ComponentId,
    /// Which version of it.
    pub policy: LinkPolicy,
    /// Fields replaced here.
    pub overrides: Overrides,
    /// When it is published.
    pub conditions: Conditions,
}

impl Slot {
    /// The slot that a reference inside authored text makes. Its id derives from what it points
    /// at and how many equal references stand before it, so editing around it keeps the id.
    #[must_use]
    pub fn in_text(role: SlotRole, component: ComponentId, ordinal: usize) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"lcms-text-slot/1\0");
        hash.update(role.as_str().as_bytes());
        hash.update(component.0.as_bytes());
        hash.update((ordinal as u64).to_be_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let mut raw = [0; 16];
        raw.copy_from_slice(&digest[..16]);
        Self {
            id: SlotId(Uuid::new_v8(raw)),
            role,
            component,
            policy: LinkPolicy::Latest,
            overrides: Overrides::default(),
            conditions: Conditions::new(),
        }
    }
}
