//! Pages that were rendered before.
//!
//! What a document says follows from the SCO's plan, from what the whole package decides, from where its
//! files stand, and from what its links lead to. The first three make the name under which it is
//! remembered; its links are followed again, and if one leads elsewhere now the document is made anew.

use std::sync::Arc;

use lcms_core::model::{Digest, canonical_json};

use super::document::{beside, render_sco};
use super::embed::leads_to;
use super::{RenderedSco, ScoData};
use crate::cache::Cache;
use crate::credits;
use crate::fault::Fault;
use crate::plan::{Plan, Sco};
use crate::profile::Format;

/// What the whole package decides about its documents.
pub(crate) struct Decided(Digest);

impl Decided {
    /// What this plan decides.
    pub(crate) fn by(plan: &Plan<'_>) -> Self {
        let profile = &plan.profile;
        let decided = (
            "lcms-package-decides/1",
            (profile.format.as_str(), &profile.settings, plan.completion),
            (plan.language(), &plan.title, credits::are_due(plan)),
        );
        Self(Digest::of_document(&decided).0)
    }
}

/// The document of a SCO, by its number in the plan, as it was rendered before or made now.
///
/// # Errors
/// Every reason why one of its texts cannot be published.
pub(crate) fn rendered(
    plan: &Plan<'_>,
    number: usize,
    decided: &Decided,
    cache: &Cache,
) -> Result<Arc<RenderedSco>, Vec<Fault>> {
    let sco = &plan.scos[number];
    let name = sco.from.map(|from| name_of(plan, number, from, decided));
    if let Some(name) = &name
        && let Some(known) = cache.rendered(name)
        && known.leads_as_before(plan, sco)
    {
        return Ok(known);
    }
    let made = Arc::new(render_sco(plan, number)?);
    if let Some(name) = name {
        let weight = made.weight();
        cache.render(name, Arc::clone(&made), weight);
    }
    Ok(made)
}

/// Names what a SCO is rendered from, but for its links.
fn name_of(plan: &Plan<'_>, number: usize, from: Digest, decided: &Decided) -> Digest {
    let sco = &plan.scos[number];
    let (rule, mark) = plan.rules(sco);
    let attempts: Vec<_> = sco.assessments().map(|assessment| assessment.attempts).collect();
    let way = (plan.profile.format == Format::Html)
        .then(|| beside(plan, number).map(|sco| sco.map(|sco| (&sco.id, &sco.title))));
    let files: Vec<_> = sco.nodes.iter().map(|node| plan.assets.folder(*node)).collect();
    let made_from = ("lcms-known-page/1", from, decided.0, (&sco.id, &sco.title));
    Digest::of_document(&(made_from, (rule, mark, attempts), way, files)).0
}

impl RenderedSco {
    /// Whether every link leads to what it led to.
    fn leads_as_before(&self, plan: &Plan<'_>, sco: &Sco) -> bool {
        self.links.iter().all(|((component, block), before)| {
            leads_to(plan, sco, *component, block.as_deref()).is_ok_and(|link| link == *before)
        })
    }

    /// About how many bytes it takes.
    fn weight(&self) -> usize {
        // What is read in the document is there twice.
        self.page.len() + 3 * told(&self.data)
    }
}

/// How many bytes the player is told.
fn told(data: &ScoData) -> usize {
    canonical_json(data).len()
}
