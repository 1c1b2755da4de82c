//! Files that pages show or link to.

use lcms_core::model::Key;

use super::outline::{Outline, humanise, stem};
use crate::keys::Keys;
use crate::media;

/// A file in use.
#[derive(Debug)]
pub(super) struct Asset {
    /// Path in the folder.
    pub(super) path: String,
    pub(super) key: Key,
    pub(super) title: String,
    pub(super) alt: Option<String>,
    pub(super) is_decorative: bool,
    pub(super) caption: Option<String>,
}

/// How a page uses a file.
#[derive(Debug, Default)]
pub(super) struct Use {
    /// Text that stands for it; empty when the page says that it only decorates.
    pub(super) alt: Option<String>,
    pub(super) caption: Option<String>,
}

/// The files in use, in the order of their first use.
#[derive(Debug, Default)]
pub(super) struct Assets {
    pub(super) all: Vec<Asset>,
    by_path: std::collections::HashMap<String, usize>,
}

impl Assets {
    /// Notes a use of a file, and answers how it is written in text.
    pub(super) fn embed(
        &mut self,
        path: &str,
        used: Use,
        keys: &mut Keys,
        course: &Key,
        outline: &Outline,
    ) -> String {
        let index = match self.by_path.get(path) {
            Some(index) => *index,
            None => {
                let shown =
                    outline.unnamed.iter().find_map(|folder| path.strip_prefix(folder.as_str()));
                self.all.push(Asset {
                    path: path.to_owned(),
                    key: keys.next(&[course.as_str(), shown.unwrap_or(path)]),
                    title: humanise(stem(path)),
                    alt: None,
                    is_decorative: false,
                    caption: None,
                });
                self.by_path.insert(path.to_owned(), self.all.len() - 1);
                self.all.len() - 1
            }
        };
        let asset = &mut self.all[index];
        if !media::media_type(path).starts_with("image/") {
            // What is no picture is shown as a link with these words.
            return written(&asset.key, used.alt.as_deref());
        }
        if asset.caption.is_none() {
            asset.caption = used.caption;
        }
        let is_empty = used.alt.as_deref() == Some("");
        let alt = used.alt.filter(|alt| !alt.is_empty());
        if asset.alt.is_none() && !asset.is_decorative {
            asset.is_decorative = is_empty;
            asset.alt.clone_from(&alt);
        }
        written(&asset.key, alt.as_deref().filter(|_| alt != asset.alt))
    }
}

fn written(key: &Key, words: Option<&str>) -> String {
    match words.and_then(reference_text) {
        Some(text) => format!("![[{key}|{text}]]"),
        None => format!("![[{key}]]"),
    }
}

/// Words as the text of a reference, which cannot hold brackets and backticks; `None` when there are
/// none.
pub(super) fn reference_text(words: &str) -> Option<String> {
    let swapped = words.replace('[', "(").replace(']', ")").replace('`', "'");
    let joined = swapped.split_whitespace().collect::<Vec<_>>().join(" ");
    (!joined.is_empty()).then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_text_is_the_assets_and_others_stay_where_they_are_used() {
        let (mut assets, mut keys, outline) =
            (Assets::default(), Keys::default(), Outline::default());
        let course = keys.next(&["c"]);
        let mut embed = |alt: Option<&str>| {
            let used = Use { alt: alt.map(str::to_owned), caption: None };
            assets.embed("fig/a-b.png", used, &mut keys, &course, &outline)
        };
        assert_eq!(embed(None), "![[c-fig-a-b-png]]");
        assert_eq!(embed(Some("One [1]")), "![[c-fig-a-b-png]]");
        assert_eq!(embed(Some("One [1]")), "![[c-fig-a-b-png]]");
        assert_eq!(embed(Some("Two `x`\n[y]")), "![[c-fig-a-b-png|Two 'x' (y)]]");
        assert_eq!(assets.all[0].alt.as_deref(), Some("One [1]"));
        assert_eq!(assets.all[0].title, "A b");
    }

    #[test]
    fn an_empty_text_says_that_an_image_only_decorates() {
        let (mut assets, mut keys) = (Assets::default(), Keys::default());
        let course = keys.next(&["c"]);
        let used = Use { alt: Some(String::new()), caption: None };
        assets.embed("a.png", used, &mut keys, &course, &Outline::default());
        assert!(assets.all[0].is_decorative && assets.all[0].alt.is_none());
    }
}
