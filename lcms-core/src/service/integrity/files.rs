//! The bytes of every blob are there and are those that were stored.

use std::collections::HashMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::fsck::{Damage, Finding, Run};
use crate::error::{Error, Result};
use crate::model::Digest;
use crate::store::blob::{self, BytesDamage};
use crate::store::tables;

const PAGE: u64 = 500;
/// Files read at once.
const AT_ONCE: usize = 4;

/// What is known of files after all of them were looked at.
#[derive(Default)]
pub(super) struct Files {
    /// Blobs that have a row, in order.
    pub known: Vec<Digest>,
    /// What is wrong with some, to be reported when it is known what they belong to.
    pub damaged: HashMap<Digest, Vec<Finding>>,
}

pub(super) async fn check(run: &mut Run<'_>) -> Result<Files> {
    run.begins("files", tables::count(&run.db, "blob").await?);
    let mut files = Files::default();
    let mut last = None;
    loop {
        let page = blob::page(&run.db, last, PAGE).await?;
        let Some(end) = page.last() else { return Ok(files) };
        last = Some((end.blob.digest, end.blob.codec));
        let (blobs, quick) = (run.lcms.blobs().clone(), run.quick);
        let looks = page.iter().map(|form| {
            let (blobs, form) = (blobs.clone(), form.blob);
            async move {
                // A task of its own, so that files are hashed on every core.
                let look = tokio::spawn(async move { blobs.damage(form, quick).await });
                let damage = look.await.map_err(|e| Error::internal("a check failed", e))??;
                Ok::<_, Error>((form, damage))
            }
        });
        let looked: Vec<_> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
        for (form, damage) in looked {
            if files.known.last() != Some(&form.digest) {
                files.known.push(form.digest);
            }
            run.report.counts.files += 1;
            if !run.quick {
                run.report.counts.bytes += form.stored_size;
            }
            let (damage, fault) = match damage {
                None => continue,
                Some(BytesDamage::Altered(how)) => (Damage::Altered, how),
                Some(BytesDamage::Missing) => {
                    // `gc` may have removed row and bytes since the snapshot was made.
                    let now = blob::find(run.lcms.store().reader(), form.digest).await?;
                    if !now.contains(&form) {
                        continue;
                    }
                    (Damage::Missing, "there is a row but no file".to_owned())
                }
            };
            let subject = format!("blob {} ({})", form.digest, form.codec.as_str());
            let found = files.damaged.entry(form.digest).or_default();
            found.push(Finding::new(damage, subject, fault));
        }
        run.done(page.len() as u64);
    }
}
