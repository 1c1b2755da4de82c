//! One authored text: composed with what was gathered, rendered with marks where something is
//! missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lcms_core::model::Violation;
use lcms_core::model::content::{Asset, AuthoredText, Content};
use lcms_core::model::markup::{
    Compose, Composed, MAX_DEPTH, Markup, Piece, Reference, Variable, When,
};
use lcms_core::service::ComponentView;

use super::Subject;
use super::gather::Known;
use super::question::question_html;
use crate::plan::AssetWords;
use crate::render::embed::{ShownAsset, asset_html};
use crate::render::escape;
use crate::render::markdown::{self, LinkHtml, Place, Resolver};

/// Most texts that one text may be made of.
const MAX_SOURCES: usize = 500;

/// Renders the texts of one page.
pub(super) struct Writer<'k> {
    pub(super) subject: &'k Subject,
    pub(super) known: &'k Known,
    pub(super) notices: Vec<Violation>,
    texts: usize,
}

/// Which component's text is rendered.
#[derive(Clone, Copy)]
pub(super) struct Owner<'k> {
    /// Its document's library.
    pub(super) library: &'k lcms_core::model::Key,
    /// Where its text stands, said of the page's own document; what is said of others is not
    /// told as a notice.
    pub(super) own: bool,
    /// Whether it is a question: questions do not stand in one another.
    pub(super) question: bool,
}

impl<'k> Writer<'k> {
    pub(super) fn new(subject: &'k Subject, known: &'k Known) -> Self {
        Self { subject, known, notices: Vec::new(), texts: 0 }
    }

    /// A text as blocks.
    pub(super) fn blocks(
        &mut self,
        text: Option<&AuthoredText>,
        pointer: &str,
        of: Owner<'k>,
    ) -> String {
        self.render(text, pointer, of, markdown::render)
    }

    /// A text that stands in a line.
    pub(super) fn line(
        &mut self,
        text: Option<&AuthoredText>,
        pointer: &str,
        of: Owner<'k>,
    ) -> String {
        self.render(text, pointer, of, markdown::render_line)
    }

    fn render(
        &mut self,
        text: Option<&AuthoredText>,
        pointer: &str,
        of: Owner<'k>,
        render: fn(
            &Composed,
            &mut dyn Resolver,
        ) -> Result<markdown::Html, Vec<markdown::RenderFault>>,
    ) -> String {
        let Some(text) = text else { return String::new() };
        if !text.errors.is_empty() {
            for error in &text.errors {
                self.notice(of, error.violation(pointer));
            }
            let messages: Vec<_> = text.errors.iter().map(|e| mark(&e.message)).collect();
            return messages.concat();
        }
        self.texts += 1;
        let mut composing = Composing {
            subject: self.subject,
            known: self.known,
            sources: vec![of],
            open: vec![0],
            violations: Vec::new(),
        };
        let composed = text.markup.compose(&mut composing);
        let Composing { sources, violations, .. } = composing;
        for (source, violation) in violations {
            let own = of.own && source == 0;
            let pointer = pointer.to_owned();
            self.notice(Owner { own, ..of }, Violation { pointer, ..violation });
        }
        let prefix = format!("t{}-", self.texts);
        let mut resolver = TextResolver {
            writer: self,
            sources,
            source: 0,
            prefix,
            missing: Vec::new(),
            blanks: 0,
        };
        let rendered = render(&composed, &mut resolver);
        let missing = std::mem::take(&mut resolver.missing);
        for (source, violation) in missing {
            if source == 0 {
                self.notice(of, Violation { pointer: pointer.to_owned(), ..violation });
            }
        }
        let (html, faults) = match rendered {
            Ok(html) => (html.body, html.notices),
            Err(faults) => {
                let shown: BTreeSet<_> = faults.iter().map(|f| mark(&f.message)).collect();
                (shown.into_iter().collect(), faults)
            }
        };
        for fault in faults.into_iter().filter(|fault| fault.part == 0) {
            let violation = Violation::new(pointer, fault.rule.as_str(), fault.message);
            self.notice(of, violation.at(fault.line, fault.column));
        }
        html
    }

    fn notice(&mut self, of: Owner<'_>, violation: Violation) {
        if of.own && !self.notices.contains(&violation) {
            self.notices.push(violation);
        }
    }
}

/// What stands where something cannot be shown.
pub(super) fn mark(message: &str) -> String {
    format!("<p class=\"lcms-missing\">{}</p>", escape::text(message))
}

fn inline_mark(message: &str) -> String {
    format!("<span class=\"lcms-missing\">{}</span>", escape::text(message))
}

struct Composing<'k> {
    subject: &'k Subject,
    known: &'k Known,
    sources: Vec<Owner<'k>>,
    open: Vec<usize>,
    violations: Vec<(usize, Violation)>,
}

impl Composing<'_> {
    fn here(&self) -> usize {
        self.open.last().copied().unwrap_or_default()
    }

    fn violation(&mut self, rule: &str, message: String, at: (usize, usize)) {
        let violation = Violation::new("", rule, message).at(at.0, at.1);
        self.violations.push((self.here(), violation));
    }
}

impl Compose for Composing<'_> {
    fn keeps(&mut self, when: &When) -> bool {
        let given = &self.subject.conditions;
        given.is_empty() || keeps(given, &when.conditions)
    }

    fn value(&mut self, variable: &Variable) -> Option<String> {
        let value = self.subject.variables.get(&variable.name).cloned();
        Some(value.unwrap_or_else(|| format!("{{{{{}}}}}", variable.name)))
    }

    fn include(&mut self, reference: &Reference) -> Option<Piece> {
        let at = (reference.line, reference.column);
        let owner = self.sources[self.here()];
        let Some(view) = self.known.get(&reference.target, owner.library) else {
            let message = format!("there is no component `{}` to include", reference.target);
            self.violation("include", message, at);
            return None;
        };
        let text = view.content.texts().texts.remove("/body");
        let (Content::Topic(_), Some(text)) = (&view.content, text) else {
            let kind = view.component.kind;
            self.violation("include", format!("a {kind} cannot be included in a text"), at);
            return None;
        };
        if self.sources.len() >= MAX_SOURCES {
            self.violation("include", "the page is made of too many texts".to_owned(), at);
            return None;
        }
        if let Some(id) = &reference.block
            && !text.markup.block_ids().iter().any(|block| block.id == *id)
        {
            let title = view.content.title();
            self.violation("include", format!("“{title}” has no block `{id}`"), at);
            return None;
        }
        self.sources.push(Owner { library: &view.library_key, own: false, ..owner });
        let source = self.sources.len() - 1;
        self.open.push(source);
        let markup: Arc<Markup> = text.markup;
        Some(Piece { source, markup, block: reference.block.clone() })
    }

    fn leave(&mut self) {
        self.open.pop();
    }

    fn too_deep(&mut self) {
        let message = format!("with its includes it is nested more than {MAX_DEPTH} levels deep");
        self.violation("depth", message, (1, 1));
    }
}

/// Whether content under these conditions is shown for those given: for each of its names, one of
/// its values is given.
pub(super) fn keeps(
    given: &BTreeMap<String, Vec<String>>,
    wanted: &BTreeMap<String, Vec<String>>,
) -> bool {
    wanted.iter().all(|(name, values)| {
        given.get(name).is_some_and(|given| values.iter().any(|value| given.contains(value)))
    })
}

struct TextResolver<'w, 'k> {
    writer: &'w mut Writer<'k>,
    sources: Vec<Owner<'k>>,
    source: usize,
    prefix: String,
    missing: Vec<(usize, Violation)>,
    blanks: usize,
}

impl<'k> TextResolver<'_, 'k> {
    fn find(&mut self, reference: &Reference) -> Option<&'k ComponentView> {
        let library = self.sources.get(self.source)?.library;
        let found = self.writer.known.get(&reference.target, library);
        if found.is_none() {
            let message = format!("there is no component `{}`", reference.target);
            let violation = Violation::new("", "reference", message);
            self.missing.push((self.source, violation.at(reference.line, reference.column)));
        }
        found
    }
}

impl Resolver for TextResolver<'_, '_> {
    fn id_prefix(&self) -> &str {
        &self.prefix
    }

    fn enter(&mut self, source: usize) {
        self.source = source;
    }

    fn embed(&mut self, reference: &Reference, place: Place) -> Result<String, String> {
        let mark = if place == Place::Block { mark } else { inline_mark };
        let Some(view) = self.find(reference) else {
            return Ok(mark(&format!("There is no component {}.", reference.target)));
        };
        match &view.content {
            Content::Asset(asset) => {
                let language = self.writer.subject.language.as_str();
                Ok(shown_asset(asset, &file_of(view), language, reference.text.as_deref(), place))
            }
            Content::Question(_) if place == Place::Inline => {
                Ok(mark("A question cannot stand inside a line."))
            }
            Content::Question(_) if self.sources[0].question => {
                Ok(mark("A question cannot stand inside a question."))
            }
            Content::Question(question) => {
                let owner = Owner { library: &view.library_key, own: false, question: true };
                let texts = view.content.texts();
                Ok(question_html(self.writer, question, &texts, owner))
            }
            other => Ok(mark(&format!("A {} cannot be shown inside a text.", other.kind()))),
        }
    }

    fn link(&mut self, reference: &Reference) -> Result<LinkHtml, String> {
        Ok(match self.find(reference) {
            Some(view) => LinkHtml {
                href: Some(format!("/components/{}", view.component.id)),
                title: view.content.title().to_owned(),
                definition: None,
            },
            None => LinkHtml { href: None, title: reference.target.to_string(), definition: None },
        })
    }

    fn blank(&mut self, _id: &str) -> Option<String> {
        self.blanks += 1;
        Some(format!("<span class=\"lcms-blank-mark\">{}</span>", self.blanks))
    }
}

/// The address of a component's file at the revision seen.
fn file_of(view: &ComponentView) -> String {
    format!("/api/v1/components/{}@{}/file", view.component.id, view.revision.number)
}

/// An asset with its own words.
pub(super) fn shown_asset(
    asset: &Asset,
    file: &str,
    language: &str,
    text: Option<&str>,
    place: Place,
) -> String {
    let words = AssetWords {
        title: asset.title.clone(),
        alt: asset.alt.clone(),
        caption: asset.caption.clone(),
        transcript: asset.transcript.clone(),
    };
    let tracks = (0..asset.tracks.len()).map(|n| format!("{file}?track={n}")).collect();
    let source = file.to_owned();
    asset_html(&ShownAsset { asset, words: &words, language, source, tracks }, text, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_under_a_condition_shows_when_each_name_has_one_of_its_values() {
        let of = |pairs: &[(&str, &[&str])]| -> BTreeMap<String, Vec<String>> {
            let own = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
            pairs.iter().map(|(name, values)| ((*name).to_owned(), own(values))).collect()
        };
        let given = of(&[("audience", &["partner"]), ("region", &["eu", "uk"])]);
        assert!(keeps(&given, &of(&[("region", &["uk", "us"])])));
        assert!(!keeps(&given, &of(&[("region", &["uk"]), ("audience", &["admin"])])));
        assert!(!keeps(&given, &of(&[("season", &["spring"])])));
    }
}
