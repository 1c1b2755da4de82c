//! Who did something, by name.

use std::collections::HashMap;

use lcms_core::Result;
use lcms_core::model::UserId;
use lcms_core::service::{Actor, Session};

/// Names of all users.
#[derive(Default)]
pub(super) struct People(HashMap<UserId, String>);

impl People {
    pub(super) async fn all(session: &Session) -> Result<Self> {
        let users = session.users().await?.into_iter();
        Ok(Self(users.map(|view| (view.user.id, view.user.name.to_string())).collect()))
    }

    /// The user's name; whoever works with the data directory itself is its operator.
    pub(super) fn name(&self, id: UserId) -> String {
        match self.0.get(&id) {
            Some(name) => name.clone(),
            None if id == Actor::OPERATOR => "operator".to_owned(),
            None => id.to_string(),
        }
    }
}
