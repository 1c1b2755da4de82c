//! Libraries that travel: nothing is lost, nothing is believed, nothing is overwritten.

use std::sync::Arc;

use futures::TryStreamExt as _;
use lcms_core::ErrorKind;
use lcms_core::model::{
    Base, Branch, BranchId, BranchState, Digest, EventKind, EventNumber, Kind, LibraryId, Right,
    Role, RuleSubject, Term, Transition, UserId,
};
use lcms_core::service::transfer::{
    Arrival, Documents, Gathered, Place, Received, RuleObject, TreeChild,
};
use lcms_core::service::{ChangeSynonyms, NewRelease, SchemaName, Session};
use lcms_core::store::events::NewEvent;
use lcms_core::store::{branches, events, now};
use serde_json::json;

use crate::documents::{assessment, course, lesson, placed, question, topic};
use crate::harness::{LIBRARY, Server, key, reference, target};

/// Everything there is to a library, and the documents it names.
pub(crate) async fn leave(session: &Session) -> (Gathered, Documents) {
    let gathered = session.gather(&[key(LIBRARY)], false).await.unwrap();
    let (contents, metadata) = gathered.objects.named_documents();
    let digests: Vec<_> = contents.into_iter().chain(metadata).collect();
    let documents = session.documents(&digests).await.unwrap();
    (gathered, documents)
}

fn arrival((gathered, documents): (Gathered, Documents)) -> Arc<Arrival> {
    Arc::new(Arrival { objects: gathered.objects, documents, origin: key("north") })
}

pub(crate) async fn copy_blobs(from: &Session, to: &Session, arrival: &Arc<Arrival>) {
    for (digest, media_types) in to.wanted_blobs(arrival).await.unwrap() {
        let blob = from.blob(digest).await.unwrap();
        let bytes: Vec<_> =
            from.blob_bytes(digest, 0..blob.size).await.unwrap().try_collect().await.unwrap();
        let mut upload = to.upload(media_types.first().unwrap()).unwrap();
        upload.write(&bytes.concat()).await.unwrap();
        upload.finish(Some(digest)).await.unwrap();
    }
}

async fn travel(from: &Server, to: &Server) -> Received {
    let arrival = arrival(leave(&from.operator()).await);
    copy_blobs(&from.operator(), &to.operator(), &arrival).await;
    to.operator().receive(arrival, false).await.unwrap()
}

pub(crate) async fn elsewhere(server: &Server) -> Server {
    Server::start_without_library(server.engine).await
}

/// A course with history, a review, two releases, a file, a branch and a deleted page.
pub(crate) async fn fill(server: &Server) {
    let mut upload = server.operator().upload("text/vtt").unwrap();
    upload.write(b"WEBVTT\n").await.unwrap();
    let blob = upload.finish(None).await.unwrap();
    let asset = json!({"title": "A file", "blob": blob.digest, "media_type": "text/vtt",
        "size": blob.size, "file_name": "a.vtt"});
    server.create("lib/file", Kind::Asset, asset).await;
    server.create("lib/page", Kind::Topic, topic("One.\n\n![[file]]")).await;
    server.create("lib/gone", Kind::Topic, topic("Not for long.")).await;
    server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page")])).await;
    server.create("lib/course", Kind::Course, course(&[placed(2, "lesson")])).await;
    server.release("lib/course").await;
    server.save("lib/page", topic("Two.")).await;
    server.save_metadata("lib/page", json!({"tags": ["a"]})).await;
    for step in [Transition::Submit, Transition::Approve] {
        server.operator().transition(&target("lib/page"), step).await.unwrap();
    }
    server.release("lib/course").await;
    let here = events::last_number(server.store().await.reader()).await.unwrap();
    branch(server, "spring", here).await;
    server.save("lib/page", topic("Three.")).await;
    let spring = server.operator().at(&key("spring"), None).await.unwrap();
    let base = spring.component(&reference("lib/page")).await.unwrap().revision.id;
    let new = serde_json::from_value(json!({"content": topic("Spring.")})).unwrap();
    spring.save(&target("lib/page"), base, new).await.unwrap();
    spring.release(&target("lib/course"), NewRelease::default()).await.unwrap();
    server.operator().delete(&target("lib/gone")).await.unwrap();
    rule(server).await;
}

/// A vocabulary with history, one that is gone, a schema, synonyms and somebody who looks after.
async fn rule(server: &Server) {
    let operator = server.operator();
    let library = key(LIBRARY);
    vocabulary(server, "topics", "tags", &[("fire", "Fire")]).await;
    vocabulary(server, "topics", "tags", &[("fire", "Fire safety"), ("first-aid", "First aid")])
        .await;
    vocabulary(server, "gone", "audience", &[]).await;
    let gone = operator.vocabulary(&library, &key("gone")).await.unwrap().state.version;
    operator.remove_vocabulary(&library, &key("gone"), gone).await.unwrap();
    let schema = json!({"schema": {"fields": [{"field": "licence", "recommended": true}]}});
    let schema = serde_json::from_value(schema).unwrap();
    operator.save_schema(&library, SchemaName(Some(Kind::Topic)), None, schema).await.unwrap();
    synonyms(server, "a, b\n").await;
    server.user("steward", &[]).await;
    care(server, "lib/page", Some("steward"), "2027-01-31").await;
    care(server, "lib/lesson", None, "2027-02-28").await;
}

async fn vocabulary(server: &Server, name: &str, field: &str, terms: &[(&str, &str)]) {
    let operator = server.operator();
    let terms: Vec<_> =
        terms.iter().map(|(id, label)| json!({"id": id, "labels": {"en": label}})).collect();
    let new = json!({"vocabulary": {"title": name, "fields": [field], "terms": terms}});
    let stands = operator.vocabulary(&key(LIBRARY), &key(name)).await.ok();
    let base = stands.map(|stands| stands.state.version);
    let new = serde_json::from_value(new).unwrap();
    operator.save_vocabulary(&key(LIBRARY), &key(name), base, new).await.unwrap();
}

async fn synonyms(server: &Server, text: &str) {
    let change = ChangeSynonyms { text: text.to_owned(), seen: None };
    server.operator().set_synonyms(&key(LIBRARY), change).await.unwrap();
}

async fn care(server: &Server, at: &str, steward: Option<&str>, day: &str) {
    let care = serde_json::from_value(json!({"steward": steward, "review_by": day})).unwrap();
    server.operator().set_care(&target(at), care).await.unwrap();
}

/// The labels of a vocabulary's terms, in the order of their ids.
async fn labels(server: &Server, name: &str) -> Vec<String> {
    let found = server.operator().vocabulary(&key(LIBRARY), &key(name)).await.unwrap();
    let label = |term: Term| term.labels.into_values().next().unwrap();
    found.vocabulary.terms.into_iter().map(label).collect()
}

async fn branch(server: &Server, name: &str, event: EventNumber) {
    let (name, author) = (key(name), UserId(uuid::Uuid::nil()));
    let store = server.store().await;
    let made = store.writer().write(move |tx| {
        Box::pin(async move {
            let branch = Branch {
                id: branches::next_id(tx).await?,
                name,
                base: Some(Base { branch: BranchId::MAIN, event }),
                state: BranchState::Open,
                author: Some(author),
                created: now(),
                event: events::next_number(tx).await?,
            };
            let new = NewEvent::new(EventKind::BranchCreated, branch.created, author);
            events::insert(tx, branch.event, new).await?;
            branches::insert(tx, &branch).await
        })
    });
    made.await.unwrap();
}

async fn refusal(to: &Server, spoil: impl FnOnce(&mut Arrival), from: &Server) -> String {
    let (gathered, documents) = leave(&from.operator()).await;
    let whole = arrival((gathered, documents));
    copy_blobs(&from.operator(), &to.operator(), &whole).await;
    let mut spoilt = (*whole).clone();
    spoil(&mut spoilt);
    let events = events::last_number(to.store().await.reader()).await.unwrap();
    let error = to.operator().receive(Arc::new(spoilt), false).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    let after = events::last_number(to.store().await.reader()).await.unwrap();
    assert_eq!(after, events, "nothing may be stored of what is refused");
    error.to_string()
}

on_every_engine! {
    async fn a_library_arrives_as_it_left(server: &Server) {
        fill(server).await;
        let other = elsewhere(server).await;
        let received = travel(server, &other).await;
        assert_eq!((received.new_components, received.new_revisions), (5, 9));
        assert_eq!((received.new_releases, received.new_reviews), (3, 1));
        assert_eq!(received.new_branches, [key("spring")]);
        let checked = other.operator().fsck(false, &mut |_| {}).await.unwrap();
        assert!(checked.findings.is_empty(), "{:#?}", checked.findings);
        assert!(received.diverged.is_empty());
        assert_eq!(leave(&other.operator()).await, leave(&server.operator()).await);
        // What stands where, and when, is the same too.
        for at in ["lib/page", "lib/lesson", "lib/course", "lib/file"] {
            let (here, there) = (server.view(at).await, other.view(at).await);
            assert_eq!(there.revision.id, here.revision.id);
            assert_eq!(there.revision.number, here.revision.number);
            assert_eq!((there.content, there.state), (here.content, here.state));
        }
        for (name, text) in [("spring", "Spring.\n"), ("main", "Three.\n")] {
            let there = other.operator().at(&key(name), None).await.unwrap();
            let page = there.component(&reference("lib/page")).await.unwrap();
            assert!(serde_json::to_value(page.content).unwrap()["body"] == json!(text), "{name}");
        }
        assert_eq!(other.parents(target("lib/page")).await, ["lesson"]);
        // So is what is asked of metadata, what it was before, and who looks after what.
        assert_eq!((received.new_rules, received.new_care), (6, 2));
        assert_eq!(received.unknown_stewards, [key("page")], "the steward is no user there");
        let states = async |server: &Server| {
            let operator = server.operator();
            let mut all = Vec::new();
            for name in ["topics", "gone"] {
                let states = operator.vocabulary_history(&key(LIBRARY), &key(name)).await.unwrap();
                all.extend(states.into_iter().map(|it| (it.version, it.number, it.removed, it.created)));
            }
            let schema = operator.schemas(&key(LIBRARY)).await.unwrap();
            all.extend(schema.iter().map(|it| (it.state.version, it.state.number, false, it.state.created)));
            (all, operator.synonyms(&key(LIBRARY)).await.unwrap())
        };
        assert_eq!(states(&other).await, states(server).await);
        assert_eq!(labels(&other, "topics").await, ["Fire safety", "First aid"]);
        let page = other.view("lib/page").await;
        assert_eq!(page.care.review_by.unwrap().to_string(), "2027-01-31");
        assert_eq!(page.care.steward.unwrap().shown, "somebody of another server");
        // A release is whole: freezing the same closure is recognised by its digest.
        let releases = other.operator().releases(&target("lib/course"), None, 10).await.unwrap();
        let frozen = other.operator().frozen(releases[0].release.id).await.unwrap();
        assert_eq!(frozen.nodes.len(), 3);
        other.stop().await;
    }

    async fn translated_structures_arrive_as_the_strings_they_are(server: &Server) {
        server.create("lib/question", Kind::Question, question("Yes")).await;
        let quiz = assessment(&[placed(1, "question")]);
        server.create("lib/quiz", Kind::Assessment, quiz).await;
        let mut placement = placed(2, "quiz");
        placement["overrides"] = json!({"title": "Here"});
        server.create("lib/lesson", Kind::Lesson, lesson(&[placement.clone()])).await;
        placement["overrides"] = json!({"title": "Hier"});
        let mut german = lesson(&[placement]);
        german["title"] = json!("Eine Lektion");
        let quiz = json!({"title": "Ein Quiz", "sections": [{"id": "s1", "entries": []}]});
        for (at, content) in [("lib/quiz", quiz), ("lib/lesson", german)] {
            let new = serde_json::from_value(json!({"content": content})).unwrap();
            let language = "de".parse().unwrap();
            server.operator().save_translation(&target(at), &language, None, new).await.unwrap();
        }
        let other = elsewhere(server).await;
        let text = refusal(&other, |it| {
            it.objects.revisions.values_mut().for_each(|revision| revision.source = None);
        }, server).await;
        assert!(text.contains("a section needs at least one question"), "{text}");
        travel(server, &other).await;
        assert_eq!(leave(&other.operator()).await, leave(&server.operator()).await);
        let checked = other.operator().fsck(false, &mut |_| {}).await.unwrap();
        assert!(checked.findings.is_empty(), "{:#?}", checked.findings);
        assert_eq!(other.parents(target("lib/quiz")).await, ["lesson"]);
        other.stop().await;
    }

    async fn arriving_again_moves_nothing(server: &Server) {
        fill(server).await;
        let other = elsewhere(server).await;
        travel(server, &other).await;
        let before = events::last_number(other.store().await.reader()).await.unwrap();
        let again = travel(server, &other).await;
        let known = Received { known_revisions: 9, ..Received::default() };
        assert_eq!(again, known);
        assert_eq!(events::last_number(other.store().await.reader()).await.unwrap(), before);
        other.stop().await;
    }

    async fn a_dry_run_says_the_same_and_does_nothing(server: &Server) {
        fill(server).await;
        let other = elsewhere(server).await;
        let arrival = arrival(leave(&server.operator()).await);
        let dry = other.operator().receive(Arc::clone(&arrival), true).await.unwrap();
        assert!(other.operator().libraries().await.unwrap().is_empty());
        copy_blobs(&server.operator(), &other.operator(), &arrival).await;
        assert_eq!(other.operator().receive(arrival, false).await.unwrap(), dry);
        other.stop().await;
    }

    async fn heads_that_go_on_move_and_those_that_do_not_wait(server: &Server) {
        fill(server).await;
        let other = elsewhere(server).await;
        travel(server, &other).await;
        server.save("lib/lesson", json!({"title": "Renewed", "placements": [placed(1, "page")]})).await;
        server.save("lib/page", topic("Four.")).await;
        other.save("lib/page", topic("Mine.")).await;
        let received = travel(server, &other).await;
        assert_eq!((received.new_revisions, received.moved_heads), (2, 1));
        assert_eq!(received.diverged.len(), 1);
        assert_eq!(received.diverged[0].arrived_on, key("remote.north"));
        assert_eq!(other.stored("lib/page").await["body"], "Mine.\n");
        assert_eq!(other.stored("lib/lesson").await["title"], "Renewed");
        let remote = other.operator().at(&key("remote.north"), None).await.unwrap();
        let page = remote.component(&reference("lib/page")).await.unwrap();
        assert_eq!(serde_json::to_value(page.content).unwrap()["body"], "Four.\n");
        // More of the same goes on there.
        server.save("lib/page", topic("Five.")).await;
        let received = travel(server, &other).await;
        assert!(received.new_branches.is_empty());
        let page = remote.component(&reference("lib/page")).await.unwrap();
        assert_eq!(serde_json::to_value(page.content).unwrap()["body"], "Five.\n");
        // And the other way round.
        let back = travel(&other, server).await;
        assert_eq!(back.diverged.len(), 1);
        assert_eq!(server.stored("lib/page").await["body"], "Five.\n");
        other.stop().await;
    }

    async fn rules_changed_on_both_sides_are_merged_or_named(server: &Server) {
        let terms = [("fire", "Fire"), ("water", "Water")];
        vocabulary(server, "topics", "tags", &terms).await;
        vocabulary(server, "levels", "audience", &[]).await;
        synonyms(server, "a, b\n").await;
        let other = elsewhere(server).await;
        travel(server, &other).await;
        // Each renames another term: both hold.
        vocabulary(server, "topics", "tags", &[("fire", "Fire safety"), ("water", "Water")]).await;
        vocabulary(&other, "topics", "tags", &[("fire", "Fire"), ("water", "Water damage")]).await;
        let met = travel(server, &other).await;
        assert_eq!((met.new_rules, met.merged_rules.len(), met.rule_conflicts.len()), (1, 1, 0));
        assert_eq!(met.merged_rules[0].name, "topics");
        assert_eq!(labels(&other, "topics").await, ["Fire safety", "Water damage"]);
        let back = travel(&other, server).await;
        assert_eq!((back.new_rules, back.merged_rules.len()), (2, 0), "it goes on from both");
        assert_eq!(labels(server, "topics").await, ["Fire safety", "Water damage"]);
        assert!(travel(server, &other).await.brought_nothing());
        // Both give one term another label, and one of them takes away what the other changed.
        vocabulary(server, "topics", "tags", &[("fire", "Flames"), ("water", "Water damage")]).await;
        vocabulary(&other, "topics", "tags", &[("fire", "Blaze"), ("water", "Water damage")]).await;
        vocabulary(server, "levels", "audience", &[("one", "One")]).await;
        let stands = other.operator().vocabulary(&key(LIBRARY), &key("levels")).await.unwrap();
        let stands = stands.state.version;
        other.operator().remove_vocabulary(&key(LIBRARY), &key("levels"), stands).await.unwrap();
        synonyms(&other, "c, d\n").await;
        let met = travel(server, &other).await;
        let named: Vec<_> = met.rule_conflicts.iter().map(|it| it.rule.name.as_str()).collect();
        assert_eq!(named, ["levels", "topics"]);
        assert!(met.rule_conflicts[1].because.contains(&"/terms/fire/labels/en".to_owned()), "{met:?}");
        assert_eq!(met.new_rules, 0, "nothing of theirs was taken");
        assert_eq!(labels(&other, "topics").await, ["Blaze", "Water damage"]);
        assert_eq!(other.operator().synonyms(&key(LIBRARY)).await.unwrap().text, "c, d\n");
        // One side follows the other by hand: then they agree.
        vocabulary(&other, "topics", "tags", &[("fire", "Flames"), ("water", "Water damage")]).await;
        let met = travel(server, &other).await;
        assert_eq!(met.rule_conflicts.len(), 1, "{met:?}");
        let checked = other.operator().fsck(false, &mut |_| {}).await.unwrap();
        assert!(checked.findings.is_empty(), "{:#?}", checked.findings);
        other.stop().await;
    }

    async fn a_field_stays_bound_to_one_vocabulary(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        let other = elsewhere(server).await;
        travel(server, &other).await;
        vocabulary(server, "theirs", "tags", &[]).await;
        vocabulary(server, "free", "keywords", &[]).await;
        vocabulary(&other, "ours", "tags", &[]).await;
        let met = travel(server, &other).await;
        assert_eq!((met.new_rules, met.rule_conflicts.len()), (1, 1));
        assert_eq!(met.rule_conflicts[0].rule.name, "theirs");
        assert_eq!(met.rule_conflicts[0].because, ["it binds `tags`, as `ours` does"]);
        let keys = other.operator().vocabularies(&key(LIBRARY)).await.unwrap();
        let keys: Vec<_> = keys.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(keys, ["free", "ours"]);
        other.stop().await;
    }

    async fn of_two_decisions_who_looks_after_a_component_the_later_holds(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.create("lib/other", Kind::Topic, topic("Two.")).await;
        let other = elsewhere(server).await;
        travel(server, &other).await;
        care(server, "lib/page", None, "2027-01-01").await;
        care(&other, "lib/other", None, "2027-01-01").await;
        care(&other, "lib/page", None, "2028-01-01").await;
        care(server, "lib/other", None, "2028-01-01").await;
        let met = travel(server, &other).await;
        assert_eq!((met.care_replaced, met.care_kept), (vec![key("other")], vec![key("page")]));
        let back = travel(&other, server).await;
        assert_eq!((back.care_replaced, back.care_kept), (vec![key("page")], vec![]));
        for at in ["lib/page", "lib/other"] {
            for server in [server, &other] {
                assert_eq!(server.view(at).await.care.review_by.unwrap().to_string(), "2028-01-01");
            }
        }
        assert!(travel(server, &other).await.brought_nothing());
        other.stop().await;
    }

    async fn rules_that_are_not_sound_are_refused(server: &Server) {
        fill(server).await;
        let to = elsewhere(server).await;
        let states: Vec<_> = leave(&server.operator()).await.0.objects.rules.into_values().collect();
        let of = |subject: RuleSubject| {
            states.iter().find(|it| it.subject == subject && it.document.is_some()).unwrap().id
        };
        let (words, list) = (of(RuleSubject::Vocabulary), of(RuleSubject::Synonyms));
        let spoil = async |spoil: &dyn Fn(&mut RuleObject), id| {
            refusal(&to, |it| spoil(it.objects.rules.get_mut(&id).unwrap()), server).await
        };
        let text = spoil(&|it| it.document = Some(json!({"title": ""})), words).await;
        assert!(text.contains("a vocabulary has a title"), "{text}");
        let text = spoil(&|it| it.name = "Not a key".to_owned(), words).await;
        assert!(text.contains("such a name"), "{text}");
        let text = spoil(&|it| it.document.as_mut().unwrap()["title"] = json!(" a  b "), words).await;
        assert!(text.contains("not in the form that is kept"), "{text}");
        let text = spoil(&|it| it.document = Some(json!("alone")), list).await;
        assert!(text.contains("write `a, b`"), "{text}");
        let text = spoil(&|it| it.library = LibraryId::new(), list).await;
        assert!(text.contains("its library does not come along"), "{text}");
        let text = refusal(&to, |it| { it.objects.rules.remove(&list); }, server).await;
        assert!(text.contains("it names objects that do not come along"), "{text}");
        let text = refusal(&to, |it| {
            let mut care = it.objects.care.values().next().unwrap().clone();
            care.component = lcms_core::model::ComponentId::new();
            it.objects.care.insert(care.component, care);
        }, server).await;
        assert!(text.contains("its component does not come along"), "{text}");
        // A state that is known is the same here.
        travel(server, &to).await;
        let text = spoil(&|it| it.document = Some(json!("x, y\n")), list).await;
        assert!(text.contains("here it is another state"), "{text}");
        to.stop().await;
    }

    async fn what_is_spoilt_is_refused(server: &Server) {
        fill(server).await;
        let to = elsewhere(server).await;
        let page = server.view("lib/page").await;
        let (revision, component) = (page.revision.clone(), page.component.id);
        let text = refusal(&to, |it| {
            it.documents.get_mut(&revision.content).unwrap().push(b' ');
        }, server).await;
        assert!(text.contains("not what its digest says"), "{text}");
        let text = refusal(&to, |it| { it.documents.remove(&revision.content); }, server).await;
        assert!(text.contains("neither comes along nor is here"), "{text}");
        let stray = b"{}x".to_vec();
        let text = refusal(&to, |it| {
            it.documents.insert(Digest::of_bytes(&stray), stray);
        }, server).await;
        assert!(text.contains("nothing names this document"), "{text}");
        let parent = revision.parent.unwrap();
        let text = refusal(&to, |it| {
            it.objects.revisions.remove(&parent);
            it.objects.order.retain(|place| *place != Place::Revision(parent));
        }, server).await;
        assert!(text.contains("something goes on from it"), "{text}");
        let text = refusal(&to, |it| { it.objects.order.reverse(); }, server).await;
        assert!(text.contains("cannot be its parent"), "{text}");
        let text = refusal(&to, |it| {
            it.objects.components.get_mut(&component).unwrap().kind = Kind::Course;
        }, server).await;
        assert!(text.contains("it is a topic and its component a course"), "{text}");
        let text = refusal(&to, |it| {
            for tree in it.objects.trees.values_mut() {
                for slot in &mut tree.slots {
                    if let TreeChild::Leaf { content, .. } = &mut slot.holds {
                        *content = revision.content;
                    }
                }
            }
        }, server).await;
        assert!(text.contains("the tree is not what its digest says"), "{text}");
        let text = refusal(&to, |it| {
            let spring = it.objects.branches.get_mut(&key("spring")).unwrap();
            spring.base.branch = key("spring");
        }, server).await;
        assert!(text.contains("may stand on each other"), "{text}");
        let text = refusal(&to, |it| {
            it.objects.components.remove(&component);
        }, server).await;
        assert!(text.contains("its component does not come along"), "{text}");
        to.stop().await;
    }

    async fn ids_and_keys_that_clash_are_refused(server: &Server) {
        fill(server).await;
        let to = elsewhere(server).await;
        to.library(LIBRARY).await;
        let text = refusal(&to, |_| {}, server).await;
        assert!(text.contains("is another one"), "{text}");
        to.stop().await;
        let to = elsewhere(server).await;
        travel(server, &to).await;
        server.create("lib/new", Kind::Topic, topic("There.")).await;
        to.create("lib/new", Kind::Topic, topic("Here.")).await;
        let text = refusal(&to, |_| {}, server).await;
        assert!(text.contains("rename one of them"), "{text}");
        let revision = server.view("lib/file").await.revision;
        let text = refusal(&to, |it| {
            it.objects.revisions.get_mut(&revision.id).unwrap().language = "de".parse().unwrap();
        }, server).await;
        assert!(text.contains("here it is another revision"), "{text}");
        to.stop().await;
    }

    async fn a_missing_file_is_refused(server: &Server) {
        fill(server).await;
        let to = elsewhere(server).await;
        let arrival = arrival(leave(&server.operator()).await);
        let error = to.operator().receive(arrival, false).await.unwrap_err();
        assert!(error.to_string().contains("neither comes along nor is here"), "{error}");
        assert!(to.operator().libraries().await.unwrap().is_empty());
        to.stop().await;
    }

    async fn references_into_other_libraries_need_their_target(server: &Server) {
        server.library("shared").await;
        let notice = server.create("shared/notice", Kind::Topic, topic("Legal.")).await;
        let placements = [json!({"component": "shared/notice"})];
        server.create("lib/lesson", Kind::Lesson, lesson(&placements)).await;
        let (gathered, documents) = leave(&server.operator()).await;
        let external = gathered.objects.externals.first().unwrap();
        assert_eq!((external.id, external.library.as_str()), (notice.component.id, "shared"));
        let to = elsewhere(server).await;
        let alone = arrival((gathered, documents));
        let error = to.operator().receive(alone, false).await.unwrap_err();
        assert!(error.to_string().contains("`shared/notice` is referred to"), "{error}");
        let whole = server.operator().gather(&[key(LIBRARY)], true).await.unwrap();
        assert_eq!(whole.objects.libraries.len(), 2);
        assert!(whole.objects.externals.is_empty());
        to.stop().await;
    }

    async fn only_admins_take_libraries_in(server: &Server) {
        fill(server).await;
        let arrival = arrival(leave(&server.operator()).await);
        let author = server.user("ann", &[(Role::Author, LIBRARY)]).await;
        let error = author.receive(Arc::clone(&arrival), false).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        let admin = server.user("bea", &[(Role::Admin, LIBRARY)]).await;
        assert_eq!(admin.receive(arrival, false).await.unwrap().new_revisions, 0);
        assert!(admin.actor().scopes().contains(&Right::Administer));
    }

    async fn tombstones_travel_and_stay(server: &Server) {
        fill(server).await;
        let whole = arrival(leave(&server.operator()).await);
        let gone = server.operator().component(&reference("lib/page@1")).await.unwrap().revision;
        server.operator().redact(gone.content, Some("licence".to_owned())).await.unwrap();
        let to = elsewhere(server).await;
        assert_eq!(travel(server, &to).await.new_redactions, 1);
        assert_eq!(leave(&to.operator()).await, leave(&server.operator()).await);
        // The bytes do not come back by way of a server that has them.
        let again = to.operator().receive(whole, false).await.unwrap();
        assert_eq!((again.new_documents, again.new_redactions), (0, 0));
        assert!(to.operator().documents(&[gone.content]).await.unwrap().is_empty());
        to.stop().await;
    }

    async fn any_history_arrives_as_it_left(server: &Server) {
        for seed in 1..5 {
            let (from, to) = (Server::start(server.engine).await, elsewhere(server).await);
            live(&from, seed).await;
            travel(&from, &to).await;
            assert_eq!(leave(&to.operator()).await, leave(&from.operator()).await, "seed {seed}");
            // Both go on, meet, and know afterwards what the other knows.
            go_on(&from, "Here.").await;
            go_on(&to, "There.").await;
            travel(&from, &to).await;
            travel(&to, &from).await;
            travel(&from, &to).await;
            let revisions = |it: (Gathered, Documents)| it.0.objects.revisions.into_keys().collect::<Vec<_>>();
            let (here, there) = (leave(&from.operator()).await, leave(&to.operator()).await);
            assert_eq!(revisions(here), revisions(there), "seed {seed}");
            from.stop().await;
            to.stop().await;
        }
    }

    async fn labels_and_notes_travel(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page")])).await;
        let new = NewRelease {
            label: Some("2026.1".into()),
            notes: "First.".into(),
            ..NewRelease::default()
        };
        let made = server.operator().release(&target("lib/lesson"), new).await.unwrap().release;
        let to = elsewhere(server).await;
        travel(server, &to).await;
        let there = to.operator().release_by_digest(made.digest).await.unwrap().release;
        assert_eq!((there.id, there.label, there.notes), (made.id, made.label, made.notes));
        to.stop().await;
    }
}

/// A small source of choices that is the same every time.
struct Choices(u64);

impl Choices {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Pages, lessons, edits, reviews, releases, branches, rules and care in any order.
pub(crate) async fn live(server: &Server, seed: u64) {
    server.create("lib/page-0", Kind::Topic, topic("Begin.")).await;
    server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page-0")])).await;
    live_for(server, seed, 30).await;
}

/// More of the same.
pub(crate) async fn live_on(server: &Server, seed: u64) {
    live_for(server, seed, 8).await;
}

async fn live_for(server: &Server, seed: u64, steps: usize) {
    let mut choices = Choices(seed);
    let mut branches = vec![key("main")];
    let mut pages = 1;
    for step in 0..steps {
        let page = format!("lib/page-{}", choices.below(pages));
        match choices.below(9) {
            7 => {
                let label = format!("Label {}", choices.below(3));
                vocabulary(server, "topics", "tags", &[("one", &label)]).await;
            }
            8 => care(server, &page, None, &format!("2027-01-0{}", 1 + choices.below(3))).await,
            0 => {
                let at = format!("lib/page-{pages}");
                if server.operator().component(&reference(&at)).await.is_ok() {
                    pages += 1;
                    continue;
                }
                server.create(&at, Kind::Topic, topic(&format!("Page {step}."))).await;
                pages += 1;
            }
            1 => {
                let held: Vec<_> =
                    (0..pages.min(3)).map(|n| placed(n + 1, &format!("page-{n}"))).collect();
                server.save("lib/lesson", lesson(&held)).await;
            }
            2 => {
                let step = [Transition::Submit, Transition::Withdraw, Transition::Approve];
                let step = step[usize::try_from(choices.below(3)).unwrap()];
                let _may_not_fit = server.operator().transition(&target(&page), step).await;
            }
            3 => {
                server.release("lib/lesson").await;
            }
            4 if branches.len() < 4 => {
                let here = events::last_number(server.store().await.reader()).await.unwrap();
                let name = format!("branch-{seed}-{}", branches.len());
                branch(server, &name, here).await;
                branches.push(key(&name));
            }
            _ => {
                let on = &branches[usize::try_from(choices.below(branches.len() as u64)).unwrap()];
                let there = server.operator().at(on, None).await.unwrap();
                let Ok(view) = there.component(&reference(&page)).await else { continue };
                let text = format!("Line {}.\n\nMore.", choices.below(4));
                let new = serde_json::from_value(json!({"content": topic(&text)})).unwrap();
                there.save(&target(&page), view.revision.id, new).await.unwrap();
            }
        }
    }
}

async fn go_on(server: &Server, text: &str) {
    server.save("lib/page-0", topic(text)).await;
    server.save("lib/lesson", json!({"title": text, "placements": [placed(1, "page-0")]})).await;
}
