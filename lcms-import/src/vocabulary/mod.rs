//! Vocabularies as files: SKOS in RDF/XML, Turtle and JSON-LD, and CSV.
//!
//! A file holds terms; which fields they are bound to is said in the library and stays. A term is
//! known again by its IRI or its id, so what a tool renamed is renamed here, not new.
//!
//! CSV has a line for each term and the columns `id`, `broader`, `deprecated`, `replaced_by`, `iri`
//! and, for each language, `label:en`, `alternatives:en` (several apart by `|`) and `definition:en`;
//! without a language, that of the library is meant. Only a label is needed.

mod table;
mod thesaurus;

use std::collections::HashSet;
use std::fmt;

use lcms_core::model::{Key, Language, Vocabulary};
use lcms_core::{Error, Result};
use lcms_formats::XmlLimits;
use lcms_formats::skos::{self, Notation};
use table::{from_csv, to_csv};
use thesaurus::{from_skos, to_skos};

/// How a vocabulary is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermsFormat {
    /// SKOS in RDF/XML.
    Skos,
    /// SKOS in Turtle.
    Turtle,
    /// SKOS in JSON-LD.
    JsonLd,
    /// A table.
    Csv,
}

impl TermsFormat {
    /// The format of a file, by what it begins with.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let skipped = bytes.iter().position(|byte| !byte.is_ascii_whitespace() && *byte < 0x80);
        let text = &bytes[skipped.unwrap_or(bytes.len())..];
        let begins = |with: &str| {
            text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
        };
        match text.first() {
            Some(b'{' | b'[') => Self::JsonLd,
            // Turtle begins with an IRI, which has a colon; so has an element with its namespace.
            Some(b'<') => {
                let tag = text.split(|byte| *byte == b'>').next().unwrap_or_default();
                let is_iri = tag.contains(&b':') && !tag.windows(6).any(|it| it == b"xmlns:");
                let is_xml = begins("<?") || begins("<!") || begins("<rdf:") || !is_iri;
                if is_xml { Self::Skos } else { Self::Turtle }
            }
            _ if begins("@prefix") || begins("@base") || begins("prefix ") || begins("base <") => {
                Self::Turtle
            }
            _ => Self::Csv,
        }
    }

    /// How the statements of SKOS are written, if it is SKOS.
    fn notation(self) -> Option<Notation> {
        match self {
            Self::Skos => Some(Notation::RdfXml),
            Self::Turtle => Some(Notation::Turtle),
            Self::JsonLd => Some(Notation::JsonLd),
            Self::Csv => None,
        }
    }

    /// The media type that it is sent as.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Skos => "application/rdf+xml",
            Self::Turtle => "text/turtle; charset=utf-8",
            Self::JsonLd => "application/ld+json",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// What was read, and what could not be carried over.
#[derive(Clone, Debug)]
pub struct TermsRead {
    /// The vocabulary as it is to be.
    pub vocabulary: Vocabulary,
    /// What was left out or decided, for people.
    pub remarks: Vec<String>,
}

/// Reads a file over the vocabulary that is there; title, fields and what else is said of the
/// whole stay.
///
/// # Errors
/// When the file cannot be read, naming line and column.
pub fn read_terms(bytes: &[u8], present: &Vocabulary, language: &Language) -> Result<TermsRead> {
    let mut remarks = Vec::new();
    let mut vocabulary = match TermsFormat::of(bytes).notation() {
        Some(notation) => {
            let scheme = skos::read(bytes, notation, &XmlLimits::default()).map_err(unreadable)?;
            from_skos(scheme, present, language, &mut remarks)
        }
        None => from_csv(bytes, present, language, &mut remarks)?,
    };
    vocabulary.normalise();
    Ok(TermsRead { vocabulary, remarks })
}

/// Writes a vocabulary; the same vocabulary gives the same bytes.
///
/// # Errors
/// When a table cannot be written, which only a full memory could cause.
pub fn write_terms(
    vocabulary: &Vocabulary,
    language: &Language,
    format: TermsFormat,
) -> Result<Vec<u8>> {
    match format.notation() {
        Some(notation) => skos::write(&to_skos(vocabulary), notation)
            .map_err(|error| Error::internal("could not write a thesaurus", error)),
        None => to_csv(vocabulary, language)
            .map_err(|error| Error::internal("could not write a table", error)),
    }
}

fn unreadable(error: impl fmt::Display) -> Error {
    Error::invalid(format!("the vocabulary cannot be read: {error}"))
}

/// Gives out ids that no other term has.
struct Ids {
    taken: HashSet<Key>,
}

impl Ids {
    fn give(&mut self, wanted: Option<Key>) -> Option<Key> {
        let wanted = wanted?;
        let numbered = (2..).map(|n| format!("{wanted}-{n}").parse().ok());
        let mut tried = std::iter::once(Some(wanted.clone())).chain(numbered);
        let free = tried.find(|id| id.as_ref().is_none_or(|id| !self.taken.contains(id)))??;
        self.taken.insert(free.clone());
        Some(free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english() -> Language {
        Language::english()
    }

    fn read(text: &str, present: &Vocabulary) -> TermsRead {
        read_terms(text.as_bytes(), present, &english()).unwrap()
    }

    const TABLE: &str = "id;label:en;label:de;alternatives:en;broader;deprecated;colour\n\
        safety;Safety;Sicherheit;Care|Protection;;;red\n\
        ;Fire safety;Brandschutz;;Safety;;\n\
        fax;Fax;;;safety;yes;\n";

    #[test]
    fn a_table_is_read_with_ids_made_of_labels() {
        let TermsRead { vocabulary, remarks } = read(TABLE, &Vocabulary::default());
        assert_eq!(vocabulary.violations(), []);
        let found: Vec<_> = vocabulary
            .terms
            .iter()
            .map(|it| (it.id.as_str(), it.broader.as_ref().map(Key::as_str), it.deprecated))
            .collect();
        let safety = Some("safety");
        assert_eq!(
            found,
            [("fax", safety, true), ("fire-safety", safety, false), ("safety", None, false)]
        );
        assert_eq!(vocabulary.terms[2].alternatives[&english()], ["Care", "Protection"]);
        assert_eq!(remarks.len(), 1, "{remarks:?}");
    }

    #[test]
    fn both_formats_carry_everything() {
        let TermsRead { mut vocabulary, .. } = read(TABLE, &Vocabulary::default());
        vocabulary.terms[0].replaced_by = Some(vocabulary.terms[1].id.clone());
        vocabulary.terms[1].definitions.insert(english(), "No fire, \"please\".\nEver.".to_owned());
        use TermsFormat::{Csv, JsonLd, Skos, Turtle};
        for format in [Skos, Turtle, JsonLd, Csv] {
            let written = write_terms(&vocabulary, &english(), format).unwrap();
            assert_eq!(TermsFormat::of(&written), format);
            let mut back = read_terms(&written, &vocabulary, &english()).unwrap().vocabulary;
            if format != Csv {
                back.iri = None;
                back.terms.iter_mut().for_each(|term| term.iri = None);
            }
            assert_eq!(back, vocabulary, "{format:?}");
        }
    }

    #[test]
    fn a_concept_is_known_again_by_its_iri() {
        let TermsRead { vocabulary, .. } = read(TABLE, &Vocabulary::default());
        let written = write_terms(&vocabulary, &english(), TermsFormat::Skos).unwrap();
        let taken = read_terms(&written, &vocabulary, &english()).unwrap().vocabulary;
        let renamed = String::from_utf8(written).unwrap().replace(">Fax<", ">Telefax<");
        let renamed = renamed.replace("<skos:notation>fax<", "<skos:notation>other<");
        let again = read(&renamed, &taken).vocabulary;
        assert_eq!(again.terms[0].id.as_str(), "fax");
        assert_eq!(again.terms[0].value(&english()), "Telefax");
    }

    #[test]
    fn what_cannot_be_read_is_named_by_line() {
        for (table, said) in [
            ("id,colour\na,red\n", "no column `label`"),
            ("id,label\nNot a key,x\n", "line 2"),
            ("label,broader\nx,nowhere\n", "line 2: `nowhere`"),
            ("<rdf/>", "not <rdf:RDF>"),
        ] {
            let error =
                read_terms(table.as_bytes(), &Vocabulary::default(), &english()).unwrap_err();
            assert!(error.message().contains(said), "{table}: {error}");
        }
    }
}
