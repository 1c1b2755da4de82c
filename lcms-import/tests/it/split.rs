//! Packages taken apart.

use lcms_core::model::content::{Interaction, Lesson, Question};
use lcms_core::model::{Content, Kind};
use lcms_import::{Folder, FolderReport, ImportError, ImportOptions, Limits, import_folder};

use crate::packages::{manifest, zip};
use crate::support::{Bench, samples};

async fn split(bench: &Bench, path: &std::path::Path) -> Result<FolderReport, ImportError> {
    let folder = Folder::open(path, Limits::default()).unwrap();
    let options = ImportOptions { split: true, ..ImportOptions::default() };
    import_folder(&bench.session, &"lib".parse().unwrap(), folder, options, &mut |_| {}).await
}

async fn content(bench: &Bench, key: &str) -> Content {
    bench.session.component(&format!("lib/{key}").parse().unwrap()).await.unwrap().content
}

fn keys(report: &FolderReport, kind: Kind) -> Vec<&str> {
    let items = report.items.iter().filter(|item| item.kind == kind);
    items.map(|item| item.key.as_str()).collect()
}

/// Titles of what a lesson places, in order.
async fn placed(bench: &Bench, key: &str) -> Vec<String> {
    let Content::Lesson(Lesson { placements, .. }) = content(bench, key).await else { panic!() };
    let mut titles = Vec::new();
    for placement in placements {
        let name = bench.session.name(&placement.component).await.unwrap();
        let view = bench.session.component(&name.parse().unwrap()).await.unwrap();
        titles.push(view.content.title().to_owned());
    }
    titles
}

const FIRST: &str = "<html><head><title>x</title></head><body><div id=nav><a href='two.html'>menu entry</a></div>\
    <div id=main><h1>Press it</h1><p>Press the red button that is on the left side of the machine, and \
    <a href='two.html'>then wait</a>. <img src='img/red.png' alt='A red button'></p><h2>When it is stuck</h2>\
    <p>Pull it out again.</p></div></body></html>";
const SECOND: &str = "<body><p>Wait until the lamp is green: it takes about as long as a cup of tea does.</p></body>";
const DRAWN: &str = "<body><div id=app></div><script src=app.js></script></body>";

#[tokio::test]
async fn static_pages_become_topics_beside_their_package() {
    let bench = Bench::new().await;
    let manifest = manifest(&[
        ("one", "First", "one.html"),
        ("two", "Second", "two.html"),
        ("app", "Drawn", "app.html"),
    ]);
    let path = zip(
        &bench.folder.path().join("Machine.zip"),
        &[
            ("imsmanifest.xml", manifest.as_bytes()),
            ("one.html", FIRST.as_bytes()),
            ("two.html", SECOND.as_bytes()),
            ("app.html", DRAWN.as_bytes()),
            ("app.js", b"/**/"),
            ("img/red.png", b"red"),
        ],
    );
    let report = split(&bench, &path).await.unwrap();
    assert_eq!(
        keys(&report, Kind::WebPackage),
        ["machine", "machine-first", "machine-second", "machine-drawn"]
    );
    assert_eq!(keys(&report, Kind::Course), ["machine-pages"], "{report}");
    assert_eq!(keys(&report, Kind::Asset), ["machine-pages-img-red-png"]);
    assert_eq!(keys(&report, Kind::Lesson), ["machine-pages-one", "machine-pages-two"]);
    assert!(
        report.unsupported.iter().any(|it| it.source == "app.html"),
        "{:?}",
        report.unsupported
    );
    let Content::Topic(topic) = content(&bench, "machine-pages-one-introduction").await else {
        panic!()
    };
    assert!(
        topic.body.contains("red button") && topic.body.contains("|then wait]]"),
        "{}",
        topic.body
    );
    assert!(!topic.body.contains("menu entry"), "{}", topic.body);
    assert_eq!(placed(&bench, "machine-pages-one").await, ["Introduction", "When it is stuck"]);
    let from = bench
        .session
        .component(&"lib/machine-pages-one-introduction".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(from.metadata.custom["split from"], "machine/one.html");
    let events = bench.events().await;
    let again = split(&bench, &path).await.unwrap();
    assert_eq!((again.unchanged, bench.events().await), (report.items.len(), events), "{again}");
}

#[tokio::test]
async fn a_course_of_adapt_becomes_lessons_topics_and_questions() {
    let bench = Bench::new().await;
    let path = samples().join("packages/tools/adapt-scorm12.zip");
    let report = split(&bench, &path).await.unwrap();
    assert_eq!(keys(&report, Kind::WebPackage), ["adapt-scorm12"]);
    assert_eq!(keys(&report, Kind::Lesson).len(), 1, "{report}");
    assert!(keys(&report, Kind::Topic).len() >= 10, "{report}");
    assert_eq!(keys(&report, Kind::Question).len(), 3, "{report}");
    assert!(!keys(&report, Kind::Asset).is_empty());
    let Content::Question(question) = content(&bench, "adapt-scorm12-questions-question-1").await
    else {
        panic!()
    };
    let Interaction::SingleChoice(choice) = &question.interaction else { panic!("{question:?}") };
    let right: Vec<_> =
        choice.choices.iter().filter(|it| it.correct).map(|it| it.text.trim()).collect();
    assert_eq!(right, ["Tempered front glass"]);
    let Content::Question(third) = content(&bench, "adapt-scorm12-questions-question-3").await
    else {
        panic!()
    };
    let Interaction::Matching(matching) = &third.interaction else { panic!("{third:?}") };
    assert_eq!((matching.pairs.len(), matching.targets.len()), (3, 3));
    // Each stands after what it asks about.
    let titles = placed(&bench, keys(&report, Kind::Lesson)[0]).await;
    let at = |title: &str| titles.iter().position(|it| it == title).unwrap();
    assert!(at("Question 1") < at("Question 2") && at("Question 1") > 0, "{titles:?}");
    // What a program draws is named.
    assert!(report.unsupported.iter().any(|it| it.reason.contains("solar-embed")), "{report}");
    assert_eq!(split(&bench, &path).await.unwrap().unchanged, report.items.len());
}

#[tokio::test]
async fn what_cannot_be_split_says_so() {
    let bench = Bench::new().await;
    let drawn = manifest(&[("app", "Drawn", "app.html")]);
    let path = zip(
        &bench.folder.path().join("x.zip"),
        &[("imsmanifest.xml", drawn.as_bytes()), ("app.html", DRAWN.as_bytes())],
    );
    let report = split(&bench, &path).await.unwrap();
    assert_eq!(report.created, 1, "{report}");
    assert!(report.to_string().contains("nothing to split"), "{report}");
    let folder = bench.write("guide", &[("a.md", "text")]);
    let error = split(&bench, &folder).await.unwrap_err().to_string();
    assert!(error.contains("only packages are split, and this is: Markdown folder"), "{error}");
}

async fn question(bench: &Bench, key: &str) -> Question {
    match content(bench, key).await {
        Content::Question(question) => question,
        other => panic!("{other:?}"),
    }
}

/// A package of one page.
fn one_page(bench: &Bench, name: &str, body: &str) -> std::path::PathBuf {
    let manifest = manifest(&[("one", "Practice", "one.html")]);
    let page =
        format!("<html><head><title>x</title></head><body><div id=main>{body}</div></body></html>");
    zip(
        &bench.folder.path().join(name),
        &[
            ("imsmanifest.xml", manifest.as_bytes()),
            ("one.html", page.as_bytes()),
            ("img/a.png", b"a"),
        ],
    )
}

#[tokio::test]
async fn content_of_h5p_becomes_questions() {
    let bench = Bench::new().await;
    for (file, key) in [
        ("multiple-choice-2-6", "multiple-choice-2-6-questions-multiple-choice"),
        ("drag", "drag-questions-drag-the-words"),
        ("basic_essay", "basic-essay-questions-essay"),
    ] {
        let path = samples().join(format!("h5p/{file}.h5p"));
        let report = split(&bench, &path).await.unwrap();
        assert_eq!(keys(&report, Kind::WebPackage).len(), 1);
        assert_eq!(keys(&report, Kind::Question), [key], "{report}");
        let lessons = keys(&report, Kind::Lesson);
        assert_eq!(placed(&bench, lessons[0]).await.len(), 1, "{report}");
        let again = split(&bench, &path).await.unwrap();
        assert_eq!(again.unchanged, report.items.len(), "{again}");
    }
    let choice = question(&bench, "multiple-choice-2-6-questions-multiple-choice").await;
    let Interaction::SingleChoice(choices) = choice.interaction else { panic!("{choice:?}") };
    let right: Vec<_> =
        choices.choices.iter().filter(|it| it.correct).map(|it| it.text.trim()).collect();
    assert_eq!((right, choices.shuffle), (vec!["Correct one"], true));
    let drag = question(&bench, "drag-questions-drag-the-words").await;
    let Interaction::FillIn(words) = &drag.interaction else { panic!("{drag:?}") };
    assert_eq!(words.blanks[0].accept, ["blue"]);
    assert!(drag.prompt.contains("Cloudberries are [blank 3]"), "{}", drag.prompt);
    assert_eq!(drag.hints[0].trim(), "Check the name of the berry!");
    let essay = question(&bench, "basic-essay-questions-essay").await;
    let Interaction::LongAnswer(essay) = essay.interaction else { panic!("{essay:?}") };
    assert_eq!(essay.sample_answer.trim(), "This is a smurfy smurf solution");
}

/// A book of H5P: chapters are columns, which hold words, pictures and questions.
const BOOK: &str = r#"{"chapters": [
  {"library": "H5P.Column 1.13", "subContentId": "c1", "metadata": {"title": "Machines"}, "params": {"content": [
    {"content": {"library": "H5P.AdvancedText 1.1", "params": {"text": "<h2>Red ones</h2><p>Press the <b>red</b> button.</p>"}, "metadata": {"title": "Untitled Text"}}},
    {"content": {"library": "H5P.Image 1.1", "params": {"file": {"path": "images/a.png"}, "alt": "A button"}}},
    {"content": {"library": "H5P.TrueFalse 1.6", "subContentId": "q1", "metadata": {"title": "Untitled True/False"},
      "params": {"question": "<p>It is red.</p>", "correct": "true", "behaviour": {"feedbackOnWrong": "Look again."}}}},
    {"content": {"library": "H5P.AdvancedText 1.1", "params": {"text": "<p>Then wait.</p>"}, "metadata": {"title": "Waiting"}}},
    {"content": {"library": "H5P.SingleChoiceSet 1.11", "subContentId": "q2", "metadata": {"title": "Colours"},
      "params": {"choices": [{"question": "<p>Which first?</p>", "answers": ["<p>Red</p>", "<p>Green</p>"]},
                             {"question": "<p>Which then?</p>", "answers": ["<p>Green</p>", "<p>Red</p>"]}]}}},
    {"content": {"library": "H5P.Crossword 0.4", "subContentId": "q3", "metadata": {"title": "Cross"}, "params": {}}}
  ]}},
  {"library": "H5P.Column 1.13", "subContentId": "c2", "metadata": {"title": "Steps"}, "params": {"content": [
    {"content": {"library": "H5P.SortParagraphs 0.11", "subContentId": "q4", "metadata": {"title": "Order"},
      "params": {"taskDescription": "<p>What comes first?</p>", "paragraphs": ["<p>Press</p>", "<p>Wait</p>"]}}}
  ]}}
]}"#;

#[tokio::test]
async fn a_book_of_h5p_becomes_lessons_with_what_they_hold() {
    let bench = Bench::new().await;
    let head = br#"{"title": "Handbook", "mainLibrary": "H5P.InteractiveBook", "preloadedDependencies": []}"#;
    let path = zip(
        &bench.folder.path().join("book.h5p"),
        &[
            ("h5p.json", head),
            ("content/content.json", BOOK.as_bytes()),
            ("content/images/a.png", b"a picture"),
        ],
    );
    let report = split(&bench, &path).await.unwrap();
    assert_eq!(
        keys(&report, Kind::Lesson),
        ["book-pages-chapter-c1", "book-pages-chapter-c2"],
        "{report}"
    );
    assert_eq!(
        placed(&bench, "book-pages-chapter-c1").await,
        ["Red ones", "It is red.", "Waiting", "Which first?", "Which then?"]
    );
    assert_eq!(placed(&bench, "book-pages-chapter-c2").await, ["Order"]);
    assert_eq!(keys(&report, Kind::Asset), ["book-pages-images-a-png"]);
    let first = question(&bench, "book-questions-which-first").await;
    let Interaction::SingleChoice(choices) = first.interaction else { panic!("{first:?}") };
    assert!(
        choices.shuffle && choices.choices[0].correct && choices.choices[0].text.trim() == "Red"
    );
    let truth = question(&bench, "book-questions-it-is-red").await;
    assert_eq!(truth.feedback.incorrect.trim(), "Look again.");
    assert!(
        report.to_string().contains("“Cross”: `H5P.Crossword` cannot be carried over"),
        "{report}"
    );
    assert_eq!(split(&bench, &path).await.unwrap().unchanged, report.items.len());
}

/// What eXeLearning 2 writes for its activities.
const FORMS: &str = r##"<h1 id="nodeTitle">Practice</h1>
<p>Here you practise what you have read about the machine and about all of its buttons.</p>
<h2 class="iDeviceTitle">One of three</h2>
<form name="multi-choice-form-7_58" action="#" onsubmit="return false" class="activity-form">
<h1 class="js-sr-av">Question</h1><div id="ta7_58" class="block question"><p>Which button is red?</p></div>
<section class="iDevice_answers"><h1 class="js-sr-av">Answers</h1>
<section class="iDevice_answer"><p class="iDevice_answer-field js-required"><label for="i7_1" class="sr-av"><a href="#answer-7_1">Option 1</a></label>
<input type="radio" name="option7_58" id="i7_1" onclick="getFeedback(0,3,'7_58','multi')"/></p><div class="iDevice_answer-content" id="answer-7_1"><p>The right one</p></div></section>
<section class="iDevice_answer"><p class="iDevice_answer-field js-required"><input type="radio" name="option7_58" id="i7_2"/></p><div class="iDevice_answer-content" id="answer-7_2"><p>The left one</p></div></section>
<section class="iDevice_answer"><p class="iDevice_answer-field js-required"><input type="radio" name="option7_58" id="i7_3"/></p><div class="iDevice_answer-content" id="answer-7_3"><p>None</p></div></section>
</section><section class="iDevice_feedbacks js-feedback"><h1 class="js-sr-av">Feedback</h1>
<section id="sa0b7_58" class="feedback js-hidden"><p>That one is green.</p></section>
<section id="sa1b7_58" class="feedback js-hidden"><p>Opción correcta</p></section>
<section id="sa2b7_58" class="feedback js-hidden"><p>Falso</p></section></section></form>
<section class="iDevice_solution feedback js-hidden"><h1>Solución</h1><ol>
<li><a href="#answer-7_1">Falso</a> (<a href="#sa0b7_58">Retroalimentación</a>)</li>
<li><a href="#answer-7_2">Opción correcta</a> (<a href="#sa1b7_58">Retroalimentación</a>)</li>
<li><a href="#answer-7_3">Falso</a> (<a href="#sa2b7_58">Retroalimentación</a>)</li></ol></section>
<h2 class="iDeviceTitle">True or not</h2>
<form name="true-false-form-8_1" action="#" class="activity-form true-false-form"><div class="block question"><p>The lamp is green.</p></div>
<p class="iDevice_answer js-required"><label for="true8_1"><input type="radio" name="option8_1" id="true8_1"/> True</label>
<label for="false8_1"><input type="radio" name="option8_1" id="false8_1"/> False</label></p></form>
<h3 class="js-hidden">Feedback</h3><div id="s8_1" class="feedback js-hidden"><p><strong id="s8_1-result" class="wrong">False</strong></p><p>It is red.</p></div>
<h2 class="iDeviceTitle">Words</h2>
<form name="cloze-form-9" class="activity-form" action="#"><div id="cloze9"><script>var YOUR_SCORE_IS="x"</script>
<input type="hidden" id="clozeFlag9.checkCaps" value="true" />
<p>Press <label for="clozeBlank9.0" class="sr-av">Cloze (1):</label><input class="autocomplete-off" type="text" value="" id="clozeBlank9.0" />
<span style="display:none" id="clozeAnswer9.0">CIPHER</span> first.</p>
<div class="block iDevice_buttons"><p><input type="submit" value="Submit"/></p></div><div id="clozeScore9"></div></div></form>"##;

/// As eXeLearning hides the answers of a cloze.
fn hidden(words: &str) -> String {
    use base64::Engine as _;
    let mut key = u16::from(b'X');
    let mixed: String = words
        .encode_utf16()
        .map(|unit| {
            let mixed = key ^ unit;
            key = unit;
            format!("%u{mixed:04x}")
        })
        .collect();
    base64::engine::general_purpose::STANDARD.encode(mixed)
}

#[tokio::test]
async fn forms_of_exelearning_become_questions_in_their_places() {
    let bench = Bench::new().await;
    let path = one_page(&bench, "old.zip", &FORMS.replace("CIPHER", &hidden("Red|red")));
    let report = split(&bench, &path).await.unwrap();
    assert_eq!(keys(&report, Kind::Question).len(), 3, "{report}");
    let titles = placed(&bench, "old-pages-one").await;
    assert_eq!(
        titles,
        [
            "Introduction",
            "One of three",
            "Which button is red?",
            "True or not",
            "The lamp is green.",
            "Words",
            "Press … first."
        ]
    );
    let which = question(&bench, "old-questions-which-button-is-red").await;
    let Interaction::SingleChoice(choices) = which.interaction else { panic!("{which:?}") };
    let told: Vec<_> = choices.choices.iter().map(|it| (it.correct, it.feedback.trim())).collect();
    assert_eq!(told, [(false, "That one is green."), (true, ""), (false, "")]);
    let lamp = question(&bench, "old-questions-the-lamp-is-green").await;
    let Interaction::TrueFalse(truth) = lamp.interaction else { panic!("{lamp:?}") };
    assert!(!truth.answer && lamp.feedback.correct.trim() == "It is red.", "{:?}", lamp.feedback);
    let words = question(&bench, "old-questions-press-first").await;
    let Interaction::FillIn(blanks) = words.interaction else { panic!("{words:?}") };
    assert_eq!(blanks.blanks[0].accept, ["Red", "red"]);
    assert!(blanks.blanks[0].case_sensitive);
    // Nothing of the activities is left among the words.
    for topic in keys(&report, Kind::Topic) {
        let Content::Topic(topic) = content(&bench, topic).await else { panic!() };
        for left in ["Falso", "Solución", "Which button", "Submit", "It is red"] {
            assert!(!topic.body.contains(left), "{left}: {}", topic.body);
        }
    }
    assert_eq!(split(&bench, &path).await.unwrap().unchanged, report.items.len());
}

#[tokio::test]
async fn data_of_exelearning_becomes_questions_and_games_without_a_type_are_named() {
    let bench = Bench::new().await;
    let form = serde_json::json!({"ideviceId": "f1", "eXeFormInstructions": "<p>Answer all of these.</p>", "questionsData": [
        {"activityType": "selection", "selectionType": "multiple", "baseText": "<p>Which are red?</p>",
         "answers": [[true, "This"], [false, "That"], [true, "Those", "Well seen"]]},
        {"activityType": "fill", "baseText": "<p>Press <u>red|Red</u>.</p>", "capitalization": true},
    ]});
    let truths = serde_json::json!({"questionsGame": [
        {"question": "<p>Green means go.</p>", "solution": 1, "feedback": "<p>Always.</p>", "suggestion": ""}]});
    let quiz = serde_json::json!({"questionsGame": [
        {"quextion": "Which lamp?", "numberOptions": 2, "options": ["Red", "Green", "", ""], "solution": 1, "msgHit": "Yes"}]});
    let mixed: String =
        quiz.to_string().encode_utf16().map(|unit| format!("%u{:04x}", unit ^ 146)).collect();
    let attribute =
        |value: &serde_json::Value| value.to_string().replace('&', "&amp;").replace('"', "&quot;");
    let body = format!(
        "<article class=box><header><h1 class=box-title>Questions</h1><button class=box-toggle>Toggle content</button></header>\
         <div id=f1 class='idevice_node form' data-idevice-json-data=\"{}\"></div>\
         <div id=t1 class='idevice_node trueorfalse' data-idevice-json-data=\"{}\"></div></article>\
         <article class=box><header><h1 class=box-title>A game</h1></header><div class='idevice_node quick-questions'>\
         <div class=quext-IDevice><div class='quext-instructions'><p>Play it once more.</p></div><div class='quext-version js-hidden'>2</div>\
         <div class='quext-DataGame js-hidden'>{mixed}</div><a href='img/a.png' class='js-hidden quext-LinkImages'>0</a></div></div>\
         <div class=crucigrama-IDevice><div class='crucigrama-DataGame js-hidden'>{mixed}</div></div></article>",
        attribute(&form),
        attribute(&truths),
    );
    let path = one_page(&bench, "new.zip", &body);
    let report = split(&bench, &path).await.unwrap();
    let titles = placed(&bench, "new-pages-one").await;
    assert_eq!(
        titles,
        ["Introduction", "Which are red?", "Press ….", "Green means go.", "A game", "Which lamp?"],
        "{report}"
    );
    let which = question(&bench, "new-questions-which-are-red").await;
    let Interaction::MultipleChoice(choices) = which.interaction else { panic!("{which:?}") };
    assert_eq!(choices.choices.iter().filter(|it| it.correct).count(), 2);
    let lamp = question(&bench, "new-questions-which-lamp").await;
    let Interaction::SingleChoice(choices) = lamp.interaction else { panic!("{lamp:?}") };
    assert!(
        choices.choices.len() == 2
            && choices.choices[1].correct
            && lamp.feedback.correct.trim() == "Yes"
    );
    assert!(
        lamp.prompt.contains("::") || lamp.prompt.contains("!["),
        "its picture: {}",
        lamp.prompt
    );
    assert!(report.to_string().contains("a game of the type `crucigrama`"), "{report}");
    for topic in keys(&report, Kind::Topic) {
        let Content::Topic(topic) = content(&bench, topic).await else { panic!() };
        assert!(!topic.body.contains("%u") && !topic.body.contains("Toggle"), "{}", topic.body);
    }
}
