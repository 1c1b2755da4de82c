//! Two servers give each other what one of them is missing, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, Role, Target};
use lcms_core::service::transfer::exchange::{Inventory, Object, lacking};
use lcms_core::service::transfer::{Arrival, Documents, Received, Scope, Since};
use lcms_core::service::{NewCopy, NewRelease, Session};
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::json;

use crate::branches::unreviewed;
use crate::documents::{assessment, course, lesson, placed, question, topic, with};
use crate::harness::{LIBRARY, Server, key, reference, target};
use crate::local::written;
use crate::transfer::{elsewhere, fill, leave, live, live_on};
use crate::translations::{german, translate};

/// What crossed, and what the receiver did with it.
struct Crossed {
    /// Objects that either side looked at.
    compared: (usize, usize),
    objects: Vec<Object>,
    documents: usize,
    received: Received,
}

async fn inventory(session: &Session, scope: Option<&Scope>) -> Inventory {
    match session.inventory(&key(LIBRARY), scope).await {
        Err(error) if error.kind() == ErrorKind::NotFound => Inventory::default(),
        found => found.unwrap(),
    }
}

/// Gets what is missing at `to`, as `lcms sync --pull --whole` does over HTTP.
async fn pull(from: &Server, to: &Server) -> Crossed {
    pull_part(from, to, None).await
}

/// The same with what is remembered of exchanges before, as `lcms sync --pull` does.
async fn pull_since(from: &Server, to: &Server) -> (Crossed, Since) {
    let known = to.operator().known_logs(&key(LIBRARY)).await.unwrap_or_default();
    let since = from.operator().changed_since(&key(LIBRARY), &known).await.unwrap();
    let crossed = pull_part(from, to, since.scope.as_ref()).await;
    if crossed.received.rule_conflicts.is_empty() {
        to.operator().note_known(&key(LIBRARY), &since).await.unwrap();
    }
    (crossed, since)
}

async fn pull_part(from: &Server, to: &Server, scope: Option<&Scope>) -> Crossed {
    let theirs = inventory(&from.operator(), scope).await;
    let own = inventory(&to.operator(), scope).await;
    let buckets = own.buckets();
    let offer = theirs.offer(&buckets).unwrap();
    let wanted = lacking(&offer, &own);
    let objects: Vec<_> = wanted.iter().map(|d| theirs.get(*d).unwrap().clone()).collect();
    let named: BTreeSet<_> = objects.iter().flat_map(Object::documents).collect();
    let named: Vec<_> = named.into_iter().collect();
    let here = to.operator().documents(&named).await;
    let here = here.unwrap_or_default();
    let missing: Vec<_> = named.iter().filter(|d| !here.contains_key(d)).copied().collect();
    let documents: Documents = from.operator().documents(&missing).await.unwrap();
    let count = documents.len();
    let whole = own.put_together(&offer, buckets.buckets.len(), objects.clone()).unwrap();
    let arrival = Arc::new(Arrival { objects: whole, documents, origin: key("north") });
    crate::transfer::copy_blobs(&from.operator(), &to.operator(), &arrival).await;
    let received = to.operator().receive(arrival, false).await.unwrap();
    Crossed { compared: (theirs.len(), own.len()), objects, documents: count, received }
}

on_every_engine! {
    async fn the_first_exchange_brings_everything_and_the_next_nothing(server: &Server) {
        fill(server).await;
        let to = elsewhere(server).await;
        let first = pull(server, &to).await;
        assert_eq!((first.received.new_components, first.received.new_revisions), (5, 9));
        assert_eq!(leave(&to.operator()).await, leave(&server.operator()).await);
        let again = pull(server, &to).await;
        assert_eq!((again.objects.len(), again.documents), (0, 0));
        let here = inventory(&server.operator(), None).await;
        assert_eq!(here.state(), inventory(&to.operator(), None).await.state());
        to.stop().await;
    }

    async fn after_an_edit_only_the_edit_crosses(server: &Server) {
        fill(server).await;
        for n in 0..100 {
            server.create(&format!("lib/more-{n}"), Kind::Topic, topic(&format!("{n}"))).await;
        }
        let to = elsewhere(server).await;
        pull(server, &to).await;
        server.save("lib/page", topic("Four.")).await;
        let edit = pull(server, &to).await;
        // The revision, the last piece of the order, and the new document.
        assert_eq!((edit.objects.len(), edit.documents), (2, 1));
        assert_eq!(edit.received.moved_heads, 1);
        server.release("lib/course").await;
        let release = pull(server, &to).await;
        assert_eq!(release.documents, 0, "all documents of the release are there");
        let trees = release.objects.iter().filter(|it| matches!(it, Object::Tree(..))).count();
        assert_eq!((trees, release.received.new_releases), (2, 1), "its lesson and itself");
        to.stop().await;
    }

    async fn what_was_compared_before_is_not_looked_at_again(server: &Server) {
        fill(server).await;
        for n in 0..300 {
            server.create(&format!("lib/more-{n}"), Kind::Topic, topic(&format!("{n}"))).await;
        }
        let to = elsewhere(server).await;
        let (first, since) = pull_since(server, &to).await;
        assert_eq!((since.from, &since.scope), (None, &None), "the first looks at everything");
        assert!(first.compared.0 > 600, "{:?}", first.compared);
        let (again, since) = pull_since(server, &to).await;
        assert!(since.is_nothing() && again.objects.is_empty(), "{since:?}");
        server.save("lib/more-7", topic("Edited.")).await;
        server.save("lib/page", topic("Four.")).await;
        let (edit, _) = pull_since(server, &to).await;
        // The library, both pages with their histories, the branch that one is also on, the course
        // whose release the branch stands on with what it froze, and a piece of the order: the
        // other three hundred do not matter.
        assert!(edit.compared.0 <= 30 && edit.compared.1 <= 30, "{:?}", edit.compared);
        assert_eq!((edit.received.moved_heads, edit.received.new_revisions), (2, 2));
        assert_eq!(to.stored("lib/more-7").await["body"], "Edited.\n");
        // What arrived counts as touched there, and the way back finds that nothing is missing.
        let (back, _) = pull_since(&to, server).await;
        assert!(back.received.brought_nothing());
        let (none, since) = pull_since(&to, server).await;
        assert!(since.is_nothing() && none.objects.is_empty());
        assert!(pull(server, &to).await.received.brought_nothing());
        to.stop().await;
    }

    async fn a_memory_that_is_lost_or_wrong_costs_time_and_nothing_else(server: &Server) {
        fill(server).await;
        let to = elsewhere(server).await;
        pull_since(server, &to).await;
        let database = Database::connect(to.database()).await.unwrap();
        let spoil = async |sql: &str| {
            database.execute_unprepared(sql).await.unwrap();
            server.save("lib/page", topic(sql)).await;
            let (crossed, since) = pull_since(server, &to).await;
            assert_eq!((since.from, &since.scope), (None, &None), "{sql}");
            assert_eq!(crossed.received.moved_heads, 1, "{sql}");
            assert_eq!(leave(&to.operator()).await, leave(&server.operator()).await);
            let (_, since) = pull_since(server, &to).await;
            assert!(since.is_nothing(), "it is remembered again");
        };
        spoil("DELETE FROM known_log").await;
        spoil("UPDATE known_log SET number = number - 1").await;
        spoil("UPDATE known_log SET here = here - 1").await;
        spoil("UPDATE known_log SET hash = here_hash").await;
        // A place that the other log does not have: it was restored to what it had been before.
        let known = to.operator().known_logs(&key(LIBRARY)).await.unwrap();
        let other = elsewhere(server).await;
        pull(server, &other).await;
        let since = other.operator().changed_since(&key(LIBRARY), &known).await.unwrap();
        assert_eq!((since.from, since.scope), (None, None), "another log, whatever its numbers are");
        // Nobody can be made to remember what goes on from something that is not remembered.
        let made_up = server.operator().changed_since(&key(LIBRARY), &known).await.unwrap();
        let made_up = Since { from: made_up.position, scope: Some(Scope::default()), ..made_up };
        other.operator().note_known(&key(LIBRARY), &made_up).await.unwrap();
        assert!(other.operator().known_logs(&key(LIBRARY)).await.unwrap().is_empty());
        database.close().await.unwrap();
        other.stop().await;
        to.stop().await;
    }

    async fn branches_stand_on_the_same_after_a_part_was_compared(server: &Server) {
        fill(server).await;
        let to = elsewhere(server).await;
        pull_since(server, &to).await;
        // What the branch stands on ends with a page that nothing happens to afterwards.
        server.save("lib/lesson", lesson(&[placed(1, "page")])).await;
        server.create("lib/late", Kind::Topic, topic("Before.")).await;
        let main = server.operator();
        let new = serde_json::from_value(json!({"name": "autumn"})).unwrap();
        pull_since(server, &to).await;
        main.create_branch(new).await.unwrap();
        server.save("lib/late", topic("After.")).await;
        let autumn = main.at(&key("autumn"), None).await.unwrap();
        let base = autumn.component(&reference("lib/page")).await.unwrap().revision.id;
        let new = serde_json::from_value(json!({"content": topic("Autumn.")})).unwrap();
        autumn.save(&target("lib/page"), base, new).await.unwrap();
        let (crossed, since) = pull_since(server, &to).await;
        assert!(since.scope.is_some());
        assert_eq!(crossed.received.new_branches, [key("autumn")]);
        let there = to.operator().at(&key("autumn"), None).await.unwrap();
        for (at, text) in [("lib/late", "Before."), ("lib/page", "Autumn.")] {
            let view = there.component(&reference(at)).await.unwrap();
            assert_eq!(view.content.plain_text().trim(), text, "{at}");
        }
        assert_eq!(leave(&to.operator()).await, leave(&server.operator()).await);
        to.stop().await;
    }

    async fn parts_compared_one_after_the_other_come_to_the_whole(server: &Server) {
        for seed in 1..4 {
            let (from, to) = (Server::start(server.engine).await, elsewhere(server).await);
            live(&from, seed).await;
            pull_since(&from, &to).await;
            for round in 0..4 {
                live_on(&from, seed * 100 + round).await;
                if round % 2 == 0 {
                    live_on(&to, seed * 1000 + round).await;
                }
                let (_, since) = pull_since(&from, &to).await;
                assert!(since.scope.is_some(), "seed {seed}, round {round}");
                let whole = pull(&from, &to).await.received;
                assert!(whole.brought_nothing(), "seed {seed}, round {round}: {whole:#?}");
                pull_since(&to, &from).await;
                let whole = pull(&to, &from).await.received;
                assert!(whole.brought_nothing(), "seed {seed}, round {round}: {whole:#?}");
            }
            let checked = to.operator().fsck(false, &mut |_| {}).await.unwrap();
            assert!(checked.findings.is_empty(), "{:#?}", checked.findings);
            from.stop().await;
            to.stop().await;
        }
    }

    async fn both_sides_go_on_meet_and_merge(server: &Server) {
        fill(server).await;
        server.save("lib/page", topic("One.\n\nTwo.")).await;
        let to = elsewhere(server).await;
        pull(server, &to).await;
        server.save("lib/page", topic("One, there.\n\nTwo.")).await;
        to.save("lib/page", topic("One.\n\nTwo, here.")).await;
        let there = pull(server, &to).await;
        assert_eq!(there.received.diverged[0].arrived_on, key("remote.north"));
        assert_eq!(to.stored("lib/page").await["body"], "One.\n\nTwo, here.\n");
        let remote = to.operator().at(&key("remote.north"), None).await.unwrap();
        let page = remote.component(&reference("lib/page")).await.unwrap();
        assert!(page.content.plain_text().contains("One, there."));
        // Merged there, it comes back as what goes on from both.
        let merged = to.operator().merge_branch(&key("remote.north"), unreviewed()).await.unwrap();
        assert!(merged.done, "{merged:?}");
        let back = pull(&to, server).await;
        assert_eq!((back.received.moved_heads, back.received.diverged.len()), (1, 0));
        let both = "One, there.\n\nTwo, here.\n";
        assert_eq!(server.stored("lib/page").await["body"], both);
        assert_eq!(to.stored("lib/page").await["body"], both);
        to.stop().await;
    }

    async fn what_is_local_and_where_copies_came_from_travels(server: &Server) {
        written(server).await;
        let alone = NewCopy { subtree: true, ..NewCopy::default() };
        let copied = server.operator().copy(&reference("lib/course"), alone).await.unwrap();
        let to = elsewhere(server).await;
        pull(server, &to).await;
        assert_eq!(leave(&to.operator()).await, leave(&server.operator()).await);
        for local in ["lib/a-lesson", "lib/a-topic"] {
            let (here, there) = (server.view(local).await, to.view(local).await);
            assert!(there.component.owner.is_some());
            assert_eq!(there.component.owner, here.component.owner, "{local}");
        }
        for item in &copied.items {
            let at = Target::Id(item.copy);
            let here = server.operator().lineage(&at).await.unwrap();
            let there = to.operator().lineage(&at).await.unwrap();
            let source = |view: &lcms_core::service::LineageView| {
                view.source.as_ref().map(|step| (step.component, step.revision))
            };
            assert!(source(&here).is_some());
            assert_eq!((source(&there), there.upstream_newer), (source(&here), false));
        }
        // A copy that travelled pulls from its source as at home.
        to.save("lib/a-topic", topic("Changed upstream.")).await;
        let status = to.operator().copies(&target("lib/a-topic")).await.unwrap();
        assert_eq!(status.len(), 1);
        to.release("lib/course").await;
        let checked = to.operator().fsck(false, &mut |_| {}).await.unwrap();
        assert!(checked.findings.is_empty(), "{:#?}", checked.findings);
        to.stop().await;
    }

    async fn promotion_stays_where_it_was_made(server: &Server) {
        written(server).await;
        let to = elsewhere(server).await;
        pull(server, &to).await;
        let seen = server.view("lib/a-lesson").await.revision.id;
        server.operator().promote(&target("lib/a-lesson"), seen, None).await.unwrap();
        let again = pull(server, &to).await;
        assert_eq!(again.received.new_revisions, 0);
        // As keys and deletions: neither side has a time for it.
        assert!(to.view("lib/a-lesson").await.component.owner.is_some());
        to.release("lib/course").await;
        to.stop().await;
    }

    async fn translations_and_releases_in_their_language_travel(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.create("lib/ask", Kind::Question, question("Yes")).await;
        let own_title = with(placed(1, "page"), "/overrides", json!({"title": "Here"}));
        server.create("lib/lesson", Kind::Lesson, lesson(&[own_title])).await;
        server.create("lib/test", Kind::Assessment, assessment(&[placed(4, "ask")])).await;
        let held = [placed(2, "lesson"), placed(3, "test")];
        server.create("lib/course", Kind::Course, course(&held)).await;
        translate(server, "lib/page", None, topic("Eins.")).await.unwrap();
        translate(server, "lib/ask", None, question("Ja")).await.unwrap();
        let own_title = with(placed(1, "lib/page"), "/overrides", json!({"title": "Hier"}));
        let strings = json!({"title": "Lektion", "placements": [own_title]});
        translate(server, "lib/lesson", None, strings).await.unwrap();
        // Of an assessment without texts of its own nothing is left but its title.
        translate(server, "lib/test", None, json!({"title": "Prüfung", "sections": []})).await.unwrap();
        translate(server, "lib/course", None, json!({"title": "Kurs"})).await.unwrap();
        let new = NewRelease { language: Some(german()), ..NewRelease::default() };
        let made = server.operator().release(&target("lib/course"), new.clone()).await.unwrap();
        let to = elsewhere(server).await;
        pull(server, &to).await;
        let there = to.operator().release_by_digest(made.release.digest).await.unwrap().release;
        assert_eq!((there.id, there.language), (made.release.id, german()));
        let frozen = to.operator().frozen(there.id).await.unwrap();
        assert_eq!(frozen.root().content.title(), "Kurs");
        assert_eq!(to.lcms.rebuild_where_used(|_| {}).await.unwrap().differed, 0);
        let again = to.operator().release(&target("lib/course"), new).await.unwrap();
        assert_eq!(again.release.id, made.release.id, "frozen there it is the same");
        let checked = to.operator().fsck(false, &mut |_| {}).await.unwrap();
        assert!(checked.findings.is_empty(), "{:#?}", checked.findings);
        to.stop().await;
    }

    async fn stock_is_taken_only_for_who_may_read(server: &Server) {
        fill(server).await;
        server.library("elsewhere").await;
        let sam = server.user("sam", &[(Role::Viewer, "elsewhere")]).await;
        assert_eq!(sam.inventory(&key(LIBRARY), None).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(sam.known_logs(&key(LIBRARY)).await.unwrap_err().kind(), ErrorKind::NotFound);
        let since = sam.changed_since(&key(LIBRARY), &[]).await;
        assert_eq!(since.unwrap_err().kind(), ErrorKind::NotFound);
    }
}
