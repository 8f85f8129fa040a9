//! Which resources to read and which tables to write.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::{Catalog, Resource, Table},
    engine::derive,
    error::Error,
    report::Absence,
    settings::{HistoryMode, Settings, did_you_mean},
    wide,
};

/// Stands for every table that is not on request.
const ALL: &str = "all";

/// What one run reads and writes.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    /// What is read.
    pub(crate) resources: Vec<Selected>,
}

/// One resource of a run.
#[derive(Debug, Clone)]
pub(crate) struct Selected {
    /// The resource.
    pub(crate) resource: Resource,
    /// Its tables, all of which are written.
    pub(crate) tables: Vec<Table>,
    /// Whether the run does without them when the application may not read them.
    pub(crate) optional: bool,
    /// Records that may be missing: the API counts them and does not serve them.
    pub(crate) accepted_missing: u64,
    /// Whether what its records describe is wanted too.
    pub(crate) contents: bool,
}

/// A table that takes rows over from the lake as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Takes {
    pub(crate) table: String,
    /// Whether the API may no longer have them.
    pub(crate) irreplaceable: bool,
}

/// Ids that another resource is read by: those in a column of this one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IdsOf {
    pub(crate) resource: String,
    pub(crate) column: String,
}

impl IdsOf {
    /// The column of a resource's own ids.
    pub(crate) const OWN: &str = "id";

    fn own(from: &str) -> Self {
        Self { resource: from.to_owned(), column: Self::OWN.to_owned() }
    }

    /// The ids of those whose records it has, or of its records.
    pub(crate) fn owners(resource: &Resource) -> Option<Self> {
        let each = resource.each.as_ref().map(|e| Self { resource: e.from.clone(), column: e.column.clone() });
        each.or_else(|| resource.fan_out.as_ref().map(|f| Self::own(&f.from)))
    }

    /// The ids that restrict its records.
    pub(crate) fn filter(resource: &Resource) -> Option<Self> {
        resource.filter.as_ref().map(|f| Self::own(&f.from))
    }
}

/// How many records may be missing, by resource.
fn accepted_missing(catalog: &Catalog, settings: &Settings) -> Result<BTreeMap<String, u64>, Error> {
    let mut accepted = BTreeMap::new();
    for (table, most) in settings.accept_missing()? {
        let Some(resource) = catalog.resources.iter().find(|r| r.tables().iter().any(|t| t.name == table)) else {
            let read: Vec<Table> = catalog.resources.iter().flat_map(Resource::tables).collect();
            let hint = did_you_mean(&table, read.iter().map(|t| t.name.as_str()));
            let problem = match catalog.tables().iter().any(|t| t.name == table) {
                true => format!("table {table:?} is computed, not read{hint}"),
                false => format!("there is no table {table:?}{hint}; `lucca-lake tables` lists them"),
            };
            return Err(Error::Usage(format!("--accept-missing: {problem}")));
        };
        *accepted.entry(resource.name.clone()).or_default() += most;
    }
    Ok(accepted)
}

/// The tables that are read or computed only when they are named, or one that needs them.
fn on_request(catalog: &Catalog, steps: &[derive::Step]) -> BTreeSet<String> {
    let resources = catalog.resources.iter().filter(|resource| resource.on_request);
    let mut names: BTreeSet<String> = resources.flat_map(Resource::all_tables).map(|table| table.name).collect();
    // In the order of computation, so that what needs a table that needs one of them is found too.
    for step in steps {
        if step.reads.iter().any(|read| names.contains(read)) {
            names.insert(step.table.clone());
        }
    }
    names
}

impl Selection {
    /// What the settings say.
    pub(crate) fn configured(catalog: &Catalog, settings: &Settings) -> Result<Self, Error> {
        let mut selection =
            Self::of(catalog, settings.tables_and_portraits(ALL)?.as_deref(), &settings.optional_tables())?;
        let accepted = accepted_missing(catalog, settings)?;
        for selected in &mut selection.resources {
            selected.accepted_missing = accepted.get(&selected.resource.name).copied().unwrap_or_default();
        }
        let history = settings.history()?;
        if history.mode == HistoryMode::Off {
            selection.resources.retain(|selected| selected.resource.history.is_none());
        }
        Ok(selection)
    }

    /// The named tables and what they need; all that are not on request when none is named.
    fn of(catalog: &Catalog, named: Option<&[String]>, optional: &[String]) -> Result<Self, Error> {
        let all = catalog.tables();
        let api = catalog.api_tables();
        let api_names: Vec<&str> = api.iter().map(|t| t.name.as_str()).collect();
        let steps = derive::order(&catalog.derived, &api_names)?;
        let mut wanted: BTreeSet<String> = named.unwrap_or_default().iter().cloned().collect();
        if wanted.remove(ALL) || named.is_none() {
            let on_request = on_request(catalog, &steps);
            wanted.extend(all.iter().map(|t| t.name.clone()).filter(|name| !on_request.contains(name)));
        }
        if catalog.wide.iter().any(|wide| wanted.contains(&wide.table.name)) {
            wanted.extend(wide::sources(catalog).into_iter().map(str::to_owned));
        }
        if let Some(unknown) = wanted.iter().chain(optional).find(|name| all.iter().all(|t| t.name != **name)) {
            let hint = did_you_mean(unknown, all.iter().map(|t| t.name.as_str()));
            return Err(Error::Usage(format!("there is no table {unknown:?}{hint}; `lucca-lake tables` lists them")));
        }
        // Backwards through the order of computation, so that what a needed table needs is needed too.
        for step in steps.into_iter().rev() {
            if wanted.contains(&step.table) {
                wanted.extend(step.reads);
            }
        }
        let read = catalog.resources.iter().filter(|r| r.all_tables().iter().any(|t| wanted.contains(&t.name)));
        let id_sources = read.filter_map(|r| catalog.resource(&IdsOf::owners(r)?.resource));
        let id_tables: Vec<String> = id_sources.map(Resource::table_name).collect();
        wanted.extend(id_tables);
        // Both tables of a split resource or none: rows move between them when the split is configured otherwise.
        let resources = catalog.resources.iter().filter_map(|resource| {
            let tables = resource.tables();
            let is_wanted = resource.all_tables().iter().any(|t| wanted.contains(&t.name));
            let optional = tables.iter().all(|t| optional.contains(&t.name));
            let contents = resource.content.as_ref().is_some_and(|content| wanted.contains(&content.table));
            is_wanted.then(|| Selected { resource: resource.clone(), tables, optional, accepted_missing: 0, contents })
        });
        let resources: Vec<Selected> = resources.collect();
        if resources.is_empty() {
            let named = wanted.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Error::Usage(format!("nothing is read for {named} alone: name the tables that it is about")));
        }
        Ok(Self { resources })
    }

    /// The scopes that reading them needs, in a stable order.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let scopes: BTreeSet<&String> = self.resources.iter().map(|selected| &selected.resource.scope).collect();
        scopes.into_iter().cloned().collect()
    }

    /// Names of the API tables written. All derived tables whose inputs the snapshot has are computed again.
    pub(crate) fn table_names(&self) -> BTreeSet<String> {
        self.resources.iter().flat_map(Selected::written).map(|table| table.name).collect()
    }

    /// The tables that take rows over from the lake as it was.
    pub(crate) fn takes_over(&self) -> Vec<Takes> {
        let of_resource = |s: &Selected| {
            let irreplaceable = s.resource.grows.is_some();
            let takes = irreplaceable || s.resource.each.is_some();
            let tables = if takes { s.written() } else { Vec::new() };
            tables.into_iter().map(move |table| Takes { table: table.name, irreplaceable })
        };
        self.resources.iter().flat_map(of_resource).collect()
    }

    /// Whether the resource of that name is read.
    pub(crate) fn reads(&self, resource: &str) -> bool {
        self.resources.iter().any(|selected| selected.resource.name == resource)
    }

    /// Whether it is by the records of `resource` that people are chosen by their status.
    pub(crate) fn chooses_by(&self, resource: &str) -> bool {
        let fans = self.resources.iter().filter_map(|s| s.resource.fan_out.as_ref());
        fans.filter(|f| f.status.is_some()).any(|f| f.from == resource)
    }

    /// Parts the resources whose scope is among `missing` from those that may be read.
    ///
    /// # Errors
    /// When one of them is not optional, or nothing is left.
    pub(crate) fn without_scopes(self, missing: &[String]) -> Result<(Self, Vec<Absence>), Error> {
        let (absent, resources): (Vec<_>, Vec<_>) =
            self.resources.into_iter().partition(|selected| missing.contains(&selected.resource.scope));
        let needed: Vec<&Selected> = absent.iter().filter(|selected| !selected.optional).collect();
        let named: &[&Selected] = if resources.is_empty() { &absent.iter().collect::<Vec<_>>() } else { &needed };
        if !named.is_empty() {
            let scopes: BTreeSet<&str> = named.iter().map(|s| s.resource.scope.as_str()).collect();
            let tables: Vec<&str> = named.iter().flat_map(|s| &s.tables).map(|t| t.name.as_str()).collect();
            let scopes = scopes.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Error::MissingScopes { scopes, tables: tables.join(", ") });
        }
        let absences = absent.iter().map(|selected| selected.absence("was not granted")).collect();
        Ok((Self { resources }, absences))
    }
}

impl Selected {
    /// Every table that is written.
    fn written(&self) -> Vec<Table> {
        let content = self.resource.content.as_ref().filter(|_| !self.contents).map(|content| content.table.as_str());
        self.resource.all_tables().into_iter().filter(|table| Some(table.name.as_str()) != content).collect()
    }

    /// The ids that it is read by.
    pub(crate) fn read_by(&self) -> Vec<IdsOf> {
        IdsOf::owners(&self.resource).into_iter().chain(IdsOf::filter(&self.resource)).collect()
    }

    /// Says that the run does without this resource, because its scope `why`.
    pub(crate) fn absence(&self, why: &str) -> Absence {
        let Resource { name, scope, .. } = &self.resource;
        let tables = self.tables.iter().map(|t| t.name.clone()).collect();
        Absence { resource: name.clone(), tables, reason: format!("{scope} {why}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::testing::deep, exit_code::ExitCode};

    fn tables(named: &[&str]) -> Vec<String> {
        let named: Vec<String> = named.iter().map(|n| (*n).to_owned()).collect();
        let selection = Selection::of(&Catalog::embedded().unwrap(), Some(&named), &[]).unwrap();
        selection.table_names().into_iter().collect()
    }

    #[test]
    fn a_table_brings_what_it_needs() {
        deep(|| async {
            assert_eq!(tables(&["professions"]), ["professions"]);
            assert_eq!(tables(&["attribute_labels"]), tables(&["personal_attributes"]));
            assert_eq!(
                tables(&["personal_attributes"]),
                ["attribute_labels", "employee_attributes", "employees", "personal_attributes"]
            );
            let headcount = tables(&["headcount"]);
            for needed in ["employments", "job_positions", "departments", "legal_entities"] {
                assert!(headcount.iter().any(|t| t == needed), "{needed} is missing from {headcount:?}");
            }
        });
    }

    #[test]
    fn everything_is_selected_by_default_and_unknown_names_are_refused() {
        deep(|| async {
            let catalog = Catalog::embedded().unwrap();
            let all = Selection::of(&catalog, None, &[]).unwrap();
            assert_eq!(all.table_names().len(), 16);
            assert_eq!(all.resources.len(), 14);
            for (named, optional) in [(Some(&["employes".into()][..]), &[][..]), (None, &["employes".into()][..])] {
                let error = Selection::of(&catalog, named, optional).unwrap_err().to_string();
                assert!(error.contains("did you mean \"employees\"?"), "{error}");
            }
            let error = Selection::of(&catalog, Some(&["data_quality_findings".into()]), &[]).unwrap_err().to_string();
            assert!(error.contains("nothing is read for data_quality_findings alone"), "{error}");
        });
    }

    #[test]
    fn what_is_on_request_is_read_when_it_is_named() {
        deep(|| async {
            let mut catalog = Catalog::embedded().unwrap();
            catalog.resources.iter_mut().filter(|r| r.name == "probationary-periods").for_each(|r| r.on_request = true);
            let names = |named: Option<&[&str]>| {
                let named = named.map(|names| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
                Selection::of(&catalog, named.as_deref(), &[]).unwrap().table_names()
            };
            let by_default = names(None);
            assert!(!by_default.contains("probationary_periods") && by_default.contains("employees"));
            assert_eq!(names(Some(&["all"])), by_default);
            assert_eq!(
                names(Some(&["probationary_periods"])).into_iter().collect::<Vec<_>>(),
                ["probationary_periods"]
            );
            let with = names(Some(&["all", "probationary_periods"]));
            assert_eq!((with.len(), with.contains("probationary_periods")), (by_default.len() + 1, true));
        });
    }

    #[test]
    fn only_optional_tables_may_be_missing() {
        deep(|| async {
            let catalog = Catalog::embedded().unwrap();
            let select = |optional: &[&str]| {
                let optional: Vec<String> = optional.iter().map(|name| (*name).to_owned()).collect();
                Selection::of(&catalog, None, &optional).unwrap()
            };
            let missing = ["employee-attributes.readonly".to_owned(), "job-qualifications.readonly".to_owned()];
            let error = select(&["professions", "job_qualifications", "personal_attributes"]).without_scopes(&missing);
            let error = error.unwrap_err().to_string();
            assert!(
                error.contains("employee-attributes.readonly (tables employee_attributes, personal_attributes)"),
                "{error}"
            );
            let all = ["professions", "job_qualifications", "personal_attributes", "employee_attributes"];
            let (left, absent) = select(&all).without_scopes(&missing).unwrap();
            assert_eq!((left.resources.len(), absent.len()), (11, 3));
            assert_eq!(absent[0].reason, "employee-attributes.readonly was not granted");
            let everything = select(&[]).scopes();
            assert!(select(&all).without_scopes(&everything).is_err());
        });
    }

    #[test]
    fn what_may_be_missing_is_of_a_table_that_is_read_and_a_number() {
        deep(|| async {
            let catalog = Catalog::embedded().unwrap();
            let configured = |accept: &str| {
                let flags = BTreeMap::from([("accept-missing", accept.to_owned())]);
                let settings = Settings::resolve(&flags, &crate::env_vars::Environment::default(), None).unwrap();
                Selection::configured(&catalog, &settings)
            };
            let refused = |accept: &str| {
                let error = configured(accept).map(drop).unwrap_err();
                assert_eq!(error.exit_code(), ExitCode::Usage);
                error.to_string()
            };
            assert!(refused("employes=1").contains("did you mean \"employees\"?"), "{}", refused("employes=1"));
            assert!(refused("headcount=1").contains("computed, not read"), "{}", refused("headcount=1"));
            assert!(refused("employees").contains("TABLE=N") && refused("employees=-1").contains("TABLE=N"));
            assert!(refused("employees=1,employees=2").contains("named twice"));
            let selection = configured("employees=3, employee_attributes=2,personal_attributes=5").unwrap();
            let accepted = selection.resources.iter().filter(|s| s.accepted_missing > 0);
            let accepted: Vec<_> = accepted.map(|s| (s.resource.name.as_str(), s.accepted_missing)).collect();
            assert_eq!(accepted, [("employee-attributes", 7), ("employees", 3)]);
        });
    }
}
