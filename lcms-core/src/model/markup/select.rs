//! One named block of a text, for includes and for replaced blocks.
//!
//! The id of a heading names its section: the heading and what follows it up to the next heading of
//! the same or a higher level. Any other id names the block that carries it; a term's id names the
//! term with what it means.

use super::Markup;
use super::tree::{Block, Directive, List, Part, When};

impl Markup {
    /// The block with that id, as the run of blocks it stands for. Conditions around it stay around
    /// it. `None` when the text has no such block.
    pub(super) fn named(&self, id: &str) -> Option<Vec<Block>> {
        named(&self.blocks, id)
            .or_else(|| self.footnotes.iter().find_map(|note| named(&note.content, id)))
    }
}

fn named(blocks: &[Block], id: &str) -> Option<Vec<Block>> {
    let is = |own: &Option<String>| own.as_deref() == Some(id);
    blocks.iter().enumerate().find_map(|(n, block)| match block {
        Block::Heading { id: own, .. } if is(own) => {
            Some(blocks[n..n + section(&blocks[n..])].to_vec())
        }
        Block::Paragraph { id: own, .. } | Block::Directive(Directive { id: own, .. })
            if is(own) =>
        {
            Some(vec![block.clone()])
        }
        Block::Descriptions(all) => all
            .iter()
            .find(|description| is(&description.id))
            .map(|description| vec![Block::Descriptions(vec![description.clone()])])
            .or_else(|| all.iter().flat_map(|one| &one.details).find_map(|d| named(d, id))),
        Block::Quote(content)
        | Block::Directive(Directive { content, .. })
        | Block::Part(Part { content, .. }) => named(content, id),
        Block::List(List { items, .. }) => items.iter().find_map(|item| named(&item.content, id)),
        Block::When(when) => named(&when.content, id)
            .map(|content| vec![Block::When(When { content, ..when.clone() })]),
        _ => None,
    })
}

/// How many of these blocks belong to the section that the first of them, a heading, begins.
pub(super) fn section(blocks: &[Block]) -> usize {
    let Some(Block::Heading { level, .. }) = blocks.first() else { return 1.min(blocks.len()) };
    let ends = |block: &Block| matches!(block, Block::Heading { level: next, .. } if next <= level);
    blocks.iter().skip(1).position(ends).map_or(blocks.len(), |n| n + 1)
}

/// Level of the highest heading in `blocks`, 1 being the highest.
pub(super) fn highest_heading(blocks: &[Block]) -> Option<u8> {
    let of = |block: &Block| match block {
        Block::Heading { level, .. } => Some(*level),
        Block::Quote(content)
        | Block::Directive(Directive { content, .. })
        | Block::When(When { content, .. })
        | Block::Part(Part { content, .. }) => highest_heading(content),
        Block::List(list) => list.items.iter().filter_map(|i| highest_heading(&i.content)).min(),
        Block::Descriptions(all) => {
            all.iter().flat_map(|one| &one.details).filter_map(|d| highest_heading(d)).min()
        }
        _ => None,
    };
    blocks.iter().filter_map(of).min()
}
