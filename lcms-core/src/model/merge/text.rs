//! Merge of long texts: by block, and by line inside blocks that both sides changed.

use std::ops::Range;

use super::engine::Sides;
use super::three_way::{Piece, three_way};
use crate::model::diff::blocks::{Block, Blocks};

/// Lines in conflict on the three sides, without the break after the last.
pub(super) type Lines = Sides<String>;

/// Decides what stands for lines in conflict; told which lines of the base they are (see
/// [`lines`]).
pub(super) type Settle<'s> = dyn FnMut(String, Lines) -> String + 's;

/// A range of lines or entries as people count: `3-5`; `3+` for the place after the third.
pub(super) fn lines(range: &Range<usize>) -> String {
    if range.is_empty() {
        format!("{}+", range.start)
    } else {
        format!("{}-{}", range.start + 1, range.end)
    }
}

/// Merges three texts. Blank lines between blocks are merged where they can be and never in
/// conflict: where both sides changed how many there are, the more stay.
pub(super) fn merge(sides: Sides<&str>, settle: &mut Settle<'_>) -> String {
    let cut = sides.map(Blocks::of);
    let texts =
        Sides { base: cut.base.texts(), ours: cut.ours.texts(), theirs: cut.theirs.texts() };
    let lead = blank(Sides {
        base: gap(&cut.base.blocks),
        ours: gap(&cut.ours.blocks),
        theirs: gap(&cut.theirs.blocks),
    });
    let mut out = Out { text: lead.to_owned(), started: false };
    for piece in three_way(&texts.base, &texts.ours, &texts.theirs, |_| true) {
        match piece {
            Piece::Same(same) => {
                for n in 0..same.ours.len() {
                    let ours = &cut.ours.blocks[same.ours.start + n];
                    let gap = blank(Sides {
                        base: cut.base.blocks[same.base.start + n].gap,
                        ours: ours.gap,
                        theirs: cut.theirs.blocks[same.theirs.start + n].gap,
                    });
                    out.push(gap, ours.text);
                }
            }
            Piece::Ours(range) => out.extend(&cut.ours.blocks[range]),
            Piece::Theirs(range) => out.extend(&cut.theirs.blocks[range]),
            Piece::Clash(clash) => {
                let gap = blank(Sides {
                    base: gap(&cut.base.blocks[clash.base.clone()]),
                    ours: gap(&cut.ours.blocks[clash.ours.clone()]),
                    theirs: gap(&cut.theirs.blocks[clash.theirs.clone()]),
                });
                let first =
                    cut.base.blocks.get(clash.base.start).map_or(cut.base.lines, |b| b.line);
                let within = Sides {
                    base: lines_of(&cut.base.blocks[clash.base]),
                    ours: lines_of(&cut.ours.blocks[clash.ours]),
                    theirs: lines_of(&cut.theirs.blocks[clash.theirs]),
                };
                // What is settled with nothing may leave blank lines at the edges.
                let merged = merge_lines(first, &within, settle);
                let merged = trim_blank_lines(&merged);
                if !merged.trim().is_empty() {
                    out.push(gap, merged);
                }
            }
        }
    }
    out.text.push_str(blank(Sides {
        base: cut.base.tail,
        ours: cut.ours.tail,
        theirs: cut.theirs.tail,
    }));
    out.text
}

fn gap<'t>(blocks: &[Block<'t>]) -> &'t str {
    blocks.first().map_or("", |block| block.gap)
}

/// Which white space to take.
fn blank<'t>(sides: Sides<&'t str>) -> &'t str {
    sides.unopposed().unwrap_or_else(|sides| {
        let size = |text: &'t str| (text.len(), text);
        if size(sides.ours) < size(sides.theirs) { sides.theirs } else { sides.ours }
    })
}

/// The lines of neighbouring blocks, with the blank ones between them.
fn lines_of<'t>(blocks: &[Block<'t>]) -> Vec<&'t str> {
    let mut found = Vec::new();
    for (n, block) in blocks.iter().enumerate() {
        if n > 0 {
            found.extend(block.gap.lines());
        }
        found.extend(block.text.split('\n'));
    }
    found
}

fn merge_lines(first: usize, sides: &Sides<Vec<&str>>, settle: &mut Settle<'_>) -> String {
    let mut merged: Vec<String> = Vec::new();
    let mut add = |lines: &[&str]| merged.extend(lines.iter().map(|line| (*line).to_owned()));
    for piece in three_way(&sides.base, &sides.ours, &sides.theirs, |line| !line.trim().is_empty())
    {
        match piece {
            Piece::Same(same) => add(&sides.ours[same.ours]),
            Piece::Ours(range) => add(&sides.ours[range]),
            Piece::Theirs(range) => add(&sides.theirs[range]),
            Piece::Clash(clash) => {
                let place = first + clash.base.start..first + clash.base.end;
                let texts = Sides {
                    base: sides.base[clash.base].join("\n"),
                    ours: sides.ours[clash.ours].join("\n"),
                    theirs: sides.theirs[clash.theirs].join("\n"),
                };
                let kept = settle(lines(&place), texts);
                if !kept.is_empty() {
                    add(&kept.split('\n').collect::<Vec<_>>());
                }
            }
        }
    }
    merged.join("\n")
}

/// Puts blocks together.
struct Out {
    /// What is there already, beginning with the blank lines before the first block.
    text: String,
    started: bool,
}

impl Out {
    fn extend(&mut self, blocks: &[Block<'_>]) {
        for block in blocks {
            self.push(block.gap, block.text);
        }
    }

    fn push(&mut self, gap: &str, text: &str) {
        if self.started {
            self.text.push('\n');
            // The first block of one side may follow a block of the other.
            self.text.push_str(if gap.is_empty() { "\n" } else { gap });
        }
        self.text.push_str(text);
        self.started = true;
    }
}

fn trim_blank_lines(text: &str) -> &str {
    let mut text = text;
    while let Some((line, rest)) = text.split_once('\n')
        && line.trim().is_empty()
    {
        text = rest;
    }
    while let Some((rest, line)) = text.rsplit_once('\n')
        && line.trim().is_empty()
    {
        text = rest;
    }
    text
}
