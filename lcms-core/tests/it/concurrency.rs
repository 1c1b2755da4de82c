//! Many at once: nobody overwrites anybody, nothing is lost, and the log is read in order.

use lcms_core::ErrorKind;
use lcms_core::model::{EventNumber, Kind, RevisionId};
use lcms_core::service::{Lcms, SaveComponent, Session};

use crate::documents::topic;
use crate::harness::{Server, new_component, target};

const CLIENTS: usize = 64;

fn new_text(body: &str) -> SaveComponent {
    SaveComponent { content: Some(topic(body)), ..SaveComponent::default() }
}

/// Saves from all sessions at once on the same base; answers who won.
async fn race(sessions: &[Session], base: RevisionId) -> RevisionId {
    let attempts = (0..CLIENTS).map(|n| {
        let session = sessions[n % sessions.len()].clone();
        tokio::spawn(async move {
            session.save(&target("lib/a"), base, new_text(&format!("{base} {n}"))).await
        })
    });
    let mut winners = Vec::new();
    for attempt in futures::future::join_all(attempts).await {
        match attempt.unwrap() {
            Ok(saved) => winners.push(saved.revision),
            Err(error) => assert_eq!(error.kind(), ErrorKind::StaleBase, "{error}"),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(winners[0].parent, Some(base));
    winners[0].id
}

/// Reads the log from its beginning to `last`, and checks that it never sees a hole: a number
/// that appears after a larger one would leave one.
async fn tail(lcms: Lcms, last: EventNumber) {
    let session = lcms.operator_without_checks();
    let mut position = EventNumber(0);
    while position < last {
        let page = session.events(position, 7).await.unwrap();
        for event in &page.items {
            assert_eq!(event.number.0, position.0 + 1, "the log has a hole");
            position = event.number;
        }
        tokio::task::yield_now().await;
    }
}

async fn last_event(server: &Server) -> EventNumber {
    server.operator().events(EventNumber(0), 1000).await.unwrap().next
}

on_every_engine! {
    async fn of_many_saves_on_one_base_exactly_one_wins(server: &Server) {
        let mut base = server.create("lib/a", Kind::Topic, topic("0")).await.revision.id;
        for _ in 0..3 {
            base = race(&[server.operator()], base).await;
        }
        let history = server.operator().history(&target("lib/a"), None, 200).await.unwrap().items;
        assert_eq!(history.iter().map(|r| r.number).collect::<Vec<_>>(), [4, 3, 2, 1]);
        assert_eq!(history[0].id, base);
    }

    async fn concurrent_saves_share_their_disk_flushes(server: &Server) {
        let before = server.lcms.writer_counts();
        let created = (0..CLIENTS).map(|n| {
            let request = new_component(&format!("lib/c{n}"), Kind::Topic, topic("x"));
            let session = server.operator();
            tokio::spawn(async move { session.create(request, None).await.unwrap() })
        });
        futures::future::join_all(created).await;
        let after = server.lcms.writer_counts();
        assert_eq!(after.commands - before.commands, CLIENTS as u64);
        let flushes = after.transactions - before.transactions;
        assert!(flushes <= CLIENTS as u64 / 4, "{flushes} flushes for {CLIENTS} saves");
    }

    async fn on_two_nodes_too_exactly_one_wins(server: &Server) {
        let other = server.node("other").await;
        let sessions = [server.operator(), other.operator_without_checks()];
        let mut base = server.create("lib/a", Kind::Topic, topic("0")).await.revision.id;
        for _ in 0..3 {
            base = race(&sessions, base).await;
        }
        assert_eq!(server.view("lib/a").await.revision.id, base);
        assert_eq!(server.view("lib/a").await.revision.number, 4);
    }

    async fn many_components_are_created_at_once(server: &Server) {
        let other = server.node("other").await;
        let sessions = [server.operator(), other.operator_without_checks()];
        let created = (0..CLIENTS).map(|n| {
            let session = sessions[n % 2].clone();
            let request = new_component(&format!("lib/c{n}"), Kind::Topic, topic("The same."));
            tokio::spawn(async move { session.create(request, None).await.unwrap() })
        });
        let mut events = Vec::new();
        for saved in futures::future::join_all(created).await {
            events.push(saved.unwrap().revision.event.0);
        }
        events.sort_unstable();
        let first = events[0];
        assert_eq!(events, (first..first + CLIENTS as i64).collect::<Vec<_>>(), "no gaps");
        for n in 0..CLIENTS {
            assert_eq!(server.view(&format!("lib/c{n}")).await.revision.number, 1);
        }
    }

    async fn a_reader_sees_events_in_order_while_many_write(server: &Server) {
        const WRITERS: usize = 8;
        const EACH: usize = 12;
        let other = server.node("other").await;
        let nodes = [server.lcms.clone(), other];
        let last = EventNumber(last_event(server).await.0 + (WRITERS * EACH) as i64);
        let readers: Vec<_> = nodes.iter().map(|node| tokio::spawn(tail(node.clone(), last))).collect();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let session = nodes[writer % 2].operator_without_checks();
                tokio::spawn(async move {
                    for n in 0..EACH {
                        let at = format!("lib/w{writer}-{n}");
                        let request = new_component(&at, Kind::Topic, topic(&at));
                        session.create(request, None).await.unwrap();
                        if n % 4 == 0 {
                            // A refused write takes no number.
                            let again = new_component(&at, Kind::Topic, topic(&at));
                            session.create(again, None).await.unwrap_err();
                        }
                    }
                })
            })
            .collect();
        for task in writers.into_iter().chain(readers) {
            task.await.unwrap();
        }
        assert_eq!(last_event(server).await, last);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_may_open_a_new_data_directory_at_once() {
    for _ in 0..4 {
        let folder = tempfile::TempDir::new().unwrap();
        let settings = lcms_core::service::Settings::in_folder(folder.path());
        let opened =
            futures::future::join_all((0..3).map(|_| tokio::spawn(Lcms::open(settings.clone()))))
                .await;
        for lcms in opened {
            lcms.unwrap().unwrap().ping().await.unwrap();
        }
    }
}
