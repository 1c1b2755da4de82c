//! Where-used and impact: what is answered, to whom, of which branch and which moment.

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, LinkPolicy, Role, Transition};
use lcms_core::service::{Effect, SaveComponent, Session, UsedIn, WhereUsed, WhereUsedQuery};
use serde_json::{Value, json};

use crate::documents::{course, lesson, module, placed, slot_id, topic, with};
use crate::harness::{LIBRARY, Server, key, target};

fn direct() -> WhereUsedQuery {
    WhereUsedQuery { limit: 200, ..WhereUsedQuery::default() }
}

fn transitive() -> WhereUsedQuery {
    WhereUsedQuery { transitive: true, ..direct() }
}

async fn used(session: &Session, at: &str) -> WhereUsed {
    session.where_used(&target(at), &transitive()).await.unwrap()
}

/// `depth key` of each use.
fn named(answer: &WhereUsed) -> Vec<String> {
    let name = |used: &UsedIn| format!("{} {}", used.depth, used.parent.component.key);
    answer.items.iter().map(name).collect()
}

/// Every top with the keys on the way down.
fn ways(answer: &WhereUsed) -> Vec<String> {
    let way = |top: &lcms_core::service::Top| {
        let names: Vec<_> =
            top.path.iter().map(|step| step.name.clone().unwrap_or("?".to_owned())).collect();
        names.join(" > ")
    };
    answer.tops.iter().map(way).collect()
}

async fn save_on(session: &Session, at: &str, content: Value) {
    let reference = at.parse().unwrap();
    let base = session.component(&reference).await.unwrap().revision.id;
    let documents = SaveComponent { content: Some(content), ..SaveComponent::default() };
    session.save(&target(at), base, documents).await.unwrap();
}

/// A page in two lessons, in a module and a course: `course > module > one > page`,
/// `course > two > page`, and `two` again in `other`.
async fn shared_page(server: &Server) {
    server.create("lib/page", Kind::Topic, topic("One.")).await;
    server.create("lib/one", Kind::Lesson, lesson(&[placed(1, "page")])).await;
    server.create("lib/two", Kind::Lesson, lesson(&[placed(2, "page")])).await;
    server.create("lib/module", Kind::Module, module(&[placed(3, "one")])).await;
    let parts = [placed(4, "module"), placed(5, "two")];
    server.create("lib/course", Kind::Course, course(&parts)).await;
    server.create("lib/other", Kind::Course, course(&[placed(6, "two")])).await;
}

on_every_engine! {
    async fn a_use_says_slot_role_policy_version_and_overrides(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        let first = server.view("lib/page").await.revision;
        server.save("lib/page", topic("Two.")).await;
        let pinned =
            json!({"follow": "pinned", "content": first.content, "metadata": first.metadata});
        let own_title = with(placed(2, "page"), "/overrides", json!({"title": "Here"}));
        let pages =
            [with(placed(1, "page"), "/policy", pinned), own_title,
             with(placed(3, "page"), "/policy", json!({"follow": "approved"}))];
        server.create("lib/lesson", Kind::Lesson, lesson(&pages)).await;
        server.create("lib/links", Kind::Topic, topic(":::include page\n")).await;

        let answer =
            server.operator().where_used(&target("lib/page"), &direct()).await.unwrap();
        let told = |slot: u64| {
            answer.items.iter().find(|used| used.slot == slot_id(slot)).unwrap()
        };
        let shown = |used: &UsedIn| used.shows.as_ref().and_then(|shown| shown.number);
        assert_eq!(answer.total, 4);
        assert_eq!(shown(told(1)), Some(1));
        assert!(matches!(told(1).policy, LinkPolicy::Pinned { .. }));
        assert_eq!(shown(told(2)), Some(2));
        assert_eq!(json!(told(2).overrides), json!(["title"]));
        assert_eq!(told(3).shows, None, "nothing is approved");
        assert_eq!(told(2).parent.title, "A lesson");
        let include = answer.items.iter().find(|u| u.parent.component.kind == Kind::Topic);
        assert_eq!(include.unwrap().role.as_str(), "include");
        assert!(answer.tops.is_empty(), "only a transitive question climbs");
    }

    async fn everything_above_is_found_with_the_way_down(server: &Server) {
        shared_page(server).await;
        let answer = used(&server.operator(), "lib/page").await;
        assert_eq!(named(&answer), ["1 one", "1 two", "2 course", "2 module", "2 other", "3 course"]);
        assert_eq!(ways(&answer), ["lib/course > lib/two", "lib/other > lib/two"]);
        assert_eq!(answer.tops[0].path[0].slot, slot_id(5));
        assert_eq!((answer.total, answer.top_total, answer.hidden), (6, 2, 0));
    }

    async fn every_use_is_on_one_page(server: &Server) {
        shared_page(server).await;
        let whole = used(&server.operator(), "lib/page").await;
        let mut query = WhereUsedQuery { limit: 1, ..transitive() };
        let mut items = Vec::new();
        loop {
            let page = server.operator().where_used(&target("lib/page"), &query).await.unwrap();
            assert_eq!(page.total, 6);
            items.extend(page.items);
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(items, whole.items);
        query.cursor = Some("nonsense".to_owned());
        let error = server.operator().where_used(&target("lib/page"), &query).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }

    async fn parents_that_may_not_be_read_are_counted_and_not_named(server: &Server) {
        server.library("secret").await;
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.create("secret/lesson", Kind::Lesson, lesson(&[placed(1, "lib/page")])).await;
        server.create("lib/course", Kind::Course, course(&[placed(2, "secret/lesson")])).await;
        let ann = server.user("ann", &[(Role::Viewer, LIBRARY)]).await;
        let answer = used(&ann, "lib/page").await;
        assert_eq!((named(&answer), answer.hidden), (vec!["2 course".to_owned()], 1));
        assert_eq!(ways(&answer), ["lib/course > ?"]);
        assert_eq!(used(&server.operator(), "lib/page").await.hidden, 0);
        let impact = ann.impact(&target("lib/page")).await.unwrap();
        assert_eq!((impact.hidden, impact.libraries.len(), impact.tops.len()), (1, 0, 1));
    }

    async fn the_past_is_answered_as_it_was(server: &Server) {
        shared_page(server).await;
        let before = server.last_event().await;
        server.save("lib/course", course(&[placed(5, "two")])).await;
        server.operator().delete(&target("lib/module")).await.unwrap();
        server.save("lib/one", lesson(&[])).await;
        let now = used(&server.operator(), "lib/page").await;
        assert_eq!(named(&now), ["1 two", "2 course", "2 other"]);
        let then = server.operator().at(&key("main"), Some(before)).await.unwrap();
        let then = used(&then, "lib/page").await;
        assert_eq!(named(&then), ["1 one", "1 two", "2 course", "2 module", "2 other", "3 course"]);

        let deleted = server.last_event().await;
        server.operator().restore(&target("lib/module")).await.unwrap();
        assert_eq!(named(&used(&server.operator(), "lib/one").await), ["1 module"]);
        let then = server.operator().at(&key("main"), Some(deleted)).await.unwrap();
        assert_eq!(named(&used(&then, "lib/one").await), [""; 0], "it was deleted then");
    }

    async fn a_branch_sees_its_own_uses_over_those_below(server: &Server) {
        shared_page(server).await;
        let branch = server.branch("spring").await;
        assert_eq!(named(&used(&branch, "lib/page").await).len(), 6);
        save_on(&branch, "lib/one", lesson(&[])).await;
        save_on(&branch, "lib/other", course(&[placed(6, "two"), placed(7, "one")])).await;
        server.save("lib/two", lesson(&[])).await;
        let there = used(&branch, "lib/page").await;
        assert_eq!(named(&there), ["1 two", "2 course", "2 other"]);
        assert_eq!(named(&used(&branch, "lib/one").await), ["1 module", "1 other", "2 course"]);
        let main = used(&server.operator(), "lib/page").await;
        assert_eq!(named(&main), ["1 one", "2 module", "3 course"]);
    }

    async fn a_refused_deletion_names_every_course_on_any_branch(server: &Server) {
        shared_page(server).await;
        let branch = server.branch("spring").await;
        server.save("lib/one", lesson(&[])).await;
        server.save("lib/two", lesson(&[])).await;
        let delete = || async { server.operator().delete(&target("lib/page")).await };
        let error = delete().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "the branch still shows it");
        for name in ["`lib/one`", "`lib/two`", "`lib/course`", "`lib/other`"] {
            assert!(error.message().contains(name), "{error}");
        }
        save_on(&branch, "lib/one", lesson(&[])).await;
        save_on(&branch, "lib/two", lesson(&[])).await;
        delete().await.unwrap();
    }

    async fn impact_tells_what_follows_at_once_when_approved_or_never(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        let page = server.view("lib/page").await.revision;
        let following = |slot, component, policy: Value| with(placed(slot, component), "/policy", policy);
        let approved = json!({"follow": "approved"});
        let pinned =
            json!({"follow": "pinned", "content": page.content, "metadata": page.metadata});
        server.create("lib/latest", Kind::Lesson, lesson(&[placed(1, "page")])).await;
        server.create("lib/approved", Kind::Lesson, lesson(&[following(2, "page", approved)])).await;
        server.create("lib/pinned", Kind::Lesson, lesson(&[following(3, "page", pinned)])).await;
        let frozen = server.release("lib/latest").await;
        let whole = json!({"follow": "release", "release": frozen.id});
        let old = server.view("lib/latest").await.revision;
        server.save("lib/latest", with(lesson(&[placed(1, "page")]), "/title", json!("New"))).await;
        let old = json!({"follow": "pinned", "content": old.content, "metadata": old.metadata});
        for (n, (name, part)) in [
            ("at-once", placed(4, "latest")),
            ("pinned-above", following(5, "latest", old)),
            ("when-approved", placed(6, "approved")),
            ("never", placed(7, "pinned")),
            ("whole", following(8, "latest", whole)),
        ].into_iter().enumerate() {
            let title = with(course(&[part]), "/title", json!(format!("Course {n}")));
            server.create(&format!("lib/{name}"), Kind::Course, title).await;
        }
        server.release("lib/at-once").await;

        let impact = server.operator().impact(&target("lib/page")).await.unwrap();
        let told: Vec<_> = impact
            .tops
            .iter()
            .map(|touched| (touched.top.component.key.to_string(), touched.effect))
            .collect();
        let expected = [
            ("at-once", Effect::AtOnce),
            ("pinned-above", Effect::AtOnce), // only the lesson's own document is pinned
            ("when-approved", Effect::OnceApproved),
            ("never", Effect::None),
            ("whole", Effect::None),
        ].map(|(name, effect)| (name.to_owned(), effect));
        assert_eq!(told, expected);
        assert_eq!(impact.tops[0].latest_release.as_ref().map(|r| r.number), Some(1));
        assert_eq!((impact.uses.latest, impact.uses.approved, impact.uses.pinned), (1, 1, 1));
        assert_eq!(impact.libraries[&key(LIBRARY)], 3);

        let operator = server.operator();
        operator.transition(&target("lib/page"), Transition::Submit).await.unwrap();
        operator.transition(&target("lib/page"), Transition::Approve).await.unwrap();
        let impact = operator.impact(&target("lib/page")).await.unwrap();
        assert_eq!(impact.state.to_string(), "approved", "an edit loses it");
    }

    async fn what_only_a_pinned_version_holds_is_found_when_asked_for(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page")])).await;
        server.create("lib/module", Kind::Module, module(&[placed(2, "lesson")])).await;
        let pin = |at: lcms_core::service::ComponentView| {
            json!({"follow": "pinned", "content": at.revision.content,
                "metadata": at.revision.metadata})
        };
        let old_lesson = with(placed(3, "lesson"), "/policy", pin(server.view("lib/lesson").await));
        let old_module = with(placed(4, "module"), "/policy", pin(server.view("lib/module").await));
        server.create("lib/direct", Kind::Course, course(&[old_lesson])).await;
        server.create("lib/through", Kind::Course, course(std::slice::from_ref(&old_module))).await;
        server.create("lib/gone", Kind::Course, course(&[with(old_module, "/id", json!(slot_id(5)))])).await;
        server.operator().delete(&target("lib/gone")).await.unwrap();
        let ask = async || {
            let query = WhereUsedQuery { earlier: true, ..transitive() };
            let used = server.operator().where_used(&target("lib/page"), &query).await.unwrap();
            let found = used.earlier.iter();
            let found = found.map(|it| (it.parent.component.key.to_string(), it.depth));
            (used.total, found.collect::<Vec<_>>())
        };
        // While heads hold it, they are all there is to say.
        assert_eq!(ask().await.1, []);
        server.save("lib/lesson", lesson(&[])).await;
        // The old module follows the lesson's head, which holds nothing.
        assert_eq!(ask().await, (0, vec![("direct".to_owned(), 2)]));
        server.save("lib/module", module(&[])).await;
        server.save("lib/lesson", lesson(&[placed(1, "page")])).await;
        let found = vec![("through".to_owned(), 3)];
        assert_eq!(ask().await.1, found, "the pinned module's lesson holds it again");
    }

    async fn what_stands_above_a_pinned_version_is_found_up_to_the_top(server: &Server) {
        server.create("lib/page", Kind::Topic, topic("One.")).await;
        server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page")])).await;
        let old = server.view("lib/lesson").await.revision;
        let pin = json!({"follow": "pinned", "content": old.content, "metadata": old.metadata});
        let pinned = with(placed(2, "lesson"), "/policy", pin);
        server.create("lib/holder", Kind::Module, module(&[pinned])).await;
        server.create("lib/above", Kind::Module, module(&[placed(3, "holder")])).await;
        server.create("lib/top", Kind::Course, course(&[placed(4, "above"), placed(5, "holder")])).await;
        server.create("lib/gone", Kind::Module, module(&[placed(6, "holder")])).await;
        // What follows the lesson's head does not hold the page any more.
        server.create("lib/follower", Kind::Course, course(&[placed(8, "lesson")])).await;
        server.save("lib/lesson", lesson(&[])).await;
        server.operator().delete(&target("lib/gone")).await.unwrap();
        let query = WhereUsedQuery { earlier: true, ..transitive() };
        let used = server.operator().where_used(&target("lib/page"), &query).await.unwrap();
        let found = used.earlier.iter().map(|it| (it.parent.component.key.as_str(), it.depth));
        let expected = [("holder", 2), ("above", 3), ("top", 3), ("top", 4)];
        assert_eq!(found.collect::<Vec<_>>(), expected);
        assert_eq!((used.total, used.earlier_total), (0, 4));
    }
}
