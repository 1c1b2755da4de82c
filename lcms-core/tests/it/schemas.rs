//! Metadata schemas: heeded by saves and by steps of review.

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, Role, State, Transition};
use lcms_core::service::{
    NewComponent, SaveComponent, SaveSchema, SchemaName, SchemaReport, SetCare,
};
use serde_json::{Value, json};

use crate::documents::topic;
use crate::harness::{LIBRARY, Server, broken_rules, key, new_component, target};

const ALL: SchemaName = SchemaName(None);

async fn put(server: &Server, schema: Value, dry_run: bool) -> SchemaReport {
    let new = SaveSchema {
        schema: serde_json::from_value(schema).unwrap(),
        message: String::new(),
        dry_run,
    };
    server.operator().save_schema(&key(LIBRARY), ALL, None, new).await.unwrap()
}

fn schema() -> Value {
    json!({"fields": [
        {"field": "licence", "required_from": "draft", "default": ["CC-BY-4.0"]},
        {"field": "custom.code", "pattern": "[A-Z]+-[0-9]+"},
        {"field": "description", "required_from": "in_review"},
        {"field": "steward", "required_from": "approved"},
    ]})
}

async fn create(server: &Server, name: &str, metadata: Value) -> lcms_core::Result<()> {
    let new = new_component(&format!("lib/{name}"), Kind::Topic, topic(name));
    server.operator().create(NewComponent { metadata, ..new }, None).await.map(drop)
}

on_every_engine! {
    async fn a_save_is_refused_with_every_field_and_rule(server: &Server) {
        put(server, schema(), false).await;
        let error = create(server, "a", json!({"custom": {"code": "x"}})).await.unwrap_err();
        assert_eq!(broken_rules(&error), [("/custom/code", "pattern")]);
        create(server, "a", json!({"custom": {"code": "AB-1"}})).await.unwrap();
        let view = server.view("lib/a").await;
        assert_eq!(view.metadata.licence.as_deref(), Some("CC-BY-4.0"), "the default");
        assert_eq!(view.completeness.percent, 33);
        // Defaults do not make a new version of what was saved with them.
        let saved = server.save_metadata("lib/a", json!({"custom": {"code": "AB-1"}})).await;
        assert!(!saved.changed);
    }

    async fn a_step_of_review_asks_for_more_than_a_draft(server: &Server) {
        server.user("anna", &[(Role::Author, LIBRARY)]).await;
        put(server, schema(), false).await;
        create(server, "a", json!({})).await.unwrap();
        let operator = server.operator();
        let page = target("lib/a");
        let error = operator.transition(&page, Transition::Submit).await.unwrap_err();
        assert_eq!((error.kind(), broken_rules(&error)), (ErrorKind::Invalid, vec![("/description", "required")]));
        server.save_metadata("lib/a", json!({"description": "What it is about"})).await;
        operator.transition(&page, Transition::Submit).await.unwrap();
        let error = operator.transition(&page, Transition::Approve).await.unwrap_err();
        assert_eq!(broken_rules(&error), [("/steward", "required")]);
        let care = SetCare { steward: Some(key("anna")), review_by: None };
        operator.set_care(&page, care).await.unwrap();
        let view = operator.transition(&page, Transition::Approve).await.unwrap();
        assert_eq!((view.state, view.completeness.percent), (State::Approved, 100));
        assert_eq!(view.care.steward.unwrap().name, "anna");
    }

    async fn a_branch_is_reviewed_by_the_same_rules(server: &Server) {
        let schema = json!({"fields": [{"field": "description", "required_from": "in_review"}]});
        put(server, schema, false).await;
        let spring = server.branch("spring").await;
        let new = |metadata| NewComponent {
            metadata,
            ..new_component("lib/a", Kind::Topic, topic("x"))
        };
        let made = spring.create(new(json!({})), None).await.unwrap();
        let name = key("spring");
        let step = || spring.review_branch(&name, Transition::Submit);
        let error = step().await.unwrap_err();
        assert_eq!(broken_rules(&error), [("/lib/a/description", "required")]);
        let metadata = Some(json!({"description": "x"}));
        let documents = SaveComponent { metadata, ..SaveComponent::default() };
        spring.save(&target("lib/a"), made.revision.id, documents).await.unwrap();
        step().await.unwrap();
    }

    async fn a_rule_made_since_keeps_nobody_from_correcting_a_text(server: &Server) {
        create(server, "a", json!({"custom": {"code": "old"}})).await.unwrap();
        let preview = put(server, schema(), true).await;
        assert_eq!((preview.wanting, preview.done), (1, false));
        let lacking: Vec<_> = preview.items[0].lacking.iter().map(|it| it.rule.as_str()).collect();
        assert_eq!(lacking, ["required", "pattern"]);
        put(server, schema(), false).await;
        let view = server.view("lib/a").await;
        let both = SaveComponent {
            content: Some(topic("Corrected.")),
            metadata: Some(serde_json::to_value(&view.metadata).unwrap()),
            ..SaveComponent::default()
        };
        let operator = server.operator();
        assert!(operator.save(&target("lib/a"), view.revision.id, both).await.unwrap().changed);
    }

    async fn another_node_heeds_a_rule_at_once(server: &Server) {
        let node = server.node("b").await.operator_without_checks();
        let page = |name: &str| new_component(name, Kind::Topic, topic("x"));
        node.create(page("lib/a"), None).await.unwrap();
        put(server, json!({"fields": [{"field": "licence", "required_from": "draft"}]}), false).await;
        let error = node.create(page("lib/b"), None).await.unwrap_err();
        assert_eq!(broken_rules(&error), [("/licence", "required")]);
    }

    async fn only_an_admin_of_the_library_makes_rules(server: &Server) {
        let anna = server.user("anna", &[(Role::Author, LIBRARY)]).await;
        let new = SaveSchema {
            schema: serde_json::from_value(schema()).unwrap(),
            message: String::new(),
            dry_run: false,
        };
        let error = anna.save_schema(&key(LIBRARY), ALL, None, new).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        let report = put(server, schema(), false).await;
        assert_eq!(anna.schemas(&key(LIBRARY)).await.unwrap().len(), 1);
        server.operator().remove_schema(&key(LIBRARY), ALL, report.version.unwrap()).await.unwrap();
        assert_eq!(anna.schemas(&key(LIBRARY)).await.unwrap(), []);
        create(server, "free", json!({"custom": {"code": "x"}})).await.unwrap();
    }
}
