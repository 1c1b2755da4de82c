//! The activities on a page of eXeLearning, as questions.
//!
//! ```text
//! forms   activities of eXeLearning 1 and 2: forms of HTML with their feedback beside them
//! data    activities of eXeLearning 3: JSON in attributes; and the games of 2.4 and later, JSON that is
//!         written unreadably
//! ```
//!
//! An activity that is taken goes from the page. Of a game that no type of ours can hold the data goes
//! too, which nobody could read, and the loss is named.

mod data;
mod forms;

use ego_tree::NodeId;
use lcms_formats::quiz::Question;
use scraper::node::Text;
use scraper::{ElementRef, Html, Node, Selector};

/// What was taken from a page.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The questions, each with the heading that it stands under.
    pub(super) questions: Vec<(Option<String>, Question)>,
    /// What could not be carried over.
    pub(super) lost: Vec<String>,
}

/// Everything that may be an activity, and the headings between them.
const ACTIVITIES: &str = "form.activity-form, .idevice_node[data-idevice-json-data], [class$=-DataGame], [class*='-DataGame ']";
const HEADINGS: &str = "h1, h2, .iDeviceTitle, .box-title";
/// Most activities of one page: each is looked for in the whole page.
const MOST_ACTIVITIES: usize = 300;
/// What only serves an activity's program.
const LEFT_OVER: &str = ".iDevice_solution, .box-toggle, .game-evaluation-ids, .js-sr-av, h3.js-hidden, [class$=-bns], \
    [class*='-bns '], [class*=-LinkImages], [class*=-LinkAudios], [class$=-version], [class*='-version ']";

/// Takes the activities out of a page.
pub(super) fn take(document: &mut Html) -> Taken {
    let mut taken = Taken::default();
    let mut found = all(document, ACTIVITIES);
    if found.is_empty() {
        return taken;
    }
    if found.len() > MOST_ACTIVITIES {
        let rest = found.len() - MOST_ACTIVITIES;
        taken
            .lost
            .push(format!("{rest} activities after the first {MOST_ACTIVITIES} of this page"));
        found.truncate(MOST_ACTIVITIES);
    }
    for activity in found {
        let section = heading_before(document, activity);
        let Some(element) = element(document, activity) else { continue };
        let read = match element.value().name() {
            "form" => forms::read(document, element),
            _ if element.value().attr("data-idevice-json-data").is_some() => data::record(element),
            _ => data::game(document, element),
        };
        let Some(read) = read else { continue };
        taken.lost.extend(read.lost);
        let questions = read.questions.into_iter();
        taken.questions.extend(questions.map(|question| (section.clone(), question)));
        for id in read.with {
            detach(document, id);
        }
        match read.instead.is_empty() {
            true => detach(document, activity),
            false => replace(document, activity, &read.instead),
        }
    }
    for id in all(document, LEFT_OVER) {
        detach(document, id);
    }
    taken
}

/// What an activity says.
#[derive(Debug, Default)]
struct Read {
    questions: Vec<Question>,
    lost: Vec<String>,
    /// Elements elsewhere on the page that go with it.
    with: Vec<NodeId>,
    /// HTML that stays in its place.
    instead: String,
}

fn selector(text: &str) -> Option<Selector> {
    Selector::parse(text).ok()
}

fn all(document: &Html, selector_text: &str) -> Vec<NodeId> {
    let found = selector(selector_text);
    found.map_or_else(Vec::new, |it| document.select(&it).map(|it| it.id()).collect())
}

fn element(document: &Html, id: NodeId) -> Option<ElementRef<'_>> {
    document.tree.get(id).and_then(ElementRef::wrap)
}

/// The first element below one that a selector finds.
fn first<'a>(element: ElementRef<'a>, text: &str) -> Option<ElementRef<'a>> {
    let selector = selector(text)?;
    element.select(&selector).next()
}

/// The element with an id; ids of tools hold points, which selectors cannot.
fn by_id<'a>(document: &'a Html, id: &str) -> Option<ElementRef<'a>> {
    let mut elements = document.tree.root().descendants().filter_map(ElementRef::wrap);
    elements.find(|it| it.value().id() == Some(id))
}

fn detach(document: &mut Html, id: NodeId) {
    if let Some(mut node) = document.tree.get_mut(id) {
        node.detach();
    }
}

/// Puts HTML in the place of an element's content.
fn replace(document: &mut Html, id: NodeId, html: &str) {
    let inside: Vec<NodeId> =
        document.tree.get(id).map_or_else(Vec::new, |it| it.children().map(|it| it.id()).collect());
    for child in inside {
        detach(document, child);
    }
    if let Some(mut node) = document.tree.get_mut(id) {
        node.append_subtree(Html::parse_fragment(html).tree);
    }
}

/// Puts a text in the place of an element.
fn replace_with_text(document: &mut Html, id: NodeId, text: &str) {
    if let Some(mut node) = document.tree.get_mut(id) {
        *node.value() = Node::Text(Text { text: text.into() });
    }
}

/// The heading that an element stands under.
fn heading_before(document: &Html, id: NodeId) -> Option<String> {
    let headings = selector(HEADINGS)?;
    let mut last = None;
    for node in document.tree.root().descendants() {
        if node.id() == id {
            break;
        }
        if let Some(heading) = ElementRef::wrap(node).filter(|it| headings.matches(it)) {
            last = Some(heading);
        }
    }
    let title = super::written::plain(&last?.inner_html());
    Some(title).filter(|title| !title.is_empty())
}
