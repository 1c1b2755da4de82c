//! HTML written from data: what tools keep as records is said as a page.

use std::fmt::Write as _;

use scraper::{Html, Selector};

/// A heading; none when the title says nothing.
pub(super) fn heading(html: &mut String, level: u8, title: &str) {
    let title = plain(title);
    if !title.is_empty() {
        let _ = write!(html, "<h{level}>{}</h{level}>", escaped(&title));
    }
}

/// A text that is HTML already, with or without a block around it.
pub(super) fn paragraph(html: &mut String, body: &str) {
    match body.trim() {
        "" => {}
        body if body.starts_with('<') => html.push_str(body),
        body => {
            let _ = write!(html, "<p>{body}</p>");
        }
    }
}

/// A picture in a paragraph of its own.
pub(super) fn picture(html: &mut String, address: &str, alt: &str) {
    let _ = write!(html, "<p><img src=\"{}\" alt=\"{}\"></p>", escaped(address), escaped(alt));
}

/// A file to open, in a paragraph of its own.
pub(super) fn link(html: &mut String, address: &str, words: &str) {
    let _ = write!(html, "<p><a href=\"{}\">{}</a></p>", escaped(address), escaped(words));
}

/// The last heading of a part of a page that begins a section.
pub(super) fn last_heading(html: &str) -> Option<String> {
    let headings = Selector::parse("h1, h2").ok()?;
    let fragment = Html::parse_fragment(html);
    let last = fragment.select(&headings).next_back()?;
    Some(plain(&last.inner_html())).filter(|title| !title.is_empty())
}

/// A title without its markup.
pub(super) fn plain(title: &str) -> String {
    let text = crate::html::visible_text(title);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text as it stands in HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
