//! Where each asset stands in a package.

use std::collections::{BTreeMap, HashMap};

use lcms_core::model::content::{Asset, Track};
use lcms_core::model::{Content, Digest};
use lcms_core::service::FrozenRelease;

/// A file that is copied from the blob store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AssetFile {
    pub(crate) node: usize,
    pub(crate) blob: Digest,
    pub(crate) media_type: String,
}

/// Paths of assets: `assets/COMPONENT/FILE NAME`, by component, so that an update replaces the
/// file in its place. A second version of the same asset in one release gets a folder of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct AssetPaths {
    folders: HashMap<usize, String>,
    files: BTreeMap<String, AssetFile>,
}

impl AssetPaths {
    pub(super) fn new(release: &FrozenRelease) -> Self {
        let mut paths = Self::default();
        let mut versions = HashMap::<_, usize>::new();
        for (index, node) in release.nodes.iter().enumerate() {
            let Content::Asset(asset) = &node.content else { continue };
            let version = versions.entry(node.component).or_default();
            *version += 1;
            let folder = match *version {
                1 => format!("assets/{}", node.component),
                n => format!("assets/{}-{n}", node.component),
            };
            let mut add = |name: &str, blob, media_type: &str| {
                let file = AssetFile { node: index, blob, media_type: media_type.to_owned() };
                paths.files.insert(format!("{folder}/{name}"), file);
            };
            add(&asset.file_name, asset.blob, &asset.media_type);
            for track in &asset.tracks {
                add(&track_name(asset, track), track.blob, "text/vtt");
            }
            paths.folders.insert(index, folder);
        }
        paths
    }

    /// The path of an asset's file, by the asset's node.
    pub(crate) fn file(&self, node: usize, asset: &Asset) -> String {
        self.path(node, &asset.file_name)
    }

    /// The path of a track of an asset.
    pub(crate) fn track(&self, node: usize, asset: &Asset, track: &Track) -> String {
        self.path(node, &track_name(asset, track))
    }

    fn path(&self, node: usize, name: &str) -> String {
        let folder = self.folders.get(&node).map(String::as_str).unwrap_or_default();
        format!("{folder}/{name}")
    }

    /// Every file by path, whether shown or not.
    pub(crate) fn get(&self, path: &str) -> Option<&AssetFile> {
        self.files.get(path)
    }
}

/// A track must not take the place of the file it belongs to, nor of another track.
fn track_name(asset: &Asset, track: &Track) -> String {
    let same = |name: &str| name.eq_ignore_ascii_case(&track.file_name);
    let taken = asset.tracks.iter().filter(|other| same(&other.file_name)).count() > 1;
    if taken || same(&asset.file_name) {
        format!("{}-{}", track.language, track.file_name)
    } else {
        track.file_name.clone()
    }
}
