//! Blobs: stored once under their digest, in the form a zip needs, in a folder or behind an S3 API.

use std::ops::Range;
use std::path::Path;

use futures::TryStreamExt as _;
use lcms_core::ErrorKind;
use lcms_core::model::{Blob, Codec, Digest, Kind};
use lcms_core::service::{Lcms, Settings};
use lcms_core::store::blob::{BlobStore, BlobUrl, BytesDamage, name_of};
use tempfile::TempDir;

use crate::documents::asset;
use crate::harness::Server;

/// Bytes that no compressor makes smaller.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

async fn raw(blobs: &BlobStore, blob: Blob, range: Range<u64>) -> Vec<u8> {
    let chunks: Vec<_> = blobs.raw(blob, range).try_collect().await.unwrap();
    chunks.concat()
}

async fn stored(blobs: &BlobStore, blob: Blob) -> Vec<u8> {
    let chunks: Vec<_> = blobs.stored(blob).try_collect().await.unwrap();
    chunks.concat()
}

/// Inflates with another implementation than the one that deflated.
fn inflated(packed: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let mut out = Vec::new();
    flate2::read::DeflateDecoder::new(packed).read_to_end(&mut out).unwrap();
    out
}

/// What every place for blobs must do.
mod suite {
    use super::*;

    pub(super) async fn bytes_come_back_as_they_were(blobs: &BlobStore) {
        let long = noise(9 << 20); // more than one part of a long upload
        let text = b"the same words, again and again; ".repeat(500);
        for (media_type, bytes, codec) in [
            ("text/plain", text.as_slice(), Codec::Deflate),
            ("text/html; charset=utf-8", &text, Codec::Deflate),
            ("image/svg+xml", b"<svg/>", Codec::Deflate),
            ("application/json", b"{}", Codec::Deflate),
            ("text/plain", b"", Codec::Store),
            ("image/png", &text, Codec::Store),
            ("application/octet-stream", &noise(1000), Codec::Store),
            ("video/mp4", &long, Codec::Store),
        ] {
            let mut upload = blobs.upload(media_type, u64::MAX);
            for piece in bytes.chunks(100_000) {
                upload.write(piece).await.unwrap();
            }
            let digest = Digest::of_bytes(bytes);
            let blob = upload.finish(Some(digest)).await.unwrap();
            let size = bytes.len() as u64;
            assert_eq!((blob.digest, blob.size, blob.codec), (digest, size, codec));
            assert_eq!(blob.crc32, crc32fast::hash(bytes), "{media_type}");
            assert!(raw(blobs, blob, 0..size).await == bytes, "{media_type}");
            let held = stored(blobs, blob).await;
            assert_eq!(held.len() as u64, blob.stored_size);
            match codec {
                Codec::Store => assert!(held == bytes),
                Codec::Deflate => assert!(inflated(&held) == bytes),
            }
        }
    }

    pub(super) async fn a_range_is_the_same_part_however_the_bytes_are_held(blobs: &BlobStore) {
        let bytes = b"0123456789".repeat(10);
        for media_type in ["text/plain", "image/png"] {
            let blob = blobs.put(media_type, &bytes).await.unwrap();
            for range in [0..100, 0..1, 10..25, 99..100, 90..1000, 40..40, 100..200, 1000..2000] {
                let at = |n: u64| usize::try_from(n.min(100)).unwrap();
                let expected = &bytes[at(range.start)..at(range.end)];
                assert_eq!(raw(blobs, blob, range.clone()).await, expected, "{range:?}");
            }
            #[expect(clippy::reversed_empty_ranges, reason = "what a careless caller may ask for")]
            let backwards = 50..40;
            assert_eq!(raw(blobs, blob, backwards).await, b"");
        }
    }

    pub(super) async fn what_was_not_announced_is_not_kept(blobs: &BlobStore) {
        for length in [10, 9 << 20] {
            let bytes = noise(length);
            let mut upload = blobs.upload("video/mp4", u64::MAX);
            upload.write(&bytes).await.unwrap();
            let error = upload.finish(Some(Digest::of_bytes(b"other"))).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(error.message().contains(&Digest::of_bytes(&bytes).to_string()), "{error}");
        }
    }

    pub(super) async fn more_than_the_limit_is_refused(blobs: &BlobStore) {
        let mut upload = blobs.upload("video/mp4", 10 << 20);
        upload.write(&noise(10 << 20)).await.unwrap();
        let error = upload.write(b"!").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
    }

    pub(super) async fn bytes_are_repacked_when_a_document_calls_them_by_another_type(
        blobs: &BlobStore,
    ) {
        let bytes = b"body {}".repeat(40);
        let plain = blobs.put("application/octet-stream", &bytes).await.unwrap();
        assert_eq!(plain.codec, Codec::Store);
        let packed = blobs.repack(plain, Codec::Deflate).await.unwrap();
        assert_eq!((packed.digest, packed.codec), (plain.digest, Codec::Deflate));
        assert!(inflated(&stored(blobs, packed).await) == bytes);
        let again = blobs.put("text/css", &bytes).await.unwrap();
        assert_eq!(stored(blobs, again).await, stored(blobs, packed).await, "packed the same way");
        assert_ne!(again.place, packed.place, "no name is used twice");
        blobs.remove(packed).await.unwrap();
        blobs.remove(packed).await.unwrap();
        assert_eq!(blobs.raw_whole(packed).await.unwrap_err().kind(), ErrorKind::Internal);
        assert_eq!(raw(blobs, again, 0..u64::MAX).await, bytes);
    }

    pub(super) async fn what_is_held_can_be_listed_looked_at_and_carried_over(blobs: &BlobStore) {
        let long = noise(20 << 20); // several parts, wherever they go
        for (media_type, bytes) in [("text/plain", b"some words".as_slice()), ("video/mp4", &long)]
        {
            let blob = blobs.put(media_type, bytes).await.unwrap();
            let name = name_of(&blob);
            let list = async || {
                let all: Vec<_> = blobs.files().try_collect().await.unwrap();
                all.into_iter().find(|file| file.name == name)
            };
            let file = list().await.unwrap();
            assert_eq!(file.held, Some((blob.digest, blob.codec, blob.place)));
            assert_eq!(file.size, blob.stored_size);
            for quick in [true, false] {
                assert_eq!(blobs.damage(blob, quick).await.unwrap(), None);
                let longer = Blob { stored_size: blob.stored_size + 1, ..blob };
                assert!(matches!(
                    blobs.damage(longer, quick).await.unwrap(),
                    Some(BytesDamage::Altered(_))
                ));
            }
            let other = Blob { crc32: blob.crc32 ^ 1, ..blob };
            assert!(matches!(
                blobs.damage(other, false).await.unwrap(),
                Some(BytesDamage::Altered(_))
            ));
            let held = stored(blobs, blob).await;
            blobs.remove_file(&file).await.unwrap();
            assert_eq!(blobs.damage(blob, true).await.unwrap(), Some(BytesDamage::Missing));
            assert_eq!(list().await, None);

            let mut adopted = blobs.adopt(&name).unwrap();
            for piece in held.chunks(300_000) {
                adopted.write(piece).await.unwrap();
            }
            adopted.finish(blob.stored_size).await.unwrap();
            assert_eq!(blobs.damage(blob, false).await.unwrap(), None);
            let cut = blobs.adopt(&name).unwrap().finish(1).await.unwrap_err();
            assert_eq!(cut.kind(), ErrorKind::Invalid);
        }
        assert_eq!(blobs.adopt("../outside").unwrap_err().kind(), ErrorKind::Invalid);
    }

    pub(super) async fn all(blobs: &BlobStore) {
        what_is_held_can_be_listed_looked_at_and_carried_over(blobs).await;
        bytes_come_back_as_they_were(blobs).await;
        a_range_is_the_same_part_however_the_bytes_are_held(blobs).await;
        what_was_not_announced_is_not_kept(blobs).await;
        more_than_the_limit_is_refused(blobs).await;
        bytes_are_repacked_when_a_document_calls_them_by_another_type(blobs).await;
    }
}

fn in_folder(folder: &Path) -> BlobStore {
    BlobStore::open(&BlobUrl::Folder(folder.to_owned())).unwrap()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path().display().to_string());
        }
    }
    found
}

/// Waits until the folder holds so many files: an upload given up is swept away behind the scenes.
async fn until_files(folder: &Path, count: usize) {
    for _ in 0..400 {
        if files(folder).len() == count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("{count} files expected, there are {:?}", files(folder));
}

mod folder {
    use super::*;

    #[tokio::test]
    async fn keeps_the_promises_of_a_blob_store() {
        let folder = TempDir::new().unwrap();
        suite::all(&in_folder(folder.path())).await;
    }

    #[tokio::test]
    async fn holds_nothing_of_an_upload_that_failed_or_was_given_up() {
        let folder = TempDir::new().unwrap();
        let blobs = in_folder(folder.path());
        suite::what_was_not_announced_is_not_kept(&blobs).await;
        suite::more_than_the_limit_is_refused(&blobs).await;
        let mut upload = blobs.upload("video/mp4", u64::MAX);
        upload.write(&noise(20 << 20)).await.unwrap();
        drop(upload);
        until_files(folder.path(), 0).await;
    }

    #[tokio::test]
    async fn says_so_when_bytes_were_damaged_or_taken_away() {
        let folder = TempDir::new().unwrap();
        let blobs = in_folder(folder.path());
        let blob = blobs.put("text/plain", &b"Some words. ".repeat(50)).await.unwrap();
        let file = &files(folder.path())[0];
        std::fs::write(file, b"something else altogether, of another length").unwrap();
        assert_eq!(blobs.raw_whole(blob).await.unwrap_err().kind(), ErrorKind::Internal);
        std::fs::remove_file(file).unwrap();
        assert_eq!(blobs.raw_whole(blob).await.unwrap_err().kind(), ErrorKind::Internal);
    }
}

mod s3 {
    use super::*;
    use crate::{child, s3};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn keeps_the_promises_of_a_blob_store() {
        if let Some(url) = child::argument() {
            return suite::all(&BlobStore::open(&url.parse().unwrap()).unwrap()).await;
        }
        let test = "keeps_the_promises_of_a_blob_store";
        let url = |_: &Path| "s3://bucket/some/prefix".to_owned();
        let (_folder, bucket) = s3::run_in_child(module_path!(), test, url).await;
        let kept = files(&bucket.join("some/prefix"));
        assert!(kept.len() > 5 && kept.iter().all(|file| !file.contains("staging")), "{kept:?}");
    }
}

on_every_engine! {
    async fn an_upload_is_known_once_it_is_finished(server: &Server) {
        let operator = server.operator();
        let digest = Digest::of_bytes(b"words");
        assert_eq!(operator.blob(digest).await.unwrap_err().kind(), ErrorKind::NotFound);
        let mut upload = operator.upload("text/plain").unwrap();
        upload.write(b"words").await.unwrap();
        assert_eq!(operator.blob(digest).await.unwrap_err().kind(), ErrorKind::NotFound);
        let blob = upload.finish(Some(digest)).await.unwrap();
        assert_eq!(operator.blob(digest).await.unwrap(), blob);
        let bytes: Vec<_> =
            operator.blob_bytes(digest, 1..4).await.unwrap().try_collect().await.unwrap();
        assert_eq!(bytes.concat(), b"ord");
    }

    async fn the_same_bytes_are_held_once(server: &Server) {
        let operator = server.operator();
        let put = async |media_type: &str, bytes: &[u8]| {
            let mut upload = operator.upload(media_type).unwrap();
            upload.write(bytes).await.unwrap();
            upload.finish(None).await.unwrap()
        };
        let folder = server.folder.path().join("blobs");
        let first = put("text/plain", b"The same.").await;
        for _ in 0..3 {
            assert_eq!(put("text/css", b"The same.").await, first);
        }
        assert_eq!(files(&folder).len(), 1);
        // Many at once: whoever is recorded second sweeps its own bytes away.
        let long = noise(3 << 20);
        let (long, put) = (&long, &put);
        let all = futures::future::join_all((0..8).map(|_| put("video/mp4", long))).await;
        assert!(all.iter().all(|blob| *blob == all[0]), "{all:?}");
        assert_eq!(files(&folder).len(), 2, "{:?}", files(&folder));
        assert_eq!(raw(&BlobStore::open(&server.lcms.settings().blobs).unwrap(), all[0], 0..u64::MAX).await, *long);
    }

    async fn the_form_follows_the_media_type_that_the_document_names(server: &Server) {
        let operator = server.operator();
        let bytes = b"body { color: red }".repeat(20);
        let mut upload = operator.upload("application/octet-stream").unwrap();
        upload.write(&bytes).await.unwrap();
        let blob = upload.finish(None).await.unwrap();
        let document = asset(&blob.digest.to_string(), blob.size, "a.css", "text/css");
        server.create("lib/style", Kind::Asset, document).await;
        let mut codecs: Vec<_> = server.lcms.packed_forms(blob.digest).await.unwrap();
        codecs.sort_by_key(|form| form.codec);
        assert_eq!(codecs.iter().map(|f| f.codec).collect::<Vec<_>>(), [
            Codec::Store,
            Codec::Deflate,
        ]);
        assert_eq!(codecs[1].crc32, blob.crc32);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_upload_limit_is_a_setting() {
    let folder = TempDir::new().unwrap();
    let mut settings = Settings::in_folder(folder.path());
    settings.max_upload = 8;
    let session = Lcms::open(settings).await.unwrap().operator_without_checks();
    let mut upload = session.upload("text/plain").unwrap();
    upload.write(b"12345678").await.unwrap();
    assert_eq!(upload.write(b"9").await.unwrap_err().kind(), ErrorKind::TooLarge);
}

#[test]
fn the_codec_depends_on_media_type_and_size_only() {
    for (media_type, size, codec) in [
        ("text/html", 1, Codec::Deflate),
        ("TEXT/HTML; charset=utf-8", 1, Codec::Deflate),
        ("application/xhtml+xml", 1, Codec::Deflate),
        ("application/manifest+json", 1, Codec::Deflate),
        ("application/wasm", 1, Codec::Deflate),
        ("text/html", 0, Codec::Store),
        ("text/html", Codec::MAX_DEFLATED, Codec::Deflate),
        ("text/html", Codec::MAX_DEFLATED + 1, Codec::Store),
        ("image/jpeg", 100, Codec::Store),
        ("font/woff2", 100, Codec::Store),
        ("video/mp4", 100, Codec::Store),
        ("", 100, Codec::Store),
    ] {
        assert_eq!(Codec::for_file(media_type, size), codec, "{media_type} of {size} bytes");
    }
}

#[test]
fn addresses_of_blob_stores() {
    let folder = |path: &str| BlobUrl::Folder(path.into());
    assert_eq!("/srv/blobs".parse::<BlobUrl>().unwrap(), folder("/srv/blobs"));
    assert_eq!("file:///srv/blobs".parse::<BlobUrl>().unwrap(), folder("/srv/blobs"));
    assert!(matches!("s3://bucket/prefix".parse::<BlobUrl>().unwrap(), BlobUrl::S3(_)));
    assert_eq!("ftp://host/x".parse::<BlobUrl>().unwrap_err().kind(), ErrorKind::Invalid);
}
