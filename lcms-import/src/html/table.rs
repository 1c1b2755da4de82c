//! Tables: as Markdown has them, one line a row.

use scraper::node::Node;

use super::markdown::Converter;

type Ref<'a> = ego_tree::NodeRef<'a, Node>;

/// Most columns.
const MAX_COLUMNS: usize = 64;

/// A table with a line of headings; cells that span several stand once, the others stay empty. What is no
/// table of cells answers as blocks one after the other.
pub(super) fn table(converter: &mut Converter<'_>, node: Ref<'_>) -> Vec<String> {
    let mut rows = Vec::new();
    collect_rows(node, &mut rows);
    let mut blocks = Vec::new();
    for child in node.children() {
        if child.value().as_element().is_some_and(|it| it.name() == "caption") {
            let caption = converter.line(child);
            if !caption.is_empty() {
                blocks.push(format!("*{caption}*"));
            }
        }
    }
    let cells = |row: &Ref<'_>| {
        let is_cell = |child: &Ref<'_>| {
            child.value().as_element().is_some_and(|it| matches!(it.name(), "td" | "th"))
        };
        row.children().filter(is_cell).collect::<Vec<_>>().len()
    };
    // One column is a layout, not a table.
    if rows.iter().all(|row| cells(row) <= 1) {
        for row in rows {
            for cell in row.children() {
                blocks.extend(converter.blocks(cell));
            }
        }
        return blocks;
    }
    let mut lines: Vec<Vec<String>> = Vec::new();
    for row in &rows {
        let mut line = Vec::new();
        for cell in row.children() {
            let Some(element) = cell.value().as_element() else { continue };
            if !matches!(element.name(), "td" | "th") {
                continue;
            }
            line.push(one_line(&converter.blocks(cell)));
            let span = element.attr("colspan").and_then(|it| it.parse::<usize>().ok()).unwrap_or(1);
            line.extend((1..span.min(MAX_COLUMNS)).map(|_| String::new()));
        }
        line.truncate(MAX_COLUMNS);
        lines.push(line);
    }
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let mut text = Vec::new();
    for (n, mut line) in lines.into_iter().enumerate() {
        line.resize(columns, String::new());
        text.push(format!("| {} |", line.join(" | ")));
        if n == 0 {
            text.push(format!("|{}", " --- |".repeat(columns)));
        }
    }
    blocks.push(text.join("\n"));
    blocks
}

fn collect_rows<'a>(node: Ref<'a>, rows: &mut Vec<Ref<'a>>) {
    for child in node.children() {
        match child.value().as_element().map(|it| it.name()) {
            Some("tr") => rows.push(child),
            Some("thead" | "tbody" | "tfoot") => collect_rows(child, rows),
            _ => {}
        }
    }
}

/// Blocks as the one line that a cell can hold.
fn one_line(blocks: &[String]) -> String {
    let joined = blocks.join("<br>").replace("\\\n", "<br>").replace('\n', " ");
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::html::{kept, to_markdown};

    #[test]
    fn rows_are_lines() {
        let html = "<table><caption>T</caption><tr><th>a<th>b|c<tr><td colspan=2>d<tr><td><p>e<p>f</table>";
        let text = to_markdown(html, &|it, _| kept(it)).markdown;
        assert_eq!(text, "*T*\n\n| a | b\\|c |\n| --- | --- |\n| d |  |\n| e<br>f |  |");
    }

    #[test]
    fn a_layout_is_no_table() {
        let text = to_markdown("<table><tr><td><h2>a</h2><tr><td>b</table>", &|it, _| kept(it));
        assert_eq!(text.markdown, "## a\n\nb");
    }
}
