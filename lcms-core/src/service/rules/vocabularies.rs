//! Vocabularies: put in place or edited term by term, with everything that components say carried
//! along in the same step.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Change, RuleState, document, put, read_all, standing};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    ComponentId, EditId, FieldName, Key, Library, LibraryRule, LibraryRules, Right, RuleSubject,
    RuleVersionId, State, TermChanges, TermEdit, Vocabulary,
};
use crate::service::Session;
use crate::service::bulk::{Edit, KeptRule};
use crate::store::{Connection, Transaction, library_rules};

/// How many components and values a report names.
const NAMED: usize = 100;

/// A vocabulary in a list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct VocabularyBrief {
    /// Its key, unique in the library.
    pub key: Key,
    /// What it is called.
    pub title: String,
    /// The fields that hold its terms.
    pub fields: Vec<FieldName>,
    /// Whether those fields hold nothing else.
    pub closed: bool,
    /// How many terms it has.
    pub terms: usize,
    /// Who put it in place, when and why.
    #[serde(flatten)]
    pub state: RuleState,
}

/// A vocabulary with the state it is in.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct VocabularyView {
    /// Key of the library.
    pub library_key: Key,
    /// Its key, unique in the library.
    pub key: Key,
    /// Who put it in place, when and why.
    #[serde(flatten)]
    pub state: RuleState,
    /// The vocabulary.
    pub vocabulary: Vocabulary,
}

/// A vocabulary to be put in place.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveVocabulary {
    /// The vocabulary.
    pub vocabulary: Vocabulary,
    /// Why.
    #[serde(default)]
    pub message: String,
    /// Only say what would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// Steps that change a vocabulary.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditTerms {
    /// The steps, one after the other; all are taken or none.
    pub edits: Vec<TermEdit>,
    /// Why.
    #[serde(default)]
    pub message: String,
    /// Only say what would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a change of a vocabulary did, or would do.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct VocabularyReport {
    /// What is different in the vocabulary.
    pub changes: TermChanges,
    /// How many components say something else in consequence.
    pub components: usize,
    /// How many of them are approved and become drafts: they are not what was approved any more.
    pub unapproved: usize,
    /// Those components, by key; at most 100.
    pub items: Vec<TermTouched>,
    /// Values in the bound fields that no term is called, most frequent first; at most 100. They
    /// stay.
    pub unknown: Vec<UnknownValue>,
    /// Whether it was done.
    pub done: bool,
    /// The state that the vocabulary is in since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<RuleVersionId>,
    /// The edit that holds all of it, for undoing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<EditId>,
}

/// A component whose metadata follows a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TermTouched {
    /// The component.
    pub component: ComponentId,
    /// Its key.
    pub key: Key,
    /// The fields that change.
    pub fields: Vec<FieldName>,
}

/// A value that no term is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnknownValue {
    /// The field.
    pub field: FieldName,
    /// The value.
    pub value: String,
    /// How many components have it.
    pub components: usize,
}

/// A change worked out.
struct Plan {
    vocabulary: Vocabulary,
    report: VocabularyReport,
    edits: Vec<Edit>,
    stands: Option<RuleVersionId>,
}

/// What becomes of a vocabulary.
#[derive(Clone)]
enum Wanted {
    Document(Vocabulary),
    Edits(Vec<TermEdit>),
}

impl Session {
    /// The vocabularies of a library, by key.
    ///
    /// # Errors
    /// When there is no such library or the actor may not read it.
    pub async fn vocabularies(&self, library: &Key) -> Result<Vec<VocabularyBrief>> {
        let library = self.library_with(library, Right::Read).await?;
        let newest = library_rules::newest(self.lcms.store().reader(), library.id).await?;
        let mut found = Vec::new();
        for of in newest.iter().filter(|of| of.subject == RuleSubject::Vocabulary) {
            let Some(body) = &of.body else { continue };
            let Vocabulary { title, fields, closed, terms, .. } = document(of, body)?;
            let (key, terms) = (read_key(&of.name)?, terms.len());
            found.push(VocabularyBrief { key, title, fields, closed, terms, state: of.into() });
        }
        Ok(found)
    }

    /// One vocabulary.
    ///
    /// # Errors
    /// When there is none, or the actor may not read the library.
    pub async fn vocabulary(&self, library: &Key, key: &Key) -> Result<VocabularyView> {
        let library = self.library_with(library, Right::Read).await?;
        let db = self.lcms.store().reader();
        let (found, _) = standing(db, library.id, RuleSubject::Vocabulary, key.as_str()).await?;
        let of = found.ok_or_else(|| no_vocabulary(&library, key))?;
        let vocabulary = document(&of, of.body.as_deref().unwrap_or_default())?;
        let state = RuleState::from(&of);
        Ok(VocabularyView { library_key: library.key, key: key.clone(), state, vocabulary })
    }

    /// The states that a vocabulary was in, newest first.
    ///
    /// # Errors
    /// When the actor may not read the library.
    pub async fn vocabulary_history(&self, library: &Key, key: &Key) -> Result<Vec<RuleState>> {
        let library = self.library_with(library, Right::Read).await?;
        self.rule_history(&library, RuleSubject::Vocabulary, key.as_str()).await
    }

    /// Puts a vocabulary in place of the one that `base` names; the first has no base. What terms
    /// were called before leads to what they are called now, and components follow at once, in one
    /// edit that can be undone.
    ///
    /// # Errors
    /// When the vocabulary breaks a rule, binds a field that another has bound, was changed since,
    /// or the actor does not administer the library.
    pub async fn save_vocabulary(
        &self,
        library: &Key,
        key: &Key,
        base: Option<RuleVersionId>,
        new: SaveVocabulary,
    ) -> Result<VocabularyReport> {
        let SaveVocabulary { vocabulary, message, dry_run } = new;
        self.change_vocabulary(library, key, base, Wanted::Document(vocabulary), message, dry_run)
            .await
    }

    /// Changes terms of a vocabulary, as [`Session::save_vocabulary`].
    ///
    /// # Errors
    /// As there, and when a step names a term that is not there.
    pub async fn edit_terms(
        &self,
        library: &Key,
        key: &Key,
        base: RuleVersionId,
        steps: EditTerms,
    ) -> Result<VocabularyReport> {
        let EditTerms { edits, message, dry_run } = steps;
        let wanted = Wanted::Edits(edits);
        self.change_vocabulary(library, key, Some(base), wanted, message, dry_run).await
    }

    /// Takes a vocabulary away. Components keep what they say.
    ///
    /// # Errors
    /// When there is none, it was changed since, or the actor does not administer the library.
    pub async fn remove_vocabulary(
        &self,
        library: &Key,
        key: &Key,
        base: RuleVersionId,
    ) -> Result<()> {
        let library = self.library_with(library, Right::Administer).await?;
        match self.remove_rule(&library, RuleSubject::Vocabulary, key.as_str(), base).await? {
            true => Ok(()),
            false => Err(no_vocabulary(&library, key)),
        }
    }

    async fn change_vocabulary(
        &self,
        library: &Key,
        key: &Key,
        base: Option<RuleVersionId>,
        wanted: Wanted,
        message: String,
        dry_run: bool,
    ) -> Result<VocabularyReport> {
        let library = self.library_with(library, Right::Administer).await?;
        self.require(&library, Right::Write)?;
        self.require_main("changing a vocabulary")?;
        if dry_run {
            let snapshot = self.lcms.store().snapshot().await?;
            let plan = self.plan_vocabulary(&snapshot, &library, key, wanted).await?;
            require_base(key, plan.stands, base)?;
            return Ok(plan.report);
        }
        let (session, key) = (self.clone(), key.clone());
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    session.change_vocabulary_in(tx, &library, &key, base, wanted, message).await
                })
            })
            .await
    }

    async fn change_vocabulary_in(
        &self,
        tx: &Transaction,
        library: &Library,
        key: &Key,
        base: Option<RuleVersionId>,
        wanted: Wanted,
        message: String,
    ) -> Result<VocabularyReport> {
        let plan = self.plan_vocabulary(tx, library, key, wanted).await?;
        require_base(key, plan.stands, base)?;
        let Plan { vocabulary, mut report, edits, .. } = plan;
        if report.changes.is_empty() && edits.is_empty() && base.is_some() {
            report.version = base;
            return Ok(report);
        }
        let body = serde_json::to_string(&vocabulary)
            .map_err(|error| Error::internal("a vocabulary cannot be written", error))?;
        let change = Change {
            library: library.id,
            subject: RuleSubject::Vocabulary,
            name: key.to_string(),
            body: Some(body),
            message: message.clone(),
        };
        let put = put(tx, change, base, self.actor.id()).await?;
        let said = match message.trim() {
            "" => format!("vocabulary `{}/{key}` changed", library.key),
            message => message.to_owned(),
        };
        let rules = vec![KeptRule { library: library.id, before: base, after: put.id }];
        report.edit = Some(self.carry_out(tx, edits, rules, said).await?);
        report.version = Some(put.id);
        report.done = true;
        Ok(report)
    }

    async fn plan_vocabulary(
        &self,
        db: &impl Connection,
        library: &Library,
        key: &Key,
        wanted: Wanted,
    ) -> Result<Plan> {
        let language = &library.language;
        let (found, _) = standing(db, library.id, RuleSubject::Vocabulary, key.as_str()).await?;
        let stands = found.as_ref().map(|found| found.id);
        let before: Vocabulary = match &found {
            Some(of) => document(of, of.body.as_deref().unwrap_or_default())?,
            None => Vocabulary::default(),
        };
        let broken = |violations| Error::violations("the vocabulary breaks rules", violations);
        let mut vocabulary = match wanted {
            Wanted::Document(mut vocabulary) => {
                vocabulary.normalise();
                vocabulary
            }
            Wanted::Edits(_) if found.is_none() => return Err(no_vocabulary(library, key)),
            Wanted::Edits(edits) => {
                let mut vocabulary = before.clone();
                for edit in edits {
                    vocabulary.edit(edit, language).map_err(|violation| broken(vec![violation]))?;
                }
                vocabulary
            }
        };
        let violations = vocabulary.violations();
        if !violations.is_empty() {
            return Err(broken(violations));
        }
        let changes = vocabulary.succeed(&before, language);
        let mut rules = read_all(db, library.id).await?;
        rules.retain(|rule| !matches!(rule, LibraryRule::Vocabulary(of, _) if of == key));
        for rule in &rules {
            if let LibraryRule::Vocabulary(other, theirs) = rule
                && let Some(field) = vocabulary.fields.iter().find(|it| theirs.fields.contains(it))
            {
                return Err(Error::conflict(format!(
                    "the field `{field}` is bound to the vocabulary `{other}` already"
                )));
            }
        }
        // Only what this vocabulary says is carried to components, not what others do.
        let own =
            LibraryRules::new([LibraryRule::Vocabulary(key.clone(), vocabulary.clone())], language);
        let mut report = VocabularyReport {
            changes,
            components: 0,
            unapproved: 0,
            items: Vec::new(),
            unknown: Vec::new(),
            done: false,
            version: stands,
            edit: None,
        };
        let mut edits = Vec::new();
        let mut unknown = BTreeMap::<(FieldName, String), usize>::new();
        for it in self.survey_all(db, library).await? {
            let mut metadata = it.metadata.as_ref().clone();
            own.settle_terms(&mut metadata);
            for value in own.unknown_values(&metadata, key) {
                *unknown.entry(value).or_default() += 1;
            }
            if metadata == *it.metadata {
                continue;
            }
            report.components += 1;
            report.unapproved += usize::from(it.state == State::Approved);
            if report.items.len() < NAMED {
                let differs =
                    |field: &&FieldName| metadata.values(field) != it.metadata.values(field);
                report.items.push(TermTouched {
                    component: it.component.id,
                    key: it.component.key.clone(),
                    fields: vocabulary.fields.iter().filter(differs).cloned().collect(),
                });
            }
            edits.push(Edit { metadata: Some(metadata), ..Edit::of(it) });
        }
        report.unknown = unknown
            .into_iter()
            .map(|((field, value), components)| UnknownValue { field, value, components })
            .collect();
        report.unknown.sort_by_key(|it| std::cmp::Reverse(it.components));
        report.unknown.truncate(NAMED);
        Ok(Plan { vocabulary, report, edits, stands })
    }
}

fn require_base(
    key: &Key,
    stands: Option<RuleVersionId>,
    base: Option<RuleVersionId>,
) -> Result<()> {
    match (stands, base) {
        (stands, base) if stands == base => Ok(()),
        (Some(_), None) => Err(Error::conflict(format!("there is a vocabulary `{key}` already"))
            .hint("name the version that your change is based on")),
        _ => Err(Error::new(
            ErrorKind::StaleBase,
            format!("the vocabulary `{key}` was changed since; nothing was done"),
        )
        .hint("read it again, apply your change to it and name its new version")),
    }
}

fn read_key(name: &str) -> Result<Key> {
    name.parse().map_err(|error| Error::internal("the database holds an unreadable key", error))
}

fn no_vocabulary(library: &Library, key: &Key) -> Error {
    Error::not_found(format!("library `{}` has no vocabulary `{key}`", library.key))
        .hint("`lcms vocabulary list` shows those there are")
}
