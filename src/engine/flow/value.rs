//! What can flow through a plan.

use std::fmt;

use super::How;
use crate::catalog::Privacy;

/// What flows into a column or into the rows. Nothing, where it is the default.
pub(crate) trait Value: Clone + fmt::Debug + Default + PartialEq {
    /// What nobody declared, which is as private as can be.
    fn unknown() -> Self;

    /// How private it is.
    fn class(&self) -> Privacy;

    /// Adds what else flows into the same. Says whether that is more than what did.
    fn add(&mut self, other: &Self) -> bool;

    /// The same after it went this way.
    #[must_use]
    fn by(self, how: How) -> Self;

    /// All of them together.
    fn all<'v>(values: impl IntoIterator<Item = &'v Self>) -> Self
    where
        Self: 'v,
    {
        let mut all = Self::default();
        for value in values {
            all.add(value);
        }
        all
    }

    /// With what else flows into the same.
    #[must_use]
    fn with(mut self, other: &Self) -> Self {
        self.add(other);
        self
    }
}

/// Where it begins: the tables that plans read.
pub(crate) trait Tables: fmt::Debug {
    /// What flows.
    type Value: Value;

    /// What a column of a table brings.
    fn column(&self, table: &str, column: &str) -> Self::Value;

    /// What chose which rows a table has, as far as its readers answer for it.
    fn rows(&self, table: &str) -> Self::Value;
}
