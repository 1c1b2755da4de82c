//! Identifiers of manifests, organizations, items and resources.

use std::fmt;
use std::str::FromStr;

/// An XML NCName (Namespaces in XML 1.0, section 3): what `xs:ID` accepts and so what an LMS can
/// look up. Starts with a letter or `_`; goes on with letters, digits, `.`, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier(String);

/// A text that is not an XML NCName.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentifier {
    /// There is no text.
    #[error("an identifier cannot be empty")]
    Empty,
    /// A character that cannot stand where it stands.
    #[error("{character:?} cannot {} the identifier {text:?}", if *.at == 0 { "begin" } else { "be in" })]
    Character {
        /// The whole text.
        text: String,
        /// The character in question.
        character: char,
        /// Its place in the text, counted in characters from 0.
        at: usize,
    },
}

impl Identifier {
    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The identifier for a text that another tool used as one: characters that are not allowed
    /// become `_xHHHH_`, so that different texts stay different and references still meet.
    ///
    /// # Errors
    /// [`InvalidIdentifier::Empty`] when there is nothing to repair.
    pub fn repaired(text: &str) -> Result<Self, InvalidIdentifier> {
        if text.is_empty() {
            return Err(InvalidIdentifier::Empty);
        }
        let mut repaired = String::with_capacity(text.len());
        for (at, character) in text.chars().enumerate() {
            if is_allowed(at, character) {
                repaired.push(character);
            } else {
                repaired.push_str(&format!("_x{:04X}_", u32::from(character)));
            }
        }
        Ok(Self(repaired))
    }
}

impl FromStr for Identifier {
    type Err = InvalidIdentifier;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(InvalidIdentifier::Empty);
        }
        match text.chars().enumerate().find(|&(at, c)| !is_allowed(at, c)) {
            None => Ok(Self(text.to_owned())),
            Some((at, character)) => {
                Err(InvalidIdentifier::Character { text: text.to_owned(), character, at })
            }
        }
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_allowed(at: usize, c: char) -> bool {
    is_name_start(c) || at > 0 && is_name_rest(c)
}

/// XML 1.0 (fifth edition), production `NameStartChar`, without the colon.
fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// What production `NameChar` adds to `NameStartChar`.
fn is_name_rest(c: char) -> bool {
    matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn ncnames_are_accepted() {
        for text in ["a", "_1", "ITEM-1.2_x", "com.example.course", "Übung", "課程"] {
            assert_eq!(text.parse::<Identifier>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_is_not_an_ncname_is_refused_with_the_character() {
        for (text, message) in [
            ("", "an identifier cannot be empty"),
            ("1a", "'1' cannot begin the identifier \"1a\""),
            ("-a", "'-' cannot begin the identifier \"-a\""),
            ("a,b", "',' cannot be in the identifier \"a,b\""),
            ("a b", "' ' cannot be in the identifier \"a b\""),
            ("a:b", "':' cannot be in the identifier \"a:b\""),
        ] {
            assert_eq!(text.parse::<Identifier>().unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn repair_keeps_good_identifiers_and_tells_bad_ones_apart() {
        assert_eq!(Identifier::repaired("good-1").unwrap().as_str(), "good-1");
        assert_eq!(Identifier::repaired("3DA9").unwrap().as_str(), "_x0033_DA9");
        assert_eq!(Identifier::repaired("a,b").unwrap().as_str(), "a_x002C_b");
        assert_ne!(Identifier::repaired("a b"), Identifier::repaired("a,b"));
        assert_eq!(Identifier::repaired(""), Err(InvalidIdentifier::Empty));
        let repaired = Identifier::repaired("1 :,\u{1F600}").unwrap();
        assert_eq!(repaired.as_str().parse::<Identifier>().unwrap(), repaired);
    }
}
