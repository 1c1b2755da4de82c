//! The forms of a library's rules.

use super::{Form, Keyed, Order};
use crate::model::rules::RuleSubject;
use Form::{Map, Names, Prose, Record, Set, Text, Value};

static TERM: Form = Record(&[
    ("id", Value),
    ("labels", Map(&Prose)),
    ("alternatives", Map(&Set)),
    ("broader", Value),
    ("definitions", Map(&Prose)),
    ("deprecated", Value),
    ("replaced_by", Value),
    ("iri", Value),
]);

static VOCABULARY: Form = Record(&[
    ("title", Prose),
    ("fields", Set),
    ("closed", Value),
    ("iri", Value),
    ("terms", Form::Keyed(Keyed { key: &["id"], entry: &TERM, order: Order::Sorted })),
]);

static FIELD_RULE: Form = Record(&[
    ("field", Value),
    ("help", Prose),
    ("required_from", Value),
    ("recommended", Value),
    ("type", Value),
    ("allowed", Names),
    ("pattern", Value),
    ("default", Names),
]);

static SCHEMA: Form = Record(&[(
    "fields",
    Form::Keyed(Keyed { key: &["field"], entry: &FIELD_RULE, order: Order::Reading }),
)]);

static SYNONYMS: Form = Text;

/// The form of the documents of a rule about this.
pub(in crate::model) fn of_rule(subject: RuleSubject) -> &'static Form {
    match subject {
        RuleSubject::Vocabulary => &VOCABULARY,
        RuleSubject::Schema => &SCHEMA,
        RuleSubject::Synonyms => &SYNONYMS,
    }
}
