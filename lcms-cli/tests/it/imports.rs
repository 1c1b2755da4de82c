//! What comes in, goes out, and comes back.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::lcms::Lcms;

/// Writes an archive of these files.
fn zip(path: &Path, files: &[(String, Vec<u8>)]) -> PathBuf {
    let mut out = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in files {
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap();
    path.to_owned()
}

fn unpacked(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut read = |name: String| {
        let mut bytes = Vec::new();
        std::io::copy(&mut archive.by_name(&name).unwrap(), &mut bytes).unwrap();
        (name, bytes)
    };
    names.into_iter().map(&mut read).collect()
}

/// A package of another tool: two pages, one of which is long enough to be a topic.
fn bought(lcms: &Lcms) -> PathBuf {
    let manifest = "<manifest identifier=\"M\" xmlns=\"http://www.imsproject.org/xsd/imscp_rootv1p1p2\" \
        xmlns:adlcp=\"http://www.adlnet.org/xsd/adlcp_rootv1p2\"><metadata><schema>ADL SCORM</schema>\
        <schemaversion>1.2</schemaversion></metadata><organizations default=\"O\"><organization identifier=\"O\">\
        <title>Safety</title><item identifier=\"I\" identifierref=\"R\"><title>Alarm</title></item></organization>\
        </organizations><resources><resource identifier=\"R\" type=\"webcontent\" adlcp:scormtype=\"sco\" \
        href=\"alarm.html\"/></resources></manifest>";
    let page = "<title>Alarm</title><p>When the alarm sounds, leave the building by the nearest stairs and \
        wait at the meeting point until somebody has counted everyone.</p>";
    let files = [("imsmanifest.xml", manifest), ("alarm.html", page), ("a/script.js", "/**/")];
    let files: Vec<_> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    zip(&lcms.path("Safety.zip"), &files)
}

fn course(lcms: &Lcms, key: &str, component: &str) {
    let content = lcms.path("course.json");
    let document = json!({"title": "Course", "placements": [
        {"id": "00000000-0000-8000-8000-000000000001", "component": component}
    ]});
    std::fs::write(&content, document.to_string()).unwrap();
    lcms.ok(&[
        "component",
        "create",
        key,
        "--kind",
        "course",
        "--content",
        content.to_str().unwrap(),
    ]);
}

fn counts(report: &Value) -> (u64, u64, u64) {
    let count = |name: &str| report[name].as_u64().unwrap();
    (count("created"), count("changed"), count("unchanged"))
}

#[test]
fn a_published_package_comes_back_to_its_own_components() {
    let lcms = Lcms::new();
    lcms.ok(&["library", "create", "lib"]);
    let archive = bought(&lcms);
    lcms.ok(&["import", archive.to_str().unwrap(), "--library", "lib"]);
    course(&lcms, "lib/course", "lib/safety");
    let package = lcms.path("course.zip");
    let at = package.to_str().unwrap();
    lcms.ok(&["publish", "lib/course", "--format", "scorm12", "-o", at]);
    let before = lcms.json(&["events", "--limit", "1000"]);
    let report = lcms.json(&["import", at, "--library", "lib"]);
    assert_eq!(counts(&report), (0, 0, 2), "{report}");
    assert_eq!(
        (&report["format"], &report["courses"]),
        (&json!("package published here"), &json!(["course"]))
    );
    let sources: Vec<_> = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["source"].as_str().unwrap())
        .collect();
    assert_eq!(sources, ["lib/course", "lib/safety"]);
    assert_eq!(lcms.json(&["events", "--limit", "1000"]), before, "nothing was done");
    // Also after the course has gone on.
    let page = lcms.path("page.json");
    std::fs::write(&page, json!({"title": "Other", "placements": []}).to_string()).unwrap();
    lcms.ok(&["component", "save", "lib/course", "--content", page.to_str().unwrap()]);
    assert_eq!(counts(&lcms.json(&["import", at, "--library", "lib"])), (0, 0, 2));

    // What was touched is a package like any other, and so is what another store published.
    let mut files = unpacked(&package);
    files.iter_mut().find(|(name, _)| name.ends_with("script.js")).unwrap().1.push(b' ');
    let touched = zip(&lcms.path("touched.zip"), &files);
    let report = lcms.json(&["import", touched.to_str().unwrap(), "--library", "lib"]);
    assert_eq!(report["format"], "SCORM package", "{report}");
    assert!(
        report["unsupported"][0]["reason"].as_str().unwrap().starts_with("it was changed since")
    );
    let other = Lcms::new();
    other.ok(&["library", "create", "lib"]);
    let report = other.json(&["import", at, "--library", "lib"]);
    assert_eq!(
        (&report["format"], counts(&report)),
        (&json!("SCORM package"), (1, 0, 0)),
        "{report}"
    );
    assert!(report["unsupported"][0]["reason"].as_str().unwrap().contains("not in this store"));
    assert_eq!(counts(&other.json(&["import", at, "--library", "lib"])), (0, 0, 1));
}

#[test]
fn what_was_split_can_be_published() {
    let lcms = Lcms::new();
    lcms.ok(&["library", "create", "lib"]);
    let archive = bought(&lcms);
    let report = lcms.json(&["import", archive.to_str().unwrap(), "--library", "lib", "--split"]);
    assert_eq!(report["courses"], json!(["safety-pages"]), "{report}");
    let output = lcms.path("out.zip");
    lcms.ok(&["publish", "lib/safety-pages", "--format", "cmi5", "-o", output.to_str().unwrap()]);
    let pages = unpacked(&output).into_iter().filter(|(name, _)| name.starts_with("sco/"));
    let text: String = pages.map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect();
    assert!(text.contains("leave the building by the nearest stairs"), "{text}");
}

/// A command that goes on, and is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn a_watched_folder_is_imported_whenever_it_changes() {
    let lcms = Lcms::new();
    lcms.ok(&["library", "create", "lib"]);
    let folder = lcms.path("guide");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.md"), "one").unwrap();
    let mut command = lcms.command();
    command.args([
        "import",
        folder.to_str().unwrap(),
        "--library",
        "lib",
        "--watch",
        "--every",
        "1",
    ]);
    let mut running =
        Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let said = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let mut reports = said.map(Result::unwrap).filter(|line| line.starts_with("Markdown folder: "));
    assert_eq!(
        reports.next().unwrap(),
        "Markdown folder: 3 created, 0 changed, 0 unchanged, 0 edited here; 0 skipped, 0 unsupported"
    );
    // What is refused is said, and does not end it.
    let mut refusals = BufReader::new(running.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    std::fs::write(folder.join("a.md"), b"\xff\xfe\xff").unwrap();
    assert!(refusals.next().unwrap().contains("a.md:1: the text is not UTF-8"));
    std::fs::write(folder.join("a.md"), "two and three").unwrap();
    assert!(
        reports.next().unwrap().starts_with("Markdown folder: 0 created, 1 changed, 2 unchanged")
    );
}
