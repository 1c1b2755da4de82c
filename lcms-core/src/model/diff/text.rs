//! Differences of two authored texts: blocks first, words inside the blocks that changed.

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;
use utoipa::ToSchema;

use super::blocks::Blocks;
use super::sequence::edits;
use super::words::{WordRun, word_diff, words};

/// One block of two versions of a text, in reading order; what was removed stands before what was
/// added in its place. Blank lines between blocks are not told apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum BlockChange {
    /// The same in both.
    Same {
        /// The block's source.
        text: String,
    },
    /// Only in the version after.
    Added {
        /// The block's source.
        text: String,
    },
    /// Only in the version before.
    Removed {
        /// The block's source.
        text: String,
    },
    /// Reworded.
    Changed {
        /// What changed in it.
        words: Vec<WordRun>,
    },
    /// Stood here before and stands elsewhere now, unchanged.
    MovedAway {
        /// The block's source.
        text: String,
        /// Which block it is now, from 0.
        to: usize,
    },
    /// Stands here now and stood elsewhere before, unchanged.
    MovedHere {
        /// The block's source.
        text: String,
        /// Which block it was, from 0.
        from: usize,
    },
}

/// The blocks of two versions of a text. All are [`BlockChange::Same`] when only blank lines
/// differ.
#[must_use]
pub fn text_diff(before: &str, after: &str) -> Vec<BlockChange> {
    let (old, new) = (Blocks::of(before).texts(), Blocks::of(after).texts());
    let mut steps = Vec::new();
    let mut copied = 0;
    for edit in edits(&old, &new) {
        steps.extend((copied..edit.old.start).map(Step::Same));
        pair(&old, edit.old.clone(), &new, edit.new, &mut steps);
        copied = edit.old.end;
    }
    steps.extend((copied..old.len()).map(Step::Same));
    present(&steps, &old, &new)
}

/// One block of either text, by place.
enum Step {
    Same(usize),
    Removed(usize),
    Added(usize),
    Changed(usize, usize),
}

fn present(steps: &[Step], old: &[&str], new: &[&str]) -> Vec<BlockChange> {
    // Equal blocks that left one place and came to another, each matched once.
    let mut arrived = HashMap::<&str, Vec<usize>>::new();
    for step in steps.iter().rev() {
        if let Step::Added(n) = step {
            arrived.entry(new[*n]).or_default().push(*n);
        }
    }
    let mut to = HashMap::new();
    for step in steps {
        if let Step::Removed(o) = step
            && let Some(n) = arrived.get_mut(old[*o]).and_then(Vec::pop)
        {
            to.insert(*o, n);
        }
    }
    let from: HashMap<usize, usize> = to.iter().map(|(o, n)| (*n, *o)).collect();
    steps
        .iter()
        .map(|step| match *step {
            Step::Same(o) => BlockChange::Same { text: old[o].to_owned() },
            Step::Changed(o, n) => BlockChange::Changed { words: word_diff(old[o], new[n]) },
            Step::Removed(o) => {
                let text = old[o].to_owned();
                match to.get(&o) {
                    Some(&to) => BlockChange::MovedAway { text, to },
                    None => BlockChange::Removed { text },
                }
            }
            Step::Added(n) => {
                let text = new[n].to_owned();
                match from.get(&n) {
                    Some(&from) => BlockChange::MovedHere { text, from },
                    None => BlockChange::Added { text },
                }
            }
        })
        .collect()
}

/// Blocks that are less alike than this were not reworded but replaced.
const ALIKE: f64 = 0.4;
/// A region with more pairs of blocks than this was rewritten, and is shown so: a bound on work.
const MAX_PAIRS: usize = 1 << 16;

/// Finds which blocks of a changed region became which, in order.
fn pair(old: &[&str], was: Range<usize>, new: &[&str], is: Range<usize>, steps: &mut Vec<Step>) {
    let (rows, columns) = (was.len(), is.len());
    if rows * columns > MAX_PAIRS {
        steps.extend(was.map(Step::Removed));
        steps.extend(is.map(Step::Added));
        return;
    }
    let bags: Vec<Bag<'_>> = new[is.clone()].iter().map(|block| Bag::of(block)).collect();
    let scores: Vec<Vec<f64>> = old[was.clone()]
        .iter()
        .map(|block| {
            let bag = Bag::of(block);
            bags.iter().map(|other| bag.likeness(other)).collect()
        })
        .collect();
    // best[r][c]: the highest sum of likeness that blocks from r and from c on can reach.
    let mut best = vec![vec![0.0_f64; columns + 1]; rows + 1];
    for r in (0..rows).rev() {
        for c in (0..columns).rev() {
            let score = scores[r][c];
            let together = if score >= ALIKE { score + best[r + 1][c + 1] } else { 0.0 };
            best[r][c] = together.max(best[r + 1][c]).max(best[r][c + 1]);
        }
    }
    let (mut r, mut c) = (0, 0);
    while r < rows && c < columns {
        if scores[r][c] >= ALIKE && scores[r][c] + best[r + 1][c + 1] >= best[r][c] {
            steps.push(Step::Changed(was.start + r, is.start + c));
            (r, c) = (r + 1, c + 1);
        } else if best[r + 1][c] >= best[r][c] {
            steps.push(Step::Removed(was.start + r));
            r += 1;
        } else {
            steps.push(Step::Added(is.start + c));
            c += 1;
        }
    }
    steps.extend((was.start + r..was.end).map(Step::Removed));
    steps.extend((is.start + c..is.end).map(Step::Added));
}

/// The words of a block with how often each occurs, and its block id.
struct Bag<'t> {
    words: HashMap<&'t str, usize>,
    total: usize,
    id: Option<&'t str>,
}

impl<'t> Bag<'t> {
    fn of(block: &'t str) -> Self {
        let mut found = HashMap::new();
        let mut total = 0;
        for word in words(block).into_iter().filter(|word| !word.trim().is_empty()) {
            *found.entry(word).or_default() += 1;
            total += 1;
        }
        let id = block.lines().find_map(|line| {
            line.trim_end().strip_suffix('}')?.rsplit_once("{#").map(|(_, id)| id)
        });
        Self { words: found, total, id }
    }

    /// 1 for blocks of the same id; otherwise the share of words that both have (Dice).
    fn likeness(&self, other: &Self) -> f64 {
        if self.id.is_some() && self.id == other.id {
            return 1.0;
        }
        let shared: usize = self
            .words
            .iter()
            .map(|(word, n)| other.words.get(word).copied().unwrap_or_default().min(*n))
            .sum();
        let words = self.total + other.total;
        if words == 0 { 0.0 } else { 2.0 * shared as f64 / words as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diff::WordChange;

    fn summary(before: &str, after: &str) -> Vec<String> {
        text_diff(before, after)
            .into_iter()
            .map(|block| match block {
                BlockChange::Same { text } => format!("= {text}"),
                BlockChange::Added { text } => format!("+ {text}"),
                BlockChange::Removed { text } => format!("- {text}"),
                BlockChange::MovedAway { text, to } => format!("> {text} ({to})"),
                BlockChange::MovedHere { text, from } => format!("< {text} ({from})"),
                BlockChange::Changed { words } => {
                    let changed = words.iter().filter(|run| run.change != WordChange::Same);
                    format!(
                        "~ {}",
                        changed.map(|run| run.text.as_str()).collect::<Vec<_>>().join("|")
                    )
                }
            })
            .collect()
    }

    #[test]
    fn a_reworded_block_is_shown_by_its_words_and_a_replaced_one_is_not() {
        let before = "## Install\n\nRun the installer as admin.\n\nThen wait.\n";
        let after = "## Install\n\nRun the new installer as admin.\n\nCall your colleague first!\n";
        assert_eq!(
            summary(before, after),
            ["= ## Install", "~ new ", "- Then wait.", "+ Call your colleague first!"]
        );
    }

    #[test]
    fn a_block_with_an_id_is_itself_whatever_it_says() {
        let before = "Returns take a week. {#returns}\n";
        let after = "A preface.\n\nSend it back within 14 days! {#returns}\n";
        let found = summary(before, after);
        assert_eq!(found[0], "+ A preface.");
        assert!(found[1].starts_with("~ "), "{found:?}");
    }

    #[test]
    fn a_moved_block_is_shown_as_moved() {
        assert_eq!(
            summary("A one.\n\nB two.\n\nC three.\n", "B two.\n\nC three.\n\nA one.\n"),
            ["> A one. (2)", "= B two.", "= C three.", "< A one. (0)"]
        );
    }

    #[test]
    fn an_appended_block_leaves_the_last_one_alone() {
        assert_eq!(summary("A.\n", "A.\n\nB.\n"), ["= A.", "+ B."]);
        assert_eq!(summary("A.\n", "A.\n\n\n"), ["= A."]);
    }
}
