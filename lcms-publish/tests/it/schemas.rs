//! Manifests of real packages, by the official schemas (LCMS_SCHEMAS) and by the control documents
//! that the package carries.

use std::path::{Path, PathBuf};
use std::process::Command;

use lcms_publish::Format;

use crate::world::{World, bytes, unpack};

fn validate(schema: &Path, manifest: &Path, catalog: Option<&Path>) {
    let mut command = Command::new("xmllint");
    command.args(["--nonet", "--noout", "--schema"]).arg(schema).arg(manifest);
    if let Some(catalog) = catalog {
        command.env("XML_CATALOG_FILES", catalog);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn published_manifests_are_valid() {
    let schemas = std::env::var("LCMS_SCHEMAS").map(PathBuf::from).unwrap_or_else(|_| {
        panic!("LCMS_SCHEMAS must name the folder of the official schemas: run through `make test`")
    });
    let world = World::with_course().await;
    for (format, official, own) in [
        (Format::Scorm12, "scorm12", "imscp_rootv1p1p2.xsd"),
        (Format::Scorm2004Fourth, "scorm2004-4th", "imscp_v1p1.xsd"),
    ] {
        let package = world.publish("course", format).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in unpack(bytes(&package).await) {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let manifest = folder.path().join("imsmanifest.xml");
        let catalog = schemas.join("catalog.xml");
        validate(&schemas.join(official).join("_all.xsd"), &manifest, Some(&catalog));
        validate(&folder.path().join(own), &manifest, None);
    }
}
