use std::fs;

use lcms_core::model::content::Topic;
use lcms_core::model::markup::Markup;
use lcms_core::model::{Content, Kind};
use proptest::prelude::*;

use super::*;
use crate::folder::Limits;

fn read(files: &[(&str, &str)]) -> Reading {
    let root = tempfile::tempdir().unwrap();
    let root = root.path().join("guide");
    for (path, text) in files {
        let at = root.join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, text).unwrap();
    }
    MarkdownFolder.read(&Folder::open(&root, Limits::default()).unwrap()).unwrap()
}

fn topics(reading: &Reading) -> Vec<(&str, &Topic)> {
    let topic = |content| match content {
        Content::Topic(topic) => Some(topic),
        _ => None,
    };
    let subjects = reading.subjects.iter();
    subjects
        .filter_map(|s| topic(s.content.clone()).map(|_| s))
        .filter_map(|s| match &s.content {
            Content::Topic(topic) => Some((s.key.as_str(), topic)),
            _ => None,
        })
        .collect()
}

fn body(reading: &Reading, key: &str) -> String {
    let all = topics(reading);
    let found = all.iter().find(|(known, _)| *known == key);
    found.map(|(_, topic)| topic.body.clone()).unwrap_or_else(|| {
        std::panic::panic_any(format!(
            "no {key} in {:?}",
            all.iter().map(|t| t.0).collect::<Vec<_>>()
        ))
    })
}

fn remarks(reading: &Reading) -> Vec<String> {
    reading.unsupported.iter().map(ToString::to_string).collect()
}

#[test]
fn folders_are_modules_files_lessons_and_headings_topics() {
    let reading = read(&[
        ("README.md", "# Guide to it\nHello\n"),
        ("02-more/b.md", "text\n"),
        ("02-more/index.md", "---\ntitle: More of it\n---\ntext\n"),
        ("01-start.md", "## First\na\n## Second\nb\n"),
        ("LICENSE.md", "..."),
        ("empty.md", "\n"),
        (".hidden.md", "secret"),
    ]);
    let all: Vec<_> = reading
        .subjects
        .iter()
        .map(|s| (s.source.as_str(), s.key.as_str(), s.content.kind(), s.content.title()))
        .collect();
    assert_eq!(
        all,
        [
            ("guide/02-more/", "guide-02-more", Kind::Module, "More of it"),
            ("guide", "guide", Kind::Course, "Guide"),
            ("guide/README.md", "guide-readme", Kind::Lesson, "Guide to it"),
            (
                "guide/README.md#introduction",
                "guide-readme-introduction",
                Kind::Topic,
                "Guide to it"
            ),
            ("guide/01-start.md", "guide-01-start", Kind::Lesson, "Start"),
            ("guide/01-start.md#first", "guide-01-start-first", Kind::Topic, "First"),
            ("guide/01-start.md#second", "guide-01-start-second", Kind::Topic, "Second"),
            ("guide/02-more/index.md", "guide-02-more-index", Kind::Lesson, "More of it"),
            (
                "guide/02-more/index.md#introduction",
                "guide-02-more-index-introduction",
                Kind::Topic,
                "More of it"
            ),
            ("guide/02-more/b.md", "guide-02-more-b", Kind::Lesson, "B"),
            ("guide/02-more/b.md#introduction", "guide-02-more-b-introduction", Kind::Topic, "B"),
        ]
    );
    let Content::Course(course) = &reading.subjects[1].content else { unreachable!() };
    let placed: Vec<_> = course.placements.iter().map(|p| p.component.to_string()).collect();
    assert_eq!(placed, ["guide-readme", "guide-01-start", "guide-02-more"]);
    let skipped: Vec<_> = reading.skipped.iter().map(|r| r.source.as_str()).collect();
    assert_eq!(skipped, ["guide/.hidden.md", "guide/LICENSE.md", "guide/empty.md"]);
}

#[test]
fn reading_a_folder_twice_gives_the_same() {
    let files = [("a.md", "## B\n![x](p.png)\n::: objectives\n- do\n:::\n"), ("p.png", "p")];
    let documents = |reading: Reading| -> Vec<_> {
        reading.subjects.into_iter().map(|s| (s.source, s.key, s.content)).collect()
    };
    assert_eq!(documents(read(&files)), documents(read(&files)));
}

#[test]
fn links_between_pages_become_references() {
    let reading = read(&[
        (
            "a.md",
            "[b](sub/b.md) [part](sub/b.md#part-two) [deep](sub/b.html#deep) [`code` [x]](sub/b.md)\n\
                  [up](sub/../a.md) [out](https://x.y) [ref][r] [local][l] <https://a.b>\n\n[r]: https://r 'T'\n[l]: sub/b.md\n",
        ),
        ("sub/b.md", "intro [a](../a.md) [self](#deep)\n## Part two\nx\n### Deep\ny\n"),
    ]);
    assert_eq!(
        body(&reading, "guide-a-introduction"),
        "[[guide-sub-b-introduction|b]] [[guide-sub-b-part-two|part]] [[guide-sub-b-part-two#deep|deep]] \
         [[guide-sub-b-introduction|code (x)]]\n\
         [[guide-a-introduction|up]] [out](https://x.y) [ref][r] [[guide-sub-b-introduction|local]] <https://a.b>\n\n\
         [r]: <https://r> \"T\"\n"
    );
    assert_eq!(
        body(&reading, "guide-sub-b-introduction"),
        "intro [[guide-a-introduction|a]] [[guide-sub-b-part-two#deep|self]]\n"
    );
    assert_eq!(
        body(&reading, "guide-sub-b-part-two"),
        "x\n\n## Deep {#deep}\ny\n".replace("\n\n## ", "\n## ")
    );
    assert_eq!(remarks(&reading), Vec::<String>::new());
}

#[test]
fn links_that_lead_nowhere_are_kept_as_text_and_reported() {
    let reading = read(&[(
        "a.md",
        "---\ntitle: T\n---\nsee [**gone**](gone.md), [secret](../../etc/passwd)\nand [place](#nowhere)\n![pic](no.png) ![](b.png){alt='two *words*'}\n",
    )]);
    let expected =
        "see **gone**, secret\nand [[guide-a-introduction|place]]\npic two \\*words\\*\n";
    assert_eq!(body(&reading, "guide-a-introduction"), expected);
    let found = remarks(&reading);
    assert_eq!(found.len(), 5, "{found:?}");
    assert!(
        found
            .iter()
            .any(|r| r.starts_with("guide/a.md:4: ") && r.contains("leads out of the folder"))
    );
    assert!(found.iter().any(|r| r.starts_with("guide/a.md:5: ") && r.contains("#nowhere")));
}

#[test]
fn images_and_files_become_assets() {
    let reading = read(&[
        (
            "a.md",
            "![One](fig/x.png) ![](fig/x.png){alt='Two' width=40%} [data](d.csv){.b} ![w](https://x.y/z.png)\n\
                  <img src=\"fig/y.svg\" alt=\"Why\">\n\n<p align=center>\n<img src=fig/x.png>\n</p>\n\n[![One](fig/x.png)](b.md)\n",
        ),
        ("b.md", "x\n"),
        ("fig/x.png", "x"),
        ("fig/y.svg", "y"),
        ("fig/unused.png", "z"),
        ("d.csv", "1,2"),
    ]);
    assert_eq!(
        body(&reading, "guide-a-introduction"),
        "![[guide-fig-x-png]] ![[guide-fig-x-png|Two]] ![[guide-d-csv|data]] ![w](https://x.y/z.png)\n![[guide-fig-y-svg]]\n\n\
         <p align=center>\n\n![[guide-fig-x-png]]\n\n</p>\n\n![[guide-fig-x-png]] [[guide-b-introduction|One]]\n"
    );
    let assets: Vec<_> = reading
        .subjects
        .iter()
        .filter_map(|s| match &s.content {
            Content::Asset(asset) => Some((
                s.source.as_str(),
                asset.alt.as_deref(),
                asset.media_type.as_str(),
                asset.size,
            )),
            _ => None,
        })
        .collect();
    assert_eq!(
        assets,
        [
            ("guide/fig/x.png", Some("One"), "image/png", 1),
            ("guide/d.csv", None, "text/csv", 3),
            ("guide/fig/y.svg", Some("Why"), "image/svg+xml", 1),
        ]
    );
    assert_eq!(reading.files.len(), 3);
    assert_eq!(reading.skipped[0].source, "guide/fig/unused.png");
    assert!(remarks(&reading)[0].contains("shown from its address"));
}

#[test]
fn objectives_of_head_and_text_belong_to_the_lesson() {
    let reading = read(&[(
        "a.md",
        "---\nobjectives: [Know it]\n---\n::: objectives\n- Do `it`\n- Do more\n:::\n\ntext\n",
    )]);
    let objectives: Vec<_> = reading
        .subjects
        .iter()
        .filter(|s| s.content.kind() == Kind::Objective)
        .map(|s| (s.key.as_str(), s.content.title()))
        .collect();
    assert_eq!(
        objectives,
        [
            ("guide-a-know-it", "Know it"),
            ("guide-a-do-it", "Do it"),
            ("guide-a-do-more", "Do more")
        ]
    );
    let lesson = reading.subjects.iter().find_map(|s| match &s.content {
        Content::Lesson(lesson) => Some(lesson),
        _ => None,
    });
    assert_eq!(lesson.unwrap().objectives.len(), 3);
    assert_eq!(body(&reading, "guide-a-introduction"), "text\n");
}

#[test]
fn glossaries_keep_their_anchors() {
    let reading = read(&[(
        "a.md",
        "See [c](#commit).\n\n## Words\n\n[commit]{#commit}\n:   To record, see [commit](#commit)\nthe [same]{.x}.\n\nplain\n: x\n",
    )]);
    assert_eq!(body(&reading, "guide-a-introduction"), "See [[guide-a-words#commit|c]].\n");
    assert_eq!(
        body(&reading, "guide-a-words"),
        "commit\n:   To record, see [[guide-a-words#commit|commit]]\nthe same. {#commit}\n\nplain\n: x\n"
    );
}

#[test]
fn code_is_never_touched() {
    let text = "`[a](b.md)` {{x}}\n\n```md\n[a](a.md) ![i](i.png) [[b]]\n::: note\n## no\n:::\n\n\n[r]: x\n```\n\n    [a](a.md)\n";
    let reading = read(&[("a.md", text)]);
    assert_eq!(body(&reading, "guide-a-introduction"), text.replace("{{x}}", "\\{{x}}"));
    assert_eq!(remarks(&reading).len(), 1);
}

#[test]
fn a_config_that_leads_out_of_the_folder_is_refused() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("episodes")).unwrap();
    fs::write(root.path().join("episodes/a.md"), "x").unwrap();
    fs::write(root.path().join("config.yaml"), "episodes: [../../secret.md]").unwrap();
    let folder = Folder::open(root.path(), Limits::default()).unwrap();
    let error = MarkdownFolder.read(&folder).unwrap_err();
    assert!(matches!(error, ImportError::Outside { path, .. } if path == "../../secret.md"));
}

/// Text made of the pieces that make trouble next to each other.
fn troublesome_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "# ",
        "## A\n",
        "### B {#b}\n",
        "===\n",
        "---\n",
        "\n",
        "\n\n",
        "    ",
        "> ",
        "- ",
        "1. ",
        ": ",
        ":::",
        ":::: note",
        "::: {.x #y}",
        "::: objectives\n",
        "::: tabs\n",
        "::: tab T\n",
        "::: steps\n",
        ":::include a\n",
        ":::when a=b\n",
        ":::\n",
        "\n:::\n",
        "`",
        "```",
        "\n```\n",
        "$",
        "$$",
        "<b>",
        "<div>\n",
        "<!--",
        "-->",
        "<img src='p.png'>",
        "<a href=b.md>",
        "|",
        "|---|",
        "+---+\n",
        "\\",
        "!",
        "[",
        "]",
        "[[",
        "]]",
        "[x](b.md)",
        "[x](#b)",
        "[b.md]: b.md\n",
        "[r]: http://x 'y'\n",
        "[t][r]",
        "[r]",
        "![i](p.png)",
        "{alt='a `b'}",
        "{#id}",
        "{.c}",
        "[s]{#id}",
        "(",
        ")",
        "{{",
        "}}",
        "{{v}}",
        "{#",
        "*",
        "**",
        "~~",
        "é",
        "\t",
        "\r",
        "\u{0}",
        "\u{fdd0}",
        "&#xFDD0;",
        "&#1;",
        "https://a.b/{{c}}",
        "a@b.cd",
        "[^1]",
        "[^1]: n\n",
        "term\n",
        "word ",
        "www.a.b",
        "title: x\n",
        "[",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_becomes_bodies_of_our_language(text in troublesome_text()) {
        let reading = read(&[("a.md", &text), ("b.md", "## B\nx"), ("p.png", "p")]);
        let lines = text.replace("\r\n", "\n").replace('\r', "\n").split('\n').count();
        for remark in &reading.unsupported {
            prop_assert!(remark.line.is_some_and(|line| line >= 1 && line <= lines), "{}", remark);
        }
        let keys: Vec<_> = reading.subjects.iter().map(|subject| subject.key.to_string()).collect();
        for (key, topic) in topics(&reading) {
            let markup = Markup::parse(&topic.body);
            prop_assert!(markup.is_ok(), "{}: {:?}\n{}", key, markup, topic.body);
            for reference in markup.iter().flat_map(Markup::references) {
                prop_assert!(keys.contains(&reference.target.to_string()), "{}", reference.target);
            }
        }
    }

    #[test]
    fn any_words_are_kept(words in prop::collection::vec("[a-z]{3,8}", 1..12), text in troublesome_text()) {
        // Words on lines of their own are text whatever stands around them.
        let text = format!("{text}\n\n{}\n", words.join("\n\n"));
        let reading = read(&[("a.md", &text), ("b.md", "x"), ("p.png", "p")]);
        let kept: String = reading.subjects.iter().map(|s| format!("{}\n{:?}", s.content.title(), s.content)).collect();
        for word in &words {
            prop_assert!(kept.contains(word.as_str()), "{}", word);
        }
    }
}
