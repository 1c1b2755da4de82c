//! Every id and digest that a row holds names something that is there, heads are the newest
//! revisions, the log has no hole, and a release's digest is that of its roots.

use super::fsck::{Damage, Finding, Run};
use crate::error::Result;
use crate::model::Digest;
use crate::model::tree::release_digest;
use crate::store::links::{self, LINKS, RULES};
use crate::store::tables::{self, Row, Table};

/// Most rows named for one broken link or rule.
const NAMED: u64 = 100;
const PAGE: u64 = 1000;

pub(super) async fn check(run: &mut Run<'_>) -> Result<()> {
    let tables = tables::all(&run.db).await?;
    for table in &tables {
        run.report.counts.rows += tables::count(&run.db, &table.name).await?;
    }
    run.begins("rows", (LINKS.len() + RULES.len()) as u64);
    let find = |name: &str| tables.iter().find(|table| table.name == name);
    for link in LINKS {
        if let Some(table) = find(link.table) {
            for row in links::broken(&run.db, table, link, NAMED).await? {
                let (to, _) = link.to[0];
                let value = row.shown(table, link.column);
                let fault =
                    format!("its {} names the {to} {value}, which is not there", link.column);
                report(run, table, &row, Damage::Dangling, fault).await?;
            }
        }
        run.done(1);
    }
    for rule in RULES {
        if let Some(table) = find(rule.table) {
            for row in links::breaking(&run.db, table, rule, NAMED).await? {
                report(run, table, &row, Damage::Contradiction, rule.fault.to_owned()).await?;
            }
        }
        run.done(1);
    }
    if let Some(table) = find("release") {
        releases(run, table).await?;
    }
    Ok(())
}

async fn report(
    run: &mut Run<'_>,
    table: &Table,
    row: &Row,
    damage: Damage,
    fault: String,
) -> Result<()> {
    let mut finding = Finding::new(damage, format!("{} {}", table.name, row.key(table)), fault);
    let column = if table.name == "component" { "id" } else { "component_id" };
    if let Some(id) = row.uuid(table, column).or_else(|| row.uuid(table, "parent_id")) {
        finding.belongs_to.extend(links::component_name(&run.db, id).await?);
    }
    run.found(finding);
    Ok(())
}

async fn releases(run: &mut Run<'_>, table: &Table) -> Result<()> {
    run.begins("releases", tables::count(&run.db, &table.name).await?);
    let mut last: Option<Row> = None;
    loop {
        let page = table.page(&run.db, last.as_ref(), PAGE).await?;
        for row in &page {
            let digest = |column| row.bytes(table, column).and_then(Digest::from_raw);
            let made = digest("content_root")
                .zip(digest("metadata_root"))
                .map(|(content, metadata)| release_digest(content, metadata));
            if made.is_none() || made != digest("digest") {
                let fault = "its digest is not that of its roots".to_owned();
                report(run, table, row, Damage::Altered, fault).await?;
            }
        }
        run.report.counts.releases += page.len() as u64;
        run.done(page.len() as u64);
        last = page.into_iter().next_back();
        if last.is_none() {
            return Ok(());
        }
    }
}
