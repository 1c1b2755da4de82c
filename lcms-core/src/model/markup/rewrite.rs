//! Keys to ids and back, in place.

use std::fmt;

use super::error::{MarkupError, Rule};
use super::tokens::Position;
use super::{Markup, Reference};
use crate::model::reference::Target;

/// Replaces the target of every reference by what `resolve` answers: `support/glossary` for a
/// [`Target::Key`], `id:0192…` for a [`Target::Id`]. Everything else stays as it is, byte for byte.
///
/// # Errors
/// The source's own errors, or one error ([`Rule::Reference`]) with the place and the answer of each
/// reference that `resolve` refuses.
pub fn rewrite_references<E: fmt::Display>(
    source: &str,
    mut resolve: impl FnMut(&Reference) -> Result<Target, E>,
) -> Result<String, Vec<MarkupError>> {
    let markup = Markup::parse(source)?;
    let mut errors = Vec::new();
    let mut rewritten = String::with_capacity(source.len());
    let mut copied = 0;
    for reference in markup.references() {
        match resolve(reference) {
            Ok(target) => {
                rewritten.push_str(&source[copied..reference.span.start]);
                rewritten.push_str(&written(&target));
                copied = reference.span.end;
            }
            Err(reason) => {
                let at = Position { line: reference.line, column: reference.column };
                errors.push(MarkupError::new(at, Rule::Reference, reason.to_string()));
            }
        }
    }
    rewritten.push_str(&source[copied..]);
    if errors.is_empty() { Ok(rewritten) } else { Err(errors) }
}

fn written(target: &Target) -> String {
    match target {
        Target::Id(id) => format!("id:{id}"),
        Target::Key { .. } => target.to_string(),
    }
}
