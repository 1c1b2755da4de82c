//! What a search finds beside the heads of `main`: other languages, branches, moments, releases,
//! what was replaced; what is like something, and who may know of it.

use lcms_core::index::{Facet, Likeness, Note};
use lcms_core::model::{Kind, Moment, Role};
use lcms_core::service::{
    Among, ChangeSynonyms, Draught, SaveComponent, SaveTranslation, SaveVocabulary, SearchQuery,
    Session, SetCare, SimilarQuery,
};
use lcms_core::{ErrorKind, Result};
use serde_json::json;

use crate::documents::{topic, with};
use crate::harness::{LIBRARY, Server, key, reference, target};

async fn ask(session: &Session, query: SearchQuery) -> Result<Vec<String>> {
    let page = session.search(SearchQuery { limit: 50, ..query }).await?.page;
    assert_eq!(page.total as usize, page.hits.len());
    let mut keys: Vec<_> =
        page.hits.into_iter().map(|hit| format!("{}@{}", hit.key, hit.number)).collect();
    keys.sort();
    Ok(keys)
}

fn text(text: &str) -> SearchQuery {
    SearchQuery { text: text.to_owned(), limit: 50, ..SearchQuery::default() }
}

async fn found(session: &Session, words: &str) -> Vec<String> {
    ask(session, text(words)).await.unwrap()
}

async fn among(session: &Session, words: &str, among: Among) -> Vec<String> {
    ask(session, SearchQuery { among, ..text(words) }).await.unwrap()
}

async fn save(session: &Session, at: &str, content: serde_json::Value) {
    let base = session.component(&reference(at)).await.unwrap().revision.id;
    let documents = SaveComponent { content: Some(content), ..SaveComponent::default() };
    session.save(&target(at), base, documents).await.unwrap();
}

async fn versions_indexed(server: &Server) {
    assert!(server.lcms.indexing().catch_up_versions().await.unwrap().is_current());
}

/// A text of so many words that depends on a number.
fn prose(seed: usize, words: usize) -> String {
    (0..words).map(|n| format!("word{} ", seed * 1000 + n)).collect()
}

on_every_engine! {
    async fn a_component_is_found_in_each_language_it_is_written_in(server: &Server) {
        server.create("lib/key", Kind::Topic, topic("Renew the access key.")).await;
        let german = SaveTranslation {
            content: with(topic("Erneuern Sie die Schlüssel."), "/title", json!("Schlüsselwechsel")),
            metadata: None,
            source: None,
            message: String::new(),
        };
        let operator = server.operator();
        operator.save_translation(&target("lib/key"), &"de".parse().unwrap(), None, german).await.unwrap();
        server.lcms.indexing().catch_up().await.unwrap();
        assert_eq!(found(&operator, "keys").await, ["key@1"]);
        assert_eq!(found(&operator, "Schlüsseln").await, ["key@1"], "a German stem");
        assert_eq!(found(&operator, "schlusel").await, ["key@1"], "a typo");
        let page = operator.search(text("erneuert")).await.unwrap().page;
        let hit = &page.hits[0];
        assert_eq!((hit.language.as_str(), hit.title.as_str()), ("de", "Schlüsselwechsel"));
        assert_eq!(hit.languages, ["en", "de"]);
        let mut only = text("");
        only.filters.insert(Facet::Language, vec!["de".into()]);
        assert_eq!(ask(&operator, only).await.unwrap(), ["key@1"]);
    }

    async fn somebody_finds_what_they_saved_at_once(server: &Server) {
        let ann = server.user("ann", &[(Role::Author, LIBRARY)]).await;
        ann.create(crate::harness::new_component("lib/a", Kind::Topic, topic("A mariner.")), None)
            .await
            .unwrap();
        // Nobody follows the log here: the search itself does, for who saved.
        assert_eq!(found(&ann, "mariner").await, ["a@1"]);
    }

    async fn a_branch_is_searched_as_it_is_seen(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("A mariner.")).await;
        server.create("lib/b", Kind::Topic, topic("Another mariner.")).await;
        let spring = server.branch("spring").await;
        save(&spring, "lib/a", topic("A sailor.")).await;
        server.save("lib/b", topic("A captain.")).await;
        versions_indexed(server).await;
        server.lcms.indexing().catch_up().await.unwrap();
        let main = server.operator();
        assert_eq!(found(&main, "mariner").await, ["a@1"]);
        assert_eq!(found(&main, "captain").await, ["b@2"]);
        assert_eq!(found(&spring, "sailor").await, ["a@2"]);
        assert_eq!(found(&spring, "mariner").await, ["b@1"], "what main had when it was made");
        assert_eq!(found(&spring, "captain").await, [""; 0]);
        assert_eq!(found(&main, "sailor").await, [""; 0]);
    }

    async fn a_moment_a_release_and_what_was_replaced_can_be_searched(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("A mariner.")).await;
        let lesson = json!({"title": "Lesson", "placements": [{"component": "lib/a"}]});
        server.create("lib/lesson", Kind::Lesson, lesson).await;
        let before = server.last_event().await;
        let release = server.release("lib/lesson").await;
        server.save("lib/a", topic("A sailor.")).await;
        server.create("lib/c", Kind::Topic, topic("A mariner and a sailor.")).await;
        versions_indexed(server).await;
        let operator = server.operator();
        let then = operator.at_moment(&Moment::after(before)).await.unwrap();
        assert_eq!(found(&then, "mariner").await, ["a@1"]);
        assert_eq!(found(&then, "sailor").await, [""; 0]);
        let frozen = Among::Release(release.id.to_string().parse().unwrap());
        assert_eq!(among(&operator, "mariner", frozen.clone()).await, ["a@1"]);
        assert_eq!(among(&operator, "", frozen).await, ["a@1", "lesson@1"]);
        assert_eq!(among(&operator, "mariner", Among::Superseded).await, ["a@1"]);
        assert_eq!(among(&operator, "sailor", Among::Superseded).await, [""; 0]);
        server.save("lib/lesson", json!({"title": "Lesson", "placements": []})).await;
        operator.delete(&target("lib/a")).await.unwrap();
        versions_indexed(server).await;
        assert_eq!(among(&operator, "mariner", Among::Superseded).await, [""; 0]);
        operator.restore(&target("lib/a")).await.unwrap();
        versions_indexed(server).await;
        assert_eq!(among(&operator, "mariner", Among::Superseded).await, ["a@1"]);
    }

    async fn versions_lived_through_are_those_read_at_one_go(server: &Server) {
        versions_indexed(server).await;
        let spring = server.branch("spring").await;
        for n in 0..4 {
            let at = format!("lib/c{}", n % 2);
            if n < 2 {
                server.create(&at, Kind::Topic, topic(&format!("A boat {n}."))).await;
            } else {
                server.save(&at, topic(&format!("A boat {n}."))).await;
            }
            versions_indexed(server).await;
        }
        drop(spring);
        let every = SearchQuery { among: Among::Superseded, ..text("boat") };
        let lived = ask(&server.operator(), every.clone()).await.unwrap();
        assert_eq!(lived.len(), 2);
        server.lcms.indexing().rebuild().await.unwrap();
        versions_indexed(server).await;
        assert_eq!(ask(&server.operator(), every).await.unwrap(), lived);
    }

    async fn synonyms_count_in_their_library_only(server: &Server) {
        server.library("other").await;
        for library in ["lib", "other"] {
            server.create(&format!("{library}/leave"), Kind::Topic, topic("How to ask for leave.")).await;
        }
        server.lcms.indexing().catch_up().await.unwrap();
        let operator = server.operator();
        assert_eq!(found(&operator, "holiday").await, [""; 0]);
        let change = |text: &str, seen| ChangeSynonyms { text: text.to_owned(), seen };
        let list = operator.set_synonyms(&key("lib"), change("holiday, time off => leave", None)).await.unwrap();
        let page = operator.search(text("holiday")).await.unwrap().page;
        assert_eq!((page.total, page.hits[0].library_key.as_str()), (1, "lib"));
        assert!(page.hits[0].snippet_html.as_ref().unwrap().contains("<mark>leave</mark>"));
        assert_eq!(operator.search(text("time off")).await.unwrap().page.total, 1);
        assert_eq!(operator.search(text("leave")).await.unwrap().page.total, 2);

        let changed = operator.set_synonyms(&key("lib"), change("a, b", Some(list.state()))).await;
        assert_eq!(changed.unwrap().text, "a, b");
        let stale = operator.set_synonyms(&key("lib"), change("c, d", Some(list.state()))).await;
        assert_eq!(stale.unwrap_err().kind(), ErrorKind::StaleBase);
        let wrong = operator.set_synonyms(&key("lib"), change("alone", None)).await.unwrap_err();
        assert_eq!(wrong.violation_list()[0].line, Some(1));
        let viewer = server.user("vera", &[(Role::Viewer, LIBRARY)]).await;
        assert_eq!(viewer.synonyms(&key("lib")).await.unwrap().text, "a, b");
        let refused = viewer.set_synonyms(&key("lib"), change("", None)).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Forbidden);
        assert_eq!(viewer.synonyms(&key("other")).await.unwrap_err().kind(), ErrorKind::NotFound);
    }

    async fn what_is_held_is_counted_and_filtered(server: &Server) {
        server.create("lib/used", Kind::Topic, topic("A boat.")).await;
        server.create("lib/free", Kind::Topic, topic("A boat.")).await;
        let lesson = json!({"title": "Lesson", "placements": [{"component": "lib/used"}]});
        server.create("lib/lesson", Kind::Lesson, lesson).await;
        let operator = server.operator();
        let held = |value: &str| {
            let mut query = text("boat");
            query.filters.insert(Facet::Use, vec![value.to_owned()]);
            query
        };
        server.lcms.indexing().catch_up().await.unwrap();
        assert_eq!(ask(&operator, held("used")).await.unwrap(), ["used@1"]);
        assert_eq!(ask(&operator, held("unused")).await.unwrap(), ["free@1"]);
        operator.delete(&target("lib/lesson")).await.unwrap();
        server.lcms.indexing().catch_up().await.unwrap();
        assert_eq!(ask(&operator, held("used")).await.unwrap(), [""; 0]);
        operator.restore(&target("lib/lesson")).await.unwrap();
        server.save("lib/lesson", json!({"title": "Lesson", "placements": []})).await;
        server.save("lib/lesson", json!({"title": "Lesson", "placements": [{"component": "lib/free"}]})).await;
        server.lcms.indexing().catch_up().await.unwrap();
        assert_eq!(ask(&operator, held("used")).await.unwrap(), ["free@1"]);
    }

    async fn the_same_nearly_the_same_and_related_is_similar(server: &Server) {
        let body = prose(1, 120);
        server.create("lib/one", Kind::Topic, topic(&body)).await;
        server.create("lib/same", Kind::Topic, topic(&body)).await;
        server.create("lib/near", Kind::Topic, topic(&body.replace("word1050 ", "other "))).await;
        let half = format!("{}{}", prose(1, 20), prose(2, 100));
        server.create("lib/related", Kind::Topic, topic(&half)).await;
        let other = with(topic(&prose(3, 120)), "/title", json!("Unlike"));
        server.create("lib/else", Kind::Topic, other).await;
        server.library("secret").await;
        server.create("secret/copy", Kind::Topic, topic(&body)).await;
        server.lcms.indexing().catch_up().await.unwrap();

        let ann = server.user("ann", &[(Role::Viewer, LIBRARY)]).await;
        let query = || SimilarQuery { limit: 10, ..SimilarQuery::default() };
        let of = ann.similar(&target("lib/one"), query()).await.unwrap();
        let said: Vec<_> = of.iter().map(|it| (it.hit.key.as_str(), it.likeness)).collect();
        assert_eq!(
            said,
            [("same", Likeness::Same), ("near", Likeness::Nearly), ("related", Likeness::Related)]
        );
        assert_eq!(of[0].percent, Some(100));
        let everywhere = server.operator().similar(&target("lib/one"), query()).await.unwrap();
        assert_eq!(everywhere.len(), 4, "whoever may read it finds the copy too");
        let hidden = ann.similar(&target("secret/copy"), query()).await.unwrap_err();
        assert_eq!(hidden.kind(), ErrorKind::NotFound);

        let draught = Draught {
            title: String::new(), text: body.clone(), language: "en".parse().unwrap(),
        };
        let typed = ann.similar_to_text(draught, query()).await.unwrap();
        let mut keys: Vec<_> = typed.iter().filter(|it| it.likeness == Likeness::Nearly)
            .map(|it| it.hit.key.as_str()).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["near", "one", "same"]);
        let kinds = SimilarQuery { kinds: vec![Kind::Question], ..query() };
        assert!(ann.similar(&target("lib/one"), kinds).await.unwrap().is_empty());
    }

    async fn a_component_fits_where_its_objectives_are_served(server: &Server) {
        for name in ["goal", "other"] {
            server.create(&format!("lib/{name}"), Kind::Objective, json!({"title": name})).await;
        }
        let serving = |goal: &str| with(topic("A boat."), "/objectives", json!([{"component": format!("lib/{goal}")}]));
        server.create("lib/new", Kind::Topic, serving("goal")).await;
        server.create("lib/old", Kind::Topic, serving("goal")).await;
        server.create("lib/stray", Kind::Topic, serving("other")).await;
        let lesson = |page: &str| json!({"title": page, "placements": [{"component": format!("lib/{page}")}]});
        server.create("lib/fitting", Kind::Lesson, lesson("old")).await;
        server.create("lib/foreign", Kind::Lesson, lesson("stray")).await;
        let operator = server.operator();
        let fits = operator.fits(&target("lib/new"), 10).await.unwrap();
        let said: Vec<_> = fits.iter().map(|fit| (fit.key.as_str(), fit.neighbours, fit.holds)).collect();
        assert_eq!(said, [("fitting", 1, false)]);
        assert_eq!(fits[0].title, "old");
        let both = json!({"title": "both", "placements": [{"component": "lib/old"}, {"component": "lib/new"}]});
        server.save("lib/fitting", both).await;
        let fits = operator.fits(&target("lib/old"), 10).await.unwrap();
        assert_eq!(fits.len(), 1);
        assert!(fits[0].holds);
    }

    async fn who_looks_after_it_and_its_place_among_terms_are_filters(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("A boat.")).await;
        server.create("lib/b", Kind::Topic, topic("A boat.")).await;
        server.save_metadata("lib/a", json!({"tags": ["Fire"]})).await;
        let operator = server.operator();
        server.user("ann", &[(Role::Author, LIBRARY)]).await;
        let care = SetCare { steward: Some(key("ann")), review_by: Some("2027-03-09".parse().unwrap()) };
        operator.set_care(&target("lib/a"), care).await.unwrap();
        server.lcms.indexing().catch_up().await.unwrap();
        let with = |facet, value: &str| {
            let mut query = text("boat");
            query.filters.insert(facet, vec![value.to_owned()]);
            query
        };
        assert_eq!(ask(&operator, with(Facet::Steward, "ann")).await.unwrap(), ["a@2"]);
        for due in ["2027", "2027/2027-03"] {
            assert_eq!(ask(&operator, with(Facet::Review, due)).await.unwrap(), ["a@2"]);
        }
        let safety = json!({
            "title": "Subjects", "fields": ["tags"],
            "terms": [
                {"id": "safety", "labels": {"en": "Safety"}},
                {"id": "fire", "labels": {"en": "Fire"}, "broader": "safety"}
            ]
        });
        let vocabulary = serde_json::from_value(safety).unwrap();
        let save = SaveVocabulary { vocabulary, message: String::new(), dry_run: false };
        operator.save_vocabulary(&key(LIBRARY), &key("subjects"), None, save).await.unwrap();
        server.lcms.indexing().catch_up().await.unwrap();
        for place in ["subjects", "subjects/Safety", "subjects/Safety/Fire"] {
            assert_eq!(ask(&operator, with(Facet::Term, place)).await.unwrap(), ["a@2"], "{place}");
        }
    }

    async fn a_typo_tells_nothing_of_libraries_that_may_not_be_read(server: &Server) {
        server.library("secret").await;
        server.create("secret/s", Kind::Topic, topic("The zanzibar file.")).await;
        server.create("lib/open", Kind::Topic, topic("A boat.")).await;
        server.lcms.indexing().catch_up().await.unwrap();
        let ann = server.user("ann", &[(Role::Viewer, LIBRARY)]).await;
        for words in ["zanzibar", "zanzibat", "zanz", "\"zanzibar file\""] {
            let page = ann.search(SearchQuery { prefix: true, facets: true, ..text(words) }).await.unwrap().page;
            assert_eq!((page.total, page.hits.len()), (0, 0), "{words}");
            assert_eq!(page.notes, [], "{words}");
            assert!(page.facets.unwrap().values().all(Vec::is_empty), "{words}");
        }
        let page = server.operator().search(text("zanzibat")).await.unwrap().page;
        assert_eq!((page.total, page.notes), (1, vec![Note::Similar]));
    }
}
