//! What people did with the demo library before you came: they looked after it, approved and released
//! it, put packages live, and went on working. Each of them does it with the rights that they have.

use lcms_core::model::{
    Content, Digest, Key, Reference, RevisionSelector, State, Target, Transition,
};
use lcms_core::service::{
    ListComponents, NewDeployment, NewTarget, ReleaseView, SaveComponent, Session,
};
use lcms_core::store::now;
use lcms_core::{Error, Result};
use lcms_publish::{Order, Profile, Publisher, Waivers};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use time::Duration;

/// Days until most of it is to be looked at again.
const LOOK_AGAIN: i64 = 180;

/// The people, each signed in.
pub(super) struct Cast {
    pub(super) admin: Session,
    pub(super) architect: Session,
    pub(super) author: Session,
    pub(super) reviewer: Session,
    pub(super) ops: Session,
}

/// Lets them do it.
pub(super) async fn play(cast: &Cast, publisher: &Publisher, library: &Key) -> Result<()> {
    let story = Story { cast, publisher, library };
    story.words().await?;
    story.care().await?;
    story.reviews().await?;
    story.go_live().await?;
    story.go_on().await
}

/// What a request says, written as it is sent.
fn request<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value)
        .map_err(|error| Error::internal("the demo's story is wrong", error))
}

fn key(name: &str) -> Result<Key> {
    name.parse().map_err(|error| Error::internal("the demo's story names a bad key", error))
}

fn as_it_is(target: &Target) -> Reference {
    Reference { target: target.clone(), revision: RevisionSelector::Head }
}

struct Story<'a> {
    cast: &'a Cast,
    publisher: &'a Publisher,
    library: &'a Key,
}

impl Story<'_> {
    fn of(&self, name: &str) -> Result<Target> {
        let name = format!("{}/{name}", self.library);
        name.parse().map_err(|error| Error::internal("the demo's story names nothing", error))
    }

    /// A vocabulary that everybody keeps to, and words that mean the same.
    async fn words(&self) -> Result<()> {
        let term = |id: &str, de: &str, broader: Option<&str>| {
            let labels = json!({"en": id, "de": de});
            match broader {
                Some(broader) => json!({"id": id, "labels": labels, "broader": broader}),
                None => json!({"id": id, "labels": labels}),
            }
        };
        let vocabulary = json!({
            "vocabulary": {
                "title": "Audiences", "fields": ["audience"], "closed": true,
                "terms": [
                    term("outside", "außerhalb", None),
                    term("customers", "Kunden", Some("outside")),
                    term("partners", "Partner", Some("outside")),
                    term("inside", "im Haus", None),
                    term("support-staff", "Support", Some("inside")),
                    term("administrators", "Administration", Some("inside")),
                ],
            },
            "message": "One word for each audience",
        });
        let admin = &self.cast.admin;
        let vocabulary = request(vocabulary)?;
        admin.save_vocabulary(self.library, &key("audiences")?, None, vocabulary).await?;
        let text = "ticket, case\nbacklog, queue\naccess key, credential\nsite => connector\n";
        admin.set_synonyms(self.library, request(json!({"text": text}))?).await?;
        Ok(())
    }

    /// Everything has somebody who looks after it; some of it is due.
    async fn care(&self) -> Result<()> {
        let mut names = Vec::new();
        let mut list = ListComponents {
            library: Some(self.library.clone()),
            limit: 200,
            ..Default::default()
        };
        loop {
            let page = self.cast.architect.components(&list).await?;
            names.extend(page.items.iter().map(|it| it.component.id));
            match page.next {
                Some(next) => list.cursor = Some(next),
                None => break,
            }
        }
        let today = now().date();
        let set = |field: &str, value: String| json!({"op": "set", "field": field, "value": value});
        let operations = json!([
            set("steward", "arto".to_owned()),
            set("review_by", (today + Duration::days(LOOK_AGAIN)).to_string()),
        ]);
        let edit = json!({"components": names, "operations": operations, "message": "Arto looks after the library"});
        self.cast.architect.bulk_edit(request(edit)?).await?;
        let due: Vec<_> = ["error-codes", "agent-log", "change-keys"]
            .iter()
            .map(|name| format!("{}/{name}", self.library))
            .collect();
        let edit = json!({
            "components": due, "operations": [set("review_by", (today - Duration::days(3)).to_string())],
            "message": "Due before version 8.3",
        });
        self.cast.architect.bulk_edit(request(edit)?).await?;
        let edit = json!({
            "components": names, "operations": [{"op": "step", "step": "submit"}], "message": "Ready for its first release",
        });
        self.cast.author.bulk_edit(request(edit)?).await?;
        let edit = json!({
            "components": names, "operations": [{"op": "step", "step": "approve"}], "message": "Read and approved",
        });
        self.cast.reviewer.bulk_edit(request(edit)?).await?;
        Ok(())
    }

    /// A search that reviewers keep.
    async fn reviews(&self) -> Result<()> {
        let search = json!({"name": "Waiting for review", "search": {"state": [State::InReview.as_str()]}, "shared": true});
        self.cast.reviewer.save_search(request(search)?).await?;
        Ok(())
    }

    /// Two courses are released, approved, published and recorded as live.
    async fn go_live(&self) -> Result<()> {
        let ops = &self.cast.ops;
        for (name, title, platform, url) in [
            ("academy", "Support academy", "moodle", "https://academy.stockwren.example/"),
            ("customers", "Customer training", "canvas", "https://learn.stockwren.example/"),
            (
                "brackwater",
                "Brackwater partner portal",
                "scorm cloud",
                "https://partners.brackwater.example/",
            ),
        ] {
            let new: NewTarget =
                request(json!({"key": name, "title": title, "platform": platform, "url": url}))?;
            ops.create_target(new).await?;
        }
        let notes = "The first release after the new connector.";
        let support = self.release("support-fundamentals", "1.0", notes).await?;
        let customers = self.release("sync-for-customers", "2026.1", notes).await?;
        for release in [&support, &customers] {
            let id = release.release.id;
            ops.review_release(id, Transition::Submit).await?;
            self.cast.reviewer.review_release(id, Transition::Approve).await?;
        }
        self.deploy(&support, "for-support-staff", "academy").await?;
        self.deploy(&customers, "for-customers", "customers").await?;
        self.deploy(&customers, "for-partners", "brackwater").await
    }

    async fn release(&self, course: &str, label: &str, notes: &str) -> Result<ReleaseView> {
        let new = request(json!({"label": label, "notes": notes}))?;
        self.cast.ops.release(&self.of(course)?, new).await
    }

    async fn deploy(&self, release: &ReleaseView, profile: &str, target: &str) -> Result<()> {
        let (ops, id) = (&self.cast.ops, release.release.id);
        let course = Target::Id(release.release.component);
        let stable = key("stable")?;
        let known = ops.channels(&course).await?;
        if !known.iter().any(|it| it.name == stable) {
            let to = id.to_string().parse().map_err(|e| Error::internal("bad release", e))?;
            ops.move_channel(&course, &stable, &to, None, "The first".to_owned()).await?;
        }
        let package = self.package(release, profile).await?;
        let new = json!({
            "target": target, "release": id, "package": package, "channel": stable, "note": "Uploaded and tried with a test learner",
        });
        let new: NewDeployment = request(new)?;
        ops.deploy(new).await?;
        Ok(())
    }

    /// The digest of the package that a profile makes of a release.
    async fn package(&self, release: &ReleaseView, profile: &str) -> Result<Digest> {
        let ops = &self.cast.ops;
        let profile = format!("{}/{profile}", self.library);
        let profile = profile.parse().map_err(|e| Error::internal("bad profile", e))?;
        let profile = Profile::of(ops.profile(&profile).await?)?;
        let order = Order { profile, waivers: Waivers::default(), sealed: None };
        let package = self.publisher.publish(ops, release.release.id, order).await?;
        self.publisher.record(ops, &package).await?;
        Ok(package.digest)
    }

    /// Then a promise changed: a page is edited, which puts what is live behind; a next release waits for
    /// approval; larger changes stand on a branch.
    async fn go_on(&self) -> Result<()> {
        let Cast { architect, author, reviewer, ops, .. } = self.cast;
        self.edit(
            author,
            "severity-levels",
            ("2 hours, in support hours", "1 hour, in support hours"),
            "S2 is answered within an hour from the first of the month",
        )
        .await?;
        let severity = self.of("severity-levels")?;
        author.transition(&severity, Transition::Submit).await?;
        let on = as_it_is(&severity);
        let comment = json!({
            "text": "Is this so for partners too? Their contract still says two hours.",
            "anchor": {"quote": "1 hour, in support hours"},
        });
        let asked = reviewer.add_comment(&on, request(comment)?).await?;
        let reply =
            json!({"text": "Yes: it was changed for everybody.", "reply_to": asked.comment.id});
        author.add_comment(&on, request(reply)?).await?;
        let next =
            self.release("support-fundamentals", "1.1", "S2 is answered within an hour.").await?;
        ops.review_release(next.release.id, Transition::Submit).await?;

        let branch = key("spring-update")?;
        architect.create_branch(request(json!({"name": branch}))?).await?;
        let there = architect.at(&branch, None).await?;
        self.edit(
            &there,
            "escalate-a-case",
            ("S1 within 30 minutes, S2 within 2 hours", "S1 within 20 minutes, S2 within 1 hour"),
            "New times of the Sync team",
        )
        .await?;
        self.edit(
            &there,
            "ticket-flow",
            ("takes at most 15 minutes", "takes at most 10 minutes"),
            "Triage is faster with the new form",
        )
        .await?;
        architect.review_branch(&branch, Transition::Submit).await?;
        Ok(())
    }

    /// Words of a topic are replaced.
    async fn edit(
        &self,
        who: &Session,
        name: &str,
        (from, to): (&str, &str),
        message: &str,
    ) -> Result<()> {
        let target = self.of(name)?;
        let found = who.component(&as_it_is(&target)).await?;
        let Content::Topic(mut topic) = found.content else {
            return Err(Error::internal("the demo's story edits what is no topic", name));
        };
        if !topic.body.contains(from) {
            return Err(Error::internal("the demo's story looks for words that are gone", from));
        }
        topic.body = topic.body.replace(from, to);
        let content = serde_json::to_value(Content::Topic(topic))
            .map_err(|error| Error::internal("a topic cannot be written", error))?;
        let new =
            SaveComponent { content: Some(content), metadata: None, message: message.to_owned() };
        who.save(&target, found.revision.id, new).await?;
        Ok(())
    }
}
