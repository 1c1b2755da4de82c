//! Archives that mean harm, or were made badly: each is refused by the entry and the rule, and nothing
//! is imported.

use std::path::Path;

use lcms_import::{Folder, Limits};
use zip::write::SimpleFileOptions;

use crate::packages::{manifest, zip};
use crate::support::Bench;

fn refusal(path: &Path, limits: Limits) -> String {
    Folder::open(path, limits).unwrap_err().to_string()
}

/// An archive of stored files, as bytes.
fn stored(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        out.start_file(*name, options).unwrap();
        std::io::Write::write_all(&mut out, bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// Replaces every occurrence of some bytes by others of the same length.
fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut found = 0;
    for at in 0..=bytes.len() - from.len() {
        if &bytes[at..at + from.len()] == from {
            bytes[at..at + from.len()].copy_from_slice(to);
            found += 1;
        }
    }
    assert!(found > 0);
    bytes
}

#[test]
fn paths_that_lead_out_or_collide_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path().join("x.zip");
    for (name, rule) in [
        ("../evil.html", "the path contains \"..\""),
        ("/etc/passwd", "the path is absolute"),
        ("C:/x.html", "the path is absolute"),
        ("a/con.txt", "\"con.txt\" is a reserved name on Windows"),
        ("A/index.html", "on some systems it is the same file as \"a/index.html\""),
        ("a/\u{1}.html", "the path contains the character '\\u{1}'"),
    ] {
        let bytes = stored(&[("a/index.html", b"x"), (name, b"y")]);
        std::fs::write(&at, bytes).unwrap();
        let expected = format!("x: the entry {name:?} is refused: {rule}");
        assert_eq!(refusal(&at, Limits::default()), expected);
    }
    let below = stored(&[("a/index.html", b"x"), ("a/index.html/x", b"y")]);
    std::fs::write(&at, below).unwrap();
    assert_eq!(
        refusal(&at, Limits::default()),
        "x: the entry \"a/index.html\" is refused: it is a file and also the folder of \"a/index.html/x\""
    );
    // The writer does not write a name twice, so one is given the other's afterwards.
    let twice =
        patched(stored(&[("a/b.html", b"x"), ("a/c.html", b"y")]), b"a/c.html", b"a/b.html");
    std::fs::write(&at, twice).unwrap();
    assert!(refusal(&at, Limits::default()).contains("more than one entry of this name"));
}

#[test]
fn links_and_encrypted_entries_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path().join("x.zip");
    let mut out = zip::ZipWriter::new(std::fs::File::create(&at).unwrap());
    out.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    out.finish().unwrap();
    assert!(refusal(&at, Limits::default()).contains("it is a symbolic link"));
    // The flag of encryption, in the entry's header and in the directory.
    let mut bytes = stored(&[("a.html", b"x")]);
    bytes[6] |= 1;
    let directory = bytes.windows(4).position(|it| it == b"PK\x01\x02").unwrap();
    bytes[directory + 8] |= 1;
    std::fs::write(&at, bytes).unwrap();
    assert!(refusal(&at, Limits::default()).contains("it is encrypted"));
}

#[test]
fn what_is_too_much_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let bomb = vec![0; 20 << 20];
    let at = zip(&root.path().join("x.zip"), &[("a/b/c.html", &bomb), ("d.html", b"x")]);
    let limits = Limits::default();
    for (limits, expected) in [
        (Limits { files: 1, ..limits }, "more than the 1 allowed"),
        (Limits { file_bytes: 1 << 20, ..limits }, "more than the 1048576 allowed"),
        (
            Limits { total_bytes: 20 << 20, ratio: u64::MAX, ..limits },
            "more than the 20971520 allowed",
        ),
        (Limits { depth: 2, ..limits }, "folders deep"),
        (Limits { path_bytes: 8, ..limits }, "its path has 10 bytes"),
        (limits, "more than 200 times"),
    ] {
        let error = refusal(&at, limits);
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[tokio::test]
async fn damaged_data_is_refused_and_nothing_is_imported() {
    let bench = Bench::new().await;
    let manifest = manifest(&[("one", "First", "a.html")]);
    let whole = stored(&[("imsmanifest.xml", manifest.as_bytes()), ("a.html", b"<p>unharmed</p>")]);
    let at = bench.folder.path().join("x.zip");
    let events = bench.events().await;
    for (bytes, expected) in [
        (patched(whole.clone(), b"unharmed", b"unharmeD"), "crc-32"),
        (whole[..whole.len() - 30].to_vec(), "not a readable zip archive"),
    ] {
        std::fs::write(&at, bytes).unwrap();
        let error = bench.run("lib", &at, false).await.unwrap_err().to_string();
        assert!(error.to_lowercase().contains(expected), "{error}");
    }
    assert_eq!(bench.events().await, events);
}

#[tokio::test]
async fn backslashes_and_wrong_encodings_are_put_right() {
    let bench = Bench::new().await;
    let text = manifest(&[("one", "Pr\u{fc}fung", "res\\a.html")]);
    let mut latin: Vec<u8> = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>".to_vec();
    latin.extend(text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()));
    let bytes = stored(&[("imsmanifest.xml", &latin), ("res\\a.html", b"<p>x</p>")]);
    let at = bench.folder.path().join("x.zip");
    std::fs::write(&at, bytes).unwrap();
    let report = bench.import(&at).await;
    let said = report.to_string();
    assert!(said.contains("backslashes in its path") && said.contains("Windows-1252"), "{said}");
}

/// Pieces of pages, in any order.
fn soup() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::collection::vec;
    use proptest::prelude::Strategy as _;
    let pieces = vec![
        "<p>",
        "</p>",
        "<table><tr>",
        "<td>",
        "</table>",
        "<ul><li>",
        "</ul>",
        "<b>",
        "</b>",
        "<a href='x.html#y'>",
        "</a>",
        "<img src='x.png' alt='[x](y)'>",
        "<pre><code>",
        "</code></pre>",
        "<!--",
        "-->",
        "<h2>",
        "</h2>",
        "<math>",
        "<svg>",
        "</svg>",
        "&lt;",
        "&#0;",
        "<ol start=9>",
        "<blockquote>",
        "<dl><dt>",
        "<dd>",
        "# One\n",
        "\n\n",
        "::: note\n",
        ":::\n",
        "{#id}",
        "[[x]]",
        "![[x|y]]",
        "{{a.b}}",
        "[^1]",
        "[^1]: x\n",
        "| a | b |\n|---|\n",
        "```\n",
        "$x$",
        "- [ ] x\n",
        "    x\n",
        "---\n",
        "title: x\n",
        "\\",
        "`",
        "*",
        "_",
        "~~",
        "<",
        ">",
        "é",
        "漢",
        "\u{200f}",
        "\u{0}",
        "word ",
        "1. x\n",
        ">",
        "\t",
        "![x](x.png){.a}",
        "[x]: <y>\n",
        ":::: challenge\n",
        "::::\n",
    ];
    vec(proptest::sample::select(pieces), 0..40).prop_map(|pieces| pieces.concat())
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 300, ..Default::default() })]

    #[test]
    fn any_page_is_read_or_refused(text in soup(), name in proptest::sample::select(vec!["a.md", "a.html", "a.gift", "a.csv"])) {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join(name), &text).unwrap();
        std::fs::write(root.path().join("x.png"), b"picture").unwrap();
        let folder = Folder::open(root.path(), Limits::default()).unwrap();
        // Every component that comes of it was checked like one that is saved; a second reading is the same.
        let sources = |folder: &Folder| {
            let reading = lcms_import::read_folder(folder).map(|(_, reading)| reading);
            reading.map(|it| it.subjects.into_iter().map(|it| (it.source, it.key)).collect::<Vec<_>>())
        };
        match (sources(&folder), sources(&folder)) {
            (Ok(one), Ok(other)) => proptest::prop_assert_eq!(one, other),
            (Err(one), Err(other)) => proptest::prop_assert_eq!(one.to_string(), other.to_string()),
            (one, other) => proptest::prop_assert!(false, "{one:?} and then {other:?}"),
        }
    }
}
