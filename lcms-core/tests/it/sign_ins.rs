//! Signing in: passwords, what a sign-in stands for, and when it ends.

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, Role};
use lcms_core::service::{NewUser, SetPassword};

use crate::documents::topic;
use crate::harness::{LIBRARY, Server, key};

const PASSWORD: &str = "three words in a row";

fn password(password: &str, current: Option<&str>) -> SetPassword {
    SetPassword { password: password.to_owned(), current: current.map(str::to_owned) }
}

async fn person(server: &Server, name: &str) {
    let new = NewUser { name: key(name), display_name: None, role: None };
    server.operator().add_user(new).await.unwrap();
    server.operator().set_role(&key(name), Some(&key(LIBRARY)), Role::Author, true).await.unwrap();
    server.operator().set_password(&key(name), password(PASSWORD, None)).await.unwrap();
}

async fn refused(server: &Server, name: &str, password: &str) -> ErrorKind {
    server.lcms.sign_in(name, password.to_owned(), "").await.unwrap_err().kind()
}

on_every_engine! {
    async fn who_signs_in_may_do_what_their_roles_allow_and_nothing_else(server: &Server) {
        person(server, "ann").await;
        let signed_in = server.lcms.sign_in("ann", PASSWORD.to_owned(), "Firefox").await.unwrap();
        let session = server.lcms.act_as(server.lcms.signed_in(&signed_in.secret).await.unwrap());
        assert_eq!(session.actor().name(), "ann");
        let new = crate::harness::new_component("lib/a", Kind::Topic, topic(""));
        session.create(new, None).await.unwrap();
        assert_eq!(session.users().await.unwrap_err().kind(), ErrorKind::Forbidden);
        let own = session.sign_ins().await.unwrap();
        assert_eq!((own.len(), own[0].browser.as_str()), (1, "Firefox"));
        // A sign-in is no token, and a token no sign-in.
        let error = server.lcms.authenticate(&signed_in.secret).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    }

    async fn an_unknown_name_and_a_wrong_password_are_told_alike(server: &Server) {
        person(server, "ann").await;
        let new = NewUser { name: key("bare"), display_name: None, role: None };
        server.operator().add_user(new).await.unwrap();
        let mut said = Vec::new();
        for (name, given) in [("ann", "wrong"), ("nobody", PASSWORD), ("bare", ""), ("NO KEY!", "x")] {
            let error = server.lcms.sign_in(name, given.to_owned(), "").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{name}");
            said.push(error.message().to_owned());
        }
        said.dedup();
        assert_eq!(said.len(), 1, "{said:?}");
    }

    async fn many_wrong_passwords_make_a_name_wait_even_for_the_right_one(server: &Server) {
        person(server, "ann").await;
        person(server, "bob").await;
        for _ in 0..5 {
            assert_eq!(refused(server, "ann", "wrong").await, ErrorKind::Unauthenticated);
        }
        assert_eq!(refused(server, "ann", PASSWORD).await, ErrorKind::TooManyAttempts);
        assert_eq!(refused(server, "ANN ", PASSWORD).await, ErrorKind::TooManyAttempts);
        server.lcms.sign_in("bob", PASSWORD.to_owned(), "").await.unwrap();
    }

    async fn a_sign_in_ends_by_signing_out_by_hand_and_by_a_new_password(server: &Server) {
        person(server, "ann").await;
        person(server, "eve").await;
        let sign_in = async |name: &str| {
            server.lcms.sign_in(name, PASSWORD.to_owned(), "").await.unwrap()
        };
        let (first, second, third) = (sign_in("ann").await, sign_in("ann").await, sign_in("ann").await);
        let eve = sign_in("eve").await;
        server.lcms.sign_out(&first.secret).await.unwrap();
        server.lcms.sign_out("unknown").await.unwrap();
        let error = eve.session.end_sign_in(second.sign_in.id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "it is another's");
        second.session.end_sign_in(second.sign_in.id).await.unwrap();
        for over in [&first.secret, &second.secret] {
            let error = server.lcms.signed_in(over).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        }
        server.lcms.signed_in(&third.secret).await.unwrap();
        server.operator().set_password(&key("ann"), password("another long one", None)).await.unwrap();
        server.lcms.signed_in(&third.secret).await.unwrap_err();
        server.lcms.signed_in(&eve.secret).await.unwrap();
        assert_eq!(refused(server, "ann", PASSWORD).await, ErrorKind::Unauthenticated);
    }

    async fn whoever_changes_their_own_password_names_the_present_one(server: &Server) {
        person(server, "ann").await;
        let ann = server.lcms.sign_in("ann", PASSWORD.to_owned(), "").await.unwrap().session;
        let set = async |new: &str, current: Option<&str>| {
            ann.set_password(&key("ann"), password(new, current)).await
        };
        let kind = |result: lcms_core::Result<()>| result.unwrap_err().kind();
        assert_eq!(kind(set("a new long one", None).await), ErrorKind::Forbidden);
        assert_eq!(kind(set("a new long one", Some("wrong")).await), ErrorKind::Forbidden);
        assert_eq!(kind(set("short", Some(PASSWORD)).await), ErrorKind::Invalid);
        let other = ann.set_password(&key("nobody"), password("a new long one", None)).await;
        assert_eq!(kind(other), ErrorKind::Forbidden);
        set("a new long one", Some(PASSWORD)).await.unwrap();
        server.lcms.sign_in("ann", "a new long one".to_owned(), "").await.unwrap();
    }
}
