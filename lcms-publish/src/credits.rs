//! Credits: what a package was made from by others, under which licence, and whom to name. Rolled up
//! over every component of the package, and its theme.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use lcms_core::model::Metadata;

use crate::plan::Plan;
use crate::render::escape;
use crate::{player, theme};

/// Where the credits stand in a package.
pub(crate) const CREDITS_PATH: &str = "credits.html";

/// One work and whom it is owed to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Credit {
    title: String,
    attribution: Option<String>,
    licence: Option<String>,
}

/// Whether anybody is to be named, so that there are credits at all.
pub(crate) fn are_due(plan: &Plan<'_>) -> bool {
    described(plan).any(|(_, metadata)| metadata.attribution.is_some())
}

/// Title and metadata of everything that the package is made of.
fn described<'p>(plan: &'p Plan<'_>) -> impl Iterator<Item = (&'p str, &'p Metadata)> {
    let nodes = plan.used.iter().map(|&index| plan.node(index));
    let logo = plan.profile.settings.logo.iter();
    nodes
        .map(|node| (node.content.title(), &node.metadata))
        .chain(logo.map(|logo| (logo.asset.title.as_str(), &logo.described)))
}

/// The page of credits; `None` where nobody is to be named.
pub(crate) fn page(plan: &Plan<'_>) -> Option<String> {
    if !are_due(plan) {
        return None;
    }
    let credits: BTreeSet<_> = described(plan)
        .filter(|(_, metadata)| metadata.attribution.is_some() || metadata.licence.is_some())
        .map(|(title, metadata)| Credit {
            title: title.to_owned(),
            attribution: metadata.attribution.clone(),
            licence: metadata.licence.clone(),
        })
        .collect();
    let language = plan.release.release.language.as_str();
    let heading = escape::text(word(language));
    let course = escape::text(&plan.title);
    let mut links = String::new();
    let (folder, style) = (player::FOLDER, player::STYLE);
    let _ = writeln!(links, "<link rel=\"stylesheet\" href=\"{folder}{style}\">");
    if theme::style_sheet(&plan.profile.settings).is_some() {
        let _ = writeln!(links, "<link rel=\"stylesheet\" href=\"{}\">", theme::THEME_PATH);
    }
    let mut rows = String::new();
    for Credit { title, attribution, licence } in &credits {
        let owed = [attribution, licence].into_iter().flatten();
        let owed: Vec<_> = owed.map(|text| escape::text(text)).collect();
        let _ = writeln!(rows, "<dt>{}</dt>\n<dd>{}</dd>", escape::text(title), owed.join("<br>"));
    }
    Some(format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{heading} – {course}</title>\n{links}</head>\n<body>\n\
         <header class=\"lcms-header\"><p class=\"lcms-course\">{course}</p>\
         <h1 class=\"lcms-title\">{heading}</h1></header>\n\
         <main>\n<dl>\n{rows}</dl>\n</main>\n</body>\n</html>\n",
        escape::direction(language),
    ))
}

/// What credits are called, in the languages that the player speaks.
pub(crate) fn word(language: &str) -> &'static str {
    match language.split('-').next() {
        Some("es") => "Créditos",
        Some("de") => "Quellen und Lizenzen",
        Some("fr") => "Crédits",
        Some("ar") => "المصادر والتراخيص",
        Some("ja") => "出典とライセンス",
        _ => "Credits",
    }
}
