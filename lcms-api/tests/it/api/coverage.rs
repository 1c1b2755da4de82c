//! What a structure comes to for one audience.

use serde_json::{Value, json};

use crate::harness::Api;

/// A course: one lesson for everybody with three topics, one for partners alone with a test.
async fn course(api: &Api) -> String {
    for (key, title) in [("mend", "Mend it"), ("sell", "Sell it"), ("never", "Nobody does")] {
        api.admin.create("objective", key, json!({"title": title})).await;
    }
    let topic = |key: &str, body: &str, objectives: Value, minutes: Value| {
        json!({
            "library": "support", "key": key, "kind": "topic",
            "content": {"title": key, "body": body, "objectives": objectives},
            "metadata": {"duration_minutes": minutes}
        })
    };
    let question = json!({
        "title": "Which?", "prompt": "Which?", "interaction": {"type": "true_false", "answer": true}
    });
    api.admin.create("question", "which", question).await;
    let test = json!({
        "library": "support", "key": "test", "kind": "assessment",
        "content": {
            "title": "Test", "objectives": [{"component": "sell"}],
            "sections": [{"id": "main", "entries": [{"component": "which"}]}]
        }
    });
    let partly = "For all.\n\n:::when audience=partner\nFor partners.\n:::\n";
    let wholly = ":::when audience=staff\nFor staff.\n:::\n";
    for made in [
        test,
        topic("plain", "Text.", json!([{"component": "mend"}]), json!(10)),
        topic("partly", partly, json!([]), json!(5)),
        topic("wholly", wholly, json!([]), Value::Null),
        topic("pitch", "Text.", json!([{"component": "sell"}]), json!(20)),
    ] {
        api.admin.post("/api/v1/components", made).await.expect(201);
    }
    let of = |keys: &[&str]| keys.iter().map(|key| json!({"component": key})).collect::<Vec<_>>();
    let all = json!({"title": "All", "placements": of(&["plain", "partly", "wholly"])});
    api.admin.create("lesson", "all", all).await;
    let partners = json!({"title": "Partners", "placements": of(&["pitch", "test"])});
    api.admin.create("lesson", "partners", partners).await;
    let (id, _) = api
        .admin
        .create(
            "course",
            "course",
            json!({
                "title": "Course", "objectives": [{"component": "never"}],
                "placements": [
                    {"component": "all"},
                    {"component": "partners", "when": {"audience": ["partner"]}},
                ]
            }),
        )
        .await;
    id
}

/// The objectives as title, declared, pages and assessments.
fn objectives(coverage: &Value) -> Vec<Value> {
    let items = coverage["objectives"].as_array().unwrap().iter();
    items
        .map(|one| json!([one["title"], one["declared"], one["pages"], one["assessments"]]))
        .collect()
}

/// Why each place is left out, with how deep it stands.
fn left_out(coverage: &Value) -> Vec<(String, usize, u64)> {
    let items = coverage["left_out"].as_array().unwrap().iter();
    let mut found: Vec<_> = items
        .map(|one| {
            let depth = one["slots"].as_array().unwrap().len();
            (one["by"].as_str().unwrap().to_owned(), depth, one["parts"].as_u64().unwrap())
        })
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_course_is_summed_up_for_everybody() {
    let api = Api::start().await;
    let path = format!("/api/v1/components/{}/coverage", course(&api).await);
    let all = api.admin.get(&path).await.expect(200).json();
    assert_eq!(
        (&all["minutes"], &all["untimed"], &all["pages"]),
        (&json!(35), &json!(2), &json!(5))
    );
    assert_eq!(all["asked"], json!({"audience": ["partner", "staff"]}));
    assert_eq!(all["left_out"], json!([]));
    assert_eq!(
        objectives(&all),
        [
            json!(["Mend it", false, 1, 0]),
            json!(["Nobody does", true, 0, 0]),
            json!(["Sell it", false, 1, 1])
        ]
    );
}

#[tokio::test]
async fn what_is_for_others_is_left_out_and_named() {
    let api = Api::start().await;
    let path = format!("/api/v1/components/{}/coverage", course(&api).await);
    let staff = api.admin.get(&format!("{path}?when=audience%3Dstaff")).await.expect(200).json();
    assert_eq!((&staff["minutes"], &staff["pages"]), (&json!(15), &json!(3)));
    let wanted = [("parts".to_owned(), 2, 1), ("placement".to_owned(), 1, 0)];
    assert_eq!(left_out(&staff), wanted);
    assert_eq!(
        objectives(&staff),
        [json!(["Mend it", false, 1, 0]), json!(["Nobody does", true, 0, 0])]
    );

    let partner =
        api.admin.get(&format!("{path}?when=audience%3Dpartner")).await.expect(200).json();
    assert_eq!((&partner["minutes"], &partner["untimed"]), (&json!(35), &json!(1)));
    assert_eq!(left_out(&partner), [("empty".to_owned(), 2, 1)], "nothing is left of its text");

    // A name without a value matches nothing.
    let other = api.admin.get(&format!("{path}?when=region%3Deu")).await.expect(200).json();
    assert_eq!(other["pages"], 2);
    api.admin.get(&format!("{path}?when=nonsense")).await.problem(400, "bad-parameter");
}
