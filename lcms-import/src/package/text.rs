//! The words of a package, for search.
//!
//! Pages say their words; programs that draw their pages keep the words in data, of which the forms of
//! the common tools are known. What is repeated on every page stands once.

use std::collections::HashSet;

use lcms_core::model::content::MAX_PACKAGE_TEXT;
use serde_json::Value;

use crate::folder::Folder;
use crate::html::visible_text;

/// Most bytes of one file that are read for its words, and of all of them.
const MAX_FILE: u64 = 4 << 20;
const MAX_TOTAL: u64 = 64 << 20;

/// Members of data files whose values are read by people.
const SAID: [&str; 26] = [
    "alt",
    "altText",
    "answer",
    "back",
    "body",
    "caption",
    "correct",
    "description",
    "displayTitle",
    "feedback",
    "front",
    "heading",
    "incorrect",
    "instruction",
    "label",
    "paragraph",
    "prompt",
    "question",
    "strapline",
    "subtitle",
    "summary",
    "task",
    "taskDescription",
    "text",
    "title",
    "transcript",
];

/// How a file holds words.
#[derive(Clone, Copy)]
enum Form {
    /// A page.
    Page,
    /// JSON with members that are said.
    Data,
    /// Script with JSON inside texts: `"text":"…"`.
    Script,
    /// Script with pages inside texts.
    PagesInScript,
}

fn form(path: &str) -> Option<Form> {
    let lower = path.to_ascii_lowercase();
    let ending = lower.rsplit_once('.').map(|(_, ending)| ending)?;
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    match ending {
        "html" | "htm" | "xhtml" => Some(Form::Page),
        "json" if lower == "content/content.json" || lower.starts_with("course/") => {
            Some(Form::Data)
        }
        "js" if lower.starts_with("html5/data/js/") => Some(Form::Script),
        "js" if name.starts_with("slide") && lower.contains("data/") => Some(Form::PagesInScript),
        _ => None,
    }
}

/// The words of every page, in the order of paths.
pub(super) fn of(folder: &Folder) -> String {
    let mut words = Words { seen: HashSet::new(), text: String::new(), left: MAX_PACKAGE_TEXT };
    let mut total = 0;
    for (path, file) in folder.files() {
        let Some(form) = form(path).filter(|_| file.size <= MAX_FILE) else { continue };
        total += file.size;
        if total > MAX_TOTAL || words.left == 0 {
            break;
        }
        // A file that cannot be read is refused where it is kept.
        let Ok(bytes) = folder.bytes(path, MAX_FILE) else { continue };
        let text = lcms_formats::decode_text(&bytes);
        match form {
            Form::Page => {
                words.add(&visible_text(&text));
                if let Some(data) = encoded_course(&text) {
                    words.add_said(&data);
                }
            }
            Form::Data => {
                if let Ok(data) = serde_json::from_str(&text) {
                    words.add_said(&data);
                }
            }
            Form::Script => words.add_members(&text),
            Form::PagesInScript => {
                if let Some(start) = text.find("'<") {
                    words.add(&visible_text(&text[start + 1..].replace("\\\n", " ")));
                }
            }
        }
    }
    words.text
}

/// The course that Rise keeps in its page.
fn encoded_course(page: &str) -> Option<Value> {
    use base64::Engine as _;
    let (_, rest) = page.split_once("courseData = \"")?;
    let (data, _) = rest.split_once('"')?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(data).ok()?;
    serde_json::from_slice(&bytes).ok()
}

struct Words {
    seen: HashSet<String>,
    text: String,
    left: usize,
}

impl Words {
    /// Adds each line that was not there before.
    fn add(&mut self, text: &str) {
        for line in text.lines() {
            let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
            let length = line.chars().count() + 1;
            let says_something = line.chars().any(char::is_alphanumeric);
            if !says_something || length > self.left || !self.seen.insert(line.clone()) {
                continue;
            }
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.push_str(&line);
            self.left -= length;
        }
    }

    fn add_marked_up(&mut self, text: &str) {
        if text.contains('<') { self.add(&visible_text(text)) } else { self.add(text) }
    }

    fn add_said(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) if SAID.contains(&name.as_str()) => {
                            self.add_marked_up(text);
                        }
                        _ => self.add_said(value),
                    }
                }
            }
            Value::Array(entries) => entries.iter().for_each(|entry| self.add_said(entry)),
            _ => {}
        }
    }

    /// Every `"text":"…"` and `"altText":"…"` of a script.
    fn add_members(&mut self, script: &str) {
        for mark in ["\"text\":\"", "\"altText\":\""] {
            for (at, _) in script.match_indices(mark) {
                let quoted = &script[at + mark.len() - 1..];
                let mut values = serde_json::Deserializer::from_str(quoted).into_iter::<String>();
                let Some(Ok(text)) = values.next() else { continue };
                let text = text.replace("\\n", "\n").replace("\\t", " ");
                // Objects are described by the name of their file or shape where nobody wrote more.
                if mark.starts_with("\"text") || text.contains(' ') && !text.contains('.') {
                    self.add(&text);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words { seen: HashSet::new(), text: String::new(), left: 40 }
    }

    #[test]
    fn what_is_said_is_told_from_what_is_set() {
        let mut words = words();
        words.add_said(&serde_json::json!({
            "title": "One", "_id": "c-10", "items": [{"body": "<p>Two <b>three</b></p>"}, {"x": {"text": "One"}}]
        }));
        assert_eq!(words.text, "Two three\nOne");
    }

    #[test]
    fn scripts_hold_words_in_their_data() {
        let mut words = words();
        words.add_members(
            r#"f('slide', '{"text":"Press \"go\"","altText":"a.png","altText":"A blue car"}')"#,
        );
        assert_eq!(words.text, "Press \"go\"\nA blue car");
    }

    #[test]
    fn there_is_an_end() {
        let mut words = words();
        words.add(&"word\n".repeat(3));
        words.add(&"x".repeat(50));
        assert_eq!(words.text, "word");
    }
}
