//! The index as its users see it, on folders that are thrown away.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proptest::prelude::*;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::*;

const LIBRARY_A: Uuid = Uuid::from_u128(0xa);
const LIBRARY_B: Uuid = Uuid::from_u128(0xb);

/// A document of library A whose every detail follows from `n`.
fn document(n: u32, title: &str, body: &str) -> IndexDocument {
    IndexDocument {
        component: Uuid::from_u128(u128::from(n)),
        library: LIBRARY_A,
        library_key: "support".to_owned(),
        kind: "topic".to_owned(),
        state: "draft".to_owned(),
        key: format!("piece-{n}"),
        text: said("en", title, body),
        updated: OffsetDateTime::UNIX_EPOCH + Duration::days(i64::from(n)),
        revision: Uuid::from_u128(0x1000 + u128::from(n)),
        number: n,
        event: i64::from(n),
        ..IndexDocument::default()
    }
}

fn said(language: &str, title: &str, body: &str) -> Text {
    Text {
        language: language.to_owned(),
        title: title.to_owned(),
        summary: String::new(),
        body: body.to_owned(),
    }
}

/// An index in a folder of its own, with its writer.
struct Fixture {
    index: Index,
    writer: Writer,
    _dir: tempfile::TempDir,
}

fn index_of(documents: impl IntoIterator<Item = IndexDocument>) -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open(dir.path()).unwrap();
    let mut writer = index.writer().unwrap();
    writer.apply(documents.into_iter().map(Change::from), 1).unwrap();
    Fixture { index, writer, _dir: dir }
}

fn text(text: &str) -> SearchRequest {
    SearchRequest { text: text.to_owned(), ..SearchRequest::default() }
}

/// The numbers of the documents found, in order.
fn found(index: &Index, request: &SearchRequest) -> Vec<u32> {
    let page = index.search(request).unwrap();
    assert_eq!(page.total, page.hits.len() as u64, "all hits fit on the page");
    page.hits.iter().map(|hit| hit.number).collect()
}

fn words(index: &Index, query: &str) -> Vec<u32> {
    found(index, &text(query))
}

// Writing and the folder

#[test]
fn a_document_is_found_replaced_and_removed() {
    let Fixture { index, mut writer, _dir } = index_of([document(1, "Install", "the red module")]);
    assert_eq!(words(&index, "red"), [1]);

    writer.apply([document(1, "Install", "the green module").into()], 2).unwrap();
    assert_eq!(words(&index, "green"), [1]);
    assert_eq!(words(&index, "red"), [0; 0]);
    assert_eq!(index.len(), 1);

    writer.apply([Change::Remove(Uuid::from_u128(1))], 3).unwrap();
    assert_eq!(words(&index, "green"), [0; 0]);
    assert!(index.is_empty());
}

#[test]
fn changes_of_one_batch_apply_in_their_order() {
    let one = || Change::from(document(1, "One", ""));
    let remove = || Change::Remove(Uuid::from_u128(1));
    let Fixture { index, mut writer, _dir } = index_of([]);
    writer.apply([one(), remove()], 2).unwrap();
    assert_eq!(index.len(), 0);
    writer.apply([remove(), one(), one()], 3).unwrap();
    assert_eq!(index.len(), 1);
}

#[test]
fn applying_the_same_changes_again_changes_nothing() {
    let changes = || {
        [
            document(1, "One", "").into(),
            document(2, "Two", "").into(),
            Change::Remove(Uuid::from_u128(2)),
        ]
    };
    let Fixture { index, mut writer, _dir } = index_of([]);
    writer.apply(changes(), 5).unwrap();
    writer.apply(changes(), 5).unwrap();
    assert_eq!(words(&index, ""), [1]);
    assert_eq!(index.position().unwrap(), 5);
}

#[test]
fn documents_and_position_survive_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open(dir.path()).unwrap();
    assert_eq!(index.position().unwrap(), 0);
    index.writer().unwrap().apply([document(1, "One", "").into()], 42).unwrap();
    drop(index);

    let index = Index::open(dir.path()).unwrap();
    assert_eq!(index.position().unwrap(), 42);
    assert_eq!(words(&index, "one"), [1]);
}

#[test]
fn a_batch_that_was_not_committed_leaves_nothing_and_can_be_applied_again() {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open(dir.path()).unwrap();
    let mut writer = index.writer().unwrap();
    writer.apply([document(1, "One", "").into()], 1).unwrap();

    // The process dies in the middle of a batch: some documents were handed over, no commit.
    let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let batch = (2..).map(|n| {
            assert!(n < 5, "killed");
            Change::from(document(n, "Half", ""))
        });
        writer.apply(batch, 9)
    }));
    assert!(died.is_err());
    drop((writer, index));

    let index = Index::open(dir.path()).unwrap();
    assert_eq!(index.position().unwrap(), 1);
    assert_eq!(words(&index, ""), [1]);
    let mut writer = index.writer().unwrap();
    writer.apply((2..5).map(|n| document(n, "Half", "").into()), 9).unwrap();
    assert_eq!((index.position().unwrap(), index.len()), (9, 4));
}

#[test]
fn clearing_empties_the_index_and_starts_at_zero() {
    let Fixture { index, mut writer, _dir } = index_of([document(1, "One", "")]);
    writer.clear().unwrap();
    assert_eq!((index.position().unwrap(), index.len()), (0, 0));
    writer.apply([document(2, "Two", "").into()], 2).unwrap();
    assert_eq!(words(&index, ""), [2]);
}

#[test]
fn a_second_writer_is_busy_until_the_first_is_dropped() {
    let Fixture { index, writer, _dir } = index_of([]);
    let other = Index::open(_dir.path()).unwrap();
    assert!(matches!(other.writer(), Err(Error::Busy { dir }) if dir == _dir.path()));
    drop(writer);
    other.writer().unwrap().apply([document(1, "One", "").into()], 7).unwrap();
    assert_eq!(index.refresh().unwrap(), 7);
    assert_eq!(words(&index, "one"), [1]);
}

#[test]
fn a_reader_elsewhere_sees_a_commit_after_its_refresh() {
    let Fixture { index: _, mut writer, _dir } = index_of([document(1, "One", "")]);
    let reader = Index::open(_dir.path()).unwrap();
    writer.apply([document(2, "Two", "").into()], 2).unwrap();
    assert_eq!(words(&reader, ""), [1]);
    assert_eq!(reader.refresh().unwrap(), 2);
    assert_eq!(words(&reader, ""), [2, 1]);
}

#[test]
fn a_damaged_index_is_replaced_by_an_empty_one() {
    type Damage = fn(&std::path::Path);
    let damages: [(&str, Damage); 6] = [
        ("meta is not JSON", |dir| fs::write(dir.join("meta.json"), "{").unwrap()),
        ("meta is empty", |dir| fs::write(dir.join("meta.json"), "").unwrap()),
        ("segments are missing", |dir| {
            for file in segment_files(dir) {
                fs::remove_file(file).unwrap();
            }
        }),
        ("segments are cut in the middle", |dir| {
            for file in segment_files(dir) {
                let content = fs::read(&file).unwrap();
                fs::write(file, &content[..content.len() / 2]).unwrap();
            }
        }),
        ("segments are cut to a few bytes", |dir| {
            for file in segment_files(dir) {
                fs::write(file, b"short").unwrap();
            }
        }),
        ("another version wrote it", |dir| {
            let meta = fs::read_to_string(dir.join("meta.json")).unwrap();
            let current = format!(r#"\"schema\":{}"#, super::schema::VERSION);
            assert!(meta.contains(&current), "{meta}");
            fs::write(dir.join("meta.json"), meta.replace(&current, r#"\"schema\":0"#)).unwrap();
        }),
    ];
    for (name, damage) in damages {
        let Fixture { index, writer, _dir } = index_of([document(1, "One", "")]);
        drop((index, writer));
        damage(_dir.path());
        let index = Index::open(_dir.path()).unwrap();
        assert_eq!((index.position().unwrap(), index.len()), (0, 0), "{name}");
        index.writer().unwrap().apply([document(2, "Two", "").into()], 2).unwrap();
        assert_eq!(words(&index, ""), [2], "{name}");
        assert_eq!(index.position().unwrap(), 2, "{name}");
    }
}

fn segment_files(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext != "json" && ext != "lock"))
        .collect();
    assert!(!files.is_empty());
    files
}

#[test]
fn a_damaged_index_is_left_alone_while_it_is_written() {
    let Fixture { index: _, writer: _writer, _dir } = index_of([document(1, "One", "")]);
    fs::write(_dir.path().join("meta.json"), "{").unwrap();
    assert!(matches!(Index::open(_dir.path()), Err(Error::Busy { .. })));
    assert_eq!(fs::read_to_string(_dir.path().join("meta.json")).unwrap(), "{");
}

#[test]
fn an_open_index_notices_that_another_version_took_the_folder() {
    let Fixture { index, writer, _dir } = index_of([document(1, "One", "")]);
    drop(writer);
    let meta = _dir.path().join("meta.json");
    let later = fs::read_to_string(&meta)
        .unwrap()
        .replace(&format!(r#"\"schema\":{}"#, super::schema::VERSION), r#"\"schema\":99"#);
    fs::write(meta, later).unwrap();
    assert!(matches!(index.refresh(), Err(Error::Incompatible { .. })));
    assert!(matches!(index.writer(), Err(Error::Incompatible { .. })));
}

// Finding

#[test]
fn all_words_are_needed_and_the_title_weighs_most() {
    let Fixture { index, .. } = index_of([
        document(1, "Removing a module", "how to install it again"),
        document(2, "Install a module", "steps"),
        document(3, "Install a driver", "steps"),
    ]);
    assert_eq!(words(&index, "install module"), [2, 1]);
    assert_eq!(words(&index, "module driver again"), [1, 3, 2], "then any of them");
}

#[test]
fn any_word_is_enough_when_nothing_has_all_and_the_page_says_so() {
    let Fixture { index, .. } =
        index_of([document(1, "Red", ""), document(2, "Green", ""), document(3, "Blue", "")]);
    let page = index.search(&text("red green -blue")).unwrap();
    assert_eq!((page.total, page.notes), (2, vec![Note::Degraded]));
    let page = index.search(&text("pink purple")).unwrap();
    assert_eq!((page.total, page.notes), (0, vec![]));
}

#[test]
fn words_are_found_in_other_forms_of_their_language() {
    let mut german = document(2, "Häuser", "Er geht nach Hause");
    german.text.language = "de-CH".to_owned();
    let mut french = document(3, "Les évaluations", "");
    french.text.language = "fr".to_owned();
    let Fixture { index, .. } = index_of([document(1, "Installing modules", ""), german, french]);
    assert_eq!(words(&index, "module installed"), [1]);
    assert_eq!(words(&index, "haus"), [2]);
    assert_eq!(words(&index, "évaluation"), [3]);
    assert_eq!(words(&index, "evaluation"), [3]);
    let request = SearchRequest {
        filters: [(Facet::Language, vec!["de-CH".to_owned()])].into(),
        ..text("Häusern")
    };
    assert_eq!(found(&index, &request), [2]);
}

#[test]
fn accents_and_case_do_not_matter() {
    let Fixture { index, .. } = index_of([document(1, "Café Straße", "NAÏVE ΟΔΌΣ")]);
    for query in ["cafe", "CAFÉ", "Cafe\u{301}", "strasse", "naive", "οδος", "ΟΔΟΣ"] {
        assert_eq!(words(&index, query), [1], "{query}");
    }
}

#[test]
fn scripts_without_spaces_are_found_by_any_part() {
    let Fixture { index, .. } = index_of([
        document(1, "防火安全训练", ""),
        document(2, "全安", "訓練"),
        document(3, "안전 훈련을 받다", ""),
        document(4, "การฝึกอบรมความปลอดภัย", ""),
    ]);
    assert_eq!(words(&index, "安全"), [1]);
    assert_eq!(words(&index, "安全训练"), [1]);
    assert_eq!(words(&index, "\"火安全\""), [1]);
    assert_eq!(words(&index, "练"), [1], "the last character of a run");
    assert_eq!(words(&index, "火"), [1]);
    assert_eq!(words(&index, "훈련"), [3]);
    assert_eq!(words(&index, "ปลอดภัย"), [4]);
}

#[test]
fn phrases_beginnings_exclusions_and_fields_are_understood() {
    let mut tagged = document(3, "Backup", "restore the red module");
    tagged.tags = vec!["Disaster Recovery".to_owned()];
    tagged.kind = "question".to_owned();
    let Fixture { index, .. } = index_of([
        document(1, "Install", "the red module"),
        document(2, "Module", "red and installed"),
        tagged,
    ]);
    assert_eq!(words(&index, "\"red module\""), [1, 3]);
    assert_eq!(words(&index, "\"modules\""), [0; 0], "a phrase is exact");
    assert_eq!(words(&index, "red -install"), [3]);
    assert_eq!(words(&index, "-\"red module\""), [2]);
    assert_eq!(words(&index, "inst*"), [1, 2]);
    assert_eq!(words(&index, "title:module"), [2]);
    assert_eq!(words(&index, "body:module title:install"), [1]);
    assert_eq!(words(&index, "kind:question"), [3]);
    assert_eq!(words(&index, "Kind:Question red"), [3]);
    assert_eq!(words(&index, "-kind:question red module"), [2, 1]);
    assert_eq!(words(&index, "tag:recovery"), [3]);
    assert_eq!(words(&index, "tag:\"disaster recovery\""), [3]);
    assert_eq!(words(&index, "key:piece-2"), [2]);
}

#[test]
fn the_last_word_may_be_unfinished_while_typing() {
    let Fixture { index, .. } =
        index_of([document(1, "Install the module", ""), document(2, "Installation", "")]);
    let typing = |query: &str| found(&index, &SearchRequest { prefix: true, ..text(query) });
    assert_eq!(typing("inst").len(), 2);
    assert_eq!(typing("install mo"), [1]);
    assert_eq!(typing("install-the-mo"), [1]);
    for finished in [typing("inst "), words(&index, "inst")] {
        assert_eq!(finished.len(), 2, "longer words, because no word is `inst`");
    }
    let page = index.search(&text("inst")).unwrap();
    assert_eq!(page.notes, [Note::Similar]);
}

#[test]
fn a_component_is_first_when_its_key_or_id_is_the_whole_text() {
    let mut named = document(7, "Something else", "");
    named.key = "install/module".to_owned();
    let Fixture { index, .. } = index_of([
        document(1, "Install module install module", "install/module"),
        document(2, "Support install module", ""),
        named,
    ]);
    assert_eq!(words(&index, "install/module")[0], 7);
    assert_eq!(words(&index, " Support/Install/Module ")[0], 7);
    assert_eq!(words(&index, &Uuid::from_u128(7).to_string()), [7]);
}

#[test]
fn what_cannot_be_taken_as_written_is_searched_as_words_and_noted() {
    let Fixture { index, .. } = index_of([document(1, "Red", "module")]);
    let page = index.search(&text("colour:red \"module")).unwrap();
    assert_eq!(page.hits.len(), 1);
    assert_eq!(
        page.notes,
        [Note::Degraded, Note::UnknownField { name: "colour".to_owned() }, Note::UnclosedQuote]
    );
    assert_eq!(
        serde_json::to_value(&page.notes[1]).unwrap(),
        serde_json::json!({ "code": "unknown_field", "name": "colour" })
    );
    assert_eq!(index.search(&text("?!")).unwrap().notes, [Note::NoWords]);
}

#[test]
fn whatever_is_typed_is_a_search() {
    let Fixture { index, .. } = index_of([
        document(1, "Install the module", "防火安全训练"),
        document(2, "Other", "text \"quoted\" -here field:value"),
    ]);
    let pieces = prop_oneof![
        any::<String>(),
        "[a-z安全ก'\"*:() -]{0,20}",
        "(title|body|tag|key|kind|state|library|x)?:?-?\"?[a-z*]{0,5}\"?",
    ];
    let strategy = (prop::collection::vec(pieces, 0..6), any::<bool>(), any::<bool>());
    proptest!(ProptestConfig::with_cases(300), |((parts, prefix, facets) in strategy)| {
        let request = SearchRequest { prefix, facets, highlight: true, ..text(&parts.join(" ")) };
        let page = index.search(&request).unwrap();
        prop_assert!(page.total <= 2);
        for note in page.notes {
            prop_assert!(!note.to_string().is_empty());
        }
    });
}

// Filters, facets, rights

fn labelled(n: u32, kind: &str, state: &str, tags: &[&str]) -> IndexDocument {
    IndexDocument {
        kind: kind.to_owned(),
        state: state.to_owned(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        ..document(n, "Piece", "")
    }
}

fn filters(values: &[(Facet, &[&str])]) -> BTreeMap<Facet, Vec<String>> {
    values
        .iter()
        .map(|(facet, values)| (*facet, values.iter().map(|&value| value.to_owned()).collect()))
        .collect()
}

fn counts(page: &SearchPage, facet: Facet) -> Vec<(String, u64)> {
    let counts = &page.facets.as_ref().unwrap()[&facet];
    counts.iter().map(|count| (count.value.clone(), count.count)).collect()
}

fn count(value: &str, count: u64) -> (String, u64) {
    (value.to_owned(), count)
}

#[test]
fn values_of_one_facet_add_up_and_facets_narrow() {
    let Fixture { index, .. } = index_of([
        labelled(1, "topic", "draft", &["a", "b"]),
        labelled(2, "topic", "approved", &["b"]),
        labelled(3, "course", "approved", &["c"]),
        labelled(4, "asset", "draft", &[]),
    ]);
    type Case = (&'static [(Facet, &'static [&'static str])], &'static [u32]);
    let cases: [Case; 6] = [
        (&[(Facet::Kind, &["topic", "course"])], &[3, 2, 1]),
        (&[(Facet::Kind, &["topic", "course"]), (Facet::State, &["approved"])], &[3, 2]),
        (&[(Facet::Tag, &["a", "c"])], &[3, 1]),
        (&[(Facet::Tag, &["none"])], &[]),
        (&[(Facet::Tag, &[])], &[4, 3, 2, 1]),
        (&[(Facet::Library, &["support"]), (Facet::Language, &["en"])], &[4, 3, 2, 1]),
    ];
    for (values, expected) in cases {
        for facets in [false, true] {
            let request = SearchRequest { filters: filters(values), facets, ..text("") };
            assert_eq!(found(&index, &request), expected, "{values:?}, facets: {facets}");
        }
    }
}

#[test]
fn a_facet_is_counted_under_the_other_filters_but_not_its_own() {
    let Fixture { index, .. } = index_of([
        labelled(1, "topic", "draft", &["a", "b", "a"]),
        labelled(2, "topic", "approved", &["b"]),
        labelled(3, "course", "approved", &["b"]),
        labelled(4, "asset", "draft", &[]),
        IndexDocument {
            text: said("en", "Other", ""),
            key: "other".to_owned(),
            ..labelled(5, "topic", "draft", &["z"])
        },
    ]);
    let request = SearchRequest {
        filters: filters(&[(Facet::Kind, &["topic"]), (Facet::State, &["approved"])]),
        facets: true,
        ..text("piece")
    };
    let page = index.search(&request).unwrap();
    assert_eq!(page.total, 1);
    assert_eq!(counts(&page, Facet::Kind), [count("course", 1), count("topic", 1)]);
    assert_eq!(counts(&page, Facet::State), [count("approved", 1), count("draft", 1)]);
    assert_eq!(counts(&page, Facet::Tag), [count("b", 1)]);

    let unfiltered = SearchRequest { filters: BTreeMap::new(), ..request };
    let page = index.search(&unfiltered).unwrap();
    assert_eq!(
        counts(&page, Facet::Kind),
        [count("topic", 2), count("asset", 1), count("course", 1)]
    );
    assert_eq!(counts(&page, Facet::Tag), [count("b", 3), count("a", 1)]);
    assert_eq!(counts(&page, Facet::Library), [count("support", 4)]);
    assert!(index.search(&text("piece")).unwrap().facets.is_none());
}

#[test]
fn only_readable_libraries_are_found_and_counted() {
    let elsewhere = IndexDocument {
        library: LIBRARY_B,
        library_key: "sales".to_owned(),
        ..document(2, "Piece", "")
    };
    let Fixture { index, .. } = index_of([document(1, "Piece", ""), elsewhere]);
    let with = |libraries| SearchRequest { libraries, facets: true, ..text("piece") };
    for (libraries, expected) in [
        (None, vec![1, 2]),
        (Some(vec![LIBRARY_A]), vec![1]),
        (Some(vec![LIBRARY_B, LIBRARY_A]), vec![1, 2]),
        (Some(vec![]), vec![]),
    ] {
        let page = index.search(&with(libraries.clone())).unwrap();
        assert_eq!(page.hits.iter().map(|hit| hit.number).collect::<Vec<_>>(), expected);
        let counted: u64 = counts(&page, Facet::Library).iter().map(|(_, count)| count).sum();
        assert_eq!(counted, page.total, "{libraries:?}");
    }
    let by_id =
        SearchRequest { text: Uuid::from_u128(2).to_string(), ..with(Some(vec![LIBRARY_A])) };
    assert_eq!(found(&index, &by_id), [0; 0]);
}

// Pages

#[test]
fn a_hit_carries_what_was_indexed() {
    let Fixture { index, .. } = index_of([document(3, "Install", "a <b>red</b> module")]);
    let page = index.search(&SearchRequest { highlight: true, ..text("red") }).unwrap();
    let hit = page.hits.first().unwrap();
    assert!(hit.score.is_some_and(|score| score > 0.0));
    assert_eq!(
        Hit { score: None, ..hit.clone() },
        Hit {
            component: Uuid::from_u128(3),
            library: LIBRARY_A,
            library_key: "support".to_owned(),
            kind: "topic".to_owned(),
            state: "draft".to_owned(),
            language: "en".to_owned(),
            languages: vec!["en".to_owned()],
            key: "piece-3".to_owned(),
            title: "Install".to_owned(),
            title_html: Some("Install".to_owned()),
            uses: 0,
            score: None,
            snippet_html: Some("a &lt;b&gt;<mark>red</mark>&lt;/b&gt; module".to_owned()),
            snippet_source: None,
            updated: OffsetDateTime::UNIX_EPOCH + Duration::days(3),
            revision: Uuid::from_u128(0x1003),
            number: 3,
            event: 3,
        }
    );
}

#[test]
fn what_stands_in_files_and_comments_is_found_and_the_hit_says_where() {
    let attached = |source, language: &str, text: &str| Attached {
        source,
        language: language.to_owned(),
        text: text.to_owned(),
    };
    let film = IndexDocument {
        attached: vec![
            attached(Source::Captions, "en", "we press the red buttons"),
            attached(Source::Captions, "de", "wir drücken die roten Knöpfe"),
            attached(Source::File, "en", "a leaflet"),
        ],
        comments: "needs a louder microphone".to_owned(),
        ..document(1, "A film", "How the machine starts")
    };
    let Fixture { index, .. } = index_of([film, document(2, "A page", "Other words")]);
    for (asked, source) in [
        ("machine", None),
        ("button", Some(Source::Captions)),
        ("knopf", Some(Source::Captions)),
        ("\"red buttons\"", Some(Source::Captions)),
        ("leaflets", Some(Source::File)),
        ("microphone", Some(Source::Comments)),
    ] {
        let page = index.search(&SearchRequest { highlight: true, ..text(asked) }).unwrap();
        assert_eq!(page.total, 1, "{asked}");
        let hit = &page.hits[0];
        assert_eq!((hit.title.as_str(), hit.snippet_source), ("A film", source), "{asked}");
        assert!(hit.snippet_html.as_ref().unwrap().contains("<mark>"), "{asked}");
        assert_eq!(hit.languages, ["en"], "captions are no translation");
    }
}

/// Follows the cursors to the end.
fn pages(index: &Index, request: &SearchRequest) -> Vec<Vec<u32>> {
    let mut request = request.clone();
    let mut pages = Vec::new();
    loop {
        let page = index.search(&request).unwrap();
        pages.push(page.hits.iter().map(|hit| hit.number).collect());
        request.cursor = page.next;
        if request.cursor.is_none() {
            return pages;
        }
    }
}

#[test]
fn pages_together_are_all_hits_once_in_order() {
    let Fixture { index, mut writer, _dir } = index_of([]);
    // Several segments, equal titles, equal scores, equal times.
    for batch in 0..4 {
        let documents = (0..15).map(|n| {
            let n = batch * 15 + n;
            let mut document = document(n, ["Same", "Éclair", "apple"][(n % 3) as usize], "word");
            document.updated = OffsetDateTime::UNIX_EPOCH + Duration::days(i64::from(n / 7));
            document.text.body = "word other ".repeat(1 + (n % 4) as usize);
            document.into()
        });
        writer.apply(documents, i64::from(batch)).unwrap();
    }
    for query in ["word", "", "word nowhere"] {
        for sort in [Sort::Relevance, Sort::Updated, Sort::Title] {
            for facets in [false, true] {
                let all = SearchRequest { sort, facets, limit: 100, ..text(query) };
                let whole = found(&index, &all);
                assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), 60);
                let paged = pages(&index, &SearchRequest { limit: 7, ..all.clone() });
                assert_eq!(paged.len(), 9);
                assert_eq!(paged.concat(), whole, "{query:?} by {sort:?}");
            }
        }
    }
    let by_title = pages(&index, &SearchRequest { sort: Sort::Title, limit: 20, ..text("") });
    let titles: Vec<BTreeSet<u32>> =
        by_title.iter().map(|page| page.iter().map(|n| n % 3).collect()).collect();
    assert_eq!(titles, [[2].into(), [1].into(), [0].into()]);
}

#[test]
fn paging_goes_on_where_it_was_when_earlier_hits_come_and_go() {
    for sort in [Sort::Updated, Sort::Title] {
        let Fixture { index, mut writer, _dir } =
            index_of((10..20).map(|n| document(n, &format!("Title {n}"), "")));
        let first = SearchRequest { sort, limit: 4, ..text("") };
        let page = index.search(&first).unwrap();
        let seen: Vec<u32> = page.hits.iter().map(|hit| hit.number).collect();
        // The last hit seen goes, and new ones come in front of everything.
        let (last, new) = (*seen.last().unwrap(), if sort == Sort::Updated { 90 } else { 1 });
        let before = Change::from(document(new, &format!("Title {new:02}"), ""));
        writer.apply([Change::Remove(Uuid::from_u128(u128::from(last))), before], 2).unwrap();
        let rest = pages(&index, &SearchRequest { cursor: page.next, ..first }).concat();
        let mut all = [seen, rest].concat();
        all.sort_unstable();
        assert_eq!(all, (10..20).collect::<Vec<_>>(), "{sort:?}");
    }
}

#[test]
fn a_cursor_belongs_to_its_search() {
    let Fixture { index, .. } = index_of((0..5).map(|n| document(n, "Piece", "")));
    let first = SearchRequest { limit: 2, ..text("piece") };
    let next = index.search(&first).unwrap().next;
    assert!(index.search(&SearchRequest { cursor: next.clone(), ..first.clone() }).is_ok());
    for other in [
        SearchRequest { cursor: next.clone(), ..text("other") },
        SearchRequest { cursor: next.clone(), sort: Sort::Title, ..first.clone() },
        SearchRequest {
            cursor: next,
            filters: filters(&[(Facet::Kind, &["topic"])]),
            ..first.clone()
        },
        SearchRequest { cursor: Some("no cursor".to_owned()), ..first.clone() },
        SearchRequest { cursor: Some(hex::encode("{}")), ..first.clone() },
        SearchRequest { cursor: Some(String::new()), ..first },
    ] {
        assert!(matches!(index.search(&other), Err(Error::BadCursor { .. })), "{other:?}");
    }
}

#[test]
fn a_page_size_out_of_range_is_refused() {
    let Fixture { index, .. } = index_of([]);
    for limit in [0, MAX_LIMIT + 1] {
        let request = SearchRequest { limit, ..text("") };
        assert!(matches!(index.search(&request), Err(Error::BadLimit { .. })));
    }
    assert!(index.search(&SearchRequest { limit: MAX_LIMIT, ..text("") }).is_ok());
}
