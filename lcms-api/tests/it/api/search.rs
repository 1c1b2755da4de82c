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
