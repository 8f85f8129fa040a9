use std::collections::BTreeSet;

use super::{Holder, ids};
use crate::fake_tenant::Legacy;

/// Ids as pages of seven give them, and how many were said to be there at the end.
fn read(holder: &Holder) -> (Vec<i64>, u64) {
    let mut read = Vec::new();
    loop {
        let offset = read.len();
        let page = holder.get(&format!(
            "/api/v3/users?formerEmployees=true&orderBy=id,asc&paging={offset},7&fields=id,collection.count"
        ));
        let items = page["data"]["items"].as_array().unwrap();
        read.extend(ids(items));
        if items.len() < 7 {
            return (read, page["data"]["count"].as_u64().unwrap());
        }
    }
}

#[test]
fn lists_that_change_between_pages_lose_and_double_records_and_come_to_rest() {
    let (mut lost, mut doubled) = (false, false);
    for seed in 0..20 {
        let holder = Holder::of(60, Legacy { shifting: Some(seed), ..Legacy::default() });
        let (first, count) = read(&holder);
        let distinct: BTreeSet<i64> = first.iter().copied().collect();
        doubled |= distinct.len() < first.len();
        // At rest by now.
        let (second, count_then) = read(&holder);
        let there: BTreeSet<i64> = second.iter().copied().collect();
        assert_eq!((there.len(), there.len() as u64), (second.len(), count_then));
        assert!(count <= 60);
        lost |= !there.is_subset(&distinct);
    }
    assert!(lost && doubled, "lost: {lost}, doubled: {doubled}");
}
