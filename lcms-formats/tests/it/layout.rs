//! Planned archives, read back by three other implementations.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Command;

use lcms_formats::zip::{Entry, Layout, LayoutError, Method, Piece, SafePath, WriteError};
use proptest::prelude::*;
use zip::{CompressionMethod, ZipArchive};

use crate::environment::run;

pub(crate) fn safe(path: &str) -> SafePath {
    path.parse().unwrap()
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// An entry for a file, and its data as stored.
fn packed(path: &str, data: &[u8], method: Method) -> (Entry, Vec<u8>) {
    let stored = match method {
        Method::Stored => data.to_vec(),
        Method::Deflated => deflated(data),
    };
    let entry = Entry {
        path: safe(path),
        method,
        crc32: crc32fast::hash(data),
        size: data.len() as u64,
        compressed_size: stored.len() as u64,
    };
    (entry, stored)
}

/// The bytes of an archive of these files.
pub(crate) fn archive(files: &[(&str, &[u8], Method)], first: &[&str]) -> Vec<u8> {
    let (entries, data): (Vec<Entry>, Vec<Vec<u8>>) =
        files.iter().map(|(path, data, method)| packed(path, data, *method)).unzip();
    let first: Vec<SafePath> = first.iter().map(|path| safe(path)).collect();
    let layout = Layout::new(&entries, &first).unwrap();
    let mut out = Vec::new();
    layout.write_to(&mut out, |entry| Ok(Cursor::new(&data[entry]))).unwrap();
    assert_eq!(out.len() as u64, layout.len());
    out
}

const FILES: [(&str, &[u8], Method); 6] = [
    ("lesson/index.html", b"<p>Hello, hello, hello, hello, hello</p>", Method::Deflated),
    ("imsmanifest.xml", b"<manifest/>", Method::Stored),
    ("lesson/gr\u{f6}\u{df}e 1.png", b"\x89PNG\x00\x01\x02", Method::Stored),
    ("lesson/empty.txt", b"", Method::Stored),
    ("Zebra.txt", b"zzzz", Method::Deflated),
    ("a.txt", b"aaaa", Method::Deflated),
];

/// A path that Python prints as it is, and the archive written to it.
fn on_disk(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("package.zip");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn python(script: &str, archive: &Path) -> String {
    let mut command = Command::new("python3");
    run(command.env("PYTHONIOENCODING", "utf-8").args(["-c", script]).arg(archive))
}

#[test]
fn the_zip_crate_reads_every_file_as_it_was() {
    let mut read = ZipArchive::new(Cursor::new(archive(&FILES, &[]))).unwrap();
    assert_eq!(read.len(), FILES.len());
    read.validate_header_consistency().unwrap();
    for (path, expected, method) in FILES {
        let mut file = read.by_name(path).unwrap();
        let mut data = Vec::new();
        file.read_to_end(&mut data).unwrap();
        assert_eq!(data, expected, "{path}");
        let code = match method {
            Method::Stored => CompressionMethod::Stored,
            Method::Deflated => CompressionMethod::Deflated,
        };
        assert_eq!(file.compression(), code);
    }
}

#[test]
fn unzip_and_python_read_every_file_as_it_was() {
    let (folder, path) = on_disk(&archive(&FILES, &["imsmanifest.xml"]));
    let said = run(Command::new("unzip").arg("-t").arg(&path));
    assert!(said.contains("No errors detected"), "{said}");
    run(Command::new("unzip").arg("-q").arg(&path).arg("-d").arg(folder.path().join("out")));
    for (path, expected, _) in FILES {
        let unpacked = folder.path().join("out").join(path);
        assert_eq!(std::fs::read(unpacked).unwrap(), expected, "{path}");
    }
    let said = python(
        "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n\
         print('\\n'.join(f'{i.filename}|{i.file_size}' for i in z.infolist()))",
        &path,
    );
    let expected = [
        "imsmanifest.xml|11",
        "Zebra.txt|4",
        "a.txt|4",
        "lesson/empty.txt|0",
        "lesson/größe 1.png|7",
        "lesson/index.html|40",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn the_order_of_the_entries_given_does_not_matter() {
    let mut reversed = FILES;
    reversed.reverse();
    assert_eq!(archive(&FILES, &[]), archive(&reversed, &[]));
}

#[test]
fn the_first_paths_come_first_in_their_order() {
    let bytes = archive(&FILES, &["lesson/index.html", "imsmanifest.xml"]);
    let read = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<&[u8]> = read.file_names_raw().take(3).collect();
    assert_eq!(names, [b"lesson/index.html".as_slice(), b"imsmanifest.xml", b"Zebra.txt"]);
}

#[test]
fn times_and_modes_are_constant_and_flags_tell_utf8() {
    let mut read = ZipArchive::new(Cursor::new(archive(&FILES, &[]))).unwrap();
    for index in 0..read.len() {
        let file = read.by_index_raw(index).unwrap();
        assert_eq!(file.last_modified().unwrap().to_string(), "1980-01-01 00:00:00");
        assert_eq!(file.unix_mode(), Some(0o100_644));
        let is_ascii = file.name_raw().is_ascii();
        assert_eq!(file.flags().as_u16(), if is_ascii { 0 } else { 1 << 11 });
    }
}

#[test]
fn entries_that_make_no_sound_archive_are_refused() {
    let entry = |path: &str| packed(path, b"x", Method::Stored).0;
    let refused = |paths: &[&str], first: &[&str]| {
        let entries: Vec<Entry> = paths.iter().map(|path| entry(path)).collect();
        let first: Vec<SafePath> = first.iter().map(|path| safe(path)).collect();
        Layout::new(&entries, &first).unwrap_err()
    };
    let collision = |path, with| LayoutError::Collision { path: safe(path), with: safe(with) };
    assert_eq!(refused(&["a", "b", "a"], &[]), collision("a", "a"));
    assert_eq!(refused(&["x/Größe", "x/GRÖßE"], &[]), collision("x/Größe", "x/GRÖßE"));
    assert_eq!(
        refused(&["x/y/z", "X/y"], &[]),
        LayoutError::FileIsFolder { file: safe("X/y"), below: safe("x/y/z") }
    );
    assert_eq!(refused(&["a"], &["b"]), LayoutError::FirstMissing { path: safe("b") });
    let mut odd = entry("a");
    odd.size = 2;
    let refusal = LayoutError::StoredSizesDiffer { path: safe("a"), size: 2, compressed_size: 1 };
    assert_eq!(Layout::new(&[odd], &[]).unwrap_err(), refusal);
    let mut endless = entry("a");
    (endless.size, endless.compressed_size) = (u64::MAX, u64::MAX);
    assert_eq!(Layout::new(&[endless], &[]).unwrap_err(), LayoutError::TooLong);
}

#[test]
fn data_shorter_than_promised_is_noticed() {
    let (entry, _) = packed("a", b"four", Method::Stored);
    let layout = Layout::new(&[entry], &[]).unwrap();
    let error = layout.write_to(&mut io::sink(), |_| Ok(b"two".as_slice())).unwrap_err();
    assert!(matches!(error, WriteError::DataTooShort { entry: 0, expected: 4, found: 3 }));
}

#[test]
fn an_archive_without_entries_is_still_an_archive() {
    let read = ZipArchive::new(Cursor::new(archive(&[], &[]))).unwrap();
    assert_eq!(read.len(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_range_equals_that_part_of_the_whole(a in 0_u64..1200, b in 0_u64..1200) {
        let (entries, data): (Vec<Entry>, Vec<Vec<u8>>) =
            FILES.iter().map(|(path, data, method)| packed(path, data, *method)).unzip();
        let layout = Layout::new(&entries, &[]).unwrap();
        let whole = archive(&FILES, &[]);
        let (start, end) = (a.min(b), a.max(b));
        let mut part = Vec::new();
        for piece in layout.pieces_in(start..end) {
            match piece {
                Piece::Bytes(bytes) => part.extend_from_slice(&bytes),
                Piece::Data { entry, range } => {
                    part.extend_from_slice(&data[entry][range.start as usize..range.end as usize]);
                }
            }
        }
        let clip = |at: u64| (at as usize).min(whole.len());
        prop_assert_eq!(part, &whole[clip(start)..clip(end)]);
    }
}

#[test]
fn more_entries_than_16_bits_count_use_zip64() {
    let entries: Vec<Entry> =
        (0..70_000).map(|n| packed(&format!("{n:05}"), b"", Method::Stored).0).collect();
    let layout = Layout::new(&entries, &[]).unwrap();
    let mut bytes = Vec::new();
    layout.write_to(&mut bytes, |_| Ok(io::empty())).unwrap();
    assert_eq!(ZipArchive::new(Cursor::new(&bytes)).unwrap().len(), 70_000);
    let (_folder, path) = on_disk(&bytes);
    let count = "import sys,zipfile\nprint(len(zipfile.ZipFile(sys.argv[1]).infolist()))";
    assert_eq!(python(count, &path).trim(), "70000");
    let said = run(Command::new("unzip").arg("-tq").arg(&path));
    assert!(said.contains("No errors detected"), "{said}");
}

#[test]
fn entries_and_offsets_beyond_32_bits_use_zip64() {
    const LARGE: u64 = 5 << 30;
    let (mut large, _) = packed("large.bin", b"", Method::Stored);
    (large.size, large.compressed_size) = (LARGE, LARGE);
    let (after, data) = packed("z.txt", b"after the large one", Method::Stored);
    let layout = Layout::new(&[large, after], &[]).unwrap();

    // The large file is a hole, so the archive takes no room on the disk.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.zip");
    let mut file = std::fs::File::create(&path).unwrap();
    let mut at = 0;
    for piece in layout.pieces() {
        file.seek(SeekFrom::Start(at)).unwrap();
        at += match piece {
            Piece::Bytes(bytes) => {
                file.write_all(&bytes).unwrap();
                bytes.len() as u64
            }
            Piece::Data { entry: 0, range } => range.end - range.start,
            Piece::Data { .. } => {
                file.write_all(&data).unwrap();
                data.len() as u64
            }
        };
    }
    assert_eq!(file.metadata().unwrap().len(), layout.len());

    let mut read = ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    assert_eq!(read.by_name("large.bin").unwrap().size(), LARGE);
    let mut text = String::new();
    read.by_name("z.txt").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "after the large one");
    let script = "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\n\
                  print([i.file_size for i in z.infolist()], z.read('z.txt').decode())";
    assert_eq!(python(script, &path).trim(), "[5368709120, 19] after the large one");
    run(Command::new("unzip").arg("-tq").arg(&path).arg("z.txt"));
}
