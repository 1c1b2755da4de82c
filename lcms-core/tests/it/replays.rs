//! Random histories on `main` and a branch, with merges and reverts between them, give the same
//! digests wherever they are replayed.

use lcms_core::ErrorKind;
use lcms_core::model::merge::Choice;
use lcms_core::model::{Kind, Target, Version};
use lcms_core::service::{
    MergeBranch, MergeReport, NewBranch, NewRelease, Resolution, Revert, SaveComponent, Session,
    UpdateBranch,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::branches::{looking_at, now};
use crate::documents::{component_id, lesson, placed};
use crate::harness::{Engine, Server, key, new_component};

const PAGES: u64 = 3;
const HISTORIES: u64 = 6;

#[derive(Clone, Debug)]
enum Step {
    /// Another word in one paragraph of a page.
    Edit { branch: bool, page: u64, paragraph: usize, word: u8 },
    /// The lesson holds these pages, in this order.
    Arrange { branch: bool, pages: Vec<u64> },
    /// The branch is put on the newest base.
    Update,
    /// The lesson goes back with everything below it to after that step.
    Revert { branch: bool, to: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let arranged = Just((0..PAGES).collect::<Vec<_>>()).prop_shuffle();
    let some = (arranged, 0..=PAGES).prop_map(|(mut pages, count)| {
        pages.truncate(usize::try_from(count).unwrap());
        pages
    });
    prop_oneof![
        5 => (any::<bool>(), 0..PAGES, 0..3_usize, 0..4_u8).prop_map(
            |(branch, page, paragraph, word)| Step::Edit { branch, page, paragraph, word }
        ),
        2 => (any::<bool>(), some).prop_map(|(branch, pages)| Step::Arrange { branch, pages }),
        1 => Just(Step::Update),
        1 => (any::<bool>(), 0..6_usize).prop_map(|(branch, to)| Step::Revert { branch, to }),
    ]
}

/// One history on one server: its components have fixed ids.
struct Replay<'s> {
    server: &'s Server,
    history: u64,
}

impl Replay<'_> {
    fn page(&self, n: u64) -> Target {
        Target::Id(component_id(self.history * 100 + n))
    }

    fn lesson(&self) -> Target {
        self.page(99)
    }

    fn branch(&self) -> String {
        format!("branch-{}", self.history)
    }

    async fn session(&self, branch: bool) -> Session {
        match branch {
            true => looking_at(&self.server.operator(), &self.branch()).await,
            false => self.server.operator(),
        }
    }

    async fn create(&self) {
        let operator = self.server.operator();
        for n in 0..PAGES {
            let at = format!("lib/h{}-p{n}", self.history);
            let content = json!({"title": "A page", "body": "One 0.\n\nTwo 0.\n\nThree 0."});
            let mut new = new_component(&at, Kind::Topic, content);
            new.id = self.page(n).id();
            operator.create(new, None).await.unwrap();
        }
        let at = format!("lib/h{}", self.history);
        let mut new = new_component(&at, Kind::Lesson, self.arranged(&[0, 1, 2]));
        new.id = self.lesson().id();
        operator.create(new, None).await.unwrap();
        let branch = NewBranch { name: key(&self.branch()), from: None };
        operator.create_branch(branch).await.unwrap();
    }

    fn arranged(&self, pages: &[u64]) -> serde_json::Value {
        let slots =
            pages.iter().map(|n| placed(self.history * 100 + n, &self.page(*n).to_string()));
        lesson(&slots.collect::<Vec<_>>())
    }

    async fn save(&self, session: &Session, target: &Target, content: serde_json::Value) {
        let reference = target.to_string().parse().unwrap();
        let base = session.component(&reference).await.unwrap().revision.id;
        let documents = SaveComponent { content: Some(content), ..SaveComponent::default() };
        session.save(target, base, documents).await.unwrap();
    }

    async fn take(&self, step: &Step, moments: &[String]) {
        match step {
            Step::Edit { branch, page, paragraph, word } => {
                let session = self.session(*branch).await;
                let target = self.page(*page);
                let view = session.component(&target.to_string().parse().unwrap()).await.unwrap();
                let mut content = serde_json::to_value(view.content).unwrap();
                let body = content["body"].as_str().unwrap().to_owned();
                let mut parts: Vec<_> = body.trim().split("\n\n").map(str::to_owned).collect();
                let first = parts[*paragraph].split(' ').next().unwrap().to_owned();
                parts[*paragraph] = format!("{first} {word}.");
                content["body"] = json!(parts.join("\n\n"));
                self.save(&session, &target, content).await;
            }
            Step::Arrange { branch, pages } => {
                let session = self.session(*branch).await;
                self.save(&session, &self.lesson(), self.arranged(pages)).await;
            }
            Step::Update => {
                let operator = self.server.operator();
                let name = key(&self.branch());
                let run = async |resolutions, dry_run| {
                    let request = UpdateBranch { resolutions, dry_run, ..UpdateBranch::default() };
                    operator.update_branch(&name, request).await
                };
                match run(Vec::new(), true).await {
                    Ok(preview) => {
                        let done = run(choosing(&preview, &Choice::Theirs), false).await.unwrap();
                        assert!(done.done, "{done:?}");
                    }
                    Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error}"),
                }
            }
            Step::Revert { branch, to } => {
                let Some(moment) = moments.get(*to) else { return };
                let to: Version = moment.parse().unwrap();
                let request = Revert { to, deep: true, message: String::new(), dry_run: false };
                let session = self.session(*branch).await;
                session.revert(&self.lesson(), request).await.unwrap();
            }
        }
    }

    async fn digest(&self, branch: bool) -> String {
        let session = self.session(branch).await;
        let release = session.release(&self.lesson(), NewRelease::default()).await.unwrap();
        release.release.digest.to_string()
    }

    /// The digests of the lesson on both sides before the merge, and after it.
    async fn run(&self, steps: &[Step]) -> Vec<String> {
        self.create().await;
        let mut moments = Vec::new();
        for step in steps {
            self.take(step, &moments).await;
            moments.push(format!("main@{}", now(self.server).await));
        }
        let mut digests = vec![self.digest(false).await, self.digest(true).await];
        let operator = self.server.operator();
        let name = key(&self.branch());
        let run = async |resolutions, dry_run| {
            let request = MergeBranch {
                resolutions,
                dry_run,
                without_approval: true,
                ..MergeBranch::default()
            };
            operator.merge_branch(&name, request).await
        };
        match run(Vec::new(), true).await {
            Ok(preview) => {
                let done = run(choosing(&preview, &Choice::Ours), false).await.unwrap();
                assert!(done.done, "{done:?}");
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error}"),
        }
        digests.push(self.digest(false).await);
        digests
    }
}

fn choosing(preview: &MergeReport, choice: &Choice) -> Vec<Resolution> {
    let resolved = |item: &lcms_core::service::MergeItem| {
        let component = item.component;
        let conflicts = item.conflicts.clone();
        conflicts.into_iter().map(move |it| Resolution {
            component,
            language: None,
            part: it.part,
            pointer: it.conflict.pointer,
            choice: choice.clone(),
        })
    };
    preview.conflicts().flat_map(resolved).collect()
}

on_every_engine! {
    async fn a_history_has_the_same_digests_wherever_it_is_replayed(server: &Server) {
        let other = Server::start(Engine::Sqlite).await;
        let mut runner = TestRunner::deterministic();
        for history in 1..=HISTORIES {
            let steps = prop::collection::vec(step(), 4..12).new_tree(&mut runner).unwrap().current();
            // Another history before it, so that no number is the same by chance.
            other.create(&format!("lib/noise-{history}"), Kind::Topic, json!({"title": "N", "body": ""})).await;
            let here = Replay { server, history }.run(&steps).await;
            let there = Replay { server: &other, history }.run(&steps).await;
            assert_eq!(here, there, "{steps:#?}");
        }
        // What was derived on the way is what the revisions say.
        assert_eq!(server.lcms.rebuild_where_used(|_| ()).await.unwrap().differed, 0);
        other.stop().await;
    }
}
