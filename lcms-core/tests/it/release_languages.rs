//! A release in another language: the same tree, everything in its translation.

use lcms_core::model::{Kind, LinkPolicy, Release, Transition};
use lcms_core::service::{
    FrozenRelease, Lack, ListDeployments, NewDeployment, NewRelease, ReleaseView, Session,
};
use lcms_core::{ErrorKind, Result};
use serde_json::json;

use crate::documents::{course, lesson, placed, question, topic, with};
use crate::harness::{Server, broken_rules, target};
use crate::integrity::assert_whole;
use crate::translations::{german, translate};

async fn release_german(session: &Session, allow_untranslated: bool) -> Result<ReleaseView> {
    let language = Some(german());
    let new = NewRelease { language, allow_untranslated, ..NewRelease::default() };
    session.release(&target("lib/course"), new).await
}

async fn frozen(server: &Server, release: &Release) -> FrozenRelease {
    server.operator().frozen(release.id).await.unwrap()
}

/// A course of one lesson that holds a page (under another title) and a question.
async fn course_in_english(server: &Server) {
    server.create("lib/page", Kind::Topic, topic("One.")).await;
    server.create("lib/ask", Kind::Question, question("Yes")).await;
    let own_title = with(placed(1, "page"), "/overrides", json!({"title": "Here", "weight": 2}));
    let held = lesson(&[own_title, placed(2, "ask")]);
    server.create("lib/lesson", Kind::Lesson, held).await;
    server.create("lib/course", Kind::Course, course(&[placed(3, "lesson")])).await;
}

async fn in_german_too(server: &Server) {
    course_in_english(server).await;
    let page = json!({"title": "Ein Thema", "body": "Eins."});
    translate(server, "lib/page", None, page).await.unwrap();
    translate(server, "lib/ask", None, question("Ja")).await.unwrap();
    let own_title = with(placed(1, "lib/page"), "/overrides", json!({"title": "Hier"}));
    let strings = json!({"title": "Lektion", "placements": [own_title]});
    translate(server, "lib/lesson", None, strings).await.unwrap();
    translate(server, "lib/course", None, json!({"title": "Kurs"})).await.unwrap();
}

fn titles(frozen: &FrozenRelease) -> Vec<&str> {
    let mut titles: Vec<_> = frozen.nodes.iter().map(|node| node.content.title()).collect();
    titles.sort_unstable();
    titles
}

on_every_engine! {
    async fn everything_stands_in_its_translation_in_the_same_slots(server: &Server) {
        in_german_too(server).await;
        let english = frozen(server, &server.release("lib/course").await).await;
        let made = release_german(&server.operator(), false).await.unwrap();
        assert_eq!((&made.release.language, made.created_now), (&german(), true));
        assert_ne!(made.release.digest, english.release.digest);
        let translated = frozen(server, &made.release).await;
        assert_eq!(titles(&translated), ["A question", "Ein Thema", "Kurs", "Lektion"]);
        assert_eq!(translated.nodes.len(), english.nodes.len());
        for (one, other) in english.nodes.iter().zip(&translated.nodes) {
            assert_eq!(one.component, other.component);
            let slots = |node: &lcms_core::service::FrozenNode| {
                node.slots.iter().map(|slot| (slot.id, slot.node)).collect::<Vec<_>>()
            };
            assert_eq!(slots(one), slots(other));
        }
        let lesson = &translated.nodes[1];
        let overrides = &lesson.slots[0].overrides;
        assert_eq!((overrides.title.as_deref(), overrides.weight), (Some("Hier"), Some(2.0)));
        assert_whole(server).await;

        let again = release_german(&server.operator(), false).await.unwrap();
        assert!(!again.created_now && again.release.id == made.release.id);
        let plain = server.release("lib/course").await;
        assert_eq!(plain.id, english.release.id, "the library's own language is as it was");
    }

    async fn what_is_not_translated_is_refused_by_name(server: &Server) {
        in_german_too(server).await;
        let before = release_german(&server.operator(), false).await.unwrap().release;
        server.create("lib/new", Kind::Topic, topic("New.")).await;
        server.save("lib/page", topic("Two.")).await;
        let lesson_now = server.stored("lib/lesson").await;
        let wider = with(lesson_now, "/placements/-", placed(9, "new"));
        server.save("lib/lesson", wider).await;
        let refused = release_german(&server.operator(), false).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        let expected =
            [("/lib/lesson", "stale"), ("/lib/new", "missing"), ("/lib/page", "stale")];
        assert_eq!(broken_rules(&refused), expected);

        let allowed = release_german(&server.operator(), true).await.unwrap();
        assert_eq!(allowed.untranslated.len(), 3);
        let shown = frozen(server, &allowed.release).await;
        assert_eq!(
            titles(&shown),
            ["A question", "A topic", "Ein Thema", "Kurs", "Lektion"],
            "what has an old translation is shown in that, what has none as the source has it"
        );
        assert_ne!(allowed.release.digest, before.digest);
        assert_whole(server).await;

        // Taking the edits back makes the translations current again, and the old digest return.
        server.save("lib/page", topic("One.")).await;
        let own_title =
            with(placed(1, "page"), "/overrides", json!({"title": "Here", "weight": 2}));
        server.save("lib/lesson", lesson(&[own_title, placed(2, "ask")])).await;
        let back = release_german(&server.operator(), false).await.unwrap().release;
        assert_eq!(back.id, before.id);
    }

    async fn a_stale_question_with_another_answer_key_is_shown_as_the_source_has_it(
        server: &Server
    ) {
        in_german_too(server).await;
        let mut other = question("Yes");
        other["interaction"]["choices"][1]["id"] = json!("c");
        server.save("lib/ask", other).await;
        let made = release_german(&server.operator(), true).await.unwrap();
        assert_eq!(made.untranslated[0].lack, Lack::Stale);
        let shown = frozen(server, &made.release).await;
        let ask = server.view("lib/ask").await.revision;
        assert!(shown.nodes.iter().any(|node| node.content_digest == ask.content));
    }

    async fn nothing_translated_at_all_is_no_release_of_its_own(server: &Server) {
        course_in_english(server).await;
        server.release("lib/course").await;
        let refused = release_german(&server.operator(), true).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict, "{refused}");
    }

    async fn a_pinned_version_is_shown_in_the_translation_of_that_version(server: &Server) {
        in_german_too(server).await;
        let first = server.view("lib/page").await.revision;
        let pin = json!({"follow": "pinned", "content": first.content, "metadata": first.metadata});
        let pinned = with(placed(1, "page"), "/policy", pin);
        server.save("lib/lesson", lesson(&[pinned, placed(2, "ask")])).await;
        server.save("lib/page", topic("Two.")).await;
        let refused = release_german(&server.operator(), false).await.unwrap_err();
        assert_eq!(broken_rules(&refused), [("/lib/lesson", "stale")], "the page's is current");
    }

    async fn where_approved_content_is_asked_for_the_translation_is_approved_too(server: &Server) {
        in_german_too(server).await;
        let approved = with(placed(1, "page"), "/policy", json!({"follow": "approved"}));
        server.save("lib/lesson", lesson(&[approved, placed(2, "ask")])).await;
        for step in [Transition::Submit, Transition::Approve] {
            server.operator().transition(&target("lib/page"), step).await.unwrap();
        }
        let refused = release_german(&server.operator(), false).await.unwrap_err();
        let expected = [("/lib/lesson", "stale"), ("/lib/page", "unapproved")];
        assert_eq!(broken_rules(&refused), expected);
    }

    async fn a_translated_text_may_hold_what_its_source_does_not(server: &Server) {
        in_german_too(server).await;
        server.create("lib/aside", Kind::Topic, topic("Aside.")).await;
        let page = json!({"title": "Ein Thema", "body": "Eins.\n\n:::include aside"});
        let german_page = server.operator().translation(&target("lib/page"), &german()).await;
        let base = Some(german_page.unwrap().translation.revision);
        translate(server, "lib/page", base, page).await.unwrap();
        let refused = release_german(&server.operator(), false).await.unwrap_err();
        assert_eq!(broken_rules(&refused), [("/lib/aside", "missing")]);
        translate(server, "lib/aside", None, topic("Nebenbei.")).await.unwrap();
        let made = release_german(&server.operator(), false).await.unwrap();
        let shown = frozen(server, &made.release).await;
        assert!(shown.nodes.iter().any(|node| node.content.plain_text().contains("Nebenbei")));
        let page = shown.nodes.iter().find(|node| node.content.title() == "Ein Thema").unwrap();
        assert_eq!(page.slots.len(), 1);
        assert_whole(server).await;
    }

    async fn a_release_taken_whole_is_translated_as_it_was_frozen(server: &Server) {
        in_german_too(server).await;
        let alone = server.release("lib/lesson").await;
        let whole = with(placed(3, "lesson"), "/policy", json!({"follow": "release", "release": alone.id}));
        server.save("lib/course", course(&[whole])).await;
        server.save("lib/page", topic("Two.")).await;
        let refused = release_german(&server.operator(), false).await.unwrap_err();
        assert_eq!(broken_rules(&refused), [("/lib/course", "stale")], "the page is frozen there");
        let made = release_german(&server.operator(), true).await.unwrap();
        let shown = frozen(server, &made.release).await;
        assert!(titles(&shown).contains(&"Ein Thema"));
        let policy = &server.view("lib/course").await.content.placed()[0].placement.policy;
        assert!(matches!(policy, LinkPolicy::Release { .. }));
    }

    async fn the_register_says_when_a_translated_course_is_stale(server: &Server) {
        in_german_too(server).await;
        let made = release_german(&server.operator(), false).await.unwrap().release;
        let campus = json!({"key": "campus", "title": "Campus"});
        server.operator().create_target(serde_json::from_value(campus).unwrap()).await.unwrap();
        let new = json!({"target": "campus", "release": made.id});
        let new: NewDeployment = serde_json::from_value(new).unwrap();
        server.operator().deploy(new).await.unwrap();
        let stale = async || {
            let asked = ListDeployments { stale: true, limit: 9, ..ListDeployments::default() };
            server.operator().deployments(&asked).await.unwrap().items.len()
        };
        assert_eq!(stale().await, 0);
        let german_page = server.operator().translation(&target("lib/page"), &german()).await;
        let base = Some(german_page.unwrap().translation.revision);
        translate(server, "lib/page", base, topic("Besser.")).await.unwrap();
        assert_eq!(stale().await, 1, "the translation changed, the source did not");
    }
}
