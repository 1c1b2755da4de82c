//! Real lessons, written by others for other software.

use std::path::PathBuf;

use lcms_core::model::Kind;
use lcms_core::model::content::Content;
use lcms_core::model::markup::{Block, DirectiveKind, Markup};
use lcms_import::FolderReport;

use crate::support::{Bench, copy, edit, touched};

fn sample(name: &str) -> PathBuf {
    let Some(samples) = std::env::var_os("LCMS_SAMPLES") else {
        panic!("set LCMS_SAMPLES to the folder of sample content (it holds `markdown/{name}`)");
    };
    PathBuf::from(samples).join("markdown").join(name)
}

fn count(report: &FolderReport, kind: Kind) -> usize {
    report.items.iter().filter(|item| item.kind == kind).count()
}

/// Every directive in the topics of a report.
async fn directives(bench: &Bench, report: &FolderReport) -> Vec<DirectiveKind> {
    fn collect(blocks: &[Block], found: &mut Vec<DirectiveKind>) {
        for block in blocks {
            match block {
                Block::Directive(directive) => {
                    found.push(directive.kind);
                    collect(&directive.content, found);
                }
                Block::Quote(blocks) => collect(blocks, found),
                Block::List(list) => list.items.iter().for_each(|item| collect(&item.content, found)),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    for item in report.items.iter().filter(|item| item.kind == Kind::Topic) {
        let reference = format!("lib/{}", item.key).parse().unwrap();
        let view = bench.session.component(&reference).await.unwrap();
        let Content::Topic(topic) = view.content else { panic!("{} is no topic", item.key) };
        collect(Markup::parse(&topic.body).unwrap().blocks(), &mut found);
    }
    found
}

#[tokio::test]
async fn the_lesson_on_git_is_imported_whole_and_only_once() {
    let bench = Bench::new().await;
    let dry = bench.run("lib", &sample("git-novice"), true).await.unwrap();
    let report = bench.import(&sample("git-novice")).await;
    assert_eq!((dry.items, dry.unsupported.len()), (report.items.clone(), report.unsupported.len()));
    assert_eq!(report.courses[0].as_str(), "git-novice");
    std::fs::write("/tmp/git.txt", report.to_string()).unwrap();
    for item in report.items.iter().filter(|item| item.kind == Kind::Topic) {
        let reference = format!("lib/{}", item.key).parse().unwrap();
        let view = bench.session.component(&reference).await.unwrap();
        let Content::Topic(topic) = view.content else { panic!("{} is no topic", item.key) };
        let at = std::path::Path::new("/tmp/topics").join(format!("{}.md", item.key));
        std::fs::create_dir_all("/tmp/topics").unwrap();
        std::fs::write(at, topic.body).unwrap();
    }
    let d = directives(&bench, &report).await;
    eprintln!("{} {:?}", d.len(), count(&report, Kind::Lesson));
}

#[tokio::test]
async fn the_lesson_on_the_shell_is_imported_whole_and_only_once() {
    let bench = Bench::new().await;
    let report = bench.import(&sample("shell-novice")).await;
    std::fs::write("/tmp/shell.txt", report.to_string()).unwrap();
    for item in report.items.iter().filter(|item| item.kind == Kind::Topic) {
        let reference = format!("lib/{}", item.key).parse().unwrap();
        let view = bench.session.component(&reference).await.unwrap();
        let Content::Topic(topic) = view.content else { panic!("{} is no topic", item.key) };
        let at = std::path::Path::new("/tmp/topics").join(format!("{}.md", item.key));
        std::fs::create_dir_all("/tmp/topics").unwrap();
        std::fs::write(at, topic.body).unwrap();
    }
    let _ = (copy(&sample("git-novice"), bench.folder.path()), edit, touched);
}
