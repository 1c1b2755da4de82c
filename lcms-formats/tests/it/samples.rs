//! Packages of other tools: the good ones are understood, the bad ones refused by name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use lcms_formats::XmlLimits;
use lcms_formats::manifest::{MANIFEST_FILE, Reading, check, read};
use lcms_formats::zip::{Archive, Limits};

use crate::environment::samples;

/// What a sample turned out to be, in one line.
fn describe(package: &Path) -> String {
    let mut archive = Archive::open(File::open(package).unwrap(), &Limits::default()).unwrap();
    let manifest_name = format!("/{MANIFEST_FILE}");
    let found = archive.files().iter().find(|file| {
        let path = file.path.as_str();
        path == MANIFEST_FILE || path.ends_with(&manifest_name)
    });
    let Some(manifest) = found.cloned() else {
        return String::from("no manifest");
    };
    let folder = manifest.path.as_str().strip_suffix(MANIFEST_FILE).unwrap();
    let files: BTreeSet<String> = archive
        .files()
        .iter()
        .filter_map(|file| file.path.as_str().strip_prefix(folder))
        .map(String::from)
        .collect();
    let bytes = archive.bytes(&manifest).unwrap();
    match read(&bytes, &XmlLimits::default()) {
        Ok(Reading { manifest, notes }) => format!(
            "{}: organization {}, {} items, {} SCOs, {} notes, {}",
            manifest.standard,
            manifest.organization().map_or("none", |organization| organization.identifier.as_str()),
            manifest.organization().map_or(0, |organization| organization.all_items().count()),
            manifest.scos().count(),
            notes.len(),
            summary(&check(&manifest, &files).iter().map(fault_name).collect::<Vec<_>>()),
        ),
        Err(error) => format!("refused: {error}"),
    }
}

/// The name of a fault's variant.
fn fault_name(fault: &lcms_formats::manifest::Fault) -> String {
    let debug = format!("{fault:?}");
    debug.split([' ', '{']).next().unwrap().to_owned()
}

fn summary(faults: &[String]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for fault in faults {
        *counts.entry(fault).or_default() += 1;
    }
    let counts: Vec<String> =
        counts.iter().map(|(fault, count)| format!("{count} {fault}")).collect();
    if counts.is_empty() { String::from("no faults") } else { counts.join(", ") }
}

#[test]
fn every_sample_package_is_read_or_refused_by_name() {
    let folder = samples().join("packages");
    let mut packages: Vec<PathBuf> = Vec::new();
    for group in std::fs::read_dir(&folder).unwrap() {
        for package in std::fs::read_dir(group.unwrap().path()).unwrap() {
            packages.push(package.unwrap().path());
        }
    }
    packages.sort();
    let lines: Vec<String> = packages
        .iter()
        .map(|package| {
            let name = package.strip_prefix(&folder).unwrap().display();
            format!("{name}\n  {}", describe(package))
        })
        .collect();
    insta::assert_snapshot!("packages_of_other_tools", lines.join("\n"));
}

#[test]
fn every_file_of_every_sample_is_sound() {
    let folder = samples().join("packages").join("golf");
    let mut files = 0;
    for package in std::fs::read_dir(folder).unwrap() {
        let file = File::open(package.unwrap().path()).unwrap();
        let mut archive = Archive::open(file, &Limits::default()).unwrap();
        for file in archive.files().to_vec() {
            assert_eq!(archive.copy(&file, &mut std::io::sink()).unwrap(), file.size);
            files += 1;
        }
    }
    assert!(files > 300, "only {files} files");
}
