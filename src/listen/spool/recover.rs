//! Files that a receiver which died left open: what is intact in them is sealed, the rest was never acknowledged.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::{
    files::{seal_file, sealed_name, sync_folder},
    seen::Seen,
};
use crate::{
    lake::{Records, records},
    listen::event::{Event, Key},
};

/// Seals the intact events of an open file and remembers them. Returns false, and the file is gone, when there are none.
///
/// # Errors
/// The system's; the file is then as it was, or cut to its intact events.
pub(super) fn recover(open: &Path, seen: &mut Seen, now: DateTime<Utc>) -> io::Result<bool> {
    let bytes = Bytes::from(fs::read(open)?);
    let Records { events, damaged } = records(&bytes);
    let lost: usize = damaged.iter().map(|range| range.len()).sum();
    if lost > 0 {
        tracing::info!(file = %open.display(), bytes = lost, "cut what was never acknowledged");
    }
    if events.is_empty() {
        fs::remove_file(open)?;
        return Ok(false);
    }
    let keys: Vec<Key> = events.iter().map(|event| Event::of(event.body.clone()).key).collect();
    seen.remember(&keys);
    seen.persist(&keys, now)?;
    match damaged.first() {
        // A write that did not end. Cutting it off takes no room on a disk that may be full.
        Some(tail) if damaged.len() == 1 && tail.end == bytes.len() => {
            let file = OpenOptions::new().write(true).open(open)?;
            file.set_len(tail.start as u64)?;
            file.sync_all()?;
            seal_file(open)?;
        }
        // After a power cut the end may be there and what is before it not.
        Some(_) => {
            let mut kept = Vec::with_capacity(bytes.len());
            events.iter().for_each(|event| event.write(&mut kept));
            replace(open, &kept)?;
        }
        None => {
            File::open(open)?.sync_all()?;
            seal_file(open)?;
        }
    }
    Ok(true)
}

/// Seals other content than that of the open file, which goes.
fn replace(open: &Path, content: &[u8]) -> io::Result<()> {
    let written = open.with_extension("part");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&written)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&written, sealed_name(open))?;
    open.parent().map_or(Ok(()), sync_folder)?;
    fs::remove_file(open)
}
