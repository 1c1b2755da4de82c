//! What a library's report counts and lists.

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, Role};
use lcms_core::service::{ReportList, SetCare};
use serde_json::json;

use crate::documents::{assessment, placed, question, topic, with};
use crate::harness::{LIBRARY, Server, key, target};

async fn listed(server: &Server, list: ReportList) -> Vec<String> {
    let page = server.operator().report(&key(LIBRARY), list, None, 100).await.unwrap();
    assert_eq!(page.total, page.items.len());
    page.items.into_iter().map(|row| row.key.to_string()).collect()
}

/// A course that shows one page twice and another once, and what nobody uses.
async fn some(server: &Server) {
    for (name, body) in [("shared", "One."), ("single", "Two."), ("spare", "One.")] {
        server
            .create(&format!("lib/{name}"), Kind::Topic, json!({"title": "Page", "body": body}))
            .await;
    }
    for (name, pages) in [("first", json!(["shared", "single"])), ("second", json!(["shared"]))] {
        let placed: Vec<_> =
            pages.as_array().unwrap().iter().map(|page| json!({"component": page})).collect();
        let content = json!({"title": name, "placements": placed});
        server.create(&format!("lib/{name}"), Kind::Lesson, content).await;
    }
    let content = json!({"title": "Course", "placements": [{"component": "first"}]});
    server.create("lib/course", Kind::Course, content).await;
}

on_every_engine! {
    async fn uses_are_counted_and_what_nobody_uses_is_listed(server: &Server) {
        some(server).await;
        assert_eq!(listed(server, ReportList::Unused).await, ["second", "spare"]);
        assert_eq!(listed(server, ReportList::MostReused).await, ["shared"]);
        assert_eq!(listed(server, ReportList::Duplicates).await, ["shared", "spare"]);
        assert_eq!(listed(server, ReportList::Unreleased).await, ["course"]);
        let health = server.operator().library_health(&key(LIBRARY)).await.unwrap();
        assert_eq!((health.components, health.used, health.uses), (6, 3, 4));
        assert!((health.reuse_ratio - 1.33).abs() < 0.001, "{}", health.reuse_ratio);
        assert_eq!(health.most_reused[0].uses, 2);
        assert_eq!(health.lists[&ReportList::Unused], 2);
        // A parent that is deleted uses nothing, and is in no list.
        server.operator().delete(&target("lib/second")).await.unwrap();
        assert_eq!(listed(server, ReportList::MostReused).await, Vec::<String>::new());
        server.release("lib/course").await;
        assert_eq!(listed(server, ReportList::Unreleased).await, Vec::<String>::new());
    }

    async fn who_looks_after_nothing_and_what_is_overdue_is_listed(server: &Server) {
        server.user("anna", &[(Role::Author, LIBRARY)]).await;
        for name in ["lib/a", "lib/b"] {
            server.create(name, Kind::Topic, topic(name)).await;
        }
        let care = SetCare { steward: Some(key("anna")), review_by: Some("2020-01-01".parse().unwrap()) };
        server.operator().set_care(&target("lib/a"), care).await.unwrap();
        assert_eq!(listed(server, ReportList::Stale).await, ["a"]);
        assert_eq!(listed(server, ReportList::NoSteward).await, ["b"]);
        let incomplete = server.operator().report(&key(LIBRARY), ReportList::Incomplete, None, 1).await.unwrap();
        assert_eq!((incomplete.total, incomplete.items[0].key.as_str()), (2, "b"));
        assert_eq!(incomplete.items[0].why, "lacks description, tags, licence, steward");
        let next = incomplete.next.as_deref();
        let rest = server.operator().report(&key(LIBRARY), ReportList::Incomplete, next, 1).await.unwrap();
        assert_eq!((rest.items[0].key.as_str(), rest.next), ("a", None));
    }

    async fn objectives_are_served_by_content_and_measured_by_assessments(server: &Server) {
        for name in ["taught", "tested", "forgotten"] {
            server.create(&format!("lib/{name}"), Kind::Objective, json!({"title": name})).await;
        }
        let page = json!({"title": "Page", "body": "x", "objectives": [{"component": "taught"}]});
        server.create("lib/page", Kind::Topic, page).await;
        server.create("lib/asked", Kind::Question, question("this")).await;
        let aim = json!([{"component": "tested"}]);
        let test = with(assessment(&[placed(1, "asked")]), "/objectives", aim);
        server.create("lib/test", Kind::Assessment, test).await;
        assert_eq!(listed(server, ReportList::ObjectivesWithoutContent).await, ["forgotten", "tested"]);
        assert_eq!(listed(server, ReportList::ObjectivesWithoutQuestion).await, ["forgotten", "taught"]);
    }

    async fn what_is_pinned_to_an_earlier_version_is_listed(server: &Server) {
        let page = server.create("lib/page", Kind::Topic, topic("One.")).await.revision;
        let policy = json!({"follow": "pinned", "content": page.content, "metadata": page.metadata});
        let lesson = json!({"title": "L", "placements": [{"component": "page", "policy": policy}]});
        server.create("lib/lesson", Kind::Lesson, lesson).await;
        assert_eq!(listed(server, ReportList::StalePlacements).await, Vec::<String>::new());
        server.save("lib/page", topic("Two.")).await;
        assert_eq!(listed(server, ReportList::StalePlacements).await, ["lesson"]);
    }

    async fn tags_and_objectives_are_suggested_from_what_is_near(server: &Server) {
        server.create("lib/aim", Kind::Objective, json!({"title": "Put out a fire"})).await;
        let page = |title: &str, serves: bool| {
            let objectives = if serves { json!([{"component": "aim"}]) } else { json!([]) };
            json!({"title": title, "body": "x", "objectives": objectives})
        };
        server.create("lib/new", Kind::Topic, page("Extinguishers", false)).await;
        server.create("lib/beside", Kind::Topic, page("Alarm", true)).await;
        server.create("lib/alike", Kind::Topic, page("Extinguishers of foam", false)).await;
        server.save_metadata("lib/beside", json!({"tags": ["fire", "alarm"]})).await;
        server.save_metadata("lib/alike", json!({"tags": ["fire", "foam"]})).await;
        let lesson = json!({"title": "L", "placements": [{"component": "new"}, {"component": "beside"}]});
        server.create("lib/lesson", Kind::Lesson, lesson).await;
        server.lcms.indexing().catch_up().await.unwrap();
        let found = server.operator().suggestions(&target("lib/new")).await.unwrap();
        let tags: Vec<_> = found.tags.iter().map(|it| (it.tag.as_str(), it.score)).collect();
        assert_eq!(tags, [("fire", 3), ("alarm", 2)], "foam shares one word alone");
        assert_eq!(found.tags[0].because, ["lib/alike", "lib/beside"]);
        assert_eq!((found.objectives[0].name.as_str(), found.objectives[0].score), ("lib/aim", 2));
        server.save_metadata("lib/new", json!({"tags": ["fire"]})).await;
        let again = server.operator().suggestions(&target("lib/new")).await.unwrap();
        assert_eq!(again.tags[0].tag, "alarm", "what it has is not suggested");
    }

    async fn a_library_that_may_not_be_read_has_no_report(server: &Server) {
        let stranger = server.user("sam", &[]).await;
        let error = stranger.library_health(&key(LIBRARY)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}
