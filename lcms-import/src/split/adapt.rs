//! The data that Adapt draws its pages from: content objects hold articles, articles blocks, blocks
//! components. A content object becomes a lesson, an article a topic, a component what it says.
//!
//! Component types that are known: text, graphic, media, the lists (accordion, narrative, hot graphic and
//! what else has items with words), and the questions mcq, gmcq, matching and textinput. Of any
//! other, title and text are kept and the loss is named.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lcms_formats::quiz::{Answer, Blank, Choice, Question, Rich};
use serde::Deserialize;
use serde_json::Value;

use super::written::{escaped, heading, link, paragraph, picture, plain};
use super::{Page, Piece, Pieces};
use crate::error::ImportError;
use crate::folder::Folder;
use crate::report::Remark;

/// Most bytes of one data file.
const MAX_DATA: u64 = 32 << 20;
/// Menus inside each other.
const MAX_DEPTH: usize = 8;

/// The folder of the course in its default language: `course/en/`.
pub(super) fn language_folder(folder: &Folder) -> Option<String> {
    let config = folder.bytes("course/config.json", MAX_DATA).ok()?;
    let config: Value = serde_json::from_slice(&config).ok()?;
    let language = config.get("_defaultLanguage").and_then(Value::as_str).unwrap_or("en");
    let at = format!("course/{language}/");
    folder.contains(&format!("{at}components.json")).then_some(at)
}

/// One record of the data: every kind of them has these.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Record {
    #[serde(rename = "_id")]
    id: String,
    #[serde(rename = "_parentId")]
    parent: String,
    #[serde(rename = "_type")]
    kind: String,
    #[serde(rename = "_component")]
    component: String,
    title: String,
    #[serde(rename = "displayTitle")]
    display_title: String,
    body: String,
    #[serde(rename = "pageBody")]
    page_body: String,
    #[serde(rename = "_items")]
    items: Vec<Value>,
    #[serde(rename = "_graphic")]
    graphic: Value,
    #[serde(rename = "_media")]
    media: Value,
    #[serde(rename = "_selectable")]
    selectable: Option<u32>,
    #[serde(rename = "_isRandom")]
    random: bool,
    #[serde(rename = "_questionWeight")]
    weight: Option<f64>,
    #[serde(rename = "_feedback")]
    feedback: Value,
}

impl Record {
    fn shown(&self) -> &str {
        if self.display_title.trim().is_empty() { &self.title } else { &self.display_title }
    }
}

/// Records by what holds them, in their order.
type Below = BTreeMap<String, Vec<Record>>;

/// Reads the course in that folder.
pub(super) fn read(folder: &Folder, at: &str) -> Result<Pieces, ImportError> {
    let mut below = Below::new();
    for name in ["contentObjects", "articles", "blocks", "components"] {
        let path = format!("{at}{name}.json");
        let bytes = folder.bytes(&path, MAX_DATA)?;
        let records: Vec<Record> = serde_json::from_slice(&bytes)
            .map_err(|error| ImportError::format(&path, error.line(), error.to_string()))?;
        for record in records {
            below.entry(record.parent.clone()).or_default().push(record);
        }
    }
    let mut writer =
        Writer { below: &below, file: format!("{at}components.json"), lost: Vec::new() };
    let entries = writer.menu("course", 0);
    Ok(Pieces { entries, lost: writer.lost, unnamed: Vec::new() })
}

struct Writer<'a> {
    below: &'a Below,
    /// Where the words stand.
    file: String,
    lost: Vec<Remark>,
}

impl<'a> Writer<'a> {
    fn below(&self, id: &str) -> &'a [Record] {
        self.below.get(id).map_or(&[], Vec::as_slice)
    }

    /// The pages and menus in a menu.
    fn menu(&mut self, id: &str, depth: usize) -> Vec<Piece> {
        if depth >= MAX_DEPTH {
            return Vec::new();
        }
        let mut pieces = Vec::new();
        for record in self.below(id) {
            match record.kind.as_str() {
                "menu" => pieces.push(Piece::Group {
                    title: plain(record.shown()),
                    entries: self.menu(&record.id, depth + 1),
                }),
                "page" => pieces.push(Piece::Page(self.page(record))),
                _ => {}
            }
        }
        pieces
    }

    fn page(&mut self, record: &Record) -> Page {
        let mut html = String::new();
        paragraph(
            &mut html,
            if record.page_body.is_empty() { &record.body } else { &record.page_body },
        );
        let mut questions = Vec::new();
        for article in self.below(&record.id) {
            let title =
                plain(if article.shown().is_empty() { record.shown() } else { article.shown() });
            let _ = write!(html, "<h2>{}</h2>", escaped(&title));
            paragraph(&mut html, &article.body);
            for block in self.below(&article.id) {
                if block.shown() != article.shown() {
                    heading(&mut html, 3, &block.display_title);
                }
                paragraph(&mut html, &block.body);
                for component in self.below(&block.id) {
                    match question(component) {
                        Some(question) => questions.push((Some(title.clone()), question)),
                        None => self.component(component, &mut html),
                    }
                }
            }
        }
        Page {
            // Every page has a name of its own; its words all stand in the same file.
            file: format!("{}/{}", self.file, record.id),
            path: format!("{}.md", record.id),
            title: plain(record.shown()),
            html: format!("<html><body>{html}</body></html>"),
            questions,
        }
    }

    /// What a component says that asks nothing.
    fn component(&mut self, component: &Record, html: &mut String) {
        heading(html, 3, component.shown());
        paragraph(html, &component.body);
        image(html, &component.graphic);
        for name in ["mp4", "webm", "ogv", "mp3", "source"] {
            if let Some(path) = component.media.get(name).and_then(Value::as_str) {
                link(html, path, component.shown());
                break;
            }
        }
        let is_known =
            ["text", "graphic", "media", "blank"].contains(&component.component.as_str());
        let mut says_something = false;
        for item in &component.items {
            let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
            says_something |= !text("body").is_empty() || !text("title").is_empty();
            heading(html, 4, text("title"));
            if let Some(graphic) = item.get("_graphic") {
                image(html, graphic);
            }
            paragraph(html, text("body"));
        }
        if !is_known && !says_something {
            let reason = format!(
                "“{}” is a `{}`, which a program draws: its title and text were kept",
                plain(component.shown()),
                component.component
            );
            self.lost.push(Remark::file(&self.file, reason));
        }
    }
}

/// The question that a component asks, if it is of a type that can be carried over.
fn question(component: &Record) -> Option<Question> {
    let text = |value: &Value, name: &str| {
        Rich::Html(value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned())
    };
    let is_true =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_bool) == Some(true);
    let items = &component.items;
    let answer = match component.component.as_str() {
        "mcq" | "gmcq" => Answer::Choice {
            choices: items
                .iter()
                .map(|item| Choice {
                    text: pictured(item),
                    correct: is_true(item, "_shouldBeSelected"),
                    feedback: text(item, "feedback"),
                })
                .collect(),
            single: component.selectable.unwrap_or(1) == 1,
            shuffle: component.random,
            partial: true,
        },
        "matching" => {
            let options = |item: &'_ Value| {
                item.get("_options").and_then(Value::as_array).cloned().unwrap_or_default()
            };
            let mut pairs = Vec::new();
            let mut distractors: Vec<Rich> = Vec::new();
            for item in items {
                for option in options(item) {
                    if is_true(&option, "_isCorrect") {
                        pairs.push((text(item, "text"), text(&option, "text")));
                    } else {
                        distractors.push(text(&option, "text"));
                    }
                }
            }
            // What is wrong for one is mostly right for another.
            distractors.retain(|it| !pairs.iter().any(|(_, right)| right == it));
            distractors.sort_by_key(|it| format!("{it:?}"));
            distractors.dedup();
            Answer::Matching { pairs, distractors }
        }
        "textinput" => Answer::Blanks(
            items
                .iter()
                .enumerate()
                .map(|(n, item)| Blank {
                    id: (n + 1).to_string(),
                    accept: item
                        .get("_answers")
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten()
                        .filter_map(|answer| answer.as_str().map(str::to_owned))
                        .collect(),
                    ..Blank::default()
                })
                .collect(),
        ),
        _ => return None,
    };
    let said = |value: Option<&Value>| {
        let text = match value {
            Some(Value::String(text)) => text.clone(),
            Some(value) => {
                value.get("final").and_then(Value::as_str).unwrap_or_default().to_owned()
            }
            None => String::new(),
        };
        Rich::Html(text)
    };
    let feedback = &component.feedback;
    let mut prompt = component.body.clone();
    if let Answer::Blanks(blanks) = &answer {
        for (blank, item) in blanks.iter().zip(items) {
            let around = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
            let mark = lcms_formats::quiz::blank_mark(&blank.id);
            let _ = write!(prompt, "<p>{} {mark} {}</p>", around("prefix"), around("suffix"));
        }
    }
    Some(Question {
        id: Some(component.id.clone()),
        name: plain(component.shown()),
        prompt: Rich::Html(prompt),
        answer,
        points: component.weight.filter(|weight| *weight > 0.0),
        correct: said(feedback.get("correct").or_else(|| feedback.get("_correct"))),
        incorrect: said(feedback.get("_incorrect").or_else(|| feedback.get("incorrect"))),
        ..Question::default()
    })
}

/// The words of a choice, with its picture.
fn pictured(item: &Value) -> Rich {
    let mut html = String::new();
    if let Some(graphic) = item.get("_graphic") {
        image(&mut html, graphic);
    }
    html.push_str(item.get("text").and_then(Value::as_str).unwrap_or_default());
    Rich::Html(html)
}

fn image(html: &mut String, graphic: &Value) {
    let text = |name: &str| graphic.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
    if let Some(path) = text("large").or_else(|| text("src")) {
        picture(html, path, text("alt").unwrap_or_default());
    }
}
