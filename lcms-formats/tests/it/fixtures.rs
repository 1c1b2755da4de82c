//! Manifests that use every part of the types.

use lcms_formats::lom::{
    CatalogEntry, Classification, Difficulty, Duration, LangString, Lom, Purpose, Role, Status,
    Translation,
};
use lcms_formats::manifest::scorm2004::{
    ChildSet, Combination, CompletionThreshold, Condition, Consideration, ControlMode,
    DeliveryControls, Edition, LmsControl, Objective, ObjectiveMap, Objectives, PostAction,
    PreAction, RollupAction, RollupCondition, RollupConsiderations, RollupRule, RollupRules, Rule,
    RuleCondition, Rules, Sequencing, Share,
};
use lcms_formats::manifest::{
    Href, Identifier, Item, Manifest, Metadata, Organization, Resource, ScormType, Standard,
    TimeLimitAction, scorm12, scorm2004,
};

pub(crate) const FOURTH: Standard = Standard::Scorm2004(Edition::Fourth);

pub(crate) const STANDARDS: [Standard; 4] = [
    Standard::Scorm12,
    Standard::Scorm2004(Edition::Second),
    Standard::Scorm2004(Edition::Third),
    FOURTH,
];

pub(crate) fn id(text: &str) -> Identifier {
    text.parse().unwrap()
}

/// A small course in the given standard that says everything the standard can say.
pub(crate) fn course(standard: Standard) -> Manifest {
    let mut manifest = Manifest::new(standard, id("course-0190a7b2"));
    manifest.version = Some("7".into());
    manifest.metadata.lom = Some(record());
    let mut organization =
        Organization::new(id("org-0190a7b2"), "Installing & configuring <Orbit>");
    organization.structure = Some("hierarchical".into());
    organization.items = vec![module(standard)];
    if standard != Standard::Scorm12 {
        organization.scorm2004 = scorm2004::OrganizationRules {
            objectives_global_to_system: Some(false),
            sequencing: Sequencing {
                control_mode: Some(ControlMode { flow: true, ..ControlMode::default() }),
                ..Sequencing::default()
            },
        };
    }
    manifest.default_organization = Some(organization.identifier.clone());
    manifest.organizations = vec![organization];
    manifest.resources = resources();
    manifest
}

fn module(standard: Standard) -> Item {
    let mut module = Item::new(id("module-1"), "Getting started");
    let mut lesson = Item::new(id("lesson-1"), "Install — für alle");
    lesson.identifierref = Some(id("sco-1"));
    lesson.parameters = Some("?from=toc&lang=de".into());
    let mut test = Item::new(id("lesson-2"), "Check yourself");
    test.identifierref = Some(id("sco-2"));
    test.isvisible = false;
    match standard {
        Standard::Scorm12 => test.scorm12 = rules_of_scorm12(),
        Standard::Scorm2004(edition) => test.scorm2004 = rules_of_scorm2004(edition),
    }
    module.children = vec![lesson, test];
    module
}

fn rules_of_scorm12() -> scorm12::ItemRules {
    scorm12::ItemRules {
        prerequisites: Some("lesson-1".into()),
        max_time_allowed: Some("00:45:00".parse().unwrap()),
        time_limit_action: Some(TimeLimitAction::ContinueMessage),
        data_from_lms: Some("{\"attempts\":2}".into()),
        mastery_score: Some("80".parse().unwrap()),
    }
}

fn rules_of_scorm2004(edition: Edition) -> scorm2004::ItemRules {
    let fourth = edition == Edition::Fourth;
    scorm2004::ItemRules {
        time_limit_action: Some(TimeLimitAction::ExitNoMessage),
        data_from_lms: Some("{\"attempts\":2}".into()),
        completion_threshold: Some(CompletionThreshold {
            completed_by_measure: true,
            min_progress_measure: "0.9".parse().unwrap(),
            progress_weight: if fourth { "0.5" } else { "1" }.parse().unwrap(),
        }),
        sequencing: Sequencing {
            control_mode: None,
            rules: rules(),
            attempt_limit: Some(3),
            rollup: Some(RollupRules {
                weight: "0.25".parse().unwrap(),
                rules: vec![RollupRule {
                    children: ChildSet::AtLeastCount,
                    minimum_count: 2,
                    minimum_percent: Share::ZERO,
                    combination: Combination::Any,
                    conditions: vec![(true, RollupCondition::Completed)],
                    action: RollupAction::Incomplete,
                }],
                ..RollupRules::default()
            }),
            rollup_considerations: Some(RollupConsiderations {
                completed: Consideration::IfNotSkipped,
                ..RollupConsiderations::default()
            }),
            objectives: Some(Objectives {
                primary: Objective {
                    id: Some("passed".into()),
                    satisfied_by_measure: true,
                    min_normalized_measure: Some("0.8".parse().unwrap()),
                    maps: vec![ObjectiveMap::writing("shared-test")],
                },
                others: vec![Objective {
                    id: Some("objective-install".into()),
                    maps: vec![ObjectiveMap::reading("shared-install")],
                    ..Objective::default()
                }],
            }),
            delivery_controls: Some(DeliveryControls {
                tracked: true,
                completion_set_by_content: true,
                objective_set_by_content: true,
            }),
        },
        hide_lms_ui: vec![LmsControl::Continue, LmsControl::Previous],
    }
}

fn rules() -> Rules {
    let install = || Condition::new(RuleCondition::Satisfied).of("objective-install");
    Rules {
        pre: vec![Rule {
            combination: Combination::Any,
            conditions: vec![
                install().unless(),
                Condition {
                    threshold: Some("0.5".parse().unwrap()),
                    ..Condition::new(RuleCondition::ObjectiveMeasureLessThan)
                },
            ],
            action: PreAction::Disabled,
        }],
        exit: Vec::new(),
        post: vec![Rule {
            combination: Combination::All,
            conditions: vec![install()],
            action: PostAction::ExitAll,
        }],
    }
}

fn resources() -> Vec<Resource> {
    let mut first = Resource::new(id("sco-1"), ScormType::Sco);
    first.href = Some(Href::local("lesson-1/index.html"));
    first.files = vec!["lesson-1/index.html".into(), "lesson-1/größe 1 [neu].png".into()];
    first.dependencies = vec![id("player")];
    first.metadata.location = Some(Href::local("lesson-1/metadata.xml"));
    let mut second = Resource::new(id("sco-2"), ScormType::Sco);
    second.base = Some(Href::local("lesson-2/"));
    second.href = Some(Href::Local { path: "index.html".into(), suffix: "?quiz=1#top".into() });
    second.files = vec!["index.html".into()];
    second.dependencies = vec![id("player")];
    let mut player = Resource::new(id("player"), ScormType::Asset);
    player.files = vec!["player/player.css".into(), "player/player.js".into()];
    player.metadata = Metadata { lom: Some(Lom::default()), location: None };
    vec![first, second, player]
}

/// A record that uses every category.
pub(crate) fn record() -> Lom {
    let text = |text: &str| LangString::new("en".parse().ok(), text);
    let mut lom = Lom::default();
    lom.general.identifiers = vec![CatalogEntry {
        catalog: "URI".into(),
        entry: "urn:uuid:0190a7b2-0000-7000-8000-000000000001".into(),
    }];
    lom.general.title = Some(LangString(vec![
        Translation { language: "en".parse().ok(), text: "Installing Orbit".into() },
        Translation { language: "de-DE".parse().ok(), text: "Orbit einrichten".into() },
    ]));
    lom.general.languages = vec!["en".parse().unwrap()];
    lom.general.descriptions = vec![LangString::new(None, "From download to first sign-in.")];
    lom.general.keywords = vec![text("install"), text("configure")];
    lom.general.coverage = vec![text("version 4")];
    lom.life_cycle.version = Some(text("7"));
    lom.life_cycle.status = Some(Status::Final);
    lom.technical.formats = vec!["text/html".into(), "image/svg+xml".into()];
    lom.technical.size = Some(123_456);
    lom.technical.locations = vec!["lesson-1/index.html".into()];
    lom.technical.duration = Some(Duration::from_seconds(90));
    lom.educational.intended_end_user_roles = vec![Role::Learner, Role::Manager];
    lom.educational.difficulty = Some(Difficulty::VeryEasy);
    lom.educational.typical_learning_time = Some(Duration::from_seconds(5400));
    lom.rights.cost = Some(false);
    lom.rights.copyright_and_other_restrictions = Some(true);
    lom.rights.description = Some(text("CC BY 4.0"));
    lom.classifications = vec![Classification {
        purpose: Some(Purpose::EducationalObjective),
        description: Some(text("Can install the module without help")),
        keywords: vec![text("installation")],
    }];
    lom
}

/// The files that [`course`] names.
pub(crate) fn course_files() -> std::collections::BTreeSet<String> {
    [
        "lesson-1/index.html",
        "lesson-1/größe 1 [neu].png",
        "lesson-1/metadata.xml",
        "lesson-2/index.html",
        "player/player.css",
        "player/player.js",
    ]
    .map(String::from)
    .into()
}
