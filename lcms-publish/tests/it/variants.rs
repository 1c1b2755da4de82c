//! One release, several audiences: what conditions, variables, includes and overrides make of it.

use std::collections::{BTreeMap, BTreeSet};

use lcms_core::model::Kind;
use lcms_formats::XmlLimits;
use lcms_formats::manifest::read;
use lcms_publish::{Format, Profile};
use serde_json::{Value, json};

use crate::world::{World, bytes, id, unpack};

struct Published {
    files: BTreeMap<String, Vec<u8>>,
    notices: Vec<String>,
    etag: String,
}

impl Published {
    async fn of(world: &World, key: &str, when: &[&str], set: &[&str]) -> Self {
        let profile = Profile::new(Format::Scorm2004Fourth)
            .when(when.iter().map(|text| text.parse().unwrap()))
            .set(set.iter().map(|text| text.parse().unwrap()));
        let package = match world.publish(key, profile).await {
            Ok(package) => package,
            Err(error) => panic!("{error}"),
        };
        let (notices, etag) = (package.notices.clone(), package.etag.clone());
        Self { files: unpack(bytes(&package).await), notices, etag }
    }

    /// HTML and data of the SCO with that title.
    fn sco(&self, title: &str) -> (String, Value) {
        let heading = format!("<title>{title}</title>");
        let scos = self.files.iter().filter(|(path, _)| path.starts_with("sco/"));
        let html = scos
            .map(|(_, html)| String::from_utf8(html.clone()).unwrap())
            .find(|html| html.contains(&heading))
            .unwrap_or_else(|| panic!("no SCO {title}"));
        let (_, rest) = html.split_once("id=\"lcms-sco\">").unwrap();
        let data = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
        (html, data)
    }

    fn bill(&self) -> Value {
        serde_json::from_slice(&self.files["bill-of-content.json"]).unwrap()
    }

    /// Identifier and title of every item of the manifest.
    fn items(&self) -> BTreeMap<String, String> {
        let manifest =
            read(&self.files["imsmanifest.xml"], &XmlLimits::default()).unwrap().manifest;
        let organization = manifest.organization().unwrap();
        let items = organization.all_items();
        items.map(|item| (item.identifier.to_string(), item.title.clone())).collect()
    }
}

fn titles(data: &Value) -> Vec<&str> {
    data["pages"].as_array().unwrap().iter().map(|p| p["title"].as_str().unwrap()).collect()
}

/// A course that uses everything: `partner` is a lesson for partners alone.
pub(crate) async fn course() -> World {
    let world = World::with_course().await;
    world
        .add(
            Kind::VariableSet,
            "names",
            60,
            json!({"title": "Names", "variables":
                {"product.name": "Stock & <Co>", "support": "help@example.org"}}),
        )
        .await;
    world
        .add(
            Kind::VariableSet,
            "partner-names",
            61,
            json!({"title": "Names", "variables": {"support": "partners@example.org"}}),
        )
        .await;
    world
        .add(
            Kind::Topic,
            "legal",
            62,
            json!({"title": "Legal", "body":
                "# Legal\n\n## Returns {#returns}\n\nSend {{product.name}} back.\n\n![[picture]]\n\n![[which]]\n\n## Rest\n\nNothing.\n"}),
        )
        .await;
    world
        .add(
            Kind::Topic,
            "page",
            63,
            json!({"title": "About {{product.name}}", "body":
                "Ask {{support}}. {#ask}\n\n:::when audience=partner\nFor partners.\n\n:::include legal#returns\n:::\n\n## Care {#care}\n\nGently.\n"}),
        )
        .await;
    world
        .add(
            Kind::Lesson,
            "varied",
            64,
            json!({"title": "Varied", "summary": "Of {{product.name}}", "placements": [
                {"id": id(150), "component": "page"},
                {"id": id(151), "component": "page", "overrides": {
                    "title": "Again: {{product.name}}",
                    "blocks": {"care": "## Handle it\n\nWith ![[picture]] {{support}}.\n"}}},
                {"id": id(152), "component": "command", "when": {"audience": ["partner"]}}
            ]}),
        )
        .await;
    world
        .add(
            Kind::Lesson,
            "partners",
            65,
            json!({"title": "Partners", "placements": [
                {"id": id(153), "component": "next", "when": {"audience": ["partner"]}}
            ]}),
        )
        .await;
    world
        .add(
            Kind::Course,
            "varied-course",
            66,
            json!({"title": "{{product.name}} course",
            "variable_sets": [
                {"id": id(160), "component": "names"},
                {"id": id(161), "component": "partner-names", "when": {"audience": ["partner"]}}
            ],
            "placements": [
                {"id": id(162), "component": "varied", "overrides": {"summary": "For {{support}}"}},
                {"id": id(163), "component": "partners"},
                {"id": id(164), "component": "final", "overrides": {
                    "title": "Exam", "weight": 3, "attempts": 2, "pass_mark": 0.9}}
            ]}),
        )
        .await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn what_conditions_drop_leaves_nothing_behind() {
    let world = course().await;
    let plain = Published::of(&world, "varied-course", &[], &[]).await;
    let partner = Published::of(&world, "varied-course", &["audience=x,partner"], &[]).await;

    let (html, data) = plain.sco("Varied");
    assert_eq!(titles(&data), ["About Stock & <Co>", "Again: Stock & <Co>"]);
    assert!(!html.contains("For partners") && !html.contains("Returns"));
    assert_eq!(plain.items().len(), 2, "the lesson for partners is gone");
    let legal = id(62);
    let billed = |published: &Published| -> BTreeSet<String> {
        let bill = published.bill();
        let components = bill["components"].as_array().unwrap();
        components.iter().map(|c| c["component"].as_str().unwrap().to_owned()).collect()
    };
    assert!(!billed(&plain).contains(&legal) && billed(&partner).contains(&legal));
    assert_eq!(
        plain.notices,
        ["what depends on `audience` (partner) is left out, as no value of it was given"]
    );

    let (html, data) = partner.sco("Varied");
    assert_eq!(titles(&data), ["About Stock & <Co>", "Again: Stock & <Co>", "The command"]);
    assert!(html.contains("For partners."));
    assert_eq!(partner.notices, [""; 0]);
    let (kept, all) = (plain.items(), partner.items());
    assert_eq!(all.len(), 3);
    assert!(kept.iter().all(|(id, title)| all.get(id) == Some(title)), "identifiers stay");
    let pages = |data: &Value| -> Vec<String> {
        data["pages"].as_array().unwrap().iter().map(|p| p["id"].to_string()).collect()
    };
    assert_eq!(pages(&plain.sco("Varied").1), pages(&data)[..2]);
    assert_ne!(plain.etag, partner.etag);
}

#[tokio::test(flavor = "multi_thread")]
async fn includes_bring_their_files_and_questions() {
    let world = course().await;
    let partner = Published::of(&world, "varied-course", &["audience=partner"], &[]).await;
    let (html, data) = partner.sco("Varied");
    assert!(html.contains("Send Stock &amp; &lt;Co&gt; back."));
    assert!(!html.contains("Nothing."), "only the section is included");
    assert_eq!(
        html.matches("square%20%281%29.svg").count(),
        3,
        "twice included, once in an override"
    );
    assert_eq!(data["questions"].as_object().unwrap().len(), 3, "each include asks its own");
    let billed = partner.bill();
    for question in data["questions"].as_object().unwrap().keys() {
        assert!(billed["questions"][question].is_string());
    }
    assert_eq!(data["completion"], "pages");
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_come_from_the_sets_and_the_profile_comes_first() {
    let world = course().await;
    for (when, set, expected) in [
        (&[][..], &[][..], "help@example.org"),
        (&["audience=partner"], &[], "partners@example.org"),
        (&["audience=partner"], &["support=<b>me</b>"], "&lt;b&gt;me&lt;/b&gt;"),
    ] {
        let published = Published::of(&world, "varied-course", when, set).await;
        let (html, data) = published.sco("Varied");
        assert!(html.contains(&format!("Ask {expected}.")), "{expected}");
        assert_eq!(data["course"], "Stock & <Co> course");
        let bill = published.bill();
        assert_eq!(bill["variables"].as_object().unwrap().len(), set.len());
        let xml = String::from_utf8(published.files["imsmanifest.xml"].clone()).unwrap();
        assert!(
            xml.contains("Stock &amp; &lt;Co> course")
                || xml.contains("Stock &amp; &lt;Co&gt; course")
        );
        assert!(
            xml.contains(&format!("For {}", expected.replace("&gt;", ">")))
                || xml.contains(&format!("For {expected}"))
        );
    }
    let unused = Published::of(&world, "varied-course", &["market=eu"], &["colour=red"]).await;
    assert_eq!(unused.notices.len(), 3);
    assert!(unused.notices[1].contains("`market`") && unused.notices[2].contains("`colour`"));
}

#[tokio::test(flavor = "multi_thread")]
async fn overrides_are_shown_where_they_stand_and_survive_an_update() {
    let world = course().await;
    let check = async |asked: &str| {
        let published = Published::of(&world, "varied-course", &[], &[]).await;
        let (html, _) = published.sco("Varied");
        let (first, second) = html
            .split_once("Again: ")
            .map(|(_, rest)| rest)
            .unwrap()
            .split_once("Again: ")
            .unwrap();
        assert!(first.contains("Gently") && !first.contains("Handle it"), "{first}");
        assert!(!second.contains("Gently") && second.contains("Handle it"));
        assert!(second.contains("help@example.org") && second.contains("square%20"));
        assert_eq!(html.matches(asked).count(), 2);
        let (_, exam) = published.sco("Exam");
        assert_eq!(exam["passMark"], 0.9);
        let assessment = exam["assessments"].as_object().unwrap().values().next().unwrap().clone();
        assert_eq!(assessment["attempts"], 2);
        let weights: Vec<_> =
            exam["questions"].as_object().unwrap().values().map(|q| q["weight"].clone()).collect();
        assert_eq!(weights, [json!(3.0), json!(3.0)]);
    };
    check("Ask ").await;
    world
        .save("page", json!({"title": "New", "body": "Write to {{support}}.\n\n## Care {#care}\n\nGently, please.\n"}))
        .await;
    check("Write to ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_choices_give_the_same_bytes_on_another_server() {
    let (one, other) = (course().await, course().await);
    let choices = (["audience=partner", "region=eu,uk"], ["support=x"]);
    let first = Published::of(&one, "varied-course", &choices.0, &choices.1).await;
    let second =
        Published::of(&other, "varied-course", &["region=uk,eu", "audience=partner"], &choices.1)
            .await;
    assert_eq!(first.etag, second.etag);
    assert!(first.files == second.files);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_asks_what_conditions_leave_of_its_pool() {
    let world = World::with_course().await;
    world
        .add(
            Kind::Assessment,
            "quiz",
            70,
            json!({"title": "Quiz", "sections": [
                {"id": "a", "draw": 2, "entries": [
                    {"id": id(170), "component": "which"},
                    {"id": id(171), "component": "command", "when": {"a": ["b"]}}]},
                {"id": "b", "entries": [
                    {"id": id(172), "component": "command", "when": {"a": ["b"]}}]}
            ]}),
        )
        .await;
    for (when, sections) in
        [(&[][..], json!([["a", 1, 1]])), (&["a=b"], json!([["a", 2, 2], ["b", null, 1]]))]
    {
        let published = Published::of(&world, "quiz", when, &[]).await;
        let (_, data) = published.sco("Quiz");
        let quiz = data["assessments"].as_object().unwrap().values().next().unwrap().clone();
        let shown: Vec<_> = quiz["sections"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| json!([s["id"], s["draw"], s["questions"].as_array().unwrap().len()]))
            .collect();
        assert_eq!(json!(shown), sections);
    }
}
