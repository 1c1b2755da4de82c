//! The body of an item as HTML.

use super::name;
use crate::xml::{Node, Piece};

/// Writes what stands in a node as HTML. `instead` answers what takes the place of an element; `None`
/// keeps it.
pub(super) fn html(node: &Node, instead: &dyn Fn(&Node) -> Option<String>) -> String {
    let mut out = String::new();
    write(node, instead, &mut out);
    out
}

fn write(node: &Node, instead: &dyn Fn(&Node) -> Option<String>, out: &mut String) {
    for piece in node.pieces() {
        match piece {
            Piece::Text(text) => escape(text, out),
            Piece::Child(child) => match instead(child) {
                Some(text) => out.push_str(&text),
                None => element(child, instead, out),
            },
        }
    }
}

/// Elements of QTI itself are transparent; those of HTML are written with the attributes that say
/// something.
fn element(node: &Node, instead: &dyn Fn(&Node) -> Option<String>, out: &mut String) {
    const SAYING: [&str; 9] =
        ["src", "href", "alt", "colspan", "rowspan", "start", "data", "type", "title"];
    let is_html = !node.name.starts_with("qti-") && name(node).chars().all(|c| !c.is_uppercase());
    if !is_html {
        return write(node, instead, out);
    }
    out.push('<');
    out.push_str(&node.name);
    for attribute in node.attributes.iter().filter(|it| SAYING.contains(&it.name.as_str())) {
        out.push(' ');
        out.push_str(&attribute.name);
        out.push_str("=\"");
        escape(&attribute.value, out);
        out.push('"');
    }
    out.push('>');
    if matches!(node.name.as_str(), "br" | "img" | "hr" | "col") {
        return;
    }
    write(node, instead, out);
    out.push_str("</");
    out.push_str(&node.name);
    out.push('>');
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}
