//! Statements: queries, and what tells about them and about tables.

use datafusion::sql::{
    parser::{ExplainStatement, Statement as Outer},
    sqlparser::ast::{
        HiveDescribeFormat, ShowStatementFilter, ShowStatementFilterPosition, ShowStatementIn, ShowStatementInClause,
        ShowStatementOptions, Statement,
    },
};

use super::{
    refusal::Refusal,
    walk::{Scope, Walk, Walked},
};

impl Walk<'_> {
    pub(super) fn statement(&self, statement: &Outer) -> Walked {
        match statement {
            Outer::Statement(inner) => self.inner(inner),
            // The planner looks at every option.
            Outer::Explain(ExplainStatement { options: _, statement }) => self.statement(statement),
            // Nothing that reads.
            Outer::CreateExternalTable(_) | Outer::CopyTo(_) | Outer::Reset(_) => Ok(()),
        }
    }

    fn inner(&self, statement: &Statement) -> Walked {
        match statement {
            Statement::Query(query) => {
                self.query(query, Scope::default())?;
                self.chance(query)
            }
            Statement::Explain {
                describe_alias,
                analyze,
                verbose,
                query_plan,
                estimate,
                statement,
                format,
                options,
            } => {
                let dropped = [
                    (*analyze, "ANALYZE"),
                    (*verbose, "VERBOSE"),
                    (*query_plan, "QUERY PLAN"),
                    (*estimate, "ESTIMATE"),
                    (format.is_some(), "FORMAT"),
                ];
                let of = format!("of {describe_alias}");
                if let Some((_, words)) = dropped.into_iter().find(|(is_there, _)| *is_there) {
                    return Err(Refusal::of(words).called(format!("{words} {of}")).instead(EXPLAIN));
                }
                if options.is_some() {
                    return Err(Refusal::of("(").called(format!("a list of options {of}")).instead(EXPLAIN));
                }
                self.inner(statement)
            }
            Statement::ExplainTable { describe_alias, hive_format, has_table_keyword: _, table_name: _ } => {
                let words = match hive_format {
                    None => return Ok(()),
                    Some(HiveDescribeFormat::Extended) => "EXTENDED",
                    Some(HiveDescribeFormat::Formatted) => "FORMATTED",
                };
                Err(Refusal::of(words)
                    .called(format!("{words} of {describe_alias}"))
                    .instead("leave it out; lucca-lake tables TABLE tells what columns mean"))
            }
            Statement::ShowTables { terse, history, extended, full, external, show_options } => {
                let dropped = [
                    (*terse, "TERSE"),
                    (*history, "HISTORY"),
                    (*extended, "EXTENDED"),
                    (*full, "FULL"),
                    (*external, "EXTERNAL"),
                ];
                if let Some((_, words)) = dropped.into_iter().find(|(is_there, _)| *is_there) {
                    return Err(Refusal::of(words).called(format!("{words} of SHOW TABLES")).instead("leave it out"));
                }
                listing(show_options, "SHOW TABLES", false)
            }
            // FULL and EXTENDED are executed: they give more columns.
            Statement::ShowColumns { extended: _, full: _, show_options } => {
                listing(show_options, "SHOW COLUMNS", true)
            }
            // A statement of another kind is refused before it comes here.
            _ => Ok(()),
        }
    }
}

/// What to write instead of an option of DESCRIBE.
const EXPLAIN: &str = "write EXPLAIN for the plan of a query, DESCRIBE for its columns";

/// The filters of SHOW, none of which is executed.
fn listing(options: &ShowStatementOptions, show: &str, columns: bool) -> Walked {
    let ShowStatementOptions { show_in, starts_with, limit, limit_from, filter_position } = options;
    let (view, name) = if columns { ("columns", "column_name") } else { ("tables", "table_name") };
    let all = format!("SELECT {name} FROM information_schema.{view}");
    let refused = |refusal: Box<Refusal>, clause: &str, filter: &str| {
        Err(refusal.called(format!("{clause} of {show}")).instead(format!("write {all} {filter}")))
    };
    let like = format!("WHERE {name} LIKE '…'");
    if let Some(filter) = filter_position {
        let (ShowStatementFilterPosition::Infix(filter) | ShowStatementFilterPosition::Suffix(filter)) = filter;
        return match filter {
            ShowStatementFilter::Like(_) => refused(Refusal::of("LIKE"), "LIKE", &like),
            ShowStatementFilter::ILike(_) => refused(Refusal::of("ILIKE"), "ILIKE", &like),
            ShowStatementFilter::Where(_) => refused(Refusal::of("WHERE"), "WHERE", "WHERE …"),
            ShowStatementFilter::NoKeyword(_) => refused(Refusal::of("SHOW"), "a pattern", &like),
        };
    }
    if starts_with.is_some() {
        return refused(Refusal::of("STARTS WITH"), "STARTS WITH", &like);
    }
    if limit_from.is_some() || limit.is_some() {
        return refused(Refusal::of("LIMIT"), "LIMIT", "ORDER BY 1 LIMIT …");
    }
    if let Some(ShowStatementIn { clause, parent_type, parent_name: _ }) = show_in {
        let words = match clause {
            ShowStatementInClause::IN => "IN",
            ShowStatementInClause::FROM => "FROM",
        };
        if !columns || parent_type.is_some() {
            return refused(Refusal::of(words), words, "WHERE table_schema = '…'");
        }
    }
    Ok(())
}
