//! A release that goes on from an earlier one is what it would be if it were the first.

use std::collections::BTreeMap;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use lcms_core::model::tree::release_digest;
use lcms_core::model::{
    ComponentId, Content, Digest, Kind, LinkPolicy, Node, ReleaseId, Roots, Slot, Transition, Tree,
};
use lcms_core::service::{NewBranch, NewRelease, SaveComponent, Session, UpdateBranch};
use lcms_core::store::{Store, heads, releases};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::documents::{component_id, course, fixed_id, lesson, placed, topic, with};
use crate::harness::{Server, key, new_component};

const TOPICS: std::ops::Range<u64> = 100..106;
const LESSONS: std::ops::Range<u64> = 10..13;
const COURSE: u64 = 1;
const BRANCH: &str = "draft";

/// What may happen between two releases.
#[derive(Clone, Debug)]
enum Step {
    /// A topic's text becomes one of a few.
    Write { topic: u64, text: u8 },
    /// A topic gets tags.
    Tag { topic: u64, tag: u8 },
    /// A component is approved as it stands, or its approval is taken back.
    Approve { component: u64 },
    /// A lesson holds these topics under these policies.
    Arrange { lesson: u64, topics: Vec<(u64, u8)> },
    /// The course holds these lessons under these policies.
    Outline { lessons: Vec<(u64, u8)> },
    /// A lesson is released by itself.
    Release { lesson: u64 },
    /// What follows happens on the branch, or on `main`.
    Look { at_branch: bool },
    /// The branch is put on `main` as it is now, unless that is in conflict.
    Update,
}

fn step() -> impl Strategy<Value = Step> {
    let topics = proptest::collection::btree_map(TOPICS, 0..3_u8, 0..4);
    let lessons = proptest::collection::btree_map(LESSONS, 0..4_u8, 1..4);
    prop_oneof![
        4 => (TOPICS, 0..3_u8).prop_map(|(topic, text)| Step::Write { topic, text }),
        1 => (TOPICS, 0..2_u8).prop_map(|(topic, tag)| Step::Tag { topic, tag }),
        2 => prop_oneof![TOPICS, LESSONS].prop_map(|component| Step::Approve { component }),
        2 => (LESSONS, topics).prop_map(|(lesson, topics)| Step::Arrange {
            lesson,
            topics: topics.into_iter().collect(),
        }),
        1 => lessons.prop_map(|lessons| Step::Outline { lessons: lessons.into_iter().collect() }),
        1 => LESSONS.prop_map(|lesson| Step::Release { lesson }),
        2 => any::<bool>().prop_map(|at_branch| Step::Look { at_branch }),
        1 => Just(Step::Update),
    ]
}

/// A system under random edits.
struct World {
    main: Session,
    store: Store,
    released: BTreeMap<u64, ReleaseId>,
    /// Where edits go.
    session: Session,
}

impl World {
    async fn new(server: &Server) -> Self {
        fill(server).await;
        let main = server.operator();
        main.create_branch(NewBranch { name: key(BRANCH), from: None }).await.unwrap();
        let session = main.clone();
        Self { main, store: server.store().await, released: BTreeMap::new(), session }
    }

    async fn at_branch(&self) -> Session {
        self.main.at(&key(BRANCH), None).await.unwrap()
    }

    async fn save(&self, component: u64, documents: SaveComponent) {
        let id = component_id(component);
        let view = self.session.component(&id.to_string().parse().unwrap()).await.unwrap();
        self.session.save(&id.into(), view.revision.id, documents).await.unwrap();
    }

    async fn write(&self, component: u64, content: Value) {
        let content = Some(content);
        self.save(component, SaveComponent { content, ..SaveComponent::default() }).await;
    }

    /// A placement of `child` in `parent` under a policy; always the same slot.
    async fn slot(&self, parent: u64, child: u64, policy: u8) -> Value {
        let id = component_id(child);
        let placement = placed(parent * 1000 + child, &id.to_string());
        let policy = match (policy, self.released.get(&child)) {
            (1, _) => json!({"follow": "approved"}),
            (2, _) => {
                let head = self.session.component(&id.to_string().parse().unwrap()).await.unwrap();
                let (content, metadata) = (head.revision.content, head.revision.metadata);
                json!({"follow": "pinned", "content": content, "metadata": metadata})
            }
            (3, Some(release)) => json!({"follow": "release", "release": release}),
            _ => json!({"follow": "latest"}),
        };
        with(placement, "/policy", policy)
    }

    async fn slots(&self, parent: u64, children: &[(u64, u8)]) -> Vec<Value> {
        let mut slots = Vec::new();
        for (child, policy) in children {
            slots.push(self.slot(parent, *child, *policy).await);
        }
        slots
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Write { topic: component, text } => {
                self.write(component, topic(&format!("Text {text}."))).await;
            }
            Step::Tag { topic, tag } => {
                let metadata = Some(json!({"tags": [format!("tag-{tag}")]}));
                self.save(topic, SaveComponent { metadata, ..SaveComponent::default() }).await;
            }
            Step::Approve { component } => {
                let id = component_id(component).into();
                if self.session.transition(&id, Transition::Submit).await.is_ok() {
                    self.session.transition(&id, Transition::Approve).await.unwrap();
                } else {
                    self.session.transition(&id, Transition::Withdraw).await.unwrap();
                }
            }
            Step::Arrange { lesson: component, topics } => {
                self.write(component, lesson(&self.slots(component, &topics).await)).await;
            }
            Step::Outline { lessons } => {
                self.write(COURSE, course(&self.slots(COURSE, &lessons).await)).await;
            }
            Step::Release { lesson } => {
                let id = component_id(lesson).into();
                if let Ok(view) = self.session.release(&id, NewRelease::default()).await {
                    self.released.insert(lesson, view.release.id);
                }
            }
            Step::Look { at_branch: true } => self.session = self.at_branch().await,
            Step::Look { at_branch: false } => self.session = self.main.clone(),
            Step::Update => {
                let update = UpdateBranch::default();
                drop(self.main.update_branch(&key(BRANCH), update).await);
                // A handle keeps looking at the base that it was made on.
                if self.session.view() != self.main.view() {
                    self.session = self.at_branch().await;
                }
            }
        }
    }

    /// The digests that the rules give for what a slot leads to, worked out from the documents
    /// alone; `None` when it leads nowhere.
    fn expected<'s>(
        &'s self,
        session: &'s Session,
        slot: &'s Slot,
    ) -> BoxFuture<'s, Option<Roots>> {
        async move {
            let db = self.store.reader();
            let id = slot.component;
            let language = "en".parse().unwrap();
            let (content, metadata) = match &slot.policy {
                LinkPolicy::Latest => {
                    let head = heads::of(db, session.view(), id, &language).await.unwrap()?;
                    (head.content, head.metadata)
                }
                LinkPolicy::Approved => {
                    let view = session.view();
                    let found = heads::newest_approved(db, view, id, &language).await.unwrap()?;
                    (found.content, found.metadata)
                }
                LinkPolicy::Pinned { content, metadata } => (*content, *metadata),
                LinkPolicy::Release { release } => {
                    let found = releases::by_id(db, *release).await.unwrap()?;
                    return Some(found.roots());
                }
            };
            self.expected_of(session, id, content, metadata).await
        }
        .boxed()
    }

    async fn expected_of(
        &self,
        session: &Session,
        id: ComponentId,
        content: Digest,
        metadata: Digest,
    ) -> Option<Roots> {
        let db = self.store.reader();
        let document: Content = lcms_core::store::documents::content(db, content).await.unwrap();
        let slots = document.slots();
        let mut children = Vec::new();
        for slot in &slots {
            children.push(self.expected(session, slot).await?);
        }
        let node = |tree, document, pick: fn(&Roots) -> Digest| {
            let held = slots.iter().zip(children.iter().map(pick));
            Digest::of_document(&Node::new(tree, id, document, held)).0
        };
        Some(Roots {
            content: node(Tree::Content, content, |roots| roots.content),
            metadata: node(Tree::Metadata, metadata, |roots| roots.metadata),
        })
    }

    /// Releases the course on `main` and on the branch, and compares with what the rules give.
    async fn check(&self) -> Result<(), TestCaseError> {
        self.check_at(&self.main).await?;
        self.check_at(&self.at_branch().await).await
    }

    async fn check_at(&self, session: &Session) -> Result<(), TestCaseError> {
        let id = component_id(COURSE);
        let head = session.component(&id.to_string().parse().unwrap()).await.unwrap().revision;
        let expected = self.expected_of(session, id, head.content, head.metadata).await;
        let released = session.release(&id.into(), NewRelease::default()).await;
        match (expected, released) {
            (Some(roots), Ok(view)) => {
                prop_assert_eq!(view.release.roots(), roots);
                prop_assert_eq!(view.release.digest, release_digest(roots.content, roots.metadata));
                let frozen = session.frozen(view.release.id).await.unwrap();
                prop_assert_eq!(frozen.root().component, id);
            }
            (None, Err(_)) => {}
            (expected, released) => {
                prop_assert!(false, "expected {expected:?}, released {released:?}");
            }
        }
        Ok(())
    }
}

async fn fill(server: &Server) {
    let id = |n| component_id(n).to_string();
    let parts = |parent: u64, children: std::ops::Range<u64>| {
        children.map(|n| placed(parent * 1000 + n, &id(n))).collect::<Vec<_>>()
    };
    let mut all: Vec<(u64, Kind, Value)> = Vec::new();
    all.extend(TOPICS.map(|n| (n, Kind::Topic, topic("Text 0."))));
    all.extend(
        LESSONS
            .zip([100..102, 102..104, 103..106])
            .map(|(n, topics)| (n, Kind::Lesson, lesson(&parts(n, topics)))),
    );
    all.push((COURSE, Kind::Course, course(&parts(COURSE, LESSONS))));
    for (n, kind, content) in all {
        let mut request = new_component(&format!("lib/c{n}"), kind, content);
        request.id = Some(component_id(n));
        server.operator().create(request, None).await.unwrap();
    }
}

on_every_engine! {
    async fn whatever_happens_between_two_releases(server: &Server) {
        let world = World::new(server).await;
        let mut runner = TestRunner::new(Config { cases: 12, ..Config::default() });
        let histories = proptest::collection::vec(proptest::collection::vec(step(), 1..5), 1..5);
        tokio::task::block_in_place(|| {
            let runtime = tokio::runtime::Handle::current();
            let world = std::cell::RefCell::new(world);
            runner
                .run(&histories, |history| {
                    let mut world = world.borrow_mut();
                    for steps in history {
                        runtime.block_on(async {
                            for step in steps {
                                world.take(step).await;
                            }
                            world.check().await
                        })?;
                    }
                    Ok(())
                })
                .unwrap();
        });
    }

    async fn a_lesson_that_followed_an_old_release_follows_the_head_again(server: &Server) {
        // The release of the lesson was frozen before a topic in it changed, the course after.
        let mut world = World::new(server).await;
        world.take(Step::Release { lesson: 10 }).await;
        world.take(Step::Write { topic: 100, text: 1 }).await;
        world.take(Step::Outline { lessons: vec![(10, 3)] }).await;
        world.check().await.unwrap();
        world.take(Step::Outline { lessons: vec![(10, 0)] }).await;
        world.check().await.unwrap();
    }

    async fn an_empty_lesson_is_the_same_node_in_a_slot_and_by_itself(server: &Server) {
        let mut world = World::new(server).await;
        world.take(Step::Arrange { lesson: 11, topics: vec![] }).await;
        world.check().await.unwrap();
        world.take(Step::Release { lesson: 11 }).await;
        let alone = world.main.frozen(world.released[&11]).await.unwrap();
        assert_eq!((alone.nodes.len(), alone.root().component), (1, component_id(11)));
        world.take(Step::Outline { lessons: vec![(10, 0), (11, 3)] }).await;
        world.check().await.unwrap();
    }

    async fn a_release_names_the_moment_that_it_holds(server: &Server) {
        fill(server).await;
        let operator = server.operator();
        let before = operator.events(lcms_core::model::EventNumber(0), 1000).await.unwrap();
        let last = before.items.last().unwrap().number;
        let release = server.release(&fixed_id(COURSE).to_string()).await;
        assert_eq!(release.moment, Some(last));
        assert_eq!(release.event.0, last.0 + 1);
    }

    async fn nothing_of_a_shared_closure_is_stored_twice(server: &Server) {
        let mut world = World::new(server).await;
        let store = server.store().await;
        let nodes =
            async || lcms_core::store::nodes::page(store.reader(), None, 1000).await.unwrap();
        server.release(&fixed_id(COURSE).to_string()).await;
        let first = nodes().await;
        // A course and three lessons in each tree; topics are leaves and have no rows.
        assert_eq!(first.len(), 8);
        world.take(Step::Write { topic: 100, text: 1 }).await;
        server.release(&fixed_id(COURSE).to_string()).await;
        // The lesson and the course above the topic, in the content tree alone.
        assert_eq!(nodes().await.len(), 10);
        world.take(Step::Tag { topic: 105, tag: 1 }).await;
        server.release(&fixed_id(COURSE).to_string()).await;
        assert_eq!(nodes().await.len(), 12);
    }
}
