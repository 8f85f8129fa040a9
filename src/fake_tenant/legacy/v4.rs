//! Lists of v4: `page`, `limit`, `sort`, `fields.root`, filters by name.

use super::fields::Fields;
use super::list::{Facts, Filter, List, Said};
use super::node::Node;
use super::order::sort;
use super::page::{Page, Presence};
use super::record::Record;
use super::v3::parameters;
use crate::fake_tenant::options::LimitRule;
use crate::fake_tenant::paging::{self, CursorKey, Start};
use crate::fake_tenant::problem::Problem;

/// Items of a page unless `limit` says otherwise.
const DEFAULT_LIMIT: usize = 10;

/// What a v4 list is like.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) said: Said,
    pub(super) filters: &'static [Filter],
    pub(super) limit_rule: LimitRule,
}

struct Query {
    page: String,
    limit: usize,
    /// A field and whether it descends.
    sort: Vec<(String, bool)>,
    /// Words of `fields.root`.
    root: Vec<String>,
    filters: Vec<(&'static Filter, Vec<String>)>,
}

impl Query {
    fn parse(query: &str, list: &List, rules: Rules) -> Result<Self, Problem> {
        let mut parsed = Self {
            page: "1".to_owned(),
            limit: DEFAULT_LIMIT.min(list.max_limit),
            sort: Vec::new(),
            root: Vec::new(),
            filters: Vec::new(),
        };
        let words = |value: &str| value.split(',').map(|word| word.trim().to_owned()).collect::<Vec<_>>();
        let parameters = parameters(query);
        for (name, value) in &parameters {
            match name.as_str() {
                "page" => parsed.page.clone_from(value),
                "limit" => parsed.limit = limit(value, list.max_limit, rules.limit_rule)?,
                "sort" => parsed.sort = words(value).iter().map(|word| sorted_by(word)).collect(),
                "fields.root" => parsed.root = words(value),
                name => match rules.filters.iter().find(|filter| filter.name.eq_ignore_ascii_case(name)) {
                    Some(filter) => parsed.filters.push((filter, words(value))),
                    None => return Err(Problem::invalid(name, "The parameter is not known.")),
                },
            }
        }
        let given = |filter: &&Filter| parameters.iter().any(|(name, _)| filter.name.eq_ignore_ascii_case(name));
        for filter in rules.filters.iter().filter(|filter| !given(filter)) {
            if let Some(default) = filter.default {
                parsed.filters.push((filter, words(default)));
            }
        }
        Ok(parsed)
    }
}

fn limit(value: &str, max: usize, rule: LimitRule) -> Result<usize, Problem> {
    match value.parse::<usize>() {
        Ok(limit) if limit <= max || rule == LimitRule::Clamp => Ok(limit.min(max)),
        _ => Err(Problem::invalid("Limit", format!("The field Limit must be between 0 and {max}."))),
    }
}

/// `-startsOn`, `+startsOn` or `startsOn`; a plus that was not encoded is a space.
fn sorted_by(word: &str) -> (String, bool) {
    match word.strip_prefix('-') {
        Some(field) => (field.to_owned(), true),
        None => (word.trim_start_matches(['+', ' ']).to_owned(), false),
    }
}

/// The page that was asked for.
pub(super) fn page(
    list: &List,
    facts: &Facts<'_>,
    rules: Rules,
    query: &str,
    presence: Presence,
) -> Result<Page, Problem> {
    let query = Query::parse(query, list, rules)?;
    let mut order: Vec<usize> = (0..(list.len)(facts)).collect();
    query.sort.iter().try_for_each(|(field, _)| check_name(list, facts, field))?;
    sort(list, facts, &query.sort, &mut order);
    let fits = |index: usize| {
        presence.has(list, index) && query.filters.iter().all(|(filter, values)| filter.fits(facts, index, values))
    };
    let kept = |at: u64| usize::try_from(at).ok().and_then(|at| order.get(at)).is_some_and(|index| fits(*index));
    let cursors = CursorKey::new(facts.people.seed, list.path);
    let invalid = || Problem::invalid("page", format!("The page '{}' is not valid.", query.page));
    let start = start(&query, cursors, facts.quirks.cursors).ok_or_else(invalid)?;
    let found = paging::page(order.len() as u64, start, query.limit, kept);
    let index = |at: &u64| usize::try_from(*at).ok().and_then(|at| order.get(at)).copied();
    let records = found.items.iter().filter_map(index);
    let records = records.filter_map(|index| Some((index, list.shown(facts, index, &Fields::All)?)));
    let said = |word: &str| query.root.iter().any(|asked| asked.eq_ignore_ascii_case(word));
    let counted = rules.said != Said::CountsArrangements || facts.quirks.counts_arrangements;
    let linked = counted && !matches!(rules.said, Said::Count | Said::Bare) && facts.quirks.cursors;
    let cursor = |at: Option<u64>| Node::from(at.map(|at| cursors.encode(at)));
    Ok(Page {
        records: records.collect(),
        count: (counted && said("count")).then(|| order.iter().filter(|index| fits(**index)).count()),
        prev: (linked && said("prev")).then(|| cursor(found.prev)),
        next: (linked && said("next")).then(|| cursor(found.next)),
    })
}

/// Where the page begins: after the pages before it, or where a cursor says.
fn start(query: &Query, cursors: CursorKey, are_cursors: bool) -> Option<Start> {
    if query.page.starts_with('!') && are_cursors {
        return cursors.decode(&query.page).map(Start::Position);
    }
    let number: u64 = query.page.parse().ok()?;
    Some(Start::Skip(number.checked_sub(1)?.saturating_mul(query.limit as u64)))
}

fn check_name(list: &List, facts: &Facts<'_>, field: &str) -> Result<(), Problem> {
    let mut example = Record::naming();
    let written = (list.write)(facts, 0, &mut example);
    if written.is_none() || example.names().iter().any(|known| known.eq_ignore_ascii_case(field)) {
        return Ok(());
    }
    Err(Problem::invalid("Sort", format!("Cannot sort by '{field}'.")))
}
