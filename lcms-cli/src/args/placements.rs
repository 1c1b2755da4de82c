//! What structures hold.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lcms_core::model::{
    Gate, GateStatus, Key, Kind, Order, OverrideName, ReleaseId, RevisionId, SlotId, Target,
};

use super::Named;

#[derive(Debug, Subcommand)]
pub(crate) enum Placement {
    /// List what a structure holds, with slot ids.
    List(Named),
    /// Place a component in a structure; prints the slot.
    Add {
        #[command(flatten)]
        structure: Structure,
        /// The component to be placed: `library/key` or an id.
        component: Target,
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        link: Link,
    },
    /// Write a new component inside a structure: local to it until it is promoted.
    Write {
        #[command(flatten)]
        structure: Structure,
        /// What it is.
        #[arg(long)]
        kind: Kind,
        /// Its key; made from the title when left out.
        #[arg(long)]
        key: Option<Key>,
        /// File with the content document (JSON), `-` for standard input.
        #[arg(long)]
        content: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Move a placement, within its structure or into another; its slot id stays.
    Move {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        /// The structure to move it into: `library/key` or an id.
        #[arg(long)]
        to: Option<Target>,
        #[command(flatten)]
        place: Place,
    },
    /// Take a placement out.
    Remove {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
    },
    /// Let a placement follow another version.
    Follow {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        #[command(flatten)]
        link: Link,
    },
    /// Replace a field of the placed component here.
    Override {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        /// title, summary, weight, attempts, pass_mark, or block:ID for one block of text.
        name: OverrideName,
        /// What stands there instead.
        value: String,
    },
    /// Show a field as the component has it again; every field when none is named.
    Reset {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        /// The field.
        name: Option<OverrideName>,
    },
    /// Set when a placement is published; always when nothing is given.
    When {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        /// `name=value,value` (may be repeated): each name must match one of its values.
        #[arg(value_parser = condition)]
        conditions: Vec<(String, Vec<String>)>,
    },
    /// Say how learners come to a placement of a course or module; nothing when nothing is given.
    Sequence {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        /// It opens when this earlier slot is completed, or with `:passed` when it, or an objective's slot, is
        /// passed (may be repeated).
        #[arg(long, value_name = "SLOT[:passed]", value_parser = gate)]
        requires: Vec<Gate>,
        /// Learners pass it by when all of these are met (may be repeated).
        #[arg(long, value_name = "SLOT[:passed]", value_parser = gate)]
        skip_when: Vec<Gate>,
        /// How often a learner may begin it.
        #[arg(long, value_name = "TIMES")]
        attempts: Option<u32>,
        /// The whole is completed without it.
        #[arg(long)]
        not_completion: bool,
        /// The whole is passed without it.
        #[arg(long)]
        not_success: bool,
        /// The weight of its score among the others; 0 leaves it out.
        #[arg(long, default_value_t = 1.0)]
        weight: f64,
    },
    /// Say in which order learners go through a course or module.
    Order {
        #[command(flatten)]
        structure: Structure,
        /// `free`, or `linear`: each opens when the one before is completed.
        #[arg(value_parser = order)]
        order: Order,
    },
    /// Put a copy in place of the component, which the slot then holds instead.
    Detach {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        /// Key of the copy; made from the component's when left out.
        #[arg(long)]
        key: Option<Key>,
    },
}

/// The structure whose placements are changed.
#[derive(Debug, Args)]
pub(crate) struct Structure {
    /// `library/key` or an id of the structure.
    #[arg(value_name = "STRUCTURE")]
    pub(crate) parent: Target,
    /// The structure's revision the change is based on; its present head when left out.
    #[arg(long)]
    pub(crate) base: Option<RevisionId>,
    /// Why, for the history.
    #[arg(long, short, default_value = "")]
    pub(crate) message: String,
}

/// A place in a structure; the end of its first list when nothing is given.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The list: placements, objectives, variable_sets or sections/ID.
    #[arg(long)]
    pub(crate) list: Option<String>,
    /// Before all others.
    #[arg(long, group = "place")]
    pub(crate) first: bool,
    /// Just before this slot.
    #[arg(long, group = "place", value_name = "SLOT")]
    pub(crate) before: Option<SlotId>,
    /// Just after this slot.
    #[arg(long, group = "place", value_name = "SLOT")]
    pub(crate) after: Option<SlotId>,
}

/// Which version a placement shows; the latest when nothing is given.
#[derive(Debug, Args)]
pub(crate) struct Link {
    /// The latest version.
    #[arg(long, group = "follow")]
    pub(crate) latest: bool,
    /// The newest approved revision.
    #[arg(long, group = "follow")]
    pub(crate) approved: bool,
    /// This release of it, whole.
    #[arg(long, group = "follow", value_name = "RELEASE")]
    pub(crate) release: Option<ReleaseId>,
    /// Exactly one revision: its number or id, or `now` for what it shows at present.
    #[arg(long, group = "follow", value_name = "REVISION", value_parser = pin)]
    pub(crate) pin: Option<Pin>,
}

/// What a placement is pinned to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pin {
    Now,
    Number(u32),
    Revision(RevisionId),
}

fn pin(text: &str) -> Result<Pin, String> {
    let number = text.strip_prefix('@').unwrap_or(text).parse().map(Pin::Number);
    let id = || text.parse().map(Pin::Revision);
    match text {
        "now" => Ok(Pin::Now),
        _ => number
            .or_else(|_| id())
            .map_err(|_| "expected a revision's number, such as 3, its id, or `now`".to_owned()),
    }
}

fn gate(text: &str) -> Result<Gate, String> {
    let wanted = "expected the id of a slot, or SLOT:passed";
    let (slot, status) = match text.split_once(':') {
        None => (text, GateStatus::Completed),
        Some((slot, "passed")) => (slot, GateStatus::Passed),
        Some(_) => return Err(wanted.to_owned()),
    };
    slot.parse().map(|slot| Gate { slot, status }).map_err(|_| wanted.to_owned())
}

fn order(text: &str) -> Result<Order, String> {
    match text {
        "free" => Ok(Order::Free),
        "linear" => Ok(Order::Linear),
        _ => Err("expected free or linear".to_owned()),
    }
}

fn condition(text: &str) -> Result<(String, Vec<String>), String> {
    let (name, values) = text.split_once('=').ok_or("expected name=value,value")?;
    Ok((name.to_owned(), values.split(',').map(str::to_owned).collect()))
}
