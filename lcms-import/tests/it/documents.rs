//! HTML pages and Word documents.

use lcms_core::model::Content;

use crate::packages::zip;
use crate::support::{Bench, touched};

async fn body(bench: &Bench, key: &str) -> String {
    let reference = format!("lib/{key}").parse().unwrap();
    match bench.session.component(&reference).await.unwrap().content {
        Content::Topic(topic) => topic.body,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn pages_become_lessons_that_lead_to_each_other() {
    let bench = Bench::new().await;
    let one = "<html><head><title>First steps</title></head><body><h1>First steps</h1><p>See <a href='02-two.html'>the other</a>.</p>\
        <h2>Open it</h2><p>Press <b>here</b>: <img src='img/a.png' alt='A button'></p><script>x()</script></body></html>";
    let two = "<title>Two</title><table><tr><th>a<th>b<tr><td>1<td>2</table>";
    let path = zip(
        &bench.folder.path().join("guide.zip"),
        &[
            ("site/01-one.html", one.as_bytes()),
            ("site/02-two.html", two.as_bytes()),
            ("site/img/a.png", b"picture"),
        ],
    );
    let report = bench.import(&path).await;
    assert!(report.format == "HTML pages" && report.courses.len() == 1, "{report}");
    let open = body(&bench, "guide-01-one-open-it").await;
    assert!(open.starts_with("Press **here**: ![["), "{open}");
    let intro = body(&bench, "guide-01-one-introduction").await;
    assert!(intro.contains("|the other]]"), "{intro}");
    assert!(body(&bench, "guide-02-two-introduction").await.contains("| 1 | 2 |"));
    assert!(report.items.iter().any(|item| item.source.contains("01-one.html")), "{report}");
    let events = bench.events().await;
    let again = bench.import(&path).await;
    assert_eq!((again.created + again.changed, bench.events().await), (0, events), "{again}");
}

/// A Word document of these paragraphs and parts.
fn word(bench: &Bench, name: &str, body: &str, parts: &[(&str, &[u8])]) -> std::path::PathBuf {
    let document = format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
         xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
         xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\"><w:body>{body}</w:body></w:document>"
    );
    let mut files =
        vec![("[Content_Types].xml", &b"<Types/>"[..]), ("word/document.xml", document.as_bytes())];
    files.extend(parts);
    zip(&bench.folder.path().join(name), &files)
}

const NUMBERING: &str = "<w:numbering xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
    <w:abstractNum w:abstractNumId=\"7\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"decimal\"/></w:lvl><w:lvl w:ilvl=\"1\"><w:numFmt w:val=\"bullet\"/></w:lvl></w:abstractNum>\
    <w:num w:numId=\"1\"><w:abstractNumId w:val=\"7\"/></w:num></w:numbering>";
const RELATIONS: &str = "<Relationships><Relationship Id=\"r1\" Target=\"media/image1.png\"/><Relationship Id=\"r2\" Target=\"https://example.org/\" TargetMode=\"External\"/></Relationships>";
const FOOTNOTES: &str = "<w:footnotes xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:footnote w:id=\"2\"><w:p><w:r><w:t>Since 2020.</w:t></w:r></w:p></w:footnote></w:footnotes>";

#[tokio::test]
async fn a_word_document_keeps_its_structure() {
    let bench = Bench::new().await;
    let paragraph = |style: &str, text: &str| {
        format!(
            "<w:p><w:pPr>{style}</w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>"
        )
    };
    let item = |level: u8, text: &str| {
        paragraph(
            &format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"1\"/></w:numPr>"),
            text,
        )
    };
    let content = [
        paragraph("<w:pStyle w:val=\"Heading1\"/>", "Fire safety"),
        paragraph("<w:pStyle w:val=\"Heading2\"/>", "In a fire"),
        item(0, "Leave"),
        item(1, "not by lift"),
        item(0, "Call"),
        "<w:p><w:r><w:t xml:space=\"preserve\">Be </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>ca</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>lm</w:t></w:r>\
         <w:r><w:footnoteReference w:id=\"2\"/></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>".to_owned(),
        "<w:p><w:hyperlink r:id=\"r2\"><w:r><w:t>More</w:t></w:r></w:hyperlink><w:r><w:drawing><wp:docPr descr=\"A door\"/><a:blip r:embed=\"r1\"/></w:drawing></w:r></w:p>".to_owned(),
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>".to_owned(),
    ]
    .concat();
    let path = word(
        &bench,
        "Handbook.docx",
        &content,
        &[
            ("word/numbering.xml", NUMBERING.as_bytes()),
            ("word/_rels/document.xml.rels", RELATIONS.as_bytes()),
            ("word/footnotes.xml", FOOTNOTES.as_bytes()),
            ("word/media/image1.png", b"picture"),
        ],
    );
    let report = bench.import(&path).await;
    assert_eq!(report.format, "Word documents", "{report}");
    let topic = report.items.iter().find(|item| item.key.as_str().ends_with("in-a-fire")).unwrap();
    let text = self::body(&bench, topic.key.as_str()).await;
    for part in [
        "1. Leave\n   - not by lift\n2. Call",
        "Be **calm**[^2]",
        "[^2]: Since 2020.",
        "[More](https://example.org/)",
        "| a | b |",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(text.contains("![["), "{text}");
    assert_eq!(touched(&bench.import(&path).await), Vec::<&str>::new());
}

#[tokio::test]
async fn what_is_no_document_is_refused() {
    let bench = Bench::new().await;
    let path =
        zip(&bench.folder.path().join("x.docx"), &[("word/document.xml", b"<!DOCTYPE a><a/>")]);
    let error = bench.run("lib", &path, true).await.unwrap_err().to_string();
    assert!(error.contains("x.docx: word/document.xml: ") && error.contains("DOCTYPE"), "{error}");
}
