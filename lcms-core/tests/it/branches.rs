//! A branch stands on a moment, costs one row, and changes nothing but itself.

use lcms_core::model::{
    BranchState, EventKind, EventNumber, Key, Kind, Moment, Role, State, Transition,
};
use lcms_core::service::{
    ListComponents, MergeBranch, NewBranch, NewRelease, SaveComponent, Saved, Session, UpdateBranch,
};
use lcms_core::{ErrorKind, Result};
use serde_json::Value;

use crate::documents::{course, lesson, placed, topic};
use crate::harness::{
    Server, broken_rules, key, new_component, parents_seen_by, reference, target,
};

/// Makes a branch of `main` as it is now and looks at it.
pub(crate) async fn branch(server: &Server, name: &str) -> Session {
    branch_from(server, name, None).await
}

pub(crate) async fn branch_from(server: &Server, name: &str, from: Option<&str>) -> Session {
    let from = from.map(|moment| moment.parse().unwrap());
    server.operator().create_branch(NewBranch { name: key(name), from }).await.unwrap();
    looking_at(&server.operator(), name).await
}

pub(crate) async fn looking_at(session: &Session, moment: &str) -> Session {
    session.at_moment(&moment.parse().unwrap()).await.unwrap()
}

/// Saves over the head that the session sees.
pub(crate) async fn save(session: &Session, at: &str, content: Value) -> Saved {
    try_save(session, at, content).await.unwrap()
}

pub(crate) async fn try_save(session: &Session, at: &str, content: Value) -> Result<Saved> {
    let base = session.component(&reference(at)).await?.revision.id;
    let documents = SaveComponent { content: Some(content), ..SaveComponent::default() };
    session.save(&target(at), base, documents).await
}

/// The text that the session sees.
pub(crate) async fn text(session: &Session, at: &str) -> String {
    let view = session.component(&reference(at)).await.unwrap();
    view.content.plain_text().trim().to_owned()
}

pub(crate) async fn now(server: &Server) -> EventNumber {
    server.operator().events(EventNumber(0), 1000).await.unwrap().next
}

/// Merges without asking for an approval, as an operator may.
pub(crate) fn unreviewed() -> MergeBranch {
    MergeBranch { without_approval: true, ..MergeBranch::default() }
}

async fn parents(session: &Session, at: &str) -> Vec<String> {
    parents_seen_by(session, &target(at)).await
}

async fn listed(session: &Session) -> Vec<String> {
    let list = ListComponents { limit: 200, ..ListComponents::default() };
    let rows = session.components(&list).await.unwrap().items;
    rows.into_iter().map(|row| row.component.key.to_string()).collect()
}

async fn changed(server: &Server, name: &str) -> Vec<String> {
    let page = server.operator().branch_changes(&key(name), None, 200).await.unwrap();
    let mut keys: Vec<_> = page.items.into_iter().map(|it| it.key.to_string()).collect();
    keys.sort();
    keys
}

/// A course with one lesson that holds one shared page.
async fn course_with_page(server: &Server) {
    server.create("lib/page", Kind::Topic, topic("One.")).await;
    server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page")])).await;
    server.create("lib/course", Kind::Course, course(&[placed(2, "lesson")])).await;
}

on_every_engine! {
    async fn an_edit_on_a_branch_is_on_that_branch_only(server: &Server) {
        course_with_page(server).await;
        let (main, spring) = (server.operator(), branch(server, "spring").await);
        let other = branch(server, "other").await;
        let before = server.release("lib/course").await;

        let saved = save(&spring, "lib/page", topic("Two.")).await;
        assert!(saved.changed);
        assert_eq!(saved.revision.number, 2);
        assert_eq!(text(&spring, "lib/page").await, "Two.");
        for untouched in [&main, &other] {
            assert_eq!(text(untouched, "lib/page").await, "One.");
        }
        assert_eq!(server.release("lib/course").await.digest, before.digest, "main is what it was");
        let there = spring.release(&target("lib/course"), NewRelease::default()).await.unwrap();
        assert_ne!(there.release.digest, before.digest);

        save(&main, "lib/page", topic("Three.")).await;
        assert_eq!(text(&spring, "lib/page").await, "Two.");
        assert_eq!(text(&other, "lib/page").await, "One.", "a branch stands on its moment");
    }

    async fn an_edit_deep_inside_a_course_stays_on_its_branch(server: &Server) {
        course_with_page(server).await;
        server.create("lib/extra", Kind::Topic, topic("More.")).await;
        let spring = branch(server, "spring").await;
        save(&spring, "lib/lesson", lesson(&[placed(1, "page"), placed(9, "extra")])).await;
        assert_eq!(parents(&spring, "lib/extra").await, ["lesson"]);
        assert!(parents(&server.operator(), "lib/extra").await.is_empty());
        save(&spring, "lib/lesson", lesson(&[placed(9, "extra")])).await;
        assert!(parents(&spring, "lib/page").await.is_empty());
        assert_eq!(parents(&server.operator(), "lib/page").await, ["lesson"]);
        assert_eq!(parents(&spring, "lib/lesson").await, ["course"], "what is below shows through");
        assert_eq!(changed(server, "spring").await, ["lesson"]);
    }

    async fn what_is_made_on_a_branch_is_not_on_main(server: &Server) {
        course_with_page(server).await;
        let (main, spring) = (server.operator(), branch(server, "spring").await);
        spring.create(new_component("lib/new", Kind::Topic, topic("New.")), None).await.unwrap();
        save(&spring, "lib/lesson", lesson(&[placed(3, "new")])).await;

        assert_eq!(text(&spring, "lib/new").await, "New.");
        let hidden = main.component(&reference("lib/new")).await.unwrap_err();
        assert_eq!(hidden.kind(), ErrorKind::NotFound);
        assert!(listed(&spring).await.contains(&"new".to_owned()));
        assert!(!listed(&main).await.contains(&"new".to_owned()));
        assert!(parents(&main, "lib/new").await.is_empty());
        server.lcms.indexing().catch_up().await.unwrap();
        let found = main.search(lcms_core::service::SearchQuery {
            text: "new".to_owned(), limit: 10, ..Default::default()
        }).await.unwrap();
        assert!(found.page.hits.is_empty());
        // Nor can main take it in, whatever its key or id.
        let refused = try_save(&main, "lib/lesson", lesson(&[placed(3, "new")])).await.unwrap_err();
        assert_eq!(broken_rules(&refused), [("/placements/0/component", "branch")]);
        // Its key is reserved everywhere.
        let taken = server.try_create("lib/new", Kind::Topic, topic("x")).await.unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::Conflict);
        // What main made since is not on the branch either.
        server.create("lib/later", Kind::Topic, topic("Later.")).await;
        assert!(!listed(&spring).await.contains(&"later".to_owned()));
        let refused =
            try_save(&spring, "lib/lesson", lesson(&[placed(4, "later")])).await.unwrap_err();
        assert_eq!(broken_rules(&refused), [("/placements/0/component", "branch")]);
    }

    async fn any_moment_of_the_server_can_be_read(server: &Server) {
        course_with_page(server).await;
        let first = now(server).await;
        save(&server.operator(), "lib/page", topic("Two.")).await;
        let second = now(server).await;
        save(&server.operator(), "lib/lesson", lesson(&[])).await;
        let at = async |event: EventNumber| {
            server.operator().at_moment(&Moment::after(event)).await.unwrap()
        };
        assert_eq!(text(&at(first).await, "lib/page").await, "One.");
        assert_eq!(text(&at(second).await, "lib/page").await, "Two.");
        assert_eq!(parents(&at(second).await, "lib/page").await, ["lesson"]);
        assert!(parents(&server.operator(), "lib/page").await.is_empty());
        let time = server.view("lib/lesson").await.revision.created;
        let just_before = time - std::time::Duration::from_micros(1);
        let moment = Moment { branch: None, at: Some(lcms_core::model::At::Time(just_before)) };
        let seen = server.operator().at_moment(&moment).await.unwrap();
        assert_eq!(parents(&seen, "lib/page").await, ["lesson"]);

        let refused = try_save(&at(first).await, "lib/page", topic("x")).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        assert!(refused.hint_text().unwrap().contains("branch"));
        let later = Moment::after(EventNumber(now(server).await.0 + 1));
        let refused = server.operator().at_moment(&later).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
    }

    async fn a_branch_begins_at_any_moment_and_on_any_branch(server: &Server) {
        course_with_page(server).await;
        let first = now(server).await;
        save(&server.operator(), "lib/page", topic("Two.")).await;
        let old = branch_from(server, "old", Some(&first.to_string())).await;
        assert_eq!(text(&old, "lib/page").await, "One.");
        save(&old, "lib/page", topic("Old.")).await;
        let above = branch_from(server, "above", Some("old")).await;
        assert_eq!(text(&above, "lib/page").await, "Old.");
        save(&old, "lib/page", topic("Older.")).await;
        assert_eq!(text(&above, "lib/page").await, "Old.");
        save(&above, "lib/lesson", lesson(&[])).await;
        assert!(parents(&above, "lib/page").await.is_empty());
        assert_eq!(parents(&old, "lib/page").await, ["lesson"]);
    }

    async fn a_branch_costs_one_row_and_one_event(server: &Server) {
        course_with_page(server).await;
        let before = now(server).await;
        branch(server, "spring").await;
        let log = server.operator().events(before, 10).await.unwrap().items;
        assert_eq!(log.iter().map(|event| event.kind).collect::<Vec<_>>(), [EventKind::BranchCreated]);
        let view = server.operator().branch_named(&key("spring")).await.unwrap();
        assert_eq!(view.branch.base.unwrap().event, before);
        assert_eq!((view.base_name, view.changes), (Some(key("main")), Some(0)));
        let again = NewBranch { name: key("spring"), from: None };
        let taken = server.operator().create_branch(again).await.unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::Conflict);
    }

    async fn a_branch_lists_what_it_changes(server: &Server) {
        course_with_page(server).await;
        let spring = branch(server, "spring").await;
        save(&spring, "lib/page", topic("Two.\n\nAnd more.")).await;
        spring.create(new_component("lib/new", Kind::Topic, topic("N")), None).await.unwrap();
        save(&spring, "lib/lesson", lesson(&[])).await;
        save(&spring, "lib/lesson", lesson(&[placed(1, "page")])).await;
        assert_eq!(changed(server, "spring").await, ["new", "page"], "what was undone is no change");
        let page = server.operator().branch_changes(&key("spring"), None, 1).await.unwrap();
        assert_eq!(page.items[0].key, key("page"));
        assert_eq!(page.items[0].summary.unwrap().texts, 1);
        let rest =
            server.operator().branch_changes(&key("spring"), page.next, 1).await.unwrap();
        assert_eq!(rest.items[0].key, key("new"));
        assert!(rest.items[0].base.is_none() && rest.items[0].summary.is_none());
        assert_eq!(rest.next, None);
    }

    async fn what_belongs_to_the_component_is_changed_on_main_only(server: &Server) {
        course_with_page(server).await;
        let spring = branch(server, "spring").await;
        let page = target("lib/page");
        for refused in [
            spring.rename(&page, key("other")).await.unwrap_err(),
            spring.delete(&page).await.unwrap_err(),
            spring.restore(&page).await.unwrap_err(),
            spring.transition(&page, Transition::Retire).await.unwrap_err(),
        ] {
            assert_eq!(refused.kind(), ErrorKind::Conflict);
            assert!(refused.hint_text().unwrap().contains("`main`"), "{refused}");
        }
        // A use on any branch keeps a component from being deleted.
        let free = server.create("lib/free", Kind::Topic, topic("x")).await.component.id;
        let late = branch(server, "late").await;
        save(&late, "lib/lesson", lesson(&[placed(1, &free.to_string())])).await;
        let refused = server.operator().delete(&target("lib/free")).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
    }

    async fn a_closed_branch_takes_no_edits_until_it_is_opened_again(server: &Server) {
        course_with_page(server).await;
        let operator = server.operator();
        let spring = branch(server, "spring").await;
        save(&spring, "lib/page", topic("Two.")).await;
        let closed = operator.close_branch(&key("spring")).await.unwrap();
        assert_eq!(closed.branch.state, BranchState::Closed);
        let refused = try_save(&spring, "lib/page", topic("x")).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        assert_eq!(text(&spring, "lib/page").await, "Two.", "nothing is lost");
        assert!(operator.merge_branch(&key("spring"), unreviewed()).await.is_err());
        operator.reopen_branch(&key("spring")).await.unwrap();
        save(&spring, "lib/page", topic("Three.")).await;
        let refused = operator.close_branch(&key("main")).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        assert_eq!(operator.reopen_branch(&key("spring")).await.unwrap_err().kind(), ErrorKind::Conflict);
    }

    async fn a_new_base_shows_through_and_is_merged_into_what_was_changed(server: &Server) {
        course_with_page(server).await;
        server.save("lib/page", topic("First.\n\nLast.")).await;
        let spring = branch(server, "spring").await;
        let begun = now(server).await;
        save(&spring, "lib/page", topic("First.\n\nLast, on the branch.")).await;
        let main = server.operator();
        let theirs = save(&main, "lib/page", topic("First, on main.\n\nLast.")).await;
        save(&main, "lib/lesson", lesson(&[])).await;
        assert_eq!(parents(&spring, "lib/page").await, ["lesson"]);

        let dry = UpdateBranch { dry_run: true, ..UpdateBranch::default() };
        let report = main.update_branch(&key("spring"), dry).await.unwrap();
        assert!(!report.done && report.is_resolved());
        assert_eq!(text(&spring, "lib/page").await, "First.\nLast, on the branch.");
        let report = main.update_branch(&key("spring"), UpdateBranch::default()).await.unwrap();
        assert!(report.done);
        assert_eq!(report.items.len(), 1);

        let again = looking_at(&main, "spring").await;
        assert_eq!(text(&again, "lib/page").await, "First, on main.\nLast, on the branch.");
        assert!(parents(&again, "lib/page").await.is_empty());
        let head = again.component(&reference("lib/page")).await.unwrap().revision;
        assert_eq!(head.merge_parent, Some(theirs.revision.id));
        // Who looked at the old base is told, and the past still is what it was.
        let refused = try_save(&spring, "lib/lesson", lesson(&[])).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        let then = looking_at(&main, &format!("spring@{}", begun.0 + 1)).await;
        assert_eq!(text(&then, "lib/page").await, "First.\nLast, on the branch.");
        assert_eq!(parents(&then, "lib/page").await, ["lesson"]);
        let refused =
            main.update_branch(&key("spring"), UpdateBranch { to: Some("1".parse().unwrap()), ..Default::default() })
                .await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
    }

    async fn a_branch_is_reviewed_as_one(server: &Server) {
        course_with_page(server).await;
        let name: Key = key("spring");
        let author = server.user("ann", &[(Role::Author, "lib")]).await;
        let reviewer = server.user("rob", &[(Role::Reviewer, "lib")]).await;
        author.create_branch(NewBranch { name: name.clone(), from: None }).await.unwrap();
        let spring = looking_at(&author, "spring").await;
        let empty = author.review_branch(&name, Transition::Submit).await.unwrap_err();
        assert_eq!(empty.kind(), ErrorKind::Conflict);
        save(&spring, "lib/page", topic("Two.")).await;
        spring.create(new_component("lib/new", Kind::Topic, topic("N")), None).await.unwrap();

        let unapproved = author.merge_branch(&name, MergeBranch::default()).await.unwrap_err();
        assert!(unapproved.message().contains("not approved"), "{unapproved}");
        assert_eq!(
            author.merge_branch(&name, unreviewed()).await.unwrap_err().kind(),
            ErrorKind::Forbidden
        );
        let view = author.review_branch(&name, Transition::Submit).await.unwrap();
        assert_eq!(view.standing, State::InReview);
        let refused = author.review_branch(&name, Transition::Approve).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Forbidden);
        reviewer.review_branch(&name, Transition::Approve).await.unwrap();

        // Any edit makes the approval stale; undoing it makes it count again.
        save(&spring, "lib/page", topic("Three.")).await;
        let view = author.branch_named(&name).await.unwrap();
        assert!(view.review_is_stale && view.standing == State::Draft);
        let stale = author.merge_branch(&name, MergeBranch::default()).await.unwrap_err();
        assert!(stale.message().contains("after its review"), "{stale}");
        save(&spring, "lib/page", topic("Two.")).await;
        assert_eq!(author.branch_named(&name).await.unwrap().standing, State::Approved);

        // So does a change below of something that the branch changes too.
        server.save("lib/lesson", lesson(&[])).await;
        server.save_metadata("lib/page", serde_json::json!({"tags": ["elsewhere"]})).await;
        let stale = author.merge_branch(&name, MergeBranch::default()).await.unwrap_err();
        let said = stale.message();
        assert!(said.contains("`page`") && !said.contains("`lesson`"), "{said}");
        assert!(stale.hint_text().unwrap().contains("lcms branch update"));
        author.update_branch(&name, UpdateBranch::default()).await.unwrap();
        author.review_branch(&name, Transition::Submit).await.unwrap();
        reviewer.review_branch(&name, Transition::Approve).await.unwrap();
        assert!(reviewer.merge_branch(&name, MergeBranch::default()).await.is_err(), "it writes");
        let report = author.merge_branch(&name, MergeBranch::default()).await.unwrap();
        assert!(report.done);
        assert_eq!(text(&server.operator(), "lib/page").await, "Two.");
        assert_eq!(server.view("lib/page").await.state, State::Approved, "approved as one");
        assert_eq!(server.view("lib/new").await.state, State::Approved);
        let view = author.branch_named(&name).await.unwrap();
        assert_eq!((view.branch.state, view.standing), (BranchState::Merged, State::Approved));
        assert!(try_save(&spring, "lib/page", topic("x")).await.is_err());
    }

    async fn a_branch_shows_nothing_of_libraries_that_may_not_be_read(server: &Server) {
        course_with_page(server).await;
        server.library("secret").await;
        server.create("secret/plan", Kind::Topic, topic("Hidden.")).await;
        let spring = branch(server, "spring").await;
        save(&spring, "secret/plan", topic("Still hidden.")).await;
        save(&spring, "lib/page", topic("Two.")).await;
        let author = server.user("ann", &[(Role::Author, "lib")]).await;
        let page = author.branch_changes(&key("spring"), None, 50).await.unwrap();
        assert_eq!(page.items.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["page"]);
        assert_eq!(page.not_readable, 1);
        let refused = author.review_branch(&key("spring"), Transition::Submit).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Forbidden);
        assert!(!refused.to_string().contains("secret"), "{refused}");
        let dry = MergeBranch { dry_run: true, ..MergeBranch::default() };
        let preview = author.merge_branch(&key("spring"), dry).await.unwrap();
        assert_eq!((preview.items.len(), preview.not_readable), (1, 1));
        let viewer = server.user("vic", &[(Role::Viewer, "lib")]).await;
        let refused = viewer.create_branch(NewBranch { name: key("mine"), from: None }).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Forbidden);
        assert_eq!(author.close_branch(&key("spring")).await.unwrap_err().kind(), ErrorKind::Forbidden);
    }

    async fn the_changes_of_a_branch_come_page_by_page(server: &Server) {
        let spring = branch(server, "spring").await;
        for n in 0..7 {
            let at = format!("lib/page-{n}");
            server.create(&at, Kind::Topic, topic("One.")).await;
        }
        let update = UpdateBranch::default();
        server.operator().update_branch(&key("spring"), update).await.unwrap();
        let spring = looking_at(&spring, "spring").await;
        for n in 0..7 {
            // An edit that was taken back is no change.
            save(&spring, &format!("lib/page-{n}"), topic("Two.")).await;
            if n == 3 {
                save(&spring, &format!("lib/page-{n}"), topic("One.")).await;
            }
        }
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let page = server.operator().branch_changes(&key("spring"), after, 2).await.unwrap();
            found.extend(page.items.iter().map(|item| item.key.to_string()));
            after = page.next;
            if after.is_none() {
                break;
            }
            assert_eq!(page.items.len(), 2);
        }
        let expected = [0, 1, 2, 4, 5, 6].map(|n| format!("page-{n}"));
        assert_eq!(found, expected);
    }
}
