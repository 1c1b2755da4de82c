//! Vocabularies: what they change in components, and how that is undone.

use lcms_core::ErrorKind;
use lcms_core::model::{Key, Kind, RuleVersionId, TermEdit, Vocabulary};
use lcms_core::service::{EditTerms, SaveVocabulary, UndoEdit, VocabularyReport};
use serde_json::{Value, json};

use crate::documents::topic;
use crate::harness::{LIBRARY, Server, broken_rules, key, new_component};
use lcms_core::model::{Role, State, Transition};

fn subjects() -> Vocabulary {
    let subjects = json!({
        "title": "Subjects", "fields": ["tags", "custom.area"], "closed": true,
        "terms": [
            {"id": "safety", "labels": {"en": "Safety", "de": "Sicherheit"}},
            {"id": "fire", "labels": {"en": "Fire"}, "broader": "safety"},
            {"id": "blaze", "labels": {"en": "Blaze"}, "broader": "safety"},
        ],
    });
    serde_json::from_value(subjects).unwrap()
}

async fn put(server: &Server, base: Option<RuleVersionId>, it: Vocabulary) -> VocabularyReport {
    let new = SaveVocabulary { vocabulary: it, message: String::new(), dry_run: false };
    server.operator().save_vocabulary(&key(LIBRARY), &subject(), base, new).await.unwrap()
}

fn subject() -> Key {
    key("subjects")
}

async fn edit(server: &Server, edits: Value, dry_run: bool) -> lcms_core::Result<VocabularyReport> {
    let operator = server.operator();
    let base = operator.vocabulary(&key(LIBRARY), &subject()).await.unwrap().state.version;
    let edits: Vec<TermEdit> = serde_json::from_value(edits).unwrap();
    let steps = EditTerms { edits, message: "words".to_owned(), dry_run };
    operator.edit_terms(&key(LIBRARY), &subject(), base, steps).await
}

async fn page(server: &Server, name: &str, metadata: Value) {
    let new = new_component(&format!("lib/{name}"), Kind::Topic, topic(name));
    let new = lcms_core::service::NewComponent { metadata, ..new };
    server.operator().create(new, None).await.unwrap();
}

async fn tags(server: &Server, name: &str) -> Vec<String> {
    server.view(&format!("lib/{name}")).await.metadata.tags
}

on_every_engine! {
    async fn a_renamed_term_is_renamed_everywhere_and_back_in_one_step(server: &Server) {
        put(server, None, subjects()).await;
        page(server, "a", json!({"tags": ["fire", "Safety"], "custom": {"area": "Sicherheit"}})).await;
        page(server, "b", json!({"tags": ["Blaze"]})).await;
        assert_eq!(tags(server, "a").await, ["Fire", "Safety"], "labels become values");
        assert_eq!(server.view("lib/a").await.metadata.custom["area"], "Safety");
        let rename = json!([{"edit": "relabel", "id": "fire", "label": "Fire safety"}]);
        let before = server.last_event().await;
        let preview = edit(server, rename.clone(), true).await.unwrap();
        assert_eq!((preview.components, preview.done), (1, false));
        assert_eq!(server.last_event().await, before, "a preview writes nothing");
        let done = edit(server, rename, false).await.unwrap();
        assert_eq!((done.items, done.changes), (preview.items, preview.changes));
        assert_eq!(tags(server, "a").await, ["Fire safety", "Safety"]);
        assert_eq!(tags(server, "b").await, ["Blaze"]);
        assert_eq!(server.view("lib/b").await.revision.number, 1);
        // Who still says the old word, says the new one.
        page(server, "c", json!({"tags": ["Fire"]})).await;
        assert_eq!(tags(server, "c").await, ["Fire safety"]);
        let undone = server.operator().undo_edit(done.edit.unwrap(), UndoEdit::default()).await.unwrap();
        assert_eq!((undone.components, undone.vocabularies), (1, 1));
        assert_eq!(tags(server, "a").await, ["Fire", "Safety"]);
        let stands = server.operator().vocabulary(&key(LIBRARY), &subject()).await.unwrap();
        assert_eq!((stands.vocabulary, stands.state.number), (subjects_in_order(), 3));
        let again = server.operator().undo_edit(done.edit.unwrap(), UndoEdit::default()).await;
        assert_eq!(again.unwrap_err().kind(), ErrorKind::Conflict);
    }

    async fn merged_terms_are_one_everywhere(server: &Server) {
        put(server, None, subjects()).await;
        page(server, "a", json!({"tags": ["Fire", "Blaze"]})).await;
        page(server, "b", json!({"tags": ["Blaze"]})).await;
        let merge = json!([{"edit": "merge", "id": "blaze", "into": "fire"}]);
        let report = edit(server, merge, false).await.unwrap();
        assert_eq!((report.components, report.changes.merged.len()), (2, 1));
        assert_eq!(tags(server, "a").await, ["Fire"]);
        assert_eq!(tags(server, "b").await, ["Fire"]);
        let changed = server.view("lib/a").await.revision;
        assert_eq!((changed.number, changed.message.as_str()), (2, "words"));
    }

    async fn an_approved_component_that_follows_is_a_draft_until_it_is_undone(server: &Server) {
        put(server, None, subjects()).await;
        page(server, "a", json!({"tags": ["Fire"]})).await;
        for step in [Transition::Submit, Transition::Approve] {
            server.operator().transition(&"lib/a".parse().unwrap(), step).await.unwrap();
        }
        let rename = json!([{"edit": "relabel", "id": "fire", "label": "Flames"}]);
        let report = edit(server, rename, false).await.unwrap();
        assert_eq!(report.unapproved, 1);
        assert_eq!(server.view("lib/a").await.state, State::Draft);
        server.operator().undo_edit(report.edit.unwrap(), UndoEdit::default()).await.unwrap();
        assert_eq!(server.view("lib/a").await.state, State::Approved);
    }

    async fn what_is_no_term_is_refused_and_old_values_stay(server: &Server) {
        page(server, "old", json!({"tags": ["Legacy"]})).await;
        let report = put(server, None, subjects()).await;
        assert_eq!((report.unknown[0].value.as_str(), report.unknown[0].components), ("Legacy", 1));
        let new = new_component("lib/new", Kind::Topic, topic("new"));
        let new = lcms_core::service::NewComponent { metadata: json!({"tags": ["Saftey"]}), ..new };
        let error = server.operator().create(new, None).await.unwrap_err();
        assert_eq!(broken_rules(&error), [("/tags", "vocabulary")]);
        // Its own old value keeps nobody from adding a good one.
        let saved = server.save_metadata("lib/old", json!({"tags": ["Legacy", "fire"]})).await;
        assert!(saved.changed);
        assert_eq!(tags(server, "old").await, ["Fire", "Legacy"]);
    }

    async fn a_vocabulary_names_the_version_it_was_based_on(server: &Server) {
        let first = put(server, None, subjects()).await.version;
        let mut other = subjects();
        other.title = "Topics".to_owned();
        put(server, first, other.clone()).await;
        for (base, kind) in [(first, ErrorKind::StaleBase), (None, ErrorKind::Conflict)] {
            let new = SaveVocabulary { vocabulary: subjects(), message: String::new(), dry_run: false };
            let error = server.operator().save_vocabulary(&key(LIBRARY), &subject(), base, new).await;
            assert_eq!(error.unwrap_err().kind(), kind);
        }
        let history = server.operator().vocabulary_history(&key(LIBRARY), &subject()).await.unwrap();
        assert_eq!(history.iter().map(|it| it.number).collect::<Vec<_>>(), [2, 1]);
    }

    async fn two_vocabularies_do_not_bind_one_field(server: &Server) {
        put(server, None, subjects()).await;
        let new = SaveVocabulary { vocabulary: subjects(), message: String::new(), dry_run: true };
        let error = server.operator().save_vocabulary(&key(LIBRARY), &key("more"), None, new).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Conflict);
    }

    async fn authors_read_vocabularies_and_admins_of_the_library_change_them(server: &Server) {
        let report = put(server, None, subjects()).await;
        let anna = server.user("anna", &[(Role::Author, LIBRARY)]).await;
        assert_eq!(anna.vocabularies(&key(LIBRARY)).await.unwrap()[0].terms, 3);
        let error = anna.remove_vocabulary(&key(LIBRARY), &subject(), report.version.unwrap()).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Forbidden);
        let bert = server.user("bert", &[(Role::Admin, LIBRARY)]).await;
        bert.remove_vocabulary(&key(LIBRARY), &subject(), report.version.unwrap()).await.unwrap();
        assert_eq!(anna.vocabularies(&key(LIBRARY)).await.unwrap(), []);
        let stranger = server.user("carl", &[]).await;
        let error = stranger.vocabularies(&key(LIBRARY)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

fn subjects_in_order() -> Vocabulary {
    let mut it = subjects();
    it.normalise();
    it
}
