//! SCORM 1.2: a mastery score on the item, nothing else.

use lcms_formats::manifest::Decimal;
use lcms_formats::manifest::scorm12::ItemRules;

use crate::plan::{Plan, Sco};

/// Content aggregation model 1.2, section 2.3.5.1: `masteryscore` is a raw score of 0 to 100.
pub(super) fn item_rules(plan: &Plan<'_>, sco: &Sco) -> ItemRules {
    let (_, pass_mark) = plan.rules(sco);
    let mastery_score = pass_mark.and_then(|mark| {
        #[expect(clippy::cast_possible_truncation, reason = "a pass mark is between 0 and 1")]
        let ten_thousandths = (mark * 1_000_000.0).round() as i64;
        Decimal::from_ten_thousandths(ten_thousandths).ok()
    });
    ItemRules { mastery_score, ..ItemRules::default() }
}
