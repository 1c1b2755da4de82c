//! [`Manifest`] to XML.

use std::borrow::Cow;

use crate::lom::{self, Binding};
use crate::xml::{Attributes, XmlWriter};

use super::check::check_manifest;
use super::names::XSI;
use super::scorm2004::{boolean, write_sequencing};
use super::{
    Fault, Faults, Href, Item, Manifest, Metadata, Organization, Resource, ScormType, Standard,
    scorm12, scorm2004,
};

/// The text of `imsmanifest.xml`: UTF-8, indented, the same bytes for the same manifest.
///
/// It refers to the control documents under their names at the root of the package; see
/// [`control_documents`](crate::control::control_documents).
///
/// # Errors
/// Every fault that lies in the manifest alone, as [`check`](super::check()) finds them, and every
/// character that XML cannot carry.
pub fn write(manifest: &Manifest) -> Result<String, Faults> {
    let mut faults = check_manifest(manifest);
    let mut w = XmlWriter::new();
    let mut attributes: Attributes<'_> = vec![("identifier", manifest.identifier.as_str().into())];
    if let Some(version) = &manifest.version {
        attributes.push(("version", version.into()));
    }
    base(&mut attributes, manifest.base.as_ref());
    attributes.extend(namespaces(manifest.standard));
    w.root("manifest", &attributes, |w| {
        let writer = ManifestWriter { standard: manifest.standard };
        writer.manifest(w, manifest);
    });
    let (text, illegal) = w.finish();
    faults.extend(
        illegal.into_iter().map(|found| Fault::IllegalCharacter {
            place: found.place,
            character: found.character,
        }),
    );
    if faults.is_empty() { Ok(text) } else { Err(Faults(faults)) }
}

/// The namespace declarations, and where their schemas lie: beside the manifest.
fn namespaces(standard: Standard) -> Attributes<'static> {
    let declared: &[(&'static str, &str, &str)] = match standard {
        Standard::Scorm12 => &[
            ("xmlns", scorm12::CONTENT_PACKAGING, "imscp_rootv1p1p2.xsd"),
            ("xmlns:adlcp", scorm12::ADL_PACKAGING, "adlcp_rootv1p2.xsd"),
            ("xmlns:imsmd", Binding::Imsmd.namespace(), "imsmd_rootv1p2p1.xsd"),
        ],
        Standard::Scorm2004(_) => &[
            ("xmlns", scorm2004::CONTENT_PACKAGING, "imscp_v1p1.xsd"),
            ("xmlns:adlcp", scorm2004::ADL_PACKAGING, "adlcp_v1p3.xsd"),
            ("xmlns:adlseq", scorm2004::ADL_SEQUENCING, "adlseq_v1p3.xsd"),
            ("xmlns:adlnav", scorm2004::ADL_NAVIGATION, "adlnav_v1p3.xsd"),
            ("xmlns:imsss", scorm2004::SIMPLE_SEQUENCING, "imsss_v1p0.xsd"),
            ("xmlns:lom", Binding::Ieee.namespace(), "lom.xsd"),
        ],
    };
    let locations: Vec<String> =
        declared.iter().map(|(_, namespace, file)| format!("{namespace} {file}")).collect();
    let mut attributes: Attributes<'static> = declared
        .iter()
        .map(|&(name, namespace, _)| (name, Cow::Owned(namespace.to_owned())))
        .collect();
    attributes.push(("xmlns:xsi", XSI.into()));
    attributes.push(("xsi:schemaLocation", locations.join(" ").into()));
    attributes
}

struct ManifestWriter {
    standard: Standard,
}

impl ManifestWriter {
    fn manifest(&self, w: &mut XmlWriter, manifest: &Manifest) {
        w.element("metadata", &[], |w| {
            w.text("schema", &[], "ADL SCORM");
            w.text("schemaversion", &[], self.schema_version());
            self.metadata_content(w, &manifest.metadata);
        });
        let default = manifest.default_organization.as_ref();
        let default = default.map(|identifier| ("default", identifier.as_str().into()));
        w.element("organizations", default.as_slice(), |w| {
            for organization in &manifest.organizations {
                self.organization(w, organization);
            }
        });
        let mut attributes = Attributes::new();
        base(&mut attributes, manifest.resources_base.as_ref());
        w.element("resources", &attributes, |w| {
            for resource in &manifest.resources {
                self.resource(w, resource);
            }
        });
    }

    fn organization(&self, w: &mut XmlWriter, organization: &Organization) {
        let rules = &organization.scorm2004;
        let mut attributes: Attributes<'_> =
            vec![("identifier", organization.identifier.as_str().into())];
        if let Some(structure) = &organization.structure {
            attributes.push(("structure", structure.into()));
        }
        if let Some(global) = rules.objectives_global_to_system {
            attributes.push(("adlseq:objectivesGlobalToSystem", boolean(global)));
        }
        w.element("organization", &attributes, |w| {
            w.text("title", &[], &organization.title);
            for item in &organization.items {
                self.item(w, item);
            }
            self.metadata(w, &organization.metadata);
            write_sequencing(w, &rules.sequencing);
        });
    }

    fn item(&self, w: &mut XmlWriter, item: &Item) {
        let mut attributes: Attributes<'_> = vec![("identifier", item.identifier.as_str().into())];
        if let Some(identifierref) = &item.identifierref {
            attributes.push(("identifierref", identifierref.as_str().into()));
        }
        if !item.isvisible {
            attributes.push(("isvisible", boolean(false)));
        }
        if let Some(parameters) = &item.parameters {
            attributes.push(("parameters", parameters.into()));
        }
        w.element("item", &attributes, |w| {
            w.text("title", &[], &item.title);
            for child in &item.children {
                self.item(w, child);
            }
            self.metadata(w, &item.metadata);
            match self.standard {
                Standard::Scorm12 => scorm12::write_item_rules(w, &item.scorm12),
                Standard::Scorm2004(edition) => {
                    scorm2004::write_item_rules(w, &item.scorm2004, edition);
                }
            }
        });
    }

    fn resource(&self, w: &mut XmlWriter, resource: &Resource) {
        let scorm_type = match self.standard {
            Standard::Scorm12 => scorm12::SCORM_TYPE,
            Standard::Scorm2004(_) => scorm2004::SCORM_TYPE,
        };
        let mut attributes: Attributes<'_> = vec![
            ("identifier", resource.identifier.as_str().into()),
            ("type", resource.kind.as_str().into()),
            (scorm_type, resource.scorm_type.token().into()),
        ];
        if let Some(href) = &resource.href {
            attributes.push(("href", href.to_string().into()));
        }
        base(&mut attributes, resource.base.as_ref());
        w.element("resource", &attributes, |w| {
            self.metadata(w, &resource.metadata);
            for file in &resource.files {
                w.empty("file", &[("href", file.to_string().into())]);
            }
            for dependency in &resource.dependencies {
                w.empty("dependency", &[("identifierref", dependency.as_str().into())]);
            }
        });
    }

    fn metadata(&self, w: &mut XmlWriter, metadata: &Metadata) {
        if *metadata != Metadata::default() {
            w.element("metadata", &[], |w| self.metadata_content(w, metadata));
        }
    }

    fn metadata_content(&self, w: &mut XmlWriter, metadata: &Metadata) {
        if let Some(location) = &metadata.location {
            w.text("adlcp:location", &[], &location.to_string());
        }
        if let Some(record) = &metadata.lom {
            let binding = match self.standard {
                Standard::Scorm12 => Binding::Imsmd,
                Standard::Scorm2004(_) => Binding::Ieee,
            };
            lom::write(w, record, binding);
        }
    }

    fn schema_version(&self) -> &'static str {
        match self.standard {
            Standard::Scorm12 => scorm12::SCHEMA_VERSION,
            Standard::Scorm2004(edition) => edition.schema_version(),
        }
    }
}

impl ScormType {
    /// The value of `adlcp:scormtype`.
    fn token(self) -> &'static str {
        match self {
            Self::Sco => "sco",
            Self::Asset => "asset",
        }
    }
}

fn base<'a>(attributes: &mut Attributes<'a>, base: Option<&'a Href>) {
    if let Some(base) = base {
        attributes.push(("xml:base", base.to_string().into()));
    }
}
