//! Branches, going back and differences on a large course in the middle of the corpus.
//!
//! Beside the making of a branch: one durable insert of a row through the same writer. The rest
//! has fixed targets: what people wait for.

use std::time::Instant;

use lcms_core::model::{Content, Key, Kind, Language, Metadata, Moment, Target, Version};
use lcms_core::service::{
    ImportSubject, MergeBranch, NewBranch, NewLibrary, Revert, SaveComponent, Session,
};
use lcms_core::store::Store;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::Bench;
use crate::error::{Error, Result};
use crate::measure::{Cost, Stopwatch, Times, median};
use crate::report::{Figure, Line, Target as Wanted};

const LIBRARY: &str = "history-bench";
const MODULES: usize = 20;
const LESSONS: usize = 25;
const PAGES: usize = 20;
/// Pages that are edited before each going back.
const EDITS: usize = 300;
const BRANCHES: usize = 50;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let lcms = bench.open().await?;
    let session = lcms.operator_without_checks();
    load(&session).await?;
    let store = Store::open(&lcms.settings().database).await?;
    store
        .writer()
        .write(|tx| {
            Box::pin(async move {
                let done =
                    tx.execute_unprepared("CREATE TABLE bare_row (id INTEGER, body TEXT)").await;
                done.map_err(|error| lcms_core::Error::internal("make a table", error))
            })
        })
        .await?;

    let (mut made, mut bare) = (Times::default(), Times::default());
    for n in 0..BRANCHES {
        let name = format!("bench-{n}").parse().map_err(Error::wrong)?;
        let began = Instant::now();
        session.create_branch(NewBranch { name, from: None }).await?;
        made.add(began.elapsed());
        let began = Instant::now();
        let row = format!("INSERT INTO bare_row VALUES ({n}, 'a branch')");
        store
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let done = tx.execute_unprepared(&row).await;
                    done.map_err(|error| lcms_core::Error::internal("insert a row", error))
                })
            })
            .await?;
        bare.add(began.elapsed());
    }

    let (mut reverts, mut diffs, mut merges) = (Vec::new(), Vec::new(), Vec::new());
    let course = target("course")?;
    for round in 0..bench.volumes.rounds {
        let name: Key = format!("edits-{round}").parse().map_err(Error::wrong)?;
        let new = NewBranch { name: name.clone(), from: None };
        let base = session.create_branch(new).await?.branch.base;
        let then = base.ok_or_else(|| Error::wrong("a branch without a base"))?.event;
        let branch = session.at(&name, None).await?;
        for edit in 0..EDITS {
            let page = edit * (MODULES * LESSONS * PAGES / EDITS);
            change(&branch, &target(&format!("p{page}"))?, round).await?;
        }
        let watch = Stopwatch::own()?;
        let request = MergeBranch { without_approval: true, ..MergeBranch::default() };
        let merged = session.merge_branch(&name, request).await?;
        merges.push(watch.stop()?);
        let watch = Stopwatch::own()?;
        let moment = Moment::after(then);
        let diff = session.diff_structures(&course, &moment, &Moment::default(), false).await?;
        diffs.push(watch.stop()?);
        let watch = Stopwatch::own()?;
        let request = Revert {
            to: Version::Moment(moment),
            deep: true,
            message: String::new(),
            dry_run: false,
        };
        let report = session.revert(&course, request).await?;
        reverts.push(watch.stop()?);
        let counts = (merged.items.len(), diff.tree.changed.len(), report.items.len());
        if counts != (EDITS, EDITS, EDITS) {
            return Err(Error::wrong(format!("{counts:?} changes instead of {EDITS} each")));
        }
    }
    let nodes = MODULES * LESSONS * PAGES + MODULES * LESSONS + MODULES + 1;
    let (made, _) = made.p50_p99();
    let (bare, _) = bare.p50_p99();
    let wall = |costs: &[Cost]| Figure::milliseconds(median(costs).wall);
    Ok(vec![
        Line::new("history: a branch is made, p50", Figure::microseconds(made))
            .beside("a durable insert of one row", Figure::microseconds(bare))
            .target(Wanted::RatioAtMost(1.5)),
        Line::new(format!("history: merge of {EDITS} changes"), wall(&merges)),
        Line::new(
            format!("history: a course of {nodes} compared with then, {EDITS} changes"),
            wall(&diffs),
        ),
        Line::new(
            format!("history: a course of {nodes} goes back, {EDITS} changes"),
            wall(&reverts),
        )
        .target(Wanted::AtMost(500.0)),
    ])
}

fn target(key: &str) -> Result<Target> {
    format!("{LIBRARY}/{key}").parse().map_err(Error::wrong)
}

async fn change(session: &Session, page: &Target, round: usize) -> Result<()> {
    let reference = page.to_string().parse().map_err(Error::wrong)?;
    let base = session.component(&reference).await?.revision.id;
    let content = json!({"title": "A page", "body": format!("Words of round {round}.")});
    let new = SaveComponent { content: Some(content), ..SaveComponent::default() };
    session.save(page, base, new).await?;
    Ok(())
}

/// A course of modules, lessons and pages in a library of its own.
async fn load(session: &Session) -> Result<()> {
    let key = LIBRARY.parse().map_err(Error::wrong)?;
    let library = NewLibrary {
        id: None,
        key,
        title: "A large course".to_owned(),
        description: String::new(),
        language: Language::english(),
    };
    session.create_library(library).await?;
    let pages: Vec<_> = (0..MODULES * LESSONS * PAGES).collect();
    let placed = |prefix: &str, range: std::ops::Range<usize>| -> Value {
        range.map(|n| json!({ "component": format!("{prefix}{n}") })).collect()
    };
    let mut subjects = Vec::new();
    for n in &pages {
        let content = json!({"title": "A page", "body": format!("The words of page {n}.")});
        subjects.push(subject(&format!("p{n}"), Kind::Topic, content)?);
    }
    for (n, pages) in pages.chunks(PAGES).enumerate() {
        let placements = placed("p", pages[0]..pages[0] + PAGES);
        let content = json!({"title": "A lesson", "placements": placements});
        subjects.push(subject(&format!("l{n}"), Kind::Lesson, content)?);
    }
    for n in 0..MODULES {
        let placements = placed("l", n * LESSONS..(n + 1) * LESSONS);
        let content = json!({"title": "A module", "placements": placements});
        subjects.push(subject(&format!("m{n}"), Kind::Module, content)?);
    }
    let content = json!({"title": "A course", "placements": placed("m", 0..MODULES)});
    subjects.push(subject("course", Kind::Course, content)?);
    let key = LIBRARY.parse().map_err(Error::wrong)?;
    session.import(&key, subjects, "bench".to_owned(), false).await?;
    Ok(())
}

fn subject(key: &str, kind: Kind, content: Value) -> Result<ImportSubject> {
    let wrong = |violations| Error::wrong(format!("{violations:?}"));
    Ok(ImportSubject {
        source: key.to_owned(),
        line: None,
        id: None,
        key: key.parse().map_err(Error::wrong)?,
        content: Content::parse(kind, content).map_err(wrong)?,
        metadata: Metadata::default(),
    })
}
