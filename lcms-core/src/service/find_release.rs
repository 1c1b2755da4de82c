//! Releases as people name them.

use std::fmt;
use std::str::FromStr;

use super::{ReleaseView, Session};
use crate::error::{Error, ErrorKind, Result};
use crate::model::reference::ReferenceError;
use crate::model::{ComponentId, Digest, Release, ReleaseId, Target};

/// How many releases are looked at in one go.
const PAGE: u64 = 200;

/// A release by its id or digest, or as one of a component's: `support/course` is the newest,
/// `support/course@3` the one with that number, `support/course@2026.1` the one with that label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseReference {
    /// The release's id. A component's id stands for its newest release.
    Id(ReleaseId),
    /// The release's digest.
    Digest(Digest),
    /// The newest release of a component.
    Newest(Target),
    /// The release of a component with that number or else that label.
    Named(Target, String),
}

impl FromStr for ReleaseReference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        if let Ok(digest) = text.parse() {
            return Ok(Self::Digest(digest));
        }
        match text.split_once('@') {
            Some((target, name)) if !name.trim().is_empty() => {
                Ok(Self::Named(target.parse()?, name.to_owned()))
            }
            _ => Ok(Self::Newest(text.parse()?)),
        }
    }
}

impl fmt::Display for ReleaseReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
            Self::Newest(target) => target.fmt(f),
            Self::Named(target, name) => write!(f, "{target}@{name}"),
        }
    }
}

impl Session {
    /// The release that a reference names.
    ///
    /// # Errors
    /// When there is none, or the actor may not read its library.
    pub async fn find_release(&self, reference: &ReleaseReference) -> Result<ReleaseView> {
        match reference {
            ReleaseReference::Digest(digest) => self.release_by_digest(*digest).await,
            ReleaseReference::Id(id) => match self.release_by_id(*id).await {
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    // Whoever names neither is told what was asked for: a release.
                    self.newest(&Target::Id(ComponentId(id.0))).await.map_err(|_| error)
                }
                found => found,
            },
            ReleaseReference::Newest(target) => self.newest(target).await,
            ReleaseReference::Named(target, name) => {
                let found = self.release_named(target, name).await?;
                self.release_by_id(found.id).await
            }
        }
    }

    async fn newest(&self, target: &Target) -> Result<ReleaseView> {
        let releases = self.releases(target, None, 1).await?;
        let newest = releases.first().ok_or_else(|| {
            Error::not_found(format!("`{target}` has no release yet"))
                .hint(format!("`lcms release {target}` makes one"))
        })?;
        self.release_by_id(newest.id).await
    }

    async fn release_named(&self, target: &Target, name: &str) -> Result<Release> {
        if let Some(after) = name.parse::<u32>().ok().and_then(|number| number.checked_add(1)) {
            let page = self.releases(target, Some(after), 1).await?;
            if let Some(found) = page.into_iter().find(|release| release.number + 1 == after) {
                return Ok(found);
            }
        }
        let mut before = None;
        loop {
            let page = self.releases(target, before, PAGE).await?;
            before = page.last().map(|release| release.number);
            let labelled = |release: &Release| release.label.as_deref() == Some(name);
            if let Some(found) = page.into_iter().find(labelled) {
                return Ok(found);
            }
            if before.is_none() {
                return Err(Error::not_found(format!("`{target}` has no release `{name}`"))
                    .hint(format!("`lcms releases {target}` lists numbers and labels")));
            }
        }
    }
}
