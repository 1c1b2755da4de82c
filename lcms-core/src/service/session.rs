//! Who acts, and what they may do.

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;

use super::Lcms;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    At, Branch, BranchId, BranchState, Digest, EventNumber, Grant, Key, Library, LibraryId, Moment,
    RevisionId, Right, Rights, Role, User, UserId, View,
};
use crate::store::{Connection, accounts, branches, events, libraries, now};

/// Who acts: a user, narrowed by the scopes of the token presented.
#[derive(Clone, Debug)]
pub struct Actor {
    id: UserId,
    name: String,
    grants: Vec<Grant>,
    scopes: Rights,
}

impl Actor {
    /// Whom the log names when the change was made by whoever has the disk.
    pub const OPERATOR: UserId = UserId(Uuid::nil());

    /// Whoever has the disk: every right in every library.
    pub(super) fn operator() -> Self {
        Self {
            id: Self::OPERATOR,
            name: "operator".to_owned(),
            grants: vec![Grant { library: None, role: Role::Admin }],
            scopes: BTreeSet::from(Right::ALL),
        }
    }

    /// A user with these roles, narrowed by these scopes.
    pub(super) fn of(user: &User, grants: Vec<Grant>, scopes: Rights) -> Self {
        Self { id: user.id, name: user.name.to_string(), grants, scopes }
    }

    /// The user's id.
    #[must_use]
    pub fn id(&self) -> UserId {
        self.id
    }

    /// The user's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the token presented may be used for.
    #[must_use]
    pub fn scopes(&self) -> &Rights {
        &self.scopes
    }

    /// The roles held.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    fn holds(&self, library: Option<LibraryId>, right: Right) -> bool {
        self.scopes.contains(&right)
            && self.grants.iter().any(|grant| {
                (grant.library.is_none() || grant.library == library)
                    && grant.role.rights().contains(&right)
            })
    }
}

/// A handle that does what its actor may do, and nothing else.
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) lcms: Lcms,
    pub(super) actor: Arc<Actor>,
    pub(super) seen: Option<RevisionId>,
    pub(super) view: Arc<View>,
}

impl Lcms {
    /// The actor that a token's secret stands for.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`] when the secret is unknown, expired or revoked, or its user
    /// is disabled; the message says which only where that helps its owner.
    pub async fn authenticate(&self, secret: &str) -> Result<Arc<Actor>> {
        let refuse = |message: &str| Error::new(ErrorKind::Unauthenticated, message);
        let digest = Digest::of_bytes(secret.as_bytes());
        if let Some(actor) = self.recent().actor(digest) {
            return Ok(actor);
        }
        let db = self.store().reader();
        let token = accounts::token_by_secret(db, digest)
            .await?
            .ok_or_else(|| refuse("the token is not valid"))?;
        if token.revoked.is_some() {
            return Err(refuse("the token was revoked"));
        }
        if token.expires.is_some_and(|expires| expires <= now()) {
            return Err(refuse("the token has expired"));
        }
        let user = accounts::user(db, token.user)
            .await?
            .filter(|user| !user.disabled)
            .ok_or_else(|| refuse("the token's user may not act any more"))?;
        let grants = accounts::grants(db, user.id).await?;
        let actor = Arc::new(Actor::of(&user, grants, token.scopes));
        self.recent().remember(digest, Arc::clone(&actor), token.expires);
        Ok(actor)
    }
}

impl Session {
    pub(super) fn new(lcms: Lcms, actor: Arc<Actor>) -> Self {
        Self { lcms, actor, seen: None, view: Arc::new(View::main()) }
    }

    /// The same handle for somebody who has seen a component at this revision: a change of its
    /// state, key or existence is refused as [`crate::ErrorKind::StaleBase`] when its head is
    /// another by then. (A save always names its base.)
    #[must_use]
    pub fn having_seen(&self, revision: RevisionId) -> Self {
        Self { seen: Some(revision), ..self.clone() }
    }

    /// The same handle looking at a branch: reads show it, and writes go to it. With `as_of`, it
    /// shows what stood there after that event and writes nothing.
    ///
    /// # Errors
    /// When there is no such branch, or was none then.
    pub async fn at(&self, branch: &Key, as_of: Option<EventNumber>) -> Result<Self> {
        let db = self.lcms.store().reader();
        let branch = branches::by_name(db, branch).await?.ok_or_else(|| no_branch(branch))?;
        if as_of.is_some_and(|event| event < branch.event) {
            return Err(Error::not_found(format!(
                "branch `{}` was made at event {}, later than the moment asked for",
                branch.name, branch.event
            )));
        }
        let view = Arc::new(branches::view(db, &branch, as_of).await?);
        Ok(Self { view, ..self.clone() })
    }

    /// The same handle looking at a moment as people name them. Without a branch it stays on the
    /// one looked at.
    ///
    /// # Errors
    /// When there is no such branch, the branch was not there yet, or the event has not happened.
    pub async fn at_moment(&self, moment: &Moment) -> Result<Self> {
        if moment.branch.is_none() && moment.at.is_none() {
            return Ok(self.clone());
        }
        let db = self.lcms.store().reader();
        let as_of = match moment.at {
            None => None,
            Some(At::Time(time)) => Some(events::last_at(db, time).await?),
            Some(At::Event(event)) => {
                let last = events::last_number(db).await?;
                if event > last {
                    return Err(Error::invalid(format!(
                        "event {event} has not happened yet: the last is {last}"
                    )));
                }
                Some(event)
            }
        };
        let branch = match &moment.branch {
            Some(name) => name.clone(),
            None => self.branch().await?.name,
        };
        self.at(&branch, as_of).await
    }

    /// The branch looked at, as it is now.
    pub(super) async fn branch(&self) -> Result<Branch> {
        let id = self.view.branch();
        let found = branches::by_id(self.lcms.store().reader(), id).await?;
        found.ok_or_else(|| Error::internal("the branch is gone", id.0.to_string()))
    }

    /// What this handle looks at.
    #[must_use]
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Refuses when what is looked at takes no edits: a moment that is past, or a branch that was
    /// merged or closed.
    pub(super) async fn require_open(&self, db: &impl Connection) -> Result<()> {
        if !self.view.is_present() {
            return Err(Error::invalid("a moment that is past cannot be changed")
                .hint("revert to it, or make a branch that begins there"));
        }
        if self.view.branch() == BranchId::MAIN {
            return Ok(());
        }
        let branch = branches::by_id(db, self.view.branch()).await?;
        let below = self.view.layers().get(1).map(|layer| (layer.branch, layer.as_of));
        match branch {
            Some(branch) if branch.state != BranchState::Open => Err(takes_no_edits(&branch)),
            // What was looked at is not what the change would stand on.
            Some(branch) if branch.base.map(|base| (base.branch, Some(base.event))) != below => {
                Err(Error::conflict(format!(
                    "branch `{}` was put on a newer base meanwhile",
                    branch.name
                ))
                .hint("look at it again and repeat the change"))
            }
            Some(_) => Ok(()),
            None => Err(Error::internal("the branch is gone", self.view.branch().0.to_string())),
        }
    }

    /// Refuses on any branch but `main`: what is about to be changed belongs to the component
    /// itself, not to a version of it, and so would change on every branch.
    pub(super) fn require_main(&self, what: &str) -> Result<()> {
        if !self.view.is_present() {
            return Err(Error::invalid("a moment that is past cannot be changed"));
        }
        if self.view.branch() == BranchId::MAIN {
            return Ok(());
        }
        Err(Error::conflict(format!("{what} acts on every branch at once"))
            .hint("do it on `main`; a branch holds changes of documents only"))
    }

    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub(super) fn may(&self, library: LibraryId, right: Right) -> bool {
        self.actor.holds(Some(library), right)
    }

    /// Refuses unless the actor holds the right in that library. A library that may not be read
    /// is not there: its existence is not given away.
    pub(super) fn require(&self, library: &Library, right: Right) -> Result<()> {
        if !self.may(library.id, Right::Read) {
            return Err(no_library(&library.key));
        }
        if self.may(library.id, right) {
            return Ok(());
        }
        Err(self.lacking(right, &format!("in library `{}`", library.key)))
    }

    /// Refuses unless the actor holds the right in every library.
    pub(super) fn require_everywhere(&self, right: Right) -> Result<()> {
        if self.actor.holds(None, right) {
            Ok(())
        } else {
            Err(self.lacking(right, "in every library"))
        }
    }

    /// Refuses unless the actor holds the right in some library.
    pub(super) fn require_somewhere(&self, right: Right) -> Result<()> {
        let held = self.actor.grants.iter().any(|grant| grant.role.rights().contains(&right));
        if held && self.actor.scopes.contains(&right) {
            Ok(())
        } else {
            Err(self.lacking(right, "in any library"))
        }
    }

    fn lacking(&self, right: Right, place: &str) -> Error {
        let name = &self.actor.name;
        if self.actor.scopes.contains(&right) {
            Error::forbidden(format!("`{name}` may not {right} {place}"))
                .hint(format!("an admin can grant the role `{}`", right.given_by()))
        } else {
            Error::forbidden(format!("this token of `{name}` has no scope `{right}`"))
                .hint("create a token with that scope")
        }
    }

    /// The libraries the actor may read.
    pub(super) async fn readable(&self) -> Result<Vec<Library>> {
        let all = libraries::all(self.lcms.store().reader()).await?;
        Ok(all.into_iter().filter(|library| self.may(library.id, Right::Read)).collect())
    }

    /// The library with that key, if the actor holds the right in it.
    pub(super) async fn library_with(&self, key: &Key, right: Right) -> Result<Library> {
        let library = libraries::by_key(self.lcms.store().reader(), key)
            .await?
            .ok_or_else(|| no_library(key))?;
        self.require(&library, right)?;
        Ok(library)
    }
}

pub(super) fn takes_no_edits(branch: &Branch) -> Error {
    let name = &branch.name;
    let refusal = Error::conflict(format!("branch `{name}` is {}", branch.state.as_str()));
    match branch.state {
        BranchState::Closed => refusal.hint(format!("`lcms branch reopen {name}` opens it again")),
        _ => refusal.hint("make a new branch"),
    }
}

pub(super) fn no_branch(name: &Key) -> Error {
    Error::not_found(format!("there is no branch `{name}`"))
        .hint("list the branches with `lcms branch list`")
}

fn no_library(key: &Key) -> Error {
    Error::not_found(format!("there is no library `{key}`, or you may not read it"))
        .hint("list the libraries you may read with `lcms library list`")
}
