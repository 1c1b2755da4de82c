//! What is written is valid by the official schemas, and by our own control documents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use lcms_formats::control::control_documents;
use lcms_formats::manifest::scorm2004::Edition;
use lcms_formats::manifest::{Standard, write};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::environment::{run, schemas};
use crate::fixtures::{STANDARDS, course};
use crate::round_trip::manifest;

fn official_folder(standard: Standard) -> &'static str {
    match standard {
        Standard::Scorm12 => "scorm12",
        Standard::Scorm2004(Edition::Second) => "scorm2004-2nd",
        Standard::Scorm2004(Edition::Third) => "scorm2004-3rd",
        Standard::Scorm2004(Edition::Fourth) => "scorm2004-4th",
    }
}

fn xmllint(schema: &Path, document: &Path) -> Command {
    let mut command = Command::new("xmllint");
    command.args(["--nonet", "--noout", "--schema"]).arg(schema).arg(document);
    command
}

fn root_schema(standard: Standard) -> &'static str {
    match standard {
        Standard::Scorm12 => "imscp_rootv1p1p2.xsd",
        Standard::Scorm2004(_) => "imscp_v1p1.xsd",
    }
}

/// Unpacks the control documents as a package does.
fn package_folder(standard: Standard) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in control_documents(standard) {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn manifests_are_valid_by_the_official_schemas() {
    let schemas = schemas();
    for standard in STANDARDS {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("imsmanifest.xml");
        std::fs::write(&document, write(&course(standard)).unwrap()).unwrap();
        let schema = schemas.join(official_folder(standard)).join("_all.xsd");
        run(xmllint(&schema, &document).env("XML_CATALOG_FILES", schemas.join("catalog.xml")));
    }
}

#[test]
fn manifests_are_valid_by_the_control_documents_in_the_package() {
    for standard in STANDARDS {
        let folder = package_folder(standard);
        let document = folder.path().join("imsmanifest.xml");
        std::fs::write(&document, write(&course(standard)).unwrap()).unwrap();
        run(&mut xmllint(&folder.path().join(root_schema(standard)), &document));
    }
}

/// Whatever the types can say, within what `write` accepts.
#[test]
fn generated_manifests_are_valid_by_both() {
    let schemas = schemas();
    let mut runner = TestRunner::deterministic();
    let mut documents: BTreeMap<&str, (Standard, Vec<PathBuf>)> = BTreeMap::new();
    let folder = tempfile::tempdir().unwrap();
    for number in 0..60 {
        let manifest = manifest().new_tree(&mut runner).unwrap().current();
        let path = folder.path().join(format!("{number}.xml"));
        std::fs::write(&path, write(&manifest).unwrap()).unwrap();
        let name = official_folder(manifest.standard);
        let group = documents.entry(name).or_insert((manifest.standard, Vec::new()));
        group.1.push(path);
    }
    assert_eq!(documents.len(), STANDARDS.len());
    for (name, (standard, paths)) in documents {
        let official = schemas.join(name).join("_all.xsd");
        let mut command = xmllint(&official, &paths[0]);
        command.args(&paths[1..]).env("XML_CATALOG_FILES", schemas.join("catalog.xml"));
        run(&mut command);
        let package = package_folder(standard);
        run(xmllint(&package.path().join(root_schema(standard)), &paths[0]).args(&paths[1..]));
    }
}

#[test]
fn control_documents_refuse_what_is_not_a_valid_manifest() {
    for standard in STANDARDS {
        let folder = package_folder(standard);
        let document = folder.path().join("imsmanifest.xml");
        let good = write(&course(standard)).unwrap();
        for (sound, broken) in [
            ("<schemaversion>", "<schemaversion> "),
            ("identifier=\"sco-1\"", "identifier=\"player\""),
            ("<title>", "<titel/><title>"),
            ("=\"sco\"", "=\"scorm\""),
            ("<resource ", "<resource extra=\"1\" "),
        ] {
            let bad = good.replacen(sound, broken, 1);
            assert_ne!(bad, good);
            std::fs::write(&document, bad).unwrap();
            let output =
                xmllint(&folder.path().join(root_schema(standard)), &document).output().unwrap();
            assert_eq!(output.status.code(), Some(3), "{standard}: {broken}");
        }
    }
}

#[test]
fn every_schema_a_manifest_names_is_a_control_document() {
    for standard in STANDARDS {
        let written = write(&course(standard)).unwrap();
        let (_, rest) = written.split_once("xsi:schemaLocation=\"").unwrap();
        let (locations, _) = rest.split_once('"').unwrap();
        let named: Vec<&str> = locations.split(' ').skip(1).step_by(2).collect();
        assert!(!named.is_empty());
        for name in named {
            let found = control_documents(standard).iter().any(|(document, _)| *document == name);
            assert!(found, "{standard}: {name}");
        }
    }
}
