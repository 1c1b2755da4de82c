//! Where a page of uses ends and the next begins.

use std::fmt;
use std::str::FromStr;

use super::ascent::Edge;
use crate::error::{Error, Result};
use crate::model::{ComponentId, Key, Language, SlotId};

/// The place of a use in the order of a list; written down, where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    depth: u32,
    library: Key,
    key: Key,
    slot: SlotId,
    language: Language,
    child: ComponentId,
}

impl Place {
    pub(super) fn of(edge: &Edge, library: &Key) -> Self {
        Self {
            depth: edge.depth,
            library: library.clone(),
            key: edge.parent.key.clone(),
            slot: edge.used.slot,
            language: edge.used.language.clone(),
            child: edge.used.child,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { depth, library, key, slot, language, child } = self;
        write!(f, "{depth}/{library}/{key}/{slot}/{language}/{child}")
    }
}

impl FromStr for Place {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        fn read(text: &str) -> Option<Place> {
            let mut parts = text.split('/');
            let place = Place {
                depth: parts.next()?.parse().ok()?,
                library: parts.next()?.parse().ok()?,
                key: parts.next()?.parse().ok()?,
                slot: parts.next()?.parse().ok()?,
                language: parts.next()?.parse().ok()?,
                child: parts.next()?.parse().ok()?,
            };
            parts.next().is_none().then_some(place)
        }
        read(text).ok_or_else(|| Error::invalid("the cursor is not one that a list gave out"))
    }
}
