//! Where-used: what holds a component, up to the courses.
//!
//! Beside: the bare recursive statement over the same table through the same pool, which reads the
//! uses and nothing else. The service also leaves out what is deleted or may not be read, names
//! every parent with key and title, says which version each slot shows, and gives the shortest way
//! down from every top.

use std::time::Instant;

use lcms_core::model::{ComponentId, Moment, Target};
use lcms_core::service::{Session, WhereUsedQuery};
use lcms_core::store::Store;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use super::Bench;
use crate::corpus::{Random, SEED};
use crate::error::Result;
use crate::measure::{Cost, Stopwatch, Times};
use crate::report::{Figure, Line, Target as Wanted};

/// Uses on a page.
const PAGE: u64 = 50;
const BARE: &str = "WITH RECURSIVE up(id) AS (SELECT ?1 UNION \
    SELECT u.parent_id FROM up CROSS JOIN usage u WHERE u.child_id = up.id AND u.until = ?2) \
    SELECT u.parent_id, u.slot_id, u.child_id, u.role, u.policy \
    FROM up CROSS JOIN usage u WHERE u.child_id = up.id AND u.until = ?2";

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let lcms = bench.open().await?;
    let session = lcms.operator_without_checks();
    let store = Store::open(&lcms.settings().database).await?;
    let last = lcms.indexing().status().await?.last_event;
    let then = session.at_moment(&Moment::after(last)).await?;

    let mut random = Random::new(SEED);
    let topics = bench.corpus.topics();
    let asked: Vec<ComponentId> = (0..bench.volumes.reads.min(4_000))
        .map(|_| bench.corpus.id(topics.start + random.below(topics.len())))
        .collect();
    let (mut up, mut past, mut direct) = (Times::default(), Times::default(), Times::default());
    let (mut bare, mut rows) = (Times::default(), 0);
    let (mut up_all, mut bare_all) = (Cost::default(), Cost::default());
    // In turn, so that whatever else the machine does falls on all of them.
    for asked in asked.chunks(200) {
        let watch = Stopwatch::own()?;
        for &id in asked {
            ask(&session, id, true, &mut up).await?;
        }
        up_all += watch.stop()?;
        let watch = Stopwatch::own()?;
        for &id in asked {
            let began = Instant::now();
            rows += select(&store, id).await?;
            bare.add(began.elapsed());
        }
        bare_all += watch.stop()?;
        for &id in asked {
            ask(&session, id, false, &mut direct).await?;
            ask(&then, id, true, &mut past).await?;
        }
    }

    let each =
        |cost: Cost| Figure::microseconds(cost.cpu / u32::try_from(asked.len()).unwrap_or(1));
    let uses = rows / asked.len().max(1);
    let ((up, up_p99), (bare, _)) = (up.p50_p99(), bare.p50_p99());
    let (direct, _) = direct.p50_p99();
    let (past, past_p99) = past.p50_p99();
    let what = "the bare recursive query";
    Ok(vec![
        Line::new(format!("uses: up to the courses, {uses} each, p50"), Figure::microseconds(up))
            .beside(what, Figure::microseconds(bare))
            .target(Wanted::RatioAtMost(2.0)),
        Line::new("uses: up to the courses, CPU", each(up_all)).beside(what, each(bare_all)),
        Line::new("uses: up to the courses, p99", Figure::milliseconds(up_p99))
            .target(Wanted::AtMost(5.0)),
        Line::new("uses: direct, p50", Figure::microseconds(direct)),
        Line::new("uses: as of an event, p50", Figure::microseconds(past)),
        Line::new("uses: as of an event, p99", Figure::milliseconds(past_p99))
            .target(Wanted::AtMost(50.0)),
    ])
}

async fn ask(
    session: &Session,
    id: ComponentId,
    transitive: bool,
    times: &mut Times,
) -> Result<()> {
    let query = WhereUsedQuery { transitive, limit: PAGE, ..WhereUsedQuery::default() };
    let began = Instant::now();
    std::hint::black_box(session.where_used(&Target::Id(id), &query).await?);
    times.add(began.elapsed());
    Ok(())
}

async fn select(store: &Store, id: ComponentId) -> Result<usize> {
    let values = [id.0.into(), i64::MAX.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, BARE, values);
    let rows = store.reader().query_all_raw(statement).await?;
    for row in &rows {
        let parent: Vec<u8> = row.try_get("", "parent_id")?;
        let policy: String = row.try_get("", "policy")?;
        std::hint::black_box((parent, policy));
    }
    Ok(rows.len())
}
