//! What is inside a SCO that both packages have: rules, questions, assessments, pages.

use std::collections::BTreeMap;

use super::Comparer;
use super::moved::moved;
use super::reason::{Reason, Subject, SubjectKind};
use super::rule::Rule;
use super::structure::item_subject;
use crate::shape::{
    Asked, Correct, ShownItem, ShownPage, Taken, TrackedAssessment, TrackedItem, TrackedLesson,
    TrackedQuestion,
};

/// One SCO in both packages.
struct Pair<'a> {
    /// Title of the SCO in the new package.
    sco: Option<String>,
    old: (&'a TrackedLesson, &'a ShownItem),
    new: (&'a TrackedLesson, &'a ShownItem),
}

impl Pair<'_> {
    fn subject(&self, kind: SubjectKind, id: &str, title: Option<&str>) -> Subject {
        let title = title.filter(|title| !title.is_empty()).map(str::to_owned);
        Subject { kind, id: id.to_owned(), title, sco: self.sco.clone(), component: None }
    }

    fn page(&self, page: &ShownPage) -> Subject {
        self.subject(SubjectKind::Page, &page.id, Some(&page.title))
    }

    fn assessment(&self, id: &str) -> Subject {
        self.subject(SubjectKind::Assessment, id, None)
    }
}

impl<'a> Comparer<'a> {
    /// Everything inside a SCO, where that is known.
    pub(super) fn lesson(&mut self, old: &'a TrackedItem, new: &'a TrackedItem) {
        let (Some(was), Some(is)) = (&old.lesson, &new.lesson) else { return };
        let shown_was = self.before.shape.shown.items.get(&old.id);
        let shown_is = self.after.shape.shown.items.get(&new.id);
        let (Some(shown_was), Some(shown_is)) = (shown_was, shown_is) else { return };
        let (before, after) = (self.before, self.after);
        let subject = item_subject(after, new);
        let pair = Pair { sco: subject.title.clone(), old: (was, shown_was), new: (is, shown_is) };
        let found = self.reasons.len();
        self.differ(
            Rule::CompletionRuleChanged,
            || subject.clone(),
            (&rule_of(was), &rule_of(is)),
            |rule| Some(rule.clone()),
        );
        self.questions(&pair);
        self.assessments(&pair);
        self.pages(&pair);
        if self.reasons.len() == found && sources(pair.old.1) != sources(pair.new.1) {
            // Reports name another version of a question; it asks what it asked.
            self.add(Rule::RecordChanged, subject);
        }
        for reason in &mut self.reasons[found..] {
            if reason.subject.kind == SubjectKind::Question {
                let id = &reason.subject.id;
                let component = after.component_of_question(id);
                reason.subject.component = component.or_else(|| before.component_of_question(id));
            }
        }
    }

    fn questions(&mut self, pair: &Pair<'a>) {
        let (old, new) = (&pair.old.0.questions, &pair.new.0.questions);
        let gone: Vec<_> = old.keys().filter(|id| !new.contains_key(*id)).collect();
        let come: Vec<_> = new.keys().filter(|id| !old.contains_key(*id)).collect();
        let mut renamed = BTreeMap::new();
        for was in &gone {
            let Some(component) = self.before.component_of_question(was) else { continue };
            let twins =
                gone.iter().filter(|id| self.before.component_of_question(id) == Some(component));
            let mut same =
                come.iter().filter(|id| self.after.component_of_question(id) == Some(component));
            if let (1, Some(is), None) = (twins.count(), same.next(), same.next()) {
                renamed.insert(*was, *is);
            }
        }
        let asked = |shown: &'a ShownItem, id: &str| shown.questions.get(id);
        let subject = |shown: &'a ShownItem, id: &str| {
            let title = asked(shown, id).map(|asked| asked.prompt.as_str());
            pair.subject(SubjectKind::Question, id, title)
        };
        for id in gone.iter().filter(|id| !renamed.contains_key(*id)) {
            self.add(Rule::QuestionRemoved, subject(pair.old.1, id));
        }
        for id in come.iter().filter(|id| !renamed.values().any(|other| other == *id)) {
            self.add(Rule::QuestionAdded, subject(pair.new.1, id));
        }
        for (was, is) in &renamed {
            let reason = Reason::new(Rule::QuestionIdentifierChanged, subject(pair.new.1, is));
            let (was, is) = (was.to_string(), is.to_string());
            self.reasons.push(reason.changing(Some(was), Some(is)));
        }
        for (id, is) in new {
            let Some(was) = old.get(id) else { continue };
            let subject = || subject(pair.new.1, id);
            self.question(&subject, was, is);
            if let (Some(was), Some(is)) = (asked(pair.old.1, id), asked(pair.new.1, id)) {
                self.asked(&subject, was, is);
            }
        }
    }

    fn question(
        &mut self,
        subject: &dyn Fn() -> Subject,
        was: &TrackedQuestion,
        is: &TrackedQuestion,
    ) {
        let text = |value: &String| Some(value.clone());
        self.differ(Rule::QuestionTypeChanged, subject, (&was.kind, &is.kind), text);
        let number = |value: &f64| Some(value.to_string());
        self.differ(Rule::QuestionWeightChanged, subject, (&was.weight, &is.weight), number);
        let yes = |value: &bool| Some(if *value { "yes" } else { "no" }.to_owned());
        self.differ(Rule::PartialCreditChanged, subject, (&was.partial, &is.partial), yes);
        if was.kind != is.kind {
            // Keys and choices of different types have nothing in common to compare.
            return;
        }
        let listed = |ids: &Vec<&str>| Some(ids.join(", "));
        self.differ(Rule::AnswerChoicesChanged, subject, (&choices(was), &choices(is)), listed);
        // A choice or blank that is new or gone changes the key of no other.
        let (before, after) = (key(was, is), key(is, was));
        self.differ(Rule::AnswerKeyChanged, subject, (&before, &after), |key| {
            Some(
                key.iter()
                    .map(|(part, right)| format!("{part}{right}"))
                    .collect::<Vec<_>>()
                    .join("; "),
            )
        });
    }

    fn asked(&mut self, subject: &dyn Fn() -> Subject, was: &Asked, is: &Asked) {
        self.differ(Rule::AttemptsChanged, subject, (&was.attempts, &is.attempts), limit);
        self.differ(Rule::QuestionOrderChanged, subject, (&was.shuffle, &is.shuffle), mixed);
    }

    fn assessments(&mut self, pair: &Pair<'a>) {
        let (old, new) = (&pair.old.0.assessments, &pair.new.0.assessments);
        for id in old.keys().filter(|id| !new.contains_key(*id)) {
            self.add(Rule::AssessmentRemoved, pair.assessment(id));
        }
        for id in new.keys().filter(|id| !old.contains_key(*id)) {
            self.add(Rule::AssessmentAdded, pair.assessment(id));
        }
        for (id, is) in new {
            let Some(was) = old.get(id) else { continue };
            let subject = || pair.assessment(id);
            self.assessment(&subject, was, is);
            let taken = (pair.old.1.assessments.get(id), pair.new.1.assessments.get(id));
            if let (Some(was), Some(is)) = taken {
                self.taken(&subject, was, is);
            }
        }
    }

    fn assessment(
        &mut self,
        subject: &dyn Fn() -> Subject,
        was: &TrackedAssessment,
        is: &TrackedAssessment,
    ) {
        let mark = |mark: &Option<f64>| mark.map(|mark| mark.to_string());
        self.differ(Rule::MasteryChanged, subject, (&was.pass_mark, &is.pass_mark), mark);
        self.differ(
            Rule::AssessmentDrawChanged,
            subject,
            (&was.sections, &is.sections),
            |sections| {
                let told = sections.iter().map(|(id, draw)| match draw {
                    Some(count) => format!("{count} of {id}"),
                    None => format!("all of {id}"),
                });
                Some(told.collect::<Vec<_>>().join(", "))
            },
        );
    }

    fn taken(&mut self, subject: &dyn Fn() -> Subject, was: &Taken, is: &Taken) {
        self.differ(Rule::AttemptsChanged, subject, (&was.attempts, &is.attempts), limit);
        let order = |taken: &Taken, other: &Taken| -> (bool, Vec<(bool, Vec<String>)>) {
            // Questions that only one of them has are no matter of order.
            let there: Vec<_> = other.sections.iter().flat_map(|(_, ids)| ids).collect();
            let sections = taken.sections.iter().map(|(shuffle, ids)| {
                (*shuffle, ids.iter().filter(|id| there.contains(id)).cloned().collect())
            });
            (taken.shuffle, sections.collect())
        };
        let (before, after) = (order(was, is), order(is, was));
        self.differ(Rule::QuestionOrderChanged, subject, (&before, &after), |_| None);
    }

    fn pages(&mut self, pair: &Pair<'a>) {
        let (old, new) = (&pair.old.1.pages, &pair.new.1.pages);
        let find = |pages: &'a [ShownPage], id: &str| pages.iter().find(|page| page.id == id);
        for page in old.iter().filter(|page| find(new, &page.id).is_none()) {
            self.add(Rule::PageRemoved, pair.page(page));
        }
        for page in new {
            match find(old, &page.id) {
                None => self.add(Rule::PageAdded, pair.page(page)),
                Some(was) => {
                    let shown = |page: &ShownPage| (page.title.clone(), page.fingerprint.clone());
                    let (before, after) = (shown(was), shown(page));
                    let title_too = before.0 != after.0;
                    self.differ(
                        Rule::PageChanged,
                        || pair.page(page),
                        (&before, &after),
                        |(title, _)| title_too.then(|| title.clone()),
                    );
                }
            }
        }
        let ids =
            |pages: &'a [ShownPage]| pages.iter().map(|page| page.id.as_str()).collect::<Vec<_>>();
        let moved = moved(&ids(old), &ids(new));
        for page in new.iter().filter(|page| moved.contains(page.id.as_str())) {
            self.add(Rule::PageMoved, pair.page(page));
        }
    }
}

fn limit(attempts: &Option<u32>) -> Option<String> {
    Some(attempts.map_or_else(|| "without limit".to_owned(), |attempts| attempts.to_string()))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "one of several ways to show a value")]
fn mixed(shuffle: &bool) -> Option<String> {
    Some(if *shuffle { "mixed" } else { "as authored" }.to_owned())
}

/// The versions that reports name, by question.
fn sources(shown: &ShownItem) -> Vec<(&str, &str)> {
    let questions = shown.questions.iter();
    questions.map(|(id, asked)| (id.as_str(), asked.source.as_str())).collect()
}

/// Ids of the choices in order, or of the blanks.
fn choices(question: &TrackedQuestion) -> Vec<&str> {
    match &question.correct {
        Correct::Choices(_) => question.choices.iter().map(String::as_str).collect(),
        Correct::Blanks(blanks) => blanks.keys().map(String::as_str).collect(),
        Correct::Range { .. } => Vec::new(),
    }
}

/// What is right, part by part, of those parts that the other question has too.
fn key<'q>(question: &'q TrackedQuestion, other: &TrackedQuestion) -> BTreeMap<&'q str, String> {
    match &question.correct {
        Correct::Choices(right) => {
            // A pair names both of its sides.
            let known = |id: &str| other.choices.iter().any(|choice| choice == id);
            let there = right.iter().filter(|id| id.split('.').all(known));
            let ordered = question.kind == "ordering";
            let place = |n: usize| if ordered { format!(": {}", n + 1) } else { String::new() };
            there.enumerate().map(|(n, id)| (id.as_str(), place(n))).collect()
        }
        Correct::Range { answer, tolerance } => {
            BTreeMap::from([("", format!("{answer} ± {tolerance}"))])
        }
        Correct::Blanks(blanks) => {
            let Correct::Blanks(others) = &other.correct else { return BTreeMap::new() };
            let there = blanks.iter().filter(|(id, _)| others.contains_key(*id));
            let told = there.map(|(id, blank)| {
                let case = if blank.case_sensitive { ", capitals matter" } else { "" };
                (id.as_str(), format!(": {}{case}", blank.accept.join(" | ")))
            });
            told.collect()
        }
    }
}

/// The completion rule, as it is told.
fn rule_of(lesson: &TrackedLesson) -> String {
    match lesson.minutes {
        Some(minutes) => format!("{} ({minutes} min)", lesson.completion),
        None => lesson.completion.clone(),
    }
}
