//! Translations: saved beside their source, current or stale by its digest.

use lcms_core::model::{Kind, Language, RevisionId};
use lcms_core::service::{SaveTranslation, Saved, TranslationState, WhereUsedQuery};
use lcms_core::{ErrorKind, Result};
use serde_json::{Value, json};

use crate::documents::{course, lesson, placed, question, topic, with};
use crate::harness::{Server, broken_rules, target};

pub(crate) fn german() -> Language {
    "de".parse().unwrap()
}

pub(crate) async fn translate(
    server: &Server,
    at: &str,
    base: Option<RevisionId>,
    content: Value,
) -> Result<Saved> {
    let new = SaveTranslation {
        content,
        metadata: None,
        source: None,
        message: "auf Deutsch".to_owned(),
    };
    server.operator().save_translation(&target(at), &german(), base, new).await
}

async fn state(server: &Server, at: &str) -> TranslationState {
    let view = server.operator().translation(&target(at), &german()).await.unwrap();
    view.translation.state
}

on_every_engine! {
    async fn a_translation_is_current_until_the_source_says_something_else(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        let source = server.view("lib/page").await.revision;
        let saved = translate(server, "lib/page", None, topic("Eins.")).await.unwrap();
        assert_eq!(saved.revision.source, Some(source.content));
        assert_eq!((saved.revision.language, saved.revision.parent), (german(), None));
        assert_eq!(server.view("lib/page").await.revision, source, "the source has its own head");
        assert_eq!(state(server, "lib/page").await, TranslationState::Current);
        server.save("lib/page", topic("Two.")).await;
        assert_eq!(state(server, "lib/page").await, TranslationState::Stale);
        server.save("lib/page", topic("One.")).await;
        assert_eq!(state(server, "lib/page").await, TranslationState::Current, "reverted");
        let listed = server.operator().translations(&target("lib/page")).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].made_from, source.content);
    }

    async fn translations_name_their_base(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        let first = translate(server, "lib/page", None, topic("Eins.")).await.unwrap();
        let again = translate(server, "lib/page", None, topic("Zwei.")).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::StaleBase, "there is one already");
        let base = Some(first.revision.id);
        translate(server, "lib/page", base, topic("Zwei.")).await.unwrap();
        let stale = translate(server, "lib/page", base, topic("Drei.")).await.unwrap_err();
        assert_eq!(stale.kind(), ErrorKind::StaleBase);
    }

    async fn what_comes_back_late_counts_for_the_source_it_was_made_from(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        let made_from = server.view("lib/page").await.revision.content;
        server.save("lib/page", topic("Two.")).await;
        let new = |source| SaveTranslation {
            content: topic("Eins."),
            metadata: None,
            source: Some(source),
            message: String::new(),
        };
        let at = target("lib/page");
        let operator = server.operator();
        let never = lcms_core::model::Digest::of_bytes(b"never");
        let error = operator.save_translation(&at, &german(), None, new(never)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        operator.save_translation(&at, &german(), None, new(made_from)).await.unwrap();
        assert_eq!(state(server, "lib/page").await, TranslationState::Stale);
    }

    async fn a_structure_is_translated_by_strings_and_holds_nothing_twice(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        let own_title = with(placed(1, "page"), "/overrides", json!({"title": "Here"}));
        server.create("lib/lesson", Kind::Lesson, lesson(&[own_title, placed(2, "page")])).await;
        let translated = with(placed(1, "lib/page"), "/overrides", json!({"title": "Hier"}));
        let strings = json!({"title": "Lektion", "placements": [translated]});
        let saved = translate(server, "lib/lesson", None, strings).await.unwrap();
        let view = server.operator().translation(&target("lib/lesson"), &german()).await.unwrap();
        let shown = server.view("lib/lesson").await.content.with_strings(&view.content);
        assert_eq!(shown.title(), "Lektion");
        assert_eq!(shown.placed()[0].placement.overrides.title.as_deref(), Some("Hier"));
        assert_eq!(shown.placed().len(), 2);
        let query = WhereUsedQuery { limit: 10, ..WhereUsedQuery::default() };
        let used = server.operator().where_used(&target("lib/page"), &query).await.unwrap();
        assert_eq!(used.total, 2, "strings hold no component");
        assert_eq!(server.lcms.rebuild_where_used(|_| ()).await.unwrap().differed, 0);

        let stray = json!({"title": "Lektion", "placements": [placed(9, "lib/page")]});
        let base = Some(saved.revision.id);
        let error = translate(server, "lib/lesson", base, stray).await.unwrap_err();
        assert_eq!(broken_rules(&error), [("/placements", "slot")]);
    }

    async fn a_question_keeps_its_answer_key_and_the_source_its_language(server: &Server) {
        server.create("lib/ask", Kind::Question, question("Yes")).await;
        translate(server, "lib/ask", None, question("Ja")).await.unwrap();
        let mut other = question("Ja");
        other["interaction"]["choices"][0]["id"] = json!("c");
        let error = translate(server, "lib/ask", None, other).await.unwrap_err();
        assert_eq!(broken_rules(&error), [("/interaction", "translation")]);
        let new = SaveTranslation {
            content: question("Yes"),
            metadata: None,
            source: None,
            message: String::new(),
        };
        let english = Language::english();
        let at = target("lib/ask");
        let error = server.operator().save_translation(&at, &english, None, new).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }

    async fn the_status_of_a_course_names_what_is_open(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("A.")).await;
        server.create("lib/b", Kind::Topic, topic("B.")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "a"), placed(2, "b")])).await;
        server.create("lib/course", Kind::Course, course(&[placed(3, "lesson")])).await;
        translate(server, "lib/a", None, topic("A, deutsch.")).await.unwrap();
        translate(server, "lib/b", None, topic("B, deutsch.")).await.unwrap();
        translate(server, "lib/course", None, json!({"title": "Kurs"})).await.unwrap();
        server.save("lib/b", topic("B, again.")).await;
        let at = target("lib/course");
        let status = server.operator().translation_of_closure(&at, &german()).await.unwrap();
        assert_eq!((status.current, status.stale, status.missing), (2, 1, 1));
        let open: Vec<_> = status.open.iter().map(|p| (p.name.as_str(), p.state)).collect();
        let expected = [
            ("lib/lesson", TranslationState::Missing),
            ("lib/b", TranslationState::Stale),
        ];
        assert_eq!(open, expected, "in the order of the course");
    }
}
