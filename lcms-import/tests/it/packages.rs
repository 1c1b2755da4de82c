//! Packages made elsewhere.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use lcms_core::model::content::{Standard, WebPackage};
use lcms_core::model::{Content, Digest, Reference};
use lcms_core::service::ListComponents;
use lcms_formats::zip::{Archive, Limits as ZipLimits};
use lcms_import::{Folder, FolderReport, Limits, read_folder};

use crate::support::{Bench, samples, touched};

/// Writes an archive of stored files.
pub(crate) fn zip(path: &Path, files: &[(&str, &[u8])]) -> PathBuf {
    let mut out = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in files {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated);
        out.start_file(*name, options).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap();
    path.to_owned()
}

/// A SCORM 1.2 manifest with these items: identifier, title, launch.
pub(crate) fn manifest(items: &[(&str, &str, &str)]) -> String {
    let item = |(id, title, _): &(&str, &str, &str)| {
        format!(
            "<item identifier=\"{id}\" identifierref=\"R-{id}\"><title>{title}</title>\
             <adlcp:masteryscore>80</adlcp:masteryscore></item>"
        )
    };
    let resource = |(id, _, href): &(&str, &str, &str)| {
        format!(
            "<resource identifier=\"R-{id}\" type=\"webcontent\" adlcp:scormtype=\"sco\" href=\"{href}\"/>"
        )
    };
    format!(
        "<manifest identifier=\"M\" xmlns=\"http://www.imsproject.org/xsd/imscp_rootv1p1p2\" \
         xmlns:adlcp=\"http://www.adlnet.org/xsd/adlcp_rootv1p2\">\
         <metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>\
         <organizations default=\"O\"><organization identifier=\"O\"><title>A course</title>{}</organization>\
         </organizations><resources>{}</resources></manifest>",
        items.iter().map(item).collect::<String>(),
        items.iter().map(resource).collect::<String>(),
    )
}

/// A package of two units that share a script.
fn two_units(bench: &Bench, name: &str, second: &str) -> PathBuf {
    let manifest = manifest(&[("one", "First", "a/one.html"), ("two", "Second", "a/two.html?x=1")]);
    zip(
        &bench.folder.path().join(name),
        &[
            ("imsmanifest.xml", manifest.as_bytes()),
            ("a/one.html", b"<p>Press the red button.</p>"),
            ("a/two.html", second.as_bytes()),
            ("a/b/script.js", b"/**/"),
            (".hidden", b"kept"),
        ],
    )
}

async fn package(bench: &Bench, key: &str) -> WebPackage {
    let reference: Reference = format!("lib/{key}").parse().unwrap();
    match bench.session.component(&reference).await.unwrap().content {
        Content::WebPackage(package) => package,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_package_is_kept_whole_and_its_units_are_parts_of_it() {
    let bench = Bench::new().await;
    let report = bench.import(&two_units(&bench, "Safety 1.zip", "two")).await;
    assert_eq!(touched(&report), ["safety-1", "safety-1-first", "safety-1-second"], "{report}");
    let whole = package(&bench, "safety-1").await;
    let paths: Vec<_> = whole.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, [".hidden", "a/b/script.js", "a/one.html", "a/two.html", "imsmanifest.xml"]);
    assert_eq!((whole.title.as_str(), whole.standard), ("A course", Standard::Scorm12));
    assert_eq!(whole.launch, "a/one.html");
    assert!(whole.text.contains("Press the red button."), "{}", whole.text);
    let part = package(&bench, "safety-1-second").await;
    assert_eq!((part.launch.as_str(), part.parameters.as_str()), ("a/two.html", "?x=1"));
    assert_eq!(part.outline[0].mastery_score, Some(0.8));
    assert!(part.files.is_empty());
    let whole_id = bench.session.component(&"lib/safety-1".parse().unwrap()).await.unwrap();
    assert_eq!(part.package.unwrap().component.id(), Some(whole_id.component.id));
}

#[tokio::test]
async fn importing_again_makes_the_revisions_that_changed() {
    let bench = Bench::new().await;
    bench.import(&two_units(&bench, "safety.zip", "two")).await;
    let events = bench.events().await;
    let again = bench.import(&two_units(&bench, "safety.zip", "two")).await;
    assert_eq!((again.unchanged, bench.events().await), (3, events), "{again}");
    let changed = bench.import(&two_units(&bench, "safety.zip", "new")).await;
    assert_eq!(touched(&changed), ["safety"], "a part follows its package");
    assert_eq!(bench.events().await, events + 1);
    let dry = bench.run("lib", &two_units(&bench, "safety.zip", "newer"), true).await.unwrap();
    assert_eq!(touched(&dry), ["safety"]);
    assert_eq!(bench.events().await, events + 1);
}

#[tokio::test]
async fn what_an_archive_gets_wrong_is_put_right_and_said() {
    let bench = Bench::new().await;
    let manifest = manifest(&[("one", "First", "Start.html")]);
    let path = zip(
        &bench.folder.path().join("x.zip"),
        &[
            ("pkg/imsmanifest.xml", manifest.as_bytes()),
            ("pkg/start.html", b"<title>x</title>"),
            ("__MACOSX/pkg/._start.html", b"resource fork"),
        ],
    );
    let report = bench.import(&path).await;
    let said: Vec<_> = report.repaired.iter().map(ToString::to_string).collect();
    assert!(said[0].starts_with("pkg/: ") && said[1].contains("`start.html`"), "{said:?}");
    assert_eq!(report.skipped.len(), 1, "{:?}", report.skipped);
    assert_eq!(package(&bench, "x").await.launch, "start.html");
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused() {
    let bench = Bench::new().await;
    let missing = manifest(&[("one", "First", "gone.html")]);
    for (files, expected) in [
        (&[("imsmanifest.xml", missing.as_str())][..], "nothing in this SCORM 1.2 package"),
        (&[("imsmanifest.xml", "<manifest")][..], "imsmanifest.xml"),
        (
            &[("imsmanifest.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><manifest>&a;</manifest>")][..],
            "DOCTYPE",
        ),
        (&[("inner.zip", "PK")][..], "an archive that holds only the archive `inner.zip`"),
        (&[("data.bin", "x")][..], "holds nothing that can be imported"),
        (
            &[("[Content_Types].xml", "x"), ("ppt/presentation.xml", "x")][..],
            "a PowerPoint presentation (PPTX)",
        ),
        (&[("a.ditamap", "x"), ("b.dita", "y")][..], "a DITA map"),
    ] {
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        let path = zip(&bench.folder.path().join("x.zip"), &files);
        let error = bench.run("lib", &path, false).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
    assert_eq!(bench.session.components(&ListComponents::default()).await.unwrap().items.len(), 0);
}

/// Every file of an archive with its digest.
fn contents(path: &Path) -> Vec<(String, Digest)> {
    let file = std::fs::File::open(path).unwrap();
    let mut archive = Archive::open(file, &ZipLimits::default()).unwrap();
    let files = archive.files().to_vec();
    let mut found: Vec<_> = files
        .iter()
        .map(|file| (file.path.to_string(), Digest::of_bytes(&archive.bytes(file).unwrap())))
        .collect();
    found.sort();
    found
}

fn sample_packages() -> Vec<PathBuf> {
    let root = samples();
    let mut found = Vec::new();
    for folder in
        ["packages/tools", "packages/golf", "packages/fixtures", "packages/altered", "h5p"]
    {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            found.push(entry.unwrap().path());
        }
    }
    found.sort();
    found
}

#[test]
fn every_sample_is_recognised_and_keeps_each_file() {
    let mut lines = Vec::new();
    for path in sample_packages() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let read = Folder::open(&path, Limits::default()).and_then(|folder| read_folder(&folder));
        let (format, reading) = match read {
            Ok(read) => read,
            Err(error) => {
                lines.push(format!("{name}: refused: {error}"));
                continue;
            }
        };
        let Content::WebPackage(whole) = &reading.subjects[0].content else { panic!("{name}") };
        let mut kept: Vec<_> =
            whole.files.iter().map(|file| (file.path.clone(), file.blob)).collect();
        let mut given = contents(&path);
        if let Some(top) = reading.repaired.first().and_then(|it| it.source.strip_suffix('/')) {
            for (path, _) in &mut given {
                *path = path.strip_prefix(&format!("{top}/")).unwrap().to_owned();
            }
        }
        kept.sort();
        given.sort();
        assert_eq!(kept, given, "{name}");
        let tool = whole
            .tool
            .as_ref()
            .map(|tool| format!("{} {}", tool.name, tool.version.as_deref().unwrap_or("?")));
        lines.push(format!(
            "{name}: {format}, {}, launch {}{}, {} parts, {} words; {} repaired, {} unsupported",
            tool.unwrap_or_else(|| "?".into()),
            whole.launch,
            whole.parameters,
            reading.subjects.len() - 1,
            whole.text.split_whitespace().count(),
            reading.repaired.len(),
            reading.unsupported.len(),
        ));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn packages_that_share_files_share_their_bytes() {
    let bench = Bench::new().await;
    let first = bench.import(&two_units(&bench, "one.zip", "two")).await;
    let second = bench.import(&two_units(&bench, "other.zip", "two")).await;
    assert_eq!((first.created, second.created), (3, 3));
    let (one, other) = (package(&bench, "one").await, package(&bench, "other").await);
    assert_eq!(one.files, other.files);
    let report: FolderReport = second;
    assert!(report.to_string().contains("SCORM package: 3 created"), "{report}");
}

/// Paths that no two systems take for the same file: each part ends in its own number.
fn generated() -> impl proptest::strategy::Strategy<Value = Vec<(String, Vec<u8>)>> {
    use proptest::collection::vec;
    use proptest::prelude::{Strategy as _, any};
    let part = "[a-zé漢 ._\\[\\]#%&+]{0,6}[a-z]";
    let file = (vec(part, 0..3), vec(any::<u8>(), 0..2000), any::<bool>());
    vec(file, 0..12).prop_map(|files| {
        let named = files.into_iter().enumerate().map(|(n, (folders, mut bytes, repeats))| {
            if repeats {
                bytes = bytes.repeat(20);
            }
            (
                format!(
                    "{}/f {n}.bin",
                    folders.iter().map(|it| format!("x{it}{n}")).collect::<Vec<_>>().join("/")
                ),
                bytes,
            )
        });
        named.map(|(path, bytes)| (path.trim_start_matches('/').to_owned(), bytes)).collect()
    })
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 12, ..Default::default() })]

    #[test]
    fn what_goes_in_comes_out(files in generated()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new().await;
            let manifest = manifest(&[("one", "First", "start.html")]);
            let mut all = vec![("imsmanifest.xml", manifest.as_bytes()), ("start.html", &b"<p>x</p>"[..])];
            all.extend(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
            let path = zip(&bench.folder.path().join("any.zip"), &all);
            bench.import(&path).await;
            let kept = package(&bench, "any").await.files;
            assert_eq!(kept.len(), all.len());
            for (path, bytes) in all {
                let file = kept.iter().find(|file| file.path == path);
                let file = file.unwrap_or_else(|| panic!("{path} among {kept:?}"));
                let mut stream = bench.session.blob_bytes(file.blob, 0..file.size).await.unwrap();
                let mut out = Vec::new();
                while let Some(piece) = futures::StreamExt::next(&mut stream).await {
                    out.extend_from_slice(&piece.unwrap());
                }
                assert_eq!((out, file.size), (bytes.to_vec(), bytes.len() as u64), "{path}");
            }
        });
    }
}
