//! What describes real packages, by the official schemas (LCMS_SCHEMAS) and by the control documents
//! that the package carries.

use std::path::{Path, PathBuf};
use std::process::Command;

use lcms_publish::Format;

use crate::world::{World, bytes, unpack};

fn validate(schema: &Path, document: &Path, catalog: Option<&Path>) {
    let mut command = Command::new("xmllint");
    command.args(["--nonet", "--noout", "--schema"]).arg(schema).arg(document);
    if let Some(catalog) = catalog {
        command.env("XML_CATALOG_FILES", catalog);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_are_valid_by_the_official_schemas_and_by_their_own() {
    let schemas = std::env::var("LCMS_SCHEMAS").map(PathBuf::from).unwrap_or_else(|_| {
        panic!("LCMS_SCHEMAS must name the folder of the official schemas: run through `make test`")
    });
    let catalog = schemas.join("catalog.xml");
    for world in [World::with_course().await, World::with_sequencing().await] {
        for format in Format::ALL {
            let (document, official, own) = match format {
                Format::Scorm12 => {
                    ("imsmanifest.xml", "scorm12/_all.xsd", Some("imscp_rootv1p1p2.xsd"))
                }
                Format::Scorm2004Second => {
                    ("imsmanifest.xml", "scorm2004-2nd/_all.xsd", Some("imscp_v1p1.xsd"))
                }
                Format::Scorm2004Third => {
                    ("imsmanifest.xml", "scorm2004-3rd/_all.xsd", Some("imscp_v1p1.xsd"))
                }
                Format::Scorm2004Fourth => {
                    ("imsmanifest.xml", "scorm2004-4th/_all.xsd", Some("imscp_v1p1.xsd"))
                }
                Format::Cmi5 => ("cmi5.xml", "cmi5/CourseStructure.xsd", None),
                // Nobody gave web pages a schema.
                Format::Html => continue,
            };
            let package = world.publish("course", format).await.unwrap();
            let folder = tempfile::tempdir().unwrap();
            for (path, content) in unpack(bytes(&package).await) {
                let path = folder.path().join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, content).unwrap();
            }
            let document = folder.path().join(document);
            validate(&schemas.join(official), &document, Some(&catalog));
            if let Some(own) = own {
                validate(&folder.path().join(own), &document, None);
            }
        }
    }
}
