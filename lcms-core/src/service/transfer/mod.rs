//! Libraries that travel: everything a library is, as values that name nothing of this server.
//!
//! [`Objects`] is what leaves and what arrives: libraries with their rules, components with who looks
//! after them, revisions, reviews, branches, releases and tombstones, one value each. Event numbers, revision numbers and branch numbers stay
//! at home, because they count what happened on one server; instead the objects stand in an order,
//! and a branch names what it stands on by the object that was the newest there.
//!
//! [`Session::gather`](crate::service::Session::gather) reads them in one snapshot; documents and blobs are fetched by digest, since
//! whoever has a digest can check what it is given. [`Session::receive`](crate::service::Session::receive) believes nothing: digests,
//! ids, parents, slots and frozen trees are worked out again before anything is stored, and all rows
//! come in one transaction. What is known here is recognised by its id. A head that goes on from
//! what stands here moves; one that does not arrives on a branch `remote.ORIGIN`, to be merged. Rules
//! are merged at once, or stay as they are and are named (`rules`).
//!
//! How the objects look in files is none of this module's business.

mod care;
mod check;
pub mod exchange;
mod gather;
mod heads;
mod log;
mod objects;
mod receive;
mod report;
mod rules;
mod scope;
mod store;
mod trees;

pub use gather::Gathered;
pub use objects::{
    BaseObject, BranchObject, CareObject, ComponentObject, External, LibraryObject, Objects, Place,
    PlaceError, RedactionObject, ReleaseObject, ReviewObject, RevisionObject, RuleObject,
    TreeChild, TreeObject, TreeSlot,
};
pub use receive::Arrival;
pub use report::{Diverged, Received, Renamed, RuleConflict, RuleName};
pub use scope::{Scope, Since};

/// Documents by digest, as canonical bytes.
pub type Documents = std::collections::HashMap<crate::model::Digest, Vec<u8>>;
