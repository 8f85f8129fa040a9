//! The tables that one is made of, back to the API, and those that are made of it.

use super::{
    draw::{Drawing, LINE, Point, width},
    layers::layout,
};

/// Between two layers.
const BETWEEN: f64 = 48.0;
/// From the top of a box to that of the next one.
const STEP: f64 = LINE + 10.0;
/// Around everything.
const MARGIN: f64 = 6.0;

/// A table near another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nearby {
    /// Its name.
    pub(crate) name: String,
    /// How it is drawn: the name of its zone.
    pub(crate) class: &'static str,
    /// Where it is described; nowhere else for the table that all is about.
    pub(crate) href: Option<String>,
}

/// A drawing of tables with edges from one that is read to one that reads it, by their numbers.
pub(crate) fn of_tables(tables: &[Nearby], edges: &[(usize, usize)], name: &str, description: &str) -> String {
    let layout = layout(tables.len(), edges);
    let mut widths = vec![0.0_f64; layout.sizes.len()];
    for (table, place) in tables.iter().zip(&layout.nodes) {
        widths.get_mut(place.layer).into_iter().for_each(|known| *known = known.max(width(&table.name)));
    }
    let lefts: Vec<f64> = widths
        .iter()
        .scan(MARGIN, |left, wide| {
            let here = *left;
            *left += wide + BETWEEN;
            Some(here)
        })
        .collect();
    let most = layout.sizes.iter().max().copied().unwrap_or_default() as f64;
    let left = |layer: usize| lefts.get(layer).copied().unwrap_or_default();
    let wide = |layer: usize| widths.get(layer).copied().unwrap_or_default();
    let top = |layer: usize, at: usize| {
        let size = layout.sizes.get(layer).copied().unwrap_or_default() as f64;
        MARGIN + ((most - size) / 2.0 + at as f64) * STEP
    };
    let mut drawing = Drawing::default();
    for (places, (from, to)) in layout.edges.iter().zip(edges) {
        let mut points = Vec::new();
        for (at, place) in places.iter().enumerate() {
            let y = top(place.layer, place.at) + LINE / 2.0;
            let own = tables.get(*from).map_or(0.0, |table| width(&table.name));
            // It leaves a box at its right edge, passes a layer whole, and arrives at a left edge.
            if at > 0 {
                points.push(Point { x: left(place.layer), y });
            }
            if at == 0 {
                points.push(Point { x: left(place.layer) + own, y });
            } else if at + 1 < places.len() {
                points.push(Point { x: left(place.layer) + wide(place.layer), y });
            }
        }
        let names = [from, to].map(|table| tables.get(*table).map(|table| table.name.as_str()).unwrap_or_default());
        drawing.line(&points, "edge", &names.join(" → "));
    }
    for (table, place) in tables.iter().zip(&layout.nodes) {
        let at = Point { x: left(place.layer), y: top(place.layer, place.at) };
        let here = if table.href.is_none() { " here" } else { "" };
        drawing.frame(at, width(&table.name), LINE, &format!("node {}{here}", table.class));
        drawing.text(at, &table.name, "name", table.href.as_deref());
    }
    let size = Point {
        x: lefts.last().zip(widths.last()).map_or(0.0, |(left, wide)| left + wide) + MARGIN,
        y: most * STEP - (STEP - LINE) + 2.0 * MARGIN,
    };
    drawing.svg(size, name, description)
}
