//! What a link to one block of another text says before anyone follows it: the block's own words,
//! and for a term of a description list what it means.

use lcms_core::model::markup::{Block, Description, plain_inlines};

/// A block that a link names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// A term or a heading; nothing for a paragraph, which has no name of its own.
    pub(super) title: Option<String>,
    /// What the term means.
    pub(super) definition: Option<String>,
}

/// The block with an id, wherever it stands in these blocks.
pub(super) fn find(blocks: &[Block], wanted: &str) -> Option<Named> {
    let is_wanted = |id: &Option<String>| id.as_deref() == Some(wanted);
    blocks.iter().find_map(|block| match block {
        Block::Heading { content, id, .. } if is_wanted(id) => {
            Some(Named { title: Some(plain_inlines(content)), definition: None })
        }
        Block::Descriptions(descriptions) => descriptions.iter().find_map(|description| {
            let Description { term, id, details } = description;
            if is_wanted(id) {
                let definition = details.iter().map(|each| words(each)).collect::<Vec<_>>();
                let definition = Some(definition.join(" ")).filter(|text| !text.is_empty());
                return Some(Named { title: Some(plain_inlines(term)), definition });
            }
            details.iter().find_map(|each| find(each, wanted))
        }),
        Block::Quote(content) => find(content, wanted),
        Block::List(list) => list.items.iter().find_map(|item| find(&item.content, wanted)),
        Block::Directive(directive) => find(&directive.content, wanted),
        Block::Part(part) => find(&part.content, wanted),
        _ => None,
    })
}

/// Paragraphs and lists in plain words; what cannot be said in a line is left to the page.
fn words(blocks: &[Block]) -> String {
    let said = blocks.iter().filter_map(|block| match block {
        Block::Paragraph { content, .. } => Some(plain_inlines(content)),
        Block::List(list) => {
            let items: Vec<_> = list.items.iter().map(|item| words(&item.content)).collect();
            Some(items.join("; "))
        }
        Block::Part(part) => Some(words(&part.content)),
        _ => None,
    });
    said.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use lcms_core::model::markup::{Composed, Markup};

    use super::{Named, find};

    #[test]
    fn a_term_is_found_with_what_it_means_wherever_it_stands() {
        let text = ":::note\n## Things {#things}\n\nAgent {#agent}\n\n: The *program* `swsync`.\n\n: - small\n  - quiet\n:::\n";
        let composed = Composed::from(Markup::parse(text).unwrap());
        let named = |id| find(composed.blocks(), id);
        let agent = Named {
            title: Some("Agent".to_owned()),
            definition: Some("The program swsync. small; quiet".to_owned()),
        };
        assert_eq!(named("agent"), Some(agent));
        let things = Named { title: Some("Things".to_owned()), definition: None };
        assert_eq!(named("things"), Some(things));
        assert_eq!(named("other"), None);
    }
}
