//! Differences of two texts, word by word.

use serde::Serialize;
use utoipa::ToSchema;

use super::sequence::{Edit, edits};

/// A run of words that are the same, only before, or only after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WordRun {
    /// Where the words stand.
    pub change: WordChange,
    /// The words, with the white space between them.
    pub text: String,
}

/// Where a run of words stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WordChange {
    /// In both texts.
    Same,
    /// In the text before.
    Removed,
    /// In the text after.
    Added,
}

/// Texts with more words than this between them are compared at their ends alone: a bound on work
/// that no paragraph comes near.
const MAX_WORDS: usize = 20_000;

/// The runs that make up two texts: those that are not `added` are the text before, those that
/// are not `removed` the text after. What was removed stands before what replaces it.
#[must_use]
pub fn word_diff(before: &str, after: &str) -> Vec<WordRun> {
    let (old, new) = (words(before), words(after));
    let mut runs = Runs::default();
    let mut copied = 0;
    let edits = if old.len() + new.len() <= MAX_WORDS {
        edits(&old, &new)
    } else {
        Edit::around_what_is_the_same(&old, &new).into_iter().collect()
    };
    for edit in edits {
        runs.same(&old[copied..edit.old.start]);
        runs.replaced(&old[edit.old.clone()], &new[edit.new]);
        copied = edit.old.end;
    }
    runs.same(&old[copied..]);
    runs.finish()
}

/// Words, single marks and runs of white space. Scripts without spaces are cut at every character.
pub(super) fn words(text: &str) -> Vec<&str> {
    #[derive(PartialEq)]
    enum Class {
        Space,
        Word,
        Alone,
    }
    let class = |c: char| match c {
        c if c.is_whitespace() => Class::Space,
        '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' => Class::Alone,
        c if c.is_alphanumeric() || c == '_' => Class::Word,
        _ => Class::Alone,
    };
    let mut found = Vec::new();
    let mut start = 0;
    let mut previous = None;
    for (at, c) in text.char_indices() {
        let this = class(c);
        let goes_on = this != Class::Alone && previous.as_ref() == Some(&this);
        if at > 0 && !goes_on {
            found.push(&text[start..at]);
            start = at;
        }
        previous = Some(this);
    }
    if start < text.len() {
        found.push(&text[start..]);
    }
    found
}

/// Collects runs. White space alone between two changes belongs to both of them: a sentence that
/// was rewritten reads as one removal and one addition, not as a sieve.
#[derive(Default)]
struct Runs {
    runs: Vec<WordRun>,
    removed: String,
    added: String,
    space: String,
}

impl Runs {
    fn same(&mut self, words: &[&str]) {
        let text = words.concat();
        let between = !(self.removed.is_empty() && self.added.is_empty());
        if between && text.chars().all(char::is_whitespace) {
            self.space = text;
            return;
        }
        self.flush();
        self.push(WordChange::Same, text);
    }

    fn replaced(&mut self, old: &[&str], new: &[&str]) {
        let space = std::mem::take(&mut self.space);
        self.removed.push_str(&space);
        self.added.push_str(&space);
        self.removed.extend(old.iter().copied());
        self.added.extend(new.iter().copied());
    }

    fn flush(&mut self) {
        let (removed, added) = (std::mem::take(&mut self.removed), std::mem::take(&mut self.added));
        let space = std::mem::take(&mut self.space);
        self.push(WordChange::Removed, removed);
        self.push(WordChange::Added, added);
        self.push(WordChange::Same, space);
    }

    fn push(&mut self, change: WordChange, text: String) {
        if text.is_empty() {
            return;
        }
        match self.runs.last_mut() {
            Some(last) if last.change == change => last.text.push_str(&text),
            _ => self.runs.push(WordRun { change, text }),
        }
    }

    fn finish(mut self) -> Vec<WordRun> {
        self.flush();
        self.runs
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(before: &str, after: &str) -> String {
        word_diff(before, after)
            .iter()
            .map(|run| match run.change {
                WordChange::Same => run.text.clone(),
                WordChange::Removed => format!("[-{}-]", run.text),
                WordChange::Added => format!("{{+{}+}}", run.text),
            })
            .collect()
    }

    #[test]
    fn words_are_compared_not_letters() {
        assert_eq!(
            marked("Press the red key.", "Press the green key."),
            "Press the [-red-]{+green+} key."
        );
        assert_eq!(marked("one two", "one, two"), "one{+,+} two");
        assert_eq!(marked("same", "same"), "same");
        assert_eq!(marked("", "new"), "{+new+}");
        assert_eq!(marked("赤い鍵", "青い鍵"), "[-赤-]{+青+}い鍵");
    }

    #[test]
    fn what_is_no_paragraph_is_compared_at_its_ends() {
        let long = |middle: &str| format!("start {}end", middle.repeat(MAX_WORDS));
        let runs = word_diff(&long("a b "), &long("b "));
        let changes: Vec<_> = runs.iter().map(|run| run.change).collect();
        use WordChange::{Added, Removed, Same};
        assert_eq!(changes, [Same, Removed, Added, Same]);
        assert!(word_diff(&long("a "), &long("a ")).len() == 1);
    }

    #[test]
    fn neighbouring_changes_are_one() {
        assert_eq!(marked("a b c d", "a x y d"), "a [-b c-]{+x y+} d");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn both_texts_can_be_read_from_the_runs(before in "[ab ,é\n]{0,24}", after in "[ab ,é\n]{0,24}") {
            let runs = word_diff(&before, &after);
            let equal = before == after;
            let side = |left_out| runs.iter().filter(|r| r.change != left_out).map(|r| r.text.as_str()).collect::<String>();
            prop_assert_eq!(side(WordChange::Added), before);
            prop_assert_eq!(side(WordChange::Removed), after);
            prop_assert_eq!(runs.iter().all(|run| run.change == WordChange::Same), equal);
        }
    }
}
