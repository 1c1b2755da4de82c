//! Placements written without ids, and what may no longer be placed.

use lcms_core::ErrorKind;
use lcms_core::model::{Content, Kind, Transition};
use lcms_core::service::SaveComponent;
use serde_json::{Value, json};

use crate::documents::topic;
use crate::harness::{Server, target};

fn lesson(components: &[&str]) -> Value {
    let placements: Vec<_> = components.iter().map(|key| json!({"component": key})).collect();
    json!({"title": "Lesson", "placements": placements})
}

/// The slot ids of `lib/l`, in order.
async fn ids(server: &Server) -> Vec<String> {
    let view = server.operator().component(&"lib/l".parse().unwrap()).await.unwrap();
    let Content::Lesson(lesson) = view.content else { panic!("not a lesson") };
    lesson.placements.iter().map(|placement| placement.id.to_string()).collect()
}

async fn save(server: &Server, content: Value) -> lcms_core::Result<bool> {
    let session = server.operator();
    let base = session.component(&"lib/l".parse().unwrap()).await.unwrap().revision.id;
    let new = SaveComponent { content: Some(content), ..SaveComponent::default() };
    session.save(&target("lib/l"), base, new).await.map(|saved| saved.changed)
}

on_every_engine! {
    async fn ids_left_out_stay_those_of_the_same_use(server: &Server) {
        for key in ["lib/a", "lib/b", "lib/c"] {
            server.create(key, Kind::Topic, topic("Text.")).await;
        }
        server.create("lib/l", Kind::Lesson, lesson(&["a", "b", "a"])).await;
        let first = ids(server).await;
        assert!(!save(server, lesson(&["a", "b", "a"])).await.unwrap(), "nothing changed");
        assert!(save(server, lesson(&["c", "a", "b"])).await.unwrap());
        let second = ids(server).await;
        assert_eq!(second[1..], first[..2], "moved uses keep their ids");
        assert!(!first.contains(&second[0]), "a new use has a new id");
        let mixed = json!({"title": "Lesson", "placements": [
            {"component": "a"}, {"id": first[0], "component": "a"}
        ]});
        save(server, mixed).await.unwrap();
        let third = ids(server).await;
        assert_eq!(third[1], first[0]);
        assert_ne!(third[0], third[1], "an id that is given is not given again");
    }

    async fn a_retired_component_stays_where_it_is_but_is_not_placed_anew(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("Text.")).await;
        server.create("lib/l", Kind::Lesson, lesson(&["a"])).await;
        server.operator().transition(&target("lib/a"), Transition::Retire).await.unwrap();
        let kept = json!({"title": "Renamed", "placements": [{"component": "a"}]});
        assert!(save(server, kept).await.unwrap());
        save(server, lesson(&[])).await.unwrap();
        let error = save(server, lesson(&["a"])).await.unwrap_err();
        assert_eq!(error.violation_list()[0].rule, "retired");
        assert_eq!(error.violation_list()[0].pointer, "/placements/0/component");
    }

    async fn deleting_or_restoring_twice_is_a_conflict(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("Text.")).await;
        let (operator, at) = (server.operator(), target("lib/a"));
        assert_eq!(operator.restore(&at).await.unwrap_err().kind(), ErrorKind::Conflict);
        operator.delete(&at).await.unwrap();
        assert_eq!(operator.delete(&at).await.unwrap_err().kind(), ErrorKind::Conflict);
        operator.restore(&at).await.unwrap();
    }
}
