//! Slots: what may stand in one, what is refused, and that references are ids once stored.

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, Role};
use serde_json::json;

use crate::documents::{
    assessment, course, lesson, module, objective, placed, question, topic, with,
};
use crate::harness::{LIBRARY, Server, broken_rules, key, new_component, target};

/// The rules that creating this component breaks.
async fn refused(server: &Server, kind: Kind, content: serde_json::Value) -> Vec<(String, String)> {
    let error = server.try_create("lib/refused", kind, content).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    let owned = |(pointer, rule): (&str, &str)| (pointer.to_owned(), rule.to_owned());
    broken_rules(&error).into_iter().map(owned).collect()
}

fn rule(pointer: &str, rule: &str) -> (String, String) {
    (pointer.to_owned(), rule.to_owned())
}

on_every_engine! {
    async fn every_reference_that_leads_nowhere_is_named(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("Here.")).await;
        let document = lesson(&[
            placed(1, "absent"),
            placed(2, "page"),
            placed(3, "nowhere/page"),
            placed(4, &crate::documents::component_id(99).to_string()),
        ]);
        assert_eq!(refused(server, Kind::Lesson, document).await, [
            rule("/placements/0/component", "reference"),
            rule("/placements/2/component", "reference"),
            rule("/placements/3/component", "reference"),
        ]);
        let error = server
            .try_create("lib/refused", Kind::Topic, topic("One.\n\nTwo ![[absent]] [[also]]."))
            .await
            .unwrap_err();
        let places: Vec<_> =
            error.violation_list().iter().map(|v| (v.line, v.column)).collect();
        assert_eq!(places, [(Some(3), Some(5)), (Some(3), Some(17))]);
    }

    async fn a_deleted_component_fills_no_slot(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("Gone.")).await;
        server.operator().delete(&target("lib/page")).await.unwrap();
        let broken = refused(server, Kind::Lesson, lesson(&[placed(1, "page")])).await;
        assert_eq!(broken, [rule("/placements/0/component", "deleted")]);
        let broken = refused(server, Kind::Topic, topic("[[page]]")).await;
        assert_eq!(broken, [rule("/body", "deleted")]);
    }

    async fn each_slot_takes_only_the_kinds_that_fit(server: &Server) {
        server.create("lib/objective", Kind::Objective, objective("Sail")).await;
        server.create("lib/topic", Kind::Topic, topic("A page.")).await;
        server.create("lib/question", Kind::Question, question("Yes")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[])).await;
        server.create("lib/course", Kind::Course, course(&[])).await;
        let serves = |component| json!([placed(1, component)]);
        for (kind, document, pointer) in [
            (Kind::Lesson, lesson(&[placed(1, "lesson")]), "/placements/0/component"),
            (Kind::Lesson, lesson(&[placed(1, "objective")]), "/placements/0/component"),
            (Kind::Module, module(&[placed(1, "topic")]), "/placements/0/component"),
            (Kind::Course, course(&[placed(1, "course")]), "/placements/0/component"),
            (Kind::Assessment, assessment(&[placed(1, "topic")]), "/sections/0/entries/0/component"),
            (Kind::Topic, topic("![[topic]]"), "/body"),
            (Kind::Topic, topic(":::include question\n"), "/body"),
            (
                Kind::Topic,
                with(topic("x"), "/objectives", serves("topic")),
                "/objectives/0/component",
            ),
            (
                Kind::Course,
                with(course(&[]), "/variable_sets", serves("topic")),
                "/variable_sets/0/component",
            ),
        ] {
            assert_eq!(refused(server, kind, document).await, [rule(pointer, "kind")]);
        }
        // A link only leads somewhere, so it may lead to anything.
        server.create("lib/links", Kind::Topic, topic("[[course]] [[topic]] [[links]]")).await;
    }

    async fn what_may_not_be_read_looks_as_if_it_were_not_there(server: &Server) {
        server.library("secret").await;
        server.create("secret/page", Kind::Topic, topic("Hush.")).await;
        let id = server.view("secret/page").await.component.id.to_string();
        let ann = server.user("ann", &[(Role::Author, LIBRARY)]).await;
        for there in ["secret/page", &id] {
            let absent = there.replace(['1', 'g'], "0");
            let place = |component: &str| lesson(&[placed(1, component)]);
            let mut messages = Vec::new();
            for component in [there, &absent] {
                let request = new_component("lib/mine", Kind::Lesson, place(component));
                let error = ann.create(request, None).await.unwrap_err();
                assert_eq!(broken_rules(&error), [("/placements/0/component", "reference")]);
                messages.push(error.to_string().replace(component, "it"));
            }
            assert_eq!(messages[0], messages[1]);
        }
        let bob =
            server.user("bob", &[(Role::Author, LIBRARY), (Role::Viewer, "secret")]).await;
        let request = new_component("lib/mine", Kind::Lesson, lesson(&[placed(1, "secret/page")]));
        bob.create(request, None).await.unwrap();
    }

    async fn nothing_is_part_of_itself(server: &Server) {
        let broken = refused(server, Kind::Topic, topic(":::include refused\n")).await;
        assert_eq!(broken, [rule("", "cycle")]);
        let broken = refused(server, Kind::Module, module(&[placed(1, "refused")])).await;
        assert_eq!(broken, [rule("", "cycle")]);
    }

    async fn modules_do_not_hold_each_other_in_a_circle(server: &Server) {
        server.create("lib/c", Kind::Module, module(&[])).await;
        server.create("lib/b", Kind::Module, module(&[placed(1, "c")])).await;
        server.create("lib/a", Kind::Module, module(&[placed(1, "b")])).await;
        let error = server.try_save("lib/c", module(&[placed(1, "a")])).await.unwrap_err();
        assert_eq!(broken_rules(&error), [("", "cycle")]);
        server.save("lib/a", module(&[placed(1, "b"), placed(2, "c")])).await;
        // With the middle taken out, the circle is none.
        server.save("lib/b", module(&[])).await;
        server.save("lib/a", module(&[])).await;
        server.save("lib/c", module(&[placed(1, "a")])).await;
    }

    async fn texts_do_not_include_each_other_in_a_circle(server: &Server) {
        server.create("lib/end", Kind::Topic, topic("End.")).await;
        server.create("lib/ask", Kind::Question, question(":::include end\n")).await;
        server.create("lib/start", Kind::Topic, topic("![[ask]]")).await;
        let error = server.try_save("lib/end", topic(":::include start\n")).await.unwrap_err();
        assert_eq!(broken_rules(&error), [("", "cycle")]);
        // A link back is no part.
        server.save("lib/end", topic("[[start]]")).await;
    }

    async fn two_nodes_cannot_close_a_circle_between_them(server: &Server) {
        let other = server.node("other").await.operator_without_checks();
        for round in 0..6 {
            let (a, b) = (format!("lib/a{round}"), format!("lib/b{round}"));
            let first = server.create(&a, Kind::Module, module(&[])).await.revision.id;
            let second = server.create(&b, Kind::Module, module(&[])).await.revision.id;
            let holding = |of: &str| lcms_core::service::SaveComponent {
                content: Some(module(&[placed(1, of)])),
                ..Default::default()
            };
            let here = server.operator();
            let (a, b) = (target(&a), target(&b));
            let (one, two) = tokio::join!(
                here.save(&a, first, holding(&b.to_string())),
                other.save(&b, second, holding(&a.to_string())),
            );
            assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
            let error = one.err().or(two.err()).unwrap();
            assert_eq!(broken_rules(&error), [("", "cycle")]);
        }
    }

    async fn text_that_replaces_a_block_is_text_of_the_parent(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("Here. {#here}")).await;
        let legal = server.create("lib/legal", Kind::Topic, topic("Law.")).await.component.id;
        let replaced = |text: &str| {
            lesson(&[with(placed(1, "page"), "/overrides", json!({"blocks": {"here": text}}))])
        };
        let pointer = "/placements/0/overrides/blocks/here";
        let broken = refused(server, Kind::Lesson, replaced("a\n\n:::include absent\n")).await;
        assert_eq!(broken, [rule(pointer, "reference")]);
        let broken = refused(server, Kind::Lesson, replaced("a {{1}}")).await;
        assert_eq!(broken, [rule(pointer, "variable")]);
        let unnamed = with(placed(1, "page"), "/overrides", json!({"blocks": {"a b": "x"}}));
        let broken = refused(server, Kind::Lesson, lesson(&[unnamed])).await;
        assert_eq!(broken, [rule("/placements/0/overrides/blocks/a b", "block_id")]);

        server.create("lib/lesson", Kind::Lesson, replaced(":::include legal\n")).await;
        let stored = server.stored("lib/lesson").await;
        assert_eq!(stored.pointer(pointer), Some(&json!(format!(":::include id:{legal}\n"))));
        let query = lcms_core::service::WhereUsedQuery { limit: 10, ..Default::default() };
        let used = server.operator().where_used(&target("lib/legal"), &query).await.unwrap();
        assert_eq!(used.total, 1, "it is where-used like any include");
        let before = server.release("lib/lesson").await.digest;
        server.save("lib/legal", topic("Another law.")).await;
        assert_ne!(server.release("lib/lesson").await.digest, before, "it is frozen with the parent");
    }

    async fn references_by_key_are_stored_as_ids_and_survive_a_rename(server: &Server) {
        let page = server.create("lib/page", Kind::Topic, topic("Here.")).await.component.id;
        server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "lib/page")])).await;
        server.create("lib/links", Kind::Topic, topic("See [[page|there]].")).await;
        let stored = server.stored("lib/lesson").await;
        assert_eq!(stored["placements"][0]["component"], json!(page));
        let stored = server.stored("lib/links").await;
        assert_eq!(stored["body"], format!("See [[id:{page}|there]].\n"));

        let before = server.release("lib/lesson").await.digest;
        server.operator().rename(&target("lib/page"), key("side")).await.unwrap();
        assert_eq!(server.release("lib/lesson").await.digest, before, "keys are in no digest");
        let links = server.view("lib/links").await;
        let shown = server.operator().with_keys(&links.content, links.component.library).await;
        let shown = serde_json::to_value(shown.unwrap()).unwrap();
        assert_eq!(shown["body"], "See [[lib/side|there]].\n", "people read the new key");
        // What was shown with keys is saved back to the same ids.
        assert!(!server.save("lib/links", shown).await.changed);
        let error = server.operator().component(&"lib/page".parse().unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    async fn a_reference_is_shown_as_an_id_where_its_library_may_not_be_read(server: &Server) {
        server.library("secret").await;
        let page = server.create("secret/page", Kind::Topic, topic("Hush.")).await.component.id;
        server.create("lib/links", Kind::Topic, topic("See [[secret/page]].")).await;
        let ann = server.user("ann", &[(Role::Viewer, LIBRARY)]).await;
        let links = ann.component(&"lib/links".parse().unwrap()).await.unwrap();
        let shown = ann.with_keys(&links.content, links.component.library).await.unwrap();
        let shown = serde_json::to_value(shown).unwrap();
        assert_eq!(shown["body"], format!("See [[id:{page}]].\n"));
    }
}
