//! Placements, one call each: add, move, take out, follow another version, override a field and
//! reset it, set conditions. Each is a new revision of the parent, based on one that is named.

mod edit;
mod order;
mod policy;
mod view;

pub use edit::PlacementsEdited;
pub(super) use edit::{Parent, no_slot};
pub use order::{AddPlacement, MoveTo, PlacementEdit, WriteInside};
pub use policy::{PinnedTo, PolicyChoice};
pub use view::{Overridden, PlacementList, PlacementView};
