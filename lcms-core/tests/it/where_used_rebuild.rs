//! Where-used follows from the revisions: making it again changes no answer.

use lcms_core::Error;
use lcms_core::model::{EventNumber, Kind, SlotId};
use lcms_core::service::{SaveComponent, Session, WhereUsedQuery};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::documents::{lesson, slot_id, topic};
use crate::harness::{Server, key, target};

/// Lessons that are saved over and over, and pages placed in them.
const LESSONS: usize = 4;
const PAGES: usize = 3;

/// One save: on the branch or on `main`, of which lesson, holding which pages in which slots.
#[derive(Clone, Debug)]
struct Step {
    on_branch: bool,
    lesson: usize,
    slots: Vec<(u64, usize, bool)>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let slots = prop::collection::vec((0..4_u64, 0..PAGES, any::<bool>()), 0..4);
    let step = (any::<bool>(), 0..LESSONS, slots).prop_map(|(on_branch, lesson, slots)| Step {
        on_branch,
        lesson,
        slots,
    });
    prop::collection::vec(step, 8..24)
}

fn document(step: &Step) -> Value {
    let mut taken = std::collections::BTreeSet::<SlotId>::new();
    let placements: Vec<_> = step
        .slots
        .iter()
        .filter(|(slot, ..)| taken.insert(slot_id(*slot)))
        .map(|(slot, page, overridden)| {
            let overrides = if *overridden { json!({"title": "Here"}) } else { json!({}) };
            let component = format!("page{page}");
            json!({"id": slot_id(*slot), "component": component, "overrides": overrides})
        })
        .collect();
    lesson(&placements)
}

/// Every answer about every page, now and after each event, on `main` and on the branch.
async fn answers(server: &Server) -> Vec<Value> {
    let query = WhereUsedQuery { transitive: true, limit: 200, ..WhereUsedQuery::default() };
    let last = server.last_event().await.0;
    let mut answers = Vec::new();
    for branch in ["main", "side"] {
        for at in (1..=last).step_by(3).map(|n| Some(EventNumber(n))).chain([None]) {
            let Ok(session) = server.operator().at(&key(branch), at).await else {
                continue; // the branch was made later
            };
            for page in 0..PAGES {
                let at = target(&format!("lib/page{page}"));
                answers.push(json!(session.where_used(&at, &query).await.unwrap()));
            }
        }
    }
    answers
}

async fn save(session: &Session, step: &Step) {
    let at = format!("lib/lesson{}", step.lesson);
    let base = session.component(&at.parse().unwrap()).await.unwrap().revision.id;
    let new = SaveComponent { content: Some(document(step)), ..SaveComponent::default() };
    session.save(&target(&at), base, new).await.unwrap();
}

async fn below_the_services(server: &Server, statement: &'static str) {
    server
        .store()
        .await
        .writer()
        .write(move |tx| {
            Box::pin(async move {
                let done = tx.execute_unprepared(statement).await;
                done.map(drop).map_err(|error| Error::internal("could not alter", error))
            })
        })
        .await
        .unwrap();
}

on_every_engine! {
    async fn made_again_after_random_histories_it_answers_the_same(server: &Server) {
        for page in 0..PAGES {
            server.create(&format!("lib/page{page}"), Kind::Topic, topic("One.")).await;
        }
        for lesson_number in 0..LESSONS {
            server.create(&format!("lib/lesson{lesson_number}"), Kind::Lesson, lesson(&[])).await;
        }
        let branch = server.branch("side").await;
        let mut runner = TestRunner::default();
        for _ in 0..3 {
            for step in steps().new_tree(&mut runner).unwrap().current() {
                let session = if step.on_branch { branch.clone() } else { server.operator() };
                save(&session, &step).await;
            }
            let live = answers(server).await;
            let untouched = server.lcms.rebuild_where_used(|_| ()).await.unwrap();
            assert_eq!(untouched.differed, 0, "every save kept it up");

            below_the_services(server, "DELETE FROM usage").await;
            below_the_services(server, "UPDATE head SET slots = NULL").await;
            let rebuilt = server.lcms.rebuild_where_used(|_| ()).await.unwrap();
            assert!(rebuilt.differed > 0 && rebuilt.differed <= LESSONS as u64, "{rebuilt:?}");
            for (now, before) in answers(server).await.iter().zip(&live) {
                assert_eq!(now, before);
            }
        }
    }

    async fn what_was_altered_is_made_right_and_counted(server: &Server) {
        server.create("lib/page0", Kind::Topic, topic("One.")).await;
        let step = Step { on_branch: false, lesson: 0, slots: vec![(1, 0, false)] };
        server.create("lib/lesson0", Kind::Lesson, document(&step)).await;
        let query = WhereUsedQuery { limit: 10, ..WhereUsedQuery::default() };
        let answer = || async {
            let at = target("lib/page0");
            json!(server.operator().where_used(&at, &query).await.unwrap())
        };
        let right = answer().await;
        below_the_services(server, "UPDATE usage SET role = 'entry'").await;
        assert_ne!(answer().await, right);
        assert_eq!(server.lcms.rebuild_where_used(|_| ()).await.unwrap().differed, 1);
        assert_eq!(answer().await, right);
    }
}
