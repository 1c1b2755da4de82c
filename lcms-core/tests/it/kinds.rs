//! Every kind of component can be created, read, saved and read again as it was.

use lcms_core::ErrorKind;
use lcms_core::model::{Digest, Kind, State};
use serde_json::{Value, json};

use crate::documents::{
    asked, assessment, asset, course, lesson, module, objective, placed, profile, question, topic,
    variable_set, with,
};
use crate::harness::{Server, new_component, reference};

/// One component of every kind, each using those before it.
async fn one_of_each(server: &Server) -> Vec<(&'static str, Kind, Value)> {
    let mut upload = server.operator().upload("image/svg+xml").unwrap();
    upload.write(b"<svg/>").await.unwrap();
    let blob = upload.finish(None).await.unwrap().digest.to_string();
    let site = json!({"title": "A site", "launch": "index.svg", "standard": "scorm12", "files": [
        {"path": "index.svg", "blob": blob, "size": 6, "media_type": "image/svg+xml"},
    ]});
    let serves = json!([placed(1, "objective")]);
    let page = topic("![[asset|a boat]] and [[question]]\n\n![[question]]\n");
    let pool = assessment(&[placed(2, "question")]);
    let training = module(&[placed(5, "lesson"), placed(6, "site")]);
    let done = json!({"rule": "both", "pass_mark": 0.8});
    vec![
        ("objective", Kind::Objective, objective("Sail")),
        ("variables", Kind::VariableSet, variable_set()),
        ("asset", Kind::Asset, asset(&blob, 6, "boat.svg", "image/svg+xml")),
        ("site", Kind::WebPackage, site),
        ("question", Kind::Question, question("A boat")),
        ("topic", Kind::Topic, with(page, "/objectives", serves)),
        ("assessment", Kind::Assessment, with(pool, "/sections/0/draw", json!(1))),
        ("lesson", Kind::Lesson, lesson(&[placed(3, "topic"), placed(4, "assessment")])),
        ("module", Kind::Module, training),
        (
            "course",
            Kind::Course,
            with(
                with(course(&[placed(7, "module")]), "/completion", done),
                "/variable_sets",
                json!([placed(8, "variables")]),
            ),
        ),
        (
            "profile",
            Kind::Profile,
            with(
                with(
                    with(
                        profile("scorm2004-4"),
                        "/completion",
                        json!({"rule": "time", "minutes": 9}),
                    ),
                    "/conditions",
                    json!({"audience": ["partner", "admin"]}),
                ),
                "/theme",
                json!({"colours": {"accent": "#0E5C70"}, "logo": placed(9, "asset"), "css": "h2 { color: red }"}),
            ),
        ),
    ]
}

fn interactions() -> [Value; 8] {
    let item = |id: &str| json!({"id": id, "text": format!("Item {id}")});
    let choice = |id: &str, correct: bool| json!({"id": id, "text": id, "correct": correct, "feedback": "So."});
    [
        json!({"type": "single_choice", "shuffle": true,
               "choices": [choice("a", true), choice("b", false)]}),
        json!({"type": "multiple_choice", "partial_credit": true,
               "choices": [choice("a", true), choice("b", true)]}),
        json!({"type": "true_false", "answer": false}),
        json!({"type": "fill_in",
               "blanks": [{"id": "one", "accept": ["a", "b"], "case_sensitive": true}]}),
        json!({"type": "matching", "sources": [item("a"), item("b")],
               "targets": [item("1"), item("2")],
               "pairs": [{"source": "a", "target": "2"}, {"source": "b", "target": "1"}]}),
        json!({"type": "ordering", "items": [item("a"), item("b"), item("c")]}),
        json!({"type": "numeric", "answer": 9.81, "tolerance": 0.01, "unit": "m/s²"}),
        json!({"type": "long_answer", "max_characters": 500, "sample_answer": "Because."}),
    ]
}

on_every_engine! {
    async fn every_kind_is_created_read_saved_and_read_at_its_first_revision(server: &Server) {
        let all = one_of_each(server).await;
        assert_eq!(all.len(), Kind::ALL.len());
        for (key, kind, document) in all {
            let at = format!("lib/{key}");
            let created = server.create(&at, kind, document.clone()).await;
            assert!(created.changed);
            assert_eq!((created.revision.number, created.state), (1, State::Draft));

            let first = server.view(&at).await;
            assert_eq!(first.content.kind(), kind);
            assert_eq!(first.revision, created.revision);
            assert_eq!(Digest::of_document(&first.content).0, first.revision.content);
            assert_eq!(Digest::of_document(&first.metadata).0, first.revision.metadata);

            let edited = with(document, "/title", json!("Another title"));
            let saved = server.save(&at, edited).await;
            assert_eq!(saved.revision.number, 2);
            assert_eq!(saved.revision.parent, Some(created.revision.id));
            assert_eq!(server.view(&at).await.content.title(), "Another title");

            let again = server.view(&format!("{at}@1")).await;
            assert_eq!((again.content, again.revision), (first.content, first.revision));
        }
    }

    async fn every_type_of_question_is_kept_as_written(server: &Server) {
        for (n, interaction) in interactions().into_iter().enumerate() {
            let at = format!("lib/question-{n}");
            let mut document = asked(interaction.clone());
            document["points"] = json!(2.5);
            document["hints"] = json!(["Look twice."]);
            document["feedback"] = json!({"correct": "Yes.", "incorrect": "No."});
            server.create(&at, Kind::Question, document).await;
            let stored = server.stored(&at).await;
            assert_eq!(stored["points"], json!(2.5));
            assert_eq!(stored["hints"], json!(["Look twice.\n"]));
            assert_eq!(stored["interaction"]["type"], interaction["type"]);
            // Saving what was read changes nothing: it already is in the form that is kept.
            assert!(!server.save(&at, stored).await.changed);
        }
    }

    async fn a_bad_document_stores_nothing(server: &Server) {
        let document = with(question("x"), "/colour", json!("red"));
        let error = server.try_create("lib/bad", Kind::Question, document).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert_eq!(error.violation_list()[0].pointer, "/colour");

        let mut request = new_component("lib/bad", Kind::Question, question("x"));
        request.metadata = json!({"difficulty": "hard"});
        let error = server.operator().create(request, None).await.unwrap_err();
        assert_eq!(error.violation_list()[0].pointer, "/difficulty");

        let missing = server.operator().component(&reference("lib/bad")).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    }

    async fn a_document_that_is_too_long_is_refused(server: &Server) {
        let document = topic(&"a".repeat(lcms_core::model::content::MAX_DOCUMENT_BYTES));
        let error = server.try_create("lib/long", Kind::Topic, document).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
    }

    async fn a_file_must_be_there_with_its_size_before_a_document_names_it(server: &Server) {
        let absent = Digest::of_bytes(b"nobody uploaded this").to_string();
        let document = asset(&absent, 20, "a.txt", "text/plain");
        let error = server.try_create("lib/a", Kind::Asset, document).await.unwrap_err();
        assert_eq!(crate::harness::broken_rules(&error), [("/blob", "blob")]);

        let mut upload = server.operator().upload("text/plain").unwrap();
        upload.write(b"here").await.unwrap();
        let blob = upload.finish(None).await.unwrap().digest.to_string();
        let document = asset(&blob, 5, "a.txt", "text/plain");
        let error = server.try_create("lib/a", Kind::Asset, document).await.unwrap_err();
        assert_eq!(crate::harness::broken_rules(&error), [("/blob", "blob_size")]);
    }
}

#[test]
fn an_unknown_kind_is_refused_by_name() {
    let request = json!({"library": "lib", "key": "a", "kind": "planet", "content": {}});
    let error = serde_json::from_value::<lcms_core::service::NewComponent>(request).unwrap_err();
    assert!(error.to_string().contains("unknown variant `planet`"), "{error}");
    assert!("planet".parse::<Kind>().is_err());
}
