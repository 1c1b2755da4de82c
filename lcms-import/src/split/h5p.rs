//! The content of an H5P file: parameters of one content type, which may hold others.
//!
//! ```text
//! holders    Column, InteractiveBook, CoursePresentation, InteractiveVideo, QuestionSet, Accordion
//! questions  MultiChoice, MultiMediaChoice, SingleChoiceSet, TrueFalse, Blanks, DragText, Essay,
//!            SortParagraphs, Flashcards, Summary
//! words      Text, AdvancedText, Table, Image, Video, Audio, Link, Dialogcards
//! ```
//!
//! A chapter of a book becomes a lesson, anything else is one lesson; a slide and a panel are sections of it.
//! Of any other type the title is named as lost.
//!
//! Source: <https://h5p.org/documentation/developers/json-file-definitions> and the `semantics.json` of each type.

use lcms_formats::quiz::{Answer, Blank, Choice, Question, Rich, blank_mark};
use serde_json::Value;

use super::written::{escaped, heading, last_heading, link, paragraph, picture, plain};
use super::{Page, Piece, Pieces};
use crate::error::ImportError;
use crate::folder::Folder;
use crate::package::h5p::{CONTENT, head};
use crate::report::Remark;

/// Most bytes of the parameters.
const MAX_CONTENT: u64 = 32 << 20;
/// The folder that addresses in the parameters count from.
const BASE: &str = "content/";

/// Reads the content.
pub(super) fn read(folder: &Folder) -> Result<Pieces, ImportError> {
    let head = head(folder)?;
    let bytes = folder.bytes(CONTENT, MAX_CONTENT)?;
    let params: Value = serde_json::from_slice(&bytes)
        .map_err(|error| ImportError::format(CONTENT, error.line(), error.to_string()))?;
    let title = plain(&head.title);
    let mut lost = Vec::new();
    let chapters = match kind(&head.main_library) {
        "InteractiveBook" => list(&params, "chapters").iter().collect(),
        _ => Vec::new(),
    };
    let mut entries = Vec::new();
    for (n, chapter) in chapters.iter().enumerate() {
        let id = identity(chapter).unwrap_or_else(|| (n + 1).to_string());
        let mut writer = Writer::default();
        writer.held(chapter, Titled::No);
        let title = Some(given_title(chapter)).filter(|it| !it.is_empty());
        let title = title.unwrap_or_else(|| format!("{}", n + 1));
        entries.push(Piece::Page(writer.page(&title, &format!("chapter-{id}"), &mut lost)));
    }
    if chapters.is_empty() {
        let mut writer = Writer::default();
        writer.content(kind(&head.main_library), &params, &title, "content");
        entries.push(Piece::Page(writer.page(&title, "content", &mut lost)));
    }
    Ok(Pieces { entries, lost, unnamed: vec![BASE.to_owned()] })
}

/// `H5P.MultiChoice 1.14` without what all have.
fn kind(library: &str) -> &str {
    let name = library.split(' ').next().unwrap_or_default();
    name.strip_prefix("H5P.").unwrap_or(name)
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn html(value: &Value, pointer: &str) -> Rich {
    Rich::Html(text(value, pointer).to_owned())
}

/// Settings are written as truth values and as texts.
fn is_set(value: &Value, pointer: &str) -> Option<bool> {
    match value.pointer(pointer)? {
        Value::Bool(is) => Some(*is),
        Value::String(text) => Some(text == "true"),
        _ => None,
    }
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What tells a content in another apart.
fn identity(held: &Value) -> Option<String> {
    Some(text(held, "/subContentId")).filter(|id| !id.is_empty()).map(str::to_owned)
}

/// The title that somebody gave a content; the editor's own is none.
fn given_title(held: &Value) -> String {
    let title = plain(text(held, "/metadata/title"));
    if title.starts_with("Untitled") { String::new() } else { title }
}

/// Whether a held content's title is written over it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Titled {
    Yes,
    No,
}

/// Writes one page.
#[derive(Default)]
struct Writer {
    html: String,
    /// The section that is written, and how many questions were asked before it.
    section: Option<String>,
    asked_before: usize,
    questions: Vec<(Option<String>, Question)>,
    lost: Vec<String>,
}

impl Writer {
    fn page(self, title: &str, name: &str, lost: &mut Vec<Remark>) -> Page {
        lost.extend(self.lost.into_iter().map(|reason| Remark::file(CONTENT, reason)));
        Page {
            // Every page has a name of its own; its words all stand in the same file.
            file: format!("{CONTENT}/{name}"),
            path: format!("{BASE}{name}.md"),
            title: title.to_owned(),
            html: format!("<html><body>{}</body></html>", self.html),
            questions: self.questions,
        }
    }

    fn begin(&mut self, title: &str) {
        let title = plain(title);
        if !title.is_empty() {
            heading(&mut self.html, 2, &title);
            self.section = Some(title);
            self.asked_before = self.questions.len();
        }
    }

    /// Words, which may have headings of their own.
    fn words(&mut self, html: &str) {
        paragraph(&mut self.html, html);
        if let Some(title) = last_heading(html) {
            self.section = Some(title);
            self.asked_before = self.questions.len();
        }
    }

    /// A content that another holds: its type, its parameters and its title.
    fn held(&mut self, held: &Value, titled: Titled) {
        let library = text(held, "/library");
        if library.is_empty() {
            return;
        }
        let title = given_title(held);
        let id = identity(held).unwrap_or_else(|| (self.questions.len() + 1).to_string());
        let none = Value::Null;
        let params = held.get("params").unwrap_or(&none);
        let is_words = ["Text", "AdvancedText", "Table"].contains(&kind(library));
        if titled == Titled::Yes && is_words {
            // Words that follow a question stay behind it: they begin a section.
            match self.questions.len() > self.asked_before {
                true => self.begin(&title),
                false => heading(&mut self.html, 3, &title),
            }
        }
        self.content(kind(library), params, &title, &id);
    }

    fn content(&mut self, kind: &str, params: &Value, title: &str, id: &str) {
        match kind {
            "Column" => self.all(list(params, "content"), "/content"),
            "QuestionSet" => {
                paragraph(&mut self.html, text(params, "/introPage/introduction"));
                self.all(list(params, "questions"), "");
            }
            "CoursePresentation" => {
                let none = Value::Null;
                for slide in list(params.get("presentation").unwrap_or(&none), "slides") {
                    self.begin(text(slide, "/keywords/0/main"));
                    self.all(list(slide, "elements"), "/action");
                }
            }
            "InteractiveVideo" => {
                let none = Value::Null;
                let video = params.get("interactiveVideo").unwrap_or(&none);
                let files = video.get("video").unwrap_or(&none);
                self.media(list(files, "files"), title);
                let assets = video.get("assets").unwrap_or(&none);
                self.all(list(assets, "interactions"), "/action");
                if let Some(task) = video.pointer("/summary/task") {
                    self.held(task, Titled::No);
                }
            }
            "Accordion" => {
                for panel in list(params, "panels") {
                    heading(&mut self.html, 3, text(panel, "/title"));
                    if let Some(content) = panel.get("content") {
                        self.held(content, Titled::No);
                    }
                }
            }
            "Text" | "AdvancedText" | "Table" => self.words(text(params, "/text")),
            "Image" => {
                let address = text(params, "/file/path");
                if !address.is_empty() {
                    picture(&mut self.html, address, text(params, "/alt"));
                }
            }
            "Video" => self.media(list(params, "sources"), title),
            "Audio" => self.media(list(params, "files"), title),
            "Link" => {
                let protocol = text(params, "/linkWidget/protocol");
                let address = format!("{protocol}{}", text(params, "/linkWidget/url"));
                link(&mut self.html, &address, &plain(text(params, "/title")));
            }
            "Dialogcards" => {
                paragraph(&mut self.html, text(params, "/description"));
                for card in list(params, "dialogs") {
                    heading(&mut self.html, 3, text(card, "/text"));
                    let address = text(card, "/image/path");
                    if !address.is_empty() {
                        picture(&mut self.html, address, text(card, "/imageAltText"));
                    }
                    paragraph(&mut self.html, text(card, "/answer"));
                }
            }
            _ => self.ask(kind, params, title, id),
        }
    }

    /// Everything that a content holds in a list.
    fn all(&mut self, entries: &[Value], pointer: &str) {
        for held in entries.iter().filter_map(|entry| entry.pointer(pointer)) {
            self.held(held, Titled::Yes);
        }
    }

    /// The first of several forms of a recording.
    fn media(&mut self, sources: &[Value], title: &str) {
        let address = sources.first().map(|it| text(it, "/path")).unwrap_or_default();
        if !address.is_empty() {
            let name = address.rsplit('/').next().unwrap_or(address);
            link(&mut self.html, address, if title.is_empty() { name } else { title });
        }
    }

    /// A content that asks, or one that cannot be carried over.
    fn ask(&mut self, kind: &str, params: &Value, title: &str, id: &str) {
        let several = |name: &str| list(params, name).iter().enumerate();
        let made: Vec<Question> = match kind {
            "MultiChoice" => vec![choice(params)],
            "MultiMediaChoice" => vec![pictured_choice(params)],
            "TrueFalse" => vec![Question {
                prompt: asked(params, "/question"),
                answer: Answer::TrueFalse(is_set(params, "/correct") == Some(true)),
                correct: html(params, "/behaviour/feedbackOnCorrect"),
                incorrect: html(params, "/behaviour/feedbackOnWrong"),
                ..Question::default()
            }],
            "Blanks" => {
                let all = list(params, "questions").iter().filter_map(Value::as_str);
                vec![blanks(params, "/text", &all.collect::<String>())]
            }
            "DragText" => {
                let lines = escaped(text(params, "/textField")).replace('\n', "<br>");
                self.lost.push(format!(
                    "{}words were dragged into their places: now they are typed",
                    quoted(title)
                ));
                vec![blanks(params, "/taskDescription", &format!("<p>{lines}</p>"))]
            }
            "Essay" => vec![Question {
                prompt: asked(params, "/taskDescription"),
                answer: Answer::Essay {
                    sample: html(params, "/solution/sample"),
                    max_characters: params
                        .pointer("/behaviour/maximumLength")
                        .and_then(Value::as_u64)
                        .and_then(|most| u32::try_from(most).ok()),
                },
                ..Question::default()
            }],
            "SortParagraphs" => vec![Question {
                prompt: asked(params, "/taskDescription"),
                answer: Answer::Ordering(
                    list(params, "paragraphs")
                        .iter()
                        .filter_map(Value::as_str)
                        .map(|it| Rich::Html(it.to_owned()))
                        .collect(),
                ),
                ..Question::default()
            }],
            "SingleChoiceSet" => several("choices")
                .map(|(n, it)| first_is_right(it, html(it, "/question"), list(it, "answers"), n))
                .collect(),
            "Summary" => several("summaries")
                .map(|(n, it)| {
                    let prompt = html(params, "/intro");
                    first_is_right(it, prompt, list(it, "summary"), n)
                })
                .collect(),
            "Flashcards" => several("cards").map(|(n, card)| flashcard(params, card, n)).collect(),
            _ => {
                self.lost.push(format!(
                    "{}`H5P.{kind}` cannot be carried over: it is in the package only",
                    quoted(title)
                ));
                return;
            }
        };
        for question in made {
            // Of several under one title each has its own words for a name.
            let (id, name) = match &question.id {
                Some(part) => (format!("{id}/{part}"), String::new()),
                None => (id.to_owned(), title.to_owned()),
            };
            let question = Question { id: Some(id), name, ..question };
            self.questions.push((self.section.clone(), question));
        }
    }
}

fn quoted(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!("“{title}”: ") }
}

/// What is asked, after the picture that it is asked about.
fn asked(params: &Value, pointer: &str) -> Rich {
    let mut written = String::new();
    let shown = params.pointer("/media/type").or_else(|| params.get("media"));
    let shown = shown.filter(|it| kind(text(it, "/library")) == "Image");
    if let Some(address) = shown.map(|it| text(it, "/params/file/path")).filter(|it| !it.is_empty())
    {
        picture(&mut written, address, shown.map(|it| text(it, "/params/alt")).unwrap_or_default());
    }
    paragraph(&mut written, text(params, pointer));
    Rich::Html(written)
}

fn choice(params: &Value) -> Question {
    let answers = list(params, "answers");
    let choices: Vec<Choice> = answers
        .iter()
        .map(|it| Choice {
            text: html(it, "/text"),
            correct: is_set(it, "/correct") == Some(true),
            feedback: html(it, "/tipsAndFeedback/chosenFeedback"),
        })
        .collect();
    Question {
        prompt: asked(params, "/question"),
        answer: chosen(params, choices, "/behaviour/randomAnswers"),
        ..Question::default()
    }
}

fn pictured_choice(params: &Value) -> Question {
    let choices = list(params, "options").iter().map(|option| {
        let mut shown = String::new();
        let alt = text(option, "/media/params/alt");
        picture(&mut shown, text(option, "/media/params/file/path"), alt);
        let correct = is_set(option, "/correct") == Some(true);
        Choice { text: Rich::Html(shown), correct, feedback: Rich::default() }
    });
    Question {
        prompt: asked(params, "/question"),
        answer: chosen(params, choices.collect(), "/behaviour/randomAnswers"),
        ..Question::default()
    }
}

/// `auto` is one choice when one is right.
fn chosen(params: &Value, choices: Vec<Choice>, shuffle: &str) -> Answer {
    let right = choices.iter().filter(|it| it.correct).count();
    let kind = text(params, "/behaviour/type");
    let kind = if kind.is_empty() { text(params, "/behaviour/questionType") } else { kind };
    Answer::Choice {
        single: kind == "single" || (kind != "multi" && right == 1),
        shuffle: is_set(params, shuffle).unwrap_or(false),
        partial: is_set(params, "/behaviour/singlePoint") != Some(true),
        choices,
    }
}

/// Answers of which the first is right, shown in any order.
fn first_is_right(from: &Value, prompt: Rich, answers: &[Value], n: usize) -> Question {
    let choices = answers.iter().filter_map(Value::as_str).enumerate();
    let choices = choices.map(|(n, text)| Choice {
        text: Rich::Html(text.to_owned()),
        correct: n == 0,
        feedback: Rich::default(),
    });
    Question {
        id: Some(identity(from).unwrap_or_else(|| (n + 1).to_string())),
        prompt,
        answer: Answer::Choice {
            choices: choices.collect(),
            single: true,
            shuffle: true,
            partial: false,
        },
        hints: hints([text(from, "/tip")].into_iter()),
        ..Question::default()
    }
}

fn flashcard(params: &Value, card: &Value, n: usize) -> Question {
    let mut prompt = String::new();
    let address = text(card, "/image/path");
    if !address.is_empty() {
        picture(&mut prompt, address, text(card, "/imageAltText"));
    }
    paragraph(&mut prompt, text(card, "/text"));
    let accept = text(card, "/answer").split('/').map(plain).filter(|it| !it.is_empty());
    Question {
        id: Some((n + 1).to_string()),
        prompt: Rich::Html(prompt),
        answer: Answer::Blanks(vec![Blank {
            id: "1".to_owned(),
            accept: accept.collect(),
            case_sensitive: is_set(params, "/caseSensitive").unwrap_or(false),
        }]),
        hints: hints([text(card, "/tip")].into_iter()),
        ..Question::default()
    }
}

fn hints<'a>(tips: impl Iterator<Item = &'a str>) -> Vec<Rich> {
    let tips = tips.map(plain).filter(|tip| !tip.is_empty());
    tips.map(Rich::Plain).collect()
}

/// A text in which words between asterisks are to be filled in: `*word/another:tip*`.
fn blanks(params: &Value, introduction: &str, marked: &str) -> Question {
    let mut prompt = String::new();
    if let Rich::Html(before) = asked(params, introduction) {
        prompt.push_str(&before);
    }
    let case_sensitive = is_set(params, "/behaviour/caseSensitive").unwrap_or(false);
    let (mut blanks, mut tips) = (Vec::new(), Vec::new());
    let mut parts = marked.split('*');
    prompt.push_str(parts.next().unwrap_or_default());
    while let Some(marked) = parts.next() {
        let Some(after) = parts.next() else {
            // An asterisk that nothing closes is one.
            prompt.push('*');
            prompt.push_str(marked);
            break;
        };
        // What is said of an answer stands behind `\+` and `\-`.
        let said = marked.find("\\+").or_else(|| marked.find("\\-"));
        let (words, tip) = match said {
            Some(end) => (&marked[..end], ""),
            None => marked.split_once(':').unwrap_or((marked, "")),
        };
        let accept: Vec<String> = words.split('/').map(plain).filter(|it| !it.is_empty()).collect();
        let id = (blanks.len() + 1).to_string();
        prompt.push_str(&blank_mark(&id));
        prompt.push_str(after);
        blanks.push(Blank { id, accept, case_sensitive });
        tips.push(tip.to_owned());
    }
    Question {
        prompt: Rich::Html(prompt),
        answer: Answer::Blanks(blanks),
        hints: hints(tips.iter().map(String::as_str)),
        ..Question::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_between_asterisks_are_blanks() {
        let params = serde_json::json!({"text": "Fill in", "behaviour": {"caseSensitive": true}});
        let question =
            blanks(&params, "/text", "<p>*Oslo/Christiania:a tip* is in *Norway*, 2 * 3</p>");
        let Answer::Blanks(found) = &question.answer else { panic!() };
        assert_eq!(found[0].accept, ["Oslo", "Christiania"]);
        assert!(found[1].case_sensitive && found.len() == 2);
        assert_eq!(question.hints, [Rich::Plain("a tip".to_owned())]);
        let whole = "<p>Fill in</p><p>[blank 1] is in [blank 2], 2 * 3</p>";
        assert_eq!(question.prompt, Rich::Html(whole.to_owned()));
    }

    #[test]
    fn a_choice_is_single_when_its_type_or_its_answers_say_so() {
        let answers = serde_json::json!([{"text": "a", "correct": true}, {"text": "b"}]);
        for (kind, expected) in [("auto", true), ("single", true), ("multi", false)] {
            let params = serde_json::json!({"answers": answers, "behaviour": {"type": kind}});
            let Answer::Choice { single, .. } = choice(&params).answer else { panic!() };
            assert_eq!(single, expected, "{kind}");
        }
    }
}
