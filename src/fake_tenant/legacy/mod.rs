//! The routes of the generations before v5, which take a legacy key: the same people, told as those routes tell them.
//!
//! ```text
//! path ─▶ Route ─▶ key, permission ─▶ v3 (fields, comparison) or v4 ─▶ order ─▶ Page ─▶ envelope ─▶ spelling ─▶ bytes
//!                                          │
//!                                          └─▶ list: users, departments, work_contracts, …: a file each; record, node
//! ```
//!
//! Every value is made from what the v5 collections of the same tenant are made from. What these routes cannot say of it:
//!
//! - *users* show today: the applicable contract and position, and of a custom field that changes with time its value today.
//!   They have no creation date, no status, no format of an insurance number or bank account, no portrait of v5's numbering
//!   (a picture is a file), and of several nationalities or the installation of a leave profile nothing;
//! - *custom fields of contracts and positions* are nowhere, nor are archived definitions told from others;
//! - *positions* have no id, no remote id, no notes, no document, no translation; earlier ones leave traces in the change log
//!   alone, and only of department, establishment and manager;
//! - *contracts* have no document; trial periods have no id and no stamps of their own;
//! - *departments* have no owning application; their parent is told by a text that leads nowhere where the parent may not be
//!   seen;
//! - *legal units and establishments* have neither the formats of their numbers nor an archival date, and an address is one
//!   text, without region and country.
//!
//! Leaves, pay and working-time arrangements have no list in v5: they are made from the same contracts.
//!
//! What became of users and leaves since the tenant was made is told here alone (`changes`).
//!
//! Where the documentation leaves something open, [`Quirks`] has both readings; beside those, this tenant does the following:
//!
//! - a list of v3 without `orderBy` is newest first;
//! - a department's code is null where v5 has no remote id;
//! - routes that ended answer 410;
//! - with no key made, every key is invalid.

mod absences;
mod changes;
mod comparison;
mod definitions;
mod envelope;
mod failure;
mod fields;
mod list;
mod node;
mod order;
mod organisation;
mod page;
mod quirks;
mod record;
mod references;
mod remuneration;
mod spelling;
mod user_logs;
mod user_properties;
mod users;
mod v3;
mod v4;
mod work_contracts;
mod working_time;

use std::collections::HashMap;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Method, Request, Response};
use rand::RngCore;
use tokio::time::Instant;

use super::FakeTenant;
use super::http::Call;
use super::people::dice::{Dice, Stream};
use super::problem::Problem;
pub use changes::{Changes, Edit, Edited, SinceRule};
use failure::Shape;
pub(super) use list::Memory;
use list::{Facts, List, Said, Style};
use page::Presence;
pub use quirks::{Legacy, Quirks};
use spelling::Spelling;

static LISTS: [&List; 19] = [
    &users::LIST,
    &definitions::LIST,
    &user_properties::LIST,
    &user_logs::LIST,
    &organisation::departments::LIST,
    &organisation::legal_units::LIST,
    &organisation::establishments::LIST,
    &work_contracts::LIST,
    &absences::leaves::LIST,
    &absences::leave_periods::LIST,
    &absences::leave_requests::LIST,
    &remuneration::items::FIXED_LIST,
    &remuneration::items::VARIABLE_LIST,
    &remuneration::natures::FIXED_LIST,
    &remuneration::natures::VARIABLE_LIST,
    &remuneration::categories::FIXED_LIST,
    &remuneration::categories::VARIABLE_LIST,
    &working_time::LIST,
    &ENDED,
];

/// Stands for the routes that ended; none of its records is ever shown.
static ENDED: List =
    List { path: "/api/v3/departments", max_limit: 1000, style: list::V3, len: |_| 0, write: |_, _, _| None };

/// Routes that have stopped responding, and whatever is below them.
const ENDED_PATHS: [&str; 3] = ["/api/v3/departments", "/api/v3/legalentities", "/api/leaves"];

/// What a legacy path leads to.
#[derive(Clone, Copy)]
pub(super) struct Route<'a> {
    list: &'static List,
    /// The id of one record; `None` is the list.
    id: Option<&'a str>,
}

impl<'a> Route<'a> {
    /// Paths are found whatever their case.
    pub(super) fn find(path: &'a str) -> Option<Self> {
        let below = |list: &str| {
            let (head, rest) = path.split_at_checked(list.len())?;
            head.eq_ignore_ascii_case(list).then_some(rest)
        };
        if ENDED_PATHS.iter().any(|ended| below(ended).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))) {
            return Some(Self { list: &ENDED, id: None });
        }
        LISTS.iter().find_map(|list| {
            let id = match below(list.path)? {
                "" => None,
                rest => Some(rest.strip_prefix('/').filter(|id| !id.is_empty() && !id.contains('/'))?),
            };
            Some(Self { list, id })
        })
    }

    fn has_ended(self) -> bool {
        std::ptr::eq(self.list, &raw const ENDED)
    }
}

/// What is remembered of legacy requests.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// Requests that the key was taken for.
    requests: u64,
    /// Pages read of each list.
    pages: HashMap<&'static str, u64>,
}

impl FakeTenant {
    /// The ids of the records of a legacy list that are there from its first page to its last, where records come and go as
    /// a seed says. Nothing for an unknown list.
    pub fn legacy_ids_that_stay(&self, path: &str, seed: u64) -> Vec<String> {
        let Some(Route { list, id: None }) = Route::find(path) else { return Vec::new() };
        let facts = Facts {
            people: &self.people,
            base: "",
            quirks: self.options.legacy.quirks,
            memory: &self.legacy_memory,
            changes: &self.options.legacy.changes,
            shows_former: true,
            hidden: &[],
        };
        let wanted = fields::Fields::path("id");
        let stays = |index: &usize| list.is_there(seed, *index, 0) && list.is_there(seed, *index, u64::MAX);
        let id = |index: usize| Some(list.narrow(&facts, index, &wanted, "id").plain()?.into_owned());
        (0..(list.len)(&facts)).filter(stays).filter_map(id).collect()
    }

    /// Answers a request for a legacy path.
    pub(super) fn legacy(
        &self,
        request: &Request<Bytes>,
        call: &Call<'_>,
        route: Route<'_>,
        now: Instant,
    ) -> Response<Bytes> {
        let answer = self.legacy_answer(request, call, route, now);
        let status = answer.as_ref().map_or_else(|problem| problem.status, |_| 200);
        self.state().served.count(status, Some(route.list.path.trim_start_matches('/')));
        match answer {
            Ok(body) => response(200, "application/json; charset=utf-8", body),
            Err(problem) => self.legacy_problem(call, route, &problem),
        }
    }

    fn legacy_answer(
        &self,
        request: &Request<Bytes>,
        call: &Call<'_>,
        route: Route<'_>,
        now: Instant,
    ) -> Result<Vec<u8>, Problem> {
        self.admit(request, now)?;
        self.check_key(request)?;
        let options = &self.options.legacy;
        if route.has_ended() {
            return Err(Problem::new(410, "This API has ended"));
        }
        if request.method() != Method::GET {
            return Err(Problem::not_allowed(request.method(), "GET"));
        }
        let names = |routes: &[String]| routes.iter().any(|named| named.eq_ignore_ascii_case(route.list.path));
        if names(&options.absent) {
            return Err(Problem::not_found());
        }
        if names(&options.forbidden) {
            return Err(Problem::new(403, "You are not allowed to do this operation"));
        }
        let hidden = self.options.hidden_in(route.list.path.rsplit('/').next().unwrap_or_default());
        let facts = Facts {
            people: &self.people,
            base: &call.base,
            quirks: options.quirks,
            memory: &self.legacy_memory,
            changes: &self.options.legacy.changes,
            shows_former: !options.hides_former_employees,
            hidden: &hidden,
        };
        match route.id {
            Some(id) => single(&facts, route.list, id, call.query),
            None => self.legacy_page(&facts, route.list, call.query),
        }
    }

    /// 401 unless the key is the tenant's, in the only way there is to send it, and still valid.
    fn check_key(&self, request: &Request<Bytes>) -> Result<(), Problem> {
        let header = request.headers().get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let sent = header.and_then(|header| header.strip_prefix("lucca application="));
        if sent.is_none() || sent != self.options.legacy_key.as_deref() {
            return Err(Problem::new(401, "The API key is missing or invalid"));
        }
        let requests = {
            let mut state = self.state();
            state.legacy.requests += 1;
            state.legacy.requests
        };
        match self.options.legacy.revoked_after {
            Some(most) if requests > most => Err(Problem::new(401, "The API key was revoked")),
            _ => Ok(()),
        }
    }

    fn legacy_page(&self, facts: &Facts<'_>, list: &'static List, query: &str) -> Result<Vec<u8>, Problem> {
        let pages = self.state().legacy.pages.get(list.path).copied().unwrap_or_default();
        let presence = Presence { shifting: self.options.legacy.shifting, pages };
        let spelling = |index: usize| spelling(facts, index);
        let body = match &list.style {
            Style::V3 { compulsory, leaves_out, .. } => {
                let rules = v3::Rules { compulsory, leaves_out: *leaves_out };
                envelope::v3_page(&v3::page(list, facts, rules, query, presence)?, &spelling)
            }
            Style::V4 { said, filters } => {
                let rules = v4::Rules { said: *said, filters, limit_rule: self.options.limit_rule };
                let page = v4::page(list, facts, rules, query, presence)?;
                if *said == Said::Bare { envelope::bare(&page) } else { envelope::v4_page(&page, &spelling) }
            }
        };
        *self.state().legacy.pages.entry(list.path).or_default() += 1;
        Ok(body)
    }

    fn legacy_problem(&self, call: &Call<'_>, route: Route<'_>, problem: &Problem) -> Response<Bytes> {
        let (trace_id, roll) = {
            let mut state = self.state();
            state.problems += 1;
            let mut dice = Dice::new(self.options.seed, Stream::Trace, state.problems);
            (format!("|{:08x}-{:016x}.", dice.next_u32(), dice.next_u64()), dice.next_u64())
        };
        let is_v3 = matches!(route.list.style, Style::V3 { .. });
        let shape = match self.options.legacy.quirks.varied_errors {
            true => Shape::any(roll, problem.status),
            false if is_v3 => Shape::V3,
            false => Shape::Problem,
        };
        let (content_type, body) = shape.body(problem, &call.url(), &trace_id);
        let mut response = response(problem.status, content_type, body);
        if let Some(seconds) = problem.retry_after_secs {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// One record of a list. An unknown user is an error of the server's.
fn single(facts: &Facts<'_>, list: &List, id: &str, query: &str) -> Result<Vec<u8>, Problem> {
    let missing = || match list.path == users::LIST.path {
        true => Problem::new(500, "User Not Found"),
        false => Problem::new(404, format!("Resource with ID {id} not found")),
    };
    let index = list.find(facts, id).ok_or_else(missing)?;
    let spelling = spelling(facts, index);
    match &list.style {
        Style::V3 { tells_all, .. } => {
            Ok(envelope::v3_record(&v3::single(list, facts, *tells_all, query, index)?, spelling))
        }
        Style::V4 { .. } => {
            let record = list.shown(facts, index, &fields::Fields::All).ok_or_else(Problem::unwritten)?;
            Ok(envelope::v4_record(&record, spelling))
        }
    }
}

fn spelling(facts: &Facts<'_>, index: usize) -> Spelling {
    if facts.quirks.varied_keys { Spelling::of(facts.people.seed, index) } else { Spelling::Listed }
}

fn response(status: u16, content_type: &'static str, body: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
