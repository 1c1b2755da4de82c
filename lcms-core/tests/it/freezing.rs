//! What a release digest says: the whole closure, and nothing but the closure.

use std::collections::BTreeMap;

use lcms_core::model::{Kind, Release, Target};
use lcms_core::service::SaveComponent;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::documents::{
    assessment, component_id, course, lesson, module, placed, question, topic, with,
};
use crate::harness::{Engine, Server, key, new_component, target};

/// A course with an answer option five levels down: course → module → module → lesson →
/// assessment → question. Ids are fixed, so that two servers can hold the same course.
async fn make_course(server: &Server, keys: &str) {
    let id = |n| component_id(n).to_string();
    for (n, kind, content) in [
        (6, Kind::Question, question("A boat")),
        (5, Kind::Assessment, assessment(&[placed(5, &id(6))])),
        (7, Kind::Topic, topic("Some text.")),
        (4, Kind::Lesson, lesson(&[placed(6, &id(7)), placed(4, &id(5))])),
        (3, Kind::Module, module(&[placed(3, &id(4))])),
        (2, Kind::Module, module(&[placed(2, &id(3))])),
        (1, Kind::Course, course(&[placed(1, &id(2))])),
    ] {
        let mut request = new_component(&format!("lib/{keys}{n}"), kind, content);
        request.id = Some(component_id(n));
        server.operator().create(request, None).await.unwrap();
    }
}

async fn release(server: &Server) -> Release {
    server.release(&component_id(1).to_string()).await
}

async fn save(server: &Server, n: u64, content: Value) {
    server.save(&component_id(n).to_string(), content).await;
}

on_every_engine! {
    async fn a_change_five_levels_down_changes_it_and_reverting_gives_it_back(server: &Server) {
        make_course(server, "c").await;
        let before = release(server).await;
        save(server, 6, question("A ship")).await;
        let changed = release(server).await;
        assert_ne!(changed.digest, before.digest);
        assert_ne!(changed.content_root, before.content_root);
        assert_eq!(changed.metadata_root, before.metadata_root, "no metadata was touched");
        save(server, 6, question("A boat")).await;
        assert_eq!(release(server).await, before, "the same closure is the same release");
    }

    async fn a_metadata_change_touches_no_content_root(server: &Server) {
        make_course(server, "c").await;
        let before = release(server).await;
        let question = component_id(6).to_string();
        server.save_metadata(&question, json!({"tags": ["boats"]})).await;
        let tagged = release(server).await;
        assert_eq!(tagged.content_root, before.content_root);
        assert_ne!(tagged.metadata_root, before.metadata_root);
        assert_ne!(tagged.digest, before.digest, "nothing in a package escapes the digest");
        server.save_metadata(&question, json!({})).await;
        assert_eq!(release(server).await.digest, before.digest);
    }

    async fn the_same_closure_has_the_same_digest_on_every_server(server: &Server) {
        make_course(server, "c").await;
        let here = release(server).await;

        // Another server with another history, other keys and another order of work.
        let other = Server::start(Engine::Sqlite).await;
        make_course(&other, "other-key-").await;
        save(&other, 6, question("A wreck")).await;
        release(&other).await;
        save(&other, 6, question("A boat")).await;
        other.operator().rename(&target(&component_id(2).to_string()), key("x")).await.unwrap();
        let there = release(&other).await;
        assert_eq!(there.digest, here.digest);
        assert_eq!(there.content_root, here.content_root);
        assert_eq!(there.metadata_root, here.metadata_root);
        assert_ne!(there.id, here.id);
        other.stop().await;
    }

    async fn the_order_of_slots_matters(server: &Server) {
        make_course(server, "c").await;
        let id = |n| component_id(n).to_string();
        let before = release(server).await;
        save(server, 4, lesson(&[placed(4, &id(5)), placed(6, &id(7))])).await;
        assert_ne!(release(server).await.content_root, before.content_root);
    }

    async fn overrides_and_conditions_are_part_of_it(server: &Server) {
        make_course(server, "c").await;
        let id = |n| component_id(n).to_string();
        let mut seen = vec![release(server).await.digest];
        for (pointer, value) in [
            ("/overrides", json!({"title": "Here"})),
            ("/overrides", json!({"weight": 0})),
            ("/when", json!({"audience": ["admin"]})),
        ] {
            save(server, 1, course(&[with(placed(1, &id(2)), pointer, value)])).await;
            seen.push(release(server).await.digest);
        }
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), all);
    }

    async fn a_link_counts_only_as_its_target(server: &Server) {
        make_course(server, "c").await;
        server.create("lib/linked", Kind::Topic, topic("Elsewhere.")).await;
        save(server, 7, topic("See [[linked]].")).await;
        let before = release(server).await;
        server.save("lib/linked", topic("Elsewhere, changed.")).await;
        assert_eq!(release(server).await.digest, before.digest);
    }

    async fn an_embed_and_an_include_are_part_of_it(server: &Server) {
        make_course(server, "c").await;
        server.create("lib/notice", Kind::Topic, topic("Mind the gap.")).await;
        server.create("lib/ask", Kind::Question, question("Yes")).await;
        save(server, 7, topic("![[ask]]\n\n:::include notice\n")).await;
        let before = release(server).await;
        server.save("lib/notice", topic("Mind the step.")).await;
        let included = release(server).await;
        assert_ne!(included.digest, before.digest);
        server.save("lib/ask", question("No")).await;
        assert_ne!(release(server).await.digest, included.digest);
    }

    async fn a_release_holds_what_it_froze_whatever_happens_later(server: &Server) {
        make_course(server, "c").await;
        let first = release(server).await;
        save(server, 6, question("A ship")).await;
        save(server, 1, course(&[])).await;
        let frozen = server.operator().frozen(first.id).await.unwrap();
        assert_eq!(frozen.nodes.len(), 7);
        assert_eq!(frozen.root().component, component_id(1));
        let asked = frozen.nodes.iter().find(|node| node.component == component_id(6)).unwrap();
        assert!(asked.content.plain_text().contains("A boat"));
        let by_digest = server.operator().release_by_digest(first.digest).await.unwrap();
        assert_eq!(by_digest.release, first);
    }

    async fn releases_made_at_once_on_two_nodes_are_one(server: &Server) {
        make_course(server, "c").await;
        let other = server.node("other").await.operator_without_checks();
        let at = target(&component_id(1).to_string());
        let asked = (0..12).map(|n| {
            let session = if n % 2 == 0 { server.operator() } else { other.clone() };
            let at = at.clone();
            async move { session.release(&at, Default::default()).await.unwrap() }
        });
        let answers = futures::future::join_all(asked).await;
        assert!(answers.iter().all(|answer| answer.release == answers[0].release));
        assert_eq!(answers.iter().filter(|answer| answer.created_now).count(), 1);
    }

    async fn what_a_release_digest_depends_on(server: &Server) {
        // One course of three pages; each step writes one of three texts to one page.
        let pages = [11, 12, 13];
        for page in pages {
            let mut request = new_component(&format!("lib/p{page}"), Kind::Topic, topic("0"));
            request.id = Some(component_id(page));
            server.operator().create(request, None).await.unwrap();
        }
        let placements = pages.map(|page| placed(page, &component_id(page).to_string()));
        server.create("lib/pages", Kind::Lesson, lesson(&placements)).await;
        let mut known = BTreeMap::new();
        let mut texts = [0_u8; 3];
        let mut runner = TestRunner::new(Config { cases: 24, ..Config::default() });
        let steps = (0..3_usize, 0..3_u8);
        tokio::task::block_in_place(|| {
            let runtime = tokio::runtime::Handle::current();
            let known = std::cell::RefCell::new(&mut known);
            let texts = std::cell::RefCell::new(&mut texts);
            runner
                .run(&steps, |(page, text)| {
                    texts.borrow_mut()[page] = text;
                    let digest = runtime.block_on(async {
                        let at = component_id(pages[page]).to_string();
                        server.save(&at, topic(&text.to_string())).await;
                        server.release("lib/pages").await.digest
                    });
                    let now = **texts.borrow();
                    let first = *known.borrow_mut().entry(now).or_insert(digest);
                    prop_assert_eq!(first, digest, "the same texts, another digest: {:?}", now);
                    let alike = known.borrow().values().filter(|d| **d == digest).count();
                    prop_assert_eq!(alike, 1, "other texts, the same digest: {:?}", now);
                    Ok(())
                })
                .unwrap();
        });
    }

    async fn a_release_is_of_one_moment(server: &Server) {
        // A writer moves two pages together, one after the other; a release never holds the
        // second change without the first.
        let ids = [21, 22];
        for id in ids {
            let mut request = new_component(&format!("lib/p{id}"), Kind::Topic, topic("0"));
            request.id = Some(component_id(id));
            server.operator().create(request, None).await.unwrap();
        }
        let placements = ids.map(|id| placed(id, &component_id(id).to_string()));
        server.create("lib/pair", Kind::Lesson, lesson(&placements)).await;
        let writer = server.operator();
        let writing = tokio::spawn(async move {
            for n in 1..=15 {
                for id in ids {
                    let at = Target::Id(component_id(id));
                    let reference = component_id(id).to_string().parse().unwrap();
                    let base = writer.component(&reference).await.unwrap().revision.id;
                    let content = Some(topic(&n.to_string()));
                    let new = SaveComponent { content, ..SaveComponent::default() };
                    writer.save(&at, base, new).await.unwrap();
                }
            }
        });
        let mut done = false;
        while !done {
            done = writing.is_finished();
            let release = server.release("lib/pair").await;
            let frozen = server.operator().frozen(release.id).await.unwrap();
            let text = |slot: usize| -> u32 {
                let node = &frozen.nodes[frozen.root().slots[slot].node];
                node.content.plain_text().trim().parse().unwrap()
            };
            let (first, second) = (text(0), text(1));
            assert!(first == second || first == second + 1, "{first} and {second}");
        }
        writing.await.unwrap();
    }
}
