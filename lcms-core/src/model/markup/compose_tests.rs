use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// Texts by key, values by name, and the conditions that hold.
#[derive(Default)]
struct World {
    texts: BTreeMap<&'static str, &'static str>,
    replacements: BTreeMap<&'static str, &'static str>,
    kept: &'static [&'static str],
    open: Vec<usize>,
    sources: usize,
    missing: Vec<String>,
    too_deep: bool,
}

impl World {
    fn piece(&mut self, source: &str, block: Option<String>) -> Option<Piece> {
        self.sources += 1;
        self.open.push(self.sources);
        let markup = Arc::new(Markup::parse(source).unwrap());
        Some(Piece { source: self.sources, markup, block })
    }
}

impl Compose for World {
    fn keeps(&mut self, when: &When) -> bool {
        when.conditions["a"].iter().any(|value| self.kept.contains(&value.as_str()))
    }

    fn value(&mut self, variable: &Variable) -> Option<String> {
        match variable.name.as_str() {
            "name" => Some("A *b* <i>".to_owned()),
            "empty" => Some(String::new()),
            other => {
                self.missing.push(format!("{other} {}:{}", variable.line, variable.column));
                None
            }
        }
    }

    fn include(&mut self, reference: &Reference) -> Option<Piece> {
        let source = *self.texts.get(reference.target.to_string().as_str())?;
        self.piece(source, reference.block.clone())
    }

    fn replacement(&mut self, id: &str) -> Option<Piece> {
        let source = *self.replacements.get(id).filter(|_| self.open.is_empty())?;
        self.piece(source, None)
    }

    fn leave(&mut self) {
        self.open.pop();
    }

    fn too_deep(&mut self) {
        self.too_deep = true;
    }
}

fn composed(world: &mut World, source: &str) -> Composed {
    let composed = Markup::parse(source).unwrap().compose(world);
    assert!(world.open.is_empty(), "every piece is left again");
    composed
}

fn words(world: &mut World, source: &str) -> String {
    composed(world, source).plain_text().replace('\n', "|")
}

/// (level, text, id) of every heading, in order.
fn headings(blocks: &[Block]) -> Vec<(u8, String, Option<String>)> {
    blocks
        .iter()
        .flat_map(|block| match block {
            Block::Heading { level, content, id } => {
                vec![(*level, super::super::plain_inlines(content), id.clone())]
            }
            Block::Part(part) => headings(&part.content),
            _ => Vec::new(),
        })
        .collect()
}

#[test]
fn conditions_keep_or_drop_and_take_what_they_empty_along() {
    let source = "One\n\n:::when a=x\nTwo\n\n:::when a=y\nThree\n:::\n:::\n\n:::note Title\n:::when a=y\nFour\n:::\n:::\n\n\
                  - a\n- :::when a=y\n  Five\n  :::\n\n> :::when a=z\n> Six\n> :::\n";
    for (kept, expected) in [
        (&[][..], "One|a|"),
        (&["x"], "One|Two|a|"),
        (&["y"], "One|Title|Four|a|Five|"),
        (&["x", "y", "z"], "One|Two|Three|Title|Four|a|Five|Six|"),
    ] {
        let mut world = World { kept, ..World::default() };
        assert_eq!(words(&mut world, source), expected, "{kept:?}");
    }
    assert!(composed(&mut World::default(), ":::when a=x\n{{unknown}}\n:::\n").is_empty());
}

#[test]
fn variables_become_text_and_are_never_read_as_markup() {
    let mut world = World::default();
    let source = "**{{name}}** `{{name}}` [[k|see {{name}}]] {{empty}}.\n\n:::tip {{name}}\nx\n:::\n\n{{empty}}\n\n{{no.value}}\n";
    let composed = composed(&mut world, source);
    let Block::Paragraph { content, .. } = &composed.blocks()[0] else { panic!() };
    assert_eq!(content[0], Inline::Strong(vec![Inline::Text("A *b* <i>".to_owned())]));
    assert_eq!(content[2], Inline::Code("{{name}}".to_owned()));
    let (source, reference) = &composed.references()[0];
    assert_eq!((*source, reference.text.as_deref()), (0, Some("see A *b* <i>")));
    assert_eq!(composed.blocks().len(), 2, "a paragraph of nothing is dropped");
    assert_eq!(world.missing, ["no.value 9:1"]);
}

#[test]
fn an_include_brings_a_text_with_headings_below_those_above_it() {
    let mut world = World::default();
    world.texts.insert("legal", "# Legal\n\n## Returns {#returns}\n\nBack.\n\n## Other\n\nMore.\n");
    world.texts.insert("outer", "## Outer\n\n:::include legal\n");
    let source = ":::include outer\n\n## Own {#returns}\n\n:::include legal#returns\n\n### Deeper\n\n:::include outer\n";
    let composed = composed(&mut world, source);
    let shown = headings(composed.blocks());
    let flat: Vec<_> =
        shown.iter().map(|(level, text, id)| (*level, text.as_str(), id.as_deref())).collect();
    assert_eq!(
        flat,
        [
            (2, "Outer", None),
            (3, "Legal", None),
            (4, "Returns", Some("returns-2")),
            (4, "Other", None),
            (2, "Own", Some("returns")),
            (3, "Returns", Some("returns-3")),
            (3, "Deeper", None),
            (4, "Outer", None),
            (5, "Legal", None),
            (6, "Returns", Some("returns-4")),
            (6, "Other", None),
        ]
    );
    assert_eq!(composed.highest_heading(), Some(2));
    assert_eq!(composed.block_ids().len(), 4);
}

#[test]
fn one_block_is_included_by_its_id_and_stays_under_its_conditions() {
    let text = "# T\n\nOne {#p}\n\n:::note {#n}\nTwo\n:::\n\nTerm {#t}\n\n: Meaning\n\nOther {#o}\n\n: Else\n\n\
                - item {#i}\n\n:::when a=x\nThree {#w}\n:::\n";
    for (id, expected) in
        [("p", "One|"), ("n", "Two|"), ("t", "Term|Meaning|"), ("i", "item|"), ("w", "")]
    {
        let mut world = World { texts: BTreeMap::from([("k", text)]), ..World::default() };
        assert_eq!(words(&mut world, &format!(":::include k#{id}\n")), expected, "{id}");
    }
}

#[test]
fn ids_links_and_footnotes_of_an_included_text_stay_its_own() {
    let mut world = World::default();
    let text = "See [below](#a), or [away](#b).[^n]\n\nHere {#a}\n\n[^n]: Included {{unknown.one}}.\n\n[^m]: Not marked {{unknown.two}}.\n";
    world.texts.insert("k", text);
    let composed = composed(
        &mut world,
        "Own {#a}[^n]\n\n:::include k\n\n[^n]: Host.\n".replace("{#a}[^n]", "[^n] {#a}").as_str(),
    );
    let Block::Part(part) = &composed.blocks()[1] else { panic!() };
    let Block::Paragraph { content, .. } = &part.content[0] else { panic!() };
    let Inline::Link(link) = &content[1] else { panic!("{content:?}") };
    assert_eq!(link.address, "#a-2");
    let Some(Inline::FootnoteMark(mark)) = content.last() else { panic!("{content:?}") };
    let names: Vec<_> = composed.footnotes().iter().map(|note| note.name.as_str()).collect();
    assert_eq!(names, [mark.as_str(), "n"]);
    assert!(
        matches!(&composed.footnotes()[0].content[..], [Block::Part(part)] if part.source == 1)
    );
    assert_eq!(world.missing, ["unknown.one 5:16"], "footnotes that are not marked are not read");
}

#[test]
fn a_named_block_gives_way_to_its_replacement() {
    let mut world = World::default();
    world.replacements.insert("s", "# New\n\nWords {{name}}\n");
    world.replacements.insert("gone", "");
    world.replacements.insert("t", "It is *this*.\n");
    let source = "## A {#s}\n\nOld\n\n### Older\n\n## B\n\nStays [up](#s)\n\nGoes {#gone}\n\nTerm {#t}\n\n: Meaning\n";
    let composed = composed(&mut world, source);
    assert_eq!(
        composed.plain_text().replace('\n', "|"),
        "New|Words A *b* <i>|B|Stays up|Term|It is this.|"
    );
    let shown = headings(composed.blocks());
    assert_eq!(
        shown[0],
        (2, "New".to_owned(), Some("s".to_owned())),
        "links to it still lead there"
    );
}

#[test]
fn nesting_is_bounded_across_includes() {
    let mut world = World::default();
    // Each text alone is within the limit.
    let quoted: &'static str = Box::leak(format!("{} x\n", ">".repeat(90)).into_boxed_str());
    world.texts.insert("deep", quoted);
    let composed = composed(&mut world, &format!("{} :::include deep\n", ">".repeat(60)));
    assert!(world.too_deep && composed.plain_text().is_empty());
}

/// Texts of everything that composition decides.
fn any_text() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "Words {#a}",
        "## Heading {#b}",
        "# Top",
        "See [[k]] and {{name}}",
        ":::include k",
        ":::include k#a",
        ":::when a=x\nInside {#c}\n:::",
        ":::note\n:::when a=y\nDeeper [^n]\n:::\n:::",
        "- item\n- :::include k",
        "Term {#t}\n\n: Meaning {{name}}",
        "[^n]: Note",
    ]);
    prop::collection::vec(line, 0..5).prop_map(|lines| lines.join("\n\n") + "\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn composition_decides_everything_and_touches_nothing_else(
        source in any_text(),
        included in prop::sample::select(vec!["One {#a}\n", "# T {#a}\n\nTwo [x](#a) [^n]\n\n[^n]: N\n"]),
        kept in prop::sample::select(vec![&[][..], &["x"], &["x", "y"]]),
    ) {
        let Ok(markup) = Markup::parse(&source) else { return Ok(()) };
        let mut world = World { kept, texts: BTreeMap::from([("k", included)]), ..World::default() };
        let once = markup.compose(&mut world);
        prop_assert!(world.open.is_empty());
        let ids: HashSet<_> = once.block_ids().iter().collect();
        prop_assert_eq!(ids.len(), once.block_ids().len(), "ids are used once");
        let debug = format!("{once:?}");
        for undecided in ["When(", "Include(", "Variable("] {
            prop_assert!(!debug.contains(undecided), "{}", debug);
        }
        if !markup.uses_includes() && !markup.uses_variables() && !markup.uses_conditions() {
            prop_assert_eq!(once.blocks(), markup.blocks());
        }
    }
}
