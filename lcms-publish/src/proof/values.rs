//! The values that variables have in a course.

use std::collections::BTreeMap;

use lcms_core::Result;
use lcms_core::model::content::Content;
use lcms_core::model::{Reference, RevisionSelector, SlotRole, Target};
use lcms_core::service::Session;

use super::text::keeps;

/// The values that a course's variable sets give for these conditions: later sets before earlier
/// ones, as in its packages; all sets when there are no conditions.
///
/// # Errors
/// When there is no such course, the actor may not read it, or the store cannot be read.
pub async fn values_in(
    session: &Session,
    course: &Target,
    conditions: &BTreeMap<String, Vec<String>>,
) -> Result<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    for placed in session.placements(course).await?.items {
        // What the actor may not read has no values for them.
        if placed.role != SlotRole::VariableSet || placed.placed.is_none() {
            continue;
        }
        // What shows no version cannot be published either; its page says so.
        let is_kept = conditions.is_empty() || keeps(conditions, &placed.when);
        let Some(shown) = placed.shows.filter(|_| is_kept) else { continue };
        let revision = shown.number.map_or(RevisionSelector::Head, RevisionSelector::Number);
        let set = Reference { target: Target::Id(placed.component), revision };
        if let Content::VariableSet(set) = session.component(&set).await?.content {
            values.extend(set.variables);
        }
    }
    Ok(values)
}
