//! xAPI packages with a `tincan.xml`.

use lcms_core::model::Metadata;
use lcms_core::model::content::{OutlineItem, Standard};
use lcms_formats::XmlLimits;
use lcms_formats::tincan::{self, TINCAN_FILE};

use super::launch::{self, Launch};
use super::{Described, MAX_DESCRIPTION, line};
use crate::error::ImportError;
use crate::folder::Folder;
use crate::report::Remark;

pub(super) fn describe(folder: &Folder) -> Result<Described, ImportError> {
    let bytes = folder.bytes(TINCAN_FILE, MAX_DESCRIPTION)?;
    let activities = tincan::read(&bytes, &XmlLimits::default())
        .map_err(|error| ImportError::format(TINCAN_FILE, None, error.to_string()))?;
    let mut described = Described { standard: Standard::Xapi, ..Described::default() };
    // Activities without a launch are what the others report on: questions, slides. They are kept
    // with the package's own description and would only fill the outline.
    for activity in activities.iter().filter(|activity| activity.launch.is_some()) {
        if described.title.is_empty() {
            described.title = line(&activity.name);
            let description = Some(activity.description.clone()).filter(|text| !text.is_empty());
            described.metadata = Metadata { description, ..Metadata::default() };
        }
        let mut item = OutlineItem {
            id: activity.id.clone(),
            title: line(&activity.name),
            tracked: true,
            ..OutlineItem::default()
        };
        match launch::find(folder, activity.launch.as_deref().unwrap_or_default()) {
            Launch::File { path, parameters, .. } => {
                item.launch = Some(path);
                item.parameters = parameters;
            }
            Launch::Elsewhere(address) => item.launch = Some(address),
            Launch::Missing(path) => {
                let reason = format!("`{path}`, which {} opens, is not there", activity.id);
                described.unsupported.push(Remark::file(TINCAN_FILE, reason));
            }
        }
        described.outline.push(item);
    }
    Ok(described)
}
