//! The chain over the change log: whatever is altered below the services is named.

use lcms_core::model::{EventNumber, Kind};
use lcms_core::service::ChainReport;
use lcms_core::store::{Store, chain};
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::json;

use crate::harness::{LIBRARY, Server, new_component, target};

/// What the chain of the store looks like now.
async fn chain_of(server: &Server) -> ChainReport {
    server.operator().verify_chain().await.unwrap()
}

/// Alters the database behind the program's back.
async fn alter(server: &Server, statement: &str) {
    let database = Database::connect(server.database()).await.unwrap();
    let done = database.execute_unprepared(statement).await.unwrap();
    assert_ne!(done.rows_affected(), 0, "{statement}");
    database.close().await.unwrap();
}

/// Three events after that of the library: a component, a save of it, another component.
async fn some_history(server: &Server) {
    let mut topic = new_component("lib/topic", Kind::Topic, json!({"title": "A", "body": "a"}));
    topic.message = "for Ada".to_owned();
    server.operator().create(topic, None).await.unwrap();
    server.save("lib/topic", json!({"title": "B", "body": "b"})).await;
    server.create("lib/other", Kind::Topic, json!({"title": "C", "body": "c"})).await;
    let report = chain_of(server).await;
    assert_eq!((report.events, report.unhashed, report.broken), (4, 0, None));
}

/// Which event is named after such an alteration of the history.
async fn named_after(server: &Server, statement: &str) -> i64 {
    some_history(server).await;
    alter(server, statement).await;
    chain_of(server).await.broken.unwrap().event.0
}

async fn erase_message(store: &Store, event: i64) {
    let links = chain::links(store.reader(), EventNumber(event - 1), 1).await.unwrap();
    let id = links[0].1.as_ref().unwrap().event.revision.unwrap();
    store.writer().write(move |tx| Box::pin(chain::erase_message(tx, id))).await.unwrap();
}

on_every_engine! {
    async fn every_change_lengthens_it(server: &Server) {
        let before = chain_of(server).await;
        some_history(server).await;
        server.operator().delete(&target("lib/other")).await.unwrap();
        let after = chain_of(server).await;
        assert_eq!(after.events, before.events + 4);
        assert_eq!(after.last, EventNumber(before.last.0 + 4));
        assert_ne!(after.hash, before.hash);
    }

    async fn an_altered_event_is_named(server: &Server) {
        let altered = "UPDATE event SET created = created + 1 WHERE number = 3";
        assert_eq!(named_after(server, altered).await, 3);
    }

    async fn an_altered_detail_is_named(server: &Server) {
        let altered = "UPDATE event SET detail = '{\"to\":\"x\"}' WHERE number = 1";
        assert_eq!(named_after(server, altered).await, 1);
    }

    async fn an_event_that_cannot_be_read_any_more_is_named(server: &Server) {
        let altered = "UPDATE event SET kind = 'nothing' WHERE number = 2";
        assert_eq!(named_after(server, altered).await, 2);
    }

    async fn an_altered_revision_is_named_by_its_event(server: &Server) {
        let altered = "UPDATE revision SET content = metadata WHERE event = 2";
        assert_eq!(named_after(server, altered).await, 2);
    }

    async fn an_altered_message_is_named_by_its_event(server: &Server) {
        let altered = "UPDATE revision SET message = 'for Eve' WHERE event = 2";
        assert_eq!(named_after(server, altered).await, 2);
    }

    async fn a_missing_revision_is_named_by_its_event(server: &Server) {
        assert_eq!(named_after(server, "DELETE FROM revision WHERE event = 3").await, 3);
    }

    async fn a_missing_event_is_named(server: &Server) {
        assert_eq!(named_after(server, "DELETE FROM event WHERE number = 2").await, 2);
    }

    async fn a_missing_end_is_named(server: &Server) {
        assert_eq!(named_after(server, "DELETE FROM event WHERE number = 4").await, 4);
    }

    async fn a_missing_hash_is_named(server: &Server) {
        let altered = "UPDATE event SET hash = NULL WHERE number = 3";
        assert_eq!(named_after(server, altered).await, 3);
    }

    async fn a_revision_that_no_event_recorded_is_named(server: &Server) {
        // Whoever also lengthens the history of another event does not go unseen.
        let altered = "INSERT INTO revision (id, component_id, number, content, metadata, branch_id, \
                       language, author, message, created, event) SELECT library_id, component_id, 9, \
                       content, metadata, branch_id, r.language, author, message, r.created, event \
                       FROM revision r JOIN component c ON c.id = r.component_id WHERE event = 4";
        assert_eq!(named_after(server, altered).await, 4);
    }

    async fn an_altered_hash_breaks_what_follows(server: &Server) {
        let altered = "UPDATE event SET hash = (SELECT digest FROM document LIMIT 1) WHERE number = 2";
        assert_eq!(named_after(server, altered).await, 2);
    }

    async fn events_from_before_the_chain_begin_none(server: &Server) {
        some_history(server).await;
        alter(server, "UPDATE event SET hash = NULL").await;
        alter(server, "UPDATE revision SET salt = NULL").await;
        server.save("lib/topic", json!({"title": "D", "body": "d"})).await;
        let report = chain_of(server).await;
        assert_eq!((report.events, report.unhashed, report.broken), (1, 4, None));
        alter(server, "UPDATE revision SET message = 'x' WHERE event = 5").await;
        assert_eq!(chain_of(server).await.broken.unwrap().event, EventNumber(5));
    }

    async fn it_holds_after_a_message_was_erased(server: &Server) {
        some_history(server).await;
        let whole = chain_of(server).await;
        let store = server.store().await;
        erase_message(&store, 2).await;
        erase_message(&store, 2).await; // nothing is left to erase
        let report = chain_of(server).await;
        assert_eq!((report.erased, report.broken.as_ref()), (1, None));
        assert_eq!(report.hash, whole.hash);
        let history = server.operator().history(&target("lib/topic"), None, 10).await.unwrap();
        assert_eq!(history.items.last().unwrap().message, "");
        alter(server, "UPDATE revision SET message = 'for Eve' WHERE event = 2").await;
        assert_eq!(chain_of(server).await.broken.unwrap().event, EventNumber(2));
    }

    async fn two_nodes_write_one_chain(server: &Server) {
        let other = server.node("other").await;
        for number in 0..6 {
            let node = if number % 2 == 0 { &server.lcms } else { &other };
            let at = format!("{LIBRARY}/topic-{number}");
            let topic = new_component(&at, Kind::Topic, json!({"title": "A", "body": "a"}));
            node.operator_without_checks().create(topic, None).await.unwrap();
        }
        let report = chain_of(server).await;
        assert_eq!((report.events, report.broken), (7, None));
    }

    async fn only_an_admin_everywhere_looks_at_it(server: &Server) {
        let author = server.user("ada", &[(lcms_core::model::Role::Admin, LIBRARY)]).await;
        author.verify_chain().await.unwrap_err();
    }
}
