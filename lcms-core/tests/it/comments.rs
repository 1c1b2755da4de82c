//! Comments on exact revisions, and drafts that are nobody else's.

use lcms_core::ErrorKind;
use lcms_core::model::{Anchor, CommentId, Kind, Role};
use lcms_core::service::{ChangeComment, NewComment, SaveDraft, Session};
use serde_json::json;

use crate::documents::topic;
use crate::harness::{LIBRARY, Server, key, reference, target};

fn comment(text: &str) -> NewComment {
    NewComment { text: text.to_owned(), anchor: None, reply_to: None }
}

fn resolve(resolved: bool) -> ChangeComment {
    ChangeComment { resolved: Some(resolved), ..ChangeComment::default() }
}

async fn people(server: &Server) -> (Session, Session, Session) {
    server.create("lib/page", Kind::Topic, topic("Turn it off and on.")).await;
    (
        server.user("arto", &[(Role::Author, LIBRARY)]).await,
        server.user("rita", &[(Role::Reviewer, LIBRARY)]).await,
        server.user("vera", &[(Role::Viewer, LIBRARY)]).await,
    )
}

on_every_engine! {
    async fn a_comment_stays_on_the_revision_it_was_made_on(server: &Server) {
        let (arto, rita, _) = people(server).await;
        let anchor = Anchor { quote: "off and on".to_owned(), before: "Turn it ".to_owned() };
        let new = NewComment { anchor: Some(anchor.clone()), ..comment(" Which button? ") };
        let asked = rita.add_comment(&reference("lib/page"), new).await.unwrap();
        server.save("lib/page", topic("Press the red button.")).await;
        let reply = NewComment { reply_to: Some(asked.comment.id), ..comment("The red one.") };
        let reply = arto.add_comment(&reference("lib/page"), reply).await.unwrap();
        assert_eq!((reply.number, reply.comment.thread), (1, Some(asked.comment.id)));
        rita.add_comment(&reference("lib/page"), comment("Better.")).await.unwrap();
        let listed = rita.comments(&target("lib/page")).await.unwrap();
        let seen: Vec<_> =
            listed.iter().map(|view| (view.comment.text.as_str(), view.number)).collect();
        assert_eq!(seen, [("Which button?", 1), ("The red one.", 1), ("Better.", 2)]);
        assert_eq!(listed[0].comment.anchor, Some(anchor));
    }

    async fn a_thread_is_resolved_and_opened_again_by_whoever_may_comment(server: &Server) {
        let (arto, rita, vera) = people(server).await;
        let asked = rita.add_comment(&reference("lib/page"), comment("Why?")).await.unwrap();
        let id = asked.comment.id;
        let done = arto.change_comment(id, resolve(true)).await.unwrap().comment;
        assert_eq!(done.resolved_by, Some(arto.actor().id()));
        let open = rita.change_comment(id, resolve(false)).await.unwrap().comment;
        assert_eq!((open.resolved, open.resolved_by), (None, None));
        let error = vera.change_comment(id, resolve(true)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
    }

    async fn only_its_author_edits_a_comment_and_only_an_admin_deletes_anothers(server: &Server) {
        let (arto, rita, vera) = people(server).await;
        let id = rita.add_comment(&reference("lib/page"), comment("Why?")).await.unwrap().comment.id;
        let reply = NewComment { reply_to: Some(id), ..comment("Because.") };
        arto.add_comment(&reference("lib/page"), reply).await.unwrap();
        let edit = || ChangeComment { text: Some("What for?".to_owned()), resolved: None };
        assert_eq!(arto.change_comment(id, edit()).await.unwrap_err().kind(), ErrorKind::Forbidden);
        let edited = rita.change_comment(id, edit()).await.unwrap().comment;
        assert!(edited.edited.is_some() && edited.text == "What for?");
        for other in [&arto, &vera] {
            assert_eq!(other.delete_comment(id).await.unwrap_err().kind(), ErrorKind::Forbidden);
        }
        rita.delete_comment(id).await.unwrap();
        assert!(rita.comments(&target("lib/page")).await.unwrap().is_empty(), "with its replies");
    }

    async fn who_may_only_read_reads_comments_and_who_may_not_knows_of_none(server: &Server) {
        let (_, rita, vera) = people(server).await;
        let id = rita.add_comment(&reference("lib/page"), comment("Why?")).await.unwrap().comment.id;
        assert_eq!(vera.comments(&target("lib/page")).await.unwrap().len(), 1);
        let error = vera.add_comment(&reference("lib/page"), comment("Me too.")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        let stranger = server.user("sam", &[]).await;
        let found = stranger.comments(&target("lib/page")).await.unwrap_err().kind();
        assert_eq!(found, ErrorKind::NotFound);
        let known = stranger.change_comment(id, resolve(true)).await.unwrap_err().kind();
        let unknown = stranger.change_comment(CommentId::new(), resolve(true)).await.unwrap_err();
        assert_eq!((known, unknown.kind()), (ErrorKind::NotFound, ErrorKind::NotFound));
    }

    async fn a_comment_says_something(server: &Server) {
        let (_, rita, _) = people(server).await;
        for text in ["", "  \n", &"x".repeat(10_001)] {
            let error = rita.add_comment(&reference("lib/page"), comment(text)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
    }

    async fn a_draft_is_kept_for_its_author_until_it_is_thrown_away(server: &Server) {
        let (arto, rita, _) = people(server).await;
        let page = target("lib/page");
        let base = server.view("lib/page").await.revision.id;
        let draft = |text: &str| SaveDraft { base, content: json!({"title": "", "body": text}) };
        assert_eq!(arto.draft(&page).await.unwrap_err().kind(), ErrorKind::NotFound);
        arto.keep_draft(&page, draft("half a sen")).await.unwrap();
        arto.keep_draft(&page, draft("half a sentence")).await.unwrap();
        let kept = arto.draft(&page).await.unwrap();
        assert_eq!((&kept.content["body"], kept.base), (&json!("half a sentence"), base));
        assert_eq!(rita.draft(&page).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(rita.keep_draft(&page, draft("")).await.unwrap_err().kind(), ErrorKind::Forbidden);
        let before = server.last_event().await;
        server.save("lib/page", topic("By somebody else.")).await;
        let listed = arto.drafts().await.unwrap();
        assert_eq!((listed.len(), listed[0].behind), (1, true));
        assert_eq!(server.last_event().await.0, before.0 + 1, "drafts leave no event");
        arto.discard_draft(&page).await.unwrap();
        assert!(arto.drafts().await.unwrap().is_empty());
    }

    async fn a_draft_belongs_to_a_branch(server: &Server) {
        let (arto, ..) = people(server).await;
        server.branch("spring").await;
        let there = arto.at(&key("spring"), None).await.unwrap();
        let base = server.view("lib/page").await.revision.id;
        let draft = SaveDraft { base, content: json!({"body": "spring"}) };
        there.keep_draft(&target("lib/page"), draft).await.unwrap();
        assert!(arto.drafts().await.unwrap().is_empty());
        assert_eq!(there.drafts().await.unwrap().len(), 1);
    }
}
