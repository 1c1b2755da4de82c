//! Users, roles and tokens.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Session;
use crate::error::{Error, Result};
use crate::model::{
    Digest, EventKind, Grant, Key, Right, Rights, Role, Token, TokenId, User, UserId,
};
use crate::store::events::{self, NewEvent};
use crate::store::{accounts, now};

/// Begins every token, so that one that leaks is recognised by secret scanners.
const TOKEN_PREFIX: &str = "lcms_";
/// Random bytes in a token.
const TOKEN_BYTES: usize = 32;

/// A user to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Name, unique.
    pub name: Key,
    /// Name shown.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Role in every library, if any.
    #[serde(default)]
    pub role: Option<Role>,
}

/// A token to be issued.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    #[serde(default)]
    pub label: String,
    /// What it may be used for; everything its user may do when left out.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Right>>)]
    pub scopes: Option<Rights>,
    /// Days until it stops working, 1 to 3650; never when left out.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
}

/// What everybody may know of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Person {
    /// The user.
    pub id: UserId,
    /// Its name.
    pub name: String,
    /// The name to show: the display name, if there is one.
    pub shown: String,
}

impl Person {
    /// Somebody whom a library that travelled names by id, and who is no user here.
    pub(super) fn of_another_server(id: UserId) -> Self {
        Self { id, name: id.to_string(), shown: "somebody of another server".to_owned() }
    }
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        let name = user.name.to_string();
        Self { id: user.id, shown: user.display_name.unwrap_or_else(|| name.clone()), name }
    }
}

/// A user with roles.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserView {
    /// The user.
    #[serde(flatten)]
    pub user: User,
    /// Roles held.
    pub grants: Vec<Grant>,
}

impl Session {
    /// Adds a user.
    ///
    /// # Errors
    /// When the name is taken or the actor is not an admin everywhere.
    pub async fn add_user(&self, new: NewUser) -> Result<UserView> {
        self.require_everywhere(Right::Administer)?;
        let created = now();
        let user = User {
            id: UserId::new(),
            name: new.name,
            display_name: new.display_name.filter(|name| !name.trim().is_empty()),
            disabled: false,
            created,
        };
        let grants: Vec<_> =
            new.role.map(|role| Grant { library: None, role }).into_iter().collect();
        let event = NewEvent {
            detail: serde_json::json!({ "user": user.id }),
            ..NewEvent::new(EventKind::UserCreated, created, self.actor.id())
        };
        let view = UserView { user, grants };
        let work = view.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let name = &work.user.name;
                    if accounts::user_named(tx, name).await?.is_some() {
                        return Err(Error::conflict(format!("there is a user `{name}` already")));
                    }
                    accounts::insert_user(tx, &work.user).await?;
                    for grant in work.grants {
                        accounts::grant(tx, work.user.id, grant).await?;
                    }
                    events::append(tx, event).await
                })
            })
            .await?;
        Ok(view)
    }

    /// Every user, by name.
    ///
    /// # Errors
    /// When the actor is not an admin everywhere.
    pub async fn users(&self) -> Result<Vec<UserView>> {
        self.require_everywhere(Right::Administer)?;
        let db = self.lcms.store().reader();
        let mut views = Vec::new();
        for user in accounts::users(db).await? {
            let grants = accounts::grants(db, user.id).await?;
            views.push(UserView { user, grants });
        }
        Ok(views)
    }

    /// Gives or takes a role in a library, or in every library.
    ///
    /// # Errors
    /// When the user or library does not exist, or the actor is no admin there.
    pub async fn set_role(
        &self,
        user: &Key,
        library: Option<&Key>,
        role: Role,
        held: bool,
    ) -> Result<UserView> {
        let library = match library {
            Some(key) => Some(self.library_with(key, Right::Administer).await?.id),
            None => {
                self.require_everywhere(Right::Administer)?;
                None
            }
        };
        let user = self.user_named(user).await?;
        let grant = Grant { library, role };
        let event = NewEvent {
            library,
            detail: serde_json::json!({ "user": user.id, "role": role, "held": held }),
            ..NewEvent::new(EventKind::RolesChanged, now(), self.actor.id())
        };
        let id = user.id;
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    if held {
                        accounts::grant(tx, id, grant).await?;
                    } else {
                        accounts::revoke(tx, id, grant).await?;
                    }
                    events::append(tx, event).await
                })
            })
            .await?;
        self.lcms.recent().forget_actors();
        let grants = accounts::grants(self.lcms.store().reader(), id).await?;
        Ok(UserView { user, grants })
    }

    /// Issues a token for a user; its secret is answered once and kept only as a digest.
    ///
    /// # Errors
    /// When the user does not exist, or the actor is neither that user nor an admin everywhere.
    /// Nobody gives a token of their own more scopes than they are using.
    pub async fn create_token(&self, user: &Key, new: NewToken) -> Result<(Token, String)> {
        let is_self = self.actor.name() == user.as_str();
        if !is_self {
            self.require_everywhere(Right::Administer)?;
        }
        let user = self.user_named(user).await?;
        let scopes = new.scopes.unwrap_or_else(|| BTreeSet::from(Right::ALL));
        let scopes: Rights = if is_self {
            scopes.intersection(self.actor.scopes()).copied().collect()
        } else {
            scopes
        };
        if scopes.is_empty() {
            return Err(Error::invalid("a token needs at least one scope"));
        }
        let created = now();
        let expires = match new.expires_in_days {
            None => None,
            Some(days @ 1..=3650) => Some(created + time::Duration::days(i64::from(days))),
            Some(_) => return Err(Error::invalid("a token lives 1 to 3650 days")),
        };
        let token = Token {
            id: TokenId::new(),
            user: user.id,
            label: new.label,
            scopes,
            created,
            expires,
            revoked: None,
        };
        let mut random = [0; TOKEN_BYTES];
        getrandom::fill(&mut random)
            .map_err(|error| Error::internal("could not make a token", error.to_string()))?;
        let secret = format!("{TOKEN_PREFIX}{}", hex::encode(random));
        let digest = Digest::of_bytes(secret.as_bytes());
        let event = NewEvent {
            detail: serde_json::json!({ "user": user.id, "token": token.id }),
            ..NewEvent::new(EventKind::TokenCreated, created, self.actor.id())
        };
        let work = token.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    accounts::insert_token(tx, &work, digest).await?;
                    events::append(tx, event).await
                })
            })
            .await?;
        Ok((token, secret))
    }

    /// The tokens of a user, without their secrets.
    ///
    /// # Errors
    /// When the user does not exist, or the actor is neither that user nor an admin everywhere.
    pub async fn tokens(&self, user: &Key) -> Result<Vec<Token>> {
        if self.actor.name() != user.as_str() {
            self.require_everywhere(Right::Administer)?;
        }
        let user = self.user_named(user).await?;
        accounts::tokens(self.lcms.store().reader(), user.id).await
    }

    /// Ends a token.
    ///
    /// # Errors
    /// When there is no such token, or it is neither the actor's nor the actor an admin
    /// everywhere.
    pub async fn revoke_token(&self, id: TokenId) -> Result<()> {
        let missing = || Error::not_found(format!("there is no token {id}"));
        let db = self.lcms.store().reader();
        let token = accounts::token(db, id).await?.ok_or_else(missing)?;
        if token.user != self.actor.id() && self.require_everywhere(Right::Administer).is_err() {
            return Err(missing());
        }
        let time = now();
        let event = NewEvent {
            detail: serde_json::json!({ "user": token.user, "token": id }),
            ..NewEvent::new(EventKind::TokenRevoked, time, self.actor.id())
        };
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    accounts::revoke_token(tx, id, time).await?;
                    events::append(tx, event).await
                })
            })
            .await?;
        self.lcms.recent().forget_actors();
        Ok(())
    }

    /// The names of everybody, by name: so that people see who wrote, approved and published.
    ///
    /// # Errors
    /// When the actor may read no library.
    pub async fn people(&self) -> Result<Vec<Person>> {
        self.require_somewhere(Right::Read)?;
        let users = accounts::users(self.lcms.store().reader()).await?;
        Ok(users.into_iter().map(Person::from).collect())
    }

    /// The actor as a person.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn person(&self) -> Result<Person> {
        let id = self.actor.id();
        let user = accounts::user(self.lcms.store().reader(), id).await?;
        let unknown = || {
            let name = self.actor.name().to_owned();
            Person { id, shown: name.clone(), name }
        };
        Ok(user.map_or_else(unknown, Person::from))
    }
}
