//! Where each asset stands in a package.

use std::collections::{BTreeMap, HashMap};

use lcms_core::model::content::{Asset, Track};
use lcms_core::model::{Content, Digest};
use lcms_core::service::FrozenRelease;

/// The folder of content that was imported: each package keeps its own tree of paths below it.
pub(crate) const PACKAGES: &str = "web";

/// A file that is copied from the blob store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AssetFile {
    pub(crate) node: usize,
    pub(crate) blob: Digest,
    pub(crate) media_type: String,
}

/// Paths of assets: `assets/COMPONENT/FILE NAME`, by component, so that an update replaces the
/// file in its place; a web package has `web/COMPONENT/` and its own paths below. A second version of
/// the same component in one release gets a folder of its own.
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
            let top = match &node.content {
                Content::Asset(_) => "assets",
                Content::WebPackage(package) if package.package.is_none() => PACKAGES,
                _ => continue,
            };
            let version = versions.entry(node.component).or_default();
            *version += 1;
            let folder = match *version {
                1 => format!("{top}/{}", node.component),
                n => format!("{top}/{}-{n}", node.component),
            };
            let mut add = |name: &str, blob, media_type: &str| {
                let file = AssetFile { node: index, blob, media_type: media_type.to_owned() };
                paths.files.insert(format!("{folder}/{name}"), file);
            };
            match &node.content {
                Content::Asset(asset) => {
                    add(&asset.file_name, asset.blob, &asset.media_type);
                    for track in &asset.tracks {
                        add(&track_name(asset, track), track.blob, "text/vtt");
                    }
                }
                Content::WebPackage(package) => {
                    for file in &package.files {
                        add(&file.path, file.blob, &file.media_type);
                    }
                }
                _ => {}
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

    /// The folder of a web package, by its node.
    pub(crate) fn folder(&self, node: usize) -> Option<&str> {
        self.folders.get(&node).map(String::as_str)
    }

    /// Paths of every file of a web package.
    pub(crate) fn of_package(&self, node: usize) -> impl Iterator<Item = &str> {
        let files = self.files.iter().filter(move |(_, file)| file.node == node);
        files.map(|(path, _)| path.as_str())
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
