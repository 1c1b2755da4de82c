//! The manifest of a package: what all formats share. A format's own file holds what differs.

mod metadata;
mod scorm12;
mod scorm2004;

use std::collections::BTreeMap;

use lcms_formats::manifest::scorm2004::Edition;
use lcms_formats::manifest::{
    Href, Identifier, InvalidIdentifier, Item, Manifest, Organization, Resource, ScormType,
    Standard,
};

use crate::plan::{OutlineItem, Plan};
use crate::profile::Format;

/// Identifier of the resource that holds what every SCO needs: the player and the bill of content.
const SHARED: &str = "r-shared";

impl Format {
    pub(crate) fn standard(self) -> Standard {
        match self {
            Self::Scorm12 => Standard::Scorm12,
            Self::Scorm2004Fourth => Standard::Scorm2004(Edition::Fourth),
        }
    }
}

/// Which files a package has: those all SCOs share, and those of each SCO (its page first).
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) shared: Vec<String>,
    pub(crate) by_sco: Vec<Vec<String>>,
}

/// The manifest of a plan.
///
/// # Errors
/// When an identifier is not valid in XML; ours always are.
pub(crate) fn build(plan: &Plan<'_>, files: &Files) -> Result<Manifest, InvalidIdentifier> {
    let standard = plan.profile.format.standard();
    let mut manifest = Manifest::new(standard, plan.manifest_id.parse()?);
    manifest.version = Some("1".to_owned());
    manifest.metadata.lom = Some(metadata::of_course(plan));

    let organization_id: Identifier = plan.organization_id.parse()?;
    let mut organization = Organization::new(organization_id.clone(), &plan.title);
    organization.items = plan.items.iter().map(|i| item(plan, i)).collect::<Result<_, _>>()?;
    if plan.profile.format == Format::Scorm2004Fourth {
        organization.scorm2004 = scorm2004::organization_rules();
    }
    manifest.default_organization = Some(organization_id);
    manifest.organizations.push(organization);

    // A file that several SCOs show is listed where it is first needed and depended on elsewhere,
    // so that the manifest lists each file once.
    let shared_id: Identifier = SHARED.parse()?;
    let mut owner = BTreeMap::<&str, Identifier>::new();
    for (sco, own) in plan.scos.iter().zip(&files.by_sco) {
        let mut resource = Resource::new(sco.resource_id().parse()?, ScormType::Sco);
        resource.href = Some(Href::local(sco.href()));
        resource.metadata.lom = Some(metadata::of_sco(plan, sco));
        resource.dependencies.push(shared_id.clone());
        for path in own {
            match owner.get(path.as_str()) {
                None => {
                    owner.insert(path, resource.identifier.clone());
                    resource.files.push(Href::local(path));
                }
                Some(other) if !resource.dependencies.contains(other) => {
                    resource.dependencies.push(other.clone());
                }
                Some(_) => {}
            }
        }
        manifest.resources.push(resource);
    }
    let mut shared = Resource::new(shared_id, ScormType::Asset);
    shared.files = files.shared.iter().map(Href::local).collect();
    manifest.resources.push(shared);
    Ok(manifest)
}

fn item(plan: &Plan<'_>, planned: &OutlineItem) -> Result<Item, InvalidIdentifier> {
    let mut item = Item::new(planned.id.parse()?, &planned.title);
    item.children =
        planned.children.iter().map(|child| self::item(plan, child)).collect::<Result<_, _>>()?;
    if let Some(sco) = planned.sco.and_then(|index| plan.scos.get(index)) {
        item.identifierref = Some(sco.resource_id().parse()?);
        match plan.profile.format {
            Format::Scorm12 => item.scorm12 = scorm12::item_rules(plan, sco),
            Format::Scorm2004Fourth => item.scorm2004 = scorm2004::sco_rules(plan, sco),
        }
    } else if plan.profile.format == Format::Scorm2004Fourth {
        item.scorm2004 = scorm2004::heading_rules();
    }
    Ok(item)
}
