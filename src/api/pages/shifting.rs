//! One pass over a list that is asked for by places, while records come and go: nothing that was there all the time is
//! missed. Pure.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
};

use url::Url;

use super::places::{Places, Window};
use crate::page::{Next, PageEnd};

/// Pages of a pass that may begin with an unknown record. Each is asked for in vain, and more mean that the list has no
/// order, or is rewritten faster than it is read.
const MAX_LOOSE_PAGES: u32 = 100;

/// What to ask for next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Records by their places.
    Window(Window),
    /// What the API called the next page. It is trusted as it is in v5: it stands for a record, not for a place.
    Cursor(String),
    /// The same as an address.
    Address(Url),
}

/// What became of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Took {
    /// It follows what was read; so many of its records were asked for again on purpose.
    Follows {
        /// Records at places that were read already.
        again: u64,
    },
    /// It begins with an unknown record: it is left aside, and the page before it comes next.
    Loose,
}

/// One pass: where it is, and which records it knows.
#[derive(Debug)]
pub(super) struct Shifting {
    places: Places,
    /// Most records in one page.
    largest: u32,
    next: Option<Step>,
    /// Places read from the beginning on.
    read: u64,
    /// The ids read, as their hashes.
    known: HashSet<u64>,
    hasher: RandomState,
    /// Cursors and addresses that were followed.
    followed: HashSet<String>,
    /// Pages taken, and those left aside.
    pages: u64,
    loose: u32,
    /// The least count that a page gave: so many records at most were there all the time.
    least_count: Option<u64>,
}

impl Shifting {
    /// A pass that begins with a page of `largest` records.
    pub(super) fn new(places: Places, largest: u32) -> Self {
        Self {
            places,
            largest,
            next: Some(Step::Window(Window { start: 0, limit: largest })),
            read: 0,
            known: HashSet::new(),
            hasher: RandomState::new(),
            followed: HashSet::new(),
            pages: 0,
            loose: 0,
            least_count: None,
        }
    }

    /// What to ask for next; `None` after the last page.
    pub(super) fn next(&self) -> Option<&Step> {
        self.next.as_ref()
    }

    /// How many records there were all the time, at most: the least that a page counted.
    pub(super) fn least_count(&self) -> Option<u64> {
        self.least_count
    }

    /// Asks for smaller pages from now on.
    ///
    /// # Errors
    /// When they cannot overlap.
    pub(super) fn shrink(&mut self, largest: u32) -> Result<(), &'static str> {
        self.largest = largest;
        if let Some(Step::Window(window)) = self.next {
            let known = if window.start == 0 { 0 } else { window.start + 1 };
            self.next = Some(Step::Window(self.places.onward(known, largest).ok_or(TOO_SMALL)?));
        }
        Ok(())
    }

    /// Takes in the page that was asked for: the ids of its records in their order, and what its envelope said.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn took(
        &mut self,
        ids: &[String],
        end: &PageEnd,
        follow: impl Fn(&str) -> Option<Url>,
    ) -> Result<Took, &'static str> {
        let records = ids.len() as u64;
        let hashes: Vec<u64> = ids.iter().map(|id| self.hasher.hash_one(id)).collect();
        let new = hashes.iter().filter(|hash| !self.known.contains(hash)).count() as u64;
        let window = match self.next.take() {
            Some(Step::Window(window)) => Some(window),
            _ => None,
        };
        if let Some(window) = window.filter(|window| window.start > 0 && new == records) {
            self.loose += 1;
            if self.loose > MAX_LOOSE_PAGES {
                return Err(
                    "the pages do not follow one another: the list has no order, or changes faster than it is read,",
                );
            }
            self.next = Some(Step::Window(window.before()));
            return Ok(Took::Loose);
        }
        self.known.extend(hashes);
        let start = window.map_or(self.read, |window| window.start);
        let again = self.read.saturating_sub(start).min(records);
        self.read = start + records;
        // A count of less than what is there counts something else, such as the page.
        let count = end.total_count.filter(|count| *count >= self.read);
        self.least_count = self.least_count.into_iter().chain(count).min();
        self.pages += 1;
        self.next = match self.said(end, window, &follow)? {
            Some(step) => Some(step),
            None => self.onward(end, window, count, new)?.map(Step::Window),
        };
        Ok(Took::Follows { again })
    }

    /// The next page as the API calls it, unless that is only the number of the page after this one.
    fn said(
        &mut self,
        end: &PageEnd,
        window: Option<Window>,
        follow: impl Fn(&str) -> Option<Url>,
    ) -> Result<Option<Step>, &'static str> {
        let (step, name) = match &end.next {
            Next::End | Next::Unsaid => return Ok(None),
            Next::Cursor(_) if is_number_after(end, window) => return Ok(None),
            // Nothing more, and a name for it all the same.
            Next::Cursor(_) | Next::Link(_) if end.records == 0 => return Ok(None),
            Next::Cursor(cursor) => (Step::Cursor(cursor.clone()), cursor.as_str()),
            Next::Link(href) => {
                let url = follow(href).ok_or("`next` leaves the tenant")?;
                (Step::Address(url), href.as_str())
            }
        };
        if !self.followed.insert(name.to_owned()) {
            return Err("`next` leads back to a page already read");
        }
        Ok(Some(step))
    }

    /// The records behind this page, as far as there may be any.
    fn onward(
        &mut self,
        end: &PageEnd,
        window: Option<Window>,
        count: Option<u64>,
        new: u64,
    ) -> Result<Option<Window>, &'static str> {
        let records = end.records;
        let is_full = window.is_none_or(|window| records >= u64::from(window.limit));
        let is_first = self.pages == 1;
        if records == 0 || (!is_first && new == 0 && !is_full) {
            return Ok(None);
        }
        // A full first page whose count is its own length: there may be exactly so many, or it counts the page.
        let own_length = is_first && is_full && count == Some(records);
        let more = match (&end.next, count) {
            (Next::End, count) => count.is_some_and(|count| count > self.read),
            (Next::Cursor(_), _) | (_, None) => true,
            (_, Some(count)) => count > self.read || own_length,
        };
        if !more {
            return Ok(None);
        }
        if is_first && !is_full {
            // Fewer than were asked for, and perhaps more to come: that is how large pages are.
            self.largest = u32::try_from(records).unwrap_or(self.largest);
        }
        match self.places.onward(self.read, self.largest) {
            // One or two records, and nothing says that there are others.
            None if is_first && count.is_none() && end.next == Next::Unsaid => Ok(None),
            None => Err(TOO_SMALL),
            onward => Ok(onward),
        }
    }
}

/// What is wrong with pages that cannot overlap.
const TOO_SMALL: &str = "the pages are so small that what comes and goes meanwhile would be missed";

/// Whether a cursor is nothing but the number of the page after this one: places under another name.
fn is_number_after(end: &PageEnd, window: Option<Window>) -> bool {
    match (&end.next, window) {
        (Next::Cursor(cursor), Some(window)) => cursor.parse() == Ok(window.number() + 1),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
