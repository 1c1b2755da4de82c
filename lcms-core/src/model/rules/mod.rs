//! What a library asks of the metadata of its components: a [`MetadataSchema`] for all kinds and
//! one for each that needs its own, and the vocabularies that bind fields.
//!
//! [`LibraryRules::settle`] is what a save does: it fills in defaults, brings every label to its
//! term's value and refuses what a draft may not hold. [`LibraryRules::lacking`] is what a step to
//! another state does, and [`LibraryRules::completeness`] says how far a component is. All three
//! look at a field in the same way, so they cannot disagree.
//!
//! A schema is a small part of JSON Schema (2020-12: `required`, `enum`, `pattern`, `default`,
//! `format`) with states added; [`MetadataSchema::to_json_schema`] writes it as such.

mod json_schema;
mod subject;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use time::Date;
use time::format_description::well_known::Iso8601;
use utoipa::ToSchema;

use super::field::{Care, FieldName};
use super::key::{Key, Language};
use super::kind::Kind;
use super::metadata::Metadata;
use super::state::State;
use super::violation::{Violation, Violations};
use super::vocabulary::{Taken, TermIndex, Vocabulary};

pub use subject::{ALL_KINDS, RuleSubject, SYNONYMS};

/// Most fields of one schema.
const MOST_FIELDS: usize = 200;
/// Most bytes that a compiled pattern may take.
const PATTERN_BYTES: usize = 1 << 18;

/// What is asked of the metadata of one kind of component, or of all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MetadataSchema {
    /// A rule for each field that has one.
    #[serde(default)]
    pub fields: Vec<FieldRule>,
}

/// What is asked of one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// The field.
    pub field: FieldName,
    /// What belongs in it, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// The first state that needs it: `draft` (no save without it), `in_review` or `approved`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_from: Option<State>,
    /// Not required, but part of being complete.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recommended: bool,
    /// What its values may look like.
    #[serde(default, rename = "type", skip_serializing_if = "ValueType::is_text")]
    pub value_type: ValueType,
    /// The values it may have; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    /// A regular expression that each whole value matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What a save fills in when it has no value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default: Vec<String>,
}

/// What a value may look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Anything.
    #[default]
    Text,
    /// A decimal number.
    Number,
    /// A day, `2027-01-31`.
    Date,
    /// An absolute address with a scheme, such as `https://…`.
    Url,
}

impl ValueType {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_text(&self) -> bool {
        *self == Self::Text
    }

    fn takes(self, value: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
            Self::Date => value.len() == 10 && Date::parse(value, &Iso8601::DATE).is_ok(),
            Self::Url => url::Url::parse(value).is_ok_and(|url| url.has_host()),
        }
    }

    fn said(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Date => "a day, such as 2027-01-31",
            Self::Url => "an address, such as https://example.org/",
        }
    }
}

impl FieldRule {
    /// A rule that asks nothing of the field yet.
    #[must_use]
    pub fn new(field: FieldName) -> Self {
        Self {
            field,
            help: String::new(),
            required_from: None,
            recommended: false,
            value_type: ValueType::Text,
            allowed: Vec::new(),
            pattern: None,
            default: Vec::new(),
        }
    }

    fn counts(&self) -> bool {
        self.recommended || self.required_from.is_some()
    }
}

fn compiled(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(PATTERN_BYTES).build()
}

impl MetadataSchema {
    /// Everything that is wrong with it, each at its JSON pointer.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Violations::default();
        found.require(
            self.fields.len() <= MOST_FIELDS,
            "/fields",
            "length",
            format!("a schema has rules for at most {MOST_FIELDS} fields"),
        );
        for (n, rule) in self.fields.iter().enumerate() {
            let at = |member: &str| format!("/fields/{n}/{member}");
            let field = &rule.field;
            if self.fields.iter().take(n).any(|other| other.field == *field) {
                found.add(at("field"), "unique", format!("there are two rules for `{field}`"));
            }
            let reachable = rule.required_from != Some(State::Retired);
            let message = "use draft, in_review or approved";
            found.require(reachable, at("required_from"), "state", message);
            if field.is_care()
                && *rule
                    != (FieldRule {
                        help: rule.help.clone(),
                        required_from: rule.required_from,
                        recommended: rule.recommended,
                        ..FieldRule::new(field.clone())
                    })
            {
                let message = format!("`{field}` can be required or recommended, nothing else");
                found.add(at("field"), "care", message);
            }
            if field.is_care() && rule.required_from == Some(State::Draft) {
                let message = format!(
                    "`{field}` is given to what is saved already: require it from in_review or approved"
                );
                found.add(at("required_from"), "care", message);
            }
            if let Some(Err(error)) = rule.pattern.as_deref().map(compiled) {
                found.add(at("pattern"), "pattern", format!("the pattern cannot be used: {error}"));
                continue;
            }
            let compiled = CompiledRule::new(rule.clone());
            let mut filled = Metadata::default();
            if let Err(error) = filled.set_values(field, rule.default.clone())
                && !rule.default.is_empty()
            {
                found.add(at("default"), "default", error.to_string());
            }
            for value in &rule.default {
                if let Some(fault) = compiled.fault(value) {
                    found.add(
                        at("default"),
                        "default",
                        format!("the default breaks the rule itself: {}", fault.1),
                    );
                }
            }
        }
        found.into_vec()
    }
}

/// A schema or vocabulary of a library, as it was put there.
#[derive(Clone, Debug, PartialEq)]
pub enum LibraryRule {
    /// A vocabulary, under its key.
    Vocabulary(Key, Vocabulary),
    /// A schema of one kind, or of all.
    Schema(Option<Kind>, MetadataSchema),
}

#[derive(Clone, Debug)]
struct CompiledRule {
    rule: FieldRule,
    pattern: Option<Regex>,
}

impl CompiledRule {
    fn new(rule: FieldRule) -> Self {
        // What cannot be compiled was refused when the schema was put in place.
        let pattern = rule.pattern.as_deref().and_then(|pattern| compiled(pattern).ok());
        Self { rule, pattern }
    }

    /// Why a value may not be there: the rule's name, and a message.
    fn fault(&self, value: &str) -> Option<(&'static str, String)> {
        let field = &self.rule.field;
        if !self.rule.value_type.takes(value) {
            let said = self.rule.value_type.said();
            return Some(("type", format!("`{value}` in `{field}` is not {said}")));
        }
        if !self.rule.allowed.is_empty() && !self.rule.allowed.iter().any(|it| it == value) {
            let allowed = self.rule.allowed.join("`, `");
            return Some(("enum", format!("`{field}` may be `{allowed}`, not `{value}`")));
        }
        match &self.pattern {
            Some(pattern) if !pattern.is_match(value) => {
                let pattern = self.rule.pattern.as_deref().unwrap_or_default();
                Some(("pattern", format!("`{value}` in `{field}` does not match `{pattern}`")))
            }
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
struct Bound {
    key: Key,
    closed: bool,
    terms: TermIndex,
}

/// All rules of a library, ready for use.
#[derive(Clone, Debug, Default)]
pub struct LibraryRules {
    schemas: HashMap<Option<Kind>, Vec<CompiledRule>>,
    bound: BTreeMap<FieldName, Bound>,
}

/// How complete a component's metadata is, and what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Completeness {
    /// 0 to 100: of what is required (which counts twice) and recommended, how much is there.
    pub percent: u8,
    /// What is missing or wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<MissingField>,
}

/// A field that keeps a component from being complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MissingField {
    /// The field.
    pub field: FieldName,
    /// The first state that needs it; absent when it is only recommended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_from: Option<State>,
    /// Why, for people.
    pub message: String,
}

/// What a library without a schema is measured by.
const USUAL: [FieldName; 4] =
    [FieldName::Description, FieldName::Tags, FieldName::Licence, FieldName::Steward];

impl LibraryRules {
    /// The rules of a library of that language.
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = LibraryRule>, language: &Language) -> Self {
        let mut made = Self::default();
        for rule in rules {
            match rule {
                LibraryRule::Vocabulary(key, vocabulary) => {
                    let terms = TermIndex::new(&vocabulary, language);
                    for field in vocabulary.fields {
                        let (key, terms) = (key.clone(), terms.clone());
                        made.bound.insert(field, Bound { key, closed: vocabulary.closed, terms });
                    }
                }
                LibraryRule::Schema(kind, schema) => {
                    let rules = schema.fields.into_iter().map(CompiledRule::new).collect();
                    made.schemas.insert(kind, rules);
                }
            }
        }
        made
    }

    /// The rules for a kind: its own, and those for all that it has none of its own for.
    fn of(&self, kind: Kind) -> impl Iterator<Item = &CompiledRule> {
        let own = self.schemas.get(&Some(kind)).map_or(&[][..], Vec::as_slice);
        let all = self.schemas.get(&None).map_or(&[][..], Vec::as_slice);
        let others = all.iter().filter(|it| own.iter().all(|own| own.rule.field != it.rule.field));
        own.iter().chain(others)
    }

    /// The metadata as it is to be saved: defaults filled in, labels brought to their terms'
    /// values. Settling twice is settling once.
    ///
    /// # Errors
    /// Every field that a draft must not hold like this, with its JSON pointer. A value that was
    /// there `before` may stay although its term was deprecated or taken out since.
    pub fn settle(
        &self,
        kind: Kind,
        mut metadata: Metadata,
        before: Option<&Metadata>,
    ) -> Result<Metadata, Vec<Violation>> {
        for rule in self.of(kind).map(|compiled| &compiled.rule) {
            if !rule.default.is_empty() && metadata.values(&rule.field).is_empty() {
                // Defaults were tried when the schema was put in place.
                let _ = metadata.set_values(&rule.field, rule.default.clone());
            }
        }
        self.settle_terms(&mut metadata);
        let mut found = Violations::default();
        for (field, bound) in &self.bound {
            let had = before.map(|before| before.values(field)).unwrap_or_default();
            for value in metadata.values(field).iter().filter(|value| !had.contains(value)) {
                if let Some(message) = bound.refusal(field, value, true) {
                    found.add(field.pointer(), "vocabulary", message);
                }
            }
        }
        for rule in self.of(kind) {
            if let Some((name, message)) = self.fault(rule, &metadata, State::Draft) {
                found.add(rule.rule.field.pointer(), name, message);
            }
        }
        let found = found.into_vec();
        if found.is_empty() { Ok(metadata) } else { Err(found) }
    }

    /// Brings every label in a bound field to its term's value.
    pub fn settle_terms(&self, metadata: &mut Metadata) {
        for (field, bound) in &self.bound {
            let values = metadata.values(field);
            let settled: Vec<_> =
                values.iter().map(|value| bound.terms.settle(value).to_owned()).collect();
            if settled != values {
                // As many values as before at the most, of a field that takes any text.
                let _ = metadata.set_values(field, settled);
            }
        }
    }

    /// Values in bound fields that no term of their vocabulary is called.
    #[must_use]
    pub fn unknown_values(
        &self,
        metadata: &Metadata,
        vocabulary: &Key,
    ) -> Vec<(FieldName, String)> {
        let of = self.bound.iter().filter(|(_, bound)| bound.key == *vocabulary);
        of.flat_map(|(field, bound)| {
            let values = metadata.values(field).into_iter();
            let unknown = values.filter(|value| bound.terms.take(value) == Taken::Unknown);
            unknown.map(|value| (field.clone(), value))
        })
        .collect()
    }

    /// What is wrong with a component that is to stand in `state`.
    #[must_use]
    pub fn lacking(
        &self,
        kind: Kind,
        metadata: &Metadata,
        care: &Care,
        state: State,
    ) -> Vec<Violation> {
        let mut found = Violations::default();
        for rule in self.of(kind) {
            let fault = match care_of(&rule.rule.field, care) {
                Some(true) => None,
                Some(false) => absent(&rule.rule, state),
                None => self.fault(rule, metadata, state),
            };
            if let Some((name, message)) = fault {
                found.add(rule.rule.field.pointer(), name, message);
            }
        }
        for (field, bound) in self.bound.iter().filter(|(_, bound)| bound.closed) {
            for value in metadata.values(field) {
                if let Some(message) = bound.refusal(field, &value, false) {
                    found.add(field.pointer(), "vocabulary", message);
                }
            }
        }
        found.into_vec()
    }

    /// How complete a component is.
    #[must_use]
    pub fn completeness(&self, kind: Kind, metadata: &Metadata, care: &Care) -> Completeness {
        let mut rules: Vec<_> = self.of(kind).filter(|it| it.rule.counts()).cloned().collect();
        if rules.is_empty() {
            let usual = |field| FieldRule { recommended: true, ..FieldRule::new(field) };
            rules.extend(USUAL.map(usual).map(CompiledRule::new));
        }
        let (mut whole, mut there) = (0_u32, 0_u32);
        let mut missing = Vec::new();
        for rule in &rules {
            let FieldRule { field, required_from, .. } = &rule.rule;
            let weight = if required_from.is_some() { 2 } else { 1 };
            whole += weight;
            let empty = || format!("`{field}` is empty");
            let fault = match care_of(field, care) {
                Some(true) => None,
                Some(false) => Some(empty()),
                None => {
                    let values = metadata.values(field);
                    match values.iter().find_map(|value| rule.fault(value)) {
                        None if values.is_empty() => Some(empty()),
                        fault => fault.map(|(_, message)| message),
                    }
                }
            };
            match fault {
                None => there += weight,
                Some(message) => missing.push(MissingField {
                    field: field.clone(),
                    required_from: *required_from,
                    message,
                }),
            }
        }
        let percent = u8::try_from(there * 100 / whole.max(1)).unwrap_or(100);
        Completeness { percent, missing }
    }

    /// The first thing that is wrong with a field of metadata in that state.
    fn fault(
        &self,
        rule: &CompiledRule,
        metadata: &Metadata,
        state: State,
    ) -> Option<(&'static str, String)> {
        if rule.rule.field.is_care() {
            return None;
        }
        let values = metadata.values(&rule.rule.field);
        if values.is_empty() {
            return absent(&rule.rule, state);
        }
        values.iter().find_map(|value| rule.fault(value))
    }
}

/// Whether a fact of care is there; `None` for a field of metadata.
fn care_of(field: &FieldName, care: &Care) -> Option<bool> {
    match field {
        FieldName::Steward => Some(care.steward.is_some()),
        FieldName::ReviewBy => Some(care.review_by.is_some()),
        _ => None,
    }
}

fn absent(rule: &FieldRule, state: State) -> Option<(&'static str, String)> {
    let from = rule.required_from.filter(|from| *from <= state)?;
    let help = if rule.help.is_empty() { String::new() } else { format!(": {}", rule.help) };
    Some(("required", format!("`{}` is required from {from} on{help}", rule.field)))
}

impl Bound {
    /// Why a value may not be in a field bound to this vocabulary.
    fn refusal(&self, field: &FieldName, value: &str, new: bool) -> Option<String> {
        let key = &self.key;
        match self.terms.take(value) {
            Taken::Deprecated(_, instead) if new => {
                let use_it = instead.map_or_else(String::new, |it| format!(": use `{it}`"));
                Some(format!("`{value}` of vocabulary `{key}` is not for new use{use_it}"))
            }
            Taken::Unknown if self.closed => {
                let like = self.terms.like(value);
                let meant = match like.is_empty() {
                    true => String::new(),
                    false => format!("; there is `{}`", like.join("`, `")),
                };
                Some(format!("`{value}` in `{field}` is no term of vocabulary `{key}`{meant}"))
            }
            _ => None,
        }
    }
}
