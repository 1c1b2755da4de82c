//! SCORM 2004: free navigation, the SCO's own word on completion, the score on success.

use lcms_formats::manifest::Decimal;
use lcms_formats::manifest::scorm2004::{
    ControlMode, DeliveryControls, ItemRules, Objective, Objectives, OrganizationRules, Sequencing,
};

use crate::plan::{Plan, Sco};

/// The learner chooses freely and may also go on from one item to the next.
fn free() -> Sequencing {
    let control_mode = ControlMode { choice: true, flow: true, ..ControlMode::default() };
    Sequencing { control_mode: Some(control_mode), ..Sequencing::default() }
}

/// Rules of the whole course. Nothing is shared with other courses.
pub(super) fn organization_rules() -> OrganizationRules {
    OrganizationRules { objectives_global_to_system: Some(false), sequencing: free() }
}

/// Rules of a module.
pub(super) fn heading_rules() -> ItemRules {
    ItemRules { sequencing: free(), ..ItemRules::default() }
}

/// Rules of a SCO: it reports completion itself; where there is a pass mark, the score decides on
/// success (sequencing and navigation 3.10.1, 3.13).
pub(super) fn sco_rules(plan: &Plan<'_>, sco: &Sco) -> ItemRules {
    let (_, pass_mark) = plan.rules(sco);
    let measure = pass_mark.and_then(|mark| {
        #[expect(clippy::cast_possible_truncation, reason = "a pass mark is between 0 and 1")]
        let ten_thousandths = (mark * 10_000.0).round() as i64;
        Decimal::from_ten_thousandths(ten_thousandths).ok()
    });
    let primary = Objective {
        id: Some(format!("o-{}", sco.id.trim_start_matches("i-"))),
        satisfied_by_measure: measure.is_some(),
        min_normalized_measure: measure,
    };
    let sequencing = Sequencing {
        control_mode: None,
        objectives: Some(Objectives { primary, others: Vec::new() }),
        delivery_controls: Some(DeliveryControls {
            tracked: true,
            completion_set_by_content: true,
            objective_set_by_content: true,
        }),
    };
    ItemRules { sequencing, ..ItemRules::default() }
}
