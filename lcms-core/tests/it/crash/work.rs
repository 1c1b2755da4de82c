//! What the child does until it is killed: every path that writes, each in a task of its own.

use std::path::PathBuf;
use std::sync::Arc;

use lcms_core::model::{Content, Kind, Metadata, ReleaseReference, RevisionId, SlotId, Transition};
use lcms_core::service::transfer::Arrival;
use lcms_core::service::{
    ImportSubject, Lcms, MergeBranch, NewBranch, NewDeployment, NewRelease, Revert, SaveComponent,
    Session, Settings,
};
use lcms_core::{Error, ErrorKind};
use serde_json::json;

use super::{Confirmed, Task};
use crate::child;
use crate::documents::{asset, fixed_id, lesson, placed, topic};
use crate::harness::{key, new_component, reference, target};

pub(super) async fn until_killed(task: Task) {
    let mut settings = Settings::in_folder(&task.folder);
    settings.database = task.database.parse().unwrap();
    let session = Lcms::open(settings).await.unwrap().operator_without_checks();
    child::say("open", task.round);
    let round = task.round;
    // Outside of what is checked, and gone with it.
    let north = task.folder.join("north").join(round.to_string());
    // Each works on components of its own, so that none is stale by what another did.
    let work = [
        tokio::spawn(saves(session.clone(), round)),
        tokio::spawn(files(session.clone(), round)),
        tokio::spawn(placements(session.clone(), round)),
        tokio::spawn(branches(session.clone(), round)),
        tokio::spawn(reverts(session.clone(), round)),
        tokio::spawn(releases(session.clone(), round)),
        tokio::spawn(imports(session.clone(), round)),
        tokio::spawn(arrivals(session.clone(), north, round)),
        tokio::spawn(collections(session)),
    ];
    // Ends with the first that fails: the parent would wait for its word.
    futures::future::try_join_all(work).await.unwrap();
}

fn confirm(what: &Confirmed) {
    child::say("confirmed", serde_json::to_string(what).unwrap());
}

async fn create(session: &Session, at: &str, kind: Kind, content: serde_json::Value) -> RevisionId {
    let saved = session.create(new_component(at, kind, content), None).await.unwrap();
    confirm(&Confirmed::Revision(saved.revision.id));
    saved.revision.id
}

async fn save(
    session: &Session,
    at: &str,
    base: RevisionId,
    content: serde_json::Value,
) -> RevisionId {
    let new = SaveComponent { content: Some(content), ..SaveComponent::default() };
    let saved = session.save(&target(at), base, new).await.unwrap();
    confirm(&Confirmed::Revision(saved.revision.id));
    saved.revision.id
}

/// One topic, saved again and again.
async fn saves(session: Session, round: u64) {
    let at = format!("lib/topic-{round}");
    let mut head = create(&session, &at, Kind::Topic, topic("0")).await;
    for n in 1_u64.. {
        head = save(&session, &at, head, topic(&format!("{n}"))).await;
    }
}

/// Uploads of every size, each with the asset that names it.
async fn files(session: Session, round: u64) {
    for n in 0_usize.. {
        let media_type = if n % 2 == 0 { "text/plain" } else { "image/png" };
        let bytes = format!("{round} {n} ").repeat(1 + (n * 797) % 9000);
        loop {
            let mut upload = session.upload(media_type).unwrap();
            upload.write(bytes.as_bytes()).await.unwrap();
            let blob = upload.finish(None).await.unwrap();
            let document = asset(&blob.digest.to_string(), blob.size, "a", media_type);
            let request = new_component(&format!("lib/asset-{round}-{n}"), Kind::Asset, document);
            match session.create(request, None).await {
                Ok(saved) => {
                    confirm(&Confirmed::Revision(saved.revision.id));
                    confirm(&Confirmed::File(blob.digest));
                    break;
                }
                // Collected before it was named, since nobody waits here.
                Err(error) => assert_collected(&error),
            }
        }
    }
}

fn assert_collected(error: &Error) {
    let hint = error.hint_text().unwrap_or_default();
    assert!(format!("{error} {hint}").contains("upload"), "{error}");
}

/// One lesson, whose placements come, move, are overridden and go.
async fn placements(session: Session, round: u64) {
    let at = format!("lib/placing-{round}");
    let mut head = create(&session, &at, Kind::Lesson, lesson(&[])).await;
    for n in 1.. {
        let [first, second] = [SlotId(fixed_id(2 * n)), SlotId(fixed_id(2 * n + 1))];
        for edits in [
            json!([{"edit": "add", "component": "lib/page", "slot": first},
                   {"edit": "add", "component": "lib/page", "slot": second}]),
            json!([{"edit": "override", "slot": first, "name": "title", "value": "Here"},
                   {"edit": "follow", "slot": second, "policy": {"follow": "approved"}}]),
            json!([{"edit": "remove", "slot": first}]),
        ] {
            let edits = serde_json::from_value(edits).unwrap();
            let made = session.edit_placements(&target(&at), head, edits, "why".into()).await;
            head = made.unwrap().saved.revision.id;
            confirm(&Confirmed::Revision(head));
        }
    }
}

/// Branches: made, edited, reviewed and merged.
async fn branches(session: Session, round: u64) {
    let at = format!("lib/branched-{round}");
    create(&session, &at, Kind::Topic, topic("0")).await;
    for n in 1_u64.. {
        let name = format!("branch-{round}-{n}");
        session.create_branch(NewBranch { name: key(&name), from: None }).await.unwrap();
        let there = session.at(&key(&name), None).await.unwrap();
        let head = there.component(&reference(&at)).await.unwrap().revision.id;
        save(&there, &at, head, topic(&format!("{n}"))).await;
        for step in [Transition::Submit, Transition::Approve] {
            session.review_branch(&key(&name), step).await.unwrap();
        }
        session.merge_branch(&key(&name), MergeBranch::default()).await.unwrap();
        confirm(&Confirmed::Merged(name));
    }
}

/// A lesson that goes back with what it holds.
async fn reverts(session: Session, round: u64) {
    let (page, at) = (format!("lib/reverted-{round}"), format!("lib/reverting-{round}"));
    let mut head = create(&session, &page, Kind::Topic, topic("First.")).await;
    create(&session, &at, Kind::Lesson, lesson(&[placed(1, &page)])).await;
    let first = session.component(&reference(&at)).await.unwrap().revision.event;
    for n in 1_u64.. {
        save(&session, &page, head, topic(&format!("{n}"))).await;
        let back = json!({"to": first.to_string(), "deep": true});
        let back: Revert = serde_json::from_value(back).unwrap();
        let report = session.revert(&target(&at), back).await.unwrap();
        for item in report.items {
            head = item.revision.unwrap();
            confirm(&Confirmed::Revision(head));
        }
    }
}

/// The shared course: edited, frozen, approved, put on a channel, and live.
async fn releases(session: Session, round: u64) {
    let mut seen = session.channel(&target("lib/course"), &key("stable")).await.ok();
    let mut head = session.component(&reference("lib/page")).await.unwrap().revision.id;
    for n in 0_u64.. {
        head = save(&session, "lib/page", head, topic(&format!("Round {round}, {n}."))).await;
        let course = target("lib/course");
        let release = session.release(&course, NewRelease::default()).await.unwrap().release;
        for step in [Transition::Submit, Transition::Approve] {
            session.review_release(release.id, step).await.unwrap();
        }
        confirm(&Confirmed::Approved(release.id, release.digest));
        let note = format!("round {round}, {n}");
        let to = ReleaseReference::Id(release.id);
        let before = seen.and_then(|channel| channel.release).map(|release| release.id);
        let moved = session.move_channel(&course, &key("stable"), &to, before, note.clone()).await;
        seen = Some(moved.unwrap());
        confirm(&Confirmed::Moved(note.clone()));
        let new = json!({"target": "campus", "release": release.id, "note": note});
        let new: NewDeployment = serde_json::from_value(new).unwrap();
        session.deploy(new).await.unwrap();
        confirm(&Confirmed::Live(note));
    }
}

/// A folder of two sources, imported again and again, one of them changed each time.
async fn imports(session: Session, round: u64) {
    let subject = |name: &str, kind, content| ImportSubject {
        source: format!("{name}.md"),
        line: None,
        id: None,
        key: key(name),
        content: Content::parse(kind, content).unwrap(),
        metadata: Metadata::default(),
    };
    let (page, holder) = (format!("imported-{round}"), format!("importing-{round}"));
    for n in 1_usize.. {
        let subjects = vec![
            subject(&holder, Kind::Lesson, lesson(&[placed(1, &page)])),
            subject(&page, Kind::Topic, topic(&format!("{n}"))),
        ];
        session.import(&key("lib"), subjects, String::new(), false).await.unwrap();
        confirm(&Confirmed::Revisions(format!("lib/{page}"), n));
        confirm(&Confirmed::Revisions(format!("lib/{holder}"), 1));
    }
}

/// A library of another server, which arrives again whenever something was saved there.
async fn arrivals(session: Session, folder: PathBuf, round: u64) {
    std::fs::create_dir_all(&folder).unwrap();
    let north = Lcms::open(Settings::in_folder(&folder)).await.unwrap().operator_without_checks();
    let library = format!("north-{round}");
    let new = json!({"key": library, "title": "North", "language": "en"});
    north.create_library(serde_json::from_value(new).unwrap()).await.unwrap();
    let at = format!("{library}/page");
    let request = new_component(&at, Kind::Topic, topic("0"));
    let mut head = north.create(request, None).await.unwrap().revision.id;
    for n in 1_u64.. {
        let gathered = north.gather(&[key(&library)], false).await.unwrap();
        let (contents, metadata) = gathered.objects.named_documents();
        let digests: Vec<_> = contents.into_iter().chain(metadata).collect();
        let documents = north.documents(&digests).await.unwrap();
        let arrival = Arrival { objects: gathered.objects, documents, origin: key("north") };
        session.receive(Arc::new(arrival), false).await.unwrap();
        confirm(&Confirmed::Arrived(head));
        let content = Some(topic(&format!("{n}")));
        let new = SaveComponent { content, ..SaveComponent::default() };
        head = north.save(&target(&at), head, new).await.unwrap().revision.id;
    }
}

/// Collection without a grace, beside uploads.
async fn collections(session: Session) {
    loop {
        match session.gc(time::Duration::ZERO, true).await {
            Ok(_) => confirm(&Confirmed::Collected),
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound, "{error}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
