//! What is kept about releases beside their digests: labels, reviews, lock lists, what holds what
//! and what changed.

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, Right, Role, State, Transition};
use lcms_core::service::{DescribeRelease, HoldingQuery, NewRelease, ReleaseView};
use serde_json::{Value, json};

use crate::documents::{course, lesson, placed, topic, with};
use crate::harness::{LIBRARY, Server, reference, target};

const HELD: HoldingQuery = HoldingQuery { in_use: false, before: None, limit: 50 };

/// A course of one lesson with two pages.
async fn make_course(server: &Server) {
    server.create("lib/page", Kind::Topic, topic("One.")).await;
    server.create("lib/other", Kind::Topic, topic("Other.")).await;
    let pages = [placed(1, "page"), placed(2, "other")];
    server.create("lib/lesson", Kind::Lesson, lesson(&pages)).await;
    server.create("lib/course", Kind::Course, course(&[placed(3, "lesson")])).await;
}

async fn release(server: &Server, label: Option<&str>) -> lcms_core::Result<ReleaseView> {
    let new = NewRelease { label: label.map(str::to_owned), ..NewRelease::default() };
    server.operator().release(&target("lib/course"), new).await
}

async fn edit(server: &Server, text: &str) {
    server.save("lib/page", topic(text)).await;
}

on_every_engine! {
    async fn a_label_names_one_release_of_a_component(server: &Server) {
        make_course(server).await;
        let operator = server.operator();
        let first = release(server, Some("2026.1")).await.unwrap();
        assert!(first.created_now);
        assert_eq!(release(server, Some("2026.1")).await.unwrap().release, first.release);
        let renamed = release(server, Some("2026.2")).await.unwrap_err();
        assert_eq!(renamed.kind(), ErrorKind::Conflict, "{renamed}");
        edit(server, "Two.").await;
        let taken = release(server, Some("2026.1")).await.unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::Conflict, "{taken}");
        let second = release(server, None).await.unwrap();
        assert_eq!((second.release.number, second.release.label), (2, None));
        let labelled = release(server, Some("2026.2")).await.unwrap();
        assert!(!labelled.created_now);
        for (name, number) in [
            ("lib/course@release:2026.1", 1),
            ("lib/course@release:2026.2", 2),
            ("lib/course@release:1", 1),
            ("lib/course@release", 2),
        ] {
            let found = operator.find_release(&name.parse().unwrap()).await.unwrap();
            assert_eq!(found.release.number, number, "{name}");
        }
        let nobody = operator.find_release(&"lib/course@release:x".parse().unwrap()).await;
        assert_eq!(nobody.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(release(server, Some("7")).await.unwrap_err().kind(), ErrorKind::Invalid);
    }

    async fn a_reference_to_a_release_shows_the_revision_that_it_froze(server: &Server) {
        make_course(server).await;
        release(server, Some("first")).await.unwrap();
        let lesson = placed(3, "lesson");
        server.save("lib/course", course(&[with(lesson, "/overrides", json!({"title": "T"}))])).await;
        release(server, Some("second")).await.unwrap();
        let number = async |text| {
            server.operator().component(&reference(text)).await.unwrap().revision.number
        };
        assert_eq!(number("lib/course@release:first").await, 1);
        assert_eq!(number("lib/course@release:second").await, 2);
    }

    async fn a_label_can_be_given_later_and_taken_away(server: &Server) {
        make_course(server).await;
        let operator = server.operator();
        let first = release(server, None).await.unwrap().release;
        let named = DescribeRelease {
            label: Some("a".into()),
            notes: Some("Why.".into()),
            ..DescribeRelease::default()
        };
        let view = operator.describe_release(first.id, named).await.unwrap();
        assert_eq!((view.release.label.as_deref(), &*view.release.notes), (Some("a"), "Why."));
        assert_eq!(view.release.digest, first.digest);
        let cleared = DescribeRelease { label: Some(String::new()), ..DescribeRelease::default() };
        let view = operator.describe_release(first.id, cleared).await.unwrap();
        assert_eq!((view.release.label, &*view.release.notes), (None, "Why."));
    }

    async fn an_approval_belongs_to_one_digest(server: &Server) {
        make_course(server).await;
        let first = release(server, None).await.unwrap();
        assert!(first.review.is_none());
        let paul = server.user("paul", &[(Role::Publisher, LIBRARY)]).await;
        let rita = server.user("rita", &[(Role::Reviewer, LIBRARY)]).await;
        let id = first.release.id;
        let early = rita.review_release(id, Transition::Approve).await.unwrap_err();
        assert_eq!(early.kind(), ErrorKind::Conflict, "{early}");
        paul.review_release(id, Transition::Submit).await.unwrap();
        let own = paul.review_release(id, Transition::Approve).await.unwrap_err();
        assert_eq!(own.kind(), ErrorKind::Forbidden, "{own}");
        let approved = rita.review_release(id, Transition::Approve).await.unwrap();
        let review = approved.review.unwrap();
        assert_eq!((review.state, review.actor), (State::Approved, rita.actor().id()));

        edit(server, "Two.").await;
        assert!(release(server, None).await.unwrap().review.is_none(), "another digest");
        edit(server, "One.").await;
        let again = release(server, None).await.unwrap();
        assert_eq!((again.release.id, again.review), (id, Some(review)), "the same digest");
        let rows = server.operator().releases(&target("lib/course"), None, 9).await.unwrap();
        let states: Vec<_> = rows.iter().map(|row| row.review.map(|review| review.state)).collect();
        assert_eq!(states, [None, Some(State::Approved)]);

        rita.review_release(id, Transition::Withdraw).await.unwrap();
        let retired = rita.review_release(id, Transition::Retire).await.unwrap_err();
        assert_eq!(retired.kind(), ErrorKind::Invalid, "{retired}");
    }

    async fn the_lock_list_says_what_every_link_was_resolved_to(server: &Server) {
        make_course(server).await;
        let page = server.view("lib/page").await.revision;
        let pin = json!({"follow": "pinned", "content": page.content, "metadata": page.metadata});
        let pinned = with(placed(1, "page"), "/policy", pin);
        server.save("lib/lesson", lesson(&[pinned, placed(2, "other")])).await;
        edit(server, "Two.").await;
        let view = release(server, None).await.unwrap();
        let list = server.operator().lock_list(view.release.id, 0, 2).await.unwrap();
        assert_eq!((list.total, list.next), (3, Some(2)));
        let shown: Vec<_> = list
            .items
            .iter()
            .map(|lock| {
                let name = |name: &Option<String>| name.clone().unwrap();
                let policy = serde_json::to_value(&lock.policy).unwrap()["follow"].clone();
                (name(&lock.parent.name), name(&lock.component.name), policy, lock.version.number)
            })
            .collect();
        assert_eq!(shown, [
            ("lib/course".into(), "lib/lesson".into(), Value::from("latest"), Some(2)),
            ("lib/lesson".into(), "lib/page".into(), Value::from("pinned"), Some(1)),
        ]);
        assert_eq!(list.items[1].version.content, page.content);
        let rest = server.operator().lock_list(view.release.id, 2, 9).await.unwrap();
        assert_eq!((rest.items.len(), rest.next), (1, None));
        assert_eq!(rest.items[0].component.title.as_deref(), Some("A topic"));
    }

    async fn what_may_not_be_read_has_no_name_in_a_lock_list(server: &Server) {
        server.library("secret").await;
        server.create("secret/page", Kind::Topic, topic("Hidden.")).await;
        let pages = [placed(1, "secret/page")];
        server.create("lib/lesson", Kind::Lesson, lesson(&pages)).await;
        let release = server.release("lib/lesson").await;
        let vera = server.user("vera", &[(Role::Viewer, LIBRARY)]).await;
        let list = vera.lock_list(release.id, 0, 9).await.unwrap();
        let held = &list.items[0].component;
        assert_eq!((&held.name, &held.title, held.kind), (&None, &None, None));
    }

    async fn releases_that_hold_a_component_are_found_through_every_policy(server: &Server) {
        make_course(server).await;
        let first = release(server, None).await.unwrap().release;
        let alone = server.release("lib/lesson").await;
        let whole = json!({"follow": "release", "release": alone.id});
        let old = with(placed(3, "lesson"), "/policy", whole);
        server.create("lib/fixed", Kind::Course, course(&[old])).await;
        edit(server, "Two.").await;
        let second = release(server, None).await.unwrap().release;
        let fixed = server.release("lib/fixed").await;
        // The page goes, and with it every present use.
        server.save("lib/lesson", lesson(&[placed(2, "other")])).await;
        let third = release(server, None).await.unwrap().release;

        let holding = server.operator().releases_holding(&target("lib/page"), HELD).await.unwrap().items;
        let found: Vec<_> = holding
            .iter()
            .map(|held| (held.release.id, held.versions.iter().map(|v| v.number).collect::<Vec<_>>()))
            .collect();
        assert_eq!(found, [
            (fixed.id, vec![Some(1)]),
            (second.id, vec![Some(2)]),
            (alone.id, vec![Some(1)]),
            (first.id, vec![Some(1)]),
        ]);
        let of_other = server.operator().releases_holding(&target("lib/other"), HELD).await.unwrap().items;
        assert!(of_other.iter().any(|held| held.release.id == third.id));
        server.library("elsewhere").await;
        let sam = server.user("sam", &[(Role::Viewer, "elsewhere")]).await;
        assert!(sam.releases_holding(&target("lib/page"), HELD).await.is_err());
    }

    async fn changes_between_releases_name_what_came_went_moved_and_changed(server: &Server) {
        make_course(server).await;
        let before = release(server, None).await.unwrap().release;
        edit(server, "Two.").await;
        server.save_metadata("lib/other", json!({"tags": ["new"]})).await;
        server.create("lib/third", Kind::Topic, topic("Third.")).await;
        let pages = [placed(2, "other"), placed(1, "page"), placed(9, "third")];
        server.save("lib/lesson", lesson(&pages)).await;
        let after = release(server, None).await.unwrap().release;
        let operator = server.operator();
        let changes = operator.release_changes(before.id, after.id).await.unwrap().changes;
        let last = |path: &[lcms_core::model::diff::tree::PathStep]| path.last().unwrap().key.clone();
        let added: Vec<_> = changes.added.iter().map(|place| last(&place.path)).collect();
        assert_eq!(added, ["lib/third"]);
        assert_eq!((changes.removed.len(), changes.moved.len()), (0, 1));
        let mut changed: Vec<_> = changes
            .changed
            .iter()
            .map(|c| (last(&c.path), c.content.is_some(), c.metadata.is_some()))
            .collect();
        changed.sort();
        assert_eq!(changed, [
            ("lib/lesson".to_owned(), true, false),
            ("lib/other".to_owned(), false, true),
            ("lib/page".to_owned(), true, false),
        ]);
        let none = operator.release_changes(after.id, after.id).await.unwrap();
        assert!(none.changes.is_empty());
        let back = operator.release_changes(after.id, before.id).await.unwrap().changes;
        assert_eq!(back.removed.len(), 1);
    }

    async fn only_who_may_publish_describes_a_release(server: &Server) {
        make_course(server).await;
        let id = release(server, None).await.unwrap().release.id;
        let roles = [(Role::Publisher, LIBRARY)];
        let reads = server.user_with_scopes("reads", &roles, &[Right::Read]).await;
        let refused = reads.describe_release(id, DescribeRelease::default()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Forbidden);
    }
}
