//! `/blobs`.

use axum::body::Body;
use axum::http::Method;
use futures::stream;
use lcms_core::model::Digest;
use serde_json::json;

use crate::harness::{Answer, Api, MAX_UPLOAD};

const BLOBS: &str = "/api/v1/blobs";

async fn upload(api: &Api, media_type: &str, bytes: impl Into<Body>) -> Answer {
    let call = api.admin.request(Method::POST, BLOBS).header("content-type", media_type);
    call.bytes(bytes).send().await
}

#[tokio::test]
async fn bytes_come_back_as_they_went_in() {
    let api = Api::start().await;
    let text = "lorem ipsum ".repeat(1000);
    for (media_type, codec) in [("image/png", "store"), ("text/plain", "deflate")] {
        let text = format!("{media_type} {text}");
        let answer = upload(&api, media_type, text.clone()).await.expect(201);
        let blob = answer.json();
        let digest = Digest::of_bytes(text.as_bytes()).to_string();
        assert_eq!(blob["digest"], digest);
        assert_eq!(blob["size"], text.len());
        assert_eq!(blob["codec"], codec);
        assert_eq!(answer.header("location"), format!("{BLOBS}/{digest}"));
        let answer = api.admin.get(&format!("{BLOBS}/{digest}")).await.expect(200);
        assert_eq!(answer.text(), text);
        assert_eq!(answer.header("etag"), format!("\"{digest}\""));
        assert_eq!(answer.header("content-length"), text.len().to_string());
    }
}

#[tokio::test]
async fn a_body_of_unknown_length_is_streamed() {
    let api = Api::start().await;
    let pieces = (0..10).map(|n| Ok::<_, std::io::Error>(format!("piece {n}\n")));
    let body = Body::from_stream(stream::iter(pieces));
    let blob = upload(&api, "text/plain", body).await.expect(201).json();
    assert_eq!(blob["size"], 80);
}

#[tokio::test]
async fn no_browser_shows_a_download_as_a_page_of_this_server() {
    let api = Api::start().await;
    let hostile = "<script>alert(1)</script>";
    let answer = upload(&api, "text/html", hostile).await.expect(201);
    let answer = api.admin.get(answer.header("location")).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(answer.header("content-disposition").starts_with("attachment; filename="));
    assert!(answer.header("content-security-policy").contains("sandbox"));
    assert!(answer.header("cache-control").contains("immutable"));
}

#[tokio::test]
async fn a_range_is_answered_alone() {
    let api = Api::start().await;
    for media_type in ["application/zip", "text/plain"] {
        let answer = upload(&api, media_type, format!("{media_type:-<20}0123456789")).await;
        let address = answer.expect(201).header("location").to_owned();
        let ask =
            |range: &str| api.admin.request(Method::GET, &address).header("range", range).send();
        let part = ask("bytes=20-23").await.expect(206);
        assert_eq!(part.text(), "0123");
        assert_eq!(part.header("content-range"), "bytes 20-23/30");
        assert_eq!(part.header("content-length"), "4");
        assert_eq!(ask("bytes=-2").await.expect(206).text(), "89");
        assert_eq!(ask("bytes=28-99").await.expect(206).text(), "89");
        assert_eq!(ask("bytes=0-1,3-4").await.expect(200).body.len(), 30);
        let beyond = ask("bytes=30-").await;
        assert_eq!(beyond.header("content-range"), "bytes */30");
        beyond.problem(416, "range-not-satisfiable");
    }
}

#[tokio::test]
async fn conditions_are_heeded() {
    let api = Api::start().await;
    let answer = upload(&api, "text/plain", "0123456789").await.expect(201);
    let address = answer.header("location").to_owned();
    let tag = api.admin.get(&address).await.expect(200).header("etag").to_owned();
    let ask = |name: &'static str, value: &str| {
        let call = api.admin.request(Method::GET, &address).header("range", "bytes=0-3");
        call.header(name, value).send()
    };
    assert!(ask("if-none-match", &tag).await.expect(304).body.is_empty());
    assert_eq!(ask("if-range", &tag).await.expect(206).text(), "0123");
    assert_eq!(ask("if-range", "\"other\"").await.expect(200).text(), "0123456789");
}

#[tokio::test]
async fn head_answers_without_the_bytes() {
    let api = Api::start().await;
    let answer = upload(&api, "text/plain", "0123456789").await.expect(201);
    let head = api.admin.request(Method::HEAD, answer.header("location")).send().await;
    let head = head.expect(200);
    assert_eq!(head.header("content-length"), "10");
    assert_eq!(head.header("accept-ranges"), "bytes");
    assert!(head.body.is_empty());
}

#[tokio::test]
async fn an_upload_of_other_bytes_than_announced_is_not_kept() {
    let api = Api::start().await;
    let announced = Digest::of_bytes(b"0123456789");
    let call = api.admin.request(Method::POST, &format!("{BLOBS}?digest={announced}"));
    let problem = call.bytes("01234").send().await.problem(400, "invalid");
    assert!(problem["hint"].as_str().unwrap().contains("send it again"));
    for length in ["10", "3"] {
        let call = api.admin.request(Method::POST, BLOBS).header("content-length", length);
        call.bytes("01234").send().await.problem(400, "truncated-upload");
    }
    for bytes in [b"01234".as_slice(), b"0123456789"] {
        let address = format!("{BLOBS}/{}", Digest::of_bytes(bytes));
        api.admin.get(&address).await.problem(404, "not-found");
    }
    let call = api.admin.request(Method::POST, &format!("{BLOBS}?digest={announced}"));
    call.bytes("0123456789").send().await.expect(201);
}

#[tokio::test]
async fn an_upload_that_is_too_large_is_refused() {
    let api = Api::start().await;
    let large = vec![7; usize::try_from(MAX_UPLOAD).unwrap() + 1];
    let call = api.admin.request(Method::POST, BLOBS);
    let call = call.header("content-length", &large.len().to_string());
    call.send().await.problem(413, "too-large");
    upload(&api, "image/png", large.clone()).await.problem(413, "too-large");
    let unannounced = Body::from_stream(stream::iter([Ok::<_, std::io::Error>(large)]));
    upload(&api, "image/png", unannounced).await.problem(413, "too-large");
}

#[tokio::test]
async fn an_asset_names_a_blob_that_is_there() {
    let api = Api::start().await;
    let blob = upload(&api, "image/svg+xml", "<svg/>").await.expect(201).json();
    let content = json!({
        "title": "Logo", "blob": blob["digest"], "size": 6, "file_name": "logo.svg",
        "media_type": "image/svg+xml", "alt": "our logo"
    });
    api.admin.create("asset", "logo", content.clone()).await;
    let mut missing = content;
    missing["blob"] = json!(Digest::of_bytes(b"never uploaded"));
    let new = json!({"library": "support", "key": "other", "kind": "asset", "content": missing});
    let (pointer, rule) = api.admin.post("/api/v1/components", new).await.violation();
    assert_eq!((pointer.as_str(), rule.as_str()), ("/blob", "blob"));
}
