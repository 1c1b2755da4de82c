//! A large course published, and published again after an edit of one page.

use std::time::{Duration, Instant};

use lcms_core::model::ReleaseId;
use lcms_core::service::Lcms;
use lcms_publish::{Format, Publisher};

use super::Bench;
use super::course::{self, Course};
use crate::error::{Error, Result};
use crate::measure::Times;
use crate::report::{Figure, Line, Target};

/// Edits with a package after each.
const EDITS: usize = 5;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let lcms = bench.open_empty("republish").await?;
    let session = lcms.operator_without_checks();
    course::library(&session).await?;
    let topics = bench.volumes.course_topics;
    let course = Course::new(0, topics);
    course.import(&session).await?;
    let publisher = Publisher::new(lcms.clone());
    let (mut before, first) = timed(&lcms, &publisher, course.release(&session).await?).await?;
    let mut again = Times::default();
    for edit in 0..EDITS {
        course.edit(&session, edit).await?;
        let (digest, time) = timed(&lcms, &publisher, course.release(&session).await?).await?;
        if std::mem::replace(&mut before, digest) == before {
            return Err(Error::wrong("an edit made no new package"));
        }
        again.add(time);
    }
    // What nothing is remembered of must come out the same.
    let newest = course.release(&session).await?;
    if timed(&lcms, &Publisher::new(lcms.clone()), newest).await?.0 != before {
        return Err(Error::wrong("what was remembered makes another package"));
    }
    drop((session, publisher, lcms));
    super::remove(&bench.path("republish"))?;
    let name = |what: &str| format!("republish: course of {topics} topics, {what}");
    let (again, _) = again.p50_p99();
    Ok(vec![
        Line::new(name("after one edit, p50"), Figure::milliseconds(again))
            .beside("the first time", Figure::milliseconds(first))
            .target(Target::RatioAtMost(0.05)),
    ])
}

/// The digest of a release's package, and how long it took until all of it was known.
async fn timed(
    lcms: &Lcms,
    publisher: &Publisher,
    release: ReleaseId,
) -> Result<(lcms_core::model::Digest, Duration)> {
    let session = lcms.operator_without_checks();
    let began = Instant::now();
    let package = publisher.publish(&session, release, Format::Scorm2004Fourth).await?;
    Ok((package.digest, began.elapsed()))
}
