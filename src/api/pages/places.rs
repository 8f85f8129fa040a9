//! Pages of a list that is asked for by places in it, each beginning with a record that was read already. Pure.
//!
//! What comes and goes before a place moves everything behind it. A page that begins with a known record shows that nothing
//! slipped past: whatever stood before that record, and still does, was read with it. A page that begins with an unknown one
//! may have missed its predecessors, and the page before it is read again.

/// How places are named in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Places {
    /// By their distance from the beginning: `paging=offset,limit`. A page may begin anywhere.
    Offsets,
    /// By the number of a page of that length: `page=number&limit=length`. A page begins at a multiple of its length.
    Numbers,
}

/// A stretch of a list: the records that one request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// Records before it.
    pub(super) start: u64,
    /// Most records in it.
    pub(super) limit: u32,
}

impl Window {
    /// The number of the page, from 1, where pages have numbers.
    pub(super) fn number(self) -> u64 {
        self.start / u64::from(self.limit.max(1)) + 1
    }

    /// The stretch of the same length before it, as far as there is one.
    pub(super) fn before(self) -> Self {
        Self { start: self.start.saturating_sub(u64::from(self.limit)), ..self }
    }
}

impl Places {
    /// The stretch that reads on where the first `read` records were read: it has one of them at least and the most others
    /// that a page of at most `largest` can have. `None` when no such page has both: pages of one record, and by numbers a
    /// few others of less than 20.
    pub(super) fn onward(self, read: u64, largest: u32) -> Option<Window> {
        let Some(last) = read.checked_sub(1) else { return Some(Window { start: 0, limit: largest }) };
        match self {
            Self::Offsets => (largest > 1).then_some(Window { start: last, limit: largest }),
            Self::Numbers => {
                let window = |limit: u32| Window { start: last - last % u64::from(limit), limit };
                let end = |window: &Window| window.start + u64::from(window.limit);
                // Of two that end alike, `max_by_key` takes the later one, which is the longer.
                (2..=largest).map(window).max_by_key(end).filter(|window| end(window) > read)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reads(places: Places, records: u64, largest: u32) -> u64 {
        let (mut read, mut requests) = (0, 0);
        while read < records {
            let window = places.onward(read, largest).unwrap();
            read = window.start + u64::from(window.limit);
            requests += 1;
        }
        requests
    }

    #[test]
    fn the_fewest_requests_are_one_record_a_page_more_than_without_overlap() {
        // By offsets a page has one record of the page before it, and all others are new.
        for (records, requests) in [(1, 1), (1000, 1), (1001, 2), (1999, 2), (2000, 3), (5000, 6), (100_000, 101)] {
            assert_eq!(reads(Places::Offsets, records, 1000), requests, "{records}");
            assert_eq!(u64::max(1, (records - 1_u64).div_ceil(999)), requests, "{records}");
        }
        // By numbers each page is a little shorter than the one before, so that it begins before the other's end.
        for (records, requests) in [(100, 1), (101, 2), (198, 2), (199, 3), (250, 3), (500, 6), (1000, 11)] {
            assert_eq!(reads(Places::Numbers, records, 100), requests, "{records}");
        }
        assert_eq!((reads(Places::Numbers, 6000, 1000), reads(Places::Numbers, 5970, 1000)), (7, 6));
        let second = Places::Numbers.onward(1000, 1000).unwrap();
        assert_eq!((second, second.number()), (Window { start: 999, limit: 999 }, 2));
    }

    #[test]
    fn pages_too_small_to_overlap_are_none() {
        assert_eq!(Places::Offsets.onward(5, 1), None);
        assert_eq!((Places::Numbers.onward(5, 1), Places::Numbers.onward(6, 3)), (None, None));
        assert_eq!(Window { start: 7, limit: 10 }.before(), Window { start: 0, limit: 10 });
    }

    proptest! {
        #[test]
        fn each_page_has_a_known_record_and_new_ones_and_no_longer_page_has_more(
            read in 1_u64..200_000, largest in 20_u32..2000,
        ) {
            let window = Places::Numbers.onward(read, largest).unwrap();
            let end = |w: Window| w.start + u64::from(w.limit);
            prop_assert!(window.limit <= largest && window.start < read && end(window) > read);
            prop_assert_eq!((window.number() - 1) * u64::from(window.limit), window.start);
            for limit in 1..=largest {
                let number = (read - 1) / u64::from(limit);
                prop_assert!((number + 1) * u64::from(limit) <= end(window));
            }
            let by_offset = Places::Offsets.onward(read, largest).unwrap();
            prop_assert_eq!(by_offset, Window { start: read - 1, limit: largest });
        }
    }
}
