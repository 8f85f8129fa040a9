//! What people are paid, as v4 shows it.

pub(super) mod categories;
pub(super) mod items;
pub(super) mod natures;
