//! Packages taken apart.

use lcms_core::model::content::{Interaction, Lesson};
use lcms_core::model::{Content, Kind};
use lcms_import::{Folder, FolderReport, ImportError, ImportOptions, Limits, import_folder};

use crate::packages::{manifest, zip};
use crate::support::{Bench, samples};

async fn split(bench: &Bench, path: &std::path::Path) -> Result<FolderReport, ImportError> {
    let folder = Folder::open(path, Limits::default()).unwrap();
    let options = ImportOptions { split: true, ..ImportOptions::default() };
    import_folder(&bench.session, &"lib".parse().unwrap(), folder, options, &mut |_| {}).await
}

async fn content(bench: &Bench, key: &str) -> Content {
    bench.session.component(&format!("lib/{key}").parse().unwrap()).await.unwrap().content
}

fn keys(report: &FolderReport, kind: Kind) -> Vec<&str> {
    let items = report.items.iter().filter(|item| item.kind == kind);
    items.map(|item| item.key.as_str()).collect()
}

/// Titles of what a lesson places, in order.
async fn placed(bench: &Bench, key: &str) -> Vec<String> {
    let Content::Lesson(Lesson { placements, .. }) = content(bench, key).await else { panic!() };
    let mut titles = Vec::new();
    for placement in placements {
        let name = bench.session.name(&placement.component).await.unwrap();
        let view = bench.session.component(&name.parse().unwrap()).await.unwrap();
        titles.push(view.content.title().to_owned());
    }
    titles
}

const FIRST: &str = "<html><head><title>x</title></head><body><div id=nav><a href='two.html'>menu entry</a></div>\
    <div id=main><h1>Press it</h1><p>Press the red button that is on the left side of the machine, and \
    <a href='two.html'>then wait</a>. <img src='img/red.png' alt='A red button'></p><h2>When it is stuck</h2>\
    <p>Pull it out again.</p></div></body></html>";
const SECOND: &str = "<body><p>Wait until the lamp is green: it takes about as long as a cup of tea does.</p></body>";
const DRAWN: &str = "<body><div id=app></div><script src=app.js></script></body>";

#[tokio::test]
async fn static_pages_become_topics_beside_their_package() {
    let bench = Bench::new().await;
    let manifest = manifest(&[
        ("one", "First", "one.html"),
        ("two", "Second", "two.html"),
        ("app", "Drawn", "app.html"),
    ]);
    let path = zip(
        &bench.folder.path().join("Machine.zip"),
        &[
            ("imsmanifest.xml", manifest.as_bytes()),
            ("one.html", FIRST.as_bytes()),
            ("two.html", SECOND.as_bytes()),
            ("app.html", DRAWN.as_bytes()),
            ("app.js", b"/**/"),
            ("img/red.png", b"red"),
        ],
    );
    let report = split(&bench, &path).await.unwrap();
    assert_eq!(
        keys(&report, Kind::WebPackage),
        ["machine", "machine-first", "machine-second", "machine-drawn"]
    );
    assert_eq!(keys(&report, Kind::Course), ["machine-pages"], "{report}");
    assert_eq!(keys(&report, Kind::Asset), ["machine-pages-img-red-png"]);
    assert_eq!(keys(&report, Kind::Lesson), ["machine-pages-one", "machine-pages-two"]);
    assert!(
        report.unsupported.iter().any(|it| it.source == "app.html"),
        "{:?}",
        report.unsupported
    );
    let Content::Topic(topic) = content(&bench, "machine-pages-one-introduction").await else {
        panic!()
    };
    assert!(
        topic.body.contains("red button") && topic.body.contains("|then wait]]"),
        "{}",
        topic.body
    );
    assert!(!topic.body.contains("menu entry"), "{}", topic.body);
    assert_eq!(placed(&bench, "machine-pages-one").await, ["Introduction", "When it is stuck"]);
    let from = bench
        .session
        .component(&"lib/machine-pages-one-introduction".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(from.metadata.custom["split from"], "machine/one.html");
    let events = bench.events().await;
    let again = split(&bench, &path).await.unwrap();
    assert_eq!((again.unchanged, bench.events().await), (report.items.len(), events), "{again}");
}

#[tokio::test]
async fn a_course_of_adapt_becomes_lessons_topics_and_questions() {
    let bench = Bench::new().await;
    let path = samples().join("packages/tools/adapt-scorm12.zip");
    let report = split(&bench, &path).await.unwrap();
    assert_eq!(keys(&report, Kind::WebPackage), ["adapt-scorm12"]);
    assert_eq!(keys(&report, Kind::Lesson).len(), 1, "{report}");
    assert!(keys(&report, Kind::Topic).len() >= 10, "{report}");
    assert_eq!(keys(&report, Kind::Question).len(), 3, "{report}");
    assert!(!keys(&report, Kind::Asset).is_empty());
    let Content::Question(question) = content(&bench, "adapt-scorm12-questions-question-1").await
    else {
        panic!()
    };
    let Interaction::SingleChoice(choice) = &question.interaction else { panic!("{question:?}") };
    let right: Vec<_> =
        choice.choices.iter().filter(|it| it.correct).map(|it| it.text.trim()).collect();
    assert_eq!(right, ["Tempered front glass"]);
    let Content::Question(third) = content(&bench, "adapt-scorm12-questions-question-3").await
    else {
        panic!()
    };
    let Interaction::Matching(matching) = &third.interaction else { panic!("{third:?}") };
    assert_eq!((matching.pairs.len(), matching.targets.len()), (3, 3));
    // Each stands after what it asks about.
    let titles = placed(&bench, keys(&report, Kind::Lesson)[0]).await;
    let at = |title: &str| titles.iter().position(|it| it == title).unwrap();
    assert!(at("Question 1") < at("Question 2") && at("Question 1") > 0, "{titles:?}");
    // What a program draws is named.
    assert!(report.unsupported.iter().any(|it| it.reason.contains("solar-embed")), "{report}");
    assert_eq!(split(&bench, &path).await.unwrap().unchanged, report.items.len());
}

#[tokio::test]
async fn what_cannot_be_split_says_so() {
    let bench = Bench::new().await;
    let drawn = manifest(&[("app", "Drawn", "app.html")]);
    let path = zip(
        &bench.folder.path().join("x.zip"),
        &[("imsmanifest.xml", drawn.as_bytes()), ("app.html", DRAWN.as_bytes())],
    );
    let report = split(&bench, &path).await.unwrap();
    assert_eq!(report.created, 1, "{report}");
    assert!(report.to_string().contains("nothing to split"), "{report}");
    let folder = bench.write("guide", &[("a.md", "text")]);
    let error = split(&bench, &folder).await.unwrap_err().to_string();
    assert!(error.contains("only packages are split, and this is: Markdown folder"), "{error}");
}
