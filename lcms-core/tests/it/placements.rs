//! Placements, one call each: what each edit does, survives and refuses.

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, LinkPolicy, Order, Position, RevisionId, SlotId, Transition};
use lcms_core::service::{
    AddPlacement, MoveTo, PinnedTo, PlacementEdit, PlacementsEdited, PolicyChoice,
};
use lcms_core::{Error, Result};
use serde_json::{Value, json};

use crate::documents::{
    assessment, component_id, course, lesson, placed, question, slot_id, topic,
};
use crate::harness::{Server, target};

async fn edit(server: &Server, at: &str, edits: Vec<PlacementEdit>) -> Result<PlacementsEdited> {
    let base = server.view(at).await.revision.id;
    server.operator().edit_placements(&target(at), base, edits, "edited".to_owned()).await
}

async fn one(server: &Server, edits: PlacementEdit) -> Result<PlacementsEdited> {
    edit(server, "lib/lesson", vec![edits]).await
}

fn add(component: &str, position: Position) -> PlacementEdit {
    PlacementEdit::Add(Box::new(AddPlacement {
        component: target(component),
        list: None,
        position,
        policy: PolicyChoice::Latest,
        overrides: lcms_core::model::Overrides::default(),
        when: lcms_core::model::Conditions::new(),
        slot: None,
    }))
}

async fn slots(server: &Server, at: &str) -> Vec<SlotId> {
    let list = server.operator().placements(&target(at)).await.unwrap();
    list.items.into_iter().map(|item| item.slot).collect()
}

/// A lesson with pages `a` and `b` in slots 1 and 2.
async fn two_pages(server: &Server) {
    server.create("lib/a", Kind::Topic, topic("A.")).await;
    server.create("lib/b", Kind::Topic, topic("B.")).await;
    server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "a"), placed(2, "b")])).await;
}

on_every_engine! {
    async fn placements_are_added_moved_and_taken_out(server: &Server) {
        two_pages(server).await;
        server.create("lib/c", Kind::Topic, topic("C.")).await;
        let [a, b] = [slot_id(1), slot_id(2)];
        let added = one(server, add("c", Position::Before(b))).await.unwrap();
        let c = added.slots[0];
        assert_eq!(slots(server, "lib/lesson").await, [a, c, b]);
        assert_eq!(added.saved.revision.message, "edited");
        let to_front = PlacementEdit::Move { slot: b, list: None, position: Position::First };
        one(server, to_front).await.unwrap();
        assert_eq!(slots(server, "lib/lesson").await, [b, a, c]);
        one(server, PlacementEdit::Remove { slot: a }).await.unwrap();
        assert_eq!(slots(server, "lib/lesson").await, [b, c]);
        let error = one(server, PlacementEdit::Remove { slot: a }).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    async fn several_edits_are_one_revision_or_none(server: &Server) {
        two_pages(server).await;
        let before = server.view("lib/lesson").await.revision;
        let edits = vec![
            PlacementEdit::Remove { slot: slot_id(1) },
            PlacementEdit::Remove { slot: slot_id(9) },
        ];
        edit(server, "lib/lesson", edits).await.unwrap_err();
        assert_eq!(server.view("lib/lesson").await.revision, before);
        let edits = vec![PlacementEdit::Remove { slot: slot_id(1) }, add("lib/a", Position::Last)];
        let done = edit(server, "lib/lesson", edits).await.unwrap();
        assert_eq!(done.saved.revision.number, before.number + 1);
    }

    async fn a_stale_base_changes_nothing(server: &Server) {
        two_pages(server).await;
        let stale = server.view("lib/lesson").await.revision.id;
        one(server, PlacementEdit::Remove { slot: slot_id(1) }).await.unwrap();
        let remove = |base: RevisionId| {
            let edits = vec![PlacementEdit::Remove { slot: slot_id(2) }];
            let operator = server.operator();
            async move {
                operator.edit_placements(&target("lib/lesson"), base, edits, String::new()).await
            }
        };
        assert_eq!(remove(stale).await.unwrap_err().kind(), ErrorKind::StaleBase);
        assert_eq!(slots(server, "lib/lesson").await, [slot_id(2)]);
    }

    async fn a_placement_follows_what_it_is_told_to(server: &Server) {
        two_pages(server).await;
        let first = server.view("lib/a").await.revision;
        server.save("lib/a", topic("A, again.")).await;
        let follow = |policy| PlacementEdit::Follow { slot: slot_id(1), policy };
        let shown = || async {
            let list = server.operator().placements(&target("lib/lesson")).await.unwrap();
            list.items[0].shows.as_ref().and_then(|shown| shown.number)
        };
        let pin = |to| follow(PolicyChoice::Pinned(to));
        one(server, pin(PinnedTo { number: Some(1), revision: None })).await.unwrap();
        assert_eq!(shown().await, Some(1));
        one(server, follow(PolicyChoice::Latest)).await.unwrap();
        assert_eq!(shown().await, Some(2));
        one(server, pin(PinnedTo::default())).await.unwrap();
        server.save("lib/a", topic("A, once more.")).await;
        assert_eq!(shown().await, Some(2), "pinned to what it showed");
        one(server, pin(PinnedTo { revision: Some(first.id), number: None })).await.unwrap();
        assert_eq!(shown().await, Some(1));
        one(server, follow(PolicyChoice::Approved)).await.unwrap();
        assert_eq!(shown().await, None, "nothing is approved");
        let operator = server.operator();
        operator.transition(&target("lib/a"), Transition::Submit).await.unwrap();
        operator.transition(&target("lib/a"), Transition::Approve).await.unwrap();
        assert_eq!(shown().await, Some(3));

        let wrong = server.view("lib/b").await.revision.id;
        for to in [
            PinnedTo { number: Some(9), revision: None },
            PinnedTo { number: None, revision: Some(wrong) },
            PinnedTo { number: Some(2), revision: Some(first.id) },
        ] {
            let error = one(server, pin(to)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
    }

    async fn a_placement_follows_only_releases_of_its_component(server: &Server) {
        two_pages(server).await;
        server.create("lib/course", Kind::Course, course(&[placed(5, "lesson")])).await;
        let release = server.release("lib/lesson").await.id;
        let other = server.release("lib/course").await.id;
        let follow = |release| PlacementEdit::Follow {
            slot: slot_id(5),
            policy: PolicyChoice::Release { release },
        };
        let error = edit(server, "lib/course", vec![follow(other)]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        edit(server, "lib/course", vec![follow(release)]).await.unwrap();
        let list = server.operator().placements(&target("lib/course")).await.unwrap();
        assert_eq!(list.items[0].policy, LinkPolicy::Release { release });
        assert_eq!(list.items[0].shows.as_ref().unwrap().release_number, Some(1));
    }

    async fn overrides_are_shown_beside_upstream_survive_it_and_are_reset(server: &Server) {
        server.create("lib/ask", Kind::Question, question("Yes")).await;
        let exam = assessment(&[placed(1, "ask")]);
        server.create("lib/exam", Kind::Assessment, exam).await;
        let set = |name: &str, value: Value| PlacementEdit::Override {
            slot: slot_id(1),
            name: name.parse().unwrap(),
            value,
        };
        let edits = vec![set("title", json!("Here")), set("weight", json!(2))];
        edit(server, "lib/exam", edits).await.unwrap();
        let mut upstream = question("Yes");
        upstream["title"] = json!("Upstream");
        server.save("lib/ask", upstream).await;
        let shown = || async {
            let list = server.operator().placements(&target("lib/exam")).await.unwrap();
            (list.items[0].title.clone(), json!(list.items[0].overrides))
        };
        let expected = json!([
            {"name": "title", "here": "Here", "upstream": "Upstream"},
            {"name": "weight", "here": 2.0, "upstream": 1.0},
        ]);
        assert_eq!(shown().await, ("Here".to_owned(), expected));

        let reset = |name: Option<&str>| PlacementEdit::Reset {
            slot: slot_id(1),
            name: name.map(|name| name.parse().unwrap()),
        };
        edit(server, "lib/exam", vec![reset(Some("title"))]).await.unwrap();
        let (title, overrides) = shown().await;
        assert_eq!((title.as_str(), overrides.as_array().unwrap().len()), ("Upstream", 1));
        let error = edit(server, "lib/exam", vec![reset(Some("title"))]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        edit(server, "lib/exam", vec![reset(None)]).await.unwrap();
        assert_eq!(shown().await.1, json!([]));

        let refused = |error: Error| error.kind() == ErrorKind::Invalid;
        for wrong in [set("weight", json!("much")), set("weight", json!(-1)), set("title", json!(""))] {
            assert!(refused(edit(server, "lib/exam", vec![wrong]).await.unwrap_err()));
        }
    }

    async fn conditions_are_set_and_cleared(server: &Server) {
        two_pages(server).await;
        let when = |when: Value| PlacementEdit::Conditions {
            slot: slot_id(1),
            when: serde_json::from_value(when).unwrap(),
        };
        let audience = json!({"audience": ["admin", "partner"]});
        one(server, when(audience.clone())).await.unwrap();
        assert_eq!(server.stored("lib/lesson").await["placements"][0]["when"], audience);
        let error = one(server, when(json!({"audience": []}))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        one(server, when(json!({}))).await.unwrap();
        assert_eq!(server.stored("lib/lesson").await["placements"][0].get("when"), None);
    }

    async fn a_course_says_how_learners_come_to_what_it_holds(server: &Server) {
        two_pages(server).await;
        server.create("lib/more", Kind::Lesson, lesson(&[])).await;
        let course = json!({"title": "Course", "placements": [
            {"id": slot_id(21), "component": "lib/lesson"}, {"id": slot_id(22), "component": "lib/more"}
        ]});
        server.create("lib/gated", Kind::Course, course).await;
        let sequence = |slot: SlotId, sequencing: Value| PlacementEdit::Sequence {
            slot,
            sequencing: serde_json::from_value(sequencing).unwrap(),
        };
        let gated = json!({"requires": [{"slot": slot_id(21)}], "attempt_limit": 2});
        let order = PlacementEdit::Order { order: Order::Linear };
        let done = edit(server, "lib/gated", vec![sequence(slot_id(22), gated.clone()), order]);
        assert_eq!(done.await.unwrap().slots, [slot_id(22)]);
        let stored = server.stored("lib/gated").await;
        assert_eq!((&stored["order"], &stored["placements"][1]["sequencing"]), (&json!("linear"), &gated));
        let shown = server.operator().placements(&target("lib/gated")).await.unwrap();
        assert_eq!(shown.order, Some(Order::Linear));
        assert_eq!(shown.items[1].sequencing.attempt_limit, Some(2));

        // What it waits for stands behind it, the other is no gate, and a lesson has no order.
        let backwards = json!({"requires": [{"slot": slot_id(22)}]});
        let error = edit(server, "lib/gated", vec![sequence(slot_id(21), backwards)]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let error = edit(server, "lib/gated", vec![sequence(slot_id(9), json!({}))]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let error = one(server, sequence(slot_id(1), json!({"attempt_limit": 2}))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);

        edit(server, "lib/gated", vec![sequence(slot_id(22), json!({}))]).await.unwrap();
        assert_eq!(server.stored("lib/gated").await["placements"][1].get("sequencing"), None);
    }

    async fn what_does_not_fit_is_refused_as_in_a_save(server: &Server) {
        two_pages(server).await;
        server.create("lib/names", Kind::VariableSet, crate::documents::variable_set()).await;
        let error = one(server, add("names", Position::Last)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let missing = component_id(99).to_string();
        let error = one(server, add(&missing, Position::Last)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    async fn a_placement_moves_to_another_structure_with_its_slot(server: &Server) {
        two_pages(server).await;
        server.create("lib/other", Kind::Lesson, lesson(&[])).await;
        let bases = (server.view("lib/lesson").await.revision.id, server.view("lib/other").await.revision.id);
        let to = |base| MoveTo {
            parent: target("lib/other"),
            base,
            list: None,
            position: Position::Last,
        };
        let move_it = |base, to| {
            let operator = server.operator();
            async move {
                let (at, slot) = (target("lib/lesson"), slot_id(1));
                operator.move_placement(&at, base, slot, to, String::new()).await
            }
        };
        let error = move_it(bases.0, to(bases.0)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StaleBase);
        assert_eq!(slots(server, "lib/lesson").await.len(), 2, "neither was changed");
        move_it(bases.0, to(bases.1)).await.unwrap();
        assert_eq!(slots(server, "lib/lesson").await, [slot_id(2)]);
        assert_eq!(slots(server, "lib/other").await, [slot_id(1)]);
    }
}
