//! Copies, and what becomes part of a library.

use clap::Args;
use lcms_core::model::{Key, Reference, Target};

#[derive(Debug, Args)]
pub(crate) struct Copy {
    /// `library/key` or an id, optionally with `@3`, `@approved` or `@branch:name`.
    pub(crate) component: Reference,
    /// The copy: `library/key`, or a key in the same library; made from the component's when left
    /// out.
    pub(crate) name: Option<Target>,
    /// Library of the copy, when its key is to be made.
    #[arg(long, conflicts_with = "name")]
    pub(crate) library: Option<Key>,
    /// Also copy the modules, lessons, assessments, topics and questions below.
    #[arg(long)]
    pub(crate) subtree: bool,
    /// Also copy assets and web packages.
    #[arg(long, requires = "subtree")]
    pub(crate) assets: bool,
    /// Why, for the history.
    #[arg(long, short, default_value = "")]
    pub(crate) message: String,
}

#[derive(Debug, Args)]
pub(crate) struct Promote {
    /// `library/key` or an id.
    pub(crate) component: Target,
    /// Its key in the library; the one it has when left out.
    #[arg(long)]
    pub(crate) key: Option<Key>,
}
