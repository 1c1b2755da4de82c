//! What an authored text says, as plain owned data: blocks, and inlines inside them.

use std::ops::Range;

use crate::model::reference::Target;
use crate::model::slot::Conditions;

/// A block: what stands on lines of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A paragraph.
    Paragraph {
        /// Its text.
        content: Vec<Inline>,
        /// Its block id, from a `{#id}` at its end.
        id: Option<String>,
    },
    /// A heading.
    Heading {
        /// 1 to 6, as written.
        level: u8,
        /// Its text.
        content: Vec<Inline>,
        /// Its block id, from a `{#id}` at its end.
        id: Option<String>,
    },
    /// A quotation.
    Quote(Vec<Block>),
    /// A list.
    List(List),
    /// Terms, each with one or more descriptions.
    Descriptions(Vec<Description>),
    /// A code block, whether fenced or indented.
    Code {
        /// First word after the opening fence.
        language: Option<String>,
        /// The code, exactly as written.
        text: String,
    },
    /// A formula on its own.
    Math(Math),
    /// A table.
    Table(Table),
    /// A thematic break.
    Rule,
    /// Raw HTML, not yet sanitised. Nothing in it is read as markup.
    Html(Html),
    /// A container directive.
    Directive(Directive),
    /// `:::when`: content kept only if the conditions match.
    When(When),
    /// `:::include`: content of another component, or one block of it.
    Include(Reference),
    /// Blocks of another text; only in a [`Composed`](super::Composed) text.
    Part(Part),
}

/// An inline: a run of text inside a block.
#[derive(Clone, Debug, PartialEq)]
pub enum Inline {
    /// Text, with escapes and entities already read.
    Text(String),
    /// A code span.
    Code(String),
    /// A formula.
    Math(Math),
    /// Emphasis.
    Emphasis(Vec<Inline>),
    /// Strong emphasis.
    Strong(Vec<Inline>),
    /// Struck-out text.
    Strikethrough(Vec<Inline>),
    /// A link by address; see [`Inline::Reference`] for links to components.
    Link(Link),
    /// A picture by address; see [`Inline::Reference`] for assets.
    Image(Image),
    /// One raw HTML tag or comment, not yet sanitised.
    Html(Html),
    /// A line break in the source that means a space.
    SoftBreak,
    /// A line break that is kept.
    HardBreak,
    /// A mark that points to the footnote of this name; see [`Markup::footnotes`](super::Markup::footnotes).
    FootnoteMark(String),
    /// `[[…]]` or `![[…]]`.
    Reference(Reference),
    /// `{{name}}`.
    Variable(Variable),
}

/// A bulleted or numbered list.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// The first number of a numbered list.
    pub start: Option<usize>,
    /// Whether items are set close together, so that their paragraphs are bare text.
    pub tight: bool,
    /// The items.
    pub items: Vec<ListItem>,
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListItem {
    /// For a task (`[ ]`, `[x]`): whether it is done.
    pub done: Option<bool>,
    /// The item's content.
    pub content: Vec<Block>,
}

/// A term and what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// The term.
    pub term: Vec<Inline>,
    /// Its block id, from a `{#id}` at its end.
    pub id: Option<String>,
    /// Its descriptions.
    pub details: Vec<Vec<Block>>,
}

/// A table. Every row has as many cells as there are alignments.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// One per column.
    pub alignments: Vec<Alignment>,
    /// Cells of the heading row.
    pub header: Vec<Vec<Inline>>,
    /// Cells of the rows below.
    pub rows: Vec<Vec<Vec<Inline>>>,
}

/// How a column's cells are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alignment {
    /// As the theme says.
    #[default]
    Natural,
    /// To the left.
    Left,
    /// Centred.
    Centre,
    /// To the right.
    Right,
}

/// A formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Math {
    /// LaTeX, without its dollars.
    pub latex: String,
    /// Whether it is set on a line of its own (`$$`).
    pub display: bool,
    /// Line, 1-based.
    pub line: usize,
    /// Column, 1-based, in characters.
    pub column: usize,
}

/// Raw HTML and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Html {
    /// The HTML as written.
    pub source: String,
    /// Line, 1-based.
    pub line: usize,
    /// Column, 1-based, in characters.
    pub column: usize,
}

/// A link by address.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The address as written; may be anything.
    pub address: String,
    /// Its title, empty when there is none.
    pub title: String,
    /// The text of the link.
    pub content: Vec<Inline>,
    /// Line, 1-based.
    pub line: usize,
    /// Column, 1-based, in characters.
    pub column: usize,
}

/// A picture by address.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// The address as written; may be anything.
    pub address: String,
    /// Its title, empty when there is none.
    pub title: String,
    /// The alternative text.
    pub alternative: String,
    /// Line, 1-based.
    pub line: usize,
    /// Column, 1-based, in characters.
    pub column: usize,
}

/// A footnote's text.
#[derive(Clone, Debug, PartialEq)]
pub struct Footnote {
    /// The name that marks use.
    pub name: String,
    /// Its text.
    pub content: Vec<Block>,
}

/// A container directive: `:::note Title {#id}` … `:::`.
#[derive(Clone, Debug, PartialEq)]
pub struct Directive {
    /// Which one.
    pub kind: DirectiveKind,
    /// Its title, empty when there is none.
    pub title: Vec<Inline>,
    /// Its block id.
    pub id: Option<String>,
    /// What it holds.
    pub content: Vec<Block>,
    /// Line of the opening fence, 1-based.
    pub line: usize,
    /// Column of the opening fence, 1-based, in characters.
    pub column: usize,
}

/// The container directives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DirectiveKind {
    /// A remark beside the text.
    Note,
    /// Advice.
    Tip,
    /// Something that can go wrong.
    Warning,
    /// An example.
    Example,
    /// Something for the learner to try.
    Challenge,
    /// The answer to a challenge, closed until asked for.
    Solution,
    /// Text for those who teach; learners do not see it.
    Instructor,
    /// One numbered list, shown as a procedure.
    Steps,
    /// Alternatives of which the learner needs one; holds only [`DirectiveKind::Tab`].
    Tabs,
    /// One alternative; always has a title.
    Tab,
    /// Text closed until asked for.
    Details,
}

impl DirectiveKind {
    /// Every directive, in the order in which messages list them.
    pub const ALL: [Self; 11] = [
        Self::Note,
        Self::Tip,
        Self::Warning,
        Self::Example,
        Self::Challenge,
        Self::Solution,
        Self::Instructor,
        Self::Steps,
        Self::Tabs,
        Self::Tab,
        Self::Details,
    ];

    /// The name, as written after `:::`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Tip => "tip",
            Self::Warning => "warning",
            Self::Example => "example",
            Self::Challenge => "challenge",
            Self::Solution => "solution",
            Self::Instructor => "instructor",
            Self::Steps => "steps",
            Self::Tabs => "tabs",
            Self::Tab => "tab",
            Self::Details => "details",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// `:::when name=value,value …`: content kept only if every name has one of its values.
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    /// What must match.
    pub conditions: Conditions,
    /// What it holds.
    pub content: Vec<Block>,
    /// Line of the opening fence, 1-based.
    pub line: usize,
    /// Column of the opening fence, 1-based, in characters.
    pub column: usize,
}

/// Blocks that composition took from another text.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Which text: the number that [`Compose`](super::Compose) gave it.
    pub source: usize,
    /// The blocks.
    pub content: Vec<Block>,
}

/// How a text uses the component it refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReferenceRole {
    /// `![[…]]`: shown in place.
    Embed,
    /// `:::include …`: its text becomes part of this text.
    Include,
    /// `[[…]]`: linked to; not a slot.
    Link,
}

/// One use of another component in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// How it is used.
    pub role: ReferenceRole,
    /// The component: a key as authored, an id as stored.
    pub target: Target,
    /// One block of it, by block id.
    pub block: Option<String>,
    /// Text shown instead of the target's title, or the alternative text of an embed.
    pub text: Option<String>,
    /// Line, 1-based.
    pub line: usize,
    /// Column, 1-based, in characters.
    pub column: usize,
    /// Position among all references of the text, from 0.
    pub ordinal: usize,
    /// Where the target stands in the source, in bytes.
    pub(super) span: Range<usize>,
}

/// One use of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Dotted name, such as `product.name`.
    pub name: String,
    /// Line, 1-based.
    pub line: usize,
    /// Column, 1-based, in characters.
    pub column: usize,
}

/// One `:::when` of a text, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionUse {
    /// What must match.
    pub conditions: Conditions,
    /// Line, 1-based.
    pub line: usize,
    /// Column, 1-based, in characters.
    pub column: usize,
}

/// A heading of a text, for outlines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6, as written.
    pub level: u8,
    /// Its text without markup.
    pub text: String,
    /// Its block id.
    pub id: Option<String>,
    /// Line, 1-based.
    pub line: usize,
    /// Column, 1-based, in characters.
    pub column: usize,
}

/// A named block of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockId {
    /// The id, unique in the text.
    pub id: String,
    /// Line, 1-based.
    pub line: usize,
    /// Column, 1-based, in characters.
    pub column: usize,
}
