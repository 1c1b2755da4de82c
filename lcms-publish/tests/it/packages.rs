//! What is in a package.

use std::collections::BTreeSet;

use lcms_core::model::Kind;
use lcms_formats::XmlLimits;
use lcms_formats::manifest::{check, read};
use lcms_publish::Format;
use serde_json::{Value, json};

use crate::world::{PICTURE, World, bytes, id, unpack};

const SCORM: [Format; 4] =
    [Format::Scorm12, Format::Scorm2004Second, Format::Scorm2004Third, Format::Scorm2004Fourth];

fn sco_data(html: &str) -> Value {
    let (_, rest) = html.split_once("id=\"lcms-sco\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_has_a_manifest_that_lists_exactly_its_files() {
    let world = World::with_course().await;
    for format in SCORM {
        let package = world.publish("course", format).await.unwrap();
        let zip = bytes(&package).await;
        assert_eq!(zip.len() as u64, package.length);
        let files = unpack(zip);
        let reading = read(&files["imsmanifest.xml"], &XmlLimits::default()).unwrap();
        let paths: BTreeSet<_> = files.keys().cloned().collect();
        assert_eq!(check(&reading.manifest, &paths), []);
        let organization = reading.manifest.organization().unwrap();
        let titles: Vec<_> = organization.all_items().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, ["Lesson <1>", "Final"]);
        assert_eq!(reading.manifest.scos().count(), 2);
        let picture = format!("assets/{}/square (1).svg", id(1));
        assert_eq!(files[&picture], PICTURE.as_bytes());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_goes_from_the_course_down_to_each_asset() {
    let world = World::with_course().await;
    for format in SCORM {
        let package = world.publish("course", format).await.unwrap();
        let files = unpack(bytes(&package).await);
        let manifest = read(&files["imsmanifest.xml"], &XmlLimits::default()).unwrap().manifest;
        let titled = |lom: &Option<lcms_formats::lom::Lom>| {
            lom.as_ref()
                .and_then(|lom| lom.general.title.clone())
                .map(|title| title.0[0].text.clone())
        };
        assert_eq!(titled(&manifest.metadata.lom).as_deref(), Some("Course"));
        for sco in manifest.scos() {
            assert!(titled(&sco.metadata.lom).is_some(), "{format}: {}", sco.identifier);
        }
        let asset = format!("r-asset-{}", id(1)).parse().unwrap();
        let picture = manifest.resource(&asset).unwrap().metadata.lom.clone().unwrap();
        assert_eq!(picture.general.title.unwrap().0[0].text, "A square");
        assert_eq!(picture.general.descriptions[0].0[0].text, "A black square");
        assert_eq!(picture.technical.formats, ["image/svg+xml"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_is_one_document_with_its_pages_and_questions() {
    let world = World::with_course().await;
    let package = world.publish("course", Format::Scorm12).await.unwrap();
    let files = unpack(bytes(&package).await);
    let lesson = files
        .iter()
        .filter(|(path, _)| path.starts_with("sco/"))
        .map(|(_, html)| String::from_utf8(html.clone()).unwrap())
        .find(|html| html.contains("Lesson &lt;1&gt;"))
        .unwrap();
    let data = sco_data(&lesson);
    assert_eq!(data["completion"], "both");
    assert_eq!(data["passMark"], 0.8);
    let titles: Vec<_> = data["pages"].as_array().unwrap().iter().map(|p| &p["title"]).collect();
    assert_eq!(titles, ["Start", "Next, here", "The command"]);
    let weights: Vec<_> = data["questions"]
        .as_object()
        .unwrap()
        .values()
        .map(|q| q["weight"].as_f64().unwrap())
        .collect();
    assert_eq!(
        weights.iter().sum::<f64>(),
        3.0,
        "the embedded one by its points, the placed one by its weight"
    );
    assert!(lesson.contains(r#"alt="A black square""#));
    assert!(lesson.contains("../assets/"));
    assert!(lesson.contains("square%20%281%29.svg"));
    assert!(lesson.contains(r#"<input type="text" class="lcms-blank" name="cmd""#));
    assert!(lesson.contains("That &amp; other"));
    let next = data["pages"][1]["id"].as_str().unwrap();
    assert!(
        lesson.contains(&format!("href=\"#page-{next}\"")),
        "links lead to pages of the lesson"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_release_gives_the_same_bytes_on_another_server() {
    let (one, other) = (World::with_course().await, World::with_course().await);
    for format in Format::ALL {
        let first = one.publish("course", format).await.unwrap();
        let second = other.publish("course", format).await.unwrap();
        assert_eq!(first.release_digest, second.release_digest);
        assert_eq!(first.etag, second.etag);
        assert!(bytes(&first).await == bytes(&second).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_range_of_a_package_is_that_range_of_its_bytes() {
    let world = World::with_course().await;
    let package = world.publish("course", Format::Scorm2004Fourth).await.unwrap();
    let whole = bytes(&package).await;
    use futures::TryStreamExt as _;
    for (start, end) in [(0, 1), (7, 4000), (whole.len() - 30, whole.len()), (100, 100)] {
        let part: Vec<_> = package.stream(start as u64..end as u64).try_collect().await.unwrap();
        assert!(part.concat() == whole[start..end], "{start}..{end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn identifiers_survive_edits_of_content() {
    let world = World::with_course().await;
    let manifest_of = async |world: &World| {
        let package = world.publish("course", Format::Scorm2004Fourth).await.unwrap();
        let files = unpack(bytes(&package).await);
        let manifest = read(&files["imsmanifest.xml"], &XmlLimits::default()).unwrap().manifest;
        let items: Vec<_> = manifest
            .organization()
            .unwrap()
            .all_items()
            .map(|item| (item.identifier.clone(), item.identifierref.clone()))
            .collect();
        let pages: Vec<_> = files
            .iter()
            .filter(|(path, _)| path.starts_with("sco/"))
            .map(|(path, html)| {
                let data = sco_data(std::str::from_utf8(html).unwrap());
                let ids = |name: &str, field: &str| -> Vec<String> {
                    match &data[name] {
                        Value::Array(list) => {
                            list.iter().map(|entry| entry[field].to_string()).collect()
                        }
                        other => other.as_object().unwrap().keys().cloned().collect(),
                    }
                };
                (path.clone(), ids("pages", "id"), ids("questions", ""))
            })
            .collect();
        (manifest.identifier, items, pages)
    };
    let before = manifest_of(&world).await;
    world.save("next", json!({"title": "Quite another title", "body": "Other text."})).await;
    assert_eq!(manifest_of(&world).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_alone_can_be_published() {
    let world = World::with_course().await;
    let package = world.publish("lesson", Format::Scorm12).await.unwrap();
    let files = unpack(bytes(&package).await);
    let manifest = read(&files["imsmanifest.xml"], &XmlLimits::default()).unwrap().manifest;
    assert_eq!(manifest.scos().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bill_names_every_file_and_component() {
    let world = World::with_course().await;
    world.add(Kind::Topic, "unused", 50, json!({"title": "Unused", "body": "x"})).await;
    let package = world.publish("course", Format::Scorm12).await.unwrap();
    let files = unpack(bytes(&package).await);
    let bill: Value = serde_json::from_slice(&files["bill-of-content.json"]).unwrap();
    assert_eq!(bill["release"], package.release_digest.to_string());
    let billed: BTreeSet<_> = bill["files"].as_object().unwrap().keys().cloned().collect();
    let there: BTreeSet<_> =
        files.keys().filter(|path| *path != "bill-of-content.json").cloned().collect();
    assert_eq!(billed, there);
    assert_eq!(bill["components"].as_array().unwrap().len(), 8);
    let reported: BTreeSet<_> = files
        .iter()
        .filter(|(path, _)| path.starts_with("sco/"))
        .flat_map(|(_, html)| {
            let data = sco_data(std::str::from_utf8(html).unwrap());
            data["questions"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        })
        .collect();
    let billed: BTreeSet<_> = bill["questions"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(billed, reported, "every question id that an LMS can report is mapped");
}
