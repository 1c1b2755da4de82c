//! One pass over the matches of a query: their number, one page of them, and facet counts.
//!
//! A facet is counted under the filters of all other facets but not its own, so that its
//! unselected values show what selecting them would add. A document therefore counts for a page
//! and every facet when it passes all filters, for one facet when it fails that one's filter
//! only, and for nothing otherwise. Doing this here needs one pass, where queries would need one
//! for each filtered facet.

use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{ColumnValues, StrColumn, TermOrdHit};
use tantivy::fastfield::{Column, FastFieldReaders};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader, i64_to_u64, u64_to_i64};
use uuid::Uuid;

use super::cursor::{Place, Rank};
use super::facet::Facet;
use super::request::Sort;
use super::schema;

/// Counts of the values of each facet.
pub(super) type Counts = BTreeMap<Facet, BTreeMap<String, u64>>;

/// What to collect.
pub(super) struct Page<'a> {
    pub(super) sort: Sort,
    /// The last hit of the page before.
    pub(super) after: Option<Place>,
    /// The number of hits to keep.
    pub(super) limit: usize,
    /// With facets: what is selected of each. Without, nothing is filtered or counted here.
    pub(super) facets: Option<&'a BTreeMap<Facet, Vec<String>>>,
}

/// What was collected.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// The number of documents that match, on all pages.
    pub(super) total: u64,
    /// The hits of the page, in order.
    pub(super) hits: Vec<(Place, DocAddress)>,
    pub(super) counts: Counts,
}

impl Collector for Page<'_> {
    type Fruit = Collected;
    type Child = SegmentPage;

    fn for_segment(
        &self,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<SegmentPage> {
        let columns = reader.fast_fields();
        let ranking = Ranking::open(self.sort, columns)?;
        let after = match &self.after {
            Some(place) => ranking.key_of(place)?,
            None => None,
        };
        let mut facets = Vec::new();
        for (&facet, selected) in self.facets.into_iter().flatten() {
            facets.push(FacetCounter::open(facet, selected, columns)?);
        }
        Ok(SegmentPage {
            segment,
            ranking,
            id_high: columns.column_first_or_default(schema::ID_HIGH)?,
            id_low: columns.column_first_or_default(schema::ID_LOW)?,
            after,
            limit: self.limit,
            best: BinaryHeap::with_capacity(self.limit + 1),
            total: 0,
            facets,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.sort == Sort::Relevance
    }

    fn merge_fruits(
        &self,
        segments: Vec<tantivy::Result<Collected>>,
    ) -> tantivy::Result<Collected> {
        let mut merged = Collected::default();
        for segment in segments {
            let segment = segment?;
            merged.total += segment.total;
            merged.hits.extend(segment.hits);
            for (facet, counts) in segment.counts {
                let sums = merged.counts.entry(facet).or_default();
                for (value, count) in counts {
                    *sums.entry(value).or_default() += count;
                }
            }
        }
        merged.hits.sort_unstable_by(|(a, _), (b, _)| a.order(b));
        merged.hits.truncate(self.limit);
        Ok(merged)
    }
}

/// The order of a document within its segment: smaller comes first. The second part is the
/// component's id.
type Key = (u64, u128);

/// The collector of one segment.
pub(super) struct SegmentPage {
    segment: SegmentOrdinal,
    ranking: Ranking,
    id_high: Arc<dyn ColumnValues<u64>>,
    id_low: Arc<dyn ColumnValues<u64>>,
    /// Only documents behind this belong to the page.
    after: Option<Key>,
    limit: usize,
    /// The first `limit` documents so far, the last of them on top.
    best: BinaryHeap<(Key, DocId)>,
    total: u64,
    facets: Vec<FacetCounter>,
}

impl SegmentPage {
    fn consider(&mut self, doc: DocId, score: Score) {
        let rank = self.ranking.rank(doc, score);
        let full = self.best.len() == self.limit;
        // Most documents are turned away by their rank, before their id is looked up.
        if full && self.best.peek().is_none_or(|((worst, _), _)| rank > *worst) {
            return;
        }
        let id =
            (u128::from(self.id_high.get_val(doc)) << 64) | u128::from(self.id_low.get_val(doc));
        let key = (rank, id);
        if self.after.is_some_and(|after| key <= after) {
            return;
        }
        self.best.push((key, doc));
        if full {
            self.best.pop();
        }
    }

    fn finish(self) -> tantivy::Result<Collected> {
        let mut hits = Vec::with_capacity(self.best.len());
        for ((rank, id), doc) in self.best {
            let place = Place { rank: self.ranking.value(rank)?, id: Uuid::from_u128(id) };
            hits.push((place, DocAddress::new(self.segment, doc)));
        }
        let mut counts = Counts::new();
        for facet in self.facets {
            counts.insert(facet.facet, facet.finish()?);
        }
        Ok(Collected { total: self.total, hits, counts })
    }
}

impl SegmentCollector for SegmentPage {
    type Fruit = tantivy::Result<Collected>;

    fn collect(&mut self, doc: DocId, score: Score) {
        let mut failed = None;
        for (at, facet) in self.facets.iter().enumerate() {
            if !facet.accepts(doc) && failed.replace(at).is_some() {
                return;
            }
        }
        if let Some(facet) = failed.and_then(|at| self.facets.get_mut(at)) {
            facet.count(doc);
            return;
        }
        for facet in &mut self.facets {
            facet.count(doc);
        }
        self.total += 1;
        self.consider(doc, score);
    }

    fn harvest(self) -> Self::Fruit {
        self.finish()
    }
}

/// How documents of a segment are ranked. Ranks are numbers of which the smaller comes first.
enum Ranking {
    /// By the score of the words times the document's standing.
    Score(Arc<dyn ColumnValues<f64>>),
    Updated(Column<i64>),
    /// By the number of the title in the sorted titles of the segment.
    Title(Option<StrColumn>),
}

impl Ranking {
    fn open(sort: Sort, columns: &FastFieldReaders) -> tantivy::Result<Self> {
        Ok(match sort {
            Sort::Relevance => Self::Score(columns.column_first_or_default(schema::STANDING)?),
            Sort::Updated => Self::Updated(columns.i64(schema::UPDATED)?),
            Sort::Title => Self::Title(columns.str(schema::TITLE_ORDER)?),
        })
    }

    fn rank(&self, doc: DocId, score: Score) -> u64 {
        match self {
            Self::Score(standing) => {
                #[expect(clippy::cast_possible_truncation, reason = "scores are small numbers")]
                let score = score * standing.get_val(doc) as f32;
                descending(score.to_bits().into())
            }
            Self::Updated(column) => descending(i64_to_u64(column.first(doc).unwrap_or_default())),
            Self::Title(column) => {
                column.as_ref().and_then(|column| column.ords().first(doc)).unwrap_or_default()
            }
        }
    }

    /// What a rank stands for in every segment.
    fn value(&self, rank: u64) -> tantivy::Result<Rank> {
        Ok(match self {
            Self::Score(_) => Rank::Score(u32::try_from(descending(rank)).unwrap_or(u32::MAX)),
            Self::Updated(_) => Rank::Updated(u64_to_i64(descending(rank))),
            Self::Title(column) => {
                let mut title = String::new();
                if let Some(column) = column {
                    column.ord_to_str(rank, &mut title)?;
                }
                Rank::Title(title)
            }
        })
    }

    /// The key after which the documents behind `place` stand here; `None` if that is all of
    /// them.
    fn key_of(&self, place: &Place) -> tantivy::Result<Option<Key>> {
        let rank = match (self, &place.rank) {
            (Self::Score(_), Rank::Score(bits)) => descending(u64::from(*bits)),
            (Self::Updated(_), Rank::Updated(moment)) => descending(i64_to_u64(*moment)),
            (Self::Title(Some(column)), Rank::Title(title)) => {
                match column.dictionary().term_ord_or_next(title)? {
                    TermOrdHit::Exact(rank) => rank,
                    // The title is gone: everything before the next one is on earlier pages.
                    TermOrdHit::Next(next) => {
                        return Ok(next.checked_sub(1).map(|last| (last, u128::MAX)));
                    }
                }
            }
            _ => return Ok(None),
        };
        Ok(Some((rank, place.id.as_u128())))
    }
}

/// Turns an ascending order of numbers round; its own inverse.
fn descending(number: u64) -> u64 {
    u64::MAX - number
}

/// The values of one facet in a segment.
struct FacetCounter {
    facet: Facet,
    column: Option<StrColumn>,
    /// The numbers of the selected values; `None` when the facet is not filtered.
    selected: Option<Vec<u64>>,
    /// Documents by the number of the value.
    counts: Vec<u64>,
}

impl FacetCounter {
    fn open(
        facet: Facet,
        selected: &[String],
        columns: &FastFieldReaders,
    ) -> tantivy::Result<Self> {
        let column = columns.str(facet.name())?;
        let mut numbers = Vec::new();
        for value in selected {
            if let Some(column) = &column {
                numbers.extend(column.dictionary().term_ord(value)?);
            }
        }
        Ok(Self {
            facet,
            counts: vec![0; column.as_ref().map_or(0, |column| column.dictionary().num_terms())],
            column,
            selected: (!selected.is_empty()).then_some(numbers),
        })
    }

    fn accepts(&self, doc: DocId) -> bool {
        match (&self.selected, &self.column) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(selected), Some(column)) => {
                column.ords().values_for_doc(doc).any(|value| selected.contains(&value))
            }
        }
    }

    fn count(&mut self, doc: DocId) {
        for value in self.column.iter().flat_map(|column| column.ords().values_for_doc(doc)) {
            if let Some(count) = usize::try_from(value).ok().and_then(|at| self.counts.get_mut(at))
            {
                *count += 1;
            }
        }
    }

    fn finish(self) -> tantivy::Result<BTreeMap<String, u64>> {
        let Some(column) = self.column else {
            return Ok(BTreeMap::new());
        };
        let (numbers, counts): (Vec<u64>, Vec<u64>) =
            (0..).zip(self.counts).filter(|(_, count)| *count > 0).unzip();
        let mut counts = counts.into_iter();
        let mut values = BTreeMap::new();
        column.dictionary().sorted_ords_to_term_cb(&numbers, |value| {
            values.insert(String::from_utf8_lossy(value).into_owned(), counts.next().unwrap_or(0));
        })?;
        Ok(values)
    }
}
