//! A component as its authors look at it while they write: one page of HTML, made from a document
//! that need not be saved, let alone released.
//!
//! It is rendered by the same rules as a package, with three differences. What refers to other
//! components shows those as they stand on the branch looked at. What depends on a profile is
//! shown for the conditions given, or all of it when there are none, and a variable without a
//! value shows its name. And nothing is refused: what a package would refuse is shown as a mark in
//! its place and told as a notice, because half-finished text is what a proof is for.
//!
//! The page holds no script. Files come from the API's own addresses, and the key of a question is
//! shown beside it.

mod gather;
mod page;
mod question;
mod text;
mod values;

use std::collections::BTreeMap;

use lcms_core::model::content::Content;
use lcms_core::model::{Key, Language, Violation};
use lcms_core::service::Session;
use lcms_core::{Error, Result};
use tokio::task::spawn_blocking;

use crate::player;
use gather::gather;
pub use values::values_in;

/// What a proof is of.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Key of the library it is written in: keys without a library are looked for there.
    pub library: Key,
    /// The language it is written in.
    pub language: Language,
    /// The document.
    pub content: Content,
    /// Address of the file of an asset itself, if it is saved.
    pub file: Option<String>,
    /// The conditions to show it for, each name with its values; everything when empty.
    pub conditions: BTreeMap<String, Vec<String>>,
    /// Values of variables.
    pub variables: BTreeMap<String, String>,
}

/// A page, and what a package would refuse or lose.
#[derive(Clone, Debug)]
pub struct Proof {
    /// A whole HTML document.
    pub html: String,
    /// In the order of the document, each with the pointer of its text, line and column.
    pub notices: Vec<Violation>,
}

/// Where the style sheets of a proof stand.
pub const LOOK: &str = "/proof/";

/// The style sheets of a proof, by name, in the order they are loaded: those of a package, and
/// one for what only a proof shows.
pub fn look() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let own: &[u8] = include_bytes!("proof/proof.css");
    [(player::STYLE, player::style().as_bytes()), (page::OWN_LOOK, own)].into_iter()
}

/// Renders a document.
///
/// # Errors
/// When the store cannot be read.
pub async fn proof(session: &Session, subject: Subject) -> Result<Proof> {
    let known = gather(session, &subject).await?;
    spawn_blocking(move || page::page(&subject, &known))
        .await
        .map_err(|error| Error::internal("could not render a proof", error))
}
