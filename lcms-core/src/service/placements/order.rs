//! What can be asked of the placements of a structure.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::policy::PolicyChoice;
use crate::model::{
    Conditions, Key, Kind, Order, OverrideName, Overrides, Position, RevisionId, Sequencing,
    SlotId, Target,
};

/// One change of what a structure holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum PlacementEdit {
    /// Places a component.
    Add(Box<AddPlacement>),
    /// Puts a placement elsewhere in the same structure; its slot id stays.
    Move {
        /// The placement.
        slot: SlotId,
        /// The list to put it in; the one it stands in when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
        /// Where in the list.
        position: Position,
    },
    /// Takes a placement out.
    Remove {
        /// The placement.
        slot: SlotId,
    },
    /// Lets a placement follow another version.
    Follow {
        /// The placement.
        slot: SlotId,
        /// Which version it shows from now on.
        policy: PolicyChoice,
    },
    /// Replaces a field of the placed component here.
    Override {
        /// The placement.
        slot: SlotId,
        /// The field.
        name: OverrideName,
        /// What stands there instead.
        value: Value,
    },
    /// Shows a field as the component has it again.
    Reset {
        /// The placement.
        slot: SlotId,
        /// The field; every field when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<OverrideName>,
    },
    /// Sets when a placement is published.
    Conditions {
        /// The placement.
        slot: SlotId,
        /// The conditions; always when empty.
        #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
        when: Conditions,
    },
    /// Says how learners come to a placement of a course or module, and what it counts for.
    Sequence {
        /// The placement.
        slot: SlotId,
        /// All that is said of it from now on; nothing is when empty.
        sequencing: Sequencing,
    },
    /// Says in which order learners go through a course or module.
    Order {
        /// The order.
        order: Order,
    },
}

/// A component to be placed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPlacement {
    /// The component.
    pub component: Target,
    /// The list: `placements`, `objectives`, `variable_sets` or `sections/ID`; the first that the
    /// document has when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Where in the list; at its end when left out.
    #[serde(default)]
    pub position: Position,
    /// Which version is shown; the latest when left out.
    #[serde(default)]
    pub policy: PolicyChoice,
    /// Fields replaced here.
    #[serde(default)]
    pub overrides: Overrides,
    /// Conditions under which it is published; always when empty.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    pub when: Conditions,
    /// The slot's id, when it comes from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<SlotId>,
}

/// A component to be written inside a structure: local to it until it is promoted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteInside {
    /// What it is.
    pub kind: Kind,
    /// Its key; made from the title when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// The content document.
    #[schema(value_type = Object)]
    pub content: Value,
    /// The metadata document.
    #[serde(default = "super::super::save::empty")]
    #[schema(value_type = Object)]
    pub metadata: Value,
    /// The list to place it in; the first that the document has when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Where in the list; at its end when left out.
    #[serde(default)]
    pub position: Position,
}

/// Where a placement is moved to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveTo {
    /// The structure that holds it from now on.
    pub parent: Target,
    /// That structure's revision which the change is based on.
    pub base: RevisionId,
    /// The list; the first that the document has when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Where in the list; at its end when left out.
    #[serde(default)]
    pub position: Position,
}
