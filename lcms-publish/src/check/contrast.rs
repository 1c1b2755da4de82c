//! What stands in the colours of the theme can be read.

use super::{Rule, Subject};
use crate::fault::{Fault, Faults};
use crate::theme::{Scheme, contrast, pairs};

pub(super) const CONTRAST: Rule = Rule::new(
    "contrast",
    "Text and edges stand out from their ground in the colours of the theme (WCAG 1.4.3, 1.4.11).",
    |subject: &Subject<'_>, faults: &mut Faults| {
        let profile = &subject.plan.profile;
        for pair in pairs(&profile.settings) {
            let found = contrast(pair.colours.0, pair.colours.1);
            if found >= pair.least {
                continue;
            }
            let (front, ground) = pair.names;
            let (palette, when) = match pair.scheme {
                Scheme::Light => ("colours", "by day"),
                Scheme::Dark => ("dark", "by night"),
            };
            // Rounded down: 4.49 must not read as 4.5.
            let found = (found * 100.0).floor() / 100.0;
            let message = format!(
                "`{front}` {} on `{ground}` {} has a contrast of {found:.2} {when}; it needs {}",
                pair.colours.0, pair.colours.1, pair.least
            );
            faults.push(Fault {
                component: profile
                    .named
                    .map_or(subject.plan.root().component, |named| named.component),
                title: profile.label.clone().unwrap_or_else(|| "profile".to_owned()),
                pointer: format!("/theme/{palette}/{}", front.replace('-', "_")),
                rule: "contrast",
                message,
                place: None,
                about: None,
            });
        }
    },
);
