//! What a text shows of other components: pictures, media, downloads, questions, links.

use std::fmt::Write as _;

use lcms_core::model::content::{Asset, TrackKind};
use lcms_core::model::markup::Reference;
use lcms_core::model::{ComponentId, Content};

use super::document::ScoRenderer;
use super::markdown::{Label, LinkHtml, Place, Resolver};
use super::{escape, glossary};
use crate::plan::{AssetWords, Plan, PlannedText, Sco, named as named_ids};

/// Answers for the references of one text.
pub(super) struct TextResolver<'t, 'p> {
    pub(super) sco: &'t mut ScoRenderer<'p>,
    pub(super) text: &'t PlannedText,
    /// Which of the texts that it is composed of is being rendered.
    pub(super) source: usize,
    /// Begins the ids of the text.
    pub(super) prefix: String,
    /// Whether questions may stand in it: they may not stand in one another.
    pub(super) in_question: bool,
    /// The blanks of a fill-in prompt, with how many were set.
    pub(super) blanks: usize,
}

impl<'p> TextResolver<'_, 'p> {
    fn plan(&self) -> &'p Plan<'p> {
        self.sco.plan
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
        let not_frozen = || "it is not part of the release".to_owned();
        let plan = self.plan();
        let text = self.text;
        let slot = text.slot(plan.release, self.source, reference).ok_or_else(not_frozen)?;
        match &plan.node(slot.node).content {
            Content::Asset(asset) => {
                let path = plan.assets.file(slot.node, asset);
                self.sco.use_asset(&path);
                for track in &asset.tracks {
                    self.sco.use_asset(&plan.assets.track(slot.node, asset, track));
                }
                let none = AssetWords::default();
                let files =
                    asset.tracks.iter().map(|track| plan.assets.track(slot.node, asset, track));
                let shown = ShownAsset {
                    asset,
                    words: plan.words(slot.node).unwrap_or(&none),
                    language: plan.language(),
                    source: from_sco(&path),
                    tracks: files.map(|path| from_sco(&path)).collect(),
                };
                Ok(asset_html(&shown, reference.text.as_deref(), place))
            }
            Content::Question(_) if self.in_question => {
                Err("a question cannot stand inside a question".to_owned())
            }
            Content::Question(_) if place == Place::Inline => {
                Err("a question cannot stand inside a line; give it a paragraph of its own"
                    .to_owned())
            }
            Content::Question(_) => {
                let planned = text.questions.get(&(self.source, reference.ordinal));
                Ok(self.sco.question(planned.ok_or_else(not_frozen)?))
            }
            other => Err(format!("a {} cannot be shown inside a text", other.kind())),
        }
    }

    fn link(&mut self, reference: &Reference) -> Result<LinkHtml, String> {
        let component = reference.target.id().ok_or("it is not a component")?;
        let link = leads_to(self.plan(), self.sco.sco, component, reference.block.as_deref())?;
        self.sco.links.insert((component, reference.block.clone()), link.clone());
        if let Some(path) = &link.file {
            self.sco.use_asset(path);
        }
        let Link { title, href, definition, .. } = link;
        // Inside a question a button would be part of the answer.
        let definition = definition.filter(|_| !self.in_question);
        Ok(LinkHtml { href, title, definition })
    }

    fn blank(&mut self, id: &str) -> Option<String> {
        self.blanks += 1;
        Some(blank_html(id, &self.sco.blank_label(self.blanks)))
    }

    fn label(&self, label: Label) -> &str {
        self.sco.label(label)
    }
}

/// What a link of a lesson leads to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Link {
    title: String,
    href: Option<String>,
    /// What the term it leads to means.
    definition: Option<String>,
    /// The file it leads to.
    file: Option<String>,
}

/// What a link to a component, or to a block of its text, leads to from a lesson.
pub(super) fn leads_to(
    plan: &Plan<'_>,
    sco: &Sco,
    component: ComponentId,
    block: Option<&str>,
) -> Result<Link, String> {
    let link = |title, href| Link { title, href, definition: None, file: None };
    let Some(target) = plan.linked(component) else {
        if let Some(elsewhere) = &plan.elsewhere {
            return Ok(link(elsewhere.get(&component).cloned().unwrap_or_default(), None));
        }
        let left_out = plan.release.nodes.iter().any(|node| node.component == component);
        return Err(if left_out {
            "it is left out here by conditions, so the link would lead nowhere; put the link \
             under the same conditions"
        } else {
            "it is not part of this course, so the link would lead nowhere; place it in the \
             course or remove the link"
        }
        .to_owned());
    };
    let title = target.title.clone();
    if let Content::Asset(asset) = &plan.node(target.node).content {
        let path = plan.assets.file(target.node, asset);
        return Ok(Link { file: Some(path.clone()), ..link(title, Some(from_sco(&path))) });
    }
    // Another SCO can only be opened by the LMS: its title stands there without an address.
    let here = sco.page_of(plan.release, component);
    let title = here.map_or(title, |page| page.title.clone());
    let Some(block) = block else {
        return Ok(link(title, here.map(|page| format!("#page-{}", page.id))));
    };
    let Some(page) = here.or_else(|| plan.page_of(component)) else {
        return Ok(link(title, None));
    };
    let named = glossary::find(page.text.composed.blocks(), block);
    let known = page.text.composed.block_ids();
    if named.is_none() && !known.iter().any(|id| id == block) {
        let known: Vec<_> = known.iter().map(String::as_str).collect();
        let offers = named_ids(&known);
        return Err(format!("“{title}” has no block `{block}` to lead to; {offers}"));
    }
    let href = here.map(|page| format!("#{}-{block}", page.id));
    let (name, definition) = named.map_or((None, None), |named| (named.title, named.definition));
    Ok(Link { definition, ..link(name.unwrap_or(title), href) })
}

pub(super) fn blank_html(id: &str, label: &str) -> String {
    format!(
        "<input type=\"text\" class=\"lcms-blank\" name=\"{}\" aria-label=\"{}\" \
         autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\">",
        escape::value(id),
        escape::value(label)
    )
}

/// The address of a file of the package, from a SCO's page.
fn from_sco(path: &str) -> String {
    format!("../{}", escape::url_path(path))
}

/// What an asset is shown with: its words, and the addresses of its files.
pub(crate) struct ShownAsset<'a> {
    pub(crate) asset: &'a Asset,
    pub(crate) words: &'a AssetWords,
    /// The learner's language.
    pub(crate) language: &'a str,
    pub(crate) source: String,
    /// One for each track, in their order.
    pub(crate) tracks: Vec<String>,
}

pub(crate) fn asset_html(shown: &ShownAsset<'_>, text: Option<&str>, place: Place) -> String {
    let ShownAsset { asset, words, .. } = shown;
    let source = escape::value(&shown.source);
    let media = asset.media_type.split('/').next().unwrap_or_default();
    let element = match media {
        "image" => {
            let alt =
                if asset.decorative { "" } else { text.or(words.alt.as_deref()).unwrap_or("") };
            format!("<img src=\"{source}\" alt=\"{}\" loading=\"lazy\">", escape::value(alt))
        }
        "audio" | "video" => media_html(shown, media, &source),
        _ => {
            let label = text.unwrap_or(&words.title);
            return format!(
                "<a class=\"lcms-download\" href=\"{source}\" download>{} <span class=\"lcms-size\">({})</span></a>",
                escape::text(label),
                size_for_people(asset.size)
            );
        }
    };
    if place == Place::Inline {
        return element;
    }
    let caption = words.caption.as_deref().map_or_else(String::new, |caption| {
        format!("<figcaption>{}</figcaption>", escape::text(caption))
    });
    let transcript = words.transcript.as_deref().map_or_else(String::new, |transcript| {
        format!(
            "<details class=\"lcms-transcript\"><summary>{}</summary>{}</details>",
            escape::text(Label::Transcript.in_language(shown.language)),
            paragraphs(transcript)
        )
    });
    format!("<figure class=\"lcms-figure\">{element}{caption}{transcript}</figure>")
}

fn media_html(shown: &ShownAsset<'_>, element: &str, source: &str) -> String {
    let mut tracks = String::new();
    let mut shown_first = false;
    for (track, path) in shown.asset.tracks.iter().zip(&shown.tracks) {
        let kind = match track.kind {
            TrackKind::Captions => "captions",
            TrackKind::Subtitles => "subtitles",
            TrackKind::Descriptions => "descriptions",
        };
        let path = escape::value(path);
        let language = track.language.as_str();
        // Captions in the learner's language are on from the start: nobody has to find them first.
        let on = !shown_first && kind != "descriptions" && language == shown.language;
        shown_first |= on;
        let _ = write!(
            tracks,
            "<track kind=\"{kind}\" srclang=\"{language}\" label=\"{language}\" src=\"{path}\"{}>",
            if on { " default" } else { "" },
            language = escape::value(language),
        );
    }
    let title = escape::value(&shown.words.title);
    let inline = if element == "video" { " playsinline" } else { "" };
    format!(
        "<{element} controls{inline} preload=\"metadata\" src=\"{source}\" aria-label=\"{title}\">{tracks}</{element}>"
    )
}

/// Plain text as paragraphs, at its empty lines.
fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let shown = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    shown.map(|each| format!("<p>{}</p>", escape::text(each).replace('\n', "<br>"))).collect()
}

/// A size in bytes as people read it: `12 kB`, `3.4 MB`.
fn size_for_people(bytes: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = bytes.saturating_mul(10).div_ceil(unit);
        if tenths >= 100 {
            format!("{}", tenths / 10)
        } else {
            format!("{}.{}", tenths / 10, tenths % 10)
        }
    };
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}
