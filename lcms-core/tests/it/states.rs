//! draft → in review → approved → retired: who may take which step, and what an edit undoes.

use lcms_core::ErrorKind;
use lcms_core::model::{Kind, Role, State, Transition};
use serde_json::json;

use crate::documents::topic;
use crate::harness::{LIBRARY, Server, target};

on_every_engine! {
    async fn each_step_needs_its_own_right(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("One.")).await;
        let at = target("lib/a");
        let viewer = server.user("vera", &[(Role::Viewer, LIBRARY)]).await;
        let author = server.user("arthur", &[(Role::Author, LIBRARY)]).await;
        let reviewer = server.user("rita", &[(Role::Reviewer, LIBRARY)]).await;
        let publisher = server.user("paul", &[(Role::Publisher, LIBRARY)]).await;
        let everyone = [&viewer, &author, &reviewer, &publisher];
        for (step, who, leads_to) in [
            (Transition::Submit, &author, State::InReview),
            (Transition::Withdraw, &author, State::Draft),
            (Transition::Submit, &author, State::InReview),
            (Transition::Approve, &reviewer, State::Approved),
            (Transition::Withdraw, &reviewer, State::Draft),
            (Transition::Retire, &publisher, State::Retired),
            (Transition::Reinstate, &publisher, State::Draft),
        ] {
            for other in everyone {
                if other.actor().name() != who.actor().name() {
                    let error = other.transition(&at, step).await.unwrap_err();
                    let name = other.actor().name();
                    assert_eq!(error.kind(), ErrorKind::Forbidden, "{step:?} by {name}");
                }
            }
            let view = who.transition(&at, step).await.unwrap();
            assert_eq!(view.state, leads_to, "{step:?}");
            assert_eq!(viewer.component(&"lib/a".parse().unwrap()).await.unwrap().state, leads_to);
        }
    }

    async fn a_step_that_does_not_lead_on_is_a_conflict(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("One.")).await;
        let (operator, at) = (server.operator(), target("lib/a"));
        for step in [Transition::Approve, Transition::Withdraw, Transition::Reinstate] {
            let error = operator.transition(&at, step).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict, "{step:?}");
        }
        operator.transition(&at, Transition::Submit).await.unwrap();
        let error = operator.transition(&at, Transition::Submit).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        operator.transition(&at, Transition::Retire).await.unwrap();
        let error = operator.transition(&at, Transition::Approve).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        let view = operator.transition(&at, Transition::Reinstate).await.unwrap();
        assert_eq!(view.state, State::InReview, "what it was before it was retired");
    }

    async fn an_approval_covers_one_pair_of_documents(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("One.")).await;
        let (operator, at) = (server.operator(), target("lib/a"));
        operator.transition(&at, Transition::Submit).await.unwrap();
        operator.transition(&at, Transition::Approve).await.unwrap();

        let edited = server.save("lib/a", topic("Two.")).await;
        assert_eq!(edited.state, State::Draft, "any edit is unapproved");
        let approved = server.view("lib/a@approved").await;
        assert_eq!(approved.revision.number, 1);
        let first = server.view("lib/a@1").await;
        assert_eq!(first.state, State::Approved, "an older revision keeps its own state");

        let reverted = server.save("lib/a", topic("One.")).await;
        assert_eq!(reverted.state, State::Approved, "reverting to an approved pair is approved");
        assert_eq!(server.view("lib/a@approved").await.revision.number, 3);

        let tagged = server.save_metadata("lib/a", json!({"tags": ["new"]})).await;
        assert_eq!(tagged.state, State::Draft, "the pair is content and metadata");
    }

    async fn of_two_opposite_steps_at_once_one_wins(server: &Server) {
        server.create("lib/a", Kind::Topic, topic("One.")).await;
        let (operator, at) = (server.operator(), target("lib/a"));
        operator.transition(&at, Transition::Submit).await.unwrap();
        let (approved, withdrawn) = tokio::join!(
            operator.transition(&at, Transition::Approve),
            operator.transition(&at, Transition::Withdraw),
        );
        // Withdrawing after the approval is a step of its own; both from `in review` is not.
        let log = operator.events(lcms_core::model::EventNumber(0), 1000).await.unwrap().items;
        let froms: Vec<_> = log
            .iter()
            .filter(|event| event.detail["step"] == "approve" || event.detail["step"] == "withdraw")
            .map(|event| event.detail["from"].clone())
            .collect();
        assert_eq!(froms.iter().filter(|from| **from == "in_review").count(), 1, "{froms:?}");
        assert!(approved.is_ok() || withdrawn.is_ok());
    }
}
