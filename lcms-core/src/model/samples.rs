//! Small documents for the laws of differences and merges, made from few ids and words so that
//! any two of them have much in common.

use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};

use super::content::Content;
use super::kind::Kind;
use super::metadata::Metadata;

/// A UUID for a small number.
pub(super) fn id(n: usize) -> String {
    format!("0192d3a0-0000-7000-8000-{n:012}")
}

fn some_of<T: Clone + std::fmt::Debug + 'static>(
    values: Vec<T>,
    least: usize,
) -> impl Strategy<Value = Vec<T>> {
    let most = values.len();
    subsequence(values, least..=most).prop_shuffle()
}

/// A text of some blocks, each of some lines.
fn text() -> impl Strategy<Value = String> {
    let block = subsequence(vec!["one", "two", "- three", "four five", "six {#six}"], 1..=3);
    prop::collection::vec((block, 1..3_usize), 0..5).prop_map(|blocks| {
        let mut named = false;
        let mut text = String::new();
        for (n, (lines, gap)) in blocks.into_iter().enumerate() {
            // A block id stands once.
            let lines: Vec<_> = lines.into_iter().filter(|l| !l.contains('#') || !named).collect();
            if lines.is_empty() {
                continue;
            }
            named |= lines.iter().any(|line| line.contains('#'));
            if n > 0 {
                text.push_str(&"\n".repeat(gap));
            }
            text.push_str(&lines.join("\n"));
            text.push('\n');
        }
        text
    })
}

fn placement(n: usize) -> impl Strategy<Value = Value> {
    let blocks = prop::option::of(prop_oneof![Just("x\n"), Just("y\n\nz\n")]);
    let when = prop_oneof![
        3 => Just(json!({})),
        1 => some_of(vec!["admin", "user"], 1).prop_map(|values| json!({"audience": values})),
    ];
    let policy = prop_oneof![4 => Just("latest"), 1 => Just("approved")];
    (prop::option::of(0..3_usize), blocks, when, policy).prop_map(
        move |(title, blocks, when, policy)| {
            let title = title.map(|n| format!("Title {n}"));
            let blocks = blocks.map_or(json!({}), |text| json!({"b": text}));
            json!({
                "id": id(n), "component": id(n + 100), "policy": {"follow": policy},
                "overrides": {"title": title, "blocks": blocks}, "when": when,
            })
        },
    )
}

fn placements(first: usize, least: usize) -> impl Strategy<Value = Vec<Value>> {
    let each: Vec<_> = (first..first + 5).map(placement).collect();
    (each, some_of((0..5_usize).collect(), least))
        .prop_map(|(placed, order)| order.into_iter().map(|n| placed[n].clone()).collect())
}

/// Placements of which some wait for the one before them.
fn sequenced() -> impl Strategy<Value = Vec<Value>> {
    let sequencing = (prop::bool::ANY, prop::option::of(1..3_u32), 0..3_u32);
    (placements(1, 0), prop::collection::vec(sequencing, 5)).prop_map(|(mut placed, sequencing)| {
        for (n, (waits, limit, weight)) in sequencing.into_iter().enumerate().take(placed.len()) {
            let before = (waits && n > 0).then(|| json!({"slot": placed[n - 1]["id"]}));
            placed[n]["sequencing"] = json!({
                "requires": Vec::from_iter(before), "attempt_limit": limit,
                "counts": {"weight": f64::from(weight)},
            });
        }
        placed
    })
}

fn topic() -> impl Strategy<Value = Content> {
    (text(), placements(1, 0), 0..3_usize).prop_map(|(body, objectives, title)| {
        let title = format!("Topic {title}");
        parsed(Kind::Topic, json!({"title": title, "body": body, "objectives": objectives}))
    })
}

fn course() -> impl Strategy<Value = Content> {
    let order = prop_oneof![Just("free"), Just("linear")];
    let mark = prop::option::of(0.0..1.0_f64);
    (sequenced(), placements(11, 0), mark, prop::bool::ANY, order).prop_map(
        |(placed, objectives, mark, by_score, order)| {
            let rule = if by_score && mark.is_some() { "score" } else { "pages" };
            parsed(
                Kind::Course,
                json!({
                    "title": "Course", "placements": placed, "objectives": objectives,
                    "completion": {"rule": rule, "pass_mark": mark}, "order": order,
                }),
            )
        },
    )
}

fn assessment() -> impl Strategy<Value = Content> {
    let sections = (placements(1, 1), placements(11, 1), 1..4_u32, prop::bool::ANY);
    (sections, some_of(vec![0_usize, 1], 1), text()).prop_map(|(made, order, introduction)| {
        let (first, second, draw, shuffle) = made;
        let draw = (draw as usize <= first.len()).then_some(draw);
        let sections = [
            json!({"id": "s1", "entries": first, "draw": draw}),
            json!({"id": "s2", "entries": second, "shuffle": shuffle}),
        ];
        let sections: Vec<_> = order.into_iter().map(|n| sections[n].clone()).collect();
        parsed(
            Kind::Assessment,
            json!({"title": "Test", "introduction": introduction, "sections": sections}),
        )
    })
}

fn question() -> impl Strategy<Value = Content> {
    let choices =
        (some_of((0..4_usize).collect(), 2), [text(), text(), text(), text()], 0..2_usize);
    let single = choices.prop_map(|(order, texts, correct)| {
        let choice = |(place, n): (usize, usize)| {
            let text = format!("choice {}", texts[n]);
            json!({"id": format!("c{n}"), "text": text, "correct": place == correct})
        };
        let choices: Vec<_> = order.into_iter().enumerate().map(choice).collect();
        json!({"type": "single_choice", "choices": choices})
    });
    let ordering = some_of((0..4_usize).collect(), 2).prop_map(|order| {
        let item = |n| json!({"id": format!("i{n}"), "text": format!("item {n}")});
        json!({"type": "ordering", "items": order.into_iter().map(item).collect::<Vec<_>>()})
    });
    let blank = some_of(vec!["a", "b", "c"], 1).prop_map(
        |accept| json!({"type": "fill_in", "blanks": [{"id": "only", "accept": accept}]}),
    );
    let interaction = prop_oneof![4 => single, 2 => ordering, 2 => blank];
    (interaction, some_of(vec!["think", "look", "ask"], 0), 1..3_u32, text()).prop_map(
        |(interaction, hints, points, feedback)| {
            parsed(
                Kind::Question,
                json!({
                    "title": "Q", "prompt": "Which?", "interaction": interaction, "hints": hints,
                    "points": points, "feedback": {"correct": feedback},
                }),
            )
        },
    )
}

fn parsed(kind: Kind, document: Value) -> Content {
    Content::parse(kind, document).unwrap()
}

/// Three documents of one kind: one time in four they have little in common, otherwise two
/// were made from the first by a few edits.
pub(super) fn three() -> impl Strategy<Value = [Content; 3]> {
    let strangers = prop_oneof![
        [topic(), topic(), topic()],
        [course(), course(), course()],
        [assessment(), assessment(), assessment()],
        [question(), question(), question()],
    ];
    let edits = || prop::collection::vec(any::<Edit>(), 1..4);
    let related = (strangers, prop::bool::weighted(0.75), edits(), edits());
    related.prop_map(|([base, ours, theirs], related, our_edits, their_edits)| {
        if related {
            let ours = edited(&base, &ours, &our_edits);
            let theirs = edited(&base, &theirs, &their_edits);
            [base, ours, theirs]
        } else {
            [base, ours, theirs]
        }
    })
}

/// What to do, where, and to which part of that.
type Edit = (u8, u8, u8);

/// A document after some edits, with parts taken from another; an edit that would break a rule is
/// left out.
fn edited(base: &Content, other: &Content, edits: &[Edit]) -> Content {
    let other = json!(other);
    edits.iter().fold(base.clone(), |content, edit| {
        let mut document = json!(content);
        apply(&mut document, &other, *edit);
        Content::parse(content.kind(), document).unwrap_or(content)
    })
}

fn apply(document: &mut Value, other: &Value, (what, place, part): Edit) {
    let mut places = Vec::new();
    pointers("", document, &mut places);
    let pointer = &places[usize::from(place) % places.len()];
    let part = usize::from(part);
    let Some(value) = document.pointer_mut(pointer) else { return };
    match value {
        Value::Array(list) => {
            let theirs = other.pointer(pointer).and_then(Value::as_array);
            match (what % 3, theirs) {
                (0, Some(theirs)) if !theirs.is_empty() => {
                    let new = theirs[part % theirs.len()].clone();
                    list.insert(part % (list.len() + 1), new);
                }
                (1, _) if !list.is_empty() => {
                    list.remove(part % list.len());
                }
                (2, _) if !list.is_empty() => {
                    let moved = list.remove(part % list.len());
                    list.insert(usize::from(what) % (list.len() + 1), moved);
                }
                _ => {}
            }
        }
        Value::String(text) if text.ends_with('\n') => {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let at = part % lines.len();
            match what % 4 {
                0 => lines[at] = format!("edit {part}"),
                1 => lines.insert(at, format!("line {part}")),
                2 => lines.insert(at, format!("\nblock {part}\n")),
                _ => {
                    lines.remove(at);
                }
            }
            *text = lines.join("\n");
        }
        value => {
            if let Some(other) = other.pointer(pointer) {
                *value = other.clone();
            }
        }
    }
}

/// Pointers to everything in a document that edits may change.
fn pointers(at: &str, value: &Value, found: &mut Vec<String>) {
    if !at.is_empty() {
        found.push(at.to_owned());
    }
    match value {
        Value::Array(list) => {
            for (n, entry) in list.iter().enumerate() {
                pointers(&format!("{at}/{n}"), entry, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| *name != "kind") {
                pointers(&format!("{at}/{name}"), member, found);
            }
        }
        _ => {}
    }
}

/// A metadata document.
pub(super) fn metadata() -> impl Strategy<Value = Metadata> {
    let set = || some_of(vec!["a", "b", "c", "d"], 0);
    let custom = some_of(vec![("x", "1"), ("x", "2"), ("y", "1")], 0)
        .prop_map(|entries| entries.into_iter().collect::<std::collections::BTreeMap<_, _>>());
    (set(), set(), prop::option::of(1..3_u32), custom).prop_map(
        |(tags, audience, minutes, custom)| {
            let document = json!({
                "tags": tags, "audience": audience, "duration_minutes": minutes, "custom": custom,
            });
            Metadata::parse(document).unwrap()
        },
    )
}
