//! The properties by which hits are filtered and counted.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A property by which hits are filtered and counted.
///
/// A value with `/` in it is a place in a tree: whatever has `safety/fire` is found and counted
/// under `safety` too.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// The library's key.
    Library,
    /// The component's kind.
    Kind,
    /// The state of its newest revision.
    State,
    /// The languages it has texts in.
    Language,
    /// Any of its tags.
    Tag,
    /// Places of its terms in vocabularies: `subjects/Safety/Fire`.
    Term,
    /// The ids of the objectives it serves.
    Objective,
    /// Who answers for it.
    Steward,
    /// Its licence.
    Licence,
    /// The program that an imported package was made with.
    Tool,
    /// How hard it is.
    Level,
    /// How many minutes it takes: `0-5`, `6-15`, `16-30`, `31-60` or `61+`.
    Duration,
    /// `used` when something holds it, `unused` otherwise.
    Use,
    /// When it is due for review: the year, and the month as `2026/2026-11`.
    Review,
}

impl Facet {
    /// Every facet.
    pub const ALL: [Self; 14] = [
        Self::Library,
        Self::Kind,
        Self::State,
        Self::Language,
        Self::Tag,
        Self::Term,
        Self::Objective,
        Self::Steward,
        Self::Licence,
        Self::Tool,
        Self::Level,
        Self::Duration,
        Self::Use,
        Self::Review,
    ];

    /// Its name, as in JSON and in `name:value` of a search.
    pub fn name(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Kind => "kind",
            Self::State => "state",
            Self::Language => "language",
            Self::Tag => "tag",
            Self::Term => "term",
            Self::Objective => "objective",
            Self::Steward => "steward",
            Self::Licence => "licence",
            Self::Tool => "tool",
            Self::Level => "level",
            Self::Duration => "duration",
            Self::Use => "use",
            Self::Review => "review",
        }
    }
}

/// How many components have a value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacetCount {
    /// The value.
    pub value: String,
    /// How it is shown, where that differs: the title of an objective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The number of components.
    pub count: u64,
}

/// A value and everything above it in its tree, each once: `a`, `a/b`, `a/b/c`.
pub(super) fn with_ancestors(value: &str) -> impl Iterator<Item = &str> {
    value
        .match_indices('/')
        .map(|(at, _)| &value[..at])
        .filter(|ancestor| !ancestor.is_empty())
        .chain([value])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_tree_has_all_places_above_it() {
        let of = |value| with_ancestors(value).collect::<Vec<_>>();
        assert_eq!(of("safety"), ["safety"]);
        assert_eq!(of("safety/fire/doors"), ["safety", "safety/fire", "safety/fire/doors"]);
        assert_eq!(of("/a"), ["/a"]);
    }

    #[test]
    fn each_facet_stands_at_its_own_place() {
        for (at, facet) in Facet::ALL.into_iter().enumerate() {
            assert_eq!(facet as usize, at);
        }
    }
}
