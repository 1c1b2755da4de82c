//! What narrows a search: libraries and rights, facets, moments, components.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;

use tantivy::query::{BooleanQuery, Occur, Query, RangeQuery, TermQuery, TermSetQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, Term};
use time::OffsetDateTime;
use uuid::Uuid;

use super::combine::{all_of, any_of, unscored};
use crate::index::document::microseconds;
use crate::index::facet::Facet;
use crate::index::request::Lens;
use crate::index::schema::{Fields, place};

/// `query`, only in `libraries`, without what is local unless asked for, and, where `filters` has
/// values for a facet, with one of them.
pub(in crate::index) fn restricted(
    fields: &Fields,
    query: Box<dyn Query>,
    libraries: Option<&[Uuid]>,
    local: bool,
    lens: Option<&Lens>,
    filters: &BTreeMap<Facet, Vec<String>>,
) -> Box<dyn Query> {
    let mut conditions = vec![query];
    if let Some(libraries) = libraries {
        conditions.push(unscored(in_libraries(fields, libraries)));
    }
    if let Some(lens) = lens {
        conditions.push(unscored(through(fields, lens)));
    }
    for (&facet, values) in filters.iter().filter(|(_, values)| !values.is_empty()) {
        conditions.push(unscored(facet_values(fields, facet, values)));
    }
    let found = all_of(conditions);
    if local {
        return found;
    }
    let hidden = TermQuery::new(fields.local_term(), IndexRecordOption::Basic);
    Box::new(BooleanQuery::new(vec![(Occur::Must, found), (Occur::MustNot, Box::new(hidden))]))
}

/// Whether nothing in the index is of another library: then nothing need be left out, which would
/// mean to look at every document there is.
pub(in crate::index) fn are_all(
    searcher: &Searcher,
    fields: &Fields,
    libraries: &[Uuid],
) -> tantivy::Result<bool> {
    let libraries: HashSet<&[u8]> =
        libraries.iter().map(|library| library.as_bytes().as_slice()).collect();
    for segment in searcher.segment_readers() {
        let values = segment.inverted_index(fields.library)?;
        let mut ids = values.terms().stream()?;
        while ids.advance() {
            if !libraries.contains(ids.key()) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

pub(super) fn in_libraries(fields: &Fields, libraries: &[Uuid]) -> Box<dyn Query> {
    let ids =
        libraries.iter().map(|library| Term::from_field_bytes(fields.library, library.as_bytes()));
    one_of(ids.collect())
}

/// What has one of these terms. Few of them are looked up one by one; for many it pays to go
/// through the dictionary once.
fn one_of(terms: Vec<Term>) -> Box<dyn Query> {
    const FEW: usize = 16;
    if terms.is_empty() || terms.len() > FEW {
        return Box::new(TermSetQuery::new(terms));
    }
    let each = |term| Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Box<dyn Query>;
    any_of(terms.into_iter().map(each).collect())
}

/// The versions that a lens shows.
fn through(fields: &Fields, lens: &Lens) -> Box<dyn Query> {
    match lens {
        Lens::Superseded => Box::new(RangeQuery::new(
            Bound::Unbounded,
            Bound::Excluded(Term::from_field_i64(fields.until, i64::MAX)),
        )),
        Lens::Pairs(pairs) => {
            let pairs = pairs.iter().map(|pair| Term::from_field_bytes(fields.pair, pair));
            Box::new(TermSetQuery::new(pairs))
        }
        Lens::Layers(layers) => {
            let layers = layers.iter().map(|layer| {
                let branch = Term::from_field_i64(fields.branch, layer.branch.into());
                let mut all: Vec<(Occur, Box<dyn Query>)> =
                    vec![(Occur::Must, Box::new(TermQuery::new(branch, IndexRecordOption::Basic)))];
                let until = match layer.as_of {
                    None => Bound::Included(Term::from_field_i64(fields.until, i64::MAX)),
                    Some(event) => {
                        let since = Bound::Included(Term::from_field_i64(fields.since, event));
                        all.push((
                            Occur::Must,
                            Box::new(RangeQuery::new(
                                Bound::Included(Term::from_field_i64(fields.since, 0)),
                                since,
                            )),
                        ));
                        Bound::Excluded(Term::from_field_i64(fields.until, event))
                    }
                };
                let end = Bound::Included(Term::from_field_i64(fields.until, i64::MAX));
                all.push((Occur::Must, Box::new(RangeQuery::new(until, end))));
                if !layer.hidden.is_empty() {
                    let hidden = layer.hidden.iter().map(|(id, language)| {
                        Term::from_field_text(fields.place, &place(*id, language))
                    });
                    all.push((Occur::MustNot, Box::new(TermSetQuery::new(hidden))));
                }
                Box::new(BooleanQuery::new(all)) as Box<dyn Query>
            });
            any_of(layers.collect())
        }
    }
}

/// What has a newest revision made after that moment.
pub(in crate::index) fn changed_since(fields: &Fields, moment: OffsetDateTime) -> Box<dyn Query> {
    let after = Term::from_field_i64(fields.updated, microseconds(moment));
    unscored(Box::new(RangeQuery::new(Bound::Excluded(after), Bound::Unbounded)))
}

/// These components.
pub(in crate::index) fn these(fields: &Fields, components: &[Uuid]) -> Box<dyn Query> {
    one_of(components.iter().map(|id| fields.component_term(*id)).collect())
}

pub(super) fn facet_values(fields: &Fields, facet: Facet, values: &[String]) -> Box<dyn Query> {
    let field = fields.facet(facet);
    one_of(values.iter().map(|value| Term::from_field_text(field, value)).collect())
}
