//! From page to page of one collection, to its end and no further.

mod addresses;
mod links;
mod places;
mod shifting;

use std::collections::BTreeSet;

use http::StatusCode;
use url::Url;

use self::{
    addresses::Addresses,
    links::Links,
    places::Places,
    shifting::{Shifting, Step, Took},
};
use super::{
    attempts::{Ask, Message},
    client::Client,
    error::ApiError,
    page_limits::{Asked, PageLimits},
    purpose::About,
};
use crate::{
    catalog::{Resource, Style},
    page::{KeptPages, Page, PageEnd, ReadPage},
};

/// Times that a chain is begun again from its first page.
const MAX_RESTARTS: u32 = 2;

/// One pass over a collection, by what its API calls the next page.
#[derive(Debug)]
enum Pass {
    /// v5: each page has the link to the next.
    Links(Links),
    /// The older APIs: places in a list that shifts, or cursors.
    Shifting(Shifting),
}

impl Pass {
    fn has_next(&self) -> bool {
        match self {
            Self::Links(links) => links.next.is_some(),
            Self::Shifting(shifting) => shifting.next().is_some(),
        }
    }
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
    /// Properties that the route does not know, in lower case.
    left_out: BTreeSet<String>,
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
    /// Records among them that were asked for again on purpose, as places overlap.
    pub(crate) again: u64,
    /// Pages that did not follow what was read, as records before them were gone: left aside.
    pub(crate) loose_pages: u64,
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
        Pages {
            client: self,
            resource,
            parameters,
            ways,
            chain: None,
            limit: 0,
            facts: PagesRead::default(),
            left_out: ways.limits.left_out(resource),
        }
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
        let parameters: Vec<_> = parameters.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let addresses =
            Addresses { tenant: self.tenant(), resource, parameters: &parameters, left_out: &BTreeSet::new() };
        if resource.route.is_some() {
            return match self.counted(resource, &addresses.count(0), reader).await {
                // Not every route is known to take a page without records.
                Err(error) if error.is_limit_refused() => self.counted(resource, &addresses.count(1), reader).await,
                counted => counted,
            };
        }
        let url = addresses.count(0);
        if let Some((_, end)) = kept.find(url.as_str()).await {
            return Ok(end.total_count);
        }
        let wanted = Wanted { resource, url: &url, number: 1, has_simpler: false };
        let (rows, end) = self.page(wanted, reader).await?;
        kept.keep(url.as_str(), &rows, &end).await;
        Ok(end.total_count)
    }

    /// What the envelope of one page of a route says it has in all.
    async fn counted<R: ReadPage>(&self, resource: &Resource, url: &Url, reader: &R) -> Result<Option<u64>, ApiError> {
        let ask = Ask { about: About::page(resource), message: Message::get(url), has_simpler: false, is_later: false };
        self.ask(ask, |answer| reader.count(&Page { number: 1, body: answer.body, received_at: answer.received_at }))
            .await
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
        let Wanted { resource, url, number, has_simpler } = wanted;
        let ask = Ask { about: About::page(resource), message: Message::get(url), has_simpler, is_later: number > 1 };
        self.ask(ask, |answer| reader.read(&Page { number, body: answer.body, received_at: answer.received_at })).await
    }
}

impl<R: ReadPage> Pages<'_, R> {
    /// The next page; `None` after the last one. A cursor that the API no longer accepts begins the chain again: records
    /// come a second time then. So do those that pages overlap in, and those before a page that did not follow.
    ///
    /// # Errors
    /// When the page cannot be had, breaks its schema, or what it says of the next one cannot be followed.
    pub(crate) async fn next(&mut self) -> Result<Option<R::Rows>, ApiError> {
        loop {
            let Some(chain) = &self.chain else { return self.first().await.map(Some) };
            let (url, by_place) = match chain {
                Pass::Links(links) => (links.next.clone(), false),
                Pass::Shifting(shifting) => {
                    let step = shifting.next();
                    let url = step.map(|step| self.addresses().step(step, self.limit));
                    (url, matches!(step, Some(Step::Window(_))))
                }
            };
            let Some(url) = url else { return Ok(None) };
            match self.page(&url).await {
                Err(ApiError::Refused { status, .. })
                    if !by_place && matches!(status.as_u16(), 400 | 404 | 410) && self.restart() =>
                {
                    tracing::info!(
                        resource = self.resource.name,
                        %status,
                        "the link to the next page is no longer accepted: reading again from the first page"
                    );
                }
                Err(error) if by_place && (error.is_timeout() || error.is_limit_refused()) && self.ask_for_less() => {
                    tracing::info!(resource = self.resource.name, limit = self.limit, "smaller pages from here on");
                    self.shrink()?;
                }
                Err(error) if !by_place && error.is_timeout() && self.ask_for_less() && self.restart() => {
                    tracing::info!(
                        resource = self.resource.name,
                        limit = self.limit,
                        "the server takes too long over pages of this size: reading again in smaller ones"
                    );
                }
                page => match self.took(page?)? {
                    Some(rows) => return Ok(Some(rows)),
                    None => tracing::info!(
                        resource = self.resource.name,
                        page = self.facts.pages,
                        "records before this page are gone: reading again from before it"
                    ),
                },
            }
        }
    }

    fn addresses(&self) -> Addresses<'_> {
        let (tenant, resource) = (self.client.tenant(), self.resource);
        Addresses { tenant, resource, parameters: &self.parameters, left_out: &self.left_out }
    }

    fn shrink(&mut self) -> Result<(), ApiError> {
        let limit = self.limit;
        let shrunk = match &mut self.chain {
            Some(Pass::Shifting(shifting)) => shifting.shrink(limit),
            _ => Ok(()),
        };
        shrunk.map_err(|broken| self.broken(broken))
    }

    fn broken(&self, broken: &'static str) -> ApiError {
        ApiError::Paging { resource: self.resource.name.clone(), page: self.facts.pages, broken }
    }

    /// Learns that pages are too large; false when there are no smaller ones.
    fn ask_for_less(&mut self) -> bool {
        let less = self.ways.limits.refused(self.resource, &mut Asked::of(self.limit));
        self.limit = less.unwrap_or(self.limit);
        less.is_some()
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

    /// What the pages of this pass count: what was read must not be less. Of links it is the most that one said; of places
    /// the least, as no more than that were there all the time.
    pub(crate) fn total_count(&self) -> Option<u64> {
        match self.chain.as_ref()? {
            Pass::Links(links) => links.total_count,
            Pass::Shifting(shifting) => shifting.least_count(),
        }
    }

    /// The first page, with the largest limit that the API takes.
    async fn first(&mut self) -> Result<R::Rows, ApiError> {
        let mut asked = match self.kept_limit().await {
            Some(limit) => Asked::of(limit),
            None => self.ways.limits.ask(self.resource).await,
        };
        loop {
            let url = self.addresses().first(asked.limit);
            self.limit = asked.limit;
            match self.page(&url).await {
                Err(error) if error.is_timeout() || error.is_limit_refused() => {
                    let refused = asked.limit;
                    let Some(limit) = self.ways.limits.refused(self.resource, &mut asked) else { return Err(error) };
                    tracing::debug!(resource = self.resource.name, refused, limit, "smaller pages");
                }
                Err(ApiError::Refused { status: StatusCode::BAD_REQUEST, said, .. }) if self.leave_out(&said) => {
                    self.ways.limits.leave_out(self.resource, &self.left_out);
                    tracing::warn!(
                        resource = self.resource.name,
                        left_out = ?self.left_out,
                        said,
                        "the route does not know these properties: reading without them, in the next days too"
                    );
                }
                page => {
                    let page = page?;
                    let records = page.1.records;
                    self.chain = Some(self.pass(url));
                    let rows = self.took(page)?;
                    let more = self.chain.as_ref().is_some_and(Pass::has_next);
                    self.ways.limits.taken(self.resource, asked, records, more);
                    // A first page has nothing before it that it could fail to follow.
                    return rows.ok_or_else(|| self.broken("the first page does not follow"));
                }
            }
        }
    }

    /// Asks for less where a route of v3 refuses a property: those that it names, or else those that no documentation is sure
    /// of. False when nothing can be left out.
    fn leave_out(&mut self, said: &str) -> bool {
        // What is refused may be the question for what changed; and what changed must have all that the other records have.
        if self.asks_for_changes() {
            return false;
        }
        let Some(fields) = self.resource.fields(&self.left_out) else { return false };
        let words: BTreeSet<String> =
            said.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_lowercase).collect();
        let asked = fields.split([',', '[', ']', '.']).map(str::to_lowercase);
        // Without its id a record is none, and `collection.count` is no property.
        let named: BTreeSet<String> = asked
            .filter(|name| words.contains(name) && !matches!(name.as_str(), "id" | "collection" | "count"))
            .collect();
        let named = if named.is_empty() { self.resource.doubtful_fields() } else { named };
        let before = self.left_out.len();
        self.left_out.extend(named);
        self.left_out.len() > before
    }

    fn asks_for_changes(&self) -> bool {
        let since = self.resource.route.as_ref().map(|route| route.since.as_slice()).unwrap_or_default();
        self.parameters.iter().any(|(name, _)| since.contains(name))
    }

    /// Properties that the route does not know, in lower case: their columns are null.
    pub(crate) fn left_out(&self) -> &BTreeSet<String> {
        &self.left_out
    }

    fn pass(&self, first: Url) -> Pass {
        let places = match self.resource.route.as_ref().map(|route| route.style) {
            None => return Pass::Links(Links::starting_at(first)),
            Some(Style::V3) => Places::Offsets,
            Some(Style::V4) => Places::Numbers,
        };
        Pass::Shifting(Shifting::new(places, self.limit))
    }

    /// The limit that an earlier try had its first page with.
    async fn kept_limit(&self) -> Option<u32> {
        if self.facts.restarts > 0 {
            return None;
        }
        for limit in PageLimits::candidates(self.resource) {
            if self.ways.kept.find(self.addresses().first(limit).as_str()).await.is_some() {
                return Some(limit);
            }
        }
        None
    }

    async fn page(&mut self, url: &Url) -> Result<(R::Rows, PageEnd), ApiError> {
        // Kept pages led to where a restart became necessary, or are of a list that shifted since.
        if self.facts.restarts == 0
            && self.facts.loose_pages == 0
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

    /// Moves the pass on; `None` for a page that does not follow what was read.
    fn took(&mut self, (rows, end): (R::Rows, PageEnd)) -> Result<Option<R::Rows>, ApiError> {
        self.facts.pages += 1;
        let follow = |href: &str| self.client.tenant().follow(href);
        let took = match &mut self.chain {
            Some(Pass::Links(links)) => links.advance(&end, follow).map(|()| Took::Follows { again: 0 }),
            Some(Pass::Shifting(shifting)) => shifting.took(&self.ways.reader.ids(&rows), &end, follow),
            None => Ok(Took::Follows { again: 0 }),
        };
        match took.map_err(|broken| self.broken(broken))? {
            Took::Loose => {
                self.facts.loose_pages += 1;
                Ok(None)
            }
            Took::Follows { again } => {
                self.facts.records += end.records;
                self.facts.again += again;
                Ok(Some(rows))
            }
        }
    }
}

#[cfg(test)]
mod tests;
