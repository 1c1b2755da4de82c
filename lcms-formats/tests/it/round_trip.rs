//! What is written reads back as it was, and reading survives whatever it is given.

use lcms_formats::lom::{
    Classification, Difficulty, Duration, LangString, Lom, Purpose, Role, Status,
};
use lcms_formats::manifest::scorm2004::{
    ChildSet, Combination, CompletionThreshold, Condition, Consideration, ControlMode,
    DeliveryControls, Edition, ExitAction, LmsControl, Objective, ObjectiveMap, Objectives,
    PostAction, PreAction, RollupAction, RollupCondition, RollupConsiderations, RollupRule,
    RollupRules, Rule, RuleCondition, Rules, Sequencing, Share,
};
use lcms_formats::manifest::{
    Href, Identifier, Item, Manifest, Metadata, NoteKind, Organization, ReadError, Resource,
    ScormType, Standard, TimeLimitAction, read, scorm12, scorm2004, write,
};
use lcms_formats::{XmlErrorKind, XmlLimits};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::fixtures::{FOURTH, STANDARDS, course};

/// Text without white space around it, which reading takes off.
fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9<>&\"'äß日🎓\\[\\]]([ \t\n\ra-z<>&%\"'äß日🎓]{0,8}[a-z>&;é])?"
}

fn path() -> impl Strategy<Value = String> {
    "[a-z %ä\\[\\]?#:&]{1,6}(/[a-zA-Z0-9 日.]{1,5}){0,2}\\.html"
}

fn language() -> impl Strategy<Value = Option<lcms_formats::lom::Language>> {
    option::of(select(vec!["en", "de-DE", "x-none"]).prop_map(|tag| tag.parse().unwrap()))
}

fn lang_string() -> impl Strategy<Value = LangString> {
    (language(), text()).prop_map(|(language, text)| LangString::new(language, text))
}

fn duration() -> impl Strategy<Value = Option<Duration>> {
    option::of((0_u64..100_000).prop_map(Duration::from_seconds))
}

fn lom() -> impl Strategy<Value = Lom> {
    let general = (option::of(lang_string()), vec(lang_string(), 0..3), vec(lang_string(), 0..2));
    let technical = (vec(text(), 0..2), option::of(0_u64..2_000_000_000), duration());
    let educational = (
        vec(select(Role::ALL), 0..3),
        option::of(select(Difficulty::ALL)),
        duration(),
        option::of(select(Status::ALL)),
    );
    let rights = (option::of(any::<bool>()), option::of(any::<bool>()), option::of(lang_string()));
    let classification = (option::of(select(Purpose::ALL)), option::of(lang_string()));
    (general, technical, educational, rights, vec(classification, 0..2)).prop_map(
        |(general, technical, educational, rights, classifications)| {
            let mut lom = Lom::default();
            (lom.general.title, lom.general.keywords, lom.general.descriptions) = general;
            (lom.technical.formats, lom.technical.size, lom.technical.duration) = technical;
            let (roles, difficulty, time, status) = educational;
            lom.educational.intended_end_user_roles = roles;
            lom.educational.difficulty = difficulty;
            lom.educational.typical_learning_time = time;
            lom.life_cycle.status = status;
            (
                lom.rights.cost,
                lom.rights.copyright_and_other_restrictions,
                lom.rights.description,
            ) = rights;
            lom.classifications = classifications
                .into_iter()
                .map(|(purpose, description)| Classification {
                    purpose,
                    description,
                    keywords: Vec::new(),
                })
                .collect();
            lom
        },
    )
}

fn metadata() -> impl Strategy<Value = Metadata> {
    (option::weighted(0.3, lom()), option::weighted(0.2, path().prop_map(Href::local)))
        .prop_map(|(lom, location)| Metadata { lom, location })
}

fn action() -> impl Strategy<Value = Option<TimeLimitAction>> {
    option::of(select(vec![
        TimeLimitAction::ExitMessage,
        TimeLimitAction::ExitNoMessage,
        TimeLimitAction::ContinueMessage,
        TimeLimitAction::ContinueNoMessage,
    ]))
}

fn rules_of_scorm12() -> impl Strategy<Value = scorm12::ItemRules> {
    (option::of(text()), option::of(0_i64..=1_000_000), option::of(text()), action()).prop_map(
        |(prerequisites, score, data_from_lms, time_limit_action)| scorm12::ItemRules {
            prerequisites,
            max_time_allowed: Some("01:30:00.5".parse().unwrap()),
            time_limit_action,
            data_from_lms,
            mastery_score: score.map(|s| scorm12::MasteryScore::from_ten_thousandths(s).unwrap()),
        },
    )
}

fn objective(id: Option<String>) -> impl Strategy<Value = Objective> {
    let parts = (any::<bool>(), option::of(-10_000_i64..=10_000), vec(any::<[bool; 4]>(), 0..3));
    parts.prop_map(move |(by_measure, measure, maps)| {
        // No two objectives of an activity write to one shared objective.
        let prefix = id.clone().unwrap_or_else(|| "primary".into());
        let map = |(n, flags): (usize, [bool; 4])| ObjectiveMap {
            target: format!("{prefix}-{n}"),
            read_satisfied: flags[0],
            read_measure: flags[1],
            write_satisfied: flags[2],
            write_measure: flags[3],
        };
        Objective {
            maps: maps.into_iter().enumerate().map(map).collect(),
            id: id.clone(),
            satisfied_by_measure: by_measure,
            min_normalized_measure: measure
                .map(|m| scorm2004::NormalizedMeasure::from_ten_thousandths(m).unwrap()),
        }
    })
}

fn sequencing() -> impl Strategy<Value = Sequencing> {
    let modes = any::<[bool; 6]>().prop_map(|flags| ControlMode {
        choice: flags[0],
        choice_exit: flags[1],
        flow: flags[2],
        forward_only: flags[3],
        use_current_attempt_objective_info: flags[4],
        use_current_attempt_progress_info: flags[5],
    });
    let controls = any::<[bool; 3]>().prop_map(|flags| DeliveryControls {
        tracked: flags[0],
        completion_set_by_content: flags[1],
        objective_set_by_content: flags[2],
    });
    let objectives = (objective(None), option::of(objective(Some("goal-1".into()))))
        .prop_map(|(primary, others)| Objectives { primary, others: Vec::from_iter(others) });
    let more = (rules(), option::of(0_u32..9), option::of(rollup()), option::of(considerations()));
    (option::of(modes), option::of(objectives), option::of(controls), more).prop_map(
        |(control_mode, objectives, delivery_controls, more)| {
            let (rules, attempt_limit, rollup, rollup_considerations) = more;
            Sequencing {
                control_mode,
                rules,
                attempt_limit,
                rollup,
                objectives,
                delivery_controls,
                rollup_considerations,
            }
        },
    )
}

fn combination() -> impl Strategy<Value = Combination> {
    select(Combination::ALL)
}

fn rule<A: Clone + std::fmt::Debug + 'static>(
    actions: &'static [A],
) -> impl Strategy<Value = Rule<A>> {
    let condition = (any::<bool>(), option::of(-10_000_i64..=10_000), select(RuleCondition::ALL));
    let condition = condition.prop_map(|(negated, threshold, condition)| Condition {
        objective: None,
        threshold: threshold
            .map(|t| scorm2004::NormalizedMeasure::from_ten_thousandths(t).unwrap()),
        negated,
        condition,
    });
    (combination(), vec(condition, 1..3), select(actions))
        .prop_map(|(combination, conditions, action)| Rule { combination, conditions, action })
}

fn rules() -> impl Strategy<Value = Rules> {
    let pre = vec(rule(PreAction::ALL), 0..2);
    let (exit, post) = (vec(rule(ExitAction::ALL), 0..2), vec(rule(PostAction::ALL), 0..2));
    (pre, exit, post).prop_map(|(pre, exit, post)| Rules { pre, exit, post })
}

fn share() -> impl Strategy<Value = Share> {
    (0_i64..=10_000).prop_map(|value| Share::from_ten_thousandths(value).unwrap())
}

fn rollup() -> impl Strategy<Value = RollupRules> {
    let conditions = vec((any::<bool>(), select(RollupCondition::ALL)), 1..3);
    let parts = (select(ChildSet::ALL), 0_u32..9, share(), combination(), conditions);
    let rule = (parts, select(RollupAction::ALL)).prop_map(|(parts, action)| {
        let (children, minimum_count, minimum_percent, combination, conditions) = parts;
        RollupRule { children, minimum_count, minimum_percent, combination, conditions, action }
    });
    (any::<[bool; 2]>(), share(), vec(rule, 0..2)).prop_map(
        |([satisfied, completion], weight, rules)| RollupRules {
            satisfied,
            completion,
            weight,
            rules,
        },
    )
}

fn considerations() -> impl Strategy<Value = RollupConsiderations> {
    let each = || select(Consideration::ALL);
    (each(), each(), each(), each(), any::<bool>()).prop_map(
        |(satisfied, not_satisfied, completed, incomplete, active)| RollupConsiderations {
            satisfied,
            not_satisfied,
            completed,
            incomplete,
            measure_satisfaction_if_active: active,
        },
    )
}

fn rules_of_scorm2004(edition: Edition) -> impl Strategy<Value = scorm2004::ItemRules> {
    let one = scorm2004::ProgressMeasure::from_ten_thousandths(10_000).unwrap();
    let threshold =
        (any::<bool>(), 0_i64..=10_000, 0_i64..=10_000).prop_map(move |(by, min, weight)| {
            let measure = |m| scorm2004::ProgressMeasure::from_ten_thousandths(m).unwrap();
            let fourth = edition == Edition::Fourth;
            CompletionThreshold {
                completed_by_measure: by || !fourth,
                min_progress_measure: measure(min),
                progress_weight: if fourth { measure(weight) } else { one },
            }
        });
    let controls = LmsControl::ALL.into_iter().filter(|c| c.is_in(edition)).collect::<Vec<_>>();
    (action(), option::of(text()), option::of(threshold), sequencing(), vec(select(controls), 0..3))
        .prop_map(
            |(time_limit_action, data_from_lms, completion_threshold, sequencing, hide_lms_ui)| {
                scorm2004::ItemRules {
                    time_limit_action,
                    data_from_lms,
                    completion_threshold,
                    sequencing,
                    hide_lms_ui,
                }
            },
        )
}

/// An item without identifiers; [`manifest`] gives each its own.
fn item(standard: Standard) -> impl Strategy<Value = Item> {
    let rules = match standard {
        Standard::Scorm12 => {
            rules_of_scorm12().prop_map(|rules| (rules, scorm2004::ItemRules::default())).boxed()
        }
        Standard::Scorm2004(edition) => rules_of_scorm2004(edition)
            .prop_map(|rules| (scorm12::ItemRules::default(), rules))
            .boxed(),
    };
    (text(), option::of(text()), any::<bool>(), metadata(), rules).prop_map(
        |(title, parameters, isvisible, metadata, (scorm12, scorm2004))| Item {
            parameters,
            isvisible,
            metadata,
            scorm12,
            scorm2004,
            ..Item::new("item".parse().unwrap(), title)
        },
    )
}

fn resource() -> impl Strategy<Value = Resource> {
    (any::<bool>(), path(), any::<bool>(), metadata()).prop_map(
        |(is_sco, path, has_base, metadata)| {
            let kind = if is_sco { ScormType::Sco } else { ScormType::Asset };
            let mut resource = Resource::new("resource".parse().unwrap(), kind);
            resource.href = Some(Href::Local { path: path.clone(), suffix: "?a=%20b#c".into() });
            resource.files =
                vec![Href::local(path), Href::Remote("https://example.org/x y".into())];
            resource.base = has_base.then(|| Href::local("größe/"));
            resource.metadata = metadata;
            resource
        },
    )
}

pub(crate) fn manifest() -> impl Strategy<Value = Manifest> {
    select(STANDARDS.to_vec()).prop_flat_map(|standard| {
        let global = match standard {
            Standard::Scorm12 => Just((None, Sequencing::default())).boxed(),
            Standard::Scorm2004(_) => (option::of(any::<bool>()), sequencing()).boxed(),
        };
        let organization = (text(), vec(vec(item(standard), 1..3), 1..3), metadata(), global);
        (option::of("[a-z0-9. ]{0,19}[a-z]"), metadata(), organization, vec(resource(), 1..4))
            .prop_map(
                move |(
                    version,
                    metadata,
                    (title, groups, organization_metadata, global),
                    resources,
                )| {
                    let id =
                        |kind: &str, n: usize| format!("{kind}-{n}").parse::<Identifier>().unwrap();
                    let mut manifest = Manifest::new(standard, id("manifest", 0));
                    manifest.version = version;
                    manifest.metadata = metadata;
                    manifest.base = Some(Href::local("content/"));
                    manifest.resources = resources;
                    for (n, resource) in manifest.resources.iter_mut().enumerate() {
                        resource.identifier = id("resource", n);
                        resource.dependencies = vec![id("resource", 0)];
                    }
                    let mut organization = Organization::new(id("organization", 0), title);
                    organization.metadata = organization_metadata;
                    organization.scorm2004.objectives_global_to_system = global.0;
                    organization.scorm2004.sequencing = global.1;
                    for (g, group) in groups.into_iter().enumerate() {
                        let mut parent = Item::new(id("group", g), "Group");
                        for (n, mut item) in group.into_iter().enumerate() {
                            item.identifier = id("item", g * 100 + n);
                            item.identifierref = Some(id("resource", 0));
                            parent.children.push(item);
                        }
                        organization.items.push(parent);
                    }
                    manifest.default_organization = Some(organization.identifier.clone());
                    manifest.organizations = vec![organization];
                    manifest
                },
            )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_written_manifest_reads_back_the_same(manifest in manifest()) {
        let written = write(&manifest).map_err(|faults| TestCaseError::fail(faults.to_string()))?;
        let reading = read(written.as_bytes(), &XmlLimits::default()).unwrap();
        prop_assert_eq!(&reading.manifest, &manifest);
        prop_assert_eq!(reading.notes, vec![]);
        prop_assert_eq!(write(&reading.manifest).unwrap(), written);
    }

    #[test]
    fn reading_damaged_manifests_never_panics(at in 0_usize..6000, with in any::<[u8; 3]>(), cut in any::<bool>()) {
        let mut bytes = write(&course(FOURTH)).unwrap().into_bytes();
        let at = at % (bytes.len() - 3);
        bytes[at..at + 3].copy_from_slice(&with);
        if cut {
            bytes.truncate(at + 3);
        }
        let _either = read(&bytes, &XmlLimits::default());
    }
}

#[test]
fn unknown_parts_are_skipped_and_listed_with_their_place() {
    let written = write(&course(FOURTH)).unwrap();
    let extended = written
        .replacen("<imsss:objectives>", "<imsss:randomizationControls/>\n<imsss:objectives>", 1)
        .replacen("<file ", "<file x=\"1\" ", 1);
    let reading = read(extended.as_bytes(), &XmlLimits::default()).unwrap();
    assert_eq!(reading.manifest, course(FOURTH));
    let notes: Vec<String> = reading.notes.iter().map(ToString::to_string).collect();
    let line_of = |text: &str| 1 + extended[..extended.find(text).unwrap()].matches('\n').count();
    assert_eq!(
        notes,
        [
            format!(
                "line {}, column 13: skipped <imsss:randomizationControls>",
                line_of("<imsss:randomizationControls/>")
            ),
            format!("line {}, column 7: skipped the attribute x of <file>", line_of("<file x=")),
        ]
    );
}

#[test]
fn identifiers_of_other_tools_are_repaired_together_with_their_references() {
    let written = write(&course(Standard::Scorm12)).unwrap().replace("sco-1", "1,sco");
    let reading = read(written.as_bytes(), &XmlLimits::default()).unwrap();
    let sco = "_x0031__x002C_sco".parse::<Identifier>().unwrap();
    assert!(reading.manifest.resource(&sco).is_some());
    let lesson = &reading.manifest.organizations[0].items[0].children[0];
    assert_eq!(lesson.identifierref, Some(sco));
    assert!(matches!(&reading.notes[..], [a, b]
        if matches!(a.kind, NoteKind::RepairedIdentifier { .. })
        && matches!(b.kind, NoteKind::RepairedIdentifier { .. })));
}

#[test]
fn values_out_of_their_space_are_left_out_and_listed() {
    let written = write(&course(Standard::Scorm12)).unwrap().replace(">80<", ">a lot<");
    let reading = read(written.as_bytes(), &XmlLimits::default()).unwrap();
    let test = &reading.manifest.organizations[0].items[0].children[1];
    assert_eq!(test.scorm12.mastery_score, None);
    assert_eq!(
        reading.notes[0].kind,
        NoteKind::InvalidValue { name: "adlcp:masteryscore".into(), value: "a lot".into() }
    );
}

#[test]
fn a_wrong_schemaversion_is_read_by_namespace_and_reported() {
    let written = write(&course(FOURTH)).unwrap().replace("2004 4th Edition", "2004 4th edition");
    let reading = read(written.as_bytes(), &XmlLimits::default()).unwrap();
    assert_eq!(reading.manifest.standard, FOURTH);
    let written = Some("2004 4th edition".into());
    assert_eq!(reading.notes[0].kind, NoteKind::UnknownSchemaVersion { written });
}

#[test]
fn what_is_no_scorm_manifest_is_refused_by_name() {
    let fails = |text: &str| read(text.as_bytes(), &XmlLimits::default()).unwrap_err().to_string();
    assert_eq!(
        fails(
            "<courseStructure xmlns='https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd'/>"
        ),
        "line 1, column 1: the root element is <courseStructure>, not <manifest>"
    );
    assert_eq!(
        fails("<manifest xmlns='http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1'/>"),
        "line 1, column 1: neither SCORM 1.2 nor SCORM 2004: the namespace is \"http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1\""
    );
    let namespace = "http://www.imsglobal.org/xsd/imscp_v1p1";
    assert_eq!(
        fails(&format!(
            "<manifest xmlns='{namespace}'>\n<metadata><schema>QTIv2.1 Package</schema></metadata></manifest>"
        )),
        "line 2, column 11: neither SCORM 1.2 nor SCORM 2004: the schema is \"QTIv2.1 Package\""
    );
    assert_eq!(
        fails(&format!("<manifest xmlns='{namespace}'/>")),
        "line 1, column 1: <manifest> has no identifier"
    );
    assert_eq!(
        fails(&format!("<manifest identifier='m' xmlns='{namespace}'><organizations/></manifest>")),
        "line 1, column 1: <manifest> has no <resources>"
    );
}

#[test]
fn a_document_over_the_limit_is_refused_unread() {
    let limits = XmlLimits { bytes: 10, ..XmlLimits::default() };
    let error = read(b"<manifest/>", &limits).unwrap_err();
    assert!(matches!(error, ReadError::Xml(error)
        if error.kind == XmlErrorKind::TooLong { found: 11, limit: 10 }));
}

#[test]
fn every_encoding_in_the_wild_gives_the_same_manifest() {
    let text = write(&course(FOURTH)).unwrap();
    let utf16: Vec<u8> =
        text.replace("UTF-8", "UTF-16").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [
        [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat(),
        [b"\xFF\xFE".as_slice(), &utf16].concat(),
    ] {
        assert_eq!(read(&bytes, &XmlLimits::default()).unwrap().manifest, course(FOURTH));
    }
}
