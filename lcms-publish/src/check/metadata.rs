//! Components have the metadata that the profile asks for.

use lcms_core::model::FieldName;
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
                let (name, kind) = (FieldName::from(*field), node.content.kind());
                let message = format!(
                    "the profile asks for `{name}` of every {kind}; add it to the metadata"
                );
                faults.push(Fault::new(
                    node,
                    &format!("/metadata{}", name.pointer()),
                    "metadata",
                    message,
                ));
            }
        }
    },
);

fn has(node: &FrozenNode, field: RequiredField) -> bool {
    let values = node.metadata.values(&field.into());
    values
        .iter()
        .map(String::as_str)
        .chain(instead(node, field))
        .any(|text| !text.trim().is_empty())
}

/// What the content says that does as well.
fn instead(node: &FrozenNode, field: RequiredField) -> Option<&str> {
    node.content.summary().filter(|_| field == RequiredField::Description)
}
