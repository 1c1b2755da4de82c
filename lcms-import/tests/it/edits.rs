//! What a second import does.

use lcms_core::model::{Key, Reference};
use lcms_core::service::{SaveComponent, Session};
use lcms_import::{Folder, ImportError, ImportOptions, Limits, import_folder};

use crate::support::{Bench, edit, touched};

const FILES: &[(&str, &str)] = &[
    (
        "01-a.md",
        "::: objectives\n- Do it\n:::\n\nintro ![x](x.png)\n\n## One\none\n\n## Two\ntwo [[x]]\n",
    ),
    ("02-b.md", "see [one](01-a.md#one)\n"),
    ("x.png", "picture"),
];

#[tokio::test]
async fn an_unchanged_folder_changes_nothing() {
    let bench = Bench::new().await;
    let folder = bench.write("guide", FILES);
    let first = bench.import(&folder).await;
    assert_eq!((first.created, first.items.len()), (9, 9), "{first}");
    assert_eq!(first.courses[0].as_str(), "guide");
    let events = bench.events().await;
    let second = bench.import(&folder).await;
    assert_eq!((second.unchanged, second.created + second.changed), (9, 0), "{second}");
    assert_eq!(bench.events().await, events);
}

#[tokio::test]
async fn an_edited_section_makes_exactly_one_revision() {
    let bench = Bench::new().await;
    let folder = bench.write("guide", FILES);
    bench.import(&folder).await;
    let events = bench.events().await;
    edit(&folder.join("01-a.md"), "one\n", "more\n");
    assert_eq!(touched(&bench.import(&folder).await), ["guide-01-a-one"]);
    assert_eq!(bench.events().await, events + 1);
    std::fs::write(folder.join("x.png"), "another picture").unwrap();
    assert_eq!(touched(&bench.import(&folder).await), ["guide-x-png"]);
    edit(&folder.join("01-a.md"), "## Two", "## New\n\nnew\n\n## Two");
    let mut touched_keys =
        touched(&bench.import(&folder).await).into_iter().map(str::to_owned).collect::<Vec<_>>();
    touched_keys.sort_unstable();
    assert_eq!(touched_keys, ["guide-01-a", "guide-01-a-new"]);
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_reports_the_same() {
    let bench = Bench::new().await;
    let folder = bench.write("guide", FILES);
    let events = bench.events().await;
    let dry = bench.run("lib", &folder, true).await.unwrap();
    assert_eq!(bench.events().await, events);
    let done = bench.import(&folder).await;
    assert!(dry.dry_run && !done.dry_run);
    assert_eq!(
        (dry.items, dry.skipped, dry.unsupported),
        (done.items, done.skipped, done.unsupported)
    );
    edit(&folder.join("02-b.md"), "see", "look at");
    let dry = bench.run("lib", &folder, true).await.unwrap();
    assert_eq!(touched(&dry), ["guide-02-b-introduction"]);
}

#[tokio::test]
async fn what_was_edited_here_is_left_alone_and_what_was_renamed_is_found() {
    let bench = Bench::new().await;
    let folder = bench.write("guide", FILES);
    bench.import(&folder).await;
    let reference: Reference = "lib/guide-01-a-two".parse().unwrap();
    let view = bench.session.component(&reference).await.unwrap();
    let mut content = serde_json::to_value(&view.content).unwrap();
    content["body"] = "edited here".into();
    let save = SaveComponent { content: Some(content), ..SaveComponent::default() };
    bench.session.save(&reference.target, view.revision.id, save).await.unwrap();
    let renamed: Reference = "lib/guide-01-a-one".parse().unwrap();
    bench.session.rename(&renamed.target, "first-section".parse().unwrap()).await.unwrap();

    edit(&folder.join("01-a.md"), "two [[x]]", "two, changed");
    edit(&folder.join("02-b.md"), "see", "look at");
    let report = bench.import(&folder).await;
    assert_eq!((report.edited_here, touched(&report)), (1, vec!["guide-02-b-introduction"]));
    let text = report.to_string();
    assert!(text.contains("edited here") && text.contains("guide/01-a.md:"), "{text}");
}

#[tokio::test]
async fn two_folders_in_one_library_do_not_touch_each_other() {
    let bench = Bench::new().await;
    let (one, two) = (bench.write("one", FILES), bench.write("two", FILES));
    bench.import(&one).await;
    // The picture is the same in both, and stored as one asset.
    let report = bench.import(&two).await;
    assert_eq!((report.created, report.reused, report.items.len()), (8, 1, 9));
}

#[tokio::test]
async fn a_refused_folder_leaves_nothing_behind() {
    let bench = Bench::new().await;
    let events = bench.events().await;
    let folder = bench.write("guide", FILES);
    std::fs::write(folder.join("03-c.md"), b"fine\nnot \xff fine\n").unwrap();
    let error = bench.run("lib", &folder, false).await.unwrap_err();
    assert!(
        matches!(&error, ImportError::Encoding { file, line: 2 } if file == "03-c.md"),
        "{error}"
    );
    let empty = bench.write("empty", &[("data.bin", "x")]);
    let error = bench.run("lib", &empty, false).await.unwrap_err();
    assert!(matches!(error, ImportError::Unrecognised { .. }), "{error}");
    let error = bench.run("lib", &folder.join("missing"), false).await.unwrap_err();
    assert!(matches!(error, ImportError::Io { .. }), "{error}");
    assert_eq!(bench.events().await, events);
}

#[tokio::test]
async fn what_is_nearly_there_already_is_named() {
    let bench = Bench::new().await;
    let text: String = (0..150).map(|n| format!("word{n} ")).collect();
    let nearly = text.replace("word70 ", "another ");
    let one = bench.write("one", &[("a.md", &text), ("x.png", "picture")]);
    bench.import(&one).await;
    let two =
        bench.write("two", &[("b.md", &format!("{nearly}\n\n![x](y.png)")), ("y.png", "other")]);
    for report in [bench.run("lib", &two, true).await.unwrap(), bench.import(&two).await] {
        let [alike] = &report.alike[..] else { panic!("{report}") };
        assert_eq!(alike.key.as_str(), "two-b-introduction");
        assert_eq!(alike.like.as_str(), "one-a-introduction");
        assert!((80..100).contains(&alike.likeness), "{report}");
    }
    assert!(bench.import(&two).await.alike.is_empty(), "nothing was created");
}

#[tokio::test]
async fn an_import_on_a_branch_leaves_main_to_its_own() {
    let bench = Bench::new().await;
    let folder = bench.write("guide", FILES);
    bench.import(&folder).await;
    let name: Key = "spring".parse().unwrap();
    let new = serde_json::from_value(serde_json::json!({"name": "spring"})).unwrap();
    bench.session.create_branch(new).await.unwrap();
    let spring = bench.session.at(&name, None).await.unwrap();
    edit(&folder.join("01-a.md"), "one\n", "more\n");
    let import = async |session: &Session| {
        let opened = Folder::open(&folder, Limits::default()).unwrap();
        let library = "lib".parse().unwrap();
        import_folder(session, &library, opened, ImportOptions::default(), &mut |_| {})
            .await
            .unwrap()
    };
    assert_eq!(touched(&import(&spring).await), ["guide-01-a-one"]);
    assert_eq!(import(&spring).await.unchanged, 9);
    // On main the same edit is still to come, and once it has come, nothing is.
    assert_eq!(touched(&import(&bench.session).await), ["guide-01-a-one"]);
    assert_eq!(import(&bench.session).await.unchanged, 9);
    edit(&folder.join("01-a.md"), "more\n", "most\n");
    let report = import(&spring).await;
    assert_eq!((touched(&report), report.edited_here), (vec!["guide-01-a-one"], 0));
}
