//! Targets: the LMSs that receive packages. They belong to the whole server.

use serde::Deserialize;
use utoipa::ToSchema;

use super::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Digest, EventKind, Key, LmsTarget, Right, TargetId};
use crate::store::events::{self, NewEvent};
use crate::store::{deployments, now};

/// A target to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTarget {
    /// Key, unique on this server.
    pub key: Key,
    /// Title.
    pub title: String,
    /// What it runs: `moodle`, `canvas`, …
    #[serde(default)]
    pub platform: String,
    /// Where it is.
    #[serde(default)]
    pub url: String,
    /// Anything else, plain text.
    #[serde(default)]
    pub notes: String,
}

/// What is to be changed of a target; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeTarget {
    /// Title.
    #[serde(default)]
    pub title: Option<String>,
    /// What it runs.
    #[serde(default)]
    pub platform: Option<String>,
    /// Where it is.
    #[serde(default)]
    pub url: Option<String>,
    /// Anything else.
    #[serde(default)]
    pub notes: Option<String>,
    /// Whether it receives no more packages. What is live there stays recorded as live.
    #[serde(default)]
    pub retired: Option<bool>,
    /// [`LmsTarget::state`] as it was seen; when it is another by now, nothing is changed.
    #[serde(skip)]
    pub seen: Option<Digest>,
}

impl Session {
    /// Every target, by key.
    ///
    /// # Errors
    /// When the actor may read no library.
    pub async fn targets(&self) -> Result<Vec<LmsTarget>> {
        self.require_somewhere(Right::Read)?;
        deployments::targets(self.lcms.store().reader()).await
    }

    /// One target.
    ///
    /// # Errors
    /// When there is none of that key, or the actor may read no library.
    pub async fn target(&self, key: &Key) -> Result<LmsTarget> {
        self.require_somewhere(Right::Read)?;
        let found = deployments::target(self.lcms.store().reader(), key).await?;
        found.ok_or_else(|| no_target(key))
    }

    /// Adds a target.
    ///
    /// # Errors
    /// When the actor may not deploy in every library, the title is empty, or the key is taken.
    pub async fn create_target(&self, new: NewTarget) -> Result<LmsTarget> {
        self.require_everywhere(Right::Deploy)?;
        require_title(&new.title)?;
        let target = LmsTarget {
            id: TargetId::new(),
            key: new.key,
            title: new.title,
            platform: new.platform,
            url: new.url,
            notes: new.notes,
            retired: false,
            created: now(),
        };
        let event = NewEvent {
            detail: serde_json::json!({ "target": target.key }),
            ..NewEvent::new(EventKind::TargetCreated, target.created, self.actor.id())
        };
        let added = target.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    if deployments::target(tx, &added.key).await?.is_some() {
                        return Err(Error::conflict(format!(
                            "there is a target `{}` already",
                            added.key
                        )));
                    }
                    deployments::insert_target(tx, &added).await?;
                    events::append(tx, event).await
                })
            })
            .await?;
        Ok(target)
    }

    /// Changes a target.
    ///
    /// # Errors
    /// [`ErrorKind::StaleBase`] when it is another than was seen; when there is none of that key,
    /// the title is empty, or the actor may not deploy in every library.
    pub async fn change_target(&self, key: &Key, change: ChangeTarget) -> Result<LmsTarget> {
        self.require_everywhere(Right::Deploy)?;
        if let Some(title) = &change.title {
            require_title(title)?;
        }
        let (key, actor) = (key.clone(), self.actor.id());
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let before =
                        deployments::target(tx, &key).await?.ok_or_else(|| no_target(&key))?;
                    if change.seen.is_some_and(|seen| seen != before.state()) {
                        let message = format!("target `{key}` was changed meanwhile");
                        return Err(Error::new(ErrorKind::StaleBase, message)
                            .hint("read it again, and change what is there now"));
                    }
                    let changed = LmsTarget {
                        title: change.title.unwrap_or_else(|| before.title.clone()),
                        platform: change.platform.unwrap_or_else(|| before.platform.clone()),
                        url: change.url.unwrap_or_else(|| before.url.clone()),
                        notes: change.notes.unwrap_or_else(|| before.notes.clone()),
                        retired: change.retired.unwrap_or(before.retired),
                        ..before.clone()
                    };
                    if changed == before {
                        return Ok(before);
                    }
                    deployments::update_target(tx, &changed).await?;
                    let event = NewEvent {
                        detail: serde_json::json!({ "target": key, "retired": changed.retired }),
                        ..NewEvent::new(EventKind::TargetChanged, now(), actor)
                    };
                    events::append(tx, event).await?;
                    Ok(changed)
                })
            })
            .await
    }
}

fn require_title(title: &str) -> Result<()> {
    if title.trim().is_empty() { Err(Error::invalid("a target needs a title")) } else { Ok(()) }
}

pub(super) fn no_target(key: &Key) -> Error {
    Error::not_found(format!("there is no target `{key}`"))
        .hint("list the targets with `lcms target list`")
}
