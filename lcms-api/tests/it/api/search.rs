//! `/search`.

use serde_json::{Value, json};

use crate::harness::Api;

async fn library(api: &Api) {
    for (key, body, tags) in [
        ("install", "How to install the module.", json!(["setup"])),
        ("update", "How to update the module.", json!(["setup", "monthly"])),
        ("remove", "How to remove it.", json!([])),
    ] {
        let content = json!({"title": format!("Title of {key}"), "body": body});
        let new = json!({
            "library": "support", "key": key, "kind": "topic",
            "content": content, "metadata": {"tags": tags}
        });
        api.admin.post("/api/v1/components", new).await.expect(201);
    }
    api.admin.create("objective", "goal", json!({"title": "Knows the module"})).await;
    api.indexed().await;
}

fn keys(page: &Value) -> Vec<&str> {
    let mut keys: Vec<_> =
        page["hits"].as_array().unwrap().iter().map(|hit| hit["key"].as_str().unwrap()).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn words_filters_and_facets_find_components() {
    let api = Api::start().await;
    library(&api).await;
    let search = async |query: &str| {
        api.admin.get(&format!("/api/v1/search?{query}")).await.expect(200).json()
    };
    let found = search("q=module&facets=true").await;
    assert_eq!(keys(&found), ["goal", "install", "update"]);
    assert_eq!(found["catching_up"], false);
    assert_eq!(
        found["facets"]["kind"],
        json!([
            {"value": "topic", "count": 2}, {"value": "objective", "count": 1}
        ])
    );
    let snippets = found["hits"].as_array().unwrap().iter().map(|hit| hit["snippet_html"].as_str());
    assert!(snippets.flatten().any(|snippet| snippet.contains("<mark>module</mark>")));
    assert_eq!(keys(&search("q=module&kind=topic").await), ["install", "update"]);
    assert_eq!(keys(&search("q=module&kind=topic&tag=monthly").await), ["update"]);
    assert_eq!(keys(&search("kind=topic&kind=objective&limit=100").await).len(), 4);
    assert_eq!(keys(&search("q=inst&prefix=true&library=support").await), ["install"]);
    assert_eq!(keys(&search("state=approved").await), Vec::<&str>::new());
}

#[tokio::test]
async fn pages_follow_each_other() {
    let api = Api::start().await;
    library(&api).await;
    let mut found = Vec::new();
    let mut query = "sort=title&limit=3".to_owned();
    loop {
        let page = api.admin.get(&format!("/api/v1/search?{query}")).await.expect(200).json();
        assert_eq!(page["total"], 4);
        found.extend(keys(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("sort=title&limit=3&cursor={next}");
    }
    found.sort_unstable();
    assert_eq!(found, ["goal", "install", "remove", "update"]);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let api = Api::start().await;
    library(&api).await;
    for query in ["limit=0", "limit=101", "kind=banana", "sort=size", "query=install"] {
        let answer = api.admin.get(&format!("/api/v1/search?{query}")).await;
        answer.problem(400, "bad-parameter");
    }
    api.admin.get("/api/v1/search?cursor=banana").await.problem(400, "invalid");
    api.admin.get("/api/v1/search?q=%22((%20AND%20*:").await.expect(200);
}

#[tokio::test]
async fn synonyms_are_read_replaced_and_guarded() {
    let api = Api::start().await;
    library(&api).await;
    let address = "/api/v1/libraries/support/synonyms";
    let empty = api.admin.get(address).await.expect(200);
    assert_eq!(empty.json(), json!({"text": ""}));
    let base = empty.header("etag").to_owned();
    let text = "refresh => update";
    api.admin.put(address, json!({"text": text}), &base).await.expect(200);
    let stale = api.admin.put(address, json!({"text": ""}), &base).await;
    stale.problem(412, "stale-base");
    let found = api.admin.get("/api/v1/search?q=refresh").await.expect(200).json();
    assert_eq!(keys(&found), ["update"]);
    let base = api.admin.get(address).await.expect(200).header("etag").to_owned();
    let wrong = api.admin.put(address, json!({"text": "a, b\nalone"}), &base).await;
    assert_eq!(wrong.problem(400, "invalid")["violations"][0]["line"], 2);
}

#[tokio::test]
async fn what_is_similar_and_where_it_fits_is_told() {
    let api = Api::start().await;
    library(&api).await;
    let body =
        "Turn off the power, open the case, put the module into its slot and close the case.";
    for key in ["first", "second"] {
        api.admin.create("topic", key, json!({"title": key, "body": body})).await;
    }
    api.indexed().await;
    let of = api.admin.get("/api/v1/components/support%2Ffirst/similar?limit=3").await;
    let first = &of.expect(200).json()["items"][0];
    assert_eq!((&first["key"], &first["likeness"]), (&json!("second"), &json!("nearly")));
    assert_eq!(first["percent"], 100);
    let typed = json!({"title": "", "text": body});
    let found = api.admin.post("/api/v1/search/similar?kind=topic", typed).await.expect(200).json();
    assert_eq!(found["items"][0]["likeness"], "nearly");
    let fits = api.admin.get("/api/v1/components/support%2Ffirst/fits").await.expect(200);
    assert_eq!(fits.json(), json!({"items": []}));
    let missing = api.admin.get("/api/v1/components/support%2Fnone/similar").await;
    missing.problem(404, "not-found");
}

#[tokio::test]
async fn a_search_looks_at_what_it_is_told_to() {
    let api = Api::start().await;
    library(&api).await;
    let search = async |query: &str| api.admin.get(&format!("/api/v1/search?{query}")).await;
    let unused = search("use=unused&level=easy").await.expect(200).json();
    assert_eq!(keys(&unused), Vec::<&str>::new());
    assert_eq!(keys(&search("use=unused&q=monthly").await.expect(200).json()), ["update"]);
    // Nothing was replaced yet, and the first such search has its index made.
    let replaced = search("superseded=true").await.expect(200).json();
    assert_eq!(replaced["total"], 0);
    search("superseded=true&release=support/none@release:1").await.problem(400, "bad-parameter");
    search("release=support/none@release:1").await.problem(404, "not-found");
    search("branch=none").await.problem(404, "not-found");
    let similar = search("q=remvoe%20OR%20nothing").await.expect(200).json();
    assert_eq!(keys(&similar), ["remove"]);
    assert_eq!(similar["notes"][0]["code"], "similar");
}
