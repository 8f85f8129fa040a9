//! Which resources to read and which tables to write.

use std::collections::BTreeSet;

use crate::{
    catalog::{Catalog, Resource, Table},
    engine::derive,
    error::Error,
    settings::did_you_mean,
};

/// What one run reads and writes.
#[derive(Debug)]
pub(super) struct Selection {
    /// Resources, each with the tables of it that are written.
    pub(super) resources: Vec<(Resource, Vec<Table>)>,
}

impl Selection {
    /// The named tables and what they need; all of them when none is named.
    pub(super) fn of(catalog: &Catalog, named: Option<&[String]>) -> Result<Self, Error> {
        let all = catalog.tables();
        let api: Vec<Table> = catalog.resources.iter().flat_map(Resource::tables).collect();
        let api_names: Vec<&str> = api.iter().map(|t| t.name.as_str()).collect();
        let mut wanted: BTreeSet<String> = match named {
            None => all.iter().map(|t| t.name.clone()).collect(),
            Some(names) => names.iter().cloned().collect(),
        };
        if let Some(unknown) = wanted.iter().find(|name| all.iter().all(|t| t.name != **name)) {
            let hint = did_you_mean(unknown, all.iter().map(|t| t.name.as_str()));
            return Err(Error::Usage(format!("there is no table {unknown:?}{hint}; `lucca-lake tables` lists them")));
        }
        // Backwards through the order of computation, so that what a needed table needs is needed too.
        for step in derive::order(&catalog.derived, &api_names)?.into_iter().rev() {
            if wanted.contains(&step.table) {
                wanted.extend(step.reads);
            }
        }
        let read = catalog.resources.iter().filter(|r| r.tables().iter().any(|t| wanted.contains(&t.name)));
        let id_sources = read.filter_map(|r| catalog.resource(&r.fan_out.as_ref()?.from));
        let id_tables: Vec<String> = id_sources.map(Resource::table_name).collect();
        wanted.extend(id_tables);
        // Both tables of a split resource or none: rows move between them when the split is configured otherwise.
        let resources = catalog.resources.iter().filter_map(|resource| {
            let tables = resource.tables();
            tables.iter().any(|t| wanted.contains(&t.name)).then(|| (resource.clone(), tables))
        });
        Ok(Self { resources: resources.collect() })
    }

    /// The scopes that reading them needs, in a stable order.
    pub(super) fn scopes(&self) -> Vec<String> {
        let scopes: BTreeSet<&String> = self.resources.iter().map(|(resource, _)| &resource.scope).collect();
        scopes.into_iter().cloned().collect()
    }

    /// Names of the API tables written. All derived tables whose inputs the snapshot has are computed again.
    pub(super) fn table_names(&self) -> BTreeSet<&str> {
        self.resources.iter().flat_map(|(_, tables)| tables).map(|t| t.name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(named: &[&str]) -> Vec<String> {
        let named: Vec<String> = named.iter().map(|n| (*n).to_owned()).collect();
        let selection = Selection::of(&Catalog::embedded().unwrap(), Some(&named)).unwrap();
        selection.table_names().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_table_brings_what_it_needs() {
        assert_eq!(tables(&["professions"]), ["professions"]);
        assert_eq!(tables(&["personal_attributes"]), ["employee_attributes", "employees", "personal_attributes"]);
        let headcount = tables(&["headcount"]);
        for needed in ["employments", "job_positions", "departments", "legal_entities"] {
            assert!(headcount.iter().any(|t| t == needed), "{needed} is missing from {headcount:?}");
        }
    }

    #[test]
    fn everything_is_selected_by_default_and_unknown_names_are_refused() {
        let catalog = Catalog::embedded().unwrap();
        let all = Selection::of(&catalog, None).unwrap();
        assert_eq!(all.table_names().len(), 15);
        assert_eq!(all.resources.len(), 14);
        let error = Selection::of(&catalog, Some(&["employes".into()])).unwrap_err().to_string();
        assert!(error.contains("did you mean \"employees\"?"), "{error}");
    }
}
