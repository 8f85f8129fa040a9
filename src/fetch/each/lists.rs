//! Which records are asked for together and kept as one page for a run that goes on: where a list ends is decided by the ids
//! themselves, so that somebody who came or went meanwhile changes one list and no other.

use super::hash;

/// Ids in a list on average, and at most twice as many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length(pub(super) usize);

/// The lists, in the order of the ids.
pub(super) fn lists<'i>(ids: &[&'i str], Length(length): Length) -> Vec<Vec<&'i str>> {
    let mut lists = Vec::new();
    let mut list = Vec::new();
    for id in ids {
        list.push(*id);
        if hash(id).is_multiple_of(length.max(1) as u64) || list.len() >= 2 * length {
            lists.push(std::mem::take(&mut list));
        }
    }
    lists.extend((!list.is_empty()).then_some(list));
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_id_changes_one_list() {
        let all: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let before = lists(&all, Length(20));
        assert_eq!(before.concat(), all);
        assert!((30..80).contains(&before.len()), "{}", before.len());
        assert!(before.iter().all(|list| (1..=40).contains(&list.len())));
        let more: Vec<&str> =
            all.iter().copied().take(500).chain(["new"]).chain(all.iter().copied().skip(500)).collect();
        let after = lists(&more, Length(20));
        let same = after.iter().filter(|list| before.contains(list)).count();
        assert!(same + 3 >= before.len(), "{same} of {}", before.len());
        assert!(lists(&[], Length(20)).is_empty());
    }
}
