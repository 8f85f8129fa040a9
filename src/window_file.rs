//! The window of one tenant as a file of this machine, so that one process after another stays within one budget.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use chrono::{DateTime, Utc};

use crate::{
    api::{REQUESTS_PER_WINDOW, SentAt, SentLog},
    modes,
};

/// Bytes of one line: milliseconds since 1970 times two, plus one where the request was answered, little endian.
const LINE_BYTES: usize = 8;

/// One line for each place, written in place: a process may be killed at any moment, and half a line is none.
#[derive(Debug)]
pub(crate) struct WindowFile {
    file: File,
}

impl WindowFile {
    /// Opens the file at `path`, made if need be. Only the holder of the tenant's lock writes to it.
    ///
    /// # Errors
    /// When the file cannot be opened for writing.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: modes::open_private(path)? })
    }
}

impl SentLog for WindowFile {
    fn recent(&self) -> Vec<(usize, SentAt)> {
        let mut content = Vec::new();
        let longest = LINE_BYTES * REQUESTS_PER_WINDOW as usize;
        if (&self.file).take(longest as u64).read_to_end(&mut content).is_err() {
            return Vec::new();
        }
        let lines = content.as_chunks::<LINE_BYTES>().0.iter().enumerate();
        lines.filter_map(|(line, bytes)| Some((line, parse(i64::from_le_bytes(*bytes))?))).collect()
    }

    fn note(&self, line: usize, at: SentAt) {
        let (SentAt::Answered(time) | SentAt::Unanswered(time)) = at;
        let number = time.timestamp_millis() * 2 + i64::from(matches!(at, SentAt::Answered(_)));
        if let Err(error) = write_at(&self.file, &number.to_le_bytes(), (line * LINE_BYTES) as u64) {
            tracing::debug!(%error, "the next process will not know of a request");
        }
    }
}

fn parse(number: i64) -> Option<SentAt> {
    let time = DateTime::<Utc>::from_timestamp_millis(number / 2).filter(|_| number > 0)?;
    Some(if number % 2 == 1 { SentAt::Answered(time) } else { SentAt::Unanswered(time) })
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(not(unix))]
fn write_at(mut file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    use std::io::{Seek as _, Write as _};
    file.seek(io::SeekFrom::Start(offset))?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_process_noted_the_next_one_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("window");
        let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let first = WindowFile::open(&path).unwrap();
        assert_eq!(first.recent(), []);
        first.note(3, SentAt::Unanswered(time("2026-11-22T10:00:00.25Z")));
        first.note(0, SentAt::Answered(time("2026-11-22T10:00:01Z")));
        let lines = [
            (0, SentAt::Answered(time("2026-11-22T10:00:01Z"))),
            (3, SentAt::Unanswered(time("2026-11-22T10:00:00.25Z"))),
        ];
        assert_eq!(WindowFile::open(&path).unwrap().recent(), lines);
        drop(first);
        std::fs::write(&path, [255; 997]).unwrap();
        assert_eq!(WindowFile::open(&path).unwrap().recent(), []);
        std::fs::write(&path, [1; 13]).unwrap();
        assert!(WindowFile::open(&path).unwrap().recent().len() <= 1);
    }
}
