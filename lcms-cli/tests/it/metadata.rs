//! Vocabularies, schemas, edits of many components and reports from the command line.

use std::fs;

use crate::lcms::Lcms;

fn with_pages() -> Lcms {
    let lcms = Lcms::new();
    lcms.ok(&["library", "create", "lib"]);
    let page = lcms.path("page.json");
    fs::write(&page, r#"{"title": "Page", "body": "Text"}"#).unwrap();
    for name in ["lib/a", "lib/b"] {
        let file = page.to_str().unwrap();
        lcms.ok(&["component", "create", name, "--kind", "topic", "--content", file]);
    }
    lcms
}

#[test]
fn words_are_agreed_upon_renamed_and_taken_back() {
    let lcms = with_pages();
    let table = lcms.path("terms.csv");
    fs::write(&table, "id,label,broader\nsafety,Safety,\nfire,Fire,safety\n").unwrap();
    let table = table.to_str().unwrap();
    let import = ["vocabulary", "import", "lib", "subjects", table, "--field", "tags", "--closed"];
    assert!(lcms.ok(&import).contains("2 added"));
    let tree = lcms.ok(&["vocabulary", "show", "lib", "subjects"]);
    assert!(tree.contains("Safety  [safety]\n  Fire  [fire]"), "{tree}");
    let said = lcms.ok(&["bulk", "edit", "--library", "lib", "--add", "tags=fire", "--dry-run"]);
    assert!(said.contains("tags: nothing → Fire") && said.contains("nothing was done"), "{said}");
    lcms.ok(&["bulk", "edit", "--library", "lib", "--add", "tags=fire"]);
    let said = lcms.refused(&["bulk", "edit", "lib/a", "--add", "tags=water"]);
    assert!(said.contains("no term of vocabulary `subjects`"), "{said}");
    let renamed = lcms.json(&["vocabulary", "rename", "lib", "subjects", "fire", "Flames"]);
    assert_eq!(renamed["components"], 2);
    assert_eq!(lcms.json(&["show", "lib/a"])["metadata"]["tags"][0], "Flames");
    let said = lcms.ok(&["bulk", "undo", renamed["edit"].as_str().unwrap()]);
    assert!(said.contains("2 components and 1 vocabularies went back"), "{said}");
    assert_eq!(lcms.json(&["show", "lib/a"])["metadata"]["tags"][0], "Fire");
    let skos = lcms.ok(&["vocabulary", "export", "lib", "subjects"]);
    assert!(skos.contains("<skos:broader"), "{skos}");
    for (format, sign) in [("turtle", "skos:broader "), ("json-ld", "\"@context\"")] {
        let written = lcms.ok(&["vocabulary", "export", "lib", "subjects", "--format", format]);
        assert!(written.contains(sign), "{written}");
        let file = lcms.path(format);
        fs::write(&file, written).unwrap();
        let file = file.to_str().unwrap();
        let said = lcms.ok(&["vocabulary", "import", "lib", "subjects", file, "--dry-run"]);
        assert!(!said.contains("removed") && !said.contains("2 added"), "{said}");
    }
}

#[test]
fn webhooks_are_listed_for_whoever_keeps_the_server() {
    let lcms = Lcms::new();
    assert!(lcms.ok(&["webhook", "list"]).contains("there is no webhook"));
    let nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
    let said = lcms.refused(&["webhook", "show", nobody]);
    assert!(said.contains("has no webhook"), "{said}");
}

#[test]
fn a_schema_says_what_is_missing() {
    let lcms = with_pages();
    let schema = lcms.path("schema.json");
    fs::write(&schema, r#"{"fields": [{"field": "steward", "required_from": "in_review"}]}"#)
        .unwrap();
    lcms.ok(&["schema", "set", "lib", "all", schema.to_str().unwrap()]);
    let said = lcms.refused(&["component", "state", "lib/a", "submit"]);
    assert!(said.contains("`steward` is required from in_review on"), "{said}");
    lcms.ok(&["user", "add", "anna"]);
    lcms.ok(&["care", "lib/a", "--steward", "anna", "--review-by", "2020-01-31"]);
    lcms.ok(&["component", "state", "lib/a", "submit"]);
    let said = lcms.ok(&["report", "lib", "stale"]);
    assert!(said.contains("was to be looked at by 2020-01-31"), "{said}");
    let figures = lcms.json(&["report", "lib"]);
    assert_eq!((&figures["components"], &figures["completeness"]), (&2.into(), &50.into()));
}
