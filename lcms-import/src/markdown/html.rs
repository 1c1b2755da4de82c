//! Tags in raw HTML, as far as pictures and addresses need it.

use std::ops::Range;

/// A start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    /// Its name, in lower case.
    pub(super) name: String,
    /// Its attributes, names in lower case, values with entities read.
    pub(super) attributes: Vec<(String, String)>,
    /// Where it stands.
    pub(super) range: Range<usize>,
}

impl Tag {
    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The addresses that it names.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        let names = ["src", "href", "poster", "data"];
        names.into_iter().filter_map(|name| self.get(name))
    }
}

/// The start tags in a text, comments left out.
pub(super) fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|n| at + n) {
        if html[open..].starts_with("<!--") {
            at = html[open..].find("-->").map_or(html.len(), |n| open + n + 3);
        } else if let Some(tag) = tag(html, open) {
            at = tag.range.end;
            found.push(tag);
        } else {
            at = open + 1;
        }
    }
    found
}

/// Longest tag that is read, in bytes.
const MAX_TAG: usize = 4 << 10;

fn tag(html: &str, open: usize) -> Option<Tag> {
    let html = &html[..html.floor_char_boundary(open + MAX_TAG)];
    html[open..].find('>')?;
    let is_name = |c: char| !c.is_whitespace() && !"/>=\"'<".contains(c);
    let take = |from: usize| {
        html[from..].find(|c| !is_name(c)).map(|length| (&html[from..from + length], from + length))
    };
    let (name, mut at) = take(open + 1)?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut attributes = Vec::new();
    loop {
        at += html[at..].find(|c: char| !c.is_whitespace() && c != '/')?;
        if html[at..].starts_with('>') {
            let name = name.to_ascii_lowercase();
            return Some(Tag { name, attributes, range: open..at + 1 });
        }
        let (name, end) = take(at)?;
        if name.is_empty() {
            return None;
        }
        at = end + html[end..].find(|c: char| !c.is_whitespace())?;
        let mut value = "";
        if html[at..].starts_with('=') {
            at += 1;
            at += html[at..].find(|c: char| !c.is_whitespace())?;
            let (start, length) = match html[at..].chars().next()? {
                quote @ ('"' | '\'') => (at + 1, html[at + 1..].find(quote)?),
                _ => (at, html[at..].find(|c: char| c.is_whitespace() || c == '>')?),
            };
            value = &html[start..start + length];
            at = start + length + (start - at);
        }
        attributes.push((name.to_ascii_lowercase(), unescape(value)));
    }
}

fn unescape(value: &str) -> String {
    let named = [("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">")];
    let read = named.iter().fold(value.to_owned(), |text, (from, to)| text.replace(from, to));
    read.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_tags_are_found_with_their_attributes() {
        let html = "<!-- <img src=no> --><P><img src=\"a&amp;b.png\" Alt='x > y' hidden/></p> 1 < 2 <a href=c.md>";
        let found = tags(html);
        let names: Vec<_> = found.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(names, ["p", "img", "a"]);
        assert_eq!((found[1].get("src"), found[1].get("alt")), (Some("a&b.png"), Some("x > y")));
        assert_eq!(found[1].get("hidden"), Some(""));
        assert!(html[found[1].range.clone()].ends_with("hidden/>"));
        assert_eq!(found[2].addresses().collect::<Vec<_>>(), ["c.md"]);
    }

    #[test]
    fn broken_tags_are_text() {
        for html in ["<", "<a", "<a href=\"x", "<a =>", "< b>", "</a>", "<é>"] {
            assert!(tags(html).is_empty(), "{html}");
        }
    }
}
