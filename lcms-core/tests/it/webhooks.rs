//! What a kept search comes to find is told once to its receiver, and only what its owner may read.

use std::time::Duration;

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, Role, SavedSearchId, Transition};
use lcms_core::service::{
    Attempt, Lcms, NewSavedSearch, NewWebhook, Outgoing, SearchWords, Session, WebhookSettings,
    WebhookView,
};
use lcms_core::store::webhooks::DeliveryState;
use serde_json::{Value, json};

use crate::documents::topic;
use crate::harness::{LIBRARY, Server, key, target};

const URL: &str = "https://hooks.example.org/in";

/// A node that may send to one host, and tries again after that many milliseconds.
async fn sending(server: &Server, first_retry: u64) -> Lcms {
    let mut settings = server.settings_of_node("sending");
    settings.webhooks = WebhookSettings {
        hosts: vec!["hooks.example.org".parse().unwrap()],
        first_retry: Duration::from_millis(first_retry),
    };
    Lcms::open(settings).await.unwrap()
}

/// Somebody with a role in the library, acting on that node.
async fn anna(server: &Server, lcms: &Lcms) -> Session {
    let anna = server.user("anna", &[(Role::Author, LIBRARY)]).await;
    lcms.act_as(anna.actor().clone())
}

fn asking(q: &str, state: &[&str]) -> NewSavedSearch {
    let search: SearchWords = serde_json::from_value(json!({"q": q, "state": state})).unwrap();
    NewSavedSearch { name: "Ships".to_owned(), search, shared: false }
}

async fn opened(anna: &Session, search: NewSavedSearch) -> WebhookView {
    let id = anna.save_search(search).await.unwrap().id;
    anna.open_webhook(id, NewWebhook { url: URL.to_owned() }).await.unwrap()
}

/// Everything that is to be sent now, after the index and the looking have come to the end of the log.
async fn due(lcms: &Lcms) -> Vec<Outgoing> {
    lcms.indexing().catch_up().await.unwrap();
    while lcms.watch_searches().await.unwrap() {}
    lcms.take_deliveries(100).await.unwrap()
}

/// Keys and changes of what a message tells.
fn told(message: &Outgoing) -> Vec<(String, String)> {
    let body: Value = serde_json::from_str(&message.body).unwrap();
    let items = body["data"]["items"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut told: Vec<_> =
        items.iter().map(|item| (text(&item["key"]), text(&item["change"]))).collect();
    told.sort();
    told
}

fn item(key: &str, change: &str) -> (String, String) {
    (key.to_owned(), change.to_owned())
}

async fn last(session: &Session, id: SavedSearchId) -> (DeliveryState, u32, String) {
    let newest = session.webhook(id).await.unwrap().deliveries.remove(0);
    (newest.state, newest.attempts, newest.outcome)
}

on_every_engine! {
    async fn what_comes_to_match_is_told_once(server: &Server) {
        let lcms = sending(server, 0).await;
        let anna = anna(server, &lcms).await;
        server.create("lib/old", Kind::Topic, topic("An old ship.")).await;
        lcms.indexing().catch_up().await.unwrap();
        let hook = opened(&anna, asking("ships", &[])).await;
        assert!(hook.secret.as_ref().unwrap().starts_with("whsec_"));
        assert_eq!(anna.webhook(hook.search).await.unwrap().secret, None, "shown once");
        assert!(due(&lcms).await.is_empty(), "what it found before is no news");

        server.create("lib/new", Kind::Topic, topic("A new ship.")).await;
        server.create("lib/other", Kind::Topic, topic("A train.")).await;
        server.save("lib/old", topic("A very old ship.")).await;
        let messages = due(&lcms).await;
        assert_eq!(messages.len(), 1);
        assert_eq!(told(&messages[0]), [item("lib/new", "found"), item("lib/old", "changed")]);
        let body: Value = serde_json::from_str(&messages[0].body).unwrap();
        assert_eq!(body["type"], "saved_search.found");
        assert_eq!(body["data"]["name"], "Ships");
        assert!(body["data"]["items"][0]["event"].as_i64().unwrap() > 0);
        lcms.note_attempt(messages[0].delivery, Attempt::Answered(204)).await.unwrap();
        assert_eq!(last(&anna, hook.search).await, (DeliveryState::Delivered, 1, "the receiver answered 204".to_owned()));
        assert!(due(&lcms).await.is_empty(), "and once only");

        server.save("lib/new", topic("A new boat.")).await;
        assert!(due(&lcms).await.is_empty(), "what is not found any more is not told");
        server.save("lib/new", topic("A new ship after all.")).await;
        assert_eq!(told(&due(&lcms).await[0]), [item("lib/new", "found")]);
    }

    async fn a_step_of_review_makes_something_match(server: &Server) {
        let lcms = sending(server, 0).await;
        let anna = anna(server, &lcms).await;
        server.create("lib/a", Kind::Topic, topic("A ship.")).await;
        lcms.indexing().catch_up().await.unwrap();
        opened(&anna, asking("", &["in_review"])).await;
        server.operator().transition(&target("lib/a"), Transition::Submit).await.unwrap();
        assert_eq!(told(&due(&lcms).await[0]), [item("lib/a", "found")]);
    }

    async fn what_is_only_similar_is_not_told(server: &Server) {
        let lcms = sending(server, 0).await;
        let anna = anna(server, &lcms).await;
        server.create("lib/a", Kind::Topic, topic("A submarine.")).await;
        lcms.indexing().catch_up().await.unwrap();
        let hook = opened(&anna, asking("submarine", &[])).await;
        server.create("lib/b", Kind::Topic, topic("A submarina of the sea.")).await;
        assert!(due(&lcms).await.is_empty());
        let seen = anna.saved_searches(true).await.unwrap();
        assert_eq!(seen[0].new, Some(0), "nor is it counted as new");
        let again = asking("sea", &[]);
        anna.change_saved_search(hook.search, again).await.unwrap();
        assert!(due(&lcms).await.is_empty(), "what other words find at first is no news either");
        server.create("lib/c", Kind::Topic, topic("Seas.")).await;
        assert_eq!(told(&due(&lcms).await[0]), [item("lib/c", "found")]);
    }

    async fn only_what_the_owner_may_read_is_found_and_sent(server: &Server) {
        server.library("secret").await;
        let lcms = sending(server, 0).await;
        let anna = anna(server, &lcms).await;
        let operator = server.operator();
        let hook = opened(&anna, asking("ship", &[])).await;
        server.create("secret/a", Kind::Topic, topic("A ship.")).await;
        assert!(due(&lcms).await.is_empty());
        // What was found, and waits, is not sent to somebody who lost the right meanwhile.
        server.create("lib/b", Kind::Topic, topic("A ship.")).await;
        lcms.indexing().catch_up().await.unwrap();
        while lcms.watch_searches().await.unwrap() {}
        operator.set_role(&key("anna"), Some(&key(LIBRARY)), Role::Author, false).await.unwrap();
        assert!(lcms.take_deliveries(10).await.unwrap().is_empty());
        let (state, _, outcome) = last(&operator, hook.search).await;
        assert_eq!(state, DeliveryState::Withheld);
        assert!(outcome.contains("may not read"), "{outcome}");
        operator.set_role(&key("anna"), Some(&key(LIBRARY)), Role::Author, true).await.unwrap();
        let delivery = operator.webhook(hook.search).await.unwrap().deliveries[0].id;
        operator.retry_delivery(hook.search, delivery).await.unwrap();
        assert_eq!(told(&due(&lcms).await[0]), [item("lib/b", "found")]);
    }

    async fn a_message_is_tried_again_with_its_id_until_it_is_given_up(server: &Server) {
        let lcms = sending(server, 0).await;
        let anna = anna(server, &lcms).await;
        let hook = opened(&anna, asking("ship", &[])).await;
        server.create("lib/a", Kind::Topic, topic("A ship.")).await;
        let first = due(&lcms).await.remove(0);
        assert!(due(&lcms).await.is_empty(), "taken: nobody else sends it meanwhile");
        lcms.note_attempt(first.delivery, Attempt::Answered(500)).await.unwrap();
        assert_eq!(last(&anna, hook.search).await, (DeliveryState::Waiting, 1, "the receiver answered 500".to_owned()));
        for attempt in 2..=15 {
            let again = due(&lcms).await.remove(0);
            assert_eq!((again.delivery, &again.body), (first.delivery, &first.body));
            lcms.note_attempt(again.delivery, Attempt::Failed("no answer".to_owned())).await.unwrap();
            assert_eq!(last(&anna, hook.search).await.1, attempt);
        }
        assert_eq!(last(&anna, hook.search).await, (DeliveryState::GivenUp, 15, "no answer".to_owned()));
        assert!(due(&lcms).await.is_empty());
        anna.retry_delivery(hook.search, first.delivery).await.unwrap();
        let again = due(&lcms).await.remove(0);
        lcms.note_attempt(again.delivery, Attempt::Answered(410)).await.unwrap();
        assert_eq!(last(&anna, hook.search).await.0, DeliveryState::GivenUp, "wants no more");
    }

    async fn each_attempt_waits_longer_and_survives_a_restart(server: &Server) {
        let lcms = sending(server, 60_000).await;
        let anna = anna(server, &lcms).await;
        let hook = opened(&anna, asking("ship", &[])).await;
        server.create("lib/a", Kind::Topic, topic("A ship.")).await;
        let message = due(&lcms).await.remove(0);
        lcms.note_attempt(message.delivery, Attempt::Answered(503)).await.unwrap();
        let waits = anna.webhook(hook.search).await.unwrap().deliveries.remove(0);
        let wait = waits.due.unwrap() - waits.tried.unwrap();
        assert!((wait - time::Duration::minutes(1)).abs() < time::Duration::seconds(5), "{wait}");
        assert!(due(&lcms).await.is_empty(), "not yet");
        drop((anna, lcms));
        let lcms = sending(server, 60_000).await;
        let operator = lcms.operator_without_checks();
        operator.retry_delivery(hook.search, message.delivery).await.unwrap();
        let again = due(&lcms).await.remove(0);
        assert_eq!((again.delivery, again.body), (message.delivery, message.body));
    }

    async fn nobody_else_opens_sees_or_closes_it_but_admins_do(server: &Server) {
        let lcms = sending(server, 0).await;
        let anna = anna(server, &lcms).await;
        let bert = server.user("bert", &[(Role::Author, LIBRARY)]).await;
        let shared = NewSavedSearch { shared: true, ..asking("", &[]) };
        let hook = opened(&anna, shared).await;
        let url = || NewWebhook { url: URL.to_owned() };
        for refused in [
            bert.open_webhook(hook.search, url()).await.map(drop),
            bert.webhook(hook.search).await.map(drop),
            bert.test_webhook(hook.search).await.map(drop),
            bert.close_webhook(hook.search).await,
        ] {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::NotFound);
        }
        assert_eq!(bert.webhooks().await.unwrap_err().kind(), ErrorKind::Forbidden);
        for bad in ["http://hooks.example.org/", "https://evil.example.org/", "https://127.0.0.1/"] {
            let refused = anna.open_webhook(hook.search, NewWebhook { url: bad.to_owned() }).await;
            assert!(refused.is_err(), "{bad}");
        }
        let elsewhere = server.lcms.act_as(anna.actor().clone());
        let refused = elsewhere.open_webhook(hook.search, url()).await.unwrap_err();
        assert!(refused.to_string().contains("no host is allowed"), "{refused}");

        anna.test_webhook(hook.search).await.unwrap();
        let message = due(&lcms).await.remove(0);
        assert!(message.body.contains("saved_search.test"), "{}", message.body);
        let operator = server.operator();
        assert_eq!(operator.webhooks().await.unwrap().len(), 1);
        operator.close_webhook(hook.search).await.unwrap();
        lcms.note_attempt(message.delivery, Attempt::Answered(200)).await.unwrap();
        assert_eq!(operator.webhooks().await.unwrap(), []);
        opened(&anna, asking("x", &[])).await;
        anna.delete_saved_search(hook.search).await.unwrap();
        assert!(server.operator().fsck(true, &mut |_| ()).await.unwrap().findings.is_empty());
    }

    async fn two_nodes_tell_of_each_thing_once(server: &Server) {
        let lcms = sending(server, 0).await;
        let anna = anna(server, &lcms).await;
        opened(&anna, asking("ship", &[])).await;
        let other = server.node("other").await;
        for n in 0..5 {
            server.create(&format!("lib/a{n}"), Kind::Topic, topic("A ship.")).await;
        }
        lcms.indexing().catch_up().await.unwrap();
        other.indexing().catch_up().await.unwrap();
        let (one, two) = tokio::join!(lcms.watch_searches(), other.watch_searches());
        one.unwrap();
        two.unwrap();
        let (one, two) = tokio::join!(lcms.take_deliveries(10), lcms.take_deliveries(10));
        let all: Vec<_> = one.unwrap().into_iter().chain(two.unwrap()).collect();
        assert_eq!(all.iter().map(|message| told(message).len()).collect::<Vec<_>>(), [5]);
    }
}
