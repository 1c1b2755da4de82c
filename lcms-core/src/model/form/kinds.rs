//! The forms of every kind's documents.

use super::{Form, Keyed, Order};
use crate::model::kind::Kind;
use Form::{Follows, Map, Names, Placements, Prose, Record, Sequence, Set, Tagged, Text, Value};

/// A list of objects that are told apart by their `id`.
const fn by_id(entry: &'static Form) -> Form {
    Form::Keyed(Keyed { key: &["id"], entry, order: Order::Reading })
}

/// A placement. Its link policy is one decision and is taken whole.
pub(in crate::model) static PLACEMENT: Form = Record(PLACEMENT_MEMBERS);

const PLACEMENT_MEMBERS: &[(&str, Form)] = &[
    ("id", Value),
    ("component", Value),
    ("policy", Value),
    ("overrides", OVERRIDES),
    ("when", Map(&Names)),
    ("sequencing", SEQUENCING),
];

const SEQUENCING: Form = Record(&[
    ("requires", GATES),
    ("skip_when", GATES),
    ("attempt_limit", Value),
    ("counts", Record(&[("completion", Value), ("success", Value), ("weight", Value)])),
]);

const GATES: Form = Form::Keyed(Keyed { key: &["slot"], entry: &GATE, order: Order::Reading });
static GATE: Form = Record(&[("slot", Value), ("status", Value)]);

const OVERRIDES: Form = Record(&[
    ("title", Prose),
    ("summary", Prose),
    ("weight", Value),
    ("attempts", Value),
    ("pass_mark", Value),
    ("blocks", Map(&Text)),
]);

static CHOICE: Form =
    Record(&[("id", Value), ("text", Text), ("correct", Value), ("feedback", Text)]);
static ITEM: Form = Record(&[("id", Value), ("text", Text)]);
static BLANK: Form = Record(&[("id", Value), ("accept", Names), ("case_sensitive", Value)]);
static PAIR: Form = Record(&[("source", Value), ("target", Value)]);
static SECTION: Form = Record(&[
    ("id", Value),
    ("title", Prose),
    ("draw", Value),
    ("shuffle", Value),
    ("entries", Placements),
]);
static TRACK: Form =
    Record(&[("kind", Value), ("language", Value), ("blob", Value), ("file_name", Value)]);
static FILE: Form =
    Record(&[("path", Value), ("blob", Value), ("size", Follows("blob")), ("media_type", Value)]);

static TOPIC: Form = Record(&[
    ("kind", Value),
    ("title", Prose),
    ("summary", Prose),
    ("objectives", Placements),
    ("body", Text),
]);

static ASSET: Form = Record(&[
    ("kind", Value),
    ("title", Prose),
    ("blob", Value),
    ("size", Follows("blob")),
    ("file_name", Value),
    ("media_type", Value),
    ("alt", Prose),
    ("decorative", Value),
    ("caption", Prose),
    ("transcript", Text),
    (
        "tracks",
        Form::Keyed(Keyed { key: &["kind", "language"], entry: &TRACK, order: Order::Reading }),
    ),
]);

static QUESTION: Form = Record(&[
    ("kind", Value),
    ("title", Prose),
    ("prompt", Text),
    (
        "interaction",
        Tagged(
            "type",
            &[
                (
                    "single_choice",
                    Record(&[("type", Value), ("choices", by_id(&CHOICE)), ("shuffle", Value)]),
                ),
                (
                    "multiple_choice",
                    Record(&[
                        ("type", Value),
                        ("choices", by_id(&CHOICE)),
                        ("shuffle", Value),
                        ("partial_credit", Value),
                    ]),
                ),
                ("true_false", Record(&[("type", Value), ("answer", Value)])),
                ("fill_in", Record(&[("type", Value), ("blanks", by_id(&BLANK))])),
                (
                    "matching",
                    Record(&[
                        ("type", Value),
                        ("sources", by_id(&ITEM)),
                        ("targets", by_id(&ITEM)),
                        (
                            "pairs",
                            Form::Keyed(Keyed {
                                key: &["source"],
                                entry: &PAIR,
                                order: Order::Reading,
                            }),
                        ),
                    ]),
                ),
                (
                    "ordering",
                    Record(&[
                        ("type", Value),
                        (
                            "items",
                            Form::Keyed(Keyed { key: &["id"], entry: &ITEM, order: Order::Meant }),
                        ),
                    ]),
                ),
                (
                    "numeric",
                    Record(&[
                        ("type", Value),
                        ("answer", Value),
                        ("tolerance", Value),
                        ("unit", Prose),
                    ]),
                ),
                (
                    "long_answer",
                    Record(&[("type", Value), ("max_characters", Value), ("sample_answer", Text)]),
                ),
            ],
        ),
    ),
    ("points", Value),
    ("hints", Sequence(&Text)),
    ("feedback", Record(&[("correct", Text), ("incorrect", Text)])),
]);

static ASSESSMENT: Form = Record(&[
    ("kind", Value),
    ("title", Prose),
    ("introduction", Text),
    ("objectives", Placements),
    ("shuffle", Value),
    ("pass_mark", Value),
    ("attempts", Value),
    ("sections", by_id(&SECTION)),
]);

static LESSON: Form = Record(&[
    ("kind", Value),
    ("title", Prose),
    ("summary", Prose),
    ("objectives", Placements),
    ("placements", Placements),
]);

static MODULE: Form = Record(&[
    ("kind", Value),
    ("title", Prose),
    ("summary", Prose),
    ("objectives", Placements),
    ("order", Value),
    ("placements", Placements),
]);

const COMPLETION: Form = Record(&[("rule", Value), ("pass_mark", Value), ("minutes", Value)]);

static COURSE: Form = Record(&[
    ("kind", Value),
    ("title", Prose),
    ("summary", Prose),
    ("objectives", Placements),
    ("variable_sets", Placements),
    ("completion", COMPLETION),
    ("order", Value),
    ("placements", Placements),
]);

static WEB_PACKAGE: Form = Record(&[
    ("kind", Value),
    ("title", Prose),
    ("standard", Value),
    ("edition", Value),
    ("tool", Value),
    ("launch", Value),
    ("parameters", Value),
    ("outline", Value),
    ("text", Text),
    ("files", Form::Keyed(Keyed { key: &["path"], entry: &FILE, order: Order::Sorted })),
    ("package", Record(PLACEMENT_MEMBERS)),
]);

static OBJECTIVE: Form = Record(&[("kind", Value), ("title", Prose), ("description", Prose)]);

static VARIABLE_SET: Form =
    Record(&[("kind", Value), ("title", Prose), ("variables", Map(&Prose))]);

const COLOURS: Form = Record(&[
    ("accent", Value),
    ("accent_ink", Value),
    ("paper", Value),
    ("surface", Value),
    ("ink", Value),
    ("soft", Value),
]);

static PROFILE: Form = Record(&[
    ("kind", Value),
    ("title", Prose),
    ("summary", Prose),
    ("format", Value),
    ("granularity", Value),
    ("language", Value),
    ("conditions", Map(&Set)),
    ("variables", Map(&Prose)),
    ("completion", COMPLETION),
    ("navigation", Value),
    ("player", Record(&[("contents", Value), ("print", Value)])),
    ("commercial", Value),
    ("required", Map(&Set)),
    (
        "theme",
        Record(&[
            ("colours", COLOURS),
            ("dark", COLOURS),
            ("fonts", Record(&[("text", Value), ("headings", Value)])),
            ("logo", Value),
            ("css", Text),
        ]),
    ),
]);

/// A metadata document.
pub(in crate::model) static METADATA: Form = Record(&[
    ("description", Prose),
    ("tags", Set),
    ("keywords", Set),
    ("audience", Set),
    ("difficulty", Value),
    ("duration_minutes", Value),
    ("licence", Prose),
    ("attribution", Prose),
    ("custom", Map(&Prose)),
]);

/// The form of a kind's content documents.
pub(in crate::model) fn of_kind(kind: Kind) -> &'static Form {
    match kind {
        Kind::Topic => &TOPIC,
        Kind::Asset => &ASSET,
        Kind::Question => &QUESTION,
        Kind::Assessment => &ASSESSMENT,
        Kind::Lesson => &LESSON,
        Kind::Module => &MODULE,
        Kind::Course => &COURSE,
        Kind::WebPackage => &WEB_PACKAGE,
        Kind::Objective => &OBJECTIVE,
        Kind::VariableSet => &VARIABLE_SET,
        Kind::Profile => &PROFILE,
    }
}
