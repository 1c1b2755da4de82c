//! What each link policy resolves to when a structure is released.

use lcms_core::model::Kind;
use lcms_core::service::FrozenRelease;
use lcms_core::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::documents::{component_id, course, lesson, module, placed, topic, with};
use crate::harness::{Server, broken_rules, target};

fn following(slot: u64, component: &str, policy: Value) -> Value {
    with(placed(slot, component), "/policy", policy)
}

/// Releases and reads back what the release holds.
async fn frozen(server: &Server, at: &str) -> FrozenRelease {
    let release = server.release(at).await;
    server.operator().frozen(release.id).await.unwrap()
}

/// The text of the only page in a frozen lesson.
fn page(frozen: &FrozenRelease) -> String {
    let child = &frozen.nodes[frozen.root().slots[0].node];
    child.content.plain_text().trim().to_owned()
}

/// Saves a lesson with one page under that policy, and releases it.
async fn page_under(server: &Server, policy: Value) -> Result<String, Error> {
    server.save("lib/lesson", lesson(&[following(1, "page", policy)])).await;
    let release = server.try_release("lib/lesson").await?;
    Ok(page(&server.operator().frozen(release.id).await.unwrap()))
}

on_every_engine! {
    async fn each_policy_shows_its_own_version(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[])).await;
        let first = server.view("lib/page").await.revision;
        let pinned =
            json!({"follow": "pinned", "content": first.content, "metadata": first.metadata});
        server.save("lib/page", topic("Two.")).await;
        server.approve("lib/page").await;
        server.save("lib/page", topic("Three.")).await;

        let latest = json!({"follow": "latest"});
        assert_eq!(page_under(server, latest.clone()).await.unwrap(), "Three.");
        let approved = json!({"follow": "approved"});
        assert_eq!(page_under(server, approved.clone()).await.unwrap(), "Two.");
        assert_eq!(page_under(server, pinned.clone()).await.unwrap(), "One.");

        server.save("lib/page", topic("Four.")).await;
        assert_eq!(page_under(server, latest).await.unwrap(), "Four.");
        assert_eq!(page_under(server, approved).await.unwrap(), "Two.");
        assert_eq!(page_under(server, pinned).await.unwrap(), "One.");
    }

    async fn a_release_in_a_slot_is_taken_whole(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page")])).await;
        let released = server.release("lib/lesson").await;
        let policy = json!({"follow": "release", "release": released.id});
        let parts = [following(2, "lesson", policy), placed(3, "lesson")];
        server.create("lib/course", Kind::Course, course(&parts)).await;
        server.save("lib/page", topic("Two.")).await;

        let frozen = frozen(server, "lib/course").await;
        let text = |slot: usize| {
            let lesson = &frozen.nodes[frozen.root().slots[slot].node];
            frozen.nodes[lesson.slots[0].node].content.plain_text()
        };
        assert_eq!((text(0).trim(), text(1).trim()), ("One.", "Two."));
    }

    async fn everything_that_cannot_be_resolved_is_said_at_once(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("Never approved.")).await;
        server.create("lib/other", Kind::Lesson, lesson(&[])).await;
        let elsewhere = server.release("lib/other").await.id;
        let never = lcms_core::model::Digest::of_bytes(b"never");
        let approved = json!({"follow": "approved"});
        let pages = lesson(&[
            following(1, "page", approved.clone()),
            placed(2, "page"),
            following(3, "page", json!({"follow": "pinned", "content": never, "metadata": never})),
        ]);
        server.create("lib/lesson", Kind::Lesson, pages).await;
        let parts = [
            placed(4, "lesson"),
            following(5, "other", approved),
            following(6, "lesson", json!({"follow": "release", "release": elsewhere})),
        ];
        server.create("lib/course", Kind::Course, course(&parts)).await;

        let error = server.try_release("lib/course").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let slot = |n| format!("/slots/{}", crate::documents::slot_id(n));
        let expected = [1, 3, 5, 6].map(slot);
        let expected: Vec<_> =
            expected.iter().map(|pointer| (pointer.as_str(), "unresolved")).collect();
        assert_eq!(broken_rules(&error), expected);
        assert_eq!(server.operator().releases(&target("lib/course"), None, 9).await.unwrap(), []);
    }

    async fn only_structures_that_are_there_are_released(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        let error = server.try_release("lib/page").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        server.create("lib/module", Kind::Module, module(&[])).await;
        server.operator().delete(&target("lib/module")).await.unwrap();
        let error = server.try_release("lib/module").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        let error = server.try_release(&component_id(7).to_string()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}
