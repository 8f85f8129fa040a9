//! One pass over a chain of cursors, each the link to the next page: where it is, and what its pages said. Pure.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use url::Url;

use crate::page::{Next, PageEnd};

/// Pages without a record that are borne one after another: access rights may empty some, a loop would be endless.
const MAX_EMPTY_PAGES: u64 = 1000;

/// One pass over a chain of cursors.
#[derive(Debug)]
pub(super) struct Links {
    pub(super) next: Option<Url>,
    page: u64,
    records: u64,
    empty_pages: u64,
    pub(super) total_count: Option<u64>,
    visited: HashSet<u64>,
}

impl Links {
    pub(super) fn starting_at(first: Url) -> Self {
        let visited = HashSet::from([fingerprint(&first)]);
        Self { next: Some(first), page: 0, records: 0, empty_pages: 0, total_count: None, visited }
    }

    /// Takes in what a page said; the error is what is wrong with it.
    pub(super) fn advance(&mut self, end: &PageEnd, follow: impl Fn(&str) -> Option<Url>) -> Result<(), &'static str> {
        self.page += 1;
        self.records += end.records;
        self.total_count = self.total_count.max(end.total_count);
        self.empty_pages = if end.records == 0 { self.empty_pages + 1 } else { 0 };
        self.next = match &end.next {
            Next::End => None,
            // Without links only the count can tell that nothing is missing.
            Next::Unsaid if end.total_count == Some(self.records) => None,
            Next::Cursor(_) => return Err("there is a cursor in place of an address"),
            Next::Unsaid => return Err("there is no `links.next`, though include=links was asked for,"),
            Next::Link(href) => {
                let url = follow(href).ok_or("`links.next` leaves the tenant")?;
                if !self.visited.insert(fingerprint(&url)) {
                    return Err("`links.next` leads back to a page already read");
                }
                if self.empty_pages >= MAX_EMPTY_PAGES {
                    return Err("there are only empty pages");
                }
                Some(url)
            }
        };
        Ok(())
    }
}

fn fingerprint(url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.as_str().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Links {
        Links::starting_at(Url::parse("https://a/1").unwrap())
    }

    fn page(records: u64, next: Next, total_count: Option<u64>) -> PageEnd {
        PageEnd { records, next, total_count }
    }

    fn link(address: &str) -> Next {
        Next::Link(address.into())
    }

    fn follow(href: &str) -> Option<Url> {
        Url::parse(href).ok().filter(|u| u.host_str() == Some("a"))
    }

    #[test]
    fn a_chain_ends_only_when_the_api_says_so() {
        let mut ends = chain();
        ends.advance(&page(2, link("https://a/2"), Some(3)), follow).unwrap();
        assert_eq!(ends.next.as_ref().unwrap().as_str(), "https://a/2");
        ends.advance(&page(1, Next::End, Some(3)), follow).unwrap();
        assert_eq!((ends.next.is_none(), ends.page, ends.records, ends.total_count), (true, 2, 3, Some(3)));
        assert!(chain().advance(&page(2, Next::Unsaid, None), follow).is_err());
        assert!(chain().advance(&page(2, Next::Unsaid, Some(3)), follow).is_err());
        assert!(chain().advance(&page(2, Next::Unsaid, Some(2)), follow).is_ok());
    }

    #[test]
    fn loops_and_foreign_links_are_refused() {
        assert!(chain().advance(&page(1, link("https://a/1"), None), follow).is_err());
        assert!(chain().advance(&page(1, link("https://b/2"), None), follow).is_err());
        let mut endless = chain();
        let broken =
            (0..2000).find_map(|n| endless.advance(&page(0, link(&format!("https://a/p{n}")), None), follow).err());
        assert_eq!(broken, Some("there are only empty pages"));
    }
}
