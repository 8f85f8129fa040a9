//! The organisation as v4 shows it: departments, legal units, establishments.

pub(super) mod departments;
pub(super) mod establishments;
pub(super) mod legal_units;
