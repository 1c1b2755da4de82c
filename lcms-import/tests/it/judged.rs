//! How good the search is: judged queries over the demo library, beside the full-text searches
//! that come with SQLite and PostgreSQL on the same texts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lcms_core::service::{ChangeSynonyms, ListComponents, SearchQuery, Session};
use lcms_import::{Folder, Limits, library_of};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement};

use crate::support::Bench;

/// Hits that count.
const DEPTH: usize = 10;
/// What the search must reach.
const TARGET: f64 = 0.9;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// A query with what it should find.
struct Judged {
    kind: String,
    text: String,
    grades: BTreeMap<String, i32>,
}

fn judged() -> Vec<Judged> {
    let file = std::fs::read_to_string(fixtures().join("judged/queries.txt")).unwrap();
    let blocks = file.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
    let read = |block: &str| {
        let mut lines = block.lines();
        let (kind, text) = lines.next().unwrap().split_once("] ").unwrap();
        let grades = lines.map(|line| {
            let (grade, key) = line.split_once(' ').unwrap();
            (key.to_owned(), grade.parse().unwrap())
        });
        Judged {
            kind: kind.trim_start_matches('[').to_owned(),
            text: text.to_owned(),
            grades: grades.collect(),
        }
    };
    blocks.map(read).collect()
}

/// Normalised discounted cumulative gain at [`DEPTH`] (Järvelin and Kekäläinen 2002), with gain
/// `2^grade − 1`.
fn ndcg(found: &[String], grades: &BTreeMap<String, i32>) -> f64 {
    let gain = |ranked: &mut dyn Iterator<Item = i32>| -> f64 {
        (2..)
            .zip(ranked.take(DEPTH))
            .map(|(place, grade)| (2_f64.powi(grade) - 1.0) / f64::from(place).log2())
            .sum()
    };
    let mut best: Vec<i32> = grades.values().copied().collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    gain(&mut found.iter().map(|key| grades.get(key).copied().unwrap_or(0)))
        / gain(&mut best.into_iter())
}

/// The demo library in a store, indexed.
async fn demo() -> Bench {
    let bench = Bench::new().await;
    let path = fixtures().join("demo");
    let folder = Folder::open(&path, Limits::default()).unwrap();
    bench.library(library_of(&folder).unwrap().unwrap()).await;
    bench.run("support", &path, false).await.unwrap();
    bench.lcms.indexing().catch_up().await.unwrap();
    bench
}

async fn ours(session: &Session, judged: &Judged) -> Vec<String> {
    let query = SearchQuery {
        text: judged.text.clone(),
        limit: DEPTH,
        prefix: judged.kind == "prefix",
        ..SearchQuery::default()
    };
    let page = session.search(query).await.unwrap().page;
    page.hits.into_iter().map(|hit| hit.key).collect()
}

/// A component's texts as a database gets them.
struct Texts {
    key: String,
    english: [String; 3],
    german: [String; 3],
}

/// Title, about and body of each component, in English and German.
async fn texts(session: &Session) -> Vec<Texts> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let list = ListComponents { cursor, limit: 200, ..ListComponents::default() };
        let page = session.components(&list).await.unwrap();
        for row in page.items {
            let key = format!("{}/{}", row.library_key, row.component.key);
            let view = session.component(&key.parse().unwrap()).await.unwrap();
            let of = |content: &lcms_core::model::Content, metadata: &str| {
                let about = format!("{}\n{metadata}", content.summary().unwrap_or_default());
                [content.title().to_owned(), about, content.plain_text()]
            };
            let german = session.translation(&key.parse().unwrap(), &"de".parse().unwrap()).await;
            all.push(Texts {
                key: row.component.key.to_string(),
                english: of(&view.content, &view.metadata.text()),
                german: german.map(|german| of(&german.content, "")).unwrap_or_default(),
            });
        }
        cursor = page.next;
        if cursor.is_none() {
            return all;
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '-')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

async fn keys(db: &DatabaseConnection, sql: &str, values: Vec<sea_orm::Value>) -> Vec<String> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get("", "key").unwrap()).collect()
}

/// SQLite's FTS5: English stems, accents folded, title and metadata weighed as ours are.
struct Fts5(DatabaseConnection);

impl Fts5 {
    async fn with(texts: &[Texts]) -> Self {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1).min_connections(1);
        let db = Database::connect(options).await.unwrap();
        db.execute_unprepared(
            "CREATE VIRTUAL TABLE text USING fts5(key, title, about, body, \
             tokenize = 'porter unicode61 remove_diacritics 2')",
        )
        .await
        .unwrap();
        for of in texts {
            let both = |n: usize| format!("{}\n{}", of.english[n], of.german[n]).into();
            let sql = "INSERT INTO text (key, title, about, body) VALUES (?, ?, ?, ?)";
            let values = [of.key.clone().into(), both(0), both(1), both(2)];
            let insert = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
            db.execute_raw(insert).await.unwrap();
        }
        Self(db)
    }

    /// All words, or any of them when that finds nothing.
    async fn search(&self, judged: &Judged) -> Vec<String> {
        let mut quoted: Vec<_> =
            words(&judged.text).into_iter().map(|word| format!("\"{word}\"")).collect();
        if judged.kind == "prefix" {
            quoted.last_mut().unwrap().push('*');
        }
        let asked = match judged.kind.as_str() {
            "phrase" => vec![judged.text.clone()],
            _ => vec![quoted.join(" AND "), quoted.join(" OR ")],
        };
        let sql = "SELECT key FROM text WHERE text MATCH ? \
                   ORDER BY bm25(text, 2.0, 4.0, 1.5, 1.0), key LIMIT 10";
        for asked in asked {
            let found = keys(&self.0, sql, vec![asked.into()]).await;
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }
}

/// PostgreSQL's full text: English and German stems, title and metadata weighed, cover density.
struct Postgres(DatabaseConnection);

impl Postgres {
    async fn with(address: &str, texts: &[Texts]) -> Self {
        let mut options = ConnectOptions::new(address);
        options.max_connections(1).min_connections(1);
        let db = Database::connect(options).await.unwrap();
        db.execute_unprepared("CREATE TEMPORARY TABLE judged (key text, words tsvector)")
            .await
            .unwrap();
        for of in texts {
            let sql = "INSERT INTO judged VALUES ($1, \
                 setweight(to_tsvector('english', $2), 'A') || setweight(to_tsvector('german', $5), 'A') || \
                 setweight(to_tsvector('english', $3), 'B') || setweight(to_tsvector('german', $6), 'B') || \
                 setweight(to_tsvector('english', $4), 'C') || setweight(to_tsvector('german', $7), 'C'))";
            let mut values: Vec<sea_orm::Value> = vec![of.key.clone().into()];
            values.extend(of.english.iter().chain(&of.german).map(|text| text.clone().into()));
            let insert = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
            db.execute_raw(insert).await.unwrap();
        }
        Self(db)
    }

    async fn search(&self, judged: &Judged) -> Vec<String> {
        let words = words(&judged.text);
        let asked = match judged.kind.as_str() {
            "phrase" => vec![words.join(" <-> ")],
            "prefix" => vec![format!("{}:*", words.join(" & "))],
            _ => vec![words.join(" & "), words.join(" | ")],
        };
        let sql = "SELECT key FROM judged, \
                   (SELECT to_tsquery('english', $1) || to_tsquery('german', $1) AS asked) q \
                   WHERE words @@ asked \
                   ORDER BY ts_rank_cd('{0.1, 0.25, 0.375, 1.0}', words, asked, 1) DESC, key LIMIT 10";
        for asked in asked {
            let found = keys(&self.0, sql, vec![asked.into()]).await;
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }
}

/// Means by kind of query, and over all.
fn means(scores: &[(String, f64)]) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::<String, (f64, f64)>::new();
    for (kind, score) in scores {
        for name in [kind.as_str(), "all"] {
            let sum = sums.entry(name.to_owned()).or_default();
            *sum = (sum.0 + score, sum.1 + 1.0);
        }
    }
    sums.into_iter().map(|(kind, (sum, count))| (kind, sum / count)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn judged_queries_find_what_was_looked_for_better_than_the_databases() {
    let bench = demo().await;
    let synonyms = std::fs::read_to_string(fixtures().join("judged/synonyms.txt")).unwrap();
    let change = ChangeSynonyms { text: synonyms, seen: None };
    bench.session.set_synonyms(&"support".parse().unwrap(), change).await.unwrap();
    let texts = texts(&bench.session).await;
    let known: Vec<_> = texts.iter().map(|of| of.key.as_str()).collect();
    let fts5 = Fts5::with(&texts).await;
    let postgres = match std::env::var("LCMS_TEST_POSTGRES") {
        Ok(address) => Some(Postgres::with(&address, &texts).await),
        Err(_) => None,
    };
    let (mut mine, mut sqlite, mut pg) = (Vec::new(), Vec::new(), Vec::new());
    for judged in judged() {
        for key in judged.grades.keys() {
            assert!(known.contains(&key.as_str()), "there is no `{key}` in the demo library");
        }
        let found = ours(&bench.session, &judged).await;
        let score = ndcg(&found, &judged.grades);
        if score < 0.85 {
            println!("{score:.2} [{}] {}: {found:?}", judged.kind, judged.text);
        }
        mine.push((judged.kind.clone(), score));
        sqlite.push((judged.kind.clone(), ndcg(&fts5.search(&judged).await, &judged.grades)));
        if let Some(postgres) = &postgres {
            pg.push((judged.kind.clone(), ndcg(&postgres.search(&judged).await, &judged.grades)));
        }
    }
    let (mine, sqlite, pg) = (means(&mine), means(&sqlite), means(&pg));
    println!("{:10} {:>6} {:>6} {:>10}", "nDCG@10", "ours", "FTS5", "PostgreSQL");
    for (kind, score) in &mine {
        let beside = pg.get(kind).map_or("–".to_owned(), |score| format!("{score:.3}"));
        println!("{kind:10} {score:6.3} {:6.3} {beside:>10}", sqlite[kind]);
    }
    assert!(mine["all"] >= TARGET, "{:.3} is below {TARGET}", mine["all"]);
    assert!(mine["all"] >= sqlite["all"]);
    assert!(pg.get("all").is_none_or(|pg| mine["all"] >= *pg));
}
