//! Components as things: keys, histories, lists, deletion; and whose they are.

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, RevisionId, Role, State, Transition};
use lcms_core::service::{ListComponents, SaveComponent};

use crate::documents::{component_id, lesson, placed, topic};
use crate::harness::{LIBRARY, Server, key, new_component, reference, target};

fn new_text(body: &str) -> SaveComponent {
    SaveComponent { content: Some(topic(body)), ..SaveComponent::default() }
}

on_every_engine! {
    async fn a_save_names_the_revision_it_is_based_on(server: &Server) {
        let first = server.create("lib/a", Kind::Topic, topic("One.")).await.revision;
        let (operator, at) = (server.operator(), target("lib/a"));
        let second = operator.save(&at, first.id, new_text("Two.")).await.unwrap().revision;
        let error = operator.save(&at, first.id, new_text("Three.")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StaleBase);
        let error = operator.save(&at, RevisionId::new(), new_text("Three.")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StaleBase);
        assert_eq!(server.view("lib/a").await.revision.id, second.id);
    }

    async fn saving_what_is_there_makes_no_revision_and_no_event(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("One.")).await;
        let before = server.operator().events(Default::default(), 1000).await.unwrap().next;
        let saved = server.save("lib/a", topic("One.\r\n")).await;
        assert!(!saved.changed);
        assert_eq!(saved.revision.number, 1);
        let after = server.operator().events(Default::default(), 1000).await.unwrap().next;
        assert_eq!(before, after);
    }

    async fn a_history_lists_every_revision_newest_first(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("1")).await;
        for n in 2..=5 {
            server.save("lib/a", topic(&n.to_string())).await;
        }
        let operator = server.operator();
        let page = operator.history(&target("lib/a"), None, 3).await.unwrap();
        let numbers = |items: &[lcms_core::model::Revision]| {
            items.iter().map(|revision| revision.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&page.items), [5, 4, 3]);
        let rest = operator.history(&target("lib/a"), page.next, 3).await.unwrap();
        assert_eq!(numbers(&rest.items), [2, 1]);
        assert_eq!(rest.next, None);
        let error = operator.component(&reference("lib/a@6")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    async fn keys_and_ids_are_taken_once(server: &Server) {
        let mut request = new_component("lib/a", Kind::Topic, topic("One."));
        request.id = Some(component_id(1));
        let operator = server.operator();
        operator.create(request.clone(), None).await.unwrap();
        let error = operator.create(request.clone(), None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        request.key = key("b");
        let error = operator.create(request, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "the id is taken");
        server.library("other").await;
        server.create("other/a", Kind::Topic, topic("Another library, the same key.")).await;
    }

    async fn a_deleted_component_keeps_its_key_and_can_be_restored(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("One.")).await;
        let (operator, at) = (server.operator(), target("lib/a"));
        operator.delete(&at).await.unwrap();
        let error = server.try_create("lib/a", Kind::Topic, topic("New.")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        let error = server.try_save("lib/a", topic("Two.")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "what is deleted is not edited");
        let listed = operator.components(&ListComponents::default()).await.unwrap();
        assert!(listed.items.is_empty());
        operator.restore(&at).await.unwrap();
        assert!(server.save("lib/a", topic("Two.")).await.changed);
    }

    async fn a_component_in_use_is_not_deleted(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page")])).await;
        let operator = server.operator();
        let error = operator.delete(&target("lib/page")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.message().contains("`lib/lesson`"), "{error}");

        server.save("lib/lesson", lesson(&[])).await;
        operator.delete(&target("lib/page")).await.unwrap();
    }

    async fn changes_of_different_sides_of_a_component_do_not_undo_each_other(server: &Server) {
        for n in 0..8 {
            let (at, renamed) = (format!("lib/a{n}"), format!("b{n}"));
            let id = server.create(&at, Kind::Topic, topic("One.")).await.component.id;
            let (operator, by_id) = (server.operator(), target(&id.to_string()));
            let (retired, renamed) = tokio::join!(
                operator.transition(&by_id, Transition::Retire),
                operator.rename(&by_id, key(&renamed)),
            );
            retired.unwrap();
            let renamed = renamed.unwrap().key;
            let now = server.view(&id.to_string()).await;
            assert_eq!((now.component.key, now.state), (renamed, State::Retired));
        }
    }

    async fn a_list_is_paged_in_order_of_keys(server: &Server) {
        for n in (0..7).rev() {
            server.create(&format!("lib/k{n}"), Kind::Topic, topic("x")).await;
        }
        let operator = server.operator();
        let mut list = ListComponents { limit: 3, ..ListComponents::default() };
        let mut keys = Vec::new();
        loop {
            let page = operator.components(&list).await.unwrap();
            assert!(page.items.len() <= 3);
            keys.extend(page.items.iter().map(|row| row.component.key.to_string()));
            let Some(next) = page.next else { break };
            list.cursor = Some(next);
        }
        assert_eq!(keys, ["k0", "k1", "k2", "k3", "k4", "k5", "k6"]);
        let strange = ListComponents { cursor: Some("page 2".into()), ..list };
        let error = operator.components(&strange).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }

    async fn another_library_looks_as_if_it_were_not_there(server: &Server) {
        server.library("secret").await;
        server.create("secret/plan", Kind::Topic, topic("Hush.")).await;
        server.create("lib/a", Kind::Topic, topic("One.")).await;
        let ann = server.user("ann", &[(Role::Author, LIBRARY)]).await;

        let there = ann.component(&reference("secret/plan")).await.unwrap_err();
        let absent = ann.component(&reference("secret/plam")).await.unwrap_err();
        assert_eq!(there.kind(), ErrorKind::NotFound);
        assert_eq!(there.kind(), absent.kind());
        assert_eq!(there.message().replace("plan", "plam"), absent.message());
        let request = new_component("secret/new", Kind::Topic, topic("x"));
        let there = ann.create(request, None).await.unwrap_err();
        let absent = ann.library(&key("secreu")).await.unwrap_err();
        assert_eq!(there.kind(), ErrorKind::NotFound);
        assert_eq!(there.message().replace("secret", "secreu"), absent.message());

        let libraries = ann.libraries().await.unwrap();
        assert_eq!(libraries.iter().map(|l| l.key.as_str()).collect::<Vec<_>>(), [LIBRARY]);
        let listed = ann.components(&ListComponents { limit: 10, ..Default::default() }).await;
        assert_eq!(listed.unwrap().items.len(), 1);
        let events = ann.events(Default::default(), 1000).await.unwrap();
        let seen = libraries[0].id;
        assert!(events.items.iter().all(|event| event.library == Some(seen)));
        assert!(!events.items.is_empty());
    }

    async fn a_viewer_reads_and_changes_nothing(server: &Server) {
        let revision = server.create("lib/a", Kind::Topic, topic("One.")).await.revision;
        let vera = server.user("vera", &[(Role::Viewer, LIBRARY)]).await;
        vera.component(&reference("lib/a")).await.unwrap();
        let at = target("lib/a");
        let request = new_component("lib/b", Kind::Topic, topic("x"));
        for refused in [
            vera.create(request, None).await.err(),
            vera.save(&at, revision.id, new_text("Two.")).await.err(),
            vera.rename(&at, key("b")).await.err(),
            vera.delete(&at).await.err(),
            vera.restore(&at).await.err(),
            vera.upload("text/plain").err(),
            vera.release(&at, Default::default()).await.err(),
            vera.users().await.err(),
        ] {
            assert_eq!(refused.unwrap().kind(), ErrorKind::Forbidden);
        }
    }
}
