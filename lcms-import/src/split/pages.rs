//! Pages that say their words themselves.
//!
//! They come in the order of the package's outline; what a page of it links to follows it, as in
//! packages with one entry whose pages lead on to each other.

use std::collections::HashSet;

use lcms_core::model::content::{OutlineItem, WebPackage};
use lcms_formats::quiz::Question;
use scraper::{Html, Selector};

use super::{Page, Piece, Pieces, exe};
use crate::documents::{MAX_PAGE, page_of};
use crate::error::ImportError;
use crate::folder::Folder;
use crate::html::visible_text;
use crate::report::Remark;

/// Fewest words of a page that is not drawn by a program.
const WORDS: usize = 12;
/// Most pages.
const PAGES: usize = 1_000;
/// Where the words of a page stand among its menus, by the habits of tools; the first that is there.
const MAIN: &str = "main, [role=main], #main, article, #content";

/// Reads every page.
pub(super) fn read(folder: &Folder, package: &WebPackage) -> Result<Pieces, ImportError> {
    let mut reader =
        PageReader { folder, seen: HashSet::new(), made: HashSet::new(), lost: Vec::new() };
    let entries = match package.outline.is_empty() {
        true => reader.page(&package.launch, &package.title)?,
        false => reader.items(&package.outline)?,
    };
    Ok(Pieces { entries, lost: reader.lost, unnamed: Vec::new() })
}

struct PageReader<'a> {
    folder: &'a Folder,
    seen: HashSet<String>,
    /// Paths of the pages made.
    made: HashSet<String>,
    lost: Vec<Remark>,
}

impl PageReader<'_> {
    fn items(&mut self, items: &[OutlineItem]) -> Result<Vec<Piece>, ImportError> {
        let mut pieces = Vec::new();
        for item in items {
            let own = match &item.launch {
                Some(path) => self.page(path, &item.title)?,
                None => Vec::new(),
            };
            let below = self.items(&item.items)?;
            if below.is_empty() {
                pieces.extend(own);
            } else {
                let entries = own.into_iter().chain(below).collect();
                pieces.push(Piece::Group { title: item.title.clone(), entries });
            }
        }
        Ok(pieces)
    }

    /// A page, and those that it leads on to.
    fn page(&mut self, path: &str, title: &str) -> Result<Vec<Piece>, ImportError> {
        let mut pieces = Vec::new();
        let mut waiting = vec![path.to_owned()];
        while let Some(path) = waiting.pop() {
            let is_first = pieces.is_empty();
            if !is_page(&path) || !self.folder.contains(&path) || self.seen.len() >= PAGES {
                continue;
            }
            if !self.seen.insert(path.clone()) {
                continue;
            }
            let text = lcms_formats::decode_text(&self.folder.bytes(&path, MAX_PAGE)?);
            let read = read_page(&text, &path);
            self.lost.extend(read.lost.into_iter().map(|reason| Remark::file(&path, reason)));
            if read.words < WORDS && read.questions.is_empty() {
                // Frames, menus and start pages lead to the pages that say something.
                waiting.extend(read.links.into_iter().rev());
                if is_first && waiting.is_empty() {
                    let reason = "a program draws this page: it was not split";
                    self.lost.push(Remark::file(&path, reason));
                }
                continue;
            }
            waiting.extend(read.links.into_iter().rev());
            let given = is_first && !title.is_empty();
            // Two documents of one name are told apart by their endings.
            let mut made = page_of(&path);
            if !self.made.insert(made.clone()) {
                made = format!("{path}.md");
            }
            pieces.push(Piece::Page(Page {
                title: if given { title.to_owned() } else { read.title },
                html: read.html,
                path: made,
                file: path,
                questions: read.questions,
            }));
        }
        Ok(pieces)
    }
}

/// Whether a file is a page.
pub(super) fn is_page(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    matches!(ending.as_deref(), Some("html" | "htm" | "xhtml"))
}

struct Read {
    title: String,
    html: String,
    words: usize,
    /// Pages that it leads to, in order.
    links: Vec<String>,
    /// What it asks, each with the heading that it stands under.
    questions: Vec<(Option<String>, Question)>,
    /// What could not be carried over.
    lost: Vec<String>,
}

fn read_page(text: &str, path: &str) -> Read {
    let mut document = Html::parse_document(text);
    let exe::Taken { questions, lost } = exe::take(&mut document);
    let select = |selector: &str| {
        let selector = Selector::parse(selector).ok()?;
        Some(document.select(&selector).collect::<Vec<_>>())
    };
    let first = |selector: &str| select(selector).and_then(|found| found.into_iter().next());
    let html = match first(MAIN) {
        Some(main) => main.html(),
        None => first("body").map(|body| body.html()).unwrap_or_default(),
    };
    let title = first("title").or_else(|| first("h1"));
    let title = title.map(|it| it.text().collect::<String>()).unwrap_or_default();
    let addresses = select("a[href], frame[src], iframe[src]").unwrap_or_default();
    let mut links: Vec<String> = Vec::new();
    for element in addresses {
        let address = element.value().attr("href").or_else(|| element.value().attr("src"));
        let found = address.and_then(|address| resolve(path, address));
        links.extend(found.filter(|found| !links.contains(found)));
    }
    Read {
        words: visible_text(&html)
            .split_whitespace()
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .count(),
        title: title.split_whitespace().collect::<Vec<_>>().join(" "),
        html,
        links,
        questions,
        lost,
    }
}

/// The page of the package that an address leads to.
fn resolve(from: &str, address: &str) -> Option<String> {
    let address = address.split(['#', '?']).next().unwrap_or_default();
    if address.contains("://") || address.starts_with(['/', '\\']) || !is_page(address) {
        return None;
    }
    let decoded = percent_encoding::percent_decode_str(address).decode_utf8().ok()?;
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_pages_of_the_package_only() {
        assert_eq!(resolve("a/b.html", "../c%20d.html?x#y").as_deref(), Some("c d.html"));
        for elsewhere in
            ["https://x/y.html", "/y.html", "../../y.html", "y.pdf", "#y", "mailto:a@b"]
        {
            assert_eq!(resolve("a/b.html", elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn the_words_are_taken_from_among_the_menus() {
        let read = read_page(
            "<title>T</title><div id=nav><a href=two.html>Two</a></div><div id=main><p>One <b>two</b> three</p></div>",
            "one.html",
        );
        assert_eq!((read.title.as_str(), read.words), ("T", 3));
        assert_eq!(read.links, ["two.html"]);
        assert!(!read.html.contains("nav"), "{}", read.html);
    }
}
