//! The rules a manifest and its package keep, each in one place.

use std::collections::{BTreeMap, BTreeSet};

use crate::lom::LARGEST_IMSMD_SIZE;

use super::scorm2004::{self, Edition, Objective, Sequencing};
use super::{
    Fault, Href, Identifier, Item, MANIFEST_FILE, Manifest, Metadata, Organization, Resource,
    ScormType, Standard, scorm12,
};

/// Every fault of a manifest and of the package it lies in, in document order, files last.
///
/// `files_in_package` are the paths of all files, relative to the folder of the manifest, with
/// forward slashes. The manifest itself and control documents need not be named by a resource.
pub fn check(manifest: &Manifest, files_in_package: &BTreeSet<String>) -> Vec<Fault> {
    let mut faults = check_manifest(manifest);
    let named = files_named(manifest);
    for (path, named_by) in &named {
        if !files_in_package.contains(path) {
            faults.push(Fault::FileMissing { named_by: (*named_by).clone(), path: path.clone() });
        }
    }
    for path in files_in_package {
        if path != MANIFEST_FILE && !is_control_document(path) && !named.contains_key(path) {
            faults.push(Fault::FileUnlisted { path: path.clone() });
        }
    }
    faults
}

/// Whether a path is that of a control document: a schema or DTD at the root of a package or in
/// one of the folders that the schemas of IEEE LOM use.
pub fn is_control_document(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_schema = [".xsd", ".dtd"].into_iter().any(|suffix| name.ends_with(suffix));
    is_schema && matches!(folder, "" | "common" | "extend" | "unique" | "vocab")
}

/// Every file of the package that the manifest names, with what names it first.
fn files_named(manifest: &Manifest) -> BTreeMap<String, &Identifier> {
    let mut named = BTreeMap::new();
    for resource in &manifest.resources {
        for file in resource.files.iter().chain(&resource.metadata.location) {
            if let Some(path) = manifest.package_path(resource, file) {
                named.entry(path).or_insert(&resource.identifier);
            }
        }
    }
    let mut metadata: Vec<(&Identifier, &Metadata)> =
        vec![(&manifest.identifier, &manifest.metadata)];
    for organization in &manifest.organizations {
        metadata.push((&organization.identifier, &organization.metadata));
        metadata.extend(organization.all_items().map(|item| (&item.identifier, &item.metadata)));
    }
    let base = manifest.base.as_ref().and_then(Href::path).unwrap_or_default();
    for (identifier, metadata) in metadata {
        let location = metadata.location.as_ref().and_then(Href::path);
        if let Some(path) = location.and_then(|path| super::href::resolve(base, path)) {
            named.entry(path).or_insert(identifier);
        }
    }
    named
}

/// The faults that lie in the manifest alone.
pub(super) fn check_manifest(manifest: &Manifest) -> Vec<Fault> {
    let mut checker = Checker {
        manifest,
        resources: manifest.resources.iter().map(|resource| &resource.identifier).collect(),
        identifiers: BTreeSet::new(),
        faults: Vec::new(),
    };
    checker.manifest();
    checker.faults
}

struct Checker<'a> {
    manifest: &'a Manifest,
    resources: BTreeSet<&'a Identifier>,
    /// Identifiers seen so far; `xs:ID` makes them unique over the whole document.
    identifiers: BTreeSet<&'a Identifier>,
    faults: Vec<Fault>,
}

impl<'a> Checker<'a> {
    fn manifest(&mut self) {
        let manifest = self.manifest;
        self.identifier(&manifest.identifier);
        self.length(&manifest.identifier, "version", manifest.version.as_deref(), 20);
        self.metadata(&manifest.identifier, &manifest.metadata);
        self.default_organization();
        for organization in &manifest.organizations {
            self.organization(organization);
        }
        for resource in &manifest.resources {
            self.resource(resource);
        }
    }

    fn default_organization(&mut self) {
        let organizations = &self.manifest.organizations;
        match &self.manifest.default_organization {
            Some(default) if !organizations.iter().any(|o| o.identifier == *default) => {
                self.faults.push(Fault::UnknownDefaultOrganization { default: default.clone() });
            }
            None if !organizations.is_empty() => self.faults.push(Fault::NoDefaultOrganization),
            _ => {}
        }
    }

    fn organization(&mut self, organization: &'a Organization) {
        let identifier = &organization.identifier;
        self.identifier(identifier);
        self.title(identifier, &organization.title);
        self.length(identifier, "structure", organization.structure.as_deref(), 200);
        self.metadata(identifier, &organization.metadata);
        let rules = &organization.scorm2004;
        match self.manifest.standard {
            Standard::Scorm12 => {
                self.not_in_standard(
                    *rules != scorm2004::OrganizationRules::default(),
                    identifier,
                    "rules of SCORM 2004",
                );
            }
            Standard::Scorm2004(_) => {
                if organization.items.is_empty() {
                    let organization = identifier.clone();
                    self.faults.push(Fault::EmptyOrganization { organization });
                }
                self.sequencing(identifier, &rules.sequencing);
            }
        }
        for item in organization.all_items() {
            self.item(item);
        }
    }

    fn item(&mut self, item: &'a Item) {
        let identifier = &item.identifier;
        self.identifier(identifier);
        self.title(identifier, &item.title);
        self.length(identifier, "parameters", item.parameters.as_deref(), 1000);
        self.metadata(identifier, &item.metadata);
        if let Some(identifierref) = &item.identifierref
            && !self.resources.contains(identifierref)
        {
            self.faults.push(Fault::DanglingReference {
                item: identifier.clone(),
                identifierref: identifierref.clone(),
            });
        }
        match self.manifest.standard {
            Standard::Scorm12 => self.item_rules_of_scorm12(item),
            Standard::Scorm2004(edition) => self.item_rules_of_scorm2004(item, edition),
        }
    }

    fn item_rules_of_scorm12(&mut self, item: &'a Item) {
        let (identifier, rules) = (&item.identifier, &item.scorm12);
        self.not_in_standard(
            item.scorm2004 != scorm2004::ItemRules::default(),
            identifier,
            "rules of SCORM 2004",
        );
        self.length(identifier, "prerequisites", rules.prerequisites.as_deref(), 200);
        self.length(identifier, "datafromlms", rules.data_from_lms.as_deref(), 255);
    }

    fn item_rules_of_scorm2004(&mut self, item: &'a Item, edition: Edition) {
        let (identifier, rules) = (&item.identifier, &item.scorm2004);
        self.not_in_standard(
            item.scorm12 != scorm12::ItemRules::default(),
            identifier,
            "rules of SCORM 1.2",
        );
        // CAM section 3.4.1.8: a leaf launches a resource, a cluster does not.
        match (item.children.is_empty(), &item.identifierref) {
            (false, Some(_)) => {
                self.faults.push(Fault::ClusterWithResource { item: identifier.clone() });
            }
            (true, None) => {
                self.faults.push(Fault::LeafWithoutResource { item: identifier.clone() });
            }
            _ => {}
        }
        if edition < Edition::Fourth
            && let Some(threshold) = rules.completion_threshold
        {
            let is_plain = threshold.completed_by_measure
                && threshold.progress_weight.ten_thousandths() == 10_000;
            self.not_in_standard(!is_plain, identifier, "a completion threshold with options");
        }
        let known = rules.hide_lms_ui.iter().all(|control| control.is_in(edition));
        self.not_in_standard(!known, identifier, "a control to hide");
        self.sequencing(identifier, &rules.sequencing);
    }

    fn sequencing(&mut self, place: &Identifier, sequencing: &Sequencing) {
        let others = sequencing.objectives.iter().flat_map(|objectives| &objectives.others);
        let without_id = |objective: &Objective| objective.id.is_none();
        if others.into_iter().any(without_id) {
            let place = place.clone();
            self.faults.push(Fault::ObjectiveWithoutId { place });
        }
        let objectives = sequencing.objectives.iter();
        let all: Vec<_> =
            objectives.flat_map(|o| std::iter::once(&o.primary).chain(&o.others)).collect();
        let mut written = BTreeSet::new();
        for map in all.iter().flat_map(|objective| &objective.maps) {
            let writes = map.write_satisfied || map.write_measure;
            if writes && !written.insert(&map.target) {
                self.faults.push(Fault::ObjectiveWrittenTwice {
                    place: place.clone(),
                    target: map.target.clone(),
                });
            }
        }
        for asked in sequencing.rules.conditions().filter_map(|c| c.objective.as_ref()) {
            if !all.iter().any(|objective| objective.id.as_ref() == Some(asked)) {
                let (place, objective) = (place.clone(), asked.clone());
                self.faults.push(Fault::UnknownObjective { place, objective });
            }
        }
    }

    fn resource(&mut self, resource: &'a Resource) {
        let identifier = &resource.identifier;
        self.identifier(identifier);
        self.metadata(identifier, &resource.metadata);
        self.length(identifier, "type", Some(&resource.kind), 1000);
        if resource.scorm_type == ScormType::Sco && resource.href.is_none() {
            let resource = identifier.clone();
            self.faults.push(Fault::ScoWithoutHref { resource });
        }
        for dependency in &resource.dependencies {
            if !self.resources.contains(dependency) {
                self.faults.push(Fault::UnknownDependency {
                    resource: identifier.clone(),
                    identifierref: dependency.clone(),
                });
            }
        }
        self.files(resource);
    }

    fn files(&mut self, resource: &'a Resource) {
        let identifier = &resource.identifier;
        let mut paths = BTreeSet::new();
        for file in &resource.files {
            self.length(identifier, "href of a file", Some(&file.to_string()), 2000);
            let inside = self.manifest.package_path(resource, file).is_some();
            if file.path().is_some() && !inside {
                self.faults.push(Fault::FileOutsidePackage {
                    resource: identifier.clone(),
                    href: file.to_string(),
                });
            }
            if let Some(path) = file.path()
                && !paths.insert(path)
            {
                self.faults.push(Fault::FileListedTwice {
                    resource: identifier.clone(),
                    path: path.to_owned(),
                });
            }
        }
        if let Some(href) = &resource.href {
            self.length(identifier, "href", Some(&href.to_string()), 2000);
            if let Some(path) = href.path()
                && !paths.contains(path)
            {
                self.faults.push(Fault::HrefNotListed {
                    resource: identifier.clone(),
                    href: path.to_owned(),
                });
            }
        }
    }

    fn identifier(&mut self, identifier: &'a Identifier) {
        if !self.identifiers.insert(identifier) {
            self.faults.push(Fault::DuplicateIdentifier { identifier: identifier.clone() });
        }
    }

    fn title(&mut self, place: &Identifier, title: &str) {
        if title.trim().is_empty() {
            let place = place.clone();
            self.faults.push(Fault::NoTitle { place });
        }
        self.length(place, "title", Some(title), 200);
    }

    fn metadata(&mut self, place: &Identifier, metadata: &Metadata) {
        let size = metadata.lom.as_ref().and_then(|lom| lom.technical.size);
        let too_large = self.manifest.standard == Standard::Scorm12
            && size.is_some_and(|size| size > LARGEST_IMSMD_SIZE);
        self.not_in_standard(too_large, place, "a size over 2 147 483 647 bytes in its metadata");
    }

    /// Lengths in characters are bounded by the schemas of SCORM 1.2 only.
    fn length(&mut self, place: &Identifier, what: &'static str, text: Option<&str>, limit: usize) {
        let length = text.map_or(0, |text| text.chars().count());
        let standard = self.manifest.standard;
        if standard == Standard::Scorm12 && length > limit {
            self.faults.push(Fault::TooLong {
                place: place.clone(),
                what,
                length,
                limit,
                standard,
            });
        }
    }

    fn not_in_standard(&mut self, breach: bool, place: &Identifier, what: &'static str) {
        if breach {
            self.faults.push(Fault::NotInStandard {
                place: place.clone(),
                what,
                standard: self.manifest.standard,
            });
        }
    }
}
