//! Raw HTML: an allow-list, and a wall between what authors write as HTML and what we write.
//!
//! CommonMark hands raw HTML over in pieces, an opening tag here and a closing tag there, with
//! Markdown between them. The pieces of one run of siblings are sanitised together, with an empty
//! element standing for each Markdown sibling; what the siblings became is put in afterwards. So the
//! sanitiser never sees our markup, and unbalanced HTML is closed where its run ends.
//!
//! Kept: text-level elements, lists, tables, figures, `details`, headings from `h3`, pictures and links
//! by web address. Kept on them: `title`, `lang`, `dir`, `id` (with the text's prefix, once per page)
//! and what tables and lists need. Gone with their content: scripts, styles, and elements whose
//! content is not read as HTML (frames, `textarea` …). Of every other element the content stays. Gone
//! from all: `class`, `style`, event handlers, and `data:`, `javascript:` and relative addresses.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use lcms_core::model::markup::Html;

use super::address::{self, Address};
use super::ids::Ids;
use super::{FaultRule, Renderer};

/// Stands for a Markdown sibling. Authors cannot write it.
const SLOT: &str = "lcms-slot";

/// Most tags in one run of siblings: the sanitiser's time grows with the square of their depth.
const MAX_TAGS: usize = 5_000;

const ELEMENTS: &str = "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl \
    dt em figcaption figure h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s \
    samp small span strong sub summary sup table tbody td tfoot th thead time tr u ul var \
    wbr";

const GONE_WITH_CONTENT: &str = "iframe math noembed noframes noscript object plaintext script style svg template \
    textarea xmp";

const ATTRIBUTES: [(&str, &[&str]); 11] = [
    ("a", &["href"]),
    ("img", &["src", "alt", "width", "height"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan", "scope"]),
    ("ol", &["start", "reversed", "type"]),
    ("li", &["value"]),
    ("details", &["open"]),
    ("time", &["datetime"]),
    (SLOT, &["n"]),
];

const ATTRIBUTES_OF_ALL: &str = "title lang dir id";

impl Renderer<'_> {
    /// Writes siblings of which some are raw HTML.
    pub(super) fn with_raw_html<T>(
        &mut self,
        siblings: &[T],
        raw: fn(&T) -> Option<&Html>,
        write: impl Fn(&mut Self, &T),
    ) {
        let mut source = String::new();
        let mut slots = Vec::new();
        let mut at = None;
        for sibling in siblings {
            match raw(sibling) {
                Some(html) if html.source.to_ascii_lowercase().contains(SLOT) => {
                    let message = format!("raw HTML cannot hold `{SLOT}`; remove it");
                    self.fault((html.line, html.column), FaultRule::RawHtml, message);
                }
                Some(html) => {
                    at.get_or_insert((html.line, html.column));
                    source.push_str(&html.source);
                }
                None => {
                    source.push_str(&format!("<{SLOT} n=\"{}\"></{SLOT}>", slots.len()));
                    slots.push(Some(self.capture(|renderer| write(renderer, sibling))));
                }
            }
        }
        if source.bytes().filter(|&b| b == b'<').count() > MAX_TAGS {
            let message = format!("more than {MAX_TAGS} HTML tags in one block; divide it");
            return self.fault(at.unwrap_or((1, 1)), FaultRule::RawHtml, message);
        }
        let clean = sanitise(&source, self.ids.clone());
        self.fill(&clean, &mut slots);
        if let Some(at) = at.filter(|_| slots.iter().any(Option::is_some)) {
            let message = "text between these HTML tags is left out, as it stands in an element that is \
                           not kept or in a tag that is not closed";
            self.notice(at, FaultRule::RawHtml, message);
        }
    }

    /// Writes sanitised HTML with its slots filled.
    fn fill(&mut self, clean: &str, slots: &mut [Option<String>]) {
        let open = format!("<{SLOT} n=\"");
        let close = format!("\"></{SLOT}>");
        let mut rest = clean;
        while let Some((before, after)) = rest.split_once(&open) {
            self.html(before);
            // No attribute's value holds a bare quotation mark, so this is an element of ours.
            let slot = after
                .split_once(&close)
                .and_then(|(n, after)| Some((slots.get_mut(n.parse::<usize>().ok()?)?, after)));
            match slot {
                Some((slot, after)) => {
                    self.html(&slot.take().unwrap_or_default());
                    rest = after;
                }
                None => {
                    self.html(&open);
                    rest = after;
                }
            }
        }
        self.html(rest);
    }
}

fn sanitise(source: &str, ids: Ids) -> String {
    let attributes: HashMap<_, HashSet<_>> = ATTRIBUTES
        .into_iter()
        .map(|(element, names)| (element, names.iter().copied().collect()))
        .collect();
    Builder::default()
        .tags(ELEMENTS.split(' ').chain([SLOT]).collect())
        .clean_content_tags(GONE_WITH_CONTENT.split(' ').collect())
        .tag_attributes(attributes)
        .generic_attributes(ATTRIBUTES_OF_ALL.split(' ').collect())
        .url_relative(UrlRelative::PassThrough)
        .attribute_filter(move |element, name, value| match (element, name) {
            ("a", "href") => match address::judge(value).ok()? {
                Address::Web(href) | Address::Contact(href) => Some(Cow::Owned(href)),
                Address::Fragment(id) => Some(Cow::Owned(format!("#{}", ids.full(&id)))),
            },
            ("img", "src") => match address::judge(value).ok()? {
                Address::Web(source) => Some(Cow::Owned(source)),
                Address::Contact(_) | Address::Fragment(_) => None,
            },
            (_, "id") => {
                let fits = !value.is_empty()
                    && value.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
                (fits && ids.claim(value)).then(|| Cow::Owned(ids.full(value)))
            }
            _ => Some(Cow::Borrowed(value)),
        })
        .clean(source)
        .to_string()
}
