//! The index built anew.
//!
//! Beside: the same engine, schema and analysis given the same documents from memory. The
//! difference is what reading the log and the store costs.

use lcms_core::index::{Change, Index};

use super::{Bench, remove};
use crate::error::{Error, Result};
use crate::measure::{Cost, Stopwatch, in_turn};
use crate::report::{Figure, Line};

/// Documents in one commit, as when the log is read.
const BATCH: usize = 2_000;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let documents = bench.corpus.len();
    let lcms = bench.open().await?;
    let (ours, bare) = in_turn(
        bench.volumes.rounds,
        async || {
            let watch = Stopwatch::own()?;
            let status = lcms.indexing().rebuild().await?;
            let cost = watch.stop()?;
            if !status.is_current() {
                return Err(Error::wrong(status));
            }
            Ok(cost)
        },
        async || {
            let folder = bench.path("bare-index");
            let index = Index::open(&folder)?;
            let mut writer = index.writer()?;
            let mut cost = Cost::default();
            for first in (0..documents).step_by(BATCH) {
                // Made outside the measurement.
                let batch: Vec<_> = (first..documents.min(first + BATCH))
                    .map(|number| bench.corpus.index_document(number).map(Change::from))
                    .collect::<Result<_>>()?;
                let watch = Stopwatch::own()?;
                writer.apply(batch, i64::try_from(first).unwrap_or(i64::MAX))?;
                cost += watch.stop()?;
            }
            if index.len() != documents as u64 {
                return Err(Error::Wrong(format!("{} of {documents} documents", index.len())));
            }
            drop((writer, index));
            remove(&folder)?;
            Ok(cost)
        },
    )
    .await?;
    let name = |what| format!("index: {documents} components, {what}");
    Ok(vec![
        Line::new(name("built from the store"), Figure::rate(documents, ours.wall))
            .beside("tantivy, same schema", Figure::rate(documents, bare.wall)),
        Line::new(name("per CPU second"), Figure::rate(documents, ours.cpu))
            .beside("tantivy, same schema", Figure::rate(documents, bare.cpu)),
    ])
}
