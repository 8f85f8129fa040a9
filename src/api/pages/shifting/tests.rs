//! A list that changes between its pages, and what a pass over it reads.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

/// What happens to the list between two requests.
#[derive(Debug, Clone, Copy)]
enum Change {
    Insert(prop::sample::Index),
    Delete(prop::sample::Index),
}

/// How the list is served.
#[derive(Debug, Clone)]
struct Server {
    places: Places,
    /// Most records that it gives, whatever is asked for.
    most: u32,
    /// Whether each page has a count; the last answer holds for all later ones.
    counts: Vec<bool>,
    /// Whether it calls the next page by its number.
    numbers: bool,
}

/// What a pass read.
#[derive(Debug, Default)]
struct Read {
    ids: HashSet<String>,
    /// Records handed on.
    handed: u64,
    again: u64,
    requests: usize,
    loose: usize,
    least_count: Option<u64>,
}

impl Server {
    fn page(&self, list: &[u32], window: Window, request: usize) -> (Vec<String>, PageEnd) {
        let limit = window.limit.min(self.most);
        let start = match self.places {
            Places::Offsets => window.start,
            Places::Numbers => (window.number() - 1) * u64::from(limit),
        };
        let ids: Vec<String> =
            list.iter().skip(start.try_into().unwrap()).take(limit as usize).map(u32::to_string).collect();
        let counted = self.counts.get(request).or(self.counts.last()).copied().unwrap_or(true);
        let more = start + (ids.len() as u64) < list.len() as u64;
        let next = match self.numbers {
            true if more => Next::Cursor((window.number() + 1).to_string()),
            true => Next::End,
            false => Next::Unsaid,
        };
        let end = PageEnd { records: ids.len() as u64, next, total_count: counted.then_some(list.len() as u64) };
        (ids, end)
    }

    /// One pass, with `changes` before each request but the first.
    fn read(&self, list: &mut Vec<u32>, largest: u32, changes: &[Vec<Change>]) -> Result<Read, &'static str> {
        let mut pass = Shifting::new(self.places, largest);
        let mut read = Read::default();
        let mut fresh = 1_000_000;
        while let Some(step) = pass.next().cloned() {
            let Step::Window(window) = step else { panic!("{step:?}") };
            if let Some(changes) = read.requests.checked_sub(1).and_then(|gap| changes.get(gap)) {
                for change in changes {
                    match change {
                        Change::Insert(at) => {
                            list.insert(at.index(list.len() + 1), fresh);
                            fresh += 1;
                        }
                        Change::Delete(at) if !list.is_empty() => drop(list.remove(at.index(list.len()))),
                        Change::Delete(_) => {}
                    }
                }
            }
            let (ids, end) = self.page(list, window, read.requests);
            read.requests += 1;
            assert!(read.requests < 2_000, "it does not end");
            match pass.took(&ids, &end, |_| None)? {
                Took::Loose => read.loose += 1,
                Took::Follows { again } => {
                    read.handed += ids.len() as u64;
                    read.again += again;
                    read.ids.extend(ids);
                }
            }
        }
        read.least_count = pass.least_count();
        Ok(read)
    }
}

fn change() -> impl Strategy<Value = Change> {
    let at = || any::<prop::sample::Index>();
    prop_oneof![at().prop_map(Change::Insert), at().prop_map(Change::Delete)]
}

fn places() -> impl Strategy<Value = (Places, u32)> {
    // By numbers, pages of less than 20 records may be unable to overlap.
    prop_oneof![(Just(Places::Offsets), 2_u32..40), (Just(Places::Numbers), 20_u32..60)]
}

proptest! {
    #[test]
    fn what_was_there_all_the_time_is_read_whatever_comes_and_goes(
        (places, largest) in places(),
        records in 0_u32..400,
        changes in prop::collection::vec(prop::collection::vec(change(), 0..5), 0..25),
        counts in prop::collection::vec(any::<bool>(), 0..20),
        numbers: bool,
        shuffle: u64,
    ) {
        // Any order: the ids say nothing of the places.
        let mut list: Vec<u32> = (0..records).map(|n| n.wrapping_mul(2_654_435_761).rotate_left((shuffle % 32) as u32)).collect();
        let before: HashSet<u32> = list.iter().copied().collect();
        let server = Server { places, most: u32::MAX, counts, numbers: numbers && places == Places::Numbers };
        let read = server.read(&mut list, largest, &changes).unwrap();
        for id in list.iter().filter(|id| before.contains(id)) {
            prop_assert!(read.ids.contains(&id.to_string()), "{id} is lost");
        }
        let stayed = list.iter().filter(|id| before.contains(id)).count() as u64;
        prop_assert!(read.ids.len() as u64 >= stayed);
    }

    #[test]
    fn a_quiet_list_is_read_whole_by_the_fewest_requests(
        (places, largest) in places(), records in 0_u32..500, counted: bool,
    ) {
        let mut list: Vec<u32> = (0..records).collect();
        let server = Server { places, most: u32::MAX, counts: vec![counted], numbers: false };
        let read = server.read(&mut list, largest, &[]).unwrap();
        prop_assert_eq!(read.ids.len(), list.len());
        // Nothing is doubled beyond what was asked for twice.
        prop_assert_eq!((read.handed - read.again, read.loose), (u64::from(records), 0));
        prop_assert_eq!(read.least_count, counted.then_some(u64::from(records)));
        let (mut fewest, mut end) = (1, u64::from(largest.min(records)));
        while end < u64::from(records) {
            let window = places.onward(end, largest).unwrap();
            (fewest, end) = (fewest + 1, window.start + u64::from(window.limit));
        }
        // A full page that counts its own length, and pages that count nothing, are followed by one that proves the end.
        let proves = !counted || records == largest;
        let most = fewest + usize::from(proves);
        prop_assert!(read.requests == most || (!counted && read.requests == fewest), "{} for {most}", read.requests);
    }

    #[test]
    fn a_server_that_gives_less_than_it_is_asked_for_is_read_whole(
        (places, most) in places(), records in 0_u32..400, counted: bool,
    ) {
        let mut list: Vec<u32> = (0..records).collect();
        let server = Server { places, most: most.max(20), counts: vec![counted], numbers: false };
        prop_assert_eq!(server.read(&mut list, 1000, &[]).unwrap().ids.len(), list.len());
    }
}

fn ids(ids: std::ops::Range<u32>) -> Vec<String> {
    ids.map(|id| id.to_string()).collect()
}

fn end(records: usize, next: Next, total_count: Option<u64>) -> PageEnd {
    PageEnd { records: records as u64, next, total_count }
}

fn took(pass: &mut Shifting, page: std::ops::Range<u32>, next: Next, count: Option<u64>) -> Result<Took, &'static str> {
    let ids = ids(page);
    pass.took(&ids, &end(ids.len(), next, count), |href| Url::parse(href).ok().filter(|u| u.host_str() == Some("a")))
}

const fn again(again: u64) -> Result<Took, &'static str> {
    Ok(Took::Follows { again })
}

fn window(start: u64, limit: u32) -> Option<Step> {
    Some(Step::Window(Window { start, limit }))
}

#[test]
fn a_page_that_begins_with_an_unknown_record_is_read_again_from_before_it() {
    let mut pass = Shifting::new(Places::Offsets, 10);
    assert_eq!(took(&mut pass, 0..10, Next::Unsaid, Some(25)), again(0));
    assert_eq!(pass.next().cloned(), window(9, 10));
    // Three of the first ten are gone: 12 stands where 9 stood, and 10 and 11 would be missed.
    assert_eq!(took(&mut pass, 12..22, Next::Unsaid, Some(22)), Ok(Took::Loose));
    assert_eq!(pass.next().cloned(), window(0, 10));
    assert_eq!(took(&mut pass, 3..13, Next::Unsaid, Some(22)), again(10));
    assert_eq!(pass.next().cloned(), window(9, 10));
    assert_eq!(took(&mut pass, 12..22, Next::Unsaid, Some(22)), again(1));
    assert_eq!(took(&mut pass, 21..25, Next::Unsaid, Some(22)), again(1));
    assert_eq!((pass.next(), pass.least_count()), (None, Some(22)));
}

#[test]
fn nothing_at_a_place_that_had_a_record_is_no_end() {
    let mut pass = Shifting::new(Places::Offsets, 10);
    took(&mut pass, 0..10, Next::Unsaid, None).unwrap();
    assert_eq!(took(&mut pass, 0..0, Next::Unsaid, None), Ok(Took::Loose));
    assert_eq!(pass.next().cloned(), window(0, 10));
}

#[test]
fn a_list_without_an_order_is_refused() {
    let mut pass = Shifting::new(Places::Offsets, 10);
    let mut fresh = 0;
    let broken = loop {
        fresh += 10;
        match took(&mut pass, fresh..fresh + 10, Next::Unsaid, None) {
            Ok(_) => {}
            Err(broken) => break broken,
        }
    };
    assert!(broken.contains("has no order"), "{broken}");
}

#[test]
fn a_count_of_less_than_there_is_counts_nothing() {
    // Each page counts itself.
    let mut pass = Shifting::new(Places::Offsets, 10);
    assert_eq!(took(&mut pass, 0..10, Next::Unsaid, Some(10)), again(0));
    assert_eq!(took(&mut pass, 9..19, Next::Unsaid, Some(10)), again(1));
    assert_eq!(took(&mut pass, 18..21, Next::Unsaid, Some(3)), again(1));
    assert_eq!(took(&mut pass, 20..21, Next::Unsaid, Some(1)), again(1));
    assert_eq!(pass.next(), None);
}

#[test]
fn cursors_are_followed_as_they_are_and_numbers_of_pages_are_places() {
    let cursor = |text: &str| Next::Cursor(text.into());
    let mut pass = Shifting::new(Places::Numbers, 100);
    took(&mut pass, 0..100, cursor("eyJ"), Some(150)).unwrap();
    assert_eq!(pass.next().cloned(), Some(Step::Cursor("eyJ".into())));
    assert_eq!(took(&mut pass, 100..150, Next::End, Some(150)), again(0));
    assert_eq!(pass.next(), None);

    let mut by_number = Shifting::new(Places::Numbers, 100);
    took(&mut by_number, 0..100, cursor("2"), Some(150)).unwrap();
    assert_eq!(by_number.next().cloned(), window(99, 99));
    took(&mut by_number, 99..150, cursor("3"), Some(150)).unwrap();
    // It says that there is more: what follows has the last record and nothing else.
    let Some(Step::Window(last)) = by_number.next().cloned() else { panic!("{:?}", by_number.next()) };
    took(&mut by_number, u32::try_from(last.start).unwrap()..150, Next::End, Some(150)).unwrap();
    assert_eq!(by_number.next(), None);

    // A null that the count belies.
    let mut belied = Shifting::new(Places::Numbers, 100);
    took(&mut belied, 0..100, Next::End, Some(150)).unwrap();
    assert_eq!(belied.next().cloned(), window(99, 99));

    let mut lost = Shifting::new(Places::Numbers, 100);
    took(&mut lost, 0..100, cursor("a"), None).unwrap();
    assert!(took(&mut lost, 100..200, cursor("a"), None).is_err());
    let mut empty = Shifting::new(Places::Numbers, 100);
    took(&mut empty, 0..100, cursor("a"), None).unwrap();
    assert_eq!((took(&mut empty, 0..0, cursor("b"), None), empty.next()), (again(0), None));
    let mut linked = Shifting::new(Places::Numbers, 100);
    took(&mut linked, 0..100, Next::Link("https://a/2".into()), None).unwrap();
    assert!(matches!(linked.next(), Some(Step::Address(_))));
    assert!(took(&mut linked, 100..200, Next::Link("https://b/3".into()), None).is_err());
}

#[test]
fn smaller_pages_go_on_where_larger_ones_took_too_long() {
    let mut pass = Shifting::new(Places::Offsets, 1000);
    took(&mut pass, 0..1000, Next::Unsaid, Some(1500)).unwrap();
    pass.shrink(100).unwrap();
    assert_eq!(pass.next().cloned(), window(999, 100));
    let mut first = Shifting::new(Places::Numbers, 1000);
    first.shrink(100).unwrap();
    assert_eq!(first.next().cloned(), window(0, 100));
}

#[test]
fn one_record_that_nobody_counts_is_all() {
    for records in [0, 1, 2] {
        let mut pass = Shifting::new(Places::Numbers, 100);
        took(&mut pass, 0..records, Next::Unsaid, None).unwrap();
        assert_eq!(pass.next(), None, "{records}");
    }
    let mut pass = Shifting::new(Places::Numbers, 100);
    assert_eq!(took(&mut pass, 0..1, Next::Unsaid, Some(5)), Err(TOO_SMALL));
}
