//! Which property comes after which: the records of a page are written alike, so the next name is only compared.

use super::plan::ObjectPlan;

/// What was last seen to follow each property, for all the objects of a plan.
#[derive(Debug, Default)]
pub(super) struct Order {
    next: Vec<usize>,
}

impl Order {
    /// The index of the property that probably comes after the one of that index, or first.
    pub(super) fn after(&self, plan: &ObjectPlan, before: Option<usize>) -> usize {
        self.next.get(place(plan, before)).copied().unwrap_or_default()
    }

    /// Another one came.
    pub(super) fn learn(&mut self, plan: &ObjectPlan, before: Option<usize>, came: usize) {
        let place = place(plan, before);
        if self.next.len() <= place {
            self.next.resize(place + 1, 0);
        }
        if let Some(next) = self.next.get_mut(place) {
            *next = came;
        }
    }
}

fn place(plan: &ObjectPlan, before: Option<usize>) -> usize {
    plan.place + before.map_or(0, |index| index + 1)
}
