//! Every node of a frozen tree is what its digest says, and what it names is there.

use super::documents::Known;
use super::fsck::{Damage, Finding, Run};
use crate::error::{Error, Result};
use crate::model::{Child, Digest, StoredNode};
use crate::store::nodes::{self, Found};
use crate::store::tables;

const PAGE: u64 = 2000;

/// What a node turned out to be.
struct Seen {
    digest: Digest,
    node: std::result::Result<StoredNode, String>,
}

fn look(Found { digest, body, frame }: Found) -> Seen {
    let node = match StoredNode::decode(&body, frame.as_deref()) {
        Err(error) => Err(error.to_string()),
        Ok((tree, node)) => {
            let hash = node.digest(tree);
            if hash == digest { Ok(node) } else { Err(format!("it hashes to {hash}")) }
        }
    };
    Seen { digest, node }
}

/// Checks every node; `documents` are those that are there.
pub(super) async fn check(run: &mut Run<'_>, documents: &Known) -> Result<()> {
    run.begins("nodes", tables::count(&run.db, "node").await?);
    let nodes = all(run).await?;
    let mut last = None;
    loop {
        let page = nodes::page(&run.db, last, PAGE).await?;
        last = page.last().map(|found| found.digest);
        if last.is_none() {
            return Ok(());
        }
        let seen =
            tokio::task::spawn_blocking(move || page.into_iter().map(look).collect::<Vec<_>>())
                .await
                .map_err(|error| Error::internal("a check failed", error))?;
        for seen in &seen {
            check_one(run, seen, documents, &nodes);
        }
        run.report.counts.nodes += seen.len() as u64;
        run.done(seen.len() as u64);
    }
}

async fn all(run: &Run<'_>) -> Result<Known> {
    let mut found = Vec::new();
    let mut last = None;
    loop {
        let page = nodes::digests(&run.db, last, 10 * PAGE).await?;
        found.extend_from_slice(&page);
        last = page.last().copied();
        if last.is_none() {
            return Ok(Known::of(&found));
        }
    }
}

fn check_one(run: &mut Run<'_>, seen: &Seen, documents: &Known, nodes: &Known) {
    let subject = || format!("node {}", seen.digest);
    let node = match &seen.node {
        Ok(node) => node,
        Err(fault) => return run.found(Finding::new(Damage::Altered, subject(), fault.clone())),
    };
    let leaves = node.slots.iter().map(|slot| slot.child);
    let mut named = vec![(node.document, false)];
    named.extend(leaves.map(|child| match child {
        Child::Leaf { document, .. } => (document, false),
        Child::Node { digest, .. } => (digest, true),
    }));
    for (digest, is_node) in named {
        // Releases of earlier versions keep their nodes among the documents.
        let is_there = documents.has(&digest) || (is_node && nodes.has(&digest));
        if !is_there {
            let fault = format!("it names {digest}, which is not there");
            run.found(Finding::new(Damage::Dangling, subject(), fault));
        }
    }
}
