//! Tables of v5 made of what the older APIs say: the queries of `queries/legacy/` run over what a run staged, and what they
//! give is staged in turn. What was only read for them goes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use futures::StreamExt as _;

use super::{
    job::Job,
    selection::{Selected, SelectedMapping, Selection},
    writers::Writers,
};
use crate::{
    catalog::{Mapped, Table},
    engine::{
        FileRef, Parameters, Rows, Session, SessionOptions, TableFiles, Value,
        mapped::{MappedRows, ask, session},
        not_told::Columns,
    },
    error::Error,
    lake::{self, NotAvailable, SnapshotTable, StagedTable, TableWriter, WriterOptions},
    run_report::Absence,
};

/// What the queries are given beside the tables that were read.
#[derive(Debug)]
pub(crate) struct Mapping {
    /// The day on which the API was read, for `$as_of`.
    pub(crate) as_of: NaiveDate,
    /// Their other parameters.
    pub(crate) values: BTreeMap<String, Value>,
    /// What SQL may use.
    pub(crate) engine: SessionOptions,
}

/// What became of the tables that were read.
#[derive(Debug)]
pub(super) struct MappedTables {
    /// Those that are published.
    pub(super) tables: Vec<StagedTable>,
    /// What could not be read, with what could not be made for that.
    pub(super) absent: Vec<Absence>,
    pub(super) not_available: Vec<NotAvailable>,
    /// Tables whose rows tell of the day alone on which they were read.
    pub(super) only_current: Vec<String>,
}

/// Makes the tables of `selection` of those that were `read`, whose columns that the API refused are `left_out`.
///
/// # Errors
/// The first query that fails; when the lake cannot be read or written. What was staged before stays in staging.
pub(super) async fn map(
    job: &Job,
    selection: &Selection,
    mapping: Mapping,
    read: Vec<StagedTable>,
    absent: &[Absence],
    left_out: Columns,
) -> Result<MappedTables, Error> {
    let files = read.iter().map(|staged| files_of(staged.table(), mapping.as_of));
    let session = session(job.lake.store(), &mapping.engine, files)?;
    let (made, only_current) = Default::default();
    let published = read.iter().filter_map(|staged| Some((staged.table(), left_out.get(&staged.table().name)?)));
    let not_available = published.filter_map(|(table, columns)| not_available(table, columns)).collect();
    let mut maker = Maker { job, selection, session, mapping, made, nulls: left_out, not_available, only_current };
    let mut absent = absent.to_vec();
    let mut done = BTreeSet::new();
    for one in &selection.mapped {
        if done.contains(&one.step.mapped.name) {
            continue;
        }
        // Queries whose rows are split between the same tables write them together.
        let together: Vec<&SelectedMapping> = selection.mapped.iter().filter(|m| m.tables == one.tables).collect();
        done.extend(together.iter().map(|m| m.step.mapped.name.clone()));
        let lacking: BTreeSet<&str> = together.iter().flat_map(|m| maker.lacking(m)).collect();
        if lacking.is_empty() {
            job.stop.unless_stopped(maker.make(&together)).await?;
        } else {
            let published = one.tables.iter().filter(|_| !one.step.mapped.internal).map(|table| table.name.clone());
            note(&mut absent, &lacking, selection, published.collect());
        }
    }
    let Maker { made, not_available, only_current, .. } = maker;
    let (published, mut tables) = (selection.table_names(), Vec::new());
    for staged in made.into_iter().chain(read) {
        match published.contains(&staged.table().name) {
            true => tables.push(staged),
            false => lake::discard_table(&job.lake, &staged).await?,
        }
    }
    Ok(MappedTables { tables, absent, not_available, only_current })
}

/// Makes tables one after another; each is known to those that follow.
struct Maker<'a> {
    job: &'a Job,
    selection: &'a Selection,
    session: Session,
    mapping: Mapping,
    made: Vec<StagedTable>,
    /// Columns that are null in every row, of the tables that it reads.
    nulls: Columns,
    not_available: Vec<NotAvailable>,
    only_current: Vec<String>,
}

impl Maker<'_> {
    /// Tables without which a query cannot be asked. One that could do without all that it reads needs one of them.
    fn lacking<'m>(&self, mapping: &'m SelectedMapping) -> Vec<&'m str> {
        let reads: Vec<&str> = mapping.step.reads.iter().map(String::as_str).collect();
        let missing: Vec<&str> = reads.iter().copied().filter(|table| !self.session.has_table(table)).collect();
        if missing.len() == reads.len() {
            return missing;
        }
        let without = &mapping.step.mapped.without;
        missing.into_iter().filter(|table| without.iter().all(|without| without.table != *table)).collect()
    }

    /// Makes the tables that some queries give the rows of.
    async fn make(&mut self, together: &[&SelectedMapping]) -> Result<(), Error> {
        let Some(first) = together.first() else { return Ok(()) };
        let past = together.iter().flat_map(|mapping| &mapping.step.mapped.past_from);
        if past.filter(|table| !self.session.has_table(table)).count() > 0 {
            self.only_current.extend(first.tables.iter().map(|table| table.name.clone()));
        }
        let mut asked = Vec::new();
        for mapping in together {
            let stood_in = self.stand_in(mapping)?;
            asked.push(self.ask(&mapping.step.mapped, &first.tables, &stood_in).await?);
            stood_in.keys().try_for_each(|table| self.session.forget(table))?;
        }
        let nulls = null_in_all(&asked);
        let rows = asked.into_iter().map(|asked| asked.rows).collect();
        let staged = self.write(first, rows).await?;
        for staged in staged {
            let table = staged.table();
            self.session.register(&[files_of(table, self.mapping.as_of)])?;
            if !first.step.mapped.internal {
                self.not_available.extend(not_available(table, &nulls));
            }
            self.nulls.insert(table.name.clone(), nulls.clone());
            self.made.push(staged);
        }
        Ok(())
    }

    /// Makes empty tables known in place of those that the query does without, and tells which, with their columns.
    fn stand_in(&self, mapping: &SelectedMapping) -> Result<Columns, Error> {
        let mut stood_in = Columns::new();
        let read = self.selection.resources.iter().flat_map(|selected| &selected.tables);
        let declared: Vec<&Table> = read.chain(self.selection.mapped.iter().flat_map(|m| &m.tables)).collect();
        for name in mapping.step.reads.iter().filter(|table| !self.session.has_table(table)) {
            let table = declared.iter().find(|table| table.name == *name);
            let table = table.ok_or_else(|| Error::Bug(format!("{name} is read and not declared")))?;
            tracing::info!(table = mapping.step.mapped.name, without = name, "made without what could not be read");
            let (as_of, schema) = (self.mapping.as_of, table.arrow_schema());
            self.session.register(&[TableFiles { table: name.clone(), as_of, schema, files: Vec::new() }])?;
            stood_in.insert(name.clone(), table.columns.iter().map(|column| column.name.clone()).collect());
        }
        Ok(stood_in)
    }

    async fn ask(&self, mapped: &Mapped, tables: &[Table], stood_in: &Columns) -> Result<MappedRows, Error> {
        let table = tables.first().ok_or_else(|| Error::Bug("a query that makes no table".into()))?;
        let used = |name: &String| mapped.sql.contains(&format!("${name}"));
        let values = self.mapping.values.iter().filter(|(name, _)| used(name));
        let parameters = Parameters {
            as_of: Some(self.mapping.as_of),
            values: values.map(|(name, value)| (name.clone(), value.clone())).collect(),
        };
        let mut nulls = self.nulls.clone();
        nulls.extend(stood_in.clone());
        let mut asked = ask(&self.session, mapped, table, &parameters, &nulls).await?;
        asked.nulls.extend(mapped.not_available.iter().cloned());
        Ok(asked)
    }

    /// Stages the rows as the tables of a mapping.
    async fn write(&self, mapping: &SelectedMapping, rows: Vec<Rows>) -> Result<Vec<StagedTable>, Error> {
        let patterns = &self.job.history.patterns;
        let wanted = patterns.iter().all(|pattern| pattern != "*").then_some(patterns.as_slice());
        match (&mapping.of, mapping.tables.as_slice()) {
            (Some(of), tables) if of.split.is_some() || of.filter.is_some() => {
                let mut writers = Writers::new(self.job, of, tables, wanted, &[]);
                let written = async {
                    for rows in rows {
                        let mut rows = rows.into_stream();
                        while let Some(batch) = rows.next().await {
                            writers.take(batch?).await?;
                        }
                    }
                    Ok::<_, Error>(())
                };
                if let Err(error) = written.await {
                    writers.abort().await;
                    return Err(error);
                }
                Ok(writers.close().await?.0)
            }
            (_, [table]) => {
                let writer = TableWriter::new(&self.job.lake, &self.job.run_id, table, WriterOptions::default());
                let mut writer = writer.with_provenance(self.job.provenance.clone());
                let written = async {
                    for rows in rows {
                        let mut rows = rows.into_stream();
                        while let Some(batch) = rows.next().await {
                            writer.write(&batch?).await?;
                        }
                    }
                    Ok::<_, Error>(())
                };
                if let Err(error) = written.await {
                    writer.abort().await;
                    return Err(error);
                }
                Ok(vec![writer.close().await?])
            }
            (_, tables) => Err(Error::Bug(format!("rows of one query for {} tables", tables.len()))),
        }
    }
}

/// The columns that no query fills.
fn null_in_all(asked: &[MappedRows]) -> BTreeSet<String> {
    let columns = asked.iter().map(|asked| asked.nulls.iter().cloned().collect::<BTreeSet<String>>());
    columns.reduce(|nulls, more| &nulls & &more).unwrap_or_default()
}

/// Says which columns of a table are null; nothing where none is.
fn not_available(table: &SnapshotTable, nulls: &BTreeSet<String>) -> Option<NotAvailable> {
    let columns = table.columns.iter().map(|column| &column.name);
    let columns: Vec<String> = columns.filter(|c| nulls.contains(*c) && !c.starts_with('_')).cloned().collect();
    (!columns.is_empty()).then(|| NotAvailable { table: table.name.clone(), columns })
}

/// Says of the resources whose tables are `lacking` that `tables` are not there either.
fn note(absent: &mut Vec<Absence>, lacking: &BTreeSet<&str>, selection: &Selection, tables: Vec<String>) {
    let of = |table: &str| {
        let selected = selection.resources.iter().find(|s: &&Selected| s.tables.iter().any(|t| t.name == table));
        selected.map_or_else(|| table.to_owned(), |selected| selected.resource.name.clone())
    };
    let resources: BTreeSet<String> = lacking.iter().map(|table| of(table)).collect();
    let known = absent.iter_mut().find(|absence| resources.contains(&absence.resource));
    match known {
        Some(absence) => absence.tables.extend(tables),
        None if tables.is_empty() => {}
        None => {
            let resource = resources.into_iter().collect::<Vec<_>>().join(", ");
            let reason = format!("made of {resource}, which was not read");
            absent.push(Absence { resource, tables, reason });
        }
    }
}

fn files_of(table: &SnapshotTable, as_of: NaiveDate) -> TableFiles {
    let files = table.files.iter().map(|file| FileRef { path: file.path.clone(), bytes: file.bytes }).collect();
    TableFiles { table: table.name.clone(), as_of, schema: table.arrow_schema(), files }
}
