//! How a library is, and who looks after what.

use lcms_core::Result;
use lcms_core::model::Target;
use lcms_core::service::{
    CareView, Lcms, LibraryHealth, ReportPage, ReportRow, Session, SetCare, Suggestions,
};

use crate::args;
use crate::output::{Output, table};

pub(crate) async fn report(session: &Session, args: args::Report, output: Output) -> Result<()> {
    let args::Report { library, list, limit, cursor } = args;
    match list {
        None => output.print(&session.library_health(&library).await?, health),
        Some(list) => {
            let page = session.report(&library, list, cursor.as_deref(), limit).await?;
            output.print(&page, listed);
        }
    }
    Ok(())
}

fn health(health: &LibraryHealth) -> String {
    let mut rows = vec![
        ["components".to_owned(), health.components.to_string()],
        ["completeness".to_owned(), format!("{} %", health.completeness)],
        ["used".to_owned(), health.used.to_string()],
        ["uses".to_owned(), health.uses.to_string()],
        ["reuse ratio".to_owned(), format!("{:.2}", health.reuse_ratio)],
        ["objectives".to_owned(), health.objectives.to_string()],
    ];
    rows.extend(health.lists.iter().map(|(list, n)| [list.as_str().to_owned(), n.to_string()]));
    let most: Vec<_> = health.most_reused.iter().map(row).collect();
    let most = table(&most, "nothing is used twice");
    format!("{}\n\nmost reused:\n{most}", table(&rows, ""))
}

fn row(it: &ReportRow) -> [String; 4] {
    [it.key.to_string(), it.kind.to_string(), it.why.clone(), it.title.clone()]
}

fn listed(page: &ReportPage) -> String {
    let rows: Vec<_> = page.items.iter().map(row).collect();
    let more = page.next.as_ref().map(|next| format!("\n\nmore: --cursor {next}"));
    format!("{}{}", table(&rows, "nothing"), more.unwrap_or_default())
}

pub(crate) async fn care(session: &Session, args: args::Care, output: Output) -> Result<()> {
    let args::Care { component, steward, review_by } = args;
    let care = session.set_care(&component, SetCare { steward, review_by }).await?;
    output.print(&care, |CareView { steward, review_by, .. }| {
        let who = steward.as_ref().map_or("nobody", |person| person.shown.as_str());
        let until = review_by.map(|day| format!(", until {day}"));
        format!("{who} looks after it{}", until.unwrap_or_default())
    });
    Ok(())
}

pub(crate) async fn suggest(
    lcms: &Lcms,
    session: &Session,
    component: &Target,
    output: Output,
) -> Result<()> {
    lcms.indexing().catch_up().await?;
    let found = session.suggestions(component).await?;
    output.print(&found, |Suggestions { tags, objectives }| {
        let tags = tags.iter().map(|it| {
            ["tag".to_owned(), it.tag.clone(), it.score.to_string(), it.because.join(", ")]
        });
        let objectives = objectives.iter().map(|it| {
            ["objective".to_owned(), it.name.clone(), it.score.to_string(), it.because.join(", ")]
        });
        table(&tags.chain(objectives).collect::<Vec<_>>(), "nothing to suggest")
    });
    Ok(())
}
