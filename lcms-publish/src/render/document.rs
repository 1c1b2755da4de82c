//! The HTML document of a SCO: every page as an article, and the data for the player.
//!
//! All pages stand in one document, so that a lesson works from disk and in print, and without
//! script shows everything in order.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use lcms_core::model::content::{CompletionRule, Navigation};
use lcms_core::model::markup::Composed;
use lcms_core::model::{ComponentId, Digest};

use super::embed::{Link, TextResolver};
use super::markdown::{self, Label, RenderFault};
use super::{
    AssessmentData, BridgeData, PageData, QuestionData, RenderedSco, ScoData, SectionData, escape,
};
use crate::archive::Packed;
use crate::fault::Fault;
use crate::formats::CONTENTS_FILE;
use crate::plan::{Framed, Page, PageKind, Plan, PlannedAssessment, PlannedText, Sco};
use crate::profile::{Format, Logo};
use crate::shape::Lesson;
use crate::{credits, player, theme};

/// Version of the data contract with the player.
const DATA_VERSION: u32 = 1;

/// Renders one SCO, by its number in the plan.
///
/// # Errors
/// Every reason why one of its texts cannot be published.
pub(super) fn render_sco(plan: &Plan<'_>, number: usize) -> Result<RenderedSco, Vec<Fault>> {
    let sco = &plan.scos[number];
    let mut renderer = ScoRenderer {
        plan,
        sco,
        assets: BTreeSet::new(),
        links: HashMap::new(),
        questions: BTreeMap::new(),
        assessments: BTreeMap::new(),
        bridge: None,
        faults: Vec::new(),
    };
    let mut articles = String::new();
    let mut pages = Vec::with_capacity(sco.pages.len());
    for page in &sco.pages {
        let article = renderer.article(page);
        pages.push(PageData {
            id: page.id.clone(),
            title: page.title.clone(),
            group: page.group.clone(),
            fingerprint: Digest::of_bytes(article.as_bytes()).hex()[..8].to_owned(),
        });
        articles.push_str(&article);
    }
    if !renderer.faults.is_empty() {
        return Err(renderer.faults);
    }
    let (completion, pass_mark) = plan.rules(sco);
    let data = ScoData {
        version: DATA_VERSION,
        course: plan.title.clone(),
        lesson: sco.title.clone(),
        completion: match completion {
            CompletionRule::Pages => "pages",
            CompletionRule::Score => "score",
            CompletionRule::Both => "both",
            CompletionRule::Time => "time",
        },
        pass_mark,
        minutes: plan.completion.minutes.filter(|_| completion == CompletionRule::Time),
        linear: plan.profile.settings.navigation == Navigation::Linear,
        pages,
        questions: renderer.questions,
        assessments: renderer.assessments,
        bridge: renderer.bridge,
    };
    let html = document(plan, number, &data, &articles);
    let lesson = Lesson::read(&html).ok_or_else(|| {
        let message = "its page does not hold its own data".to_owned();
        vec![Fault::new(plan.node(sco.node), "", "page", message)]
    })?;
    let (assets, links) = (renderer.assets, renderer.links);
    Ok(RenderedSco {
        page: Packed::new("text/html", html.as_bytes()),
        data,
        lesson: Arc::new(lesson),
        assets,
        links,
    })
}

fn document(plan: &Plan<'_>, number: usize, data: &ScoData, articles: &str) -> String {
    let sco = &plan.scos[number];
    let language = plan.language();
    let title = escape::text(&sco.title);
    let course = escape::text(&plan.title);
    let mut links = String::new();
    let settings = &plan.profile.settings;
    if theme::style_sheet(settings).is_some() {
        let _ = writeln!(links, "<link rel=\"stylesheet\" href=\"../{}\">", theme::THEME_PATH);
    }
    let logo = settings.logo.as_ref().map_or_else(String::new, logo_html);
    // Elsewhere, so that the lesson goes on: leaving the page would end it.
    let credits = credits::are_due(plan).then(|| {
        format!(
            "<footer class=\"lcms-credits\"><a href=\"../{}\" target=\"_blank\" rel=\"noopener\">{}</a></footer>\n",
            credits::CREDITS_PATH,
            escape::text(credits::word(language))
        )
    });
    let credits = credits.unwrap_or_default();
    let way = site_navigation(plan, number);
    format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"../player/{style}\">\n{links}\
         <script defer src=\"../player/{script}\"></script>\n\
         <script type=\"application/json\" id=\"lcms-sco\">{json}</script>\n</head>\n<body>\n\
         <header class=\"lcms-header\">{logo}<p class=\"lcms-course\">{course}</p>\
         <h1 class=\"lcms-title\">{title}</h1></header>\n\
         <main id=\"lcms-pages\">\n{articles}</main>\n{way}{credits}</body>\n</html>\n",
        direction = escape::direction(language),
        style = player::STYLE,
        script = player::SCRIPT,
        json = script_json(data),
    )
}

/// Where there is no LMS around a lesson: the way to the contents and to the lessons beside it.
fn site_navigation(plan: &Plan<'_>, number: usize) -> String {
    if plan.profile.format != Format::Html {
        return String::new();
    }
    let [before, after] = beside(plan, number);
    let link = |rel: &str, href: &str, title: &str| {
        format!("<a rel=\"{rel}\" href=\"{href}\">{}</a>\n", escape::text(title))
    };
    let to = |rel: &str, sco: Option<&Sco>| {
        sco.map(|sco| link(rel, &format!("{}.html", sco.id), &sco.title)).unwrap_or_default()
    };
    format!(
        "<nav class=\"lcms-site-way\">\n{}{}{}</nav>\n",
        to("prev", before),
        link("contents", &format!("../{CONTENTS_FILE}"), &plan.title),
        to("next", after),
    )
}

/// The SCOs before and after the one with that number.
pub(super) fn beside<'p>(plan: &'p Plan<'_>, number: usize) -> [Option<&'p Sco>; 2] {
    [number.checked_sub(1), Some(number + 1)].map(|number| plan.scos.get(number?))
}

fn logo_html(logo: &Logo) -> String {
    let alt = logo.asset.alt.as_deref().filter(|_| !logo.asset.decorative).unwrap_or_default();
    format!(
        "<img class=\"lcms-logo\" src=\"../{}\" alt=\"{}\">",
        escape::value(&escape::url_path(&theme::logo_path(logo))),
        escape::value(alt)
    )
}

/// JSON that can stand in a `script` element: nothing in it can close the element.
fn script_json(data: &ScoData) -> String {
    serde_json::to_string(data).unwrap_or_default().replace('<', "\\u003c")
}

/// An authored text on its page.
pub(super) struct Text<'t> {
    /// What it says; nothing if the component has no such text.
    pub(super) planned: Option<&'t PlannedText>,
    pub(super) prefix: String,
    pub(super) in_question: bool,
}

/// Renders the pages of one SCO and collects what they use.
pub(super) struct ScoRenderer<'p> {
    pub(super) plan: &'p Plan<'p>,
    pub(super) sco: &'p Sco,
    assets: BTreeSet<String>,
    pub(super) links: HashMap<(ComponentId, Option<String>), Link>,
    pub(super) questions: BTreeMap<String, QuestionData>,
    assessments: BTreeMap<String, AssessmentData>,
    bridge: Option<BridgeData>,
    faults: Vec<Fault>,
}

impl ScoRenderer<'_> {
    pub(super) fn use_asset(&mut self, path: &str) {
        self.assets.insert(path.to_owned());
    }

    /// A word of the package's language that no author wrote.
    pub(super) fn label(&self, label: Label) -> &'static str {
        label.in_language(self.plan.language())
    }

    pub(super) fn blank_label(&self, number: usize) -> String {
        format!("{} {number}", self.label(Label::Blank))
    }

    fn article(&mut self, page: &Page) -> String {
        let body = match &page.kind {
            PageKind::Topic => self.topic(page),
            PageKind::Question(question) => self.question(question),
            PageKind::Assessment(assessment) => self.assessment(page, assessment),
            PageKind::Framed(framed) => self.framed(page, framed),
        };
        format!(
            "<article class=\"lcms-page\" id=\"page-{id}\" data-page=\"{id}\">\n<h2>{title}</h2>\n{body}</article>\n",
            id = page.id,
            title = escape::text(&page.title),
        )
    }

    fn topic(&mut self, page: &Page) -> String {
        self.text(&Text {
            planned: Some(&page.text),
            prefix: format!("{}-", page.id),
            in_question: false,
        })
    }

    /// Content that was imported, with all its files. Its version stands with it, because the page is
    /// another one when it is. Content that the page answers is not opened before the page can.
    fn framed(&mut self, page: &Page, framed: &Framed) -> String {
        for path in self.plan.assets.of_package(framed.node) {
            self.assets.insert(path.to_owned());
        }
        let version = &self.plan.node(framed.node).content_digest.hex()[..16];
        self.bridge = BridgeData::of(framed);
        let source = if self.bridge.is_some() { "data-src" } else { "src" };
        format!(
            "<iframe class=\"lcms-framed\" {source}=\"../{}{}\" title=\"{}\" data-version=\"{version}\" \
             allow=\"fullscreen; autoplay\"></iframe>\n",
            escape::value(&escape::url_path(&framed.path)),
            escape::value(&framed.parameters),
            escape::value(&page.title),
        )
    }

    fn assessment(&mut self, page: &Page, planned: &PlannedAssessment) -> String {
        let mut html = self.text(&Text {
            planned: Some(&page.text),
            prefix: format!("{}-", page.id),
            in_question: true,
        });
        let mut sections = Vec::with_capacity(planned.sections.len());
        for section in &planned.sections {
            if let Some(title) = &section.title {
                let _ = writeln!(html, "<h3>{}</h3>", escape::text(title));
            }
            for question in &section.questions {
                html.push_str(&self.question(question));
            }
            sections.push(SectionData {
                id: section.id.clone(),
                draw: section.draw,
                shuffle: section.shuffle,
                questions: section.questions.iter().map(|q| q.id.clone()).collect(),
            });
        }
        let data = AssessmentData {
            page: page.id.clone(),
            pass_mark: planned.pass_mark,
            attempts: planned.attempts,
            shuffle: planned.shuffle,
            sections,
        };
        self.assessments.insert(planned.id.clone(), data);
        let id = &planned.id;
        format!("<section class=\"lcms-assessment\" data-assessment=\"{id}\">\n{html}</section>\n")
    }

    /// A text as blocks.
    pub(super) fn text(&mut self, text: &Text<'_>) -> String {
        self.text_with_blanks(text).0
    }

    /// A text as blocks, and how many blanks were set in it.
    pub(super) fn text_with_blanks(&mut self, text: &Text<'_>) -> (String, usize) {
        self.rendered(text, |markup, resolver| markdown::render(markup, resolver))
    }

    /// A text that stands in a line.
    pub(super) fn line(&mut self, text: &Text<'_>) -> String {
        self.rendered(text, |markup, resolver| markdown::render_line(markup, resolver)).0
    }

    fn rendered(
        &mut self,
        text: &Text<'_>,
        render: fn(
            &Composed,
            &mut TextResolver<'_, '_>,
        ) -> Result<markdown::Html, Vec<RenderFault>>,
    ) -> (String, usize) {
        let Some(planned) = text.planned else { return (String::new(), 0) };
        let mut resolver = TextResolver {
            sco: self,
            text: planned,
            source: 0,
            prefix: text.prefix.clone(),
            in_question: text.in_question,
            blanks: 0,
        };
        let rendered = render(&planned.composed, &mut resolver);
        let blanks = resolver.blanks;
        match rendered {
            Ok(html) => (html.body, blanks),
            Err(faults) => {
                for fault in faults {
                    let Some(source) = planned.sources.get(fault.part) else { continue };
                    let (node, rule) = (self.plan.node(source.node), fault.rule.as_str());
                    let found = Fault::new(node, &source.pointer, rule, fault.message);
                    self.faults.push(found.at(fault.line, fault.column));
                }
                (String::new(), blanks)
            }
        }
    }
}
