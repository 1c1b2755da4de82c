//! Importing: what was imported is remembered, and what was edited here is never overwritten.

use lcms_core::model::{Content, Kind, Metadata};
use lcms_core::service::{
    ImportOrder, ImportOutcome, ImportSubject, ImportTranslation, TranslationState,
};
use lcms_core::{ErrorKind, Result};
use serde_json::{Map, Value, json};

use crate::documents::{asset, lesson, placed, topic};
use crate::harness::{LIBRARY, Server, key, reference};

fn subject(name: &str, kind: Kind, content: Value) -> ImportSubject {
    ImportSubject {
        source: format!("{name}.md"),
        line: Some(3),
        id: None,
        key: key(name),
        content: Content::parse(kind, content).unwrap(),
        metadata: Metadata::default(),
    }
}

/// A lesson before the page it places: subjects may refer to each other in any order.
fn folder(text: &str) -> Vec<ImportSubject> {
    vec![
        subject("lesson", Kind::Lesson, lesson(&[placed(1, "page")])),
        subject("page", Kind::Topic, topic(text)),
    ]
}

async fn import(server: &Server, text: &str, dry_run: bool) -> Vec<ImportOutcome> {
    let operator = server.operator();
    let report = operator.import(&key(LIBRARY), folder(text), "import".into(), dry_run).await;
    report.unwrap().items.into_iter().map(|item| item.outcome).collect()
}

/// A German page, which names the lesson by its key in the import.
fn german(of: &str, body: &str) -> ImportTranslation {
    let Value::Object(content) = json!({"title": "Eine Seite", "body": body}) else { panic!() };
    ImportTranslation {
        source: format!("{of}.de.md"),
        subject: key(of),
        language: "de".parse().unwrap(),
        content,
        metadata: Map::new(),
    }
}

async fn import_german(
    server: &Server,
    text: &str,
    translations: Vec<ImportTranslation>,
) -> Result<Vec<ImportOutcome>> {
    let report = server
        .operator()
        .import_translated(&key(LIBRARY), folder(text), translations, ImportOrder::default())
        .await?;
    Ok(report.items.into_iter().map(|item| item.outcome).collect())
}

on_every_engine! {
    async fn a_translation_is_made_from_its_subject_as_imported(server: &Server) {
        use ImportOutcome::{Changed, Created, EditedHere, Unchanged};
        let translation = |body: &str| vec![german("page", body)];
        let state = async || {
            let at = "lib/page".parse().unwrap();
            server.operator().translation(&at, &"de".parse().unwrap()).await.unwrap()
        };
        let first = import_german(server, "One.", translation("Eins, [[lesson]].")).await.unwrap();
        assert_eq!(first, [Created, Created, Created]);
        let made = state().await;
        assert_eq!(made.translation.state, TranslationState::Current);
        assert!(!made.content.plain_text().contains("[[lesson]]"), "named by id");

        let again = import_german(server, "Two.", translation("Eins, [[lesson]].")).await.unwrap();
        assert_eq!(again, [Unchanged, Changed, Unchanged]);
        assert_eq!(state().await.translation.state, TranslationState::Stale);
        let mended = import_german(server, "Two.", translation("Zwei.")).await.unwrap();
        assert_eq!(mended, [Unchanged, Unchanged, Changed]);
        assert_eq!(state().await.translation.state, TranslationState::Current);

        server.save("lib/page", topic("Edited here.")).await;
        let left = import_german(server, "Three.", translation("Drei.")).await.unwrap();
        assert_eq!(left, [Unchanged, EditedHere, EditedHere]);
        assert_eq!(state().await.content.plain_text().trim(), "Zwei.");
    }

    async fn a_translation_that_does_not_fit_refuses_the_import(server: &Server) {
        let mut own = german("page", "Eins.");
        own.language = "en".parse().unwrap();
        for (translation, expected) in [
            (own, "page.de.md: `en` is the language"),
            (german("nowhere", "Eins."), "nowhere.de.md: the import has no `nowhere`"),
            (german("page", "![[nirgends]]"), "page.de.md: "),
        ] {
            let error = import_german(server, "One.", vec![translation]).await.unwrap_err();
            assert!(error.message().starts_with(expected), "{error}");
        }
        let missing = server.operator().component(&reference("lib/page")).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound, "an import is one step");
    }

    async fn a_second_import_changes_exactly_what_the_source_changed(server: &Server) {
        use ImportOutcome::{Changed, Created, Unchanged};
        assert_eq!(import(server, "One.", false).await, [Created, Created]);
        let events = server.operator().events(Default::default(), 1000).await.unwrap().next;
        assert_eq!(import(server, "One.", false).await, [Unchanged, Unchanged]);
        let after = server.operator().events(Default::default(), 1000).await.unwrap().next;
        assert_eq!(after, events);
        assert_eq!(import(server, "Two.", false).await, [Unchanged, Changed]);
        assert_eq!(server.view("lib/page").await.revision.number, 2);
    }

    async fn a_dry_run_reports_the_same_and_changes_nothing(server: &Server) {
        let promised = import(server, "One.", true).await;
        let missing = server.operator().component(&reference("lib/page")).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
        assert_eq!(import(server, "One.", false).await, promised);
    }

    async fn what_was_edited_here_is_left_alone(server: &Server) {
        import(server, "One.", false).await;
        server.save("lib/page", topic("Edited here.")).await;
        let outcomes = import(server, "Two.", false).await;
        assert_eq!(outcomes, [ImportOutcome::Unchanged, ImportOutcome::EditedHere]);
        let page = server.view("lib/page").await;
        assert_eq!(page.content.plain_text().trim(), "Edited here.");
    }

    async fn one_refused_subject_refuses_the_import_by_file_and_line(server: &Server) {
        let mut subjects = folder("One.");
        subjects.push(subject("bad", Kind::Topic, topic("![[nowhere]]")));
        let operator = server.operator();
        let error =
            operator.import(&key(LIBRARY), subjects, String::new(), false).await.unwrap_err();
        assert!(error.message().starts_with("bad.md:3: "), "{error}");
        assert_eq!(error.violation_list()[0].rule, "reference");
        let missing = operator.component(&reference("lib/page")).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound, "an import is one step");
    }

    async fn an_equal_asset_is_shared_until_its_source_changes(server: &Server) {
        use ImportOutcome::{Changed, Created, Reused, Unchanged};
        let upload = async |text: &str| {
            let mut upload = server.operator().upload("text/plain").unwrap();
            upload.write(text.as_bytes()).await.unwrap();
            upload.finish(None).await.unwrap().digest.to_string()
        };
        let (one, other) = (upload("one").await, upload("two").await);
        let import = async |folder: &str, blob: &str, alt: Option<&str>| {
            let mut document = asset(blob, 3, "x.txt", "text/plain");
            if let Some(alt) = alt {
                document["caption"] = json!(alt);
            }
            let mut picture = subject("x", Kind::Asset, document);
            let mut page = subject("p", Kind::Topic, topic(&format!("![[{folder}-x]]")));
            for subject in [&mut picture, &mut page] {
                subject.source = format!("{folder}/{}", subject.source);
                subject.key = key(&format!("{folder}-{}", subject.key));
            }
            let order = ImportOrder { reuses_assets: true, ..ImportOrder::default() };
            let session = server.operator();
            let done = session
                .import_translated(&key(LIBRARY), vec![page, picture], Vec::new(), order)
                .await;
            done.unwrap().items.into_iter().map(|item| item.outcome).collect::<Vec<_>>()
        };
        let shown = async |page: &str| {
            let slots = server.view(page).await.content.slots();
            let target = lcms_core::model::Target::Id(slots[0].component);
            server.operator().name(&target).await.unwrap()
        };
        assert_eq!(import("a", &one, None).await, [Created, Created]);
        assert_eq!(import("b", &one, None).await, [Created, Reused]);
        assert_eq!(import("c", &one, Some("Said of it")).await, [Created, Created], "it says more");
        assert_eq!(shown("lib/b-p").await, "lib/a-x");
        assert_eq!(import("b", &one, None).await, [Unchanged, Unchanged]);
        // What another source made is not this one's to change: it gets its own, and is shown there.
        assert_eq!(import("b", &other, None).await, [Changed, Created]);
        assert_eq!((shown("lib/a-p").await, shown("lib/b-p").await), ("lib/a-x".into(), "lib/b-x".into()));
        assert_eq!(import("b", &other, None).await, [Unchanged, Unchanged]);
        assert_eq!(server.view("lib/a-x").await.revision.number, 1);
    }
}
