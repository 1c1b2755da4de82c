//! Passwords: kept as Argon2id hashes, checked without telling what was wrong.

use std::sync::OnceLock;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Lcms, Session};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{EventKind, Key, Right, User};
use crate::store::events::{self, NewEvent};
use crate::store::{accounts, now, sign_ins};

/// Fewest characters in a password.
pub const MIN_PASSWORD: usize = 10;
/// Most bytes in a password: hashing takes longer the more there is to hash.
const MAX_PASSWORD: usize = 1024;
/// Memory, passes and lanes: the second recommended option of RFC 9106, section 4, with the
/// memory that OWASP asks for at two passes, so that a small server can sign in several people
/// at once.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// A new password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// The new password, 10 characters or more.
    #[schema(min_length = 10, format = Password)]
    pub password: String,
    /// The present one. Whoever changes their own password names it, unless they have none yet.
    #[serde(default)]
    #[schema(format = Password)]
    pub current: Option<String>,
}

impl std::fmt::Debug for SetPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetPassword")
    }
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &str) -> Result<String> {
    let hash = hasher().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string())
        .map_err(|error| Error::internal("could not hash a password", error.to_string()))
}

/// A hash of nothing that anybody knows, so that an unknown name takes as long as a wrong password.
fn decoy() -> &'static str {
    static DECOY: OnceLock<String> = OnceLock::new();
    DECOY.get_or_init(|| {
        let mut random = [0; 32];
        let filled = getrandom::fill(&mut random);
        debug_assert!(filled.is_ok(), "the system gives no random bytes");
        hash(&hex::encode(random)).unwrap_or_default()
    })
}

fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Whether a password fits a hash; with no hash it never does, and takes as long to say so.
pub(super) async fn verify(lcms: &Lcms, password: String, hash: Option<String>) -> Result<bool> {
    if password.len() > MAX_PASSWORD {
        return Ok(false);
    }
    let _turn = lcms.attempts().turn().await?;
    let checked = tokio::task::spawn_blocking(move || match hash {
        Some(hash) => matches(&password, &hash),
        None => {
            matches(&password, decoy());
            false
        }
    });
    checked.await.map_err(|error| Error::internal("could not check a password", error))
}

impl Session {
    /// Gives a user a password and ends every sign-in of theirs.
    ///
    /// # Errors
    /// When the password is too short or too long, the user does not exist, or the actor is
    /// neither that user (naming the present password) nor an admin everywhere.
    pub async fn set_password(&self, name: &Key, new: SetPassword) -> Result<()> {
        let is_self = self.actor.name() == name.as_str();
        if !is_self {
            self.require_everywhere(Right::Administer)?;
        }
        let user = self.user_named(name).await?;
        if is_self {
            self.check_current(&user, new.current).await?;
        }
        let password = new.password;
        if password.chars().count() < MIN_PASSWORD {
            return Err(Error::invalid(format!(
                "a password has at least {MIN_PASSWORD} characters"
            ))
            .hint("a few words in a row are long and easy to remember"));
        }
        if password.len() > MAX_PASSWORD {
            return Err(Error::invalid(format!("a password has at most {MAX_PASSWORD} bytes")));
        }
        let hash = {
            let _turn = self.lcms.attempts().turn().await?;
            let hashed = tokio::task::spawn_blocking(move || hash(&password)).await;
            hashed.map_err(|error| Error::internal("could not hash a password", error))??
        };
        let time = now();
        let event = NewEvent {
            detail: serde_json::json!({ "user": user.id }),
            ..NewEvent::new(EventKind::PasswordChanged, time, self.actor.id())
        };
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    sign_ins::set_password(tx, user.id, &hash, time).await?;
                    sign_ins::end_all(tx, user.id, time).await?;
                    events::append(tx, event).await
                })
            })
            .await?;
        self.lcms.recent().forget_actors();
        Ok(())
    }

    async fn check_current(&self, user: &User, current: Option<String>) -> Result<()> {
        let kept = sign_ins::password(self.lcms.store().reader(), user.id).await?;
        if kept.is_none() {
            return Ok(());
        }
        self.lcms.attempts().may_try(user.name.as_str())?;
        if verify(&self.lcms, current.unwrap_or_default(), kept).await? {
            self.lcms.attempts().succeeded(user.name.as_str());
            return Ok(());
        }
        self.lcms.attempts().failed(user.name.as_str());
        Err(Error::forbidden("the present password is not right"))
    }

    pub(super) async fn user_named(&self, name: &Key) -> Result<User> {
        accounts::user_named(self.lcms.store().reader(), name).await?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("there is no user `{name}`"))
                .hint(format!("add it with `lcms user add {name}`"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_fits_its_password_only_and_is_argon2id() {
        let kept = hash("correct horse battery").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(matches("correct horse battery", &kept));
        assert!(!matches("correct horse batterz", &kept));
        assert_ne!(kept, hash("correct horse battery").unwrap(), "each has a salt of its own");
    }
}
