//! An authored text as blocks of source, without a byte lost.
//!
//! A block is what stands between blank lines; a fenced code block is one whatever it holds. Where
//! a text is cut decides how fine differences and merges are, never whether they are right, so
//! nothing more of Markdown is read here.

/// A block of source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) struct Block<'t> {
    /// The blank lines before it.
    pub gap: &'t str,
    /// Its lines, without the break after the last.
    pub text: &'t str,
    /// Its first line, from 0.
    pub line: usize,
}

/// A text in blocks.
#[derive(Debug)]
pub(in crate::model) struct Blocks<'t> {
    /// The blocks.
    pub blocks: Vec<Block<'t>>,
    /// What follows the last line of the last block; the whole text when there is no block.
    pub tail: &'t str,
    /// How many lines come before the tail.
    pub lines: usize,
}

impl<'t> Blocks<'t> {
    /// Cuts a text into blocks.
    pub(in crate::model) fn of(source: &'t str) -> Self {
        let mut blocks = Vec::new();
        let mut fence = None;
        // Where the current block began: (byte, line).
        let mut open: Option<(usize, usize)> = None;
        // Where the gap before the next block begins, and where the last line with text ends.
        let (mut gap, mut end, mut end_line) = (0, 0, 0);
        let mut offset = 0;
        for (n, line) in source.split_inclusive('\n').enumerate() {
            let text = line.strip_suffix('\n').unwrap_or(line);
            let blank = text.trim().is_empty();
            if fence.is_none()
                && blank
                && let Some((start, first)) = open.take()
            {
                blocks.push(Block {
                    gap: &source[gap..start],
                    text: &source[start..end],
                    line: first,
                });
                gap = offset;
            }
            if !blank || fence.is_some() {
                open.get_or_insert((offset, n));
                (end, end_line) = (offset + text.len(), n + 1);
                fence = next_fence(fence, text);
            }
            offset += line.len();
        }
        if let Some((start, line)) = open {
            blocks.push(Block { gap: &source[gap..start], text: &source[start..end], line });
        }
        Self { blocks, tail: &source[end..], lines: end_line }
    }

    /// The blocks' texts.
    pub(in crate::model) fn texts(&self) -> Vec<&'t str> {
        self.blocks.iter().map(|block| block.text).collect()
    }
}

/// The code fence that is open after a line: its character and length.
fn next_fence(open: Option<(char, usize)>, line: &str) -> Option<(char, usize)> {
    let line = line.trim_start();
    let Some(mark @ ('`' | '~')) = line.chars().next() else { return open };
    let rest = line.trim_start_matches(mark);
    let length = line.len() - rest.len();
    match open {
        Some((same, least)) => {
            let closes = same == mark && length >= least && rest.trim().is_empty();
            if closes { None } else { open }
        }
        None if length >= 3 && !(mark == '`' && rest.contains('`')) => Some((mark, length)),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blocks_stand_between_blank_lines_and_code_is_one() {
        let source = "\n# Title\nof two lines\n\n\n```\na\n\nb\n```\n~~~ \n\nend\n";
        let blocks = Blocks::of(source);
        let found: Vec<_> = blocks.blocks.iter().map(|b| (b.gap, b.text, b.line)).collect();
        let code = "```\na\n\nb\n```\n~~~ \n\nend";
        assert_eq!(found, [("\n", "# Title\nof two lines", 1), ("\n\n", code, 5)]);
        assert_eq!((blocks.tail, blocks.lines), ("\n", 13));
    }

    #[test]
    fn a_text_without_text_is_all_tail() {
        for source in ["", "\n", " \n\n"] {
            let blocks = Blocks::of(source);
            assert_eq!((blocks.blocks.len(), blocks.tail, blocks.lines), (0, source, 0));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn no_byte_is_lost(source in "([a`~ \n]{0,3}\n{0,2}){0,12}") {
            let blocks = Blocks::of(&source);
            let mut whole = String::new();
            for (n, block) in blocks.blocks.iter().enumerate() {
                whole.push_str(if n == 0 { "" } else { "\n" });
                whole.push_str(block.gap);
                prop_assert_eq!(whole.matches('\n').count(), block.line);
                whole.push_str(block.text);
            }
            whole.push_str(blocks.tail);
            prop_assert_eq!(whole, source);
        }
    }
}
