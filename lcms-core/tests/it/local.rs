//! Content written inside a structure, and its promotion to the library.

use lcms_core::ErrorKind;
use lcms_core::model::{EventKind, Kind, Position, Role};
use lcms_core::service::{ListComponents, NewCopy, PlacementsEdited, WriteInside};
use serde_json::{Value, json};

use crate::documents::{course, lesson, placed, topic};
use crate::harness::{LIBRARY, Server, key, new_component, reference, target};

async fn write(server: &Server, at: &str, kind: Kind, content: Value) -> PlacementsEdited {
    let base = server.view(at).await.revision.id;
    let new = WriteInside {
        kind,
        key: None,
        content,
        metadata: json!({}),
        list: None,
        position: Position::Last,
    };
    server.operator().write_inside(&target(at), base, new, String::new()).await.unwrap()
}

async fn listed(server: &Server, list: ListComponents) -> Vec<String> {
    let list = ListComponents { limit: 50, ..list };
    let page = server.operator().components(&list).await.unwrap();
    page.items.into_iter().map(|row| row.component.key.to_string()).collect()
}

/// A course with a lesson and a page that were written inside it.
pub(crate) async fn written(server: &Server) {
    server.create("lib/course", Kind::Course, course(&[])).await;
    write(server, "lib/course", Kind::Lesson, lesson(&[])).await;
    write(server, "lib/a-lesson", Kind::Topic, topic("Local.")).await;
}

on_every_engine! {
    async fn what_is_written_inside_is_local_and_not_listed(server: &Server) {
        written(server).await;
        let course = server.view("lib/course").await.component.id;
        for local in ["lib/a-lesson", "lib/a-topic"] {
            assert_eq!(server.view(local).await.component.owner, Some(course), "{local}");
        }
        assert_eq!(listed(server, ListComponents::default()).await, ["course"]);
        let all = ListComponents { local: true, ..ListComponents::default() };
        assert_eq!(listed(server, all).await, ["a-lesson", "a-topic", "course"]);
        let own = ListComponents { owner: Some(target("lib/course")), ..ListComponents::default() };
        assert_eq!(listed(server, own).await, ["a-lesson", "a-topic"]);
        server.release("lib/course").await;
    }

    async fn what_is_local_stands_nowhere_else(server: &Server) {
        written(server).await;
        let error = server
            .try_create("lib/other", Kind::Lesson, lesson(&[placed(1, "a-topic")]))
            .await
            .unwrap_err();
        assert_eq!(error.violation_list()[0].rule, "local");
        server.create("lib/links", Kind::Topic, topic("See [[a-topic]].")).await;
        let mut new = new_component("lib/new", Kind::Topic, topic("New."));
        new.owner = Some(target("lib/links"));
        let error = server.operator().create(new, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "a topic owns nothing");
    }

    async fn promotion_changes_the_mark_and_nothing_else(server: &Server) {
        written(server).await;
        let before = server.release("lib/course").await;
        let head = server.view("lib/a-lesson").await.revision.id;
        let promote = |seen, named: Option<&str>| {
            let (operator, named) = (server.operator(), named.map(key));
            async move { operator.promote(&target("lib/a-lesson"), seen, named).await }
        };
        let taken = promote(head, Some("course")).await.unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::Conflict);
        let promoted = promote(head, Some("a-lesson")).await.unwrap();
        let keys: Vec<_> = promoted.iter().map(|c| c.key.to_string()).collect();
        assert_eq!(keys, ["a-lesson", "a-topic"], "what stands in it comes along");
        assert_eq!(server.view("lib/a-lesson").await.revision.id, head);
        assert_eq!(server.release("lib/course").await.id, before.id, "the same closure");
        server.create("lib/other", Kind::Lesson, lesson(&[placed(1, "a-topic")])).await;
        assert_eq!(promote(head, None).await.unwrap_err().kind(), ErrorKind::Conflict);
        let log = server.operator().events(lcms_core::model::EventNumber(0), 100).await.unwrap();
        let count = log.items.iter().filter(|e| e.kind == EventKind::ComponentPromoted).count();
        assert_eq!(count, 2);
    }

    async fn a_copy_takes_along_what_is_local(server: &Server) {
        written(server).await;
        let new = NewCopy { key: Some(key("again")), ..NewCopy::default() };
        let copied = server.operator().copy(&reference("lib/course"), new).await.unwrap();
        assert_eq!(copied.items.len(), 3);
        let again = copied.saved.component.id;
        let own = ListComponents { owner: Some(again.into()), ..ListComponents::default() };
        assert_eq!(listed(server, own).await, ["a-lesson-2", "a-topic-2"]);
        server.release("lib/again").await;
        // Taken out on its own, a local lesson becomes one of the library, and owns its page.
        let new = NewCopy { key: Some(key("lesson")), ..NewCopy::default() };
        let copied = server.operator().copy(&reference("lib/a-lesson"), new).await.unwrap();
        assert_eq!(copied.saved.component.owner, None);
        let own = ListComponents { owner: Some(target("lib/lesson")), ..ListComponents::default() };
        assert_eq!(listed(server, own).await, ["a-topic-3"]);
    }

    async fn only_who_may_write_writes_inside_and_promotes(server: &Server) {
        written(server).await;
        let ann = server.user("ann", &[(Role::Viewer, LIBRARY)]).await;
        let seen = server.view("lib/a-topic").await.revision.id;
        let error = ann.promote(&target("lib/a-topic"), seen, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
    }

    async fn search_leaves_out_what_is_local_until_it_is_promoted(server: &Server) {
        written(server).await;
        let found = |local| {
            let server = &server;
            async move {
                server.lcms.indexing().catch_up().await.unwrap();
                let query = lcms_core::service::SearchQuery {
                    text: "local".to_owned(),
                    limit: 10,
                    local,
                    ..Default::default()
                };
                server.operator().search(query).await.unwrap().page.total
            }
        };
        assert_eq!((found(false).await, found(true).await), (0, 1));
        let seen = server.view("lib/a-topic").await.revision.id;
        server.operator().promote(&target("lib/a-topic"), seen, None).await.unwrap();
        assert_eq!(found(false).await, 1);
    }

    async fn promotion_acts_on_every_branch_and_so_is_made_on_main(server: &Server) {
        written(server).await;
        let spring = server.branch("spring").await;
        let seen = server.view("lib/a-lesson").await.revision.id;
        let refused = spring.promote(&target("lib/a-lesson"), seen, None).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        assert!(server.view("lib/a-lesson").await.component.owner.is_some());
    }
}
