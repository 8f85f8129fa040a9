//! The addresses of the pages of one collection, and of its count.

use std::collections::BTreeSet;

use url::Url;

use super::{places::Window, shifting::Step};
use crate::{
    api::Tenant,
    catalog::{Resource, Route, Style},
};

/// Parameter of v3 that names properties.
const FIELDS: &str = "fields";
/// Parameter of v4 that names what the envelope says.
const ROOT: &str = "fields.root";
/// What makes v3 count.
const COUNT: &str = "collection.count";

/// Where the pages of one collection are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Addresses<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) resource: &'a Resource,
    /// What restricts its records.
    pub(super) parameters: &'a [(String, String)],
    /// Properties that the route does not know, in lower case.
    pub(super) left_out: &'a BTreeSet<String>,
}

impl Addresses<'_> {
    /// The first page, of at most `limit` records.
    pub(super) fn first(self, limit: u32) -> Url {
        match &self.resource.route {
            Some(route) => self.window(route, Window { start: 0, limit }),
            None => self.of_v5(&limit.to_string()),
        }
    }

    /// What comes next in a collection of the older APIs, in pages of at most `limit` records where it does not say.
    pub(super) fn step(self, step: &Step, limit: u32) -> Url {
        match (step, &self.resource.route) {
            (Step::Address(url), _) => url.clone(),
            (Step::Window(window), Some(route)) => self.window(route, *window),
            (Step::Cursor(cursor), Some(route)) => self.numbered(route, cursor, limit),
            // Collections of v5 have links.
            (_, None) => self.of_v5(&limit.to_string()),
        }
    }

    /// The count alone, with as few records as may be asked for: none, or one where none is refused.
    pub(super) fn count(self, least: u32) -> Url {
        let one = least.to_string();
        match &self.resource.route {
            None => self.of_v5_with("links,totalCount", "0"),
            Some(route) => match route.style {
                Style::V3 => self.at(route, &[(FIELDS, COUNT), ("paging", "0,1")]),
                Style::V4 => self.at(route, &[("limit", one.as_str()), (ROOT, "count")]),
            },
        }
    }

    fn of_v5(self, limit: &str) -> Url {
        let include = if self.resource.labels.is_some() { "embedded,links,totalCount" } else { "links,totalCount" };
        self.of_v5_with(include, limit)
    }

    fn of_v5_with(self, include: &str, limit: &str) -> Url {
        let mut query = vec![("include", include), ("limit", limit)];
        // A count has no order.
        query.extend(self.resource.sort.as_deref().filter(|_| limit != "0").map(|sort| ("sort", sort)));
        query.extend(self.parameters.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        self.tenant.collection(&self.resource.name, &query)
    }

    fn window(self, route: &Route, window: Window) -> Url {
        match route.style {
            Style::V3 => {
                let paging = format!("{},{}", window.start, window.limit);
                let fields = self.resource.fields(self.left_out).unwrap_or_else(|| COUNT.to_owned());
                let order = route.order.as_deref().map(|order| ("orderBy", order));
                let said: Vec<_> = [(FIELDS, fields.as_str())].into_iter().chain(order).collect();
                self.at(route, &[said.as_slice(), &[("paging", paging.as_str())]].concat())
            }
            Style::V4 => self.numbered(route, &window.number().to_string(), window.limit),
        }
    }

    fn numbered(self, route: &Route, page: &str, limit: u32) -> Url {
        let limit = limit.to_string();
        let root = route.parameters.get(ROOT).map_or("count,prev,next", String::as_str);
        let order = route.order.as_deref().map(|order| ("sort", order));
        let said: Vec<_> = [(ROOT, root)].into_iter().chain(order).collect();
        self.at(route, &[said.as_slice(), &[("page", page), ("limit", limit.as_str())]].concat())
    }

    /// The route with what restricts its records, then `rest`.
    fn at(self, route: &Route, rest: &[(&str, &str)]) -> Url {
        let constant = route.parameters.iter().filter(|(name, _)| name.as_str() != ROOT);
        let given = self.parameters.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        let query: Vec<_> =
            constant.map(|(k, v)| (k.as_str(), v.as_str())).chain(given).chain(rest.iter().copied()).collect();
        self.tenant.route(&route.path, &query)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::catalog::{Catalog, Column};

    fn resource(style: Style, paths: &[&str]) -> Resource {
        let catalog = Catalog::embedded().unwrap();
        let mut resource = catalog.legacy.first().unwrap().clone();
        let column = resource.columns[0].clone();
        resource.columns = paths.iter().map(|json| Column { json: (*json).to_owned(), ..column.clone() }).collect();
        let order = match style {
            Style::V3 => Some("id,asc".to_owned()),
            Style::V4 => None,
        };
        resource.route = Some(Route {
            path: "/api/v3/users".to_owned(),
            style,
            order,
            parameters: BTreeMap::from([("formerEmployees".to_owned(), "true".to_owned())]),
            shows_fields: true,
            may_lack_count: false,
            nested: BTreeMap::new(),
            since: Vec::new(),
            ended: None,
            window: None,
            required: None,
        });
        resource
    }

    fn query(resource: &Resource, url: impl Fn(Addresses<'_>) -> Url) -> String {
        let tenant = Tenant::new("https://example.ilucca.net").unwrap();
        let parameters = [("leavePeriod.ownerId".to_owned(), "greaterthan,0".to_owned())];
        let url = url(Addresses { tenant: &tenant, resource, parameters: &parameters, left_out: &BTreeSet::new() });
        url.as_str().strip_prefix("https://example.ilucca.net/api/v3/users?").unwrap().to_owned()
    }

    #[test]
    fn v3_is_asked_for_the_properties_of_the_columns_by_offset() {
        let paths = ["id", "department.id", "firstName", "department.name", "leavePeriod.owner.name", "extendedData"];
        let users = resource(Style::V3, &paths);
        let shown = "id,department[id,name],firstName,leavePeriod[owner.name],extendedData,collection.count";
        let restricted = "formerEmployees=true&leavePeriod.ownerId=greaterthan,0";
        assert_eq!(
            query(&users, |a| a.first(1000)),
            format!("{restricted}&fields={shown}&orderBy=id,asc&paging=0,1000")
        );
        let second = Step::Window(Window { start: 999, limit: 1000 });
        assert!(query(&users, |a| a.step(&second, 1000)).ends_with("&orderBy=id,asc&paging=999,1000"));
        assert_eq!(query(&users, |a| a.count(0)), format!("{restricted}&fields=collection.count&paging=0,1"));
        let mut own = users;
        own.route.as_mut().unwrap().shows_fields = false;
        assert!(query(&own, |a| a.first(9)).contains("&fields=collection.count&"));
    }

    #[test]
    fn v4_is_asked_by_the_number_of_the_page_or_by_its_cursor() {
        let units = resource(Style::V4, &["id"]);
        let restricted = "formerEmployees=true&leavePeriod.ownerId=greaterthan,0";
        let asked = |page: &str, limit| format!("{restricted}&fields.root=count,prev,next&page={page}&limit={limit}");
        assert_eq!(query(&units, |a| a.first(100)), asked("1", 100));
        let second = Step::Window(Window { start: 99, limit: 99 });
        assert_eq!(query(&units, |a| a.step(&second, 100)), asked("2", 99));
        assert_eq!(query(&units, |a| a.step(&Step::Cursor("a+b=".into()), 100)), asked("a%2Bb%3D", 100));
        assert_eq!(query(&units, |a| a.count(0)), format!("{restricted}&limit=0&fields.root=count"));
        let mut own = units;
        let route = own.route.as_mut().unwrap();
        route.parameters.insert("fields.root".to_owned(), "count".to_owned());
        route.order = Some("+StartsOn".to_owned());
        assert!(query(&own, |a| a.first(9)).ends_with("&fields.root=count&sort=%2BStartsOn&page=1&limit=9"));
    }
}
