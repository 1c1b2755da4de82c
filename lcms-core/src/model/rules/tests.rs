use proptest::prelude::*;
use serde_json::json;

use super::super::vocabulary::Term;
use super::*;

fn field(name: &str) -> FieldName {
    name.parse().unwrap()
}

fn schema(value: serde_json::Value) -> MetadataSchema {
    serde_json::from_value(value).unwrap()
}

fn metadata(value: serde_json::Value) -> Metadata {
    Metadata::parse(value).unwrap()
}

fn rules(schemas: &[(Option<Kind>, serde_json::Value)]) -> LibraryRules {
    let schemas = schemas.iter().map(|(kind, value)| {
        let schema = schema(value.clone());
        assert_eq!(schema.violations(), []);
        LibraryRule::Schema(*kind, schema)
    });
    LibraryRules::new(schemas, &Language::english())
}

fn levels(closed: bool) -> LibraryRule {
    let term = |id: &str, label: &str| Term::new(id.parse().unwrap(), Language::english(), label);
    let mut old = term("expert", "Expert");
    old.deprecated = true;
    old.replaced_by = Some("advanced".parse().unwrap());
    let mut basic = term("basic", "Basic");
    basic.alternatives.insert(Language::english(), vec!["Beginner".to_owned()]);
    let vocabulary = Vocabulary {
        title: "Levels".to_owned(),
        fields: vec![field("custom.level"), field("tags")],
        closed,
        terms: vec![basic, term("advanced", "Advanced"), old],
        ..Vocabulary::default()
    };
    LibraryRule::Vocabulary("levels".parse().unwrap(), vocabulary)
}

fn said(violations: &[Violation]) -> Vec<(&str, &str)> {
    violations.iter().map(|it| (it.pointer.as_str(), it.rule.as_str())).collect()
}

#[test]
fn every_field_and_rule_is_named_at_once() {
    let rules = rules(&[(
        None,
        json!({"fields": [
            {"field": "licence", "required_from": "draft"},
            {"field": "custom.code", "pattern": "[A-Z]{3}-[0-9]+"},
            {"field": "custom.level", "allowed": ["low", "high"]},
            {"field": "custom.until", "type": "date"},
            {"field": "description", "required_from": "approved"},
        ]}),
    )]);
    let given = metadata(json!({"custom": {"code": "ABC-1x", "level": "mid", "until": "soon"}}));
    let found = rules.settle(Kind::Topic, given, None).unwrap_err();
    assert_eq!(
        said(&found),
        [
            ("/licence", "required"),
            ("/custom/code", "pattern"),
            ("/custom/level", "enum"),
            ("/custom/until", "type"),
        ]
    );
}

#[test]
fn what_approval_needs_a_draft_may_lack() {
    let rules = rules(&[(
        None,
        json!({"fields": [
            {"field": "description", "required_from": "in_review"},
            {"field": "steward", "required_from": "approved"},
        ]}),
    )]);
    let empty = Metadata::default();
    assert!(rules.settle(Kind::Topic, empty.clone(), None).is_ok());
    let lacking = |state| {
        let found = rules.lacking(Kind::Topic, &empty, &Care::default(), state);
        found.into_iter().map(|it| it.pointer).collect::<Vec<_>>()
    };
    assert_eq!(lacking(State::Draft), Vec::<String>::new());
    assert_eq!(lacking(State::InReview), ["/description"]);
    assert_eq!(lacking(State::Approved), ["/description", "/steward"]);
}

#[test]
fn a_kinds_own_rule_stands_instead_of_the_one_for_all() {
    let rules = rules(&[
        (
            None,
            json!({"fields": [{"field": "licence", "required_from": "draft"}, {"field": "custom.owner", "default": ["us"]}]}),
        ),
        (Some(Kind::Question), json!({"fields": [{"field": "licence"}]})),
    ]);
    assert!(rules.settle(Kind::Topic, Metadata::default(), None).is_err());
    let settled = rules.settle(Kind::Question, Metadata::default(), None).unwrap();
    assert_eq!(settled.custom["owner"], "us");
}

#[test]
fn labels_become_values_and_what_is_no_term_is_refused() {
    let rules = LibraryRules::new([levels(true)], &Language::english());
    let given = metadata(json!({"tags": ["beginner", "Basic"], "custom": {"level": "ADVANCED"}}));
    let settled = rules.settle(Kind::Topic, given, None).unwrap();
    assert_eq!(settled.tags, ["Basic"]);
    assert_eq!(settled.custom["level"], "Advanced");
    let found = rules.settle(Kind::Topic, metadata(json!({"tags": ["Basics"]})), None).unwrap_err();
    assert_eq!(said(&found), [("/tags", "vocabulary")]);
    assert!(found[0].message.contains("`Basic`"), "{}", found[0].message);
    let open = LibraryRules::new([levels(false)], &Language::english());
    assert!(open.settle(Kind::Topic, metadata(json!({"tags": ["Basics"]})), None).is_ok());
}

#[test]
fn a_deprecated_term_stays_where_it_is_and_goes_nowhere_new() {
    let rules = LibraryRules::new([levels(true)], &Language::english());
    let old = metadata(json!({"custom": {"level": "Expert"}}));
    let found = rules.settle(Kind::Topic, old.clone(), None).unwrap_err();
    assert!(found[0].message.contains("use `Advanced`"), "{}", found[0].message);
    assert_eq!(rules.settle(Kind::Topic, old.clone(), Some(&old)), Ok(old));
}

#[test]
fn completeness_counts_what_is_required_twice() {
    let rules = rules(&[(
        None,
        json!({"fields": [
            {"field": "licence", "required_from": "approved"},
            {"field": "tags", "recommended": true},
            {"field": "custom.code", "recommended": true, "pattern": "[0-9]+"},
        ]}),
    )]);
    let of = |value| rules.completeness(Kind::Topic, &metadata(value), &Care::default());
    assert_eq!(of(json!({})).percent, 0);
    assert_eq!(of(json!({"licence": "CC0-1.0"})).percent, 50);
    let wrong = of(json!({"licence": "CC0-1.0", "tags": ["a"], "custom": {"code": "x"}}));
    assert_eq!((wrong.percent, wrong.missing.len()), (75, 1));
    let unruled = LibraryRules::default();
    let bare = unruled.completeness(Kind::Topic, &Metadata::default(), &Care::default());
    assert_eq!((bare.percent, bare.missing.len()), (0, 4));
}

#[test]
fn a_schema_that_contradicts_itself_is_refused() {
    let it = schema(json!({"fields": [
        {"field": "licence", "required_from": "retired"},
        {"field": "licence"},
        {"field": "custom.a", "pattern": "("},
        {"field": "custom.b", "allowed": ["x"], "default": ["y"]},
        {"field": "duration_minutes", "default": ["long"]},
        {"field": "steward", "default": ["anna"]},
    ]}));
    let found = it.violations();
    let rules: Vec<_> = found.iter().map(|it| it.rule.as_str()).collect();
    assert_eq!(
        rules,
        ["state", "unique", "pattern", "default", "default", "care", "default"],
        "{found:?}"
    );
}

#[test]
fn a_schema_is_written_as_json_schema() {
    let it = schema(json!({"fields": [
        {"field": "tags", "required_from": "in_review", "allowed": ["a", "b"], "help": "What it is about"},
        {"field": "custom.code", "required_from": "draft", "pattern": "[0-9]+", "default": ["1"]},
        {"field": "steward", "required_from": "approved"},
    ]}));
    assert_eq!(
        it.to_json_schema(State::Draft),
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": ["custom"],
            "properties": {
                "tags": {
                    "type": "array", "uniqueItems": true, "minItems": 1,
                    "description": "What it is about",
                    "items": {"type": "string", "enum": ["a", "b"]}
                },
                "custom": {
                    "type": "object", "required": ["code"],
                    "properties": {"code": {"type": "string", "pattern": "^(?:[0-9]+)$", "default": "1"}}
                }
            }
        })
    );
    assert_eq!(it.to_json_schema(State::Approved)["required"], json!(["tags", "custom"]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What was settled is settled, and complete means that nothing is missing.
    #[test]
    fn settling_twice_is_settling_once(
        tags in proptest::collection::vec("(basic|Beginner|EXPERT|Advanced|x)", 0..4),
        level in proptest::option::of("(beginner|Basic|y)"),
        required in any::<bool>(),
    ) {
        let mut rule = FieldRule::new(field("custom.level"));
        rule.recommended = true;
        rule.default = vec!["Beginner".to_owned()];
        rule.required_from = required.then_some(State::Draft);
        let schema = LibraryRule::Schema(None, MetadataSchema { fields: vec![rule] });
        let rules = LibraryRules::new([levels(false), schema], &Language::english());
        let mut given = Metadata { tags, ..Metadata::default() };
        if let Some(level) = level {
            given.custom.insert("level".to_owned(), level);
        }
        given.normalise();
        if let Ok(once) = rules.settle(Kind::Topic, given, None) {
            prop_assert_eq!(rules.settle(Kind::Topic, once.clone(), None), Ok(once.clone()));
            let complete = rules.completeness(Kind::Topic, &once, &Care::default());
            prop_assert_eq!(complete.percent == 100, complete.missing.is_empty());
        }
    }
}
