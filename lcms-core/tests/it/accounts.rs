//! Who may do what: tokens, the scopes that narrow them, and roles in libraries.

use lcms_core::ErrorKind;
use lcms_core::model::{Digest, Kind, Right, Rights, Role, Token, TokenId};
use lcms_core::service::{NewToken, NewUser};
use lcms_core::store::accounts;
use sea_orm::{ConnectionTrait as _, Statement};
use time::Duration;

use crate::documents::{lesson, topic};
use crate::harness::{Engine, LIBRARY, Server, key, new_component, reference, target};

fn for_everything() -> NewToken {
    NewToken { label: "test".into(), scopes: None, expires_in_days: None }
}

fn named(name: &str, role: Option<Role>) -> NewUser {
    NewUser { name: key(name), display_name: None, role }
}

/// Whether any file of the database, or any row of the table of tokens, holds these bytes.
async fn database_holds(server: &Server, needle: &str) -> bool {
    if server.engine == Engine::Postgres {
        let store = server.store().await;
        let db = store.reader();
        let query = "SELECT string_agg(t::text, ' ') FROM token t";
        let statement = Statement::from_string(db.get_database_backend(), query);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        return row.try_get_by_index::<String>(0).unwrap().contains(needle);
    }
    std::fs::read_dir(server.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .any(|path| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
        })
}

on_every_engine! {
    async fn a_token_stands_for_its_user(server: &Server) {
        let operator = server.operator();
        operator.add_user(named("ann", Some(Role::Author))).await.unwrap();
        let (token, secret) = operator.create_token(&key("ann"), for_everything()).await.unwrap();
        let actor = server.lcms.authenticate(&secret).await.unwrap();
        assert_eq!((actor.name(), actor.id()), ("ann", token.user));
        assert_eq!(operator.tokens(&key("ann")).await.unwrap(), [token]);
    }

    async fn a_token_that_is_unknown_revoked_or_expired_is_refused(server: &Server) {
        let operator = server.operator();
        let user = operator.add_user(named("ann", None)).await.unwrap().user;
        let (token, secret) = operator.create_token(&key("ann"), for_everything()).await.unwrap();
        for unknown in ["", "lcms_", "lcms_0000", &secret[..secret.len() - 1], "' OR 1=1 --"] {
            let error = server.lcms.authenticate(unknown).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{unknown}");
        }
        server.lcms.authenticate(&secret).await.unwrap();
        operator.revoke_token(token.id).await.unwrap();
        let error = server.lcms.authenticate(&secret).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        assert!(error.message().contains("revoked"), "{error}");

        let now = lcms_core::store::now();
        let expired = Token {
            id: TokenId::new(),
            user: user.id,
            label: String::new(),
            scopes: Rights::from(Right::ALL),
            created: now - Duration::days(2),
            expires: Some(now - Duration::seconds(1)),
            revoked: None,
        };
        let digest = Digest::of_bytes(b"lcms_old");
        let store = server.store().await;
        store
            .writer()
            .write(move |tx| {
                Box::pin(async move { accounts::insert_token(tx, &expired, digest).await })
            })
            .await
            .unwrap();
        let error = server.lcms.authenticate("lcms_old").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        assert!(error.message().contains("expired"), "{error}");
    }

    async fn a_secret_is_kept_only_as_its_digest(server: &Server) {
        server.operator().add_user(named("ann", None)).await.unwrap();
        let new = NewToken { label: "a-label-to-find".into(), ..for_everything() };
        let (_, secret) = server.operator().create_token(&key("ann"), new).await.unwrap();
        assert!(database_holds(server, "a-label-to-find").await, "the search itself works");
        let bare = secret.strip_prefix("lcms_").unwrap();
        assert!(bare.len() >= 64, "32 random bytes");
        for form in [secret.as_str(), bare, &bare.to_uppercase(), &hex::encode(&secret)] {
            assert!(!database_holds(server, form).await, "{form}");
        }
    }

    async fn a_scope_narrows_what_the_roles_give(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("One.")).await;
        let roles = [(Role::Admin, LIBRARY)];
        let reads = server.user_with_scopes("reads", &roles, &[Right::Read]).await;
        reads.component(&reference("lib/a")).await.unwrap();
        let request = new_component("lib/b", Kind::Topic, topic("x"));
        let error = reads.create(request.clone(), None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        assert!(error.message().contains("scope"), "{error}");

        let writes = server.user_with_scopes("writes", &roles, &[Right::Read, Right::Write]).await;
        writes.create(request, None).await.unwrap();
        // A scope gives nothing that the roles do not.
        let viewer = server.user("viewer", &[(Role::Viewer, LIBRARY)]).await;
        let request = new_component("lib/c", Kind::Topic, topic("x"));
        assert_eq!(viewer.create(request, None).await.unwrap_err().kind(), ErrorKind::Forbidden);
    }

    async fn a_role_counts_in_its_library_only(server: &Server) {
        server.library("other").await;
        let roles = [(Role::Author, LIBRARY), (Role::Viewer, "other")];
        let ann = server.user("ann", &roles).await;
        ann.create(new_component("lib/a", Kind::Topic, topic("x")), None).await.unwrap();
        let request = new_component("other/a", Kind::Topic, topic("x"));
        assert_eq!(ann.create(request, None).await.unwrap_err().kind(), ErrorKind::Forbidden);
    }

    async fn a_role_taken_away_counts_no_more(server: &Server) {
        let operator = server.operator();
        operator.add_user(named("ann", None)).await.unwrap();
        let (_, secret) = operator.create_token(&key("ann"), for_everything()).await.unwrap();
        let library = key(LIBRARY);
        let reads = || async {
            let actor = server.lcms.authenticate(&secret).await.unwrap();
            server.lcms.act_as(actor).library(&library).await.is_ok()
        };
        assert!(!reads().await);
        operator.set_role(&key("ann"), Some(&library), Role::Viewer, true).await.unwrap();
        operator.set_role(&key("ann"), Some(&library), Role::Viewer, true).await.unwrap();
        assert!(reads().await);
        operator.set_role(&key("ann"), Some(&library), Role::Viewer, false).await.unwrap();
        assert!(!reads().await);
    }

    async fn nobody_gives_themselves_more_than_they_have(server: &Server) {
        let scopes = [Right::Read, Right::Write];
        let ann = server.user_with_scopes("ann", &[(Role::Author, LIBRARY)], &scopes).await;
        let (token, _) = ann.create_token(&key("ann"), for_everything()).await.unwrap();
        assert_eq!(token.scopes, Rights::from(scopes));
        server.user("bob", &[]).await;
        let library = key(LIBRARY);
        for refused in [
            ann.create_token(&key("bob"), for_everything()).await.err(),
            ann.tokens(&key("bob")).await.err(),
            ann.add_user(named("eve", Some(Role::Admin))).await.err(),
            ann.set_role(&key("ann"), Some(&library), Role::Admin, true).await.err(),
            ann.set_role(&key("ann"), None, Role::Admin, true).await.err(),
        ] {
            assert_eq!(refused.unwrap().kind(), ErrorKind::Forbidden);
        }
        let theirs = server.operator().tokens(&key("bob")).await.unwrap()[0].id;
        let error = ann.revoke_token(theirs).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    async fn an_admin_of_one_library_rules_there_and_nowhere_else(server: &Server) {
        server.library("other").await;
        let ann = server.user("ann", &[(Role::Admin, LIBRARY)]).await;
        server.user("bob", &[]).await;
        let bob = key("bob");
        ann.set_role(&bob, Some(&key(LIBRARY)), Role::Author, true).await.unwrap();
        let error = ann.set_role(&bob, Some(&key("other")), Role::Viewer, true).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let error = ann.set_role(&bob, None, Role::Viewer, true).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
    }

    async fn releasing_and_reading_a_closure_need_the_right_to_publish(server: &Server) {
        server.create("lib/lesson", Kind::Lesson, lesson(&[])).await;
        let author = server.user("ann", &[(Role::Author, LIBRARY)]).await;
        let publisher = server.user("paul", &[(Role::Publisher, LIBRARY)]).await;
        let at = target("lib/lesson");
        let error = author.release(&at, Default::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        let release = publisher.release(&at, Default::default()).await.unwrap().release;
        author.release_by_id(release.id).await.unwrap();
        let error = author.frozen(release.id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        publisher.frozen(release.id).await.unwrap();
    }

    async fn a_token_needs_a_scope_and_a_sensible_life(server: &Server) {
        server.operator().add_user(named("ann", None)).await.unwrap();
        for new in [
            NewToken { scopes: Some(Rights::new()), ..for_everything() },
            NewToken { expires_in_days: Some(0), ..for_everything() },
            NewToken { expires_in_days: Some(3651), ..for_everything() },
        ] {
            let error = server.operator().create_token(&key("ann"), new).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
        let error = server.operator().add_user(named("ann", None)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        let error = server.operator().create_token(&key("bob"), for_everything()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}
