//! The page of contents: `index.html`, with the course's record as Dublin Core in its head
//! (DCMI, expressing Dublin Core in HTML meta elements).

use std::fmt::Write as _;

use crate::formats::metadata;
use crate::plan::{OutlineItem, Plan};
use crate::render::escape;
use crate::{credits, player, theme};

/// The page.
pub(super) fn page(plan: &Plan<'_>) -> String {
    let title = escape::text(&plan.title);
    let mut head = String::new();
    for (name, content) in metadata::dublin_core(plan) {
        let _ = writeln!(head, "<meta name=\"{name}\" content=\"{}\">", escape::value(&content));
    }
    for (name, _) in player::styles() {
        let _ = writeln!(head, "<link rel=\"stylesheet\" href=\"{}{name}\">", player::FOLDER);
    }
    if theme::style_sheet(&plan.profile.settings).is_some() {
        let _ = writeln!(head, "<link rel=\"stylesheet\" href=\"{}\">", theme::THEME_PATH);
    }
    let credits = credits::are_due(plan).then(|| {
        let word = escape::text(credits::word(plan.language()));
        format!(
            "<footer class=\"lcms-credits\"><a href=\"{}\">{word}</a></footer>\n",
            credits::CREDITS_PATH
        )
    });
    let summary = plan.summary.as_deref().map_or_else(String::new, |summary| {
        format!("<p class=\"lcms-summary\">{}</p>\n", escape::text(summary))
    });
    let language = plan.language();
    format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n\
         <link rel=\"schema.DCTERMS\" href=\"http://purl.org/dc/terms/\">\n{head}</head>\n<body>\n\
         <header class=\"lcms-header\"><h1 class=\"lcms-title\">{title}</h1></header>\n\
         <main class=\"lcms-site\">\n{summary}<nav aria-label=\"{title}\">\n{contents}</nav>\n\
         </main>\n{credits}</body>\n</html>\n",
        credits = credits.unwrap_or_default(),
        direction = escape::direction(language),
        contents = list(plan, &plan.items),
    )
}

fn list(plan: &Plan<'_>, items: &[OutlineItem]) -> String {
    let mut html = String::from("<ol class=\"lcms-site-contents\">\n");
    for item in items {
        let title = escape::text(&item.title);
        match item.sco.and_then(|index| plan.scos.get(index)) {
            Some(sco) => {
                let summary = sco.summary.as_deref().map_or_else(String::new, |summary| {
                    format!(" <span class=\"lcms-summary\">{}</span>", escape::text(summary))
                });
                let href = sco.href();
                let _ = writeln!(html, "<li><a href=\"{href}\">{title}</a>{summary}</li>");
            }
            None => {
                let below = list(plan, &item.children);
                let _ = writeln!(
                    html,
                    "<li><span class=\"lcms-site-part\">{title}</span>\n{below}</li>"
                );
            }
        }
    }
    html.push_str("</ol>\n");
    html
}
