//! What keeps a release from being published.

use lcms_core::model::{ComponentId, Reference, RevisionSelector, Target};
use lcms_core::service::{FrozenRelease, Lcms, Session};
use lcms_core::{Error, ErrorKind, Result};
use lcms_publish::{GateReport, Order, Publisher, Rule};

use super::publish::profile;
use crate::args::{self, Publishable};
use crate::output::{Output, table};

pub(crate) async fn check(
    lcms: &Lcms,
    session: &Session,
    args: args::Check,
    output: Output,
) -> Result<()> {
    let (Some(release), Some(how), false) = (args.release, args.how, args.rules) else {
        rules(output);
        return Ok(());
    };
    let frozen = find(session, release).await?;
    let profile = profile(session, how).await?;
    let order = Order { waivers: args.waive.into_iter().collect(), ..Order::from(profile) };
    let report = Publisher::new(lcms.clone()).check(session, frozen, order).await?;
    output.print(&report, told);
    if report.passes {
        return Ok(());
    }
    let refused = report.findings.iter().filter(|finding| !finding.waived).count();
    let what = if refused == 1 { "1 reason" } else { &format!("{refused} reasons") };
    Err(Error::new(ErrorKind::NotPublishable, format!("it cannot be published, for {what}"))
        .hint("each line says what to change"))
}

/// A release, or what would be one.
async fn find(session: &Session, wanted: Publishable) -> Result<FrozenRelease> {
    let target = match wanted {
        Publishable::Release(release) => {
            let id = session.find_release(&release).await?.release.id;
            return session.frozen(id).await;
        }
        Publishable::Id(id) => match session.frozen(id).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Target::Id(ComponentId(id.0)),
            found => return found,
        },
        Publishable::Component(target) => target,
    };
    session.as_it_stands(&Reference { target, revision: RevisionSelector::Head }).await
}

fn rules(output: Output) {
    let all: Vec<_> = Rule::ALL
        .iter()
        .map(
            |rule| serde_json::json!({"id": rule.id, "text": rule.text, "waivable": rule.waivable}),
        )
        .collect();
    output.print(&all, |_| {
        let rows: Vec<_> = Rule::ALL
            .iter()
            .map(|rule| {
                let waivable = if rule.waivable { "can be waived" } else { "" };
                [rule.id, rule.text, waivable].map(str::to_owned)
            })
            .collect();
        table(&rows, "no rules")
    });
}

fn told(report: &GateReport) -> String {
    let mut lines = Vec::new();
    for finding in &report.findings {
        let place = match finding.line.zip(finding.column) {
            Some((line, column)) => format!(":{line}:{column}"),
            None => String::new(),
        };
        let waived = if finding.waived { ", waived" } else { "" };
        lines.push(format!(
            "{}{}{place} “{}”: {} ({}{waived})",
            finding.name, finding.pointer, finding.title, finding.message, finding.rule
        ));
    }
    lines.extend(report.notices.iter().map(|notice| format!("note: {notice}")));
    if report.passes {
        lines.push("it can be published".to_owned());
    }
    lines.join("\n")
}
