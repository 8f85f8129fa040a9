//! Where the operator is used, and where not.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use chrono::NaiveDate;
use datafusion::{
    physical_plan::{ChildrenPropertiesMode, ExecutionPlan, ReplaceChildrenOptions, collect, displayable},
    prelude::SessionContext,
};

use super::{
    random::{Way, sorted},
    sessions::session,
};
use crate::{
    catalog::{Catalog, Table},
    engine::{Session, parameters::Parameters, query, testing},
};

const UP: Way = Way { descending: false, nulls_first: false };

/// The window operators of a plan, as they are shown: ours, and those that stayed DataFusion's.
fn windows(plan: &dyn ExecutionPlan) -> [Vec<String>; 2] {
    let shown = displayable(plan).indent(false).to_string();
    let with = |name: &str| shown.lines().map(str::trim).filter(|l| l.contains(name)).map(str::to_owned).collect();
    [with("SegmentedWindowExec"), with("WindowAggExec")]
}

#[test]
fn windows_of_the_derived_tables_are_known() {
    testing::deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        let derived = catalog.derived.iter().map(|query| query.table.clone());
        let tables: Vec<Table> = catalog.api_tables().into_iter().chain(derived).collect();
        let session = Session::of_declared(&tables).unwrap();
        let (mut known, mut unknown) = (0, Vec::new());
        for query in &catalog.derived {
            let parameters = Parameters::of_day(Some(NaiveDate::default()));
            let planned = query::plan(&session, &query.sql, &parameters).await.unwrap();
            let plan = session.context().state().create_physical_plan(planned.logical()).await.unwrap();
            let [ours, theirs] = windows(plan.as_ref());
            known += ours.len();
            unknown.extend(theirs.into_iter().map(|line| (query.table.name.clone(), line)));
        }
        // A new query may ask for more; not for much more.
        assert!(known >= 25 && unknown.len() * 10 <= known, "{known} are known, but not {unknown:#?}");
    });
}

/// A table `t` of two columns, sorted by both.
fn small() -> SessionContext {
    let column = |values: [i64; 5]| Arc::new(Int64Array::from(values.to_vec())) as _;
    let rows = [("p", column([1, 1, 1, 2, 2])), ("n", column([1, 2, 2, 1, 3]))];
    let rows = RecordBatch::try_from_iter(rows).unwrap();
    session(&sorted(&rows, &[("p", UP), ("n", UP)], 2), true, None, 1)
}

#[tokio::test]
async fn what_is_not_known_stays_with_datafusion() {
    let over = "OVER (PARTITION BY p ORDER BY n)";
    let known = [
        format!("row_number() {over}, rank() {over}, lead(n) {over}"),
        format!("sum(n) {over}, lag(n, 2, 0) {over}"),
        "max(n) OVER (PARTITION BY p ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)".to_owned(),
        "count(*) OVER (PARTITION BY p)".to_owned(),
        "row_number() OVER (ORDER BY p)".to_owned(),
    ];
    let unknown = [
        // One of them is enough.
        format!("row_number() {over}, ntile(2) {over}"),
        format!("percent_rank() {over}"),
        format!("lag(n) IGNORE NULLS {over}"),
        format!("sum(n) FILTER (WHERE n > 1) {over}"),
        format!("count(DISTINCT n) {over}"),
        format!("avg(n) {over}"),
        "sum(n) OVER (PARTITION BY p ORDER BY n ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING)".to_owned(),
        "sum(n) OVER (PARTITION BY p ORDER BY n GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW)".to_owned(),
        "min(n) OVER (PARTITION BY p ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)".to_owned(),
        "sum(CAST(n AS DOUBLE)) OVER (PARTITION BY p)".to_owned(),
        // Turned around, so that nothing has to be sorted.
        "lag(n) OVER (PARTITION BY p ORDER BY n DESC)".to_owned(),
        // All rows would have to be held.
        "lead(n) OVER (ORDER BY p)".to_owned(),
        "sum(n) OVER ()".to_owned(),
    ];
    for (calls, is_known) in known.iter().map(|c| (c, true)).chain(unknown.iter().map(|c| (c, false))) {
        let frame = small().sql(&format!("SELECT {calls} FROM t")).await.unwrap();
        let [ours, theirs] = windows(frame.create_physical_plan().await.unwrap().as_ref());
        assert_eq!((ours.len(), theirs.len()), if is_known { (1, 0) } else { (0, 1) }, "{calls}");
    }
}

#[tokio::test]
async fn a_plan_says_what_it_does_and_what_it_did() {
    let sql = "SELECT row_number() OVER (PARTITION BY p ORDER BY n) AS place FROM t";
    let plan = small().sql(&format!("EXPLAIN ANALYZE {sql}")).await.unwrap().collect().await.unwrap();
    let plan = arrow::util::pretty::pretty_format_batches(&plan).unwrap().to_string();
    let line = plan.lines().find(|line| line.contains("SegmentedWindowExec")).unwrap();
    assert!(line.contains("wdw=[row_number() PARTITION BY [t.p] ORDER BY [t.n ASC NULLS LAST]"), "{line}");
    assert!(line.contains("RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW]"), "{line}");
    assert!(line.contains("output_rows=5") && line.contains("elapsed_compute="), "{line}");
}

#[tokio::test]
async fn a_plan_runs_again_and_over_another_input() {
    let context = small();
    let sql =
        "SELECT p, n, lead(n) OVER (PARTITION BY p ORDER BY n) AS next, sum(n) OVER (PARTITION BY p) AS total FROM t";
    let plan = context.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
    let before = collect(Arc::clone(&plan), context.task_ctx()).await.unwrap();
    let [ours, _] = windows(plan.as_ref());
    assert_eq!(ours.len(), 2);
    let reset = Arc::clone(&plan).reset_state().unwrap();
    assert_eq!(collect(reset, context.task_ctx()).await.unwrap(), before);
    let children = plan.children().into_iter().cloned().collect();
    let again =
        plan.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute)).unwrap();
    assert_eq!(collect(again, context.task_ctx()).await.unwrap(), before);
}
