//! Every parser of a text: the first byte says which one.
#![no_main]

use lcms_formats::quiz::{csv, gift, moodle, qti};
use lcms_formats::skos::{self, Notation};
use lcms_formats::{XmlLimits, aicc, cmi5, decode_text, lom, manifest, tincan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((which, bytes)) = data.split_first() else { return };
    let limits = XmlLimits { bytes: 1 << 20, ..XmlLimits::default() };
    match which % 14 {
        0 => drop(manifest::read(bytes, &limits)),
        1 => drop(cmi5::read(bytes, &limits)),
        2 => drop(tincan::read(bytes, &limits)),
        3 => drop(lom::read_document(bytes, &limits)),
        4 => drop(moodle::read(bytes, &limits)),
        5 => drop(qti::read_item(bytes, &limits)),
        6 => drop(qti::read_test(bytes, &limits)),
        7 => drop(qti::read_package(bytes, &limits)),
        8 => drop(gift::read(&decode_text(bytes))),
        9 => drop(csv::read(&decode_text(bytes))),
        11 => drop(skos::read(bytes, Notation::RdfXml, &limits)),
        12 => drop(skos::read(bytes, Notation::Turtle, &limits)),
        13 => drop(skos::read(bytes, Notation::JsonLd, &limits)),
        _ => {
            // One table for each of the files of a course.
            let mut parts = bytes.split(|byte| *byte == 0);
            let mut next = || parts.next().unwrap_or_default();
            let files = aicc::Files {
                course: next(),
                units: next(),
                descriptors: next(),
                structure: next(),
                prerequisites: next(),
                objectives: next(),
            };
            drop(aicc::read(&files));
        }
    }
});
