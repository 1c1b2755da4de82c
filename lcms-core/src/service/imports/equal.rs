//! Assets that are there already.
//!
//! A file that comes again from elsewhere becomes no second component when nothing would be lost by using
//! the first: the bytes are the same, and whatever else the import says of the file, the asset there says
//! too.

use std::collections::{HashMap, HashSet};

use crate::error::Result;
use crate::model::content::Asset;
use crate::model::{Component, ComponentId, Content, Digest, Kind, Library, Metadata, View};
use crate::store::components::ListFilter;
use crate::store::{Transaction, components, documents, heads};

/// Components that are read at a time.
const PAGE: u64 = 1000;

/// The assets of a library, by their file; oldest first.
pub(super) struct Assets(HashMap<Digest, Vec<(Component, Asset, Metadata)>>);

impl Assets {
    /// Those that stand in the library for themselves: neither retired, nor deleted, nor local to a
    /// structure.
    pub(super) async fn read(tx: &Transaction, view: &View, library: &Library) -> Result<Self> {
        let mut all = Self(HashMap::new());
        let mut filter = ListFilter {
            libraries: vec![library.id],
            kind: Some(Kind::Asset),
            limit: PAGE,
            ..ListFilter::default()
        };
        loop {
            let page = components::list(tx, &filter).await?;
            let Some(last) = page.last() else { break };
            filter.after = Some((last.library, last.key.clone()));
            all.take(tx, view, library, page).await?;
        }
        for assets in all.0.values_mut() {
            assets.sort_by_key(|(component, ..)| component.id.0);
        }
        Ok(all)
    }

    async fn take(
        &mut self,
        tx: &Transaction,
        view: &View,
        library: &Library,
        page: Vec<Component>,
    ) -> Result<()> {
        let ids: Vec<_> = page.iter().map(|component| component.id).collect();
        let heads = heads::of_many(tx, view, &ids, &library.language).await?;
        let digests: Vec<_> =
            heads.values().flat_map(|head| [head.content, head.metadata]).collect();
        let bodies = documents::get_many(tx, &digests).await?;
        for component in page.into_iter().filter(|component| !component.retired) {
            let Some(head) = heads.get(&component.id) else { continue };
            // What was redacted is empty, and equals nothing.
            let (content, metadata) = (bodies.get(&head.content), bodies.get(&head.metadata));
            let content = content.and_then(|body| Content::from_stored(body).ok());
            let metadata = metadata.and_then(|body| serde_json::from_slice::<Metadata>(body).ok());
            if let (Some(Content::Asset(asset)), Some(metadata)) = (content, metadata) {
                self.0.entry(asset.blob).or_default().push((component, asset, metadata));
            }
        }
        Ok(())
    }

    /// The oldest that can stand for a file with these documents. Those in `taken` cannot: the import
    /// itself may change them.
    pub(super) fn standing_for(
        &self,
        content: &Content,
        metadata: &Metadata,
        taken: &HashSet<ComponentId>,
    ) -> Option<Component> {
        let Content::Asset(wanted) = content else { return None };
        let candidates = self.0.get(&wanted.blob)?;
        let fits = |(component, asset, its): &&(Component, Asset, Metadata)| {
            !taken.contains(&component.id) && says(asset, wanted) && keeps(its, metadata)
        };
        candidates.iter().find(fits).map(|(component, ..)| component.clone())
    }
}

/// Whether an asset says all that is said of another.
fn says(asset: &Asset, wanted: &Asset) -> bool {
    let covers = |its: &Option<String>, wanted: &Option<String>| wanted.is_none() || its == wanted;
    asset.media_type == wanted.media_type
        && covers(&asset.alt, &wanted.alt)
        && covers(&asset.caption, &wanted.caption)
        && covers(&asset.transcript, &wanted.transcript)
        && (!wanted.decorative || asset.decorative)
        && wanted.tracks.iter().all(|track| asset.tracks.contains(track))
}

/// Whether the rights and the audience are those that are wanted, as far as any are.
fn keeps(its: &Metadata, wanted: &Metadata) -> bool {
    (wanted.licence.is_none() || its.licence == wanted.licence)
        && (wanted.attribution.is_none() || its.attribution == wanted.attribution)
        && (wanted.audience.is_empty() || its.audience == wanted.audience)
}
