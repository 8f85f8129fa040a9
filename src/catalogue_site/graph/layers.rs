//! Where the nodes of a graph without circles stand: in layers, each node to the right of those that lead to it, and in each
//! layer near those that it has to do with.

/// Rounds of sorting the layers by their neighbours; more change nothing that one sees.
const ROUNDS: usize = 12;

/// A node's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The layer, from the left.
    pub(super) layer: usize,
    /// Where in the layer, from above, among nodes and bends.
    pub(super) at: usize,
}

/// A graph that was laid out.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The place of each node.
    pub(super) nodes: Vec<Place>,
    /// For each edge the places that it goes through, its ends included: one in each layer between.
    pub(super) edges: Vec<Vec<Place>>,
    /// How many nodes and bends each layer has.
    pub(super) sizes: Vec<usize>,
}

/// Lays out so many nodes with edges from one to another. Edges of a circle are left out.
pub(super) fn layout(nodes: usize, edges: &[(usize, usize)]) -> Layout {
    let layers = layers(nodes, edges);
    // What stands in the layers: nodes by their numbers, then bends.
    let mut layer_of = layers.clone();
    let mut short = Vec::new();
    let mut ways = Vec::new();
    for &(from, to) in edges {
        let (Some(&first), Some(&last)) = (layers.get(from), layers.get(to)) else { continue };
        let mut way = vec![from];
        for layer in first + 1..last {
            way.push(layer_of.len());
            layer_of.push(layer);
        }
        way.push(to);
        short.extend(way.iter().copied().zip(way.iter().copied().skip(1)));
        ways.push(way);
    }
    let count = layer_of.iter().max().map_or(0, |last| last + 1);
    let mut order = vec![Vec::new(); count];
    for (item, layer) in layer_of.iter().enumerate() {
        order.get_mut(*layer).into_iter().for_each(|of_layer: &mut Vec<usize>| of_layer.push(item));
    }
    let mut position = positions(&order, layer_of.len());
    for round in 0..ROUNDS {
        let forwards = round % 2 == 0;
        let numbers: Vec<usize> = if forwards { (0..count).collect() } else { (0..count).rev().collect() };
        for layer in numbers {
            let Some(of_layer) = order.get_mut(layer) else { continue };
            let mean = |item: usize| {
                let near = short.iter().filter_map(|(from, to)| match forwards {
                    true => (*to == item).then_some(*from),
                    false => (*from == item).then_some(*to),
                });
                mean(near.filter_map(|near| position.get(near).copied()))
                    .unwrap_or_else(|| position.get(item).copied().unwrap_or_default())
            };
            let mut sorted: Vec<(f64, usize)> = of_layer.iter().map(|item| (mean(*item), *item)).collect();
            sorted.sort_by(|(one, _), (other, _)| one.total_cmp(other));
            *of_layer = sorted.into_iter().map(|(_, item)| item).collect();
            place(of_layer, &mut position);
        }
    }
    let mut places = vec![Place { layer: 0, at: 0 }; layer_of.len()];
    for (layer, of_layer) in order.iter().enumerate() {
        for (at, item) in of_layer.iter().enumerate() {
            places.get_mut(*item).into_iter().for_each(|known| *known = Place { layer, at });
        }
    }
    let of = |item: &usize| places.get(*item).copied();
    Layout {
        edges: ways.iter().map(|way| way.iter().filter_map(of).collect()).collect(),
        sizes: order.iter().map(Vec::len).collect(),
        nodes: places.into_iter().take(nodes).collect(),
    }
}

/// The layer of each node: as far to the right as those let it that it leads to.
fn layers(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    // How many steps there are from a node to the end.
    let mut steps = vec![0usize; nodes];
    // A way has fewer steps than there are nodes.
    for _ in 0..nodes {
        let mut is_changed = false;
        for &(from, to) in edges {
            let beyond = steps.get(to).map_or(0, |steps| steps + 1);
            if let Some(known) = steps.get_mut(from).filter(|known| **known < beyond && beyond < nodes) {
                *known = beyond;
                is_changed = true;
            }
        }
        if !is_changed {
            break;
        }
    }
    let last = steps.iter().max().copied().unwrap_or_default();
    steps.into_iter().map(|steps| last - steps).collect()
}

fn positions(order: &[Vec<usize>], items: usize) -> Vec<f64> {
    let mut position = vec![0.0; items];
    order.iter().for_each(|of_layer| place(of_layer, &mut position));
    position
}

/// Positions count from the middle of a layer.
fn place(of_layer: &[usize], position: &mut [f64]) {
    let middle = (of_layer.len() as f64 - 1.0) / 2.0;
    for (at, item) in of_layer.iter().enumerate() {
        position.get_mut(*item).into_iter().for_each(|known| *known = at as f64 - middle);
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0);
    for value in values {
        sum += value;
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}
