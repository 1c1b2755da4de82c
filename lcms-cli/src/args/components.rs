//! Components.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lcms_core::model::{Key, Kind, RevisionId, Target, Transition};

use super::Named;

#[derive(Debug, Subcommand)]
pub(crate) enum Component {
    /// Create a component.
    Create {
        /// `library/key`.
        name: Target,
        /// What it is.
        #[arg(long)]
        kind: Kind,
        #[command(flatten)]
        documents: Documents,
    },
    /// Save new documents for a component.
    Save {
        /// `library/key` or an id.
        component: Target,
        /// The revision the change is based on; the present head when left out.
        #[arg(long)]
        base: Option<RevisionId>,
        #[command(flatten)]
        documents: Documents,
    },
    /// List components.
    List {
        /// Only this library.
        #[arg(long)]
        library: Option<Key>,
        /// Only this kind.
        #[arg(long)]
        kind: Option<Kind>,
        /// The deleted ones.
        #[arg(long)]
        deleted: bool,
        /// Also what is local to a structure.
        #[arg(long)]
        local: bool,
        /// Only what is local to this structure.
        #[arg(long)]
        owner: Option<Target>,
    },
    /// Take a component to another state: submit, withdraw, approve, retire, reinstate.
    State {
        /// `library/key` or an id.
        component: Target,
        /// The step.
        #[arg(value_parser = transition)]
        step: Transition,
    },
    /// Give a component another key.
    Rename {
        /// `library/key` or an id.
        component: Target,
        /// The new key.
        key: Key,
    },
    /// Delete a component that nothing uses; can be undone.
    Delete(Named),
    /// Undo a deletion.
    #[command(name = "undelete", visible_alias = "restore")]
    Restore(Named),
}

#[derive(Debug, Args)]
pub(crate) struct Documents {
    /// File with the content document (JSON), `-` for standard input.
    #[arg(long)]
    pub(crate) content: Option<PathBuf>,
    /// File with the metadata document (JSON).
    #[arg(long)]
    pub(crate) metadata: Option<PathBuf>,
    /// Why, for the history.
    #[arg(long, short, default_value = "")]
    pub(crate) message: String,
}

pub(super) fn transition(text: &str) -> Result<Transition, String> {
    [
        Transition::Submit,
        Transition::Withdraw,
        Transition::Approve,
        Transition::Retire,
        Transition::Reinstate,
    ]
    .into_iter()
    .find(|step| step.as_str() == text)
    .ok_or_else(|| "expected submit, withdraw, approve, retire or reinstate".to_owned())
}
