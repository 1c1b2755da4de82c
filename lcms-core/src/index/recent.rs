//! Pages of searches without words, kept until the index changes.
//!
//! Such a search looks at every document, and a start page asks for it each time it is opened, by
//! everybody who may read the same libraries.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::request::SearchRequest;
use super::search::SearchPage;

/// The most pages kept.
const PAGES: usize = 64;

/// The pages of one state of the index.
#[derive(Debug, Default)]
pub(super) struct RecentPages(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Which state of the index the pages are of.
    generation: u64,
    /// Newest last.
    pages: VecDeque<(SearchRequest, SearchPage)>,
}

impl RecentPages {
    /// The page that was found for this request in this state of the index.
    pub(super) fn of(&self, generation: u64, request: &SearchRequest) -> Option<SearchPage> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.generation != generation {
            return None;
        }
        let (_, page) = state.pages.iter().find(|(known, _)| known == request)?;
        Some(page.clone())
    }

    /// Keeps a page, unless the index has changed since it was found.
    pub(super) fn keep(&self, generation: u64, request: &SearchRequest, page: &SearchPage) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.generation > generation {
            return;
        }
        if state.generation < generation {
            state.generation = generation;
            state.pages.clear();
        }
        if state.pages.len() == PAGES {
            state.pages.pop_front();
        }
        state.pages.push_back((request.clone(), page.clone()));
    }
}
