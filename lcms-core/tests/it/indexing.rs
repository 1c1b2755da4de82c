//! The index follows the log, and can be lost at any time.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use lcms_core::Result;
use lcms_core::index::{Facet, Index};
use lcms_core::model::{Kind, Role, Transition};
use lcms_core::service::{Among, Indexing, Lcms, SearchQuery, SearchResult, Session};

use crate::documents::{question, topic, with};
use crate::harness::{LIBRARY, Server, key, target};

fn asking(text: &str) -> SearchQuery {
    SearchQuery { text: text.to_owned(), limit: 50, facets: true, ..SearchQuery::default() }
}

async fn search(session: &Session, text: &str) -> Result<SearchResult> {
    session.search(asking(text)).await
}

/// Keys of what is found, sorted.
async fn found(session: &Session, text: &str) -> Vec<String> {
    let result = search(session, text).await.unwrap();
    let mut keys: Vec<_> = result.page.hits.into_iter().map(|hit| hit.key).collect();
    keys.sort();
    keys
}

/// Waits until the search finds exactly these; a follower looks several times a second.
async fn until_found(session: &Session, text: &str, expected: &[&str]) {
    for _ in 0..200 {
        if let Ok(result) = search(session, text).await
            && !result.catching_up
            && result.page.hits.len() == expected.len()
        {
            return assert_eq!(found(session, text).await, expected);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("`{text}` finds {:?}", search(session, text).await);
}

fn index_folder(lcms: &Lcms) -> PathBuf {
    lcms.settings().index.clone()
}

/// Spoils every file of the index that is not a lock.
fn damage(folder: &std::path::Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && !path.to_string_lossy().contains("lock") {
            std::fs::write(path, b"not what it was").unwrap();
        }
    }
}

async fn some_history(server: &Server) {
    let operator = server.operator();
    for name in ["anchor", "buoy", "compass"] {
        let body = format!("About the {name} of a boat.");
        server.create(&format!("lib/{name}"), Kind::Topic, topic(&body)).await;
    }
    server.create("lib/quiz", Kind::Question, question("A boat")).await;
    server.save("lib/buoy", topic("About the beacon of a boat.")).await;
    server.save_metadata("lib/compass", serde_json::json!({"tags": ["north"]})).await;
    operator.rename(&target("lib/anchor"), key("grapnel")).await.unwrap();
    operator.transition(&target("lib/compass"), Transition::Submit).await.unwrap();
    server.create("lib/gone", Kind::Topic, topic("A boat that sank.")).await;
    operator.delete(&target("lib/gone")).await.unwrap();
}

/// Everything that searches see, in a form that can be compared.
async fn everything(session: &Session) -> BTreeMap<String, String> {
    let result = search(session, "").await.unwrap();
    assert_eq!(result.page.total as usize, result.page.hits.len());
    let hits = result.page.hits.into_iter();
    hits.map(|hit| {
        let shown =
            format!("{} {} {} @{} {}", hit.kind, hit.state, hit.title, hit.number, hit.event);
        (hit.key, shown)
    })
    .collect()
}

/// Everything that is found among these versions, with all that a hit and the counts say.
async fn all_shown(server: &Server, among: Among) -> Vec<String> {
    let query = SearchQuery { limit: 100, facets: true, among, ..SearchQuery::default() };
    let page = server.operator().search(query).await.unwrap().page;
    let mut shown: Vec<_> = page.hits.iter().map(|hit| format!("{hit:?}")).collect();
    shown.sort();
    shown.push(format!("{} {:?}", page.total, page.facets));
    shown
}

/// What may happen to the components of a library, drawn by chance.
struct History<'a> {
    server: &'a Server,
    library: String,
    random: u64,
    made: Vec<String>,
}

impl History<'_> {
    /// A number below `below` (SplitMix64).
    fn draw(&mut self, below: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 33).unwrap() % below
    }

    /// One of the components made so far.
    fn any(&mut self) -> String {
        let at = self.draw(self.made.len());
        self.made[at].clone()
    }

    /// Does something; what is refused changes nothing and is a step too.
    async fn step(&mut self) {
        let (server, operator) = (self.server, self.server.operator());
        let words = ["boat", "mast", "sail", "keel", "rope"];
        let body = format!("A {} and a {}.", words[self.draw(5)], words[self.draw(5)]);
        if self.made.is_empty() || self.draw(4) == 0 {
            let at = format!("{}/c{}", self.library, self.made.len());
            if self.draw(3) == 0 && !self.made.is_empty() {
                let held = self.any();
                let lesson =
                    serde_json::json!({"title": body, "placements": [{"component": held}]});
                let _ = server.try_create(&at, Kind::Lesson, lesson).await;
            } else {
                server.create(&at, Kind::Topic, topic(&body)).await;
            }
            self.made.push(at);
            return;
        }
        let at = self.any();
        let to = target(&at);
        match self.draw(7) {
            0 => drop(operator.delete(&to).await),
            1 => drop(operator.restore(&to).await),
            2 => drop(operator.transition(&to, Transition::Submit).await),
            3 => drop(operator.transition(&to, Transition::Approve).await),
            4 => drop(operator.transition(&to, Transition::Retire).await),
            _ => {
                if operator.component(&at.parse().unwrap()).await.is_ok() {
                    let _ = server.try_save(&at, topic(&body)).await;
                }
            }
        }
    }
}

on_every_engine! {
    async fn a_save_is_found_soon_while_a_server_follows(server: &Server) {
        let following = Indexing::follow(server.lcms.clone());
        let operator = server.operator();
        server.create("lib/a", Kind::Topic, topic("The quick mariner.")).await;
        until_found(&operator, "mariner", &["a"]).await;
        server.save("lib/a", topic("The slow sailor.")).await;
        until_found(&operator, "sailor", &["a"]).await;
        assert_eq!(found(&operator, "mariner").await, [""; 0]);
        operator.delete(&target("lib/a")).await.unwrap();
        until_found(&operator, "sailor", &[]).await;
        operator.restore(&target("lib/a")).await.unwrap();
        until_found(&operator, "sailor", &["a"]).await;
        following.abort();
    }

    async fn what_is_indexed_is_what_is_there_now(server: &Server) {
        some_history(server).await;
        let operator = server.operator();
        assert!(server.lcms.indexing().catch_up().await.unwrap().is_current());
        assert_eq!(found(&operator, "boat").await, ["buoy", "compass", "grapnel", "quiz"]);
        assert_eq!(found(&operator, "beacon").await, ["buoy"]);
        assert_eq!(found(&operator, "tag:north").await, ["compass"]);
        assert_eq!(found(&operator, "state:in_review").await, ["compass"]);
        assert_eq!(found(&operator, "kind:question boat").await, ["quiz"]);
    }

    async fn an_index_rebuilt_is_the_index_lived_through(server: &Server) {
        let follower = server.node("follower").await;
        let following = Indexing::follow(follower.clone());
        some_history(server).await;
        let operator = follower.operator_without_checks();
        until_found(&operator, "boat", &["buoy", "compass", "grapnel", "quiz"]).await;
        let lived_through = everything(&operator).await;
        following.abort();

        server.lcms.indexing().catch_up().await.unwrap();
        assert_eq!(everything(&server.operator()).await, lived_through, "read at one go");
        server.lcms.indexing().rebuild().await.unwrap();
        assert_eq!(everything(&server.operator()).await, lived_through, "rebuilt");
    }

    async fn an_index_rebuilt_is_the_index_lived_through_in_any_history(server: &Server) {
        for seed in 1..=3_u64 {
            let library = format!("any{seed}");
            server.library(&library).await;
            let mut history = History { server, library, random: seed, made: Vec::new() };
            server.lcms.indexing().catch_up_versions().await.unwrap();
            for _ in 0..30 {
                history.step().await;
                if history.draw(3) == 0 {
                    server.lcms.indexing().catch_up().await.unwrap();
                    server.lcms.indexing().catch_up_versions().await.unwrap();
                }
            }
        }
        server.lcms.indexing().catch_up().await.unwrap();
        server.lcms.indexing().catch_up_versions().await.unwrap();
        let lived_through = (all_shown(server, Among::Standing).await, all_shown(server, Among::Superseded).await);
        assert!(!lived_through.0.is_empty() && !lived_through.1.is_empty());
        server.lcms.indexing().rebuild().await.unwrap();
        let rebuilt = (all_shown(server, Among::Standing).await, all_shown(server, Among::Superseded).await);
        assert_eq!(rebuilt, lived_through);
    }

    async fn an_index_that_cannot_be_written_holds_nothing_up(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("One mariner.")).await;
        let before = server.node("stuck").await;
        before.indexing().catch_up().await.unwrap();
        let folder = index_folder(&before);
        drop(before);
        // Somebody else has the right to write it, and does not get on.
        let lock = Index::open(folder).unwrap().writer().unwrap();
        let node = server.node("stuck").await;
        server.create("lib/b", Kind::Topic, topic("Another mariner.")).await;
        server.save("lib/a", topic("One mariner, no other.")).await;
        let reader = node.operator_without_checks();
        let behind = search(&reader, "mariner").await.unwrap();
        assert!(behind.catching_up);
        assert_eq!(behind.page.total, 1, "what it has is searched");
        drop(lock);
        node.indexing().catch_up().await.unwrap();
        assert_eq!(found(&reader, "mariner").await, ["a", "b"]);
    }

    async fn an_index_lost_between_runs_is_built_anew(server: &Server) {
        some_history(server).await;
        let operator = server.operator();
        server.lcms.indexing().catch_up().await.unwrap();
        let before = everything(&operator).await;

        for lose in [
            (|folder| std::fs::remove_dir_all(folder).unwrap()) as fn(&std::path::Path),
            damage,
        ] {
            let node = server.node("next").await;
            node.indexing().catch_up().await.unwrap();
            assert_eq!(everything(&node.operator_without_checks()).await, before);
            let folder = index_folder(&node);
            drop(node);
            lose(&folder);
        }
        let node = server.node("next").await;
        node.indexing().catch_up().await.unwrap();
        assert_eq!(everything(&node.operator_without_checks()).await, before);
    }

    async fn an_index_deleted_under_a_running_server_heals(server: &Server) {
        let following = Indexing::follow(server.lcms.clone());
        let operator = server.operator();
        server.create("lib/a", Kind::Topic, topic("One mariner.")).await;
        until_found(&operator, "mariner", &["a"]).await;
        std::fs::remove_dir_all(index_folder(&server.lcms)).unwrap();
        server.create("lib/b", Kind::Topic, topic("Another mariner.")).await;
        until_found(&operator, "mariner", &["a", "b"]).await;
        following.abort();
    }

    async fn an_index_damaged_under_a_running_server_heals(server: &Server) {
        let following = Indexing::follow(server.lcms.clone());
        let operator = server.operator();
        server.create("lib/a", Kind::Topic, topic("One mariner.")).await;
        until_found(&operator, "mariner", &["a"]).await;
        std::fs::write(index_folder(&server.lcms).join("meta.json"), b"{").unwrap();
        server.create("lib/b", Kind::Topic, topic("Another mariner.")).await;
        until_found(&operator, "mariner", &["a", "b"]).await;
        following.abort();
    }

    async fn nobody_finds_or_counts_what_they_may_not_read(server: &Server) {
        server.library("secret").await;
        let tagged = |n: u64| with(topic("A boat."), "/title", serde_json::json!(format!("Boat {n}")));
        for n in 0..3 {
            server.create(&format!("secret/s{n}"), Kind::Topic, tagged(n)).await;
        }
        server.save_metadata("secret/s0", serde_json::json!({"tags": ["hidden"]})).await;
        server.create("lib/open", Kind::Topic, tagged(9)).await;
        server.lcms.indexing().catch_up().await.unwrap();
        let ann = server.user("ann", &[(Role::Viewer, LIBRARY)]).await;
        let nobody = server.user("nobody", &[]).await;

        let all = search(&server.operator(), "boat").await.unwrap().page;
        assert_eq!((all.total, all.hits.len()), (4, 4));
        let page = search(&ann, "boat").await.unwrap().page;
        assert_eq!((page.total, page.hits.len()), (1, 1));
        assert_eq!(page.hits[0].key, "open");
        let facets = page.facets.unwrap();
        let values = |facet| facets[&facet].iter().map(|c| c.value.as_str()).collect::<Vec<_>>();
        assert_eq!(values(Facet::Library), [LIBRARY]);
        assert_eq!(values(Facet::Tag), [""; 0]);
        assert_eq!(facets[&Facet::Kind][0].count, 1);
        let mut asked = asking("boat");
        asked.filters.insert(Facet::Library, vec!["secret".into()]);
        assert_eq!(ann.search(asked).await.unwrap().page.total, 0);
        let page = search(&nobody, "boat").await.unwrap().page;
        assert_eq!((page.total, page.hits.len()), (0, 0));
    }
}
