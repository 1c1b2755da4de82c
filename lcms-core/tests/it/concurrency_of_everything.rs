//! Writers, mergers, releasers and readers on the same components at once, on two nodes: nothing
//! that was confirmed is overwritten, nobody waits for ever, and each release is of one moment.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lcms_core::ErrorKind;
use lcms_core::model::{EventNumber, Kind, ReleaseId, SlotId};
use lcms_core::service::{
    MergeBranch, NewBranch, NewRelease, PlacementEdit, SaveComponent, Session, WhereUsedQuery,
};
use serde_json::json;

use crate::documents::{course, lesson, placed, slot_id, topic};
use crate::harness::{Server, key, reference, target};

const WRITERS: u64 = 4;
const EACH: u64 = 5;

/// Adds lines to a text, each over the newest version, as often as another comes first.
async fn add_lines(session: Session, at: &'static str, writer: u64) {
    for n in 0..EACH {
        loop {
            let view = session.component(&reference(at)).await.unwrap();
            let body = serde_json::to_value(&view.content).unwrap()["body"].clone();
            let body = format!("{}\n\n{writer}-{n}", body.as_str().unwrap());
            let new = SaveComponent { content: Some(topic(&body)), ..SaveComponent::default() };
            match session.save(&target(at), view.revision.id, new).await {
                Ok(_) => break,
                Err(error) => assert_eq!(error.kind(), ErrorKind::StaleBase, "{error}"),
            }
        }
    }
}

/// Places a page in the course, again and again, each in a slot of its own.
async fn add_placements(session: Session, writer: u64) {
    for n in 0..EACH {
        let edit = json!({"edit": "add", "component": "lib/lesson", "slot": own_slot(writer, n)});
        let edit: PlacementEdit = serde_json::from_value(edit).unwrap();
        loop {
            let base = session.component(&reference("lib/course")).await.unwrap().revision.id;
            let edits = vec![edit.clone()];
            match session.edit_placements(&target("lib/course"), base, edits, String::new()).await {
                Ok(_) => break,
                Err(error) => assert_eq!(error.kind(), ErrorKind::StaleBase, "{error}"),
            }
        }
    }
}

fn own_slot(writer: u64, n: u64) -> SlotId {
    slot_id(1000 + writer * 100 + n)
}

/// Changes a paragraph of its own on a branch, and merges that, while others merge theirs.
async fn merge_changes(session: Session, writer: u64) {
    for n in 0..EACH {
        let name = key(&format!("b{writer}-{n}"));
        session.create_branch(NewBranch { name: name.clone(), from: None }).await.unwrap();
        let there = session.at(&name, None).await.unwrap();
        let view = there.component(&reference("lib/merged")).await.unwrap();
        let body = serde_json::to_value(&view.content).unwrap()["body"].clone();
        let mut paragraphs: Vec<_> = body.as_str().unwrap().split("\n\n").collect();
        let own = format!("Paragraph {writer}: {}", n + 1);
        paragraphs[usize::try_from(writer).unwrap()] = &own;
        let content = Some(topic(&paragraphs.join("\n\n")));
        let new = SaveComponent { content, ..SaveComponent::default() };
        there.save(&target("lib/merged"), view.revision.id, new).await.unwrap();
        let how = MergeBranch { without_approval: true, ..MergeBranch::default() };
        let report = session.merge_branch(&name, how).await.unwrap();
        assert!(report.done, "{report:?}");
    }
}

/// Freezes the course again and again; answers the releases.
async fn freeze(session: Session) -> Vec<ReleaseId> {
    let mut made = Vec::new();
    for _ in 0..EACH {
        let release = session.release(&target("lib/course"), NewRelease::default()).await.unwrap();
        made.push(release.release.id);
    }
    made
}

/// Reads everything until the others are done; what it sees fits together each time.
async fn read(session: Session, done: Arc<AtomicBool>) {
    while !done.load(Ordering::Acquire) {
        let history = session.history(&target("lib/page"), None, 200).await.unwrap().items;
        let numbers: Vec<_> = history.iter().map(|revision| revision.number).collect();
        let expected: Vec<_> = (1..=numbers[0]).rev().collect();
        assert_eq!(numbers, expected);
        let query = WhereUsedQuery { transitive: true, limit: 200, ..WhereUsedQuery::default() };
        let used = session.where_used(&target("lib/page"), &query).await.unwrap();
        assert!(used.tops.iter().any(|top| top.top.component.key.as_str() == "course"));
        session.impact(&target("lib/page")).await.unwrap();
    }
}

/// A release holds exactly what stood at the moment that it names.
async fn assert_not_torn(session: &Session, id: ReleaseId) {
    let release = session.release_by_id(id).await.unwrap().release;
    let moment = format!("main@{}", release.moment.unwrap());
    let then = session.at_moment(&moment.parse().unwrap()).await.unwrap();
    let links = session.lock_list(id, 0, 500).await.unwrap();
    assert_eq!(links.next, None);
    assert!(!links.items.is_empty());
    for link in links.items {
        let stood =
            then.component(&reference(&link.component.id.to_string())).await.unwrap().revision;
        assert_eq!((link.version.content, link.version.metadata), (stood.content, stood.metadata));
    }
}

on_every_engine! {
    async fn nothing_is_lost_torn_or_stuck_when_all_happens_at_once(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("Begin.")).await;
        let paragraphs: Vec<_> = (0..WRITERS).map(|n| format!("Paragraph {n}: 0")).collect();
        server.create("lib/merged", Kind::Topic, topic(&paragraphs.join("\n\n"))).await;
        let held = [placed(1, "page"), placed(2, "merged")];
        server.create("lib/lesson", Kind::Lesson, lesson(&held)).await;
        server.create("lib/course", Kind::Course, course(&[placed(3, "lesson")])).await;
        server.create("lib/branched", Kind::Topic, topic("Begin.")).await;
        let spring = server.branch("spring").await;
        let other = server.node("other").await.operator_without_checks();
        let on_other = other.at(&key("spring"), None).await.unwrap();
        let nodes = [server.operator(), other];
        let branch = [spring, on_other];

        let done = Arc::new(AtomicBool::new(false));
        let readers: Vec<_> =
            nodes.iter().map(|node| tokio::spawn(read(node.clone(), Arc::clone(&done)))).collect();
        let mut work = Vec::new();
        let mut freezing = Vec::new();
        for writer in 0..WRITERS {
            let node = usize::from(writer % 2 == 1);
            work.push(tokio::spawn(add_lines(nodes[node].clone(), "lib/page", writer)));
            work.push(tokio::spawn(add_lines(branch[node].clone(), "lib/branched", writer)));
            work.push(tokio::spawn(add_placements(nodes[node].clone(), writer)));
            work.push(tokio::spawn(merge_changes(nodes[node].clone(), writer)));
        }
        for node in &nodes {
            freezing.push(tokio::spawn(freeze(node.clone())));
        }
        for task in work {
            task.await.unwrap();
        }
        let mut releases = BTreeSet::new();
        for task in freezing {
            releases.extend(task.await.unwrap());
        }
        done.store(true, Ordering::Release);
        for reader in readers {
            reader.await.unwrap();
        }

        // Every confirmed edit is in the text, once, and made a revision of its own.
        let wanted: BTreeSet<_> =
            (0..WRITERS).flat_map(|w| (0..EACH).map(move |n| format!("{w}-{n}"))).collect();
        for (session, at) in [(&nodes[0], "lib/page"), (&branch[1], "lib/branched")] {
            let view = session.component(&reference(at)).await.unwrap();
            let text = view.content.plain_text();
            let lines: Vec<_> = text.split_whitespace().skip(1).map(str::to_owned).collect();
            assert_eq!((lines.len(), lines.into_iter().collect()), (wanted.len(), wanted.clone()));
            assert_eq!(u64::from(view.revision.number), 1 + WRITERS * EACH, "{at}");
        }
        assert_eq!(server.view("lib/branched").await.revision.number, 1, "main is as it was");
        // Every placement stands in the course.
        let stands = server.operator().placements(&target("lib/course")).await.unwrap();
        let slots: BTreeSet<_> = stands.items.iter().map(|placement| placement.slot).collect();
        let placed = (0..WRITERS).flat_map(|w| (0..EACH).map(move |n| own_slot(w, n)));
        assert!(placed.clone().all(|slot| slots.contains(&slot)));
        assert_eq!(slots.len(), placed.count() + 1);
        // The last of each merger's changes is there.
        let merged = server.view("lib/merged").await.content.plain_text();
        for writer in 0..WRITERS {
            assert!(merged.contains(&format!("Paragraph {writer}: {EACH}")), "{merged}");
        }
        for id in releases {
            assert_not_torn(&nodes[0], id).await;
        }
        let chain = server.operator().verify_chain().await.unwrap();
        assert!(chain.broken.is_none());
        assert_eq!(chain.events, u64::try_from(server.last_event().await.0).unwrap());
        let whole = server.operator().fsck(false, &mut |_| {}).await.unwrap();
        assert_eq!((whole.damaged, whole.findings), (0, vec![]));
        assert!(server.last_event().await > EventNumber(0));
    }
}
