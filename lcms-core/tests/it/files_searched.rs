//! What stands in files is found: captions, texts, documents; and no more when it is gone.

use std::sync::Arc;

use lcms_core::index::{Hit, Source};
use lcms_core::model::{Anchor, Digest, Kind, Moment};
use lcms_core::service::{Lcms, NewComment, ReadWords, SearchQuery, Session};
use serde_json::{Value, json};

use crate::documents::{asset, question, topic, with};
use crate::harness::{Server, reference};
use crate::integrity::upload;

const VTT: &str = "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ann>Mind the anchors.\n";

async fn hits(session: &Session, text: &str) -> Vec<Hit> {
    let query = SearchQuery { text: text.to_owned(), limit: 20, ..SearchQuery::default() };
    session.search(query).await.unwrap().page.hits
}

/// Keys of what is found, with what the pieces shown are of.
async fn found(session: &Session, text: &str) -> Vec<(String, Option<Source>)> {
    let mut found: Vec<_> =
        hits(session, text).await.into_iter().map(|hit| (hit.key, hit.snippet_source)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn from(key: &str, source: Source) -> (String, Option<Source>) {
    (key.to_owned(), Some(source))
}

async fn file(server: &Server, at: &str, name: &str, media_type: &str, bytes: &[u8]) -> Digest {
    let blob = upload(&server.operator(), media_type, bytes).await;
    let content = asset(&blob.digest.to_string(), blob.size, name, media_type);
    server.create(at, Kind::Asset, content).await;
    blob.digest
}

fn track(language: &str, kind: &str, blob: Digest) -> Value {
    json!({"kind": kind, "language": language, "file_name": format!("{language}.vtt"), "blob": blob})
}

/// Reads "documents" of a type of its own: their bytes backwards.
#[derive(Debug)]
struct Backwards;

impl ReadWords for Backwards {
    fn reads(&self, media_type: &str) -> bool {
        media_type == "application/x-backwards"
    }

    fn words(&self, _: &str, bytes: &[u8]) -> Option<String> {
        Some(String::from_utf8(bytes.to_vec()).ok()?.chars().rev().collect())
    }
}

on_every_engine! {
    async fn captions_are_found_in_their_language_and_say_so(server: &Server) {
        let operator = server.operator();
        let english = upload(&operator, "text/vtt", VTT.as_bytes()).await.digest;
        let german = VTT.replace("Mind the anchors", "Achtet auf die Schlüssel");
        let german = upload(&operator, "text/vtt", german.as_bytes()).await.digest;
        let film = upload(&operator, "video/mp4", &[1; 40]).await;
        let content = asset(&film.digest.to_string(), film.size, "a.mp4", "video/mp4");
        let tracks = json!([track("en", "captions", english), track("de", "subtitles", german)]);
        server.create("lib/film", Kind::Asset, with(content, "/tracks", tracks)).await;
        let rip = "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<i>Weigh</i> the anchor\n";
        file(server, "lib/rip", "a.srt", "application/octet-stream", rip.as_bytes()).await;
        server.lcms.indexing().catch_up().await.unwrap();
        let both = [from("film", Source::Captions), from("rip", Source::Captions)];
        assert_eq!(found(&operator, "anchor").await, both);
        assert_eq!(found(&operator, "schlüsseln").await, [from("film", Source::Captions)]);
        assert_eq!(found(&operator, "\"mind the anchors\"").await, [from("film", Source::Captions)]);
        assert_eq!(found(&operator, "00:01.000").await, [], "times are not said");
        let hit = &hits(&operator, "weigh").await[0];
        assert_eq!(hit.snippet_html.as_deref(), Some("<mark>Weigh</mark> the anchor"));
        assert_eq!(hits(&operator, "schlüssel").await[0].languages, ["en"], "no translation");

        server.save("lib/film", with(server.stored("lib/film").await, "/tracks", None)).await;
        server.lcms.indexing().catch_up().await.unwrap();
        assert_eq!(found(&operator, "anchor").await, [from("rip", Source::Captions)]);
    }

    async fn texts_and_hostile_files_are_read_within_limits(server: &Server) {
        let operator = server.operator();
        file(server, "lib/note", "a.txt", "text/plain", "Übungen am Bug".as_bytes()).await;
        let endless = format!("0:0 --> 0:1\nfirst\n\n0:0 --> 0:1\n{}\n", "<v ".repeat(300_000));
        file(server, "lib/tags", "a.vtt", "text/vtt", endless.as_bytes()).await;
        let long: String = (0..60_000).map(|n| format!("w{n:06} ")).collect();
        file(server, "lib/long", "b.txt", "text/plain", long.as_bytes()).await;
        file(server, "lib/huge", "c.txt", "text/plain", &b"starboard ".repeat(900_000)).await;
        file(server, "lib/bytes", "d.bin", "application/octet-stream", b"starboard").await;
        file(server, "lib/noise", "e.vtt", "text/vtt", &[0xFF, 0x00, 0x3C, 0xFE].repeat(50)).await;
        assert!(server.lcms.indexing().catch_up().await.unwrap().is_current());
        assert_eq!(found(&operator, "ubungen").await, [from("note", Source::File)]);
        assert_eq!(found(&operator, "first").await, [from("tags", Source::Captions)]);
        assert_eq!(found(&operator, "w000001").await, [from("long", Source::File)]);
        assert_eq!(found(&operator, "\"w059999\"").await, [], "behind what is kept");
        assert_eq!(found(&operator, "starboard").await, [], "not opened: too large, or no text");
    }

    async fn a_redacted_or_lost_file_is_not_found_and_stops_nothing(server: &Server) {
        let operator = server.operator();
        let secret = file(server, "lib/secret", "a.vtt", "text/vtt", VTT.as_bytes()).await;
        server.lcms.indexing().catch_up().await.unwrap();
        server.lcms.indexing().catch_up_versions().await.unwrap();
        let moment = Moment::after(server.last_event().await);
        let then = operator.at_moment(&moment).await.unwrap();
        assert_eq!(found(&operator, "anchors").await.len(), 1);
        assert_eq!(found(&then, "anchors").await.len(), 1, "versions have their files too");
        operator.redact(secret, Some("withdrawn".to_owned())).await.unwrap();
        server.lcms.indexing().catch_up().await.unwrap();
        server.lcms.indexing().catch_up_versions().await.unwrap();
        assert_eq!(found(&operator, "anchors").await, []);
        assert_eq!(found(&then, "anchors").await, []);

        let lost = VTT.replace("anchors", "sails").repeat(2);
        file(server, "lib/lost", "b.vtt", "text/vtt", lost.as_bytes()).await;
        for stored in crate::integrity::files(server) {
            std::fs::remove_file(stored).unwrap();
        }
        server.create("lib/after", Kind::Topic, topic("Afterwards.")).await;
        assert!(server.lcms.indexing().catch_up().await.unwrap().is_current());
        assert_eq!(found(&operator, "sails").await, []);
        assert_eq!(found(&operator, "afterwards").await.len(), 1);
    }

    async fn documents_are_read_by_whoever_knows_their_format(server: &Server) {
        let media_type = "application/x-backwards";
        file(server, "lib/mirror", "a.bw", media_type, b"raey wen yppah").await;
        server.lcms.indexing().catch_up().await.unwrap();
        assert_eq!(found(&server.operator(), "happy").await, []);
        let mut settings = server.settings_of_node("reading");
        settings.words = Some(Arc::new(Backwards));
        let node = Lcms::open(settings).await.unwrap();
        node.indexing().catch_up().await.unwrap();
        let found = found(&node.operator_without_checks(), "happy").await;
        assert_eq!(found, [from("mirror", Source::File)]);
    }

    async fn every_text_that_people_write_is_found(server: &Server) {
        let quiz = with(question("Starboard"), "/feedback", json!({"correct": "A *lighthouse* it is.", "incorrect": "Think of the jetty."}));
        let quiz = with(quiz, "/hints", json!(["Where the pilot stands"]));
        server.create("lib/quiz", Kind::Question, quiz).await;
        let film = upload(&server.operator(), "audio/ogg", &[2; 40]).await;
        let content = asset(&film.digest.to_string(), film.size, "bell.ogg", "audio/ogg");
        let content = with(content, "/transcript", json!("A foghorn sounds."));
        server.create("lib/bell", Kind::Asset, with(content, "/caption", json!("At the quay"))).await;
        let page = upload(&server.operator(), "text/html", b"<p>x</p>").await;
        let package = json!({
            "title": "Package", "launch": "index.html", "text": "Rowing backwards\nA coxswain",
            "outline": [{"id": "one", "title": "The regatta"}],
            "files": [{"path": "index.html", "blob": page.digest, "size": page.size, "media_type": "text/html"}],
        });
        server.create("lib/package", Kind::WebPackage, package).await;
        let comment = NewComment {
            text: "Is the harbourmaster still there?".to_owned(),
            anchor: None::<Anchor>,
            reply_to: None,
        };
        server.operator().add_comment(&reference("lib/bell"), comment).await.unwrap();
        server.lcms.indexing().catch_up().await.unwrap();
        let operator = server.operator();
        for (word, key, source) in [
            ("lighthouses", "quiz", None),
            ("jetty", "quiz", None),
            ("pilots", "quiz", None),
            ("starboard", "quiz", None),
            ("foghorns", "bell", None),
            ("quay", "bell", None),
            ("coxswain", "package", None),
            ("regatta", "package", None),
            ("harbourmaster", "bell", Some(Source::Comments)),
        ] {
            assert_eq!(found(&operator, word).await, [(key.to_owned(), source)], "{word}");
        }
    }
}
