//! What `gc` finds, for people: a line for each date and table, and what it all comes to.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use chrono::NaiveDate;

use crate::lake::{Garbage, GarbageObject, Why};

/// When a list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Before anything goes, or instead.
    Before,
    /// When it went.
    After,
    /// The same, where it was shown before it went.
    AfterTheList,
}

/// What goes together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group<'g> {
    /// None of what runs left in staging.
    as_of: Option<NaiveDate>,
    /// Folder of a table, or of a run.
    folder: &'g str,
    why: Why,
}

/// How much it is.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    files: usize,
    bytes: u64,
}

impl Sum {
    fn add(&mut self, object: &GarbageObject) {
        self.files += 1;
        self.bytes += object.bytes;
    }
}

/// The list, and what speaks for and against it.
pub(super) fn in_words(garbage: &Garbage, shown: Shown, verbose: bool) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut text, garbage, shown, verbose);
    text
}

fn write(out: &mut String, garbage: &Garbage, shown: Shown, verbose: bool) -> fmt::Result {
    if garbage.snapshots.is_empty() && garbage.objects.is_empty() {
        writeln!(out, "nothing to collect")?;
    } else if shown != Shown::AfterTheList {
        list(out, garbage, verbose)?;
    }
    let mut sums = BTreeMap::<Why, Sum>::new();
    garbage.objects.iter().for_each(|object| sums.entry(object.why).or_default().add(object));
    let verb = if shown == Shown::Before { "would go" } else { "deleted" };
    for (why, Sum { files, bytes }) in sums {
        writeln!(out, "{files} files, {bytes} bytes, {}: {verb}", why.as_str())?;
    }
    garbage.notes.iter().try_for_each(|note| writeln!(out, "{note}"))?;
    if shown == Shown::Before {
        garbage.objections.iter().try_for_each(|objection| writeln!(out, "only with --force: {objection}"))?;
    }
    Ok(())
}

fn list(out: &mut String, garbage: &Garbage, verbose: bool) -> fmt::Result {
    let mut groups = BTreeMap::<Group<'_>, Vec<&GarbageObject>>::new();
    for object in &garbage.objects {
        let (as_of, folder) = object.place();
        groups.entry(Group { as_of, folder, why: object.why }).or_default().push(object);
    }
    let width = groups.keys().map(|group| group.folder.len()).max().unwrap_or_default();
    for snapshot in &garbage.snapshots {
        let why = if garbage.dropped.is_empty() { "past retention" } else { "of a dropped day" };
        writeln!(out, "{snapshot:<12} snapshot {why}")?;
    }
    if !groups.is_empty() {
        writeln!(out, "{:<12} {:<width$} {:>7} {:>14}  why", "date", "table", "files", "bytes")?;
    }
    for (Group { as_of, folder, why }, objects) in groups {
        let as_of = as_of.map(|day| day.to_string()).unwrap_or_default();
        let mut sum = Sum::default();
        objects.iter().for_each(|object| sum.add(object));
        writeln!(out, "{as_of:<12} {folder:<width$} {:>7} {:>14}  {}", sum.files, sum.bytes, why.as_str())?;
        for object in objects.iter().filter(|_| verbose) {
            writeln!(out, "{:<12} {} {} bytes", "", object.path, object.bytes)?;
        }
    }
    Ok(())
}
