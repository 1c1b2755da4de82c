//! Components read by id.
//!
//! Beside: one select of the same content document, by its digest, through the same pool. A read
//! of a component finds its library and rights, head, revision, state and both documents, and
//! gives typed values.

use std::time::Instant;

use lcms_core::model::{ComponentId, Digest, Reference, RevisionSelector, Target};
use lcms_core::store::Store;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use tokio::task::JoinSet;

use super::{Bench, token};
use crate::corpus::{Random, SEED};
use crate::error::{Error, Result};
use crate::http::Client;
use crate::measure::{Cost, Stopwatch, Times};
use crate::report::{Figure, Line};
use crate::server::Server;

/// Components that are read, again and again in changing order.
const DIFFERENT: usize = 2_000;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let lcms = bench.open().await?;
    let session = lcms.operator_without_checks();
    let mut random = Random::new(SEED);
    let different = DIFFERENT.min(bench.corpus.len());
    let mut components = Vec::with_capacity(different);
    for _ in 0..different {
        let id = bench.corpus.id(random.below(bench.corpus.len()));
        let digest = session.component(&reference(id)).await?.revision.content;
        components.push((id, digest));
    }
    let reads: Vec<(ComponentId, Digest)> =
        (0..bench.volumes.reads).map(|_| components[random.below(different)]).collect();

    let store = Store::open(&lcms.settings().database).await?;
    let (mut ours, mut bare) = (Times::default(), Times::default());
    let (mut ours_all, mut bare_all) = (Cost::default(), Cost::default());
    // In turn, a thousand each.
    for reads in reads.chunks(1_000) {
        let watch = Stopwatch::own()?;
        for (id, _) in reads {
            let began = Instant::now();
            std::hint::black_box(session.component(&reference(*id)).await?);
            ours.add(began.elapsed());
        }
        ours_all += watch.stop()?;
        let watch = Stopwatch::own()?;
        for (_, digest) in reads {
            let began = Instant::now();
            select(&store, *digest).await?;
            bare.add(began.elapsed());
        }
        bare_all += watch.stop()?;
    }
    let token = token(&session, "reader").await?;
    let server = Server::start(&bench.program, bench.data(|_| {}).await?)?;
    let (one, _) = over_http(&server, &token, &reads, 1).await?;
    let (many, many_all) = over_http(&server, &token, &reads, bench.volumes.clients).await?;

    let clients = bench.volumes.clients;
    let ((ours, ours_p99), (bare, bare_p99)) = (ours.p50_p99(), bare.p50_p99());
    let (one, one_p99) = one.p50_p99();
    let (_, many_p99) = many.p50_p99();
    let what = "select of the document";
    let time = |name: &str, time, beside| {
        Line::new(format!("reads: {name}"), Figure::microseconds(time))
            .beside(what, Figure::microseconds(beside))
    };
    Ok(vec![
        time("through the service, p50", ours, bare),
        time("through the service, p99", ours_p99, bare_p99),
        Line::new("reads: through the service", Figure::rate(reads.len(), ours_all.wall))
            .beside(what, Figure::rate(reads.len(), bare_all.wall)),
        time("over HTTP, 1 client, p50", one, bare),
        time("over HTTP, 1 client, p99", one_p99, bare_p99),
        Line::new(
            format!("reads: over HTTP, {clients} clients"),
            Figure::rate(many_all.0, many_all.1.wall),
        )
        .beside(format!("{what}, one task"), Figure::rate(reads.len(), bare_all.wall)),
        Line::new(
            format!("reads: over HTTP, {clients} clients, p99"),
            Figure::microseconds(many_p99),
        ),
    ])
}

fn reference(id: ComponentId) -> Reference {
    Reference { target: Target::Id(id), revision: RevisionSelector::Head }
}

async fn select(store: &Store, digest: Digest) -> Result<()> {
    let statement = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "SELECT body FROM document WHERE digest = ?",
        [digest.as_bytes().to_vec().into()],
    );
    let row = store.reader().query_one_raw(statement).await?;
    let row = row.ok_or_else(|| Error::wrong("a document is missing"))?;
    let body: Vec<u8> = row.try_get("", "body")?;
    std::hint::black_box(body);
    Ok(())
}

/// Time of each read, and how many were done in how much time altogether.
async fn over_http(
    server: &Server,
    token: &str,
    reads: &[(ComponentId, Digest)],
    clients: usize,
) -> Result<(Times, (usize, Cost))> {
    let mut connected = Vec::with_capacity(clients);
    for _ in 0..clients {
        connected.push(Client::connect(server.address, token).await?);
    }
    let each = reads.len().div_ceil(clients);
    let watch = Stopwatch::own()?;
    let mut tasks = JoinSet::new();
    for (mut client, reads) in connected.into_iter().zip(reads.chunks(each)) {
        let paths: Vec<_> =
            reads.iter().map(|(id, _)| format!("/api/v1/components/{id}")).collect();
        tasks.spawn(async move {
            let mut times = Times::default();
            for path in paths {
                let began = Instant::now();
                let answer = client.get(&path).await?;
                times.add(began.elapsed());
                std::hint::black_box(answer.body);
            }
            Ok::<_, Error>(times)
        });
    }
    let mut times = Times::default();
    while let Some(done) = tasks.join_next().await {
        times.extend(done.map_err(Error::wrong)??);
    }
    Ok((times, (reads.len(), watch.stop()?)))
}
