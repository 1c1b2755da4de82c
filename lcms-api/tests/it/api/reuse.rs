//! Placements, where-used, copies and translations over HTTP.

use axum::http::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, each};

const COMPONENTS: &str = "/api/v1/components";

/// A request with `If-Match`.
async fn change(api: &Api, method: Method, path: &str, base: &str, body: Option<Value>) -> Answer {
    let call = api.admin.request(method, path).header("if-match", base);
    match body {
        Some(body) => call.json(&body).send().await,
        None => call.send().await,
    }
}

/// A lesson that holds a page; answers the address of its placements, the slot and the tag.
async fn lesson(api: &Api) -> (String, String, String) {
    api.admin.topic("page", "One.").await;
    let (id, tag) = api.admin.create("lesson", "lesson", json!({"title": "L"})).await;
    let placements = format!("{COMPONENTS}/{id}/placements");
    let add = json!({"component": "support/page"});
    let added = change(api, Method::POST, &placements, &tag, Some(add)).await.expect(200);
    let slot = added.json()["slots"][0].as_str().unwrap().to_owned();
    (placements, slot, added.header("etag").to_owned())
}

#[tokio::test]
async fn a_placement_is_changed_one_call_at_a_time() {
    let api = Api::start().await;
    let (placements, slot, tag) = lesson(&api).await;
    let at = |rest: &str| format!("{placements}/{slot}{rest}");
    let stale = tag.clone();

    let pin = json!({"follow": "pinned", "number": 1});
    let done = change(&api, Method::PUT, &at("/policy"), &tag, Some(pin)).await.expect(200);
    let title = json!({"value": "Here"});
    let path = at("/overrides/title");
    let done = change(&api, Method::PUT, &path, done.header("etag"), Some(title)).await.expect(200);
    let when = json!({"when": {"audience": ["admin"]}});
    let done = change(&api, Method::PUT, &at("/conditions"), done.header("etag"), Some(when))
        .await
        .expect(200);

    let list = api.admin.get(&placements).await.expect(200);
    assert_eq!(list.header("etag"), done.header("etag"));
    let item = &list.json()["items"][0];
    assert_eq!(item["title"], "Here");
    assert_eq!(
        item["overrides"],
        json!([{"name": "title", "here": "Here", "upstream": "About page"}])
    );
    assert_eq!(
        (&item["policy"]["follow"], &item["shows"]["number"]),
        (&json!("pinned"), &json!(1))
    );

    change(&api, Method::DELETE, &path, &stale, None).await.problem(412, "stale-base");
    let wrong = at("/overrides/colour");
    change(&api, Method::DELETE, &wrong, &stale, None).await.problem(400, "bad-parameter");
    let done = change(&api, Method::DELETE, &path, done.header("etag"), None).await.expect(200);
    let copy = json!({"key": "own"});
    let done = change(&api, Method::POST, &at("/detach"), done.header("etag"), Some(copy))
        .await
        .expect(200);
    assert_eq!(each(&done.json(), "key"), ["own"]);
    let first = json!({"position": "first"});
    let done = change(&api, Method::POST, &at("/move"), done.header("etag"), Some(first))
        .await
        .expect(200);
    change(&api, Method::DELETE, &at(""), done.header("etag"), None).await.expect(200);
    let list = api.admin.get(&placements).await.expect(200).json();
    assert_eq!(list["items"], json!([]));
}

#[tokio::test]
async fn where_used_and_impact_climb_to_the_course() {
    let api = Api::start().await;
    lesson(&api).await;
    let parts = json!({"title": "C", "placements": [{"component": "support/lesson"}]});
    api.admin.create("course", "course", parts).await;
    let page = format!("{COMPONENTS}/support%2Fpage");
    let used =
        api.admin.get(&format!("{page}/where-used?transitive=true")).await.expect(200).json();
    assert_eq!(each(&used, "key"), ["lesson", "course"]);
    assert_eq!(used["tops"][0]["path"][0]["name"], "support/course");
    let used = api.admin.get(&format!("{page}/where-used?at=2")).await.expect(200).json();
    assert_eq!(used["total"], 0);
    let impact = api.admin.get(&format!("{page}/impact")).await.expect(200).json();
    assert_eq!(impact["tops"][0]["effect"], "at_once");
    api.admin.get(&format!("{page}/where-used?branch=none")).await.problem(404, "not-found");
    api.admin.get(&format!("{page}/where-used?cursor=x")).await.problem(400, "invalid");
}

#[tokio::test]
async fn what_is_written_inside_is_promoted_and_copied() {
    let api = Api::start().await;
    let (course, tag) = api.admin.create("course", "course", json!({"title": "C"})).await;
    let new = json!({"kind": "lesson", "content": {"title": "Own lesson"}});
    let path = format!("{COMPONENTS}/{course}/written");
    change(&api, Method::POST, &path, &tag, Some(new)).await.expect(200);
    let list = api.admin.get(COMPONENTS).await.expect(200).json();
    assert_eq!(each(&list, "key"), ["course"]);
    let all = api.admin.get(&format!("{COMPONENTS}?local=true")).await.expect(200).json();
    assert_eq!(each(&all, "key"), ["course", "own-lesson"]);

    let own = format!("{COMPONENTS}/support%2Fown-lesson");
    let read = api.admin.get(&own).await.expect(200);
    let promoted = change(
        &api,
        Method::POST,
        &format!("{own}/promotion"),
        read.header("etag"),
        Some(json!({})),
    )
    .await;
    assert_eq!(each(&promoted.expect(200).json(), "key"), ["own-lesson"]);

    let copies = format!("{COMPONENTS}/support%2Fcourse/copies");
    let copied =
        api.admin.post(&copies, json!({"key": "again", "subtree": true})).await.expect(201);
    assert_eq!(each(&copied.json(), "key"), ["again", "own-lesson-2"]);
    let lineage = api.admin.get(&format!("{COMPONENTS}/support%2Fagain/lineage")).await;
    assert_eq!(lineage.expect(200).json()["source"]["named"]["key"], "course");
}

#[tokio::test]
async fn a_translation_is_sent_as_the_first_or_on_its_base() {
    let api = Api::start().await;
    api.admin.topic("page", "One.").await;
    let page = format!("{COMPONENTS}/support%2Fpage");
    let german = format!("{page}/translations/de");
    let send = |header: &'static str, value: String, body: &str| {
        let new = json!({"content": {"title": "Seite", "body": body}});
        api.admin.request(Method::PUT, &german).header(header, &value).json(&new).send()
    };
    api.admin.get(&german).await.problem(404, "not-found");
    let first = send("if-none-match", "*".to_owned(), "Eins.").await.expect(200);
    send("if-none-match", "*".to_owned(), "Zwei.").await.problem(412, "stale-base");
    send("x-nothing", "*".to_owned(), "Zwei.").await.problem(428, "base-required");
    send("if-match", first.header("etag").to_owned(), "Zwei.").await.expect(200);
    let read = api.admin.get(&german).await.expect(200).json();
    assert_eq!((&read["state"], &read["content"]["body"]), (&json!("current"), &json!("Zwei.\n")));
    let status = api.admin.get(&format!("{page}/translation-status?language=fr")).await;
    assert_eq!(status.expect(200).json()["missing"], 1);
    let list = api.admin.get(&format!("{page}/translations")).await.expect(200).json();
    assert_eq!(each(&list, "language"), ["de"]);
}
