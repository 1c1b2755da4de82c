//! Every node of a frozen tree gives its digest, and what it names is there.

use std::collections::{BTreeMap, HashSet};

use super::documents::Known;
use super::fsck::{Damage, Finding, Run};
use crate::error::Result;
use crate::model::{Child, Digest, StoredNode};
use crate::store::{nodes, tables};

const PAGE: u64 = 2000;

pub(super) async fn check(run: &mut Run<'_>, documents: &Known) -> Result<()> {
    run.begins("nodes", tables::count(&run.db, "node").await?);
    let mut there = HashSet::new();
    let mut named = BTreeMap::new();
    let mut last = None;
    loop {
        let page = nodes::page(&run.db, last, PAGE).await?;
        for (digest, body) in &page {
            there.insert(*digest);
            look(run, *digest, body, documents, &mut named);
        }
        run.report.counts.nodes += page.len() as u64;
        run.done(page.len() as u64);
        last = page.last().map(|(digest, _)| *digest);
        if last.is_none() {
            break;
        }
    }
    for (child, parent) in named {
        if !there.contains(&child) {
            dangling(run, parent, child);
        }
    }
    Ok(())
}

/// Checks one node by itself; notes in `named` which other nodes it needs.
fn look(
    run: &mut Run<'_>,
    digest: Digest,
    body: &[u8],
    documents: &Known,
    named: &mut BTreeMap<Digest, Digest>,
) {
    let altered = |fault: String| Finding::new(Damage::Altered, format!("node {digest}"), fault);
    let (tree, node) = match StoredNode::decode(body) {
        Ok(read) => read,
        Err(error) => return run.found(altered(error.to_string())),
    };
    let made = node.digest(tree);
    if made != digest {
        return run.found(altered(format!("it has the digest {made}")));
    }
    let mut needed = vec![node.document];
    for slot in &node.slots {
        match slot.child {
            Child::Leaf { document, .. } => needed.push(document),
            // A node that was kept as JSON is among the documents.
            Child::Node { digest: child, .. } if !documents.has(&child) => {
                named.insert(child, digest);
            }
            Child::Node { .. } => {}
        }
    }
    for document in needed {
        if !documents.has(&document) {
            dangling(run, digest, document);
        }
    }
}

fn dangling(run: &mut Run<'_>, node: Digest, named: Digest) {
    let fault = format!("it names {named}, which is not there");
    run.found(Finding::new(Damage::Dangling, format!("node {node}"), fault));
}
