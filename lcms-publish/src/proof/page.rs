//! The page of each kind.

use std::fmt::Write as _;

use lcms_core::model::content::{Assessment, Content};
use lcms_core::model::slot::Placement;

use super::gather::Known;
use super::question::question_html;
use super::text::{Owner, Writer, mark, shown_asset};
use super::{LOOK, Proof, Subject};
use crate::player;
use crate::render::escape::{self, direction};
use crate::render::markdown::Place;

/// Style sheet of what only a proof shows.
pub(super) const OWN_LOOK: &str = "proof.css";

pub(super) fn page(subject: &Subject, known: &Known) -> Proof {
    let mut writer = Writer::new(subject, known);
    let of = Owner { library: &subject.library, own: true, question: false };
    let body = body(&mut writer, subject, known, of);
    let title = escape::text(subject.content.title());
    let language = subject.language.as_str();
    let mut links = String::new();
    let names = player::styles().map(|(name, _)| name).chain([OWN_LOOK]);
    for name in names {
        let _ = writeln!(links, "<link rel=\"stylesheet\" href=\"{LOOK}{name}\">");
    }
    let html = format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n{links}</head>\n<body class=\"lcms-proof\">\n\
         <main id=\"lcms-pages\"><article class=\"lcms-page\">\n<h2>{title}</h2>\n{body}</article></main>\n\
         </body>\n</html>\n",
        direction(language),
    );
    Proof { html, notices: writer.notices }
}

fn body<'k>(
    writer: &mut Writer<'k>,
    subject: &'k Subject,
    known: &'k Known,
    of: Owner<'k>,
) -> String {
    let texts = subject.content.texts();
    match &subject.content {
        Content::Topic(_) => writer.blocks(texts.texts.get("/body"), "/body", of),
        Content::Question(question) => question_html(writer, question, &texts, of),
        Content::Assessment(assessment) => {
            let intro = writer.blocks(texts.texts.get("/introduction"), "/introduction", of);
            intro + &sections(writer, assessment, known, of)
        }
        Content::Asset(asset) => match &subject.file {
            Some(file) => shown_asset(asset, file, None, Place::Block),
            None => mark("The file shows once the asset is saved."),
        },
        Content::Lesson(lesson) => {
            summary(lesson.summary.as_deref()) + &outline(&lesson.placements, known, of)
        }
        Content::Module(module) => {
            summary(module.summary.as_deref()) + &outline(&module.placements, known, of)
        }
        Content::Course(course) => {
            summary(course.summary.as_deref()) + &outline(&course.placements, known, of)
        }
        Content::Objective(objective) => summary(objective.description.as_deref()),
        Content::VariableSet(set) => {
            let rows = set.variables.iter().map(|(name, value)| {
                let (name, value) = (escape::text(name), escape::text(value));
                format!("<tr><th scope=\"row\"><code>{name}</code></th><td>{value}</td></tr>")
            });
            format!("<table><tbody>{}</tbody></table>", rows.collect::<String>())
        }
        Content::Profile(_) => {
            "<p>It says how packages are made; its source shows what.</p>".to_owned()
        }
        Content::WebPackage(package) => {
            let count = package.files.len();
            format!(
                "<p>Imported content of {count} files. It opens at <code>{}</code>.</p>",
                escape::text(&package.launch)
            )
        }
    }
}

fn summary(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!("<p>{}</p>", escape::text(text)))
}

/// What a structure holds, one level deep.
fn outline(placements: &[Placement], known: &Known, of: Owner<'_>) -> String {
    if placements.is_empty() {
        return "<p>Nothing is placed in it yet.</p>".to_owned();
    }
    let items = placements.iter().map(|placement| {
        let view = known.get(&placement.component, of.library);
        let own = placement.overrides.title.as_deref();
        match view {
            Some(view) => format!(
                "<li><a href=\"/components/{}\">{}</a></li>",
                view.component.id,
                escape::text(own.unwrap_or_else(|| view.content.title()))
            ),
            None => "<li>A component that cannot be read here.</li>".to_owned(),
        }
    });
    format!("<ol>{}</ol>", items.collect::<String>())
}

fn sections<'k>(
    writer: &mut Writer<'k>,
    assessment: &Assessment,
    known: &'k Known,
    of: Owner<'k>,
) -> String {
    let mut html = String::new();
    for section in &assessment.sections {
        if let Some(title) = &section.title {
            let _ = write!(html, "<h3>{}</h3>", escape::text(title));
        }
        if let Some(draw) = section.draw {
            let all = section.entries.len();
            let _ = write!(html, "<p class=\"lcms-said\">{draw} of {all} are drawn.</p>");
        }
        for entry in &section.entries {
            match known.get(&entry.component, of.library) {
                Some(view) => match &view.content {
                    Content::Question(question) => {
                        let of = Owner { library: &view.library_key, own: false, question: true };
                        html += &question_html(writer, question, &view.content.texts(), of);
                    }
                    other => html += &mark(&format!("A {} cannot be asked.", other.kind())),
                },
                None => html += &mark("A question that cannot be read here."),
            }
        }
    }
    html
}
