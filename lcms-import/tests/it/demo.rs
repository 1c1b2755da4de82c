//! The demo library.

use std::collections::BTreeMap;
use std::path::Path;

use lcms_import::{Folder, Limits, library_of};

use crate::support::{Bench, copy, edit, touched};

/// How many components the demo has, and how many of them in German: all of one course.
const COMPONENTS: usize = 175;
const TRANSLATIONS: usize = 54;

fn demo() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/demo")
}

#[tokio::test]
async fn the_demo_library_is_imported_with_its_ids_and_only_once() {
    let bench = Bench::new().await;
    let folder = Folder::open(&demo(), Limits::default()).unwrap();
    let head = library_of(&folder).unwrap().unwrap();
    assert_eq!(head.key.as_str(), "support");
    bench.library(head).await;

    let report = bench.run("support", &demo(), false).await.unwrap();
    let mut kinds = BTreeMap::new();
    for item in report.items.iter().filter(|item| item.language.is_none()) {
        *kinds.entry(item.kind.as_str()).or_insert(0) += 1;
    }
    let expected = [
        ("assessment", 4),
        ("asset", 26),
        ("course", 3),
        ("lesson", 14),
        ("module", 5),
        ("objective", 15),
        ("profile", 5),
        ("question", 40),
        ("topic", 60),
        ("variable_set", 3),
    ];
    assert_eq!(kinds, BTreeMap::from(expected));
    assert_eq!(
        (report.created, report.items.len()),
        (COMPONENTS + TRANSLATIONS, COMPONENTS + TRANSLATIONS)
    );
    let mut courses: Vec<_> = report.courses.iter().map(|key| key.as_str()).collect();
    courses.sort_unstable();
    assert_eq!(courses, ["support-fundamentals", "sync-for-administrators", "sync-for-customers"]);
    assert_eq!(report.skipped.len(), 1, "{:?}", report.skipped);
    assert!(report.unsupported.is_empty(), "{:?}", report.unsupported);
    let reference = "support/install-and-pair".parse().unwrap();
    let topic = bench.session.component(&reference).await.unwrap();
    assert_eq!(topic.component.id.to_string(), "01936b00-0000-7001-8000-000000000019");

    let events = bench.events().await;
    let again = bench.run("support", &demo(), false).await.unwrap();
    assert_eq!((again.unchanged, again.created, again.changed), (COMPONENTS + TRANSLATIONS, 0, 0));
    assert_eq!(bench.events().await, events);
}

#[tokio::test]
async fn one_course_of_the_demo_is_wholly_translated() {
    let bench = Bench::new().await;
    bench.import(&demo()).await;
    let course = "lib/sync-for-customers".parse().unwrap();
    let german = "de".parse().unwrap();
    let closure = bench.session.translation_of_closure(&course, &german).await.unwrap();
    assert_eq!(closure.open, []);
    assert_eq!((closure.current, closure.stale, closure.missing), (TRANSLATIONS as u64, 0, 0));
}

#[tokio::test]
async fn an_edited_file_of_the_demo_makes_one_revision() {
    let bench = Bench::new().await;
    let copy = copy(&demo(), bench.folder.path());
    bench.import(&copy).await;
    let events = bench.events().await;
    edit(&copy.join("topics/install-and-pair.md"), "one small program", "one tiny program");
    edit(&copy.join("assets/pic-parts.svg"), "<svg", "<!-- changed -->\n<svg");
    let report = bench.import(&copy).await;
    let mut touched = touched(&report);
    touched.sort_unstable();
    assert_eq!(touched, ["install-and-pair", "pic-parts"]);
    assert_eq!(bench.events().await, events + 2);
}

#[tokio::test]
async fn a_broken_file_is_named_with_its_line_and_nothing_is_imported() {
    let bench = Bench::new().await;
    let copy = copy(&demo(), bench.folder.path());
    let topic = copy.join("topics/install-and-pair.md");
    edit(&topic, "Next: [[first-connector|make the first connector]].", "Next: [[no such key]].");
    let line = std::fs::read_to_string(&topic).unwrap().lines().count();
    let events = bench.events().await;
    let error = bench.run("lib", &copy, false).await.unwrap_err().to_string();
    assert!(error.starts_with("topics/install-and-pair.md: "), "{error}");
    assert!(error.contains(&format!("line {line}")), "{error}");
    edit(&topic, "[[no such key]]", "[[no-such-key]]");
    let error = bench.run("lib", &copy, false).await.unwrap_err().to_string();
    assert!(error.starts_with("topics/install-and-pair.md: "), "{error}");
    assert!(error.contains("no-such-key"), "{error}");
    assert_eq!(bench.events().await, events);
}

#[tokio::test]
async fn files_that_do_not_belong_together_are_refused_by_name() {
    let head = "key: lib\ntitle: L\n";
    let bench = Bench::new().await;
    for (name, files, expected) in [
        ("a", &[("x.md", "no head")][..], "x.md:1: a topic begins with a YAML head"),
        (
            "b",
            &[("x.svg.yaml", "kind: asset\ncontent: {title: x, blob: 'sha256:0'}")][..],
            "x.svg.yaml",
        ),
        ("c", &[("x.yaml", "kind: topic\ncolour: red\n")][..], "x.yaml:2"),
        ("d", &[("A B.yaml", "kind: objective\ncontent: {title: x}\n")][..], "rename the file"),
        ("e", &[("x.yaml", "kind: objective\ncontent: {title: ''}\n")][..], "/title"),
    ] {
        let mut all = vec![("library.yaml", head)];
        all.extend(files);
        let error = bench.run("lib", &bench.write(name, &all), true).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
