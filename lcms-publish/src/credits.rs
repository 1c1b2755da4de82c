//! Credits: what a package was made from by others, under which licence, and whom to name. Rolled up
//! over every component of the package, and its theme.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use lcms_core::model::Metadata;

use crate::plan::Plan;
use crate::render::escape;
use crate::{player, theme};

/// Where the credits stand in a package.
pub(crate) const CREDITS_PATH: &str = "credits.html";

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
    let mut credits = BTreeMap::<_, BTreeSet<&str>>::new();
    for (title, Metadata { attribution, licence, .. }) in described(plan) {
        if attribution.is_some() || licence.is_some() {
            credits.entry((attribution.as_deref(), licence.as_deref())).or_default().insert(title);
        }
    }
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
    for ((attribution, licence), titles) in &credits {
        let owed: Vec<_> =
            [attribution, licence].into_iter().flatten().map(|t| escape::text(t)).collect();
        let _ = writeln!(rows, "<h2>{}</h2>\n<ul>", owed.join(" · "));
        for title in titles {
            let _ = writeln!(rows, "<li>{}</li>", escape::text(title));
        }
        rows.push_str("</ul>\n");
    }
    Some(format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{heading} – {course}</title>\n{links}</head>\n<body>\n\
         <header class=\"lcms-header\"><p class=\"lcms-course\">{course}</p>\
         <h1 class=\"lcms-title\">{heading}</h1></header>\n\
         <main>\n{rows}</main>\n</body>\n</html>\n",
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
