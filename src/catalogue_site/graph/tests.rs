//! Drawings hold to their promises.

use proptest::prelude::*;

use super::{
    layers::{Place, layout},
    *,
};

fn nearby(name: &str, href: Option<&str>) -> Nearby {
    Nearby { name: name.to_owned(), class: "core", href: href.map(str::to_owned) }
}

proptest! {
    #[test]
    fn edges_lead_to_the_right_one_layer_at_a_time(
        nodes in 1usize..14, pairs in proptest::collection::btree_set((0usize..14, 0usize..14), 0..30)
    ) {
        let edges: Vec<(usize, usize)> =
            pairs.into_iter().filter(|(from, to)| from < to && *to < nodes).collect();
        let laid = layout(nodes, &edges);
        prop_assert_eq!(laid.nodes.len(), nodes);
        prop_assert_eq!(laid.edges.len(), edges.len());
        for (way, (from, to)) in laid.edges.iter().zip(&edges) {
            prop_assert_eq!((way.first(), way.last()), (laid.nodes.get(*from), laid.nodes.get(*to)));
            prop_assert!(way.windows(2).all(|steps| steps[0].layer + 1 == steps[1].layer));
        }
        // Nobody stands where somebody else does.
        let bends = laid.edges.iter().flat_map(|way| &way[1..way.len() - 1]);
        let mut places: Vec<&Place> = laid.nodes.iter().chain(bends).collect();
        let all = places.len();
        places.sort_by_key(|place| (place.layer, place.at));
        places.dedup();
        prop_assert_eq!(places.len(), all);
        prop_assert_eq!(laid.sizes.iter().sum::<usize>(), all);
    }
}

#[test]
fn a_circle_ends() {
    let laid = layout(2, &[(0, 1), (1, 0)]);
    assert_eq!(laid.nodes.len(), 2);
}

#[test]
fn names_are_text_and_lead_where_they_are_told_of() {
    let tables = [nearby("<b>&\"x\"", Some("a.html?\"><script>")), nearby("here", None)];
    let svg = of_tables(&tables, &[(0, 1)], "a <name>", "a & description");
    assert!(svg.contains("&lt;b&gt;&amp;&quot;x&quot;</text>"), "{svg}");
    assert!(!svg.contains("<script>") && !svg.contains("<b>"), "{svg}");
    assert!(svg.contains("aria-label=\"a &lt;name&gt;\"") && svg.contains("<desc>a &amp; description</desc>"), "{svg}");
    assert_eq!((svg.matches("<rect").count(), svg.matches("<path").count(), svg.matches("<a ").count()), (2, 1, 1));
    let long = of_tables(&[nearby(&"x".repeat(500), None)], &[], "n", "d");
    assert!(long.contains('…') && long.len() < 800, "{long}");
}
