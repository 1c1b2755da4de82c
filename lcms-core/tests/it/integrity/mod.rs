//! Keeping the store whole: check, collection, redaction, backup.

mod backup;
mod fsck;
mod gc;
mod redaction;
mod s3;

pub(crate) use fsck::files;
use lcms_core::model::{Blob, Kind};
use lcms_core::service::{FsckReport, Session};
use serde_json::json;

use crate::documents::{asset, course, lesson, placed, topic, with};
use crate::harness::Server;

pub(crate) async fn upload(session: &Session, media_type: &str, bytes: &[u8]) -> Blob {
    let mut upload = session.upload(media_type).unwrap();
    upload.write(bytes).await.unwrap();
    upload.finish(None).await.unwrap()
}

pub(crate) async fn fsck(server: &Server) -> FsckReport {
    server.operator().fsck(false, &mut |_| {}).await.unwrap()
}

pub(crate) async fn assert_whole(server: &Server) {
    let report = fsck(server).await;
    assert_eq!((report.damaged, report.findings), (0, vec![]));
}

/// A released course with a text, a picture with its captions, and a web package.
pub(crate) async fn fill(server: &Server) {
    let operator = server.operator();
    let picture = upload(&operator, "image/png", &[7; 3000]).await;
    let captions =
        upload(&operator, "text/vtt", &b"WEBVTT\n\n00:00.000 --> 00:01.000\nHi\n".repeat(9)).await;
    let tracks = json!([{
        "kind": "captions", "language": "en", "file_name": "en.vtt", "blob": captions.digest,
    }]);
    let film = asset(&picture.digest.to_string(), picture.size, "a.png", "image/png");
    server.create("lib/picture", Kind::Asset, with(film, "/tracks", tracks)).await;
    let page = upload(&operator, "text/html", b"<p>Hi</p>").await;
    let package = json!({
        "title": "Package", "launch": "index.html",
        "files": [{"path": "index.html", "blob": page.digest, "size": page.size, "media_type": "text/html"}],
    });
    server.create("lib/package", Kind::WebPackage, package).await;
    server.create("lib/text", Kind::Topic, topic("Words. ![[picture]]")).await;
    server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "text")])).await;
    server.create("lib/course", Kind::Course, course(&[placed(2, "lesson")])).await;
    server.release("lib/course").await;
    server.save("lib/text", topic("Other words. ![[picture]]")).await;
    server.release("lib/course").await;
}
