//! Two servers exchange a library: one serves, the other asks.

use serde_json::{Value, json};

use crate::lcms::{Lcms, fixture};
use crate::server::Server;

const PAGE: &str = "support/severity-levels";

/// A server with the demo library and an admin's token, and an empty data directory.
fn two_sides() -> (Lcms, Server, String, Lcms) {
    let there = Lcms::new();
    there.ok(&["import", &fixture("demo")]);
    there.ok(&["user", "add", "north", "--role", "admin"]);
    let token = there.ok(&["token", "create", "--user", "north"]).trim().to_owned();
    let server = Server::start(&there);
    (there, server, token, Lcms::new())
}

fn sync(here: &Lcms, server: &Server, token: &str, more: &[&str]) -> Value {
    let address = format!("http://{}", server.address);
    let mut args = vec!["sync", &address, "--library", "support", "--token", token];
    args.extend(more);
    here.json(&args)
}

/// Appends a paragraph to the page.
fn edit(lcms: &Lcms, text: &str) {
    let shown = lcms.json(&["show", PAGE]);
    let mut content = shown["content"].clone();
    let body = format!("{}\n{text}\n", content["body"].as_str().unwrap());
    content["body"] = json!(body);
    let file = lcms.path("content.json");
    std::fs::write(&file, content.to_string()).unwrap();
    lcms.ok(&["component", "save", PAGE, "--content", file.to_str().unwrap()]);
}

fn body(lcms: &Lcms) -> String {
    lcms.json(&["show", PAGE])["content"]["body"].as_str().unwrap().to_owned()
}

#[test]
fn only_what_is_missing_crosses_and_what_differs_waits_to_be_merged() {
    let (there, server, token, here) = two_sides();
    let first = sync(&here, &server, &token, &["--pull"]);
    assert!(first["pulled"]["objects"].as_u64().unwrap() > 20, "{first}");
    assert!(first["pulled"]["blobs"].as_u64().unwrap() > 0, "{first}");
    assert!(first.get("pushed").is_none());
    here.ok(&["fsck"]);
    assert_eq!(body(&here), body(&there));
    let again = sync(&here, &server, &token, &[]);
    assert_eq!((&again["pulled"]["objects"], &again["pushed"]["objects"]), (&json!(0), &json!(0)));
    let again = sync(&here, &server, &token, &[]);
    let compared = |of: &Value, way: &str| of[way]["compared"].as_u64().unwrap();
    assert_eq!(
        (compared(&again, "pulled"), compared(&again, "pushed")),
        (0, 0),
        "nothing happened"
    );
    let whole = compared(&sync(&here, &server, &token, &["--pull", "--whole"]), "pulled");
    assert!(whole > 50, "{whole}");

    // An edit here crosses alone, and moves the head there.
    edit(&here, "Added here.");
    let dry = sync(&here, &server, &token, &["--push", "--dry-run"]);
    let pushed = sync(&here, &server, &token, &["--push"]);
    assert_eq!(dry["pushed"]["received"], pushed["pushed"]["received"]);
    assert_eq!(
        (&pushed["pushed"]["objects"], &pushed["pushed"]["documents"]),
        (&json!(2), &json!(2))
    );
    assert!(compared(&pushed, "pushed") < 10, "only what was touched: {pushed}");
    assert!(body(&there).contains("Added here."));

    // Edits on both sides: the other's arrives on a branch, here and there.
    edit(&there, "Said there.");
    edit(&here, "Said here.");
    let met = sync(&here, &server, &token, &["--origin", "south"]);
    assert_eq!(met["pulled"]["received"]["diverged"][0]["arrived_on"], "remote.south");
    assert_eq!(met["pushed"]["received"]["diverged"][0]["arrived_on"], "remote.north");
    assert!(body(&here).contains("Said here.") && !body(&here).contains("Said there."));
    for side in [&here, &there] {
        side.ok(&["fsck"]);
    }
}

#[test]
fn a_new_library_is_sent_with_its_files() {
    let (_there, server, token, here) = two_sides();
    let other = Lcms::new();
    other.ok(&["library", "create", "manuals"]);
    let file = other.path("a.txt");
    std::fs::write(&file, "A file.").unwrap();
    let blob = other.json(&["blob", "put", file.to_str().unwrap()]);
    let content = json!({
        "title": "A file", "blob": blob["digest"], "size": blob["size"],
        "file_name": "a.txt", "media_type": "text/plain",
    });
    let path = other.path("asset.json");
    std::fs::write(&path, content.to_string()).unwrap();
    let content = path.to_str().unwrap();
    other.ok(&["component", "create", "manuals/a", "--kind", "asset", "--content", content]);
    let address = format!("http://{}", server.address);
    let args = ["sync", &address, "--library", "manuals", "--token", &token, "--push"];
    let sent = other.json(&args);
    assert_eq!(sent["pushed"]["received"]["new_libraries"], json!(["manuals"]));
    assert_eq!(sent["pushed"]["blobs"], 1);
    let pull = ["sync", &address, "--library", "manuals", "--token", &token, "--pull"];
    here.ok(&pull);
    here.ok(&["fsck"]);
    assert_eq!(here.json(&["show", "manuals/a"])["content"]["title"], "A file");
}

#[test]
fn refusals_say_who_and_why() {
    let (there, server, token, here) = two_sides();
    let address = format!("http://{}", server.address);
    let wrong = ["sync", &address, "--library", "support", "--token", "nonsense"];
    assert!(here.refused(&wrong).contains("token"), "{}", here.refused(&wrong));
    there.ok(&["user", "add", "reader", "--role", "viewer"]);
    let reader = there.ok(&["token", "create", "--user", "reader"]).trim().to_owned();
    sync(&here, &server, &reader, &["--pull"]);
    edit(&here, "Mine.");
    let push = ["sync", &address, "--library", "support", "--token", &reader, "--push"];
    assert!(here.refused(&push).contains("administer"), "{}", here.refused(&push));
    let none = ["sync", &address, "--library", "nothing", "--token", &token, "--pull"];
    assert!(here.refused(&none).contains("no library `nothing`"));
    let closed = ["sync", "http://127.0.0.1:1", "--library", "support", "--token", &token];
    assert!(here.refused(&closed).contains("could not be asked"));
    let odd = ["sync", "ftp://example.org", "--library", "support", "--token", &token];
    assert!(here.refused(&odd).contains("not the address of a server"));
}
