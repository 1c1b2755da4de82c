//! What is like a component or a text, or the same.
//!
//! Three looks, each within the rights of whoever asks: the same content by its digest; texts that
//! share bands of shingles, whose likeness is then estimated from the texts themselves; and
//! components that have the words which tell the subject from others.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::tokenizer::TokenStream as _;
use tantivy::{DocAddress, Searcher, Term};
use utoipa::ToSchema;
use uuid::Uuid;

use super::analysis::{Analyzer, stemmer_of};
use super::directory::Index;
use super::document::{Card, Text};
use super::error::Error;
use super::facet::Facet;
use super::query::{self, Highlights};
use super::ranking;
use super::request::MAX_LIMIT;
use super::schema::{Fields, filed, half};
use super::search::{Hit, card};
use super::snippet::Finder;
use super::stops::StopWords;
use crate::model::likeness::{self, Sketch};

/// Words by which a subject is told from others.
const TELLING_WORDS: usize = 24;
/// Letters of the shortest of these.
const MIN_LETTERS: usize = 3;
/// Texts whose likeness is estimated.
const CANDIDATES: usize = 40;
/// Bands that two texts must share before that.
const SHARED_BANDS: usize = 2;
/// From this likeness on, in per cent, a text is nearly the same.
const NEARLY: u8 = 50;
/// How much of a text is looked at.
const TEXT_BYTES: usize = 256 * 1024;

/// What others are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A component of the index.
    Component(Uuid),
    /// A text that somebody is writing.
    Text(Text),
}

/// A request for what is similar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimilarRequest {
    /// What others are compared with.
    pub subject: Subject,
    /// Digest of its content, where it has one: what has the same is the same.
    pub content: Option<Vec<u8>>,
    /// The libraries that the caller may read; `None` for all.
    pub libraries: Option<Vec<Uuid>>,
    /// Also find what is local to a structure.
    pub local: bool,
    /// The values wanted of a facet.
    pub filters: BTreeMap<Facet, Vec<String>>,
    /// The most hits, 1 to [`MAX_LIMIT`].
    pub limit: usize,
}

/// A component that is like the subject.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SimilarHit {
    /// The component.
    #[serde(flatten)]
    pub hit: Hit,
    /// How they are alike.
    pub likeness: Likeness,
    /// How much of both texts is the same, in per cent: runs of four words that both have, of all
    /// that either has, estimated with an error of about 5. Absent for texts of less than eight
    /// words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
}

/// How two components are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// Their contents have the same digest.
    Same,
    /// Half of their texts or more is the same.
    Nearly,
    /// They have telling words in common.
    Related,
}

impl Index {
    /// What is like a subject: the same first, then nearly the same, then related.
    ///
    /// # Errors
    /// [`Error::BadLimit`], or [`Error::Engine`] when the index cannot be read.
    pub fn similar(&self, request: &SimilarRequest) -> Result<Vec<SimilarHit>, Error> {
        if !(1..=MAX_LIMIT).contains(&request.limit) {
            return Err(Error::BadLimit { limit: request.limit });
        }
        let searcher = self.reader.searcher();
        Comparison { searcher: &searcher, fields: &self.fields, request }
            .run()
            .map_err(|source| Error::engine(&self.dir, "be searched", source))
    }
}

/// A query for what is like the subject in one way, and how many of its hits are looked at.
type Look = (Likeness, Box<dyn Query>, usize);

struct Comparison<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
    request: &'a SimilarRequest,
}

impl Comparison<'_> {
    fn run(&self) -> tantivy::Result<Vec<SimilarHit>> {
        let texts = match &self.request.subject {
            Subject::Text(text) => vec![text.clone()],
            Subject::Component(id) => {
                let named = self.fields.component_term(*id);
                let query = self.allowed(Box::new(basic(named)));
                match self.best(&*query, 1)?.first() {
                    Some((_, address)) => card(self.searcher, self.fields, *address)?.texts,
                    None => return Ok(Vec::new()),
                }
            }
        };
        let sketches: Vec<Sketch> =
            texts.iter().filter_map(|text| Sketch::of(cut(&text.body))).collect();
        let telling = self.telling(&texts)?;
        let shown = Highlights { words: telling.iter().cloned().collect(), ..Default::default() };
        let mut taken: HashSet<Uuid> = HashSet::new();
        let mut finder = Finder::new(&shown);
        let mut found = Vec::new();
        for (likeness, query, limit) in self.looks(&texts, &telling) {
            for (score, address) in self.best(&*query, limit)? {
                let card = card(self.searcher, self.fields, address)?;
                let itself = self.request.subject == Subject::Component(card.component);
                if itself || taken.contains(&card.component) {
                    continue;
                }
                let percent = percent(&sketches, &card);
                let likeness = match likeness {
                    Likeness::Nearly if percent.is_none_or(|percent| percent < NEARLY) => continue,
                    Likeness::Nearly | Likeness::Related
                        if percent.is_some_and(|percent| percent >= NEARLY) =>
                    {
                        Likeness::Nearly
                    }
                    likeness => likeness,
                };
                taken.insert(card.component);
                let score = (likeness == Likeness::Related).then_some(score);
                let hit = Hit::of(card, score, &[], Some(&mut finder));
                found.push(SimilarHit { hit, likeness, percent });
            }
        }
        // Stable, so that what is related stays in the order of its score.
        found.sort_by_key(|found| {
            let near = if found.likeness == Likeness::Related { 0 } else { 100 };
            (found.likeness, std::cmp::Reverse(found.percent.unwrap_or(0).min(near)))
        });
        found.truncate(self.request.limit);
        Ok(found)
    }

    /// The queries, closest likeness first.
    fn looks(&self, texts: &[Text], telling: &[String]) -> Vec<Look> {
        let mut looks: Vec<Look> = Vec::new();
        // The subject is found among the others.
        let limit = self.request.limit + 1;
        if let Some(content) = &self.request.content {
            let same = Term::from_field_bytes(self.fields.content, half(content));
            looks.push((Likeness::Same, Box::new(basic(same)), limit));
        }
        let bands: HashSet<u64> =
            texts.iter().filter_map(|text| likeness::bands(cut(&text.body))).flatten().collect();
        if !bands.is_empty() {
            let bands = bands.into_iter().map(|band| {
                let band = basic(Term::from_field_u64(self.fields.bands, filed(band)));
                let one: Box<dyn Query> = Box::new(ConstScoreQuery::new(Box::new(band), 1.0));
                (Occur::Should, one)
            });
            let shared = BooleanQuery::with_minimum_required_clauses(bands.collect(), SHARED_BANDS);
            looks.push((Likeness::Nearly, Box::new(shared), CANDIDATES.max(limit)));
        }
        if !telling.is_empty() {
            let words = telling.iter().flat_map(|word| {
                let places = [
                    (self.fields.title, ranking::TITLE),
                    (self.fields.about, ranking::ABOUT),
                    (self.fields.body, ranking::BODY),
                ];
                places.map(|(field, boost)| {
                    let term = Term::from_field_text(field, word);
                    let term = TermQuery::new(term, IndexRecordOption::WithFreqs);
                    let one: Box<dyn Query> = Box::new(BoostQuery::new(Box::new(term), boost));
                    one
                })
            });
            let any = BooleanQuery::union(words.collect());
            looks.push((Likeness::Related, Box::new(any), limit));
        }
        looks
            .into_iter()
            .map(|(likeness, query, limit)| (likeness, self.allowed(query), limit))
            .collect()
    }

    fn allowed(&self, query: Box<dyn Query>) -> Box<dyn Query> {
        let request = self.request;
        query::restricted(
            self.fields,
            query,
            request.libraries.as_deref(),
            request.local,
            None,
            &request.filters,
        )
    }

    fn best(&self, query: &dyn Query, limit: usize) -> tantivy::Result<Vec<(f32, DocAddress)>> {
        self.searcher.search(query, &TopDocs::with_limit(limit).order_by_score())
    }

    /// The words that are frequent in the subject and rare in the index, as they are indexed.
    fn telling(&self, texts: &[Text]) -> tantivy::Result<Vec<String>> {
        let mut counts: HashMap<String, f64> = HashMap::new();
        let (mut analyzer, mut stops) = (Analyzer::default(), StopWords::default());
        for text in texts {
            let language = stemmer_of(&text.language);
            let languages: Vec<_> = language.into_iter().collect();
            for (part, weight) in [(&text.title, 3.0), (&text.summary, 2.0), (&text.body, 1.0)] {
                let part = cut(part);
                let mut stream = analyzer.words(language, part);
                let mut at: Option<(usize, String)> = None;
                let mut note = |word: Option<(usize, String)>| {
                    if let Some((_, word)) = word {
                        *counts.entry(word).or_default() += weight;
                    }
                };
                while let Some(token) = stream.next() {
                    let written = &part[token.offset_from..token.offset_to];
                    let short = token.text.is_ascii() && token.text.len() < MIN_LETTERS;
                    if short || stops.contain(&languages, written) {
                        continue;
                    }
                    // A stem takes the place of its word.
                    if at.as_ref().is_some_and(|(position, _)| *position != token.position) {
                        note(at.take());
                    }
                    at = Some((token.position, token.text.clone()));
                }
                note(at);
            }
        }
        let documents = self.searcher.num_docs();
        #[expect(clippy::cast_precision_loss, reason = "numbers of documents are below 2^52")]
        let rarity = |have: u64| (1.0 + documents as f64 / (1.0 + have as f64)).ln();
        let least = match self.request.subject {
            Subject::Component(_) => 2, // itself and another
            Subject::Text(_) => 1,
        };
        let mut telling = Vec::with_capacity(counts.len());
        for (word, count) in counts {
            let have = self.searcher.doc_freq(&Term::from_field_text(self.fields.body, &word))?;
            let named = self.searcher.doc_freq(&Term::from_field_text(self.fields.title, &word))?;
            if have.max(named) >= least {
                telling.push((count.sqrt() * rarity(have.max(named)), word));
            }
        }
        telling.sort_unstable_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
        telling.truncate(TELLING_WORDS);
        Ok(telling.into_iter().map(|(_, word)| word).collect())
    }
}

fn basic(term: Term) -> TermQuery {
    TermQuery::new(term, IndexRecordOption::Basic)
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_BYTES)]
}

/// How alike the texts are that are most alike.
fn percent(sketches: &[Sketch], card: &Card) -> Option<u8> {
    let others = card.texts.iter().filter_map(|text| Sketch::of(cut(&text.body)));
    others.flat_map(|other| sketches.iter().map(move |one| one.likeness(&other))).max()
}
