//! The gate: what a package must be like before a byte of it is made.
//!
//! A plan is held against every rule, and every reason is given at once: the component, the place in
//! its document, what is wrong and what to do. Some rules are for people to judge; those can be
//! waived, one by one and by name. What was waived is written into the package.

mod alternatives;
mod contrast;
mod language;
pub(crate) mod licences;
mod limits;
mod metadata;
mod scoring;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::fault::{Fault, Faults};
use crate::plan::Plan;
use crate::render::ScoData;

/// A rule of the gate.
#[derive(Debug)]
pub struct Rule {
    /// Its stable name, as `--waive` takes it.
    pub id: &'static str,
    /// What it asks for, in one sentence.
    pub text: &'static str,
    /// Whether people may decide that it does not matter this time.
    pub waivable: bool,
    check: fn(&Subject<'_>, &mut Faults),
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Rule {
    /// Every rule of the gate, in the order in which reasons are given. What keeps a text from
    /// being published at all (a link that leads nowhere, a variable without a value) is found
    /// before, and cannot be waived.
    pub const ALL: [Self; 13] = [
        language::LANGUAGE,
        metadata::REQUIRED,
        alternatives::IMAGES,
        alternatives::CAPTIONS,
        alternatives::TRANSCRIPTS,
        contrast::CONTRAST,
        licences::ATTRIBUTION,
        licences::NO_DERIVATIVES,
        licences::NON_COMMERCIAL,
        licences::SHARE_ALIKE,
        scoring::SCORED,
        limits::SUSPEND_DATA,
        limits::LOCATION,
    ];

    /// The rule with that name.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        const RULES: &[Rule] = &Rule::ALL;
        RULES.iter().find(|rule| rule.id == id)
    }

    const fn new(
        id: &'static str,
        text: &'static str,
        check: fn(&Subject<'_>, &mut Faults),
    ) -> Self {
        Self { id, text, waivable: true, check }
    }

    const fn strict(self) -> Self {
        Self { waivable: false, ..self }
    }
}

/// What is held against the rules.
pub(crate) struct Subject<'p> {
    pub(crate) plan: &'p Plan<'p>,
    /// What each SCO that is made here tells the player, in the order of the plan's SCOs.
    pub(crate) scos: &'p [&'p ScoData],
}

/// Everything that is wrong with a plan.
pub(crate) fn check(subject: &Subject<'_>) -> Faults {
    let mut faults = Faults::default();
    for rule in &Rule::ALL {
        (rule.check)(subject, &mut faults);
    }
    faults
}

/// Rules that are not to be heeded this time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waivers(BTreeSet<&'static str>);

impl Waivers {
    /// Every rule waived, for looking at what is not finished.
    pub(crate) fn all() -> Self {
        Self(Rule::ALL.iter().map(|rule| rule.id).collect())
    }

    /// Whether nothing is waived.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rules by name.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().copied()
    }

    /// Parts what is refused from what is waived.
    pub(crate) fn part(&self, faults: Faults) -> (Vec<Fault>, Vec<Fault>) {
        faults.into_vec().into_iter().partition(|fault| !self.0.contains(fault.rule))
    }
}

impl FromIterator<Waiver> for Waivers {
    fn from_iter<I: IntoIterator<Item = Waiver>>(waivers: I) -> Self {
        Self(waivers.into_iter().map(|waiver| waiver.0).collect())
    }
}

/// A rule that is waived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiver(&'static str);

/// A text that names no rule that can be waived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverError(String);

impl fmt::Display for WaiverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waivable = Rule::ALL.iter().filter(|rule| rule.waivable).map(|rule| rule.id);
        let known = waivable.collect::<Vec<_>>().join(", ");
        match Rule::named(&self.0) {
            Some(rule) => write!(f, "the rule `{}` cannot be waived; others are: {known}", rule.id),
            None => write!(f, "`{}` is no rule that can be waived; these are: {known}", self.0),
        }
    }
}

impl std::error::Error for WaiverError {}

impl FromStr for Waiver {
    type Err = WaiverError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Rule::named(text) {
            Some(rule) if rule.waivable => Ok(Self(rule.id)),
            _ => Err(WaiverError(text.chars().take(60).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_names_of_their_own_and_say_what_they_want() {
        let names: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id).collect();
        assert_eq!(names.len(), Rule::ALL.len());
        for rule in &Rule::ALL {
            assert!(rule.text.ends_with('.'), "{}", rule.id);
            assert_eq!(rule.id.parse::<Waiver>().is_ok(), rule.waivable, "{}", rule.id);
        }
        let said = "language".parse::<Waiver>().unwrap_err().to_string();
        assert!(said.starts_with("the rule `language` cannot be waived"), "{said}");
        assert!("reference".parse::<Waiver>().unwrap_err().to_string().contains("captions"));
    }
}
