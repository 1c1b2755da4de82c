//! The rules by which a verdict is reached, as one table: what changed, what that asks for, and why.
//!
//! `docs/compatibility.md` is this table with its sources; a test keeps the two equal.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What replacing one package by another asks for, from least to most.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Replace it: records and saved states fit, and learners see the pages they know.
    SafeInPlace,
    /// Replace it: records and saved states fit, but learners may see changed pages.
    SafeChangedPages,
    /// It can be replaced, but learners in progress must start again for their record to be right.
    RestartNeeded,
    /// Put it beside the old one: in its place, records would be lost or belong to something else.
    NewActivityNeeded,
}

impl Verdict {
    /// Every verdict, from least to most.
    pub const ALL: [Self; 4] =
        [Self::SafeInPlace, Self::SafeChangedPages, Self::RestartNeeded, Self::NewActivityNeeded];

    /// Its name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SafeInPlace => "safe_in_place",
            Self::SafeChangedPages => "safe_changed_pages",
            Self::RestartNeeded => "restart_needed",
            Self::NewActivityNeeded => "new_activity_needed",
        }
    }

    /// The verdict as people read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::SafeInPlace => "safe in place",
            Self::SafeChangedPages => "safe, learners may see changed pages",
            Self::RestartNeeded => "restart needed",
            Self::NewActivityNeeded => "new activity needed",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

macro_rules! rules {
    ($($(#[$group:meta])* $variant:ident: $slug:literal, $verdict:ident, $change:literal, $why:literal;)+) => {
        /// One way in which two packages can differ. Its name never changes.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
        )]
        pub enum Rule {
            $(#[doc = $change] #[serde(rename = $slug)] $variant,)+
        }

        impl Rule {
            /// Every rule, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its stable name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $slug,)+ }
            }

            /// What it asks for.
            #[must_use]
            pub fn verdict(self) -> Verdict {
                match self { $(Self::$variant => Verdict::$verdict,)+ }
            }

            /// What changed, in a few words.
            #[must_use]
            pub fn change(self) -> &'static str {
                match self { $(Self::$variant => $change,)+ }
            }

            /// Why it asks for that: what the standard says, what a named LMS was seen to do, or how the
            /// player works. `[name]` refers to the list of sources in `docs/compatibility.md`.
            #[must_use]
            pub fn why(self) -> &'static str {
                match self { $(Self::$variant => $why,)+ }
            }
        }
    };
}

rules! {
    FormatChanged: "format_changed", NewActivityNeeded, "another standard or edition",
        "Each standard keeps the record under elements of its own (`cmi.core.lesson_status` against `cmi.completion_status`), and none says how to carry one over [RTE12 3.4] [RTE 4.2]. SumTotal refuses to replace a package by one of another edition [SumTotal].";
    ManifestIdentifierChanged: "manifest_identifier_changed", NewActivityNeeded, "the manifest's identifier",
        "It names the package to an LMS [CAM 3.4]. SAP SuccessFactors builds the ids of its content objects from it [SAP]; Percipio counts other identifiers as a change that learners feel and advises a new course [Percipio].";
    OrganizationIdentifierChanged: "organization_identifier_changed", NewActivityNeeded, "the organization's identifier",
        "The organization is the root of the activity tree whose state is kept [SN 2.1]. Moodle keeps it as an item like the others, known by its identifier [Moodle].";
    StateFormatChanged: "state_format_changed", RestartNeeded, "the form in which the player saves a learner's state",
        "An LMS gives `cmi.suspend_data` back as it was, without knowing what it means [RTE 4.2.23]. The player starts afresh when it finds a state of another form.";
    LanguageChanged: "language_changed", SafeChangedPages, "the language of the course",
        "The player speaks another language; ids and saved states do not depend on it.";

    ScoAdded: "sco_added", SafeChangedPages, "a SCO more",
        "Records of the others stay. In SCORM 2004 a course is complete when all its parts are, unless rules say otherwise [SN 4.6]: whoever was done has one part to do, and an LMS may take completion of the course back.";
    ScoRemoved: "sco_removed", NewActivityNeeded, "a SCO less",
        "Its records have no place in the new package. Moodle deletes the tracks of items whose identifier is gone [Moodle]; Percipio refuses to replace a package when its table of contents changes [Percipio].";
    ScoMoved: "sco_moved", SafeChangedPages, "a SCO at another place",
        "A record belongs to the item's identifier, not to its place. Order, and in SCORM 2004 what rolls up into which heading [SN 4.6], change for everybody. Percipio takes a changed table of contents for a new course [Percipio].";
    ScoKindChanged: "sco_kind_changed", NewActivityNeeded, "an item launches a SCO, and did not, or the other way round",
        "Only a SCO has a run-time record; an LMS sets the status of anything else by itself [RTE 2.1]. The two records mean different things.";
    ItemIdentifierChanged: "item_identifier_changed", NewActivityNeeded, "the identifier of an item that is otherwise the same",
        "The identifier is what a record is found by: with another one, the LMS sees one SCO gone and one new. Moodle moves tracks only between items of equal identifier and deletes the rest [Moodle].";
    HeadingAdded: "heading_added", SafeChangedPages, "a heading more",
        "A heading has no run-time record. In SCORM 2004 it is an activity, whose status rolls up from what is below [SN 4.6].";
    HeadingRemoved: "heading_removed", SafeChangedPages, "a heading less",
        "A heading has no run-time record; what it rolled up is lost, and worked out anew for the headings that remain [SN 4.6].";
    HeadingMoved: "heading_moved", SafeChangedPages, "a heading at another place",
        "As for a SCO that moved, without a record of its own.";
    ResourceIdentifierChanged: "resource_identifier_changed", RestartNeeded, "the identifier of the resource that an item launches",
        "Records belong to the item [RTE 2.1], but not every LMS keeps to that: SAP SuccessFactors names its content objects by manifest identifier and `identifierref` [SAP].";
    LaunchAddressChanged: "launch_address_changed", RestartNeeded, "the address or the parameters that an item launches",
        "The record stays with the item [RTE 2.1], but a learner who has the lesson open holds an address that is gone, and what a lesson saved of its place may name the old one. SCORM Cloud resets registrations when an overwritten manifest differs [SCORM Cloud].";
    PrerequisitesChanged: "prerequisites_changed", SafeChangedPages, "what must be done before an item",
        "An LMS evaluates prerequisites when a learner chooses an item and stores nothing of them [CAM12]: an item that was open may be closed now.";
    SequencingChanged: "sequencing_changed", RestartNeeded, "sequencing: control modes, delivery controls, secondary objectives",
        "The tracking model of a suspended activity was built under the old rules and is resumed under the new ones [SN 4.2]; a learner may stand where the new rules lead nowhere. Percipio takes it for a new course [Percipio].";
    MoveOnChanged: "move_on_changed", RestartNeeded, "what a cmi5 unit must reach before an LMS counts it as done",
        "The LMS works out from `moveOn` when a unit, a block and the course are satisfied, and says so once [cmi5 10.2.4]; who was satisfied under one rule stays so beside others who are measured by another.";
    TimeLimitChanged: "time_limit_changed", RestartNeeded, "how long an attempt may take",
        "The LMS hands the limit to the SCO as `cmi.max_time_allowed` [RTE 4.2.15]; attempts under way have used up time under another one.";
    LaunchDataChanged: "launch_data_changed", RestartNeeded, "what the LMS hands to an item at its start",
        "`cmi.launch_data` is for the content alone to understand [RTE 4.2.10]; whether a saved state fits the new one cannot be known.";
    ObjectiveAdded: "objective_added", SafeInPlace, "an objective more",
        "It begins without a status [RTE 4.2.17]; records of the others stay.";
    ObjectiveRemoved: "objective_removed", RestartNeeded, "an objective less, or under another identifier",
        "`cmi.objectives` is filled from the manifest at the start of an attempt [RTE 4.2.17]: attempts under way keep an objective that rolls up no more [SN 4.6].";

    CompletionRuleChanged: "completion_rule_changed", RestartNeeded, "what completes a SCO",
        "Who began under one rule is measured by another; what was complete stays so [RTE 4.2.4], so one status would mean two things.";
    MasteryChanged: "mastery_changed", RestartNeeded, "the score from which on a SCO or an assessment is passed",
        "The LMS compares the score with the manifest's mark when a SCO ends and sets the status by itself [RTE12 3.4.4] [RTE 4.2.22] [Rustici]. Results of before and after were won by different marks.";

    QuestionAdded: "question_added", SafeChangedPages, "a question more",
        "A new id in `cmi.interactions` [RTE 4.2.9]. The player counts it as not yet answered; who had completed the SCO stays completed.";
    QuestionRemoved: "question_removed", SafeChangedPages, "a question less",
        "Interactions are a journal and stay in the LMS [RTE 4.2.9]. The player ignores saved answers to what is gone and works the score out from the rest.";
    QuestionIdentifierChanged: "question_identifier_changed", RestartNeeded, "the id of a question that is otherwise the same",
        "Reports put answers together by `cmi.interactions.n.id` [RTE 4.2.9], and the player finds saved answers by it: learners would have to answer again, and statistics fall in two.";
    QuestionTypeChanged: "question_type_changed", RestartNeeded, "the type of a question",
        "The type decides how responses under one id are written and read [RTE 4.2.9]; a saved answer of the old type keeps its points without being an answer to the new question.";
    QuestionWeightChanged: "question_weight_changed", RestartNeeded, "the weight of a question",
        "Submitted sittings keep the points of then, knowledge checks count with the weights of now: one score would mix the two.";
    PartialCreditChanged: "partial_credit_changed", RestartNeeded, "whether an answer that is partly right earns a part",
        "Points once earned are kept, new answers are judged otherwise: one score would mix the two.";
    AnswerKeyChanged: "answer_key_changed", SafeInPlace, "an answer key is corrected",
        "Safe, but earlier scores used the old key: an LMS never judges a reported `result` again [RTE 4.2.9], and the player keeps points once earned. New answers count by the new key.";
    AnswerChoicesChanged: "answer_choices_changed", SafeChangedPages, "the choices or blanks of a question, or their order",
        "Saved choices are kept by id, and one that is gone is ignored. SCORM 1.2 reports a choice as one letter, its place among the choices [RTE12 3.4.4]: in reports the letters of before and after mean different choices.";
    QuestionOrderChanged: "question_order_changed", SafeChangedPages, "the order of questions or choices, or whether it is mixed",
        "Ids and points stay; learners see another order.";
    AttemptsChanged: "attempts_changed", SafeInPlace, "how often a question may be answered or an assessment taken",
        "What was used counts against the new limit from the next launch on; results stay.";
    AssessmentAdded: "assessment_added", SafeChangedPages, "an assessment more",
        "The player counts it as not yet taken; who had completed the SCO stays completed.";
    AssessmentRemoved: "assessment_removed", RestartNeeded, "an assessment less, or under another id",
        "Its sittings are forgotten, with the points that made the score.";
    AssessmentDrawChanged: "assessment_draw_changed", RestartNeeded, "the sections of an assessment or how many questions they draw",
        "Questions are drawn from the learner's seed, the section and the number: an open sitting would show others, and scores of before and after are out of different totals.";

    PageAdded: "page_added", SafeChangedPages, "a page more",
        "The player counts it as not yet seen; who had completed the SCO stays completed.";
    PageRemoved: "page_removed", SafeChangedPages, "a page less, or under another id",
        "The player ignores what is saved of a page that is gone; a bookmark on it leads to the first page not done.";
    PageChanged: "page_changed", SafeChangedPages, "what a page shows",
        "The player marks the page as changed until the learner returns to it; it counts as done.";
    PageMoved: "page_moved", SafeChangedPages, "the order of pages",
        "Pages are kept by id, never by place.";
    FrameChanged: "frame_changed", SafeChangedPages, "the document around a lesson's pages",
        "Learners see the page in another frame; nothing saved depends on it.";
    AssetChanged: "asset_changed", SafeChangedPages, "a picture, recording or other file",
        "Learners see another file at the same place, without a mark: a page's fingerprint covers its text and the names of its files.";

    TitleChanged: "title_changed", SafeInPlace, "a title alone",
        "Titles are labels in the table of contents [CAM 3.4]; nothing is found by them.";
    MetadataChanged: "metadata_changed", SafeInPlace, "metadata alone",
        "LOM records describe the package to catalogues [CAM 3.4]; no record of a learner depends on them.";
    PlayerChanged: "player_changed", SafeInPlace, "the player or the control documents",
        "It looks or behaves a little differently and reads the states that its predecessor saved; were it not so, `state_format_changed` would say it.";
    RecordChanged: "record_changed", SafeInPlace, "the bill of content alone",
        "The package says that it comes from another release; what an LMS and learners get is the same.";
    ContentChanged: "content_changed", RestartNeeded, "files of a package whose inner workings are not known",
        "What such content saves, and whether its new version reads it, is known to its authoring tool alone. Elucidat clears progress at most re-releases [Elucidat]; Learning Pool advises a new activity after a structural change in Adapt [Learning Pool].";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an LMS decides by itself, whatever the package says.
pub const WHAT_THE_LMS_DECIDES: [&str; 4] = [
    "The verdict speaks as far as the package decides. An LMS may be set to begin a new attempt at every launch or every update, whatever the package.",
    "SCORM Cloud resets registrations when an overwritten manifest differs in any byte, and keeps them on the old version by default when a new version is made. `manifest_same` says whether ours differs.",
    "Moodle asks nothing: it matches items by identifier and deletes the tracks of those that are gone.",
    "Learners who have a lesson open during the update go on with the old pages until they launch it again; browsers and content networks may show old files for longer.",
];

/// The rules as the table that `docs/compatibility.md` holds.
#[must_use]
pub fn table() -> String {
    let mut table = String::from("| rule | what changed | verdict | why |\n|---|---|---|---|\n");
    for rule in Rule::ALL {
        let (verdict, change, why) = (rule.verdict(), rule.change(), rule.why());
        table.push_str(&format!("| `{rule}` | {change} | {verdict} | {why} |\n"));
    }
    table
}
