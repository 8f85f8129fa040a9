//! Which rows of a table of attributes are one person's, and how far they lie apart.

use std::collections::HashMap;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use futures::StreamExt as _;

use crate::engine::{EngineError, Session, prepared};

/// The rows of each person.
#[derive(Debug, Default)]
pub(super) struct Together {
    /// Number of rows, by person.
    pub(super) rows: HashMap<String, u64>,
    /// The most rows that have to wait at the same time for others of the same person, in the order of the table.
    pub(super) most_waiting: u64,
}

/// Some rows of one person, one after another.
#[derive(Debug)]
struct Run {
    /// The how-manieth person.
    person: usize,
    rows: u64,
}

impl Together {
    /// Reads the people of a table. Memory: their ids, and some bytes for each time that another person begins.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(super) async fn of(session: &Session, table: &str) -> Result<Self, EngineError> {
        let (mut people, mut runs) = (HashMap::new(), Vec::new());
        let mut batches =
            prepared::ask(session, &format!("SELECT employee_id FROM {table}"), None).await?.into_stream();
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            for run in people_of(&batch)? {
                let next = people.len();
                let person = match people.get(run.employee) {
                    Some(known) => *known,
                    None => *people.entry(run.employee.to_owned()).or_insert(next),
                };
                let rows = (run.end - run.start) as u64;
                match runs.last_mut() {
                    Some(Run { person: last, rows: before }) if *last == person => *before += rows,
                    _ => runs.push(Run { person, rows }),
                }
            }
        }
        let mut of_person = vec![0; people.len()];
        runs.iter().for_each(|run| of_person.get_mut(run.person).into_iter().for_each(|all| *all += run.rows));
        let most_waiting = most_waiting(&runs, &of_person);
        let rows = people.into_iter().map(|(id, person)| (id, of_person.get(person).copied().unwrap_or_default()));
        Ok(Self { rows: rows.collect(), most_waiting })
    }
}

/// The most rows that wait at the same time, when those of a person wait until all are there.
fn most_waiting(runs: &[Run], of_person: &[u64]) -> u64 {
    let mut seen = vec![0; of_person.len()];
    let (mut waiting, mut most) = (0, 0);
    for run in runs {
        let (Some(seen), Some(all)) = (seen.get_mut(run.person), of_person.get(run.person)) else { continue };
        let waited: u64 = *seen;
        *seen += run.rows;
        if *seen == *all {
            waiting -= waited;
        } else {
            waiting += run.rows;
            most = most.max(waiting);
        }
    }
    most
}

/// Some rows of a batch that are one person's, one after another.
#[derive(Debug)]
pub(super) struct RunOfRows<'b> {
    pub(super) employee: &'b str,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The rows of a batch, whose first column is the person. Rows of nobody are left out.
///
/// # Errors
/// When the column is no text: a defect here.
pub(super) fn people_of(batch: &RecordBatch) -> Result<impl Iterator<Item = RunOfRows<'_>>, EngineError> {
    let people = batch.columns().first().and_then(|column| column.as_string_view_opt());
    let people = people.ok_or_else(|| EngineError::Internal { message: "employee_id is no text".to_owned() })?;
    let mut next = 0;
    Ok(std::iter::from_fn(move || {
        while next < people.len() && people.is_null(next) {
            next += 1;
        }
        let start = next;
        let employee = (start < people.len()).then(|| people.value(start))?;
        while next < people.len() && people.is_valid(next) && people.value(next) == employee {
            next += 1;
        }
        Some(RunOfRows { employee, start, end: next })
    }))
}
