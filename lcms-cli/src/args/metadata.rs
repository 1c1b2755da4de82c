//! Vocabularies, schemas, edits of many components, and reports.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lcms_core::model::{Day, EditId, FieldName, Key, Kind, Language, State, Target, Transition};
use lcms_core::service::{ReportList, SchemaName};

/// Where a vocabulary is.
#[derive(Debug, Args)]
pub(crate) struct VocabularyName {
    /// Key of the library.
    pub(crate) library: Key,
    /// Key of the vocabulary.
    pub(crate) vocabulary: Key,
}

/// How a change of a vocabulary is made.
#[derive(Debug, Args)]
pub(crate) struct Changing {
    /// Report what would change, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Why, for the history.
    #[arg(long, short, default_value = "")]
    pub(crate) message: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Vocabulary {
    /// List the vocabularies of a library.
    List {
        /// Key of the library.
        library: Key,
    },
    /// Show a vocabulary as a tree.
    Show(VocabularyName),
    /// Take terms from a file: SKOS in RDF/XML, or CSV. Makes the vocabulary if there is none.
    Import {
        #[command(flatten)]
        name: VocabularyName,
        /// The file; `-` reads standard input.
        file: PathBuf,
        /// What it is called.
        #[arg(long)]
        title: Option<String>,
        /// A field that holds its terms: tags, keywords, audience or custom.NAME (may be repeated).
        #[arg(long)]
        field: Vec<FieldName>,
        /// Those fields hold nothing else (`--closed false`: they may).
        #[arg(long, num_args = 0..=1, default_missing_value = "true")]
        closed: Option<bool>,
        #[command(flatten)]
        how: Changing,
    },
    /// Write the terms to standard output.
    Export {
        #[command(flatten)]
        name: VocabularyName,
        /// As CSV instead of SKOS in RDF/XML.
        #[arg(long, conflicts_with = "format")]
        csv: bool,
        /// How the terms are written.
        #[arg(long, value_enum, default_value = "skos")]
        format: TermsAs,
    },
    /// Add a term.
    Add {
        #[command(flatten)]
        name: VocabularyName,
        /// Its id.
        id: Key,
        /// Its label in the library's language.
        label: String,
        /// The term above.
        #[arg(long)]
        broader: Option<Key>,
        #[command(flatten)]
        how: Changing,
    },
    /// Give a term another label; components that say the old one say the new one.
    Rename {
        #[command(flatten)]
        name: VocabularyName,
        /// The term.
        id: Key,
        /// The label.
        label: String,
        /// Language of the label; the library's own when left out.
        #[arg(long)]
        language: Option<Language>,
        #[command(flatten)]
        how: Changing,
    },
    /// Put a term elsewhere in the tree.
    Move {
        #[command(flatten)]
        name: VocabularyName,
        /// The term.
        id: Key,
        /// The term above; the top when left out.
        #[arg(long)]
        broader: Option<Key>,
        #[command(flatten)]
        how: Changing,
    },
    /// Make one term of two; components that say the one say the other.
    Merge {
        #[command(flatten)]
        name: VocabularyName,
        /// The term that goes.
        id: Key,
        /// The term that stays.
        into: Key,
        #[command(flatten)]
        how: Changing,
    },
    /// Say that a term is not for new use any more.
    Deprecate {
        #[command(flatten)]
        name: VocabularyName,
        /// The term.
        id: Key,
        /// The term to use instead.
        #[arg(long)]
        replaced_by: Option<Key>,
        #[command(flatten)]
        how: Changing,
    },
    /// Show every state that a vocabulary was in.
    History(VocabularyName),
    /// Take a vocabulary away; components keep what they say.
    Remove(VocabularyName),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Schema {
    /// List the metadata schemas of a library.
    List {
        /// Key of the library.
        library: Key,
    },
    /// Show a schema.
    Show {
        /// Key of the library.
        library: Key,
        /// A kind of component, or `all`.
        #[arg(default_value = "all")]
        kind: SchemaName,
        /// As JSON Schema, for a component in this state: draft, in_review or approved.
        #[arg(long, value_name = "STATE", value_parser = state)]
        json_schema: Option<State>,
    },
    /// Put a schema in place.
    Set {
        /// Key of the library.
        library: Key,
        /// A kind of component, or `all`.
        kind: SchemaName,
        /// The schema as JSON; `-` reads standard input.
        file: PathBuf,
        #[command(flatten)]
        how: Changing,
    },
    /// Take a schema away.
    Remove {
        /// Key of the library.
        library: Key,
        /// A kind of component, or `all`.
        kind: SchemaName,
    },
}

fn state(text: &str) -> Result<State, String> {
    [State::Draft, State::InReview, State::Approved]
        .into_iter()
        .find(|state| state.as_str() == text)
        .ok_or_else(|| "use draft, in_review or approved".to_owned())
}

/// What a search looks for.
#[derive(Debug, Args)]
pub(crate) struct Words {
    /// Words, as in a search.
    #[arg(long, value_name = "WORDS")]
    pub(crate) find: Option<String>,
    /// Only this library (may be repeated).
    #[arg(long)]
    pub(crate) library: Vec<Key>,
    /// Only this kind (may be repeated).
    #[arg(long)]
    pub(crate) kind: Vec<Kind>,
    /// Only this state: draft, in_review or approved (may be repeated).
    #[arg(long, value_parser = state)]
    pub(crate) state: Vec<State>,
    /// Only this tag (may be repeated).
    #[arg(long)]
    pub(crate) tag: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Bulk {
    /// Edit the components that are named, and those that a search finds, in one step.
    Edit(Box<BulkEdit>),
    /// List the edits that were made.
    List,
    /// Undo an edit.
    Undo {
        /// The edit.
        edit: EditId,
        /// Leave what was changed since as it is, and undo the rest.
        #[arg(long)]
        skip_changed: bool,
        /// Report what would be done, and do nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct BulkEdit {
    /// `library/key` or ids.
    pub(crate) components: Vec<Target>,
    #[command(flatten)]
    pub(crate) words: Words,
    /// Add a value to tags, keywords or audience (may be repeated).
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment)]
    pub(crate) add: Vec<(FieldName, String)>,
    /// Remove a value from tags, keywords or audience (may be repeated).
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment)]
    pub(crate) remove: Vec<(FieldName, String)>,
    /// Give a field a value, such as licence=MIT, custom.level=basic, steward=anna or
    /// review_by=2027-06-30 (may be repeated).
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment)]
    pub(crate) set: Vec<(FieldName, String)>,
    /// Take a field's value away (may be repeated).
    #[arg(long, value_name = "FIELD")]
    pub(crate) unset: Vec<FieldName>,
    /// Replace words wherever titles, summaries and texts say them; what refers stays as it is (may be
    /// repeated).
    #[arg(long, num_args = 2, value_names = ["FIND", "WITH"])]
    pub(crate) replace: Vec<String>,
    /// With --replace: capital letters are told from small ones.
    #[arg(long, requires = "replace")]
    pub(crate) match_case: bool,
    /// With --replace: not within longer words.
    #[arg(long, requires = "replace")]
    pub(crate) whole_words: bool,
    /// Let each serve an objective too, `library/key` or an id (may be repeated).
    #[arg(long, value_name = "OBJECTIVE")]
    pub(crate) serve: Vec<Target>,
    /// Let each serve an objective no more (may be repeated).
    #[arg(long, value_name = "OBJECTIVE")]
    pub(crate) unserve: Vec<Target>,
    /// Take a step after everything else: submit, withdraw, approve, retire or reinstate.
    #[arg(long, value_parser = step)]
    pub(crate) step: Option<Transition>,
    /// Carry out what can be, where something is refused.
    #[arg(long)]
    pub(crate) skip_refused: bool,
    #[command(flatten)]
    pub(crate) how: Changing,
}

fn assignment(text: &str) -> Result<(FieldName, String), String> {
    let (field, value) = text.split_once('=').ok_or("write FIELD=VALUE")?;
    let field: FieldName = field.parse().map_err(|error| format!("{error}"))?;
    Ok((field, value.to_owned()))
}

fn step(text: &str) -> Result<Transition, String> {
    use Transition::{Approve, Reinstate, Retire, Submit, Withdraw};
    let found = [Submit, Withdraw, Approve, Retire, Reinstate];
    let found = found.into_iter().find(|step| step.as_str() == text);
    found.ok_or_else(|| "use submit, withdraw, approve, retire or reinstate".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Key of the library.
    pub(crate) library: Key,
    /// A list: stale, unused, unreleased, no_steward, incomplete, most_reused, duplicates,
    /// stale_placements, objectives_without_content or objectives_without_question. The figures of
    /// all when left out.
    pub(crate) list: Option<ReportList>,
    /// At most so many on a page, 1 to 200.
    #[arg(long, default_value_t = 200)]
    pub(crate) limit: u64,
    /// Where the page before ended.
    #[arg(long)]
    pub(crate) cursor: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Care {
    /// `library/key` or an id.
    pub(crate) component: Target,
    /// Name of the user who looks after it; nobody when left out.
    #[arg(long)]
    pub(crate) steward: Option<Key>,
    /// The last day before it counts as stale, such as 2027-06-30; never when left out.
    #[arg(long)]
    pub(crate) review_by: Option<Day>,
}

/// How the terms of a vocabulary are written.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum TermsAs {
    /// SKOS in RDF/XML.
    Skos,
    /// SKOS in Turtle.
    Turtle,
    /// SKOS in JSON-LD.
    JsonLd,
    /// A table.
    Csv,
}
