//! Translations in a library folder.

use lcms_core::model::{Content, Language, Target};
use lcms_core::service::{ImportOutcome, TranslationState, TranslationView};

use crate::support::{Bench, edit};

const HEAD: (&str, &str) = ("library.yaml", "key: lib\ntitle: L\n");

const FILES: [(&str, &str); 10] = [
    HEAD,
    (
        "page.md",
        "---\ntitle: A page\nsummary: Short.\nmetadata: {tags: [a]}\n---\n\nRead [[next]].\n",
    ),
    (
        "page.de.md",
        "---\ntitle: Eine Seite\nmetadata: {description: Kurz}\n---\n\nLies [[next]].\n",
    ),
    ("next.md", "---\ntitle: Next\n---\n\nMore.\n"),
    (
        "lesson.yaml",
        "kind: lesson\ncontent:\n  title: A lesson\n  placements:\n    - {id: 01936b00-0000-7105-8000-000000000001, component: page, overrides: {title: Here}}\n    - {component: next}\n",
    ),
    (
        "lesson.de.yaml",
        "content:\n  title: Eine Lektion\n  placements:\n    - {id: 01936b00-0000-7105-8000-000000000001, overrides: {title: Hier}}\n",
    ),
    ("drawn.svg", "<svg xmlns='http://www.w3.org/2000/svg'><text>one</text></svg>"),
    ("drawn.svg.yaml", "kind: asset\nkey: drawn\ncontent: {title: Drawn, alt: One}\n"),
    ("drawn.de.svg", "<svg xmlns='http://www.w3.org/2000/svg'><text>eins</text></svg>"),
    ("drawn.svg.de.yaml", "content: {title: Gezeichnet, alt: Eins}\n"),
];

fn german() -> Language {
    "de".parse().unwrap()
}

async fn translation(bench: &Bench, of: &str) -> TranslationView {
    let target: Target = format!("lib/{of}").parse().unwrap();
    bench.session.translation(&target, &german()).await.unwrap()
}

#[tokio::test]
async fn a_translation_stands_beside_its_source_and_says_only_what_differs() {
    let bench = Bench::new().await;
    let report = bench.import(&bench.write("folder", &FILES)).await;
    assert!(report.skipped.is_empty(), "{:?}", report.skipped);
    let translated: Vec<_> = report.items.iter().filter(|item| item.language.is_some()).collect();
    assert_eq!((report.items.len(), translated.len()), (7, 3));

    let page = translation(&bench, "page").await;
    assert_eq!(page.translation.state, TranslationState::Current);
    assert_eq!((page.content.title(), page.content.summary()), ("Eine Seite", Some("Short.")));
    assert_eq!(page.metadata.description.as_deref(), Some("Kurz"));
    assert_eq!(page.metadata.tags, ["a"]);
    let next = bench.session.component(&"lib/next".parse().unwrap()).await.unwrap().component.id;
    let Content::Topic(topic) = &page.content else { panic!("a topic") };
    assert_eq!(topic.body, format!("Lies [[id:{next}]].\n"));

    let lesson = serde_json::to_value(translation(&bench, "lesson").await.content).unwrap();
    assert_eq!(lesson["title"], "Eine Lektion");
    assert_eq!(lesson["placements"][0]["overrides"]["title"], "Hier");
    assert_eq!(lesson["placements"].as_array().unwrap().len(), 1, "strings alone");

    let Content::Asset(drawn) = translation(&bench, "drawn").await.content else {
        panic!("an asset")
    };
    assert_eq!(drawn.file_name, "drawn.de.svg");
    assert_eq!(drawn.size, FILES[8].1.len() as u64);
}

#[tokio::test]
async fn a_changed_source_leaves_its_translation_stale_and_a_changed_translation_mends_it() {
    let bench = Bench::new().await;
    let folder = bench.write("folder", &FILES);
    bench.import(&folder).await;
    let events = bench.events().await;
    bench.import(&folder).await;
    assert_eq!(bench.events().await, events, "nothing was edited");

    edit(&folder.join("page.md"), "Read", "Now read");
    bench.import(&folder).await;
    assert_eq!(bench.events().await, events + 1);
    assert_eq!(translation(&bench, "page").await.translation.state, TranslationState::Stale);

    edit(&folder.join("page.de.md"), "Lies", "Lies nun");
    bench.import(&folder).await;
    let page = translation(&bench, "page").await;
    assert_eq!((page.translation.state, page.translation.number), (TranslationState::Current, 4));
}

#[tokio::test]
async fn a_translation_that_was_edited_here_is_left_alone() {
    let bench = Bench::new().await;
    let folder = bench.write("folder", &FILES);
    bench.import(&folder).await;
    let here = translation(&bench, "lesson").await;
    let new = serde_json::json!({"content": {"title": "Hier bearbeitet"}});
    let new = serde_json::from_value(new).unwrap();
    let (target, base) = ("lib/lesson".parse().unwrap(), here.translation.revision);
    bench.session.save_translation(&target, &german(), Some(base), new).await.unwrap();
    edit(&folder.join("lesson.de.yaml"), "Eine Lektion", "Die Lektion");
    let report = bench.import(&folder).await;
    let item = report.items.iter().find(|item| item.source == "lesson.de.yaml").unwrap();
    assert_eq!(item.outcome, ImportOutcome::EditedHere);
    assert_eq!(translation(&bench, "lesson").await.content.title(), "Hier bearbeitet");
}

#[tokio::test]
async fn a_track_is_the_file_that_its_description_names() {
    let bench = Bench::new().await;
    let described = "kind: asset\ncontent:\n  title: Chime\n  transcript: A tone.\n  tracks:\n    - {kind: captions, language: en, file_name: chime.en.vtt}\n";
    let files =
        [HEAD, ("chime.wav", "RIFF"), ("chime.wav.yaml", described), ("chime.en.vtt", "WEBVTT\n")];
    let folder = bench.write("tracks", &files);
    let report = bench.import(&folder).await;
    assert!(report.skipped.is_empty(), "{:?}", report.skipped);
    let chime = bench.session.component(&"lib/chime".parse().unwrap()).await.unwrap();
    let Content::Asset(asset) = chime.content else { panic!("an asset") };
    assert_eq!(bench.session.blob(asset.tracks[0].blob).await.unwrap().size, 7);

    std::fs::remove_file(folder.join("chime.en.vtt")).unwrap();
    let error = bench.run("lib", &folder, true).await.unwrap_err().to_string();
    assert!(error.contains("the track `chime.en.vtt` is missing"), "{error}");
}

#[tokio::test]
async fn a_translation_that_does_not_fit_is_refused_by_file_and_line() {
    let bench = Bench::new().await;
    let page = ("page.md", "---\ntitle: A page\n---\n\nText.\n");
    let aim = ("aim.yaml", "kind: objective\ncontent: {title: Aim}\n");
    for (name, file, expected) in [
        ("a", ("page.de.md", "no head"), "page.de.md:1: a translated topic begins"),
        ("b", ("page.de.md", "---\nid: x\n---\nText"), "page.de.md:2: by its name"),
        ("c", ("page.de.md", "---\ntitle: S\n---\n\nGut.\n\n[[so nicht]]\n"), "line 7"),
        ("d", ("page.de.md", "---\ntitle: S\n---\n\n[[nirgends]]\n"), "page.de.md: "),
        ("e", ("page.en.md", "---\ntitle: S\n---\n"), "page.en.md: `en` is the language"),
        ("f", ("aim.de.yaml", "kind: objective\ncontent: {title: Ziel}\n"), "aim.de.yaml:1"),
        ("g", ("aim.de.yaml", "content: {title: ''}\n"), "/title"),
        ("h", ("aim.de.yaml", "content: {colour: rot}\n"), "colour"),
    ] {
        let folder = bench.write(name, &[HEAD, page, aim, file]);
        let error = bench.run("lib", &folder, true).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
    let folder = bench.write("i", &[HEAD, page, ("library.de.yaml", "content: {title: B}\n")]);
    let report = bench.run("lib", &folder, true).await.unwrap();
    assert_eq!(report.skipped[0].source, "library.de.yaml");
}
