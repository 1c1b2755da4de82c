//! Which directive of ours another dialect's directive becomes.

use std::ops::Range;

use super::scan::{Content, Directive, Item, Scan};

/// What becomes of one directive.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Our name; `None` when it vanishes with all its lines.
    pub(super) name: Option<&'static str>,
    pub(super) title: Title,
    /// How many colons it is written with: more than anything inside it.
    pub(super) colons: usize,
    /// Lines inside it that are dropped.
    pub(super) dropped: Vec<Range<usize>>,
}

/// Where a title comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Title {
    #[default]
    None,
    /// Words of our own, or of the directive's line.
    Words(String),
    /// A heading, which is dropped.
    Heading(usize),
}

/// What becomes of a page's directives.
#[derive(Debug, Default)]
pub(super) struct Plans {
    /// One per directive.
    pub(super) plans: Vec<Plan>,
    /// Statements of objectives.
    pub(super) objectives: Vec<Item>,
    /// Lines and reasons.
    pub(super) unsupported: Vec<(usize, String)>,
}

/// Our name for a directive and the title it gets when it has none; `None` for one we do not know.
fn ours(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "note" | "callout" | "info" | "important" | "seealso" => ("note", ""),
        "testimonial" => ("note", "Testimonial"),
        "prereq" | "prerequisites" => ("note", "Prerequisites"),
        "discussion" => ("note", "Discussion"),
        "checklist" => ("note", "Checklist"),
        "questions" => ("note", "Questions"),
        "objectives" => ("note", "Objectives"),
        "keypoints" => ("tip", "Key points"),
        "tip" => ("tip", ""),
        "warning" | "caution" | "danger" | "attention" => ("warning", ""),
        "example" => ("example", ""),
        "challenge" | "exercise" => ("challenge", ""),
        "solution" | "answer" => ("solution", ""),
        "hint" => ("details", "Hint"),
        "spoiler" | "details" => ("details", ""),
        "instructor" => ("instructor", ""),
        "steps" => ("steps", ""),
        "tabs" => ("tabs", ""),
        "tab" => ("tab", ""),
        _ => return None,
    })
}

/// Plans what becomes of a page's directives.
pub(super) fn plan(scan: &mut Scan) -> Plans {
    let mut found = Plans::default();
    let names: Vec<_> = (0..scan.directives.len()).map(|n| name_of(n, scan)).collect();
    for (n, (name, default)) in names.into_iter().enumerate() {
        let directive = &scan.directives[n];
        let written = &directive.opening.name;
        let mut plan = Plan { name: Some(name), ..Plan::default() };
        plan.title = match (&directive.opening.title, directive.content.first()) {
            (Some(title), _) => Title::Words(title.clone()),
            (None, Some(Content::Heading(heading))) => Title::Heading(*heading),
            (None, _) if !default.is_empty() => Title::Words(default.to_owned()),
            (None, _) => Title::None,
        };
        if let Title::Heading(heading) = plan.title {
            let words = scan.headings[heading].text.to_lowercase();
            plan.dropped.push(scan.headings[heading].lines.clone());
            // The name is shown in any case.
            if words == name && written != "tab" {
                plan.title = Title::None;
            } else if words.is_empty() {
                plan.title = Title::Words(title_of(written));
            }
        }
        if name == "tab" && plan.title == Title::None {
            plan.title = Title::Words(format!("{}", n + 1));
        }
        if ours(written).is_none()
            || (name == "note" && matches!(written.as_str(), "steps" | "tabs" | "tab"))
        {
            let reason = match ours(written) {
                None => format!("`{written}` is no directive known here; it became a note"),
                Some(_) => format!("`{written}` does not hold what it must; it became a note"),
            };
            found.unsupported.push((directive.line, reason));
        }
        if directive.close.is_none() {
            let reason = format!(
                "the directive `{written}` is not closed; it was closed where its block ends"
            );
            found.unsupported.push((directive.line, reason));
        }
        found.plans.push(plan);
    }
    for n in 0..scan.directives.len() {
        if scan.directives[n].opening.name == "objectives" {
            take_objectives(n, scan, &mut found);
        }
    }
    widen(&scan.directives, &mut found.plans);
    found
}

/// Our name for a directive, and its title when it has none of its own.
fn name_of(n: usize, scan: &Scan) -> (&'static str, String) {
    let directive = &scan.directives[n];
    let written = &directive.opening.name;
    let in_tabs = |directive: &Directive| {
        directive.parent.is_some_and(|parent| scan.directives[parent].opening.name == "tabs")
    };
    let holds_tabs = |directive: &Directive| {
        let is_tab = |content: &Content| match content {
            Content::Directive(inner) => scan.directives[*inner].opening.name == "tab",
            _ => false,
        };
        !directive.content.is_empty() && directive.content.iter().all(is_tab)
    };
    let is_list = |directive: &Directive| match directive.content.as_slice() {
        [Content::List { is_ordered, .. }]
        | [Content::Heading(_), Content::List { is_ordered, .. }] => *is_ordered,
        _ => false,
    };
    match ours(written) {
        Some(("steps", _)) if !is_list(directive) => ("note", String::new()),
        Some(("tabs", _)) if !holds_tabs(directive) => ("note", String::new()),
        Some(("tab", _))
            if !(in_tabs(directive)
                && directive.parent.is_some_and(|parent| holds_tabs(&scan.directives[parent]))) =>
        {
            ("note", String::new())
        }
        Some((name, title)) => (name, title.to_owned()),
        None => ("note", title_of(written)),
    }
}

/// A directive's name as a title: `group-tab` is "Group tab".
fn title_of(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// Takes the list out of a directive of objectives; when nothing but headings and what leads in is
/// left, the directive goes with it.
fn take_objectives(n: usize, scan: &mut Scan, found: &mut Plans) {
    let directive = &mut scan.directives[n];
    let mut is_empty = true;
    let mut dropped = Vec::new();
    for (at, content) in directive.content.iter().enumerate() {
        let before_list = matches!(directive.content.get(at + 1), Some(Content::List { .. }));
        match content {
            Content::List { lines, .. } => dropped.push(lines.clone()),
            Content::Other { lines, leads_in: true } if before_list => dropped.push(lines.clone()),
            Content::Heading(_) => {}
            Content::Other { .. } | Content::Directive(_) => is_empty = false,
        }
    }
    for content in &mut directive.content {
        if let Content::List { items, .. } = content {
            found.objectives.append(items);
        }
    }
    let plan = &mut found.plans[n];
    if is_empty {
        plan.name = None;
        plan.dropped.clear();
        plan.dropped.push(directive.line..directive.last + 1);
    } else {
        plan.dropped.append(&mut dropped);
    }
}

/// Gives every directive more colons than those inside it.
fn widen(directives: &[Directive], plans: &mut [Plan]) {
    // Inner directives come after outer ones.
    for n in (0..directives.len()).rev() {
        plans[n].colons = plans[n].colons.max(3);
        let colons = plans[n].colons;
        if let Some(parent) = directives[n].parent {
            plans[parent].colons = plans[parent].colons.max(colons + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::scan;
    use super::*;

    fn plans(text: &str) -> Plans {
        let lines: Vec<_> = text.split('\n').map(str::to_owned).collect();
        plan(&mut scan(&lines, &[]))
    }

    #[test]
    fn every_known_name_has_its_own_kind_and_title() {
        for (text, name, title) in [
            ("::: callout\n## Hear\nx\n:::", "note", Title::Heading(0)),
            ("::: keypoints\n- x\n:::", "tip", Title::Words("Key points".to_owned())),
            ("::: solution\n## Solution\nx\n:::", "solution", Title::None),
            ("::: {.hint}\nx\n:::", "details", Title::Words("Hint".to_owned())),
            (":::caution Mind the gap\nx\n:::", "warning", Title::Words("Mind the gap".to_owned())),
            ("::: group-tab\nx\n:::", "note", Title::Words("Group tab".to_owned())),
            ("::: tab\nx\n:::", "note", Title::None),
            (":::steps\n1. x\n:::", "steps", Title::None),
            (":::steps\n- x\n:::", "note", Title::None),
        ] {
            let found = plans(text);
            assert_eq!(
                (found.plans[0].name, &found.plans[0].title),
                (Some(name), &title),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_unknown_or_open_is_reported_with_its_line() {
        let found = plans("text\n::: mystery\nx\n:::\n::: note\ny");
        let lines: Vec<_> = found.unsupported.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 4]);
    }

    #[test]
    fn objectives_are_taken_out_and_what_else_stands_there_is_kept() {
        let found = plans("::: objectives\nYou will:\n- **do** a\n- do b\n\n  more\n:::");
        let texts: Vec<_> =
            found.objectives.iter().map(|o| (o.text.as_str(), o.rest.as_str())).collect();
        assert_eq!(texts, [("do a", ""), ("do b", "more")]);
        assert_eq!(found.plans[0].name, None);
        let found = plans("::: objectives\n- do a\n\nRemember this.\n:::");
        assert_eq!((found.plans[0].name, found.objectives.len()), (Some("note"), 1));
        assert_eq!(found.plans[0].dropped, vec![1..2]);
    }

    #[test]
    fn outer_directives_have_more_colons() {
        let found = plans("::: challenge\n::: solution\n> ::: note\n> x\n> :::\n:::\n:::");
        let colons: Vec<_> = found.plans.iter().map(|plan| plan.colons).collect();
        assert_eq!(colons, [5, 4, 3]);
    }
}
