//! Lists of files that views share. The files of a table of all days differ from those of another by the folder alone, as a
//! run gives those of one day the same names. A list is written once for all tables that have it, month by month: a day more is one name
//! more, and a table whose days differ from the others' has lists of its own for the months where they do.

use std::fmt::Write as _;

use chrono::Datelike as _;

use super::view::Part;

/// The lists, each called by its place.
#[derive(Debug, Default)]
pub(super) struct Series {
    months: Vec<Month>,
    /// Of months, by their places.
    series: Vec<Vec<usize>>,
}

/// Files of one month.
#[derive(Debug, PartialEq, Eq)]
struct Month {
    year: i32,
    month: u32,
    /// Each a day and a name: `2026-11-22/<run>-0000.parquet`.
    files: String,
}

/// What comes between two files.
const BETWEEN: char = ',';

impl Series {
    /// What the list of these files is called; they are ascending by day.
    pub(super) fn of(&mut self, parts: &[Part<'_>]) -> String {
        let mut months = Vec::<Month>::new();
        for part in parts {
            let day = part.as_of();
            let (year, month) = (day.year(), day.month());
            if months.last().is_none_or(|last| (last.year, last.month) != (year, month)) {
                months.push(Month { year, month, files: String::new() });
            }
            let Some(last) = months.last_mut() else { continue };
            for name in part.snapshot.file_names(part.table) {
                if !last.files.is_empty() {
                    last.files.push(BETWEEN);
                }
                // Writing to a String cannot fail.
                let _ = write!(last.files, "{day}/{name}");
            }
        }
        let places = months.into_iter().map(|month| place_of(&mut self.months, month)).collect();
        name(place_of(&mut self.series, places))
    }

    /// The lists of single months: what each is called, and its files.
    pub(super) fn months(&self) -> impl Iterator<Item = (String, impl Iterator<Item = &str>)> {
        self.months.iter().enumerate().map(|(at, month)| (self.month_name(at, month), month.files.split(BETWEEN)))
    }

    /// The lists of many months: what each is called, and what those of its months are.
    pub(super) fn all(&self) -> impl Iterator<Item = (String, Vec<String>)> {
        self.series.iter().enumerate().map(|(at, places)| {
            let months = places.iter().filter_map(|place| Some(self.month_name(*place, self.months.get(*place)?)));
            (name(at), months.collect())
        })
    }

    /// `files_2026_11`, and the second list of that month `files_2026_11_2`.
    fn month_name(&self, at: usize, Month { year, month, .. }: &Month) -> String {
        let before = self.months.iter().take(at).filter(|other| (other.year, other.month) == (*year, *month)).count();
        let number = if before == 0 { String::new() } else { format!("_{}", before + 1) };
        format!("files_{year:04}_{month:02}{number}")
    }
}

/// What a list of many months is called.
fn name(at: usize) -> String {
    format!("files_{}", at + 1)
}

/// The place of what is in a list, or has come there just now.
fn place_of<T: PartialEq>(list: &mut Vec<T>, value: T) -> usize {
    list.iter().position(|known| *known == value).unwrap_or_else(|| {
        list.push(value);
        list.len() - 1
    })
}
