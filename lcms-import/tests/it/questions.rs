//! Question banks.

use lcms_core::model::Content;
use lcms_core::model::content::{Interaction, Question};
use lcms_import::{Folder, Limits, read_folder};

use crate::packages::zip;
use crate::support::{Bench, samples, touched};

async fn question(bench: &Bench, key: &str) -> Question {
    let reference = format!("lib/{key}").parse().unwrap();
    match bench.session.component(&reference).await.unwrap().content {
        Content::Question(question) => question,
        other => panic!("{other:?}"),
    }
}

const GIFT: &str = "$CATEGORY: Safety/Fire\n\n::Exit:: [html]Which <b>door</b> in \\{\\{case\\}\\} of [fire]? {\n=The green one#Yes\n~The lift#No: it may stop.\n####See the plan.\n}\n\n\
    The {=sun} shines.\n\n::Lost:: {#what}\n";

#[tokio::test]
async fn a_gift_file_becomes_questions_once() {
    let bench = Bench::new().await;
    let folder = bench.write("in", &[("Fire drill.gift", GIFT)]);
    let file = folder.join("Fire drill.gift");
    let report = bench.import(&file).await;
    assert_eq!(touched(&report), ["fire-drill-exit", "fire-drill-the-shines"], "{report}");
    assert_eq!((report.unsupported.len(), report.unsupported[0].line), (1, Some(11)), "{report}");
    let exit = question(&bench, "fire-drill-exit").await;
    // Stored texts end in one line break.
    assert_eq!(exit.prompt, "Which **door** in \\{{case}} of \\[fire\\]?\n");
    assert_eq!(exit.feedback.correct, "See the plan.\n");
    let Interaction::SingleChoice(choice) = &exit.interaction else { panic!("{exit:?}") };
    assert_eq!((choice.choices[1].feedback.as_str(), choice.shuffle), ("No: it may stop.\n", true));
    let sun = question(&bench, "fire-drill-the-shines").await;
    assert_eq!(sun.prompt, "The [blank 1] shines.\n");
    let events = bench.events().await;
    assert_eq!(bench.import(&file).await.unchanged, 2);
    assert_eq!(bench.events().await, events);
}

#[tokio::test]
async fn pictures_of_a_moodle_bank_become_assets() {
    let bench = Bench::new().await;
    let text = r#"<?xml version="1.0"?><quiz><question type="truefalse"><name><text>Sign</text></name>
        <questiontext format="html"><text><![CDATA[<p>Is this <img src="@@PLUGINFILE@@/sign.png" alt="A sign"> right?</p>]]></text>
        <file name="sign.png" path="/" encoding="base64">iVBORw0KGgo=</file></questiontext>
        <answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question></quiz>"#;
    let folder = bench.write("in", &[("bank.xml", text)]);
    let report = bench.import(&folder.join("bank.xml")).await;
    assert_eq!(report.created, 2, "{report}");
    let sign = question(&bench, "bank-sign").await;
    assert!(
        sign.prompt.starts_with("Is this ![[") && sign.prompt.contains("|A sign]] right?"),
        "{}",
        sign.prompt
    );
    assert_eq!(bench.import(&folder.join("bank.xml")).await.unchanged, 2);
}

#[tokio::test]
async fn a_qti_package_becomes_questions_and_a_test() {
    let item = |id: &str| {
        format!(
            r#"<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="{id}" title="Item {id}"><responseDeclaration identifier="R" cardinality="single" baseType="identifier">
            <correctResponse><value>A</value></correctResponse></responseDeclaration><itemBody><p>See <img src="../i/x.png" alt="x"/> and <img src="gone.png" alt="y"/></p>
            <choiceInteraction responseIdentifier="R" maxChoices="1"><simpleChoice identifier="A">a</simpleChoice><simpleChoice identifier="B">b</simpleChoice></choiceInteraction></itemBody></assessmentItem>"#
        )
    };
    let manifest = r#"<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="M"><metadata><schema>QTIv2.2 Package</schema><schemaversion>1.0.0</schemaversion></metadata><organizations/><resources>
        <resource identifier="t" type="imsqti_test_xmlv2p2" href="test.xml"/><resource identifier="a" type="imsqti_item_xmlv2p2" href="items/a.xml"/>
        <resource identifier="b" type="imsqti_item_xmlv2p2" href="items/b.xml"/></resources></manifest>"#;
    let test = r#"<assessmentTest xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="T" title="A test"><testPart identifier="p"><assessmentSection identifier="s" title="All">
        <ordering shuffle="true"/><selection select="1"/><assessmentItemRef identifier="a" href="items/a.xml"/><assessmentItemRef identifier="b" href="items/b.xml"/></assessmentSection></testPart></assessmentTest>"#;
    let bench = Bench::new().await;
    let (a, b) = (item("a"), item("b"));
    let path = zip(
        &bench.folder.path().join("bank.zip"),
        &[
            ("imsmanifest.xml", manifest.as_bytes()),
            ("test.xml", test.as_bytes()),
            ("items/a.xml", a.as_bytes()),
            ("items/b.xml", b.as_bytes()),
            ("i/x.png", b"picture"),
        ],
    );
    let report = bench.import(&path).await;
    assert_eq!(
        touched(&report),
        ["bank-item-a", "bank-item-b", "bank-a-test", "bank-i-x-png"],
        "{report}"
    );
    assert_eq!(report.unsupported.len(), 2, "{report}");
    let reference = "lib/bank-a-test".parse().unwrap();
    let Content::Assessment(test) = bench.session.component(&reference).await.unwrap().content
    else {
        panic!()
    };
    let section = &test.sections[0];
    assert_eq!((section.entries.len(), section.draw, section.shuffle), (2, Some(1), true));
    assert_eq!(bench.import(&path).await.unchanged, 4);
}

#[test]
fn samples_of_qti_are_read_or_named() {
    let mut lines = Vec::new();
    let mut paths: Vec<_> =
        std::fs::read_dir(samples().join("qti")).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let folder = Folder::open(&path, Limits::default()).unwrap();
        let (format, reading) = read_folder(&folder).unwrap();
        lines.push(format!("{}: {format}", folder.name()));
        for subject in &reading.subjects {
            let what = match &subject.content {
                Content::Question(question) => question.interaction.type_name().to_owned(),
                other => other.kind().to_string(),
            };
            lines.push(format!("  {} = {what}", subject.key));
        }
        lines.extend(reading.unsupported.iter().map(|remark| format!("  ! {remark}")));
    }
    insta::assert_snapshot!(lines.join("\n"));
}
