//! Formats that are known and that no reader reads: refused by name, with what to do instead.

use lcms_formats::manifest::MANIFEST_FILE;

use crate::error::ImportError;
use crate::folder::Folder;

/// Most bytes of a manifest that are looked at.
const MAX_LOOK: u64 = 16 << 20;

/// A file that tells the format, the format, and what to do.
const BY_FILE: [(&str, &str, &str); 8] = [
    ("ppt/presentation.xml", "a PowerPoint presentation (PPTX)", "save it as a PDF or web page"),
    ("xl/workbook.xml", "an Excel workbook (XLSX)", "save it as CSV"),
    ("META-INF/container.xml", "an EPUB", "import the HTML pages it was made from"),
    (
        "moodle_backup.xml",
        "a Moodle backup",
        "export the questions as Moodle XML, the activities as SCORM",
    ),
    ("course/course.xml", "an Open edX course (OLX)", "export it as Common Cartridge or SCORM"),
    ("content.opf", "an e-book (OPF)", "import the HTML pages it was made from"),
    ("styles.xml", "an OpenDocument file", "save it as DOCX"),
    ("imsldcontent.xml", "an IMS Learning Design", "export it as SCORM"),
];

/// Endings of single files.
const BY_ENDING: [(&str, &str, &str); 8] = [
    ("ditamap", "a DITA map", "publish it as HTML and import that"),
    ("doc", "a Word document of the old form", "save it as DOCX"),
    ("ppt", "a PowerPoint presentation", "save it as a PDF or web page"),
    ("pdf", "a PDF", "upload it as an asset"),
    ("rtf", "a Rich Text document", "save it as DOCX"),
    ("7z", "a 7-Zip archive", "unpack it and import the folder"),
    ("rar", "a RAR archive", "unpack it and import the folder"),
    ("mbz", "a Moodle backup", "export the questions as Moodle XML, the activities as SCORM"),
];

/// Refuses what nothing here reads.
pub(crate) fn refuse(folder: &Folder) -> Result<(), ImportError> {
    let refused = |format: &str, hint: &str| {
        Err(ImportError::Unsupported {
            name: folder.name().to_owned(),
            format: format.to_owned(),
            hint: hint.to_owned(),
        })
    };
    if let Some((_, format, hint)) = BY_FILE.iter().find(|(path, ..)| folder.contains(path)) {
        return refused(format, hint);
    }
    let ends = |path: &str, ending: &str| {
        path.rsplit_once('.').is_some_and(|(_, it)| it.eq_ignore_ascii_case(ending))
    };
    if let Some((_, format, hint)) = BY_ENDING.iter().find(|(ending, ..)| {
        !folder.files().is_empty() && folder.files().keys().all(|it| ends(it, ending))
    }) {
        return refused(format, hint);
    }
    if folder.files().keys().any(|path| ends(path, "ditamap")) {
        return refused("a DITA map", "publish it as HTML and import that");
    }
    if is_common_cartridge(folder) {
        return refused("a Common Cartridge", "export the course as SCORM, its questions as QTI");
    }
    let archives: Vec<_> = folder.files().keys().filter(|it| ends(it, "zip")).collect();
    if let [archive] = archives[..]
        && folder.files().len() == 1
        && folder.is_archive()
    {
        let format = format!("an archive that holds only the archive `{archive}`");
        return refused(&format, "unpack it and import what is inside");
    }
    Ok(())
}

fn is_common_cartridge(folder: &Folder) -> bool {
    if !folder.contains(MANIFEST_FILE) {
        return false;
    }
    let Ok(bytes) = folder.bytes(MANIFEST_FILE, MAX_LOOK) else { return false };
    let text = lcms_formats::decode_text(&bytes);
    text.contains("IMS Common Cartridge") || text.contains("IMS Thin Common Cartridge")
}
