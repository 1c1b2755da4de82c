//! What was worked out before and can be again at no cost: the plans of lessons and their rendered
//! pages, each under the name of everything it was made from. So nothing here is ever out of date;
//! what is not asked for goes when the space is wanted.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lcms_core::Bounded;
use lcms_core::model::Digest;

use crate::plan::KnownSco;
use crate::render::RenderedSco;

/// Most bytes of plans that are remembered.
const PLANS: usize = 128 << 20;
/// Most bytes of rendered pages that are remembered.
const PAGES: usize = 128 << 20;

type Held<V> = Mutex<Bounded<Digest, Arc<V>>>;

/// Plans and pages by the names of what they were made from.
pub(crate) struct Cache {
    plans: Held<KnownSco>,
    pages: Held<RenderedSco>,
}

impl Default for Cache {
    fn default() -> Self {
        Self { plans: Mutex::new(Bounded::new(PLANS)), pages: Mutex::new(Bounded::new(PAGES)) }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plans, pages } = self;
        f.debug_struct("Cache").field("plans", &*lock(plans)).field("pages", &*lock(pages)).finish()
    }
}

impl Cache {
    pub(crate) fn planned(&self, name: &Digest) -> Option<Arc<KnownSco>> {
        lock(&self.plans).get(name)
    }

    pub(crate) fn plan(&self, name: Digest, planned: Arc<KnownSco>, bytes: usize) {
        lock(&self.plans).put(name, planned, bytes);
    }

    pub(crate) fn rendered(&self, name: &Digest) -> Option<Arc<RenderedSco>> {
        lock(&self.pages).get(name)
    }

    pub(crate) fn render(&self, name: Digest, rendered: Arc<RenderedSco>, bytes: usize) {
        lock(&self.pages).put(name, rendered, bytes);
    }
}

fn lock<V>(held: &Held<V>) -> MutexGuard<'_, Bounded<Digest, Arc<V>>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
