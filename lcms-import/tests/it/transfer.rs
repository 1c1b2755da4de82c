//! Libraries as folders: written, read back, written again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use lcms_core::model::Key;
use lcms_core::service::transfer::Received;
use lcms_core::service::{ChangeSynonyms, Lcms, NewRelease, SchemaName, Session, Settings};
use lcms_import::{
    ExportOptions, Exported, ImportError, Limits, export_folder, export_zip, import_transfer,
    is_transfer,
};

use serde_json::json;

use crate::support::Bench;

fn library(key: &str) -> Key {
    key.parse().unwrap()
}

async fn export(session: &Session, to: &Path) -> Exported {
    let gathered = session.gather(&[library("lib")], false).await.unwrap();
    let options = ExportOptions::default();
    export_folder(session, &gathered, to, &options, &mut |_, _| {}).await.unwrap()
}

async fn import(session: &Session, from: &Path) -> Result<Received, ImportError> {
    import_transfer(session, from, Limits::of_transfer(), None, false, &mut |_| {}).await
}

async fn empty(folder: &Path) -> Session {
    Lcms::open(Settings::in_folder(folder)).await.unwrap().operator_without_checks()
}

/// Every file below a folder with its bytes.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// A vocabulary that was edited, a schema, synonyms and a page that somebody looks after.
async fn rule(session: &Session) {
    let mut base = None;
    for label in ["Fire", "Fire safety"] {
        let new = json!({"vocabulary": {"title": "Topics", "fields": ["tags"],
            "terms": [{"id": "fire", "labels": {"en": label}}]}});
        let new = serde_json::from_value(new).unwrap();
        let (lib, topics) = (library("lib"), library("topics"));
        base = session.save_vocabulary(&lib, &topics, base, new).await.unwrap().version;
    }
    let schema = json!({"schema": {"fields": [{"field": "licence", "recommended": true}]}});
    let (schema, all) = (serde_json::from_value(schema).unwrap(), SchemaName(None));
    session.save_schema(&library("lib"), all, None, schema).await.unwrap();
    let synonyms = ChangeSynonyms { text: "a, b\nc => d\n".to_owned(), seen: None };
    session.set_synonyms(&library("lib"), synonyms).await.unwrap();
    let care = serde_json::from_value(json!({"review_by": "2027-01-31"})).unwrap();
    session.set_care(&"lib/support-fundamentals".parse().unwrap(), care).await.unwrap();
}

/// A library with pages, pictures, a released course and rules.
async fn filled() -> Bench {
    let bench = Bench::new().await;
    bench.import(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/demo")).await;
    let target = "lib/support-fundamentals".parse().unwrap();
    bench.session.release(&target, NewRelease::default()).await.unwrap();
    rule(&bench.session).await;
    bench
}

#[tokio::test]
async fn what_is_exported_imported_and_exported_is_the_same() {
    let bench = filled().await;
    let (first, second) = (bench.folder.path().join("first"), bench.folder.path().join("second"));
    let exported = export(&bench.session, &first).await;
    assert_eq!(exported.files, exported.written);
    assert!(is_transfer(&first));
    let other = empty(&bench.folder.path().join("other")).await;
    let received = import(&other, &first).await.unwrap();
    assert_eq!(received.new_libraries, [library("lib")]);
    assert_eq!((received.new_releases, received.new_rules, received.new_care), (1, 4, 1));
    export(&other, &second).await;
    assert_eq!(files(&first), files(&second));
    assert!(import(&other, &first).await.unwrap().brought_nothing());
    let read = |path: &str| fs::read_to_string(first.join("libraries/lib").join(path)).unwrap();
    assert!(read("vocabularies/topics/vocabulary.json").contains("\"Fire safety\""));
    assert!(read("schemas/all/schema.json").contains("\"licence\""));
    assert!(read("synonyms/synonyms.json").contains("\"c => d\",\n"), "line by line");
    let care = read("components/support-fundamentals/care.json");
    assert!(care.contains("\"2027-01-31\""), "{care}");
}

#[tokio::test]
async fn exporting_again_touches_only_what_changed() {
    let bench = filled().await;
    let to = bench.folder.path().join("out");
    export(&bench.session, &to).await;
    fs::write(to.join("README.md"), "Ours.").unwrap();
    let again = export(&bench.session, &to).await;
    assert_eq!((again.written, again.removed), (0, 0));
    let component = bench.session.components(&Default::default()).await.unwrap().items;
    let page = component.iter().find(|row| row.component.kind.as_str() == "topic").unwrap();
    let new = serde_json::json!({"content": {"title": "Renewed", "body": "One.\n\nTwo."}});
    let target = page.component.id.to_string().parse().unwrap();
    bench.session.save(&target, page.revision, serde_json::from_value(new).unwrap()).await.unwrap();
    let again = export(&bench.session, &to).await;
    // The order, the revision, the head's document, and the earlier one under its digest.
    assert_eq!((again.written, again.removed), (4, 0));
    let key = &page.component.key;
    let head = to.join(format!("libraries/lib/components/{key}/heads/main/en/content.json"));
    assert!(fs::read_to_string(head).unwrap().contains("\"Two.\",\n"));
    assert_eq!(fs::read_to_string(to.join("README.md")).unwrap(), "Ours.");
}

#[tokio::test]
async fn a_folder_that_holds_something_else_is_left_alone() {
    let bench = filled().await;
    let to = bench.folder.path().join("mine");
    fs::create_dir_all(to.join("documents")).unwrap();
    fs::write(to.join("documents/thesis.md"), "Mine.").unwrap();
    let gathered = bench.session.gather(&[library("lib")], false).await.unwrap();
    let options = ExportOptions::default();
    let refused =
        export_folder(&bench.session, &gathered, &to, &options, &mut |_, _| {}).await.unwrap_err();
    assert!(refused.to_string().contains("holds something else"), "{refused}");
    assert_eq!(files(&to).len(), 1);
}

#[tokio::test]
async fn folders_that_were_tampered_with_are_refused_by_name() {
    let bench = filled().await;
    let good = bench.folder.path().join("good");
    export(&bench.session, &good).await;
    let whole = files(&good);
    let find = |start: &str, end: &str| {
        whole.keys().find(|path| path.starts_with(start) && path.ends_with(end)).unwrap().clone()
    };
    let blob = find("blobs/", "");
    let head = find("libraries/", "/content.json");
    let revision = {
        let is_one = |path: &&String| path.contains("/revisions/");
        whole.keys().find(is_one).unwrap().clone()
    };
    let tree = find("trees/", ".json");
    let edit = |path: &str, from: &str, to: &str| {
        let text = String::from_utf8(whole[path].clone()).unwrap();
        assert!(text.contains(from), "{path}");
        (path.to_owned(), text.replacen(from, to, 1).into_bytes())
    };
    let id = "libraries/lib/library.json";
    let words = "libraries/lib/vocabularies/topics/vocabulary.json";
    let state = find("libraries/lib/synonyms/states/", ".json");
    let care = find("libraries/", "/care.json");
    let cases = [
        ((blob.clone(), b"something else".to_vec()), "not what its name says"),
        (edit(&head, "\"title\": \"", "\"title\": \"X"), "not edited by hand"),
        (edit(&revision, "\"language\": \"en\"", "\"language\": 7"), "expected a string"),
        (edit(&revision, "\"message\"", "\"more\""), "more"),
        (edit(&tree, "\"component\": \"0", "\"component\": \"1"), "digest says"),
        (edit("order.txt", "revision 0", "revision 1"), "is missing"),
        (("order.txt".to_owned(), b"revision x\n".to_vec()), "order.txt:1: `revision x` names no"),
        (("trees/x.json".to_owned(), b"{}".to_vec()), "no such file"),
        (("blobs-list".to_owned(), Vec::new()), ""),
        (edit("transfer.json", "lcms-transfer/1", "lcms-transfer/9"), "this version reads"),
        (edit(words, "Fire safety", "Fires"), "not edited by hand"),
        (edit(&state, "\"document\": \"sha256:", "\"document\": \"sha256:x"), "named by digest"),
        (edit(&state, "\"subject\": \"synonyms\"", "\"subject\": \"words\""), "unknown variant"),
        (edit(&state, "\"name\": \"synonyms\"", "\"name\": \"others\""), "such a name"),
        (edit(&care, "2027-01-31", "2027-13-31"), "care.json"),
        (
            ("libraries/lib/vocabularies/topics/more.json".to_owned(), b"{}".to_vec()),
            "no such file",
        ),
        (edit(id, "\"title\": \"Library\"", "\"title\": \" \""), "a library needs a title"),
    ];
    for (n, ((path, bytes), expected)) in cases.into_iter().enumerate() {
        let spoilt = bench.folder.path().join(format!("spoilt-{n}"));
        for (path, bytes) in whole.iter().chain([(&path, &bytes)]) {
            let at = spoilt.join(path);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::write(at, bytes).unwrap();
        }
        let other = empty(&bench.folder.path().join(format!("data-{n}"))).await;
        match import(&other, &spoilt).await {
            Ok(_) => assert!(expected.is_empty(), "{path} was believed"),
            Err(error) => {
                let text = error.to_string();
                assert!(!expected.is_empty() && text.contains(expected), "{path}: {text}");
                assert!(other.libraries().await.unwrap().is_empty());
            }
        }
    }
    fs::remove_file(good.join(&blob)).unwrap();
    let other = empty(&bench.folder.path().join("data-missing")).await;
    let text = import(&other, &good).await.unwrap_err().to_string();
    assert!(text.contains(&blob) && text.contains("missing"), "{text}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", good.join(&blob)).unwrap();
        let text = import(&other, &good).await.unwrap_err().to_string();
        assert!(text.contains("symbolic link"), "{text}");
    }
}

#[tokio::test]
async fn one_file_holds_what_the_folder_holds() {
    let bench = filled().await;
    let place = tempfile::tempdir().unwrap();
    let (folder, file) = (place.path().join("folder"), place.path().join("north.zip"));
    export(&bench.session, &folder).await;
    let gathered = bench.session.gather(&[library("lib")], false).await.unwrap();
    let options = ExportOptions::default();
    let zip = async |file: &Path| {
        export_zip(&bench.session, &gathered, file, &options, &mut |_, _| {}).await.unwrap();
        fs::read(file).unwrap()
    };
    let bytes = zip(&file).await;
    assert_eq!(zip(&place.path().join("again.zip")).await, bytes, "equal libraries, equal bytes");
    let left: Vec<_> = fs::read_dir(place.path()).unwrap().collect();
    assert_eq!(left.len(), 3, "nothing is left beside it: {left:?}");
    assert!(is_transfer(&file) && !is_transfer(&place.path().join("none.zip")));

    let there = tempfile::tempdir().unwrap();
    let session = empty(there.path()).await;
    let received = import(&session, &file).await.unwrap();
    assert!(received.new_revisions > 10);
    let again = place.path().join("again");
    export(&session, &again).await;
    assert_eq!(files(&again), files(&folder));
    assert_eq!(import(&session, &folder).await.unwrap().new_revisions, 0);

    let mut damaged = bytes.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(&file, damaged).unwrap();
    let other = tempfile::tempdir().unwrap();
    assert!(import(&empty(other.path()).await, &file).await.is_err());
}
