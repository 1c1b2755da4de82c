//! What a learner leaves behind fits into what an LMS keeps.

use super::{Rule, Subject};
use crate::fault::{Fault, Faults};
use crate::profile::Format;
use crate::render::ScoData;

/// Most characters that an LMS keeps: of suspend data, and of a location. The standards call these
/// the smallest permitted maxima.
fn limits(format: Format) -> (usize, usize) {
    match format {
        // Run-time environment 1.2, 3.4.2: CMIString4096 and CMIString255.
        Format::Scorm12 => (4096, 255),
        // Run-time environment of the 2nd edition; the 3rd raised suspend data to 64 000.
        Format::Scorm2004Second => (4000, 1000),
        Format::Scorm2004Third | Format::Scorm2004Fourth => (64_000, 1000),
        // State of any size, or none.
        Format::Cmi5 | Format::Html => (usize::MAX, usize::MAX),
    }
}

pub(super) const SUSPEND_DATA: Rule = Rule::new(
    "suspend_data",
    "Pages done and scores of a SCO fit into the suspend data that the format allows.",
    |subject: &Subject<'_>, faults: &mut Faults| {
        let plan = subject.plan;
        let (limit, _) = limits(plan.profile.format);
        let made_here = plan.scos.iter().filter(|sco| sco.package.is_none());
        for (sco, data) in made_here.zip(subject.scos) {
            let needed = least(data);
            if needed > limit {
                let message = format!(
                    "with all pages seen and all questions answered it needs {needed} characters of suspend \
                     data, {} keeps {limit}; divide it, or publish each lesson or page as a SCO",
                    plan.profile.format
                );
                faults.push(Fault::new(plan.node(sco.node), "", "suspend_data", message));
            }
        }
    },
);

pub(super) const LOCATION: Rule = Rule::new(
    "location",
    "The place where a learner left fits into the location that the format allows.",
    |subject: &Subject<'_>, faults: &mut Faults| {
        let plan = subject.plan;
        let (_, limit) = limits(plan.profile.format);
        for sco in &plan.scos {
            for page in sco.pages.iter().filter(|page| page.id.len() > limit) {
                let message =
                    format!("the page's id `{}` is longer than {limit} characters", page.id);
                faults.push(Fault::new(plan.node(page.node), "", "location", message));
            }
        }
    },
)
.strict();

/// The shortest text in which the player writes a finished SCO (`player/attempt.js`): it leaves out
/// typed texts, chosen answers and fingerprints first, and never pages done or scores.
fn least(data: &ScoData) -> usize {
    const ID: usize = 6;
    // Version, seed and flags with their bars; the two bars after pages and answers.
    const FRAME: usize = "1|zzzzzz|cpn|".len() + "||".len();
    // A score of four decimals, attempts and the dots: `7ps.12.;`.
    const ANSWER: usize = ID + "7ps.zz.;".len();
    // Submitted, open, earned and total weights: `zz.1.zzzzz.zzzzz;`.
    const SITTING: usize = ID + "zz.1.zzzzz.zzzzz;".len();
    let (pages, questions, assessments) = data.counts();
    FRAME + pages * ID + questions * ANSWER + assessments * SITTING
}
