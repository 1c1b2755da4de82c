//! Channels, targets and the deployment register.

use lcms_core::model::{Digest, Kind, ReleaseId, ReleaseReference, Role, Transition};
use lcms_core::service::{
    ChangeTarget, DeploymentView, HoldingQuery, ListDeployments, NewDeployment, NewPackage,
    NewTarget, Register, Session, WhereUsedQuery,
};
use lcms_core::{Error, ErrorKind, Result};

use crate::documents::{course, lesson, placed, topic};
use crate::harness::{LIBRARY, Server, key, target};

/// A course with one page; answers its releases, each with another text.
async fn releases(server: &Server, count: usize) -> Vec<ReleaseId> {
    server.create("lib/page", Kind::Topic, topic("Text 0.")).await;
    server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page")])).await;
    server.create("lib/course", Kind::Course, course(&[placed(2, "lesson")])).await;
    let mut made = vec![server.release("lib/course").await.id];
    for n in 1..count {
        server.save("lib/page", topic(&format!("Text {n}."))).await;
        made.push(server.release("lib/course").await.id);
    }
    made
}

async fn add_target(server: &Server, name: &str) {
    let new = NewTarget {
        key: key(name),
        title: format!("Target {name}"),
        platform: "moodle".into(),
        url: String::new(),
        notes: String::new(),
    };
    server.operator().create_target(new).await.unwrap();
}

async fn point(
    session: &Session,
    to: ReleaseId,
    seen: Option<ReleaseId>,
) -> Result<Option<ReleaseId>> {
    let (course, name) = (target("lib/course"), key("stable"));
    let to = ReleaseReference::Id(to);
    let view = session.move_channel(&course, &name, &to, seen, "why".into()).await?;
    Ok(view.release.map(|release| release.id))
}

fn starting(release: ReleaseId, place: &str) -> NewDeployment {
    NewDeployment {
        target: key(place),
        release: Some(ReleaseReference::Id(release)),
        package: None,
        channel: None,
        note: String::new(),
        replaces: None,
    }
}

async fn deploy(server: &Server, release: ReleaseId, place: &str) -> DeploymentView {
    server.operator().deploy(starting(release, place)).await.unwrap()
}

async fn list(server: &Server, asked: ListDeployments) -> Register {
    let asked = ListDeployments { limit: 50, ..asked };
    server.operator().deployments(&asked).await.unwrap()
}

fn ids(register: &Register) -> Vec<ReleaseId> {
    register.items.iter().map(|row| row.deployment.release.id).collect()
}

fn kind_of<T: std::fmt::Debug>(answer: Result<T, Error>) -> ErrorKind {
    answer.unwrap_err().kind()
}

on_every_engine! {
    async fn a_channel_moves_back_closes_and_tells_its_history(server: &Server) {
        let made = releases(server, 3).await;
        let operator = server.operator();
        let (course, name) = (target("lib/course"), key("stable"));
        assert_eq!(kind_of(operator.channel(&course, &name).await), ErrorKind::NotFound);
        assert_eq!(point(&operator, made[0], None).await.unwrap(), Some(made[0]));
        assert_eq!(point(&operator, made[1], Some(made[0])).await.unwrap(), Some(made[1]));
        assert_eq!(point(&operator, made[2], Some(made[1])).await.unwrap(), Some(made[2]));
        let back = async |seen| {
            let view = operator.move_channel_back(&course, &name, seen, String::new()).await?;
            Ok::<_, Error>(view.release.map(|release| release.id))
        };
        assert_eq!(back(Some(made[2])).await.unwrap(), Some(made[1]));
        assert_eq!(back(Some(made[1])).await.unwrap(), Some(made[0]), "further back, not forth");
        assert_eq!(kind_of(back(Some(made[0])).await), ErrorKind::Conflict);
        let closed =
            operator.close_channel(&course, &name, Some(made[0]), String::new()).await.unwrap();
        assert!(closed.release.is_none());
        assert_eq!(back(None).await.unwrap(), Some(made[0]), "opened again where it was");

        let moves = operator.channel_history(&course, &name).await.unwrap();
        let ends: Vec<_> = moves.iter().map(|made| made.to.as_ref().map(|to| to.number)).collect();
        assert_eq!(ends, [Some(1), None, Some(1), Some(2), Some(3), Some(2), Some(1)]);
        assert!(moves.windows(2).all(|pair| pair[0].from == pair[1].to));
        assert_eq!(moves.last().unwrap().note, "why");
        let shown = operator.release_by_id(made[0]).await.unwrap();
        assert_eq!(shown.channels, [key("stable")]);
        let named = operator.find_release(&"lib/course@channel:stable".parse().unwrap()).await;
        assert_eq!(named.unwrap().release.id, made[0]);
    }

    async fn nobody_moves_a_channel_that_somebody_else_moved(server: &Server) {
        let made = releases(server, 3).await;
        let operator = server.operator();
        point(&operator, made[0], None).await.unwrap();
        assert_eq!(kind_of(point(&operator, made[1], None).await), ErrorKind::StaleBase);
        assert_eq!(kind_of(point(&operator, made[1], Some(made[2])).await), ErrorKind::StaleBase);
        // Many at once who all saw the same: one moves it.
        let other = server.node("other").await.operator_without_checks();
        let moving = (0..8).map(|n| {
            let session = if n % 2 == 0 { operator.clone() } else { other.clone() };
            let (to, seen) = (made[1 + n % 2], made[0]);
            async move { point(&session, to, Some(seen)).await }
        });
        let answers = futures::future::join_all(moving).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        let moves = operator.channel_history(&target("lib/course"), &key("stable")).await.unwrap();
        assert_eq!(moves.len(), 2);
    }

    async fn a_channel_points_to_releases_of_its_own_component(server: &Server) {
        releases(server, 1).await;
        let lesson = server.release("lib/lesson").await.id;
        assert_eq!(kind_of(point(&server.operator(), lesson, None).await), ErrorKind::Invalid);
    }

    async fn where_used_and_impact_name_what_is_published_and_live(server: &Server) {
        let made = releases(server, 3).await;
        add_target(server, "campus").await;
        add_target(server, "branch-office").await;
        point(&server.operator(), made[1], None).await.unwrap();
        deploy(server, made[0], "campus").await;
        deploy(server, made[0], "branch-office").await;
        let page = target("lib/page");
        let first = HoldingQuery { limit: 2, ..HoldingQuery::default() };
        let query = WhereUsedQuery { releases: true, limit: 2, ..WhereUsedQuery::default() };
        let used = server.operator().where_used(&page, &query).await.unwrap().releases.unwrap();
        assert_eq!((used.total, used.hidden, used.live, used.items.len()), (3, 0, 2, 2));
        assert_eq!(used.items[1].channels, [key("stable")]);
        assert_eq!(used.items[1].component.title, "A course");
        assert_eq!(used.items[1].versions[0].number, Some(2));
        let rest = HoldingQuery { before: used.next, ..first };
        let rest = server.operator().releases_holding(&page, rest).await.unwrap();
        assert_eq!((rest.items.len(), rest.next), (1, None));
        let mut live: Vec<_> = rest.items[0].live.iter().map(|d| d.target.to_string()).collect();
        live.sort();
        assert_eq!(live, ["branch-office", "campus"]);

        let impact = server.operator().impact(&page).await.unwrap().in_use;
        let found: Vec<_> = impact.items.iter().map(|held| held.release.id).collect();
        assert_eq!(found, [made[1], made[0]], "the newest is neither published nor live");
        // What is asked about need not be used at present.
        server.save("lib/lesson", lesson(&[])).await;
        let gone = server.operator().where_used(&page, &query).await.unwrap();
        assert_eq!((gone.total, gone.releases.unwrap().total), (0, 3));
        let plain = WhereUsedQuery { limit: 2, ..WhereUsedQuery::default() };
        assert!(server.operator().where_used(&page, &plain).await.unwrap().releases.is_none());
    }

    async fn releases_of_what_may_not_be_read_are_only_counted(server: &Server) {
        releases(server, 1).await;
        server.library("secret").await;
        let held = [placed(4, "lib/lesson")];
        server.create("secret/course", Kind::Course, course(&held)).await;
        let hidden = server.release("secret/course").await.id;
        add_target(server, "campus").await;
        deploy(server, hidden, "campus").await;
        let vera = server.user("vera", &[(Role::Viewer, LIBRARY)]).await;
        let query = HoldingQuery { limit: 9, ..HoldingQuery::default() };
        let seen = vera.releases_holding(&target("lib/page"), query).await.unwrap();
        assert_eq!((seen.total, seen.hidden, seen.live), (1, 1, 0));
        assert!(seen.items.iter().all(|held| held.release.id != hidden && held.live.is_empty()));
        let impact = vera.impact(&target("lib/page")).await.unwrap().in_use;
        assert_eq!((impact.total, impact.hidden), (0, 1));
        let all = server.operator().releases_holding(&target("lib/page"), query).await.unwrap();
        assert_eq!((all.total, all.hidden, all.live), (2, 0, 1));
    }

    async fn publishing_is_not_deploying(server: &Server) {
        let made = releases(server, 2).await;
        add_target(server, "campus").await;
        let paul = server.user("paul", &[(Role::Publisher, LIBRARY)]).await;
        let dora = server.user("dora", &[(Role::Deployer, LIBRARY)]).await;
        assert_eq!(kind_of(point(&paul, made[0], None).await), ErrorKind::Forbidden);
        assert_eq!(kind_of(paul.deploy(starting(made[0], "campus")).await), ErrorKind::Forbidden);
        assert_eq!(kind_of(dora.frozen(made[0]).await), ErrorKind::Forbidden);
        assert_eq!(
            kind_of(dora.release(&target("lib/course"), Default::default()).await),
            ErrorKind::Forbidden
        );
        point(&dora, made[0], None).await.unwrap();
        let live = dora.deploy(starting(made[0], "campus")).await.unwrap();
        assert_eq!(live.since_actor, dora.actor().id());
        // Targets belong to every library.
        let change = ChangeTarget { retired: Some(true), ..ChangeTarget::default() };
        assert_eq!(kind_of(dora.change_target(&key("campus"), change).await), ErrorKind::Forbidden);
    }

    async fn at_every_moment_one_release_is_live_in_a_target(server: &Server) {
        let made = releases(server, 2).await;
        add_target(server, "campus").await;
        add_target(server, "academy").await;
        let first = deploy(server, made[0], "campus").await;
        let elsewhere = deploy(server, made[0], "academy").await;
        let second = deploy(server, made[1], "campus").await;
        assert_eq!(deploy(server, made[1], "campus").await, second, "it runs already");
        let first = server.operator().deployment(first.id).await.unwrap();
        assert_eq!(first.until, Some(second.since));
        let live = list(server, ListDeployments::default()).await;
        assert_eq!(ids(&live), [made[1], made[0]]);
        assert_eq!(live.items[1].deployment, elsewhere);

        let at = async |time| {
            let asked = ListDeployments {
                target: Some(key("campus")),
                course: Some(target("lib/course")),
                at: Some(time),
                ..ListDeployments::default()
            };
            ids(&list(server, asked).await)
        };
        assert_eq!(at(first.since).await, [made[0]]);
        assert_eq!(at(second.since).await, [made[1]]);
        assert_eq!(at(first.since - std::time::Duration::from_secs(1)).await, []);

        let back = server.operator();
        let back = async || {
            back.roll_back(&target("lib/course"), &key("campus"), String::new()).await
        };
        assert_eq!(back().await.unwrap().release.id, made[0]);
        assert_eq!(kind_of(back().await), ErrorKind::Conflict, "nothing ran before the first");
        let all = list(server, ListDeployments { ended: true, ..Default::default() }).await;
        assert_eq!(ids(&all), [made[0], made[1], made[0], made[0]]);
        assert_eq!(at(second.since).await, [made[1]], "history stays");

        let ended =
            server.operator().end_deployment(elsewhere.id, String::new()).await.unwrap();
        assert!(ended.until.is_some());
        let again = server.operator().end_deployment(elsewhere.id, String::new()).await;
        assert_eq!(kind_of(again), ErrorKind::Conflict);
    }

    async fn a_deployment_that_was_seen_otherwise_is_not_replaced(server: &Server) {
        let made = releases(server, 3).await;
        add_target(server, "campus").await;
        let first = deploy(server, made[0], "campus").await;
        let second = deploy(server, made[1], "campus").await;
        let late = NewDeployment { replaces: Some(first.id), ..starting(made[2], "campus") };
        assert_eq!(kind_of(server.operator().deploy(late).await), ErrorKind::StaleBase);
        let seen = NewDeployment { replaces: Some(second.id), ..starting(made[2], "campus") };
        server.operator().deploy(seen).await.unwrap();
    }

    async fn deployments_at_once_leave_one_live(server: &Server) {
        let made = releases(server, 2).await;
        add_target(server, "campus").await;
        let other = server.node("other").await.operator_without_checks();
        let starts = (0..10).map(|n| {
            let session = if n % 2 == 0 { server.operator() } else { other.clone() };
            let new = starting(made[n % 2], "campus");
            async move { session.deploy(new).await.unwrap() }
        });
        futures::future::join_all(starts).await;
        let live = list(server, ListDeployments::default()).await;
        assert_eq!(live.items.len(), 1);
        let all = list(server, ListDeployments { ended: true, ..Default::default() }).await;
        let spans = all.items.windows(2);
        assert!(spans.clone().count() >= 1);
        for pair in spans {
            assert_eq!(pair[1].deployment.until, Some(pair[0].deployment.since));
        }
    }

    async fn the_register_finds_what_holds_a_component_what_is_stale_and_what_was_withdrawn(
        server: &Server
    ) {
        let made = releases(server, 2).await;
        add_target(server, "campus").await;
        add_target(server, "academy").await;
        deploy(server, made[0], "campus").await;
        deploy(server, made[1], "academy").await;
        let holding = ListDeployments { holding: Some(target("lib/page")), ..Default::default() };
        let holding = list(server, holding).await;
        let held: Vec<_> = holding
            .items
            .iter()
            .map(|row| (row.deployment.target.to_string(), row.holds[0].number))
            .collect();
        assert_eq!(held, [("academy".into(), Some(2)), ("campus".into(), Some(1))]);

        let stale = async || {
            let asked = ListDeployments { stale: true, ..ListDeployments::default() };
            let rows = list(server, asked).await.items.into_iter();
            rows.map(|row| {
                let stale = row.stale.unwrap();
                let newest = stale.newest.map(|newest| newest.number);
                (row.deployment.target.to_string(), newest, stale.changed)
            })
            .collect::<Vec<_>>()
        };
        assert_eq!(stale().await, [("campus".into(), Some(2), true)]);
        server.save("lib/page", topic("Newer.")).await;
        assert_eq!(
            stale().await,
            [("academy".to_owned(), None, true), ("campus".to_owned(), Some(2), true)]
        );

        let withdrawn = async || {
            let asked = ListDeployments { withdrawn: true, ..ListDeployments::default() };
            list(server, asked).await.items
        };
        assert!(withdrawn().await.is_empty());
        server.operator().transition(&target("lib/page"), Transition::Retire).await.unwrap();
        let rows = withdrawn().await;
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].withdrawn, ["lib/page"]);
    }

    async fn the_register_is_read_page_by_page(server: &Server) {
        let made = releases(server, 2).await;
        add_target(server, "campus").await;
        for n in 0..7 {
            deploy(server, made[n % 2], "campus").await;
        }
        let mut seen = Vec::new();
        let mut before = None;
        loop {
            let asked =
                ListDeployments { ended: true, before, limit: 3, ..ListDeployments::default() };
            let page = server.operator().deployments(&asked).await.unwrap();
            assert!(page.items.len() <= 3);
            seen.extend(page.items.iter().map(|row| row.deployment.event));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 7);
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]));
    }

    async fn a_retired_target_receives_nothing(server: &Server) {
        let made = releases(server, 1).await;
        add_target(server, "campus").await;
        let retired = ChangeTarget { retired: Some(true), ..ChangeTarget::default() };
        let operator = server.operator();
        operator.change_target(&key("campus"), retired).await.unwrap();
        let refused = operator.deploy(starting(made[0], "campus")).await;
        assert_eq!(kind_of(refused), ErrorKind::Conflict);
        let unknown = operator.deploy(starting(made[0], "nowhere")).await;
        assert_eq!(kind_of(unknown), ErrorKind::NotFound);
        let same = NewTarget {
            key: key("campus"),
            title: "Again".into(),
            platform: String::new(),
            url: String::new(),
            notes: String::new(),
        };
        assert_eq!(kind_of(operator.create_target(same).await), ErrorKind::Conflict);
    }

    async fn a_package_says_which_release_it_is_of(server: &Server) {
        let made = releases(server, 2).await;
        add_target(server, "campus").await;
        let operator = server.operator();
        let new = |bytes: &[u8]| NewPackage {
            digest: Digest::of_bytes(bytes),
            format: "scorm12".into(),
            profile: serde_json::json!({"format": "scorm12"}),
            profile_digest: Digest::of_bytes(b"profile"),
            shape: None,
            publisher: "1".into(),
            size: 10,
            files: Vec::new(),
            made: Vec::new(),
        };
        let first = operator.record_package(made[0], new(b"a")).await.unwrap();
        let again = operator.record_package(made[0], new(b"a")).await.unwrap();
        assert_eq!(again, first, "equal bytes are one package");
        assert_eq!(operator.packages(made[0]).await.unwrap(), std::slice::from_ref(&first));
        let by_package = NewDeployment {
            release: None,
            package: Some(first.digest),
            ..starting(made[0], "campus")
        };
        let live = operator.deploy(by_package).await.unwrap();
        assert_eq!((live.release.id, live.package), (made[0], Some(first.digest)));
        let wrong = NewDeployment { package: Some(first.digest), ..starting(made[1], "campus") };
        assert_eq!(kind_of(operator.deploy(wrong).await), ErrorKind::Invalid);
    }

    async fn nobody_sees_deployments_of_a_library_they_may_not_read(server: &Server) {
        let made = releases(server, 1).await;
        add_target(server, "campus").await;
        let live = deploy(server, made[0], "campus").await;
        server.library("elsewhere").await;
        let sam = server.user("sam", &[(Role::Viewer, "elsewhere")]).await;
        let asked = ListDeployments { limit: 9, ..ListDeployments::default() };
        assert!(sam.deployments(&asked).await.unwrap().items.is_empty());
        assert_eq!(kind_of(sam.deployment(live.id).await), ErrorKind::NotFound);
    }
}
