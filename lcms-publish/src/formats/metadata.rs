//! Metadata documents as LOM records.

use lcms_core::model::{Content, Metadata, SlotRole, metadata as model};
use lcms_core::service::FrozenNode;
use lcms_formats::lom::{
    Classification, Difficulty, Duration, LangString, Language, Lom, Purpose, Role,
};

use crate::plan::{OutlineItem, Plan, Sco};

/// The record of a whole package.
pub(super) fn of_course(plan: &Plan<'_>) -> Lom {
    record(plan, plan.root(), &plan.title, plan.summary.as_deref())
}

/// The record of one SCO.
pub(super) fn of_sco(plan: &Plan<'_>, sco: &Sco) -> Lom {
    record(plan, plan.node(sco.node), &sco.title, sco.summary.as_deref())
}

/// The record of a heading: a module, or a lesson whose pages are SCOs.
pub(super) fn of_heading(plan: &Plan<'_>, item: &OutlineItem) -> Lom {
    let node = plan.node(item.node);
    let description = node.metadata.description.as_deref().or(node.content.summary());
    record(plan, node, &item.title, description)
}

/// The record of an asset, by its node; `None` for what is none.
pub(super) fn of_asset(plan: &Plan<'_>, index: usize) -> Option<Lom> {
    let node = plan.node(index);
    let Content::Asset(asset) = &node.content else { return None };
    let words = plan.words(index)?;
    let said = node.metadata.description.as_deref();
    let description = said.or(words.alt.as_deref()).filter(|text| !text.is_empty());
    let mut lom = record(plan, node, &words.title, description);
    lom.educational.intended_end_user_roles.clear();
    lom.technical.formats.push(asset.media_type.clone());
    lom.technical.size = Some(asset.size);
    lom.technical.locations.push(plan.assets.file(index, asset));
    Some(lom)
}

/// The course's record as Dublin Core terms, each with a value.
pub(super) fn dublin_core(plan: &Plan<'_>) -> Vec<(&'static str, String)> {
    let root = plan.root();
    let Metadata { tags, keywords, audience, licence, attribution, .. } = &root.metadata;
    let mut terms = vec![
        ("DCTERMS.title", plan.title.clone()),
        ("DCTERMS.language", plan.language().to_owned()),
        ("DCTERMS.type", "InteractiveResource".to_owned()),
        ("DCTERMS.format", "text/html".to_owned()),
        ("DCTERMS.identifier", format!("urn:uuid:{}", root.component)),
    ];
    terms.extend(plan.summary.iter().map(|summary| ("DCTERMS.description", summary.clone())));
    terms.extend(keywords.iter().chain(tags).map(|keyword| ("DCTERMS.subject", keyword.clone())));
    terms.extend(audience.iter().map(|audience| ("DCTERMS.audience", audience.clone())));
    terms.extend(licence.iter().map(|licence| ("DCTERMS.license", licence.clone())));
    terms.extend(attribution.iter().map(|holder| ("DCTERMS.rights", holder.clone())));
    terms
}

fn record(plan: &Plan<'_>, node: &FrozenNode, title: &str, description: Option<&str>) -> Lom {
    let language: Option<Language> = plan.language().parse().ok();
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
