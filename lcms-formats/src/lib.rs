//! The learning standards as typed values: bytes in, types out, and back.
//!
//! * [`manifest`]: content packaging manifests of SCORM 1.2 and SCORM 2004 (2nd to 4th edition).
//! * [`aicc`] and [`tincan`]: what packages of AICC and xAPI say of themselves.
//! * [`cmi5`]: the course structure of cmi5.
//! * [`lom`]: learning object metadata (IEEE 1484.12.1), in the XML form each standard wants.
//! * [`control`]: the XML schemas a package carries beside its manifest.
//! * [`quiz`]: question banks: QTI, Moodle XML, GIFT, CSV.
//! * [`skos`] and [`atom`]: thesauri and feeds.
//! * [`docx`]: Word documents, as HTML.
//! * [`zip`]: the container. Writing is a byte-exact plan over data that is compressed already;
//!   reading treats every archive as hostile.
//!
//! Nothing here knows where content comes from or what it means to a product: any program that
//! reads or writes learning packages can use this crate alone. No function touches the network or
//! the file system; readers take bytes or a reader, writers return bytes or a plan.

pub mod aicc;
pub mod atom;
pub mod cmi5;
pub mod control;
pub mod docx;
pub mod lom;
pub mod manifest;
pub mod quiz;
pub mod skos;
pub mod tincan;
pub mod zip;

mod text;
mod xml;

pub use text::decode_text;
pub use xml::{Position, XmlError, XmlErrorKind, XmlLimits};
