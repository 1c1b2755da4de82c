//! Which program made a package, by what it leaves in its files.

use lcms_core::model::content::Tool;

use super::h5p;
use crate::folder::Folder;

/// Most bytes of a file that are looked at.
const MAX_LOOK: u64 = 4 << 20;

/// How a tool is recognised: files that are there, and where a text is followed by the version.
struct Sign {
    name: &'static str,
    /// All of these are parts of some path.
    paths: &'static [&'static str],
    /// A part of the path of a file, a text that must be in it, and what stands before the version.
    text: Option<(&'static str, &'static str)>,
    version: Option<(&'static str, &'static str)>,
}

const fn sign(
    name: &'static str,
    paths: &'static [&'static str],
    text: Option<(&'static str, &'static str)>,
    version: Option<(&'static str, &'static str)>,
) -> Sign {
    Sign { name, paths, text, version }
}

/// The first that fits. Wrappers, which several tools use, come last.
const SIGNS: &[Sign] = &[
    sign("Articulate Rise", &["scormcontent/lib/main.bundle.js"], None, None),
    sign("Articulate Rise", &["scormcontent/lib/rise/"], None, None),
    sign(
        "Articulate Storyline",
        &["html5/data/js/", "story_content/"],
        None,
        Some(("html5/data/js/data.js", "\"version\":\"")),
    ),
    sign("Articulate Storyline", &["story.html", "story_content/"], None, None),
    sign("Articulate Quizmaker", &["quiz.html", "quiz_content/"], None, None),
    sign("Articulate Presenter", &["presentation.html", "presentation_content/"], None, None),
    sign(
        "Adobe Captivate",
        &["assets/js/CPM.js"],
        None,
        Some(("assets/js/CPM.js", "CaptivateVersion','")),
    ),
    sign("Adobe Captivate", &["project.txt", "SCORM_utilities.js"], None, None),
    sign("Adobe Captivate", &["assets/htmlimages/", "project.txt"], None, None),
    sign(
        "iSpring",
        &["data/"],
        Some(("index.html", "Created with iSpring")),
        Some(("index.html", "<!--version ")),
    ),
    sign("Camtasia", &["techsmith-smart-player"], None, None),
    sign("Camtasia", &["_config.xml", "_player.html"], None, None),
    sign("Adapt", &["adapt/js/adapt.min.js"], None, None),
    sign("Adapt", &["course/config.json", "adapt.css"], None, None),
    sign("eXeLearning", &["contentv3.xml"], None, Some(("index.html", "content=\"eXeLearning "))),
    sign(
        "eXeLearning",
        &["content.xml", "libs/"],
        None,
        Some(("index.html", "content=\"eXeLearning ")),
    ),
    sign("Xerte", &["template.xml", "xenith"], None, None),
    sign("Xerte", &["template.xml", "common_html5/"], None, None),
    sign("Xerte", &["offline/js/", "themes/"], None, None),
    sign("Lectora", &["trivantis.js"], None, None),
    sign("Lectora", &["trivantis-"], None, None),
    sign("dominKnow", &["server/dko"], None, None),
    sign("Elucidat", &["elucidat"], None, None),
    sign("Evolve", &["evolve/js/"], None, None),
    sign("Gomo", &["gomo"], None, None),
    sign("lcms", &["bill-of-content.json"], None, None),
    sign("SCORM Driver", &["scormdriver/scormdriver.js"], None, None),
];

/// The tool, as far as the files show.
pub(super) fn of(folder: &Folder, launch: &str) -> Option<Tool> {
    if let Some((name, version)) = h5p::library(folder) {
        return Some(Tool { name: format!("H5P ({name})"), version });
    }
    let sign = SIGNS.iter().find(|sign| fits(sign, folder));
    let found = sign.map(|sign| Tool {
        name: sign.name.to_owned(),
        version: sign.version.and_then(|(path, before)| {
            let text = look(folder, path)?;
            version(&text, before)
        }),
    });
    found.or_else(|| generator(folder, launch))
}

fn fits(sign: &Sign, folder: &Folder) -> bool {
    let is_there = |part: &&str| folder.files().keys().any(|path| path.contains(part));
    sign.paths.iter().all(is_there)
        && sign
            .text
            .is_none_or(|(path, text)| look(folder, path).is_some_and(|found| found.contains(text)))
}

/// The beginning of the file whose path ends so.
fn look(folder: &Folder, ending: &str) -> Option<String> {
    let path = folder.files().keys().find(|path| path.ends_with(ending))?;
    let bytes = folder.bytes(path, MAX_LOOK).ok()?;
    Some(lcms_formats::decode_text(&bytes))
}

/// The number that follows a text.
fn version(text: &str, before: &str) -> Option<String> {
    let rest = text.split_once(before)?.1;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-');
    let version = rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', '-']);
    (version.starts_with(|c: char| c.is_ascii_digit()) && version.len() <= 40)
        .then(|| version.to_owned())
}

/// What the page that is opened names as its generator.
fn generator(folder: &Folder, launch: &str) -> Option<Tool> {
    let bytes = folder.bytes(launch, MAX_LOOK).ok()?;
    let text = lcms_formats::decode_text(&bytes);
    let tag = text.split('<').find(|tag| {
        tag.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("meta "))
            && tag.to_ascii_lowercase().contains("generator")
    })?;
    let (_, rest) = tag.split_once("content=")?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let named = super::line(rest[1..].split(quote).next()?);
    let (name, version) = match named.rsplit_once(' ') {
        Some((name, last)) if last.starts_with(|c: char| c.is_ascii_digit() || c == 'v') => {
            (name.to_owned(), Some(last.to_owned()))
        }
        _ => (named, None),
    };
    (!name.is_empty() && name.len() <= 100).then_some(Tool { name, version })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_what_follows_its_mark() {
        assert_eq!(
            version("<!--version 9.7.5.15043 -->", "<!--version "),
            Some("9.7.5.15043".into())
        );
        assert_eq!(version("x version: none", "version: "), None);
        assert_eq!(version("x", "version: "), None);
    }
}
