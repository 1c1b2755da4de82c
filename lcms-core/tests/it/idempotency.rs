//! The same request sent twice with one idempotency key is one request.

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, Role};

use crate::documents::topic;
use crate::harness::{LIBRARY, Server, new_component};

on_every_engine! {
    async fn the_same_request_again_answers_what_the_first_did(server: &Server) {
        let request = new_component("lib/a", Kind::Topic, topic("One."));
        let operator = server.operator();
        let repeat = Some("once".to_owned());
        let first = operator.create(request.clone(), repeat.clone()).await.unwrap();
        let again = operator.create(request, repeat).await.unwrap();
        assert_eq!(again.revision, first.revision);
        assert!(first.changed && !again.changed);
        assert_eq!(operator.events(first.revision.event, 10).await.unwrap().items, []);
    }

    async fn sent_many_times_at_once_it_still_happens_once(server: &Server) {
        let other_node = server.node("other").await.operator_without_checks();
        let requests = (0..16).map(|n| {
            let session = if n % 2 == 0 { server.operator() } else { other_node.clone() };
            let request = new_component("lib/a", Kind::Topic, topic("One."));
            async move { session.create(request, Some("once".to_owned())).await.unwrap() }
        });
        let answers = futures::future::join_all(requests).await;
        assert_eq!(answers.iter().filter(|answer| answer.changed).count(), 1);
        assert!(answers.iter().all(|answer| answer.revision == answers[0].revision));
    }

    async fn another_request_with_the_same_key_is_refused(server: &Server) {
        let operator = server.operator();
        let once = Some("once".to_owned());
        let one = new_component("lib/a", Kind::Topic, topic("One."));
        operator.create(one, once.clone()).await.unwrap();
        let two = new_component("lib/b", Kind::Topic, topic("Two."));
        let error = operator.create(two, once).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(operator.component(&"lib/b".parse().unwrap()).await.is_err());
    }

    async fn a_request_that_was_refused_may_be_sent_again_put_right(server: &Server) {
        let operator = server.operator();
        let once = Some("once".to_owned());
        let bad = new_component("lib/a", Kind::Topic, topic("![[absent]]"));
        operator.create(bad, once.clone()).await.unwrap_err();
        let good = new_component("lib/a", Kind::Topic, topic("Nothing."));
        assert!(operator.create(good, once).await.unwrap().changed);
    }

    async fn keys_belong_to_whoever_sent_them(server: &Server) {
        let ann = server.user("ann", &[(Role::Author, LIBRARY)]).await;
        let bob = server.user("bob", &[(Role::Author, LIBRARY)]).await;
        let once = Some("once".to_owned());
        let one = new_component("lib/a", Kind::Topic, topic("One."));
        let two = new_component("lib/b", Kind::Topic, topic("Two."));
        assert!(ann.create(one, once.clone()).await.unwrap().changed);
        assert!(bob.create(two, once).await.unwrap().changed);
    }
}
