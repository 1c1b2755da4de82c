//! Whole manifests as files that a person can read. `UPDATE_GOLDEN=1` rewrites them.

use std::path::Path;

use lcms_formats::XmlLimits;
use lcms_formats::manifest::scorm2004::Edition;
use lcms_formats::manifest::{Standard, read, write};

use crate::fixtures::{FOURTH, course};

fn assert_golden(name: &str, standard: Standard) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden").join(name);
    let written = write(&course(standard)).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        written == kept,
        "{name} is not what is written now; look at the difference:\n{written}"
    );
    let reading = read(kept.as_bytes(), &XmlLimits::default()).unwrap();
    assert_eq!(reading.manifest, course(standard));
    assert_eq!(reading.notes, []);
}

#[test]
fn scorm12_is_written_as_kept() {
    assert_golden("scorm12.xml", Standard::Scorm12);
}

#[test]
fn scorm2004_3rd_edition_is_written_as_kept() {
    assert_golden("scorm2004-3rd.xml", Standard::Scorm2004(Edition::Third));
}

#[test]
fn scorm2004_4th_edition_is_written_as_kept() {
    assert_golden("scorm2004-4th.xml", FOURTH);
}
