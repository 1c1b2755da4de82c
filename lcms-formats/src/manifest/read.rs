//! XML to [`Manifest`].
//!
//! Lenient where tools are sloppy (encodings, identifiers, backslashes, values out of range), and
//! every leniency is a [`Note`]. What a document has beyond the types is skipped with a note too.

use crate::lom::{self, Binding};
use crate::xml::{self, Node, Position, XML_NAMESPACE, XmlError, XmlLimits};

use super::names::{Vocabulary, vocabulary};
use super::scorm2004::Edition;
use super::{
    Href, Identifier, Item, Manifest, Metadata, Note, NoteKind, Notes, Organization, Resource,
    ScormType, Standard, scorm12, scorm2004,
};

/// A manifest as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The manifest.
    pub manifest: Manifest,
    /// What was skipped or repaired on the way, in the order it was found.
    pub notes: Vec<Note>,
}

/// Why a manifest could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not XML that this crate reads.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The root element is not a `manifest`.
    #[error("{position}: the root element is <{element}>, not <manifest>")]
    NotAManifest {
        /// The root element's name as written.
        element: String,
        /// Where it stands.
        position: Position,
    },
    /// The manifest is of another standard.
    #[error("{position}: neither SCORM 1.2 nor SCORM 2004: the {what} is {text:?}")]
    UnknownStandard {
        /// `namespace` or `schema`.
        what: &'static str,
        /// Its text.
        text: String,
        /// Where it stands.
        position: Position,
    },
    /// An element or attribute that nothing can be read without.
    #[error("{position}: <{element}> has no {missing}")]
    Missing {
        /// The element that lacks it.
        element: String,
        /// What it lacks.
        missing: &'static str,
        /// Where the element stands.
        position: Position,
    },
}

/// Reads a manifest of SCORM 1.2 or SCORM 2004.
///
/// # Errors
/// When the bytes are not well-formed XML within the limits, carry a DOCTYPE or an unknown entity,
/// are not a SCORM manifest, or lack an element or identifier that the types cannot do without.
/// Dangling references and the like are not errors here: [`check`](super::check()) finds them.
pub fn read(bytes: &[u8], limits: &XmlLimits) -> Result<Reading, ReadError> {
    let (root, misdeclared) = xml::read(bytes, limits)?;
    let mut notes = Notes::of_text(misdeclared);
    let manifest = ManifestReader { notes: &mut notes }.manifest(&root)?;
    Ok(Reading { manifest, notes: notes.into_inner() })
}

struct ManifestReader<'a> {
    notes: &'a mut Notes,
}

impl ManifestReader<'_> {
    fn manifest(&mut self, root: &Node) -> Result<Manifest, ReadError> {
        if root.name != "manifest" {
            return Err(ReadError::NotAManifest {
                element: root.written_name.clone(),
                position: root.position,
            });
        }
        let standard = self.standard(root)?;
        let identifier = self.required_identifier(root, "identifier")?;
        let mut manifest = Manifest::new(standard, identifier);
        manifest.version = attribute(root, "version");
        manifest.base = base(root);
        let known = [("", "identifier"), ("", "version"), (XML_NAMESPACE, "base")];
        self.notes.unknown_attributes(root, &known);
        let (mut organizations, mut resources) = (None, None);
        for child in &root.children {
            match packaging_name(child) {
                "metadata" => manifest.metadata = self.metadata(child),
                "organizations" if organizations.is_none() => organizations = Some(child),
                "resources" if resources.is_none() => resources = Some(child),
                _ => self.notes.skipped(child),
            }
        }
        let organizations = organizations.ok_or_else(|| missing(root, "<organizations>"))?;
        let resources = resources.ok_or_else(|| missing(root, "<resources>"))?;
        self.organizations(organizations, &mut manifest)?;
        self.resources(resources, &mut manifest)?;
        Ok(manifest)
    }

    /// The namespace tells 1.2 from 2004, `schemaversion` the edition. Where that is no edition's,
    /// the newest is assumed: it has every element of the others.
    fn standard(&mut self, root: &Node) -> Result<Standard, ReadError> {
        let metadata = packaging_child(root, "metadata");
        let find = |name| metadata.and_then(|metadata| packaging_child(metadata, name));
        if let Some(schema) = find("schema")
            && !schema.text().eq_ignore_ascii_case("ADL SCORM")
        {
            return Err(ReadError::UnknownStandard {
                what: "schema",
                text: schema.text().to_owned(),
                position: schema.position,
            });
        }
        let version = find("schemaversion");
        let text = version.map_or("", Node::text);
        let (standard, is_known) = match root.namespace.as_str() {
            scorm12::CONTENT_PACKAGING => (Standard::Scorm12, text == scorm12::SCHEMA_VERSION),
            scorm2004::CONTENT_PACKAGING => {
                let edition = Edition::from_schema_version(text);
                let standard = Standard::Scorm2004(edition.unwrap_or(Edition::Fourth));
                (standard, edition.is_some())
            }
            namespace => {
                return Err(ReadError::UnknownStandard {
                    what: "namespace",
                    text: namespace.to_owned(),
                    position: root.position,
                });
            }
        };
        if !is_known {
            let written = version.map(|node| node.text().to_owned());
            let position = version.unwrap_or(root).position;
            self.notes.add(position, NoteKind::UnknownSchemaVersion { written });
        }
        Ok(standard)
    }

    fn organizations(&mut self, node: &Node, manifest: &mut Manifest) -> Result<(), ReadError> {
        self.notes.unknown_attributes(node, &[("", "default")]);
        manifest.default_organization = self.identifier(node, "default");
        for child in &node.children {
            match packaging_name(child) {
                "organization" => manifest.organizations.push(self.organization(child)?),
                _ => self.notes.skipped(child),
            }
        }
        Ok(())
    }

    fn organization(&mut self, node: &Node) -> Result<Organization, ReadError> {
        let global = (scorm2004::ADL_SEQUENCING, "objectivesGlobalToSystem");
        let known = [("", "identifier"), ("", "structure"), global];
        self.notes.unknown_attributes(node, &known);
        let identifier = self.required_identifier(node, "identifier")?;
        let mut organization = Organization::new(identifier, "");
        organization.structure = attribute(node, "structure");
        if node.attribute(global.0, global.1).is_some() {
            let value = self.notes.boolean_attribute(node, global.0, global.1, true);
            organization.scorm2004.objectives_global_to_system = Some(value);
        }
        for child in &node.children {
            match (vocabulary(child), child.name.as_str()) {
                (Vocabulary::ContentPackaging, "title") => {
                    organization.title = child.text().to_owned();
                }
                (Vocabulary::ContentPackaging, "item") => {
                    organization.items.push(self.item(child)?);
                }
                (Vocabulary::ContentPackaging, "metadata") => {
                    organization.metadata = self.metadata(child);
                }
                (Vocabulary::SimpleSequencing, "sequencing") => {
                    organization.scorm2004.sequencing =
                        scorm2004::read_sequencing(child, self.notes);
                }
                _ => self.notes.skipped(child),
            }
        }
        Ok(organization)
    }

    fn item(&mut self, node: &Node) -> Result<Item, ReadError> {
        let known = ["identifier", "identifierref", "isvisible", "parameters"];
        self.notes.unknown_attributes(node, &known.map(|name| ("", name)));
        let mut item = Item::new(self.required_identifier(node, "identifier")?, "");
        item.identifierref = self.identifier(node, "identifierref");
        item.isvisible = self.notes.boolean_attribute(node, "", "isvisible", true);
        item.parameters = attribute(node, "parameters");
        for child in &node.children {
            match (vocabulary(child), child.name.as_str()) {
                (Vocabulary::ContentPackaging, "title") => item.title = child.text().to_owned(),
                (Vocabulary::ContentPackaging, "item") => item.children.push(self.item(child)?),
                (Vocabulary::ContentPackaging, "metadata") => item.metadata = self.metadata(child),
                _ if child.namespace == scorm12::ADL_PACKAGING => {
                    scorm12::read_item_rule(child, &mut item, self.notes);
                }
                _ => scorm2004::read_item_rule(child, &mut item, self.notes),
            }
        }
        Ok(item)
    }

    fn resources(&mut self, node: &Node, manifest: &mut Manifest) -> Result<(), ReadError> {
        self.notes.unknown_attributes(node, &[(XML_NAMESPACE, "base")]);
        manifest.resources_base = base(node);
        for child in &node.children {
            match packaging_name(child) {
                "resource" => manifest.resources.push(self.resource(child)?),
                _ => self.notes.skipped(child),
            }
        }
        Ok(())
    }

    fn resource(&mut self, node: &Node) -> Result<Resource, ReadError> {
        let identifier = self.required_identifier(node, "identifier")?;
        let mut resource = Resource::new(identifier, self.scorm_type(node));
        resource.kind = attribute(node, "type").unwrap_or_default();
        resource.href = node.attribute("", "href").map(Href::from_reference);
        resource.base = base(node);
        for child in &node.children {
            match packaging_name(child) {
                "metadata" => resource.metadata = self.metadata(child),
                "file" => resource.files.push(self.file(child)?),
                "dependency" => {
                    self.notes.unknown_attributes(child, &[("", "identifierref")]);
                    let on = self.required_identifier(child, "identifierref")?;
                    resource.dependencies.push(on);
                }
                _ => self.notes.skipped(child),
            }
        }
        Ok(resource)
    }

    /// The attribute's name differs in case between the standards, and tools mix the two up.
    fn scorm_type(&mut self, node: &Node) -> ScormType {
        let namespaces = [scorm12::ADL_PACKAGING, scorm2004::ADL_PACKAGING];
        let mut known =
            vec![("", "identifier"), ("", "type"), ("", "href"), (XML_NAMESPACE, "base")];
        let mut scorm_type = ScormType::Asset;
        for attribute in &node.attributes {
            let is_scorm_type = namespaces.contains(&attribute.namespace.as_str())
                && attribute.name.eq_ignore_ascii_case("scormtype");
            if !is_scorm_type {
                continue;
            }
            known.push((&attribute.namespace, &attribute.name));
            match attribute.value.trim().to_ascii_lowercase().as_str() {
                "sco" => scorm_type = ScormType::Sco,
                "asset" => {}
                _ => self.notes.invalid(node.position, &attribute.written_name, &attribute.value),
            }
        }
        self.notes.unknown_attributes(node, &known);
        scorm_type
    }

    fn file(&mut self, node: &Node) -> Result<Href, ReadError> {
        self.notes.unknown_attributes(node, &[("", "href")]);
        for child in &node.children {
            self.notes.skipped(child);
        }
        let href = node.attribute("", "href").ok_or_else(|| missing(node, "href"))?;
        Ok(Href::from_reference(href))
    }

    fn metadata(&mut self, node: &Node) -> Metadata {
        let mut metadata = Metadata::default();
        self.notes.unknown_attributes(node, &[]);
        for child in &node.children {
            match (vocabulary(child), child.name.as_str()) {
                // Read already, where the standard was decided.
                (Vocabulary::ContentPackaging, "schema" | "schemaversion") => {}
                (Vocabulary::AdlPackaging, "location") => {
                    metadata.location = Some(Href::from_reference(child.text()));
                }
                (_, "lom") => match Binding::of(child) {
                    Some(binding) => metadata.lom = Some(lom::read(child, binding, self.notes)),
                    None => self.notes.skipped(child),
                },
                _ => self.notes.skipped(child),
            }
        }
        metadata
    }

    fn required_identifier(
        &mut self,
        node: &Node,
        name: &'static str,
    ) -> Result<Identifier, ReadError> {
        self.identifier(node, name).ok_or_else(|| missing(node, name))
    }

    /// An identifier or a reference to one. Both are repaired in the same way, so they still meet.
    fn identifier(&mut self, node: &Node, name: &str) -> Option<Identifier> {
        let written = node.attribute("", name)?.trim();
        let identifier = Identifier::repaired(written).ok()?;
        if identifier.as_str() != written {
            let kind = NoteKind::RepairedIdentifier {
                written: written.to_owned(),
                used: identifier.to_string(),
            };
            self.notes.add(node.position, kind);
        }
        Some(identifier)
    }
}

/// The local name of a content packaging element; empty, and so unknown, for any other.
fn packaging_name(node: &Node) -> &str {
    match vocabulary(node) {
        Vocabulary::ContentPackaging => &node.name,
        _ => "",
    }
}

fn packaging_child<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.children.iter().find(|child| packaging_name(child) == name)
}

fn attribute(node: &Node, name: &str) -> Option<String> {
    node.attribute("", name).map(str::to_owned)
}

fn base(node: &Node) -> Option<Href> {
    node.attribute(XML_NAMESPACE, "base").map(Href::from_reference)
}

fn missing(node: &Node, missing: &'static str) -> ReadError {
    ReadError::Missing { element: node.written_name.clone(), missing, position: node.position }
}
