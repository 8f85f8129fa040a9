//! Where events become durable: files of records in a folder that only one receiver writes to.
//!
//! ```text
//! <folder>/<begun>.open      appended to; all that wait are written at once, made durable at once, then answered
//!          <begun>.events    sealed: never changed, and gone once a table holds its events
//!          seen/<begun>.ids  which events were received, so that one that comes again is known
//!          lock              one receiver at a time
//! ```
//!
//! An event is known again for about a week, or two million events: longer than it is delivered again by itself. Beyond that
//! the table tells it from others by its id.
//!
//! - `files`: what they are called; `seen`: the events that were received
//! - `recover`: files that a receiver which died left open

mod files;
mod recover;
mod seen;
#[cfg(test)]
mod tests;

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use chrono::{DateTime, TimeDelta, Utc};

pub(super) use self::files::sealed;
use self::{
    files::{OPEN, left_open, seal_file, sync_folder},
    seen::Seen,
};
use super::event::{Event, Key};
use crate::{
    error::Error,
    lake::{ReceivedEvent, ReceivedSegment},
    lock::{FileLock, NotLocked},
};

/// A file is sealed when it is so large, in bytes.
const LARGE: u64 = 8 << 20;
/// A file is sealed when its first event has waited so long.
const OLD: TimeDelta = TimeDelta::minutes(1);

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is durable.
    Kept,
    /// It was before.
    Known,
}

/// The folder, held by this process.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
    seen: Seen,
    open: Option<Open>,
    /// Files that could not be written to or sealed.
    unsealed: Vec<PathBuf>,
    next_unique: u32,
    _lock: FileLock,
}

/// The file that is written to.
#[derive(Debug)]
struct Open {
    path: PathBuf,
    file: File,
    bytes: u64,
    begun_at: DateTime<Utc>,
    keys: Vec<Key>,
}

impl Spool {
    /// Takes the folder, which exists, and seals what an earlier receiver left open. `unique` tells the names of this
    /// receiver's files from those of others.
    ///
    /// # Errors
    /// When another receiver has it; when what it holds cannot be read.
    pub(super) fn open(folder: &Path, unique: u32, now: DateTime<Utc>) -> Result<Self, Error> {
        let failed = |source| Error::Io { what: format!("the spool {}", folder.display()), source };
        let holder = format!("process {}, since {}", std::process::id(), now.format("%Y-%m-%d %H:%M:%S UTC"));
        let lock = FileLock::take(&folder.join("lock"), &holder).map_err(|error| match error {
            NotLocked::Taken(holder) => Error::Receiving { folder: folder.display().to_string(), holder },
            NotLocked::Failed(source) => failed(source),
        })?;
        let seen = Seen::load(&folder.join("seen"), now).map_err(failed)?;
        let unsealed = left_open(folder).map_err(failed)?;
        let (folder, open) = (folder.to_owned(), None);
        let mut spool = Self { folder, seen, open, unsealed, next_unique: unique, _lock: lock };
        spool.recover(now).map_err(failed)?;
        Ok(spool)
    }

    /// Makes events durable, all or none, and says what became of each. Those that were received before, or twice in
    /// `events`, are written once.
    ///
    /// # Errors
    /// When they could not be made durable; what was before still is.
    pub(super) fn commit(&mut self, events: &[Event], now: DateTime<Utc>) -> io::Result<Vec<Fate>> {
        let (mut records, mut keys) = (Vec::new(), Vec::<Key>::new());
        let mut among_these = std::collections::HashSet::new();
        let fates = events.iter().map(|event| {
            if self.seen.knows(event.key) || !among_these.insert(event.key) {
                return Fate::Known;
            }
            ReceivedEvent::new(now, event.body.clone()).write(&mut records);
            keys.push(event.key);
            Fate::Kept
        });
        let fates = fates.collect();
        if !records.is_empty() {
            self.append(&records, &keys, now)?;
        }
        Ok(fates)
    }

    fn append(&mut self, records: &[u8], keys: &[Key], now: DateTime<Utc>) -> io::Result<()> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.begin(now)?,
        };
        if let Err(error) = open.file.write_all(records).and_then(|()| open.file.sync_data()) {
            // What the system still makes durable of a file after that is not known: no more is written to it.
            self.unsealed.push(open.path);
            return Err(error);
        }
        open.bytes += records.len() as u64;
        open.keys.extend_from_slice(keys);
        self.seen.remember(keys);
        self.open = Some(open);
        Ok(())
    }

    fn begin(&mut self, now: DateTime<Utc>) -> io::Result<Open> {
        self.next_unique = self.next_unique.wrapping_add(1);
        let name = ReceivedSegment::begun(now, self.next_unique).to_string();
        let path = self.folder.join(name).with_extension(OPEN);
        let file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path)?;
        sync_folder(&self.folder)?;
        Ok(Open { path, file, bytes: 0, begun_at: now, keys: Vec::new() })
    }

    /// Seals the open file if it is large or old enough, and what could not be sealed before. Returns whether there is one
    /// sealed file more.
    ///
    /// # Errors
    /// When one cannot be sealed: what it holds is durable, and it is tried again the next time.
    pub(super) fn seal_if_due(&mut self, now: DateTime<Utc>) -> io::Result<bool> {
        let is_due = self.open.as_ref().is_some_and(|open| {
            let age = now - open.begun_at;
            open.bytes >= LARGE || age >= OLD || age < TimeDelta::zero()
        });
        if is_due || !self.unsealed.is_empty() { self.seal(now) } else { Ok(false) }
    }

    /// Seals whatever is open.
    ///
    /// # Errors
    /// As [`Self::seal_if_due`].
    pub(super) fn seal(&mut self, now: DateTime<Utc>) -> io::Result<bool> {
        let mut has_sealed = false;
        if let Some(open) = self.open.take() {
            // Known for good first: from then on somebody may take the file away.
            let sealed = self.seen.persist(&open.keys, now).and_then(|()| seal_file(&open.path));
            if let Err(error) = sealed {
                self.unsealed.push(open.path);
                return Err(error);
            }
            has_sealed = true;
        }
        Ok(self.recover(now)? | has_sealed)
    }

    /// Seals files that were left open. Returns whether there was one with events.
    fn recover(&mut self, now: DateTime<Utc>) -> io::Result<bool> {
        let mut has_sealed = false;
        while let Some(path) = self.unsealed.pop() {
            match recover::recover(&path, &mut self.seen, now) {
                Ok(sealed) => has_sealed |= sealed,
                Err(error) => {
                    self.unsealed.push(path);
                    return Err(error);
                }
            }
        }
        Ok(has_sealed)
    }
}
