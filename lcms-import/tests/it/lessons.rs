//! Real lessons, written by others for other software.

use std::fs;
use std::path::{Path, PathBuf};

use lcms_core::model::Kind;
use lcms_core::model::content::Content;
use lcms_core::model::markup::{Block, DirectiveKind, Markup};
use lcms_import::{FolderReport, Remark};

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
                Block::List(list) => {
                    list.items.iter().for_each(|item| collect(&item.content, found));
                }
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

/// How many directives of each name the imported pages of a sample hold, judged by their lines.
fn written(root: &Path, name: &str) -> usize {
    let pages = ["", "episodes", "learners"].into_iter().flat_map(|folder| {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension() == Some("md".as_ref()))
    });
    let texts = pages.map(|page| fs::read_to_string(page).unwrap());
    let is_named = |line: &str| line.starts_with(":::") && line.trim_matches([':', ' ']) == name;
    texts.map(|text| text.lines().filter(|line| is_named(line)).count()).sum()
}

fn remarks(remarks: &[Remark]) -> Vec<String> {
    remarks.iter().map(|remark| format!("{}:{}", remark.source, remark.line.unwrap_or(0))).collect()
}

/// Imports a sample twice, and checks that every directive in it is there and nothing comes twice.
async fn whole(bench: &Bench, root: &Path) -> FolderReport {
    let dry = bench.run("lib", root, true).await.unwrap();
    let report = bench.import(root).await;
    assert_eq!(dry.items, report.items);
    assert_eq!(dry.unsupported, report.unsupported);
    assert_eq!(report.created, report.items.len());

    let found = directives(bench, &report).await;
    let count = |kind: DirectiveKind| found.iter().filter(|found| **found == kind).count();
    let source = |names: &[&str]| names.iter().map(|name| written(root, name)).sum::<usize>();
    assert!(source(&["challenge"]) > 20);
    assert_eq!(count(DirectiveKind::Challenge), source(&["challenge"]));
    assert_eq!(count(DirectiveKind::Solution), source(&["solution"]));
    assert_eq!(count(DirectiveKind::Tip), source(&["keypoints"]));
    assert_eq!(count(DirectiveKind::Note), source(&["callout", "questions", "prereq"]));
    assert_eq!(count(DirectiveKind::Details), source(&["spoiler", "hint"]));
    assert_eq!(count(DirectiveKind::Instructor), source(&["instructor"]));

    let events = bench.events().await;
    let again = bench.import(root).await;
    assert_eq!((again.unchanged, again.created + again.changed), (report.created, 0));
    assert_eq!(bench.events().await, events);
    report
}

#[tokio::test]
async fn the_lesson_on_git_is_imported_whole_and_only_once() {
    let bench = Bench::new().await;
    let report = whole(&bench, &sample("git-novice")).await;
    assert_eq!(report.courses[0].as_str(), "git-novice");
    let kinds = [Kind::Module, Kind::Lesson, Kind::Topic, Kind::Objective, Kind::Asset];
    assert_eq!(kinds.map(|kind| count(&report, kind)), [1, 18, 33, 29, 30]);
    assert_eq!(
        remarks(&report.unsupported),
        [
            "git-novice/episodes/04-changes.md:57",
            "git-novice/episodes/14-supplemental-rstudio.md:61"
        ]
    );
    assert_eq!(
        remarks(&report.skipped),
        [
            "git-novice/LICENSE.md:0",
            "git-novice/config.yaml:0",
            "git-novice/instructors/instructor-notes.md:0",
            "git-novice/episodes/fig/phd101212s-dark.png:0",
        ]
    );
    let course = bench.session.component(&"lib/git-novice".parse().unwrap()).await.unwrap();
    assert_eq!(course.content.title(), "Version Control with Git");
    assert_eq!(course.metadata.licence.as_deref(), Some("CC-BY-4.0"));
    assert!(
        course.metadata.attribution.unwrap().contains("https://github.com/swcarpentry/git-novice")
    );
    let lesson =
        bench.session.component(&"lib/git-novice-04-changes".parse().unwrap()).await.unwrap();
    assert_eq!(
        (lesson.content.title(), lesson.metadata.duration_minutes),
        ("Tracking Changes", Some(20))
    );
}

#[tokio::test]
async fn the_lesson_on_the_shell_is_imported_whole_and_only_once() {
    let bench = Bench::new().await;
    let report = whole(&bench, &sample("shell-novice")).await;
    let kinds = [Kind::Module, Kind::Lesson, Kind::Topic, Kind::Objective, Kind::Asset];
    assert_eq!(kinds.map(|kind| count(&report, kind)), [1, 12, 35, 28, 9]);
    assert_eq!(remarks(&report.unsupported), Vec::<String>::new());
    let archive = "lib/shell-novice-data-shell-lesson-data-zip".parse().unwrap();
    let archive = bench.session.component(&archive).await.unwrap();
    let Content::Asset(archive) = archive.content else { panic!("not an asset") };
    assert_eq!(archive.media_type, "application/zip");
}

#[tokio::test]
async fn an_edited_page_of_a_lesson_changes_only_its_own_sections() {
    let bench = Bench::new().await;
    let root = copy(&sample("git-novice"), bench.folder.path());
    bench.import(&root).await;
    let events = bench.events().await;
    let page = root.join("episodes/07-github.md");
    edit(
        &page,
        "## 2\\. Connect local to remote repository\n",
        "## 2\\. Connect local to remote repository\n\nNew words.\n",
    );
    edit(&page, "title: Remotes in GitHub", "title: Remotes");
    let report = bench.import(&root).await;
    assert_eq!(
        touched(&report),
        ["git-novice-07-github", "git-novice-07-github-2-connect-local-to-remote-repository"]
    );
    assert_eq!(bench.events().await, events + 2);
}

#[tokio::test]
async fn the_page_that_introduces_a_folder_describes_its_course() {
    let bench = Bench::new().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/backup-basics");
    bench.import(&root).await;
    let read = async |key: &str| {
        let view = bench.session.component(&format!("lib/{key}").parse().unwrap()).await.unwrap();
        (view.content.title().to_owned(), view.metadata)
    };
    let (title, course) = read("backup-basics").await;
    let description = "How to keep files when a disk does not.";
    assert_eq!(
        (title.as_str(), course.description.as_deref()),
        ("Backup basics", Some(description))
    );
    assert_eq!(course.tags, ["backup", "storage"]);
    // What it says of rights holds for every part.
    for key in ["backup-basics", "backup-basics-02-rule", "backup-basics-02-rule-the-rule"] {
        assert_eq!(read(key).await.1.licence.as_deref(), Some("CC-BY-4.0"), "{key}");
    }
}
