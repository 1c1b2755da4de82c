//! Signing in with a browser, comments, drafts and proofs.

use axum::http::Method;
use lcms_core::model::Role;
use serde_json::json;

use crate::harness::{Answer, Api, Call, Client};

const PASSWORD: &str = "three words in a row";

/// A request as a page of this server makes a browser send it.
fn from_own_page(call: Call) -> Call {
    call.header("sec-fetch-site", "same-origin")
}

async fn person(api: &Api, name: &str, role: Role) -> Client {
    let client = api.user(name, role, Some("support")).await;
    let path = format!("/api/v1/users/{name}/password");
    let set = api.admin.request(Method::PUT, &path).json(&json!({"password": PASSWORD}));
    set.send().await.expect(204);
    client
}

async fn sign_in(api: &Api, name: &str, password: &str) -> Answer {
    let call = api.nobody().request(Method::POST, "/api/v1/sign-ins");
    from_own_page(call).json(&json!({"name": name, "password": password})).send().await
}

fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_sign_in_is_a_cookie_that_no_script_and_no_other_site_can_use() {
    let api = Api::start().await;
    person(&api, "ann", Role::Author).await;
    let answer = sign_in(&api, "ann", PASSWORD).await.expect(201);
    let set = answer.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Secure"), "the page came over http: {set}");
    assert_eq!(answer.json()["name"], "ann");
    let cookie = cookie(&answer);
    let asked = api.nobody().request(Method::GET, "/api/v1/me").header("cookie", &cookie);
    assert_eq!(asked.send().await.expect(200).json()["shown"], "ann");

    let create = || {
        let call = api.nobody().request(Method::POST, "/api/v1/components");
        let content = json!({"title": "T", "body": ""});
        call.header("cookie", &cookie).json(&json!({
            "library": "support", "key": "from-a-browser", "kind": "topic", "content": content
        }))
    };
    create().send().await.problem(403, "cross-site");
    for site in ["cross-site", "same-site", "none"] {
        create().header("sec-fetch-site", site).send().await.problem(403, "cross-site");
    }
    let other = create().header("origin", "http://evil.example").header("host", "lcms.example");
    other.send().await.problem(403, "cross-site");
    from_own_page(create()).send().await.expect(201);
}

#[tokio::test]
async fn a_page_over_https_gets_a_cookie_for_https_only() {
    let api = Api::start().await;
    person(&api, "ann", Role::Author).await;
    let call = api.nobody().request(Method::POST, "/api/v1/sign-ins");
    let call = call.header("origin", "https://lcms.example").header("host", "lcms.example");
    let answer = call.json(&json!({"name": "ann", "password": PASSWORD})).send().await.expect(201);
    assert!(answer.header("set-cookie").ends_with("; Secure"));
}

#[tokio::test]
async fn nobody_is_signed_in_by_another_site() {
    let api = Api::start().await;
    person(&api, "ann", Role::Author).await;
    let call = api.nobody().request(Method::POST, "/api/v1/sign-ins");
    let body = json!({"name": "ann", "password": PASSWORD});
    call.header("sec-fetch-site", "cross-site").json(&body).send().await.problem(403, "cross-site");
}

#[tokio::test]
async fn wrong_passwords_are_refused_alike_and_then_have_to_wait() {
    let api = Api::start().await;
    person(&api, "ann", Role::Author).await;
    let wrong = sign_in(&api, "ann", "wrong").await.problem(401, "unauthenticated");
    let unknown = sign_in(&api, "nobody", "wrong").await.problem(401, "unauthenticated");
    assert_eq!(wrong["detail"], unknown["detail"]);
    for _ in 0..4 {
        sign_in(&api, "ann", "wrong").await.expect(401);
    }
    let problem = sign_in(&api, "ann", PASSWORD).await.problem(429, "too-many-attempts");
    assert!(problem["hint"].as_str().unwrap().contains("seconds"));
}

#[tokio::test]
async fn signing_out_ends_the_sign_in_and_takes_the_cookie_away() {
    let api = Api::start().await;
    person(&api, "ann", Role::Author).await;
    let cookie = cookie(&sign_in(&api, "ann", PASSWORD).await.expect(201));
    let with = |method, path| api.nobody().request(method, path).header("cookie", &cookie);
    let listed = with(Method::GET, "/api/v1/sign-ins").send().await.expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    with(Method::DELETE, "/api/v1/sign-ins/current").send().await.problem(403, "cross-site");
    let out = from_own_page(with(Method::DELETE, "/api/v1/sign-ins/current"));
    let answer = out.send().await.expect(204);
    assert!(answer.header("set-cookie").starts_with("lcms=; Path=/; Max-Age=0"));
    with(Method::GET, "/api/v1/me").send().await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn who_is_not_signed_in_may_sign_out() {
    let api = Api::start().await;
    let answer = api.nobody().delete("/api/v1/sign-ins/current").await.expect(204);
    assert!(answer.header("set-cookie").starts_with("lcms=; Path=/; Max-Age=0"));
}

#[tokio::test]
async fn everybody_may_know_names_and_nobody_learns_roles_that_way() {
    let api = Api::start().await;
    let ann = person(&api, "ann", Role::Viewer).await;
    let listed = ann.get("/api/v1/people").await.expect(200).json();
    let names: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|one| one["shown"].clone()).collect();
    assert_eq!(names, ["ada", "ann"]);
    assert!(!listed.to_string().contains("viewer"));
}

#[tokio::test]
async fn comments_are_made_on_a_revision_answered_and_resolved() {
    let api = Api::start().await;
    let rita = api.user("rita", Role::Reviewer, Some("support")).await;
    let (page, tag) = api.admin.topic("page", "Turn it off.").await;
    let save = json!({"content": {"title": "Page", "body": "Turn it on."}});
    api.admin.put(&format!("/api/v1/components/{page}"), save, &tag).await.expect(200);
    let comments = format!("/api/v1/components/{page}/comments");
    let on_first = format!("/api/v1/components/{page}@1/comments");
    let said = json!({"text": "Which one?", "anchor": {"quote": "Turn it off"}});
    let first = rita.post(&on_first, said).await.expect(201).json();
    assert_eq!(first["number"], 1);
    let reply = json!({"text": "The red one.", "reply_to": first["id"]});
    api.admin.post(&comments, reply).await.expect(201);
    let one = format!("/api/v1/comments/{}", first["id"].as_str().unwrap());
    let resolve = rita.request(Method::PATCH, &one).json(&json!({"resolved": true}));
    assert!(resolve.send().await.expect(200).json()["resolved"].is_string());
    let listed = rita.get(&comments).await.expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    rita.post(&comments, json!({"text": " "})).await.problem(400, "invalid");
    rita.delete(&one).await.expect(204);
    let listed = rita.get(&comments).await.expect(200).json();
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn drafts_are_kept_listed_and_thrown_away() {
    let api = Api::start().await;
    let (page, _) = api.admin.topic("page", "").await;
    let base = api.admin.get(&format!("/api/v1/components/{page}")).await.expect(200).json();
    let path = format!("/api/v1/components/{page}/draft");
    let draft = json!({"base": base["revision"]["id"], "content": {"title": "", "body": "half"}});
    api.admin.get(&path).await.problem(404, "not-found");
    api.admin.request(Method::PUT, &path).json(&draft).send().await.expect(200);
    assert_eq!(api.admin.get(&path).await.expect(200).json()["content"]["body"], "half");
    let listed = api.admin.get("/api/v1/drafts").await.expect(200).json();
    assert_eq!(listed["items"][0]["component"]["key"], "page");
    api.admin.delete(&path).await.expect(204);
    api.admin.get(&path).await.expect(404);
}

#[tokio::test]
async fn a_proof_runs_nothing_whatever_is_written_in_it() {
    let api = Api::start().await;
    let body = "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n\
                [link](javascript:alert(1))\n\n**bold**";
    let (page, _) = api.admin.topic("page", body).await;
    let answer = api.admin.get(&format!("/api/v1/components/{page}/proof")).await.expect(200);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(policy.contains("sandbox allow-same-origin") && !policy.contains("script"), "{policy}");
    let html = answer.text();
    assert!(html.contains("<strong>bold</strong>"), "{html}");
    for harm in ["<script", "onerror=", "javascript:"] {
        assert!(!html.contains(harm), "{harm}: {html}");
    }
    for name in ["player.css", "proof.css"] {
        assert!(html.contains(&format!("/proof/{name}")));
        let sheet = api.nobody().get(&format!("/proof/{name}")).await.expect(200);
        assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    }
    api.nobody().get("/proof/nothing.css").await.problem(404, "no-such-route");
}

#[tokio::test]
async fn a_proof_of_unsaved_text_shows_what_it_refers_to_and_tells_what_is_missing() {
    let api = Api::start().await;
    api.admin.topic("legal", "Mind the *gap*.").await;
    let body = ":::include legal\n\n![[no-picture]]\n\nSee [[legal]] and {{product.name}}.\n\n\
                :::when audience=admin\nFor admins.\n:::\n";
    let of = |when: serde_json::Value| {
        json!({"library": "support", "kind": "topic", "when": when,
               "content": {"title": "T", "body": body}})
    };
    let shown = api.admin.post("/api/v1/proofs", of(json!({}))).await.expect(200).json();
    let html = shown["html"].as_str().unwrap();
    for part in ["<em>gap</em>", "About legal", "{{product.name}}", "For admins."] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let notices = shown["notices"].as_array().unwrap();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!((&notices[0]["line"], &notices[0]["pointer"]), (&json!(3), &json!("/body")));
    let partner = of(json!({"audience": ["partner"]}));
    let shown = api.admin.post("/api/v1/proofs", partner).await.expect(200).json();
    assert!(!shown["html"].as_str().unwrap().contains("For admins."));
    let broken = json!({"library": "support", "kind": "topic", "content": {"body": ""}});
    api.admin.post("/api/v1/proofs", broken).await.problem(400, "invalid");
}

#[tokio::test]
async fn a_proof_in_a_course_has_the_values_of_its_variable_sets() {
    let api = Api::start().await;
    let (page, _) = api.admin.topic("page", "Call {{office.phone}} in {{office.city}}.").await;
    for (key, city) in [("everywhere", "Lisbon"), ("americas", "Austin")] {
        let variables = json!({"office.phone": format!("{key}-1"), "office.city": city});
        let new = json!({"library": "support", "kind": "variable_set", "key": key,
                         "content": {"title": key, "variables": variables}});
        api.admin.post("/api/v1/components", new).await.expect(201);
    }
    let placed = |key: &str, slot: &str| json!({"id": slot, "component": key});
    let mut american = placed("americas", "01936b00-0000-7101-8000-00000000f001");
    american["when"] = json!({"region": ["us"]});
    let course = json!({"library": "support", "kind": "course", "key": "tour", "content": {
        "title": "Tour", "variable_sets": [placed("everywhere", "01936b00-0000-7101-8000-00000000f000"), american],
        "placements": [],
    }});
    api.admin.post("/api/v1/components", course).await.expect(201);
    for (asked, shown) in [
        ("", "{{office.phone}}"),
        ("?course=support/tour", "Call americas-1 in Austin."),
        ("?course=support/tour&when=region=eu", "Call everywhere-1 in Lisbon."),
        ("?course=support/tour&when=region=us", "Call americas-1 in Austin."),
    ] {
        let path = format!("/api/v1/components/{page}/proof{asked}");
        let html = api.admin.get(&path).await.expect(200).text();
        assert!(html.contains(shown), "{asked}: {html}");
    }
    let path = format!("/api/v1/components/{page}/proof?course=support/none");
    api.admin.get(&path).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_question_shows_with_its_key() {
    let api = Api::start().await;
    let content = json!({"title": "Q", "prompt": "Which?", "interaction": {
        "type": "single_choice",
        "choices": [{"id": "a", "text": "This", "correct": true}, {"id": "b", "text": "That"}]
    }});
    let (question, _) = api.admin.create("question", "q", content).await;
    let path = format!("/api/v1/components/{question}/proof");
    let html = api.admin.get(&path).await.expect(200).text();
    assert!(html.contains("data-key=\"right\"><input type=\"radio\" disabled checked>"), "{html}");
    assert!(html.contains("data-key=\"wrong\"><input type=\"radio\" disabled>"), "{html}");
}

#[tokio::test]
async fn a_file_is_shown_as_what_it_is_only_if_that_is_safe() {
    let api = Api::start().await;
    let asset = async |key: &str, media_type: &str, bytes: &'static str| {
        let call = api.admin.request(Method::POST, "/api/v1/blobs");
        let blob = call.header("content-type", media_type).bytes(bytes).send().await.expect(201);
        let blob = blob.json();
        let content = json!({"title": key, "blob": blob["digest"], "size": blob["size"],
            "file_name": format!("{key}.bin"), "media_type": media_type});
        api.admin.create("asset", key, content).await.0
    };
    let picture =
        asset("picture", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>").await;
    let page = asset("page", "text/html", "<script>alert(1)</script>").await;
    let shown = api.admin.get(&format!("/api/v1/components/{picture}/file")).await.expect(200);
    assert_eq!(shown.header("content-type"), "image/svg+xml");
    assert!(shown.header("content-security-policy").contains("sandbox"));
    let saved = api.admin.get(&format!("/api/v1/components/{page}/file")).await.expect(200);
    assert_eq!(saved.header("content-type"), "application/octet-stream");
    assert!(saved.header("content-disposition").starts_with("attachment"));
    let (topic, _) = api.admin.topic("topic", "").await;
    api.admin.get(&format!("/api/v1/components/{topic}/file")).await.problem(404, "not-found");
}

#[tokio::test]
async fn the_newest_events_come_first_when_asked_for() {
    let api = Api::start().await;
    api.admin.topic("a", "").await;
    api.admin.topic("b", "").await;
    let page = api.admin.get("/api/v1/events?before=0&limit=2").await.expect(200).json();
    let numbers: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["number"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers[0], numbers[1] + 1);
    let next = page["next"].as_i64().unwrap();
    let page =
        api.admin.get(&format!("/api/v1/events?before={next}&limit=1")).await.expect(200).json();
    assert_eq!(page["items"][0]["number"], next - 1);
}
