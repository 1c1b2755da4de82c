//! Hostile and careless archives. Each is right but for one thing.

use std::io::Cursor;

use lcms_formats::zip::{Archive, ArchiveError, EntryRule, Limits, Method, PathRule, WarningKind};
use proptest::prelude::*;

use crate::layout;

/// A file of an archive, every field of which can lie.
#[derive(Clone)]
struct Raw {
    name: Vec<u8>,
    local_name: Vec<u8>,
    flags: u16,
    method: u16,
    crc32: u32,
    size: u32,
    compressed_size: u32,
    external_attributes: u32,
    data: Vec<u8>,
    /// Where the directory says the local header is, instead of where it is.
    offset: Option<u32>,
}

fn stored(name: &str, data: &[u8]) -> Raw {
    Raw {
        name: name.into(),
        local_name: name.into(),
        flags: 0,
        method: 0,
        crc32: crc32fast::hash(data),
        size: data.len() as u32,
        compressed_size: data.len() as u32,
        external_attributes: 0o100_644 << 16,
        data: data.to_vec(),
        offset: None,
    }
}

fn deflated(name: &str, data: &[u8]) -> Raw {
    use std::io::Write;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    let compressed = encoder.finish().unwrap();
    Raw {
        method: 8,
        compressed_size: compressed.len() as u32,
        data: compressed,
        ..stored(name, data)
    }
}

fn archive(files: &[Raw]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for file in files {
        let offset = file.offset.unwrap_or(out.len() as u32);
        let common = |name: &[u8]| {
            let mut fields = Vec::new();
            fields.extend(20_u16.to_le_bytes());
            fields.extend(file.flags.to_le_bytes());
            fields.extend(file.method.to_le_bytes());
            fields.extend([0, 0, 0x21, 0]);
            fields.extend(file.crc32.to_le_bytes());
            fields.extend(file.compressed_size.to_le_bytes());
            fields.extend(file.size.to_le_bytes());
            fields.extend((name.len() as u16).to_le_bytes());
            fields.extend([0, 0]);
            fields
        };
        out.extend(b"PK\x03\x04");
        out.extend(common(&file.local_name));
        out.extend(&file.local_name);
        out.extend(&file.data);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(common(&file.name));
        directory.extend([0; 6]);
        directory.extend(file.external_attributes.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&file.name);
    }
    let start = out.len() as u32;
    let count = files.len() as u16;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn open(files: &[Raw], limits: &Limits) -> Result<Archive<Cursor<Vec<u8>>>, ArchiveError> {
    Archive::open(Cursor::new(archive(files)), limits)
}

/// The entry and rule by which opening is refused.
fn refusal(files: &[Raw], limits: &Limits) -> (String, EntryRule) {
    match open(files, limits).unwrap_err() {
        ArchiveError::Entry { entry, rule } => (entry, rule),
        other => panic!("{other}"),
    }
}

fn refusal_of(file: Raw) -> EntryRule {
    let name = String::from_utf8_lossy(&file.name).into_owned();
    let (entry, rule) = refusal(&[stored("good.txt", b"good"), file], &Limits::default());
    assert_eq!(entry, name);
    rule
}

/// The rule by which the data of the one file is refused.
fn data_refusal(file: Raw) -> EntryRule {
    let mut archive = open(&[file], &Limits::default()).unwrap();
    let file = archive.files()[0].clone();
    match archive.bytes(&file).unwrap_err() {
        ArchiveError::Entry { entry, rule } => {
            assert_eq!(entry, file.path.as_str());
            rule
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_sound_archive_gives_its_files() {
    let text = b"hello hello hello hello hello";
    let files = [stored("a/b.txt", b"b"), deflated("c.txt", text), stored("a/", b"")];
    let mut archive = open(&files, &Limits::default()).unwrap();
    let found: Vec<_> =
        archive.files().iter().map(|f| (f.path.as_str(), f.method, f.size)).collect();
    assert_eq!(found, [("a/b.txt", Method::Stored, 1), ("c.txt", Method::Deflated, 29)]);
    assert_eq!(archive.warnings(), []);
    let file = archive.file("c.txt").unwrap().clone();
    assert_eq!(archive.bytes(&file).unwrap(), text);
    assert_eq!(archive.file("nothing"), None);
}

#[test]
fn what_the_layout_writes_is_read() {
    let bytes = layout::archive(&[("ä/b.txt", b"b", Method::Deflated)], &[]);
    let mut archive = Archive::open(Cursor::new(bytes), &Limits::default()).unwrap();
    let file = archive.file("ä/b.txt").unwrap().clone();
    assert_eq!(archive.bytes(&file).unwrap(), b"b");
}

#[test]
fn paths_that_leave_the_tree_are_refused() {
    for (name, rule) in [
        ("../evil.sh", PathRule::DotSegment("..".into())),
        ("a/../../evil.sh", PathRule::DotSegment("..".into())),
        ("..\\evil.sh", PathRule::DotSegment("..".into())),
        ("/etc/passwd", PathRule::Absolute),
        ("\\\\server\\share", PathRule::Absolute),
        ("C:\\evil.sh", PathRule::Absolute),
        ("a\u{0}b", PathRule::Character('\u{0}')),
        ("a//b", PathRule::EmptySegment),
        ("nul.txt", PathRule::ReservedName("nul.txt".into())),
    ] {
        assert_eq!(refusal_of(stored(name, b"x")), EntryRule::Path(rule), "{name:?}");
    }
}

#[test]
fn links_encryption_and_unknown_methods_are_refused() {
    let link = Raw { external_attributes: 0o120_777 << 16, ..stored("link", b"/etc/passwd") };
    assert_eq!(refusal_of(link), EntryRule::Symlink);
    let secret = Raw { flags: 1, ..stored("secret", b"0123456789abcdef") };
    assert_eq!(refusal_of(secret), EntryRule::Encrypted);
    let unknown = Raw { method: 12, ..stored("odd", b"x") };
    assert!(matches!(refusal_of(unknown), EntryRule::UnknownMethod(_)));
}

#[test]
fn names_that_are_one_file_somewhere_are_refused() {
    let pair = |a: &str, b: &str| refusal(&[stored(a, b"1"), stored(b, b"2")], &Limits::default());
    assert_eq!(pair("a", "a"), ("a".into(), EntryRule::Duplicate));
    assert_eq!(pair("A", "a"), ("a".into(), EntryRule::Collision { with: "A".into() }));
    assert_eq!(
        pair("\u{fc}", "u\u{308}"),
        ("\u{fc}".into(), EntryRule::Collision { with: "\u{fc}".into() })
    );
    assert_eq!(pair("x\\a", "x/a"), ("x/a".into(), EntryRule::Collision { with: "x/a".into() }));
    assert_eq!(pair("a/b", "a"), ("a".into(), EntryRule::FileIsFolder { below: "a/b".into() }));
}

#[test]
fn headers_that_contradict_or_overlap_are_refused() {
    let other_name = Raw { local_name: b"evil.txt".to_vec(), ..stored("fine.txt", b"x") };
    assert!(matches!(refusal_of(other_name), EntryRule::HeaderMismatch(_)));
    // The second entry's header lies inside the first one's data.
    let inner = archive(&[stored("b", b"inner")]);
    let outer = stored("a", &inner[..40]);
    let overlapping = Raw { offset: Some(31), ..stored("b", b"inner") };
    let (entry, rule) = refusal(&[outer, overlapping], &Limits::default());
    assert_eq!((entry.as_str(), rule), ("a", EntryRule::Overlap { with: "b".into() }));
    let endless = Raw { compressed_size: 5000, size: 5000, ..stored("long", b"x") };
    let (entry, rule) = refusal(&[endless], &Limits::default());
    assert_eq!(
        (entry.as_str(), rule),
        ("long", EntryRule::Overlap { with: "the directory".into() })
    );
}

#[test]
fn folders_hold_no_data() {
    assert_eq!(refusal_of(stored("folder/", b"x")), EntryRule::FolderWithData);
}

#[test]
fn data_that_is_not_what_it_says_is_refused() {
    let data = b"hello hello hello hello";
    let wrong_crc = Raw { crc32: 1, ..deflated("a", data) };
    assert_eq!(data_refusal(wrong_crc), EntryRule::WrongCrc);
    let too_small = Raw { size: 5, ..deflated("a", data) };
    assert_eq!(data_refusal(too_small), EntryRule::WrongSize { declared: 5, found: 6 });
    let too_large = Raw { size: 24, ..deflated("a", data) };
    assert_eq!(data_refusal(too_large), EntryRule::WrongSize { declared: 24, found: 23 });
    let damaged = Raw { data: vec![0xFF; 9], compressed_size: 9, ..deflated("a", data) };
    assert!(matches!(data_refusal(damaged), EntryRule::Damaged(_)));
}

#[test]
fn a_bomb_that_lies_about_its_size_stops_at_the_size_it_declared() {
    let bomb = Raw { size: 1000, ..deflated("a", &vec![0; 4 << 20]) };
    let mut archive = open(&[bomb], &Limits::default()).unwrap();
    let file = archive.files()[0].clone();
    let mut out = Vec::new();
    assert!(archive.copy(&file, &mut out).is_err());
    assert!(out.len() <= 1000);
}

#[test]
fn every_limit_is_kept() {
    let small = Limits {
        entries: 3,
        entry_bytes: 100,
        total_bytes: 150,
        ratio: 10,
        ratio_exempt_bytes: 50,
        path_bytes: 20,
        depth: 3,
    };
    let rule = |file: Raw| refusal(&[file], &small).1;
    assert_eq!(rule(stored("a", &[1; 101])), EntryRule::TooLarge { found: 101, limit: 100 });
    assert_eq!(rule(stored("a/b/c/d", b"x")), EntryRule::TooDeep { found: 4, limit: 3 });
    let long = "x".repeat(21);
    assert_eq!(rule(stored(&long, b"x")), EntryRule::PathTooLong { found: 21, limit: 20 });
    let zeros = deflated("a", &[0; 90]);
    let compressed = u64::from(zeros.compressed_size);
    assert_eq!(rule(zeros), EntryRule::Ratio { compressed, size: 90, limit: 10 });
    assert!(open(&[deflated("a", &[0; 50])], &small).is_ok());
    let total = open(&[stored("a", &[1; 90]), stored("b", &[2; 90])], &small).unwrap_err();
    assert!(matches!(total, ArchiveError::TooLarge { found: 180, limit: 150 }));
    let many: Vec<Raw> = ["a", "b", "c", "d"].map(|name| stored(name, b"")).into();
    let many = open(&many, &small).unwrap_err();
    assert!(matches!(many, ArchiveError::TooManyEntries { found: 4, limit: 3 }));
}

#[test]
fn the_entries_of_a_zip64_archive_are_counted_before_it_is_decoded() {
    let files: Vec<String> = (0..70_000).map(|n| n.to_string()).collect();
    let files: Vec<_> =
        files.iter().map(|name| (name.as_str(), b"".as_slice(), Method::Stored)).collect();
    let error =
        Archive::open(Cursor::new(layout::archive(&files, &[])), &Limits::default()).unwrap_err();
    assert!(matches!(error, ArchiveError::TooManyEntries { found: 70_000, limit: 50_000 }));
}

#[test]
fn backslashes_and_decomposed_names_are_repaired_with_a_warning() {
    let archive = open(&[stored("img\\u\u{308}ber.png", b"x")], &Limits::default()).unwrap();
    assert_eq!(archive.files()[0].path.as_str(), "img/über.png");
    let kinds: Vec<_> = archive.warnings().iter().map(|warning| warning.kind).collect();
    assert_eq!(kinds, [WarningKind::Backslashes, WarningKind::Normalized]);
}

#[test]
fn names_in_code_page_437_are_decoded() {
    let raw = Raw {
        name: b"\x81ber.txt".to_vec(),
        local_name: b"\x81ber.txt".to_vec(),
        ..stored("", b"x")
    };
    let archive = open(&[raw], &Limits::default()).unwrap();
    assert_eq!(archive.files()[0].path.as_str(), "über.txt");
}

#[test]
fn what_is_no_archive_is_refused() {
    for bytes in [b"".as_slice(), b"PK\x03\x04", b"<html></html>", &[0; 100_000]] {
        let error = Archive::open(Cursor::new(bytes), &Limits::default()).unwrap_err();
        assert!(matches!(error, ArchiveError::NotAnArchive { .. }), "{error}");
    }
}

#[test]
fn an_archive_behind_other_bytes_is_refused() {
    let bytes = [b"#!/bin/sh\n".as_slice(), &archive(&[stored("a", b"x")])].concat();
    let error = Archive::open(Cursor::new(bytes), &Limits::default()).unwrap_err();
    assert!(matches!(error, ArchiveError::NotAnArchive { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_archives_never_panic(at in 0_usize..400, with in any::<[u8; 4]>(), cut in any::<bool>()) {
        let mut bytes = archive(&[stored("a/b", b"data"), deflated("c", b"hello hello hello"), stored("d/", b"")]);
        let at = at % (bytes.len() - 4);
        bytes[at..at + 4].copy_from_slice(&with);
        if cut {
            bytes.truncate(at + 4);
        }
        if let Ok(mut archive) = Archive::open(Cursor::new(bytes), &Limits::default()) {
            for file in archive.files().to_vec() {
                let _either = archive.bytes(&file);
            }
        }
    }
}
