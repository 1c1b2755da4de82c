//! Questions, assessments and the assets that they show, as components.

use std::cell::RefCell;
use std::collections::HashMap;

use lcms_core::model::content::{Assessment, Asset, Section};
use lcms_core::model::{Content, Key, Kind, Metadata, Placement};
use lcms_core::service::ImportSubject;
use lcms_formats::XmlLimits;
use lcms_formats::quiz::qti::{self, Package};
use lcms_formats::quiz::{self, Answer, Question, Rich};
use serde_json::{Value, json};

use super::bank::{self, Bank, Format, MAX_BANK};
use super::texts::Texts;
use crate::error::ImportError;
use crate::folder::Folder;
use crate::keys::Keys;
use crate::media::{file_name, media_type};
use crate::reader::{AssetFile, Reading};
use crate::report::Remark;
use crate::slots::Slots;

/// Most characters of a title made of a prompt.
const TITLE: usize = 100;

pub(super) fn compose(folder: &Folder, found: &Bank) -> Result<Reading, ImportError> {
    let files = match found {
        Bank::Files(files) => files.clone(),
        Bank::Qti(package) => {
            package.items.iter().map(|item| (item.path.clone(), Format::Qti)).collect()
        }
    };
    let mut banks = Vec::new();
    let mut reading = Reading { repaired: folder.repaired().to_vec(), ..Reading::default() };
    for (path, format) in files {
        if !folder.contains(&path) {
            let reason = format!("`{path}` is listed and not there");
            reading.unsupported.push(Remark::file(folder.name(), reason));
            continue;
        }
        match bank::read(folder, &path, format) {
            Ok(read) => banks.push((path, read)),
            // One broken item of a package is no reason to refuse the others.
            Err(error) if matches!(found, Bank::Qti(_)) => {
                reading.unsupported.push(Remark::file(path, error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    let package = match found {
        Bank::Qti(package) => Some(package),
        Bank::Files(_) => None,
    };
    let mut reading = questions(folder, banks, package, reading)?;
    skipped(folder, found, &mut reading);
    Ok(reading)
}

/// Composes the questions of banks, each with the path that it stands at, and the tests made of them.
pub(crate) fn questions(
    folder: &Folder,
    banks: Vec<(String, quiz::Reading)>,
    tests: Option<&Package>,
    reading: Reading,
) -> Result<Reading, ImportError> {
    let mut overlay = folder.overlay();
    let mut embedded = HashMap::new();
    for (path, read) in &banks {
        for (n, question) in read.questions.iter().enumerate() {
            for file in &question.files {
                let at = format!("{path}.files/{n}/{}", file_name(&file.name));
                overlay.put(at.clone(), file.bytes.clone());
                embedded.insert((path.clone(), n, file.address.clone()), at);
            }
        }
    }
    let mut composer = Composer {
        folder: &overlay,
        texts: Texts {
            folder: &overlay,
            assets: RefCell::default(),
            keys: RefCell::new(Keys::default()),
            base: String::new(),
            embedded: HashMap::new(),
            lost: Vec::new(),
        },
        reading,
        made: HashMap::new(),
        sources: HashMap::new(),
    };
    for (path, read) in banks {
        composer.bank(&path, &read, &embedded)?;
    }
    if let Some(package) = tests {
        composer.tests(package)?;
    }
    composer.assets()?;
    let mut reading = composer.reading;
    reading.overlay = Some(overlay);
    Ok(reading)
}

struct Composer<'a> {
    folder: &'a Folder,
    texts: Texts<'a>,
    reading: Reading,
    /// Keys and sources of the questions made of each file.
    made: HashMap<String, Vec<(Key, String)>>,
    /// How often a source's name was given.
    sources: HashMap<String, usize>,
}

impl Composer<'_> {
    fn key(&self, name: &str) -> Key {
        self.texts.keys.borrow_mut().next(&[self.folder.name(), name])
    }

    /// A name for a part of a file that is the same in the next import.
    fn source(&mut self, path: &str, part: &str) -> String {
        let name = format!("{}/{path}#{part}", self.folder.name());
        let count = self.sources.entry(name.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { name } else { format!("{name} ({count})") }
    }

    fn bank(
        &mut self,
        path: &str,
        read: &quiz::Reading,
        embedded: &HashMap<(String, usize, String), String>,
    ) -> Result<(), ImportError> {
        let source = format!("{}/{path}", self.folder.name());
        for lost in &read.unsupported {
            let reason = match lost.question.is_empty() {
                true => lost.what.clone(),
                false => format!("“{}”: {}", lost.question, lost.what),
            };
            let remark = Remark { source: source.clone(), line: lost.line, reason };
            self.reading.unsupported.push(remark);
        }
        self.texts.base =
            path.rsplit_once('/').map(|(base, _)| format!("{base}/")).unwrap_or_default();
        for (n, question) in read.questions.iter().enumerate() {
            let here = embedded.iter().filter(|((file, at, _), _)| file == path && *at == n);
            self.texts.embedded =
                here.map(|((_, _, address), at)| (address.clone(), at.clone())).collect();
            self.question(path, &source, question)?;
        }
        Ok(())
    }

    fn question(&mut self, path: &str, file: &str, question: &Question) -> Result<(), ImportError> {
        let title = match question.name.trim() {
            "" => Texts::line(&question.prompt, TITLE),
            name => Texts::line(&Rich::Plain(name.to_owned()), 500),
        };
        let title = if title.is_empty() { "Question".to_owned() } else { title };
        let part = question.id.clone().unwrap_or_else(|| title.clone());
        let mut document = self.document(question, &title);
        for lost in std::mem::take(&mut self.texts.lost) {
            let reason = format!("“{title}”: {lost} could not be carried over");
            self.reading.unsupported.push(Remark {
                source: file.to_owned(),
                line: question.line,
                reason,
            });
        }
        if let Some(points) = question.points {
            document["points"] = json!(points);
        }
        let content = match Content::parse(Kind::Question, document) {
            Ok(content) => content,
            Err(violations) => {
                let rules: Vec<String> = violations.iter().map(|it| it.message.clone()).collect();
                let reason = format!("“{title}”: {}; it was left out", rules.join("; "));
                let remark = Remark { source: file.to_owned(), line: question.line, reason };
                self.reading.unsupported.push(remark);
                return Ok(());
            }
        };
        let key = self.key(&title);
        let source = self.source(path, &part);
        let mut metadata = Metadata {
            tags: question.categories.iter().chain(&question.tags).cloned().collect(),
            ..Metadata::default()
        };
        metadata.normalise();
        let made = self.made.entry(path.to_owned()).or_default();
        made.push((key.clone(), source.clone()));
        self.reading.subjects.push(ImportSubject {
            source,
            line: question.line,
            id: None,
            key,
            content,
            metadata,
        });
        Ok(())
    }

    fn document(&mut self, question: &Question, title: &str) -> Value {
        let mut text = |rich: &Rich| self.texts.markdown(rich);
        let mut prompt = text(&question.prompt);
        if prompt.is_empty() {
            title.clone_into(&mut prompt);
        }
        let general = text(&question.general);
        let mut said = |rich: &Rich| {
            let own = text(rich);
            [own, general.clone()]
                .into_iter()
                .filter(|it| !it.is_empty())
                .collect::<Vec<_>>()
                .join("\n\n")
        };
        let feedback =
            json!({"correct": said(&question.correct), "incorrect": said(&question.incorrect)});
        let hints: Vec<String> = question.hints.iter().map(&mut text).collect();
        let item = |n: usize, text: String| json!({"id": (n + 1).to_string(), "text": text});
        let interaction = match &question.answer {
            Answer::Choice { choices, single, shuffle, partial } => {
                let choices: Vec<Value> = choices
                    .iter()
                    .enumerate()
                    .map(|(n, choice)| {
                        json!({
                            "id": letter(n), "text": text(&choice.text),
                            "correct": choice.correct, "feedback": text(&choice.feedback),
                        })
                    })
                    .collect();
                match single {
                    true => {
                        json!({"type": "single_choice", "choices": choices, "shuffle": shuffle})
                    }
                    false => json!({
                        "type": "multiple_choice", "choices": choices, "shuffle": shuffle,
                        "partial_credit": partial,
                    }),
                }
            }
            Answer::TrueFalse(answer) => json!({"type": "true_false", "answer": answer}),
            Answer::Blanks(blanks) => {
                let blanks: Vec<Value> = blanks
                    .iter()
                    .map(|blank| {
                        json!({"id": blank.id, "accept": blank.accept, "case_sensitive": blank.case_sensitive})
                    })
                    .collect();
                json!({"type": "fill_in", "blanks": blanks})
            }
            Answer::Matching { pairs, distractors } => {
                let mut targets: Vec<String> = Vec::new();
                let mut place = |text: String| match targets.iter().position(|known| *known == text)
                {
                    Some(at) => at,
                    None => {
                        targets.push(text);
                        targets.len() - 1
                    }
                };
                let (mut sources, mut right) = (Vec::new(), Vec::new());
                for (n, (source, target)) in pairs.iter().enumerate() {
                    let target = place(text(target));
                    sources.push(item(n, text(source)));
                    right.push(
                        json!({"source": (n + 1).to_string(), "target": (target + 1).to_string()}),
                    );
                }
                for distractor in distractors {
                    place(text(distractor));
                }
                let targets: Vec<Value> =
                    targets.into_iter().enumerate().map(|(n, text)| item(n, text)).collect();
                json!({"type": "matching", "sources": sources, "targets": targets, "pairs": right})
            }
            Answer::Ordering(items) => {
                let items: Vec<Value> =
                    items.iter().enumerate().map(|(n, entry)| item(n, text(entry))).collect();
                json!({"type": "ordering", "items": items})
            }
            Answer::Numeric { answer, tolerance, unit } => {
                json!({"type": "numeric", "answer": answer, "tolerance": tolerance, "unit": unit})
            }
            Answer::Essay { sample, max_characters } => json!({
                "type": "long_answer", "max_characters": max_characters, "sample_answer": text(sample),
            }),
        };
        json!({
            "title": title, "prompt": prompt, "interaction": interaction, "feedback": feedback,
            "hints": hints.into_iter().filter(|hint| !hint.is_empty()).collect::<Vec<_>>(),
        })
    }

    fn tests(&mut self, package: &Package) -> Result<(), ImportError> {
        for path in &package.tests {
            if !self.folder.contains(path) {
                continue;
            }
            let bytes = self.folder.bytes(path, MAX_BANK)?;
            let test = match qti::read_test(&bytes, &XmlLimits::default()) {
                Ok(test) => test,
                Err(error) => {
                    self.reading.unsupported.push(Remark::file(path, error.to_string()));
                    continue;
                }
            };
            let source = self.source(path, &test.id);
            let title =
                if test.title.is_empty() { self.folder.name().to_owned() } else { test.title };
            let base =
                path.rsplit_once('/').map(|(base, _)| format!("{base}/")).unwrap_or_default();
            let mut slots = Slots::of(&source);
            let mut sections = Vec::new();
            for (n, section) in test.sections.iter().enumerate() {
                let items = section.items.iter().map(|item| format!("{base}{item}"));
                let questions = items.filter_map(|item| self.made.get(&item)).flatten();
                let entries: Vec<Placement> = questions
                    .map(|(key, source)| slots.placement("entries", source, key))
                    .collect();
                if entries.is_empty() {
                    let reason =
                        format!("the section “{}” is empty now; it was left out", section.title);
                    self.reading.unsupported.push(Remark::file(path, reason));
                    continue;
                }
                let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
                sections.push(Section {
                    id: format!("s{}", n + 1),
                    title: Some(section.title.clone()).filter(|title| !title.is_empty()),
                    draw: section.draw.filter(|draw| (1..count).contains(draw)),
                    shuffle: section.shuffle,
                    entries,
                });
            }
            if sections.is_empty() {
                continue;
            }
            let assessment = Assessment {
                title: title.clone(),
                introduction: String::new(),
                objectives: Vec::new(),
                shuffle: false,
                pass_mark: None,
                attempts: None,
                sections,
            };
            let document = serde_json::to_value(assessment)
                .map_err(|error| ImportError::format(path, None, error.to_string()))?;
            let content = Content::parse(Kind::Assessment, document)
                .map_err(|violations| ImportError::document(path, violations))?;
            let key = self.key(&title);
            self.reading.subjects.push(ImportSubject {
                source,
                line: None,
                id: None,
                key,
                content,
                metadata: Metadata::default(),
            });
        }
        Ok(())
    }

    fn assets(&mut self) -> Result<(), ImportError> {
        for (path, key) in self.texts.assets.take() {
            let digest = self.folder.digest(&path)?;
            let size = self.folder.files().get(&path).map_or(0, |file| file.size);
            let name = file_name(&path);
            let media_type = media_type(&path).to_owned();
            let asset = Asset {
                title: name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned(),
                blob: digest,
                size,
                file_name: name,
                media_type: media_type.clone(),
                alt: None,
                decorative: false,
                caption: None,
                transcript: None,
                tracks: Vec::new(),
            };
            let document = serde_json::to_value(asset)
                .map_err(|error| ImportError::format(&path, None, error.to_string()))?;
            let content = Content::parse(Kind::Asset, document)
                .map_err(|violations| ImportError::document(&path, violations))?;
            let source = format!("{}/{path}", self.folder.name());
            self.reading.files.push(AssetFile { path, media_type, digest });
            self.reading.subjects.push(ImportSubject {
                source,
                line: None,
                id: None,
                key,
                content,
                metadata: Metadata::default(),
            });
        }
        Ok(())
    }
}

/// Choices are told apart by letters, and after `z` by numbers.
fn letter(n: usize) -> String {
    let letter = u8::try_from(n).ok().filter(|n| *n < 26).map(|n| char::from(b'a' + n));
    letter.map_or_else(|| (n + 1).to_string(), String::from)
}

/// Every file that nothing was made of.
fn skipped(folder: &Folder, found: &Bank, reading: &mut Reading) {
    reading.skipped.extend(folder.skipped().iter().cloned());
    let is_bank = |path: &str| match found {
        Bank::Files(files) => files.iter().any(|(known, _)| known == path),
        Bank::Qti(package) => {
            path == lcms_formats::manifest::MANIFEST_FILE
                || package.items.iter().any(|item| item.path == path)
                || package.tests.iter().any(|test| test == path)
        }
    };
    for path in folder.files().keys() {
        let is_used = reading.files.iter().any(|file| file.path == *path);
        if !is_used && !is_bank(path) {
            reading.skipped.push(Remark::file(path, "no question shows it"));
        }
    }
}
