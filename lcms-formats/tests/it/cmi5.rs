//! Course structures of cmi5: what is written reads back, is valid by the schema and by the rules.

use std::collections::BTreeSet;
use std::process::Command;

use lcms_formats::XmlLimits;
use lcms_formats::cmi5::{
    AssignableUnit, Block, COURSE_STRUCTURE_FILE, CourseStructure, Fault, LaunchMethod, MoveOn,
    Node, Objective, check, read, write,
};
use lcms_formats::lom::{LangString, Translation};
use lcms_formats::manifest::Href;
use lcms_formats::zip::{Archive, Limits};
use proptest::prelude::*;

use crate::environment::{self, run};

fn text(text: &str) -> LangString {
    LangString::new("en".parse().ok(), text)
}

/// A course that says everything the standard can say.
fn course() -> CourseStructure {
    let objective = Objective {
        id: "urn:uuid:0190a7b2-0000-8000-8000-00000000000a".into(),
        title: LangString(vec![
            Translation { language: "en".parse().ok(), text: "Install <Orbit>".into() },
            Translation { language: "de-DE".parse().ok(), text: "Orbit einrichten".into() },
        ]),
        description: text("Without help"),
    };
    let lesson = AssignableUnit {
        objectives: vec![objective.id.clone()],
        move_on: MoveOn::CompletedAndPassed,
        mastery_score: Some("0.8".parse().unwrap()),
        launch_method: LaunchMethod::OwnWindow,
        launch_parameters: Some("{\"a\":\"<b>\"}".into()),
        entitlement_key: Some("key".into()),
        activity_type: Some("http://adlnet.gov/expapi/activities/lesson".into()),
        ..AssignableUnit::new(
            "urn:uuid:0190a7b2-0000-8000-8000-000000000002",
            text("Install"),
            Href::Local { path: "sco/größe 1.html".into(), suffix: "?a=b".into() },
        )
    };
    let remote = AssignableUnit::new(
        "https://example.org/au/2",
        LangString::new(None, "Elsewhere"),
        Href::Remote("https://example.org/au/2/index.html".into()),
    );
    CourseStructure {
        id: "urn:uuid:0190a7b2-0000-8000-8000-000000000001".into(),
        title: text("Orbit & more"),
        description: text("From download to first sign-in."),
        nodes: vec![
            Node::Block(Block {
                id: "urn:uuid:0190a7b2-0000-8000-8000-000000000003".into(),
                title: text("Getting started"),
                description: text("First"),
                objectives: vec![objective.id.clone()],
                nodes: vec![Node::Unit(lesson)],
            }),
            Node::Unit(remote),
        ],
        objectives: vec![objective],
    }
}

#[test]
fn a_written_course_reads_back_the_same() {
    let written = write(&course()).unwrap();
    let reading = read(written.as_bytes(), &XmlLimits::default()).unwrap();
    assert_eq!(reading.course, course());
    assert_eq!(reading.notes, []);
    assert_eq!(write(&reading.course).unwrap(), written);
    assert!(written.contains("<url>sco/gr%C3%B6%C3%9Fe%201.html?a=b</url>"));
}

mod schemas {
    use super::*;

    #[test]
    fn what_is_written_is_valid_by_the_official_schema() {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join(COURSE_STRUCTURE_FILE);
        std::fs::write(&document, write(&course()).unwrap()).unwrap();
        let mut command = Command::new("xmllint");
        let schema = environment::schemas().join("cmi5/CourseStructure.xsd");
        run(command.args(["--nonet", "--noout", "--schema"]).arg(schema).arg(document));
    }
}

#[test]
fn every_breach_is_found_at_once() {
    let mut broken = course();
    broken.id = "course 1".into();
    broken.description = LangString(Vec::new());
    let Node::Block(block) = &mut broken.nodes[0] else { panic!("the first node is a block") };
    block.id = "urn:uuid:0190a7b2-0000-8000-8000-000000000002".into();
    block.objectives = vec!["urn:other".into()];
    let Node::Unit(unit) = &mut block.nodes[0] else { panic!("a unit stands in the block") };
    unit.url = Href::Local { path: "../out.html".into(), suffix: "?fetch=1&x=2#y".into() };
    let (unit, block) = (unit.id.clone(), block.id.clone());
    let files = BTreeSet::new();
    assert_eq!(
        check(&broken, &files),
        [
            Fault::NotAnIri { id: "course 1".into() },
            Fault::NoText { place: "course 1".into(), what: "description" },
            Fault::UnknownObjective { place: block, objective: "urn:other".into() },
            Fault::DuplicateId { id: unit.clone() },
            Fault::ReservedParameter { unit: unit.clone(), name: "fetch" },
            Fault::OutsidePackage { unit: unit.clone() },
            Fault::FileMissing { unit, path: "../out.html".into() },
        ]
    );
    assert!(write(&broken).is_err());
    let files = BTreeSet::from(["sco/größe 1.html".to_owned()]);
    assert_eq!(check(&course(), &files), []);
}

#[test]
fn what_is_not_read_is_noted_with_its_place() {
    let written = write(&course()).unwrap();
    let extended = written.replacen("<title>", "<x xmlns=\"urn:x\"/><title>", 1).replacen(
        "moveOn=\"CompletedAndPassed\"",
        "moveOn=\"Someday\"",
        1,
    );
    let reading = read(extended.as_bytes(), &XmlLimits::default()).unwrap();
    let notes: Vec<_> = reading.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].ends_with("skipped <x>"), "{notes:?}");
    assert_eq!(reading.course.units()[0].move_on, MoveOn::NotApplicable);
    for other in ["<a/>", "<courseStructure/>", "<courseStructure"] {
        assert!(read(other.as_bytes(), &XmlLimits::default()).is_err());
    }
}

mod samples {
    use super::*;

    #[test]
    fn course_structures_of_other_tools_are_read() {
        let packages = environment::samples().join("packages");
        for name in [
            "tools/rise-cmi5.zip",
            "fixtures/cmi5-masteryscore_framed.zip",
            "fixtures/cmi5-multi_au_framed.zip",
        ] {
            let file = std::fs::File::open(packages.join(name)).unwrap();
            let mut archive = Archive::open(file, &Limits::default()).unwrap();
            let entry = archive.file(COURSE_STRUCTURE_FILE).unwrap().clone();
            let reading = read(&archive.bytes(&entry).unwrap(), &XmlLimits::default()).unwrap();
            assert!(!reading.course.units().is_empty(), "{name}");
            let written = write(&reading.course).unwrap();
            let again = read(written.as_bytes(), &XmlLimits::default()).unwrap();
            assert_eq!(again.course, reading.course, "{name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_damaged_courses_never_panics(at in 0_usize..3000, with in any::<[u8; 3]>()) {
        let mut bytes = write(&course()).unwrap().into_bytes();
        let at = at % (bytes.len() - 3);
        bytes[at..at + 3].copy_from_slice(&with);
        let _either = read(&bytes, &XmlLimits::default());
    }
}
