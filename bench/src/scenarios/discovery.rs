//! Searches over HTTP while somebody saves.
//!
//! Beside: the same texts in an FTS5 table of SQLite and as a weighted `tsvector` with a GIN index
//! in PostgreSQL, each asked by the statements that a program would send for the same page: how
//! many there are, the ten best with a piece of their text. They are asked in this process, without
//! HTTP and rights; ours answers through its server. Facets are counted by kind, library and tag
//! beside, all of them by ours. Typos: PostgreSQL has `pg_trgm` over its words; FTS5 has nothing.

mod postgres;
mod sqlite;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;

use super::saves::{Edited, open_for_edit};
use super::search::{Form, words};
use super::{Bench, token};
use crate::corpus::{Random, SEED};
use crate::error::{Error, Result};
use crate::http::Client;
use crate::measure::Times;
use crate::report::{Figure, Line, Target, Unit};
use crate::server::Server;

/// Hits on a page.
const PAGE: usize = 10;
/// Searches of each form, at the most: the slowest peer takes a tenth of a second for some.
const SEARCHES: usize = 500;
/// Saves whose way into the index is timed.
const SAVES: usize = 50;
/// Pause of the one who saves while others search.
const PAUSE: Duration = Duration::from_millis(50);
/// Longest that a save may take to be found, before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most milliseconds of 99 of 100 searches.
const P99: f64 = 10.0;
/// Most milliseconds until a save is found by somebody else.
const FOUND: f64 = 400.0;
/// Most index, as a share of the text in it.
const SIZE: f64 = 1.1;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    As(Form),
    Typo,
}

impl Asked {
    const ALL: [(Self, &'static str); 6] = [
        (Self::As(Form::Term), "term"),
        (Self::As(Form::TwoTerms), "two terms"),
        (Self::As(Form::Phrase), "phrase"),
        (Self::As(Form::Beginning), "beginning of a word"),
        (Self::Typo, "typo"),
        (Self::As(Form::Facets), "term with facets"),
    ];
}

/// A text as everybody is given it.
struct Text {
    number: i32,
    library: String,
    kind: String,
    tags: Vec<String>,
    title: String,
    summary: String,
    body: String,
}

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let lcms = bench.open().await?;
    lcms.indexing().catch_up().await?;
    let session = lcms.operator_without_checks();
    let first = bench.corpus.topics().start;
    let busy = open_for_edit(&session, bench, first).await?;
    let mut told = open_for_edit(&session, bench, first + 1).await?;
    let reader = token(&session, "searcher").await?;
    let writer = token(&session, "saver").await?;
    let folder = lcms.settings().index.clone();
    drop((session, lcms));

    let fts = sqlite::Fts::load(bench).await?;
    let postgres = postgres::Postgres::load(bench).await?;
    let server = Server::start(&bench.program, bench.data(|_| {}).await?)?;
    let mut client = Client::connect(server.address, &reader).await?;
    let saving = Saving::start(Client::connect(server.address, &writer).await?, busy);

    let mut lines = Vec::new();
    for (asked, name) in Asked::ALL {
        lines.extend(measure(bench, &mut client, &fts, &postgres, asked, name).await?);
    }
    saving.stop().await?;
    postgres.remove().await?;

    let mut author = Client::connect(server.address, &writer).await?;
    lines.extend(latency(&mut client, &mut author, &mut told).await?);
    drop(server);
    let index = Figure::megabytes(bytes_in(&folder)?);
    lines.push(
        Line::new("discovery: the index on disk", index)
            .beside("the text in it", Figure::megabytes(fts.text))
            .target(Target::RatioAtMost(SIZE)),
    );
    Ok(lines)
}

/// One form of search, by everybody in turn.
async fn measure(
    bench: &Bench,
    client: &mut Client,
    fts: &sqlite::Fts,
    postgres: &postgres::Postgres,
    asked: Asked,
    name: &str,
) -> Result<Vec<Line>> {
    let (mut ours, mut in_fts, mut in_postgres) =
        (Times::default(), Times::default(), Times::default());
    let searches = bench.volumes.searches.min(SEARCHES);
    let (mut found, mut found_there) = (0_usize, 0_usize);
    for number in 0..searches {
        let words = wanted(bench, asked, number)?;
        let path = path(asked, &words);
        let began = Instant::now();
        let answer: Answer = read(&client.get(&path).await?.body)?;
        ours.add(began.elapsed());
        found += usize::from(answer.total > 0);
        if asked != Asked::Typo {
            let began = Instant::now();
            fts.search(asked, &words).await?;
            in_fts.add(began.elapsed());
        }
        let began = Instant::now();
        let total = postgres.search(asked, &words).await?;
        in_postgres.add(began.elapsed());
        found_there += usize::from(total > 0);
    }
    if found == 0 || found_there == 0 {
        return Err(Error::Wrong(format!("searches for {name} found nothing")));
    }
    let (p50, p99) = ours.p50_p99();
    let mut lines = Vec::new();
    let mut peers = vec![("PostgreSQL", in_postgres.p50_p99())];
    if asked != Asked::Typo {
        peers.insert(0, ("SQLite FTS5", in_fts.p50_p99()));
    }
    for (peer, (peer_p50, peer_p99)) in peers {
        for (which, ours, theirs) in [("p50", p50, peer_p50), ("p99", p99, peer_p99)] {
            let line = Line::new(format!("discovery: {name}, {which}"), Figure::milliseconds(ours));
            let line = line.beside(peer, Figure::milliseconds(theirs));
            lines.push(line.target(Target::RatioAtMost(1.0)));
        }
    }
    let name = |what: &str| format!("discovery: {name}, {what}");
    lines.push(
        Line::new(name("p99 over HTTP"), Figure::milliseconds(p99)).target(Target::AtMost(P99)),
    );
    if asked == Asked::Typo {
        #[expect(clippy::cast_precision_loss, reason = "a rounded figure")]
        let share = |count: usize| Figure::new(count as f64 / searches as f64, Unit::Times);
        lines.push(
            Line::new(name("share that finds something"), share(found))
                .beside("PostgreSQL", share(found_there))
                .target(Target::AtLeast(1.0)),
        );
    }
    Ok(lines)
}

/// The words of one search.
fn wanted(bench: &Bench, asked: Asked, number: usize) -> Result<Vec<String>> {
    match asked {
        Asked::As(form) => words(bench, form, number),
        Asked::Typo => {
            let mut random = Random::of(SEED, number as u64);
            // Words of two syllables and more, two neighbouring letters of which changed places.
            loop {
                let word = bench.corpus.vocabulary().word(200 + random.below(1_800));
                let at = 1 + random.below(word.len().saturating_sub(3).max(1));
                let mut letters: Vec<char> = word.chars().collect();
                if letters.len() >= 6 && letters[at] != letters[at + 1] {
                    letters.swap(at, at + 1);
                    return Ok(vec![letters.into_iter().collect()]);
                }
            }
        }
    }
}

/// The address of a search; the words of the corpus are plain letters.
fn path(asked: Asked, words: &[String]) -> String {
    let words = words.join("%20");
    let text = match asked {
        Asked::As(Form::Phrase) => format!("%22{words}%22"),
        _ => words,
    };
    let prefix = asked == Asked::As(Form::Beginning);
    let facets = asked == Asked::As(Form::Facets);
    format!("/api/v1/search?q={text}&limit={PAGE}&prefix={prefix}&facets={facets}")
}

#[derive(Deserialize)]
struct Answer {
    total: u64,
}

fn read(body: &[u8]) -> Result<Answer> {
    serde_json::from_slice(body).map_err(Error::wrong)
}

/// Somebody who saves a topic again and again.
struct Saving {
    stop: Arc<AtomicBool>,
    saved: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<Result<()>>,
}

impl Saving {
    fn start(mut client: Client, mut topic: Edited) -> Self {
        let (stop, saved) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stopped, count) = (Arc::clone(&stop), Arc::clone(&saved));
        let task = tokio::spawn(async move {
            while !stopped.load(Ordering::Relaxed) {
                let edit = count.fetch_add(1, Ordering::Relaxed);
                save(&mut client, &mut topic, &format!("Edit {edit}.")).await?;
                tokio::time::sleep(PAUSE).await;
            }
            Ok(())
        });
        Self { stop, saved, task }
    }

    async fn stop(self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.map_err(Error::wrong)??;
        match self.saved.load(Ordering::Relaxed) {
            0 => Err(Error::wrong("nobody saved while the others searched")),
            _ => Ok(()),
        }
    }
}

async fn save(client: &mut Client, topic: &mut Edited, first: &str) -> Result<()> {
    let path = format!("/api/v1/components/{}", topic.id);
    let body = format!("{first}\n\n{}", topic.body);
    let new = json!({ "content": { "title": topic.title, "body": body } });
    let new = serde_json::to_vec(&new).map_err(Error::wrong)?;
    let answer = client.put(&path, &topic.tag, &new).await?;
    topic.tag = answer.etag.ok_or_else(|| Error::wrong("an answer without tag"))?;
    Ok(())
}

/// How long a save takes to be found: by whoever saved it, and by somebody else.
async fn latency(other: &mut Client, author: &mut Client, topic: &mut Edited) -> Result<[Line; 2]> {
    let (mut by_author, mut by_other) = (Times::default(), Times::default());
    for number in 0..SAVES {
        for (own, times) in [(true, &mut by_author), (false, &mut by_other)] {
            let word = format!("qx{}{number}", if own { "a" } else { "o" });
            save(author, topic, &word).await?;
            let path = format!("/api/v1/search?q={word}&limit=1");
            let began = Instant::now();
            loop {
                let asker = if own { &mut *author } else { &mut *other };
                let answer = read(&asker.get(&path).await?.body)?;
                let hit = answer.total > 0;
                if own && !hit {
                    return Err(Error::Wrong(format!("the author does not find `{word}`")));
                }
                if hit {
                    break;
                }
                if began.elapsed() > PATIENCE {
                    return Err(Error::Wrong(format!("nobody finds `{word}`")));
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            times.add(began.elapsed());
        }
    }
    let (_, own) = by_author.p50_p99();
    let (_, others) = by_other.p50_p99();
    Ok([
        Line::new("discovery: a save is found by its author, p99", Figure::milliseconds(own)),
        Line::new("discovery: a save is found by others, p99", Figure::milliseconds(others))
            .target(Target::AtMost(FOUND)),
    ])
}

/// Every text of the corpus that can be searched.
fn texts(bench: &Bench) -> impl Iterator<Item = Result<Text>> + '_ {
    (0..bench.corpus.len()).map(|number| {
        let document = bench.corpus.index_document(number)?;
        Ok(Text {
            number: i32::try_from(number).map_err(Error::wrong)?,
            library: document.library_key,
            kind: document.kind,
            tags: document.tags,
            title: document.text.title,
            summary: document.text.summary,
            body: document.text.body,
        })
    })
}

fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).map_err(Error::file(folder))? {
        let meta = entry.and_then(|entry| entry.metadata()).map_err(Error::file(folder))?;
        bytes += meta.len();
    }
    Ok(bytes)
}
