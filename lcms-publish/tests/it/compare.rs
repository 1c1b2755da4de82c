//! Every rule of the update verdict: each alone, by altering what is known of a package, and the
//! edits that people make, by publishing before and after.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::Path;

use lcms_core::model::{Digest, Kind};
use lcms_publish::compare::{Comparison, Contents, Rule, Verdict, compare, table};
use lcms_publish::shape::{
    Correct, Launch, Shape, ShownItem, ShownPage, TrackedAssessment, TrackedItem,
};
use lcms_publish::{Format, inspect};
use serde_json::{Value, json};

use crate::world::{World, bytes, id, unpack, zip};

async fn contents(world: &World, format: Format) -> Contents {
    Contents::clone(&world.publish("course", format).await.unwrap().contents)
}

fn rules(comparison: &Comparison) -> BTreeSet<Rule> {
    comparison.reasons.iter().map(|reason| reason.rule).collect()
}

/// The lesson of the course and the assessment after it.
const LESSON: usize = 0;
const FINAL: usize = 1;

fn item(contents: &mut Contents, n: usize) -> &mut TrackedItem {
    &mut contents.shape.tracked.items[n]
}

fn shown(contents: &mut Contents, n: usize) -> &mut ShownItem {
    let id = contents.shape.tracked.items[n].id.clone();
    contents.shape.shown.items.get_mut(&id).unwrap()
}

fn question<'c>(
    contents: &'c mut Contents,
    kind: &str,
) -> &'c mut lcms_publish::shape::TrackedQuestion {
    let lesson = item(contents, LESSON).lesson.as_mut().unwrap();
    lesson.questions.values_mut().find(|question| question.kind == kind).unwrap()
}

fn assessment(contents: &mut Contents) -> &mut TrackedAssessment {
    item(contents, FINAL).lesson.as_mut().unwrap().assessments.values_mut().next().unwrap()
}

fn heading(id: &str) -> TrackedItem {
    TrackedItem {
        id: id.to_owned(),
        launch: None,
        rules: lcms_publish::shape::ItemRules::default(),
        lesson: None,
        items: Vec::new(),
    }
}

fn sco(id: &str) -> TrackedItem {
    let launch =
        Launch { resource: format!("r-{id}"), address: format!("sco/{id}.html"), sco: true };
    TrackedItem { launch: Some(launch), ..heading(id) }
}

/// Marks a file as changed, there or not.
fn change(contents: &mut Contents, path: &str) {
    contents.files.insert(path.to_owned(), Digest::of_bytes(b"changed"));
}

fn remove_question(contents: &mut Contents) -> String {
    let lesson = item(contents, LESSON).lesson.as_mut().unwrap();
    let (id, _) = lesson.questions.pop_first().unwrap();
    id
}

type Edit = fn(&mut Contents);

/// For each rule an edit that breaks it and no other. The first runs on both packages.
const CASES: &[(Rule, Edit, Edit)] = &[
    (Rule::FormatChanged, |_| (), |c| c.shape.tracked.format = "scorm12".into()),
    (Rule::ManifestIdentifierChanged, |_| (), |c| c.shape.tracked.manifest = "m-2".into()),
    (
        Rule::OrganizationIdentifierChanged,
        |_| (),
        |c| {
            c.shape.tracked.organization = Some("o-2".into());
        },
    ),
    (Rule::StateFormatChanged, |_| (), |c| c.shape.tracked.state = Some("lcms-player/2".into())),
    (Rule::LanguageChanged, |_| (), |c| c.shape.shown.language = Some("de".into())),
    (Rule::ScoAdded, |_| (), |c| c.shape.tracked.items.push(sco("i-new"))),
    (
        Rule::ScoRemoved,
        |c| c.shape.tracked.items.push(sco("i-x")),
        |c| {
            c.shape.tracked.items.pop();
        },
    ),
    (Rule::ScoMoved, |_| (), |c| c.shape.tracked.items.swap(LESSON, FINAL)),
    (
        Rule::ScoKindChanged,
        |_| (),
        |c| {
            item(c, LESSON).launch.as_mut().unwrap().sco = false;
        },
    ),
    (
        Rule::ItemIdentifierChanged,
        |_| (),
        |c| {
            let was = shown(c, LESSON).clone();
            item(c, LESSON).id = "i-other".into();
            c.shape.shown.items.insert("i-other".into(), was);
        },
    ),
    (Rule::HeadingAdded, |_| (), |c| c.shape.tracked.items.push(heading("i-new"))),
    (
        Rule::HeadingRemoved,
        |c| c.shape.tracked.items.push(heading("i-x")),
        |c| {
            c.shape.tracked.items.pop();
        },
    ),
    (
        Rule::HeadingMoved,
        |c| c.shape.tracked.items.push(heading("i-x")),
        |c| {
            let moved = c.shape.tracked.items.pop().unwrap();
            c.shape.tracked.items.insert(0, moved);
        },
    ),
    (
        Rule::ResourceIdentifierChanged,
        |_| (),
        |c| {
            item(c, LESSON).launch.as_mut().unwrap().resource = "r-2".into();
        },
    ),
    (
        Rule::LaunchAddressChanged,
        |_| (),
        |c| {
            item(c, LESSON).launch.as_mut().unwrap().address.push_str("?mode=2");
        },
    ),
    (
        Rule::PrerequisitesChanged,
        |_| (),
        |c| {
            item(c, FINAL).rules.prerequisites = Some("i-1".into());
        },
    ),
    (
        Rule::SequencingChanged,
        |_| (),
        |c| {
            item(c, FINAL).rules.sequencing.insert("forwardOnly".into(), "true".into());
        },
    ),
    (
        Rule::MoveOnChanged,
        |_| (),
        |c| {
            item(c, FINAL).rules.move_on = Some("Passed".into());
        },
    ),
    (
        Rule::TimeLimitChanged,
        |_| (),
        |c| {
            item(c, FINAL).rules.time_limit = Some("00:30:00".into());
        },
    ),
    (Rule::LaunchDataChanged, |_| (), |c| item(c, FINAL).rules.launch_data = Some("x".into())),
    (Rule::ObjectiveAdded, |_| (), |c| item(c, FINAL).rules.objectives.push("o-2".into())),
    (
        Rule::ObjectiveRemoved,
        |_| (),
        |c| {
            item(c, FINAL).rules.objectives.pop().unwrap();
        },
    ),
    (
        Rule::CompletionRuleChanged,
        |_| (),
        |c| {
            item(c, LESSON).lesson.as_mut().unwrap().completion = "pages".into();
        },
    ),
    (
        Rule::MasteryChanged,
        |_| (),
        |c| {
            item(c, LESSON).lesson.as_mut().unwrap().pass_mark = Some(0.9);
            item(c, LESSON).rules.mastery = Some("0.9".into());
        },
    ),
    (
        Rule::QuestionAdded,
        |c| {
            c.bill.as_mut().unwrap().questions.clear();
        },
        |c| {
            let extra = question(c, "fill_in").clone();
            item(c, LESSON).lesson.as_mut().unwrap().questions.insert("q-new".into(), extra);
        },
    ),
    (
        Rule::QuestionRemoved,
        |_| (),
        |c| {
            remove_question(c);
        },
    ),
    (
        Rule::QuestionIdentifierChanged,
        |_| (),
        |c| {
            let lesson = item(c, LESSON).lesson.as_mut().unwrap();
            let (was, question) = lesson.questions.pop_first().unwrap();
            lesson.questions.insert("q-other".into(), question);
            let questions = &mut c.bill.as_mut().unwrap().questions;
            let component = questions[&was];
            questions.insert("q-other".into(), component);
        },
    ),
    (
        Rule::QuestionTypeChanged,
        |_| (),
        |c| {
            question(c, "single_choice").kind = "multiple_choice".into();
        },
    ),
    (Rule::QuestionWeightChanged, |_| (), |c| question(c, "fill_in").weight = 5.0),
    (Rule::PartialCreditChanged, |_| (), |c| question(c, "single_choice").partial = true),
    (
        Rule::AnswerKeyChanged,
        |_| (),
        |c| {
            question(c, "single_choice").correct = Correct::Choices(vec!["b".into()]);
        },
    ),
    (Rule::AnswerChoicesChanged, |_| (), |c| question(c, "single_choice").choices.reverse()),
    (
        Rule::QuestionOrderChanged,
        |_| (),
        |c| {
            shown(c, FINAL).assessments.values_mut().next().unwrap().shuffle = true;
        },
    ),
    (
        Rule::AttemptsChanged,
        |_| (),
        |c| {
            shown(c, LESSON).questions.values_mut().next().unwrap().attempts = Some(2);
        },
    ),
    (
        Rule::AssessmentAdded,
        |_| (),
        |c| {
            let added = assessment(c).clone();
            let lesson = item(c, LESSON).lesson.as_mut().unwrap();
            lesson.assessments.insert("a-new".into(), added);
        },
    ),
    (
        Rule::AssessmentRemoved,
        |_| (),
        |c| {
            item(c, FINAL).lesson.as_mut().unwrap().assessments.clear();
        },
    ),
    (Rule::AssessmentDrawChanged, |_| (), |c| assessment(c).sections[0].1 = None),
    (
        Rule::PageAdded,
        |_| (),
        |c| {
            let page =
                ShownPage { id: "p-new".into(), title: "New".into(), fingerprint: "0".into() };
            shown(c, LESSON).pages.push(page);
        },
    ),
    (
        Rule::PageRemoved,
        |_| (),
        |c| {
            shown(c, LESSON).pages.pop().unwrap();
        },
    ),
    (Rule::PageChanged, |_| (), |c| shown(c, LESSON).pages[0].fingerprint = "0".into()),
    (Rule::PageMoved, |_| (), |c| shown(c, LESSON).pages.swap(0, 1)),
    (
        Rule::FrameChanged,
        |_| (),
        |c| {
            let path = item(c, LESSON).launch.as_ref().unwrap().address.clone();
            change(c, &path);
        },
    ),
    (
        Rule::AssetChanged,
        |_| (),
        |c| {
            change(c, &format!("assets/{}/square (1).svg", id(1)));
        },
    ),
    (Rule::TitleChanged, |_| (), |c| c.shape.shown.title = "Other".into()),
    (Rule::MetadataChanged, |_| (), |c| change(c, "imsmanifest.xml")),
    (
        Rule::PlayerChanged,
        |_| (),
        |c| {
            change(c, "player/player.js");
            c.bill.as_mut().unwrap().publisher = "lcms-publish/2".into();
        },
    ),
    (Rule::RecordChanged, |_| (), |c| change(c, "bill-of-content.json")),
    (
        Rule::ContentChanged,
        |c| c.shape.tracked.state = None,
        |c| {
            change(c, "assets/film.mp4");
            c.shape.tracked.content = Some(Digest::of_bytes(b"content"));
        },
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_rule_is_found_alone() {
    let base = contents(&World::with_course().await, Format::Scorm2004Fourth).await;
    let tested: BTreeSet<_> = CASES.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(tested, Rule::ALL.iter().copied().collect(), "a rule without a case");
    for (rule, prepare, edit) in CASES {
        let mut before = base.clone();
        prepare(&mut before);
        let mut after = before.clone();
        edit(&mut after);
        // Whatever is edited stands in the shape document as well.
        let document = serde_json::to_vec(&after.shape).unwrap();
        after.files.insert("shape.json".into(), Digest::of_bytes(&document));
        let comparison = compare(&before, &after);
        assert_eq!(rules(&comparison), BTreeSet::from([*rule]), "{:#?}", comparison.reasons);
        assert_eq!(comparison.verdict, rule.verdict(), "{rule}");
        assert!(!comparison.same);
        if rule.verdict() >= Verdict::RestartNeeded {
            assert_ne!(
                before.shape.digest(),
                after.shape.digest(),
                "{rule}: packages of equal shape can take each other's place"
            );
        }
    }
}

#[test]
fn the_table_in_the_documentation_is_that_of_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/compatibility.md");
    let kept = std::fs::read_to_string(&file).unwrap();
    let (head, rest) = kept.split_once("<!-- rules -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- end of rules -->").unwrap();
    let made = format!("{head}<!-- rules -->\n{}<!-- end of rules -->{tail}", table());
    if std::env::var_os("LCMS_BLESS").is_some() {
        std::fs::write(&file, &made).unwrap();
        return;
    }
    assert!(
        kept == made,
        "run `LCMS_BLESS=1 cargo nextest run -E 'test(the_table_in)'` and commit"
    );
}

#[test]
fn every_source_of_a_reason_is_listed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/compatibility.md");
    let document = std::fs::read_to_string(&file).unwrap();
    for rule in Rule::ALL {
        for cited in rule.why().split('[').skip(1) {
            let (cited, _) = cited.split_once(']').unwrap();
            // A section follows the name of a standard.
            let name = cited.trim_end_matches(|c: char| c.is_ascii_digit() || ". ".contains(c));
            let name = if cited.starts_with("RTE12") { "RTE12" } else { name };
            let name = if cited.starts_with("CAM12") { "CAM12" } else { name };
            let name = if cited.starts_with("cmi5") { "cmi5" } else { name };
            assert!(document.contains(&format!("- **{name}**")), "{rule} cites {name}");
        }
    }
}

/// A lesson as the world has it, with other fields.
fn lesson(fields: Value) -> Value {
    merged(
        json!({"title": "Lesson <1>", "placements": [
            {"id": id(101), "component": "start"},
            {"id": id(102), "component": "next", "overrides": {"title": "Next, here"}},
            {"id": id(103), "component": "command", "overrides": {"weight": 2}}
        ]}),
        fields,
    )
}

fn course(fields: Value) -> Value {
    merged(
        json!({"title": "Course", "completion": {"rule": "both", "pass_mark": 0.8},
            "placements": [{"id": id(121), "component": "lesson"}, {"id": id(122), "component": "final"}]}),
        fields,
    )
}

fn which(fields: Value) -> Value {
    merged(
        json!({"title": "Which one", "prompt": "Which *one* is right?",
            "interaction": {"type": "single_choice", "choices": [
                {"id": "a", "text": "This", "correct": true, "feedback": "Yes."},
                {"id": "b", "text": "That & other"}
            ]},
            "hints": ["Look again."],
            "feedback": {"correct": "Well done.", "incorrect": "No."}}),
        fields,
    )
}

fn merged(mut base: Value, fields: Value) -> Value {
    if let Value::Object(fields) = fields {
        for (name, value) in fields {
            base[name] = value;
        }
    }
    base
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_get_the_verdict_that_people_expect() {
    use Rule::*;
    let world = World::with_course().await;
    world.add(Kind::Topic, "more", 30, json!({"title": "More", "body": "Even more."})).await;
    let lessons = json!({"title": "Another", "placements": [{"id": id(140), "component": "more"}]});
    world.add(Kind::Lesson, "another", 31, lessons).await;
    let placed = |slots: &[(u32, &str)]| -> Value {
        let list = slots.iter().map(|(n, key)| json!({"id": id(*n), "component": key}));
        json!({"placements": list.collect::<Vec<_>>()})
    };
    let choices = |right: &str, ids: &[&str]| {
        let choices = ids.iter().map(|id| {
            let text = if *id == "a" { "This" } else { "That & other" };
            let feedback = if *id == "a" { "Yes." } else { "" };
            json!({"id": id, "text": text, "correct": *id == right, "feedback": feedback})
        });
        json!({"interaction": {"type": "single_choice", "choices": choices.collect::<Vec<_>>()}})
    };
    let next = |body: &str| json!({"title": "Next", "body": body});
    let edits: Vec<(&str, Value, Value, &[Rule])> = vec![
        ("next", next("More."), next("Other text."), &[PageChanged]),
        ("which", which(json!({})), which(choices("b", &["a", "b"])), &[AnswerKeyChanged]),
        (
            "which",
            which(json!({})),
            which(choices("a", &["b", "a"])),
            &[AnswerChoicesChanged, PageChanged],
        ),
        ("which", which(json!({})), which(json!({"points": 3})), &[QuestionWeightChanged]),
        ("lesson", lesson(json!({})), lesson(json!({"title": "Renamed"})), &[TitleChanged]),
        ("course", course(json!({})), course(json!({"title": "Renamed"})), &[TitleChanged]),
        (
            "course",
            course(json!({})),
            course(json!({"completion": {"rule": "both", "pass_mark": 0.7}})),
            &[MasteryChanged],
        ),
        (
            "course",
            course(json!({})),
            course(json!({"completion": {"rule": "score", "pass_mark": 0.8}})),
            &[CompletionRuleChanged],
        ),
        (
            "course",
            course(json!({})),
            course(placed(&[(121, "lesson"), (122, "final"), (123, "another")])),
            &[ScoAdded],
        ),
        ("course", course(json!({})), course(placed(&[(121, "lesson")])), &[ScoRemoved]),
        (
            "course",
            course(json!({})),
            course(placed(&[(122, "final"), (121, "lesson")])),
            &[ScoMoved],
        ),
        (
            "course",
            course(json!({})),
            course(placed(&[(129, "lesson"), (122, "final")])),
            &[ItemIdentifierChanged],
        ),
        (
            "lesson",
            lesson(json!({})),
            lesson(json!({"placements": [
                {"id": id(102), "component": "next", "overrides": {"title": "Next, here"}},
                {"id": id(101), "component": "start"},
                {"id": id(104), "component": "more"}
            ]})),
            &[PageAdded, PageMoved, PageRemoved, QuestionRemoved],
        ),
    ];
    // The frame of a web page names the lessons beside it; an LMS shows those by itself.
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Html) {
        let before = contents(&world, format).await;
        for (key, was, is, expected) in &edits {
            world.save(key, is.clone()).await;
            let after = contents(&world, format).await;
            let comparison = compare(&before, &after);
            let found = rules(&comparison);
            let expected: BTreeSet<_> = expected.iter().copied().collect();
            assert_eq!(found, expected, "{format} {key} {is}: {:#?}", comparison.reasons);
            let strongest = expected.iter().map(|rule| rule.verdict()).max().unwrap();
            assert_eq!(comparison.verdict, strongest);
            // Taken back, the same bytes return.
            world.save(key, was.clone()).await;
            let comparison = compare(&before, &contents(&world, format).await);
            assert!(comparison.same, "{:#?}", comparison.reasons);
            assert_eq!((comparison.verdict, comparison.reasons.len()), (Verdict::SafeInPlace, 0));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_alone_and_assets_alone_are_told_apart() {
    let world = World::with_course().await;
    let before = contents(&world, Format::Scorm12).await;
    world.describe("lesson", json!({"tags": ["new"]})).await;
    let described = contents(&world, Format::Scorm12).await;
    assert_eq!(rules(&compare(&before, &described)), BTreeSet::from([Rule::MetadataChanged]));
    assert_eq!(before.shape.digest(), described.shape.digest());
    let blob = world.blob(r#"<svg xmlns="http://www.w3.org/2000/svg"/>"#).await;
    world
        .save("picture", json!({
            "title": "A square", "blob": blob.digest, "size": blob.size,
            "file_name": "square (1).svg", "media_type": "image/svg+xml", "alt": "A black square"
        }))
        .await;
    let redrawn = contents(&world, Format::Scorm12).await;
    assert_eq!(rules(&compare(&described, &redrawn)), BTreeSet::from([Rule::AssetChanged]));
    assert_eq!(before.shape.digest(), redrawn.shape.digest());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_format_asks_for_a_new_activity() {
    let world = World::with_course().await;
    let (old, new) =
        (contents(&world, Format::Scorm12).await, contents(&world, Format::Scorm2004Fourth).await);
    let comparison = compare(&old, &new);
    assert_eq!(comparison.verdict, Verdict::NewActivityNeeded);
    assert!(rules(&comparison).contains(&Rule::FormatChanged));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_file_says_the_same_as_its_plan() {
    let world = World::with_course().await;
    for format in Format::ALL {
        let package = world.publish("course", format).await.unwrap();
        let read = inspect(Cursor::new(bytes(&package).await)).unwrap();
        assert_eq!(read.contents, *package.contents);
        let document = &unpack(bytes(&package).await)["shape.json"];
        let document: Shape = serde_json::from_slice(document).unwrap();
        assert_eq!(document, package.contents.shape);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_made_elsewhere_is_compared_by_its_manifest() {
    let world = World::with_course().await;
    let package = world.publish("course", Format::Scorm2004Fourth).await.unwrap();
    let mut files = unpack(bytes(&package).await);
    files.remove("bill-of-content.json").unwrap();
    files.remove("shape.json").unwrap();
    let read = |files: &BTreeMap<String, Vec<u8>>| -> Contents {
        inspect(Cursor::new(zip(files))).unwrap().contents
    };
    let foreign = read(&files);
    assert!(!foreign.shape.is_known());
    assert!(foreign.unread.iter().any(|what| what.contains("made elsewhere")));
    assert!(compare(&foreign, &foreign.clone()).same);
    // Its content is opaque: any other byte of it may matter to a saved state.
    let page = files.keys().find(|path| path.starts_with("sco/")).unwrap().clone();
    files.get_mut(&page).unwrap().push(b'\n');
    let changed = read(&files);
    let comparison = compare(&foreign, &changed);
    assert_eq!(rules(&comparison), BTreeSet::from([Rule::ContentChanged]));
    assert_ne!(foreign.shape.digest(), changed.shape.digest());
    assert!(!comparison.unknown.is_empty());
    // Its manifest is not.
    let manifest = String::from_utf8(files["imsmanifest.xml"].clone()).unwrap();
    let named = format!("identifier=\"{}\"", foreign.shape.tracked.items[0].id);
    let renamed = manifest.replace(&named, "identifier=\"i-renamed\"");
    assert_ne!(renamed, manifest);
    files.insert("imsmanifest.xml".into(), renamed.into_bytes());
    let comparison = compare(&changed, &read(&files));
    assert!(rules(&comparison).contains(&Rule::ItemIdentifierChanged), "{comparison:#?}");
    assert_eq!(comparison.verdict, Verdict::NewActivityNeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shape_is_the_same_on_every_server() {
    let shape =
        async || -> Shape { contents(&World::with_course().await, Format::Scorm12).await.shape };
    let (one, other) = (shape().await, shape().await);
    assert_eq!(one, other);
    assert_eq!(one.digest(), other.digest());
}

#[tokio::test(flavor = "multi_thread")]
async fn web_pages_that_nobody_tracks_never_ask_for_a_restart() {
    let world = World::with_course().await;
    let before = contents(&world, Format::Html).await;
    world.save("which", which(json!({"points": 3.0}))).await;
    world
        .save("course", course(json!({"placements": [{"id": id(121), "component": "lesson"}]})))
        .await;
    let after = contents(&world, Format::Html).await;
    let comparison = compare(&before, &after);
    assert!(rules(&comparison).contains(&Rule::ScoRemoved), "{:#?}", comparison.reasons);
    assert_eq!(comparison.verdict, Verdict::SafeChangedPages);
}
