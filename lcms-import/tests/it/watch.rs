//! Folders that are kept in step.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use lcms_import::{Folder, Limits, Watch};

use crate::support::{Bench, edit};

fn watch(path: &Path) -> Watch {
    Watch::new(path.to_owned(), None, Limits::default(), Duration::from_millis(5))
}

fn git(path: &Path, args: &[&str]) {
    let identity =
        ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"];
    let output =
        Command::new("git").arg("-C").arg(path).args(identity).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn a_folder_is_given_out_whenever_it_stands_at_something_new() {
    let bench = Bench::new().await;
    let folder = bench.write("guide", &[("a.md", "one")]);
    let mut watch = watch(&folder);
    assert_eq!(watch.next().await.unwrap().text("a.md").unwrap(), "one");
    // Nothing comes while nothing changes; then the change does.
    let editing = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        edit(&folder.join("a.md"), "one", "three");
    };
    let (changed, ()) = tokio::join!(watch.next(), editing);
    assert_eq!(changed.unwrap().text("a.md").unwrap(), "three");
    std::fs::remove_file(folder.join("a.md")).unwrap();
    assert!(watch.next().await.unwrap().files().is_empty());
    // What is wrong is said once, and watching goes on.
    std::os::unix::fs::symlink("/etc/passwd", folder.join("b.md")).unwrap();
    let error = watch.next().await.unwrap_err().to_string();
    assert!(error.contains("symbolic link"), "{error}");
    let mending = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        std::fs::remove_file(folder.join("b.md")).unwrap();
        std::fs::write(folder.join("c.md"), "four").unwrap();
    };
    let (mended, ()) = tokio::join!(watch.next(), mending);
    assert_eq!(mended.unwrap().text("c.md").unwrap(), "four");
}

#[tokio::test]
async fn a_work_tree_is_given_out_as_it_was_committed() {
    let bench = Bench::new().await;
    let folder = bench.write("guide", &[("docs/a.md", "one"), ("other/b.md", "b")]);
    git(&folder, &["init", "-q"]);
    let docs = folder.join("docs");
    let mut watch = watch(&docs);
    let error = watch.next().await.unwrap_err().to_string();
    assert!(error.contains("nothing in it is committed yet"), "{error}");
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "first"]);
    let first = watch.next().await.unwrap();
    assert_eq!((first.name(), first.files().len()), ("docs", 1));
    // What is written and not committed, or committed elsewhere, does not count.
    edit(&docs.join("a.md"), "one", "half");
    edit(&folder.join("other/b.md"), "b", "c");
    git(&folder, &["commit", "-qm", "elsewhere", "other"]);
    let committing = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        edit(&docs.join("a.md"), "half", "whole");
        git(&folder, &["commit", "-qam", "second"]);
    };
    let (second, ()) = tokio::join!(watch.next(), committing);
    assert_eq!(second.unwrap().text("a.md").unwrap(), "whole");
    // Any revision can be asked for, and each import says which it was.
    let old = Folder::open_commit(&docs, None, "HEAD~2", Limits::default()).unwrap();
    assert_eq!(old.text("a.md").unwrap(), "one");
    let options = Default::default();
    let library = "lib".parse().unwrap();
    lcms_import::import_folder(&bench.session, &library, old, options, &mut |_| {}).await.unwrap();
    let view = bench.session.component(&"lib/docs-a-introduction".parse().unwrap()).await.unwrap();
    assert!(
        view.revision.message.starts_with("Imported from docs (commit "),
        "{:?}",
        view.revision.message
    );
    let error = Folder::open_commit(&docs, None, "--output=x", Limits::default()).unwrap_err();
    assert!(error.to_string().contains("rev-parse"), "{error}");
}
