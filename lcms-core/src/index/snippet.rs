//! The piece of a text that shows why it was found, as safe HTML.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use tantivy::tokenizer::{Language, TokenStream as _, Tokenizer as _};

use super::analysis::{Analyzer, Splitter, keeps_initials, stemmer_of};
use super::document::Text;
use super::query::Highlights;

/// The length of a snippet, about.
const CHARS: usize = 200;
/// The part of it that may stand before the first marked word.
const CHARS_BEFORE: usize = 40;
/// How much of a long text is looked through. A word found only behind that is not shown.
const SEARCHED_BYTES: usize = 256 * 1024;
/// More matches than this do not make a better choice.
const MAX_MATCHES: usize = 1_000;

/// Finds the highlighted words of one search in the texts of its hits. What a word is indexed under
/// is worked out once for all of them: texts repeat their words.
pub(super) struct Finder<'a> {
    highlights: &'a Highlights,
    /// Whether a highlighted word begins with that ASCII character.
    initials: [bool; 128],
    analyzer: Analyzer,
    /// For each language, words as they stand in a text (lower case), and the highlighted word that
    /// each is.
    known: HashMap<Option<Language>, HashMap<String, Option<String>>>,
}

/// A highlighted word in a text.
struct Match {
    at: Range<usize>,
    /// Tells the words apart: a stem and a word that share a place are the same one.
    word: String,
}

impl<'a> Finder<'a> {
    pub(super) fn new(highlights: &'a Highlights) -> Self {
        let mut initials = [false; 128];
        for word in highlights.words.iter().chain(&highlights.beginnings) {
            if let Some(initial) = word.bytes().next().and_then(|b| initials.get_mut(b as usize)) {
                *initial = true;
            }
        }
        Self { highlights, initials, analyzer: Analyzer::default(), known: HashMap::new() }
    }

    /// The part of `text` with most of the highlighted words, or `None` if it has none of them.
    /// Everything is escaped; words are marked with `<mark>`.
    pub(super) fn around(&mut self, text: &str, language: Option<Language>) -> Option<String> {
        let searched = &text[..text.floor_char_boundary(SEARCHED_BYTES)];
        let matches = self.find(searched, language);
        let start = matches[best_start(&matches)?].at.start;

        let before: Vec<usize> =
            text[..start].char_indices().rev().take(CHARS_BEFORE).map(|(at, _)| at).collect();
        let from = match before.last() {
            None | Some(0) => 0,
            // Starts with a whole word where there are spaces.
            Some(&earliest) => text[earliest..start]
                .find(char::is_whitespace)
                .map_or(earliest, |space| earliest + space),
        };
        let marks: Vec<Range<usize>> = matches.into_iter().map(|found| found.at).collect();
        Some(render(text, from, &marks))
    }

    /// The title of `text`, escaped and whole, with the highlighted words marked.
    pub(super) fn title(&mut self, text: &Text) -> String {
        let marks = self.find(&text.title, stemmer_of(&text.language));
        let marks: Vec<Range<usize>> = marks.into_iter().map(|found| found.at).collect();
        render_part(&text.title, 0..text.title.len(), &marks)
    }

    /// How many different highlighted words a text has; those of its title count twice.
    pub(super) fn words_found(&mut self, text: &Text) -> usize {
        let language = stemmer_of(&text.language);
        let mut different = |text: &str| {
            let found = self.find(&text[..text.floor_char_boundary(SEARCHED_BYTES)], language);
            found.into_iter().map(|found| found.word).collect::<HashSet<_>>().len()
        };
        2 * different(&text.title) + different(&text.summary) + different(&text.body)
    }

    fn find(&mut self, text: &str, language: Option<Language>) -> Vec<Match> {
        let known = self.known.entry(language).or_default();
        let keeps_initials = language.is_none_or(keeps_initials);
        let mut splitter = Splitter;
        let mut pieces = splitter.token_stream(text);
        let mut matches: Vec<Match> = Vec::new();
        while let Some(piece) = pieces.next() {
            // Nearly every word is none of them, which its first letter tells.
            let initial = piece.text.bytes().next().and_then(|b| self.initials.get(b as usize));
            if keeps_initials && initial == Some(&false) {
                continue;
            }
            let word = match known.get(&piece.text) {
                Some(word) => word,
                None => {
                    let forms = self.analyzer.forms(language, &piece.text);
                    let word = forms.into_iter().find(|form| self.highlights.has(form));
                    known.entry(piece.text.clone()).or_insert(word)
                }
            };
            let Some(word) = word else { continue };
            let at = piece.offset_from..piece.offset_to;
            if matches.last().is_some_and(|last| last.at == at) {
                continue;
            }
            if matches.len() == MAX_MATCHES {
                break;
            }
            matches.push(Match { at, word: word.clone() });
        }
        matches
    }
}

impl Highlights {
    /// Whether an indexed word is one of them.
    fn has(&self, word: &str) -> bool {
        self.words.contains(word)
            || self.beginnings.iter().any(|start| word.starts_with(start.as_str()))
    }
}

/// The beginning of `text`, escaped; for hits that no word of the text explains.
pub(super) fn beginning(text: &str) -> String {
    render(text, 0, &[])
}

/// The match to start with so that the snippet shows most different words, then most words.
fn best_start(matches: &[Match]) -> Option<usize> {
    let mut best = None;
    let mut inside: HashMap<&str, usize> = HashMap::new();
    let mut end = 0;
    for (start, first) in matches.iter().enumerate() {
        while let Some(next) =
            matches.get(end).filter(|next| next.at.end - first.at.start <= CHARS || end == start)
        {
            *inside.entry(&next.word).or_default() += 1;
            end += 1;
        }
        let value = (inside.len(), end - start);
        if best.is_none_or(|(most, _)| value > most) {
            best = Some((value, start));
        }
        if let Some(count) = inside.get_mut(first.word.as_str()) {
            *count -= 1;
            if *count == 0 {
                inside.remove(first.word.as_str());
            }
        }
    }
    best.map(|(_, start)| start)
}

/// Writes `text` from `from` on, up to the length of a snippet, with `marks` in ascending order.
/// White space is written as single spaces; cuts are shown by an ellipsis.
fn render(text: &str, from: usize, marks: &[Range<usize>]) -> String {
    let rest = text[from..].trim_start();
    let from = text.len() - rest.len();
    let to = match rest.char_indices().nth(CHARS) {
        None => text.len(),
        Some((cut, _)) => from + rest[..cut].rfind(char::is_whitespace).unwrap_or(cut),
    };
    let mut html = String::with_capacity(2 * CHARS);
    if !text[..from].trim().is_empty() {
        html.push('…');
    }
    html.push_str(&render_part(text, from..to, marks));
    if !text[to..].trim().is_empty() {
        html.push('…');
    }
    html
}

/// Writes a part of `text` with `marks`.
fn render_part(text: &str, part: Range<usize>, marks: &[Range<usize>]) -> String {
    let Range { start: from, end: to } = part;
    let mut html = String::with_capacity(2 * (to - from));
    let mut at = from;
    for mark in marks {
        // Pairs of characters overlap; a mark starts where the one before ended.
        let (start, end) = (mark.start.max(at), mark.end.min(to));
        if start >= end {
            continue;
        }
        escape(&text[at..start], &mut html);
        if start == at && html.ends_with(MARK_END) {
            html.truncate(html.len() - MARK_END.len());
        } else {
            html.push_str(MARK);
        }
        escape(&text[start..end], &mut html);
        html.push_str(MARK_END);
        at = end;
    }
    escape(&text[at..to], &mut html);
    html.truncate(html.trim_end().len());
    html
}

const MARK: &str = "<mark>";
const MARK_END: &str = "</mark>";

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c if c.is_whitespace() => {
                if !html.ends_with(' ') {
                    html.push(' ');
                }
            }
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(text: &str, language: Option<Language>, highlights: &Highlights) -> Option<String> {
        Finder::new(highlights).around(text, language)
    }

    fn highlights(words: &[&str], beginnings: &[&str]) -> Highlights {
        Highlights {
            words: words.iter().map(|&word| word.to_owned()).collect(),
            beginnings: beginnings.iter().map(|&word| word.to_owned()).collect(),
        }
    }

    #[test]
    fn text_is_escaped_and_words_are_marked() {
        assert_eq!(
            around(
                "A <script>alert(\"x\")</script> & the\n\n  Module's 'end'",
                None,
                &highlights(&["module", "script"], &[])
            )
            .as_deref(),
            Some(
                "A &lt;<mark>script</mark>&gt;alert(&quot;x&quot;)&lt;/<mark>script</mark>&gt; \
                 &amp; the <mark>Module</mark>&#39;s &#39;end&#39;"
            )
        );
    }

    #[test]
    fn stems_and_beginnings_are_marked_as_whole_words() {
        assert_eq!(
            around(
                "Installed or modules",
                Some(Language::English),
                &highlights(&["instal"], &["mod"])
            )
            .as_deref(),
            Some("<mark>Installed</mark> or <mark>modules</mark>")
        );
    }

    #[test]
    fn overlapping_pairs_make_one_mark() {
        assert_eq!(
            around("防火安全训练手册", None, &highlights(&["安全", "全训", "训练"], &[]))
                .as_deref(),
            Some("防火<mark>安全训练</mark>手册")
        );
    }

    #[test]
    fn the_part_with_most_different_words_is_shown_and_cuts_are_visible() {
        let filler = "filler ".repeat(60);
        let text = format!("alpha alpha {filler} alpha near beta {filler}");
        let html = around(&text, None, &highlights(&["alpha", "beta"], &[])).unwrap_or_default();
        assert!(html.starts_with("…filler "), "{html}");
        assert!(html.contains("<mark>alpha</mark> near <mark>beta</mark>"), "{html}");
        assert!(html.ends_with("filler…"), "{html}");
        assert!(html.chars().count() < CHARS + 50, "{html}");
    }

    #[test]
    fn a_text_without_the_words_has_no_part_to_show_but_a_beginning() {
        assert_eq!(around("some text", None, &highlights(&["other"], &[])), None);
        assert_eq!(beginning("  some\n <text> "), "some &lt;text&gt;");
        let long = "ü".repeat(CHARS + 1);
        assert_eq!(beginning(&long), format!("{}…", "ü".repeat(CHARS)));
    }
}
