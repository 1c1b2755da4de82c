//! Authored text as HTML for learners.
//!
//! What other components give (pictures, links, their titles) comes from a [`Resolver`], so that the
//! same renderer serves packages and previews. The output depends on the text and the resolver's
//! answers alone.
//!
//! - Headings begin at `h3`: the page's title is `h2`. Levels keep their distance from the highest one
//!   in the text.
//! - Everything an author writes is escaped. Raw HTML goes through an allow-list (`raw`), on its own:
//!   it cannot change, close or swallow the markup around it.
//! - Every id begins with [`Resolver::id_prefix`], as several texts share one HTML document.
//! - Instructor notes are left out.
//! - What cannot be published at all is a fault; what can be published with a loss (a dead link, a
//!   formula that cannot be set) is published, and the loss is a notice. Both name line and column.

mod address;
mod blocks;
mod directives;
mod highlight;
mod ids;
mod inlines;
mod label;
mod math;
mod raw;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

use lcms_core::model::markup::{Block, Composed, Footnote, Reference};

use super::escape;
use ids::Ids;
pub use label::Label;

/// Answers for what a text refers to.
pub trait Resolver {
    /// Begins every id in the output, as in `page1-`. Unique among the texts of one HTML document;
    /// letters, digits, `.`, `_` and `-`, beginning with a letter.
    fn id_prefix(&self) -> &str;

    /// What follows comes from this one of the texts that the text was composed of; 0 is the text
    /// itself.
    fn enter(&mut self, _source: usize) {}

    /// The HTML that shows the component of `![[…]]`. It is used as it is.
    ///
    /// # Errors
    /// Why it cannot be shown, for people.
    fn embed(&mut self, reference: &Reference, place: Place) -> Result<String, String>;

    /// Where `[[…]]` leads.
    ///
    /// # Errors
    /// Why it cannot be linked to, for people.
    fn link(&mut self, reference: &Reference) -> Result<LinkHtml, String>;

    /// The HTML that stands for `[blank ID]` in a question's prompt. It is used as it is; without it
    /// the mark stays text.
    fn blank(&mut self, _id: &str) -> Option<String> {
        None
    }

    /// A word of the page's language that the author did not write.
    fn label(&self, label: Label) -> &str {
        label.in_language("")
    }
}

/// Where an embedded component stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On its own, where a figure can stand.
    Block,
    /// In a line of text, where only phrasing content can stand.
    Inline,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkHtml {
    /// The address, not yet escaped; `None` when there is nothing to lead to from here, so that only
    /// the text shows.
    pub href: Option<String>,
    /// The target's title, not yet escaped: the text of a link that has none.
    pub title: String,
    /// What the target means, not yet escaped, where it is a term: shown without leaving the page.
    pub definition: Option<String>,
}

/// A rendered text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html {
    /// Well-formed HTML.
    pub body: String,
    /// What was lost, in the order of the text.
    pub notices: Vec<RenderFault>,
}

/// Something in a text that cannot be published as written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("line {line}, column {column}: {message} ({rule})")]
pub struct RenderFault {
    /// Which of the texts that the text was composed of; 0 is the text itself.
    pub part: usize,
    /// Line, 1-based.
    pub line: usize,
    /// Column in that line, 1-based, in characters.
    pub column: usize,
    /// What kind of fault.
    pub rule: FaultRule,
    /// What is wrong and what to do, for people.
    pub message: String,
}

/// The kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultRule {
    /// The resolver refused a reference.
    Reference,
    /// `:::include`, which must be replaced before rendering.
    Include,
    /// `:::when`, which must be decided before rendering.
    Condition,
    /// `{{…}}`, which must be replaced before rendering.
    Variable,
    /// An address that leads nowhere from inside a package, or that is not safe.
    Address,
    /// Raw HTML that cannot be kept.
    RawHtml,
    /// A formula that cannot be set.
    Formula,
    /// A block where only a line of text fits.
    Block,
}

impl FaultRule {
    /// The rule's stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Include => "include",
            Self::Condition => "condition",
            Self::Variable => "variable",
            Self::Address => "address",
            Self::RawHtml => "raw_html",
            Self::Formula => "formula",
            Self::Block => "block",
        }
    }
}

impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Renders a text as blocks.
///
/// # Errors
/// Every fault, in the order of the text.
pub fn render(text: &Composed, resolver: &mut dyn Resolver) -> Result<Html, Vec<RenderFault>> {
    let mut renderer = Renderer::new(text, resolver);
    renderer.blocks(text.blocks(), Spacing::Loose);
    renderer.endnotes();
    renderer.finish()
}

/// Renders a text that stands in a line, such as a choice of a question: one paragraph, without its
/// `<p>`. Nothing but phrasing content comes out, unless a resolver gives more.
///
/// # Errors
/// Every fault, in the order of the text; blocks other than one paragraph are one.
pub fn render_line(text: &Composed, resolver: &mut dyn Resolver) -> Result<Html, Vec<RenderFault>> {
    let mut renderer = Renderer::new(text, resolver);
    match text.blocks() {
        [] => {}
        [Block::Paragraph { content, .. }] if text.footnotes().is_empty() => {
            renderer.inlines(content);
        }
        _ => {
            let message = "only one paragraph of text fits here: no headings, lists, code blocks, \
                           directives or footnotes";
            renderer.fault((1, 1), FaultRule::Block, message);
        }
    }
    renderer.finish()
}

/// How the paragraphs of a run of blocks are set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spacing {
    /// In `<p>`.
    Loose,
    /// As bare text, in the items of a tight list.
    Tight,
}

/// A place in the source: line and column, 1-based.
type At = (usize, usize);

struct Renderer<'r> {
    resolver: &'r mut dyn Resolver,
    /// The text that is being rendered, of those the whole was composed of.
    source: usize,
    out: String,
    ids: Ids,
    /// What is added to a heading's level.
    shift: i8,
    /// Level of the heading above.
    level: u8,
    /// By name in lower case, as marks find them.
    footnotes: HashMap<String, Note<'r>>,
    /// Footnotes in the order of their first marks.
    marked: Vec<Mark<'r>>,
    /// Links inside the page, checked when all ids are known.
    fragments: Vec<(String, usize, At)>,
    faults: Vec<RenderFault>,
    notices: Vec<RenderFault>,
}

/// A footnote.
struct Note<'r> {
    content: &'r [Block],
    /// Its number, once a mark was met.
    number: Option<usize>,
}

/// A footnote that is marked, and the ids of its first mark and of itself.
struct Mark<'r> {
    content: &'r [Block],
    mark_id: String,
    note_id: String,
}

/// The level of a page's own title.
const PAGE_LEVEL: u8 = 2;

impl<'r> Renderer<'r> {
    fn new(text: &'r Composed, resolver: &'r mut dyn Resolver) -> Self {
        let ids = Ids::new(resolver.id_prefix());
        for id in text.block_ids() {
            ids.claim(id);
        }
        let highest = text.highest_heading().unwrap_or(1);
        Self {
            resolver,
            source: 0,
            out: String::new(),
            ids,
            shift: PAGE_LEVEL.cast_signed() + 1 - highest.cast_signed(),
            level: PAGE_LEVEL,
            footnotes: text
                .footnotes()
                .iter()
                .map(|Footnote { name, content }| {
                    (name.to_lowercase(), Note { content, number: None })
                })
                .collect(),
            marked: Vec::new(),
            fragments: Vec::new(),
            faults: Vec::new(),
            notices: Vec::new(),
        }
    }

    fn finish(mut self) -> Result<Html, Vec<RenderFault>> {
        for (id, source, at) in std::mem::take(&mut self.fragments) {
            if !self.ids.is_taken(&id) {
                self.source = source;
                self.notice(
                    at,
                    FaultRule::Address,
                    format!("nothing on this page has the id `{id}`"),
                );
            }
        }
        self.faults.sort();
        self.notices.sort();
        if self.faults.is_empty() {
            Ok(Html { body: self.out, notices: self.notices })
        } else {
            Err(self.faults)
        }
    }

    fn fault(&mut self, (line, column): At, rule: FaultRule, message: impl Into<String>) {
        self.faults.push(RenderFault {
            part: self.source,
            line,
            column,
            rule,
            message: message.into(),
        });
    }

    fn notice(&mut self, (line, column): At, rule: FaultRule, message: impl Into<String>) {
        self.notices.push(RenderFault {
            part: self.source,
            line,
            column,
            rule,
            message: message.into(),
        });
    }

    /// What `write` writes, apart from the rest.
    fn capture(&mut self, write: impl FnOnce(&mut Self)) -> String {
        let outer = std::mem::take(&mut self.out);
        write(self);
        std::mem::replace(&mut self.out, outer)
    }

    /// Writes markup of our own.
    fn html(&mut self, html: &str) {
        self.out.push_str(html);
    }

    /// Writes text.
    fn text(&mut self, text: &str) {
        self.out.push_str(&escape::text(text));
    }

    /// Writes an attribute; `name` is ours.
    fn attribute(&mut self, name: &str, value: &str) {
        write_attribute(name, value, &mut self.out);
    }

    /// Writes the `id` attribute of a named block.
    fn block_id(&mut self, id: Option<&str>) {
        if let Some(id) = id {
            let id = self.ids.full(id);
            self.attribute("id", &id);
        }
    }

    /// Writes a label as text.
    fn label(&mut self, label: Label) {
        self.out.push_str(&escape::text(self.resolver.label(label)));
    }

    /// Writes a label as an attribute.
    fn label_attribute(&mut self, name: &str, label: Label) {
        write_attribute(name, self.resolver.label(label), &mut self.out);
    }
}

fn write_attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    out.push_str(&escape::value(value));
    out.push('"');
}
