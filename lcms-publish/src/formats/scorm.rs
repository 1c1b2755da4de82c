//! What all SCORM packages share: IMS Content Packaging. One organization that follows the outline,
//! one resource per SCO, one per asset, one for what every SCO needs; each file listed once.

use std::collections::BTreeMap;

use lcms_core::{Error, Result};
use lcms_formats::control::control_documents;
use lcms_formats::manifest::{
    Href, Identifier, InvalidIdentifier, Item, MANIFEST_FILE, Manifest, Organization, Resource,
    ScormType, Standard, check, write,
};

use super::{Described, Document, Listed, metadata};
use crate::identifiers;
use crate::plan::{OutlineItem, Plan, Sco};
use crate::player;
use crate::shape::Shape;

/// What a version of SCORM says of organizations and items.
pub(super) trait Rules {
    /// Rules of the whole course.
    fn organization(&self, organization: &mut Organization);
    /// Rules of a SCO or a heading.
    fn item(&self, item: &mut Item, planned: &OutlineItem);
}

/// The manifest and the control documents beside it.
pub(super) fn describe(
    plan: &Plan<'_>,
    files: &Listed<'_>,
    standard: Standard,
    rules: &dyn Rules,
) -> Result<Described> {
    let manifest = Packager { plan, rules }
        .manifest(files, standard)
        .map_err(|error| Error::internal("an identifier is not valid", error))?;
    let xml = write(&manifest)
        .map_err(|faults| Error::internal("the manifest is not valid", faults.to_string()))?;
    let media_type = "application/xml";
    let mut documents = vec![Document { path: MANIFEST_FILE, media_type, bytes: xml.into_bytes() }];
    documents.extend(control_documents(standard).iter().map(|(path, bytes)| Document {
        path,
        media_type,
        bytes: bytes.to_vec(),
    }));
    let shape = Shape::of(&manifest, files.lessons, Some(player::STATE), None);
    let check = move |paths: &_| check(&manifest, paths).iter().map(ToString::to_string).collect();
    Ok(Described { documents, shape, check: Box::new(check) })
}

/// What is opened, with what is added to its address.
fn address(sco: &Sco) -> Href {
    Href::Local { path: sco.href(), suffix: sco.parameters().to_owned() }
}

struct Packager<'a> {
    plan: &'a Plan<'a>,
    rules: &'a dyn Rules,
}

impl Packager<'_> {
    fn manifest(
        &self,
        files: &Listed<'_>,
        standard: Standard,
    ) -> Result<Manifest, InvalidIdentifier> {
        let plan = self.plan;
        let mut manifest = Manifest::new(standard, plan.manifest_id.parse()?);
        manifest.version = Some("1".to_owned());
        manifest.metadata.lom = Some(metadata::of_course(plan));
        let organization_id: Identifier = plan.organization_id.parse()?;
        let mut organization = Organization::new(organization_id.clone(), &plan.title);
        organization.items = plan.items.iter().map(|i| self.item(i)).collect::<Result<_, _>>()?;
        self.rules.organization(&mut organization);
        manifest.default_organization = Some(organization_id);
        manifest.organizations.push(organization);
        manifest.resources = self.resources(files)?;
        Ok(manifest)
    }

    fn item(&self, planned: &OutlineItem) -> Result<Item, InvalidIdentifier> {
        let mut item = Item::new(planned.id.parse()?, &planned.title);
        item.children =
            planned.children.iter().map(|child| self.item(child)).collect::<Result<_, _>>()?;
        match planned.sco.and_then(|index| self.plan.scos.get(index)) {
            Some(sco) => item.identifierref = Some(sco.resource_id().parse()?),
            // What is launched is described at its resource.
            None => item.metadata.lom = Some(metadata::of_heading(self.plan, planned)),
        }
        self.rules.item(&mut item, planned);
        Ok(item)
    }

    /// SCOs in order, then assets, then what all of them share. A file stands in one resource;
    /// whatever else needs it depends on that.
    fn resources(&self, files: &Listed<'_>) -> Result<Vec<Resource>, InvalidIdentifier> {
        let plan = self.plan;
        let shared: Identifier = identifiers::shared_resource(&plan.manifest_id).parse()?;
        let mut resources = Vec::new();
        let mut assets = BTreeMap::<usize, Resource>::new();
        for (sco, own) in plan.scos.iter().zip(&files.by_sco) {
            let talks = sco.package.as_ref().is_none_or(|package| package.tracked);
            let kind = if talks { ScormType::Sco } else { ScormType::Asset };
            let mut resource = Resource::new(sco.resource_id().parse()?, kind);
            resource.href = Some(address(sco));
            resource.metadata.lom = Some(metadata::of_sco(plan, sco));
            resource.dependencies.push(shared.clone());
            for path in own {
                // What is opened stands in the resource that opens it.
                let file = plan.assets.get(path).filter(|_| *path != sco.href());
                let Some(file) = file else {
                    resource.files.push(Href::local(path));
                    continue;
                };
                let asset = match assets.entry(file.node) {
                    std::collections::btree_map::Entry::Occupied(there) => there.into_mut(),
                    std::collections::btree_map::Entry::Vacant(free) => {
                        let id = identifiers::asset_resource(path).parse()?;
                        let mut asset = Resource::new(id, ScormType::Asset);
                        asset.metadata.lom = metadata::of_asset(plan, file.node);
                        free.insert(asset)
                    }
                };
                let href = Href::local(path);
                if !asset.files.contains(&href) {
                    asset.files.push(href);
                }
                if !resource.dependencies.contains(&asset.identifier) {
                    resource.dependencies.push(asset.identifier.clone());
                }
            }
            resources.push(resource);
        }
        resources.extend(assets.into_values().map(|mut asset| {
            asset.files.sort();
            asset
        }));
        let mut common = Resource::new(shared, ScormType::Asset);
        common.files = files.shared.iter().map(Href::local).collect();
        resources.push(common);
        Ok(resources)
    }
}
