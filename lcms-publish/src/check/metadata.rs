//! Components have the metadata that the profile asks for.

use lcms_core::model::content::RequiredField;
use lcms_core::service::FrozenNode;

use super::{Rule, Subject};
use crate::fault::{Fault, Faults};

pub(super) const REQUIRED: Rule = Rule::new(
    "metadata",
    "Components have the metadata that the profile requires of their kind.",
    |subject: &Subject<'_>, faults: &mut Faults| {
        let plan = subject.plan;
        for node in plan.used.iter().map(|&index| plan.node(index)) {
            let required = plan.profile.settings.required.get(&node.content.kind());
            for field in required.into_iter().flatten().filter(|field| !has(node, **field)) {
                let (name, kind) = (field.as_str(), node.content.kind());
                let message = format!(
                    "the profile asks for `{name}` of every {kind}; add it to the metadata"
                );
                faults.push(Fault::new(node, &format!("/metadata/{name}"), "metadata", message));
            }
        }
    },
);

fn has(node: &FrozenNode, field: RequiredField) -> bool {
    let metadata = &node.metadata;
    let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    match field {
        RequiredField::Description => {
            said(&metadata.description)
                || node.content.summary().is_some_and(|summary| !summary.trim().is_empty())
        }
        RequiredField::Tags => !metadata.tags.is_empty(),
        RequiredField::Keywords => !metadata.keywords.is_empty(),
        RequiredField::Audience => !metadata.audience.is_empty(),
        RequiredField::Difficulty => metadata.difficulty.is_some(),
        RequiredField::DurationMinutes => metadata.duration_minutes.is_some(),
        RequiredField::Licence => said(&metadata.licence),
        RequiredField::Attribution => said(&metadata.attribution),
    }
}
