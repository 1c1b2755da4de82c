//! Who looks after a component, and until when somebody must have looked at it again.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Session;
use super::accounts::Person;
use crate::error::{Error, Result};
use crate::model::{Care, Day, EventKind, Key, Right, Target, UserId};
use crate::store::events::NewEvent;
use crate::store::{Connection, accounts, care, events, now};

/// Who looks after a component, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CareView {
    /// Who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steward: Option<Person>,
    /// The last day before it counts as stale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_by: Option<Day>,
    /// Whether that day has passed.
    pub stale: bool,
}

/// Who shall look after a component.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetCare {
    /// Name of a user; nobody when left out.
    #[serde(default)]
    pub steward: Option<Key>,
    /// The last day before it counts as stale; never when left out.
    #[serde(default)]
    pub review_by: Option<Day>,
}

/// Today, by this server's clock, in UTC.
pub(super) fn today() -> Day {
    Day::new(now().date())
}

/// The user of that name, to look after something.
pub(super) async fn steward_named(db: &impl Connection, name: &Key) -> Result<UserId> {
    let user = accounts::user_named(db, name).await?.filter(|user| !user.disabled);
    let user =
        user.ok_or_else(|| Error::invalid(format!("there is no user `{name}` who may act")))?;
    Ok(user.id)
}

impl Session {
    pub(super) async fn care_view(&self, db: &impl Connection, of: Care) -> Result<CareView> {
        let steward = match of.steward {
            Some(id) => {
                let known = accounts::user(db, id).await?.map(Person::from);
                Some(known.unwrap_or_else(|| Person::of_another_server(id)))
            }
            None => None,
        };
        let stale = of.review_by.is_some_and(|day| day < today());
        Ok(CareView { steward, review_by: of.review_by, stale })
    }

    /// Says who looks after a component. It edits no version, so it unapproves nothing.
    ///
    /// # Errors
    /// When there is no such component or user, or the actor may not write.
    pub async fn set_care(&self, target: &Target, new: SetCare) -> Result<CareView> {
        let (component, _) = self.component_with(target, Right::Write).await?;
        self.require_main("saying who looks after a component")?;
        let actor = self.actor.id();
        let given = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let steward = match &new.steward {
                        Some(name) => Some(steward_named(tx, name).await?),
                        None => None,
                    };
                    let given = Care { steward, review_by: new.review_by };
                    let before = care::of(tx, component.id).await?;
                    if before == given {
                        return Ok(given);
                    }
                    let time = now();
                    care::put(tx, &[(component.id, care::Said { care: given, time })]).await?;
                    let event = NewEvent {
                        library: Some(component.library),
                        component: Some(component.id),
                        detail: serde_json::json!({"from": before, "to": given}),
                        ..NewEvent::new(EventKind::CareChanged, time, actor)
                    };
                    events::append(tx, event).await?;
                    Ok(given)
                })
            })
            .await?;
        self.care_view(self.lcms.store().reader(), given).await
    }
}
