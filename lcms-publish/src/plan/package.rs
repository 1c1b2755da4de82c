//! Content that was imported: opened as it came, told to the LMS as a SCO of the course.
//!
//! It finds the LMS by itself, as it did in its own package, where it speaks the standard that is
//! published. What speaks another SCORM than the LMS is shown in a page of ours that answers it and
//! passes on what it reports. What reports to nobody that is there (xAPI, whose records go elsewhere;
//! plain pages where the standard wants statements) is shown in a page that is complete once it was
//! opened. A package that an LMS could open at several places is a heading over all of them.

use lcms_core::model::content::{OutlineItem as PackagedItem, Standard, WebPackage};
use lcms_core::model::{Content, Digest, SlotId, SlotRole};

use super::outline::{Builder, OutlineItem};
use super::planning::{Placed, Planning};
use super::sco::{Page, PageKind, Sco};
use super::text::PlannedText;
use crate::identifiers;
use crate::profile::Format;

/// Content in a page of ours.
#[derive(Clone, Debug)]
pub(crate) struct Framed {
    /// The web package whose files it needs.
    pub(crate) node: usize,
    /// The path of the file that is opened.
    pub(crate) path: String,
    /// What is added to its address.
    pub(crate) parameters: String,
    /// What it speaks.
    pub(crate) standard: Standard,
    /// What its own manifest told an LMS of it, where the page answers it in the LMS's place; where
    /// it does not, nobody hears what the content reports.
    pub(crate) bridged: Option<Box<PackagedItem>>,
}

impl Framed {
    /// What becomes of its reports in a format, for people; nothing where it makes none.
    pub(super) fn notice(&self, title: &str, format: Format) -> Option<String> {
        let speaks = self.standard.name();
        if self.standard == Standard::None {
            return None;
        }
        Some(if self.bridged.is_none() {
            format!(
                "“{title}” speaks {speaks}, which nobody hears in this package: it is complete when it was opened"
            )
        } else if format == Format::Html {
            format!(
                "“{title}” speaks {speaks}: it is answered by its page, and nothing of it is kept"
            )
        } else {
            let room = match (self.standard, format) {
                (Standard::Scorm2004, Format::Scorm12) => {
                    "; what it keeps must fit into the 4 096 characters of SCORM 1.2"
                }
                _ => "",
            };
            format!(
                "“{title}” speaks {speaks}, which its page passes on: completion, success, score, time, \
                 answers and what it keeps{room}"
            )
        })
    }
}

/// What is opened.
#[derive(Clone, Debug)]
pub(crate) struct PlannedPackage {
    /// The web package whose files it needs.
    pub(crate) node: usize,
    /// The path of the file that is opened.
    pub(crate) path: String,
    /// What is added to its address.
    pub(crate) parameters: String,
    /// Whether it talks to the LMS.
    pub(crate) tracked: bool,
    /// What its own manifest told an LMS of it.
    pub(crate) item: PackagedItem,
}

impl<'r> Builder<'_, 'r> {
    /// The item of a web package, or of a part of one.
    pub(super) fn package(
        &mut self,
        node: usize,
        placed: Option<Placed<'r>>,
        chain: &[SlotId],
    ) -> Option<OutlineItem> {
        let frozen = self.planning.node(node);
        let Content::WebPackage(package) = &frozen.content else { return None };
        if let Some(message) = refusal(package.standard, self.planning.profile.format) {
            self.planning.fault(node, "/standard", "standard", message);
            return None;
        }
        let slots = &frozen.slots;
        let whole = match &package.package {
            Some(_) => slots.iter().find(|slot| slot.role == SlotRole::Package)?.node,
            None => node,
        };
        self.planning.found.used.extend([node, whole]);
        let title = self.planning.shown_title(node, placed);
        let files = match &self.planning.node(whole).content {
            Content::WebPackage(whole) => &whole.files,
            _ => return None,
        };
        let opens = |item: &&PackagedItem| {
            item.launch.as_ref().is_some_and(|launch| files.iter().any(|f| f.path == *launch))
        };
        let several = package.package.is_none() && package.items().filter(opens).count() > 1;
        if several {
            let outline = package.outline.clone();
            let children = outline.iter().filter_map(|it| self.unit(node, whole, it, chain));
            let children = children.collect();
            let id = identifiers::item(self.planning.node(0).component, chain);
            return Some(OutlineItem { id, title, node, sco: None, children });
        }
        let item = package.items().find(opens).cloned().unwrap_or_else(|| only_item(package));
        let id = identifiers::item(self.planning.node(0).component, chain);
        let opened = PackagedItem {
            launch: Some(package.launch.clone()),
            parameters: package.parameters.clone(),
            ..item
        };
        self.sco_of(node, whole, opened, id, title, placed)
    }

    /// An entry of a package's outline with what stands below it; `None` if nothing of it opens.
    fn unit(
        &mut self,
        node: usize,
        whole: usize,
        item: &PackagedItem,
        chain: &[SlotId],
    ) -> Option<OutlineItem> {
        let chain: Vec<_> = chain.iter().copied().chain([entry(&item.id)]).collect();
        let id = identifiers::item(self.planning.node(0).component, &chain);
        let below = item.items.iter().filter_map(|it| self.unit(node, whole, it, &chain));
        let children: Vec<_> = below.collect();
        let opens = item.launch.as_ref().is_some_and(|launch| self.path(whole, launch).is_some());
        match (opens, children.is_empty()) {
            (true, true) => self.sco_of(node, whole, item.clone(), id, item.title.clone(), None),
            (false, true) => None,
            (true, false) => {
                // An LMS opens leaves only; what opens and holds others is the first of them.
                let own = identifiers::item(
                    self.planning.node(0).component,
                    &[chain.as_slice(), &[entry(&item.id)]].concat(),
                );
                let first = self.sco_of(node, whole, item.clone(), own, item.title.clone(), None);
                let children = first.into_iter().chain(children).collect();
                Some(OutlineItem { id, title: item.title.clone(), node, sco: None, children })
            }
            (false, false) => {
                Some(OutlineItem { id, title: item.title.clone(), node, sco: None, children })
            }
        }
    }

    fn path(&self, whole: usize, launch: &str) -> Option<String> {
        let path = format!("{}/{launch}", self.planning.paths.folder(whole)?);
        self.planning.paths.get(&path).map(|_| path)
    }

    fn sco_of(
        &mut self,
        node: usize,
        whole: usize,
        item: PackagedItem,
        id: String,
        title: String,
        placed: Option<Placed<'r>>,
    ) -> Option<OutlineItem> {
        let launch = item.launch.clone().unwrap_or_default();
        let Some(path) = self.path(whole, &launch) else {
            let message = format!("`{launch}`, which it opens, is not one of the package's files");
            self.planning.fault(node, "/launch", "launch", message);
            return None;
        };
        let summary = self.planning.shown_summary(node, placed);
        let own = Sco { id: id.clone(), title: title.clone(), summary, ..Sco::of(node) };
        let sco = Some(self.scos.len());
        let item_of_it = OutlineItem { id, title, node, sco, children: Vec::new() };
        let standard = match self.planning.standard_of(node) {
            Standard::Scorm12 | Standard::Scorm2004 if !item.tracked => Standard::None,
            standard => standard,
        };
        if is_framed(standard, self.planning.profile.format) {
            let parameters = item.parameters.clone();
            let bridged = speaks_scorm(standard).then(|| Box::new(item));
            let framed = Framed { node: whole, path, parameters, standard, bridged };
            let page = Page {
                id: identifiers::page(&[]),
                title: own.title.clone(),
                group: None,
                node,
                kind: PageKind::Framed(framed),
                text: PlannedText::default(),
            };
            self.scos.push(Sco { pages: vec![page], ..own });
            return Some(item_of_it);
        }
        let package = PlannedPackage {
            node: whole,
            path,
            parameters: item.parameters.clone(),
            tracked: item.tracked,
            item,
        };
        self.scos.push(Sco { package: Some(package), ..own });
        Some(item_of_it)
    }
}

impl Planning<'_> {
    /// What a web package speaks, by its node.
    fn standard_of(&self, node: usize) -> Standard {
        match &self.node(node).content {
            Content::WebPackage(package) => package.standard,
            _ => Standard::None,
        }
    }
}

/// Whether content of a standard stands in a page of ours in a format.
fn is_framed(standard: Standard, format: Format) -> bool {
    match standard {
        Standard::Xapi => true,
        // A unit of cmi5 has to say that it began and ended.
        Standard::None => format == Format::Cmi5,
        Standard::Scorm12 => format != Format::Scorm12,
        Standard::Scorm2004 => !SCORM_2004.contains(&format),
        Standard::Aicc | Standard::Cmi5 | Standard::H5p => false,
    }
}

/// The formats that are SCORM 2004.
const SCORM_2004: [Format; 3] =
    [Format::Scorm2004Second, Format::Scorm2004Third, Format::Scorm2004Fourth];

/// Whether content of a standard looks for its LMS on the windows around it.
fn speaks_scorm(standard: Standard) -> bool {
    matches!(standard, Standard::Scorm12 | Standard::Scorm2004)
}

/// A package without an outline is opened where it says.
fn only_item(package: &WebPackage) -> PackagedItem {
    PackagedItem {
        title: package.title.clone(),
        tracked: package.standard != Standard::None,
        ..PackagedItem::default()
    }
}

/// Stands for an entry of an outline where placements lead to it: the first 16 bytes of a digest over its
/// identifier in the package, as a UUID of version 8.
fn entry(id: &str) -> SlotId {
    let digest = Digest::of_document(&("lcms-packaged-item/1", id)).0;
    let mut raw = [0; 16];
    raw.copy_from_slice(&digest.as_bytes()[..16]);
    SlotId(uuid::Uuid::new_v8(raw))
}

/// Why content of a standard cannot be published in a format, if it cannot.
fn refusal(standard: Standard, format: Format) -> Option<String> {
    match standard {
        Standard::None | Standard::Xapi | Standard::Scorm12 | Standard::Scorm2004 => None,
        Standard::Cmi5 => (format != Format::Cmi5).then(|| {
            format!(
                "it speaks {} and would not be heard in {format}; publish as {}",
                standard.name(),
                Format::Cmi5
            )
        }),
        Standard::Aicc => Some(
            "it speaks AICC, which asks an LMS at an address that only an LMS of that standard gives, \
             and does not begin without; give the LMS its own package"
                .to_owned(),
        ),
        Standard::H5p => Some(
            "it is an H5P file, which is no page that a browser could open: only an H5P player can \
             show it; add it to the LMS as an H5P activity"
                .to_owned(),
        ),
    }
}
