//! A course that is passed by a score has something to score.

use lcms_core::model::content::CompletionRule;

use super::{Rule, Subject};
use crate::fault::{Fault, Faults};
use crate::plan::Sco;

pub(super) const SCORED: Rule = Rule::new(
    "scored",
    "A course that is completed or passed by a score asks a question that counts.",
    |subject: &Subject<'_>, faults: &mut Faults| {
        let plan = subject.plan;
        let by_score = matches!(plan.completion.rule, CompletionRule::Score | CompletionRule::Both);
        let wanted = by_score || plan.completion.pass_mark.is_some();
        if wanted && !plan.scos.iter().any(may_score) {
            let message = "it is to be passed by a score, and no question of it counts: place one with points, \
                 or complete it by pages";
            faults.push(Fault::new(plan.root(), "/completion", "scored", message));
        }
    },
);

/// Imported content says nothing of its questions; what talks to the LMS may report a score.
fn may_score(sco: &Sco) -> bool {
    sco.has_scored_questions() || sco.package.as_ref().is_some_and(|package| package.tracked)
}
