//! Signing in with a password: what a browser holds instead of a token.
//!
//! The secret is random, opaque and kept as a digest, like that of a token; the browser has it in
//! a cookie that no script can read. Wrong passwords cost time: after a few, a name has to wait,
//! twice as long each time. The count is in this process's memory, so each node has its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Actor, Lcms, Session, passwords};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Digest, EventKind, Key, Right, SignIn, SignInId};
use crate::store::events::{self, NewEvent};
use crate::store::{accounts, now, sign_ins};

/// Days after which a sign-in ends by itself.
pub const SIGN_IN_DAYS: i64 = 7;
/// Days for which a sign-in that is over is kept to be looked at.
const REMEMBERED_DAYS: i64 = 30;
/// Random bytes in a secret.
const SECRET_BYTES: usize = 32;
/// Most characters kept of what a browser says it is.
const MAX_BROWSER: usize = 300;

/// Wrong passwords in a row before a name has to wait.
const FREE_ATTEMPTS: u32 = 5;
/// The first wait; each wrong password after it doubles the wait.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// Most names remembered; beyond that the oldest failures are forgotten.
const MOST_NAMES: usize = 10_000;
/// Passwords hashed at a time: each takes 19 MiB.
const AT_A_TIME: usize = 4;
/// How long a password waits for its turn to be hashed.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    /// How long after the last failure the next attempt may come.
    fn wait(self) -> Duration {
        match self.count.checked_sub(FREE_ATTEMPTS) {
            None => Duration::ZERO,
            Some(more) => FIRST_WAIT.saturating_mul(1 << more.min(16)).min(LONGEST_WAIT),
        }
    }
}

/// Wrong passwords, and how many are being checked.
#[derive(Debug)]
pub(super) struct Attempts {
    failures: Mutex<HashMap<String, Failures>>,
    turns: Arc<Semaphore>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { failures: Mutex::default(), turns: Arc::new(Semaphore::new(AT_A_TIME)) }
    }
}

impl Attempts {
    /// Refuses while the name has to wait.
    pub(super) fn may_try(&self, name: &str) -> Result<()> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failed) = failures.get(name) else { return Ok(()) };
        let left = failed.wait().saturating_sub(failed.last.elapsed());
        if left.is_zero() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::TooManyAttempts, "too many wrong passwords")
            .hint(format!("wait {} seconds, then try again", left.as_secs() + 1)))
    }

    /// Counts a wrong password.
    pub(super) fn failed(&self, name: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST_NAMES {
            failures.retain(|_, failed| failed.last.elapsed() < failed.wait());
        }
        if failures.len() >= MOST_NAMES {
            failures.clear();
        }
        let failed =
            failures.entry(name.to_owned()).or_insert(Failures { count: 0, last: Instant::now() });
        failed.count = failed.count.saturating_add(1);
        failed.last = Instant::now();
    }

    /// Forgets the wrong ones.
    pub(super) fn succeeded(&self, name: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// A turn to hash a password.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| Error::unavailable("too many people are signing in"))?;
        turn.map_err(|error| Error::internal("nobody can sign in any more", error))
    }
}

/// A sign-in at the one moment its secret is known.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The sign-in.
    pub sign_in: SignIn,
    /// What the browser sends from now on.
    pub secret: String,
    /// A handle for who signed in.
    pub session: Session,
}

impl Lcms {
    /// Signs a person in.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`] when name and password do not fit, without saying which;
    /// [`ErrorKind::TooManyAttempts`] when the name has to wait.
    pub async fn sign_in(&self, name: &str, password: String, browser: &str) -> Result<SignedIn> {
        let refused = || Error::new(ErrorKind::Unauthenticated, "name or password is not right");
        let name = name.trim().to_lowercase();
        self.attempts().may_try(&name)?;
        let db = self.store().reader();
        let user = match name.parse::<Key>() {
            Ok(key) => accounts::user_named(db, &key).await?.filter(|user| !user.disabled),
            Err(_) => None,
        };
        let hash = match &user {
            Some(user) => sign_ins::password(db, user.id).await?,
            None => None,
        };
        let fits = passwords::verify(self, password, hash).await?;
        let Some(user) = user.filter(|_| fits) else {
            self.attempts().failed(&name);
            return Err(refused());
        };
        self.attempts().succeeded(&name);
        let mut random = [0; SECRET_BYTES];
        getrandom::fill(&mut random)
            .map_err(|error| Error::internal("could not make a secret", error.to_string()))?;
        let secret = hex::encode(random);
        let created = now();
        let sign_in = SignIn {
            id: SignInId::new(),
            user: user.id,
            browser: browser.chars().take(MAX_BROWSER).collect(),
            created,
            expires: created + time::Duration::days(SIGN_IN_DAYS),
            ended: None,
        };
        let event = NewEvent {
            detail: serde_json::json!({ "user": user.id }),
            ..NewEvent::new(EventKind::SignedIn, created, user.id)
        };
        let digest = Digest::of_bytes(secret.as_bytes());
        let work = sign_in.clone();
        self.store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    sign_ins::forget(tx, created - time::Duration::days(REMEMBERED_DAYS)).await?;
                    sign_ins::insert(tx, &work, digest).await?;
                    events::append(tx, event).await
                })
            })
            .await?;
        let actor = self.signed_in(&secret).await?;
        let session = self.act_as(actor);
        Ok(SignedIn { sign_in, secret, session })
    }

    /// The actor that a sign-in's secret stands for, with every right of its user's roles.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`] when it is unknown or over, or its user is disabled.
    pub async fn signed_in(&self, secret: &str) -> Result<Arc<Actor>> {
        let over = || {
            Error::new(ErrorKind::Unauthenticated, "you are not signed in any more")
                .hint("sign in again")
        };
        let digest = Digest::of_bytes(secret.as_bytes());
        // Remembered under another name than a token: neither opens what the other does.
        let remembered = Digest::of_bytes(format!("sign-in {secret}").as_bytes());
        if let Some(actor) = self.recent().actor(remembered) {
            return Ok(actor);
        }
        let db = self.store().reader();
        let found = sign_ins::by_secret(db, digest).await?.ok_or_else(over)?;
        if found.ended.is_some() || found.expires <= now() {
            return Err(over());
        }
        let user = accounts::user(db, found.user).await?;
        let user = user.filter(|user| !user.disabled).ok_or_else(over)?;
        let grants = accounts::grants(db, user.id).await?;
        let actor = Arc::new(Actor::of(&user, grants, Right::ALL.into()));
        self.recent().remember(remembered, Arc::clone(&actor), Some(found.expires));
        Ok(actor)
    }

    /// Ends the sign-in with that secret; one that is over already stays so.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn sign_out(&self, secret: &str) -> Result<()> {
        let digest = Digest::of_bytes(secret.as_bytes());
        let Some(found) = sign_ins::by_secret(self.store().reader(), digest).await? else {
            return Ok(());
        };
        self.end_sign_in(found.id).await
    }

    async fn end_sign_in(&self, id: SignInId) -> Result<()> {
        let time = now();
        self.store()
            .writer()
            .write(move |tx| Box::pin(async move { sign_ins::end(tx, id, time).await }))
            .await?;
        self.recent().forget_actors();
        Ok(())
    }
}

impl Session {
    /// The actor's own sign-ins that have not ended, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sign_ins(&self) -> Result<Vec<SignIn>> {
        sign_ins::open(self.lcms.store().reader(), self.actor.id(), now()).await
    }

    /// Ends a sign-in.
    ///
    /// # Errors
    /// When there is none with that id, or it is neither the actor's nor the actor an admin
    /// everywhere.
    pub async fn end_sign_in(&self, id: SignInId) -> Result<()> {
        let missing = || Error::not_found(format!("there is no sign-in {id}"));
        let found = sign_ins::by_id(self.lcms.store().reader(), id).await?.ok_or_else(missing)?;
        if found.user != self.actor.id() && self.require_everywhere(Right::Administer).is_err() {
            return Err(missing());
        }
        self.lcms.end_sign_in(id).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_wrong_passwords_are_free_then_each_doubles_the_wait() {
        let wait = |count| Failures { count, last: Instant::now() }.wait();
        assert_eq!(wait(FREE_ATTEMPTS - 1), Duration::ZERO);
        assert_eq!(wait(FREE_ATTEMPTS), FIRST_WAIT);
        assert_eq!(wait(FREE_ATTEMPTS + 1), FIRST_WAIT * 2);
        assert_eq!(wait(u32::MAX), LONGEST_WAIT);
    }

    #[test]
    fn a_right_password_forgives_the_wrong_ones_of_that_name_only() {
        let attempts = Attempts::default();
        for _ in 0..FREE_ATTEMPTS {
            attempts.may_try("ada").unwrap();
            attempts.failed("ada");
            attempts.failed("bob");
        }
        assert_eq!(attempts.may_try("ada").unwrap_err().kind(), ErrorKind::TooManyAttempts);
        attempts.succeeded("ada");
        attempts.may_try("ada").unwrap();
        attempts.may_try("bob").unwrap_err();
    }
}
