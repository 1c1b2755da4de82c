//! HTML pages and Word documents: one course of lessons and topics.
//!
//! Each document is turned into a page of Markdown beside the pictures it shows, and what stands there
//! then is read like any folder of Markdown: headings become topics, links between the documents lead to
//! the lessons, pictures become assets.

use std::collections::HashMap;

use lcms_formats::{decode_text, docx};

use crate::error::ImportError;
use crate::folder::Folder;
use crate::html::{Target, kept, to_markdown};
use crate::markdown::MarkdownFolder;
use crate::reader::{Reader, Reading};
use crate::report::Remark;

/// Most bytes of one document.
const MAX_DOCUMENT: u64 = 64 << 20;
/// Most bytes of one page.
pub(crate) const MAX_PAGE: u64 = 4 << 20;

/// Reads HTML pages and DOCX documents.
#[derive(Clone, Copy, Debug)]
pub struct Documents;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Page,
    Word,
}

fn kind(path: &str) -> Option<Kind> {
    let (_, ending) = path.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "html" | "htm" | "xhtml" => Some(Kind::Page),
        "docx" => Some(Kind::Word),
        _ => None,
    }
}

/// The path of the page that a document becomes.
pub(crate) fn page_of(path: &str) -> String {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    format!("{stem}.md")
}

impl Reader for Documents {
    fn format(&self, folder: &Folder) -> &'static str {
        match folder.files().keys().find_map(|path| kind(path)) {
            Some(Kind::Word) => "Word documents",
            _ => "HTML pages",
        }
    }

    fn expects(&self) -> &'static str {
        "HTML pages, or Word documents (DOCX)"
    }

    fn detect(&self, folder: &Folder) -> bool {
        folder.files().keys().any(|path| kind(path).is_some())
    }

    fn read(&self, folder: &Folder) -> Result<Reading, ImportError> {
        let mut overlay = folder.overlay();
        let documents: Vec<(&String, Kind)> =
            folder.files().keys().filter_map(|path| Some((path, kind(path)?))).collect();
        let mut pages = HashMap::new();
        for (path, _) in &documents {
            // Two documents of one name are told apart by their endings.
            let page = page_of(path);
            let is_taken = pages.values().any(|known| *known == page) || folder.contains(&page);
            pages.insert((*path).clone(), if is_taken { format!("{path}.md") } else { page });
        }
        let mut unsupported = Vec::new();
        for (path, kind) in documents {
            let (html, lost) = match kind {
                Kind::Page => {
                    let text = decode_text(&folder.bytes(path, MAX_PAGE)?);
                    (text, Vec::new())
                }
                Kind::Word => word(folder, path, &mut overlay)?,
            };
            let converted =
                to_markdown(&html, &|address, is_image| lead(address, is_image, path, &pages));
            let source = format!("{}/{path}", folder.name());
            for what in lost.iter().chain(&converted.lost) {
                let reason = format!("{what} could not be carried over");
                unsupported.push(Remark::file(&source, reason));
            }
            overlay.take(path);
            overlay.put(pages[path].clone(), page(&converted.title, &converted.markdown));
        }
        let mut reading = MarkdownFolder.read(&overlay)?;
        rename(folder, &pages, &mut reading);
        reading.unsupported.splice(0..0, unsupported);
        reading.repaired = folder.repaired().to_vec();
        reading.overlay = Some(overlay);
        Ok(reading)
    }
}

/// A page of Markdown. Its title stands in its head, where every text may stand.
pub(crate) fn page(title: &str, markdown: &str) -> String {
    // A page that begins with its own title says it once.
    let first = markdown.lines().next().unwrap_or_default();
    let (markdown, heading) = match first.strip_prefix("# ") {
        Some(heading) => (markdown[first.len()..].trim_start(), heading),
        None => (markdown, title),
    };
    let title = if title.is_empty() { heading } else { title };
    match title.is_empty() {
        true => markdown.to_owned(),
        // JSON texts are YAML.
        false => format!("---\ntitle: {}\n---\n\n{markdown}\n", serde_json::json!(title)),
    }
}

/// The HTML of a Word document; its pictures are put beside it.
fn word(
    folder: &Folder,
    path: &str,
    overlay: &mut Folder,
) -> Result<(String, Vec<String>), ImportError> {
    let bytes = folder.bytes(path, MAX_DOCUMENT)?;
    let document = docx::read(&bytes, &docx::Limits::default())
        .map_err(|error| ImportError::format(path, None, error.to_string()))?;
    for (name, bytes) in document.media {
        overlay.put(format!("{path}.files/{name}"), bytes);
    }
    let prefix = path.rsplit('/').next().unwrap_or(path);
    let html = document.html.replace("src=\"media:", &format!("src=\"{prefix}.files/"));
    Ok((html, document.unsupported))
}

/// Links between documents lead to the pages that they become.
pub(crate) fn lead(
    address: &str,
    is_image: bool,
    from: &str,
    pages: &HashMap<String, String>,
) -> Target {
    let (path, rest) = match address.find(['?', '#']) {
        Some(end) => address.split_at(end),
        None => (address, ""),
    };
    if is_image || path.is_empty() || kind(path).is_none() {
        return kept(address);
    }
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
    let base = from.rsplit_once('/').map(|(base, _)| format!("{base}/")).unwrap_or_default();
    let at = format!("{base}{decoded}");
    let lead_there = pages.contains_key(&at) || decoded.starts_with("../");
    match lead_there {
        true => kept(&format!(
            "{}{}",
            page_of(path),
            rest.split_once('#').map(|(_, id)| format!("#{id}")).unwrap_or_default()
        )),
        false => kept(address),
    }
}

/// Reports name the documents, not the pages made of them.
pub(crate) fn rename(folder: &Folder, pages: &HashMap<String, String>, reading: &mut Reading) {
    let name = folder.name();
    let turned: HashMap<String, String> = pages
        .iter()
        .map(|(document, page)| (format!("{name}/{page}"), format!("{name}/{document}")))
        .collect();
    let named = |source: &mut String| {
        let (file, part) = match source.split_once('#') {
            Some((file, part)) => (file, format!("#{part}")),
            None => (source.as_str(), String::new()),
        };
        if let Some(document) = turned.get(file) {
            *source = format!("{document}{part}");
        }
    };
    for subject in &mut reading.subjects {
        named(&mut subject.source);
        // Lines are those of the page that was made.
        subject.line = None;
    }
    for remark in reading.skipped.iter_mut().chain(&mut reading.unsupported) {
        let before = remark.source.clone();
        named(&mut remark.source);
        if remark.source != before {
            remark.line = None;
        }
    }
}
