//! Splitting a collection that is too long for one chain of cursors: each chain waits for its own last page, and a
//! budget of 50 requests a minute needs several in flight when each response takes seconds.

/// Chains at once.
pub(super) const CHAINS: usize = 8;
/// Pages that a chain should have at least: every chain ends with a page that is half empty on average.
const PAGES_PER_CHAIN: u64 = 3;
/// Longest list of ids in one request: the server refuses more than 8 KB of request line and headers, token included.
const MAX_LIST_BYTES: usize = 5_000;
/// A comma may come back as `%2C` in the link to the next page.
const COMMA_BYTES: usize = 3;

/// The lists of ids for the chains; none when one chain without a filter does as well.
///
/// `expected` is the number of records in all chains.
pub(super) fn chunks(ids: &[String], expected: u64, page_limit: u32, max_values: usize) -> Vec<Vec<String>> {
    let pages = expected.div_ceil(u64::from(page_limit.max(1)));
    if ids.is_empty() || pages < 2 * PAGES_PER_CHAIN {
        return Vec::new();
    }
    let wanted = usize::try_from(pages / PAGES_PER_CHAIN).unwrap_or(CHAINS).clamp(1, CHAINS);
    let even = ids.len().div_ceil(wanted).clamp(1, max_values);
    let mut lists: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    for id in ids {
        bytes += id.len() + COMMA_BYTES;
        match lists.last_mut() {
            Some(list) if list.len() < even && bytes <= MAX_LIST_BYTES => list.push(id.clone()),
            _ => {
                bytes = id.len() + COMMA_BYTES;
                lists.push(vec![id.clone()]);
            }
        }
    }
    lists
}

/// How many chains there will be for that many owners, whose ids are taken to be numbers a digit longer than their count.
pub(crate) fn expected_chains(owners: u64, expected: u64, page_limit: u32, max_values: usize) -> u64 {
    let digits = owners.to_string().len() + 1;
    let ids: Vec<String> = (0..owners).map(|n| format!("{n:0digits$}")).collect();
    chunks(&ids, expected, page_limit, max_values).len() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_id_is_asked_for_once_within_the_limits(
            ids in prop::collection::vec("[0-9]{1,12}", 0..3000),
            expected in 0_u64..5_000_000,
            max_values in 1_usize..1500,
        ) {
            let lists = chunks(&ids, expected, 1000, max_values);
            if lists.is_empty() {
                prop_assert!(ids.is_empty() || expected <= 5000);
            } else {
                prop_assert_eq!(lists.concat(), ids);
            }
            for list in &lists {
                prop_assert!(!list.is_empty() && list.len() <= max_values);
                prop_assert!(list.join("%2C").len() <= MAX_LIST_BYTES);
            }
        }
    }

    #[test]
    fn small_tenants_are_read_in_one_chain_and_large_ones_in_eight_or_more() {
        let ids: Vec<String> = (0..250).map(|n| n.to_string()).collect();
        assert_eq!(chunks(&ids, 5_000, 1000, 1000).len(), 0);
        assert_eq!(chunks(&ids, 12_000, 1000, 1000).len(), 4);
        assert_eq!(chunks(&ids, 120_000, 1000, 1000).len(), 8);
    }
}
