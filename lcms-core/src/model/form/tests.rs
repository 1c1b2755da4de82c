//! The forms say what the documents are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::*;
use crate::model::content::{Content, Part};
use crate::model::{Kind, Metadata, Placement};

/// Every schema that a type refers to, by name, as JSON.
fn schemas<T: ToSchema>() -> BTreeMap<String, Value> {
    let mut found: Vec<(String, RefOr<Schema>)> = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut found);
    found.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap())).collect()
}

/// The members of an object's schema, through references and parts.
fn members(schema: &Value, all: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        found.extend(members(&all[name], all));
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        found.extend(members(part, all));
    }
    found.extend(schema["properties"].as_object().into_iter().flat_map(|o| o.keys().cloned()));
    found
}

fn described(form: &Form) -> BTreeSet<String> {
    let Form::Record(members) = form else { panic!("{form:?} is no record") };
    members.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// The schemas of an enum's variants by the value of its tag.
fn variants(schema: &Value, tag: &str, all: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let variants = schema["oneOf"].as_array().unwrap();
    let name = |variant: &Value| {
        let parts = variant["allOf"].as_array().unwrap_or(variants);
        let tagged = parts
            .iter()
            .chain([variant])
            .find_map(|part| part["properties"][tag]["enum"][0].as_str().map(str::to_owned));
        tagged.unwrap_or_else(|| panic!("no {tag} in {variant}, of {:?}", all.keys()))
    };
    variants.iter().map(|variant| (name(variant), variant.clone())).collect()
}

#[test]
fn every_member_of_every_kind_has_a_form() {
    let all = schemas::<Content>();
    let kinds = variants(&all["Content"], "kind", &all);
    assert_eq!(kinds.len(), 11);
    for (name, schema) in kinds {
        let kind: Kind = name.parse().unwrap();
        assert_eq!(described(of_kind(kind)), members(&schema, &all), "{kind}");
    }
    assert_eq!(described(&PLACEMENT), members(&all["Placement"], &all));
    assert_eq!(described(PLACEMENT.member("overrides")), members(&all["Overrides"], &all),);
    let question = of_kind(Kind::Question);
    assert_eq!(described(question.member("feedback")), members(&all["Feedback"], &all));
    let Form::Tagged("type", interactions) = question.member("interaction") else {
        panic!("an interaction is told by its type")
    };
    let schemas = variants(&all["Interaction"], "type", &all);
    assert_eq!(interactions.len(), schemas.len());
    for (name, form) in *interactions {
        assert_eq!(described(form), members(&schemas[*name], &all), "{name}");
    }
    for (list, name) in [
        (of_kind(Kind::Assessment).member("sections"), "Section"),
        (of_kind(Kind::Asset).member("tracks"), "Track"),
        (of_kind(Kind::WebPackage).member("files"), "PackagedFile"),
        (interactions[0].1.member("choices"), "Choice"),
        (interactions[3].1.member("blanks"), "Blank"),
        (interactions[4].1.member("sources"), "Item"),
        (interactions[4].1.member("pairs"), "Pair"),
    ] {
        let keyed = list.keyed().unwrap();
        assert_eq!(described(keyed.entry), members(&all[name], &all), "{name}");
    }
    let completion = of_kind(Kind::Course).member("completion");
    assert_eq!(described(completion), members(&all["Completion"], &all));
    let profile = of_kind(Kind::Profile);
    let theme = profile.member("theme");
    for (form, name) in [
        (profile.member("completion"), "Completion"),
        (profile.member("player"), "PlayerOptions"),
        (theme, "Theme"),
        (theme.member("colours"), "Colours"),
        (theme.member("fonts"), "Fonts"),
    ] {
        assert_eq!(described(form), members(&all[name], &all), "{name}");
    }
    let metadata = serde_json::to_value(Metadata::schema()).unwrap();
    assert_eq!(described(&METADATA), members(&metadata, &all));
}

/// The form at a JSON pointer of a document.
fn form_at(form: &'static Form, document: &Value, pointer: &str) -> &'static Form {
    let (mut form, mut value) = (form, document);
    for step in pointer.split('/').skip(1) {
        form = form.of_value(value);
        (form, value) = match (form, value) {
            (Form::Sequence(entry), Value::Array(list)) => {
                (*entry, &list[step.parse::<usize>().unwrap()])
            }
            (list, Value::Array(entries)) => {
                (list.keyed().unwrap().entry, &entries[step.parse::<usize>().unwrap()])
            }
            _ => (form.member(step), &value[step]),
        };
    }
    form
}

#[test]
fn authored_text_is_merged_as_text_and_placements_by_slot() {
    let place = || json!(Placement::of(crate::model::ComponentId::new()));
    let item = |id: &str| json!({"id": id, "text": "t"});
    let question = |interaction: Value| json!({"title": "Q", "prompt": "p", "hints": ["h"], "feedback": {"correct": "c", "incorrect": "i"}, "interaction": interaction});
    let choices = json!([{"id": "a", "text": "t", "correct": true, "feedback": "f"}, item("b")]);
    let items = || json!([item("a"), item("b")]);
    let pairs = json!([{"source": "a", "target": "b"}, {"source": "b", "target": "a"}]);
    for (kind, document) in [
        (Kind::Topic, json!({"title": "T", "body": "b", "objectives": [place()]})),
        (Kind::Question, question(json!({"type": "single_choice", "choices": choices}))),
        (Kind::Question, question(json!({"type": "multiple_choice", "choices": choices}))),
        (Kind::Question, question(json!({"type": "ordering", "items": items()}))),
        (Kind::Question, question(json!({"type": "long_answer", "sample_answer": "s"}))),
        (
            Kind::Question,
            question(
                json!({"type": "matching", "sources": items(), "targets": items(), "pairs": pairs}),
            ),
        ),
        (
            Kind::Assessment,
            json!({"title": "A", "introduction": "i", "objectives": [place()], "sections": [{"id": "s", "entries": [place()]}]}),
        ),
        (
            Kind::Course,
            json!({"title": "C", "objectives": [place()], "variable_sets": [place()], "placements": [place()]}),
        ),
        (Kind::Module, json!({"title": "M", "objectives": [place()], "placements": [place()]})),
    ] {
        let mut content = Content::parse(kind, document).unwrap();
        let value = to_value(&content);
        let mut parts = 0;
        content.visit(&mut |pointer, part| {
            parts += 1;
            let form = form_at(of_kind(kind), &value, &pointer);
            match part {
                Part::Text(_) => assert!(matches!(form, Form::Text), "{kind} {pointer}: {form:?}"),
                Part::Placement(..) => {
                    assert!(std::ptr::eq(form, &raw const PLACEMENT), "{kind} {pointer}: {form:?}");
                }
            }
        });
        assert!(parts > 0, "{kind}");
    }
}

#[test]
fn an_address_names_entries_by_their_ids() {
    let form = of_kind(Kind::Assessment);
    let mut document = json!({"title": "A", "sections": [
        {"id": "one", "entries": []}, {"id": "two/2", "draw": 1, "entries": []},
    ]});
    assert_eq!(locate(form, &document, "/sections/1/draw"), "/sections/two~12/draw");
    assert_eq!(locate(form, &document, "/sections/7/draw"), "/sections");
    assert_eq!(locate(form, &document, ""), "");
    let address = "/sections/two~12/draw";
    assert_eq!(get(form, &document, address), Some(&json!(1)));
    set(form, &mut document, address, Some(json!(2)));
    assert_eq!(document["sections"][1]["draw"], 2);
    set(form, &mut document, address, None);
    assert_eq!(get(form, &document, address), None);
    set(form, &mut document, "/sections/one", None);
    assert_eq!(document["sections"].as_array().unwrap().len(), 1);
}
