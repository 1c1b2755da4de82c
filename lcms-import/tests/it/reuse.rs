//! What is there already is used.

use crate::support::{Bench, edit, touched};
use lcms_core::model::{Kind, Target};
use lcms_core::service::ImportOutcome;
use lcms_import::FolderReport;

fn reused(report: &FolderReport) -> Vec<&str> {
    let items = report.items.iter().filter(|item| item.outcome == ImportOutcome::Reused);
    items.map(|item| item.key.as_str()).collect()
}

/// The asset that a topic shows.
async fn shown(bench: &Bench, topic: &str) -> String {
    let view = bench.session.component(&format!("lib/{topic}").parse().unwrap()).await.unwrap();
    let slots = view.content.slots();
    assert_eq!(slots.len(), 1, "{topic}");
    bench.session.name(&Target::Id(slots[0].component)).await.unwrap()
}

#[tokio::test]
async fn an_equal_file_is_used_and_not_stored_as_another_asset() {
    let bench = Bench::new().await;
    bench.import(&bench.write("one", &[("a.md", "text ![x](x.png)"), ("x.png", "picture")])).await;
    let two = bench.write("two", &[("b.md", "other ![x](y.png)"), ("y.png", "picture")]);
    let plan = bench.run("lib", &two, true).await.unwrap();
    let report = bench.import(&two).await;
    assert_eq!(plan.items, report.items);
    assert_eq!((reused(&report), report.reused), (vec!["one-x-png"], 1), "{report}");
    assert!(report.alike.is_empty() && !touched(&report).contains(&"two-y-png"), "{report}");
    assert_eq!(shown(&bench, "two-b-introduction").await, "lib/one-x-png");
    let events = bench.events().await;
    let again = bench.import(&two).await;
    assert_eq!((again.unchanged, bench.events().await), (again.items.len(), events), "{again}");

    // What changes where it was reused is nobody else's.
    edit(&two.join("y.png"), "picture", "another");
    let changed = bench.import(&two).await;
    assert_eq!(touched(&changed), ["two-b-introduction", "two-y-png"], "{changed}");
    assert_eq!(shown(&bench, "two-b-introduction").await, "lib/two-y-png");
    assert_eq!(shown(&bench, "one-a-introduction").await, "lib/one-x-png");
    assert_eq!(bench.import(&two).await.unchanged, changed.items.len());
}

#[tokio::test]
async fn a_file_that_says_something_else_stays_its_own() {
    let bench = Bench::new().await;
    bench.import(&bench.write("one", &[("a.md", "![A dog](x.png)"), ("x.png", "picture")])).await;
    let two = bench.write("two", &[("b.md", "![A cat](x.png)"), ("x.png", "picture")]);
    let report = bench.import(&two).await;
    assert_eq!(report.reused, 0, "{report}");
    assert_eq!(report.alike.iter().map(|it| it.like.as_str()).collect::<Vec<_>>(), ["one-x-png"]);
    let assets = report.items.iter().filter(|item| item.kind == Kind::Asset);
    assert_eq!(assets.map(|item| item.key.as_str()).collect::<Vec<_>>(), ["two-x-png"]);
}
