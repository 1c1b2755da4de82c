//! A course's pages as components.
//!
//! Keys are made of the course's key, path and heading; source names of the folder's name, path and
//! heading. Both are the same in the next import, whatever else changed.

use std::collections::{HashMap, HashSet};

use lcms_core::model::content::{Asset, Course, Lesson, Module, Objective, Topic};
use lcms_core::model::{Content, Key, Metadata, Placement};
use lcms_core::service::ImportSubject;
use serde::Serialize;

use super::assets::{self, Assets};
use super::emit;
use super::outline::{Entry, Outline, humanise, is_index};
use super::page::{Page, slug};
use super::rewrite::Rewriter;
use super::scan::definitions;
use super::settle::settle;
use super::site::Site;
use crate::error::ImportError;
use crate::folder::Folder;
use crate::keys::Keys;
use crate::media;
use crate::reader::{AssetFile, Reading};
use crate::report::Remark;
use crate::slots::Slots;

/// Most characters of a title.
const MAX_TITLE: usize = 500;

/// Reads a folder's pages and composes its course.
pub(crate) fn compose(folder: &Folder, outline: &Outline) -> Result<Reading, ImportError> {
    let mut keys = Keys::default();
    let course = keys.next(&[folder.name()]);
    let mut reading = Reading { courses: vec![course.clone()], ..Reading::default() };
    let hidden = folder.skipped().iter();
    reading.skipped.extend(hidden.map(|r| Remark::file(source(folder, &r.source), &r.reason)));
    for (path, reason) in &outline.skipped {
        reading.skipped.push(Remark::file(source(folder, path), reason));
    }
    let pages = read_pages(folder, outline, &mut reading)?;
    let lessons: Vec<Key> = pages
        .iter()
        .map(|page| keys.next(&[course.as_str(), named(outline, &page.path)]))
        .collect();
    let topics: Vec<Vec<Key>> = pages
        .iter()
        .zip(&lessons)
        .map(|(page, lesson)| {
            page.topics.iter().map(|topic| keys.next(&[lesson.as_str(), &topic.slug])).collect()
        })
        .collect();
    let site = Site::new(folder, outline, pages, topics);
    let (bodies, assets) = rewrite(&site, &course, &mut keys, &mut reading);
    let mut composer = Composer { site: &site, lessons: &lessons, keys, reading };
    let children = composer.entries(&outline.entries, &course)?;
    composer.course(&course, &children)?;
    for (page, bodies) in bodies.into_iter().enumerate() {
        composer.lesson(page, bodies)?;
    }
    composer.assets(&assets)?;
    let mut reading = composer.reading;
    unused(folder, &assets, &mut reading);
    Ok(reading)
}

/// A file's name in reports and among sources: the folder's name keeps two folders in one library
/// apart.
fn source(folder: &Folder, path: &str) -> String {
    format!("{}/{path}", folder.name())
}

/// A page's path as it shows in keys.
fn named<'p>(outline: &Outline, path: &'p str) -> &'p str {
    let path = path.rsplit_once('.').map_or(path, |(path, _)| path);
    outline.unnamed.iter().find_map(|folder| path.strip_prefix(folder.as_str())).unwrap_or(path)
}

fn read_pages(
    folder: &Folder,
    outline: &Outline,
    reading: &mut Reading,
) -> Result<Vec<Page>, ImportError> {
    let shared = match &outline.definitions {
        Some(path) => {
            let lines: Vec<String> = folder.text(path)?.split('\n').map(str::to_owned).collect();
            definitions(&lines, &[])
        }
        None => Vec::new(),
    };
    let mut pages = Vec::new();
    for path in outline.entries.iter().flat_map(Entry::pages) {
        let source = source(folder, path);
        let page = Page::read(path, &source, &folder.text(path)?, &shared);
        if page.topics.is_empty() && !outline.bare.contains(path) {
            reading.skipped.push(Remark::file(source, "there is no text in it"));
        } else {
            pages.push(page);
        }
    }
    Ok(pages)
}

/// Writes every topic's body, and finds the files that they use.
fn rewrite(
    site: &Site<'_>,
    course: &Key,
    keys: &mut Keys,
    reading: &mut Reading,
) -> (Vec<Vec<String>>, Assets) {
    let mut rewriter = Rewriter {
        site,
        course,
        keys,
        assets: Assets::default(),
        linked: HashSet::new(),
        unsupported: Vec::new(),
    };
    let rewritten: Vec<_> = (0..site.pages.len()).map(|page| rewriter.page(page)).collect();
    let Rewriter { assets, linked, mut unsupported, .. } = rewriter;
    let mut linked_on: HashMap<usize, HashSet<usize>> = HashMap::new();
    for (page, block) in linked {
        linked_on.entry(page).or_default().insert(block);
    }
    let known: HashSet<&Key> =
        site.topics.iter().flatten().chain(assets.all.iter().map(|asset| &asset.key)).collect();
    let mut all = Vec::new();
    for (n, (page, rewritten)) in site.pages.iter().zip(rewritten).enumerate() {
        let linked = linked_on.remove(&n).unwrap_or_default();
        let mut bodies = Vec::new();
        for lines in emit::bodies(page, rewritten, &linked) {
            let (body, changed) = settle(&lines, &known);
            let reason = "this was not understood and is kept as text";
            unsupported
                .extend(changed.into_iter().map(|line| (n, page.line(line), reason.to_owned())));
            bodies.push(body);
        }
        all.push(bodies);
        unsupported
            .extend(page.unsupported.iter().map(|(line, reason)| (n, *line, reason.clone())));
    }
    unsupported.sort();
    unsupported.dedup();
    let remarks = unsupported.into_iter();
    reading.unsupported.extend(
        remarks.map(|(page, line, reason)| Remark::line(&site.pages[page].source, line, reason)),
    );
    (all, assets)
}

/// Reports the files that nothing names.
fn unused(folder: &Folder, assets: &Assets, reading: &mut Reading) {
    let used: HashSet<&str> = assets.all.iter().map(|asset| asset.path.as_str()).collect();
    let told: HashSet<String> =
        reading.skipped.iter().map(|remark| remark.source.clone()).collect();
    for path in folder.files().keys().filter(|path| !used.contains(path.as_str())) {
        let source = source(folder, path);
        if !super::outline::is_page(path) && !told.contains(&source) {
            reading.skipped.push(Remark::file(source, "no page shows it or links to it"));
        }
    }
}

struct Composer<'s, 'f> {
    site: &'s Site<'f>,
    lessons: &'s [Key],
    keys: Keys,
    reading: Reading,
}

impl Composer<'_, '_> {
    /// Adds a component, once its documents are found to be valid.
    fn add<T: Serialize>(
        &mut self,
        source: String,
        line: Option<usize>,
        key: Key,
        make: impl FnOnce(T) -> Content,
        content: T,
        metadata: &Metadata,
    ) -> Result<(), ImportError> {
        let refused = |violations| ImportError::document(&source, violations);
        let content = make(content);
        let kind = content.kind();
        let json = |error: serde_json::Error| ImportError::format(&source, line, error.to_string());
        let content =
            Content::parse(kind, serde_json::to_value(&content).map_err(json)?).map_err(refused)?;
        let metadata =
            Metadata::parse(serde_json::to_value(metadata).map_err(json)?).map_err(refused)?;
        self.reading.subjects.push(ImportSubject {
            source,
            line,
            id: None,
            key,
            content,
            metadata,
        });
        Ok(())
    }

    /// What holds for every part of the course.
    fn shared_metadata(&self) -> Metadata {
        let Metadata { licence, attribution, .. } = self.site.outline.metadata.clone();
        Metadata { licence, attribution, ..Metadata::default() }
    }

    /// Composes the modules of a course or module; answers the children, by source and key.
    fn entries(
        &mut self,
        entries: &[Entry],
        parent: &Key,
    ) -> Result<Vec<(String, Key)>, ImportError> {
        let site = self.site;
        let mut children = Vec::new();
        for entry in entries {
            match entry {
                Entry::Page(path) => {
                    let page = site.pages.iter().position(|page| page.path == *path);
                    children.extend(
                        page.map(|n| (site.pages[n].source.clone(), self.lessons[n].clone())),
                    );
                }
                Entry::Group { path, title, entries } => {
                    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
                    let key = self.keys.next(&[parent.as_str(), name]);
                    let inner = self.entries(entries, &key)?;
                    if inner.is_empty() {
                        continue;
                    }
                    let source = source(site.folder, path);
                    let index = site.pages.iter().find(|page| {
                        is_index(&page.path)
                            && page
                                .path
                                .rsplit_once('/')
                                .is_some_and(|(folder, _)| format!("{folder}/") == *path)
                    });
                    let title =
                        title.clone().or_else(|| index.and_then(|page| page.front.title.clone()));
                    let module = Module {
                        title: shortened(&title.unwrap_or_else(|| humanise(name))),
                        summary: None,
                        objectives: Vec::new(),
                        order: Default::default(),
                        placements: placements(&source, &inner),
                    };
                    let metadata = self.shared_metadata();
                    self.add(
                        source.clone(),
                        None,
                        key.clone(),
                        Content::Module,
                        module,
                        &metadata,
                    )?;
                    children.push((source, key));
                }
            }
        }
        Ok(children)
    }

    fn course(&mut self, key: &Key, children: &[(String, Key)]) -> Result<(), ImportError> {
        let site = self.site;
        let source = site.folder.name().to_owned();
        let title = site.outline.title.clone();
        let course = Course {
            title: shortened(&title.unwrap_or_else(|| humanise(site.folder.name()))),
            summary: None,
            objectives: Vec::new(),
            variable_sets: Vec::new(),
            completion: Default::default(),
            order: Default::default(),
            placements: placements(&source, children),
        };
        self.add(source, None, key.clone(), Content::Course, course, &site.outline.metadata)
    }

    fn lesson(&mut self, n: usize, bodies: Vec<String>) -> Result<(), ImportError> {
        let site = self.site;
        let page = &site.pages[n];
        let key = self.lessons[n].clone();
        let shared = self.shared_metadata();
        let topics: Vec<(String, Key)> = page
            .topics
            .iter()
            .zip(&site.topics[n])
            .map(|(topic, key)| (format!("{}#{}", page.source, topic.slug), key.clone()))
            .collect();
        let objectives = self.objectives(page, &key, &shared)?;
        let mut slots = Slots::of(&page.source);
        let lesson = Lesson {
            title: shortened(&page.title),
            summary: page.front.summary.clone(),
            objectives: objectives
                .iter()
                .map(|(source, key)| slots.placement("objectives", source, key))
                .collect(),
            placements: placements(&page.source, &topics),
        };
        let own = page.front.metadata.clone();
        let metadata = Metadata {
            licence: own.licence.clone().or_else(|| shared.licence.clone()),
            attribution: own.attribution.clone().or_else(|| shared.attribution.clone()),
            ..own
        };
        let topic_metadata = Metadata {
            licence: metadata.licence.clone(),
            attribution: metadata.attribution.clone(),
            ..Metadata::default()
        };
        self.add(page.source.clone(), None, key, Content::Lesson, lesson, &metadata)?;
        for ((topic, (source, key)), body) in page.topics.iter().zip(topics).zip(bodies) {
            let content = Topic {
                title: shortened(&topic.title),
                summary: None,
                objectives: Vec::new(),
                body,
            };
            let line = Some(page.line(topic.line));
            self.add(source, line, key, Content::Topic, content, &topic_metadata)?;
        }
        Ok(())
    }

    /// Composes a page's objectives: those of its head, then those in its text.
    fn objectives(
        &mut self,
        page: &Page,
        lesson: &Key,
        metadata: &Metadata,
    ) -> Result<Vec<(String, Key)>, ImportError> {
        let head = page.front.objectives.iter().map(|statement| (statement.as_str(), ""));
        let text =
            page.plans.objectives.iter().map(|item| (item.text.as_str(), item.rest.as_str()));
        let mut made: Vec<(String, Key)> = Vec::new();
        for (statement, rest) in head.chain(text).filter(|(statement, _)| !statement.is_empty()) {
            let name = slug(statement);
            let source = format!("{}#objectives/{name}", page.source);
            if made.iter().any(|(known, _)| *known == source) {
                continue;
            }
            let key = self.keys.next(&[lesson.as_str(), &name]);
            let rest = Some(rest.to_owned()).filter(|rest| !rest.is_empty());
            let title = shortened(statement);
            let whole = (title != statement).then(|| statement.to_owned());
            let objective = Objective { title, description: whole.or(rest) };
            self.add(source.clone(), None, key.clone(), Content::Objective, objective, metadata)?;
            made.push((source, key));
        }
        Ok(made)
    }

    fn assets(&mut self, assets: &Assets) -> Result<(), ImportError> {
        let folder = self.site.folder;
        let metadata = self.shared_metadata();
        for used in &assets.all {
            let assets::Asset { path, key, title, alt, is_decorative, caption } = used;
            let digest = folder.digest(path)?;
            let media_type = media::media_type(path).to_owned();
            let asset = Asset {
                title: shortened(title),
                blob: digest,
                size: folder.files().get(path).map_or(0, |file| file.size),
                file_name: media::file_name(path),
                media_type: media_type.clone(),
                alt: alt.clone(),
                decorative: *is_decorative,
                caption: caption.clone(),
                transcript: None,
                tracks: Vec::new(),
            };
            let source = source(folder, path);
            self.add(source, None, key.clone(), Content::Asset, asset, &metadata)?;
            self.reading.files.push(AssetFile { path: path.clone(), media_type, digest });
        }
        Ok(())
    }
}

fn placements(parent: &str, children: &[(String, Key)]) -> Vec<Placement> {
    let mut slots = Slots::of(parent);
    children.iter().map(|(source, key)| slots.placement("placements", source, key)).collect()
}

/// A title of at most as many characters as one may have.
fn shortened(title: &str) -> String {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.chars().count() <= MAX_TITLE {
        return title;
    }
    let kept: String = title.chars().take(MAX_TITLE - 1).collect();
    format!("{kept}…")
}
