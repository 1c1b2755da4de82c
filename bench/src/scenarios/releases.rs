//! Releases of a large course: the first, again after one edit, compared, and what a hundred cost.
//!
//! The course is one of many in the corpus's database: modules of lessons of topics, four
//! levels. The space of a hundred releases is measured beside the same hundred edits without a
//! release.

use std::time::Instant;

use lcms_core::store::Store;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use super::Bench;
use super::course::{self, Course};
use crate::error::{Error, Result};
use crate::measure::Times;
use crate::report::{Figure, Line, Target as Asked, Unit};

/// Edits with a release after each.
const EDITS: usize = 100;
/// Edits between two releases that are compared.
const COMPARED: usize = 3;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let lcms = bench.open().await?;
    let session = lcms.operator_without_checks();
    let store = Store::open(&lcms.settings().database).await?;
    course::library(&session).await?;

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
