//! The release is in the language that the profile is for.

use super::Rule;
use crate::fault::Fault;

pub(super) const LANGUAGE: Rule = Rule::new(
    "language",
    "A release has the language that the profile names.",
    |subject, faults| {
        let plan = subject.plan;
        let found = &plan.release.release.language;
        if let Some(wanted) = &plan.profile.settings.language
            && wanted != found
        {
            let message = format!(
                "the profile is for `{wanted}`, the release is in `{found}`; release the course in \
                 `{wanted}`, or publish with another profile"
            );
            faults.push(Fault::new(plan.root(), "", "language", message));
        }
    },
)
.strict();
