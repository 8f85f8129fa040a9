//! The charts of the report: SVG that takes its colours from the page, so that it is light or dark with it.
//!
//! Each shows rows that stand in a table below it, and says so to those who do not see it. A chart without rows is none.

mod ages;
mod canvas;
mod genders;
mod headcount;
mod movements;

pub(super) use self::{ages::ages, genders::genders, headcount::headcount, movements::movements};
