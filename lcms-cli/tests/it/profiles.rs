//! Profiles, the gate, signatures, and packages given again, as they are typed.

use std::fs;

use crate::lcms::{Lcms, fixture, sha256};

const COURSE: &str = "support/support-fundamentals";

/// The demo library, with a profile of its own.
fn with_profile() -> Lcms {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    let folder = lcms.path("more");
    fs::create_dir_all(folder.join("profiles")).unwrap();
    fs::write(folder.join("library.yaml"), "key: support\ntitle: Support\n").unwrap();
    let profile = "kind: profile\ncontent:\n  title: Agents\n  format: scorm12\n  granularity: topic\n  \
                   conditions: {audience: [agent]}\n  theme: {colours: {accent: \"#7a1f5c\"}}\n";
    fs::write(folder.join("profiles/agents.yaml"), profile).unwrap();
    lcms.ok(&["import", folder.to_str().unwrap(), "--library", "support"]);
    lcms
}

#[test]
fn a_course_is_checked_published_signed_verified_and_given_again() {
    let lcms = with_profile();
    let report = lcms.json(&["check", COURSE, "--profile", "support/agents"]);
    assert_eq!(report["passes"], true, "{report:#}");
    assert!(
        !lcms.json(&["releases", COURSE]).to_string().contains("digest"),
        "nothing was released"
    );

    let public = lcms.ok(&["key", "new", "ops"]);
    assert_eq!(lcms.ok(&["key", "show", "ops"]), public);
    let zip = lcms.path("course.zip");
    let file = zip.to_str().unwrap();
    let made =
        lcms.json(&["publish", COURSE, "--profile", "support/agents", "--sign", "ops", "-o", file]);
    assert!(made["named"]["revision"].is_string(), "{made:#}");
    let told = lcms.ok(&["verify", file, "--key", public.trim()]);
    for part in [
        "signed   by ed25519:",
        "publishing it gives the same bytes",
        "profile  support/agents",
        "made     ",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let other = lcms.ok(&["key", "new", "other"]);
    lcms.refused(&["verify", file, "--key", other.trim()]);

    let again = lcms.path("again.zip");
    let digest = made["package"].as_str().unwrap();
    lcms.ok(&["publish", "--package", digest, "-o", again.to_str().unwrap()]);
    assert_eq!(sha256(&again), sha256(&zip));

    lcms.ok(&["target", "add", "campus"]);
    let release = made["release"].as_str().unwrap();
    lcms.ok(&["deploy", release, "--target", "campus", "--package", digest]);
    let live = lcms.path("live.zip");
    lcms.ok(&["publish", COURSE, "--live-in", "campus", "-o", live.to_str().unwrap()]);
    assert_eq!(sha256(&live), sha256(&zip));
    lcms.refused(&["publish", COURSE, "--live-in", "campus", "--live", "2001-01-01"]);
    lcms.ok(&["fsck"]);
}

#[test]
fn what_is_asked_for_must_make_sense() {
    let lcms = with_profile();
    assert!(lcms.ok(&["check", "--rules"]).contains("captions"));
    for wrong in [
        &["publish", COURSE, "--profile", "support/agents", "--format", "scorm12"][..],
        &["publish", COURSE, "--format", "scorm12", "--waive", "language"],
        &["publish", "--package", "sha256:12"],
        &["check"],
    ] {
        assert_eq!(lcms.run(wrong).status.code(), Some(2), "{wrong:?}");
    }
    let said = lcms.refused(&["publish", COURSE]);
    assert!(said.contains("--profile library/key"), "{said}");
    let said = lcms.refused(&["publish", COURSE, "--profile", "support/severity-levels"]);
    assert!(said.contains("not a profile"), "{said}");
    let said = lcms.refused(&["publish", COURSE, "--format", "scorm12", "--sign", "none"]);
    assert!(said.contains("lcms key new none"), "{said}");
}
