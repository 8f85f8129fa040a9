//! What exists: `schemas/*.toml`, `queries/*.sql`, `queries/report/*.sql` and `queries/quality/*.sql`, parsed strictly into [`Resource`],
//! [`DerivedTable`] and `QualityRule`.
//!
//! Pure: no network, no clock, no storage. Whoever adds a file gets the rules as test failures.
//!
//! What the lake holds, and how private each column is:
//!
//! ```
//! use lucca_lake::catalog::{Catalog, Privacy};
//!
//! let employees = Catalog::embedded()?.table("employees").ok_or("no such table")?;
//! let email = employees.columns.iter().find(|column| column.name == "email").ok_or("no such column")?;
//! assert_eq!(email.privacy, Privacy::Directory);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod added;
pub(crate) mod called;
mod definition;
pub(crate) mod derived;
mod each;
mod error;
mod fields;
mod filter_privacy;
mod findings;
mod is_name;
mod label;
pub(crate) mod list;
mod mapped;
mod over_days;
mod quality;
mod raw;
mod resource;
mod route;
pub(crate) mod rule;
pub(crate) mod split;
mod sql_types;
pub(crate) mod table;
mod validate;
pub(crate) mod wide;
mod without;

use std::collections::HashSet;

pub(crate) use added::{EXTRA, EXTRACTED_AT, RUN_ID};
pub use definition::{ColumnDefinition, DefinedProperty, TranslatedLabel};
pub use derived::DerivedError;
pub(crate) use each::{Content, ContentColumn, Each, Grows};
pub(crate) use error::CatalogError;
pub(crate) use findings::FINDINGS;
pub(crate) use is_name::is_name;
pub use label::Label;
pub(crate) use mapped::Mapped;
pub use over_days::TypeClash;
pub(crate) use over_days::{Types, columns_over_days};
pub(crate) use quality::{Filled, Interval, Key, Quality};
pub use resource::Resource;
pub(crate) use resource::{Column, Embedded, FanOut, Filter, History, OtherId, Reading, Shape, Since};
pub(crate) use route::{Required, Rest, Route, Source, Style};
pub(crate) use rule::{QualityRule, Severity};
pub(crate) use split::{Split, matches_any};
pub(crate) use table::{ALL_DAYS, AS_OF, Lowered};
pub use table::{DerivedTable, LakeType, Origin, Privacy, Table, TableColumn, Zone};
pub(crate) use wide::WideTable;
pub(crate) use without::Without;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Everything the program can fetch and compute.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// Collections of API v5, in name order.
    pub(crate) resources: Vec<Resource>,
    /// Collections of the older APIs, in name order.
    pub(crate) legacy: Vec<Resource>,
    /// What tables are made of them, in name order.
    pub(crate) mapped: Vec<Mapped>,
    /// Derived tables, in name order.
    pub derived: Vec<DerivedTable>,
    /// What the report asks, in name order: as derived tables, but none of them is published.
    pub(crate) report: Vec<DerivedTable>,
    /// Rules over the tables of a snapshot, in name order.
    pub(crate) rules: Vec<QualityRule>,
    /// The wide forms of attributes, in name order.
    pub(crate) wide: Vec<WideTable>,
    /// What the quality gates find.
    pub(crate) findings: Table,
}

impl Catalog {
    /// The catalogue embedded in the program.
    ///
    /// # Errors
    /// When an embedded file breaks a rule; a test makes sure that none does.
    pub fn embedded() -> Result<Self, CatalogError> {
        let mut catalog = Self::parse(SCHEMAS, QUERIES, RULES)?;
        catalog.add_legacy(LEGACY_SCHEMAS, LEGACY_QUERIES)?;
        while called::inherit(&catalog.tables(), &mut catalog.derived) {}
        catalog.report = REPORT_QUERIES
            .iter()
            .map(|(stem, text)| derived::parse(&format!("{stem}.sql"), text))
            .collect::<Result<_, _>>()?;
        while called::inherit(&catalog.tables(), &mut catalog.derived) {}
        called::inherit(&catalog.tables(), &mut catalog.report);
        Ok(catalog)
    }

    /// Adds the older APIs, of `(file stem, text)` pairs.
    pub(crate) fn add_legacy(
        &mut self,
        schemas: &[(&str, &str)],
        queries: &[(&str, &str)],
    ) -> Result<(), CatalogError> {
        let resource = |(stem, text): &(&str, &str)| validate::resource(Source::Legacy, stem, text);
        let v5: HashSet<String> = self.api_tables().into_iter().map(|table| table.name).collect();
        let mapped = |(stem, text): &(&str, &str)| mapped::parse(stem, text, v5.contains(*stem));
        self.legacy = schemas.iter().map(resource).collect::<Result<_, _>>()?;
        self.mapped = queries.iter().map(mapped).collect::<Result<_, _>>()?;
        self.check_names()
    }

    /// Parses `(file stem, text)` pairs of schemas, queries and rules.
    ///
    /// # Errors
    /// Names the file and the rule it breaks.
    pub(crate) fn parse(
        schemas: &[(&str, &str)],
        queries: &[(&str, &str)],
        rules: &[(&str, &str)],
    ) -> Result<Self, CatalogError> {
        let resources =
            schemas.iter().map(|(stem, text)| validate::resource(Source::V5, stem, text)).collect::<Result<_, _>>()?;
        let derived = queries
            .iter()
            .map(|(stem, text)| derived::parse(&format!("{stem}.sql"), text))
            .collect::<Result<_, _>>()?;
        let rules =
            rules.iter().map(|(stem, text)| rule::parse(&format!("{stem}.sql"), text)).collect::<Result<_, _>>()?;
        let (legacy, mapped) = (Vec::new(), Vec::new());
        let (report, wide, findings) = (Vec::new(), wide::tables(), findings::table());
        let catalog = Self { resources, legacy, mapped, derived, report, rules, wide, findings };
        catalog.check_names()?;
        Ok(catalog)
    }

    /// Every table that is published: of the API first, then the computed ones.
    pub fn tables(&self) -> Vec<Table> {
        self.api_tables().into_iter().chain(self.computed().cloned()).collect()
    }

    /// Those of them that are computed.
    fn computed(&self) -> impl Iterator<Item = &Table> {
        let derived = self.derived.iter().filter(|d| !d.internal).map(|d| &d.table);
        derived.chain(self.wide.iter().map(|w| &w.table)).chain([&self.findings])
    }

    /// The tables that pages become: what queries may read, beside one another.
    pub(crate) fn api_tables(&self) -> Vec<Table> {
        self.of_api().collect()
    }

    /// The same, one after another.
    fn of_api(&self) -> impl Iterator<Item = Table> {
        self.resources.iter().flat_map(Resource::all_tables).chain(self.tables_of_key())
    }

    /// Those of them that only a legacy key gives.
    pub(crate) fn tables_of_key(&self) -> impl Iterator<Item = Table> {
        let legacy = self.legacy.iter().filter(|resource| resource.published).flat_map(Resource::all_tables);
        let own = self.mapped.iter().filter(|mapped| !mapped.internal).filter_map(|mapped| mapped.own.clone());
        legacy.chain(own)
    }

    /// What is read of a tenant.
    pub(crate) fn resources_of(&self, source: Source) -> &[Resource] {
        match source {
            Source::V5 => &self.resources,
            Source::Legacy => &self.legacy,
        }
    }

    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<Table> {
        let computed = self.computed().find(|table| table.name == name).cloned();
        computed.or_else(|| self.of_api().find(|table| table.name == name))
    }

    /// The resource of that name.
    pub fn resource(&self, name: &str) -> Option<&Resource> {
        self.resources.iter().find(|r| r.name == name)
    }

    /// How private it is that a table has a row, whatever its columns say.
    pub(crate) fn privacy_of_rows(&self, table: &Table) -> Privacy {
        let derived = self.derived.iter().find(|derived| derived.table.name == table.name);
        match (table.origin, derived) {
            (Origin::Query, Some(derived)) => derived.rows(),
            (Origin::Query, None) | (Origin::Unknown, _) => Privacy::Sensitive,
            // That a finding is about somebody tells what is missing or odd with them.
            (Origin::Findings, _) => Privacy::Personal,
            (Origin::Api | Origin::Wide, _) if table.zone == Zone::Personal => Privacy::Personal,
            (Origin::Api | Origin::Wide, _) => Privacy::None,
        }
    }

    /// The table that a column of an API table refers to.
    pub(crate) fn refers_to(&self, table: &str, column: &str) -> Option<&str> {
        let of_table = self.resources.iter().chain(&self.legacy).filter(|r| r.tables().iter().any(|t| t.name == table));
        of_table.flat_map(|r| &r.columns).find(|c| c.name == column)?.refers_to.as_deref()
    }

    fn check_names(&self) -> Result<(), CatalogError> {
        let mut names = HashSet::new();
        let internal = self.derived.iter().filter(|d| d.internal).map(|d| d.table.clone());
        let internal = internal.chain(self.mapped.iter().filter(|m| m.internal).filter_map(|m| m.own.clone()));
        let inputs = self.legacy.iter().filter(|resource| !resource.published).flat_map(Resource::all_tables);
        for table in self.tables().into_iter().chain(internal).chain(inputs) {
            if table.name.starts_with(ALL_DAYS) {
                let broken = format!("table {}: names that begin with {ALL_DAYS} are those of all days", table.name);
                return Err(CatalogError::Rule { file: "schemas/ and queries/".into(), broken });
            }
            if !names.insert(table.name.clone()) {
                let broken = format!("two tables are named {}", table.name);
                return Err(CatalogError::Rule { file: "schemas/ and queries/".into(), broken });
            }
        }
        for resource in &self.legacy {
            let required = resource.route.as_ref().and_then(|route| route.required.as_ref());
            let named = |name: &str| self.legacy.iter().find(|legacy| legacy.name == name);
            let has = |rest: &Rest<'_>| {
                named(rest.from).is_some_and(|from| from.columns.iter().any(|c| c.name == rest.column))
            };
            let unknown = required.map(|required| required.from.as_str()).filter(|from| named(from).is_none());
            let lacking = required.and_then(Required::rest).filter(|rest| !has(rest)).map(|rest| rest.from);
            if let Some(from) = unknown.or(lacking) {
                let broken = format!("[route.required] {from:?} is no resource of schemas/legacy with such a column");
                return Err(CatalogError::Rule { file: format!("schemas/legacy/{}.toml", resource.name), broken });
            }
        }
        for resource in &self.resources {
            let file = || format!("schemas/{}.toml", resource.name);
            filter_privacy::check(resource, &self.resources)
                .map_err(|broken| CatalogError::Rule { file: file(), broken })?;
            for (column, to) in resource.columns.iter().filter_map(|c| c.refers_to.as_ref().map(|to| (c, to))) {
                if !names.contains(to) {
                    let broken = format!("column {} refers to {to}, which is no table", column.name);
                    return Err(CatalogError::Rule { file: file(), broken });
                }
            }
            let ids_of = resource.fan_out.iter().map(|f| ("fan_out", &f.from));
            let labels = resource.labels.iter().map(|l| ("labels", &l.from));
            for (section, from) in ids_of.chain(resource.filter.iter().map(|f| ("filter", &f.from))).chain(labels) {
                if self.resource(from).is_none() {
                    let broken = format!("[{section}] from = {from:?} is no resource");
                    return Err(CatalogError::Rule { file: file(), broken });
                }
            }
            if let Some(Each { from, column }) = &resource.each {
                let columns = self.resource(from).map(|r| r.columns.as_slice()).unwrap_or_default();
                if !columns.iter().any(|c| c.name == *column && c.shape.lake_type() == LakeType::String) {
                    let broken = format!("[each] {from}.{column} is no column of texts");
                    return Err(CatalogError::Rule { file: file(), broken });
                }
            }
        }
        Ok(())
    }
}
