//! Plain web pages: a page of contents and the lessons, for a web server, a folder or paper. Nothing
//! is looked for and nothing is recorded.

mod contents;

use lcms_core::Result;

use super::{Described, Document, Listed, Packaging, titles};
use crate::plan::Plan;
use crate::player::{self, PlayerFile};
use crate::shape::Shape;

/// The page of contents.
pub(crate) const CONTENTS_FILE: &str = "index.html";

pub(super) struct Html;

impl Packaging for Html {
    fn drivers(&self) -> &'static [PlayerFile] {
        &[("driver-none.js", include_bytes!("../../../player/driver-none.js"))]
    }

    fn describe(&self, plan: &Plan<'_>, files: &Listed<'_>) -> Result<Described> {
        let bytes = contents::page(plan).into_bytes();
        let documents = vec![Document { path: CONTENTS_FILE, media_type: "text/html", bytes }];
        let shape = Shape::of_outline(plan, files.lessons, player::STATE);
        let pages: Vec<_> = plan.scos.iter().map(crate::plan::Sco::href).collect();
        let check = move |paths: &std::collections::BTreeSet<String>| {
            let missing = pages.iter().filter(|page| !paths.contains(*page));
            missing
                .map(|page| format!("{page} is in the contents and not in the package"))
                .collect()
        };
        Ok(Described { documents, shape, check: Box::new(check) })
    }

    fn notices(&self, plan: &Plan<'_>) -> Vec<String> {
        let sequenced = titles(plan, crate::plan::Sequenced::is_asked);
        let lost = sequenced.map(|named| {
            format!("web pages record nothing: order, gates and limits of {named} do not apply")
        });
        lost.into_iter().collect()
    }
}
