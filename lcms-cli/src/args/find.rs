//! Finding and reading.

use clap::Args;
use lcms_core::index::Facet;
use lcms_core::model::{Key, Kind, Language, Reference, ReleaseReference, Target};

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Words, "phrases", beginning*, a OR b, (groups), title:word; after `--` also -excluded.
    /// Everything when left out.
    #[arg(num_args = 0..)]
    pub(crate) words: Vec<String>,
    /// Only this library (may be repeated).
    #[arg(long)]
    pub(crate) library: Vec<String>,
    /// Only this kind (may be repeated).
    #[arg(long)]
    pub(crate) kind: Vec<String>,
    /// Only this state (may be repeated).
    #[arg(long)]
    pub(crate) state: Vec<String>,
    /// Only this tag (may be repeated).
    #[arg(long)]
    pub(crate) tag: Vec<String>,
    /// Only this language (may be repeated).
    #[arg(long)]
    pub(crate) language: Vec<String>,
    /// Only this value of another property: `licence=CC-BY-4.0`, `level=easy`, `use=unused`,
    /// `steward=…`, `term=subjects/Safety`, `tool=…`, `duration=0-5`, `review=2026`, `objective=ID` (may be repeated).
    #[arg(long, value_name = "NAME=VALUE", value_parser = read_filter)]
    pub(crate) filter: Vec<(Facet, String)>,
    /// Show how many components have each value of each property.
    #[arg(long)]
    pub(crate) counts: bool,
    /// Only what this release froze: an id, a digest, or `library/key@release:1`.
    #[arg(long, conflicts_with = "superseded")]
    pub(crate) release: Option<ReleaseReference>,
    /// Only what a later revision has replaced.
    #[arg(long)]
    pub(crate) superseded: bool,
    /// Also what is local to a structure.
    #[arg(long)]
    pub(crate) local: bool,
    /// At most so many hits, 1 to 100.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
}

/// Reads `licence=CC-BY-4.0`.
fn read_filter(text: &str) -> Result<(Facet, String), String> {
    let names = || Facet::ALL.map(Facet::name).join(", ");
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("write NAME=VALUE; the names are {}", names()))?;
    let facet = Facet::ALL.into_iter().find(|facet| facet.name() == name);
    let facet = facet.ok_or_else(|| format!("there is no `{name}`; there are {}", names()))?;
    Ok((facet, value.to_owned()))
}

#[derive(Debug, Args)]
pub(crate) struct Similar {
    /// `library/key` or an id; left out, the text comes from standard input.
    pub(crate) component: Option<Target>,
    /// Only this kind (may be repeated).
    #[arg(long)]
    pub(crate) kind: Vec<Kind>,
    /// Only this library (may be repeated).
    #[arg(long)]
    pub(crate) library: Vec<Key>,
    /// Language of the text from standard input.
    #[arg(long, default_value = "en")]
    pub(crate) language: Language,
    /// At most so many, 1 to 100.
    #[arg(long, default_value_t = 10)]
    pub(crate) limit: usize,
}

#[derive(Debug, Args)]
pub(crate) struct WhereUsed {
    /// `library/key` or an id.
    pub(crate) component: Target,
    /// Also what holds the parents in turn, up to courses, with the way down from these.
    #[arg(long)]
    pub(crate) transitive: bool,
    /// Leave out the releases that hold it, with their channels and where they are live.
    #[arg(long)]
    pub(crate) no_releases: bool,
    /// At most so many on a page, 1 to 200.
    #[arg(long, default_value_t = 200)]
    pub(crate) limit: u64,
    /// Where the page before ended.
    #[arg(long)]
    pub(crate) cursor: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Reindex {
    /// Check where-used against the revisions instead, and make right what differs.
    #[arg(long)]
    pub(crate) where_used: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// `library/key` or an id, optionally with `@3`, `@approved` or `@branch:name`.
    pub(crate) component: Reference,
}

#[derive(Debug, Args)]
pub(crate) struct Log {
    /// `library/key` or an id.
    pub(crate) component: Target,
    /// At most so many revisions, 1 to 200.
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Events {
    /// Only events after this number.
    #[arg(long, default_value_t = 0)]
    pub(crate) after: i64,
    /// At most so many, 1 to 1000.
    #[arg(long, default_value_t = 100)]
    pub(crate) limit: u64,
}
