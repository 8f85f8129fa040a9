//! References between the tables of a day: how many there are, and how many lead nowhere.

use crate::{
    catalog::{Catalog, Shape, Table},
    engine::{
        Session,
        references::{Followed, Reference, follow},
    },
    error::Error,
    report::ReferenceReport,
};

/// Follows every reference between the tables of one day.
///
/// # Errors
/// When the tables cannot be read.
pub(super) async fn follow_all(session: &Session, catalog: &Catalog) -> Result<Vec<ReferenceReport>, Error> {
    let mut reports = Vec::new();
    for resource in &catalog.resources {
        let tables: Vec<Table> = resource.tables().into_iter().filter(|t| session.has_table(&t.name)).collect();
        let referring = resource.columns.iter().filter_map(|c| Some((c, c.refers_to.as_deref()?)));
        for (column, to) in referring.filter(|(_, to)| session.has_table(to)) {
            for table in &tables {
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
