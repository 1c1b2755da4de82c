//! Content that was imported, inside a course.

use std::collections::BTreeSet;

use lcms_core::model::Kind;
use lcms_formats::XmlLimits;
use lcms_formats::manifest::{Href, check, read};
use lcms_publish::Format;
use lcms_publish::verify::verify;
use serde_json::{Value, json};

use crate::world::{World, bytes, id, unpack};

const PAGE: &str = "<p>A page</p>";

/// A package of two units in one file, a part of it, and a course that places both.
async fn world(standard: &str) -> World {
    let world = World::new().await;
    let content = package(&world, standard, PAGE).await;
    world.add(Kind::WebPackage, "bought", 1, content.clone()).await;
    let part = json!({
        "title": "Second alone", "standard": standard, "launch": "a/page.html", "parameters": "?u=2",
        "outline": [content["outline"][1]], "package": {"id": id(50), "component": "bought"}
    });
    world.add(Kind::WebPackage, "part", 2, part).await;
    world
        .add(
            Kind::Course,
            "course",
            3,
            json!({"title": "Course", "placements": [
                {"id": id(60), "component": "bought"}, {"id": id(61), "component": "part"}
            ]}),
        )
        .await;
    world
}

async fn package(world: &World, standard: &str, page: &str) -> Value {
    let (page, script) = (world.blob(page).await, world.blob("/* é */").await);
    let unit = |n: u32| {
        json!({"id": format!("i{n}"), "title": format!("Unit {n}"), "launch": "a/page.html",
            "parameters": format!("?u={n}"), "tracked": true, "mastery_score": 0.8, "launch_data": "x"})
    };
    json!({
        "title": "Bought", "standard": standard, "launch": "a/page.html", "parameters": "?u=1",
        "outline": [unit(1), unit(2)],
        "files": [
            {"path": "a/page.html", "blob": page.digest, "size": page.size, "media_type": "image/svg+xml"},
            {"path": "a/é b.js", "blob": script.digest, "size": script.size, "media_type": "image/svg+xml"}
        ]
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_its_paths_and_is_told_to_the_lms() {
    let world = world("scorm12").await;
    let package = world.publish("course", Format::Scorm12).await.unwrap();
    let zip = bytes(&package).await;
    let files = unpack(zip.clone());
    assert_eq!(files[&format!("web/{}/a/page.html", id(1))], PAGE.as_bytes());
    assert_eq!(files[&format!("web/{}/a/é b.js", id(1))], "/* é */".as_bytes());
    let manifest = read(&files["imsmanifest.xml"], &XmlLimits::default()).unwrap().manifest;
    let paths: BTreeSet<_> = files.keys().cloned().collect();
    assert_eq!(check(&manifest, &paths), []);
    let items: Vec<_> = manifest.organization().unwrap().all_items().collect();
    let titles: Vec<_> = items.iter().map(|item| item.title.as_str()).collect();
    assert_eq!(titles, ["Bought", "Unit 1", "Unit 2", "Second alone"]);
    let identifiers: BTreeSet<_> = items.iter().map(|item| &item.identifier).collect();
    assert_eq!(identifiers.len(), 4);
    for (item, unit) in [(items[1], 1), (items[2], 2), (items[3], 2)] {
        let resource = manifest.resource(item.identifierref.as_ref().unwrap()).unwrap();
        let path = format!("web/{}/a/page.html", id(1));
        assert_eq!(resource.href, Some(Href::Local { path, suffix: format!("?u={unit}") }));
        assert_eq!(item.scorm12.mastery_score.unwrap().to_string(), "80");
        assert_eq!(item.scorm12.data_from_lms.as_deref(), Some("x"));
    }
    let verification = verify(std::io::Cursor::new(&zip), None).unwrap().verification;
    assert!(verification.intact, "{:?}", verification.findings);
    // Equal inputs, equal bytes.
    let again = world.publish("course", Format::Scorm12).await.unwrap();
    assert_eq!(bytes(&again).await, zip);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_keeps_of_a_learner_may_depend_on_any_file() {
    let world = world("scorm12").await;
    let before = world.publish("course", Format::Scorm12).await.unwrap();
    let changed = package(&world, "scorm12", "<p>Another page</p>").await;
    world.save("bought", changed).await;
    let after = world.publish("course", Format::Scorm12).await.unwrap();
    assert_ne!(before.contents.shape.digest(), after.contents.shape.digest());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_speaks_cmi5_is_published_where_it_is_heard() {
    let world = world("cmi5").await;
    world.publish("course", Format::Cmi5).await.unwrap();
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Cmi5) {
        let error = world.publish("course", format).await.unwrap_err();
        let message = error.violation_list()[0].message.clone();
        assert!(message.contains("would not be heard"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_speaks_another_scorm_is_answered_by_its_page() {
    let same = |standard: &str, format: Format| match standard {
        "scorm12" => format == Format::Scorm12,
        _ => format.as_str().starts_with("scorm2004"),
    };
    for (standard, name) in [("scorm12", "1.2"), ("scorm2004", "2004")] {
        let world = world(standard).await;
        for format in Format::ALL {
            let package = world.publish("course", format).await.unwrap();
            let files = unpack(bytes(&package).await);
            let script = String::from_utf8(files["player/player.js"].clone()).unwrap();
            let bridges = !same(standard, format);
            assert_eq!(script.contains("lcms.BridgeModel"), bridges, "{standard} in {format}");
            assert_eq!(framing(&files, 1).len(), usize::from(bridges));
            let speaks = format!("“Unit 1” speaks SCORM {name}");
            assert_eq!(package.notices.iter().any(|it| it.starts_with(&speaks)), bridges);
            for page in framing(&files, 1) {
                let told = format!(
                    "\"bridge\":{{\"standard\":\"{name}\",\"masteryScore\":0.8,\"launchData\":\"x\"}}"
                );
                assert!(page.contains(&told) && page.contains(" data-src="), "{page}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_lms_could_run_is_refused_with_the_reason() {
    for (standard, reason) in [("h5p", "only an H5P player"), ("aicc", "asks an LMS at an address")]
    {
        let world = world(standard).await;
        for format in Format::ALL {
            let error = world.publish("course", format).await.unwrap_err();
            let message = error.violation_list()[0].message.clone();
            assert!(message.contains(reason), "{format}: {message}");
        }
    }
}

/// The pages of ours that show a unit of the package.
fn framing(files: &std::collections::BTreeMap<String, Vec<u8>>, unit: u32) -> Vec<String> {
    let shown = format!("src=\"../web/{}/a/page.html?u={unit}\"", id(1));
    let pages = files.iter().filter(|(path, _)| path.starts_with("sco/"));
    let pages = pages.map(|(_, page)| String::from_utf8(page.clone()).unwrap());
    pages.filter(|page| page.contains("<iframe") && page.contains(&shown)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reports_to_nobody_here_is_complete_when_it_was_opened() {
    for format in Format::ALL {
        let world = world("xapi").await;
        let before = world.publish("course", format).await.unwrap();
        assert!(before.notices.iter().any(|notice| notice.contains("“Unit 1” speaks xAPI")));
        let files = unpack(bytes(&before).await);
        assert_eq!([framing(&files, 1).len(), framing(&files, 2).len()], [1, 2], "{format}");
        for page in framing(&files, 1) {
            assert!(page.contains("\"completion\":\"pages\""), "{page}");
        }
        assert!(files.contains_key(&format!("web/{}/a/é b.js", id(1))), "all its files are there");
        // Another version of it is another page, which a learner is shown as changed.
        let changed = package(&world, "xapi", "<p>Another page</p>").await;
        world.save("bought", changed).await;
        let after = unpack(bytes(&world.publish("course", format).await.unwrap()).await);
        assert_ne!(framing(&files, 1), framing(&after, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_pages_are_units_where_units_have_to_speak() {
    let world = world("none").await;
    let files = unpack(bytes(&world.publish("course", Format::Cmi5).await.unwrap()).await);
    assert_eq!(framing(&files, 1).len(), 1);
    let files = unpack(bytes(&world.publish("course", Format::Scorm12).await.unwrap()).await);
    assert_eq!(framing(&files, 1).len(), 0, "an LMS opens them itself");
}
