//! The query string of a request: what a collection accepts, and everything that is wrong with what was sent.

use super::collections::Sort;
use super::filter::{Criterion, Parameter};
use super::options::LimitRule;
use super::paging::{CursorKey, Start};
use super::problem::Problem;

/// What a collection accepts.
pub(super) struct Accepts {
    pub(super) path: &'static str,
    pub(super) filters: &'static [Parameter],
    pub(super) sorts: &'static [Sort],
    pub(super) max_limit: usize,
}

/// Items of a page unless `limit` says otherwise.
const DEFAULT_LIMIT: usize = 25;

/// What `include` asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Include {
    pub(super) links: bool,
    pub(super) total_count: bool,
    pub(super) embedded: bool,
}

/// A valid query of a collection.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) include: Include,
    pub(super) limit: usize,
    pub(super) start: Start,
    pub(super) criteria: Vec<Criterion>,
    /// As sent; `id` by default.
    pub(super) sort: String,
    pub(super) cursors: CursorKey,
    /// The parameters to repeat in links: all but `page`, `limit` being the one in force.
    pub(super) kept: String,
}

/// A parameter as sent, its pair of name and value decoded.
struct Sent {
    raw: String,
    name: String,
    value: String,
}

fn sent(query: &str) -> Vec<Sent> {
    let pairs = query.split('&').filter(|raw| !raw.is_empty());
    let decode = |raw: &str| {
        let (name, value) = url::form_urlencoded::parse(raw.as_bytes()).next()?;
        Some(Sent { raw: raw.to_owned(), name: name.into_owned(), value: value.into_owned() })
    };
    pairs.filter_map(decode).collect()
}

/// Reads the query of a single record: only `include`.
pub(super) fn parse_single(query: &str) -> Result<Include, Problem> {
    let mut problem = Problem::invalid("", "");
    problem.errors.clear();
    let mut include = Include::default();
    for parameter in sent(query) {
        match parameter.name.as_str() {
            "include" => include = parse_include(&parameter.value, &mut problem),
            name => problem.add(name, "The parameter is not known."),
        }
    }
    if problem.errors.is_empty() { Ok(include) } else { Err(problem) }
}

/// Reads the query of a collection, reporting everything that is wrong with it at once.
pub(super) fn parse(query: &str, accepts: &Accepts, rule: LimitRule, seed: u64) -> Result<Query, Problem> {
    let mut problem = Problem::invalid("", "");
    problem.errors.clear();
    let (mut include, mut limit, mut page, mut sort) = (Include::default(), None, None, None);
    let mut criteria: Vec<Criterion> = Vec::new();
    let mut kept: Vec<String> = Vec::new();
    let parameters = sent(query);
    for (index, parameter) in parameters.iter().enumerate() {
        let name = parameter.name.as_str();
        if parameters.iter().take(index).any(|earlier| earlier.name == name) {
            problem.add(name, "The parameter may be given once; separate the values of a list by commas.");
            continue;
        }
        match name {
            "include" => include = parse_include(&parameter.value, &mut problem),
            "limit" => limit = Some(parse_limit(&parameter.value, accepts.max_limit, rule, &mut problem)),
            "page" => page = Some(parameter.value.as_str()),
            "sort" if !accepts.sorts.is_empty() => sort = Some(parse_sort(&parameter.value, accepts, &mut problem)),
            _ => match parse_filter(name, &parameter.value, accepts.filters) {
                Ok(criterion) => criteria.push(criterion),
                Err(message) => problem.add(name, message),
            },
        }
        match name {
            "page" => {}
            "limit" => kept.push(format!("limit={}", limit.unwrap_or(DEFAULT_LIMIT))),
            _ => kept.push(parameter.raw.clone()),
        }
    }
    if limit.is_none() {
        kept.push(format!("limit={DEFAULT_LIMIT}"));
    }
    let sort = sort.unwrap_or_else(|| "id".to_owned());
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    let cursors = CursorKey::new(seed, &format!("{}?{sort}", accepts.path));
    let start = match page {
        None => Start::Position(0),
        Some(page) => parse_page(page, limit, cursors).unwrap_or_else(|| {
            problem.add("page", format!("The page '{page}' is not valid."));
            Start::Position(0)
        }),
    };
    if !problem.errors.is_empty() {
        return Err(problem);
    }
    Ok(Query { include, limit, start, criteria, sort, cursors, kept: kept.join("&") })
}

fn parse_include(value: &str, problem: &mut Problem) -> Include {
    let mut include = Include::default();
    for part in value.split(',') {
        match part {
            "links" => include.links = true,
            "totalCount" => include.total_count = true,
            "embedded" => include.embedded = true,
            _ => problem
                .add("include", format!("The value '{part}' is not valid: expected embedded, links, totalCount.")),
        }
    }
    include
}

fn parse_limit(value: &str, max: usize, rule: LimitRule, problem: &mut Problem) -> usize {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    // More digits than fit are just another number above the maximum.
    let limit = if digits { Some(value.parse().unwrap_or(usize::MAX)) } else { None };
    match (limit, rule) {
        (None, _) => {
            problem.add("limit", format!("The value '{value}' is not a whole number from 0 to {max}."));
            0
        }
        (Some(limit), LimitRule::Refuse) if limit > max => {
            problem.add("limit", format!("The field limit must be between 0 and {max}."));
            0
        }
        (Some(limit), _) => limit.min(max),
    }
}

fn parse_sort(value: &str, accepts: &Accepts, problem: &mut Problem) -> String {
    let mut names: Vec<&str> = Vec::new();
    for part in value.split(',') {
        let name = part.strip_prefix('-').unwrap_or(part);
        if name != "id" && !accepts.sorts.iter().any(|sort| sort.name == name) {
            let known: Vec<&str> = std::iter::once("id").chain(accepts.sorts.iter().map(|sort| sort.name)).collect();
            problem.add("sort", format!("Cannot sort by '{part}': expected {}.", known.join(", ")));
        }
        if names.contains(&name) {
            problem.add("sort", format!("'{name}' is given twice."));
        }
        names.push(name);
    }
    value.to_owned()
}

fn parse_page(page: &str, limit: usize, cursors: CursorKey) -> Option<Start> {
    if page.starts_with('!') {
        return cursors.decode(page).map(Start::Position);
    }
    let number: u64 = if page.bytes().all(|byte| byte.is_ascii_digit()) { page.parse().ok()? } else { return None };
    Some(Start::Skip(number.checked_sub(1)?.saturating_mul(limit as u64)))
}

fn parse_filter(name: &str, value: &str, filters: &'static [Parameter]) -> Result<Criterion, String> {
    let known = |name: &str| filters.iter().find(|parameter| parameter.name == name);
    let negated = || name.strip_prefix('-').and_then(known).filter(|parameter| parameter.rule.negatable());
    let (parameter, negated) = match known(name) {
        Some(parameter) => (parameter, false),
        None => (negated().ok_or("The parameter is not known.")?, true),
    };
    Ok(Criterion { parameter, negated, wanted: parameter.rule.parse(value)? })
}
