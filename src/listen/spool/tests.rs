//! Whatever happens while events are written, those that were acknowledged are there, once, as they were sent.

use std::{collections::BTreeMap, fs};

use bytes::Bytes;
use proptest::{collection::vec, prelude::*, sample::Index};

use super::*;
use crate::lake::records;

fn now(seconds: i64) -> DateTime<Utc> {
    "2026-03-15T06:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(seconds)
}

fn event(number: usize) -> Event {
    Event::of(format!("{{\"id\":\"{number}\",\n\"data\":\"{}\"}}", "x".repeat(number % 7)).into())
}

fn events(numbers: &[usize]) -> Vec<Event> {
    numbers.iter().map(|number| event(*number)).collect()
}

fn spool(folder: &Path, at: i64) -> Spool {
    Spool::open(folder, 0, now(at)).unwrap()
}

/// How often each event is in the sealed files.
fn kept(folder: &Path) -> BTreeMap<Bytes, usize> {
    let mut kept = BTreeMap::new();
    for segment in sealed(folder).unwrap() {
        let found = records(&fs::read(folder.join(segment.to_string())).unwrap().into());
        assert!(found.damaged.is_empty(), "{:?}", found.damaged);
        found.events.into_iter().for_each(|event| *kept.entry(event.body).or_default() += 1);
    }
    kept
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The process dies after `batches` were acknowledged, while one more is written, of which any part reached the disk.
    #[test]
    fn a_crash_at_any_byte_loses_no_acknowledged_event_and_yields_no_wrong_one(
        batches in vec((vec(0..12_usize, 1..4), any::<bool>()), 0..6), last in vec(0..20_usize, 1..4),
        cut in any::<Index>(), hole in any::<Option<Index>>(),
    ) {
        let here = tempfile::tempdir().unwrap();
        let (before, after) = (here.path().join("before"), here.path().join("after"));
        fs::create_dir(&before).unwrap();
        let mut spool = spool(&before, 0);
        let mut acknowledged = Vec::new();
        for (numbers, is_sealed) in &batches {
            spool.commit(&events(numbers), now(1)).unwrap();
            acknowledged.extend_from_slice(numbers);
            if *is_sealed {
                spool.seal(now(2)).unwrap();
            }
        }
        let durable = spool.open.as_ref().map_or(0, |open| open.bytes);
        spool.commit(&events(&last), now(3)).unwrap();
        copy(&before, &after);
        if let Some(open) = &spool.open {
            let file = after.join(open.path.file_name().unwrap());
            let mut bytes = fs::read(&file).unwrap();
            let unacknowledged = bytes.len() - usize::try_from(durable).unwrap();
            bytes.truncate(bytes.len() - cut.index(unacknowledged + 1));
            let torn = bytes.len() - usize::try_from(durable).unwrap();
            if let Some(hole) = hole.filter(|_| torn > 0) {
                let at = usize::try_from(durable).unwrap() + hole.index(torn);
                bytes[at] = 0;
            }
            fs::write(&file, bytes).unwrap();
        }
        drop(spool);

        let mut spool = self::spool(&after, 10);
        let sent: Vec<usize> = acknowledged.iter().chain(&last).copied().collect();
        let of = |numbers: &[usize]| events(numbers).into_iter().map(|event| event.body).collect::<Vec<_>>();
        let found = kept(&after);
        for body in of(&acknowledged) {
            prop_assert_eq!(found.get(&body), Some(&1), "acknowledged");
        }
        let all = of(&sent);
        prop_assert!(found.keys().all(|body| all.contains(body)), "nothing else");
        // Everything is sent again, as after an outage.
        let fates = spool.commit(&events(&acknowledged), now(11)).unwrap();
        prop_assert!(fates.iter().all(|fate| *fate == Fate::Known));
        spool.commit(&events(&sent), now(12)).unwrap();
        spool.seal(now(13)).unwrap();
        let found = kept(&after);
        prop_assert!(all.iter().all(|body| found.get(body) == Some(&1)) && found.len() <= all.len());
    }
}

#[test]
fn an_event_is_written_once_however_often_it_comes() {
    let here = tempfile::tempdir().unwrap();
    let mut first = spool(here.path(), 0);
    use Fate::{Kept, Known};
    assert_eq!(first.commit(&events(&[1, 2, 1]), now(1)).unwrap(), [Kept, Kept, Known]);
    assert_eq!(first.commit(&events(&[2, 3]), now(2)).unwrap(), [Known, Kept]);
    assert_eq!(first.commit(&events(&[3]), now(2)).unwrap(), [Known]);
    assert!(first.seal(now(3)).unwrap());
    assert!(!first.seal(now(3)).unwrap(), "there is nothing to seal");
    drop(first);
    // A table took them: they are known all the same.
    for segment in sealed(here.path()).unwrap() {
        fs::remove_file(here.path().join(segment.to_string())).unwrap();
    }
    let mut second = spool(here.path(), 60);
    assert_eq!(second.commit(&events(&[1, 2, 3, 4]), now(61)).unwrap(), [Known, Known, Known, Kept]);
}

#[test]
fn a_file_is_sealed_when_it_is_old_or_large_enough() {
    let here = tempfile::tempdir().unwrap();
    let mut spool = spool(here.path(), 0);
    let sealed_after = |spool: &mut Spool, at: i64| {
        spool.seal_if_due(now(at)).unwrap();
        sealed(here.path()).unwrap().len()
    };
    assert_eq!(sealed_after(&mut spool, 0), 0);
    spool.commit(&events(&[1]), now(1)).unwrap();
    assert_eq!((sealed_after(&mut spool, 1), sealed_after(&mut spool, 60)), (0, 0));
    assert_eq!(sealed_after(&mut spool, 61), 1);
    spool.commit(&events(&[2]), now(70)).unwrap();
    assert_eq!(sealed_after(&mut spool, 69), 2, "the clock was set back");
    let large = format!("{{\"id\":\"large\",\"data\":\"{}\"}}", "x".repeat(usize::try_from(LARGE).unwrap()));
    spool.commit(&[Event::of(large.into())], now(80)).unwrap();
    assert_eq!(sealed_after(&mut spool, 80), 3);
}

#[test]
fn what_cannot_be_written_is_not_known_and_what_was_before_is_kept() {
    let here = tempfile::tempdir().unwrap();
    let mut spool = spool(here.path(), 0);
    spool.commit(&events(&[1]), now(1)).unwrap();
    // A file that cannot be written to: no disk is full in a test.
    let open = spool.open.as_mut().unwrap();
    open.file = File::open(&open.path).unwrap();
    spool.commit(&events(&[2]), now(2)).unwrap_err();
    assert_eq!(spool.commit(&events(&[1, 2]), now(3)).unwrap(), [Fate::Known, Fate::Kept]);
    assert!(spool.seal_if_due(now(4)).unwrap(), "what was set aside is sealed");
    spool.seal(now(5)).unwrap();
    let bodies: Vec<Bytes> = kept(here.path()).into_keys().collect();
    assert_eq!(bodies, [event(1).body, event(2).body]);
}

#[test]
fn one_receiver_at_a_time_has_the_folder_for_itself() {
    let here = tempfile::tempdir().unwrap();
    let first = spool(here.path(), 0);
    let Err(error) = Spool::open(here.path(), 0, now(0)) else { panic!("two have it") };
    let said = error.to_string();
    assert!(
        said.contains(&format!("received by process {}, since 2026-03-15 06:00:00 UTC;", std::process::id())),
        "{said}"
    );
    assert_eq!(error.exit_code(), crate::exit_code::ExitCode::Conflict);
    drop(first);
    spool(here.path(), 1);
}

#[test]
fn nobody_else_can_read_what_it_writes() {
    use std::os::unix::fs::PermissionsExt as _;
    let here = tempfile::tempdir().unwrap();
    let mut spool = spool(here.path(), 0);
    spool.commit(&events(&[1]), now(1)).unwrap();
    spool.seal(now(2)).unwrap();
    spool.commit(&events(&[2]), now(3)).unwrap();
    let mut files = 0;
    for folder in [here.path().to_owned(), here.path().join("seen")] {
        for entry in fs::read_dir(folder).unwrap() {
            let found = entry.unwrap().metadata().unwrap();
            assert_eq!(found.permissions().mode() & 0o777, if found.is_dir() { 0o700 } else { 0o600 });
            files += 1;
        }
    }
    assert_eq!(files, 5, "lock, sealed, open, seen, and what is seen");
}
