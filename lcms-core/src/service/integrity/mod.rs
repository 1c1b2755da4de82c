//! Keeping the store whole: checking it, removing what nothing needs, taking bytes away for good,
//! and carrying everything to another place.
//!
//! All of it runs beside a server that is at work, on either engine and on any blob storage, and
//! is for admins of every library. How `gc` and backup agree with uploads and saves that run at the
//! same moment is decided in `docs/decisions/0012-gc-and-backup.md`.

mod archive;
mod backup;
mod documents;
mod files;
mod fsck;
mod gc;
mod nodes;
mod redact;
mod restore;
mod rows;

pub use archive::{Summary as BackupSummary, TableSummary};
pub use fsck::{Damage, Finding, FsckCounts, FsckReport, FsckUpdate};
pub use gc::{GRACE as GC_GRACE, GcReport, LeftFile, UnusedBlob};
pub(super) use redact::naming;
pub use redact::{RedactionPlan, RedactionUse};
