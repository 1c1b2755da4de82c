//! Rules by example, laws by generated documents.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::Kind;
use crate::model::samples::{id, metadata, three};

fn content(kind: Kind, document: Value) -> Content {
    Content::parse(kind, document).unwrap()
}

fn topic(body: &str) -> Content {
    content(Kind::Topic, json!({"title": "T", "body": body}))
}

fn lesson(placements: &[Value]) -> Content {
    content(Kind::Lesson, json!({"title": "L", "placements": placements}))
}

fn placed(n: usize) -> Value {
    json!({"id": id(n), "component": id(n + 100)})
}

fn single(choices: &[(&str, &str, bool)]) -> Content {
    let choice = |(id, text, correct): &(&str, &str, bool)| json!({"id": id, "text": text, "correct": correct});
    let choices: Vec<_> = choices.iter().map(choice).collect();
    content(
        Kind::Question,
        json!({
            "title": "Q", "prompt": "Which?",
            "interaction": {"type": "single_choice", "choices": choices},
        }),
    )
}

/// Merges without choices.
fn three_way(base: &Content, ours: &Content, theirs: &Content) -> Merged<Content> {
    merge(Some(base), ours, theirs, &Choices::new())
}

fn clean(base: &Content, ours: &Content, theirs: &Content) -> Content {
    let merged = three_way(base, ours, theirs);
    assert_eq!(merged.conflicts, []);
    assert_eq!(three_way(base, theirs, ours).document, merged.document);
    merged.document
}

fn pointers(merged: &Merged<Content>) -> Vec<(&str, ConflictKind)> {
    merged.conflicts.iter().map(|c| (c.pointer.as_str(), c.kind)).collect()
}

fn chosen(pointer: &str, choice: Choice) -> Choices {
    [(pointer.to_owned(), choice)].into()
}

const BODY: &str = "# Title\n\nFirst line\nsecond line\n\n- a\n- b\n- c\n\nLast.\n";

#[test]
fn texts_merge_by_block_and_by_line() {
    let ours = BODY.replace("# Title", "# A better title").replace("- a\n", "- a one\n");
    let theirs = BODY.replace("- c\n", "- c\n- d\n").replace("Last.", "Last.\n\nAnd more.");
    let expected = "# A better title\n\nFirst line\nsecond line\n\n- a one\n- b\n- c\n- d\n\nLast.\n\nAnd more.\n";
    assert_eq!(clean(&topic(BODY), &topic(&ours), &topic(&theirs)), topic(expected));
}

#[test]
fn lines_that_both_changed_are_in_conflict_and_nothing_else_is() {
    let ours = BODY.replace("second line", "second, ours").replace("Last", "The last");
    let theirs = BODY.replace("second line", "second, theirs").replace("- a\n", "");
    let merged = three_way(&topic(BODY), &topic(&ours), &topic(&theirs));
    assert_eq!(pointers(&merged), [("/body#L4-4", ConflictKind::Changed)]);
    let conflict = &merged.conflicts[0];
    assert_eq!(conflict.base, Some(json!("second line")));
    assert_eq!(conflict.ours, Some(json!("second, ours")));
    assert_eq!(conflict.theirs, Some(json!("second, theirs")));
    assert_eq!(merged.document, topic(&ours.replace("- a\n", "")));

    let choices = chosen("/body#L4-4", Choice::Value(json!("second,\nboth")));
    let merged = merge(Some(&topic(BODY)), &topic(&ours), &topic(&theirs), &choices);
    assert!(merged.is_resolved());
    let expected = ours.replace("- a\n", "").replace("second, ours", "second,\nboth");
    assert_eq!(merged.document, topic(&expected));
}

#[test]
fn a_paragraph_that_one_side_took_away_and_the_other_changed_is_in_conflict() {
    let (ours, theirs) = (topic("A.\n\nC.\n"), topic("A.\n\nB, improved.\n\nC.\n"));
    let base = topic("A.\n\nB.\n\nC.\n");
    let merged = three_way(&base, &ours, &theirs);
    assert_eq!(pointers(&merged), [("/body#L3-3", ConflictKind::Removed)]);
    assert_eq!(merged.document, ours);
    let with = |choice| merge(Some(&base), &ours, &theirs, &chosen("/body#L3-3", choice));
    assert_eq!(with(Choice::Theirs).document, theirs);
    assert_eq!(with(Choice::Base).document, base);
    assert_eq!(with(Choice::Ours).document, ours);
    assert_eq!(with(Choice::Value(Value::Null)).document, ours);
    assert!(with(Choice::Ours).is_resolved());
}

#[test]
fn blank_lines_are_never_in_conflict() {
    let merged = clean(&topic("A.\n\nB.\n"), &topic("A.\n\n\nB.\n"), &topic("A.\n\n\n\nB, b.\n"));
    assert_eq!(merged, topic("A.\n\n\n\nB, b.\n"));
}

#[test]
fn placements_merge_by_slot() {
    let with = |n: usize, member: &str, value: Value| {
        let mut placement = placed(n);
        placement[member] = value;
        placement
    };
    let base = lesson(&[placed(1), placed(2), placed(3), placed(4)]);
    // Ours moves 4 to the front and renames 2; theirs takes 3 away, adds 5 and pins 2 to approved.
    let title = json!({"title": "Renamed"});
    let ours = lesson(&[placed(4), placed(1), with(2, "overrides", title.clone()), placed(3)]);
    let approved = json!({"follow": "approved"});
    let theirs = lesson(&[placed(1), with(2, "policy", approved.clone()), placed(4), placed(5)]);
    let mut two = with(2, "overrides", title);
    two["policy"] = approved;
    let expected = lesson(&[placed(4), placed(1), two, placed(5)]);
    let merged = clean(&base, &ours, &theirs);
    // 5 followed 4, which we moved away; nothing stood after it.
    let order = |content: &Content| content.slots().iter().map(|s| s.id).collect::<Vec<_>>();
    assert_eq!(order(&merged).len(), order(&expected).len());
    let Content::Lesson(merged) = merged else { panic!("a lesson stays a lesson") };
    let Content::Lesson(expected) = expected else { panic!("a lesson stays a lesson") };
    assert_eq!(merged.placements[0], expected.placements[0]);
    for placement in &expected.placements {
        assert!(merged.placements.contains(placement));
    }
}

#[test]
fn a_placement_removed_here_and_changed_there_is_in_conflict() {
    let mut changed = placed(2);
    changed["overrides"] = json!({"weight": 2});
    let base = lesson(&[placed(1), placed(2), placed(3)]);
    let ours = lesson(&[placed(1), placed(3)]);
    let theirs = lesson(&[placed(1), changed, placed(3)]);
    let merged = three_way(&base, &ours, &theirs);
    let pointer = format!("/placements/{}", id(2));
    assert_eq!(pointers(&merged), [(pointer.as_str(), ConflictKind::Removed)]);
    assert_eq!(merged.document, ours);
    let merged = merge(Some(&base), &ours, &theirs, &chosen(&pointer, Choice::Theirs));
    assert_eq!(merged.document, theirs, "it comes back where it was");
    let merged = merge(Some(&base), &theirs, &ours, &chosen(&pointer, Choice::Theirs));
    assert_eq!(merged.document, ours, "it goes");
}

#[test]
fn one_placement_moved_to_two_places_is_a_conflict_of_order() {
    let lessons = |order: &[usize]| lesson(&order.iter().map(|n| placed(*n)).collect::<Vec<_>>());
    let (base, ours, theirs) =
        (lessons(&[1, 2, 3, 4]), lessons(&[2, 3, 1, 4]), lessons(&[2, 3, 4, 1]));
    let merged = three_way(&base, &ours, &theirs);
    assert_eq!(pointers(&merged), [("/placements#order", ConflictKind::Order)]);
    assert_eq!(merged.conflicts[0].base, Some(json!([id(1), id(2), id(3), id(4)])));
    assert_eq!(merged.document, ours);
    let with = |choice| merge(Some(&base), &ours, &theirs, &chosen("/placements#order", choice));
    assert_eq!(with(Choice::Theirs).document, theirs);
    assert_eq!(with(Choice::Base).document, base);
    let own = Choice::Value(json!([id(4), id(3), id(2), id(1)]));
    assert_eq!(with(own).document, lessons(&[4, 3, 2, 1]));
}

#[test]
fn choices_merge_by_id_and_their_fields_one_by_one() {
    let base = single(&[("a", "Yes", true), ("b", "No", false)]);
    let ours = single(&[("a", "Yes!", true), ("b", "No", false), ("c", "Perhaps", false)]);
    let theirs = single(&[("b", "No", true), ("a", "Yes", false)]);
    let expected = single(&[("b", "No", true), ("c", "Perhaps", false), ("a", "Yes!", false)]);
    assert_eq!(clean(&base, &ours, &theirs), expected);
}

#[test]
fn two_right_answers_that_do_not_fit_are_a_conflict_with_the_rule() {
    let base = single(&[("a", "A", true), ("b", "B", false), ("c", "C", false)]);
    let ours = single(&[("a", "A", false), ("b", "B", true), ("c", "C", false)]);
    let theirs = single(&[("a", "A", false), ("b", "B", false), ("c", "See", true)]);
    let merged = three_way(&base, &ours, &theirs);
    assert_eq!(pointers(&merged), [("/interaction/choices", ConflictKind::Invalid)]);
    assert_eq!(merged.conflicts[0].violations[0].rule, "one_correct_choice");
    assert_eq!(merged.document, ours);
    let with = |choice| merge(Some(&base), &ours, &theirs, &chosen("/interaction/choices", choice));
    assert_eq!(with(Choice::Theirs).document, theirs);
    assert!(with(Choice::Theirs).is_resolved());
    let wrong = with(Choice::Value(json!([{"id": "a", "text": "A"}])));
    assert_eq!(wrong.document, ours, "a choice that breaks the rule settles nothing");
    assert_eq!(pointers(&wrong), [("/interaction/choices", ConflictKind::Invalid)]);
}

#[test]
fn the_right_order_is_not_guessed() {
    let ordering = |ids: &[&str]| {
        let items: Vec<_> = ids.iter().map(|id| json!({"id": id, "text": id})).collect();
        content(
            Kind::Question,
            json!({
                "title": "Q", "prompt": "Order!", "interaction": {"type": "ordering", "items": items},
            }),
        )
    };
    let (base, ours, theirs) =
        (ordering(&["a", "b"]), ordering(&["a", "x", "b"]), ordering(&["a", "y", "b"]));
    let merged = three_way(&base, &ours, &theirs);
    assert_eq!(pointers(&merged), [("/interaction/items#order", ConflictKind::Order)]);
    assert_eq!(merged.document, ordering(&["a", "x", "y", "b"]), "both are there");
}

#[test]
fn whether_an_entry_stays_and_where_are_two_questions_on_both_sides() {
    let ordering = |items: &[(&str, &str)]| {
        let items: Vec<_> =
            items.iter().map(|(id, text)| json!({"id": id, "text": text})).collect();
        content(
            Kind::Question,
            json!({
                "title": "Q", "prompt": "Order!", "interaction": {"type": "ordering", "items": items},
            }),
        )
    };
    let base = ordering(&[("a", "A"), ("b", "B")]);
    let ours = ordering(&[("a", "A"), ("b", "B, edited")]);
    let theirs = ordering(&[("a", "A"), ("c", "C")]);
    let expected = [
        ("/interaction/items/b", ConflictKind::Removed),
        ("/interaction/items#order", ConflictKind::Order),
    ];
    assert_eq!(pointers(&three_way(&base, &ours, &theirs)), expected);
    assert_eq!(pointers(&three_way(&base, &theirs, &ours)), expected);
}

#[test]
fn a_replaced_file_brings_its_size() {
    let asset = |blob: &str, size: u64, alt: &str| {
        let blob = crate::model::Digest::of_bytes(blob.as_bytes()).to_string();
        content(
            Kind::Asset,
            json!({
                "title": "A", "blob": blob, "size": size, "file_name": "a.png",
                "media_type": "image/png", "alt": alt,
            }),
        )
    };
    let (base, ours) = (asset("old", 10, "x"), asset("ours", 20, "x"));
    assert_eq!(clean(&base, &ours, &asset("old", 10, "y")), asset("ours", 20, "y"));
    // Their file happens to be as long as the old one.
    let theirs = asset("theirs", 10, "x");
    let merged = three_way(&base, &ours, &theirs);
    assert_eq!(pointers(&merged), [("/blob", ConflictKind::Changed)]);
    assert_eq!(merged.document, ours);
    let merged = merge(Some(&base), &ours, &theirs, &chosen("/blob", Choice::Theirs));
    assert_eq!(merged.document, theirs);
}

#[test]
fn a_condition_taken_away_is_not_one_without_values() {
    let when = |when: Value| {
        let mut placement = placed(1);
        placement["when"] = when;
        lesson(&[placement])
    };
    let base = when(json!({"audience": ["admin"]}));
    let wider = when(json!({"audience": ["admin", "user"]}));
    let merged = three_way(&base, &when(json!({})), &wider);
    let pointer = format!("/placements/{}/when/audience", id(1));
    assert_eq!(pointers(&merged), [(pointer.as_str(), ConflictKind::Removed)]);
    assert_eq!(merged.document, when(json!({})));
    let other = when(json!({"audience": ["admin"], "region": ["eu"]}));
    let both = when(json!({"audience": ["admin", "user"], "region": ["eu"]}));
    assert_eq!(clean(&base, &wider, &other), both);
}

#[test]
fn metadata_sets_are_merged_as_sets() {
    let tags = |tags: &[&str]| Metadata::parse(json!({"tags": tags})).unwrap();
    let (base, ours, theirs) = (tags(&["a", "b"]), tags(&["a", "c"]), tags(&["b", "d"]));
    let merged = merge_metadata(Some(&base), &ours, &theirs, &Choices::new());
    assert_eq!((merged.document, merged.conflicts), (tags(&["c", "d"]), Vec::new()));
}

#[test]
fn without_a_base_every_difference_is_in_conflict() {
    let (ours, theirs) = (topic("Ours.\n"), topic("Theirs.\n"));
    let merged = merge(None, &ours, &theirs, &Choices::new());
    assert_eq!(pointers(&merged), [("/body", ConflictKind::Added)]);
    assert!(merge(None, &ours, &ours, &Choices::new()).is_resolved());
}

#[test]
fn a_choice_counts_only_where_there_is_a_conflict() {
    let (base, ours, theirs) = (topic("A.\n"), topic("A.\n"), topic("B.\n"));
    let merged = merge(Some(&base), &ours, &theirs, &chosen("/body#L1-1", Choice::Ours));
    assert_eq!(merged.document, theirs);
    assert_eq!(merged.unused, ["/body#L1-1"]);
    assert!(!merged.is_resolved());
}

#[test]
fn documents_of_two_kinds_have_nothing_to_merge() {
    let (ours, theirs) = (topic("A.\n"), lesson(&[]));
    let merged = three_way(&ours, &topic("B.\n"), &theirs);
    assert_eq!(pointers(&merged), [("", ConflictKind::Changed)]);
    let merged = merge(Some(&ours), &topic("B.\n"), &theirs, &chosen("", Choice::Theirs));
    assert_eq!(merged.document, theirs);
}

/// Everything that a merge shows: its document and its conflicts.
fn shown(merged: &Merged<Content>) -> String {
    serde_json::to_string(&(&merged.document, &merged.conflicts)).unwrap()
}

/// Lines of text and slot ids that a side has and the base has not.
fn added(base: &Content, side: &Content) -> Vec<String> {
    let pieces = |content: &Content| {
        let mut found: Vec<String> =
            content.slots().iter().map(|slot| slot.id.to_string()).collect();
        content.clone().visit(&mut |_, part| {
            if let crate::model::content::Part::Text(text) = part {
                found.extend(text.lines().map(str::to_owned));
            }
        });
        found
    };
    let base = pieces(base);
    pieces(side).into_iter().filter(|piece| !base.contains(piece)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn one_side_alone_decides([base, side, _] in three()) {
        for merged in [
            three_way(&base, &base, &side),
            three_way(&base, &side, &base),
            three_way(&base, &side, &side),
        ] {
            prop_assert_eq!(&merged.document, &side);
            prop_assert!(merged.is_resolved());
        }
    }

    #[test]
    fn sides_can_be_swapped([base, ours, theirs] in three()) {
        let (here, there) = (three_way(&base, &ours, &theirs), three_way(&base, &theirs, &ours));
        prop_assert_eq!(here.conflicts.is_empty(), there.conflicts.is_empty());
        if here.conflicts.is_empty() {
            prop_assert_eq!(&here.document, &there.document);
        }
        // What breaks a rule depends on which side is kept elsewhere.
        let invalid = |c: &Conflict| c.kind == ConflictKind::Invalid;
        if !here.conflicts.iter().chain(&there.conflicts).any(invalid) {
            let by_pointer = |a: &Conflict, b: &Conflict| a.pointer.cmp(&b.pointer);
            let (mut here, mut there) = (here.conflicts, there.conflicts);
            there.iter_mut().for_each(|c| std::mem::swap(&mut c.ours, &mut c.theirs));
            here.sort_by(by_pointer);
            there.sort_by(by_pointer);
            prop_assert_eq!(here, there);
        }
    }

    #[test]
    fn nothing_that_was_added_is_lost([base, ours, theirs] in three()) {
        let merged = three_way(&base, &ours, &theirs);
        let shown = shown(&merged);
        for piece in added(&base, &ours).into_iter().chain(added(&base, &theirs)) {
            let written = serde_json::to_string(&piece).unwrap();
            prop_assert!(shown.contains(written.trim_matches('"')), "{piece} in {shown}");
        }
    }

    #[test]
    fn a_merge_is_a_valid_document_and_ours_resolves_it([base, ours, theirs] in three()) {
        let merged = three_way(&base, &ours, &theirs);
        let read = Content::parse(merged.document.kind(), to_value(&merged.document));
        prop_assert_eq!(read.as_ref(), Ok(&merged.document));
        let choices: Choices =
            merged.conflicts.iter().map(|c| (c.pointer.clone(), Choice::Ours)).collect();
        let resolved = merge(Some(&base), &ours, &theirs, &choices);
        prop_assert!(resolved.is_resolved(), "{:?}", (resolved.conflicts, resolved.unused));
        prop_assert_eq!(resolved.document, merged.document);
    }

    #[test]
    fn metadata_keeps_the_same_laws(base in metadata(), ours in metadata(), theirs in metadata()) {
        let none = Choices::new();
        let merge = |ours, theirs| merge_metadata(Some(&base), ours, theirs, &none);
        prop_assert_eq!(&merge(&base, &theirs).document, &theirs);
        prop_assert_eq!(&merge(&ours, &base).document, &ours);
        let (here, there) = (merge(&ours, &theirs), merge(&theirs, &ours));
        prop_assert_eq!(here.conflicts.len(), there.conflicts.len());
        if here.conflicts.is_empty() {
            prop_assert_eq!(here.document, there.document);
        }
    }
}
