//! What ops does: check, collect, back up, restore, redact.

use crate::lcms::{Lcms, fixture};

fn a_file(folder: &std::path::Path) -> Option<std::path::PathBuf> {
    std::fs::read_dir(folder).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() { a_file(&path) } else { Some(path) }
    })
}

#[test]
fn a_damaged_store_is_told_from_a_whole_one_by_the_exit_code() {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    assert!(lcms.ok(&["fsck"]).contains("everything is whole"));
    let file = a_file(&lcms.data().join("blobs/deflate")).unwrap();
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, vec![0; bytes.len()]).unwrap();
    lcms.ok(&["fsck", "--quick"]);
    let run = lcms.run(&["fsck"]);
    let said = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(said.contains("altered: blob sha256:") && said.contains("belongs to "), "{said}");
    std::fs::remove_file(&file).unwrap();
    assert!(lcms.refused(&["fsck", "--quick"]).contains("1 things are not whole"));
}

#[test]
fn a_restored_store_has_the_digest_of_the_one_backed_up_and_works() {
    let (lcms, other) = (Lcms::new(), Lcms::on_postgres());
    lcms.ok(&["import", &fixture("demo")]);
    lcms.ok(&["release", "support/support-fundamentals"]);
    let file = lcms.path("all.tar");
    let file = file.to_str().unwrap();
    let summary = lcms.json(&["backup", file]);
    assert_eq!(other.json(&["restore", file])["digest"], summary["digest"]);
    assert!(other.ok(&["fsck"]).contains("everything is whole"));
    assert_eq!(
        other.json(&["search", "severity"])["total"],
        lcms.json(&["search", "severity"])["total"],
    );
    assert!(other.refused(&["restore", file]).contains("not empty"));
    let [mine, theirs] = [&lcms, &other].map(|store| {
        let zip = store.path("course.zip");
        let path = zip.to_str().unwrap();
        store.ok(&["publish", "support/support-fundamentals", "--format", "scorm12", "-o", path]);
        crate::lcms::sha256(&zip)
    });
    assert_eq!(mine, theirs);
}

#[test]
fn collection_and_redaction_say_what_they_would_do_first() {
    let lcms = Lcms::new();
    let path = lcms.path("words.txt");
    std::fs::write(&path, "words").unwrap();
    let digest = lcms.ok(&["blob", "put", path.to_str().unwrap()]);
    let digest = digest.trim();
    assert!(lcms.ok(&["gc", "--delete"]).contains("nothing to remove"), "within its grace");
    let planned = lcms.ok(&["gc", "--grace", "0"]);
    assert!(planned.contains(digest) && planned.contains("--delete"), "{planned}");
    let planned = lcms.ok(&["redact", digest]);
    assert!(planned.contains("nothing was done"), "{planned}");
    let done = lcms.json(&["redact", digest, "--reason", "private"]);
    assert_eq!((&done["done"], &done["subject"]), (&true.into(), &"blob".into()));
    let refused = lcms.refused(&["blob", "get", digest]);
    assert!(refused.contains("redacted: private"), "{refused}");
    assert!(lcms.ok(&["fsck"]).contains("1 were redacted"));
}
