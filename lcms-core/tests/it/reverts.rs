//! Going back is new history: documents of then, revisions of now.

use lcms_core::ErrorKind;
use lcms_core::model::{EventKind, Kind, Moment, Role, Version};
use lcms_core::service::{Revert, RevertReport};
use serde_json::json;

use crate::branches::{branch, looking_at, now, save, text};
use crate::documents::{course, lesson, placed, topic};
use crate::harness::{Server, broken_rules, target};

fn to(version: &str) -> Revert {
    Revert { to: version.parse().unwrap(), deep: false, message: String::new(), dry_run: false }
}

fn deep(version: &str) -> Revert {
    Revert { deep: true, ..to(version) }
}

async fn revert(server: &Server, at: &str, request: Revert) -> RevertReport {
    server.operator().revert(&target(at), request).await.unwrap()
}

/// A course of two lessons with two pages each.
async fn build(server: &Server) {
    for page in ["p1", "p2", "p3", "p4"] {
        server.create(&format!("lib/{page}"), Kind::Topic, topic(&format!("{page} then."))).await;
    }
    server.create("lib/l1", Kind::Lesson, lesson(&[placed(1, "p1"), placed(2, "p2")])).await;
    server.create("lib/l2", Kind::Lesson, lesson(&[placed(3, "p3"), placed(4, "p4")])).await;
    server.create("lib/course", Kind::Course, course(&[placed(5, "l1"), placed(6, "l2")])).await;
}

on_every_engine! {
    async fn a_component_goes_back_to_any_revision(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        let first = server.view("lib/page").await.revision;
        server.save("lib/page", topic("Two.")).await;
        let report = revert(server, "lib/page", to("@1")).await;
        assert!(report.done);
        let head = server.view("lib/page").await.revision;
        assert_eq!((head.number, head.content), (3, first.content), "the old digest returns");
        assert_eq!(head.message, "reverted to @1");
        assert_eq!(head.merge_parent, None);
        assert_eq!(report.items[0].revision, Some(head.id));
        let again = revert(server, "lib/page", to("@1")).await;
        assert!(!again.done && again.items.is_empty(), "it is there already");
        let missing = server.operator().revert(&target("lib/page"), to("@9")).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
        let stale = server.operator().having_seen(first.id);
        let refused = stale.revert(&target("lib/page"), to("@2")).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::StaleBase);
    }

    async fn a_course_goes_back_with_everything_below_it(server: &Server) {
        build(server).await;
        let then = now(server).await;
        let digest = server.release("lib/course").await.digest;
        server.save("lib/p1", topic("p1 changed.")).await;
        server.save("lib/p3", topic("p3 changed.")).await;
        server.create("lib/p5", Kind::Topic, topic("Added.")).await;
        server.save("lib/l1", lesson(&[placed(2, "p2"), placed(7, "p5")])).await;
        server.save("lib/l2", lesson(&[placed(3, "p3")])).await;
        server.operator().delete(&target("lib/p4")).await.unwrap();
        server.save("lib/p2", topic("p2 changed.")).await;
        server.save("lib/p2", topic("p2 then.")).await;
        assert_ne!(server.release("lib/course").await.digest, digest);

        let before = now(server).await;
        let dry = Revert { dry_run: true, ..deep(&then.to_string()) };
        let preview = revert(server, "lib/course", dry).await;
        let names = |report: &RevertReport| {
            report.items.iter().map(|it| it.key.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(&preview), ["l1", "l2", "p1", "p3", "p4"]);
        assert!(!preview.done && now(server).await == before);

        let report = revert(server, "lib/course", deep(&then.to_string())).await;
        assert_eq!(names(&report), names(&preview));
        assert_eq!(report.looked_at, 7);
        assert_eq!(server.release("lib/course").await.digest, digest, "all of it is as it was");
        assert_eq!(server.view("lib/p2").await.revision.number, 3, "what is the same stays");
        assert!(!server.view("lib/p4").await.component.deleted);
        assert_eq!(server.view("lib/p4").await.revision.number, 1);
        assert_eq!(text(&server.operator(), "lib/p5").await, "Added.", "it stays in the library");
        assert!(server.parents(target("lib/p5")).await.is_empty());
        assert_eq!(server.parents(target("lib/p4")).await.len(), 1);
        let log = server.operator().events(before, 20).await.unwrap().items;
        let of = |kind| log.iter().filter(|it| it.kind == kind).count();
        assert_eq!(of(EventKind::ComponentReverted), 1);
        assert_eq!(of(EventKind::RevisionSaved), 4);
        assert_eq!(of(EventKind::ComponentRestored), 1);
        // And back again: a revert is undone like anything else.
        revert(server, "lib/course", deep(&before.to_string())).await;
        assert_eq!(text(&server.operator(), "lib/p3").await, "p3 changed.");
        assert_eq!(text(&server.operator(), "lib/p1").await, "p1 then.", "the course held it not");
    }

    async fn a_revert_on_a_branch_stays_there(server: &Server) {
        build(server).await;
        let then = now(server).await;
        server.save("lib/p1", topic("p1 changed.")).await;
        let spring = branch(server, "spring").await;
        save(&spring, "lib/p2", topic("p2 on the branch.")).await;
        let report = spring.revert(&target("lib/course"), deep(&format!("main@{then}"))).await.unwrap();
        assert_eq!(report.items.len(), 2);
        assert_eq!(text(&spring, "lib/p1").await, "p1 then.");
        assert_eq!(text(&spring, "lib/p2").await, "p2 then.");
        assert_eq!(text(&server.operator(), "lib/p1").await, "p1 changed.");
        // What another branch has can be taken over the same way.
        save(&spring, "lib/p3", topic("p3 on the branch.")).await;
        revert(server, "lib/course", deep("spring")).await;
        assert_eq!(text(&server.operator(), "lib/p3").await, "p3 on the branch.");
        assert_eq!(text(&server.operator(), "lib/p1").await, "p1 then.");
    }

    async fn a_revert_needs_the_right_to_write_all_of_it(server: &Server) {
        build(server).await;
        server.library("shared").await;
        server.create("shared/page", Kind::Topic, topic("Then.")).await;
        server.save("lib/l1", lesson(&[placed(1, "p1"), placed(9, "shared/page")])).await;
        let then = now(server).await;
        let author = server
            .user("ann", &[(Role::Author, "lib"), (Role::Viewer, "shared")])
            .await;
        server.save("lib/p1", topic("Changed.")).await;
        author.revert(&target("lib/course"), deep(&then.to_string())).await.unwrap();
        server.save("lib/p1", topic("Changed.")).await;
        server.save("shared/page", topic("Changed.")).await;
        let refused = author.revert(&target("lib/course"), deep(&then.to_string())).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Forbidden);
        assert!(refused.message().contains("`shared`"), "{refused}");
        assert_eq!(text(&server.operator(), "lib/p1").await, "Changed.", "all of it or nothing");
    }

    async fn what_cannot_be_gone_back_to_is_refused(server: &Server) {
        build(server).await;
        let then = now(server).await;
        server.create("lib/late", Kind::Lesson, lesson(&[])).await;
        let missing =
            server.operator().revert(&target("lib/late"), deep(&then.to_string())).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
        let refused = server.operator().revert(&target("lib/course"), deep("@1")).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        // A single lesson whose page was deleted since cannot come back alone.
        server.save("lib/l2", lesson(&[placed(3, "p3")])).await;
        server.operator().delete(&target("lib/p4")).await.unwrap();
        let refused = server.operator().revert(&target("lib/l2"), to("@1")).await.unwrap_err();
        assert_eq!(broken_rules(&refused).into_iter().map(|it| it.1).collect::<Vec<_>>(), ["deleted"]);
        let past = looking_at(&server.operator(), &then.to_string()).await;
        assert!(past.revert(&target("lib/p1"), to("@1")).await.is_err());
    }

    async fn differences_show_what_was_changed(server: &Server) {
        build(server).await;
        let then = now(server).await;
        server.save("lib/p1", topic("p1 now.")).await;
        server.save("lib/l2", lesson(&[placed(4, "p4"), placed(3, "p3")])).await;
        server.create("lib/p5", Kind::Topic, topic("Added.")).await;
        server.save("lib/l1", lesson(&[placed(1, "p1"), placed(7, "p5")])).await;
        let operator = server.operator();

        let diff = operator.diff(&"lib/p1@1".parse().unwrap(), &"lib/p1".parse().unwrap()).await.unwrap();
        assert_eq!((diff.before.revision.number, diff.after.revision.number), (1, 2));
        assert_eq!(diff.diff.content.text.len(), 1);
        let version: Version = then.to_string().parse().unwrap();
        let same = operator
            .diff_versions(&target("lib/p1"), Some(&version), &Version::default()).await.unwrap();
        assert_eq!(same.diff, diff.diff);
        let last = operator.diff_versions(&target("lib/p1"), None, &Version::default()).await.unwrap();
        assert_eq!(last.diff, diff.diff);

        let course = target("lib/course");
        let whole = operator
            .diff_structures(&course, &Moment::after(then), &Moment::default(), true).await.unwrap();
        let last = |path: &[lcms_core::model::diff::tree::PathStep]| path.last().unwrap().key.clone();
        assert_eq!(whole.tree.added.iter().map(|it| last(&it.path)).collect::<Vec<_>>(), ["lib/p5"]);
        assert_eq!(whole.tree.removed.iter().map(|it| last(&it.path)).collect::<Vec<_>>(), ["lib/p2"]);
        assert_eq!(whole.tree.moved.len(), 1);
        let mut changed: Vec<_> = whole.tree.changed.iter().map(|it| last(&it.path)).collect();
        changed.sort();
        assert_eq!(changed, ["lib/l1", "lib/l2", "lib/p1"]);
        assert_eq!(whole.opened.len(), 3);
        let none = operator
            .diff_structures(&course, &Moment::default(), &Moment::default(), true).await.unwrap();
        assert!(none.tree.is_empty() && none.opened.is_empty());

        // Parts that may not be read are there without a name or a text.
        server.library("secret").await;
        server.create("secret/plan", Kind::Topic, topic("Hidden.")).await;
        server.save("lib/l2", lesson(&[placed(4, "p4"), placed(8, "secret/plan")])).await;
        let placed_then = now(server).await;
        server.save("secret/plan", topic("Still hidden.")).await;
        let reader = server.user("vic", &[(Role::Viewer, "lib")]).await;
        let seen = reader
            .diff_structures(&course, &Moment::after(placed_then), &Moment::default(), true)
            .await.unwrap();
        assert_eq!(last(&seen.tree.changed[0].path), "not readable");
        assert!(seen.opened.is_empty());
        assert!(!json!(seen).to_string().contains("idden"));
        let refused = reader.diff_versions(&target("secret/plan"), None, &Version::default()).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::NotFound);
    }
}
