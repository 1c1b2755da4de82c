//! Terms of a table.

use std::collections::{BTreeSet, HashMap, HashSet};

use lcms_core::model::{Key, Language, Term, Vocabulary};
use lcms_core::{Error, Result};
use lcms_formats::decode_text;

use super::{Ids, unreadable};

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

pub(super) fn from_csv(
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

pub(super) fn to_csv(
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
