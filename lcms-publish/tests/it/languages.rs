//! A course published in another language: what learners read changes, what an LMS tracks stays.

use lcms_core::model::{Language, Target};
use lcms_core::service::{NewRelease, SaveTranslation};
use lcms_formats::XmlLimits;
use lcms_formats::manifest::read;
use lcms_publish::{Format, Package, Publisher};
use serde_json::{Value, json};

use crate::world::{World, bytes, id, unpack};

fn arabic() -> Language {
    "ar".parse().unwrap()
}

async fn translate(world: &World, key: &str, content: Value) {
    let target: Target = format!("lib/{key}").parse().unwrap();
    let new = SaveTranslation { content, metadata: None, source: None, message: String::new() };
    world.session.save_translation(&target, &arabic(), None, new).await.unwrap();
}

/// Everything but the questions.
async fn in_arabic(world: &World) {
    translate(world, "picture", {
        let blob = world.blob(crate::world::PICTURE).await;
        json!({"title": "مربع", "blob": blob.digest, "size": blob.size, "alt": "مربع أسود",
            "file_name": "square (1).svg", "media_type": "image/svg+xml"})
    })
    .await;
    let start = "انظر:\n\n![[picture]]\n\nثم [[next]].\n\n![[which]]\n";
    translate(world, "start", json!({"title": "البداية", "body": start})).await;
    translate(world, "next", json!({"title": "التالي", "body": "المزيد."})).await;
    let here = json!({"id": id(102), "component": "lib/next", "overrides": {"title": "هنا"}});
    translate(world, "lesson", json!({"title": "الدرس", "placements": [here]})).await;
    translate(world, "final", json!({"title": "الاختبار", "introduction": "جاهز؟", "sections": []}))
        .await;
    translate(world, "course", json!({"title": "الدورة"})).await;
}

async fn publish(world: &World, language: Option<Language>, format: Format) -> Package {
    let allow_untranslated = language.is_some();
    let new = NewRelease { language, allow_untranslated, ..NewRelease::default() };
    let view = world.session.release(&"lib/course".parse().unwrap(), new).await.unwrap();
    let publisher = Publisher::new(world.lcms.clone());
    publisher.publish(&world.session, view.release.id, format).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_manifest_are_in_the_language_and_identifiers_are_not() {
    let world = World::with_course().await;
    in_arabic(&world).await;
    for format in ["scorm12", "scorm2004-4"].map(|name| name.parse::<Format>().unwrap()) {
        let english = unpack(bytes(&publish(&world, None, format).await).await);
        let arabic = unpack(bytes(&publish(&world, Some(arabic()), format).await).await);
        let scos = arabic.iter().filter(|(path, _)| path.starts_with("sco/"));
        let pages: Vec<_> =
            scos.map(|(_, html)| String::from_utf8(html.clone()).unwrap()).collect();
        assert_eq!(pages.len(), 2);
        assert!(pages.iter().all(|html| html.contains("<html lang=\"ar\" dir=\"rtl\">")));
        let lesson = pages.iter().find(|html| html.contains("البداية")).unwrap();
        assert!(lesson.contains("هنا") && lesson.contains("مربع أسود"));
        // Questions were not translated, which was allowed.
        assert!(lesson.contains("Which <em>one</em> is right?"));

        let manifest = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
            read(&files["imsmanifest.xml"], &XmlLimits::default()).unwrap().manifest
        };
        let (old, new) = (manifest(&english), manifest(&arabic));
        let items = |manifest: &lcms_formats::manifest::Manifest| {
            let organization = manifest.organization().unwrap();
            organization
                .all_items()
                .map(|item| (item.identifier.clone(), item.title.clone()))
                .unzip::<_, _, Vec<_>, Vec<_>>()
        };
        assert_eq!(old.identifier, new.identifier);
        assert_eq!(items(&old).0, items(&new).0);
        assert_eq!(items(&new).1, ["الدرس", "الاختبار"]);
        let text = String::from_utf8(arabic["imsmanifest.xml"].clone()).unwrap();
        assert!(text.contains(">ar<"), "the manifest's metadata names the language");
        assert!(english.keys().eq(arabic.keys()), "paths do not depend on the language");
    }
}
