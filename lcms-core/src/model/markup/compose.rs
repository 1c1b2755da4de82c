//! Composition: what a text says to one audience.
//!
//! Everything that depends on a profile is decided in one walk: conditions keep or drop their
//! content, variables become text, includes become the blocks of the text they name, and named
//! blocks give way to their replacements. What [`Compose`] answers decides; this module knows only
//! the language:
//!
//! - The id of a heading names its section, so an include of it brings the section, and a
//!   replacement replaces it.
//! - Headings of an included text keep their distance from each other; the highest stands one level
//!   below the heading it is included under, or at the level of the text's own highest.
//! - Block ids and footnotes of an included text get names of their own where they would clash, and
//!   its links to its own blocks follow.
//! - What loses all its content (an item, a list, a callout, a quotation) goes with it.
//! - Text for those who teach is left out.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::read::MAX_DEPTH;
use super::select::{highest_heading, section};
use super::tree::{
    Block, Description, Directive, DirectiveKind, Footnote, Inline, Link, List, ListItem, Part,
    Reference, Table, Variable, When,
};
use super::{Markup, fill_plain, plain};

/// Answers what composition asks. Texts are numbered: 0 is the text that is composed, every other
/// number comes with a [`Piece`].
pub trait Compose {
    /// Whether content under these conditions is kept.
    fn keeps(&mut self, when: &When) -> bool;

    /// The value of a variable; `None` when it has none, which is the implementer's to report.
    fn value(&mut self, variable: &Variable) -> Option<String>;

    /// The text that an include names; `None` when it cannot be had, which is the implementer's to
    /// report.
    fn include(&mut self, reference: &Reference) -> Option<Piece>;

    /// The text that replaces a block of the text being composed; `None` to leave it.
    fn replacement(&mut self, _id: &str) -> Option<Piece> {
        None
    }

    /// The last piece given has been composed; what follows belongs to the text around it.
    fn leave(&mut self);

    /// Content was left out because it is nested more than [`MAX_DEPTH`] levels deep.
    fn too_deep(&mut self);
}

/// A text that stands inside another.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The text's number.
    pub source: usize,
    /// The text.
    pub markup: Arc<Markup>,
    /// One block of it, by id; all of it when left out.
    pub block: Option<String>,
}

/// A text in which nothing depends on a profile any more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Composed {
    blocks: Vec<Block>,
    footnotes: Vec<Footnote>,
    block_ids: Vec<String>,
    references: Vec<(usize, Reference)>,
}

impl Composed {
    /// The blocks; those of other texts stand in [`Block::Part`].
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The footnotes that the text marks.
    #[must_use]
    pub fn footnotes(&self) -> &[Footnote] {
        &self.footnotes
    }

    /// The ids of all named blocks, each once.
    #[must_use]
    pub fn block_ids(&self) -> &[String] {
        &self.block_ids
    }

    /// Every embed and link that is left, with the number of the text it is written in.
    #[must_use]
    pub fn references(&self) -> &[(usize, Reference)] {
        &self.references
    }

    /// Level of the highest heading, 1 being the highest.
    #[must_use]
    pub fn highest_heading(&self) -> Option<u8> {
        highest_heading(&self.blocks)
    }

    /// Whether nothing is left to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The words, as [`Markup::plain_text`] gives them.
    #[must_use]
    pub fn plain_text(&self) -> String {
        let mut out = String::new();
        plain::blocks(&self.blocks, &mut out);
        for footnote in &self.footnotes {
            plain::blocks(&footnote.content, &mut out);
        }
        out
    }
}

/// A text as it is written: conditions, variables and includes still stand in it.
impl From<Markup> for Composed {
    fn from(markup: Markup) -> Self {
        Self {
            block_ids: markup.block_ids.into_iter().map(|block| block.id).collect(),
            references: markup.references.into_iter().map(|reference| (0, reference)).collect(),
            blocks: markup.blocks,
            footnotes: markup.footnotes,
        }
    }
}

impl Markup {
    /// Composes the text.
    pub fn compose(&self, with: &mut dyn Compose) -> Composed {
        let mut composer = Composer {
            with,
            composed: Composed::default(),
            taken: self.block_ids.iter().map(|block| block.id.clone()).collect(),
            pieces: 0,
            scope: Scope { top: highest_heading(&self.blocks), ..Scope::default() },
            depth: 0,
        };
        let blocks = composer.blocks(&self.blocks);
        composer.footnotes(self);
        Composed { blocks, ..composer.composed }
    }
}

/// Level at which the headings of a page begin.
const USUAL_TOP: u8 = 2;

/// What holds for the text that is being composed.
#[derive(Default)]
struct Scope {
    source: usize,
    /// What is added to a heading's level.
    shift: i8,
    /// Level of the heading above, as shown.
    above: Option<u8>,
    /// Level of the text's highest heading, as shown.
    top: Option<u8>,
    /// New names of block ids; the outermost text keeps its own.
    ids: HashMap<String, String>,
    /// Begins the names of footnotes; no footnote's name can hold it.
    notes: String,
    /// Footnotes that were marked, by name in lower case.
    marked: HashSet<String>,
}

struct Composer<'c> {
    with: &'c mut dyn Compose,
    composed: Composed,
    taken: HashSet<String>,
    pieces: usize,
    scope: Scope,
    depth: usize,
}

impl Composer<'_> {
    fn blocks(&mut self, blocks: &[Block]) -> Vec<Block> {
        if self.depth > MAX_DEPTH {
            self.with.too_deep();
            return Vec::new();
        }
        self.depth += 1;
        let mut out = Vec::with_capacity(blocks.len());
        let mut rest = blocks;
        while let [block, ..] = rest {
            match self.replaced(block) {
                Some(replacement) => {
                    out.extend(replacement);
                    rest = &rest[section(rest)..];
                }
                None => {
                    self.block(block, &mut out);
                    rest = &rest[1..];
                }
            }
        }
        self.depth -= 1;
        out
    }

    /// What stands for a block that is replaced: nothing, if its replacement is empty.
    fn replaced(&mut self, block: &Block) -> Option<Option<Block>> {
        let (id, level) = match block {
            Block::Heading { id, level, .. } => (id.as_deref()?, Some(*level)),
            Block::Paragraph { id, .. } | Block::Directive(Directive { id, .. }) => {
                (id.as_deref()?, None)
            }
            _ => return None,
        };
        let piece = self.with.replacement(id)?;
        Some(self.replacement(id, piece, level))
    }

    /// A replacement that keeps the name of what it replaces, so that links to it still lead there.
    fn replacement(&mut self, id: &str, piece: Piece, level: Option<u8>) -> Option<Block> {
        self.taken.remove(id);
        let mut part = self.piece(piece, level)?;
        if self.taken.insert(id.to_owned()) {
            let first = part.content.first_mut();
            if let Some(
                Block::Paragraph { id: own @ None, .. }
                | Block::Heading { id: own @ None, .. }
                | Block::Directive(Directive { id: own @ None, .. }),
            ) = first
            {
                *own = Some(id.to_owned());
                self.composed.block_ids.push(id.to_owned());
            }
        }
        Some(Block::Part(part))
    }

    fn block(&mut self, block: &Block, out: &mut Vec<Block>) {
        let kept = match block {
            Block::When(when) => {
                if self.with.keeps(when) {
                    out.extend(self.blocks(&when.content));
                }
                return;
            }
            Block::Paragraph { content, id } => {
                let shown = self.inlines(content);
                let emptied = shown.is_empty() && !content.is_empty();
                (!emptied).then(|| Block::Paragraph { content: shown, id: self.id(id.as_ref()) })
            }
            Block::Heading { level, content, id } => {
                let level = level.saturating_add_signed(self.scope.shift).clamp(1, 6);
                self.scope.above = Some(level);
                let content = self.inlines(content);
                Some(Block::Heading { level, content, id: self.id(id.as_ref()) })
            }
            Block::Quote(content) => self.inside(content).map(Block::Quote),
            Block::List(list) => self.list(list).map(Block::List),
            Block::Descriptions(all) => {
                let kept: Vec<_> = all.iter().filter_map(|one| self.description(one)).collect();
                (!kept.is_empty()).then_some(Block::Descriptions(kept))
            }
            Block::Table(table) => {
                let mut row = |row: &Vec<Vec<Inline>>| -> Vec<_> {
                    row.iter().map(|cell| self.inlines(cell)).collect()
                };
                let header = row(&table.header);
                let rows = table.rows.iter().map(row).collect();
                Some(Block::Table(Table { alignments: table.alignments.clone(), header, rows }))
            }
            Block::Directive(Directive { kind: DirectiveKind::Instructor, .. }) => None,
            Block::Directive(directive) => self.directive(directive).map(Block::Directive),
            Block::Include(reference) => {
                let piece = self.with.include(reference);
                piece.and_then(|piece| self.piece(piece, None)).map(Block::Part)
            }
            Block::Code { .. } | Block::Math(_) | Block::Rule | Block::Html(_) | Block::Part(_) => {
                Some(block.clone())
            }
        };
        out.extend(kept);
    }

    /// The content of a container; `None` if nothing of it is left.
    fn inside(&mut self, content: &[Block]) -> Option<Vec<Block>> {
        // A heading inside a container says nothing about what follows the container.
        let above = self.scope.above;
        let kept = self.blocks(content);
        self.scope.above = above;
        (!kept.is_empty() || content.is_empty()).then_some(kept)
    }

    fn list(&mut self, list: &List) -> Option<List> {
        let items: Vec<_> = list
            .items
            .iter()
            .filter_map(|item| {
                let content = self.inside(&item.content)?;
                Some(ListItem { done: item.done, content })
            })
            .collect();
        (!items.is_empty()).then_some(List { start: list.start, tight: list.tight, items })
    }

    fn description(&mut self, description: &Description) -> Option<Description> {
        let Description { term, id, details } = description;
        let piece = id.as_deref().and_then(|id| self.with.replacement(id));
        let details = match piece {
            Some(piece) => {
                vec![self.piece(piece, None).map(Block::Part).into_iter().collect()]
            }
            None => {
                let kept: Vec<_> = details.iter().filter_map(|one| self.inside(one)).collect();
                if kept.is_empty() && !details.is_empty() {
                    return None;
                }
                kept
            }
        };
        Some(Description { term: self.inlines(term), id: self.id(id.as_ref()), details })
    }

    fn directive(&mut self, directive: &Directive) -> Option<Directive> {
        let title = self.inlines(&directive.title);
        let id = self.id(directive.id.as_ref());
        let content = self.inside(&directive.content)?;
        Some(Directive { kind: directive.kind, title, id, content, ..*directive })
    }

    fn inlines(&mut self, inlines: &[Inline]) -> Vec<Inline> {
        inlines.iter().filter_map(|inline| self.inline(inline)).collect()
    }

    fn inline(&mut self, inline: &Inline) -> Option<Inline> {
        Some(match inline {
            Inline::Variable(variable) => {
                let value = self.with.value(variable).filter(|value| !value.is_empty())?;
                Inline::Text(value)
            }
            Inline::Emphasis(content) => Inline::Emphasis(self.inlines(content)),
            Inline::Strong(content) => Inline::Strong(self.inlines(content)),
            Inline::Strikethrough(content) => Inline::Strikethrough(self.inlines(content)),
            Inline::Link(link) => Inline::Link(self.link(link)),
            Inline::Reference(reference) => {
                let reference = self.reference(reference);
                self.composed.references.push((self.scope.source, reference.clone()));
                Inline::Reference(reference)
            }
            Inline::FootnoteMark(name) => {
                self.scope.marked.insert(name.to_lowercase());
                Inline::FootnoteMark(format!("{}{name}", self.scope.notes))
            }
            Inline::Text(_)
            | Inline::Code(_)
            | Inline::Math(_)
            | Inline::Image(_)
            | Inline::Html(_)
            | Inline::SoftBreak
            | Inline::HardBreak => inline.clone(),
        })
    }

    fn link(&mut self, link: &Link) -> Link {
        let content = self.inlines(&link.content);
        let own = link.address.strip_prefix('#').and_then(|id| self.scope.ids.get(id));
        let address = own.map_or_else(|| link.address.clone(), |id| format!("#{id}"));
        Link { address, title: link.title.clone(), content, ..*link }
    }

    /// A reference with the variables in its text filled in.
    fn reference(&mut self, reference: &Reference) -> Reference {
        let Reference { line, column, .. } = *reference;
        let mut filled = reference.clone();
        if let Some(text) = &mut filled.text {
            let value =
                |name: &str, _| self.with.value(&Variable { name: name.to_owned(), line, column });
            *text = fill_plain(text, value).into_owned();
        }
        filled
    }

    /// The blocks of another text. Its highest heading stands at `level`, as shown.
    fn piece(&mut self, piece: Piece, level: Option<u8>) -> Option<Part> {
        let Piece { source, markup, block } = piece;
        let named = block.map(|id| markup.named(&id).unwrap_or_default());
        let blocks = named.as_deref().unwrap_or(&markup.blocks);
        let level = level
            .or(self.scope.above.map(|above| above + 1))
            .or(self.scope.top)
            .unwrap_or(USUAL_TOP);
        let own = highest_heading(blocks).unwrap_or(level);
        self.pieces += 1;
        let inner = Scope {
            source,
            shift: level.cast_signed() - own.cast_signed(),
            above: None,
            top: Some(level),
            ids: markup
                .block_ids
                .iter()
                .map(|block| (block.id.clone(), unique(&mut self.taken, &block.id)))
                .collect(),
            notes: format!("{}]", self.pieces),
            marked: HashSet::new(),
        };
        let outer = std::mem::replace(&mut self.scope, inner);
        let content = self.blocks(blocks);
        self.footnotes(&markup);
        self.scope = outer;
        self.with.leave();
        (!content.is_empty()).then_some(Part { source, content })
    }

    /// Composes the footnotes of a text that are marked, also by one another.
    fn footnotes(&mut self, markup: &Markup) {
        let mut done = HashSet::new();
        let next = |composer: &Self, done: &HashSet<usize>| {
            let marked =
                |note: &Footnote| composer.scope.marked.contains(&note.name.to_lowercase());
            let mut notes = markup.footnotes.iter().enumerate();
            notes.find(|(n, note)| !done.contains(n) && marked(note))
        };
        while let Some((n, note)) = next(self, &done) {
            done.insert(n);
            let content = self.blocks(&note.content);
            let Scope { source, notes, .. } = &self.scope;
            let name = format!("{notes}{}", note.name);
            let content = match source {
                0 => content,
                _ => vec![Block::Part(Part { source: *source, content })],
            };
            self.composed.footnotes.push(Footnote { name, content });
        }
    }

    /// The name under which a block is shown.
    fn id(&mut self, id: Option<&String>) -> Option<String> {
        let id = id?;
        let shown = self.scope.ids.get(id).unwrap_or(id).clone();
        self.composed.block_ids.push(shown.clone());
        Some(shown)
    }
}

/// Takes the first free name of `id`, `id-2`, `id-3` …
fn unique(taken: &mut HashSet<String>, id: &str) -> String {
    let mut name = id.to_owned();
    let mut number = 1;
    while !taken.insert(name.clone()) {
        number += 1;
        name = format!("{id}-{number}");
    }
    name
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;
