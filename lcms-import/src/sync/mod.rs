//! Two servers, each with a library that the other has too, get what they are missing.
//!
//! [`pull`] fetches and [`push`] sends; both compare by buckets of digests first
//! ([`lcms_core::service::transfer::exchange`]), so only objects, documents and files cross that
//! the other side does not have. Whoever receives remembers how far it has the sender's log, and next
//! time only what was touched since is compared. What arrives is taken in as by an import: heads that went another
//! way arrive on a branch of their own. If either side changes meanwhile, it begins anew.

mod remote;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lcms_core::model::{Content, Digest, Key};
use lcms_core::service::Session;
use lcms_core::service::transfer::exchange::{Buckets, Inventory, Line, Object, files, lacking};
use lcms_core::service::transfer::{Arrival, Documents, Received, Since};
use lcms_core::{Error, ErrorKind, Result};
use serde::Serialize;

pub use remote::Remote;

/// How often an exchange begins anew because a side changed.
const ATTEMPTS: usize = 5;
/// Documents asked for at once.
const BATCH: usize = 500;

/// How to exchange.
#[derive(Clone, Debug)]
pub struct SyncOptions {
    /// The library.
    pub library: Key,
    /// Names the branch of heads that have to be merged where they arrive. A sender's user name
    /// there when left out.
    pub origin: Option<Key>,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Compare the whole library, whatever is remembered of exchanges before.
    pub whole: bool,
}

/// What crossed in one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Crossed {
    /// Objects of the sender that were held against those of the receiver.
    pub compared: usize,
    /// Objects: revisions, releases, frozen trees and so on.
    pub objects: usize,
    /// Documents.
    pub documents: usize,
    /// Files.
    pub blobs: usize,
    /// Bytes of these files.
    pub blob_bytes: u64,
    /// What the receiver did with it; absent when it had everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<Received>,
}

/// What an exchange is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncStep {
    /// Both sides are compared.
    Comparing,
    /// Objects and documents cross.
    Objects(usize),
    /// A file crosses.
    Blob {
        /// Which one of them it is, from 1.
        number: usize,
        /// How many there are.
        of: usize,
    },
    /// The receiver checks and stores everything.
    Storing,
}

/// Hears of each step.
pub type SyncWatch<'w> = &'w mut (dyn FnMut(SyncStep) + Send);

/// Gets from another server what is missing here.
///
/// # Errors
/// When the other server does not answer or refuses, what it sends does not add up, or the
/// arrival is refused as by [`Session::receive`].
pub async fn pull(
    session: &Session,
    remote: &Remote,
    options: &SyncOptions,
    watch: SyncWatch<'_>,
) -> Result<Crossed> {
    settled(options.whole, async |whole| pull_once(session, remote, options, whole, watch).await)
        .await
}

/// Begins an exchange anew as long as a side changes under it. One that does not add up is tried
/// once more with the whole library: what was remembered may be wrong.
async fn settled(
    mut whole: bool,
    mut once: impl AsyncFnMut(bool) -> Result<Crossed>,
) -> Result<Crossed> {
    for _ in 1..ATTEMPTS {
        match once(whole).await {
            Err(error) if error.kind() == ErrorKind::StaleBase => {}
            Err(error) if error.kind() == ErrorKind::Invalid && !whole => whole = true,
            done => return done,
        }
    }
    once(whole).await
}

async fn pull_once(
    session: &Session,
    remote: &Remote,
    options: &SyncOptions,
    whole: bool,
    watch: SyncWatch<'_>,
) -> Result<Crossed> {
    watch(SyncStep::Comparing);
    let library = &options.library;
    let known = if whole { Vec::new() } else { or_none(session.known_logs(library).await)? };
    let since = remote.changes(library, &known).await?.ok_or_else(|| {
        Error::not_found(format!("there is no library `{library}` there, or you may not read it"))
    })?;
    let crossed = match since.is_nothing() {
        true => Crossed::default(),
        false => pull_since(session, remote, options, &since, watch).await?,
    };
    if !options.dry_run && is_taken(&crossed) {
        session.note_known(library, &since).await?;
    }
    Ok(crossed)
}

/// Whether everything that crossed was taken in. Rules that do not fit are not, and have to be
/// compared again.
fn is_taken(crossed: &Crossed) -> bool {
    crossed.received.as_ref().is_none_or(|received| received.rule_conflicts.is_empty())
}

async fn pull_since(
    session: &Session,
    remote: &Remote,
    options: &SyncOptions,
    since: &Since,
    watch: SyncWatch<'_>,
) -> Result<Crossed> {
    let library = &options.library;
    let scope = since.scope.as_ref();
    let own = or_none(session.inventory(library, scope).await)?;
    let buckets = Buckets { scope: scope.cloned(), ..own.buckets() };
    let offer = remote.offer(library, &buckets).await?.ok_or_else(|| {
        Error::new(ErrorKind::StaleBase, format!("the library `{library}` is gone there"))
    })?;
    let compared = offer.compared;
    if offer.differing.is_empty() {
        return Ok(Crossed { compared, ..Crossed::default() });
    }
    let wanted = lacking(&offer, &own);
    watch(SyncStep::Objects(wanted.len()));
    let came = remote.objects(library, &offer, scope, &wanted).await?;
    let mut crossed = Crossed { compared, objects: came.len(), ..Crossed::default() };
    let named: BTreeSet<_> = came.iter().flat_map(Object::documents).collect();
    let documents = missing_documents(session, remote, named).await?;
    crossed.documents = documents.len();
    let objects = own.put_together(&offer, buckets.buckets.len(), came)?;
    let origin = match &options.origin {
        Some(origin) => origin.clone(),
        None => remote.origin()?,
    };
    let arrival = Arc::new(Arrival { objects, documents, origin });
    let files = session.wanted_blobs(&arrival).await?;
    let of = files.len();
    for (n, (digest, media_types)) in files.iter().enumerate() {
        watch(SyncStep::Blob { number: n + 1, of });
        if let Some(media_type) = media_types.first().filter(|_| !options.dry_run) {
            crossed.blob_bytes += remote.fetch_blob(session, *digest, media_type).await?;
        }
        crossed.blobs += 1;
    }
    watch(SyncStep::Storing);
    crossed.received = Some(session.receive(arrival, options.dry_run).await?);
    Ok(crossed)
}

/// What is here of a library; nothing when there is none of that key.
fn or_none<T: Default>(found: Result<T>) -> Result<T> {
    match found {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(T::default()),
        found => found,
    }
}

/// Of these documents, those that are not here, fetched.
async fn missing_documents(
    session: &Session,
    remote: &Remote,
    named: BTreeSet<Digest>,
) -> Result<Documents> {
    let named: Vec<_> = named.into_iter().collect();
    let mut fetched = Documents::new();
    for batch in named.chunks(BATCH) {
        let here = session.documents(batch).await?;
        let wanted: Vec<_> =
            batch.iter().filter(|digest| !here.contains_key(digest)).copied().collect();
        if !wanted.is_empty() {
            fetched.extend(remote.documents(&wanted).await?);
        }
    }
    Ok(fetched)
}

/// Sends to another server what is missing there.
///
/// # Errors
/// As [`pull`].
pub async fn push(
    session: &Session,
    remote: &Remote,
    options: &SyncOptions,
    watch: SyncWatch<'_>,
) -> Result<Crossed> {
    settled(options.whole, async |whole| push_once(session, remote, options, whole, watch).await)
        .await
}

async fn push_once(
    session: &Session,
    remote: &Remote,
    options: &SyncOptions,
    whole: bool,
    watch: SyncWatch<'_>,
) -> Result<Crossed> {
    watch(SyncStep::Comparing);
    let library = &options.library;
    let known = if whole { Vec::new() } else { remote.known_logs(library).await? };
    let since = session.changed_since(library, &known).await?;
    if since.is_nothing() && !since.leads_on() {
        return Ok(Crossed::default());
    }
    let own = session.inventory(library, since.scope.as_ref()).await?;
    let buckets = own.buckets();
    let count = buckets.buckets.len();
    let theirs = match remote.offer(library, &buckets).await? {
        Some(offer) => offer,
        None => Inventory::default().offer(&buckets)?,
    };
    let compared = own.len();
    let offer = own.offer_in(theirs.differing.keys().copied(), count);
    let there: BTreeSet<_> = theirs.named().collect();
    let missing: Vec<_> = offer.named().filter(|digest| !there.contains(digest)).collect();
    let objects: Vec<_> = missing.iter().filter_map(|digest| own.get(*digest)).cloned().collect();
    if objects.is_empty() {
        // They have all of this, which is worth remembering there, and no more than that.
        if !options.dry_run && since.leads_on() {
            let line = Line::Offer { seen: theirs.state, buckets: count, offer, since };
            let _forgotten = remote.arrive(options, std::iter::once(line)).await;
        }
        return Ok(Crossed { compared, ..Crossed::default() });
    }
    watch(SyncStep::Objects(objects.len()));
    let named: BTreeSet<_> = objects.iter().flat_map(Object::documents).collect();
    let named: Vec<_> = named.into_iter().collect();
    let documents = session.documents(&named).await?;
    let mut crossed = Crossed {
        compared,
        objects: objects.len(),
        documents: documents.len(),
        ..Crossed::default()
    };
    let files = files_of(&documents);
    let of = files.len();
    for (n, (digest, media_type)) in files.iter().enumerate() {
        if remote.has_blob(*digest).await? {
            continue;
        }
        watch(SyncStep::Blob { number: n + 1, of });
        if !options.dry_run {
            crossed.blob_bytes += remote.send_blob(session, *digest, media_type).await?;
        }
        crossed.blobs += 1;
    }
    watch(SyncStep::Storing);
    let lines = std::iter::once(Line::Offer { seen: theirs.state, buckets: count, offer, since })
        .chain(objects.into_iter().map(Line::Object))
        .chain(
            documents
                .into_values()
                .filter_map(|body| String::from_utf8(body).ok().map(Line::Document)),
        );
    let received = remote.arrive(options, lines).await?;
    Ok(Crossed { received: Some(received), ..crossed })
}

/// The files that documents name, each with a media type.
fn files_of(documents: &Documents) -> BTreeMap<Digest, String> {
    let contents = documents.values().filter_map(|body| Content::from_stored(body).ok());
    contents.flat_map(|content| files(&content)).collect()
}
