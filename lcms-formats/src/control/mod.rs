//! Control documents: the XML schemas that lie beside a manifest.
//!
//! SCORM 2004 wants every schema that a manifest refers to in the package, under its official name
//! and namespace (CAM section 3.4.2); SCORM 1.2 recommends it. The documents here are our own and
//! describe exactly what this crate writes: whatever is valid by them is valid by the official
//! schemas, not the other way round. Tests hold both directions for every manifest written.

use crate::manifest::Standard;
use crate::manifest::scorm2004::Edition;

/// A control document: its name at the root of a package, and its text.
pub type ControlDocument = (&'static str, &'static [u8]);

macro_rules! documents {
    ($($name:literal from $folder:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!($folder, "/", $name)))),+]
    };
}

const SCORM12: &[ControlDocument] = documents![
    "adlcp_rootv1p2.xsd" from "scorm12",
    "ims_xml.xsd" from "scorm12",
    "imscp_rootv1p1p2.xsd" from "scorm12",
    "imsmd_rootv1p2p1.xsd" from "scorm12",
];

/// The 2nd and 3rd edition; they differ from the 4th in the completion threshold.
const SCORM2004_3RD: &[ControlDocument] = documents![
    "adlcp_v1p3.xsd" from "scorm2004-3rd",
    "adlnav_v1p3.xsd" from "scorm2004",
    "adlseq_v1p3.xsd" from "scorm2004",
    "imscp_v1p1.xsd" from "scorm2004",
    "imsss_v1p0.xsd" from "scorm2004",
    "lom.xsd" from "scorm2004",
    "xml.xsd" from "scorm2004",
];

const SCORM2004_4TH: &[ControlDocument] = documents![
    "adlcp_v1p3.xsd" from "scorm2004-4th",
    "adlnav_v1p3.xsd" from "scorm2004",
    "adlseq_v1p3.xsd" from "scorm2004",
    "imscp_v1p1.xsd" from "scorm2004",
    "imsss_v1p0.xsd" from "scorm2004",
    "lom.xsd" from "scorm2004",
    "xml.xsd" from "scorm2004",
];

/// The control documents for manifests of a standard, sorted by name.
pub const fn control_documents(standard: Standard) -> &'static [ControlDocument] {
    match standard {
        Standard::Scorm12 => SCORM12,
        Standard::Scorm2004(Edition::Second | Edition::Third) => SCORM2004_3RD,
        Standard::Scorm2004(Edition::Fourth) => SCORM2004_4TH,
    }
}
