//! Which resources to read and which tables to write.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::{
    api::ApiError,
    catalog::{Catalog, Resource, Rest, Source, Table},
    engine::{derive, mapped},
    error::Error,
    run_report::Absence,
    settings::{HistoryMode, LeavesWindow, Settings, did_you_mean},
    wide,
};

/// Stands for every table that is not on request.
const ALL: &str = "all";

/// What one run reads and writes.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    /// Of which APIs that is.
    pub(crate) source: Source,
    /// What is read.
    pub(crate) resources: Vec<Selected>,
    /// What tables are made of what is read, in the order in which they are made.
    pub(crate) mapped: Vec<SelectedMapping>,
    /// Whether tables were named.
    pub(crate) is_some: bool,
}

/// A query that makes a table of those of the older APIs.
#[derive(Debug, Clone)]
pub(crate) struct SelectedMapping {
    pub(crate) step: mapped::Step,
    /// What it makes; two where its rows are split.
    pub(crate) tables: Vec<Table>,
    /// The collection of v5 that has the table.
    pub(crate) of: Option<Resource>,
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

    /// The ids without which it cannot be asked.
    pub(crate) fn required(resource: &Resource) -> Option<Self> {
        resource.route.as_ref()?.required.as_ref().map(|required| Self::own(&required.from))
    }

    /// The ids of those whom these do not reach, and what says so.
    pub(crate) fn rest(resource: &Resource) -> Option<[Self; 2]> {
        let Rest { from, column, .. } = resource.route.as_ref()?.required.as_ref()?.rest()?;
        Some([Self::own(from), Self { resource: from.to_owned(), column: column.to_owned() }])
    }

    /// The ids that restrict its records.
    pub(crate) fn filter(resource: &Resource) -> Option<Self> {
        resource.filter.as_ref().map(|f| Self::own(&f.from))
    }
}

/// How many records may be missing, by resource.
fn accepted_missing(catalog: &Catalog, source: Source, settings: &Settings) -> Result<BTreeMap<String, u64>, Error> {
    let resources = catalog.resources_of(source);
    let mut accepted = BTreeMap::new();
    for (table, most) in settings.accept_missing()? {
        let Some(resource) = resources.iter().find(|r| r.tables().iter().any(|t| t.name == table)) else {
            let read: Vec<Table> = resources.iter().flat_map(Resource::tables).collect();
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
fn on_request(catalog: &Catalog, source: Source, steps: &[derive::Step]) -> BTreeSet<String> {
    let resources = catalog.resources_of(source).iter().filter(|resource| resource.on_request);
    let mut names: BTreeSet<String> = resources.flat_map(Resource::all_tables).map(|table| table.name).collect();
    // In the order of computation, so that what needs a table that needs one of them is found too.
    for step in steps {
        if step.reads.iter().any(|read| names.contains(read)) {
            names.insert(step.table.clone());
        }
    }
    names
}

/// The tables of the API that a source gives.
fn given(catalog: &Catalog, source: Source) -> BTreeSet<String> {
    let read = catalog.resources_of(source).iter().filter(|resource| resource.published);
    let read = read.flat_map(Resource::all_tables).map(|table| table.name);
    let made = catalog.mapped.iter().filter(|mapped| source == Source::Legacy && !mapped.internal);
    let made = made.flat_map(|mapped| {
        // One query gives the rows of both tables of a split.
        let mut of = catalog.resources.iter().map(Resource::tables);
        let both = of.find(|tables| tables.iter().any(|table| table.name == mapped.name));
        let other = both.into_iter().flatten().map(|table| table.name);
        std::iter::once(mapped.name.clone()).chain(other)
    });
    read.chain(made).collect()
}

fn not_given(table: &str, source: Source) -> Error {
    Error::Usage(match source {
        Source::V5 => {
            format!("{table} is read with a legacy API key only, not with an OAuth application: leave it out")
        }
        Source::Legacy => {
            format!("{table} cannot be read with a legacy API key, only with an OAuth application: leave it out")
        }
    })
}

/// The queries that make the wanted tables, in their order; what they read is wanted too.
fn mappings(catalog: &Catalog, wanted: &mut BTreeSet<String>) -> Result<Vec<SelectedMapping>, Error> {
    let steps = mapped::order(&catalog.mapped)?;
    let mut selected = Vec::new();
    for step in steps.into_iter().rev() {
        let name = &step.mapped.name;
        // Not the resource whose labels a table is: its records are others.
        let of = catalog.resources.iter().find(|r| r.tables().iter().any(|table| table.name == *name)).cloned();
        // Rows move between the tables of a split.
        let both = of.as_ref().filter(|of| of.split.is_some()).map(Resource::tables);
        let tables = both.filter(|both| both.iter().any(|table| table.name == *name));
        let own = || step.mapped.own.clone().or_else(|| catalog.table(name));
        let tables = tables.or_else(|| own().map(|table| vec![table])).unwrap_or_default();
        if tables.iter().any(|table| wanted.contains(&table.name)) {
            wanted.extend(step.reads.iter().cloned());
            selected.push(SelectedMapping { step, tables, of });
        }
    }
    selected.reverse();
    Ok(selected)
}

/// Adds the tables whose ids the wanted ones are read by.
fn needed(resources: &[Resource], wanted: &mut BTreeSet<String>) {
    loop {
        let read = resources.iter().filter(|r| r.all_tables().iter().any(|t| wanted.contains(&t.name)));
        let ids = read.flat_map(|r| {
            let rest = IdsOf::rest(r).into_iter().flatten();
            IdsOf::owners(r).into_iter().chain(IdsOf::required(r)).chain(rest)
        });
        let tables: BTreeSet<String> = ids
            .filter_map(|ids| resources.iter().find(|r| r.name == ids.resource))
            .map(Resource::table_name)
            .filter(|table| !wanted.contains(table))
            .collect();
        if tables.is_empty() {
            return;
        }
        wanted.extend(tables);
    }
}

/// The published tables that a resource is read for.
fn gives(resource: &Resource, mapped: &[SelectedMapping]) -> Vec<String> {
    let own: Vec<String> = resource.tables().into_iter().map(|table| table.name).collect();
    let (mut read, mut made) = (own.iter().cloned().collect::<BTreeSet<_>>(), Vec::new());
    for SelectedMapping { step: mapped::Step { mapped, reads }, .. } in mapped {
        match reads.is_disjoint(&read) {
            true => {}
            // Whoever reads what is only made for others is made of it too.
            false if mapped.internal => drop(read.insert(mapped.name.clone())),
            false => made.push(mapped.name.clone()),
        }
    }
    own.into_iter().filter(|_| resource.published).chain(made).collect()
}

impl Selection {
    /// What the settings say.
    pub(crate) fn configured(catalog: &Catalog, settings: &Settings) -> Result<Self, Error> {
        let source = settings.source()?;
        let named = settings.tables_and_portraits(ALL)?;
        let mut selection = Self::of(catalog, source, named.as_deref(), &settings.optional_tables())?;
        let accepted = accepted_missing(catalog, source, settings)?;
        for selected in &mut selection.resources {
            selected.accepted_missing = accepted.get(&selected.resource.name).copied().unwrap_or_default();
        }
        let history = settings.history()?;
        if history.mode == HistoryMode::Off {
            selection.resources.retain(|selected| selected.resource.history.is_none());
            selection.mapped.retain(|mapping| mapping.of.as_ref().is_none_or(|of| of.history.is_none()));
        }
        Ok(selection)
    }

    /// The named tables and what they need; all that are not on request when none is named.
    fn of(catalog: &Catalog, source: Source, named: Option<&[String]>, optional: &[String]) -> Result<Self, Error> {
        let all = catalog.tables();
        let api = catalog.api_tables();
        let api_names: Vec<&str> = api.iter().map(|t| t.name.as_str()).collect();
        let steps = derive::order(&catalog.derived, &api_names)?;
        let mut wanted: BTreeSet<String> = named.unwrap_or_default().iter().cloned().collect();
        if let Some(unknown) =
            wanted.iter().chain(optional).find(|name| **name != ALL && all.iter().all(|t| t.name != **name))
        {
            let hint = did_you_mean(unknown, all.iter().map(|t| t.name.as_str()));
            return Err(Error::Usage(format!("there is no table {unknown:?}{hint}; `lucca-lake tables` lists them")));
        }
        let given = given(catalog, source);
        let is_api = |name: &String| api_names.contains(&name.as_str());
        if let Some(other) = wanted.iter().find(|name| is_api(name) && !given.contains(*name)) {
            return Err(not_given(other, source));
        }
        if wanted.remove(ALL) || named.is_none() {
            let on_request = on_request(catalog, source, &steps);
            wanted.extend(all.iter().map(|t| t.name.clone()).filter(|name| !on_request.contains(name)));
        }
        if catalog.wide.iter().any(|wide| wanted.contains(&wide.table.name)) {
            wanted.extend(wide::sources(catalog).into_iter().map(str::to_owned));
        }
        // Backwards through the order of computation, so that what a needed table needs is needed too.
        for step in steps.into_iter().rev() {
            if wanted.contains(&step.table) {
                wanted.extend(step.reads);
            }
        }
        let mapped = match source {
            Source::V5 => Vec::new(),
            Source::Legacy => mappings(catalog, &mut wanted)?,
        };
        needed(catalog.resources_of(source), &mut wanted);
        // Both tables of a split resource or none: rows move between them when the split is configured otherwise.
        let resources = catalog.resources_of(source).iter().filter_map(|resource| {
            let tables = resource.tables();
            let is_wanted = resource.all_tables().iter().any(|t| wanted.contains(&t.name));
            let gives = gives(resource, &mapped);
            let is_optional = !gives.is_empty() && gives.iter().all(|table| optional.contains(table));
            let contents = resource.content.as_ref().is_some_and(|content| wanted.contains(&content.table));
            is_wanted.then(|| Selected {
                optional: resource.optional || is_optional,
                resource: resource.clone(),
                tables,
                accepted_missing: 0,
                contents,
            })
        });
        let resources: Vec<Selected> = resources.collect();
        if resources.is_empty() {
            let named = wanted.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Error::Usage(format!("nothing is read for {named} alone: name the tables that it is about")));
        }
        Ok(Self { source, resources, mapped, is_some: named.is_some_and(|named| named.iter().all(|n| n != ALL)) })
    }

    /// The scopes that reading them needs, in a stable order.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let scopes: BTreeSet<&String> = self.resources.iter().map(|selected| &selected.resource.scope).collect();
        scopes.into_iter().cloned().collect()
    }

    /// Names of the API tables written. All derived tables whose inputs the snapshot has are computed again.
    pub(crate) fn table_names(&self) -> BTreeSet<String> {
        let read = self.resources.iter().filter(|s| s.resource.published).flat_map(Selected::written);
        let made = self.mapped.iter().filter(|m| !m.step.mapped.internal).flat_map(|m| &m.tables).cloned();
        read.chain(made).map(|table| table.name).collect()
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

    /// The days whose absences a run of these days reads, where it does.
    ///
    /// # Errors
    /// When they are not set as they must be.
    pub(crate) fn window(&self, settings: &Settings, days: &[NaiveDate]) -> Result<Option<LeavesWindow>, Error> {
        let has_window = |s: &Selected| s.resource.route.as_ref().is_some_and(|route| route.window.is_some());
        match days.first().zip(days.last()).filter(|_| self.resources.iter().any(has_window)) {
            Some((first, last)) => Ok(Some(settings.leaves_window(*first, *last)?)),
            None => Ok(None),
        }
    }

    /// Tables of v5 that are asked for with all others and that this source cannot give.
    pub(crate) fn out_of_reach(&self, catalog: &Catalog) -> Option<Absence> {
        if self.source == Source::V5 || self.is_some {
            return None;
        }
        let given = given(catalog, self.source);
        let of_v5 = catalog.resources.iter().filter(|resource| !resource.on_request).flat_map(Resource::all_tables);
        let tables: Vec<String> = of_v5.map(|table| table.name).filter(|name| !given.contains(name)).collect();
        let reason = "only an OAuth application can read it".to_owned();
        (!tables.is_empty()).then(|| Absence { resource: "v5".to_owned(), tables, reason })
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
            self.resources.iter().cloned().partition(|selected| missing.contains(&selected.resource.scope));
        let needed: Vec<&Selected> = absent.iter().filter(|selected| !selected.optional).collect();
        let named: &[&Selected] = if resources.is_empty() { &absent.iter().collect::<Vec<_>>() } else { &needed };
        if !named.is_empty() {
            let scopes: BTreeSet<&str> = named.iter().map(|s| s.resource.scope.as_str()).collect();
            let tables: Vec<&str> = named.iter().flat_map(|s| &s.tables).map(|t| t.name.as_str()).collect();
            let scopes = scopes.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Error::MissingScopes { scopes, tables: tables.join(", ") });
        }
        let absences = absent.iter().map(|selected| selected.absence("was not granted")).collect();
        Ok((Self { resources, ..self }, absences))
    }
}

impl Selected {
    /// Every table that is written.
    fn written(&self) -> Vec<Table> {
        let content = self.resource.content.as_ref().filter(|_| !self.contents).map(|content| content.table.as_str());
        self.resource.all_tables().into_iter().filter(|table| Some(table.name.as_str()) != content).collect()
    }

    /// Whether it cannot be asked for without ids of another.
    pub(crate) fn is_asked_by_ids(&self) -> bool {
        IdsOf::required(&self.resource).is_some()
    }

    /// The ids that it is read by.
    pub(crate) fn read_by(&self) -> Vec<IdsOf> {
        let of = &self.resource;
        let required = IdsOf::required(of).into_iter().chain(IdsOf::rest(of).into_iter().flatten());
        IdsOf::owners(of).into_iter().chain(IdsOf::filter(of)).chain(required).collect()
    }

    /// Says that the run does without this resource, because its scope `why`.
    pub(crate) fn absence(&self, why: &str) -> Absence {
        let scope = &self.resource.scope;
        self.absence_as(match self.resource.route {
            None => format!("{scope} {why}"),
            Some(_) => format!("the permission \"{scope}\" {why}"),
        })
    }

    /// Says that the run does without this resource, because of `error`; `None` where it cannot.
    pub(crate) fn absence_after(&self, error: &ApiError) -> Option<Absence> {
        let may_be_wrong = self.resource.optional && self.resource.route.is_some();
        match error.takes_for_wrong().filter(|_| may_be_wrong) {
            // A route of the older APIs that a tenant may lack: nobody knows how it says so.
            Some(said) => Some(self.absence_as(format!("the API does not take what it was asked, and says {said}"))),
            None => error.is_inaccessible().then(|| self.absence("is missing, or its module is not active")),
        }
        .filter(|_| self.optional)
    }

    fn absence_as(&self, reason: String) -> Absence {
        // What is made of a table that is not published stands where it is made.
        let published = self.tables.iter().filter(|_| self.resource.published);
        let tables = published.map(|t| t.name.clone()).collect();
        Absence { resource: self.resource.name.clone(), tables, reason }
    }
}
