//! Profiles as publishing needs them: one revision, with the image that it shows.

use super::Session;
use crate::error::{Error, Result};
use crate::model::content::{Asset, Profile};
use crate::model::reference::Reference;
use crate::model::{
    ComponentId, Content, Digest, LinkPolicy, Metadata, RevisionId, Slot, SlotRole, Violation,
};
use crate::store::{documents, heads};

/// One revision of a profile.
#[derive(Clone, Debug)]
pub struct ProfileVersion {
    /// The component.
    pub component: ComponentId,
    /// `library/key`, as people know it on this server.
    pub name: String,
    /// The revision.
    pub revision: RevisionId,
    /// Digest of its content document.
    pub content: Digest,
    /// What it says.
    pub profile: Profile,
    /// The image of its theme, as its link policy shows it now.
    pub logo: Option<LogoVersion>,
}

/// The version of an image that a profile shows.
#[derive(Clone, Debug)]
pub struct LogoVersion {
    /// The component.
    pub component: ComponentId,
    /// Digest of its content document.
    pub content: Digest,
    /// Digest of its metadata document.
    pub metadata: Digest,
    /// The image.
    pub asset: Asset,
    /// What describes it; its licence.
    pub described: Metadata,
}

impl Session {
    /// The profile that a reference names; a reference without a revision is its head.
    ///
    /// # Errors
    /// When there is none, it is no profile, the actor may not read it, or its logo is gone.
    pub async fn profile(&self, reference: &Reference) -> Result<ProfileVersion> {
        let view = self.component(reference).await?;
        let name = format!("{}/{}", view.library_key, view.component.key);
        if view.component.deleted {
            return Err(Error::conflict(format!("the profile `{name}` is deleted"))
                .hint("restore it, or publish with another"));
        }
        let slot = view.content.slots().into_iter().find(|slot| slot.role == SlotRole::Logo);
        let kind = view.content.kind();
        let Content::Profile(profile) = view.content else {
            return Err(Error::invalid(format!("`{name}` is a {kind}, not a profile"))
                .hint("list profiles with `lcms component list --kind profile`"));
        };
        let logo = match slot {
            None => None,
            Some(slot) => Some(self.logo(&name, &slot, &view.revision.language).await?),
        };
        Ok(ProfileVersion {
            component: view.component.id,
            name,
            revision: view.revision.id,
            content: view.revision.content,
            profile,
            logo,
        })
    }

    async fn logo(
        &self,
        profile: &str,
        slot: &Slot,
        language: &crate::model::Language,
    ) -> Result<LogoVersion> {
        let refused = |message: &str| {
            let violation = Violation::new("/theme/logo", "unresolved", message);
            Error::violations(format!("the profile `{profile}` cannot be used"), vec![violation])
        };
        let db = self.lcms.store().reader();
        let (content, metadata) = match &slot.policy {
            LinkPolicy::Latest => heads::of(db, &self.view, slot.component, language)
                .await?
                .map(|head| (head.content, head.metadata))
                .ok_or_else(|| refused("the logo does not stand here"))?,
            LinkPolicy::Approved => {
                heads::newest_approved(db, &self.view, slot.component, language)
                    .await?
                    .map(|approved| (approved.content, approved.metadata))
                    .ok_or_else(|| refused("the logo has no approved revision"))?
            }
            LinkPolicy::Pinned { content, metadata } => (*content, *metadata),
            LinkPolicy::Release { .. } => {
                return Err(refused("an asset has no releases; pin the logo or follow it"));
            }
        };
        let described = documents::metadata(db, metadata).await?;
        match documents::content(db, content).await? {
            Content::Asset(asset) if asset.is_image() => {
                Ok(LogoVersion { component: slot.component, content, metadata, asset, described })
            }
            other => {
                let message = format!("“{}” is no image", other.title());
                Err(refused(&message))
            }
        }
    }
}
