//! Profiles, the gate, keys, and packages given again.

use lcms_core::model::Role;
use lcms_publish::KeyRing;
use serde_json::{Value, json};

use crate::harness::{Api, each};

/// A course of one page that shows a video without captions.
async fn course(api: &Api) {
    let mut upload = api.lcms.operator_without_checks().upload("video/mp4").unwrap();
    upload.write(b"moving").await.unwrap();
    let blob = upload.finish(None).await.unwrap().digest;
    let film = json!({"title": "A film", "blob": blob, "size": 6, "file_name": "film.mp4", "media_type": "video/mp4"});
    api.admin.create("asset", "film", film).await;
    api.admin.topic("install", "Look:\n\n![[film]]").await;
    let lesson = json!({"title": "L", "placements": [{"component": "support/install"}]});
    api.admin.create("lesson", "lesson", lesson).await;
    let course = json!({"title": "C", "placements": [{"component": "support/lesson"}]});
    api.admin.create("course", "course", course).await;
    let profile =
        json!({"title": "P", "format": "scorm12", "theme": {"colours": {"accent": "#7a1f5c"}}});
    api.admin.create("profile", "branded", profile).await;
}

async fn released(api: &Api) -> String {
    let releases = "/api/v1/components/support%2Fcourse/releases";
    api.admin.post(releases, json!({})).await.expect(201).header("location").to_owned()
}

fn rules(report: &Value) -> Vec<(String, bool)> {
    let found = report["findings"].as_array().unwrap().iter();
    found.map(|f| (f["rule"].as_str().unwrap().to_owned(), f["waived"] == true)).collect()
}

#[tokio::test]
async fn the_gate_speaks_of_a_component_as_it_stands_and_of_a_release() {
    let api = Api::start().await;
    course(&api).await;
    let asked = json!({"component": "support/course", "profile": "support/branded"});
    let report = api.admin.post("/api/v1/check", asked).await.expect(200).json();
    assert_eq!(
        (report["passes"].as_bool(), rules(&report)),
        (Some(false), vec![("captions".to_owned(), false)])
    );
    assert_eq!(report["findings"][0]["name"], "support/film");
    let release = released(&api).await;
    let id = release.rsplit('/').next().unwrap();
    let waived = json!({"release": id, "format": "scorm12", "waive": ["captions"]});
    let report = api.admin.post("/api/v1/check", waived).await.expect(200).json();
    assert_eq!(
        (report["passes"].as_bool(), rules(&report)),
        (Some(true), vec![("captions".to_owned(), true)])
    );
    for wrong in [
        json!({"component": "support/course"}),
        json!({"component": "support/course", "profile": "support/branded", "when": ["a=b"]}),
        json!({"profile": "support/branded"}),
        json!({"component": "support/course", "format": "scorm12", "waive": ["language"]}),
        json!({"component": "support/course", "profile": "support/course"}),
    ] {
        api.admin.post("/api/v1/check", wrong).await.problem(400, "invalid");
    }
    let known = api.admin.get("/api/v1/check/rules").await.expect(200).json();
    assert!(each(&known, "id").contains(&"captions".to_owned()));
    let stranger = api.user("sam", Role::Viewer, None).await;
    let asked = json!({"release": id, "format": "scorm12"});
    stranger.post("/api/v1/check", asked).await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_package_of_a_profile_is_signed_waived_recorded_and_given_again() {
    let api = Api::start().await;
    course(&api).await;
    let release = released(&api).await;
    let key = KeyRing::in_folder(&api.folder.path().join("keys"));
    let public = key.create(&"ops".parse().unwrap()).unwrap().public();
    let keys = api.admin.get("/api/v1/keys").await.expect(200).json();
    assert_eq!(keys["items"], json!([{"name": "ops", "public_key": public.to_string()}]));

    let address = format!("{release}/packages/profile/support%2Fbranded");
    let refused = api.admin.get(&address).await.problem(422, "not-publishable");
    assert_eq!(refused["violations"][0]["rule"], "captions");
    api.admin.get(&format!("{address}?waive=nothing")).await.problem(400, "bad-parameter");
    api.admin.get(&format!("{address}?waive=captions&sign=none")).await.problem(404, "not-found");
    let first = api.admin.get(&format!("{address}?waive=captions&sign=ops")).await.expect(200);
    assert!(first.header("content-disposition").contains("course-1-branded.zip"));
    let packages = api.admin.get(&format!("{release}/packages")).await.expect(200).json();
    let kept = &packages["items"][0];
    assert_eq!(kept["profile"]["waived"]["captions"].as_array().unwrap().len(), 1);
    assert!(kept["profile"]["profile"]["revision"].is_string(), "{kept:#}");

    let digest = kept["digest"].as_str().unwrap();
    let again = api.admin.get(&format!("/api/v1/packages/{digest}")).await.expect(200);
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("etag"), first.header("etag"));
    let viewer = api.user("vera", Role::Viewer, Some("support")).await;
    viewer.get(&format!("/api/v1/packages/{digest}")).await.problem(403, "forbidden");
    let none = "sha256:".to_owned() + &"0".repeat(64);
    api.admin.get(&format!("/api/v1/packages/{none}")).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_server_without_previews_says_how_to_have_them() {
    let api = Api::start().await;
    course(&api).await;
    let asked = json!({"component": "support/course"});
    let problem = api.admin.post("/api/v1/previews", asked).await.problem(503, "unavailable");
    assert!(problem.to_string().contains("--preview-listen"), "{problem:#}");
}
