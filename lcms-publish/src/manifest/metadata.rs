//! Metadata documents as LOM records.

use lcms_core::model::{Metadata, SlotRole, metadata as model};
use lcms_core::service::FrozenNode;
use lcms_formats::lom::{
    Classification, Difficulty, Duration, LangString, Language, Lom, Purpose, Role,
};

use crate::plan::{Plan, Sco};

/// The record of a whole package.
pub(super) fn of_course(plan: &Plan<'_>) -> Lom {
    record(plan, plan.root(), &plan.title, plan.summary.as_deref())
}

/// The record of one SCO.
pub(super) fn of_sco(plan: &Plan<'_>, sco: &Sco) -> Lom {
    record(plan, plan.node(sco.node), &sco.title, sco.summary.as_deref())
}

fn record(plan: &Plan<'_>, node: &FrozenNode, title: &str, description: Option<&str>) -> Lom {
    let language: Option<Language> = plan.release.release.language.as_str().parse().ok();
    let text = |text: &str| LangString::new(language.clone(), text);
    let Metadata { tags, keywords, difficulty, duration_minutes, licence, attribution, .. } =
        &node.metadata;

    let mut lom = Lom::default();
    lom.general.title = Some(text(title));
    lom.general.languages.extend(language.clone());
    lom.general.descriptions.extend(description.map(text));
    lom.general.keywords = keywords.iter().chain(tags).map(|keyword| text(keyword)).collect();
    lom.educational.intended_end_user_roles.push(Role::Learner);
    lom.educational.difficulty = difficulty.map(lom_difficulty);
    lom.educational.typical_learning_time =
        duration_minutes.map(|minutes| Duration::from_seconds(u64::from(minutes) * 60));
    let rights: Vec<_> = [licence, attribution].into_iter().flatten().map(String::as_str).collect();
    if !rights.is_empty() {
        lom.rights.copyright_and_other_restrictions = Some(true);
        lom.rights.description = Some(text(&rights.join(". ")));
    }
    lom.classifications = objectives(plan, node)
        .map(|statement| Classification {
            purpose: Some(Purpose::EducationalObjective),
            description: Some(text(statement)),
            keywords: Vec::new(),
        })
        .collect();
    lom
}

/// The statements of the objectives a component serves.
fn objectives<'p>(plan: &'p Plan<'_>, node: &'p FrozenNode) -> impl Iterator<Item = &'p str> {
    let slots = node
        .slots
        .iter()
        .filter(|slot| slot.role == SlotRole::Objective && plan.profile.keeps(&slot.conditions));
    slots.filter_map(|slot| plan.objective(slot.node))
}

fn lom_difficulty(difficulty: model::Difficulty) -> Difficulty {
    match difficulty {
        model::Difficulty::VeryEasy => Difficulty::VeryEasy,
        model::Difficulty::Easy => Difficulty::Easy,
        model::Difficulty::Medium => Difficulty::Medium,
        model::Difficulty::Difficult => Difficulty::Difficult,
        model::Difficulty::VeryDifficult => Difficulty::VeryDifficult,
    }
}
