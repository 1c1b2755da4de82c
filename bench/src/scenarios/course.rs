//! A large course to release and to publish: modules of lessons of topics.

use lcms_core::model::{ComponentId, Content, Kind, Metadata, ReleaseId, Target};
use lcms_core::service::{ImportSubject, NewLibrary, NewRelease, SaveComponent, Session};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::{Error, Result};

const MODULES: usize = 20;
const LESSONS: usize = 25;
/// Words in a topic.
const WORDS: usize = 250;
const CHUNK: usize = 1_000;

/// The library that the courses are in.
pub(super) async fn library(session: &Session) -> Result<()> {
    let library = json!({ "key": "large-courses", "title": "Large courses" });
    let library: NewLibrary = serde_json::from_value(library).map_err(Error::wrong)?;
    session.create_library(library).await?;
    Ok(())
}

/// A course of four levels.
pub(super) struct Course {
    number: usize,
    topics: usize,
}

impl Course {
    pub(super) fn new(number: usize, topics: usize) -> Self {
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

    fn structure(&self, title: &str, level: u128, parts: std::ops::Range<usize>) -> Value {
        let placements: Vec<_> = parts
            .map(|part| {
                let component = self.id(level, part);
                json!({ "id": self.id(level + 8, part), "component": component })
            })
            .collect();
        json!({ "title": title, "placements": placements })
    }

    pub(super) async fn import(&self, session: &Session) -> Result<()> {
        let in_lesson = self.topics.div_ceil(MODULES * LESSONS);
        let lessons = self.topics.div_ceil(in_lesson);
        let modules = lessons.div_ceil(LESSONS);
        let topics = (0..self.topics).map(|n| (Kind::Topic, 3, n, Self::topic(n, 0)));
        let lessons_of = (0..lessons).map(|n| {
            let parts = (n * in_lesson).min(self.topics)..((n + 1) * in_lesson).min(self.topics);
            (Kind::Lesson, 2, n, self.structure(&format!("Lesson {n}"), 3, parts))
        });
        let modules_of = (0..modules).map(|n| {
            let parts = n * LESSONS..((n + 1) * LESSONS).min(lessons);
            (Kind::Module, 1, n, self.structure(&format!("Module {n}"), 2, parts))
        });
        let course = self.structure(&format!("Course {}", self.number), 1, 0..modules);
        let all = topics.chain(lessons_of).chain(modules_of).chain([(Kind::Course, 0, 0, course)]);
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

    pub(super) async fn release(&self, session: &Session) -> Result<ReleaseId> {
        let course = Target::Id(self.id(0, 0));
        Ok(session.release(&course, NewRelease::default()).await?.release.id)
    }

    /// Changes the text of one topic; another for each edit.
    pub(super) async fn edit(&self, session: &Session, edit: usize) -> Result<()> {
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
