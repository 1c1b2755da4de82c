//! Metadata schemas: one for all kinds of a library, and one for each kind that needs its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{Change, RuleState, document, read_all};
use crate::error::{Error, Result};
use crate::model::{
    ComponentId, Key, Kind, LibraryRule, LibraryRules, MetadataSchema, Right, RuleSubject,
    RuleVersionId, State, Violation,
};
use crate::service::Session;
use crate::store::library_rules;

/// How many components a report names.
const NAMED: usize = 100;

/// What a schema is for: a kind of component, or `all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaName(pub Option<Kind>);

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.map_or("all", Kind::as_str))
    }
}

impl FromStr for SchemaName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "all" {
            return Ok(Self(None));
        }
        let kind = Kind::ALL.iter().copied().find(|kind| kind.as_str() == text);
        kind.map(|kind| Self(Some(kind))).ok_or_else(|| {
            let given: String = text.chars().take(60).collect();
            Error::invalid(format!("`{given}` is neither `all` nor a kind of component"))
        })
    }
}

impl Serialize for SchemaName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SchemaName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error: Error| serde::de::Error::custom(error.message()))
    }
}

impl utoipa::PartialSchema for SchemaName {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

impl ToSchema for SchemaName {}

/// A schema with the state it is in.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SchemaView {
    /// Key of the library.
    pub library_key: Key,
    /// What it is for: a kind, or `all`.
    pub kind: SchemaName,
    /// Who put it in place, when and why.
    #[serde(flatten)]
    pub state: RuleState,
    /// The schema.
    pub schema: MetadataSchema,
}

/// A schema to be put in place.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveSchema {
    /// The schema.
    pub schema: MetadataSchema,
    /// Why.
    #[serde(default)]
    pub message: String,
    /// Only say what it would mean.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a schema means for the components that are there.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SchemaReport {
    /// How many components it is about.
    pub components: usize,
    /// How many of them lack something that the state they are in asks for. They stay as they
    /// are; their next save of metadata or step of review is refused.
    pub wanting: usize,
    /// Those, by key; at most 100.
    pub items: Vec<Wanting>,
    /// Whether it was put in place.
    pub done: bool,
    /// The state it is in since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<RuleVersionId>,
}

/// A component that lacks something.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Wanting {
    /// The component.
    pub component: ComponentId,
    /// Its key.
    pub key: Key,
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// What it lacks.
    pub lacking: Vec<Violation>,
}

impl Session {
    /// The schemas of a library.
    ///
    /// # Errors
    /// When there is no such library or the actor may not read it.
    pub async fn schemas(&self, library: &Key) -> Result<Vec<SchemaView>> {
        let library = self.library_with(library, Right::Read).await?;
        let newest = library_rules::newest(self.lcms.store().reader(), library.id).await?;
        let present = newest.iter().filter(|of| of.subject == RuleSubject::Schema);
        let view = |of: &library_rules::RuleVersion, body: &str| {
            Ok(SchemaView {
                library_key: library.key.clone(),
                kind: of.name.parse()?,
                state: RuleState::from(of),
                schema: document(of, body)?,
            })
        };
        present.filter_map(|of| of.body.as_deref().map(|body| view(of, body))).collect()
    }

    /// One schema.
    ///
    /// # Errors
    /// When there is none, or the actor may not read the library.
    pub async fn schema(&self, library: &Key, kind: SchemaName) -> Result<SchemaView> {
        let found = self.schemas(library).await?.into_iter().find(|view| view.kind == kind);
        found.ok_or_else(|| {
            Error::not_found(format!("library `{library}` has no metadata schema for `{kind}`"))
        })
    }

    /// The states that a schema was in, newest first.
    ///
    /// # Errors
    /// When the actor may not read the library.
    pub async fn schema_history(&self, library: &Key, kind: SchemaName) -> Result<Vec<RuleState>> {
        let library = self.library_with(library, Right::Read).await?;
        self.rule_history(&library, RuleSubject::Schema, &kind.to_string()).await
    }

    /// Puts a schema in place of the one that `base` names; the first has no base.
    ///
    /// # Errors
    /// When the schema contradicts itself, another was put in place since, or the actor does not
    /// administer the library.
    pub async fn save_schema(
        &self,
        library: &Key,
        kind: SchemaName,
        base: Option<RuleVersionId>,
        new: SaveSchema,
    ) -> Result<SchemaReport> {
        let library = self.library_with(library, Right::Administer).await?;
        let SaveSchema { schema, message, dry_run } = new;
        let violations = schema.violations();
        if !violations.is_empty() {
            return Err(Error::violations("the metadata schema breaks rules", violations));
        }
        let mut report = {
            let snapshot = self.lcms.store().snapshot().await?;
            let mut rules = read_all(&snapshot, library.id).await?;
            rules.retain(|rule| !matches!(rule, LibraryRule::Schema(of, _) if *of == kind.0));
            rules.push(LibraryRule::Schema(kind.0, schema.clone()));
            let rules = LibraryRules::new(rules, &library.language);
            let mut of = self.survey_all(&snapshot, &library).await?;
            of.retain(|it| kind.0.is_none_or(|kind| it.component.kind == kind));
            let wanting = of.iter().filter_map(|it| {
                let state = if it.state == State::Retired { State::Draft } else { it.state };
                let lacking = rules.lacking(it.component.kind, &it.metadata, &it.care, state);
                (!lacking.is_empty()).then(|| Wanting {
                    component: it.component.id,
                    key: it.component.key.clone(),
                    kind: it.component.kind,
                    state: it.state,
                    lacking,
                })
            });
            let mut items: Vec<_> = wanting.collect();
            let wanting = items.len();
            items.truncate(NAMED);
            SchemaReport { components: of.len(), wanting, items, done: false, version: None }
        };
        if dry_run {
            return Ok(report);
        }
        let body = serde_json::to_string(&schema)
            .map_err(|error| Error::internal("a schema cannot be written", error))?;
        let change = Change {
            library: library.id,
            subject: RuleSubject::Schema,
            name: kind.to_string(),
            body: Some(body),
            message,
        };
        report.version = Some(self.put_rule(change, base).await?);
        report.done = true;
        Ok(report)
    }

    /// Takes a schema away.
    ///
    /// # Errors
    /// When there is none, another was put in place since, or the actor does not administer the
    /// library.
    pub async fn remove_schema(
        &self,
        library: &Key,
        kind: SchemaName,
        base: RuleVersionId,
    ) -> Result<()> {
        let library = self.library_with(library, Right::Administer).await?;
        let name = kind.to_string();
        if !self.remove_rule(&library, RuleSubject::Schema, &name, base).await? {
            let message = format!("library `{}` has no metadata schema for `{kind}`", library.key);
            return Err(Error::not_found(message));
        }
        Ok(())
    }
}
