//! A document that breaks a rule is refused with the exact place and the rule's name.

use lcms_core::model::{Content, Kind, Metadata, Violation};
use serde_json::{Value, json};

use crate::documents::{
    asked, assessment, asset, course, lesson, module, objective, placed, profile, question,
    slot_id, topic, variable_set, with,
};

const BLOB: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// Asserts that the document breaks exactly these rules at these places.
#[track_caller]
fn refuses(kind: Kind, document: Value, expected: &[(&str, &str)]) {
    let shown = document.to_string();
    let violations = Content::parse(kind, document).err().unwrap_or_default();
    assert_eq!(rules(&violations), expected, "{kind} {shown}\n{violations:#?}");
}

fn rules(violations: &[Violation]) -> Vec<(&str, &str)> {
    violations.iter().map(|v| (v.pointer.as_str(), v.rule.as_str())).collect()
}

fn picture() -> Value {
    asset(BLOB, 4, "a.png", "image/png")
}

fn web_package() -> Value {
    json!({"title": "A site", "launch": "index.html", "files": [
        {"path": "css/a.css", "blob": BLOB, "size": 4, "media_type": "text/css"},
        {"path": "index.html", "blob": BLOB, "size": 4, "media_type": "text/html"},
    ]})
}

/// A valid document of every kind, from which the tables below take away.
fn valid(kind: Kind) -> Value {
    match kind {
        Kind::Topic => topic("Text."),
        Kind::Asset => picture(),
        Kind::Question => question("right"),
        Kind::Assessment => assessment(&[placed(1, "q")]),
        Kind::Lesson => lesson(&[placed(1, "t")]),
        Kind::Module => module(&[placed(1, "l")]),
        Kind::Course => course(&[placed(1, "m")]),
        Kind::WebPackage => web_package(),
        Kind::Objective => objective("Do it"),
        Kind::VariableSet => variable_set(),
        Kind::Profile => profile("scorm12"),
    }
}

#[test]
fn every_kind_asks_for_a_title_and_knows_its_fields() {
    for kind in Kind::ALL {
        Content::parse(kind, valid(kind)).unwrap();
        refuses(kind, with(valid(kind), "/title", None), &[("/title", "required")]);
        refuses(kind, with(valid(kind), "/title", json!(" \t")), &[("/title", "required")]);
        refuses(kind, with(valid(kind), "/title", json!(7)), &[("/title", "type")]);
        let long = "x".repeat(501);
        refuses(kind, with(valid(kind), "/title", json!(long)), &[("/title", "length")]);
        refuses(kind, with(valid(kind), "/colour", json!(1)), &[("/colour", "unknown_field")]);
        refuses(kind, with(valid(kind), "/kind", json!("planet")), &[("/kind", "kind")]);
        refuses(kind, json!([]), &[("", "type")]);
        refuses(kind, json!("text"), &[("", "type")]);
    }
}

#[test]
fn the_kind_inside_a_document_may_be_left_out_but_must_agree() {
    let document = with(topic("Text."), "/kind", json!("topic"));
    assert_eq!(Content::parse(Kind::Topic, document), Content::parse(Kind::Topic, topic("Text.")));
    refuses(Kind::Topic, with(topic(""), "/kind", json!("question")), &[("/kind", "kind")]);
}

#[test]
fn stored_bytes_of_an_unknown_kind_are_refused() {
    for bytes in [&b"{}"[..], br#"{"kind":"planet","title":"T"}"#, br#"{"kind":7}"#] {
        let violations = Content::from_stored(bytes).unwrap_err();
        assert_eq!(rules(&violations), [("/kind", "kind")]);
    }
    let violations = Content::from_stored(b"{\"kind\":").unwrap_err();
    assert_eq!(rules(&violations), [("", "json")]);
}

#[test]
fn topics() {
    let kind = Kind::Topic;
    refuses(kind, json!({"title": "T"}), &[("/body", "required")]);
    refuses(kind, with(topic(""), "/body", json!(5)), &[("/body", "type")]);
    for (body, rule) in [
        (":::bogus\n:::\n", "unknown_directive"),
        (":::note\nnever closed", "unclosed_directive"),
        (":::\n", "unopened_directive"),
        ("{{9}}", "variable"),
        ("[[not a reference]]", "reference"),
        ("One. {#a}\n\nTwo. {#a}\n", "duplicate_block_id"),
        ("A bell: \u{7}", "character"),
    ] {
        refuses(kind, topic(body), &[("/body", rule)]);
    }
}

#[test]
fn a_fault_in_authored_text_names_line_and_column() {
    let violations = Content::parse(Kind::Topic, topic("First.\n\nSee ![[no no]].\n")).unwrap_err();
    assert_eq!((violations[0].line, violations[0].column), (Some(3), Some(5)));
}

#[test]
fn every_fault_of_a_document_is_reported_at_once() {
    let document = json!({"title": "", "prompt": "", "points": 0, "interaction":
        {"type": "single_choice", "choices": [{"id": "a b", "text": "x"}, {"id": "c", "text": ""}]}
    });
    refuses(
        Kind::Question,
        document,
        &[
            ("/title", "required"),
            ("/prompt", "required"),
            ("/points", "range"),
            ("/interaction/choices/0/id", "local_id"),
            ("/interaction/choices/1/text", "required"),
            ("/interaction/choices", "one_correct_choice"),
        ],
    );
}

#[test]
fn placements() {
    let spoiled = |pointer: &str, value: Value| {
        with(lesson(&[placed(1, "t"), placed(2, "u")]), &format!("/placements/0{pointer}"), value)
    };
    for (pointer, value, place, rule) in [
        ("/component", json!("a b"), "/component", "format"),
        ("/component", json!(3), "/component", "type"),
        ("/id", json!("one"), "/id", "format"),
        ("/id", json!(slot_id(2)), "", "unique"),
        ("/colour", json!(1), "/colour", "unknown_field"),
        ("/overrides", json!({"colour": 1}), "/overrides/colour", "unknown_field"),
        ("/overrides", json!({"title": " "}), "/overrides/title", "required"),
        ("/overrides", json!({"weight": -1}), "/overrides/weight", "range"),
        ("/overrides", json!({"attempts": 0}), "/overrides/attempts", "range"),
        ("/overrides", json!({"attempts": 1.5}), "/overrides/attempts", "type"),
        ("/overrides", json!({"pass_mark": 1.01}), "/overrides/pass_mark", "range"),
        ("/when", json!({"audience": []}), "/when/audience", "condition"),
        ("/when", json!({"audience": [""]}), "/when/audience", "condition"),
        ("/when", json!({"": ["admin"]}), "/when/", "condition"),
        ("/when", json!({"audience": "admin"}), "/when/audience", "type"),
        ("/policy", json!("latest"), "/policy", "type"),
        ("/policy", json!({}), "/policy/follow", "required"),
        ("/policy", json!({"follow": "sometimes"}), "/policy/follow", "unknown_value"),
        ("/policy", json!({"follow": "latest", "x": 1}), "/policy/x", "unknown_field"),
        ("/policy", json!({"follow": "release"}), "/policy/release", "required"),
        ("/policy", json!({"follow": "release", "release": "1"}), "/policy/release", "format"),
        ("/policy", json!({"follow": "pinned", "content": BLOB}), "/policy/metadata", "required"),
        (
            "/policy",
            json!({"follow": "pinned", "content": "sha256:00", "metadata": BLOB}),
            "/policy/content",
            "format",
        ),
        (
            "/policy",
            json!({"follow": "approved", "content": BLOB}),
            "/policy/content",
            "unknown_field",
        ),
    ] {
        let at = if rule == "unique" { 1 } else { 0 };
        let place = if rule == "unique" { "/id" } else { place };
        let place = format!("/placements/{at}{place}");
        refuses(Kind::Lesson, spoiled(pointer, value), &[(&place, rule)]);
    }
    let document = with(lesson(&[placed(1, "t")]), "/placements/0/component", None);
    refuses(Kind::Lesson, document, &[("/placements/0/component", "required")]);
}

#[test]
fn assets() {
    for (pointer, value, place, rule) in [
        ("/blob", json!("sha256:12"), "/blob", "format"),
        ("/blob", json!(BLOB.to_uppercase()), "/blob", "format"),
        ("/size", json!(-1), "/size", "format"),
        ("/file_name", json!("a/b.png"), "/file_name", "file_name"),
        ("/file_name", json!(".."), "/file_name", "file_name"),
        ("/file_name", json!("a\u{0}.png"), "/file_name", "file_name"),
        ("/file_name", json!("CON?.png"), "/file_name", "file_name"),
        ("/media_type", json!("png"), "/media_type", "media_type"),
    ] {
        refuses(Kind::Asset, with(picture(), pointer, value), &[(place, rule)]);
    }
    let document = with(with(picture(), "/alt", json!("A boat")), "/decorative", json!(true));
    refuses(Kind::Asset, document, &[("/alt", "decorative")]);
    let track = json!({"kind": "captions", "language": "en", "blob": BLOB, "file_name": "a.vtt"});
    for (pointer, value, rule) in [
        ("/kind", json!("karaoke"), "unknown_value"),
        ("/language", json!("e"), "format"),
        ("/file_name", json!("a/b.vtt"), "file_name"),
    ] {
        let document = with(picture(), "/tracks", json!([with(track.clone(), pointer, value)]));
        refuses(Kind::Asset, document, &[(&format!("/tracks/0{pointer}"), rule)]);
    }
}

#[test]
fn web_packages() {
    for (pointer, value, place, rule) in [
        ("/launch", json!("start.html"), "/launch", "launch"),
        ("/standard", json!("scorm13"), "/standard", "unknown_value"),
        ("/files/0/path", json!("../a.css"), "/files/0/path", "path"),
        ("/files/0/path", json!("/a.css"), "/files/0/path", "path"),
        ("/files/0/path", json!("css\\a.css"), "/files/0/path", "path"),
        ("/files/0/path", json!("INDEX.html"), "/files/1/path", "unique"),
        ("/files/0/media_type", json!("css"), "/files/0/media_type", "media_type"),
    ] {
        refuses(Kind::WebPackage, with(web_package(), pointer, value), &[(place, rule)]);
    }
}

#[test]
fn assessments() {
    let valid = assessment(&[placed(1, "q"), placed(2, "r")]);
    for (pointer, value, place, rule) in [
        ("/sections", json!([]), "/sections", "required"),
        ("/pass_mark", json!(80), "/pass_mark", "range"),
        ("/attempts", json!(0), "/attempts", "range"),
        ("/sections/0/id", json!("section one"), "/sections/0/id", "local_id"),
        ("/sections/0/entries", json!([]), "/sections/0/entries", "required"),
        ("/sections/0/draw", json!(0), "/sections/0/draw", "range"),
        ("/sections/0/draw", json!(3), "/sections/0/draw", "range"),
        ("/introduction", json!(":::bogus\n:::"), "/introduction", "unknown_directive"),
    ] {
        refuses(Kind::Assessment, with(valid.clone(), pointer, value), &[(place, rule)]);
    }
    let twice = with(valid, "/sections/-", json!({"id": "s1", "entries": [placed(3, "s")]}));
    refuses(Kind::Assessment, twice, &[("/sections/1/id", "unique")]);
}

#[test]
fn courses() {
    let valid = course(&[]);
    for (completion, place, rule) in [
        (json!({"rule": "score"}), "/completion/pass_mark", "required"),
        (json!({"pass_mark": -0.1}), "/completion/pass_mark", "range"),
        (json!({"rule": "luck"}), "/completion/rule", "unknown_value"),
        (json!({"colour": 1}), "/completion/colour", "unknown_field"),
    ] {
        refuses(Kind::Course, with(valid.clone(), "/completion", completion), &[(place, rule)]);
    }
}

#[test]
fn profiles() {
    let refused = |pointer: &str, value: Value, wanted: &[(&str, &str)]| {
        refuses(Kind::Profile, with(profile("scorm12"), pointer, value), wanted);
    };
    refused("/format", json!("SCORM 1.2"), &[("/format", "format")]);
    refused("/granularity", json!("page"), &[("/granularity", "unknown_value")]);
    refused("/navigation", json!("forced"), &[("/navigation", "unknown_value")]);
    refused("/language", json!("english!"), &[("/language", "format")]);
    refused("/conditions", json!({"audience": []}), &[("/conditions/audience", "condition")]);
    refused("/variables", json!({"1st": "x"}), &[("/variables/1st", "variable_name")]);
    refused("/completion", json!({"rule": "score"}), &[("/completion/pass_mark", "required")]);
    refused("/completion", json!({"rule": "time"}), &[("/completion/minutes", "required")]);
    refused("/completion", json!({"minutes": 5}), &[("/completion/minutes", "required")]);
    let never = json!({"rule": "time", "minutes": 0});
    refused("/completion", never, &[("/completion/minutes", "range")]);
    refused("/player", json!({"sound": true}), &[("/player/sound", "unknown_field")]);
    refused("/required", json!({"course": ["price"]}), &[("/required/course/0", "unknown_value")]);
    let colours = json!({"colours": {"accent": "teal"}});
    refused("/theme", colours, &[("/theme/colours/accent", "format")]);
    refused(
        "/theme",
        json!({"fonts": {"text": "papyrus"}}),
        &[("/theme/fonts/text", "unknown_value")],
    );
    refused("/theme", json!({"css": "@import 'x';"}), &[("/theme/css", "css_rule")]);
    let logo = json!({"logo": {"component": "logo", "overrides": {"title": "Other"}}});
    refused("/theme", logo, &[("/theme/logo", "logo")]);
}

#[test]
fn variable_sets_and_objectives() {
    let named = |name: &str| json!({"title": "V", "variables": {name: "x"}});
    refuses(Kind::VariableSet, named("1st"), &[("/variables/1st", "variable_name")]);
    refuses(Kind::VariableSet, named("a/b~c"), &[("/variables/a~1b~0c", "variable_name")]);
    let number = with(variable_set(), "/variables/product.name", json!(1));
    refuses(Kind::VariableSet, number, &[("/variables/product.name", "type")]);
    refuses(
        Kind::Objective,
        with(objective("Do it"), "/description", json!(1)),
        &[("/description", "type")],
    );
}

#[test]
fn metadata() {
    for (document, place, rule) in [
        (json!({"duration_minutes": 0}), "/duration_minutes", "range"),
        (json!({"difficulty": "hard"}), "/difficulty", "unknown_value"),
        (json!({"tags": "one"}), "/tags", "type"),
        (json!({"tags": ["x".repeat(201)]}), "/tags", "length"),
        (json!({"custom": {"cost centre": 7}}), "/custom/cost centre", "type"),
        (json!({"colour": 1}), "/colour", "unknown_field"),
        (json!(null), "", "type"),
    ] {
        let violations = Metadata::parse(document).unwrap_err();
        assert_eq!(rules(&violations), [(place, rule)]);
    }
}

mod questions {
    use super::*;

    #[track_caller]
    fn refuses(interaction: Value, expected: &[(&str, &str)]) {
        super::refuses(Kind::Question, asked(interaction), expected);
    }

    fn choice(id: &str, correct: bool) -> Value {
        json!({"id": id, "text": "x", "correct": correct})
    }

    #[test]
    fn have_a_known_interaction() {
        refuses(json!([]), &[("/interaction", "type")]);
        refuses(json!({}), &[("/interaction/type", "required")]);
        refuses(json!({"type": "dream"}), &[("/interaction/type", "unknown_value")]);
        refuses(json!({"type": "true_false"}), &[("/interaction/answer", "required")]);
        refuses(
            json!({"type": "true_false", "answer": true, "colour": 1}),
            &[("/interaction/colour", "unknown_field")],
        );
        super::refuses(
            Kind::Question,
            with(question("x"), "/interaction", None),
            &[("/interaction", "required")],
        );
    }

    #[test]
    fn are_worth_something() {
        for points in [json!(0), json!(-1), json!(1_000_001)] {
            let document = with(question("x"), "/points", points);
            super::refuses(Kind::Question, document, &[("/points", "range")]);
        }
    }

    #[test]
    fn with_choices_have_two_of_them_and_the_right_number_right() {
        let at = "/interaction/choices";
        for (choices, expected) in [
            (json!([choice("a", true)]), vec![(at, "length")]),
            (json!([choice("a", false), choice("b", false)]), vec![(at, "one_correct_choice")]),
            (json!([choice("a", true), choice("b", true)]), vec![(at, "one_correct_choice")]),
            (
                json!([choice("a", true), choice("a", false)]),
                vec![("/interaction/choices/1/id", "unique")],
            ),
            (
                json!([choice("a", true), choice(&"i".repeat(33), false)]),
                vec![("/interaction/choices/1/id", "local_id")],
            ),
        ] {
            refuses(json!({"type": "single_choice", "choices": choices}), &expected);
        }
        let none_right = json!([choice("a", false), choice("b", false)]);
        refuses(
            json!({"type": "multiple_choice", "choices": none_right}),
            &[(at, "some_correct_choice")],
        );
        let odd = json!([choice("a", true), {"id": "b", "text": "x", "colour": 1}]);
        refuses(
            json!({"type": "multiple_choice", "choices": odd}),
            &[("/interaction/choices/1/colour", "unknown_field")],
        );
    }

    #[test]
    fn with_blanks_mark_each_blank_once() {
        let fill_in = |prompt: &str, blanks: Value| {
            with(asked(json!({"type": "fill_in", "blanks": blanks})), "/prompt", json!(prompt))
        };
        let blank = |id: &str| json!({"id": id, "accept": ["x"]});
        Content::parse(Kind::Question, fill_in("No mark", json!([blank("a")]))).unwrap();
        for (prompt, blanks, expected) in [
            ("None", json!([]), vec![("/interaction/blanks", "length")]),
            ("[blank b]", json!([blank("a")]), vec![("/prompt", "blank_mark"); 2]),
            ("[blank a] [blank a]", json!([blank("a")]), vec![("/prompt", "blank_mark")]),
            ("[blank a]", json!([blank("a"), blank("b")]), vec![("/prompt", "blank_mark")]),
            (
                "[blank a]",
                json!([{"id": "a", "accept": []}]),
                vec![("/interaction/blanks/0/accept", "required")],
            ),
            (
                "[blank a]",
                json!([{"id": "a", "accept": ["x", " "]}]),
                vec![("/interaction/blanks/0/accept", "required")],
            ),
        ] {
            super::refuses(Kind::Question, fill_in(prompt, blanks), &expected);
        }
    }

    #[test]
    fn of_matching_pair_every_source_once() {
        let item = |id: &str| json!({"id": id, "text": "x"});
        let pair = |source: &str, target: &str| json!({"source": source, "target": target});
        let matching = |pairs: Value| {
            json!({"type": "matching", "sources": [item("a"), item("b")],
                   "targets": [item("1"), item("2")], "pairs": pairs})
        };
        let (a1, b2) = (pair("a", "1"), pair("b", "2"));
        let at = "/interaction/pairs";
        for (pairs, expected) in [
            (json!([a1]), vec![(at, "complete")]),
            (json!([a1, b2, pair("a", "2")]), vec![("/interaction/pairs/2/source", "unique")]),
            (json!([a1, pair("b", "3")]), vec![("/interaction/pairs/1/target", "reference")]),
            (json!([a1, b2, pair("c", "1")]), vec![("/interaction/pairs/2/source", "reference")]),
        ] {
            refuses(matching(pairs), &expected);
        }
        let lonely = with(matching(json!([a1])), "/sources", json!([item("a")]));
        refuses(lonely, &[("/interaction/sources", "length")]);
    }

    #[test]
    fn of_ordering_and_numbers() {
        refuses(
            json!({"type": "ordering", "items": [{"id": "a", "text": "x"}]}),
            &[("/interaction/items", "length")],
        );
        refuses(
            json!({"type": "numeric", "answer": 1, "tolerance": -0.5}),
            &[("/interaction/tolerance", "range")],
        );
        refuses(json!({"type": "numeric", "answer": "one"}), &[("/interaction/answer", "type")]);
        refuses(
            json!({"type": "long_answer", "max_characters": -1}),
            &[("/interaction/max_characters", "format")],
        );
    }
}
