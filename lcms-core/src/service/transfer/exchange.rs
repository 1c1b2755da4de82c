//! What two servers tell each other so that only what is missing crosses.
//!
//! Each side sums up what it has of a library: every object has a digest, over its canonical form,
//! and by their first bits the digests fall into buckets, each with a digest of its own. Buckets
//! that are equal on both sides are not looked into; of the others the digests are named, and
//! only objects that the other does not have are sent. Whoever receives has then everything that
//! the other has, puts it together and takes it in like any other arrival, so that nothing more
//! has to be believed and nothing else decides about heads that went another way.
//!
//! Two who have met before compare only the components that anything happened to since ([`Scope`]).
//!
//! The order of what happened travels in pieces of a thousand lines, each an object like others:
//! what was added since changes the last one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    BranchObject, CareObject, ComponentObject, External, LibraryObject, Objects, Place,
    RedactionObject, ReleaseObject, ReviewObject, RevisionObject, RuleObject, Scope, Since,
    TreeChild, TreeObject,
};
use crate::error::{Error, Result};
use crate::model::{Content, Digest, Key};
use crate::service::Session;
use crate::service::save::blob_uses;

/// Places in one piece of the order.
const PIECE: usize = 1000;
/// Objects that shall be in a bucket.
const PER_BUCKET: usize = 64;
/// Most buckets, as bits of a digest.
const MOST_BITS: u32 = 14;

/// Anything that travels, apart from documents and blobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// A library.
    Library(LibraryObject),
    /// A component.
    Component(ComponentObject),
    /// A revision.
    Revision(RevisionObject),
    /// A review state.
    Review(ReviewObject),
    /// Who looks after a component.
    Care(CareObject),
    /// A state of a library's rule.
    Rule(RuleObject),
    /// A branch.
    Branch(BranchObject),
    /// A release.
    Release(ReleaseObject),
    /// A frozen tree, under the digest a release of it has.
    Tree(Digest, TreeObject),
    /// A tombstone.
    Redaction(RedactionObject),
    /// A component of another library.
    External(External),
    /// A piece of the order.
    Order(Vec<Place>),
}

impl Object {
    /// The digest that names it between servers.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_document(self).0
    }

    /// The documents that it names, content and metadata.
    pub fn documents(&self) -> Vec<Digest> {
        match self {
            Self::Revision(revision) => vec![revision.content, revision.metadata],
            Self::Tree(_, tree) => {
                let mut named = vec![tree.content, tree.metadata];
                for slot in &tree.slots {
                    if let TreeChild::Leaf { content, metadata, .. } = slot.holds {
                        named.extend([content, metadata]);
                    }
                }
                named
            }
            _ => Vec::new(),
        }
    }
}

/// One line of what crosses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// What the sender has, where the receiver's buckets differ. The first line.
    Offer {
        /// The receiver's state that the sender was told.
        seen: Digest,
        /// How many buckets there are.
        buckets: usize,
        /// The offer.
        offer: Offer,
        /// What it is of: what happened where it comes from since a place that the receiver knows.
        #[serde(default)]
        since: Since,
    },
    /// An object that the receiver does not have.
    Object(Object),
    /// A document that such an object names, as canonical JSON.
    Document(String),
}

impl Line {
    /// The line as it is sent, with its end.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_bytes(&self) -> std::result::Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Digests of the buckets of a side, in order: a power of two of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Buckets {
    /// The digest of each bucket.
    pub buckets: Vec<Digest>,
    /// The part of the library that they are of; the whole when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

/// What a side has, as far as the buckets of the other differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Names everything that the side has: it changes with any of it.
    pub state: Digest,
    /// How many objects it was worked out from.
    #[serde(default)]
    pub compared: usize,
    /// The pieces of the order.
    pub order: Vec<Digest>,
    /// The objects in each bucket that differs, by the bucket's position.
    pub differing: BTreeMap<usize, Vec<Digest>>,
}

impl Offer {
    /// The objects named.
    pub fn named(&self) -> impl Iterator<Item = Digest> + '_ {
        self.differing.values().flatten().copied()
    }
}

/// Everything a side has of some libraries, by digest.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    objects: BTreeMap<Digest, Object>,
    order: Vec<Digest>,
    scope: Option<Scope>,
}

impl Inventory {
    /// Takes stock.
    #[must_use]
    pub fn of(all: Objects) -> Self {
        let Objects {
            libraries,
            components,
            revisions,
            reviews,
            care,
            rules,
            branches,
            releases,
            trees,
            redactions,
            externals,
            order,
        } = all;
        let order: Vec<_> =
            order.chunks(PIECE).map(|piece| Object::Order(piece.to_vec())).collect();
        let pieces = order.iter().map(Object::digest).collect();
        let objects = libraries
            .into_iter()
            .map(Object::Library)
            .chain(components.into_values().map(Object::Component))
            .chain(revisions.into_values().map(Object::Revision))
            .chain(reviews.into_iter().map(Object::Review))
            .chain(care.into_values().map(Object::Care))
            .chain(rules.into_values().map(Object::Rule))
            .chain(branches.into_values().map(Object::Branch))
            .chain(releases.into_values().map(Object::Release))
            .chain(trees.into_iter().map(|(digest, tree)| Object::Tree(digest, tree)))
            .chain(redactions.into_values().map(Object::Redaction))
            .chain(externals.into_iter().map(Object::External))
            .chain(order);
        let objects = objects.map(|object| (object.digest(), object)).collect();
        Self { objects, order: pieces, scope: None }
    }

    /// How many objects it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Names everything in it.
    #[must_use]
    pub fn state(&self) -> Digest {
        let all: Vec<_> = self.objects.keys().collect();
        Digest::of_document(&("lcms-exchange/1", all, &self.order)).0
    }

    /// How many bits of a digest tell its bucket, for about so many objects to a bucket.
    fn bits(&self) -> u32 {
        let wanted = (self.objects.len() / PER_BUCKET).max(1).next_power_of_two();
        wanted.trailing_zeros().min(MOST_BITS)
    }

    /// The objects of each bucket, with that many bits.
    fn bucketed(&self, bits: u32) -> Vec<Vec<Digest>> {
        let mut buckets = vec![Vec::new(); 1 << bits];
        for digest in self.objects.keys() {
            buckets[bucket_of(*digest, bits)].push(*digest);
        }
        buckets
    }

    /// The digests of its buckets.
    #[must_use]
    pub fn buckets(&self) -> Buckets {
        let buckets = self.bucketed(self.bits());
        let buckets = buckets.iter().map(|held| Digest::of_document(held).0).collect();
        Buckets { buckets, scope: self.scope.clone() }
    }

    /// What it has where the buckets of the other side differ from its own.
    ///
    /// # Errors
    /// When they are not a power of two of buckets.
    pub fn offer(&self, theirs: &Buckets) -> Result<Offer> {
        let count = theirs.buckets.len();
        if !count.is_power_of_two() || count > 1 << MOST_BITS {
            let most = 1 << MOST_BITS;
            return Err(Error::invalid(format!(
                "there are {count} buckets: give a power of two, at most {most}"
            )));
        }
        let own = self.bucketed(count.trailing_zeros());
        let differing = own
            .into_iter()
            .zip(&theirs.buckets)
            .enumerate()
            .filter(|(_, (own, theirs))| Digest::of_document(own).0 != **theirs)
            .map(|(place, (own, _))| (place, own))
            .collect();
        Ok(self.offer_of(differing))
    }

    /// What it has in the buckets at these places, of so many: what it offers in turn to a side
    /// that named these as differing.
    #[must_use]
    pub fn offer_in(&self, places: impl IntoIterator<Item = usize>, count: usize) -> Offer {
        let own = self.bucketed(count.trailing_zeros());
        let held = |place: usize| own.get(place).cloned().unwrap_or_default();
        let differing = places.into_iter().map(|place| (place, held(place))).collect();
        self.offer_of(differing)
    }

    fn offer_of(&self, differing: BTreeMap<usize, Vec<Digest>>) -> Offer {
        let (state, order) = (self.state(), self.order.clone());
        Offer { state, compared: self.objects.len(), order, differing }
    }

    /// One object.
    #[must_use]
    pub fn get(&self, digest: Digest) -> Option<&Object> {
        self.objects.get(&digest)
    }

    /// Everything that the other side has: what it offers in `count` buckets, from here or as it
    /// was received, and all else that is here too, since its buckets are equal.
    ///
    /// # Errors
    /// When an object that is offered neither came nor is here, or what came was not offered.
    pub fn put_together(
        &self,
        offer: &Offer,
        count: usize,
        received: Vec<Object>,
    ) -> Result<Objects> {
        let wrong = |what: String| Error::invalid(format!("the exchange does not add up: {what}"));
        if !count.is_power_of_two() || count > 1 << MOST_BITS {
            return Err(wrong(format!("{count} buckets")));
        }
        let bits = count.trailing_zeros();
        let mut came: BTreeMap<Digest, Object> =
            received.into_iter().map(|object| (object.digest(), object)).collect();
        let mut theirs = BTreeMap::new();
        for (digest, object) in &self.objects {
            if !offer.differing.contains_key(&bucket_of(*digest, bits)) {
                theirs.insert(*digest, object.clone());
            }
        }
        for digest in offer.named() {
            let object = came.remove(&digest).or_else(|| self.get(digest).cloned());
            let object = object.ok_or_else(|| wrong(format!("object {digest} is missing")))?;
            theirs.insert(digest, object);
        }
        if let Some(stray) = came.keys().next() {
            return Err(wrong(format!("object {stray} was not offered")));
        }
        let order = offer.order.clone();
        let whole = Self { objects: theirs, order, scope: None };
        if whole.state() != offer.state {
            return Err(wrong("it is not what the other side says it has".to_owned()));
        }
        whole.into_objects()
    }

    fn into_objects(mut self) -> Result<Objects> {
        let mut all = Objects::default();
        for piece in &self.order {
            let Some(Object::Order(places)) = self.objects.get(piece) else {
                return Err(Error::invalid(format!("piece {piece} of the order is missing")));
            };
            all.order.extend(places.iter().cloned());
        }
        for (_, object) in std::mem::take(&mut self.objects) {
            match object {
                Object::Library(it) => all.libraries.push(it),
                Object::Component(it) => drop(all.components.insert(it.id, it)),
                Object::Revision(it) => drop(all.revisions.insert(it.id, it)),
                Object::Review(it) => all.reviews.push(it),
                Object::Care(it) => drop(all.care.insert(it.component, it)),
                Object::Rule(it) => drop(all.rules.insert(it.id, it)),
                Object::Branch(it) => drop(all.branches.insert(it.name.clone(), it)),
                Object::Release(it) => drop(all.releases.insert(it.id, it)),
                Object::Tree(digest, it) => drop(all.trees.insert(digest, it)),
                Object::Redaction(it) => drop(all.redactions.insert(it.digest, it)),
                Object::External(it) => drop(all.externals.insert(it)),
                Object::Order(_) => {}
            }
        }
        all.libraries.sort_by(|a, b| a.key.cmp(&b.key));
        all.reviews.sort_by_key(|review| (review.component, review.content, review.metadata));
        Ok(all)
    }
}

impl Session {
    /// Takes stock of a library, or of the part of it that a scope names.
    ///
    /// # Errors
    /// When there is no such library, or the actor may not read it.
    pub async fn inventory(&self, library: &Key, scope: Option<&Scope>) -> Result<Inventory> {
        let gathered = match scope {
            Some(scope) => self.gather_part(library, scope).await?,
            None => self.gather(std::slice::from_ref(library), false).await?,
        };
        let scope = scope.cloned();
        let taking = tokio::task::spawn_blocking(move || Inventory {
            scope,
            ..Inventory::of(gathered.objects)
        });
        taking.await.map_err(|error| Error::internal("taking stock was interrupted", error))
    }
}

fn bucket_of(digest: Digest, bits: u32) -> usize {
    let bytes = digest.as_bytes();
    let first = u16::from_be_bytes([bytes[0], bytes[1]]);
    usize::from(first) >> (u16::BITS - bits)
}

/// The files that a content document names, each with its media type.
#[must_use]
pub fn files(content: &Content) -> Vec<(Digest, String)> {
    let files = blob_uses(content).into_iter();
    files.map(|(_, digest, media_type, _)| (digest, media_type)).collect()
}

/// The objects that one side offers and the other does not have.
#[must_use]
pub fn lacking(offer: &Offer, own: &Inventory) -> BTreeSet<Digest> {
    offer.named().filter(|digest| own.get(*digest).is_none()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::RevisionId;

    fn side(of: &[u128], shared: usize) -> Inventory {
        let place = |n: &u128| Place::Revision(RevisionId(uuid::Uuid::from_u128(*n)));
        let order: Vec<_> = of.iter().map(place).collect();
        let externals = (0..shared + of.len()).map(|n| External {
            library: "lib".parse().unwrap(),
            key: format!("k{n}").parse().unwrap(),
            id: crate::model::ComponentId(uuid::Uuid::from_u128(n as u128)),
            kind: crate::model::Kind::Topic,
        });
        Inventory::of(Objects { order, externals: externals.collect(), ..Objects::default() })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Whatever two sides have, each gets what the other has, and nothing that it had.
        #[test]
        fn each_side_gets_what_the_other_has(
            ours in prop::collection::vec(any::<u128>(), 0..3),
            theirs in prop::collection::vec(any::<u128>(), 0..400),
            shared in 0_usize..300,
        ) {
            let (ours, theirs) = (side(&ours, shared), side(&theirs, shared));
            let buckets = ours.buckets();
            let offer = theirs.offer(&buckets).unwrap();
            let wanted = lacking(&offer, &ours);
            let sent: Vec<_> = wanted.iter().map(|d| theirs.get(*d).unwrap().clone()).collect();
            prop_assert!(wanted.iter().all(|digest| ours.get(*digest).is_none()));
            let whole = ours.put_together(&offer, buckets.buckets.len(), sent).unwrap();
            prop_assert_eq!(Inventory::of(whole).state(), theirs.state());
        }
    }

    #[test]
    fn equal_sides_name_nothing() {
        let (ours, theirs) = (side(&[1, 2], 500), side(&[1, 2], 500));
        let offer = theirs.offer(&ours.buckets()).unwrap();
        assert!(offer.differing.is_empty() && offer.state == ours.state());
    }

    #[test]
    fn what_is_missing_altered_or_not_asked_for_is_refused() {
        let (ours, theirs) = (side(&[1], 3), side(&[2, 3], 90));
        let buckets = ours.buckets();
        let offer = theirs.offer(&buckets).unwrap();
        let count = buckets.buckets.len();
        assert!(ours.put_together(&offer, count, Vec::new()).is_err());
        let wanted = lacking(&offer, &ours);
        let sent: Vec<_> = wanted.iter().map(|d| theirs.get(*d).unwrap().clone()).collect();
        let mut stray = sent.clone();
        stray.push(Object::Order(Vec::new()));
        assert!(ours.put_together(&offer, count, stray).is_err());
        let other = Offer { state: Digest::of_bytes(b"other"), ..offer.clone() };
        assert!(ours.put_together(&other, count, sent.clone()).is_err());
        assert!(ours.put_together(&offer, 3, sent).is_err());
        assert!(theirs.offer(&Buckets { buckets: Vec::new(), scope: None }).is_err());
    }
}
