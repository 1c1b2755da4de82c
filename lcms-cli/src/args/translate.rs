//! Translations.

use std::path::PathBuf;

use clap::Subcommand;
use lcms_core::model::{Language, RevisionId, Target};

#[derive(Debug, Subcommand)]
pub(crate) enum Translate {
    /// List the languages a component is translated into.
    List {
        /// `library/key` or an id.
        component: Target,
    },
    /// Show a translation.
    Show {
        /// `library/key` or an id.
        component: Target,
        /// The language, such as `de`.
        language: Language,
    },
    /// Save a translation.
    Save {
        /// `library/key` or an id.
        component: Target,
        /// The language, such as `de`.
        language: Language,
        /// File with the translated document (JSON), `-` for standard input; of a course, module,
        /// lesson or assessment only its strings count.
        #[arg(long)]
        content: PathBuf,
        /// File with the translated metadata (JSON); the source's when left out.
        #[arg(long)]
        metadata: Option<PathBuf>,
        /// Number of the source's revision it was made from; the present one when left out.
        #[arg(long, value_name = "NUMBER")]
        source: Option<u32>,
        /// The translation's revision that the change is based on; its head when left out.
        #[arg(long)]
        base: Option<RevisionId>,
        /// Why, for the history.
        #[arg(long, short, default_value = "")]
        message: String,
    },
    /// Show what of a course, with everything below it, is stale or missing in a language.
    Status {
        /// `library/key` or an id.
        component: Target,
        /// The language, such as `de`.
        language: Language,
    },
}
