//! Directives: what the line of one says.

use super::super::error::Rule;
use super::super::fence::{self, Arguments, FenceLine};
use super::super::nest::{Container, Element, Opening};
use super::super::tokens::{Marked, Position, Token};
use super::super::tree::{Block, ConditionUse, DirectiveKind, Inline, ReferenceRole};
use super::{Arena, Reader, options};
use crate::model::slot::Conditions;

impl<'s> Reader<'s> {
    /// Position of `part`, a slice of the source on the line where `token` stands.
    pub(super) fn place(&self, token: &Token, part: &str) -> (usize, Position) {
        // Both are slices of the same string, so the difference is an offset into it.
        let start = (part.as_ptr() as usize).saturating_sub(self.source.as_ptr() as usize);
        let before = &self.source[token.span.start..start];
        let column = token.position.column + before.chars().count();
        (start, Position { column, ..token.position })
    }

    pub(super) fn fence(&mut self, token: &Token) -> Option<Element> {
        let refused = |colons| {
            Some(Element::Open(Opening {
                colons,
                container: Container::Refused,
                at: token.position,
            }))
        };
        let written = self.marked.source_of(token);
        let line = match fence::read(written) {
            Ok(line) => line,
            Err((part, rule, message)) => {
                let (_, at) = self.place(token, part);
                self.error(at, rule, message);
                return refused(written.bytes().take_while(|&b| b == b':').count());
            }
        };
        let Some(name) = line.name else {
            return Some(Element::Close { colons: line.colons, at: token.position });
        };
        if matches!(name, "include" | "when") && line.id.is_some() {
            let message = format!("`:::{name}` takes no block id; name a block inside it");
            self.error(token.position, Rule::BlockId, message);
        }
        let container = match name {
            "include" => return self.include(token, &line).map(Element::Block),
            "when" => self.when(token, &line),
            _ => match DirectiveKind::from_name(name) {
                Some(kind) => self.directive(kind, token, &line),
                None => {
                    let known: Vec<_> =
                        DirectiveKind::ALL.iter().map(|kind| kind.as_str()).collect();
                    let message = format!(
                        "`{name}` is not a directive; there are {}, when and include",
                        known.join(", ")
                    );
                    self.error(token.position, Rule::UnknownDirective, message);
                    Container::Refused
                }
            },
        };
        Some(Element::Open(Opening { colons: line.colons, container, at: token.position }))
    }

    fn directive(&mut self, kind: DirectiveKind, token: &Token, line: &FenceLine<'s>) -> Container {
        let title = match &line.arguments {
            Arguments::None => None,
            Arguments::Words(words) => Some(*words),
            Arguments::Attributes(attributes) => {
                for (name, _) in attributes.iter().filter(|(name, _)| *name != "title") {
                    let (_, at) = self.place(token, name);
                    let message =
                        format!("`:::{}` has no attribute `{name}`, only `title`", kind.as_str());
                    self.error(at, Rule::Attribute, message);
                }
                attributes.iter().find(|(name, _)| *name == "title").map(|(_, value)| *value)
            }
        };
        if title.is_none() && kind == DirectiveKind::Tab {
            self.error(
                token.position,
                Rule::Attribute,
                "a tab needs a title, as in `:::tab Windows`",
            );
        }
        let title = title.map_or_else(Vec::new, |title| self.title(token, title));
        let id = line.id.and_then(|id| {
            let (_, at) = self.place(token, id);
            self.named_block(id, at)
        });
        Container::Directive { kind, title, id }
    }

    /// Reads a title as one line of text with inline markup.
    fn title(&mut self, token: &Token, title: &str) -> Vec<Inline> {
        let (start, at) = self.place(token, title);
        let marked = Marked::title(self.source, start..start + title.len(), at);
        let arena = Arena::new();
        let root = comrak::parse_document(&arena, marked.text(), &options());
        let document = std::mem::replace(&mut self.marked, marked);
        let content = root.first_child().map(|paragraph| self.inlines_only(paragraph, 0));
        self.marked = document;
        content.unwrap_or_default()
    }

    fn when(&mut self, token: &Token, line: &FenceLine<'s>) -> Container {
        let Arguments::Attributes(attributes) = &line.arguments else {
            let message = "`:::when` needs conditions, as in `:::when audience=admin region=eu,uk`";
            self.error(token.position, Rule::Attribute, message);
            return Container::Refused;
        };
        let mut conditions = Conditions::new();
        for (name, value) in attributes {
            let values: Vec<String> =
                value.split(',').map(|value| value.trim().to_owned()).collect();
            if values.iter().any(String::is_empty) {
                let (_, at) = self.place(token, value);
                self.error(
                    at,
                    Rule::Attribute,
                    format!("`{name}` has an empty value between its commas"),
                );
            }
            conditions.insert((*name).to_owned(), values);
        }
        let Position { line, column } = token.position;
        self.markup.conditions.push(ConditionUse { conditions: conditions.clone(), line, column });
        Container::When(conditions)
    }

    fn include(&mut self, token: &Token, line: &FenceLine<'s>) -> Option<Block> {
        let Arguments::Words(words) = line.arguments else {
            let message =
                "`:::include` needs one reference, as in `:::include support/legal#returns`";
            self.error(token.position, Rule::Reference, message);
            return None;
        };
        self.reference(ReferenceRole::Include, words, None, token).map(Block::Include)
    }
}
