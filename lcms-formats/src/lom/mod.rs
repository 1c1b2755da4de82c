//! Learning object metadata (IEEE 1484.12.1-2002) as typed values.
//!
//! One [`Lom`] is written in the two XML bindings that packages use: IMS Meta-Data 1.2.1 in
//! SCORM 1.2, IEEE 1484.12.3 in SCORM 2004. The two differ only in what `binding` says.
//!
//! Field names follow IEEE 1484.12.1. Everything is optional, as the standard has it; a default
//! [`Lom`] writes nothing but the record of the schema used.

mod binding;
mod read;
mod values;
mod write;

pub(crate) use binding::{Binding, LARGEST_IMSMD_SIZE};
pub(crate) use read::read;
pub use values::{
    Difficulty, Duration, InvalidDuration, InvalidLanguage, Language, Purpose, Role, Status,
};
pub(crate) use write::write;

/// A metadata record: the categories of IEEE 1484.12.1 that packages are described with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lom {
    /// 1: what the object is.
    pub general: General,
    /// 2: its history and state.
    pub life_cycle: LifeCycle,
    /// 4: technical requirements and characteristics.
    pub technical: Technical,
    /// 5: educational characteristics.
    pub educational: Educational,
    /// 6: conditions of use.
    pub rights: Rights,
    /// 9: where the object falls in a classification, for instance the objectives it serves.
    pub classifications: Vec<Classification>,
}

/// 1 General.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct General {
    /// 1.1: globally unique labels.
    pub identifiers: Vec<CatalogEntry>,
    /// 1.2: the name.
    pub title: Option<LangString>,
    /// 1.3: the human languages used in the object.
    pub languages: Vec<Language>,
    /// 1.4: what the object is about.
    pub descriptions: Vec<LangString>,
    /// 1.5: topics, one keyword or phrase each.
    pub keywords: Vec<LangString>,
    /// 1.6: the time, culture, place or region it applies to.
    pub coverage: Vec<LangString>,
}

/// 1.1 Identifier: a label within a scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogEntry {
    /// 1.1.1: the scheme, for instance `URI` or `ISBN`.
    pub catalog: String,
    /// 1.1.2: the value in that scheme.
    pub entry: String,
}

/// 2 Life cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifeCycle {
    /// 2.1: the edition.
    pub version: Option<LangString>,
    /// 2.2: the state of completion.
    pub status: Option<Status>,
}

/// 4 Technical.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Technical {
    /// 4.1: media types of all components, for instance `text/html`.
    pub formats: Vec<String>,
    /// 4.2: size in bytes. IMS Meta-Data holds at most 2 147 483 647.
    pub size: Option<u64>,
    /// 4.3: where to get the object, preferred first.
    pub locations: Vec<String>,
    /// 4.7: playing time at intended speed.
    pub duration: Option<Duration>,
}

/// 5 Educational.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Educational {
    /// 5.5: who the object was designed for, most dominant first.
    pub intended_end_user_roles: Vec<Role>,
    /// 5.8: how hard it is for the typical audience.
    pub difficulty: Option<Difficulty>,
    /// 5.9: how long it takes the typical audience.
    pub typical_learning_time: Option<Duration>,
}

/// 6 Rights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// 6.1: whether use requires payment.
    pub cost: Option<bool>,
    /// 6.2: whether copyright or other restrictions apply.
    pub copyright_and_other_restrictions: Option<bool>,
    /// 6.3: the conditions in words.
    pub description: Option<LangString>,
}

/// 9 Classification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classification {
    /// 9.1: what the classification is for.
    pub purpose: Option<Purpose>,
    /// 9.3: the object relative to the purpose, for instance the text of an objective.
    pub description: Option<LangString>,
    /// 9.4: keywords relative to the purpose.
    pub keywords: Vec<LangString>,
}

/// A text in one or more languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LangString(pub Vec<Translation>);

/// One language's text of a [`LangString`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The language, if it is known.
    pub language: Option<Language>,
    /// The text; white space around it is not kept when read.
    pub text: String,
}

impl LangString {
    /// A text in one language.
    pub fn new(language: Option<Language>, text: impl Into<String>) -> Self {
        Self(vec![Translation { language, text: text.into() }])
    }

    /// The first text, whatever its language.
    pub fn first(&self) -> Option<&str> {
        self.0.first().map(|translation| translation.text.as_str())
    }
}

/// Reads a document of its own, such as the `metadata.xml` beside a manifest, in either binding. What
/// the types do not hold is left out.
///
/// # Errors
/// When the bytes are not well-formed XML within the limits. `None` is another document.
pub fn read_document(
    bytes: &[u8],
    limits: &crate::XmlLimits,
) -> Result<Option<Lom>, crate::XmlError> {
    let (root, _) = crate::xml::read(bytes, limits)?;
    let binding = Binding::of(&root).filter(|_| root.name == "lom");
    Ok(binding.map(|binding| read(&root, binding, &mut crate::manifest::Notes::default())))
}
