//! What a route of v3 is asked to show: `fields=id,department[id,name],collection.count`. Without it a record is its id, name and
//! address alone.

use std::collections::BTreeSet;

use super::{Column, Resource};

/// Adds the number of all records to a page.
const COUNT: &str = "collection.count";

/// A property, and what is asked for of it.
#[derive(Debug)]
struct Asked<'a> {
    property: &'a str,
    inner: Vec<&'a str>,
}

impl Resource {
    /// The value of `fields` but for the properties `left_out`, in lower case; `None` where the route takes none.
    pub(crate) fn fields(&self, left_out: &BTreeSet<String>) -> Option<String> {
        let route = self.route.as_ref().filter(|route| route.is_told_fields())?;
        let mut asked: Vec<Asked<'_>> = Vec::new();
        for column in self.columns.iter().filter(|column| !left_out.contains(&property(column).to_lowercase())) {
            let property = property(column);
            let inner = column.json.strip_prefix(property).and_then(|rest| rest.strip_prefix('.'));
            let inner = inner.or_else(|| route.nested.get(property).map(String::as_str));
            match asked.iter_mut().find(|asked| asked.property == property) {
                Some(known) => known.inner.extend(inner),
                None => asked.push(Asked { property, inner: inner.into_iter().collect() }),
            }
        }
        let texts = asked.iter().map(|Asked { property, inner }| match inner.is_empty() {
            true => (*property).to_owned(),
            false => format!("{property}[{}]", inner.join(",")),
        });
        Some(texts.chain([COUNT.to_owned()]).collect::<Vec<_>>().join(","))
    }

    /// The columns that are read from the properties `left_out`, in lower case.
    pub(crate) fn columns_without(&self, left_out: &BTreeSet<String>) -> BTreeSet<String> {
        let left = self.columns.iter().filter(|column| left_out.contains(&property(column).to_lowercase()));
        left.map(|column| column.name.clone()).collect()
    }

    /// The properties, in lower case, that a tenant may well not have: those of no documented type.
    pub(crate) fn doubtful_fields(&self) -> BTreeSet<String> {
        let documented = |name: &str| self.columns.iter().any(|c| !c.undocumented && property(c) == name);
        let doubtful = self.columns.iter().map(property).filter(|name| !documented(name));
        doubtful.map(str::to_lowercase).collect()
    }
}

/// The first step to what a column is read from.
fn property(column: &Column) -> &str {
    column.json.split_once('.').map_or(column.json.as_str(), |(first, _)| first)
}

#[cfg(test)]
mod tests {
    use crate::catalog::Catalog;

    fn fields(resource: &str, left_out: &[&str]) -> Option<String> {
        let catalog = Catalog::embedded().unwrap();
        let resource = catalog.legacy.iter().find(|known| known.name == resource).unwrap();
        resource.fields(&left_out.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn each_property_is_asked_for_once_with_what_is_wanted_of_it() {
        let users = fields("v3-users", &[]).unwrap();
        assert!(users.starts_with("id,url,name,displayName,"), "{users}");
        for part in [
            ",departmentId,department[id,name],",
            ",userWorkCycles[id,ownerId,workCycleId,startsOn,endsOn],",
            ",extendedData,",
            ",nationality,",
        ] {
            assert!(users.contains(part), "{part} in {users}");
        }
        assert!(users.ends_with(",collection.count"), "{users}");
        // It goes into the request's first line beside everything else.
        assert!(users.len() < 3000, "{}", users.len());
        let left = fields("v3-users", &["department", "extendeddata"]).unwrap();
        assert!(left.contains(",departmentId,") && !left.contains("department["), "{left}");
        assert!(!left.contains("extendedData"), "{left}");
        assert_eq!(
            fields("v3-extension-definitions", &[]).unwrap(),
            "id,name,formatKey,extensionUserPropertyListEntries[id,name],collection.count"
        );
    }

    #[test]
    fn v4_shows_everything_unasked() {
        assert_eq!(fields("v4-departments", &[]), None);
    }

    #[test]
    fn what_is_documented_is_not_doubtful() {
        let catalog = Catalog::embedded().unwrap();
        let users = catalog.legacy.iter().find(|known| known.name == "v3-users").unwrap();
        let doubtful = users.doubtful_fields();
        for name in ["externalid", "attributes", "site", "siteid"] {
            assert!(doubtful.contains(name), "{name}");
        }
        for name in ["id", "mail", "department", "dtcontractstart"] {
            assert!(!doubtful.contains(name), "{name}");
        }
    }
}
