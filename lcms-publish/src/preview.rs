//! Looking at what is not published: a release, a revision or what stands on a branch, made into the
//! package it would be and read file by file.
//!
//! Rules of the gate are not heeded, because what is looked at is not finished; what cannot be rendered
//! is refused with every reason, as when publishing. A page or question by itself is shown in a lesson
//! made around it.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use lcms_core::model::content::{Lesson, Texts};
use lcms_core::model::markup::{ReferenceRole, fill_plain};
use lcms_core::model::{
    Blob, ComponentId, Conditions, Content, Metadata, Overrides, Placement, Reference,
    RevisionSelector, SlotId, SlotRole, Target,
};
use lcms_core::service::{Documents, FrozenNode, FrozenRelease, FrozenSlot, Lcms, Session, unpack};
use lcms_core::{Error, Result};
use serde::Serialize;

use crate::archive::{Archive, Found};
use crate::check::Waivers;
use crate::gate;
use crate::make::{Made, Making, Refusal, make};
use crate::plan::{OutlineItem, Plan};
use crate::profile::{Format, Profile};
use crate::publisher::{Order, Publisher};
use crate::render::escape;

/// A package to look at.
#[derive(Clone)]
pub struct Preview {
    /// Title of what is shown.
    pub title: String,
    /// Its language.
    pub language: String,
    /// The format it is shown in.
    pub format: Format,
    /// The outline, from the top down.
    pub items: Vec<PreviewItem>,
    archive: Archive,
    media_types: Arc<HashMap<String, String>>,
    lcms: Lcms,
}

impl std::fmt::Debug for Preview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Preview").field("title", &self.title).finish_non_exhaustive()
    }
}

/// An entry of the outline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewItem {
    /// Its identifier in the manifest.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How deep it stands, from 0.
    pub depth: usize,
    /// What it launches; a heading launches nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
}

/// A file of a preview.
pub struct PreviewFile {
    /// Its media type.
    pub media_type: String,
    /// How many bytes it has.
    pub size: u64,
    bytes: FileBytes,
    lcms: Lcms,
}

enum FileBytes {
    Made(Bytes),
    Stored(Blob),
}

impl PreviewFile {
    /// A part of the file's bytes.
    #[must_use]
    pub fn stream(self, range: Range<u64>) -> BoxStream<'static, Result<Bytes>> {
        match self.bytes {
            FileBytes::Stored(blob) => self.lcms.raw_bytes(blob, range),
            FileBytes::Made(bytes) => {
                let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
                let part = bytes.slice(at(range.start)..at(range.end));
                stream::once(async move { Ok(part) }).boxed()
            }
        }
    }
}

impl Preview {
    /// The file at a path; `None` when the package has none.
    ///
    /// # Errors
    /// When its bytes are damaged.
    pub fn file(&self, path: &str) -> Result<Option<PreviewFile>> {
        let Some(found) = self.archive.find(path) else { return Ok(None) };
        let (bytes, size) = match found {
            Found::Stored(blob) => (FileBytes::Stored(blob), blob.size),
            Found::Made(blob, packed) => (FileBytes::Made(unpack(&packed, blob)?), blob.size),
        };
        let known = self.media_types.get(path).map(String::as_str);
        let media_type = known.unwrap_or_else(|| media_type_of(path)).to_owned();
        Ok(Some(PreviewFile { media_type, size, bytes, lcms: self.lcms.clone() }))
    }
}

/// The media type of a file that was made here.
fn media_type_of(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("xml" | "xsd" | "dtd") => "application/xml",
        _ => "application/octet-stream",
    }
}

impl Publisher {
    /// Makes a package of a release, or of what would be one, to look at.
    ///
    /// # Errors
    /// [`lcms_core::ErrorKind::NotPublishable`] with every reason why it cannot be rendered; when it is of
    /// a kind that shows nothing.
    pub async fn preview(
        &self,
        session: &Session,
        frozen: FrozenRelease,
        profile: Profile,
    ) -> Result<Preview> {
        let key = session.name(&Target::Id(frozen.release.component)).await?;
        let mut profile = profile;
        let alone = matches!(frozen.root().content, Content::Topic(_) | Content::Question(_));
        let frozen = if alone { in_a_lesson(frozen) } else { frozen };
        let elsewhere = if alone {
            name_variables(&frozen, &mut profile);
            Some(titles_elsewhere(session, &frozen).await)
        } else {
            None
        };
        let language = frozen.release.language.to_string();
        let title = frozen.root().content.title().to_owned();
        let mut media_types = HashMap::new();
        if let Some(logo) = &profile.settings.logo {
            let path = crate::theme::logo_path(logo);
            media_types.insert(path, logo.asset.media_type.clone());
        }
        let order = Order { waivers: Waivers::all(), ..Order::from(profile) };
        let workshop = self.workshop();
        let making = tokio::task::spawn_blocking(move || {
            make(&frozen, Making { order, elsewhere }, &workshop)
        });
        let made = making.await.map_err(|error| Error::internal("the publisher failed", error))?;
        let Made { archive, profile, copied, items, .. } = match made {
            Ok(made) => made,
            Err(Refusal::Faults(faults)) => {
                return Err(gate::refusal(session, &key, "shown", faults).await);
            }
            Err(Refusal::Error(error)) => return Err(error),
        };
        media_types.extend(copied);
        Ok(Preview {
            title,
            language,
            format: profile.format,
            items,
            archive,
            media_types: Arc::new(media_types),
            lcms: self.lcms().clone(),
        })
    }
}

/// The outline of a plan as an LMS shows it.
pub(crate) fn outline(plan: &Plan<'_>) -> Vec<PreviewItem> {
    let mut items = Vec::new();
    listed(plan, &plan.items, 0, &mut items);
    items
}

fn listed(plan: &Plan<'_>, items: &[OutlineItem], depth: usize, into: &mut Vec<PreviewItem>) {
    for item in items {
        let launched = item.sco.and_then(|sco| plan.scos.get(sco));
        into.push(PreviewItem {
            id: item.id.clone(),
            title: item.title.clone(),
            depth,
            href: launched
                .map(|sco| format!("{}{}", escape::url_path(&sco.href()), sco.parameters())),
        });
        listed(plan, &item.children, depth + 1, into);
    }
}

/// A lesson with the root of a release as its only page.
fn in_a_lesson(frozen: FrozenRelease) -> FrozenRelease {
    let FrozenRelease { release, nodes } = frozen;
    let mut nodes: Vec<_> = nodes
        .into_iter()
        .map(|mut node| {
            node.slots.iter_mut().for_each(|slot| slot.node += 1);
            node
        })
        .collect();
    let Some(page) = nodes.first() else { return FrozenRelease { release, nodes } };
    let placement = Placement { id: SlotId::UNSET, ..Placement::of(page.component) };
    let lesson = Lesson {
        title: page.content.title().to_owned(),
        summary: None,
        objectives: Vec::new(),
        placements: vec![placement],
    };
    let around = FrozenNode {
        component: page.component,
        content_digest: page.content_digest,
        metadata_digest: page.metadata_digest,
        roots: None,
        documents: Arc::new(Documents::new(Content::Lesson(lesson), Metadata::default())),
        slots: vec![FrozenSlot {
            id: SlotId::UNSET,
            role: SlotRole::Placement,
            overrides: Overrides::default(),
            conditions: Conditions::new(),
            node: 1,
        }],
    };
    nodes.insert(0, around);
    FrozenRelease { release, nodes }
}

fn texts(frozen: &FrozenRelease) -> Vec<Texts> {
    frozen.nodes.iter().map(|node| node.content.texts()).collect()
}

/// Variables get their values from a course; by itself, a text shows their names.
fn name_variables(frozen: &FrozenRelease, profile: &mut Profile) {
    let mut names = BTreeSet::new();
    for text in texts(frozen).iter().flat_map(|texts| texts.texts.values()) {
        names.extend(text.markup.variables().iter().map(|variable| variable.name.clone()));
    }
    for node in &frozen.nodes {
        let mut plain = vec![node.content.title()];
        plain.extend(node.content.summary());
        if let Content::Asset(asset) = &node.content {
            plain.extend(
                [&asset.alt, &asset.caption, &asset.transcript]
                    .into_iter()
                    .flatten()
                    .map(String::as_str),
            );
        }
        for text in plain {
            let _ = fill_plain(text, |name, _| {
                names.insert(name.to_owned());
                None
            });
        }
    }
    for name in names {
        let shown = format!("{{{{{name}}}}}");
        profile.variables.entry(name).or_insert(shown);
    }
}

/// Titles of what a text links to that is not shown with it.
async fn titles_elsewhere(
    session: &Session,
    frozen: &FrozenRelease,
) -> HashMap<ComponentId, String> {
    let mut linked = BTreeSet::new();
    for text in texts(frozen).iter().flat_map(|texts| texts.texts.values()) {
        let links = text.markup.references().iter().filter(|r| r.role == ReferenceRole::Link);
        linked.extend(links.filter_map(|link| link.target.id()));
    }
    let mut titles = HashMap::new();
    for id in linked {
        let reference = Reference { target: Target::Id(id), revision: RevisionSelector::Head };
        let title = match session.component(&reference).await {
            Ok(view) => view.content.title().to_owned(),
            Err(_) => "…".to_owned(),
        };
        titles.insert(id, title);
    }
    titles
}
