//! Copies, detached placements and where copies came from.

use lcms_core::ErrorKind;
use lcms_core::Result;
use lcms_core::model::{Kind, LinkPolicy, Role};
use lcms_core::service::{Copied, DetachAs, NewCopy};
use serde_json::{Value, json};

use crate::documents::{asset, course, lesson, placed, question, slot_id, topic, with};
use crate::harness::{LIBRARY, Server, key, reference, target};

async fn copy(server: &Server, from: &str, new: NewCopy) -> Result<Copied> {
    server.operator().copy(&reference(from), new).await
}

fn subtree(library: &str) -> NewCopy {
    NewCopy { library: Some(key(library)), subtree: true, ..NewCopy::default() }
}

async fn picture(server: &Server, at: &str) {
    let bytes: &[u8] = b"GIF89a picture";
    let mut upload = server.operator().upload("image/gif").unwrap();
    upload.write(bytes).await.unwrap();
    let blob = upload.finish(None).await.unwrap().digest.to_string();
    let content = asset(&blob, bytes.len() as u64, "a.gif", "image/gif");
    server.create(at, Kind::Asset, content).await;
}

on_every_engine! {
    async fn a_copy_has_the_same_documents_and_a_history_of_its_own(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.save("lib/page", topic("Two.")).await;
        let first = server.view("lib/page@1").await.revision;
        let copied = copy(server, "lib/page@1", NewCopy::default()).await.unwrap();
        let revision = copied.saved.revision;
        assert_eq!(copied.saved.component.key, key("page-2"), "the next free key");
        assert_eq!((revision.number, revision.content), (1, first.content));
        assert_eq!((revision.parent, revision.merge_parent), (None, Some(first.id)));
        server.save("lib/page-2", topic("Mine.")).await;
        assert_eq!(server.view("lib/page").await.revision.number, 2);

        let taken = NewCopy { key: Some(key("page")), ..NewCopy::default() };
        let error = copy(server, "lib/page", taken).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
    }

    async fn a_copy_of_a_structure_alone_shares_what_it_holds(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page")])).await;
        let copied = copy(server, "lib/lesson", NewCopy::default()).await.unwrap();
        assert_eq!(copied.items.len(), 1);
        assert_eq!(server.stored("lib/lesson-2").await, server.stored("lib/lesson").await);
        let query = lcms_core::service::WhereUsedQuery { limit: 10, ..Default::default() };
        let used = server.operator().where_used(&target("lib/page"), &query).await.unwrap();
        assert_eq!(used.total, 2);
    }

    async fn a_subtree_is_copied_into_another_library_with_its_links(server: &Server) {
        server.library("there").await;
        picture(server, "lib/picture").await;
        server.create("lib/ask", Kind::Question, question("Yes")).await;
        server.create("lib/page", Kind::Topic, topic("![[picture]] ![[ask]]")).await;
        let first = server.view("lib/page").await.revision;
        let links = topic("See [[page]] and [[outside]].\n\n:::include page\n");
        server.create("lib/outside", Kind::Topic, topic("Out.")).await;
        server.create("lib/links", Kind::Topic, links).await;
        let pinned =
            json!({"follow": "pinned", "content": first.content, "metadata": first.metadata});
        let pages = [placed(1, "page"), with(placed(2, "page"), "/policy", pinned), placed(3, "links")];
        server.create("lib/lesson", Kind::Lesson, lesson(&pages)).await;
        server.create("lib/course", Kind::Course, course(&[placed(4, "lesson")])).await;
        server.save("lib/page", topic("Now. ![[picture]] ![[ask]]")).await;

        let copied = copy(server, "lib/course", subtree("there")).await.unwrap();
        assert_eq!(copied.items[0].copy, copied.saved.component.id);
        let lesson = server.view("there/lesson").await;
        let placed = lesson.content.placed();
        let slots: Vec<_> = placed.iter().map(|p| p.placement.id).collect();
        assert_eq!(slots, [slot_id(1), slot_id(2), slot_id(3)], "slots keep their ids");
        assert!(placed.iter().all(|p| p.placement.policy == LinkPolicy::Latest));
        assert_ne!(placed[0].placement.component, placed[1].placement.component, "two versions");
        let shown = |id: String| async move { server.stored(&id).await["body"].clone() };
        let versions = [
            shown(placed[0].placement.component.to_string()).await,
            shown(placed[1].placement.component.to_string()).await,
        ];
        assert!(versions[0].as_str().unwrap().starts_with("Now."), "{versions:?}");
        assert!(versions[1].as_str().unwrap().starts_with("!["), "{versions:?}");

        let links = server.view("there/links").await;
        let shown = server.operator().with_keys(&links.content, links.component.library).await;
        let body = json!(shown.unwrap())["body"].as_str().unwrap().to_owned();
        assert!(body.contains("[[there/page") && body.contains("[[lib/outside]]"), "{body}");
        assert!(body.contains(":::include there/page"), "{body}");
        let page = server.view("there/page").await;
        let shown = server.operator().with_keys(&page.content, page.component.library).await;
        let body = json!(shown.unwrap())["body"].as_str().unwrap().to_owned();
        assert!(body.contains("![[lib/picture]]") && body.contains("![[there/ask]]"), "{body}");
        server.release("there/course").await;
    }

    async fn assets_are_copied_when_asked_for(server: &Server) {
        server.library("there").await;
        picture(server, "lib/picture").await;
        server.create("lib/page", Kind::Topic, topic("![[picture]]")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page")])).await;
        let whole = NewCopy { assets: true, ..subtree("there") };
        let copied = copy(server, "lib/lesson", whole).await.unwrap();
        assert_eq!(copied.items.len(), 3);
        assert_eq!(
            server.stored("there/picture").await["blob"],
            server.stored("lib/picture").await["blob"],
        );
        // Whoever reads only that library can read all of it.
        let ann = server.user("ann", &[(Role::Viewer, "there")]).await;
        let page = ann.component(&reference("there/page")).await.unwrap();
        let shown = ann.with_keys(&page.content, page.component.library).await.unwrap();
        assert_eq!(json!(shown)["body"], "![[there/picture]]\n");
    }

    async fn copying_needs_to_read_the_one_and_write_the_other(server: &Server) {
        server.library("there").await;
        server.library("secret").await;
        server.create("secret/page", Kind::Topic, topic("Hush.")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "secret/page")])).await;
        let roles = [(Role::Viewer, LIBRARY), (Role::Author, "there")];
        let ann = server.user("ann", &roles).await;
        let error = ann.copy(&reference("secret/page"), subtree("there")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let error = ann.copy(&reference("lib/lesson"), NewCopy::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        let error = ann.copy(&reference("lib/lesson"), subtree("there")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden, "it holds what she may not read");
    }

    async fn lineage_names_source_original_and_whether_upstream_is_newer(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        let named = |name: &str| NewCopy { key: Some(key(name)), ..NewCopy::default() };
        copy(server, "lib/page", named("second")).await.unwrap();
        copy(server, "lib/second", named("third")).await.unwrap();
        let operator = server.operator();
        let lineage = |at: &str| {
            let (operator, at) = (operator.clone(), target(at));
            async move { operator.lineage(&at).await.unwrap() }
        };
        let third = lineage("lib/third").await;
        let name = |step: &Option<lcms_core::service::LineageStep>| {
            step.as_ref().unwrap().named.as_ref().unwrap().component.key.to_string()
        };
        assert_eq!((name(&third.source).as_str(), name(&third.original).as_str()), ("second", "page"));
        assert!(!third.upstream_newer);
        assert_eq!(third.source.unwrap().number, Some(1));
        server.save("lib/second", topic("Two.")).await;
        assert!(lineage("lib/third").await.upstream_newer);
        server.save("lib/second", topic("One.")).await;
        assert!(!lineage("lib/third").await.upstream_newer, "it says the same again");
        let first = lineage("lib/page").await;
        assert!(first.source.is_none() && first.original.is_none());
        assert_eq!(first.copies.len(), 1);
    }

    async fn a_detached_placement_holds_a_copy_of_what_it_showed(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        let own_title = with(placed(1, "page"), "/overrides", json!({"title": "Here"}));
        server.create("lib/lesson", Kind::Lesson, lesson(&[own_title, placed(2, "page")])).await;
        let before = server.view("lib/lesson").await;
        let base = before.revision.id;
        let copy = DetachAs { key: Some(key("own-page")), message: "ours now".to_owned() };
        let detached = server
            .operator()
            .detach(&target("lib/lesson"), base, slot_id(1), copy.clone())
            .await
            .unwrap();
        assert_eq!(detached.saved.revision.parent, Some(base));
        let list = server.operator().placements(&target("lib/lesson")).await.unwrap();
        let item = |n: usize| {
            let item = &list.items[n];
            (item.slot, item.placed.as_ref().unwrap().component.key.to_string(), item.title.clone())
        };
        assert_eq!(item(0), (slot_id(1), "own-page".to_owned(), "Here".to_owned()));
        assert_eq!(item(1).1, "page", "the other use still follows");
        server.save("lib/page", topic("Two.")).await;
        assert_eq!(server.stored("lib/own-page").await["body"], "One.\n");
        let lineage = server.operator().lineage(&target("lib/own-page")).await.unwrap();
        assert!(lineage.upstream_newer);

        let again = server.operator().detach(&target("lib/lesson"), base, slot_id(2), copy).await;
        assert_eq!(again.unwrap_err().kind(), ErrorKind::StaleBase);
        let missing = server.operator().component(&reference("lib/own-page-2")).await;
        assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound, "no copy is left behind");
    }

    async fn a_placement_that_follows_a_release_is_detached_at_that_release(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page")])).await;
        let release = server.release("lib/lesson").await.id;
        let title = with(lesson(&[placed(1, "page")]), "/title", json!("Later"));
        server.save("lib/lesson", title).await;
        let whole: Value = json!({"follow": "release", "release": release});
        let part = with(placed(2, "lesson"), "/policy", whole);
        let base = server.create("lib/course", Kind::Course, course(&[part])).await.revision.id;
        let at = target("lib/course");
        server.operator().detach(&at, base, slot_id(2), DetachAs::default()).await.unwrap();
        assert_eq!(server.stored("lib/lesson-2").await["title"], "A lesson");
    }
}
