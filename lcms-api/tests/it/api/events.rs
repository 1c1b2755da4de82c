//! `/events`.

use std::time::Duration;

use axum::body::BodyDataStream;
use axum::http::Method;
use futures::StreamExt as _;
use lcms_core::model::Role;
use serde_json::Value;

use crate::harness::{Api, each};

#[tokio::test]
async fn the_log_is_read_by_page() {
    let api = Api::start().await;
    api.admin.topic("a", "Text.").await;
    api.admin.topic("b", "Text.").await;
    let mut kinds = Vec::new();
    let mut after = 0;
    loop {
        let address = format!("/api/v1/events?limit=2&after={after}");
        let page = api.admin.get(&address).await.expect(200).json();
        kinds.extend(each(&page, "kind"));
        after = page["next"].as_i64().unwrap();
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(
        kinds,
        [
            "user.created",
            "user.roles_changed",
            "token.created",
            "library.created",
            "component.created",
            "component.created",
        ]
    );
}

#[tokio::test]
async fn the_log_is_asked_for_what_one_looks_for_and_saved_whole() {
    let api = Api::start().await;
    api.admin.topic("a", "Text.").await;
    let before = api.admin.get("/api/v1/events?before=0&limit=1").await.expect(200).json();
    let time = before["items"][0]["time"].as_str().unwrap().to_owned();
    let (id, _) = api.admin.topic("b", "Text.").await;
    let asked = async |query: &str| {
        let page = api.admin.get(&format!("/api/v1/events?before=0&{query}")).await.expect(200);
        each(&page.json(), "kind")
    };
    assert_eq!(asked(&format!("component={id}")).await, ["component.created"]);
    assert_eq!(
        asked("kind=library.created&kind=user.created").await,
        ["library.created", "user.created"]
    );
    let (me, time) = (api.admin.get("/api/v1/me").await.expect(200).json(), time.as_str());
    let me = me["id"].as_str().unwrap();
    assert_eq!(asked(&format!("actor={me}")).await.len(), 3, "a library and two topics");
    assert_eq!(asked(&format!("since={time}&kind=component.created")).await.len(), 2);
    assert_eq!(asked(&format!("until={time}&kind=component.created")).await.len(), 0);
    api.admin.get("/api/v1/events?kind=user.created").await.problem(400, "bad-parameter");
    let log = api.admin.get("/api/v1/events/log.csv?kind=component.created").await.expect(200);
    assert_eq!(log.header("content-type"), "text/csv; charset=utf-8");
    let text = log.text();
    let lines: Vec<_> = text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("number,time,who,what,"));
    assert!(lines[1].contains(&id) && lines[1].contains(",component.created,"), "{text}");
}

#[tokio::test]
async fn how_the_server_fares_is_told_to_admins() {
    let api = Api::start().await;
    api.admin.topic("a", "Text.").await;
    let system = api.admin.get("/api/v1/system").await.expect(200).json();
    assert_eq!(system["components"], 1);
    assert_eq!(system["database"], "SQLite");
    assert!(system["database_bytes"].as_i64().unwrap() > 10_000);
    assert!(system["index"]["last_event"].as_i64().unwrap() >= 5);
    let viewer = api.user("vera", Role::Viewer, None).await;
    viewer.get("/api/v1/system").await.problem(403, "forbidden");
}

#[tokio::test]
async fn what_is_no_place_in_the_log_is_refused() {
    let api = Api::start().await;
    api.admin.get("/api/v1/events?after=first").await.problem(400, "bad-parameter");
    api.admin.get("/api/v1/events?limit=1001").await.problem(400, "bad-parameter");
    let call = api.admin.request(Method::GET, "/api/v1/events");
    let call = call.header("accept", "text/event-stream").header("last-event-id", "first");
    call.send().await.problem(400, "bad-parameter");
}

/// The next server-sent event of a stream, as (id, kind, data).
async fn next(stream: &mut BodyDataStream, read: &mut String) -> (String, String, Value) {
    loop {
        if let Some((event, rest)) = read.split_once("\n\n") {
            let field = |name: &str| {
                let lines = event.lines();
                lines.filter_map(|line| line.strip_prefix(name)).collect::<String>()
            };
            let (id, kind, data) = (field("id: "), field("event: "), field("data: "));
            *read = rest.to_owned();
            if !data.is_empty() {
                return (id, kind, serde_json::from_str(&data).unwrap());
            }
            continue;
        }
        let chunk = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
        read.push_str(std::str::from_utf8(&chunk.unwrap().unwrap().unwrap()).unwrap());
    }
}

#[tokio::test]
async fn a_stream_follows_the_log_from_where_its_client_was() {
    let api = Api::start().await;
    let (component, _) = api.admin.topic("a", "Text.").await;
    let call = api.admin.request(Method::GET, "/api/v1/events?after=1");
    let call = call.header("accept", "text/event-stream").header("last-event-id", "4");
    let response = call.begin().await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    let mut read = String::new();
    let (id, kind, event) = next(&mut stream, &mut read).await;
    assert_eq!((id.as_str(), kind.as_str()), ("5", "component.created"));
    assert_eq!(event["component"], component);

    let (later, _) = api.admin.topic("b", "Text.").await;
    let (id, _, event) = next(&mut stream, &mut read).await;
    assert_eq!(id, "6");
    assert_eq!(event["component"], later);
}
