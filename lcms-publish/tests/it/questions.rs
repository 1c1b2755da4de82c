//! Questions of every type, media and terms as a package carries them.

use lcms_core::model::Kind;
use lcms_formats::zip::{Archive, Limits};
use lcms_publish::{Format, Order, Profile};
use serde_json::{Value, json};

use crate::world::{World, bytes, id, unpack};

/// The page of the only SCO of a course, and the data in it.
async fn published(world: &World, key: &str, order: impl Into<Order>) -> (String, Value) {
    let package = world.publish(key, order).await.unwrap();
    let files = unpack(bytes(&package).await);
    let (_, page) = files.iter().find(|(path, _)| path.starts_with("sco/")).unwrap();
    let page = String::from_utf8(page.clone()).unwrap();
    let (_, data) = page.split_once("id=\"lcms-sco\">").unwrap();
    let data = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    (page, data)
}

async fn asking(interactions: &[(&str, Value)]) -> World {
    let world = World::new().await;
    let mut placements = Vec::new();
    for (n, (key, interaction)) in (0_u32..).zip(interactions) {
        world
            .add(
                Kind::Question,
                key,
                50 + n,
                json!({"title": key, "prompt": format!("Question {key}?"), "points": 3, "interaction": interaction}),
            )
            .await;
        placements.push(json!({"id": id(150 + n), "component": key}));
    }
    world.add(Kind::Lesson, "only", 21, json!({"title": "Only", "placements": placements})).await;
    world
}

/// The data of the question with this prompt.
fn question<'d>(data: &'d Value, key: &str) -> &'d Value {
    let prompt = format!("Question {key}?");
    let questions = data["questions"].as_object().unwrap().values();
    questions.into_iter().find(|question| question["description"] == prompt.as_str()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_question_is_published_with_what_the_player_needs() {
    let world = asking(&[
        (
            "match",
            json!({"type": "matching",
                "sources": [{"id": "s1", "text": "One & *only*"}, {"id": "s2", "text": "Two"}],
                "targets": [{"id": "t1", "text": "First"}, {"id": "t2", "text": "$x^2$"}],
                "pairs": [{"source": "s1", "target": "t2"}, {"source": "s2", "target": "t1"}]}),
        ),
        (
            "order",
            json!({"type": "ordering", "items": [
                {"id": "a", "text": "One"}, {"id": "b", "text": "Two"}, {"id": "c", "text": "Three"}]}),
        ),
        ("number", json!({"type": "numeric", "answer": -2.5, "tolerance": 0.5, "unit": "°C"})),
        (
            "long",
            json!({"type": "long_answer", "max_characters": 300, "sample_answer": "So *it* is."}),
        ),
    ])
    .await;
    let (page, data) = published(&world, "only", Format::Scorm2004Fourth).await;

    let matching = question(&data, "match");
    assert_eq!(matching["correct"], json!(["s1.t2", "s2.t1"]));
    assert_eq!(matching["choices"], json!(["s1", "s2"]));
    assert_eq!(matching["targets"], json!(["t1", "t2"]));
    assert!(page.contains("<span>One &amp; <em>only</em></span> <select name=\"s1\">"), "{page}");
    assert!(
        page.contains("<ol class=\"lcms-targets\" type=\"A\" data-shown>"),
        "a formula is shown"
    );

    let ordering = question(&data, "order");
    assert_eq!(ordering["correct"], json!(["a", "b", "c"]));
    let order: Vec<_> = page.split("data-item=\"").skip(1).map(|rest| &rest[..1]).collect();
    assert_ne!(order, ["a", "b", "c"], "the page tells the answer where no script runs");

    let numeric = question(&data, "number");
    assert_eq!(numeric["correct"], json!({"answer": -2.5, "tolerance": 0.5}));
    assert_eq!(numeric["unit"], "°C");
    assert!(page.contains("inputmode=\"text\""), "a negative number needs a minus sign");

    let long = question(&data, "long");
    assert_eq!((&long["weight"], &long["correct"]), (&json!(0.0), &json!([])));
    assert!(page.contains("maxlength=\"300\""));
    assert!(
        page.contains(
            "data-for=\"sample\" hidden><p class=\"lcms-callout-title\">A good answer</p>"
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_of_long_answers_alone_is_completed_by_its_pages() {
    let world = asking(&[("long", json!({"type": "long_answer"}))]).await;
    world
        .add(
            Kind::Course,
            "course",
            22,
            json!({"title": "Course", "completion": {"rule": "score", "pass_mark": 0.8},
                "placements": [{"id": id(160), "component": "only"}]}),
        )
        .await;
    let refused = world.publish("course", Format::Scorm12).await.unwrap_err();
    assert_eq!(refused.violation_list()[0].rule, "scored");
    let waivers = ["scored".parse().unwrap()].into_iter().collect();
    let order = Order { waivers, ..Order::from(Profile::new(Format::Scorm12)) };
    let (_, data) = published(&world, "course", order).await;
    assert_eq!((&data["completion"], &data["passMark"]), (&json!("pages"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_brings_its_meaning_along_and_code_its_colours() {
    let world = World::new().await;
    let words = "Agent {#agent}\n\n: The *program* on site.\n";
    world.add(Kind::Topic, "words", 19, json!({"title": "Words", "body": words})).await;
    let body = "An [[words#agent]] or [[words#agent|two agents]].\n\n```python\nif x: pass\n```\n";
    world.add(Kind::Topic, "page", 20, json!({"title": "Page", "body": body})).await;
    world
        .add(
            Kind::Lesson,
            "only",
            21,
            json!({"title": "Only", "placements": [
                {"id": id(130), "component": "page"}, {"id": id(131), "component": "words"}]}),
        )
        .await;
    let (page, _) = published(&world, "only", Format::Scorm12).await;
    for expected in [
        ">Agent</button><span popover class=\"lcms-definition\"",
        ">two agents</button>",
        "-agent\">Agent</a></dfn> The program on site.</span>",
        "<span class=\"lcms-k\">if</span> x: <span class=\"lcms-k\">pass</span>",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_player_takes_less_than_40_kb_of_a_package() {
    let world = World::with_course().await;
    for format in [Format::Scorm12, Format::Scorm2004Fourth] {
        let package = world.publish("course", format).await.unwrap();
        let zip = std::io::Cursor::new(bytes(&package).await);
        let archive = Archive::open(zip, &Limits::default()).unwrap();
        let files = archive.files().iter().filter(|file| file.path.as_str().starts_with("player/"));
        let size: u64 = files.map(|file| file.compressed_size).sum();
        assert!((10_000..40_000).contains(&size), "{size} bytes");
    }
}
