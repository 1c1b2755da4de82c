//! Which thing: the variable parts of a path.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use lcms_core::model::{Reference, RevisionSelector, SlotId, Target};
use serde::de::DeserializeOwned;

use crate::problem::{Problem, ProblemKind};

/// The variable parts of a path, as typed values.
#[derive(Debug)]
pub(crate) struct UrlPath<T>(pub T);

impl<S, T> FromRequestParts<S> for UrlPath<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => {
                Err(Problem::new(ProblemKind::BadParameter, format!("the path: {rejection}")))
            }
        }
    }
}

/// A component and which of its revisions, written as everywhere: an id or `library/key`,
/// optionally `@3`, `@approved` or `@branch:name`. In a path the slash is written `%2F`.
#[derive(Debug)]
pub(crate) struct ReferencePath(pub Reference);

impl ReferencePath {
    /// Reads a reference that must be complete: there is no library around it to look in.
    pub(crate) fn read(text: &str) -> Result<Self, Problem> {
        let bad = |detail: String| Problem::new(ProblemKind::BadParameter, detail);
        let reference: Reference = text.parse().map_err(|error| bad(format!("{error}")))?;
        if let Target::Key { library: None, key } = &reference.target {
            return Err(bad(format!("`{key}` does not say in which library"))
                .hint("write `library%2Fkey` or the component's id"));
        }
        Ok(Self(reference))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ReferencePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let UrlPath(text) = UrlPath::<String>::from_request_parts(parts, state).await?;
        Self::read(&text)
    }
}

/// A component as a whole, where a revision would make no sense.
#[derive(Debug)]
pub(crate) struct TargetPath(pub Target);

impl TargetPath {
    /// Reads a reference to a component as a whole.
    pub(crate) fn read(text: &str) -> Result<Self, Problem> {
        let ReferencePath(reference) = ReferencePath::read(text)?;
        if reference.revision != RevisionSelector::Head {
            let detail = format!("`{reference}` names a revision, but this is about the component");
            return Err(
                Problem::new(ProblemKind::BadParameter, detail).hint("leave out what follows `@`")
            );
        }
        Ok(Self(reference.target))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TargetPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let UrlPath(text) = UrlPath::<String>::from_request_parts(parts, state).await?;
        Self::read(&text)
    }
}

/// One placement of a structure.
#[derive(Debug)]
pub(crate) struct SlotPath {
    /// The structure.
    pub target: Target,
    /// The placement.
    pub slot: SlotId,
}

impl<S: Send + Sync> FromRequestParts<S> for SlotPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let UrlPath((text, slot)) =
            UrlPath::<(String, SlotId)>::from_request_parts(parts, state).await?;
        let TargetPath(target) = TargetPath::read(&text)?;
        Ok(Self { target, slot })
    }
}
