//! Branches, differences and going back, as typed.

use serde_json::json;

use crate::lcms::Lcms;

fn document(lcms: &Lcms, name: &str, content: &serde_json::Value) -> String {
    let path = lcms.path(name);
    std::fs::write(&path, content.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn page(lcms: &Lcms, body: &str) -> String {
    document(lcms, "page.json", &json!({"title": "A page", "body": body}))
}

fn body(lcms: &Lcms, arguments: &[&str]) -> String {
    let shown = lcms.json(&[&["show", "lib/page"], arguments].concat());
    shown["content"]["body"].as_str().unwrap().trim().to_owned()
}

fn start() -> Lcms {
    let lcms = Lcms::new();
    lcms.ok(&["library", "create", "lib"]);
    let content = page(&lcms, "Words.");
    lcms.ok(&["component", "create", "lib/page", "--kind", "topic", "--content", &content]);
    lcms
}

fn save(lcms: &Lcms, body: &str, arguments: &[&str]) {
    let content = page(lcms, body);
    lcms.ok(&[&["component", "save", "lib/page", "--content", &content], arguments].concat());
}

#[test]
fn a_branch_is_made_edited_reviewed_and_merged() {
    let lcms = start();
    lcms.ok(&["branch", "create", "spring"]);
    save(&lcms, "Words of the branch.", &["--branch", "spring"]);
    assert_eq!(body(&lcms, &[]), "Words.");
    assert_eq!(body(&lcms, &["--branch", "spring"]), "Words of the branch.");
    assert!(lcms.ok(&["branch", "diff", "spring"]).contains("lib/page"));
    let opened = lcms.ok(&["branch", "diff", "spring", "lib/page"]);
    assert!(opened.contains("{+") && opened.contains("branch"), "{opened}");
    assert!(lcms.refused(&["branch", "merge", "spring"]).contains("not approved"));
    lcms.ok(&["branch", "submit", "spring"]);
    assert!(lcms.ok(&["branch", "approve", "spring"]).contains("approved"));
    lcms.ok(&["branch", "merge", "spring"]);
    assert_eq!(body(&lcms, &[]), "Words of the branch.");
    assert!(lcms.ok(&["branch", "list"]).contains("merged"));
    assert!(lcms.refused(&["library", "list", "--branch", "spring"]).contains("no meaning"));
}

#[test]
fn conflicts_are_shown_and_taken_from_one_side() {
    let lcms = start();
    lcms.ok(&["branch", "create", "spring"]);
    save(&lcms, "Words of the branch.", &["--branch", "spring"]);
    save(&lcms, "Words of main.", &[]);
    let merge = ["branch", "merge", "spring", "--without-approval"];
    let output = lcms.run(&merge);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("Words of main.") && said.contains("Words of the branch."), "{said}");
    lcms.ok(&[&merge[..], &["--take", "theirs"]].concat());
    assert_eq!(body(&lcms, &[]), "Words of the branch.");
}

#[test]
fn the_past_is_shown_compared_and_gone_back_to() {
    let lcms = start();
    let then = lcms.json(&["show", "lib/page"])["revision"]["event"].to_string();
    save(&lcms, "Other words.", &[]);
    assert_eq!(body(&lcms, &["--at", &then]), "Words.");
    for arguments in [
        &["diff", "lib/page"][..],
        &["diff", "lib/page@1"],
        &["diff", "lib/page@1", "lib/page@2"],
        &["diff", "lib/page", "--from", &then],
    ] {
        let said = lcms.ok(arguments);
        assert!(said.contains("Other"), "{arguments:?}: {said}");
    }
    assert!(lcms.ok(&["diff", "lib/page", "--from", &then, "--deep"]).contains("content"));
    let dry = lcms.ok(&["revert", "lib/page", "--to", "@1", "--dry-run"]);
    assert!(dry.contains("would revert 1"), "{dry}");
    lcms.ok(&["revert", "lib/page", "--to", &then, "--deep"]);
    assert_eq!(body(&lcms, &[]), "Words.");
    assert!(lcms.ok(&["log", "lib/page"]).contains("reverted to"));
    assert!(lcms.ok(&["copies", "lib/page"]).contains("no copies"));
}
