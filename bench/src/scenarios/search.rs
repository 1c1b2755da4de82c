//! Searches.
//!
//! Beside: the engine alone on the same folder. It looks for the same words in the same fields,
//! counts what it finds and reads the stored fields of the best ten; it checks no rights, finds no
//! stems, makes no snippets. Facets are counted beside by its own aggregations.

use std::time::Instant;

use lcms_core::index::Facet;
use lcms_core::model::Content;
use lcms_core::service::{SearchQuery, Session};
use tantivy::aggregation::AggregationCollector;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, PhraseQuery, Query, RangeQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{IndexReader, TantivyDocument, Term};

use super::Bench;
use crate::corpus::{Random, SEED};
use crate::error::{Error, Result};
use crate::measure::Times;
use crate::report::{Figure, Line};

/// Hits on a page.
const PAGE: usize = 10;
/// Letters of the beginning of a word.
const BEGINNING: usize = 4;
/// The texts that a word is looked for in.
const FIELDS: [&str; 5] = ["title", "key", "tags", "about", "body"];
/// Words of these ranks are looked for: not the commonest, and none that may not occur.
const RANKS: std::ops::Range<usize> = 50..2_000;

/// A form of search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Term,
    TwoTerms,
    Phrase,
    Beginning,
    Facets,
}

impl Form {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Term, "term"),
        (Self::TwoTerms, "two terms"),
        (Self::Phrase, "phrase"),
        (Self::Beginning, "beginning of a word"),
        (Self::Facets, "term with facets"),
    ];
}

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let lcms = bench.open().await?;
    lcms.indexing().catch_up().await?;
    let session = lcms.operator_without_checks();
    let bare = Bare::open(&lcms.settings().index)?;
    let mut lines = Vec::new();
    for (form, name) in Form::ALL {
        let (mut ours, mut beside) = (Times::default(), Times::default());
        let mut found = (0, 0);
        for number in 0..bench.volumes.searches {
            let words = words(bench, form, number)?;
            let began = Instant::now();
            found.0 += search(&session, form, &words).await?;
            ours.add(began.elapsed());
            let began = Instant::now();
            found.1 += bare.search(form, &words)?;
            beside.add(began.elapsed());
        }
        if found.0 == 0 || found.1 == 0 {
            return Err(Error::Wrong(format!("searches for {name} found {found:?}")));
        }
        let (p50, p99) = ours.p50_p99();
        let (bare_p50, bare_p99) = beside.p50_p99();
        for (which, ours, beside) in [("p50", p50, bare_p50), ("p99", p99, bare_p99)] {
            let line = Line::new(format!("search: {name}, {which}"), Figure::milliseconds(ours));
            lines.push(line.beside("bare tantivy", Figure::milliseconds(beside)));
        }
    }
    Ok(lines)
}

/// What is looked for.
pub(super) fn words(bench: &Bench, form: Form, number: usize) -> Result<Vec<String>> {
    let mut random = Random::of(!SEED, number as u64);
    let mut word = || {
        let rank = RANKS.start + random.below(RANKS.len());
        bench.corpus.vocabulary().word(rank).to_owned()
    };
    Ok(match form {
        Form::Term | Form::Facets => vec![word()],
        Form::TwoTerms => vec![word(), word()],
        Form::Beginning => {
            let mut word = word();
            word.truncate(BEGINNING);
            vec![word]
        }
        Form::Phrase => {
            // Two neighbours of a summary, which every topic has.
            let topics = bench.corpus.topics();
            let topic = topics.start + random.below(topics.len());
            let content: Content = bench.corpus.entry(topic)?.content;
            let summary = content.summary().unwrap_or_default();
            summary.split_whitespace().skip(1).take(2).map(str::to_owned).collect()
        }
    })
}

async fn search(session: &Session, form: Form, words: &[String]) -> Result<u64> {
    let words = words.join(" ");
    let text = if matches!(form, Form::Phrase) { format!("\"{words}\"") } else { words };
    let query = SearchQuery {
        text,
        limit: PAGE,
        prefix: matches!(form, Form::Beginning),
        facets: matches!(form, Form::Facets),
        ..SearchQuery::default()
    };
    Ok(session.search(query).await?.page.total)
}

/// The engine without anything of ours around it.
struct Bare {
    reader: IndexReader,
    fields: Vec<Field>,
    facets: Aggregations,
}

impl Bare {
    fn open(folder: &std::path::Path) -> Result<Self> {
        let index = tantivy::Index::open_in_dir(folder)?;
        let schema = index.schema();
        let fields = FIELDS.iter().map(|name| schema.get_field(name)).collect::<Result<_, _>>()?;
        let terms = |facet: Facet| {
            let name = facet.name();
            (name, serde_json::json!({ "terms": { "field": name, "size": 100 } }))
        };
        let facets: serde_json::Value = Facet::ALL.map(terms).into_iter().collect();
        let facets = serde_json::from_value(facets).map_err(Error::wrong)?;
        Ok(Self { reader: index.reader()?, fields, facets })
    }

    fn search(&self, form: Form, words: &[String]) -> Result<u64> {
        let searcher = self.reader.searcher();
        let query = self.query(form, words);
        let best = TopDocs::with_limit(PAGE).order_by_score();
        let (hits, count) = if let Form::Facets = form {
            let facets = AggregationCollector::from_aggs(self.facets.clone(), Default::default());
            let (hits, count, facets) = searcher.search(&query, &(best, Count, facets))?;
            std::hint::black_box(facets);
            (hits, count)
        } else {
            searcher.search(&query, &(best, Count))?
        };
        for (_, address) in hits {
            std::hint::black_box(searcher.doc::<TantivyDocument>(address)?);
        }
        Ok(count as u64)
    }

    fn query(&self, form: Form, words: &[String]) -> BooleanQuery {
        let in_fields = |query: &dyn Fn(Field) -> Box<dyn Query>| -> Box<dyn Query> {
            Box::new(BooleanQuery::union(self.fields.iter().map(|field| query(*field)).collect()))
        };
        let one = |word: &str, field| -> Box<dyn Query> {
            let term = Term::from_field_text(field, word);
            Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
        };
        let queries = match form {
            Form::Phrase => vec![in_fields(&|field| {
                let terms = words.iter().map(|word| Term::from_field_text(field, word));
                Box::new(PhraseQuery::new(terms.collect()))
            })],
            Form::Beginning => words
                .iter()
                .map(|word| {
                    in_fields(&|field| {
                        let end = format!("{word}{}", char::MAX);
                        Box::new(RangeQuery::new(
                            std::ops::Bound::Included(Term::from_field_text(field, word)),
                            std::ops::Bound::Excluded(Term::from_field_text(field, &end)),
                        ))
                    })
                })
                .collect(),
            Form::Term | Form::TwoTerms | Form::Facets => {
                words.iter().map(|word| in_fields(&|field| one(word, field))).collect()
            }
        };
        BooleanQuery::intersection(queries)
    }
}
