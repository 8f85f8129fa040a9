//! Splitting a collection that is too long for one chain of cursors: each chain waits for its own last page, and a
//! budget of 50 requests a minute needs several in flight when each response takes seconds. And the lists of ids without
//! which some collections cannot be asked at all.

use crate::catalog::FanOut;

/// Chains at once.
pub(super) const CHAINS: usize = 8;
/// Pages that a chain should have at least: every chain ends with a page that is half empty on average.
const PAGES_PER_CHAIN: u64 = 3;
/// Records of one owner, roughly: only to choose how many chains read those of some owners.
pub(super) const RECORDS_OF_AN_OWNER: u64 = 60;
/// Longest list of ids in one request: the server refuses more than 8 KB of request line and headers, token included.
const MAX_LIST_BYTES: usize = 5_000;
/// A comma may come back as `%2C` in the link to the next page.
const COMMA_BYTES: usize = 3;

/// Whose records one chain reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owners {
    /// Query parameter that takes their ids.
    pub(super) parameter: String,
    /// Column that says whose a record is, where it has one.
    pub(super) column: Option<String>,
    pub(super) ids: Vec<String>,
}

/// Owners of the records of each chain; `None` for one chain of all of them.
pub(super) type Lists = Option<Vec<Owners>>;

/// The ids that `fan_out` filters by, for each chain.
pub(super) fn owners(fan_out: &FanOut, lists: Vec<Vec<String>>) -> Vec<Owners> {
    let owners = |ids| Owners { parameter: fan_out.parameter.clone(), column: Some(fan_out.column.clone()), ids };
    lists.into_iter().map(owners).collect()
}

/// The fewest lists that can be asked for, where one would be too long for a request.
pub(super) fn fewest(parameter: &str, ids: &[String]) -> Vec<Owners> {
    let mut lists: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    for id in ids {
        bytes += id.len() + COMMA_BYTES;
        match lists.last_mut() {
            Some(list) if bytes <= MAX_LIST_BYTES => list.push(id.clone()),
            _ => {
                bytes = id.len() + COMMA_BYTES;
                lists.push(vec![id.clone()]);
            }
        }
    }
    lists.into_iter().map(|ids| Owners { parameter: parameter.to_owned(), column: None, ids }).collect()
}

/// How many lists so many ids make at most, taken to be numbers a digit longer than their count.
pub(super) fn fewest_of(ids: u64) -> u64 {
    let bytes = ids.to_string().len() + 1 + COMMA_BYTES;
    ids.div_ceil((MAX_LIST_BYTES / bytes).max(1) as u64)
}

/// The lists of ids for the chains; `None` when one chain without a filter does as well.
///
/// `expected` is the number of records in all chains; `other_bytes` are taken by another list in the same address.
pub(super) fn chunks(
    ids: &[String],
    expected: u64,
    page_limit: u32,
    max_values: usize,
    other_bytes: usize,
) -> Option<Vec<Vec<String>>> {
    let pages = expected.div_ceil(u64::from(page_limit.max(1)));
    let worth_it = !ids.is_empty() && pages >= 2 * PAGES_PER_CHAIN;
    worth_it.then(|| lists(ids, expected, page_limit, max_values, other_bytes))
}

/// The lists of ids for the chains that read the records of these owners only.
pub(super) fn lists(
    ids: &[String],
    expected: u64,
    page_limit: u32,
    max_values: usize,
    other_bytes: usize,
) -> Vec<Vec<String>> {
    let pages = expected.div_ceil(u64::from(page_limit.max(1)));
    let max_bytes = MAX_LIST_BYTES.saturating_sub(other_bytes);
    let wanted = usize::try_from(pages / PAGES_PER_CHAIN).unwrap_or(CHAINS).clamp(1, CHAINS);
    let even = ids.len().div_ceil(wanted).clamp(1, max_values);
    let mut lists: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    for id in ids {
        bytes += id.len() + COMMA_BYTES;
        match lists.last_mut() {
            Some(list) if list.len() < even && bytes <= max_bytes => list.push(id.clone()),
            _ => {
                bytes = id.len() + COMMA_BYTES;
                lists.push(vec![id.clone()]);
            }
        }
    }
    lists
}

/// How many pages the chains have that read `records` of that many owners; `None` where one chain without a filter does as
/// well. Owners are taken to have equally many records, and their ids to be numbers a digit longer than their count.
/// `restricted` is for chains that read them without a count.
pub(super) fn expected_pages(
    owners: u64,
    records: u64,
    page_limit: u32,
    max_values: usize,
    restricted: bool,
) -> Option<u64> {
    let digits = owners.to_string().len() + 1;
    let ids: Vec<String> = (0..owners).map(|n| format!("{n:0digits$}")).collect();
    let lists = match restricted {
        true => lists(&ids, owners * RECORDS_OF_AN_OWNER, page_limit, max_values, 0),
        false => chunks(&ids, records, page_limit, max_values, 0)?,
    };
    let page = u64::from(page_limit.max(1)).saturating_mul(owners.max(1));
    Some(lists.iter().map(|list| (list.len() as u64).saturating_mul(records).div_ceil(page).max(1)).sum())
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
            match chunks(&ids, expected, 1000, max_values, 0) {
                None => prop_assert!(ids.is_empty() || expected <= 5000),
                Some(lists) => prop_assert_eq!(lists.concat(), ids.clone()),
            }
            let lists = lists(&ids, expected, 1000, max_values, 0);
            prop_assert_eq!(lists.concat(), ids.clone());
            let fewest = fewest("owner.id", &ids);
            prop_assert_eq!(fewest.iter().flat_map(|owners| owners.ids.clone()).collect::<Vec<_>>(), ids.clone());
            prop_assert!(fewest.iter().all(|owners| owners.ids.join("%2C").len() <= MAX_LIST_BYTES));
            let bytes: usize = ids.iter().map(|id| id.len() + COMMA_BYTES).sum();
            prop_assert!(fewest.len() <= bytes.div_ceil(MAX_LIST_BYTES - 15));
            for list in &lists {
                prop_assert!(!list.is_empty() && list.len() <= max_values);
                prop_assert!(list.join("%2C").len() <= MAX_LIST_BYTES);
            }
        }
    }

    #[test]
    fn each_chain_ends_with_a_page_of_its_own() {
        // Four chains of 3,184 records; seven of 3,188 and one of 2,986; no chains.
        assert_eq!(expected_pages(250, 12_734, 1000, 1000, false), Some(16));
        assert_eq!(expected_pages(500, 25_305, 1000, 1000, false), Some(31));
        assert_eq!(expected_pages(60, 2_986, 1000, 1000, false), None);
        assert_eq!(expected_pages(0, 0, 1000, 1000, true), Some(0));
    }

    #[test]
    fn small_tenants_are_read_in_one_chain_and_large_ones_in_eight_or_more() {
        let ids: Vec<String> = (0..250).map(|n| n.to_string()).collect();
        let chains = |expected| chunks(&ids, expected, 1000, 1000, 0).map(|lists| lists.len());
        assert_eq!((chains(5_000), chains(12_000), chains(120_000)), (None, Some(4), Some(8)));
    }
}
