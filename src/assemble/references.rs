//! References between the tables of a day: how many there are, and how many lead nowhere.

use std::collections::BTreeSet;

use crate::{
    catalog::{Catalog, Shape, Table},
    engine::{
        Session,
        references::{Followed, Reference, follow},
    },
    error::Error,
    run_report::ReferenceReport,
};

/// Follows every reference between the tables of one day. Those between tables that are the `same` as the day before are
/// `known`.
///
/// # Errors
/// When the tables cannot be read.
pub(super) async fn follow_all(
    session: &Session,
    catalog: &Catalog,
    same: &BTreeSet<String>,
    known: &[ReferenceReport],
) -> Result<Vec<ReferenceReport>, Error> {
    let mut reports = Vec::new();
    for resource in &catalog.resources {
        let tables: Vec<Table> = resource.tables().into_iter().filter(|t| session.has_table(&t.name)).collect();
        let referring = resource.columns.iter().filter_map(|c| Some((c, c.refers_to.as_deref()?)));
        for (column, to) in referring.filter(|(_, to)| session.has_table(to)) {
            for table in &tables {
                let of_both = |r: &&ReferenceReport| r.table == table.name && r.column == column.name && r.to == to;
                let unchanged = [table.name.as_str(), to].iter().all(|table| same.contains(*table));
                if let Some(known) = known.iter().filter(|_| unchanged).find(of_both) {
                    reports.push(known.clone());
                    continue;
                }
                let is_list = column.shape == Shape::References;
                let reference = Reference { table: &table.name, column: &column.name, is_list, to };
                let Followed { references, unresolved, unresolved_ids } = follow(session, reference).await?;
                reports.push(ReferenceReport {
                    table: table.name.clone(),
                    column: column.name.clone(),
                    to: to.to_owned(),
                    references,
                    unresolved,
                    unresolved_ids,
                });
            }
        }
    }
    Ok(reports)
}
