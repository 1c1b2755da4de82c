//! Releases of a large course: the first, again after one edit, compared, and what a hundred cost.
//!
//! The course is one of many in the corpus's database: modules of lessons of topics, four
//! levels. The space of a hundred releases is measured beside the same hundred edits without a
//! release.

use std::time::Instant;

use lcms_core::model::{ComponentId, Content, Kind, Metadata, ReleaseId, Target};
use lcms_core::service::{ImportSubject, NewLibrary, NewRelease, SaveComponent, Session};
use lcms_core::store::Store;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Bench;
use crate::error::{Error, Result};
use crate::measure::Times;
use crate::report::{Figure, Line, Target as Asked, Unit};

const MODULES: usize = 20;
const LESSONS: usize = 25;
/// Edits with a release after each.
const EDITS: usize = 100;
/// Edits between two releases that are compared.
const COMPARED: usize = 3;
/// Words in a topic.
const WORDS: usize = 250;
const CHUNK: usize = 1_000;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let lcms = bench.open().await?;
    let session = lcms.operator_without_checks();
    let store = Store::open(&lcms.settings().database).await?;
    let library = json!({ "key": "large-courses", "title": "Large courses" });
    let library: NewLibrary = serde_json::from_value(library).map_err(Error::wrong)?;
    session.create_library(library).await?;

    let (mut first, mut whole) = (Times::default(), 0.0);
    let mut courses = Vec::new();
    for number in 0..bench.volumes.rounds.max(2) {
        let before = size(&store).await?;
        let course = Course::new(number, bench.volumes.course_topics);
        course.import(&session).await?;
        let began = Instant::now();
        let release = course.release(&session).await?;
        first.add(began.elapsed());
        whole = size(&store).await? - before;
        courses.push((course, release));
    }

    let [(edited, _), (released, origin), ..] = courses.as_slice() else {
        return Err(Error::wrong("two courses are needed"));
    };
    let before = size(&store).await?;
    for edit in 0..EDITS {
        edited.edit(&session, edit).await?;
    }
    let edits = size(&store).await? - before;
    let (mut again, mut newest) = (Times::default(), *origin);
    let mut compared = None;
    let before = size(&store).await?;
    for edit in 0..EDITS {
        released.edit(&session, edit).await?;
        let began = Instant::now();
        newest = released.release(&session).await?;
        again.add(began.elapsed());
        if edit + 1 == COMPARED {
            compared = Some(newest);
        }
    }
    let with_releases = size(&store).await? - before;
    if newest == *origin {
        return Err(Error::wrong("an edit made no new release"));
    }

    let mut diff = Times::default();
    let compared = compared.ok_or_else(|| Error::wrong("nothing to compare"))?;
    for _ in 0..EDITS {
        let began = Instant::now();
        let found = session.release_changes(*origin, compared).await?;
        diff.add(began.elapsed());
        if found.changes.changed.len() != COMPARED {
            return Err(Error::wrong(found.changes));
        }
    }
    let topics = bench.volumes.course_topics;
    let name = |what: &str| format!("releases: course of {topics} topics, {what}");
    let (first, _) = first.p50_p99();
    let (again, again_p99) = again.p50_p99();
    let (diff, _) = diff.p50_p99();
    let more = (with_releases - edits) / (whole + edits);
    Ok(vec![
        Line::new(name("first"), Figure::milliseconds(first)).target(Asked::AtMost(300.0)),
        Line::new(name("after one edit, p50"), Figure::milliseconds(again))
            .target(Asked::AtMost(50.0)),
        Line::new(name("after one edit, p99"), Figure::milliseconds(again_p99)),
        Line::new(name("diff with three edits"), Figure::milliseconds(diff))
            .target(Asked::AtMost(20.0)),
        Line::new(
            name("space of 100 releases, share of course and edits"),
            Figure::new(more, Unit::Times),
        )
        .target(Asked::AtMost(0.02)),
    ])
}

/// Bytes of the database's pages in use.
async fn size(store: &Store) -> Result<f64> {
    let statement = Statement::from_string(
        DbBackend::Sqlite,
        "SELECT (page_count - freelist_count) * page_size AS bytes \
         FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()",
    );
    let row = store.reader().query_one_raw(statement).await?;
    let bytes: i64 = row.ok_or_else(|| Error::wrong("no size"))?.try_get("", "bytes")?;
    #[expect(clippy::cast_precision_loss, reason = "a rounded figure")]
    Ok(bytes as f64)
}

/// A course of four levels.
struct Course {
    number: usize,
    topics: usize,
}

impl Course {
    fn new(number: usize, topics: usize) -> Self {
        Self { number, topics }
    }

    /// The id of one of its parts, the same in every run.
    fn id(&self, level: u128, part: usize) -> ComponentId {
        let base = 0x0199_0000_0000_7000_8000_0000_0000_0000;
        ComponentId(Uuid::from_u128(
            base + ((self.number as u128) << 40) + (level << 32) + part as u128,
        ))
    }

    fn text(topic: usize, edit: usize) -> String {
        let words = (0..WORDS).map(|word| match (topic * 31 + word * 7) % 11 {
            0 => format!("step{}", word + edit),
            1 => format!("item{}", topic % 97),
            other => ["the", "module", "opens", "a", "valve", "when", "pressure", "falls", "below"]
                [other - 2]
                .to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    fn topic(topic: usize, edit: usize) -> Value {
        json!({ "title": format!("Topic {topic}"), "body": Self::text(topic, edit) })
    }

    fn structure(&self, title: String, level: u128, parts: std::ops::Range<usize>) -> Value {
        let placements: Vec<_> = parts
            .map(|part| {
                let component = self.id(level, part);
                json!({ "id": self.id(level + 8, part), "component": component })
            })
            .collect();
        json!({ "title": title, "placements": placements })
    }

    async fn import(&self, session: &Session) -> Result<()> {
        let lessons = MODULES * LESSONS;
        let in_lesson = self.topics.div_ceil(lessons);
        let topics = (0..self.topics).map(|n| (Kind::Topic, 3, n, Self::topic(n, 0)));
        let lessons_of = (0..lessons).map(|n| {
            let parts = (n * in_lesson).min(self.topics)..((n + 1) * in_lesson).min(self.topics);
            (Kind::Lesson, 2, n, self.structure(format!("Lesson {n}"), 3, parts))
        });
        let modules = (0..MODULES).map(|n| {
            let parts = n * LESSONS..(n + 1) * LESSONS;
            (Kind::Module, 1, n, self.structure(format!("Module {n}"), 2, parts))
        });
        let course = self.structure(format!("Course {}", self.number), 1, 0..MODULES);
        let all = topics.chain(lessons_of).chain(modules).chain([(Kind::Course, 0, 0, course)]);
        let mut waiting = Vec::with_capacity(CHUNK);
        for (kind, level, part, content) in all {
            let key = format!("c{}-{level}-{part}", self.number);
            let metadata = json!({ "tags": [format!("tag-{}", part % 40)] });
            let refused = |violations| Error::wrong((kind, violations));
            waiting.push(ImportSubject {
                source: key.clone(),
                line: None,
                id: Some(self.id(level, part)),
                key: key.parse().map_err(Error::wrong)?,
                content: Content::parse(kind, content).map_err(refused)?,
                metadata: Metadata::parse(metadata).map_err(refused)?,
            });
            if waiting.len() == CHUNK {
                import(session, std::mem::take(&mut waiting)).await?;
            }
        }
        import(session, waiting).await
    }

    async fn release(&self, session: &Session) -> Result<ReleaseId> {
        let course = Target::Id(self.id(0, 0));
        Ok(session.release(&course, NewRelease::default()).await?.release.id)
    }

    /// Changes the text of one topic; another for each edit.
    async fn edit(&self, session: &Session, edit: usize) -> Result<()> {
        let topic = edit * 37 % self.topics;
        let id = self.id(3, topic);
        let reference = id.to_string().parse().map_err(Error::wrong)?;
        let base = session.component(&reference).await?.revision.id;
        let content = Some(Self::topic(topic, edit + 1));
        let documents = SaveComponent { content, ..SaveComponent::default() };
        session.save(&Target::Id(id), base, documents).await?;
        Ok(())
    }
}

async fn import(session: &Session, subjects: Vec<ImportSubject>) -> Result<()> {
    if subjects.is_empty() {
        return Ok(());
    }
    let library = "large-courses".parse().map_err(Error::wrong)?;
    session.import(&library, subjects, "course".to_owned(), false).await?;
    Ok(())
}
