//! The parts beside the text: where links lead, which styles are headings, which lists are numbered.

use std::collections::{HashMap, HashSet};

use super::attribute;
use crate::xml::Node;

/// Where relations lead, by id.
#[derive(Debug, Default)]
pub(super) struct Relations(HashMap<String, String>);

impl Relations {
    pub(super) fn read(root: &Node) -> Self {
        let pairs = root.children_named("Relationship").filter_map(|node| {
            Some((attribute(node, "Id")?.to_owned(), attribute(node, "Target")?.to_owned()))
        });
        Self(pairs.collect())
    }

    pub(super) fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}

/// What paragraph styles mean, by id.
#[derive(Debug, Default)]
pub(super) struct Styles {
    headings: HashMap<String, usize>,
    quotes: HashSet<String>,
    code: HashSet<String>,
    /// Lists that styles make: number id and level.
    lists: HashMap<String, (String, usize)>,
}

impl Styles {
    pub(super) fn read(root: &Node) -> Self {
        let mut styles = Self::default();
        let mut based_on = HashMap::new();
        for style in root.children_named("style") {
            let Some(id) = attribute(style, "styleId").map(str::to_owned) else { continue };
            let name = style.child("name").and_then(|it| attribute(it, "val")).unwrap_or_default();
            let name = name.to_lowercase();
            let properties = style.child("pPr");
            let outline = properties
                .and_then(|it| it.child("outlineLvl"))
                .and_then(|it| attribute(it, "val")?.parse::<usize>().ok());
            let by_name = name.strip_prefix("heading ").and_then(|it| it.trim().parse().ok());
            if name == "title" {
                styles.headings.insert(id.clone(), 1);
            } else if let Some(level) =
                by_name.or(outline.map(|level| level + 2).filter(|it| *it < 8))
            {
                // Under the document's title.
                let level: usize = level;
                styles.headings.insert(id.clone(), level.clamp(1, 6));
            } else if name.contains("quote") {
                styles.quotes.insert(id.clone());
            } else if name.contains("code") || name.contains("preformatted") || name == "plain text"
            {
                styles.code.insert(id.clone());
            }
            if let Some(list) = properties.and_then(number) {
                styles.lists.insert(id.clone(), list);
            }
            if let Some(base) = style.child("basedOn").and_then(|it| attribute(it, "val")) {
                based_on.insert(id, base.to_owned());
            }
        }
        // A style means what the one it is based on means.
        for (id, base) in &based_on {
            let mut base = base;
            for _ in 0..16 {
                if let Some(level) = styles.headings.get(base).copied() {
                    styles.headings.entry(id.clone()).or_insert(level);
                    break;
                }
                match based_on.get(base) {
                    Some(next) => base = next,
                    None => break,
                }
            }
        }
        styles
    }

    /// The level of a heading, from 1; without the styles part, by the ids that Word gives.
    pub(super) fn heading(&self, style: &str) -> Option<usize> {
        self.headings.get(style).copied().or_else(|| {
            let level = style.strip_prefix("Heading")?.parse().ok()?;
            (1..=6).contains(&level).then_some(level)
        })
    }

    pub(super) fn is_quote(&self, style: &str) -> bool {
        self.quotes.contains(style)
    }

    pub(super) fn is_code(&self, style: &str) -> bool {
        self.code.contains(style)
    }

    pub(super) fn list(&self, style: &str) -> Option<(String, usize)> {
        self.lists.get(style).cloned()
    }
}

/// The list that properties name: number id and level.
pub(super) fn number(properties: &Node) -> Option<(String, usize)> {
    let number = properties.child("numPr")?;
    let id = number.child("numId").and_then(|it| attribute(it, "val"))?;
    let level = number.child("ilvl").and_then(|it| attribute(it, "val")?.parse().ok());
    (id != "0").then(|| (id.to_owned(), level.unwrap_or(0).min(8)))
}

/// Which levels of which lists are numbered.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    abstract_of: HashMap<String, String>,
    ordered: HashSet<(String, usize)>,
}

impl Numbering {
    pub(super) fn read(root: &Node) -> Self {
        let mut numbering = Self::default();
        for list in root.children_named("abstractNum") {
            let Some(id) = attribute(list, "abstractNumId") else { continue };
            for level in list.children_named("lvl") {
                let at = attribute(level, "ilvl").and_then(|it| it.parse().ok()).unwrap_or(0);
                let format = level.child("numFmt").and_then(|it| attribute(it, "val"));
                if !matches!(format, None | Some("bullet" | "none")) {
                    numbering.ordered.insert((id.to_owned(), at));
                }
            }
        }
        for list in root.children_named("num") {
            let abstract_id = list.child("abstractNumId").and_then(|it| attribute(it, "val"));
            if let (Some(id), Some(abstract_id)) = (attribute(list, "numId"), abstract_id) {
                numbering.abstract_of.insert(id.to_owned(), abstract_id.to_owned());
            }
        }
        numbering
    }

    pub(super) fn is_ordered(&self, id: &str, level: usize) -> bool {
        let list = self.abstract_of.get(id);
        list.is_some_and(|list| self.ordered.contains(&(list.clone(), level)))
    }
}
