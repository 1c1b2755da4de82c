//! What is redacted is gone for good, and says so wherever it is asked for.

use lcms_core::ErrorKind;
use lcms_core::model::{Digest, Kind};
use lcms_core::service::{ListComponents, SaveComponent};
use lcms_core::store::redactions::Subject;

use super::{assert_whole, fill, fsck, upload};
use crate::documents::{asset, topic};
use crate::harness::{Server, target};

fn why() -> Option<String> {
    Some("the licence was withdrawn".to_owned())
}

async fn listed_title(server: &Server, key: &str) -> String {
    let all = ListComponents { limit: 100, ..ListComponents::default() };
    let rows = server.operator().components(&all).await.unwrap().items;
    rows.into_iter().find(|row| row.component.key.as_str() == key).unwrap().title
}

on_every_engine! {
    async fn a_plan_names_what_it_affects_and_changes_nothing(server: &Server) {
        fill(server).await;
        let operator = server.operator();
        let text = server.view("lib/text").await.revision.content;
        let plan = operator.redact(text, None).await.unwrap();
        assert_eq!((plan.subject, plan.done), (Subject::Document, false));
        assert_eq!(plan.revisions[0].revision, "lib/text@2");
        assert_eq!(plan.releases.iter().map(|release| release.number).collect::<Vec<_>>(), [2]);
        let picture = server.view("lib/picture").await.content.blobs()[0];
        let plan = operator.redact(picture, None).await.unwrap();
        assert_eq!((plan.subject, plan.releases.len()), (Subject::Blob, 2));
        assert_eq!(plan.revisions[0].revision, "lib/picture@1");
        assert_eq!(server.view("lib/text").await.revision.content, text);
        assert_whole(server).await;
    }

    async fn a_redacted_document_is_gone_and_everything_says_so(server: &Server) {
        fill(server).await;
        let operator = server.operator();
        let view = server.view("lib/text").await;
        let text = view.revision.content;
        assert!(!listed_title(server, "text").await.is_empty());
        let plan = operator.redact(text, why()).await.unwrap();
        assert!(plan.done);
        assert_eq!(listed_title(server, "text").await, "", "a title that was shown is forgotten");
        let release = &plan.releases[0];
        for refused in [
            operator.component(&"lib/text".parse().unwrap()).await.unwrap_err(),
            operator.frozen(release.id).await.unwrap_err(),
            server.try_release("lib/course").await.unwrap_err(),
        ] {
            assert_eq!(refused.kind(), ErrorKind::Redacted, "{refused}");
            assert!(refused.to_string().contains("the licence was withdrawn"), "{refused}");
        }
        let report = fsck(server).await;
        assert_eq!((report.damaged, report.counts.redacted), (0, 1), "{:?}", report.findings);
        assert_eq!(operator.redact(text, why()).await.unwrap_err().kind(), ErrorKind::Conflict);

        let save = |words: &str| SaveComponent {
            content: Some(topic(words)),
            ..SaveComponent::default()
        };
        let again = operator.save(&target("lib/text"), view.revision.id, save("Clean words.")).await;
        let clean = again.unwrap().revision;
        assert_eq!(server.view("lib/text").await.revision, clean);
        let back = operator.save(&target("lib/text"), clean.id, save("Other words. ![[picture]]")).await;
        assert_eq!(back.unwrap_err().kind(), ErrorKind::Redacted, "it does not come back");
        assert_ne!(server.release("lib/course").await.digest, release.digest);
        assert_eq!(fsck(server).await.damaged, 0);
    }

    async fn a_redacted_file_is_gone_and_cannot_be_uploaded_again(server: &Server) {
        fill(server).await;
        let operator = server.operator();
        let same = vec![7; 3000];
        let picture = Digest::of_bytes(&same);
        operator.redact(picture, why()).await.unwrap();
        assert_eq!(operator.blob(picture).await.unwrap_err().kind(), ErrorKind::Redacted);
        let forms = server.lcms.packed_forms(picture).await.unwrap_err();
        assert_eq!(forms.kind(), ErrorKind::Redacted);
        let mut upload_again = operator.upload("image/png").unwrap();
        upload_again.write(&same).await.unwrap();
        assert_eq!(upload_again.finish(Some(picture)).await.unwrap_err().kind(), ErrorKind::Redacted);
        let document = asset(&picture.to_string(), same.len() as u64, "b.png", "image/png");
        assert_eq!(
            server.try_create("lib/other", Kind::Asset, document).await.unwrap_err().kind(),
            ErrorKind::Redacted
        );
        let report = fsck(server).await;
        assert_eq!((report.damaged, report.counts.redacted, report.counts.files), (0, 1, 2));
        assert_eq!(operator.gc(time::Duration::ZERO, false).await.unwrap().blob_count, 0);
    }

    async fn nodes_and_unknown_digests_are_refused(server: &Server) {
        fill(server).await;
        let operator = server.operator();
        let release = server.release("lib/course").await;
        let node = operator.redact(release.content_root, why()).await.unwrap_err();
        assert_eq!(node.kind(), ErrorKind::Conflict);
        let unknown = operator.redact(Digest::of_bytes(b"?"), why()).await.unwrap_err();
        assert_eq!(unknown.kind(), ErrorKind::NotFound);
        let unused = upload(&operator, "image/png", b"x").await;
        let silent = operator.redact(unused.digest, Some(" ".to_owned())).await.unwrap_err();
        assert_eq!(silent.kind(), ErrorKind::Invalid);
        assert_whole(server).await;
    }
}
