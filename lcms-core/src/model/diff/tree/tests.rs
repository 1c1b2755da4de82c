//! Trees are compared without opening what is equal.

use std::collections::{BTreeSet, HashMap};

use super::*;
use crate::model::slot::{LinkPolicy, Slot, SlotRole};
use crate::model::tree::{Node, Tree};
use uuid::Uuid;

/// A tree to be frozen: component, what it says, metadata, slots.
#[derive(Clone)]
struct Part {
    component: u128,
    says: String,
    tag: String,
    slots: Vec<(u128, String, Part)>,
}

fn part(component: u128, slots: &[(u128, &Part)]) -> Part {
    Part {
        component,
        says: String::new(),
        tag: String::new(),
        slots: slots.iter().map(|(id, part)| (*id, String::new(), (*part).clone())).collect(),
    }
}

/// Nodes as a store has them, and how many were asked for.
#[derive(Default)]
struct Store {
    nodes: HashMap<Roots, TreeNode>,
}

impl Store {
    fn freeze(&mut self, part: &Part) -> Roots {
        let slots: Vec<(Slot, Roots)> = part
            .slots
            .iter()
            .map(|(id, title, part)| {
                let title = (!title.is_empty()).then(|| title.clone());
                let slot = Slot {
                    id: SlotId(Uuid::from_u128(7 << 76 | id)),
                    role: SlotRole::Placement,
                    component: ComponentId(Uuid::from_u128(part.component)),
                    policy: LinkPolicy::Latest,
                    overrides: Overrides { title, ..Overrides::default() },
                    conditions: Conditions::new(),
                };
                (slot, self.freeze(part))
            })
            .collect();
        let component = ComponentId(Uuid::from_u128(part.component));
        let content = Digest::of_bytes(format!("{} {}", part.component, part.says).as_bytes());
        let metadata = Digest::of_bytes(format!("{} {}", part.component, part.tag).as_bytes());
        let contents = slots.iter().map(|(slot, child)| (slot, child.content));
        let content_node = Node::new(Tree::Content, component, content, contents);
        let descriptions = slots.iter().map(|(slot, child)| (slot, child.metadata));
        let metadata_node = Node::new(Tree::Metadata, component, metadata, descriptions);
        let roots = Roots {
            content: Digest::of_document(&content_node).0,
            metadata: Digest::of_document(&metadata_node).0,
        };
        self.nodes.insert(roots, TreeNode::join(&content_node, &metadata_node).unwrap());
        roots
    }
}

/// The differences of two trees, how many nodes were loaded, and in how many levels.
fn compare(before: &Part, after: &Part) -> (TreeDiff, usize, usize) {
    let mut store = Store::default();
    let (before, after) = (store.freeze(before), store.freeze(after));
    let mut comparison = TreeComparison::new(before, after);
    let (mut loaded, mut levels) = (0, 0);
    while !comparison.wanted().is_empty() {
        let wanted: Vec<_> =
            comparison.wanted().iter().map(|roots| (*roots, store.nodes[roots].clone())).collect();
        loaded += wanted.len();
        levels += 1;
        comparison.provide(wanted).unwrap();
    }
    (comparison.finish(), loaded, levels)
}

fn diff(before: &Part, after: &Part) -> TreeDiff {
    compare(before, after).0
}

/// The components on a path.
fn way(path: &[PathStep]) -> Vec<u128> {
    path.iter().map(|step| step.component.0.as_u128()).collect()
}

/// Two modules of two lessons each.
fn course() -> Part {
    let lesson = |n| part(n, &[]);
    let first = part(10, &[(1, &lesson(11)), (2, &lesson(12))]);
    let second = part(20, &[(3, &lesson(21)), (4, &lesson(22))]);
    part(1, &[(100, &first), (200, &second)])
}

#[test]
fn equal_trees_need_no_node() {
    let (diff, loaded, _) = compare(&course(), &course());
    assert!(diff.is_empty());
    assert_eq!(loaded, 0);
}

#[test]
fn content_metadata_and_overrides_are_told_apart() {
    let mut after = course();
    after.slots[0].2.slots[0].2.says = "new".to_owned();
    after.slots[0].2.slots[1].2.tag = "new".to_owned();
    after.slots[1].2.slots[0].1 = "Another title".to_owned();
    let diff = diff(&course(), &after);
    let found: BTreeSet<_> = diff
        .changed
        .iter()
        .map(|c| (way(&c.path), c.content.is_some(), c.metadata.is_some(), c.overrides.is_some()))
        .collect();
    let expected = [
        (vec![1, 10, 11], true, false, false),
        (vec![1, 10, 12], false, true, false),
        (vec![1, 20, 21], false, false, true),
    ];
    assert_eq!(found, expected.into());
    assert!(diff.added.is_empty() && diff.removed.is_empty() && diff.moved.is_empty());
}

#[test]
fn a_move_within_a_parent_and_one_to_another_are_moves() {
    let mut after = course();
    let lesson = after.slots[0].2.slots.remove(0);
    after.slots[1].2.slots.insert(0, lesson);
    after.slots[1].2.slots.swap(1, 2);
    let diff = diff(&course(), &after);
    let moves: BTreeSet<_> =
        diff.moved.iter().map(|m| (way(&m.from.path), way(&m.to.path))).collect();
    assert!(moves.contains(&(vec![1, 10, 11], vec![1, 20, 11])), "{moves:?}");
    assert_eq!(moves.len(), 2, "one of the two that were swapped");
    assert!(diff.added.is_empty() && diff.removed.is_empty() && diff.changed.is_empty());
}

#[test]
fn a_component_that_moved_and_changed_is_both() {
    let mut after = course();
    let (_, title, mut lesson) = after.slots[0].2.slots.remove(0);
    lesson.says = "new".to_owned();
    // The same component in a new slot.
    after.slots[1].2.slots.push((9, title, lesson));
    let diff = diff(&course(), &after);
    assert_eq!(way(&diff.moved[0].to.path), [1, 20, 11]);
    assert_eq!(way(&diff.changed[0].path), [1, 20, 11]);
    assert!(diff.added.is_empty() && diff.removed.is_empty());
}

#[test]
fn a_lesson_that_went_into_a_new_module_moved() {
    let mut after = course();
    let (slot, _, lesson) = after.slots[0].2.slots.remove(1);
    let module = part(30, &[(slot, &lesson), (31, &part(32, &[]))]);
    after.slots.push((300, String::new(), module));
    let diff = diff(&course(), &after);
    assert_eq!(diff.added.iter().map(|p| way(&p.path)).collect::<Vec<_>>(), [[1, 30]]);
    assert_eq!(way(&diff.moved[0].from.path), [1, 10, 12]);
    assert_eq!(way(&diff.moved[0].to.path), [1, 30, 12]);
    assert!(diff.removed.is_empty());
}

#[test]
fn lessons_survive_the_module_around_them() {
    let mut after = course();
    let (_, _, old) = after.slots.remove(0);
    let module = Part { component: 40, ..old };
    after.slots.insert(0, (400, String::new(), module));
    let diff = diff(&course(), &after);
    assert_eq!(diff.removed.iter().map(|p| way(&p.path)).collect::<Vec<_>>(), [[1, 10]]);
    assert_eq!(diff.added.iter().map(|p| way(&p.path)).collect::<Vec<_>>(), [[1, 40]]);
    assert_eq!(diff.moved.len(), 2);
}

#[test]
fn what_came_is_told_without_what_came_inside_it() {
    let mut after = course();
    after.slots.push((300, String::new(), part(30, &[(31, &part(32, &[]))])));
    let (found, loaded, _) = compare(&course(), &after);
    assert_eq!(
        found.added.iter().map(|p| (way(&p.path), p.index)).collect::<Vec<_>>(),
        [(vec![1, 30], 2)]
    );
    assert_eq!(loaded, 3, "both roots and what came");
    let back = diff(&after, &course());
    assert_eq!(back.removed, found.added);
}

#[test]
fn another_component_in_a_slot_is_a_coming_and_a_going() {
    let mut after = course();
    after.slots[0].2.slots[0].2.component = 99;
    let diff = diff(&course(), &after);
    assert_eq!(way(&diff.removed[0].path), [1, 10, 11]);
    assert_eq!(way(&diff.added[0].path), [1, 10, 99]);
}

#[test]
fn a_component_used_often_is_one_change() {
    let shared = part(77, &[]);
    let lessons: Vec<Part> = (0..50).map(|n| part(1000 + n, &[(n, &shared)])).collect();
    let slots: Vec<(u128, &Part)> =
        lessons.iter().enumerate().map(|(n, l)| (n as u128, l)).collect();
    let before = part(1, &slots);
    let mut after = before.clone();
    for (_, _, lesson) in &mut after.slots {
        lesson.slots[0].2.says = "new".to_owned();
    }
    let diff = diff(&before, &after);
    assert_eq!(diff.changed.len(), 1);
    assert_eq!(diff.changed[0].slots, 50);
}

#[test]
fn only_changed_paths_are_opened_whatever_the_size() {
    let lesson = |m: u128, n: u128| {
        let base = 1_000_000 * (m + 1) + 1000 * (n + 1);
        let topics: Vec<Part> = (0..19).map(|t| part(base + t + 1, &[])).collect();
        let slots: Vec<_> = topics.iter().enumerate().map(|(t, p)| (base + t as u128, p)).collect();
        part(base, &slots)
    };
    let module = |m: u128| {
        let lessons: Vec<Part> = (0..50).map(|n| lesson(m, n)).collect();
        let slots: Vec<_> = lessons.iter().enumerate().map(|(n, l)| (n as u128, l)).collect();
        part(500 + m, &slots)
    };
    let modules: Vec<Part> = (0..20).map(module).collect();
    let slots: Vec<_> = modules.iter().enumerate().map(|(n, m)| (n as u128, m)).collect();
    let before = part(1, &slots);
    let mut after = before.clone();
    after.slots[3].2.slots[7].2.slots[5].2.says = "new".to_owned();
    after.slots[9].2.slots.remove(4);
    after.slots[15].2.slots[1].2.slots.swap(0, 18);
    let (diff, loaded, levels) = compare(&before, &after);
    assert_eq!((diff.changed.len(), diff.removed.len(), diff.moved.len()), (1, 1, 2));
    assert!(loaded < 25 && levels <= 4, "{loaded} nodes in {levels} levels");
}

#[test]
fn a_node_that_is_not_given_is_named() {
    let mut store = Store::default();
    let mut other = course();
    other.says = "new".to_owned();
    let (before, after) = (store.freeze(&course()), store.freeze(&other));
    let mut comparison = TreeComparison::new(before, after);
    let known = store.nodes[&before].clone();
    assert_eq!(comparison.provide([(before, known)]), Err(after));
}

#[test]
fn paths_are_labelled_by_the_caller() {
    let mut after = course();
    after.slots[0].2.slots[0].2.says = "new".to_owned();
    let mut diff = diff(&course(), &after);
    let components: Vec<u128> = diff.components().iter().map(|c| c.0.as_u128()).collect();
    assert_eq!(components, [1, 10, 11]);
    diff.label(|component| (format!("key-{}", component.0.as_u128()), "A title".to_owned()));
    assert_eq!(diff.changed[0].path[2].key, "key-11");
}
