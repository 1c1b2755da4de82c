//! Many components edited in one step, and back in one.

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, Role, State};
use lcms_core::service::{
    BulkEdit, BulkReport, Operation, SaveSchema, SchemaName, Session, UndoEdit, WhereUsedQuery,
};
use serde_json::{Value, json};

use crate::documents::topic;
use crate::harness::{LIBRARY, Server, broken_rules, key, target};

fn operations(value: Value) -> Vec<Operation> {
    serde_json::from_value(value).unwrap()
}

fn of(components: &[&str], value: Value) -> BulkEdit {
    let components = components.iter().map(|name| target(name)).collect();
    BulkEdit { components, operations: operations(value), ..BulkEdit::default() }
}

async fn pages(server: &Server, names: &[&str]) {
    for name in names {
        server.create(name, Kind::Topic, topic(name)).await;
    }
}

async fn done(session: &Session, edit: BulkEdit) -> BulkReport {
    let report = session.bulk_edit(edit).await.unwrap();
    assert!(report.done, "{report:?}");
    report
}

on_every_engine! {
    async fn a_preview_says_what_is_then_done(server: &Server) {
        pages(server, &["lib/a", "lib/b", "lib/c"]).await;
        server.save_metadata("lib/b", json!({"tags": ["x"], "licence": "MIT"})).await;
        let edit = of(&["lib/a", "lib/b"], json!([
            {"op": "add", "field": "tags", "value": "x"},
            {"op": "set", "field": "licence", "value": "MIT"},
        ]));
        let operator = server.operator();
        let preview = operator.bulk_edit(BulkEdit { dry_run: true, ..edit.clone() }).await.unwrap();
        assert_eq!((preview.found, preview.changed, preview.unchanged), (2, 1, 1));
        let fields: Vec<_> = preview.items[0].changes.iter().map(|it| it.field.to_string()).collect();
        assert_eq!(fields, ["tags", "licence"]);
        assert_eq!(server.view("lib/a").await.revision.number, 1);
        let report = done(&operator, BulkEdit { plan: Some(preview.plan), ..edit }).await;
        assert_eq!(report.items, preview.items);
        assert_eq!(server.view("lib/a").await.metadata.tags, ["x"]);
        assert_eq!(server.view("lib/c").await.revision.number, 1);
    }

    async fn what_changed_since_the_preview_is_looked_at_again(server: &Server) {
        pages(server, &["lib/a"]).await;
        let edit = of(&["lib/a"], json!([{"op": "add", "field": "tags", "value": "x"}]));
        let operator = server.operator();
        let plan = operator.bulk_edit(BulkEdit { dry_run: true, ..edit.clone() }).await.unwrap().plan;
        server.save("lib/a", topic("Other.")).await;
        let error = operator.bulk_edit(BulkEdit { plan: Some(plan), ..edit }).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(server.view("lib/a").await.revision.number, 2);
    }

    async fn words_are_replaced_everywhere_and_go_back(server: &Server) {
        pages(server, &["lib/other"]).await;
        let text = |body: &str| json!({"title": "About Sync", "body": body});
        for (name, body) in [
            ("lib/a", "Sync keeps both. See [[other]]."),
            ("lib/b", "Nothing of the sort."),
            ("lib/c", "Press Sync."),
        ] {
            server.create(name, Kind::Topic, text(body)).await;
        }
        server.approve("lib/c").await;
        let slots = server.view("lib/a").await.content.slots();
        let edit = of(&["lib/a", "lib/b", "lib/c", "lib/other"], json!([
            {"op": "replace", "find": "sync", "with": "Stream"},
            {"op": "add", "field": "tags", "value": "renamed"},
            {"op": "step", "step": "submit"},
        ]));
        let operator = server.operator();
        let preview = operator.bulk_edit(BulkEdit { dry_run: true, ..edit.clone() }).await.unwrap();
        assert_eq!((preview.changed, preview.unapproved), (4, 1));
        let words = &preview.items.iter().find(|it| it.key == key("a")).unwrap().words;
        assert_eq!(words.iter().map(|it| it.pointer.as_str()).collect::<Vec<_>>(), ["/title", "/body"]);
        let first = &words[1];
        assert_eq!([&*first.lead, &first.found, &first.with], ["", "Sync", "Stream"]);
        assert!(first.tail.starts_with(" keeps both."), "{words:?}");
        let report = done(&operator, BulkEdit { plan: Some(preview.plan), ..edit }).await;
        let view = server.view("lib/a").await;
        assert_eq!(server.stored("lib/a").await["title"], "About Stream");
        assert_eq!((view.content.slots(), view.state), (slots, State::InReview));
        assert_eq!(server.view("lib/other").await.revision.number, 2, "it has the tag only");
        let used = server.operator().where_used(&target("lib/other"), &WhereUsedQuery { limit: 9, ..WhereUsedQuery::default() }).await.unwrap();
        assert_eq!(used.total, 0, "a link holds nothing");

        // A text that was changed since stays, and says so.
        server.save("lib/b", text("Written anew.")).await;
        let refused = operator.undo_edit(report.edit.unwrap(), UndoEdit::default()).await.unwrap_err();
        assert!(refused.violation_list()[0].message.contains("the text of `b`"), "{refused:?}");
        let how = UndoEdit { skip_changed: true, ..UndoEdit::default() };
        let undone = operator.undo_edit(report.edit.unwrap(), how).await.unwrap();
        assert_eq!(undone.changed_since.len(), 1);
        assert_eq!(server.stored("lib/a").await["title"], "About Sync");
        assert_eq!(server.stored("lib/b").await["body"], "Written anew.\n");
        assert_eq!(server.view("lib/c").await.state, State::Approved, "as it was");
    }

    async fn an_objective_is_served_by_many_and_goes_back(server: &Server) {
        pages(server, &["lib/a", "lib/b"]).await;
        server.create("lib/aim", Kind::Objective, json!({"title": "Aim well"})).await;
        server.create("lib/q", Kind::Question, crate::documents::question("lib/q")).await;
        let before = server.stored("lib/a").await;
        let operator = server.operator();
        let serve = json!([{"op": "serve", "objective": "lib/aim"}]);
        let refused = of(&["lib/a", "lib/q"], serve.clone());
        let preview = operator.bulk_edit(BulkEdit { dry_run: true, ..refused }).await.unwrap();
        assert_eq!((preview.changed, preview.refused), (1, 1), "a question serves none itself");

        let edit = of(&["lib/a", "lib/b"], serve);
        let preview = operator.bulk_edit(BulkEdit { dry_run: true, ..edit.clone() }).await.unwrap();
        let told = &preview.items[0].objectives;
        assert_eq!((told[0].title.as_str(), told[0].serves), ("Aim well", true));
        let report = done(&operator, BulkEdit { plan: Some(preview.plan), ..edit.clone() }).await;
        let query = WhereUsedQuery { limit: 9, ..WhereUsedQuery::default() };
        let used = operator.where_used(&target("lib/aim"), &query).await.unwrap();
        assert_eq!(used.total, 2, "it is found among what holds it");
        assert_eq!(operator.bulk_edit(edit.clone()).await.unwrap().unchanged, 2);
        operator.undo_edit(report.edit.unwrap(), UndoEdit::default()).await.unwrap();
        assert_eq!(server.stored("lib/a").await, before);

        done(&operator, edit).await;
        let no_more = of(&["lib/a", "lib/b"], json!([{"op": "unserve", "objective": "lib/aim"}]));
        done(&operator, no_more).await;
        assert_eq!(server.stored("lib/b").await["objectives"], Value::Null);
        let used = operator.where_used(&target("lib/aim"), &query).await.unwrap();
        assert_eq!(used.total, 0);
        let wrong = of(&["lib/a"], json!([{"op": "serve", "objective": "lib/b"}]));
        let error = operator.bulk_edit(wrong).await.unwrap_err();
        assert_eq!(error.violation_list()[0].pointer, "/operations/0/objective");
    }

    async fn words_that_cannot_be_replaced_are_refused_by_their_place(server: &Server) {
        pages(server, &["lib/a"]).await;
        let operator = server.operator();
        let wrong = of(&["lib/a"], json!([{"op": "replace", "find": " ", "with": "x"}]));
        let error = operator.bulk_edit(wrong).await.unwrap_err();
        assert_eq!(error.violation_list()[0].pointer, "/operations/0/find");
        let title = server.stored("lib/a").await["title"].clone();
        let emptied = of(&["lib/a"], json!([{"op": "replace", "find": title, "with": ""}]));
        let report = operator.bulk_edit(BulkEdit { dry_run: true, ..emptied }).await.unwrap();
        assert_eq!((report.refused, report.items[0].refused[0].pointer.as_str()), (1, "/title"));
    }

    async fn everything_goes_back_in_one_step(server: &Server) {
        pages(server, &["lib/a", "lib/b"]).await;
        server.user("anna", &[(Role::Author, LIBRARY)]).await;
        let operator = server.operator();
        let edit = of(&["lib/a", "lib/b"], json!([
            {"op": "set", "field": "custom.level", "value": "basic"},
            {"op": "set", "field": "steward", "value": "anna"},
            {"op": "set", "field": "review_by", "value": "2020-02-29"},
            {"op": "step", "step": "submit"},
        ]));
        let report = done(&operator, edit).await;
        let view = server.view("lib/a").await;
        assert_eq!((view.state, view.care.stale), (State::InReview, true));
        assert_eq!(view.care.steward.unwrap().name, "anna");
        // The text may go on meanwhile.
        server.save("lib/b", topic("Better.")).await;
        let undone = operator.undo_edit(report.edit.unwrap(), UndoEdit::default()).await.unwrap();
        assert_eq!((undone.components, undone.done), (2, true));
        for name in ["lib/a", "lib/b"] {
            let view = server.view(name).await;
            assert_eq!(view.state, State::Draft, "{name}");
            assert!(view.metadata.custom.is_empty() && view.care.steward.is_none(), "{name}");
        }
        assert_eq!(server.stored("lib/b").await["body"], "Better.\n");
    }

    async fn what_was_changed_since_is_named_and_stays(server: &Server) {
        pages(server, &["lib/a", "lib/b"]).await;
        let operator = server.operator();
        let edit = of(&["lib/a", "lib/b"], json!([{"op": "add", "field": "tags", "value": "x"}]));
        let id = done(&operator, edit).await.edit.unwrap();
        server.save_metadata("lib/b", json!({"tags": ["x", "y"]})).await;
        let error = operator.undo_edit(id, UndoEdit::default()).await.unwrap_err();
        assert_eq!(broken_rules(&error), [("/lib/b", "changed")]);
        let skip = UndoEdit { skip_changed: true, dry_run: false };
        assert_eq!(operator.undo_edit(id, skip).await.unwrap().components, 1);
        assert!(server.view("lib/a").await.metadata.tags.is_empty());
        assert_eq!(server.view("lib/b").await.metadata.tags, ["x", "y"]);
    }

    async fn steps_are_undone_alone_too(server: &Server) {
        pages(server, &["lib/a"]).await;
        let operator = server.operator();
        for (step, state, before) in [
            ("submit", State::InReview, State::Draft),
            ("retire", State::Retired, State::Draft),
        ] {
            let edit = of(&["lib/a"], json!([{"op": "step", "step": step}]));
            let id = done(&operator, edit).await.edit.unwrap();
            assert_eq!(server.view("lib/a").await.state, state);
            operator.undo_edit(id, UndoEdit::default()).await.unwrap();
            assert_eq!(server.view("lib/a").await.state, before);
        }
    }

    async fn all_or_nothing_unless_it_is_said_otherwise(server: &Server) {
        pages(server, &["lib/a", "lib/b"]).await;
        server.save_metadata("lib/b", json!({"description": "there"})).await;
        let schema = json!({"fields": [{"field": "description", "required_from": "in_review"}]});
        let schema = serde_json::from_value(schema).unwrap();
        let new = SaveSchema { schema, message: String::new(), dry_run: false };
        let operator = server.operator();
        operator.save_schema(&key(LIBRARY), SchemaName(None), None, new).await.unwrap();
        let edit = of(&["lib/a", "lib/b"], json!([{"op": "step", "step": "submit"}]));
        let error = operator.bulk_edit(edit.clone()).await.unwrap_err();
        assert_eq!(broken_rules(&error), [("/lib/a/description", "required")]);
        assert_eq!(server.view("lib/b").await.state, State::Draft);
        let report = done(&operator, BulkEdit { skip_refused: true, ..edit }).await;
        assert_eq!((report.changed, report.refused), (1, 1));
        assert_eq!(server.view("lib/b").await.state, State::InReview);
    }

    async fn nobody_edits_what_they_may_not(server: &Server) {
        server.library("other").await;
        pages(server, &["lib/a", "other/b"]).await;
        let anna = server.user("anna", &[(Role::Author, LIBRARY)]).await;
        let tag = json!([{"op": "add", "field": "tags", "value": "x"}]);
        let hidden = anna.bulk_edit(of(&["lib/a", "other/b"], tag.clone())).await.unwrap_err();
        assert_eq!(hidden.kind(), ErrorKind::NotFound);
        let vera = server.user("vera", &[(Role::Viewer, LIBRARY)]).await;
        let error = vera.bulk_edit(of(&["lib/a"], tag.clone())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        let step = json!([{"op": "step", "step": "submit"}, {"op": "step", "step": "approve"}]);
        let submitted = of(&["lib/a"], json!([{"op": "step", "step": "submit"}]));
        done(&anna, submitted).await;
        let report = anna.bulk_edit(BulkEdit { dry_run: true, ..of(&["lib/a"], step) }).await.unwrap();
        assert_eq!(report.items[0].refused[0].rule, "right");
        let id = done(&anna, of(&["lib/a"], tag)).await.edit.unwrap();
        let error = vera.undo_edit(id, UndoEdit::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "it is somebody else's");
    }
}
