//! The edges that ARCHITECTURE.md allows, checked against manifests and sources.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every Rust source below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Names in the `[dependencies]` table of a crate.
fn dependencies(krate: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root().join(krate).join("Cargo.toml")).unwrap();
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line == "[dependencies]";
        } else if inside && let Some((name, _)) = line.split_once('=') {
            found.insert(name.trim().trim_end_matches(".workspace").to_owned());
        }
    }
    found
}

/// Lines of code (no comments) of a folder's sources that contain one of the texts.
fn uses(folder: &str, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in sources(&root().join(folder)) {
        for line in fs::read_to_string(&path).unwrap().lines() {
            let code = line.split("//").next().unwrap_or_default();
            if texts.iter().any(|text| code.contains(text)) {
                found.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    found
}

const CRATES: [&str; 9] = [
    "migrations",
    "lcms-core",
    "lcms-formats",
    "lcms-publish",
    "lcms-import",
    "lcms-api",
    "lcms-cli",
    "tests",
    "bench",
];

#[test]
fn crates_depend_only_on_those_below_them() {
    let allowed: [(&str, &[&str]); 7] = [
        ("migrations", &[]),
        ("lcms-formats", &[]),
        ("lcms-core", &["lcms-migrations"]),
        ("lcms-publish", &["lcms-core", "lcms-formats"]),
        ("lcms-import", &["lcms-core", "lcms-formats"]),
        ("lcms-api", &["lcms-core", "lcms-publish", "lcms-import"]),
        ("lcms-cli", &["lcms-api", "lcms-core", "lcms-publish", "lcms-import"]),
    ];
    for (krate, allowed) in allowed {
        let ours: Vec<_> =
            dependencies(krate).into_iter().filter(|name| name.starts_with("lcms-")).collect();
        for name in ours {
            assert!(allowed.contains(&name.as_str()), "{krate} must not depend on {name}");
        }
    }
}

#[test]
fn every_technology_has_one_home() {
    let homes: [(&[&str], &[&str]); 7] = [
        (&["tantivy"], &["lcms-core", "bench"]),
        (&["sea-orm", "sqlx"], &["lcms-core", "migrations", "bench"]),
        (&["sea-orm-migration"], &["migrations"]),
        (&["quick-xml", "zip"], &["lcms-formats"]),
        (&["axum", "tower-http", "utoipa-axum"], &["lcms-api"]),
        (&["object_store"], &["lcms-core"]),
        (&["reqwest"], &["lcms-api", "lcms-import"]),
    ];
    for (names, homes) in homes {
        for krate in CRATES.iter().filter(|krate| !homes.contains(krate)) {
            let found = dependencies(krate);
            for name in names {
                assert!(!found.contains(*name), "{krate} must not depend on {name}");
            }
        }
    }
}

#[test]
fn the_layers_of_core_look_only_to_the_left() {
    let forbidden: [(&str, &[&str]); 4] = [
        (
            "lcms-core/src/model",
            &[
                "crate::store",
                "crate::index",
                "crate::service",
                "sea_orm",
                "tantivy",
                "object_store",
                "tokio",
            ],
        ),
        ("lcms-core/src/store", &["crate::index", "crate::service", "tantivy"]),
        ("lcms-core/src/index", &["crate::store", "crate::service", "sea_orm"]),
        ("lcms-core/src/service", &["tantivy::", "object_store::", "sea_orm"]),
    ];
    for (folder, texts) in forbidden {
        let found = uses(folder, texts);
        assert!(found.is_empty(), "{folder}:\n{}", found.join("\n"));
    }
}

#[test]
fn interfaces_reach_state_only_through_services() {
    let texts = ["lcms_core::store::{", "store::components", "store::events", "sea_orm::"];
    for folder in ["lcms-api/src", "lcms-cli/src", "lcms-publish/src", "lcms-import/src"] {
        let found = uses(folder, &texts);
        assert!(found.is_empty(), "{folder}:\n{}", found.join("\n"));
    }
}

#[test]
fn services_leave_queries_to_the_store() {
    let queries = ["EntityTrait", "QueryFilter", "ColumnTrait", "ActiveModel", "sea_query"];
    let found = uses("lcms-core/src/service", &queries);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The name under which a type stands in the API's document: its own, or that of `schema(as = …)`.
fn schema_names(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut derives, mut other) = (false, None);
    for line in source.lines().map(str::trim) {
        if let Some((_, name)) = line.split_once("schema(as = ") {
            other = name.split([')', ',']).next().map(str::to_owned);
        }
        derives |= line.contains("ToSchema") && !line.starts_with("use ");
        let Some((_, declared)) = line.split_once("struct ").or_else(|| line.split_once("enum "))
        else {
            continue;
        };
        if derives && (line.starts_with("pub") || line.starts_with("struct")) {
            let own = declared.split(|c: char| !c.is_alphanumeric()).next().map(str::to_owned);
            names.extend(other.take().or(own));
        }
        (derives, other) = (false, None);
    }
    names
}

#[test]
fn no_type_takes_the_name_of_another_in_the_document_of_the_api() {
    let mut homes = std::collections::BTreeMap::<String, Vec<String>>::new();
    for folder in ["lcms-core/src", "lcms-publish/src", "lcms-import/src", "lcms-api/src"] {
        for path in sources(&root().join(folder)) {
            for name in schema_names(&fs::read_to_string(&path).unwrap()) {
                homes.entry(name).or_default().push(path.display().to_string());
            }
        }
    }
    assert!(homes.len() > 100, "{} types", homes.len());
    homes.retain(|_, places| places.len() > 1);
    assert!(homes.is_empty(), "{homes:#?}");
}
