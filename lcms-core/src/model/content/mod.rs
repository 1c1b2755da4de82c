//! Content documents: one typed, validated document per kind.
//!
//! A document is canonical JSON with its `kind` inside, so that the digest covers what it is.
//! Values that equal the default are left out, so that equal meaning has equal bytes.

mod assessment;
mod asset;
mod objective;
mod overlay;
mod profile;
mod question;
mod read;
mod serving;
mod structure;
mod styles;
mod texts;
mod theme;
mod topic;
mod translation;
mod variable_set;
mod web_package;
mod words;

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub use assessment::{Assessment, Section};
pub use asset::{Asset, Track, TrackKind};
pub use objective::Objective;
pub use profile::{Granularity, Navigation, PlayerOptions, Profile, RequiredField};
pub use question::{
    Blank, Choice, Feedback, FillIn, Interaction, Item, LongAnswer, Matching, MultipleChoice,
    Numeric, Ordering, Pair, Question, SingleChoice, TrueFalse, blank_placeholders,
};
pub use read::read_typed;
pub use structure::{Completion, CompletionRule, Course, Lesson, Module};
pub use texts::{AuthoredText, Texts};
pub use theme::{Colour, ColourError, Colours, Font, Fonts, Theme};
pub use topic::Topic;
pub use variable_set::VariableSet;
pub use web_package::{
    MAX_PACKAGE_TEXT, OutlineItem, OutlineObjective, PackagedFile, Standard, Tool, WebPackage,
};
pub use words::{Replacer, Wording, WordsReplaced};

use super::digest::Digest;
use super::ids::{ComponentId, SlotId};
use super::kind::Kind;
use super::markup::{self, Markup};
use super::reference::Target;
use super::slot::{Placement, Slot, SlotRole};
use super::violation::{Violation, Violations};

/// Longest document, in bytes of JSON.
pub const MAX_DOCUMENT_BYTES: usize = 4 << 20;

/// The immutable body of one version of a component.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// A page of authored text.
    Topic(Topic),
    /// A file.
    Asset(Asset),
    /// A question.
    Question(Question),
    /// An assessment.
    Assessment(Assessment),
    /// A lesson.
    Lesson(Lesson),
    /// A module.
    Module(Module),
    /// A course.
    Course(Course),
    /// Imported opaque content.
    WebPackage(WebPackage),
    /// An objective.
    Objective(Objective),
    /// Named values.
    VariableSet(VariableSet),
    /// How to publish.
    Profile(Profile),
}

/// A part of a document that refers to other components, met in document order.
pub(crate) enum Part<'a> {
    /// Authored Markdown.
    Text(&'a mut String),
    /// A placed component.
    Placement(SlotRole, &'a mut Placement),
}

/// Receives each part with its JSON pointer.
pub(crate) type Visit<'v> = dyn FnMut(String, Part<'_>) + 'v;

/// What every kind's document knows about itself.
pub(crate) trait Document: Sized {
    /// Reads the typed document; shape only.
    fn read(value: Value) -> Result<Self, Vec<Violation>>;
    /// Puts free choices of writing into their one stored form.
    fn normalise(&mut self) {}
    /// Checks the kind's rules.
    fn check(&self, violations: &mut Violations);
    /// Visits texts and placements in document order.
    fn visit(&mut self, _visit: &mut Visit<'_>) {}
}

macro_rules! each_kind {
    ($content:expr, $document:ident => $body:expr) => {
        match $content {
            Content::Topic($document) => $body,
            Content::Asset($document) => $body,
            Content::Question($document) => $body,
            Content::Assessment($document) => $body,
            Content::Lesson($document) => $body,
            Content::Module($document) => $body,
            Content::Course($document) => $body,
            Content::WebPackage($document) => $body,
            Content::Objective($document) => $body,
            Content::VariableSet($document) => $body,
            Content::Profile($document) => $body,
        }
    };
}

impl Content {
    /// Reads and validates a document a person or program wrote. `kind` inside the document may
    /// be left out; when it is there it must agree.
    ///
    /// # Errors
    /// Every violation found, with its JSON pointer and rule.
    pub fn parse(kind: Kind, value: Value) -> Result<Self, Vec<Violation>> {
        Self::parse_with_uses(kind, value).map(|(content, _)| content)
    }

    /// As [`Content::parse`]; answers [`Content::uses`] too, for which the texts were read anyway.
    ///
    /// # Errors
    /// As [`Content::parse`].
    pub fn parse_with_uses(kind: Kind, value: Value) -> Result<(Self, Vec<Use>), Vec<Violation>> {
        let mut content = Self::read(kind, value)?;
        content.normalise();
        let (violations, uses) = content.check();
        if violations.is_empty() { Ok((content, uses)) } else { Err(violations) }
    }

    /// Reads the typed document; shape only.
    fn read(kind: Kind, mut value: Value) -> Result<Self, Vec<Violation>> {
        let Some(object) = value.as_object_mut() else {
            return Err(vec![Violation::new("", "type", "a content document is a JSON object")]);
        };
        if let Some(inside) = object.remove("kind")
            && inside.as_str() != Some(kind.as_str())
        {
            return Err(vec![Violation::new(
                "/kind",
                "kind",
                format!("the component is a {kind}, its document says {inside}"),
            )]);
        }
        Ok(match kind {
            Kind::Topic => Self::Topic(Topic::read(value)?),
            Kind::Asset => Self::Asset(Asset::read(value)?),
            Kind::Question => Self::Question(Question::read(value)?),
            Kind::Assessment => Self::Assessment(Assessment::read(value)?),
            Kind::Lesson => Self::Lesson(Lesson::read(value)?),
            Kind::Module => Self::Module(Module::read(value)?),
            Kind::Course => Self::Course(Course::read(value)?),
            Kind::WebPackage => Self::WebPackage(WebPackage::read(value)?),
            Kind::Objective => Self::Objective(Objective::read(value)?),
            Kind::VariableSet => Self::VariableSet(VariableSet::read(value)?),
            Kind::Profile => Self::Profile(Profile::read(value)?),
        })
    }

    /// Reads a stored document, whose references are ids. It kept the rules when it was stored and
    /// is not asked again.
    ///
    /// # Errors
    /// The violations that show the bytes are not a document this version understands.
    pub fn from_stored(bytes: &[u8]) -> Result<Self, Vec<Violation>> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|e| vec![Violation::new("", "json", e.to_string())])?;
        let kind = value
            .get("kind")
            .and_then(Value::as_str)
            .and_then(|kind| kind.parse().ok())
            .ok_or_else(|| vec![Violation::new("/kind", "kind", "no known kind")])?;
        Self::read(kind, value)
    }

    fn normalise(&mut self) {
        each_kind!(self, document => document.normalise());
        self.visit(&mut |_, part| {
            if let Part::Text(text) = part {
                *text = markup::normalise(text);
            }
        });
    }

    fn check(&mut self) -> (Vec<Violation>, Vec<Use>) {
        let mut violations = Violations::default();
        let mut uses = Vec::new();
        let title = self.title();
        violations.require(!title.trim().is_empty(), "/title", "required", "a title is needed");
        violations.require(
            title.chars().count() <= 500,
            "/title",
            "length",
            "a title has at most 500 characters",
        );
        each_kind!(self, document => document.check(&mut violations));
        let mut seen = HashSet::new();
        let sequences = matches!(self, Self::Course(_) | Self::Module(_));
        self.visit(&mut |pointer, part| match part {
            Part::Text(text) => match Markup::parse(text) {
                Ok(markup) => uses.extend(Use::in_text(&pointer, &markup)),
                Err(faults) => {
                    faults.iter().for_each(|fault| violations.push(fault.violation(&pointer)));
                }
            },
            Part::Placement(role, placement) => {
                uses.push(Use::of_placement(&pointer, role, placement));
                placement.check(&pointer, &mut violations);
                violations.require(
                    placement.sequencing.is_empty() || sequences && role == SlotRole::Placement,
                    format!("{pointer}/sequencing"),
                    "sequencing",
                    "only what a course or module places can be sequenced",
                );
                violations.require(
                    placement.id == SlotId::UNSET || seen.insert(placement.id),
                    format!("{pointer}/id"),
                    "unique",
                    format!("slot id {} stands twice in this document", placement.id),
                );
            }
        });
        (violations.into_vec(), uses)
    }

    /// What this document is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Topic(_) => Kind::Topic,
            Self::Asset(_) => Kind::Asset,
            Self::Question(_) => Kind::Question,
            Self::Assessment(_) => Kind::Assessment,
            Self::Lesson(_) => Kind::Lesson,
            Self::Module(_) => Kind::Module,
            Self::Course(_) => Kind::Course,
            Self::WebPackage(_) => Kind::WebPackage,
            Self::Objective(_) => Kind::Objective,
            Self::VariableSet(_) => Kind::VariableSet,
            Self::Profile(_) => Kind::Profile,
        }
    }

    /// The title, shown wherever the component is.
    #[must_use]
    pub fn title(&self) -> &str {
        each_kind!(self, document => &document.title)
    }

    fn title_mut(&mut self) -> &mut String {
        each_kind!(self, document => &mut document.title)
    }

    /// The summary, for kinds that have one.
    #[must_use]
    pub fn summary(&self) -> Option<&str> {
        match self {
            Self::Topic(topic) => topic.summary.as_deref(),
            Self::Lesson(lesson) => lesson.summary.as_deref(),
            Self::Module(module) => module.summary.as_deref(),
            Self::Course(course) => course.summary.as_deref(),
            Self::Objective(objective) => objective.description.as_deref(),
            Self::Profile(profile) => profile.summary.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn visit(&mut self, visit: &mut Visit<'_>) {
        each_kind!(self, document => document.visit(visit));
    }

    /// Replaces every reference by what `resolve` answers for it; used to turn keys into ids on
    /// the way in and ids into keys on the way out.
    ///
    /// # Errors
    /// A violation for every reference that `resolve` refuses, with its place.
    pub fn rewrite_targets(
        &mut self,
        resolve: &mut dyn FnMut(&Target) -> Result<Target, String>,
    ) -> Result<(), Vec<Violation>> {
        let mut violations = Violations::default();
        self.visit(&mut |pointer, part| match part {
            Part::Placement(_, placement) => match resolve(&placement.component) {
                Ok(target) => placement.component = target,
                Err(message) => {
                    violations.add(format!("{pointer}/component"), "reference", message);
                }
            },
            Part::Text(text) if !markup::may_refer(text) => {}
            Part::Text(text) => {
                match markup::rewrite_references(text, |reference| resolve(&reference.target)) {
                    Ok(rewritten) => *text = rewritten,
                    Err(faults) => {
                        faults.iter().for_each(|fault| violations.push(fault.violation(&pointer)));
                    }
                }
            }
        });
        let violations = violations.into_vec();
        if violations.is_empty() { Ok(()) } else { Err(violations) }
    }

    /// Every use of another component, in document order; links included.
    #[must_use]
    pub fn uses(&self) -> Vec<Use> {
        let mut found = Vec::new();
        self.clone().visit(&mut |pointer, part| match part {
            Part::Placement(role, placement) => {
                found.push(Use::of_placement(&pointer, role, placement));
            }
            Part::Text(text) if !markup::may_refer(text) => {}
            Part::Text(text) => {
                if let Ok(markup) = Markup::parse(text) {
                    found.extend(Use::in_text(&pointer, &markup));
                }
            }
        });
        found
    }

    /// Whether a placement has no id yet.
    #[must_use]
    pub fn lacks_slot_ids(&self) -> bool {
        let mut lacks = false;
        self.clone().visit(&mut |_, part| {
            lacks |= matches!(part, Part::Placement(_, placement) if placement.id == SlotId::UNSET);
        });
        lacks
    }

    /// Gives every placement without an id that of the same use (role and component) in `held`,
    /// the slots of the revision before, each at most once; a new id where there is none. So a
    /// learner's record survives an edit by somebody who leaves the ids out.
    pub fn fill_slot_ids(&mut self, held: &[Slot]) {
        let mut taken = HashSet::new();
        self.clone().visit(&mut |_, part| {
            if let Part::Placement(_, placement) = part {
                taken.insert(placement.id);
            }
        });
        self.visit(&mut |_, part| {
            let Part::Placement(role, placement) = part else { return };
            if placement.id != SlotId::UNSET {
                return;
            }
            let same_use = held.iter().find(|slot| {
                slot.role == role
                    && Some(slot.component) == placement.component.id()
                    && !taken.contains(&slot.id)
            });
            placement.id = same_use.map_or_else(SlotId::new, |slot| slot.id);
            taken.insert(placement.id);
        });
    }

    /// The slots, in document order. References that are still keys make no slot.
    #[must_use]
    pub fn slots(&self) -> Vec<Slot> {
        self.slots_of(&self.uses())
    }

    /// As [`Content::slots`], from the uses of this document: its texts are not read again.
    #[must_use]
    pub fn slots_of(&self, uses: &[Use]) -> Vec<Slot> {
        let mut slots = Vec::new();
        let mut seen = HashMap::<(SlotRole, ComponentId), usize>::new();
        let mut uses = uses.iter().peekable();
        self.clone().visit(&mut |pointer, part| match part {
            Part::Placement(role, placement) => {
                uses.next();
                slots.extend(placement.slot(role));
            }
            Part::Text(_) => {
                while let Some(used) = uses.next_if(|used| used.is_in_text(&pointer)) {
                    if let (Some(role), Some(component)) = (used.role, used.target.id()) {
                        let ordinal = seen.entry((role, component)).or_default();
                        slots.push(Slot::in_text(role, component, *ordinal));
                        *ordinal += 1;
                    }
                }
            }
        });
        slots
    }

    /// The blobs that the document names, each once.
    #[must_use]
    pub fn blobs(&self) -> Vec<Digest> {
        let mut blobs: Vec<Digest> = match self {
            Self::Asset(asset) => std::iter::once(asset.blob)
                .chain(asset.tracks.iter().map(|track| track.blob))
                .collect(),
            Self::WebPackage(package) => package.files.iter().map(|file| file.blob).collect(),
            _ => Vec::new(),
        };
        blobs.sort();
        blobs.dedup();
        blobs
    }

    /// All words of the document apart from its title, without markup, for the index.
    #[must_use]
    pub fn plain_text(&self) -> String {
        let mut words: Vec<String> = match self {
            Self::Asset(asset) => asset.words(),
            Self::Question(question) => question.words(),
            Self::VariableSet(set) => {
                set.variables.iter().map(|(name, value)| format!("{name} {value}")).collect()
            }
            Self::WebPackage(package) => package.words(),
            _ => self.summary().map(str::to_owned).into_iter().collect(),
        };
        self.clone().visit(&mut |_, part| {
            if let Part::Text(text) = part
                && let Ok(markup) = Markup::parse(text)
            {
                words.push(markup.plain_text());
            }
        });
        words.join("\n")
    }
}

/// One use of another component in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// JSON pointer to the reference, or to the text that holds it.
    pub pointer: String,
    /// How the component is held; `None` for a link, which holds nothing.
    pub role: Option<SlotRole>,
    /// The component.
    pub target: Target,
    /// Line and column in the text, 1-based.
    pub place: Option<(usize, usize)>,
}

impl Use {
    fn of_placement(pointer: &str, role: SlotRole, placement: &Placement) -> Self {
        Self {
            pointer: format!("{pointer}/component"),
            role: Some(role),
            target: placement.component.clone(),
            place: None,
        }
    }

    fn in_text<'a>(pointer: &'a str, markup: &'a Markup) -> impl Iterator<Item = Self> + 'a {
        markup.references().iter().map(move |reference| Self {
            pointer: pointer.to_owned(),
            role: slot_role(reference.role),
            target: reference.target.clone(),
            place: Some((reference.line, reference.column)),
        })
    }

    fn is_in_text(&self, pointer: &str) -> bool {
        self.place.is_some() && self.pointer == pointer
    }

    /// A violation of `rule` at this use.
    #[must_use]
    pub fn violation(&self, rule: &str, message: impl Into<String>) -> Violation {
        let violation = Violation::new(self.pointer.clone(), rule, message);
        match self.place {
            Some((line, column)) => violation.at(line, column),
            None => violation,
        }
    }
}

fn slot_role(role: markup::ReferenceRole) -> Option<SlotRole> {
    match role {
        markup::ReferenceRole::Embed => Some(SlotRole::Embed),
        markup::ReferenceRole::Include => Some(SlotRole::Include),
        markup::ReferenceRole::Link => None,
    }
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
