use lcms_core::model::markup::{Composed, Markup, Reference};
use proptest::prelude::*;

use super::*;

/// Knows every component but `missing`.
struct Known {
    places: Vec<Place>,
}

impl Resolver for Known {
    fn id_prefix(&self) -> &str {
        "p1-"
    }

    fn embed(&mut self, reference: &Reference, place: Place) -> Result<String, String> {
        self.places.push(place);
        if reference.target.to_string() == "missing" {
            return Err("there is no component `missing`".to_owned());
        }
        let tag = if place == Place::Block { "figure" } else { "span" };
        Ok(format!("<{tag} data-embed=\"{}\"></{tag}>", reference.ordinal))
    }

    fn link(&mut self, reference: &Reference) -> Result<LinkHtml, String> {
        let block = reference.block.as_deref().map(|block| format!("#{block}")).unwrap_or_default();
        let title = format!("Title of {}", reference.target);
        let elsewhere = reference.target.to_string() == "elsewhere";
        let href = (!elsewhere).then(|| format!("{}.html{block}", reference.target));
        let definition =
            (reference.target.to_string() == "term").then(|| "What <it> means.".to_owned());
        Ok(LinkHtml { href, title, definition })
    }

    fn blank(&mut self, id: &str) -> Option<String> {
        (id == "b1").then(|| "<input name=\"b1\">".to_owned())
    }
}

fn parse(source: &str) -> Composed {
    Markup::parse(source).unwrap().into()
}

fn try_render(source: &str) -> Result<Html, Vec<RenderFault>> {
    render(&parse(source), &mut Known { places: Vec::new() })
}

fn html(source: &str) -> String {
    try_render(source).unwrap().body
}

fn notices(source: &str) -> Vec<(usize, usize, FaultRule)> {
    try_render(source).unwrap().notices.iter().map(|n| (n.line, n.column, n.rule)).collect()
}

#[test]
fn a_rich_page_renders_as_recorded() {
    let rendered = try_render(include_str!("golden/rich.md")).unwrap();
    // To record anew: LCMS_RECORD=1, and read the difference.
    if std::env::var_os("LCMS_RECORD").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/render/markdown/golden/rich.html");
        std::fs::write(path, &rendered.body).unwrap();
    }
    let expected = include_str!("golden/rich.html");
    for (number, (line, expected)) in rendered.body.lines().zip(expected.lines()).enumerate() {
        assert_eq!(line, expected, "line {}", number + 1);
    }
    assert_eq!(rendered.body, expected);
    well_formed(&rendered.body).unwrap();
    let lost: Vec<_> = rendered.notices.iter().map(|n| (n.line, n.rule)).collect();
    use FaultRule::{Address, Formula, RawHtml};
    assert_eq!(lost, [(59, Formula), (64, Address), (64, Address), (89, RawHtml), (94, Address)]);
}

#[test]
fn headings_begin_at_level_three_with_ids_used_once() {
    let html = html("## One\n\n### Two {#one-2}\n\n## One\n\n## One\n\n## !\n\n# Z & <b>É</b>\n");
    for expected in [
        "<h4 id=\"p1-one\">One</h4>",
        "<h5 id=\"p1-one-2\">Two</h5>",
        "<h4 id=\"p1-one-3\">One</h4>",
        "<h4 id=\"p1-one-4\">One</h4>",
        "<h4 id=\"p1-section\">!</h4>",
        "<h3 id=\"p1-z-é\">Z &amp; <b>É</b></h3>",
    ] {
        assert!(html.contains(expected), "{expected} in {html}");
    }
}

#[test]
fn what_needs_a_profile_is_refused_by_name_and_place() {
    let faults = try_render("a {{v.w}} ![[missing]]\n\n:::when a=b\nc\n:::\n\n:::include x#y\n")
        .unwrap_err();
    let found: Vec<_> = faults.iter().map(|f| (f.line, f.column, f.rule)).collect();
    assert_eq!(
        found,
        [
            (1, 3, FaultRule::Variable),
            (1, 11, FaultRule::Reference),
            (3, 1, FaultRule::Condition),
            (7, 1, FaultRule::Include)
        ]
    );
    assert!(faults[0].message.contains("v.w") && faults[1].message.contains("missing"));
}

#[test]
fn a_link_shows_its_text_or_its_targets_title() {
    assert_eq!(
        html("[[a#b|*x* & y]] [[a]] [[elsewhere]]"),
        "<p><a href=\"a.html#b\">*x* &amp; y</a> <a href=\"a.html\">Title of a</a> Title of elsewhere</p>\n"
    );
}

#[test]
fn an_embed_alone_in_its_paragraph_is_a_block() {
    let mut known = Known { places: Vec::new() };
    let markup = parse("![[a]]\n\nb ![[c]]\n\n- ![[d]]\n\n![[e]] {#e}\n");
    let body = render(&markup, &mut known).unwrap().body;
    assert_eq!(known.places, [Place::Block, Place::Inline, Place::Block, Place::Block]);
    assert!(body.starts_with(
        "<figure data-embed=\"0\"></figure>\n<p>b <span data-embed=\"1\"></span></p>"
    ));
    assert!(body.contains("<div id=\"p1-e\"><figure"));
}

#[test]
fn a_table_with_an_empty_corner_names_its_rows() {
    let page = html("| | Ada |\n|---|---|\n| Born | 1815 |\n| | here |");
    for row in [
        "<tr><td></td><th scope=\"col\">Ada</th></tr>",
        "<tr><th scope=\"row\">Born</th><td>1815</td></tr>",
        "<tr><td></td><td>here</td></tr>",
    ] {
        assert!(page.contains(row), "{page}");
    }
}

#[test]
fn raw_html_cannot_reach_the_markup_around_it() {
    for (source, expected) in [
        ("a <b>*b* c", "<p>a <b><em>b</em> c</b></p>\n"),
        ("*a</em></div></aside> b*", "<p><em>a b</em></p>\n"),
        ("<div>\n\n:::note\nx\n\n</div>\n</aside>\n\n:::\n\n</div>", "<div>"),
        (
            "<p id=\"a\" class=\"b\" style=\"c\" onclick=\"d\" lang=\"de\">x</p>",
            "<p id=\"p1-a\" lang=\"de\">x</p>",
        ),
        ("<p id=\"a\">x</p>\n\n<p id=\"a\">y</p>", "<p id=\"p1-a\">x</p>\n<p>y</p>"),
        ("<h1>Big</h1>", "Big"),
        ("<a href=\"data:text/html,x\">x</a>", "<p><a rel=\"noopener noreferrer\">x</a></p>\n"),
        ("<img src=\"a.png\" onerror=\"x\">", "<img>"),
        ("<!-- gone --><iframe src=\"https://example.org\"></iframe>", ""),
        ("<svg><style><img src=x onerror=alert(1)></style></svg>", ""),
        ("<table>\n<tr>\n<td>\n\n*cell*\n\n</td>\n</tr>\n</table>", "<table>"),
    ] {
        let html = html(source);
        assert!(html.starts_with(expected), "{source}: {html}");
        well_formed(&html).unwrap();
    }
    assert!(
        html("<table>\n<tr>\n<td>\n\n*cell*\n\n</td>\n</tr>\n</table>")
            .contains("<td>\n<p><em>cell</em></p>\n")
    );
}

#[test]
fn text_that_raw_html_swallows_is_reported() {
    assert_eq!(notices("<div title=\"\n\n*lost*\n\n\">"), [(1, 1, FaultRule::RawHtml)]);
    assert_eq!(notices("a <script>*lost*</script>"), [(1, 3, FaultRule::RawHtml)]);
    let faults =
        try_render("a\n\n<p title=\"&lt;LCMS-slot n=&quot;0&quot;\">x</p>\n\n*b*\n").unwrap_err();
    assert_eq!((faults[0].line, faults[0].rule), (3, FaultRule::RawHtml));
    let faults = try_render(&"<b>".repeat(5_001)).unwrap_err();
    assert_eq!(faults[0].rule, FaultRule::RawHtml);
}

#[test]
fn a_blank_stands_where_its_mark_is_text() {
    assert_eq!(
        html("Is [blank b1]? [blank b2] <b>`[blank b1]`</b> <i title=\"[blank b1]\">x</i>"),
        "<p>Is <input name=\"b1\">? [blank b2] <b><code>[blank b1]</code></b> <i title=\"[blank b1]\">x</i></p>\n"
    );
}

#[test]
fn a_line_has_no_blocks_in_it() {
    let line = |source: &str| render_line(&parse(source), &mut Known { places: Vec::new() });
    assert_eq!(
        line("*Yes* & [[a]]\n").unwrap().body,
        "<em>Yes</em> &amp; <a href=\"a.html\">Title of a</a>"
    );
    assert_eq!(line("").unwrap().body, "");
    for source in ["# a", "- a", "a\n\nb", "```\na\n```", "<p>a</p>", "a[^1]\n\n[^1]: b"] {
        assert_eq!(line(source).unwrap_err()[0].rule, FaultRule::Block, "{source}");
    }
}

/// Whether a browser reads `html` as it is written: quoted attributes, escaped text, every element
/// closed where it was opened; and nothing in it runs or loads anything but from the web.
fn well_formed(html: &str) -> Result<(), String> {
    const VOID: [&str; 6] = ["br", "col", "hr", "img", "input", "wbr"];
    let mut open: Vec<&str> = Vec::new();
    let mut ids = std::collections::HashSet::new();
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        if text.contains('>') {
            return Err(format!("bare > in {text:?}"));
        }
        if let Some(closing) = tag.strip_prefix('/') {
            let (name, after) = closing.split_once('>').ok_or("unfinished tag")?;
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
            rest = after;
            continue;
        }
        let length = tag.find(|c: char| !c.is_ascii_alphanumeric()).ok_or("unfinished tag")?;
        let (name, mut attributes) = tag.split_at(length);
        if name.is_empty() || ["script", "style", "iframe", "object"].contains(&name) {
            return Err(format!("<{name}>"));
        }
        loop {
            if let Some(after) = attributes.strip_prefix('>') {
                rest = after;
                break;
            }
            let attribute = attributes
                .strip_prefix(' ')
                .ok_or_else(|| format!("in <{name}: {attributes:.40}"))?;
            let (attribute, value) =
                attribute.split_once("=\"").ok_or("attribute without value")?;
            let (value, after) = value.split_once('"').ok_or("unfinished value")?;
            let is_name = attribute.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            if !is_name || attribute.starts_with("on") || attribute == "style" {
                return Err(format!("attribute {attribute:?}"));
            }
            let safe = ["http:", "https:", "mailto:", "tel:"];
            let lower = value.to_lowercase();
            if attribute == "src" && !lower.starts_with("http") {
                return Err(format!("source {value:?}"));
            }
            if attribute == "href"
                && !value.starts_with('#')
                && !value.contains(".html")
                && !safe.iter().any(|scheme| lower.starts_with(scheme))
            {
                return Err(format!("address {value:?}"));
            }
            if attribute == "id" && !ids.insert(value) {
                return Err(format!("id {value:?} twice"));
            }
            attributes = after;
        }
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("never closed: {open:?}")) }
}

/// Text made of pieces that attack.
fn hostile_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<script>",
        "</script>",
        "<b>",
        "</b>",
        "<div>\n",
        "</div>\n",
        "<p ",
        "onclick=\"a\"",
        " onerror=a ",
        ">",
        "<",
        "\"",
        "'",
        "=",
        "javascript:x()",
        "JaVa&#x09;ScRiPt:x",
        "[a](javascript:x)",
        "<a href='",
        "<a href=\"javascript:x\">",
        "<javascript:x>",
        "<img src=x onerror=x>",
        "![a](data:x)",
        "data:text/html,",
        "&lt;",
        "&quot;",
        "&#x3c;script>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "<svg onload=a>",
        "<math>",
        "<style>",
        "</style>",
        "<textarea>",
        "<title>",
        "<plaintext>",
        "<template>",
        "<table>\n",
        "<tr><td>\n",
        "\n",
        "\n\n",
        "*",
        "**",
        "`",
        "```\n",
        "$",
        "\\operatorname{<b>}",
        "\\text{\"<",
        "}",
        "# ",
        "> ",
        "- ",
        "| a |\n|---|\n",
        ":::note\n",
        ":::\n",
        ":::details <b>\n",
        "[[a|<b>\"]]",
        "![[b]]",
        "[blank b1]",
        "[^1]",
        "\n[^1]: x\n",
        " {#id}\n",
        "<i id=id>",
        "<i id='a b'>",
        "#",
        "text ",
        "é",
        "\u{202e}",
        "<lcms-slot n=\"0\">",
        "lcms-slot",
        "&#108;cms-slot n=",
        "<select>",
        "<frameset>",
        "</p>",
        "<p>",
        "<noscript>",
        "<a title=\"",
        "\\",
        "https://a.b/\"onx=",
        "<form action=x>",
        "<input autofocus onfocus=x>",
        "<base href=x>",
    ]);
    prop::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_text_yields_anything_that_runs(source in hostile_text()) {
        let Ok(markup) = Markup::parse(&source).map(Composed::from) else { return Ok(()) };
        let Ok(rendered) = render(&markup, &mut Known { places: Vec::new() }) else { return Ok(()) };
        prop_assert_eq!(well_formed(&rendered.body), Ok(()), "{}", rendered.body);
        let again = render(&markup, &mut Known { places: Vec::new() }).unwrap();
        prop_assert_eq!(again, rendered);
    }
}
