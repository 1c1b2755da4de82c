//! What each format makes of orders, gates, skips, limits and weights.

use std::collections::{BTreeMap, BTreeSet};

use lcms_formats::XmlLimits;
use lcms_formats::cmi5::{self, MoveOn};
use lcms_formats::manifest::scorm2004::{Consideration, PreAction, Sequencing};
use lcms_formats::manifest::{Item, Manifest, read};
use lcms_publish::Format;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{World, bytes, id, unpack};

const EDITIONS: [Format; 3] =
    [Format::Scorm2004Second, Format::Scorm2004Third, Format::Scorm2004Fourth];

async fn manifest(world: &World, format: Format) -> Manifest {
    let package = world.publish("course", format).await.unwrap();
    let files = unpack(bytes(&package).await);
    let reading = read(&files["imsmanifest.xml"], &XmlLimits::default()).unwrap();
    assert_eq!(reading.notes, []);
    reading.manifest
}

fn item<'m>(manifest: &'m Manifest, title: &str) -> &'m Item {
    let organization = manifest.organization().unwrap();
    organization.all_items().find(|item| item.title == title).unwrap()
}

fn sequencing<'m>(manifest: &'m Manifest, title: &str) -> &'m Sequencing {
    &item(manifest, title).scorm2004.sequencing
}

/// The shared objectives that the rules of an item for an action depend on.
fn depends_on(manifest: &Manifest, title: &str, action: PreAction) -> BTreeSet<String> {
    let sequencing = sequencing(manifest, title);
    let rules = sequencing.rules.pre.iter().filter(|rule| rule.action == action);
    let asked: BTreeSet<_> =
        rules.flat_map(|rule| &rule.conditions).filter_map(|c| c.objective.clone()).collect();
    let objectives = sequencing.objectives.iter().flat_map(|objectives| &objectives.others);
    let read = objectives.filter(|o| o.id.as_ref().is_some_and(|id| asked.contains(id)));
    read.flat_map(|objective| &objective.maps)
        .filter(|map| map.read_satisfied)
        .map(|map| map.target.clone())
        .collect()
}

/// The shared objectives that an item writes to.
fn writes(manifest: &Manifest, title: &str) -> BTreeSet<String> {
    let objectives = sequencing(manifest, title).objectives.as_ref().unwrap();
    let all = std::iter::once(&objectives.primary).chain(&objectives.others);
    all.flat_map(|objective| &objective.maps)
        .filter(|map| map.write_satisfied)
        .map(|map| map.target.clone())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn scorm2004_shares_an_objective_for_everything_that_is_waited_for() {
    let world = World::with_sequencing().await;
    for format in EDITIONS {
        let manifest = manifest(&world, format).await;
        let bare = |title: &str| item(&manifest, title).identifier.as_str()[2..].to_owned();
        let done = |title: &str| format!("done-{}", bare(title));
        let passed = format!("passed-{}", bare("pre"));
        assert_eq!(writes(&manifest, "intro"), BTreeSet::from([done("intro")]));
        assert_eq!(
            depends_on(&manifest, "first", PreAction::Disabled),
            BTreeSet::from([done("intro")]),
            "what a module waits for is asked at its lessons"
        );
        assert_eq!(
            depends_on(&manifest, "second", PreAction::Disabled),
            BTreeSet::from([done("first"), done("intro")])
        );
        assert_eq!(
            depends_on(&manifest, "basics", PreAction::Skip),
            BTreeSet::from([passed.clone()])
        );
        let goal: Vec<_> =
            depends_on(&manifest, "final", PreAction::Disabled).into_iter().collect();
        let [goal] = goal.as_slice() else { panic!("one objective is waited for: {goal:?}") };
        assert!(goal.starts_with("goal-"), "{goal}");
        assert_eq!(writes(&manifest, "pre"), BTreeSet::from([passed, goal.clone()]));
        assert_eq!(writes(&manifest, "final"), BTreeSet::new(), "it would close its own gate");
        assert_eq!(writes(&manifest, "quiz"), BTreeSet::new(), "nothing waits for it");
        for free in ["intro", "pre", "module", "quiz"] {
            assert_eq!(sequencing(&manifest, free).rules.pre, [], "{free}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scorm2004_limits_attempts_and_weighs_what_has_a_score() {
    let world = World::with_sequencing().await;
    let manifest = manifest(&world, Format::Scorm2004Fourth).await;
    assert_eq!(sequencing(&manifest, "final").attempt_limit, Some(2));
    let told = item(&manifest, "final").scorm2004.data_from_lms.as_deref().unwrap();
    assert_eq!(serde_json::from_str::<Value>(told).unwrap(), json!({"once": true}));
    let rolls = |title: &str| {
        let rollup = sequencing(&manifest, title).rollup.clone().unwrap_or_default();
        (rollup.completion, rollup.satisfied, rollup.weight.to_string())
    };
    // What only is read can be completed and not passed, and has no score to weigh.
    assert_eq!(rolls("intro"), (true, false, "0".to_owned()));
    assert_eq!(rolls("module"), (true, false, "0".to_owned()));
    assert_eq!(rolls("pre"), (false, false, "0".to_owned()));
    assert_eq!(rolls("final"), (true, true, "1".to_owned()));
    assert_eq!(rolls("quiz"), (true, true, "0.3333".to_owned()));
    let considered = |title: &str| sequencing(&manifest, title).rollup_considerations;
    assert_eq!(considered("basics").unwrap().completed, Consideration::IfNotSkipped);
    assert_eq!(considered("quiz"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_shared_where_nothing_waits() {
    let world = World::with_course().await;
    for format in EDITIONS {
        let package = world.publish("course", format).await.unwrap();
        assert_eq!(package.notices, Vec::<String>::new());
        let files = unpack(bytes(&package).await);
        let manifest = String::from_utf8(files["imsmanifest.xml"].clone()).unwrap();
        assert!(!manifest.contains("mapInfo"), "Moodle 4 imports no package with one");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scorm12_says_gates_as_prerequisites_and_names_the_rest() {
    let world = World::with_sequencing().await;
    let manifest = manifest(&world, Format::Scorm12).await;
    let id_of = |title: &str| item(&manifest, title).identifier.to_string();
    let prerequisites = |title: &str| item(&manifest, title).scorm12.prerequisites.clone();
    assert_eq!(prerequisites("intro"), None);
    assert_eq!(prerequisites("module"), None, "a heading has no status to wait with");
    assert_eq!(prerequisites("first"), Some(id_of("intro")));
    assert_eq!(prerequisites("second"), Some(format!("{}&{}", id_of("intro"), id_of("first"))));
    assert_eq!(prerequisites("final"), Some(id_of("pre")));
    let package = world.publish("course", Format::Scorm12).await.unwrap();
    let told = package.notices.join("\n");
    for named in ["cannot skip: “basics”", "no attempt limit: of “final”", "“pre”, “final” counts"]
    {
        assert!(told.contains(named), "{named}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cmi5_says_what_counts_and_names_the_rest() {
    let world = World::with_sequencing().await;
    let package = world.publish("course", Format::Cmi5).await.unwrap();
    let files = unpack(bytes(&package).await);
    assert!(!files.contains_key("imsmanifest.xml"));
    let reading = cmi5::read(&files["cmi5.xml"], &XmlLimits::default()).unwrap();
    assert_eq!(reading.notes, []);
    let paths: BTreeSet<_> = files.keys().cloned().collect();
    assert_eq!(cmi5::check(&reading.course, &paths), []);
    let units: BTreeMap<_, _> = reading
        .course
        .units()
        .into_iter()
        .map(|unit| (unit.title.0[0].text.clone(), unit))
        .collect();
    let moves = |title: &str| units[title].move_on;
    assert_eq!(moves("intro"), MoveOn::Completed);
    assert_eq!(moves("pre"), MoveOn::NotApplicable);
    assert_eq!(moves("final"), MoveOn::CompletedAndPassed);
    assert_eq!(units["final"].mastery_score.unwrap().to_string(), "0.5");
    assert_eq!(units["intro"].mastery_score, None);
    assert_eq!(reading.course.objectives.len(), 1);
    assert_eq!(units["pre"].objectives, [reading.course.objectives[0].id.clone()]);
    let told = package.notices.join("\n");
    for named in ["“basics”, “module”, “second”, “final” will be open", "of “final”", "is lost"]
    {
        assert!(told.contains(named), "{named}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn web_pages_have_contents_that_lead_to_every_lesson_and_record_nothing() {
    let world = World::with_sequencing().await;
    let package = world.publish("course", Format::Html).await.unwrap();
    let files = unpack(bytes(&package).await);
    let text = |path: &str| String::from_utf8(files[path].clone()).unwrap();
    let contents = text("index.html");
    assert!(contents.contains("<meta name=\"DCTERMS.title\" content=\"Course\">"));
    let lessons: Vec<_> = files.keys().filter(|path| path.starts_with("sco/")).collect();
    assert_eq!(lessons.len(), 7);
    for lesson in &lessons {
        assert!(contents.contains(&format!("<a href=\"{lesson}\">")), "{lesson}");
        let page = text(lesson);
        assert!(page.contains("<a rel=\"contents\" href=\"../index.html\">Course</a>"));
    }
    assert!(!files.keys().any(|path| path.ends_with(".xml") || path.ends_with(".xsd")));
    assert!(package.notices.join("\n").contains("record nothing"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_can_never_open_is_refused() {
    let world = World::with_sequencing().await;
    let mut course = World::sequenced_course();
    // Nothing in the lesson to read can be passed, and the test before is gone.
    course["placements"][3]["sequencing"]["requires"][0]["status"] = json!("passed");
    course["placements"].as_array_mut().unwrap().remove(1);
    course["placements"][1].as_object_mut().unwrap().remove("sequencing");
    world.save("course", course).await;
    let error = world.publish("course", Format::Scorm2004Fourth).await.unwrap_err();
    let found: Vec<_> =
        error.violation_list().iter().map(|v| (v.pointer.as_str(), v.rule.as_ref())).collect();
    assert_eq!(
        found,
        [
            ("lib/course/placements/2/sequencing/requires/0", "gate"),
            ("lib/course/placements/3/sequencing/requires/0", "gate"),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_conditions_drop_is_waited_for_by_nobody() {
    let world = World::with_sequencing().await;
    let mut course = World::sequenced_course();
    course["order"] = json!("linear");
    course["placements"][0]["when"] = json!({"audience": ["new"]});
    world.save("course", course).await;
    let manifest = manifest(&world, Format::Scorm2004Third).await;
    let open = |title: &str| depends_on(&manifest, title, PreAction::Disabled).is_empty();
    assert!(open("pre"), "it is the first now");
    assert!(!open("basics"));
}

/// All identifiers of a manifest, resources included.
fn identifiers(manifest: &Manifest) -> Vec<String> {
    let organization = manifest.organization().unwrap();
    let items = organization.all_items().map(|item| item.identifier.to_string());
    let resources = manifest.resources.iter().map(|resource| resource.identifier.to_string());
    [manifest.identifier.to_string(), organization.identifier.to_string()]
        .into_iter()
        .chain(items)
        .chain(resources)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn items_have_the_same_identifiers_in_every_format_and_manifests_their_own() {
    let world = World::with_sequencing().await;
    let mut manifests = BTreeSet::new();
    let mut items = BTreeSet::new();
    for format in EDITIONS.into_iter().chain([Format::Scorm12]) {
        let manifest = manifest(&world, format).await;
        manifests.insert(manifest.identifier.clone());
        let organization = manifest.organization().unwrap();
        items.insert(organization.all_items().map(|i| i.identifier.clone()).collect::<Vec<_>>());
    }
    assert_eq!((manifests.len(), items.len()), (4, 1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever order placements stand in and whatever is edited around them, what stays keeps its
    /// identifier, and no two are alike.
    #[test]
    fn identifiers_belong_to_placements(order in Just([0_u32, 1, 2, 3]).prop_shuffle(), kept in 1_usize..=4) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let world = World::with_sequencing().await;
            let components = ["intro", "quiz", "first", "quiz"];
            let course = |places: &[u32]| {
                let placed: Vec<_> = places
                    .iter()
                    .map(|n| json!({"id": id(400 + n), "component": components[*n as usize],
                        "overrides": {"title": format!("place {n}")}}))
                    .collect();
                json!({"title": "Course", "placements": placed})
            };
            world.save("course", course(&[0, 1, 2, 3])).await;
            let before = manifest(&world, Format::Scorm2004Fourth).await;
            world.save("course", course(&order[..kept])).await;
            let after = manifest(&world, Format::Scorm2004Fourth).await;
            for n in &order[..kept] {
                let title = format!("place {n}");
                assert_eq!(item(&before, &title).identifier, item(&after, &title).identifier);
                assert_eq!(item(&before, &title).identifierref, item(&after, &title).identifierref);
            }
            for manifest in [&before, &after] {
                let all = identifiers(manifest);
                assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:?}");
            }
        });
    }
}
