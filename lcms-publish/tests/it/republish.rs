//! What a publisher remembers saves work and changes nothing.

use lcms_core::model::Kind;
use lcms_core::service::ReleaseView;
use lcms_publish::{Format, Order, Package, Profile, Publisher};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::variants::course;
use crate::world::{World, bytes, id};

/// One thing that somebody does to a course. The number says how.
#[derive(Clone, Copy, Debug)]
enum Edit {
    Words(u8),
    Rename(u8),
    Link(u8),
    Course(u8),
    Pages(u8),
    Variable(u8),
    Attribution(u8),
    Question(u8),
    Picture(u8),
}

fn edit() -> impl Strategy<Value = Edit> {
    let kinds = [
        Edit::Words,
        Edit::Rename,
        Edit::Link,
        Edit::Course,
        Edit::Pages,
        Edit::Variable,
        Edit::Attribution,
        Edit::Question,
        Edit::Picture,
    ];
    (proptest::sample::select(kinds.to_vec()), 0_u8..4).prop_map(|(kind, how)| kind(how))
}

fn choice(right: &str) -> Value {
    json!({"type": "single_choice", "choices": [
        {"id": "a", "text": "This", "correct": right == "a"},
        {"id": "b", "text": "That", "correct": right == "b"}
    ]})
}

async fn apply(world: &World, edit: Edit) {
    match edit {
        Edit::Words(how) => {
            let body =
                format!("More, {how} times. {{#more}}\n\nTerm {{#term}}\n\n: Means {how}.\n");
            world.save("next", json!({"title": "Next", "body": body})).await;
        }
        Edit::Rename(how) => {
            let body = "More. {#more}\n\nTerm {#term}\n\n: Means much.\n";
            world.save("next", json!({"title": format!("Next {how}"), "body": body})).await;
        }
        Edit::Link(how) => {
            let link =
                ["", "[[lib/picture]]", "[[lib/next]]", "![[lib/picture]]"][usize::from(how)];
            let body = format!("Look: {link}\n\nThen [[lib/next]].\n\n![[lib/which]]\n");
            world.save("start", json!({"title": "Start", "body": body})).await;
        }
        Edit::Course(how) => {
            let mut placed = vec![
                json!({"id": id(162), "component": "lib/varied"}),
                json!({"id": id(163), "component": "lib/partners"}),
                json!({"id": id(164), "component": "lib/final", "overrides": {"weight": how + 1}}),
                json!({"id": id(165), "component": "lib/lesson"}),
            ];
            placed.rotate_left(usize::from(how));
            let sets = json!([{"id": id(160), "component": "lib/names"}]);
            let content = json!({
                "title": format!("Course {}", how / 2), "variable_sets": sets, "placements": placed
            });
            world.save("varied-course", content).await;
        }
        Edit::Pages(how) => {
            // What others link to stays.
            let all = [(101, "start"), (103, "command"), (104, "legal"), (102, "next")];
            let placed: Vec<_> = all[usize::from(how)..]
                .iter()
                .map(|(n, key)| json!({"id": id(*n), "component": format!("lib/{key}")}))
                .collect();
            world.save("lesson", json!({"title": "Lesson", "placements": placed})).await;
        }
        Edit::Variable(how) => {
            let variables = json!({"product.name": format!("Product {how}"), "support": "x"});
            world.save("names", json!({"title": "Names", "variables": variables})).await;
        }
        Edit::Attribution(how) => {
            let metadata = if how % 2 == 0 { json!({}) } else { json!({"attribution": "Ada"}) };
            world.describe("picture", metadata).await;
        }
        Edit::Question(how) => {
            let right = if how % 2 == 0 { "a" } else { "b" };
            let question = json!({"title": "Which", "prompt": format!("Which {}?", how / 2),
                "interaction": choice(right)});
            world.save("which", question).await;
        }
        Edit::Picture(how) => {
            let blob = world.blob(crate::world::PICTURE).await;
            let picture = json!({
                "title": "A square", "blob": blob.digest, "size": blob.size, "alt": format!("Square {how}"),
                "file_name": format!("square-{}.svg", how / 2), "media_type": "image/svg+xml"
            });
            world.save("picture", picture).await;
        }
    }
}

/// A course with links from lesson to lesson, to a block and to a term of another.
async fn linked() -> World {
    let world = course().await;
    apply(&world, Edit::Words(0)).await;
    let body = "See [[next]], [[next#more]] and [[next#term]].";
    let linking = json!({"title": "Linking", "body": body});
    world.add(Kind::Topic, "linking", 80, linking).await;
    let placed = json!([{"id": id(180), "component": "lib/linking"},
        {"id": id(181), "component": "lib/page"}]);
    world.save("varied", json!({"title": "Varied", "placements": placed})).await;
    apply(&world, Edit::Course(0)).await;
    world
}

fn orders() -> Vec<Order> {
    let plain = |format| Order::from(Profile::new(format));
    let when = ["audience=partner".parse().unwrap()];
    vec![
        plain(Format::Scorm12),
        plain(Format::Html),
        Order::from(Profile::new(Format::Cmi5).when(when)),
    ]
}

async fn made(
    publisher: &Publisher,
    world: &World,
    release: &ReleaseView,
    order: Order,
) -> Package {
    match publisher.publish(&world.session, release.release.id, order).await {
        Ok(package) => package,
        Err(error) => panic!("{error}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_remembered_makes_the_same_bytes(edits in prop::collection::vec(edit(), 3..8)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let world = linked().await;
            let publisher = Publisher::new(world.lcms.clone());
            for edit in edits {
                apply(&world, edit).await;
                let release = world.release("varied-course").await.unwrap();
                for order in orders() {
                    let fresh = Publisher::new(world.lcms.clone());
                    let anew = made(&fresh, &world, &release, order.clone()).await;
                    let again = made(&publisher, &world, &release, order).await;
                    assert_eq!(again.contents.files, anew.contents.files, "{edit:?}");
                    assert_eq!((again.digest, &again.notices), (anew.digest, &anew.notices));
                }
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_says_what_its_links_lead_to_by_now() {
    let world = linked().await;
    let publisher = Publisher::new(world.lcms.clone());
    for words in [0, 1] {
        apply(&world, Edit::Words(words)).await;
        let release = world.release("varied-course").await.unwrap();
        let package = made(&publisher, &world, &release, Order::from(Format::Html)).await;
        let files = crate::world::unpack(bytes(&package).await);
        let pages = files.iter().filter(|(path, _)| path.starts_with("sco/"));
        let linking = pages.map(|(_, page)| String::from_utf8(page.clone()).unwrap());
        let linking = linking.into_iter().find(|page| page.contains("<h2>Linking</h2>")).unwrap();
        assert!(linking.contains(&format!("Means {words}.")), "{linking}");
    }
}
