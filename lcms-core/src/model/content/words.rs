//! Words replaced wherever a document says them.
//!
//! Only what people read is touched: what refers (references, links, variables, names of blocks and
//! blanks, directives) stands as it is, and a document that would refer otherwise afterwards is
//! refused.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{NoExpand, Regex, RegexBuilder};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Content, Part};
use crate::model::markup::Markup;
use crate::model::violation::Violation;

/// Longest words, in characters.
const LONGEST: usize = 500;
/// Characters shown around a place.
const AROUND: usize = 40;

/// What refers, in the order in which a text is looked through.
#[expect(clippy::expect_used, reason = "the pattern is fixed, and a test uses it")]
static REFERS: LazyLock<Regex> = LazyLock::new(|| {
    let parts = [
        r"\[\[[^\]\n]*\]\]", // references
        r"\]\([^)\n]*\)",    // where links lead
        r"<[A-Za-z][A-Za-z0-9+.-]*:[^>\s]*>",
        r"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s<>()]*",
        r"\{\{[^}\n]*\}\}",          // variables
        r"\{#[^}\n]*\}",             // names of blocks
        r"\[blank [^\]\n]*\]",       // blanks
        r"(?m:^[ \t]*:{3,}[^\n]*$)", // directives
    ];
    Regex::new(&parts.join("|")).expect("a pattern")
});

/// Words to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// What is looked for; spaces and line ends alike match any of them.
    pub find: String,
    /// What shall stand there.
    pub with: String,
    /// Capital letters are told from small ones.
    pub match_case: bool,
    /// Not within longer words.
    pub whole_words: bool,
}

/// A text in which words were replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WordsReplaced {
    /// JSON pointer of the text.
    pub pointer: String,
    /// How often.
    pub count: usize,
    /// What stands before the first place.
    pub lead: String,
    /// The words that stood there.
    pub found: String,
    /// The words that stand there afterwards.
    pub with: String,
    /// What stands behind it.
    pub tail: String,
}

/// A [`Wording`], ready for use.
#[derive(Clone, Debug)]
pub struct Replacer {
    pattern: Regex,
    with: String,
}

impl Wording {
    /// Makes it ready.
    ///
    /// # Errors
    /// When there is nothing to look for, or it is too long.
    pub fn replacer(&self) -> Result<Replacer, Violation> {
        let words: Vec<_> = self.find.split_whitespace().map(regex::escape).collect();
        if words.is_empty() {
            return Err(Violation::new("/find", "required", "say which words are to be replaced"));
        }
        for (place, text) in [("/find", &self.find), ("/with", &self.with)] {
            if text.chars().count() > LONGEST {
                let message = format!("at most {LONGEST} characters");
                return Err(Violation::new(place, "length", message));
            }
        }
        let mut pattern = words.join(r"\s+");
        if self.whole_words {
            // A boundary is asked for where a letter or digit ends the words, and nowhere else.
            let begins = self.find.trim_start().starts_with(char::is_alphanumeric);
            let ends = self.find.trim_end().ends_with(char::is_alphanumeric);
            pattern = format!(
                "{}{pattern}{}",
                if begins { r"\b" } else { "" },
                if ends { r"\b" } else { "" }
            );
        }
        let pattern = RegexBuilder::new(&pattern).case_insensitive(!self.match_case).build();
        let pattern =
            pattern.map_err(|error| Violation::new("/find", "pattern", error.to_string()))?;
        Ok(Replacer { pattern, with: self.with.clone() })
    }
}

impl Replacer {
    /// The text with the words replaced; `None` where it does not say them.
    fn replaced(&self, pointer: &str, text: &str) -> Option<(String, WordsReplaced)> {
        let mut replaced = String::with_capacity(text.len());
        let (mut count, mut first) = (0, None);
        let mut at = 0;
        let refers = REFERS.find_iter(text).map(|found| found.range());
        for kept in refers.chain(std::iter::once(text.len()..text.len())) {
            let says = &text[at..kept.start];
            let found = self.pattern.find_iter(says).count();
            if found > 0 && first.is_none() {
                let place = self.pattern.find(says).map_or(0..0, |found| found.range());
                first = Some(at + place.start..at + place.end);
            }
            count += found;
            replaced.push_str(&self.pattern.replace_all(says, NoExpand(&self.with)));
            replaced.push_str(&text[kept.clone()]);
            at = kept.end;
        }
        let place = first?;
        if replaced == text {
            return None;
        }
        let (lead, tail) = around(text, &place);
        let (found, with) = (text[place].to_owned(), self.with.clone());
        let shown = WordsReplaced { pointer: pointer.to_owned(), count, lead, found, with, tail };
        Some((replaced, shown))
    }
}

/// Some characters before a place in a text, and some behind it.
fn around(text: &str, place: &Range<usize>) -> (String, String) {
    let before = text[..place.start].char_indices().rev().take(AROUND).last();
    let begin = before.map_or(place.start, |(at, _)| at);
    let end = text[place.end..].char_indices().nth(AROUND);
    let end = end.map_or(text.len(), |(at, _)| place.end + at);
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    let lead = text[begin..place.start].trim_start();
    let tail = text[place.end..end].trim_end();
    (format!("{}{lead}", cut(begin > 0)), format!("{tail}{}", cut(end < text.len())))
}

impl Content {
    /// This document with words replaced in its title, summary and all its texts, and in which of
    /// them they were.
    ///
    /// # Errors
    /// Every rule that the document breaks then; among them that it would refer to something else.
    pub fn with_words(
        &self,
        replacer: &Replacer,
    ) -> Result<(Self, Vec<WordsReplaced>), Vec<Violation>> {
        let (mut changed, mut replaced) = (self.clone(), Vec::new());
        let mut wrong = Vec::new();
        let mut say = |pointer: &str, text: &mut String| {
            if let Some((words, shown)) = replacer.replaced(pointer, text) {
                *text = words;
                replaced.push(shown);
            }
        };
        changed.each_plain(&mut say);
        changed.visit(&mut |pointer, part| match part {
            Part::Placement(_, placement) => {
                let overrides = &mut placement.overrides;
                for (name, text) in
                    [("title", &mut overrides.title), ("summary", &mut overrides.summary)]
                {
                    if let Some(text) = text {
                        say(&format!("{pointer}/overrides/{name}"), text);
                    }
                }
            }
            Part::Text(text) => {
                let before = text.clone();
                say(&pointer, text);
                if *text != before && named_in(&before) != named_in(text) {
                    let message = "the words are part of what the text refers to or names there; \
                                   change it by hand";
                    wrong.push(Violation::new(pointer, "words", message));
                }
            }
        });
        if replaced.is_empty() {
            return Ok((changed, replaced));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let value = serde_json::to_value(&changed)
            .map_err(|error| vec![Violation::new("", "json", error.to_string())])?;
        let mut changed = Self::parse(self.kind(), value)?;
        changed.fill_slot_ids(&self.slots());
        Ok((changed, replaced))
    }

    /// What is plain text: titles and the like.
    fn each_plain(&mut self, say: &mut dyn FnMut(&str, &mut String)) {
        say("/title", self.title_mut());
        let mut some = |pointer: &str, text: &mut Option<String>| {
            if let Some(text) = text {
                say(pointer, text);
            }
        };
        match self {
            Self::Topic(it) => some("/summary", &mut it.summary),
            Self::Lesson(it) => some("/summary", &mut it.summary),
            Self::Module(it) => some("/summary", &mut it.summary),
            Self::Course(it) => some("/summary", &mut it.summary),
            Self::Profile(it) => some("/summary", &mut it.summary),
            Self::Objective(it) => some("/description", &mut it.description),
            Self::Asset(it) => {
                some("/alt", &mut it.alt);
                some("/caption", &mut it.caption);
                some("/transcript", &mut it.transcript);
            }
            Self::Assessment(it) => {
                for (n, section) in it.sections.iter_mut().enumerate() {
                    some(&format!("/sections/{n}/title"), &mut section.title);
                }
            }
            Self::VariableSet(it) => {
                for (name, value) in &mut it.variables {
                    say(&format!("/variables/{name}"), value);
                }
            }
            Self::Question(_) | Self::WebPackage(_) => {}
        }
    }
}

/// What a text refers to and names; nothing of one that cannot be read.
fn named_in(text: &str) -> Option<Vec<String>> {
    let markup = Markup::parse(text).ok()?;
    let references = markup.references().iter().map(|it| {
        format!("{:?} {} {}", it.role, it.target, it.block.as_deref().unwrap_or_default())
    });
    let variables = markup.variables().iter().map(|it| it.name.clone());
    let blocks = markup.block_ids().iter().map(|it| it.id.clone());
    Some(references.chain(variables).chain(blocks).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{ComponentId, Kind};

    fn words(find: &str, with: &str) -> Wording {
        let (find, with) = (find.to_owned(), with.to_owned());
        Wording { find, with, match_case: false, whole_words: false }
    }

    fn topic(body: &str) -> Content {
        let value = json!({"title": "About Sync", "summary": "Sync, in short.", "body": body});
        Content::parse(Kind::Topic, value).unwrap()
    }

    fn body(content: &Content) -> String {
        serde_json::to_value(content).unwrap()["body"].as_str().unwrap().to_owned()
    }

    #[test]
    fn what_people_read_changes_and_what_refers_stays() {
        let id = ComponentId::new();
        let text = format!(
            "## Sync {{#sync}}\n\nOpen sync, [sync](https://sync.example/sync) or \
             <https://sync.example>. {{{{sync}}}}\n\n![[id:{id}]]\n"
        );
        let (changed, replaced) =
            topic(&text).with_words(&words("sync", "Flow").replacer().unwrap()).unwrap();
        let expected = text
            .replace("## Sync", "## Flow")
            .replace("Open sync", "Open Flow")
            .replace("[sync]", "[Flow]");
        assert_eq!(body(&changed), expected);
        assert_eq!(changed.title(), "About Flow");
        let counts: Vec<_> = replaced.iter().map(|it| (it.pointer.as_str(), it.count)).collect();
        assert_eq!(counts, [("/title", 1), ("/summary", 1), ("/body", 3)]);
        let first = &replaced[0];
        assert_eq!(
            [&*first.lead, &first.found, &first.with, &first.tail],
            ["About ", "Sync", "Flow", ""]
        );
    }

    #[test]
    fn case_and_whole_words_are_heeded_when_asked() {
        let text = "A cat, a Cat, a concat.";
        let said = |wording: Wording| {
            let (changed, _) = topic(text).with_words(&wording.replacer().unwrap()).unwrap();
            body(&changed).trim().to_owned()
        };
        assert_eq!(said(words("cat", "dog")), "A dog, a dog, a condog.");
        let whole = Wording { whole_words: true, ..words("cat", "dog") };
        assert_eq!(said(whole.clone()), "A dog, a dog, a concat.");
        assert_eq!(said(Wording { match_case: true, ..whole }), "A dog, a Cat, a concat.");
        assert_eq!(said(words("a\n cat,", "$1")), "$1 $1 a concat.");
    }

    #[test]
    fn answers_ids_and_placements_stay_as_they_are() {
        let value = json!({"title": "Q", "prompt": "Which yes?", "interaction": {
            "type": "single_choice", "choices": [
                {"id": "yes", "text": "Yes", "correct": true}, {"id": "no", "text": "No"}]}});
        let question = Content::parse(Kind::Question, value).unwrap();
        let (changed, replaced) =
            question.with_words(&words("yes", "ja").replacer().unwrap()).unwrap();
        let changed = serde_json::to_value(changed).unwrap();
        assert_eq!(changed["prompt"], "Which ja?\n");
        assert_eq!(changed["interaction"]["choices"][0]["id"], "yes");
        assert_eq!(changed["interaction"]["choices"][0]["text"], "ja\n");
        assert_eq!(replaced.len(), 2);

        let (id, other) = (crate::model::SlotId::new(), ComponentId::new());
        let value = json!({"title": "L", "placements": [
            {"id": id, "component": other, "overrides": {"title": "Say yes"}}]});
        let lesson = Content::parse(Kind::Lesson, value).unwrap();
        let (changed, _) = lesson.with_words(&words("yes", "ja").replacer().unwrap()).unwrap();
        assert_eq!(changed.slots()[0].id, id);
        assert_eq!(changed.slots()[0].overrides.title.as_deref(), Some("Say ja"));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert_eq!(words(" ", "x").replacer().unwrap_err().pointer, "/find");
        assert_eq!(words(&"x".repeat(501), "x").replacer().unwrap_err().rule, "length");
        let emptied = topic("Words.").with_words(&words("about sync", "").replacer().unwrap());
        assert_eq!(emptied.unwrap_err()[0].pointer, "/title");
        // What is made must not refer either.
        let made = topic("See it.").with_words(&words("it", "{{product}}").replacer().unwrap());
        assert_eq!(made.unwrap_err()[0].rule, "words");
    }
}
