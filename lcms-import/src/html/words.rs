//! What a page says, without its markup.

use scraper::Html;
use scraper::node::Node;

/// Elements whose text nobody sees.
const UNSEEN: [&str; 8] =
    ["script", "style", "noscript", "template", "head", "svg", "object", "iframe"];
/// Elements that do not end a line.
const INLINE: [&str; 24] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "ins", "kbd",
    "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u", "var",
];

/// The text of a page or a part of one: the title first, then a line for each block.
pub(crate) fn visible_text(html: &str) -> String {
    let document = Html::parse_document(html);
    let mut text = String::new();
    let mut waiting = vec![(document.tree.root(), false)];
    while let Some((node, leaving)) = waiting.pop() {
        match node.value() {
            _ if leaving => text.push('\n'),
            Node::Text(content) => text.push_str(content),
            Node::Element(element) if element.name() == "head" => {
                let title = node.children().find(|child| {
                    child.value().as_element().is_some_and(|it| it.name() == "title")
                });
                for content in title.iter().flat_map(|title| title.children()) {
                    text.push_str(content.value().as_text().map_or("", |it| it));
                }
                text.push('\n');
            }
            Node::Element(element) if UNSEEN.contains(&element.name()) => {}
            value => {
                let is_block = matches!(value, Node::Element(it) if !INLINE.contains(&it.name()));
                if is_block {
                    text.push('\n');
                    waiting.push((node, true));
                }
                waiting.extend(node.children().rev().map(|child| (child, false)));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_lines_and_scripts_are_silent() {
        let text = visible_text(
            "<title>T</title><script>x</script><p>One <b>two</b></p><style>y</style><div>three<br>four</div>",
        );
        let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, ["T", "One two", "three", "four"]);
    }
}
