//! Every fault is found, alone, in a manifest that is right but for it.

use lcms_formats::manifest::scorm2004::{Edition, LmsControl, Objective};
use lcms_formats::manifest::{
    Fault, Href, Identifier, Manifest, Standard, check, is_control_document, write,
};

use crate::fixtures::{FOURTH, STANDARDS, course, course_files, id};

/// The faults after `damage`, from both places that find them.
fn faults_after(standard: Standard, damage: impl FnOnce(&mut Manifest)) -> Vec<Fault> {
    let mut manifest = course(standard);
    damage(&mut manifest);
    let faults = check(&manifest, &course_files());
    assert_eq!(write(&manifest).unwrap_err().0, faults);
    faults
}

fn lesson(manifest: &mut Manifest) -> &mut lcms_formats::manifest::Item {
    &mut manifest.organizations[0].items[0].children[0]
}

fn test_item(manifest: &mut Manifest) -> &mut lcms_formats::manifest::Item {
    &mut manifest.organizations[0].items[0].children[1]
}

#[test]
fn a_valid_package_has_no_faults() {
    for standard in STANDARDS {
        let mut files = course_files();
        files.extend(["imsmanifest.xml", "imscp_v1p1.xsd", "unique/strict.xsd"].map(String::from));
        assert_eq!(check(&course(standard), &files), []);
    }
}

#[test]
fn identifiers_are_unique_over_the_whole_document() {
    let faults = faults_after(FOURTH, |m| lesson(m).identifier = id("player"));
    assert_eq!(faults, [Fault::DuplicateIdentifier { identifier: id("player") }]);
}

#[test]
fn references_must_meet() {
    let faults = faults_after(FOURTH, |m| {
        lesson(m).identifierref = Some(id("nowhere"));
        m.resources[0].dependencies = vec![id("nothing")];
        m.default_organization = Some(id("nobody"));
    });
    assert_eq!(
        faults,
        [
            Fault::UnknownDefaultOrganization { default: id("nobody") },
            Fault::DanglingReference { item: id("lesson-1"), identifierref: id("nowhere") },
            Fault::UnknownDependency { resource: id("sco-1"), identifierref: id("nothing") },
        ]
    );
    assert_eq!(
        faults_after(FOURTH, |m| m.default_organization = None),
        [Fault::NoDefaultOrganization]
    );
}

#[test]
fn scos_have_an_entry_point_among_their_files() {
    let sco = || id("sco-1");
    assert_eq!(
        faults_after(Standard::Scorm12, |m| m.resources[0].href = None),
        [Fault::ScoWithoutHref { resource: sco() }]
    );
    assert_eq!(
        faults_after(Standard::Scorm12, |m| m.resources[0].href = Some(Href::local("start.html"))),
        [Fault::HrefNotListed { resource: sco(), href: "start.html".into() }]
    );
    assert_eq!(
        faults_after(Standard::Scorm12, |m| {
            let file = m.resources[0].files[0].clone();
            m.resources[0].files.push(file);
        }),
        [Fault::FileListedTwice { resource: sco(), path: "lesson-1/index.html".into() }]
    );
    assert_eq!(
        faults_after(Standard::Scorm12, |m| m.resources[0].files.push("../x.js".into())),
        [Fault::FileOutsidePackage { resource: sco(), href: "../x.js".into() }]
    );
}

#[test]
fn manifest_and_package_hold_the_same_files() {
    let mut files = course_files();
    files.remove("lesson-2/index.html");
    files.insert("left-over.txt".into());
    files.insert("deep/down.xsd".into());
    assert_eq!(
        check(&course(FOURTH), &files),
        [
            Fault::FileMissing { named_by: id("sco-2"), path: "lesson-2/index.html".into() },
            Fault::FileUnlisted { path: "deep/down.xsd".into() },
            Fault::FileUnlisted { path: "left-over.txt".into() },
        ]
    );
    assert!(is_control_document("lom.xsd") && is_control_document("common/dataTypes.xsd"));
    assert!(!is_control_document("lesson/lom.xsd") && !is_control_document("lom.xml"));
}

#[test]
fn metadata_files_must_be_in_the_package() {
    let mut manifest = course(FOURTH);
    manifest.metadata.location = Some(Href::local("course.xml"));
    let missing = Fault::FileMissing { named_by: id("course-0190a7b2"), path: "course.xml".into() };
    assert_eq!(check(&manifest, &course_files()), [missing]);
}

#[test]
fn scorm2004_wants_items_that_either_launch_or_hold_others() {
    let damage = |m: &mut Manifest| {
        m.organizations[0].items[0].identifierref = Some(id("sco-1"));
        lesson(m).identifierref = None;
    };
    assert_eq!(
        faults_after(FOURTH, damage),
        [
            Fault::ClusterWithResource { item: id("module-1") },
            Fault::LeafWithoutResource { item: id("lesson-1") },
        ]
    );
    let mut scorm12 = course(Standard::Scorm12);
    damage(&mut scorm12);
    assert_eq!(check(&scorm12, &course_files()), []);
    assert_eq!(
        faults_after(FOURTH, |m| m.organizations[0].items.clear()),
        [Fault::EmptyOrganization { organization: id("org-0190a7b2") }]
    );
}

#[test]
fn objectives_besides_the_primary_one_have_ids() {
    let faults = faults_after(FOURTH, |m| {
        let objectives = test_item(m).scorm2004.sequencing.objectives.as_mut().unwrap();
        objectives.others.push(Objective::default());
    });
    assert_eq!(faults, [Fault::ObjectiveWithoutId { place: id("lesson-2") }]);
}

#[test]
fn rules_of_another_standard_are_refused_rather_than_dropped() {
    let not_in =
        |place: &str, what, standard| Fault::NotInStandard { place: id(place), what, standard };
    let third = Standard::Scorm2004(Edition::Third);
    let second = Standard::Scorm2004(Edition::Second);
    let scorm12_rules =
        course(Standard::Scorm12).organizations[0].items[0].children[1].scorm12.clone();
    assert_eq!(
        faults_after(FOURTH, |m| lesson(m).scorm12 = scorm12_rules),
        [not_in("lesson-1", "rules of SCORM 1.2", FOURTH)]
    );
    let rules = course(FOURTH).organizations[0].clone();
    assert_eq!(
        faults_after(Standard::Scorm12, |m| {
            m.organizations[0].scorm2004 = rules.scorm2004.clone();
            lesson(m).scorm2004 = rules.items[0].children[1].scorm2004.clone();
        }),
        [
            not_in("org-0190a7b2", "rules of SCORM 2004", Standard::Scorm12),
            not_in("lesson-1", "rules of SCORM 2004", Standard::Scorm12),
        ]
    );
    assert_eq!(
        faults_after(third, |m| {
            let threshold = test_item(m).scorm2004.completion_threshold.as_mut().unwrap();
            threshold.completed_by_measure = false;
        }),
        [not_in("lesson-2", "a completion threshold with options", third)]
    );
    assert_eq!(
        faults_after(second, |m| test_item(m).scorm2004.hide_lms_ui = vec![LmsControl::ExitAll]),
        [not_in("lesson-2", "a control to hide", second)]
    );
    assert_eq!(
        faults_after(Standard::Scorm12, |m| {
            m.metadata.lom.as_mut().unwrap().technical.size = Some(1 << 31);
        }),
        [not_in(
            "course-0190a7b2",
            "a size over 2 147 483 647 bytes in its metadata",
            Standard::Scorm12
        )]
    );
}

#[test]
fn scorm12_bounds_the_length_of_texts() {
    let long = |count: usize| "ü".repeat(count);
    let too_long = |place: Identifier, what, length, limit| Fault::TooLong {
        place,
        what,
        length,
        limit,
        standard: Standard::Scorm12,
    };
    let damage = |m: &mut Manifest| {
        m.version = Some(long(21));
        lesson(m).title = long(201);
        lesson(m).parameters = Some(long(1001));
        test_item(m).scorm12.prerequisites = Some(long(201));
        test_item(m).scorm12.data_from_lms = Some(long(256));
    };
    assert_eq!(
        faults_after(Standard::Scorm12, damage),
        [
            too_long(id("course-0190a7b2"), "version", 21, 20),
            too_long(id("lesson-1"), "title", 201, 200),
            too_long(id("lesson-1"), "parameters", 1001, 1000),
            too_long(id("lesson-2"), "prerequisites", 201, 200),
            too_long(id("lesson-2"), "datafromlms", 256, 255),
        ]
    );
}

#[test]
fn what_xml_cannot_carry_and_missing_titles_are_refused() {
    let mut manifest = course(FOURTH);
    lesson(&mut manifest).title = "bell\u{7}".into();
    test_item(&mut manifest).title = " ".into();
    let faults = write(&manifest).unwrap_err();
    assert_eq!(
        faults.0,
        [
            Fault::NoTitle { place: id("lesson-2") },
            Fault::IllegalCharacter { place: "title".into(), character: '\u{7}' },
        ]
    );
    assert_eq!(
        faults.to_string(),
        "lesson-2 has no title; the character U+0007 in a title cannot be written in XML"
    );
}
