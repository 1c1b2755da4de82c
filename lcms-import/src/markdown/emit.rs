//! The bodies of a page's topics, written in our language.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::attributes::split_off;
use super::directives::Title;
use super::fence::prefix_length;
use super::page::{At, Page};
use super::rewrite::Rewritten;
use super::scan::Heading;
use super::settle::Sourced;
use super::text::{apply, mask};

/// Writes the bodies of a page's topics. `linked` are the blocks to which links lead.
pub(super) fn bodies(
    page: &Page,
    rewritten: Rewritten,
    linked: &HashSet<usize>,
) -> Vec<Vec<Sourced>> {
    let ids =
        page.blocks.iter().enumerate().filter(|(n, block)| block.is_named || linked.contains(n));
    let mut sheet = Sheet {
        page,
        ids: ids.map(|(_, block)| (block.at, block.id.as_str())).collect(),
        lines: apply(&page.lines, rewritten.edits),
        opening: HashSet::new(),
        closing: HashSet::new(),
    };
    let footnotes = sheet.take_footnotes();
    sheet.directives();
    sheet.headings();
    sheet.grids();
    for definition in &page.scan.definitions {
        sheet.drop(&definition.lines);
    }
    let verbatim = mask(&page.scan.verbatim, page.lines.len());
    let mut notes = notes(page, footnotes);
    let bodies = page.topics.iter().enumerate().map(|(n, topic)| {
        let mut body = sheet.body(topic.lines.clone(), &verbatim);
        let definitions = rewritten.definitions.get(&n).into_iter().flatten();
        let definitions = definitions.map(|text| (text.clone(), topic.line)).collect();
        for lines in notes.remove(&n).unwrap_or_default().into_iter().chain([definitions]) {
            if !body.is_empty() && !lines.is_empty() {
                body.push((String::new(), topic.line));
            }
            body.extend(lines);
        }
        body
    });
    bodies.collect()
}

/// For each topic, the footnotes that it uses. One that is used nowhere stays where it stands.
fn notes(
    page: &Page,
    footnotes: Vec<(String, usize, String)>,
) -> HashMap<usize, Vec<Vec<Sourced>>> {
    let mut uses: HashMap<&str, BTreeSet<usize>> = HashMap::new();
    for (name, line) in &page.scan.marks {
        uses.entry(name).or_default().insert(page.topic_at(*line));
    }
    let mut notes: HashMap<usize, Vec<Vec<Sourced>>> = HashMap::new();
    for (name, line, text) in footnotes {
        let own = BTreeSet::from([page.topic_at(line)]);
        for topic in uses.get(name.as_str()).unwrap_or(&own) {
            let lines = text.split('\n').map(|text| (text.to_owned(), line)).collect();
            notes.entry(*topic).or_default().push(lines);
        }
    }
    notes
}

/// A page's lines while they are rewritten; each keeps its number, and one that is dropped is `None`.
struct Sheet<'p> {
    page: &'p Page,
    ids: HashMap<At, &'p str>,
    lines: Vec<Option<String>>,
    /// Lines that open and close directives.
    opening: HashSet<usize>,
    closing: HashSet<usize>,
}

impl Sheet<'_> {
    fn drop(&mut self, lines: &Range<usize>) {
        let end = lines.end.min(self.lines.len());
        if let Some(lines) = self.lines.get_mut(lines.start..end) {
            lines.fill(None);
        }
    }

    fn id(&self, at: At) -> String {
        self.ids.get(&at).map(|id| format!(" {{#{id}}}")).unwrap_or_default()
    }

    /// Takes the definitions of footnotes out: name, line and text.
    fn take_footnotes(&mut self) -> Vec<(String, usize, String)> {
        let mut taken = Vec::new();
        for footnote in &self.page.scan.footnotes {
            let lines = footnote.lines.start..footnote.lines.end.min(self.lines.len());
            let kept: Vec<String> = self.lines[lines.clone()].iter().flatten().cloned().collect();
            let text = kept.join("\n").trim_end().to_owned();
            self.drop(&lines);
            taken.push((footnote.name.clone(), lines.start, text));
        }
        taken
    }

    fn directives(&mut self) {
        let page = self.page;
        for (n, (directive, plan)) in page.scan.directives.iter().zip(&page.plans.plans).enumerate()
        {
            let prefix = prefix(&page.lines[directive.line]).to_owned();
            let title = match &plan.title {
                Title::None => String::new(),
                Title::Words(words) => words.clone(),
                Title::Heading(heading) => self.words(&page.scan.headings[*heading]),
            };
            for lines in &plan.dropped {
                self.drop(lines);
            }
            let Some(name) = plan.name else { continue };
            let colons = ":".repeat(plan.colons);
            let opening =
                format!("{prefix}{colons}{name}{}{}", argument(&title), self.id(At::Directive(n)));
            self.lines[directive.line] = Some(opening);
            self.opening.insert(directive.line);
            match directive.close {
                Some(line) => {
                    let prefix = self::prefix(&page.lines[line]);
                    self.lines[line] = Some(format!("{prefix}{colons}"));
                    self.closing.insert(line);
                }
                None => {
                    // What continues a list item is indented as far as its mark is.
                    let prefix: String =
                        prefix.chars().map(|c| if c == '>' { c } else { ' ' }).collect();
                    if let Some(last) = self.lines.get_mut(directive.last) {
                        let line = last.take().unwrap_or_default();
                        *last = Some(format!("{line}\n{prefix}{colons}"));
                    }
                }
            }
        }
        for line in &page.scan.strays {
            let text = &page.lines[*line];
            let prefix = prefix(text);
            self.lines[*line] = Some(format!("{prefix}\\{}", &text[prefix.len()..]));
        }
    }

    /// Writes headings so that the highest in a topic is of level 2.
    fn headings(&mut self) {
        let page = self.page;
        let titles: HashSet<usize> = page
            .plans
            .plans
            .iter()
            .flat_map(|plan| plan.dropped.iter().cloned().flatten())
            .collect();
        let inner: Vec<(usize, &Heading)> = page
            .scan
            .headings
            .iter()
            .enumerate()
            .filter(|(n, heading)| {
                Some(*n) != page.title_heading
                    && !(heading.is_top && heading.level <= 2)
                    && !titles.contains(&heading.lines.start)
            })
            .collect();
        let mut highest: HashMap<usize, u8> = HashMap::new();
        for (_, heading) in &inner {
            let level = highest.entry(page.topic_at(heading.lines.start)).or_insert(6);
            *level = (*level).min(heading.level);
        }
        for (n, heading) in inner {
            let top = highest.get(&page.topic_at(heading.lines.start)).copied().unwrap_or(2);
            let level = (heading.level + 2).saturating_sub(top).clamp(2, 6);
            let words = self.words(heading);
            let first = &page.lines[heading.lines.start];
            let prefix = first.get(..heading.column).unwrap_or_default();
            let marks = "#".repeat(usize::from(level));
            let line = format!("{prefix}{marks} {words}{}", self.id(At::Heading(n)));
            self.drop(&heading.lines);
            self.lines[heading.lines.start] = Some(line.trim_end().to_owned());
        }
    }

    /// A heading's text as Markdown on one line, without marks and attribute block.
    fn words(&self, heading: &Heading) -> String {
        let end = if heading.is_underlined { heading.lines.end - 1 } else { heading.lines.end };
        let mut parts: Vec<&str> = Vec::new();
        for (n, line) in self.lines.iter().enumerate().take(end).skip(heading.lines.start) {
            let line = line.as_deref().unwrap_or_default();
            let is_first = n == heading.lines.start;
            let text = if is_first {
                line.get(heading.column..)
            } else {
                Some(&line[prefix_length(line)..])
            };
            parts.push(text.unwrap_or_default().trim());
        }
        let joined = parts.join(" ");
        let mut words = joined.trim();
        if !heading.is_underlined {
            words = words.trim_start_matches('#').trim_start();
            let open = words.trim_end_matches('#');
            if open.is_empty() || open.ends_with([' ', '\t']) {
                words = open.trim_end();
            }
        }
        split_off(words).0.to_owned()
    }

    fn grids(&mut self) {
        for grid in &self.page.scan.grids {
            let lines = &self.page.lines[grid.lines.clone()];
            let prefix = lines.first().and_then(|line| line.get(..grid.column)).unwrap_or_default();
            let rest: String = prefix.chars().map(|c| if c == '>' { c } else { ' ' }).collect();
            let longest =
                lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max();
            let fence = "`".repeat((longest.unwrap_or(0) + 1).max(3));
            let last = grid.lines.end - 1;
            for (n, line) in grid.lines.clone().zip(lines) {
                let mut text = match n == grid.lines.start {
                    true => format!("{prefix}{fence}text\n{rest}{}", &line[prefix.len()..]),
                    false => line.clone(),
                };
                if n == last {
                    text = format!("{text}\n{rest}{fence}");
                }
                self.lines[n] = Some(text);
            }
        }
    }

    /// The lines of a topic, without the empty ones that what was dropped left behind.
    fn body(&self, lines: Range<usize>, verbatim: &[bool]) -> Vec<Sourced> {
        let mut body: Vec<Sourced> = Vec::new();
        let mut may_be_empty = false;
        for n in lines {
            let Some(text) = self.lines.get(n).and_then(Option::as_deref) else { continue };
            let is_verbatim = verbatim.get(n) == Some(&true);
            if self.closing.contains(&n) && text.starts_with(':') {
                trim_end(&mut body);
            }
            for line in text.split('\n') {
                let is_empty = line.trim().is_empty();
                if is_verbatim || !is_empty || may_be_empty {
                    body.push((line.to_owned(), n));
                }
                may_be_empty = !is_empty;
            }
            may_be_empty &= !(self.opening.contains(&n) && text.starts_with(':'));
        }
        trim_end(&mut body);
        body
    }
}

fn trim_end(body: &mut Vec<Sourced>) {
    while body.last().is_some_and(|(line, _)| line.trim().is_empty()) {
        body.pop();
    }
}

fn prefix(line: &str) -> &str {
    &line[..prefix_length(line)]
}

/// A directive's title as it stands after the name. One that would be read as an attribute, or as
/// decoration, is quoted.
fn argument(title: &str) -> String {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = title.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    let is_attribute = name.is_some_and(|end| end > 0 && title[end..].starts_with('='));
    let is_decorated = title.ends_with(':') || title.starts_with('{');
    match (title.is_empty(), is_attribute || is_decorated, title.contains('"')) {
        (true, ..) => String::new(),
        (false, false, _) => format!(" {title}"),
        (false, true, false) => format!(" title=\"{title}\""),
        (false, true, true) => format!(" title='{}'", title.replace('\'', "’")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies_of(text: &str) -> Vec<String> {
        let page = Page::read("a.md", "f/a.md", text, &[]);
        let edits = page.foreign.edits.clone();
        let rewritten = Rewritten { edits, ..Rewritten::default() };
        let bodies = bodies(&page, rewritten, &HashSet::new());
        let joined = bodies
            .into_iter()
            .map(|body| body.into_iter().map(|(line, _)| line).collect::<Vec<_>>().join("\n"));
        joined.collect()
    }

    #[test]
    fn directives_become_ours_with_their_headings_as_titles() {
        let text = "::::::: challenge\n\n## Try `it` {#try}\n\nx\n\n:::: solution\n\n## Solution\n\ny\n\n::::\n:::::::\n\
                    ::: {.callout-tip}\nz\n:::\n";
        let expected = "::::challenge Try `it` {#try}\nx\n\n:::solution\ny\n:::\n::::\n:::note Callout tip\nz\n:::";
        assert_eq!(bodies_of(text), [expected]);
    }

    #[test]
    fn objectives_vanish_and_questions_and_keypoints_stay() {
        let text = "::: questions\n- why?\n:::\n\n::: objectives\n- do\n:::\n\ntext\n\n::: keypoints\n- so\n:::";
        let expected = ":::note Questions\n- why?\n:::\n\ntext\n\n:::tip Key points\n- so\n:::";
        assert_eq!(bodies_of(text), [expected]);
    }

    #[test]
    fn headings_begin_at_level_two_in_every_topic() {
        let text = "## A\n#### B ##\n##### C\n## D\n> Under\n> lined\n> ===\n\n### E {.x}\n";
        assert_eq!(bodies_of(text), ["## B\n### C", "> ## Under lined\n\n#### E"]);
    }

    #[test]
    fn what_stands_open_is_closed_where_its_block_ends() {
        assert_eq!(bodies_of("- ::: note\n  a\n\nb"), ["- :::note\n  a\n  :::\n\nb"]);
        assert_eq!(bodies_of("::: tip\na\n"), [":::tip\na\n:::"]);
        assert_eq!(bodies_of("a\n:::\n"), ["a\n\\:::"]);
    }

    #[test]
    fn footnotes_go_where_they_are_used() {
        let text = "a[^1]\n## B\nb[^1] c[^2]\n\n[^1]: One\n\n[^2]: Two\n";
        let expected = ["a[^1]\n\n[^1]: One", "b[^1] c[^2]\n\n[^1]: One\n\n[^2]: Two"];
        assert_eq!(bodies_of(text), expected);
    }

    #[test]
    fn grid_tables_become_code() {
        let text = "x\n\n+---+---+\n| a | ``` |\n+===+===+\n| b | {{c}} |\n+---+---+\n";
        let expected =
            "x\n\n````text\n+---+---+\n| a | ``` |\n+===+===+\n| b | {{c}} |\n+---+---+\n````";
        assert_eq!(bodies_of(text), [expected]);
    }

    #[test]
    fn titles_that_look_like_attributes_are_quoted() {
        assert_eq!(argument("a=b"), " title=\"a=b\"");
        assert_eq!(argument("What  now"), " What now");
        assert_eq!(argument("See \"this\":"), " title='See \"this\":'");
    }
}
