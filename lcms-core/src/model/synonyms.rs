//! Words that a library takes for others when it is searched, as people write them down.
//!
//! One entry a line: `holiday, leave` says that who asks for one also finds the other;
//! `vacation => leave` that who asks for vacation also finds leave, but not the other way round.
//! An entry may be several words. What follows `#` is a remark.

use serde::Serialize;
use utoipa::ToSchema;

use super::digest::Digest;
use super::violation::Violation;

/// Most lines.
pub const MAX_SYNONYM_LINES: usize = 5_000;
/// Most entries in a line.
const MAX_ENTRIES: usize = 30;
/// Longest entry, in characters.
const MAX_CHARS: usize = 100;

/// The synonyms of a library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SynonymList {
    /// The lines as they were written.
    pub text: String,
}

/// One line: who asks for one of these also finds those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynonymRule {
    /// What is asked for.
    pub asked: Vec<String>,
    /// What is found too.
    pub found: Vec<String>,
}

impl SynonymList {
    /// Reads what somebody wrote.
    ///
    /// # Errors
    /// Every line that is no entry, with its number.
    pub fn parse(text: &str) -> Result<(Self, Vec<SynonymRule>), Vec<Violation>> {
        let mut violations = Vec::new();
        let mut rules = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if number > MAX_SYNONYM_LINES {
                let message = format!("there are at most {MAX_SYNONYM_LINES} lines");
                violations.push(Violation::new("", "length", message).at(number, 1));
                break;
            }
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            match rule(line) {
                Ok(rule) => rules.push(rule),
                Err((name, message)) => {
                    violations.push(Violation::new("", name, message).at(number, 1));
                }
            }
        }
        if violations.is_empty() {
            Ok((Self { text: text.to_owned() }, rules))
        } else {
            Err(violations)
        }
    }

    /// Names the list as it stands.
    #[must_use]
    pub fn state(&self) -> Digest {
        Digest::of_bytes(self.text.as_bytes())
    }
}

impl SynonymRule {
    /// Each word with one that it also finds.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let found = |asked| self.found.iter().map(move |found: &String| (asked, found.as_str()));
        let pairs = self.asked.iter().flat_map(move |asked| found(asked.as_str()));
        pairs.filter(|(asked, found)| asked != found)
    }
}

fn rule(line: &str) -> Result<SynonymRule, (&'static str, String)> {
    let entries = |part: &str| {
        let entries: Vec<String> = part
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(str::to_owned)
            .collect();
        if let Some(entry) = entries.iter().find(|entry| !entry.contains(char::is_alphanumeric)) {
            return Err(("word", format!("`{entry}` has no letter or digit")));
        }
        if let Some(long) = entries.iter().find(|entry| entry.chars().count() > MAX_CHARS) {
            let start: String = long.chars().take(20).collect();
            return Err(("length", format!("`{start}…` is longer than {MAX_CHARS} characters")));
        }
        if entries.len() > MAX_ENTRIES {
            return Err(("length", format!("a line has at most {MAX_ENTRIES} entries")));
        }
        Ok(entries)
    };
    match line.split_once("=>") {
        Some((_, found)) if found.contains("=>") => {
            Err(("arrow", "a line has at most one `=>`".to_owned()))
        }
        Some((asked, found)) => {
            let rule = SynonymRule { asked: entries(asked)?, found: entries(found)? };
            if rule.asked.is_empty() || rule.found.is_empty() {
                return Err(("entry", "both sides of `=>` need a word".to_owned()));
            }
            Ok(rule)
        }
        None => {
            let entries = entries(line)?;
            if entries.len() < 2 {
                return Err(("entry", "write `a, b` or `a => b`".to_owned()));
            }
            Ok(SynonymRule { asked: entries.clone(), found: entries })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let (_, rules) = SynonymList::parse(text).unwrap();
        let pairs = rules.iter().flat_map(SynonymRule::pairs);
        pairs.map(|(asked, found)| (asked.to_owned(), found.to_owned())).collect()
    }

    fn pair(asked: &str, found: &str) -> (String, String) {
        (asked.to_owned(), found.to_owned())
    }

    #[test]
    fn a_list_finds_each_other_and_an_arrow_goes_one_way() {
        assert_eq!(pairs("a, b"), [pair("a", "b"), pair("b", "a")]);
        assert_eq!(pairs("time off => leave"), [pair("time off", "leave")]);
        assert_eq!(pairs("a, b => c # remark"), [pair("a", "c"), pair("b", "c")]);
        assert_eq!(pairs("\n# only a remark\n  \n"), []);
    }

    #[test]
    fn what_is_no_entry_is_named_by_its_line() {
        let lines = |text: &str| -> Vec<(String, Option<usize>)> {
            let violations = SynonymList::parse(text).unwrap_err();
            violations.into_iter().map(|v| (v.rule, v.line)).collect()
        };
        let at = |rule: &str, line| (rule.to_owned(), Some(line));
        assert_eq!(lines("a, b\nalone\nc =>"), [at("entry", 2), at("entry", 3)]);
        assert_eq!(lines("a => b => c"), [at("arrow", 1)]);
        assert_eq!(lines("a, !!"), [at("word", 1)]);
        assert_eq!(lines(&format!("a, {}", "b".repeat(101))), [at("length", 1)]);
        assert_eq!(lines(&"a, b\n".repeat(5_001)), [at("length", 5_001)]);
    }
}
