//! Which events were received: what tells them from others, in memory and in a few files of sixteen bytes for each event.

use std::{
    collections::{HashSet, VecDeque},
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::files::sync_folder;
use crate::{
    listen::event::Key,
    modes::{self, Access},
};

/// A file takes so many events,
const FULL: usize = 250_000;
/// or those of so long a time;
const LONG: TimeDelta = TimeDelta::days(1);
/// and so many files are kept.
const GENERATIONS: usize = 8;

/// How a file is named by when it was begun.
const NAME: &str = "%Y%m%dT%H%M%SZ";

/// The events that are known.
#[derive(Debug)]
pub(super) struct Seen {
    folder: PathBuf,
    generations: VecDeque<Generation>,
}

/// Those of one file.
#[derive(Debug)]
struct Generation {
    begun_at: DateTime<Utc>,
    keys: HashSet<Key>,
}

impl Seen {
    /// Reads what is known, and forgets what is older. The folder is made if need be.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn load(folder: &Path, now: DateTime<Utc>) -> io::Result<Self> {
        if modes::create_folder(folder, Access::Private)? {
            folder.parent().map_or(Ok(()), sync_folder)?;
        }
        let mut begun = Vec::new();
        for entry in fs::read_dir(folder)? {
            begun.extend(begun_at(&entry?.path()));
        }
        begun.sort();
        let mut seen = Self { folder: folder.to_owned(), generations: VecDeque::new() };
        for begun_at in begun {
            // What is beyond the last whole one was being written when the process died.
            let bytes = fs::read(seen.path(begun_at))?;
            let keys = bytes.chunks_exact(Key::BYTES).filter_map(|chunk| Some(Key(chunk.try_into().ok()?)));
            seen.generations.push_back(Generation { begun_at, keys: keys.collect() });
        }
        seen.roll(now)?;
        Ok(seen)
    }

    /// Whether the event was received.
    pub(super) fn knows(&self, key: Key) -> bool {
        self.generations.iter().rev().any(|generation| generation.keys.contains(&key))
    }

    /// Knows these from now on, until the process ends.
    pub(super) fn remember(&mut self, keys: &[Key]) {
        if let Some(newest) = self.generations.back_mut() {
            newest.keys.extend(keys);
        }
    }

    /// Makes it durable that these are known.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn persist(&mut self, keys: &[Key], now: DateTime<Utc>) -> io::Result<()> {
        let Some(newest) = self.generations.back() else { return Ok(()) };
        let path = self.path(newest.begun_at);
        let is_new = !path.exists();
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
        let length = file.metadata()?.len();
        file.set_len(length - length % Key::BYTES as u64)?;
        let bytes: Vec<u8> = keys.iter().flat_map(|key| key.0).collect();
        file.write_all(&bytes)?;
        file.sync_all()?;
        if is_new {
            sync_folder(&self.folder)?;
        }
        self.roll(now)
    }

    /// Begins another file when the newest has enough, and forgets the oldest.
    fn roll(&mut self, now: DateTime<Utc>) -> io::Result<()> {
        let is_open =
            self.generations.back().is_some_and(|newest| newest.keys.len() < FULL && now - newest.begun_at < LONG);
        // Files that are begun within one second would have one name.
        let has_name = self.generations.back().is_none_or(|newest| now - newest.begun_at >= TimeDelta::seconds(1));
        if !is_open && has_name {
            self.generations.push_back(Generation { begun_at: now, keys: HashSet::new() });
        }
        while self.generations.len() > GENERATIONS {
            let Some(oldest) = self.generations.pop_front() else { break };
            match fs::remove_file(self.path(oldest.begun_at)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn path(&self, begun_at: DateTime<Utc>) -> PathBuf {
        self.folder.join(format!("{}.ids", begun_at.format(NAME)))
    }
}

/// When a file was begun, by its name.
fn begun_at(path: &Path) -> Option<DateTime<Utc>> {
    let name = path.file_name()?.to_str()?.strip_suffix(".ids")?;
    NaiveDateTime::parse_from_str(name, NAME).ok().map(|begun| begun.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        "2026-03-01T06:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hours)
    }

    fn key(number: u64) -> Key {
        Key((u128::from(number) + 1).to_be_bytes())
    }

    #[test]
    fn it_is_known_again_after_a_restart_and_for_a_week() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("seen");
        for day in 0..20 {
            let mut seen = Seen::load(&here, at(24 * day)).unwrap();
            let day = day as u64;
            for earlier in 0..day {
                assert_eq!(seen.knows(key(earlier)), day - earlier < 8, "day {day}: that of day {earlier}");
            }
            assert!(!seen.knows(key(day)));
            seen.remember(&[key(day)]);
            assert!(seen.knows(key(day)));
            seen.persist(&[key(day)], at(24 * day as i64 + 1)).unwrap();
        }
        assert_eq!(fs::read_dir(&here).unwrap().count(), 8);
    }

    #[test]
    fn what_was_not_persisted_is_not_known_and_a_torn_end_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let mut seen = Seen::load(folder.path(), at(0)).unwrap();
        seen.persist(&[key(1), key(2)], at(0)).unwrap();
        seen.remember(&[key(3)]);
        let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read(&file).unwrap();
        for cut in 0..=whole.len() {
            fs::write(&file, &whole[..cut]).unwrap();
            let mut seen = Seen::load(folder.path(), at(1)).unwrap();
            assert_eq!([1, 2, 3].map(|n| seen.knows(key(n))), [cut >= 16, cut >= 32, false]);
            seen.persist(&[key(4)], at(1)).unwrap();
            let seen = Seen::load(folder.path(), at(1)).unwrap();
            assert_eq!([1, 2, 4].map(|n| seen.knows(key(n))), [cut >= 16, cut >= 32, true]);
        }
    }

    #[test]
    fn a_full_file_is_followed_by_another() {
        let folder = tempfile::tempdir().unwrap();
        let mut seen = Seen::load(folder.path(), at(0)).unwrap();
        let keys: Vec<Key> = (0..FULL as u64).map(key).collect();
        seen.remember(&keys);
        seen.persist(&keys, at(1)).unwrap();
        seen.persist(&[key(FULL as u64)], at(1)).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        let seen = Seen::load(folder.path(), at(1)).unwrap();
        assert!(seen.knows(key(0)) && seen.knows(key(FULL as u64)));
    }
}
