//! Differences by example, laws by generated documents.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::samples::{id, metadata, three};
use crate::model::{Digest, Kind};

fn content(kind: Kind, document: Value) -> Content {
    Content::parse(kind, document).unwrap()
}

fn placed(n: usize) -> Value {
    json!({"id": id(n), "component": id(n + 100)})
}

fn lesson(placements: &[Value]) -> Content {
    content(Kind::Lesson, json!({"title": "L", "placements": placements}))
}

/// Each change of a placement as `what slot`.
fn summary(diff: &DocumentDiff) -> Vec<String> {
    diff.placements
        .iter()
        .map(|change| {
            let name = serde_json::to_value(change).unwrap()["change"].as_str().unwrap().to_owned();
            let slot = change.slot.to_string();
            format!("{name} {}", slot.trim_start_matches(&id(0)[..34]))
        })
        .collect()
}

#[test]
fn each_difference_of_a_placement_is_apart() {
    let mut changed = placed(2);
    changed["policy"] = json!({"follow": "approved"});
    changed["overrides"] = json!({"title": "New", "blocks": {"b": "text\n"}});
    changed["when"] = json!({"audience": ["admin"]});
    changed["component"] = json!(id(200));
    let before = lesson(&[placed(1), placed(2), placed(3), placed(4)]);
    let after = lesson(&[placed(4), placed(1), changed, placed(5)]);
    let diff = DocumentDiff::of(&before, &after);
    assert_eq!(
        summary(&diff),
        [
            "removed 03",
            "moved 04",
            "component 02",
            "policy 02",
            "overrides 02",
            "conditions 02",
            "added 05",
        ]
    );
    let PlacementDifference::Moved { from, to } = &diff.placements[1].what else {
        panic!("a move")
    };
    assert_eq!((from.index, to.index, to.list.as_str()), (3, 0, "/placements"));
    let PlacementDifference::Overrides { fields, .. } = &diff.placements[4].what else {
        panic!("overrides")
    };
    let pointers: Vec<_> = fields.iter().map(|field| field.pointer.as_str()).collect();
    assert_eq!(pointers, ["/title", "/blocks/b"]);
    assert!(diff.fields.is_empty() && diff.moved.is_empty() && diff.text.is_empty());
}

#[test]
fn an_entry_that_went_to_another_section_moved() {
    let test = |first: &[Value], second: &[Value]| {
        content(
            Kind::Assessment,
            json!({"title": "A", "sections": [
                {"id": "one", "entries": first}, {"id": "two", "entries": second},
            ]}),
        )
    };
    let before = test(&[placed(1), placed(2)], &[placed(3)]);
    let after = test(&[placed(1)], &[placed(2), placed(3)]);
    let diff = DocumentDiff::of(&before, &after);
    let PlacementDifference::Moved { from, to } = &diff.placements[0].what else {
        panic!("{:?}", diff.placements)
    };
    assert_eq!(
        (from.list.as_str(), to.list.as_str()),
        ("/sections/one/entries", "/sections/two/entries")
    );
    assert_eq!(diff.placements.len(), 1);
    assert!(diff.fields.is_empty());
}

#[test]
fn questions_are_compared_by_the_ids_of_their_parts() {
    let question = |points: f64, choices: Value| {
        content(
            Kind::Question,
            json!({
                "title": "Q", "prompt": "Which?", "points": points,
                "interaction": {"type": "single_choice", "choices": choices},
            }),
        )
    };
    let before = question(
        1.0,
        json!([
            {"id": "a", "text": "Turn it off and on.", "correct": true}, {"id": "b", "text": "Wait."},
        ]),
    );
    let after = question(
        2.0,
        json!([
            {"id": "b", "text": "Wait.", "correct": true}, {"id": "a", "text": "Turn it off."},
            {"id": "c", "text": "Call."},
        ]),
    );
    let diff = DocumentDiff::of(&before, &after);
    let fields: Vec<_> = diff.fields.iter().map(|field| field.pointer.as_str()).collect();
    assert_eq!(
        fields,
        [
            "/interaction/choices/b/correct",
            "/interaction/choices/a/correct",
            "/interaction/choices/c",
            "/points",
        ]
    );
    assert_eq!(diff.text.len(), 1);
    assert_eq!(diff.text[0].pointer, "/interaction/choices/a/text");
    let BlockChange::Changed { words } = &diff.text[0].blocks[0] else { panic!("reworded") };
    let removed: String = words
        .iter()
        .filter(|run| run.change == WordChange::Removed)
        .map(|run| run.text.as_str())
        .collect();
    assert_eq!(removed, " and on");
    assert_eq!(diff.moved.len(), 1);
}

#[test]
fn a_title_is_a_field_with_its_words() {
    let titled = |title: &str| content(Kind::Objective, json!({"title": title}));
    let diff = DocumentDiff::of(&titled("Sail a boat"), &titled("Sail a ship"));
    assert_eq!(diff.fields[0].pointer, "/title");
    assert_eq!(diff.fields[0].before, Some(json!("Sail a boat")));
    assert_eq!(diff.fields[0].words.len(), 3);
}

#[test]
fn entries_of_metadata_sets_come_and_go() {
    let tags = |tags: &[&str]| Metadata::parse(json!({"tags": tags})).unwrap();
    let found = metadata_diff(&tags(&["a", "b/c"]), &tags(&["a", "d"]));
    let found: Vec<_> =
        found.iter().map(|f| (f.pointer.as_str(), f.before.is_some(), f.after.is_some())).collect();
    assert_eq!(found, [("/tags/b~1c", true, false), ("/tags/d", false, true)]);
}

/// Pointers and slots that came, and those that went.
fn comings_and_goings(diff: &DocumentDiff) -> [Vec<String>; 2] {
    let (mut came, mut went) = (Vec::new(), Vec::new());
    for change in &diff.placements {
        match &change.what {
            PlacementDifference::Added { at, .. } => {
                came.push(format!("{} {}", at.list, change.slot));
            }
            PlacementDifference::Removed { at, .. } => {
                went.push(format!("{} {}", at.list, change.slot));
            }
            _ => {}
        }
    }
    for field in &diff.fields {
        match (&field.before, &field.after) {
            (None, _) => came.push(field.pointer.clone()),
            (_, None) => went.push(field.pointer.clone()),
            _ => {}
        }
    }
    came.sort();
    went.sort();
    [came, went]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_diff_is_empty_exactly_when_the_digests_are_equal([before, after, _] in three()) {
        let equal = Digest::of_document(&before).0 == Digest::of_document(&after).0;
        prop_assert_eq!(DocumentDiff::of(&before, &after).is_empty(), equal);
        prop_assert!(DocumentDiff::of(&before, &before).is_empty());
    }

    #[test]
    fn backwards_what_came_went([before, after, _] in three()) {
        let [came, went] = comings_and_goings(&DocumentDiff::of(&before, &after));
        let [came_back, went_back] = comings_and_goings(&DocumentDiff::of(&after, &before));
        prop_assert_eq!((came, went), (went_back, came_back));
    }

    #[test]
    fn metadata_differs_exactly_when_its_digest_does(before in metadata(), after in metadata()) {
        let equal = Digest::of_document(&before).0 == Digest::of_document(&after).0;
        prop_assert_eq!(metadata_diff(&before, &after).is_empty(), equal);
    }
}

#[test]
fn every_type_has_a_schema_of_its_own() {
    let mut schemas = Vec::new();
    VersionDiff::schemas(&mut schemas);
    tree::TreeDiff::schemas(&mut schemas);
    crate::model::merge::Conflict::schemas(&mut schemas);
    let mut names = std::collections::BTreeMap::new();
    for (name, schema) in schemas {
        let schema = serde_json::to_string(&schema).unwrap();
        let earlier = names.insert(name.clone(), schema.clone());
        assert!(earlier.is_none_or(|earlier| earlier == schema), "{name} is two types");
    }
    for name in ["DocumentDiff", "PlacementChange", "BlockChange", "TreeChange", "ConflictKind"] {
        assert!(names.contains_key(name), "{name} of {:?}", names.keys());
    }
}
