//! Durable saves over HTTP.
//!
//! Each client saves its own topic again and again, each time over the revision that its last
//! save answered. Beside: one flush of the disk (`fdatasync` after an append of 4 kB), and the
//! rows of a save inserted into the same database engine with the same settings and nothing else
//! around it: alone for one client, a transaction for as many rows as there are clients for many.
//!
//! The CPU time is that of the whole server process, with the index that follows the saves.
//! Through the service, without HTTP and index, other topics of the corpus are saved once each,
//! beside the same rows again.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::{Duration, Instant};

use lcms_core::model::{ComponentId, Reference, RevisionId, RevisionSelector, Target};
use lcms_core::service::{SaveComponent, Session};
use serde_json::json;
use tokio::task::JoinSet;

use super::{Bench, token};
use crate::error::{Error, Result};
use crate::http::Client;
use crate::measure::{Cost, Stopwatch, Times};
use crate::report::{Figure, Line, Target as Asked, Unit};
use crate::server::{Counters, Server};

mod bare;

/// Flushes timed.
const FLUSHES: usize = 200;
/// Most server CPU time of a save, in milliseconds.
const CPU: f64 = 0.3;
/// Fewest saves that share a flush when many clients save at once.
const SHARED: f64 = 8.0;
/// Most CPU time of a save through the service, in milliseconds.
const SERVICE_CPU: f64 = 0.25;
/// Most wall time of a save through the service, beside the same rows in the bare database.
const SERVICE_WALL: f64 = 1.5;

/// A topic that a client saves.
pub(super) struct Edited {
    pub(super) id: ComponentId,
    revision: RevisionId,
    pub(super) tag: String,
    pub(super) title: String,
    pub(super) body: String,
}

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let clients = bench.volumes.clients;
    let lcms = bench.open().await?;
    let session = lcms.operator_without_checks();
    let topics = bench.corpus.topics();
    let mut edited = Vec::with_capacity(clients);
    for number in topics.take(clients) {
        edited.push(open_for_edit(&session, bench, number).await?);
    }
    let token = token(&session, "author").await?;
    let others = bench.corpus.topics().skip(clients).take(bench.volumes.saves);
    let (served, count) = through_the_service(&session, bench, others).await?;
    lcms.indexing().catch_up().await?; // what the server's index follows are the saves alone
    drop((session, lcms));
    let flush = flush(bench)?;
    let body = edited.iter().map(|topic| topic.body.len()).sum::<usize>() / edited.len().max(1);

    let mut server = Server::start(&bench.program, bench.data(|_| {}).await?)?;
    let first = edited.split_off(1);
    let alone = save(&mut server, &token, &mut edited, bench.volumes.saves).await?;
    edited.extend(first);
    let shared = save(&mut server, &token, &mut edited, bench.volumes.saves_each).await?;
    drop(server);

    let bare_served = bare::insert(&bench.path("bare-s.db"), body, count, 1).await?;
    let bare_alone = bare::insert(&bench.path("bare-1.db"), body, bench.volumes.saves, 1).await?;
    let transactions = bench.volumes.saves_each;
    let bare_shared =
        bare::insert(&bench.path("bare-n.db"), body, transactions, edited.len()).await?;
    let mut lines = lines(&alone, &shared, flush, bare_alone, bare_shared, edited.len());
    let beside = "same rows, bare SQLite";
    lines.extend([
        Line::new("saves: through the service, wall each", each(served.wall, count))
            .beside(beside, each(bare_served.wall, count))
            .target(Asked::RatioAtMost(SERVICE_WALL)),
        Line::new("saves: through the service, CPU each", each(served.cpu, count))
            .beside(beside, each(bare_served.cpu, count))
            .target(Asked::AtMost(SERVICE_CPU)),
    ]);
    Ok(lines)
}

/// Saves each of these topics once; answers what that cost and how many there were.
async fn through_the_service(
    session: &Session,
    bench: &Bench,
    topics: impl Iterator<Item = usize>,
) -> Result<(Cost, usize)> {
    let mut edited = Vec::new();
    for number in topics {
        edited.push(open_for_edit(session, bench, number).await?);
    }
    let count = edited.len();
    let watch = Stopwatch::own()?;
    for topic in edited {
        let body = format!("Edited.\n\n{}", topic.body);
        let content = json!({ "title": topic.title, "body": body });
        let new = SaveComponent { content: Some(content), ..SaveComponent::default() };
        session.save(&Target::Id(topic.id), topic.revision, new).await?;
    }
    Ok((watch.stop()?, count))
}

/// What a number of saves led to.
struct Saves {
    count: usize,
    p50: Duration,
    p99: Duration,
    wall: Duration,
    server: Counters,
}

impl Saves {
    fn cpu_each(&self) -> Figure {
        each(self.server.cpu, self.count)
    }

    #[expect(clippy::cast_precision_loss, reason = "a rounded figure")]
    fn for_each_flush(&self) -> Figure {
        Figure::new(self.count as f64 / self.server.transactions as f64, Unit::Times)
    }
}

fn each(time: Duration, count: usize) -> Figure {
    Figure::milliseconds(time / u32::try_from(count).unwrap_or(u32::MAX))
}

fn lines(
    alone: &Saves,
    shared: &Saves,
    flush: Duration,
    bare_alone: Cost,
    bare_shared: Cost,
    clients: usize,
) -> Vec<Line> {
    let inserted = "same rows, bare SQLite";
    let batched = format!("{inserted}, {clients} a commit");
    let one = |what: &str| format!("saves: 1 client, {what}");
    let many = |what: &str| format!("saves: {clients} clients, {what}");
    vec![
        Line::new(one("wall p50"), Figure::milliseconds(alone.p50))
            .beside("fdatasync", Figure::milliseconds(flush)),
        Line::new(one("wall each"), each(alone.wall, alone.count))
            .beside(inserted, each(bare_alone.wall, alone.count)),
        Line::new(one("server CPU each"), alone.cpu_each())
            .beside(inserted, each(bare_alone.cpu, alone.count))
            .target(Asked::AtMost(CPU)),
        Line::new(many("wall p50"), Figure::milliseconds(shared.p50)),
        Line::new(many("wall p99"), Figure::milliseconds(shared.p99)),
        Line::new(many("saves"), Figure::rate(shared.count, shared.wall))
            .beside(&batched, Figure::rate(shared.count, bare_shared.wall)),
        Line::new(many("server CPU each"), shared.cpu_each())
            .beside(&batched, each(bare_shared.cpu, shared.count))
            .target(Asked::AtMost(CPU)),
        Line::new(many("saves for each flush"), shared.for_each_flush())
            .target(Asked::AtLeast(SHARED)),
    ]
}

/// A topic of the corpus as it stands, to be saved over.
pub(super) async fn open_for_edit(
    session: &Session,
    bench: &Bench,
    number: usize,
) -> Result<Edited> {
    let id = bench.corpus.id(number);
    let reference = Reference { target: Target::Id(id), revision: RevisionSelector::Head };
    let view = session.component(&reference).await?;
    let content = serde_json::to_value(&view.content).map_err(Error::wrong)?;
    let text = |name: &str| content[name].as_str().unwrap_or_default().to_owned();
    let tag = format!("\"{}\"", view.revision.id);
    let revision = view.revision.id;
    Ok(Edited { id, revision, tag, title: text("title"), body: text("body") })
}

/// Every topic saved so many times, by a client each.
async fn save(
    server: &mut Server,
    token: &str,
    topics: &mut Vec<Edited>,
    times: usize,
) -> Result<Saves> {
    let mut clients = Vec::with_capacity(topics.len());
    for topic in topics.drain(..) {
        clients.push((Client::connect(server.address, token).await?, topic));
    }
    let before = server.counters()?;
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for (client, topic) in clients {
        tasks.spawn(save_one(client, topic, times));
    }
    let mut all = Times::default();
    let mut count = 0;
    while let Some(done) = tasks.join_next().await {
        let (times_of_one, topic) = done.map_err(Error::wrong)??;
        all.extend(times_of_one);
        topics.push(topic);
        count += times;
    }
    let wall = began.elapsed();
    let after = server.counters()?;
    if after.commands - before.commands != count as u64 {
        return Err(Error::Wrong(format!("{count} saves from {before:?} to {after:?}")));
    }
    let (p50, p99) = all.p50_p99();
    let server = Counters {
        commands: after.commands - before.commands,
        transactions: after.transactions - before.transactions,
        cpu: after.cpu - before.cpu,
    };
    Ok(Saves { count, p50, p99, wall, server })
}

async fn save_one(mut client: Client, mut topic: Edited, times: usize) -> Result<(Times, Edited)> {
    let path = format!("/api/v1/components/{}", topic.id);
    let mut all = Times::default();
    for time in 0..times {
        let body = format!("Edit {time} over {}.\n\n{}", topic.tag, topic.body);
        let new = json!({ "content": { "title": topic.title, "body": body } });
        let new = serde_json::to_vec(&new).map_err(Error::wrong)?;
        let began = Instant::now();
        let answer = client.put(&path, &topic.tag, &new).await?;
        all.add(began.elapsed());
        topic.tag = answer.etag.ok_or_else(|| Error::wrong("an answer without tag"))?;
    }
    Ok((all, topic))
}

/// The median time in which the disk makes an append of 4 kB durable.
fn flush(bench: &Bench) -> Result<Duration> {
    let path = bench.path("flushed");
    let fault = || Error::file(&path);
    let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(fault())?;
    let mut times = Times::default();
    for _ in 0..FLUSHES {
        file.write_all(&[7; 4096]).map_err(fault())?;
        let began = Instant::now();
        file.sync_data().map_err(fault())?;
        times.add(began.elapsed());
    }
    Ok(times.p50_p99().0)
}
