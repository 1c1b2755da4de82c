//! Vocabularies as files: SKOS in RDF/XML, Turtle and JSON-LD, and CSV.
//!
//! A file holds terms; which fields they are bound to is said in the library and stays. A term is
//! known again by its IRI or its id, so what a tool renamed is renamed here, not new.
//!
//! CSV has a line for each term and the columns `id`, `broader`, `deprecated`, `replaced_by`, `iri`
//! and, for each language, `label:en`, `alternatives:en` (several apart by `|`) and `definition:en`;
//! without a language, that of the library is meant. Only a label is needed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use lcms_core::model::{Key, Language, Term, Vocabulary};
use lcms_core::{Error, Result};
use lcms_formats::skos::{self, Concept, Notation, Scheme, Text};
use lcms_formats::{XmlLimits, decode_text};

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

fn in_languages(
    texts: &[Text],
    language: &Language,
    remarks: &mut Vec<String>,
) -> BTreeMap<Language, Vec<String>> {
    let mut found = BTreeMap::<Language, Vec<String>>::new();
    for Text { language: of, text } in texts.iter().filter(|it| !it.text.is_empty()) {
        let of = match of.as_str() {
            "" => language.clone(),
            tag => match tag.parse() {
                Ok(of) => of,
                Err(error) => {
                    remarks.push(format!("`{text}` was left out: {error}"));
                    continue;
                }
            },
        };
        found.entry(of).or_default().push(text.clone());
    }
    found
}

fn first_of(texts: BTreeMap<Language, Vec<String>>) -> BTreeMap<Language, String> {
    let first = texts.into_iter().filter_map(|(of, texts)| Some((of, texts.into_iter().next()?)));
    first.collect()
}

fn from_skos(
    scheme: Scheme,
    present: &Vocabulary,
    language: &Language,
    remarks: &mut Vec<String>,
) -> Vocabulary {
    for (name, count) in &scheme.left_out {
        remarks.push(format!("{count} × `{name}` left out: it is no part of a vocabulary here"));
    }
    let known: HashMap<&str, &Key> =
        present.terms.iter().filter_map(|term| Some((term.iri.as_deref()?, &term.id))).collect();
    let mut ids = Ids { taken: known.values().map(|id| (*id).clone()).collect() };
    let mut places = HashMap::<&str, Key>::new();
    for concept in &scheme.concepts {
        let iri = concept.iri.as_str();
        let id = match known.get(iri) {
            Some(id) => Some((*id).clone()),
            None => {
                let tail = iri.rsplit(['/', '#']).next().unwrap_or_default();
                let label = concept.labels.first().map_or("", |label| label.text.as_str());
                let named = concept.notation.as_deref().and_then(Key::from_text);
                ids.give(named.or_else(|| Key::from_text(tail)).or_else(|| Key::from_text(label)))
            }
        };
        match id {
            Some(id) => drop(places.insert(iri, id)),
            None => remarks.push(format!("`{iri}` left out: nothing of it makes an id")),
        }
    }
    let mut terms = Vec::new();
    for concept in &scheme.concepts {
        let Some(id) = places.get(concept.iri.as_str()) else { continue };
        let mut above = concept.broader.iter().filter_map(|iri| places.get(iri.as_str()));
        let broader = above.next().cloned();
        for other in above {
            remarks.push(format!("`{id}` has another broader term, `{other}`: only one is kept"));
        }
        terms.push(Term {
            id: id.clone(),
            labels: first_of(in_languages(&concept.labels, language, remarks)),
            alternatives: in_languages(&concept.alternatives, language, remarks),
            broader,
            definitions: first_of(in_languages(&concept.definitions, language, remarks)),
            deprecated: concept.deprecated,
            replaced_by: concept
                .replaced_by
                .as_ref()
                .and_then(|iri| places.get(iri.as_str()))
                .cloned(),
            iri: Some(concept.iri.clone()),
        });
    }
    let title = match present.title.as_str() {
        "" => first_of(in_languages(&scheme.titles, language, remarks)).into_values().next(),
        title => Some(title.to_owned()),
    };
    let title = title.unwrap_or_else(|| "Vocabulary".to_owned());
    let iri = scheme.iri.filter(|iri| !iri.is_empty()).or_else(|| present.iri.clone());
    Vocabulary { title, iri, terms, ..present.clone() }
}

fn to_skos(vocabulary: &Vocabulary) -> Scheme {
    let iri = vocabulary.iri.clone().unwrap_or_else(|| {
        let key =
            Key::from_text(&vocabulary.title).map_or("terms".to_owned(), |key| key.to_string());
        format!("urn:lcms:vocabulary:{key}")
    });
    let iris: HashMap<&Key, String> = vocabulary
        .terms
        .iter()
        .map(|term| (&term.id, term.iri.clone().unwrap_or_else(|| format!("{iri}#{}", term.id))))
        .collect();
    let texts = |of: &BTreeMap<Language, String>| {
        of.iter()
            .map(|(language, text)| Text { language: language.to_string(), text: text.clone() })
            .collect()
    };
    let concepts = vocabulary.terms.iter().map(|term| Concept {
        iri: iris.get(&term.id).cloned().unwrap_or_default(),
        labels: texts(&term.labels),
        alternatives: term
            .alternatives
            .iter()
            .flat_map(|(language, labels)| {
                labels
                    .iter()
                    .map(|text| Text { language: language.to_string(), text: text.clone() })
            })
            .collect(),
        definitions: texts(&term.definitions),
        notation: Some(term.id.to_string()),
        broader: term.broader.iter().filter_map(|id| iris.get(id).cloned()).collect(),
        deprecated: term.deprecated,
        replaced_by: term.replaced_by.as_ref().and_then(|id| iris.get(id).cloned()),
    });
    let concepts = concepts.collect();
    let titles = vec![Text { language: String::new(), text: vocabulary.title.clone() }];
    Scheme { iri: Some(iri), titles, concepts, left_out: BTreeMap::new() }
}

/// What a column holds.
enum Column {
    Id,
    Broader,
    Deprecated,
    ReplacedBy,
    Iri,
    Label(Language),
    Alternatives(Language),
    Definition(Language),
}

impl Column {
    fn read(name: &str, language: &Language) -> Option<Self> {
        let (name, of) = match name.trim().split_once(':') {
            Some((name, tag)) => (name, tag.trim().parse().ok()?),
            None => (name.trim(), language.clone()),
        };
        Some(match name.to_lowercase().as_str() {
            "id" => Self::Id,
            "broader" => Self::Broader,
            "deprecated" => Self::Deprecated,
            "replaced_by" => Self::ReplacedBy,
            "iri" => Self::Iri,
            "label" => Self::Label(of),
            "alternatives" => Self::Alternatives(of),
            "definition" => Self::Definition(of),
            _ => return None,
        })
    }
}

fn from_csv(
    bytes: &[u8],
    present: &Vocabulary,
    language: &Language,
    remarks: &mut Vec<String>,
) -> Result<Vocabulary> {
    let text = decode_text(bytes);
    let separator = separator_in(text.lines().next().unwrap_or_default());
    let mut lines = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut columns = Vec::new();
    for name in lines.headers().map_err(unreadable)? {
        let column = Column::read(name, language);
        if column.is_none() && !name.is_empty() {
            remarks.push(format!("column `{name}` left out: it is none of a vocabulary's"));
        }
        columns.push(column);
    }
    if !columns.iter().flatten().any(|column| matches!(column, Column::Label(_))) {
        return Err(Error::invalid("the table has no column `label`")
            .hint("the first line names the columns: `id,label:en,broader`"));
    }
    let mut ids = Ids { taken: HashSet::new() };
    let mut terms = Vec::new();
    let mut named = Vec::<(usize, u64, &str, String)>::new();
    for line in lines.records() {
        let line = line.map_err(unreadable)?;
        let number = line.position().map_or(0, csv::Position::line);
        if line.iter().all(str::is_empty) {
            continue;
        }
        let mut given = None;
        let mut term = Term::new(placeholder(), language.clone(), "");
        term.labels.clear();
        for (column, value) in columns.iter().zip(&line) {
            let Some(column) = column.as_ref().filter(|_| !value.is_empty()) else { continue };
            match column {
                Column::Id => {
                    let id: Key = value
                        .parse()
                        .map_err(|error| Error::invalid(format!("line {number}: {error}")))?;
                    given = Some(id);
                }
                Column::Broader => named.push((terms.len(), number, "broader", value.to_owned())),
                Column::ReplacedBy => {
                    named.push((terms.len(), number, "replaced_by", value.to_owned()));
                }
                Column::Deprecated => term.deprecated = is_yes(value),
                Column::Iri => term.iri = Some(value.to_owned()),
                Column::Label(of) => drop(term.labels.insert(of.clone(), value.to_owned())),
                Column::Alternatives(of) => {
                    let labels = value.split('|').map(|label| label.trim().to_owned());
                    term.alternatives.insert(of.clone(), labels.collect());
                }
                Column::Definition(of) => {
                    term.definitions.insert(of.clone(), value.to_owned());
                }
            }
        }
        let id = match given {
            Some(id) => {
                ids.taken.insert(id.clone());
                Some(id)
            }
            None => {
                let label = term.value(language).to_owned();
                let known = present.terms.iter().find(|it| it.value(language) == label);
                ids.give(known.map(|it| it.id.clone()).or_else(|| Key::from_text(&label)))
            }
        };
        term.id = id.ok_or_else(|| {
            Error::invalid(format!(
                "line {number}: the term has neither an id nor a label that makes one"
            ))
        })?;
        terms.push(term);
    }
    resolve(&mut terms, &named, language)?;
    let title =
        if present.title.is_empty() { "Vocabulary".to_owned() } else { present.title.clone() };
    Ok(Vocabulary { title, terms, ..present.clone() })
}

/// Puts ids in place of what lines say about other lines: an id, or a label.
fn resolve(
    terms: &mut [Term],
    named: &[(usize, u64, &str, String)],
    language: &Language,
) -> Result<()> {
    let by_id: HashSet<Key> = terms.iter().map(|term| term.id.clone()).collect();
    let by_label: HashMap<String, Key> =
        terms.iter().map(|term| (term.value(language).to_owned(), term.id.clone())).collect();
    for (place, line, column, value) in named {
        let id = value.parse().ok().filter(|id| by_id.contains(id));
        let id = id.or_else(|| by_label.get(value).cloned()).ok_or_else(|| {
            Error::invalid(format!("line {line}: `{value}` in `{column}` is no term of this table"))
        })?;
        let Some(term) = terms.get_mut(*place) else { continue };
        match *column {
            "broader" => term.broader = Some(id),
            _ => term.replaced_by = Some(id),
        }
    }
    Ok(())
}

fn to_csv(
    vocabulary: &Vocabulary,
    language: &Language,
) -> std::result::Result<Vec<u8>, csv::Error> {
    let mut languages = BTreeSet::from([language]);
    for term in &vocabulary.terms {
        languages.extend(term.labels.keys());
        languages.extend(term.alternatives.keys());
        languages.extend(term.definitions.keys());
    }
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut head = vec!["id".to_owned(), "broader".to_owned()];
    for of in &languages {
        head.extend(["label", "alternatives", "definition"].map(|name| format!("{name}:{of}")));
    }
    head.extend(["deprecated", "replaced_by", "iri"].map(str::to_owned));
    out.write_record(&head)?;
    for term in &vocabulary.terms {
        let key = |id: &Option<Key>| id.as_ref().map_or_else(String::new, ToString::to_string);
        let mut line = vec![term.id.to_string(), key(&term.broader)];
        for of in &languages {
            line.push(term.labels.get(*of).cloned().unwrap_or_default());
            line.push(
                term.alternatives.get(*of).map(|labels| labels.join("|")).unwrap_or_default(),
            );
            line.push(term.definitions.get(*of).cloned().unwrap_or_default());
        }
        line.push(if term.deprecated { "true".to_owned() } else { String::new() });
        line.extend([key(&term.replaced_by), term.iri.clone().unwrap_or_default()]);
        out.write_record(&line)?;
    }
    out.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
}

fn is_yes(value: &str) -> bool {
    matches!(value.to_lowercase().as_str(), "true" | "yes" | "1" | "x")
}

/// Spreadsheets write semicolons where a comma is the decimal sign.
fn separator_in(head: &str) -> u8 {
    let count = |separator| head.matches(separator).count();
    [(',', b','), (';', b';'), ('\t', b'\t')]
        .into_iter()
        .max_by_key(|(separator, byte)| (count(*separator), *byte == b','))
        .map_or(b',', |(_, byte)| byte)
}

/// Stands in a term whose id is not known yet.
fn placeholder() -> Key {
    Key::main()
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
