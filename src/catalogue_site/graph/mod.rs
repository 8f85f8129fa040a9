//! Drawings of what is made of what, as SVG that stands in a page.
//!
//! - `layers`: where the nodes of a graph stand; `tables`: tables around one of them; `columns`: columns of one of them
//! - `draw`: lines, boxes and texts

mod columns;
mod draw;
mod layers;
mod tables;
#[cfg(test)]
mod tests;

pub(super) use self::{
    columns::of_columns,
    tables::{Nearby, of_tables},
};
