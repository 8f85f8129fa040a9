//! `query`: one read-only statement over what may be seen, within limits.

use std::{collections::BTreeMap, time::Duration};

use arrow::array::RecordBatch;
use chrono::NaiveDate;
use futures::StreamExt as _;
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, ToolError},
    arguments::Arguments,
    lake::{Day, LakeSide},
    people::whose,
};
use crate::{
    catalog::Privacy,
    engine::{
        self, Parameters, Rows, Session, confined,
        output::{self, Format},
        query, small_cells,
    },
};

/// Rows of an answer, unless fewer or more are asked for.
const ROWS: u64 = 100;
/// Most rows of an answer.
pub(super) const MOST_ROWS: u64 = 1_000;
/// Most bytes of an answer's rows, as JSON.
const MOST_BYTES: usize = 256 * 1024;
/// Longest time of a statement.
const MOST_TIME: Duration = Duration::from_secs(30);
/// Fewest people of a group that an aggregate shows below the class `personal`, as in the derived tables.
pub(super) const FEWEST_PEOPLE: i64 = 5;

/// The rows that a statement gave, as far as they are shown.
#[derive(Debug)]
pub(super) struct Shown {
    /// One object each.
    pub(super) rows: Vec<Value>,
    /// The same as a table of text.
    pub(super) table: String,
    /// Names and types of the columns.
    pub(super) columns: Vec<Value>,
    /// Whether there are more rows than these.
    pub(super) cut: bool,
    /// Whether groups of few people were left out, if there were any.
    pub(super) leaves_out: bool,
}

/// `query`.
pub(super) async fn tool(lake: &LakeSide, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let sql = arguments.needed("sql")?;
    let as_of = arguments.date("as_of")?;
    let most = arguments.number("max_rows", 1..=MOST_ROWS)?.unwrap_or(ROWS);
    let values = values(arguments.object("parameters")?)?;
    arguments.end()?;
    let day = lake.day(as_of).await?;
    let session = lake.session(&day)?;
    let shown = run(lake, &day, &session, &sql, values, most).await?;
    let mut text = format!("As of {}:\n{}", day.snapshot.as_of, shown.table);
    if shown.cut {
        text.push_str("There are more rows; ask for fewer columns or groups, add a LIMIT, or raise max_rows.\n");
    }
    if shown.leaves_out {
        text.push_str(&format!("Groups of fewer than {FEWEST_PEOPLE} people are left out.\n"));
    }
    let structured = json!({
        "as_of": day.snapshot.as_of,
        "snapshot": day.snapshot.id().to_string(),
        "columns": shown.columns,
        "rows": shown.rows,
        "more_rows": shown.cut,
        "small_groups_left_out": shown.leaves_out,
    });
    Ok(Answer { text, structured })
}

/// Runs one statement.
pub(super) async fn run(
    lake: &LakeSide,
    day: &Day,
    session: &Session,
    sql: &str,
    values: BTreeMap<String, engine::Value>,
    most_rows: u64,
) -> Result<Shown, ToolError> {
    let parameters = Parameters { as_of: Some(day.snapshot.as_of), values };
    parameters.check_used(sql)?;
    let work = async {
        let planned = query::plan(session, sql, &parameters).await?;
        confined::check(&planned)?;
        let (planned, leaves_out) = if lake.ceiling < Privacy::Personal {
            let of = |name: &str| day.tables.iter().find(|t| t.name == name).and_then(whose).map(str::to_owned);
            let careful = small_cells::leave_out(planned, FEWEST_PEOPLE, &of)?;
            (careful.planned, careful.leaves_out)
        } else {
            (planned, false)
        };
        shown(planned.rows().await?, most_rows, leaves_out).await
    };
    let late = |_| {
        let seconds = MOST_TIME.as_secs();
        ToolError(format!("the statement took longer than {seconds} s and was stopped; filter or group more"))
    };
    tokio::time::timeout(MOST_TIME, work).await.map_err(late)?
}

/// As many rows as may be shown; the rest is not computed.
async fn shown(rows: Rows, most_rows: u64, leaves_out: bool) -> Result<Shown, ToolError> {
    let most_rows = usize::try_from(most_rows).unwrap_or(usize::MAX);
    let schema = rows.schema().clone();
    let columns = schema.fields().iter();
    let columns = columns.map(|f| json!({"name": f.name(), "type": f.data_type().to_string()})).collect();
    let mut stream = rows.into_stream();
    let (mut batches, mut count, mut cut) = (Vec::<RecordBatch>::new(), 0, false);
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        let room = most_rows - count;
        cut = batch.num_rows() > room;
        let kept = batch.slice(0, batch.num_rows().min(room));
        count += kept.num_rows();
        batches.push(kept);
        if cut {
            break;
        }
    }
    drop(stream);
    loop {
        let again = || {
            let batches: Vec<_> = batches.iter().cloned().map(Ok).collect();
            Rows::new(schema.clone(), futures::stream::iter(batches).boxed())
        };
        let mut json = Vec::new();
        output::write(Format::Json, again(), &mut json).await?;
        if json.len() <= MOST_BYTES || count == 0 {
            let rows = serde_json::from_slice(&json)
                .map_err(|error| ToolError(format!("the rows cannot be written as JSON: {error}")))?;
            let mut table = Vec::new();
            output::write(Format::Table, again(), &mut table).await?;
            let table = String::from_utf8_lossy(&table).into_owned();
            return Ok(Shown { rows, table, columns, cut, leaves_out });
        }
        // As many as have room, by their mean length, and at least one fewer.
        let fewer = (count * MOST_BYTES / json.len()).min(count - 1);
        batches = first(&batches, fewer);
        (count, cut) = (fewer, true);
    }
}

fn first(batches: &[RecordBatch], mut rows: usize) -> Vec<RecordBatch> {
    let mut kept = Vec::new();
    for batch in batches {
        let taken = batch.num_rows().min(rows);
        kept.push(batch.slice(0, taken));
        rows -= taken;
    }
    kept
}

/// Values for the `$name`s of a statement. Days are written as text and read as days.
pub(super) fn values(given: Map<String, Value>) -> Result<BTreeMap<String, engine::Value>, ToolError> {
    given.into_iter().map(|(name, value)| Ok((name.clone(), self::value(&name, value)?))).collect()
}

pub(super) fn value(name: &str, value: Value) -> Result<engine::Value, ToolError> {
    Ok(match value {
        Value::Bool(flag) => engine::Value::Boolean(flag),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => engine::Value::Integer(whole),
            (None, Some(number)) => engine::Value::Number(number),
            (None, None) => return Err(ToolError(format!("parameters.{name} is no number"))),
        },
        Value::String(text) => match text.parse::<NaiveDate>() {
            Ok(day) if text.len() == 10 => engine::Value::Date(day),
            _ => engine::Value::Text(text),
        },
        Value::Null | Value::Array(_) | Value::Object(_) => {
            return Err(ToolError(format!("parameters.{name} must be a text, a number, true or false")));
        }
    })
}
