//! Searches that people keep, and who reads their feeds.

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, Role};
use lcms_core::service::{NewSavedSearch, SearchQuery, SearchWords, Session};

use crate::documents::topic;
use crate::harness::{LIBRARY, Server, key};

fn named(name: &str, shared: bool) -> NewSavedSearch {
    NewSavedSearch { name: name.to_owned(), search: SearchWords::default(), shared }
}

on_every_engine! {
    async fn a_search_is_ones_own_unless_it_is_shared(server: &Server) {
        let anna = server.user("anna", &[(Role::Author, LIBRARY)]).await;
        let bert = server.user("bert", &[(Role::Viewer, LIBRARY)]).await;
        let mine = anna.save_search(named(" Mine ", false)).await.unwrap();
        let ours = anna.save_search(named("Ours", true)).await.unwrap();
        let names = |all: Vec<lcms_core::service::SavedSearch>| {
            all.into_iter().map(|it| (it.name, it.own)).collect::<Vec<_>>()
        };
        assert_eq!(names(anna.saved_searches(false).await.unwrap()), [("Mine".to_owned(), true), ("Ours".to_owned(), true)]);
        assert_eq!(names(bert.saved_searches(false).await.unwrap()), [("Ours".to_owned(), false)]);
        assert_eq!(bert.saved_search(mine.id).await.unwrap_err().kind(), ErrorKind::NotFound);
        for refused in [
            bert.change_saved_search(ours.id, named("Theirs", true)).await.map(drop),
            bert.delete_saved_search(ours.id).await,
            bert.open_feed(ours.id).await.map(drop),
        ] {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::NotFound);
        }
        anna.change_saved_search(ours.id, named("Ours", false)).await.unwrap();
        assert_eq!(bert.saved_searches(false).await.unwrap(), []);
        anna.delete_saved_search(ours.id).await.unwrap();
        assert_eq!(anna.saved_searches(false).await.unwrap().len(), 1);
        assert!(server.operator().save_search(named("x", false)).await.is_err(), "no user");
    }

    async fn what_is_new_in_a_search_is_new_until_it_is_seen(server: &Server) {
        server.create("lib/old", Kind::Topic, topic("Old")).await;
        server.library("other").await;
        server.lcms.indexing().catch_up().await.unwrap();
        let anna = server.user("anna", &[(Role::Author, LIBRARY)]).await;
        let bert = server.user("bert", &[(Role::Viewer, LIBRARY)]).await;
        let search = anna.save_search(named("All", true)).await.unwrap();
        let new = async |session: &Session| session.saved_searches(true).await.unwrap()[0].new;
        assert_eq!(anna.saved_searches(false).await.unwrap()[0].new, None, "nobody asked");
        assert_eq!(new(&anna).await, Some(0), "what was there before is not new");
        server.create("lib/young", Kind::Topic, topic("Young")).await;
        server.create("other/young", Kind::Topic, topic("Elsewhere")).await;
        server.lcms.indexing().catch_up().await.unwrap();
        assert_eq!(new(&anna).await, Some(1), "and not what she may not read");
        let seen = anna.see_saved_search(search.id).await.unwrap();
        assert_eq!(seen.new, Some(0));
        assert_eq!(new(&anna).await, Some(0));
        assert_eq!(new(&bert).await, Some(1), "everybody sees for themselves");
        let since = SearchQuery { since: Some(seen.seen), limit: 10, ..SearchQuery::default() };
        assert_eq!(anna.search(since.clone()).await.unwrap().page.total, 0);
        server.create("lib/younger", Kind::Topic, topic("Younger")).await;
        server.lcms.indexing().catch_up().await.unwrap();
        let found = anna.search(SearchQuery { facets: true, ..since }).await.unwrap().page;
        assert_eq!(found.hits.iter().map(|hit| hit.key.as_str()).collect::<Vec<_>>(), ["younger"]);
        assert_eq!(new(&anna).await, Some(1));
        let gone = bert.see_saved_search(anna.save_search(named("Hers", false)).await.unwrap().id).await;
        assert_eq!(gone.unwrap_err().kind(), ErrorKind::NotFound);
        anna.delete_saved_search(search.id).await.unwrap();
        assert!(server.operator().fsck(true, &mut |_| ()).await.unwrap().findings.is_empty());
    }

    async fn a_feed_opens_with_its_secret_and_shows_what_its_owner_may_read(server: &Server) {
        server.library("other").await;
        server.create("lib/page", Kind::Topic, topic("Seen")).await;
        server.create("other/page", Kind::Topic, topic("Not seen")).await;
        server.lcms.indexing().catch_up().await.unwrap();
        let anna = server.user("anna", &[(Role::Author, LIBRARY)]).await;
        let search = anna.save_search(named("All", false)).await.unwrap();
        let lcms = &server.lcms;
        assert!(lcms.feed(search.id, "feed_0").await.is_err(), "it was never opened");
        let first = anna.open_feed(search.id).await.unwrap();
        let feed = lcms.feed(search.id, &first).await.unwrap();
        let found: Vec<_> = feed.hits.iter().map(|hit| hit.library_key.as_str()).collect();
        assert_eq!(found, ["lib"]);
        let second = anna.open_feed(search.id).await.unwrap();
        let error = lcms.feed(search.id, &first).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "the secret before is worth nothing");
        // The secret is no token.
        assert!(lcms.authenticate(&second).await.is_err());
        server.operator().set_role(&key("anna"), Some(&key(LIBRARY)), Role::Author, false).await.unwrap();
        assert!(lcms.feed(search.id, &second).await.unwrap().hits.is_empty());
        anna.close_feed(search.id).await.unwrap();
        assert!(lcms.feed(search.id, &second).await.is_err());
    }
}
