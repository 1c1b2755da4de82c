//! The objectives that a document serves.

use super::Content;
use crate::model::{ComponentId, Placement, SlotId, Target};

impl Content {
    /// The slots of the objectives that it serves; nothing for a kind that serves none itself.
    fn objectives_mut(&mut self) -> Option<&mut Vec<Placement>> {
        match self {
            Self::Topic(it) => Some(&mut it.objectives),
            Self::Assessment(it) => Some(&mut it.objectives),
            Self::Lesson(it) => Some(&mut it.objectives),
            Self::Module(it) => Some(&mut it.objectives),
            Self::Course(it) => Some(&mut it.objectives),
            _ => None,
        }
    }

    /// The same document serving an objective too, in that slot if it does not serve it already;
    /// nothing for a kind that serves none itself.
    #[must_use]
    pub fn serving(&self, objective: ComponentId, slot: SlotId) -> Option<Self> {
        let mut changed = self.clone();
        let slots = changed.objectives_mut()?;
        let target = Target::Id(objective);
        if slots.iter().all(|it| it.component != target) {
            slots.push(Placement { id: slot, ..Placement::of(target) });
        }
        Some(changed)
    }

    /// The same document without an objective, wherever it served it.
    #[must_use]
    pub fn not_serving(&self, objective: ComponentId) -> Self {
        let mut changed = self.clone();
        if let Some(slots) = changed.objectives_mut() {
            slots.retain(|it| it.component != Target::Id(objective));
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::model::Kind;

    #[test]
    fn an_objective_is_served_once_and_taken_back_as_if_it_never_was() {
        let topic = Content::parse(Kind::Topic, json!({"title": "T", "body": "b"})).unwrap();
        let objective = ComponentId(Uuid::from_u128(7));
        let serving = topic.serving(objective, SlotId(Uuid::from_u128(8))).unwrap();
        assert_ne!(serving, topic);
        assert_eq!(serving.serving(objective, SlotId(Uuid::from_u128(9))), Some(serving.clone()));
        assert_eq!(serving.not_serving(objective), topic);
        let question = json!({"title": "Q", "prompt": "?", "interaction": {"type": "true_false", "answer": true}});
        let question = Content::parse(Kind::Question, question).unwrap();
        assert_eq!(question.serving(objective, SlotId(Uuid::from_u128(8))), None);
        assert_eq!(question.not_serving(objective), question);
    }
}
