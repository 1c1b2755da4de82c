//! Two lines come together: what fits merges by itself, what does not is listed and decided.

use lcms_core::ErrorKind;
use lcms_core::model::merge::Choice;
use lcms_core::model::{
    BranchState, Component, ComponentId, EventKind, Kind, Revision, RevisionId,
};
use lcms_core::service::{
    ConflictPart, MergeBranch, MergeOutcome, MergeReport, PullSource, Resolution, SaveComponent,
    Session,
};
use lcms_core::store::events::NewEvent;
use lcms_core::store::{components, events, heads, lineage};
use serde_json::json;

use crate::branches::{branch, looking_at, now, save, text, unreviewed};
use crate::documents::{lesson, module, placed, topic};
use crate::harness::{Server, broken_rules, key, new_component, reference, target};

async fn merge(server: &Server, name: &str) -> MergeReport {
    server.operator().merge_branch(&key(name), unreviewed()).await.unwrap()
}

/// Saves metadata over the head that the session sees.
async fn describe(session: &Session, at: &str, tags: &[&str]) {
    let base = session.component(&reference(at)).await.unwrap().revision.id;
    let metadata = Some(json!({ "tags": tags }));
    let documents = SaveComponent { metadata, ..SaveComponent::default() };
    session.save(&target(at), base, documents).await.unwrap();
}

/// Makes a copy of a component in `lib`, with its lineage.
async fn copy(server: &Server, source: &str, name: &str) -> ComponentId {
    let view = server.view(source).await;
    let component = Component { id: ComponentId::new(), key: key(name), ..view.component };
    let (id, source) = (component.id, view.revision);
    let store = server.store().await;
    store
        .writer()
        .write(move |tx| {
            Box::pin(async move {
                components::insert(tx, &component).await?;
                let revision = Revision {
                    id: RevisionId::new(),
                    component: component.id,
                    number: 1,
                    parent: None,
                    merge_parent: Some(source.id),
                    event: events::next_number(tx).await?,
                    ..source.clone()
                };
                components::insert_revision(tx, &revision).await?;
                heads::insert(tx, &revision, 0).await?;
                let event = NewEvent {
                    component: Some(component.id),
                    revision: Some(revision.id),
                    ..NewEvent::new(EventKind::ComponentCreated, revision.created, revision.author)
                };
                events::insert(tx, revision.event, event).await?;
                let origin = lineage::Origin {
                    copy: component.id,
                    source: source.component,
                    revision: source.id,
                    event: revision.event,
                };
                lineage::record(tx, &origin).await
            })
        })
        .await
        .unwrap();
    id
}

/// A conflict in the body of `lib/page`, on a branch `spring`.
async fn conflict_in_a_page(server: &Server) {
    server.create("lib/page", Kind::Topic, topic("Words.")).await;
    let spring = branch(server, "spring").await;
    save(&spring, "lib/page", topic("Words on the branch.")).await;
    save(&server.operator(), "lib/page", topic("Words on main.")).await;
}

on_every_engine! {
    async fn a_branch_lands_in_one_step_with_an_event_for_the_merge_and_each_revision(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("A.")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[])).await;
        let spring = branch(server, "spring").await;
        let theirs = save(&spring, "lib/a", topic("A, better.")).await.revision;
        spring.create(new_component("lib/b", Kind::Topic, topic("B.")), None).await.unwrap();
        save(&spring, "lib/lesson", lesson(&[placed(1, "a"), placed(2, "b")])).await;
        let before = now(server).await;
        let ours = server.view("lib/a").await.revision.id;
        let dry = MergeBranch { dry_run: true, ..unreviewed() };
        let preview = server.operator().merge_branch(&key("spring"), dry).await.unwrap();
        assert!(!preview.done && now(server).await == before);
        let report = merge(server, "spring").await;
        assert!(report.done);
        let outcomes: Vec<_> =
            report.items.iter().map(|it| (it.key.as_str(), it.outcome)).collect();
        assert_eq!(outcomes, [
            ("a", MergeOutcome::Taken), ("b", MergeOutcome::Taken), ("lesson", MergeOutcome::Taken)
        ]);
        let log = server.operator().events(before, 10).await.unwrap().items;
        assert_eq!(log.len(), 4);
        assert_eq!(log.iter().filter(|it| it.kind == EventKind::BranchMerged).count(), 1);
        let head = server.view("lib/a").await.revision;
        assert_eq!((head.parent, head.merge_parent), (Some(ours), Some(theirs.id)));
        assert_eq!(head.message, "merge of branch spring");
        assert_eq!(text(&server.operator(), "lib/b").await, "B.");
        let users = server.parents(target("lib/b")).await;
        assert_eq!(users, ["lesson"]);
        let view = server.operator().branch_named(&key("spring")).await.unwrap();
        assert_eq!(view.branch.state, BranchState::Merged);
        assert_eq!(server.lcms.rebuild_where_used(|_| ()).await.unwrap().differed, 0);
    }

    async fn changes_of_different_places_merge_by_themselves(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("First.\n\nSecond.\n\nThird.")).await;
        for name in ["a", "b", "c"] {
            server.create(&format!("lib/{name}"), Kind::Topic, topic(name)).await;
        }
        server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "a")])).await;
        describe(&server.operator(), "lib/page", &["old"]).await;
        let (main, spring) = (server.operator(), branch(server, "spring").await);
        save(&spring, "lib/page", topic("First.\n\nSecond.\n\nThird, theirs.")).await;
        save(&main, "lib/page", topic("First, ours.\n\nSecond.\n\nThird.")).await;
        describe(&spring, "lib/page", &["old", "theirs"]).await;
        describe(&main, "lib/page", &["ours"]).await;
        save(&spring, "lib/lesson", lesson(&[placed(2, "b"), placed(1, "a")])).await;
        save(&main, "lib/lesson", lesson(&[placed(1, "a"), placed(3, "c")])).await;
        let report = merge(server, "spring").await;
        assert!(report.done && report.items.iter().all(|it| it.outcome == MergeOutcome::Merged));
        assert_eq!(text(&main, "lib/page").await, "First, ours.\nSecond.\nThird, theirs.");
        let tags = server.view("lib/page").await.metadata.tags;
        assert_eq!(tags.into_iter().collect::<Vec<_>>(), ["ours", "theirs"]);
        let slots = server.view("lib/lesson").await.content.slots();
        assert_eq!(
            slots.iter().map(|slot| slot.id).collect::<Vec<_>>(),
            [2, 1, 3].map(crate::documents::slot_id)
        );
    }

    async fn a_conflict_is_listed_and_nothing_is_written(server: &Server) {
        conflict_in_a_page(server).await;
        let before = now(server).await;
        let report = merge(server, "spring").await;
        assert!(!report.done && !report.is_resolved());
        let conflict = &report.conflicts().next().unwrap().conflicts[0];
        assert_eq!(conflict.part, ConflictPart::Content);
        let text_of = |value: &Option<serde_json::Value>| {
            value.as_ref().unwrap().as_str().unwrap().trim().to_owned()
        };
        assert_eq!(text_of(&conflict.conflict.base), "Words.");
        assert_eq!(text_of(&conflict.conflict.ours), "Words on main.");
        assert_eq!(text_of(&conflict.conflict.theirs), "Words on the branch.");
        assert_eq!(now(server).await, before);
        assert_eq!(server.view("lib/page").await.content.plain_text().trim(), "Words on main.");
    }

    async fn a_conflict_is_resolved_as_was_chosen(server: &Server) {
        conflict_in_a_page(server).await;
        let report = merge(server, "spring").await;
        let item = report.conflicts().next().unwrap();
        let resolution = |choice| Resolution {
            component: item.component,
            language: None,
            part: ConflictPart::Content,
            pointer: item.conflicts[0].conflict.pointer.clone(),
            choice,
        };
        for (choice, expected) in [
            (Choice::Base, "Words."),
            (Choice::Ours, "Words on main."),
            (Choice::Theirs, "Words on the branch."),
            (Choice::Value(json!("Words of both.\n")), "Words of both."),
        ] {
            let dry = MergeBranch {
                resolutions: vec![resolution(choice)], dry_run: true, ..unreviewed()
            };
            let report = server.operator().merge_branch(&key("spring"), dry).await.unwrap();
            assert!(report.is_resolved(), "{expected}: {report:?}");
        }
        let stray = Resolution { pointer: "/title".to_owned(), ..resolution(Choice::Ours) };
        let resolutions = vec![resolution(Choice::Theirs), stray.clone()];
        let request = MergeBranch { resolutions, ..unreviewed() };
        let report = server.operator().merge_branch(&key("spring"), request).await.unwrap();
        assert!(!report.done, "a choice that nothing asked for may be a mistake");
        assert_eq!(report.unused, [stray]);
        let resolutions = vec![resolution(Choice::Value(json!("Words of both.\n")))];
        let request = MergeBranch { resolutions, ..unreviewed() };
        let report = server.operator().merge_branch(&key("spring"), request).await.unwrap();
        assert!(report.done);
        assert_eq!(text(&server.operator(), "lib/page").await, "Words of both.");
    }

    async fn what_was_deleted_on_one_side_and_edited_on_the_other_is_decided(server: &Server) {
        for name in ["kept", "gone"] {
            server.create(&format!("lib/{name}"), Kind::Topic, topic("x")).await;
        }
        let spring = branch(server, "spring").await;
        for name in ["kept", "gone"] {
            save(&spring, &format!("lib/{name}"), topic("edited")).await;
            server.operator().delete(&target(&format!("lib/{name}"))).await.unwrap();
        }
        let report = merge(server, "spring").await;
        assert!(!report.done);
        assert_eq!(report.conflicts().count(), 2);
        assert!(report.conflicts().all(|it| it.conflicts[0].part == ConflictPart::Component));
        let resolutions = report.conflicts().map(|it| Resolution {
            component: it.component,
            language: None,
            part: ConflictPart::Component,
            pointer: String::new(),
            choice: if it.key == key("kept") { Choice::Theirs } else { Choice::Ours },
        });
        let request = MergeBranch { resolutions: resolutions.collect(), ..unreviewed() };
        let report = server.operator().merge_branch(&key("spring"), request).await.unwrap();
        assert!(report.done, "{report:?}");
        let kept = server.view("lib/kept").await;
        assert!(!kept.component.deleted);
        assert_eq!(kept.content.plain_text().trim(), "edited");
        assert!(server.view("lib/gone").await.component.deleted);
        assert_eq!(server.view("lib/gone").await.content.plain_text().trim(), "x");
    }

    async fn a_merge_that_would_break_a_rule_is_refused_by_name(server: &Server) {
        server.create("lib/one", Kind::Module, module(&[])).await;
        server.create("lib/two", Kind::Module, module(&[])).await;
        server.create("lib/page", Kind::Topic, topic("x")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[])).await;
        let (main, spring) = (server.operator(), branch(server, "spring").await);
        save(&spring, "lib/one", module(&[placed(1, "two")])).await;
        save(&main, "lib/two", module(&[placed(2, "one")])).await;
        let before = now(server).await;
        let refused = main.merge_branch(&key("spring"), unreviewed()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        assert_eq!(broken_rules(&refused), [("/one", "cycle")]);
        assert_eq!(now(server).await, before);
        save(&main, "lib/two", module(&[])).await;
        assert!(merge(server, "spring").await.done);
    }

    async fn branches_go_on_together_after_a_merge(server: &Server) {
        // A branch of a branch, each merged in turn; nothing is merged twice.
        server.create("lib/page", Kind::Topic, topic("One.\n\nTwo.\n\nThree.")).await;
        let below = branch(server, "below").await;
        save(&below, "lib/page", topic("One.\n\nTwo.\n\nThree, below.")).await;
        let above = crate::branches::branch_from(server, "above", Some("below")).await;
        save(&above, "lib/page", topic("One, above.\n\nTwo.\n\nThree, below.")).await;
        save(&server.operator(), "lib/page", topic("One.\n\nTwo, on main.\n\nThree.")).await;
        assert!(merge(server, "above").await.done);
        assert_eq!(text(&below, "lib/page").await, "One, above.\nTwo.\nThree, below.");
        assert!(merge(server, "below").await.done);
        let main = server.operator();
        assert_eq!(text(&main, "lib/page").await, "One, above.\nTwo, on main.\nThree, below.");
        let history = main.history(&target("lib/page"), None, 50).await.unwrap().items;
        assert_eq!(history.len(), 6);
    }

    async fn what_both_sides_made_the_same_needs_no_merge(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.create("lib/other", Kind::Topic, topic("One.")).await;
        let spring = branch(server, "spring").await;
        save(&spring, "lib/page", topic("Two.")).await;
        save(&spring, "lib/other", topic("Two.")).await;
        let ours = server.save("lib/page", topic("Two.")).await.revision.id;
        let report = merge(server, "spring").await;
        assert_eq!(report.items.len(), 1);
        assert_eq!(server.view("lib/page").await.revision.id, ours);
    }

    async fn a_copy_takes_in_what_changed_in_its_source(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("First.\n\nLast.")).await;
        let copy = copy(server, "lib/page", "copy").await;
        let operator = server.operator();
        let behind = async || server.operator().copies(&target("lib/page")).await.unwrap()[0].behind;
        assert!(!behind().await);
        let nothing = operator.pull(&target("lib/copy"), PullSource::default()).await.unwrap_err();
        assert_eq!(nothing.kind(), ErrorKind::Conflict);
        save(&operator, "lib/copy", topic("First, in the copy.\n\nLast.")).await;
        assert!(!behind().await);
        let theirs = save(&operator, "lib/page", topic("First.\n\nLast, in the source.")).await;
        assert!(behind().await);

        let report = operator.pull(&target("lib/copy"), PullSource::default()).await.unwrap();
        assert!(report.done);
        assert_eq!(text(&operator, "lib/copy").await, "First, in the copy.\nLast, in the source.");
        assert_eq!(text(&operator, "lib/page").await, "First.\nLast, in the source.");
        let head = server.view("lib/copy").await.revision;
        assert_eq!((head.component, head.merge_parent), (copy, Some(theirs.revision.id)));
        assert!(!behind().await);

        // What was pulled is behind both; the same place changed twice since is a conflict.
        save(&operator, "lib/copy", topic("First, in the copy.\n\nLast, here.")).await;
        save(&operator, "lib/page", topic("First.\n\nLast, there.")).await;
        let report = operator.pull(&target("lib/copy"), PullSource::default()).await.unwrap();
        assert!(!report.done);
        let conflict = &report.conflicts().next().unwrap().conflicts[0].conflict;
        assert_eq!(conflict.base.as_ref().unwrap().as_str().unwrap().trim(), "Last, in the source.");
        let original = operator.pull(&target("lib/page"), PullSource::default()).await.unwrap_err();
        assert_eq!(original.kind(), ErrorKind::Invalid);
    }

    async fn of_two_merges_of_one_branch_at_once_one_is_done(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        let spring = branch(server, "spring").await;
        save(&spring, "lib/page", topic("Two.")).await;
        let attempts = (0..8).map(|_| {
            let session = server.operator();
            tokio::spawn(async move { session.merge_branch(&key("spring"), unreviewed()).await })
        });
        let done = futures::future::join_all(attempts).await;
        assert_eq!(done.into_iter().filter(|it| it.as_ref().unwrap().is_ok()).count(), 1);
        assert_eq!(server.view("lib/page").await.revision.number, 3);
    }

    async fn many_who_write_on_a_branch_and_on_main_lose_nothing(server: &Server) {
        const PAGES: usize = 6;
        const EDITS: usize = 5;
        for n in 0..PAGES {
            server.create(&format!("lib/p{n}"), Kind::Topic, topic("Main.\n\nBranch.")).await;
        }
        let spring = branch(server, "spring").await;
        let write = |session: Session, n: usize, body: fn(usize) -> String| {
            tokio::spawn(async move {
                for edit in 1..=EDITS {
                    save(&session, &format!("lib/p{n}"), topic(&body(edit))).await;
                }
            })
        };
        let mut tasks = Vec::new();
        for n in 0..PAGES {
            tasks.push(write(spring.clone(), n, |edit| format!("Main.\n\nBranch {edit}.")));
            tasks.push(write(server.operator(), n, |edit| format!("Main {edit}.\n\nBranch.")));
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert!(merge(server, "spring").await.done);
        let main = looking_at(&server.operator(), "main").await;
        for n in 0..PAGES {
            let merged = text(&main, &format!("lib/p{n}")).await;
            assert_eq!(merged, format!("Main {EDITS}.\nBranch {EDITS}."));
            let head = server.view(&format!("lib/p{n}")).await.revision;
            assert_eq!(head.number as usize, 1 + 2 * EDITS + 1);
        }
    }
}
