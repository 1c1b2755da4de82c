//! A corpus of any size from a fixed seed: what the scenarios are measured on.
//!
//! ```text
//! courses → modules → lessons → topics, questions
//!                               topics → media
//! ```
//!
//! It is made for reuse. Eight topics stand in a lesson and there are four times as many topics
//! as lessons, so each topic stands in two lessons on average; likewise each lesson stands in two
//! modules and each module in one course: a topic is reached four times from courses. Bodies have
//! 0.5 to 4 kB of words with a Zipf distribution. Pictures are few and shared by many assets.
//!
//! Every component is a function of seed and number alone. So a corpus of a million needs no
//! memory, and its parts can be made again wherever they are needed.

mod documents;
mod load;
mod random;
mod words;

use std::ops::Range;

use lcms_core::model::{
    ComponentId, Content, Digest, Key, Kind, Language, LibraryId, Metadata, Violation,
};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use documents::Picture;
pub use load::load;
pub(crate) use random::Random;
pub(crate) use words::Vocabulary;

use crate::error::{Error, Result};

/// The seed of every published figure.
pub const SEED: u64 = 2_026;
/// Most components in one library.
const LIBRARY_SIZE: usize = 20_000;
/// Most distinct pictures.
const PICTURES: usize = 64;
const TOPICS_IN_LESSON: usize = 8;
const QUESTIONS_IN_LESSON: usize = 2;
const LESSONS_IN_MODULE: usize = 5;
const MODULES_IN_COURSE: usize = 6;
/// The moment that ids count from: 2026-01-01T00:00:00Z in milliseconds since 1970.
const EPOCH_MS: u64 = 1_767_225_600_000;

/// A generated component.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which of the corpus's libraries it is in.
    pub library: usize,
    /// Its id.
    pub id: ComponentId,
    /// Its key.
    pub key: Key,
    /// Its content; references are ids.
    pub content: Content,
    /// Its metadata.
    pub metadata: Metadata,
}

/// A corpus; nothing of it is kept in memory.
#[derive(Debug)]
pub struct Corpus {
    seed: u64,
    vocabulary: Vocabulary,
    pictures: Vec<Picture>,
    media: Range<usize>,
    questions: Range<usize>,
    topics: Range<usize>,
    lessons: Range<usize>,
    modules: Range<usize>,
    courses: Range<usize>,
}

impl Corpus {
    /// The corpus of so many components (at least 109, so that there is one of each kind).
    #[must_use]
    pub fn new(components: usize, seed: u64) -> Self {
        let components = components.max(109);
        let of = |parts: usize| components * parts / 109;
        let counts = [of(15), of(60), of(15), of(6), of(1)];
        let mut next = components - counts.iter().sum::<usize>();
        let media = 0..next;
        let [questions, topics, lessons, modules, courses] = counts.map(|count| {
            next += count;
            next - count..next
        });
        let vocabulary = Vocabulary::new(seed);
        let pictures = (0..PICTURES.min(media.len())).map(|n| Picture::new(seed, n)).collect();
        Self { seed, vocabulary, pictures, media, questions, topics, lessons, modules, courses }
    }

    /// The number of components.
    #[must_use]
    pub fn len(&self) -> usize {
        self.courses.end
    }

    /// Whether it has no component; it always has some.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of libraries.
    #[must_use]
    pub fn libraries(&self) -> usize {
        self.len().div_ceil(LIBRARY_SIZE)
    }

    /// The numbers of the topics.
    #[must_use]
    pub fn topics(&self) -> Range<usize> {
        self.topics.clone()
    }

    /// The components in groups of one kind, each after the groups that it refers to.
    #[must_use]
    pub fn groups(&self) -> [Range<usize>; 6] {
        let Self { media, questions, topics, lessons, modules, courses, .. } = self;
        [media, questions, topics, lessons, modules, courses].map(Clone::clone)
    }

    /// The id of the component with that number.
    #[must_use]
    pub fn id(&self, number: usize) -> ComponentId {
        ComponentId(self.uuid(number, 0))
    }

    /// A time-ordered id that depends on nothing but its place.
    fn uuid(&self, number: usize, part: u64) -> Uuid {
        let mut random =
            Random::of(self.seed ^ part.wrapping_mul(0xd6e8_feb8_6659_fd93), number as u64);
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&random.next().to_be_bytes());
        bytes[8..].copy_from_slice(&random.next().to_be_bytes()[..2]);
        uuid::Builder::from_unix_timestamp_millis(EPOCH_MS + number as u64, &bytes).into_uuid()
    }

    /// The key of a library.
    ///
    /// # Errors
    /// Never for a number below [`Corpus::libraries`].
    pub fn library_key(&self, library: usize) -> Result<Key> {
        format!("library-{library:03}").parse().map_err(Error::wrong)
    }

    /// The id of a library.
    #[must_use]
    pub fn library_id(&self, library: usize) -> LibraryId {
        LibraryId(self.uuid(library, u64::MAX))
    }

    /// The component with that number.
    ///
    /// # Errors
    /// Never for a number below [`Corpus::len`].
    pub fn entry(&self, number: usize) -> Result<Entry> {
        let mut random = Random::of(self.seed, number as u64);
        let title = &self.title(&mut random);
        let (kind, of_kind, content) = if self.media.contains(&number) {
            (Kind::Asset, &self.media, self.asset(number, title))
        } else if self.questions.contains(&number) {
            (Kind::Question, &self.questions, self.question(&mut random, title))
        } else if self.topics.contains(&number) {
            (Kind::Topic, &self.topics, self.topic(&mut random, title))
        } else if self.lessons.contains(&number) {
            let topics = self.some(&mut random, &self.topics, TOPICS_IN_LESSON);
            let questions = self.some(&mut random, &self.questions, QUESTIONS_IN_LESSON);
            let placements = self.placements(number, topics.chain(questions));
            (Kind::Lesson, &self.lessons, self.structure(&mut random, title, &placements))
        } else if self.modules.contains(&number) {
            let lessons = self.some(&mut random, &self.lessons, LESSONS_IN_MODULE);
            let placements = self.placements(number, lessons);
            (Kind::Module, &self.modules, self.structure(&mut random, title, &placements))
        } else {
            let modules = self.some(&mut random, &self.modules, MODULES_IN_COURSE);
            let placements = self.placements(number, modules);
            (Kind::Course, &self.courses, self.structure(&mut random, title, &placements))
        };
        let key = format!("{}-{:06}", kind.as_str(), number - of_kind.start);
        let refused = |violations: Vec<Violation>| Error::wrong((number, violations));
        Ok(Entry {
            library: number % self.libraries(),
            id: self.id(number),
            key: key.parse().map_err(Error::wrong)?,
            content: Content::parse(kind, content).map_err(refused)?,
            metadata: Metadata::parse(self.metadata(&mut random)).map_err(refused)?,
        })
    }

    /// One digest over all documents: equal for equal corpora.
    ///
    /// # Errors
    /// As [`Corpus::entry`].
    pub fn digest(&self) -> Result<Digest> {
        let mut digests = Vec::with_capacity(self.len());
        for number in 0..self.len() {
            let Entry { id, key, content, metadata, .. } = self.entry(number)?;
            digests.push(Digest::of_document(&(id, key, content, metadata)).0);
        }
        Ok(Digest::of_document(&digests).0)
    }

    /// Distinct components of a group, as many as asked for or as there are.
    fn some(
        &self,
        random: &mut Random,
        group: &Range<usize>,
        count: usize,
    ) -> impl Iterator<Item = ComponentId> + use<'_> {
        let mut chosen = Vec::with_capacity(count);
        while chosen.len() < count.min(group.len()) {
            let number = group.start + random.below(group.len());
            if !chosen.contains(&number) {
                chosen.push(number);
            }
        }
        chosen.into_iter().map(|number| self.id(number))
    }

    fn placements(&self, parent: usize, of: impl Iterator<Item = ComponentId>) -> Vec<Value> {
        of.zip(1..)
            .map(|(id, part)| json!({ "id": self.uuid(parent, part), "component": id }))
            .collect()
    }

    /// What the index is told of a component, made without reading any store.
    ///
    /// # Errors
    /// As [`Corpus::entry`].
    pub fn index_document(&self, number: usize) -> Result<lcms_core::index::IndexDocument> {
        let Entry { library, id, key, content, metadata } = self.entry(number)?;
        Ok(lcms_core::index::IndexDocument {
            component: id.0,
            library: self.library_id(library).0,
            library_key: self.library_key(library)?.to_string(),
            kind: content.kind().as_str().to_owned(),
            state: "draft".to_owned(),
            key: key.to_string(),
            text: lcms_core::index::Text {
                language: Language::english().to_string(),
                title: content.title().to_owned(),
                summary: content.summary().unwrap_or_default().to_owned(),
                body: content.plain_text(),
            },
            metadata_text: metadata.text(),
            tags: metadata.tags,
            keywords: metadata.keywords,
            updated: OffsetDateTime::UNIX_EPOCH,
            revision: id.0,
            number: 1,
            event: 1,
            ..lcms_core::index::IndexDocument::default()
        })
    }

    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_documents() {
        let digest = |components, seed| Corpus::new(components, seed).digest().unwrap();
        // The figures of different days are of the same corpus as long as this does not change.
        assert_eq!(
            digest(120, SEED).to_string(),
            "sha256:316a447ab2e26fc1cf07bf7d8b6699f148dc13ee39a180052016a6f98c5e189d"
        );
        assert_ne!(digest(120, SEED), digest(120, SEED + 1));
    }

    #[test]
    fn topics_are_reached_four_times_from_courses_on_average() {
        let corpus = Corpus::new(2_000, SEED);
        let [_, _, topics, ..] = corpus.groups();
        let mut reached = std::collections::HashMap::<ComponentId, usize>::new();
        for number in (0..corpus.len()).rev() {
            let Entry { id, content, .. } = corpus.entry(number).unwrap();
            let times = match content.kind() {
                Kind::Course => 1,
                _ => reached.get(&id).copied().unwrap_or(0),
            };
            for slot in content.slots() {
                *reached.entry(slot.component).or_default() += times;
            }
        }
        let total: usize = topics.clone().filter_map(|n| reached.get(&corpus.id(n))).sum();
        let average = total * 10 / topics.len();
        assert!((37..=43).contains(&average), "{average} tenths");
    }

    #[test]
    fn there_are_exactly_as_many_components_as_asked_for_and_bodies_have_their_length() {
        for components in [109, 120, 1_000, 40_001] {
            assert_eq!(Corpus::new(components, SEED).len(), components);
        }
        let corpus = Corpus::new(1_000, SEED);
        for number in corpus.topics().step_by(5) {
            let Content::Topic(topic) = corpus.entry(number).unwrap().content else {
                unreachable!("the range of topics holds topics");
            };
            assert!((480..4_600).contains(&topic.body.len()), "{}", topic.body.len());
        }
    }
}
