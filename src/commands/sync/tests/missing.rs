//! Records that the API counts and does not serve: a run ends, unless somebody says that it may do without so many.

use std::sync::Arc;

use super::{
    Plan, Run, SyncOptions, catalog, clock, context,
    edited::{Edited, Victim},
    settings_with, sync,
    tables::Tables,
    to_the_end, transport, virtually,
};
use crate::{error::Error, exit_code::ExitCode, lake::Snapshot, run_report::RunReport};

/// A run of a tenant that hides these records, and what it published.
fn hiding(victims: &[Victim], accept: &str) -> (Result<RunReport, Error>, Option<Snapshot>) {
    let victims = victims.to_vec();
    virtually(async {
        let clock = clock("2026-03-15T06:00:00Z");
        let edited = Edited::new(transport(&clock, Plan::clean(1)), move |asked, page| {
            victims.iter().for_each(|victim| victim.hide(asked, page));
        });
        let context = context(&catalog(), &clock, &Arc::new(edited), 1);
        let settings = settings_with(&[("accept-missing", accept)]);
        let run = Run::prepare(&context, &settings, SyncOptions::default()).unwrap();
        let lake = run.lake.clone();
        (to_the_end(run, &context).await, lake.newest().await.unwrap())
    })
}

fn victims(tables: &Tables, resource: &'static str, number: usize) -> Vec<Victim> {
    let rows = &tables[&resource.replace('-', "_")];
    let text = |column: &str, row| {
        let column = rows.column_by_name(column)?.as_any().downcast_ref::<arrow::array::StringArray>()?;
        Some(column.value(row).to_owned())
    };
    let victim = |row| Victim { resource, id: text("id", row).unwrap(), owner: text("employee_id", row) };
    // Far apart, so that those of employees are of several.
    (0..number).map(|n| victim(n * rows.num_rows() / number)).collect()
}

#[test]
fn only_so_many_as_are_accepted_may_be_missing() {
    let whole = sync(&catalog(), Plan::clean(0)).tables;
    for (resource, table) in [("employments", "employments"), ("employee-attributes", "employee_attributes")] {
        let hidden = victims(&whole, resource, 2);
        let error = hiding(&hidden, "").0.unwrap_err();
        assert_eq!(error.exit_code(), ExitCode::Contract);
        assert!(error.to_string().contains(&format!("--accept-missing {table}=")), "{error}");
        assert_eq!(hiding(&hidden, &format!("{table}=1")).0.unwrap_err().exit_code(), ExitCode::Contract);
        for accept in [format!("{table}=2"), format!("departments=7,{table}=9")] {
            let (report, snapshot) = hiding(&hidden, &accept);
            let report = report.unwrap();
            let missing: Vec<_> = report.resources.iter().filter(|r| r.missing > 0).collect();
            assert_eq!(missing.iter().map(|r| (r.resource.as_str(), r.missing)).collect::<Vec<_>>(), [(resource, 2)]);
            assert_eq!(snapshot.unwrap().state.accepted_missing, [(resource.to_owned(), 2)].into());
            assert!(report.for_people().contains("2 records that the API counts were not served"));
        }
    }
    let (report, snapshot) = hiding(&[], "employees=1000");
    assert!(report.unwrap().resources.iter().all(|r| r.missing == 0));
    assert_eq!(snapshot.unwrap().state.accepted_missing, [].into());
}
