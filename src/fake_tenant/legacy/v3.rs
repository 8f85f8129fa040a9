//! Lists and records of v3: `fields`, `paging`, `orderBy`, filters named as fields.

use super::changes::{SinceRule, asks_for_changes};
use super::comparison::Comparison;
use super::fields::{COUNT, Fields};
use super::list::{Facts, LeavesOut, List};
use super::node::Node;
use super::order::sort;
use super::page::{Page, Presence};
use super::record::Record;
use crate::fake_tenant::problem::Problem;

/// Parameters that are no filters.
const RESERVED: [&str; 18] = [
    "fields",
    "paging",
    "orderby",
    "groupby",
    "metadata",
    "operations",
    "principal",
    "accept",
    "callback",
    "notify",
    "nowarning",
    "httpmethod",
    "template",
    "authtoken",
    "longtoken",
    "randomnumber",
    "_",
    // Of users alone; elsewhere it means nothing.
    "formeremployees",
];

/// What v3 lists share, and one may have of its own.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) compulsory: &'static [&'static [&'static str]],
    pub(super) leaves_out: Option<LeavesOut>,
}

/// What was asked.
struct Query {
    fields: Fields,
    offset: usize,
    limit: usize,
    /// A field and whether it descends.
    order: Vec<(String, bool)>,
    filters: Vec<(String, Comparison)>,
}

/// The parameters of a query, names in lower case.
pub(super) fn parameters(query: &str) -> Vec<(String, String)> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned())).collect()
}

fn value<'q>(parameters: &'q [(String, String)], name: &str) -> Option<&'q str> {
    parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

impl Query {
    fn parse(parameters: &[(String, String)], list: &List, rules: Rules) -> Result<Self, Problem> {
        for group in rules.compulsory {
            let given = |name: &&str| value(parameters, &name.to_ascii_lowercase()).is_some();
            if !group.iter().any(given) {
                return Err(Problem::new(400, format!("{} is required", group.join(" or "))));
            }
        }
        let (offset, limit) = paging(value(parameters, "paging").unwrap_or("0,1000"), list.max_limit)?;
        let filters = parameters.iter().filter(|(name, _)| !RESERVED.contains(&name.as_str()));
        let filters = filters.map(|(name, value)| {
            let comparison = Comparison::parse(value).map_err(|wrong| Problem::new(400, format!("{name}: {wrong}")))?;
            Ok((name.clone(), comparison))
        });
        Ok(Self {
            fields: fields(parameters)?.unwrap_or(Fields::Short),
            offset,
            limit,
            order: order(value(parameters, "orderby"))?,
            filters: filters.collect::<Result<_, Problem>>()?,
        })
    }
}

/// What `fields` says.
fn fields(parameters: &[(String, String)]) -> Result<Option<Fields>, Problem> {
    let Some(text) = value(parameters, "fields") else { return Ok(None) };
    let fields = Fields::parse(text).ok_or_else(|| Problem::new(400, "The brackets of fields do not match"))?;
    Ok(Some(fields))
}

fn paging(text: &str, max: usize) -> Result<(usize, usize), Problem> {
    let wrong = || Problem::new(400, format!("Paging limit should be between 1 and {max}"));
    let mut numbers = text.split(',').map(|number| number.trim().parse::<usize>().ok());
    match (numbers.next().flatten(), numbers.next().flatten(), numbers.next()) {
        (Some(offset), Some(limit), None) if (1..=max).contains(&limit) => Ok((offset, limit)),
        _ => Err(wrong()),
    }
}

fn order(text: Option<&str>) -> Result<Vec<(String, bool)>, Problem> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let pairs = parts.chunks(2).map(|pair| match pair {
        [field, direction] if direction.eq_ignore_ascii_case("asc") => Ok(((*field).to_owned(), false)),
        [field, direction] if direction.eq_ignore_ascii_case("desc") => Ok(((*field).to_owned(), true)),
        _ => Err(Problem::new(400, "orderBy takes pairs of a field and asc or desc")),
    });
    pairs.collect()
}

/// The page that was asked for.
pub(super) fn page(
    list: &List,
    facts: &Facts<'_>,
    rules: Rules,
    query: &str,
    presence: Presence,
) -> Result<Page, Problem> {
    let mut parameters = parameters(query);
    let asked = parameters.iter().find(|(name, _)| asks_for_changes(name)).map(|(name, _)| name.clone());
    match (asked, facts.changes.since) {
        (Some(name), SinceRule::Refused) => return Err(Problem::new(400, format!("Unknown property {name}"))),
        (Some(_), SinceRule::Ignored) => parameters.retain(|(name, _)| !asks_for_changes(name)),
        _ => {}
    }
    let is_empty = facts.changes.since == SinceRule::Empty && parameters.iter().any(|(name, _)| asks_for_changes(name));
    let query = Query::parse(&parameters, list, rules)?;
    check_names(list, facts, &query)?;
    let filters: Vec<_> = query.filters.iter().map(|(path, filter)| (path, Fields::path(path), filter)).collect();
    let fits = |index: usize| {
        !is_empty
            && presence.has(list, index)
            && !rules.leaves_out.is_some_and(|leaves_out| leaves_out(facts, index, &parameters))
            && filters.iter().all(|(path, wanted, filter)| filter.fits(&list.narrow(facts, index, wanted, path)))
    };
    let mut kept: Vec<usize> = (0..(list.len)(facts)).filter(|index| fits(*index)).collect();
    // Which order is the default is not documented.
    kept.reverse();
    sort(list, facts, &query.order, &mut kept);
    let records = kept.iter().skip(query.offset).take(query.limit);
    let records = records.filter_map(|index| Some((*index, list.shown(facts, *index, &query.fields)?)));
    let count = query.fields.of(COUNT).map(|_| kept.len());
    Ok(Page { records: records.collect(), count, prev: None, next: None })
}

/// One record.
pub(super) fn single(
    list: &List,
    facts: &Facts<'_>,
    tells_all: bool,
    query: &str,
    index: usize,
) -> Result<Node, Problem> {
    let unsaid = if tells_all { Fields::All } else { Fields::Short };
    let fields = fields(&parameters(query))?.unwrap_or(unsaid);
    list.shown(facts, index, &fields).ok_or_else(Problem::unwritten)
}

/// 400 for what no record has, where such a thing is refused.
fn check_names(list: &List, facts: &Facts<'_>, query: &Query) -> Result<(), Problem> {
    let mut example = Record::naming();
    if (list.write)(facts, 0, &mut example).is_none() {
        return Ok(());
    }
    let known = |name: &str| {
        let first = name.split('.').next().unwrap_or_default();
        name == COUNT || example.names().iter().any(|known| known.eq_ignore_ascii_case(first)) || is_named(name)
    };
    let asked = query.order.iter().map(|(name, _)| name.as_str()).chain(query.filters.iter().map(|(n, _)| n.as_str()));
    if let Some(unknown) = asked.into_iter().find(|name| !known(name)) {
        return Err(Problem::new(400, format!("Unknown property {unknown}")));
    }
    match query.fields.names().find(|name| facts.quirks.refuses_unknown_fields && !known(name)) {
        Some(unknown) => Err(Problem::new(400, format!("Unknown property {unknown}"))),
        None => Ok(()),
    }
}

/// Whether a name is one of the customer's: `3-cost`, `userAxisValues_2`.
fn is_named(name: &str) -> bool {
    name.ends_with("-cost") || name.ends_with("-price") || name.starts_with("useraxisvalues_")
}
