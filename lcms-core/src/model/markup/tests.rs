use std::convert::Infallible;

use proptest::prelude::*;

use super::*;
use crate::model::ids::ComponentId;
use crate::model::reference::Target;

fn parse(source: &str) -> Markup {
    Markup::parse(source).unwrap_or_else(|errors| panic!("{source:?}: {errors:?}"))
}

/// The errors of `source` as (line, column, rule).
fn errors(source: &str) -> Vec<(usize, usize, Rule)> {
    let errors = Markup::parse(source).err().unwrap_or_default();
    errors.into_iter().map(|error| (error.line, error.column, error.rule)).collect()
}

fn directive(block: &Block) -> &Directive {
    match block {
        Block::Directive(directive) => directive,
        other => panic!("not a directive: {other:?}"),
    }
}

#[test]
fn references_are_found_in_document_order_with_their_place() {
    let source = "# See [[support/glossary]]\n\nA ![[chart|Sales, 2024]] and\n> é [[intro#start|the intro]].\n\n\
                  :::include legal/returns#eu\n\n| a | b |\n|---|---|\n| [[x|one]] | `[[no]]` |\n";
    let markup = parse(source);
    let found: Vec<_> = markup
        .references()
        .iter()
        .map(|r| {
            (r.role, r.target.to_string(), r.block.as_deref(), r.text.as_deref(), r.line, r.column)
        })
        .collect();
    use ReferenceRole::{Embed, Include, Link};
    assert_eq!(
        found,
        [
            (Link, "support/glossary".to_owned(), None, None, 1, 7),
            (Embed, "chart".to_owned(), None, Some("Sales, 2024"), 3, 3),
            (Link, "intro".to_owned(), Some("start"), Some("the intro"), 4, 5),
            (Include, "legal/returns".to_owned(), Some("eu"), None, 6, 1),
            (Link, "x".to_owned(), None, Some("one"), 10, 3),
        ]
    );
    assert!(markup.references().iter().enumerate().all(|(n, r)| r.ordinal == n));
    assert!(markup.uses_includes() && !markup.uses_variables() && !markup.uses_conditions());
}

#[test]
fn nothing_is_read_in_code_formulas_and_html() {
    for source in [
        "`[[a]] {{b}} {#c}`",
        "``[[a]] ` {{b}}``",
        "```\n:::note\n[[a]] {{b}}\n```",
        "~~~ text\n> :::\n- :::include x\n~~~",
        "- item\n\n  ```\n  :::tip\n  ```",
        "    :::note\n    ![[a]]",
        "> ```\n> :::note\n> {{a}}\n> ```",
        "$x_{{a}}$",
        "<div>\n:::note\n[[A B]]\n</div>",
        "<!-- [[A B]] {{}} -->",
        "<i title=\"{{B}}\">x</i>",
    ] {
        let markup = parse(source);
        assert!(markup.references().is_empty() && markup.variables().is_empty(), "{source}");
        assert!(markup.block_ids().is_empty(), "{source}");
    }
}

#[test]
fn code_is_given_back_exactly() {
    let code = ":::note  {#x}  \n\t> :::\n- ::: \n{{a}} [[b]] ![[c]] {#d} # :::\n";
    match parse(&format!("```sh {{{{x}}}}\n{code}```\n")).blocks() {
        [Block::Code { language, text }] => {
            assert_eq!((language.as_deref(), text.as_str()), (Some("sh"), code));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_backslash_writes_our_constructs_as_text() {
    let markup = parse("\\[[a]] \\{{b}} \\![[c]] \\{#d}\n\n\\:::note\n\n\\\\[[e]]\n");
    let targets: Vec<_> = markup.references().iter().map(|r| r.target.to_string()).collect();
    assert_eq!(targets, ["c", "e"]);
    assert_eq!(markup.references()[0].role, ReferenceRole::Link);
    assert_eq!(markup.plain_text(), "[[a]] {{b}} ! {#d}\n:::note\n\\\n");
}

#[test]
fn brackets_that_commonmark_reads_stay_links() {
    let markup = parse("As shown[[1]](https://example.org) and [[2]].\n");
    assert_eq!(markup.references().len(), 1);
    assert_eq!(markup.plain_text(), "As shown[1] and .\n");
}

#[test]
fn containers_nest_by_matching_close_and_by_longer_fences() {
    let same = parse(":::challenge Try\na\n:::solution\nb\n:::\nc\n:::\nd\n");
    let longer = parse("::::::: challenge Try :::\na\n\n:::: solution\nb\n::::\n\nc\n:::::::\nd\n");
    for markup in [same, longer] {
        assert_eq!(markup.blocks().len(), 2);
        let challenge = directive(&markup.blocks()[0]);
        assert_eq!(challenge.kind, DirectiveKind::Challenge);
        assert_eq!(plain_inlines(&challenge.title), "Try");
        assert_eq!(challenge.content.len(), 3);
        assert_eq!(directive(&challenge.content[1]).kind, DirectiveKind::Solution);
    }
}

#[test]
fn containers_stand_in_list_items_and_quotations() {
    let markup =
        parse("1. One\n\n   :::tip\n   inside\n   :::\n\n2. Two\n\n> :::note\n> quoted\n> :::\n");
    match markup.blocks() {
        [Block::List(list), Block::Quote(quote)] => {
            assert_eq!(directive(&list.items[0].content[1]).kind, DirectiveKind::Tip);
            assert_eq!(list.items.len(), 2);
            assert_eq!(directive(&quote[0]).kind, DirectiveKind::Note);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_directive_ends_a_paragraph_and_a_table() {
    let markup = parse("text\n:::note\n| a |\n|---|\n| b |\n:::\nmore\n");
    assert_eq!(markup.blocks().len(), 3);
    assert!(
        matches!(directive(&markup.blocks()[1]).content[..], [Block::Table(ref t)] if t.rows.len() == 1)
    );
}

#[test]
fn titles_are_inline_text_and_never_blocks() {
    let markup = parse(
        ":::tabs\n:::tab 1. With `code` and {{product.name}} {#first}\n:::\n:::tab title=\"# x=1\"\n:::\n:::\n",
    );
    let tabs = directive(&markup.blocks()[0]);
    let first = directive(&tabs.content[0]);
    assert_eq!(first.id.as_deref(), Some("first"));
    assert!(matches!(&first.title[1], Inline::Code(code) if code == "code"));
    assert_eq!(plain_inlines(&directive(&tabs.content[1]).title), "# x=1");
    let variable = &markup.variables()[0];
    assert_eq!((variable.name.as_str(), variable.line, variable.column), ("product.name", 2, 27));
}

#[test]
fn block_ids_name_headings_paragraphs_and_directives() {
    let markup = parse(
        "## Returns {#returns}\n\nSome text. {#p-1}\n\n:::note {#n}\nx\n:::\n\n- item {#i}\n\nTerm {#t}\n\n: Meaning\n",
    );
    let ids: Vec<_> =
        markup.block_ids().iter().map(|b| (b.id.as_str(), b.line, b.column)).collect();
    assert_eq!(ids, [("returns", 1, 12), ("p-1", 3, 12), ("n", 5, 11), ("i", 9, 8), ("t", 11, 6)]);
    assert_eq!(markup.headings()[0].text, "Returns");
    match &markup.blocks()[1] {
        Block::Paragraph { content, id } => {
            assert_eq!(id.as_deref(), Some("p-1"));
            assert_eq!(content, &[Inline::Text("Some text.".to_owned())]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn conditions_are_read_with_all_their_values() {
    let markup = parse("a\n\n:::when audience=admin region=eu,uk\nb [[c]]\n:::\n");
    let condition = &markup.conditions()[0];
    assert_eq!((condition.line, condition.column), (3, 1));
    assert_eq!(condition.conditions["region"], ["eu", "uk"]);
    assert_eq!(condition.conditions["audience"], ["admin"]);
}

#[test]
fn every_error_names_its_line_column_and_rule() {
    use Rule::{
        Attribute, BlockId, Character, DirectivePlace, DuplicateBlockId, DuplicateFootnote,
        Reference, ReferencePlace, UnclosedDirective, UnknownDirective, UnopenedDirective,
    };
    for (source, expected) in [
        ("a\n\n  :::note\nb\n", (3, 3, UnclosedDirective)),
        ("::::note\n:::tip\n::::\n", (2, 1, UnclosedDirective)),
        ("a\n:::\n", (2, 1, UnopenedDirective)),
        (":::callout\n:::\n", (1, 1, UnknownDirective)),
        ("::: {.note}\n:::\n", (1, 1, UnknownDirective)),
        (":::note é title=x\n:::note colour=red\n:::\n:::\n", (2, 9, Attribute)),
        (":::note title=\"a\n:::\n", (1, 15, Attribute)),
        (":::when admin\n:::\n", (1, 1, Attribute)),
        (":::when a=1,,2\n:::\n", (1, 11, Attribute)),
        (":::tabs\n:::tab\n:::\n:::\n", (2, 1, Attribute)),
        (":::tab One\n:::\n", (1, 1, DirectivePlace)),
        (":::tabs\ntext\n:::\n", (1, 1, DirectivePlace)),
        (":::steps\n- not numbered\n:::\n", (1, 1, DirectivePlace)),
        ("para\n    :::note\n", (2, 5, DirectivePlace)),
        ("é {{1st}}\n", (1, 3, Rule::Variable)),
        ("[x]({{url}})\n", (1, 5, Rule::Variable)),
        ("a {#x} b\n", (1, 3, BlockId)),
        ("a {#x y}\n", (1, 3, BlockId)),
        ("| a {#x} |\n|---|\n", (1, 5, BlockId)),
        (":::when a=b {#x}\n:::\n", (1, 1, BlockId)),
        ("# a {#x}\n\nb {#x}\n", (3, 3, DuplicateBlockId)),
        ("[[A b]]\n", (1, 1, Reference)),
        ("[[a/b/c]]\n", (1, 1, Reference)),
        ("[[a#]]\n", (1, 1, Reference)),
        ("[[a| ]]\n", (1, 1, Reference)),
        ("[[id:12]]\n", (1, 1, Reference)),
        (":::include\n", (1, 1, Reference)),
        (":::include a b\n", (1, 1, Reference)),
        ("[text [[a]]](https://example.org)\n", (1, 7, ReferencePlace)),
        ("[x]([[a]])\n", (1, 5, ReferencePlace)),
        ("https://example.org/[[a]]\n", (1, 21, ReferencePlace)),
        ("![alt [[a]]](https://example.org)\n", (1, 7, ReferencePlace)),
        ("[^1]\n\n[^1]: a\n\n[^1]: b\n", (5, 1, DuplicateFootnote)),
        ("a\nb\u{1}\n", (2, 2, Character)),
        ("\u{fdd0}0\u{fdd1}", (1, 1, Character)),
        ("[[a]] é &#xFDD0;0", (1, 9, Character)),
        ("[x](&#1;)\n", (1, 5, Character)),
    ] {
        assert_eq!(errors(source), [expected], "{source}");
    }
}

#[test]
fn a_container_is_closed_in_the_block_that_opens_it() {
    let expected = [(1, 3, Rule::UnclosedDirective), (3, 1, Rule::UnopenedDirective)];
    assert_eq!(errors("- :::note\n\n:::\n"), expected);
}

#[test]
fn tokens_cannot_be_forged() {
    for source in [
        "[[a]] &#xFDD0;0&#xFDD1;",
        "[[a]] &#x00FDD0;0&#64977;",
        "# &#64976;0&#64977; {{b}}",
        "[[a]] <http://b\\&#xFDD0;0&#xFDD1;>",
    ] {
        assert!(errors(source).iter().all(|(_, _, rule)| *rule == Rule::Character), "{source}");
        assert!(!errors(source).is_empty(), "{source}");
    }
    assert_eq!(parse("[[a]] `&#xFDD0;0`").plain_text(), " &#xFDD0;0\n");
}

#[test]
fn all_errors_are_reported_at_once() {
    let found = errors(":::nonsense\n[[A B]]\n:::\n\n{{ 1 }} and :::\n\n:::\n");
    let rules: Vec<_> = found.iter().map(|(line, _, rule)| (*line, *rule)).collect();
    assert_eq!(
        rules,
        [
            (1, Rule::UnknownDirective),
            (2, Rule::Reference),
            (5, Rule::Variable),
            (7, Rule::UnopenedDirective)
        ]
    );
}

#[test]
fn hostile_nesting_is_refused_and_does_not_exhaust_the_stack() {
    let mut deep_links = "[".repeat(3_000);
    deep_links.push_str(&"](x)".repeat(3_000));
    let nested: String = (0..400).map(|n| format!("{}:::note\n", ":".repeat(400 - n))).collect();
    for source in
        [">".repeat(5_000) + "a", "*a **b ".repeat(2_000) + &"** *".repeat(2_000), deep_links]
    {
        assert!(errors(&source).iter().all(|(_, _, rule)| *rule == Rule::Depth));
    }
    assert_eq!(errors(&(">".repeat(5_000) + "a"))[0].2, Rule::Depth);
    assert_eq!(errors(&nested)[0].2, Rule::Depth);
    let closed = ":::note\n".repeat(20_000) + &":::\n".repeat(20_000);
    assert_eq!(errors(&closed), [(MAX_DEPTH + 1, 1, Rule::Depth)]);
    let mixed: String = (0..60).map(|n| format!("{}- :::note\n", "  ".repeat(n))).collect();
    assert!(errors(&mixed).iter().any(|(_, _, rule)| *rule == Rule::Depth));
}

#[test]
fn plain_text_has_the_words_and_no_markup() {
    let markup = parse(
        "# A *fine* title {#t}\n\nSome `code`, a [link](https://example.org), [[key|named]]\nand {{v}}.[^n]\n\n\
         :::instructor For **teachers**\nSecret.\n:::\n\n- [x] done\n\nTerm\n\n: Meaning\n\n| a | b |\n|---|---|\n| c | d |\n\n\
         <p>Raw <b>words</b><script>no()</script></p>\n\n```sh\nls -l\n```\n\n[^n]: A note.\n",
    );
    assert_eq!(
        markup.plain_text(),
        "A fine title\nSome code, a link, named and .\nFor teachers\nSecret.\ndone\nTerm\nMeaning\na b\nc d\nRaw words\nls -l\n\
         A note.\n"
    );
}

#[test]
fn rewriting_replaces_targets_and_nothing_else() {
    let id: ComponentId = "0192d3a0-0000-7000-8000-000000000001".parse().unwrap();
    let source = "é [[ support/a#x | b ]] `[[a]]`\r\n\r\n:::include  support/a#x  \r\n![[a]]";
    let stored = rewrite_references(source, |_| Ok::<_, Infallible>(Target::Id(id))).unwrap();
    assert_eq!(
        stored,
        format!("é [[ id:{id}#x | b ]] `[[a]]`\r\n\r\n:::include  id:{id}#x  \r\n![[id:{id}]]")
    );
    let refused = rewrite_references(source, |r| match r.role {
        ReferenceRole::Include => Err("no such component"),
        _ => Ok(r.target.clone()),
    });
    let error = &refused.unwrap_err()[0];
    assert_eq!((error.line, error.column, error.rule), (3, 1, Rule::Reference));
    assert_eq!(error.message, "no such component");
}

#[test]
fn normal_form_is_composed_and_ends_in_one_line_break() {
    assert_eq!(normalise("\u{feff}cafe\u{301}\r\nb\rc\n\n\n"), "café\nb\nc\n");
    assert_eq!(normalise(" \n\t\n"), "");
}

/// Text made of the pieces that make trouble next to each other.
fn troublesome_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "[[a]]",
        "[[lib/b#c|text]]",
        "![[d|alt]]",
        "{{v.w}}",
        "{#id",
        "}",
        "\n",
        "\n\n",
        "    ",
        "> ",
        "- ",
        "1. ",
        ":::note",
        ":::",
        "::::",
        ":::include a/b\n",
        ":::when a=b\n",
        ":::tabs\n",
        ":::tab x\n",
        "`",
        "```",
        "\n```\n",
        "$",
        "$$",
        "<b>",
        "<div>\n",
        "<!--",
        "-->",
        "|",
        "|---|",
        "\\",
        "!",
        "[",
        "]",
        "[[",
        "]]",
        "(",
        ")",
        "{{",
        "}}",
        "*",
        "**",
        "~~",
        "é",
        "\t",
        "\r",
        "&#xFDD0;",
        "&#64976;",
        "&#xFDD1;",
        "0",
        "&amp;",
        "https://a.b/c",
        "a@b.cd",
        "[^1]",
        "[^1]: ",
        ": ",
        "Term\n\n: d",
        "#",
        "# ",
        "===",
        "word ",
        "[x]: ",
        "[ ] ",
        "www.a.b",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_is_read_or_refused_with_a_place_in_it(source in troublesome_text()) {
        if let Err(errors) = Markup::parse(&source) {
            let lines: Vec<_> = source.replace("\r\n", "\n").replace('\r', "\n").split('\n').map(|l| l.chars().count()).collect();
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(error.line >= 1 && error.line <= lines.len(), "{error}");
                prop_assert!(error.column >= 1 && error.column <= lines[error.line - 1] + 1, "{error}");
            }
        }
    }

    #[test]
    fn keys_become_ids_and_ids_keys_again(source in troublesome_text()) {
        let Ok(markup) = Markup::parse(&source) else { return Ok(()) };
        let keys: Vec<_> = markup.references().iter().map(|r| r.target.clone()).collect();
        let id = |n: usize| ComponentId(uuid::Uuid::from_u128(n as u128 + 1));
        let stored = rewrite_references(&source, |r| Ok::<_, Infallible>(Target::Id(id(r.ordinal)))).unwrap();
        let again = Markup::parse(&stored).unwrap();
        prop_assert_eq!(again.references().len(), keys.len());
        for reference in again.references() {
            prop_assert_eq!(reference.target.id(), Some(id(reference.ordinal)));
        }
        let back = rewrite_references(&stored, |r| Ok::<_, Infallible>(keys[r.ordinal].clone())).unwrap();
        prop_assert_eq!(back, source);
    }

    #[test]
    fn no_token_is_left_in_what_is_read(source in troublesome_text()) {
        if let Ok(markup) = Markup::parse(&source) {
            let written = format!("{markup:?}");
            prop_assert!(!written.contains("\\u{fdd1}"), "{}", written);
        }
    }

    #[test]
    fn normal_form_is_stable(source in "\\PC{0,40}[\\r\\n \\t]{0,4}\\PC{0,10}[\\r\\n]{0,3}") {
        let once = normalise(&source);
        prop_assert!(once.is_empty() || (once.ends_with('\n') && !once.ends_with("\n\n")));
        prop_assert_eq!(normalise(&once), once);
    }
}
