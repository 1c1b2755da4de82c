//! One page, read: a lesson with its topics, and the places in it to which links may lead.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use lcms_core::model::Key;
use lcms_core::model::markup::MAX_DEPTH;

use super::directives::{self, Plans, Title};
use super::fence;
use super::foreign::{self, Foreign};
use super::front::{self, Front};
use super::outline::{humanise, is_index, stem};
use super::scan::{Definition, Scan, scan};
use super::text::{Place, clean, mask};

/// A page of the folder.
#[derive(Debug)]
pub(super) struct Page {
    /// Path in the folder.
    pub(super) path: String,
    /// Its name in reports: the folder's name, then the path.
    pub(super) source: String,
    pub(super) front: Front,
    pub(super) title: String,
    /// The body.
    pub(super) lines: Vec<String>,
    pub(super) scan: Scan,
    pub(super) plans: Plans,
    pub(super) foreign: Foreign,
    /// The heading that is the page's title and not part of its text.
    pub(super) title_heading: Option<usize>,
    pub(super) topics: Vec<Topic>,
    pub(super) blocks: Vec<Block>,
    /// Where a name after `#` leads: a topic, and a block of it unless it is its beginning.
    pub(super) anchors: HashMap<String, (usize, Option<usize>)>,
    /// Lines of the file, from 1, and reasons.
    pub(super) unsupported: Vec<(usize, String)>,
}

/// A part of a page, from one heading to the next.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) title: String,
    /// Name in the page, unique.
    pub(super) slug: String,
    /// The lines of its body.
    pub(super) lines: Range<usize>,
    /// The line where it begins.
    pub(super) line: usize,
}

/// A block that can be named.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) id: String,
    /// Whether the author named it; otherwise the id is written only if a link needs it.
    pub(super) is_named: bool,
    pub(super) at: At,
}

/// Where a block's id is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum At {
    Heading(usize),
    Directive(usize),
    /// The end of a paragraph.
    End(Place),
}

/// The title and slug of what stands before the first heading.
const INTRODUCTION: (&str, &str) = ("Introduction", "introduction");

impl Page {
    /// Reads a page. `shared` are reference definitions that hold for every page.
    pub(super) fn read(path: &str, source: &str, text: &str, shared: &[Definition]) -> Self {
        let (front, body) = front::read(path, text);
        let mut unsupported: Vec<_> = front.unsupported.clone();
        let before = front.lines;
        let lines: Vec<String> = body
            .split('\n')
            .enumerate()
            .map(|(n, line)| {
                let mut cleaned = clean(line);
                if cleaned != line {
                    let reason = "characters that cannot be published were replaced";
                    unsupported.push((before + n + 1, reason.to_owned()));
                }
                let marks = line[..fence::prefix_length(line)].matches('>').count();
                if marks > MAX_DEPTH {
                    let reason = "quotations nested so deep cannot be read; they are kept as text";
                    unsupported.push((before + n + 1, reason.to_owned()));
                    cleaned.insert(0, '\\');
                }
                cleaned
            })
            .collect();
        let shared: Vec<String> = shared.iter().map(|definition| definition.text.clone()).collect();
        let mut scan = scan(&lines, &shared);
        let plans = directives::plan(&mut scan);
        let foreign = foreign::find(&lines, &scan);
        let mut page = Self {
            path: path.to_owned(),
            source: source.to_owned(),
            title: String::new(),
            front,
            lines,
            scan,
            plans,
            foreign,
            title_heading: None,
            topics: Vec::new(),
            blocks: Vec::new(),
            anchors: HashMap::new(),
            unsupported,
        };
        page.remark_constructs();
        page.find_title();
        page.cut();
        page.find_anchors();
        page
    }

    /// The line of the file, from 1, of a line of the body, from 0.
    pub(super) fn line(&self, line: usize) -> usize {
        self.front.lines + line + 1
    }

    /// The topic in which a line stands.
    pub(super) fn topic_at(&self, line: usize) -> usize {
        self.topics.partition_point(|topic| topic.line <= line).saturating_sub(1)
    }

    /// A heading's text for people.
    pub(super) fn heading_title(&self, heading: usize) -> String {
        let words = &self.scan.headings[heading].text;
        if words.is_empty() { "Untitled".to_owned() } else { words.clone() }
    }

    fn remark_constructs(&mut self) {
        let directives = self.plans.unsupported.clone();
        let strays = self.scan.strays.iter().map(|line| {
            (*line, "these colons open or close no directive; they are kept as text".to_owned())
        });
        let grids = self.scan.grids.iter().map(|grid| {
            (
                grid.lines.start,
                "a grid table cannot be expressed; it is kept as a code block".to_owned(),
            )
        });
        let templates =
            self.foreign.templates.iter().map(|line| {
                (*line, "an expression of a template language is kept as text".to_owned())
            });
        let found: Vec<_> =
            directives.into_iter().chain(strays).chain(grids).chain(templates).collect();
        for (line, reason) in found {
            let line = self.line(line);
            self.unsupported.push((line, reason));
        }
    }

    /// A page that begins with its only heading of level 1, or repeats its title, has it there.
    fn find_title(&mut self) {
        let is_text = |line: &&String| !line.trim().is_empty();
        let first_line = self.lines.iter().position(|line| is_text(&line));
        let headings = &self.scan.headings;
        let first = headings.first().filter(|heading| {
            heading.is_top && heading.level == 1 && Some(heading.lines.start) == first_line
        });
        let given = self.front.title.as_deref();
        if let Some(heading) =
            first.filter(|heading| given.is_none_or(|title| title == heading.text))
        {
            self.title_heading = Some(0);
            self.title.clone_from(&heading.text);
        }
        if let Some(title) = given {
            title.clone_into(&mut self.title);
        }
        if self.title.is_empty() {
            self.title = match is_index(&self.path) {
                true if !self.path.contains('/') => INTRODUCTION.0.to_owned(),
                _ => humanise(stem(&self.path)),
            };
        }
    }

    /// Cuts the page into topics at its headings of level 1 and 2.
    fn cut(&mut self) {
        let cuts: Vec<usize> = (0..self.scan.headings.len())
            .filter(|n| Some(*n) != self.title_heading)
            .filter(|n| self.scan.headings[*n].is_top && self.scan.headings[*n].level <= 2)
            .collect();
        let end_of = |n: usize| {
            cuts.get(n).map_or(self.lines.len(), |cut| self.scan.headings[*cut].lines.start)
        };
        let start = self.title_heading.map_or(0, |n| self.scan.headings[n].lines.end);
        let mut slugs = Slugs::default();
        let mut topics = Vec::new();
        if self.has_text(start..end_of(0)) {
            let title = if cuts.is_empty() { self.title.as_str() } else { INTRODUCTION.0 };
            let (title, slug) = (title.to_owned(), slugs.next(INTRODUCTION.1));
            topics.push(Topic { title, slug, lines: start..end_of(0), line: 0 });
        }
        for (n, cut) in cuts.iter().enumerate() {
            let heading = &self.scan.headings[*cut].lines;
            let title = self.heading_title(*cut);
            let slug = slugs.next(&slug(&title));
            let lines = heading.end..end_of(n + 1).max(heading.end);
            topics.push(Topic { title, slug, lines, line: heading.start });
        }
        self.topics = topics;
    }

    /// Whether any of the lines will be part of a topic's text.
    fn has_text(&self, lines: Range<usize>) -> bool {
        let scan = &self.scan;
        let vanishing = self.plans.plans.iter().filter(|plan| plan.name.is_none());
        let dropped = vanishing
            .flat_map(|plan| plan.dropped.iter())
            .chain(scan.definitions.iter().map(|definition| &definition.lines))
            .chain(scan.footnotes.iter().map(|footnote| &footnote.lines));
        let dropped = mask(dropped, self.lines.len());
        lines.into_iter().any(|line| !dropped[line] && !self.lines[line].trim().is_empty())
    }

    fn find_anchors(&mut self) {
        let titles: HashMap<usize, usize> = self
            .plans
            .plans
            .iter()
            .enumerate()
            .filter_map(|(directive, plan)| match plan.title {
                Title::Heading(heading) => Some((heading, directive)),
                _ => None,
            })
            .collect();
        let mut slugs = Slugs::default();
        let mut found: Vec<(usize, Option<At>, Vec<String>, bool)> = Vec::new();
        for (n, heading) in self.scan.headings.iter().enumerate() {
            let id = heading.attributes.id.clone();
            let is_named = id.is_some();
            let plain = slug(&heading.text);
            let names = id.into_iter().chain([slugs.next(&plain), pandoc_slug(&heading.text)]);
            let begins = Some(n) == self.title_heading || (heading.is_top && heading.level <= 2);
            let at = match (begins, titles.get(&n)) {
                (true, _) => None,
                (false, Some(directive)) => Some(At::Directive(*directive)),
                (false, None) => Some(At::Heading(n)),
            };
            found.push((heading.lines.start, at, names.collect(), is_named));
        }
        for (n, directive) in self.scan.directives.iter().enumerate() {
            let id = directive.opening.id.clone().filter(|_| self.plans.plans[n].name.is_some());
            found.extend(id.map(|id| (directive.line, Some(At::Directive(n)), vec![id], true)));
        }
        let ends: HashMap<usize, Place> =
            self.scan.ends.iter().flat_map(|e| e.lines.clone().map(|line| (line, e.end))).collect();
        for (id, line) in &self.foreign.anchors {
            let at = ends.get(line).map(|end| At::End(*end));
            found.push((*line, at, vec![id.clone()], at.is_some()));
        }
        let mut ids = Slugs::default();
        let mut known: HashMap<At, usize> = HashMap::new();
        for (line, at, names, is_named) in found {
            let block = at.map(|at| {
                *known.entry(at).or_insert_with(|| {
                    let wanted = names.first().map_or("part", String::as_str);
                    self.blocks.push(Block { id: ids.next(&block_id(wanted)), is_named, at });
                    self.blocks.len() - 1
                })
            });
            let target = (self.topic_at(line), block);
            for name in names.into_iter().filter(|name| !name.is_empty()) {
                self.anchors.entry(name).or_insert(target);
            }
        }
    }
}

/// Gives out names, each once: `a`, `a-2`, `a-3`.
#[derive(Default)]
struct Slugs {
    taken: HashSet<String>,
    /// The last number given to each name.
    numbers: HashMap<String, usize>,
}

impl Slugs {
    fn next(&mut self, wanted: &str) -> String {
        let wanted = if wanted.is_empty() { "part" } else { wanted };
        let number = self.numbers.entry(wanted.to_owned()).or_insert(0);
        loop {
            *number += 1;
            let name = if *number == 1 { wanted.to_owned() } else { format!("{wanted}-{number}") };
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// A heading's name as most programs make it: lower case, spaces to hyphens, no punctuation.
pub(super) fn slug(text: &str) -> String {
    let kept = text.to_lowercase();
    let kept = kept.trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        _ => c.is_alphanumeric().then_some(c),
    });
    kept.collect()
}

/// A heading's name as Pandoc makes it: full stops are kept, nothing stands before the first letter.
fn pandoc_slug(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let joined = words.join("-").to_lowercase();
    let kept = joined.chars().filter(|c| c.is_alphanumeric() || "-_.".contains(*c));
    kept.skip_while(|c| !c.is_alphabetic()).collect()
}

/// A name as a block id: ASCII letters, digits, `.`, `_`, `-`.
fn block_id(name: &str) -> String {
    let is_id = name.len() <= 80
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if is_id {
        return name.to_owned();
    }
    let key = Key::from_text(name).map_or_else(|| "part".to_owned(), |key| key.to_string());
    key.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page {
        Page::read("a.md", "f/a.md", text, &[])
    }

    fn topics(text: &str) -> Vec<(String, String, Range<usize>)> {
        let topics = page(text).topics;
        topics.into_iter().map(|topic| (topic.title, topic.slug, topic.lines)).collect()
    }

    fn topic(title: &str, slug: &str, lines: Range<usize>) -> (String, String, Range<usize>) {
        (title.to_owned(), slug.to_owned(), lines)
    }

    #[test]
    fn a_page_is_cut_at_its_headings_outside_directives_and_code() {
        let text = "intro\n## One\na\n### Sub\n```\n## no\n```\n::: note\n## no\n:::\n> ## no\n\nTwo\n---\nb\n";
        let expected = [
            topic("Introduction", "introduction", 0..1),
            topic("One", "one", 2..12),
            topic("Two", "two", 14..16),
        ];
        assert_eq!(topics(text), expected);
    }

    #[test]
    fn a_page_without_headings_is_one_topic_with_its_title() {
        assert_eq!(topics("---\ntitle: T\n---\ntext"), [topic("T", "introduction", 0..1)]);
        assert_eq!(topics("# T\ntext"), [topic("T", "introduction", 1..2)]);
        assert_eq!(topics("\n\n"), []);
    }

    #[test]
    fn a_page_of_many_first_level_headings_is_cut_at_each() {
        let found = topics("---\ntitle: T\n---\n# A\na\n# B\nb\n# B\n");
        let slugs: Vec<_> = found.iter().map(|(_, slug, _)| slug.as_str()).collect();
        assert_eq!(slugs, ["a", "b", "b-2"]);
    }

    #[test]
    fn what_vanishes_makes_no_introduction() {
        assert_eq!(topics("::: objectives\n- do\n:::\n\n[a]: b\n\n## One\nx").len(), 1);
    }

    #[test]
    fn anchors_lead_to_topics_and_to_blocks_in_them() {
        let page = page(
            "## A first!\nx\n### Sub-part 2.0\n::: note\n#### Title\n:::\n### Named {#own}\n\n[term]{#t}\n: words\n## B {#bee}\n",
        );
        let target = |name: &str| {
            let (topic, block) = page.anchors[name];
            (topic, block.map(|n| (page.blocks[n].id.as_str(), page.blocks[n].is_named)))
        };
        assert_eq!(target("a-first"), (0, None));
        assert_eq!(target("sub-part-20"), (0, Some(("sub-part-20", false))));
        assert_eq!(target("sub-part-2.0"), target("sub-part-20"));
        assert_eq!(target("title"), (0, Some(("title", false))));
        assert_eq!(target("own"), (0, Some(("own", true))));
        assert_eq!(target("t"), (0, Some(("t", true))));
        assert_eq!((target("bee"), target("b")), ((1, None), (1, None)));
        assert!(matches!(page.blocks[page.anchors["title"].1.unwrap_or(0)].at, At::Directive(0)));
    }

    #[test]
    fn lines_count_from_the_top_of_the_file() {
        let page = page("---\ntitle: T\n---\nx\n::: mystery\ny\n:::\n\u{1}\n");
        let lines: Vec<_> = page.unsupported.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [8, 5]);
    }

    #[test]
    fn quotations_deeper_than_any_reader_goes_are_text() {
        let page = page(&format!("{} x", ">".repeat(5_000)));
        assert!(page.lines[0].starts_with("\\>>") && page.unsupported.len() == 1);
    }
}
