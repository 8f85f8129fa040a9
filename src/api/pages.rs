//! From page to page of one chain of cursors, to its end and no further.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use url::Url;

use super::{
    attempts::{Ask, Message},
    client::Client,
    error::ApiError,
    page_limits::{Asked, PageLimits},
    purpose::{About, Purpose},
};
use crate::{
    catalog::Resource,
    page::{KeptPages, Next, Page, PageEnd, ReadPage},
};

/// Pages without a record that are borne one after another: access rights may empty some, a loop would be endless.
const MAX_EMPTY_PAGES: u64 = 1000;
/// Times that a chain is begun again from its first page.
const MAX_RESTARTS: u32 = 2;

/// One pass over a chain of cursors: where it is, and what its pages said. Pure.
#[derive(Debug)]
struct Pass {
    next: Option<Url>,
    page: u64,
    records: u64,
    empty_pages: u64,
    total_count: Option<u64>,
    visited: HashSet<u64>,
}

impl Pass {
    fn starting_at(first: Url) -> Self {
        let visited = HashSet::from([fingerprint(&first)]);
        Self { next: Some(first), page: 0, records: 0, empty_pages: 0, total_count: None, visited }
    }

    /// Takes in what a page said; the error is what is wrong with it.
    fn advance(&mut self, end: &PageEnd, follow: impl Fn(&str) -> Option<Url>) -> Result<(), &'static str> {
        self.page += 1;
        self.records += end.records;
        self.total_count = self.total_count.max(end.total_count);
        self.empty_pages = if end.records == 0 { self.empty_pages + 1 } else { 0 };
        self.next = match &end.next {
            Next::End => None,
            // Without links only the count can tell that nothing is missing.
            Next::Unsaid if end.total_count == Some(self.records) => None,
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

/// What is read, and where pages of an earlier try are.
pub(crate) struct Ways<'a, R: ReadPage> {
    /// Turns bytes into rows.
    pub(crate) reader: &'a R,
    /// Pages that need not be asked for.
    pub(crate) kept: &'a dyn KeptPages<R::Rows>,
    /// How large pages are.
    pub(crate) limits: &'a PageLimits,
}

impl<R: ReadPage> Clone for Ways<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: ReadPage> Copy for Ways<'_, R> {}

impl<R: ReadPage> std::fmt::Debug for Ways<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ways").finish_non_exhaustive()
    }
}

/// The pages of one request, one after another.
#[derive(Debug)]
pub(crate) struct Pages<'a, R: ReadPage> {
    client: &'a Client,
    resource: &'a Resource,
    parameters: Vec<(String, String)>,
    ways: Ways<'a, R>,
    /// `None` before the first page of a pass: its address depends on the page limit.
    chain: Option<Pass>,
    /// Records asked for in one page of this pass.
    limit: u32,
    facts: PagesRead,
}

/// What was read so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PagesRead {
    /// Pages, of all passes.
    pub(crate) pages: u64,
    /// Pages among them that an earlier try had kept.
    pub(crate) kept_pages: u64,
    /// Records, of all passes.
    pub(crate) records: u64,
    /// Times that the chain was begun again.
    pub(crate) restarts: u32,
}

impl Client {
    /// The pages of `resource` from the first to the last; `parameters` are added to the query.
    pub(crate) fn pages<'a, R: ReadPage>(
        &'a self,
        resource: &'a Resource,
        parameters: &[(&str, &str)],
        ways: Ways<'a, R>,
    ) -> Pages<'a, R> {
        let parameters = parameters.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Pages { client: self, resource, parameters, ways, chain: None, limit: 0, facts: PagesRead::default() }
    }

    /// How many records `resource` has, for one request; `None` when the API does not say.
    ///
    /// # Errors
    /// As for any page.
    pub(crate) async fn count<R: ReadPage>(
        &self,
        resource: &Resource,
        parameters: &[(&str, &str)],
        reader: &R,
        kept: &dyn KeptPages<R::Rows>,
    ) -> Result<Option<u64>, ApiError> {
        let mut query = vec![("include", "links,totalCount"), ("limit", "0")];
        query.extend_from_slice(parameters);
        let url = self.tenant().collection(&resource.name, &query);
        if let Some((_, end)) = kept.find(url.as_str()).await {
            return Ok(end.total_count);
        }
        let wanted = Wanted { resource, url: &url, number: 1, has_simpler: false };
        let (rows, end) = self.page(wanted, reader).await?;
        kept.keep(url.as_str(), &rows, &end).await;
        Ok(end.total_count)
    }
}

/// One page to ask for.
struct Wanted<'a> {
    resource: &'a Resource,
    url: &'a Url,
    number: u64,
    has_simpler: bool,
}

impl Client {
    async fn page<R: ReadPage>(&self, wanted: Wanted<'_>, reader: &R) -> Result<(R::Rows, PageEnd), ApiError> {
        let Wanted { resource: Resource { name, scope, .. }, url, number, has_simpler } = wanted;
        let about = About { resource: name, scope, purpose: Purpose::Page };
        let ask = Ask { about, message: Message::get(url), has_simpler };
        self.ask(ask, |answer| reader.read(&Page { number, body: answer.body, received_at: answer.received_at })).await
    }
}

impl<R: ReadPage> Pages<'_, R> {
    /// The next page; `None` after the last one. A cursor that the API no longer accepts begins the chain again: records
    /// come a second time then.
    ///
    /// # Errors
    /// When the page cannot be had, breaks its schema, or its links cannot be followed.
    pub(crate) async fn next(&mut self) -> Result<Option<R::Rows>, ApiError> {
        loop {
            let Some(chain) = &self.chain else { return self.first().await.map(Some) };
            let Some(url) = chain.next.clone() else { return Ok(None) };
            match self.page(&url).await {
                Err(ApiError::Refused { status, .. })
                    if matches!(status.as_u16(), 400 | 404 | 410) && self.restart() =>
                {
                    tracing::info!(
                        resource = self.resource.name,
                        %status,
                        "the link to the next page is no longer accepted: reading again from the first page"
                    );
                }
                Err(error) if error.is_timeout() && self.ask_for_less() && self.restart() => {
                    tracing::info!(
                        resource = self.resource.name,
                        limit = self.limit,
                        "the server takes too long over pages of this size: reading again in smaller ones"
                    );
                }
                page => return self.took(page?).map(Some),
            }
        }
    }

    /// Learns that pages are too large; false when there are no smaller ones.
    fn ask_for_less(&mut self) -> bool {
        self.ways.limits.refused(self.resource, &mut Asked::of(self.limit)).is_some()
    }

    /// Begins again at the first page, asking the API for every page. Returns false when that was done too often.
    pub(crate) fn restart(&mut self) -> bool {
        let may = self.facts.restarts < MAX_RESTARTS;
        if may {
            self.facts.restarts += 1;
            self.chain = None;
        }
        may
    }

    /// What was read so far.
    pub(crate) fn facts(&self) -> PagesRead {
        self.facts
    }

    /// The largest `totalCount` that a page of this pass had: what was read must not be less.
    pub(crate) fn total_count(&self) -> Option<u64> {
        self.chain.as_ref().and_then(|c| c.total_count)
    }

    fn first_url(&self, limit: u32) -> Url {
        let limit = limit.to_string();
        let include = if self.resource.labels.is_some() { "embedded,links,totalCount" } else { "links,totalCount" };
        let mut query = vec![("include", include), ("limit", limit.as_str())];
        query.extend(self.resource.sort.as_deref().map(|sort| ("sort", sort)));
        query.extend(self.parameters.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        self.client.tenant().collection(&self.resource.name, &query)
    }

    /// The first page, with the largest limit that the API takes.
    async fn first(&mut self) -> Result<R::Rows, ApiError> {
        let mut asked = match self.kept_limit().await {
            Some(limit) => Asked::of(limit),
            None => self.ways.limits.ask(self.resource).await,
        };
        loop {
            let url = self.first_url(asked.limit);
            self.limit = asked.limit;
            match self.page(&url).await {
                Err(error) if error.is_timeout() || error.is_limit_refused() => {
                    let refused = asked.limit;
                    let Some(limit) = self.ways.limits.refused(self.resource, &mut asked) else { return Err(error) };
                    tracing::debug!(resource = self.resource.name, refused, limit, "smaller pages");
                }
                page => {
                    let page = page?;
                    let more = matches!(page.1.next, Next::Link(_));
                    self.ways.limits.taken(self.resource, asked, page.1.records, more);
                    self.chain = Some(Pass::starting_at(url));
                    return self.took(page);
                }
            }
        }
    }

    /// The limit that an earlier try had its first page with.
    async fn kept_limit(&self) -> Option<u32> {
        if self.facts.restarts > 0 {
            return None;
        }
        for limit in PageLimits::candidates(self.resource) {
            if self.ways.kept.find(self.first_url(limit).as_str()).await.is_some() {
                return Some(limit);
            }
        }
        None
    }

    async fn page(&mut self, url: &Url) -> Result<(R::Rows, PageEnd), ApiError> {
        // Kept pages led to where a restart became necessary.
        if self.facts.restarts == 0
            && let Some(page) = self.ways.kept.find(url.as_str()).await
        {
            self.facts.kept_pages += 1;
            return Ok(page);
        }
        let has_simpler = PageLimits::less(self.resource, self.limit).is_some();
        let wanted = Wanted { resource: self.resource, url, number: self.facts.pages + 1, has_simpler };
        let (rows, end) = self.client.page(wanted, self.ways.reader).await?;
        self.ways.kept.keep(url.as_str(), &rows, &end).await;
        Ok((rows, end))
    }

    /// Moves the chain on.
    fn took(&mut self, (rows, end): (R::Rows, PageEnd)) -> Result<R::Rows, ApiError> {
        self.facts.pages += 1;
        self.facts.records += end.records;
        let follow = |href: &str| self.client.tenant().follow(href);
        let advanced = self.chain.as_mut().map_or(Ok(()), |chain| chain.advance(&end, follow));
        let (resource, page) = (self.resource.name.clone(), self.facts.pages);
        advanced.map_err(|broken| ApiError::Paging { resource, page, broken })?;
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Pass {
        Pass::starting_at(Url::parse("https://a/1").unwrap())
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
