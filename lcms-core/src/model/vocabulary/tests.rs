use proptest::prelude::*;

use super::*;

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn english() -> Language {
    Language::english()
}

fn vocabulary(terms: &[(&str, &str, Option<&str>)]) -> Vocabulary {
    let term = |(id, label, broader): &(&str, &str, Option<&str>)| Term {
        broader: broader.map(key),
        ..Term::new(key(id), english(), *label)
    };
    Vocabulary {
        title: "Subjects".to_owned(),
        fields: vec![FieldName::Tags],
        terms: terms.iter().map(term).collect(),
        ..Vocabulary::default()
    }
}

fn rules(vocabulary: &Vocabulary) -> Vec<String> {
    vocabulary.violations().into_iter().map(|it| format!("{} {}", it.pointer, it.rule)).collect()
}

#[test]
fn a_renamed_term_is_still_known_by_its_old_label() {
    let before = vocabulary(&[("fire", "Fire", None), ("water", "Water", None)]);
    let mut after = before.clone();
    let relabel =
        TermEdit::Relabel { id: key("fire"), language: None, label: "Fire safety".to_owned() };
    after.edit(relabel, &english()).unwrap();
    let changes = after.succeed(&before, &english());
    let renamed =
        Renamed { id: key("fire"), from: "Fire".to_owned(), to: "Fire safety".to_owned() };
    assert_eq!(changes, TermChanges { renamed: vec![renamed], ..TermChanges::default() });
    let index = TermIndex::new(&after, &english());
    assert_eq!(index.take(" fire "), Taken::As("Fire safety"));
    assert_eq!(index.take("Earth"), Taken::Unknown);
}

#[test]
fn a_document_put_in_place_keeps_old_labels_too() {
    let before = vocabulary(&[("fire", "Fire", None)]);
    let mut after = vocabulary(&[("fire", "Flames", None)]);
    after.succeed(&before, &english());
    assert_eq!(TermIndex::new(&after, &english()).settle("Fire"), "Flames");
}

#[test]
fn an_old_label_that_means_something_else_now_is_not_kept() {
    let before = vocabulary(&[("a", "Bank", None)]);
    let mut after = vocabulary(&[("a", "River bank", None), ("b", "Bank", None)]);
    after.succeed(&before, &english());
    assert_eq!(after.violations(), []);
    assert_eq!(TermIndex::new(&after, &english()).settle("Bank"), "Bank");
}

#[test]
fn a_merged_term_leads_to_the_one_that_stays() {
    let before = vocabulary(&[
        ("safety", "Safety", None),
        ("fire", "Fire", Some("safety")),
        ("blaze", "Blaze", Some("fire")),
        ("spark", "Spark", Some("blaze")),
    ]);
    let mut after = before.clone();
    after.edit(TermEdit::Merge { id: key("fire"), into: key("spark") }, &english()).unwrap();
    let changes = after.succeed(&before, &english());
    assert_eq!(after.violations(), []);
    assert_eq!(changes.merged.len(), 1);
    assert_eq!(TermIndex::new(&after, &english()).settle("fire"), "Spark");
    assert_eq!(after.above(&key("blaze")), [&key("spark"), &key("safety")], "no circle");
}

#[test]
fn a_deprecated_term_says_what_to_use_instead() {
    let mut it = vocabulary(&[("fax", "Fax", None), ("mail", "E-mail", None)]);
    let edit = TermEdit::Deprecate { id: key("fax"), replaced_by: Some(key("mail")) };
    it.edit(edit, &english()).unwrap();
    let index = TermIndex::new(&it, &english());
    assert_eq!(index.take("fax"), Taken::Deprecated("Fax", Some("E-mail")));
}

#[test]
fn labels_of_other_languages_lead_to_the_librarys_own() {
    let mut it = vocabulary(&[("fire", "Fire", None)]);
    let german: Language = "de".parse().unwrap();
    it.terms[0].labels.insert(german.clone(), "Feuer".to_owned());
    assert_eq!(TermIndex::new(&it, &english()).settle("feuer"), "Fire");
    assert_eq!(TermIndex::new(&it, &german).settle("Fire"), "Feuer");
}

#[test]
fn what_breaks_a_rule_is_named() {
    let mut it = vocabulary(&[
        ("a", "One", Some("b")),
        ("b", "Two", Some("a")),
        ("c", "one", Some("nowhere")),
    ]);
    it.fields.push(FieldName::Licence);
    it.terms[1].labels.clear();
    assert_eq!(
        rules(&it),
        [
            "/fields field",
            "/terms/0/broader cycle",
            "/terms/1/labels required",
            "/terms/1/broader cycle",
            "/terms/2/labels ambiguous",
            "/terms/2/broader reference",
        ]
    );
}

fn any_edit() -> impl Strategy<Value = TermEdit> {
    let id = || (0..6_u8).prop_map(|n| key(&format!("t{n}")));
    let label = || "[A-F]{1,2}";
    prop_oneof![
        (id(), label())
            .prop_map(|(id, label)| TermEdit::Add { term: Term::new(id, english(), label) }),
        (id(), label()).prop_map(|(id, label)| TermEdit::Relabel { id, language: None, label }),
        (id(), proptest::option::of(id())).prop_map(|(id, broader)| TermEdit::Move { id, broader }),
        (id(), id()).prop_map(|(id, into)| TermEdit::Merge { id, into }),
        (id(), proptest::option::of(id()))
            .prop_map(|(id, replaced_by)| TermEdit::Deprecate { id, replaced_by }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is renamed, moved, merged or deprecated, every value that meant something before
    /// means something after, and settling is done once.
    #[test]
    fn no_value_loses_its_meaning(edits in proptest::collection::vec(any_edit(), 1..25)) {
        let mut it = vocabulary(&[("t0", "Zero", None), ("t1", "Unit", Some("t0"))]);
        for edit in edits {
            let mut next = it.clone();
            if next.edit(edit, &english()).is_err() || !next.violations().is_empty() {
                continue; // refused: nothing changes
            }
            let changes = next.succeed(&it, &english());
            prop_assert_eq!(next.violations(), vec![]);
            prop_assert!(changes.removed.is_empty());
            let index = TermIndex::new(&next, &english());
            for term in &it.terms {
                let value = term.value(&english());
                prop_assert!(index.take(value) != Taken::Unknown, "{}", value);
                prop_assert_eq!(index.settle(index.settle(value)), index.settle(value));
            }
            let mut again = next.clone();
            prop_assert!(again.succeed(&next, &english()).is_empty());
            prop_assert_eq!(&again, &next);
            it = next;
        }
    }
}
